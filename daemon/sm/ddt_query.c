// SPDX-License-Identifier: GPL-2.0-or-later
/* The DDT client: one query, whom it asks and how it ends; see ddt_client.h. */
#include <errno.h>
#include <string.h>

#include "sm/ddt_part.h"
#include "sm/reply.h"

#define REPLY_MAX		512	/* octets; one record without locators */

static const char *const state_names[QUERY_STATE_COUNT] = {
	[QUERY_NONE] = "none",
	[QUERY_NODE] = "node",
	[QUERY_SERVER] = "server",
};

static void set_state(struct ddt_turn *t, enum query_state state,
		      const char *cause)
{
	struct ddt_query *q = t->q;

	if (q->state != state)
		action_transition(t->acts, "ddt", state_names[q->state],
				  state_names[state], cause, &q->eid,
				  &q->from);
	q->state = state;
}

void ddt_finish(struct ddt_turn *t, const char *cause)
{
	set_state(t, QUERY_NONE, cause);
	queries_del(&t->c->queries, t->q);
	t->q = NULL;
}

/* Something about the one who was asked that a person may want to know. */
void ddt_complain(struct ddt_turn *t, enum ddt_client_counter counter,
		     enum log_event event, const struct addr *peer)
{
	t->c->counters[counter]++;
	action_log_peer(t->acts, event, peer, &t->q->eid, t->q->asked);
}

/* --- asking --- */

static bool sendable(const struct ddt_client *c, const struct addr *a)
{
	switch (c->ops->rloc_check(c->ops->arg, a)) {
	case RLOC_USABLE:
	case RLOC_OWN:			/* resolver and node in one process */
		return true;
	case RLOC_NO_FAMILY:
	case RLOC_OVERLAY:
		break;
	}
	return false;
}

bool ddt_to_server(const struct ddt_query *q)
{
	return q->set->action != REFERRAL_NODE;
}

/* The request as the ITR sent it, but for the nonce if a node gets it. */
static int send_query(struct ddt_turn *t, const struct addr *to)
{
	const size_t nonce_at = 4;
	struct ddt_query *q = t->q;
	struct lisp_msg m = { .type = MSG_TYPE_ECM, .ecm = q->ecm };
	uint8_t *copy = arena_copy(t->acts->arena, q->ecm.message,
				   q->ecm.message_len);

	if (!copy)
		return -ENOMEM;
	for (unsigned int i = 0; i < sizeof(q->asked); i++)
		copy[nonce_at + i] = (uint8_t)(q->asked >> (56 - 8 * i));
	m.ecm.flags = ECM_DDT;
	m.ecm.message = copy;
	t->c->counters[DDTC_SENT]++;
	return action_send_msg(t->acts, NULL, to, LISP_CONTROL_PORT, &m);
}

/* The next target that may be asked, -1: there is none. */
static int next_target(const struct ddt_turn *t, unsigned int tries)
{
	const struct ddt_query *q = t->q;
	unsigned int n = q->set->target_count;

	for (unsigned int i = 1; i <= n; i++) {
		unsigned int at = (q->at + i) % n;

		if (q->tries[at] < tries && !(q->bad & 1u << at) &&
		    sendable(t->c, &q->set->targets[at].addr))
			return (int)at;
	}
	return -1;
}

bool ddt_over_budget(const struct ddt_turn *t)
{
	return t->q->sends >= t->c->cfg->sends ||
	       t->now - t->q->born >= t->c->cfg->lifetime;
}

/* Has the ITR had its share of this node or Map-Server? */
static bool is_over_share(struct ddt_turn *t, const struct addr *to)
{
	const struct addr key[2] = { limit_source(&t->q->from), *to };

	if (limit_take(&t->c->share, key, sizeof(key), t->now))
		return false;
	t->c->counters[DDTC_SHARE]++;
	return true;
}

/* Ask the next one that has had fewer than @tries.  False: there is none. */
bool ddt_ask_next(struct ddt_turn *t, unsigned int tries)
{
	struct ddt_query *q = t->q;
	int at = ddt_over_budget(t) ? -1 : next_target(t, tries);

	if (at < 0)
		return false;
	q->at = (uint8_t)at;
	if (ddt_to_server(q) && q->asked != q->nonce)
		queries_asked(&t->c->queries, q, q->nonce);
	/* Over the share nobody is asked, and so nobody is silent: the next
	 * one has its turn later. */
	if (!is_over_share(t, &q->set->targets[at].addr)) {
		q->tries[at]++;
		q->sends++;
		send_query(t, &q->set->targets[at].addr);
	}
	heap_update(&t->c->queries.timers, &q->timer,
		    t->now + t->c->cfg->retry);
	return true;
}

/* Where a set is begun: one of the best priority. */
static uint8_t first_target(const struct ddt_turn *t,
			    const struct referral_set *s)
{
	unsigned int best = 0;

	while (best < s->target_count &&
	       s->targets[best].priority == s->targets[0].priority)
		best++;
	return best ? (uint8_t)(t->c->ops->random(t->c->ops->arg) % best) : 0;
}

/* Go on with those whom @s names. */
void ddt_follow(struct ddt_turn *t, struct referral_set *s, const char *cause)
{
	struct ddt_query *q = t->q;
	uint8_t n = s->target_count;

	referral_set_get(s);
	referral_set_put(q->set);
	q->set = s;
	q->bad = 0;
	q->absent = (struct query_absent){ 0 };
	memset(q->tries, 0, sizeof(q->tries));
	/* next_target() begins behind this one. */
	q->at = n ? (uint8_t)((first_target(t, s) + n - 1) % n) : 0;
	queries_asked(&t->c->queries, q, ddt_to_server(q) ? q->nonce :
		      t->c->ops->random(t->c->ops->arg));
	set_state(t, ddt_to_server(q) ? QUERY_SERVER : QUERY_NODE, cause);
	if (!ddt_ask_next(t, t->c->cfg->tries)) {
		ddt_complain(t, DDTC_NOWHERE, LOG_DDT_NOWHERE, &q->set->from);
		ddt_finish(t, "nobody to ask");
	}
}

/* Once a query.  False: it has been there. */
bool ddt_to_root(struct ddt_turn *t, const char *cause)
{
	struct ddt_query *q = t->q;

	if (q->via_root)
		return false;
	if (q->cached)
		referral_drop(&t->c->cache, &q->eid, q->set);
	q->via_root = true;
	q->cached = false;
	q->doubtful = false;
	t->c->counters[DDTC_TO_ROOT]++;
	ddt_follow(t, t->c->roots, cause);
	return true;
}

void ddt_give_up(struct ddt_turn *t, const char *cause)
{
	ddt_complain(t, DDTC_GIVEN_UP, LOG_DDT_GIVEN_UP,
		     &t->q->set->targets[t->q->at].addr);
	ddt_finish(t, cause);
}

/* The one who was asked is of no use: a sibling, or fresh referrals. */
void ddt_try_another(struct ddt_turn *t, unsigned int target, const char *cause)
{
	t->q->bad |= (uint16_t)(1u << target);
	if (!ddt_ask_next(t, t->c->cfg->tries) && !ddt_not_registered(t) &&
	    !ddt_to_root(t, cause))
		ddt_give_up(t, cause);
}

/* --- negative Map-Replies --- */

void ddt_reply_negative(struct ddt_client *c, uint64_t now,
			   const struct request *rq, const struct eid *eid,
			   uint32_t ttl, struct actions *acts)
{
	const struct addr *to = request_itr_rloc(rq, c->ops);
	struct map_record rec = {
		.ttl = ttl,
		.action = MAP_NATIVELY_FORWARD,
		.eid = *eid,
	};
	struct reply r;

	if (!to || !reply_allowed(&c->per_eid, &c->per_rloc, to,
				  &rq->msg->records[0].eid, now)) {
		c->counters[DDTC_REPLY_LIMITED]++;
		return;
	}
	reply_init(&r, acts->arena, REPLY_MAX);
	if (reply_add(&r, &rec) && !reply_send(&r, rq, to, 0, acts))
		c->counters[DDTC_NEGATIVE]++;
}

/* What a negative answer about @x says to who asked for @eid: a range of
 * instances is all of this instance and family. */
struct eid ddt_hole_of(const struct xeid *x, const struct eid *eid)
{
	struct eid hole = x->eid;

	if (xeid_is_range(x)) {
		hole.iid = eid->iid;
		prefix_make(&eid->prefix.addr, 0, &hole.prefix);
	}
	return hole;
}

/* The query ends with a negative Map-Reply. */
void ddt_negative(struct ddt_turn *t, const struct xeid *x, uint32_t ttl,
		     const char *cause)
{
	struct ddt_query *q = t->q;
	struct packet pkt = { .from = q->from };
	struct request rq = { .pkt = &pkt, .ecm = &q->ecm };
	struct eid hole = ddt_hole_of(x, &q->eid);
	struct lisp_msg m;

	if (!msg_parse(q->ecm.message, q->ecm.message_len, t->acts->arena, &m,
		       NULL)) {
		rq.msg = &m.request;
		m.request.nonce = q->nonce;
		ddt_reply_negative(t->c, t->now, &rq, &hole, ttl, t->acts);
	}
	ddt_finish(t, cause);
}

int ddt_asked_target(const struct ddt_query *q, const struct addr *from)
{
	for (unsigned int i = 0; i < q->set->target_count; i++)
		if (q->tries[i] && !(q->bad & 1u << i) &&
		    addr_equal(&q->set->targets[i].addr, from))
			return (int)i;
	return -1;
}


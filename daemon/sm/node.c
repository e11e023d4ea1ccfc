// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A node: which machine an event is for.
 *
 *	Map-Request	xTR: answer (S bit: resolve, be solicited)
 *	Map-Reply	xTR: resolve (P bit: probe)
 *	Map-Register	Map-Server
 *	Map-Notify	xTR: register
 *	Map-Notify-Ack	Map-Server
 *	Map-Referral	Map-Resolver (ddt_client), and a Map-Reply that answers
 *			what it asked
 *	ECM		a Map-Request inside: DDT node or Map-Server if D is
 *			set; xTR if the EID is local, else Map-Resolver, else
 *			Map-Server
 *	miss, use	xTR: resolve, cache, smr
 *
 * Machines do not call each other but for these cases: resolve installs into
 * cache, cache tells probe which RLOCs are in use, smr reads cache, the
 * Map-Resolver hands over to the Map-Server of its node.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sm/node_part.h"

#define HOLD		1000	/* ms; RFC 9301 5.3, one a second per EID */
#define TIMERS_MAX	32	/* per machine and node_on_time() */

/* --- life --- */

static int check_xtr(const struct xtr_config *cfg)
{
	if (cfg->rloc_count > ITR_RLOC_MAX ||
	    (!cfg->rloc_count && cfg->database_count))
		return -EINVAL;

	for (size_t i = 0; i < cfg->database_count; i++)
		if (!xtr_has_iid(cfg, cfg->database[i].iid))
			return -EINVAL;
	return 0;
}

static int init_xtr(struct node *n, const uint8_t seed[16])
{
	const struct xtr_config *cfg = n->cfg.xtr;
	int ret;

	ret = check_xtr(cfg);
	if (!ret)
		ret = database_init(&n->db, cfg, seed);
	if (!ret)
		ret = probe_init(&n->probe, cfg, &n->ops, &n->db, seed);
	if (!ret)
		ret = cache_init(&n->cache, cfg, &n->probe, seed);
	if (!ret)
		ret = resolve_init(&n->resolve, cfg, &n->ops, &n->db,
				   &n->cache, seed);
	if (!ret)
		ret = register_init(&n->reg, cfg, &n->ops, &n->db);
	if (!ret)
		ret = answer_init(&n->answer, cfg, &n->ops, &n->db, seed);
	if (!ret)
		ret = smr_init(&n->smr, &n->ops, &n->db, &n->cache, seed);
	former_init(&n->former, cfg, &n->ops, &n->db);
	return ret;
}

static int init_desks(struct node *n)
{
	n->desks = calloc(n->ms.desk_count + 1, sizeof(*n->desks));
	n->totals = calloc(1, sizeof(*n->totals));
	return n->desks && n->totals ? 0 : -ENOMEM;
}

static int init_roles(struct node *n)
{
	uint64_t seed[2] = {
		n->ops.random(n->ops.arg),
		n->ops.random(n->ops.arg),
	};
	const uint8_t *octets = (const uint8_t *)seed;
	int ret = 0;

	if (n->cfg.xtr)
		ret = init_xtr(n, octets);
	if (!ret && n->cfg.ms)
		ret = ms_init(&n->ms, n->cfg.ms, &n->ops, octets);
	if (!ret && has_ddt(n))
		ret = ddt_init(&n->ddt, n->cfg.ddt, &n->ops,
			       n->cfg.ms ? &n->ms : NULL, octets);
	if (!ret && n->cfg.mr)
		ret = mr_init(&n->mr, n->cfg.mr, &n->ops,
			      n->cfg.ms ? &n->ms : NULL, octets);
	return ret ? ret : init_desks(n);
}

struct node *node_new(const struct node_config *cfg, const struct sm_ops *ops,
		      uint64_t now, int *err)
{
	struct node *n = calloc(1, sizeof(*n));
	int ret = -ENOMEM;

	if (n) {
		n->cfg = *cfg;
		n->ops = *ops;
		ret = init_roles(n);
	}
	if (!ret)
		return n;

	node_free(n);
	if (err)
		*err = ret;
	return NULL;
}

/* Every machine's free takes a machine that was never set up. */
void node_free(struct node *n)
{
	if (!n)
		return;
	mr_free(&n->mr);
	ddt_free(&n->ddt);
	ms_free(&n->ms);
	former_free(&n->former);
	smr_free(&n->smr);
	answer_free(&n->answer);
	register_free(&n->reg);
	resolve_free(&n->resolve);
	cache_free(&n->cache);
	probe_free(&n->probe);
	database_free(&n->db);
	free(n->desks);
	free(n->totals);
	free(n);
}

void node_on_local_found(struct node *n, const struct eid *eid,
			 const struct locator *l, unsigned int count)
{
	if (n->cfg.xtr)
		former_found(&n->former, eid, l, count);
}

size_t node_start(struct node *n, uint64_t now, struct actions *acts)
{
	size_t changed = 0;

	if (n->cfg.xtr) {
		probe_neighbours(&n->probe, now);
		changed = former_start(&n->former, &n->smr, now, acts);
		register_start(&n->reg, now, acts);
	}
	if (n->cfg.ms)
		ms_adopt(&n->ms, now, acts);
	return changed;
}

/* --- another configuration --- */

struct takeover {
	struct node *n;
	struct node *old;
	uint64_t now;
	struct actions *acts;
	size_t changed;
};

static void on_changed(void *arg, const struct eid *eid)
{
	struct takeover *t = arg;

	t->changed++;
	smr_on_change(&t->n->smr, t->now, eid);
	if (!database_find(&t->n->db, eid))
		database_find(&t->old->db, eid)->withdrawn = true;
}

size_t node_replace(struct node *n, struct node *old, uint64_t now,
		    struct actions *acts)
{
	struct takeover t = { n, old, now, acts, 0 };

	if (!n->cfg.xtr || !old->cfg.xtr)
		return 0;
	database_compare(&old->db, &n->db, on_changed, &t);
	for (size_t i = 0; i < old->cfg.xtr->iid_count; i++)
		if (!xtr_has_iid(n->cfg.xtr, old->cfg.xtr->iids[i]))
			smr_on_leave(&n->smr, now, old->cfg.xtr->iids[i],
				     &old->cache);
	register_inherit(&n->reg, &old->reg);
	register_leave(&old->reg, now, acts);
	if (!n->cfg.xtr->probe.interval)
		probe_let_go(&old->probe, acts);
	resolve_cancel(&old->resolve, acts);
	n->resolve.hold = now + HOLD;
	return t.changed;
}

/* What desks have counted is the node's own from here on. */
static void inherit_counters(struct node *n, const struct node *old)
{
	counters_inherit(n->counters, old->counters, NODE_COUNT);
	for (unsigned int i = 0; i < old->ms.desk_count; i++) {
		const struct node_desk *desk = &old->desks[i];

		counters_inherit(n->counters, desk->counters, NODE_COUNT);
		n->mr.counters[MR_REQUESTS] += desk->local;
		n->mr.counters[MR_LOCAL] += desk->local;
	}
}

void node_inherit(struct node *n, struct node *old)
{
	inherit_counters(n, old);
	if (n->cfg.ms && old->cfg.ms)
		ms_inherit(&n->ms, &old->ms);
	if (n->cfg.mr && old->cfg.mr)
		mr_inherit(&n->mr, &old->mr);
	if (has_ddt(n) && has_ddt(old))
		ddt_inherit(&n->ddt, &old->ddt);
	if (!n->cfg.xtr || !old->cfg.xtr)
		return;
	probe_inherit(&n->probe, &old->probe);
	smr_inherit(&n->smr, &old->smr);
	cache_inherit(&n->cache, &old->cache);
}

/* --- time --- */

static uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

uint64_t node_due(const struct node *n)
{
	uint64_t due = UINT64_MAX;

	if (n->cfg.xtr) {
		due = min_u64(due, resolve_due(&n->resolve));
		due = min_u64(due, cache_due(&n->cache));
		due = min_u64(due, probe_due(&n->probe));
		due = min_u64(due, register_due(&n->reg));
		due = min_u64(due, smr_due(&n->smr));
	}
	if (n->cfg.ms)
		due = min_u64(due, ms_due(&n->ms));
	if (n->cfg.mr)
		due = min_u64(due, mr_due(&n->mr));
	return due;
}

void node_on_time(struct node *n, uint64_t now, struct actions *acts)
{
	bool more = true;

	for (int i = 0; i < TIMERS_MAX && more; i++) {
		more = false;
		if (n->cfg.xtr) {
			more |= resolve_on_time(&n->resolve, now, acts);
			more |= cache_on_time(&n->cache, now, acts);
			more |= probe_on_time(&n->probe, now, acts);
			more |= register_on_time(&n->reg, now, acts);
			more |= smr_on_time(&n->smr, now, acts);
		}
		if (n->cfg.ms)
			more |= ms_on_time(&n->ms, now, acts);
		if (n->cfg.mr)
			more |= mr_on_time(&n->mr, now, acts);
	}
	n->counters[NODE_LOST_ACTIONS] += acts->lost;
}

/* --- network --- */

/* Without an RLOC there is nobody that an answer could come to: what has been
 * missed is told again when there is one. */
static bool can_ask(const struct node *n)
{
	return n->cfg.xtr && n->db.locator_count;
}

static void unexpected(struct node *n, const struct packet *pkt,
		       enum msg_type type, struct actions *acts)
{
	n->counters[NODE_UNEXPECTED]++;
	action_log_peer(acts, LOG_MSG_UNEXPECTED, &pkt->from, NULL, type);
}

static void on_local_request(struct node *n, uint64_t now,
			     const struct request *rq, struct actions *acts)
{
	smr_on_request(&n->smr, rq);
	answer_on_request(&n->answer, now, rq, acts);
}

static void on_smr(struct node *n, uint64_t now, const struct request *rq,
		   struct actions *acts)
{
	if (can_ask(n))
		resolve_on_smr(&n->resolve, now, rq, acts);
}

static void on_request(struct node *n, uint64_t now, const struct packet *pkt,
		       const struct lisp_msg *m, struct actions *acts)
{
	struct request rq = { .pkt = pkt, .msg = &m->request };

	if (!n->cfg.xtr)
		unexpected(n, pkt, m->type, acts);
	else if (m->request.flags & MREQ_SMR)
		on_smr(n, now, &rq, acts);
	else
		on_local_request(n, now, &rq, acts);
}

static void on_ecm_request(struct node *n, uint64_t now,
			   const struct request *rq, struct actions *acts)
{
	bool local = n->cfg.xtr && !(rq->msg->flags & MREQ_SMR) &&
		     answer_wants(&n->answer, rq->msg);

	if ((rq->ecm->flags & ECM_DDT) && has_ddt(n))
		ddt_on_request(&n->ddt, now, rq, acts);
	else if (local)
		on_local_request(n, now, rq, acts);
	else if ((rq->ecm->flags & ECM_DDT) && n->cfg.mr)
		unexpected(n, rq->pkt, MSG_TYPE_ECM, acts);
	else if (n->cfg.mr)
		mr_on_request(&n->mr, now, rq, acts);
	else if (n->cfg.ms)
		ms_on_request(&n->ms, n->ms.desks, now, rq, acts);
	else if (!n->cfg.xtr)
		unexpected(n, rq->pkt, MSG_TYPE_ECM, acts);
	else if (rq->msg->flags & MREQ_SMR)
		on_smr(n, now, rq, acts);
	else
		answer_on_request(&n->answer, now, rq, acts);
}

static void on_ecm(struct node *n, uint64_t now, const struct packet *pkt,
		   const struct lisp_msg *m, struct actions *acts)
{
	struct request rq = { .pkt = pkt, .ecm = &m->ecm };
	struct wire_error err = { .reason = WIRE_OK };
	struct lisp_msg inner;

	if (msg_parse(m->ecm.message, m->ecm.message_len, acts->arena, &inner,
		      &err)) {
		n->counters[NODE_ECM_BAD]++;
		action_log_peer(acts, LOG_ECM_BAD, &pkt->from, NULL,
				err.reason);
		return;
	}
	if (inner.type != MSG_TYPE_MAP_REQUEST) {
		unexpected(n, pkt, inner.type, acts);
		return;
	}
	rq.msg = &inner.request;
	on_ecm_request(n, now, &rq, acts);
}

void node_on_message(struct node *n, uint64_t now, const struct packet *pkt,
		     const struct lisp_msg *m, struct actions *acts)
{
	bool mine = false;

	n->counters[NODE_MESSAGES]++;
	switch (m->type) {
	case MSG_TYPE_MAP_REQUEST:
		mine = true;
		on_request(n, now, pkt, m, acts);
		break;
	case MSG_TYPE_MAP_REPLY:
		mine = n->cfg.xtr != NULL;
		if (n->cfg.mr && mr_on_reply(&n->mr, now, pkt, &m->reply, acts))
			mine = true;
		else if (mine && (m->reply.flags & MREP_PROBE))
			probe_on_reply(&n->probe, now, pkt, &m->reply, acts);
		else if (mine)
			resolve_on_reply(&n->resolve, now, pkt, &m->reply,
					 acts);
		break;
	case MSG_TYPE_MAP_REGISTER:
		mine = n->cfg.ms != NULL;
		if (mine)
			ms_on_register(&n->ms, n->ms.desks, now, pkt,
				       &m->reg, acts);
		break;
	case MSG_TYPE_MAP_NOTIFY:
		mine = n->cfg.xtr != NULL;
		if (mine)
			register_on_notify(&n->reg, now, pkt, &m->notify,
					   acts);
		break;
	case MSG_TYPE_MAP_NOTIFY_ACK:
		mine = n->cfg.ms != NULL;
		if (mine)
			ms_on_ack(&n->ms, pkt, &m->notify, acts);
		break;
	case MSG_TYPE_MAP_REFERRAL:
		mine = n->cfg.mr && n->mr.iterates;
		if (mine)
			mr_on_referral(&n->mr, now, pkt, &m->referral, acts);
		break;
	case MSG_TYPE_ECM:
		mine = true;
		on_ecm(n, now, pkt, m, acts);
		break;
	}

	if (!mine)
		unexpected(n, pkt, m->type, acts);
	n->counters[NODE_LOST_ACTIONS] += acts->lost;
}

void node_warm(const struct node *n, const struct eid *eids, size_t count)
{
	if (n->cfg.ms && n->ops.store->warm)
		n->ops.store->warm(n->ops.store_arg, eids, count);
}

/* --- data plane --- */

void node_on_miss(struct node *n, uint64_t now, uint32_t iid,
		  const struct addr *dest, const struct addr *source,
		  struct actions *acts)
{
	if (can_ask(n))
		resolve_on_miss(&n->resolve, now, iid, dest, source, acts);
}

void node_on_map_found(struct node *n, uint64_t now,
		       const struct map_found *f, struct actions *acts)
{
	bool wanted;

	if (!n->cfg.xtr)
		return;

	wanted = eid_is_ip(&f->eid) && xtr_has_iid(n->cfg.xtr, f->eid.iid) &&
		 !database_is_local(&n->db, &f->eid);
	if (cache_on_found(&n->cache, now, f, wanted, acts) && can_ask(n))
		resolve_on_refresh(&n->resolve, now, &f->eid, acts);
}

void node_on_map_synced(struct node *n, uint64_t now, struct actions *acts)
{
	if (n->cfg.xtr)
		cache_on_synced(&n->cache, acts);
}

void node_on_map_used(struct node *n, uint64_t now, const struct eid *eid,
		      enum map_use use, uint32_t age, struct actions *acts)
{
	if (!n->cfg.xtr)
		return;

	if (use == MAP_USE_GONE)
		cache_on_gone(&n->cache, eid, acts);
	else if (cache_on_used(&n->cache, eid, use == MAP_USE_AGE, age,
			       acts) && can_ask(n))
		resolve_on_refresh(&n->resolve, now, eid, acts);
	smr_on_used(&n->smr, now, eid, use == MAP_USE_AGE, age);
}

void node_on_map_gone(struct node *n, uint64_t now, const struct eid *eid,
		      struct actions *acts)
{
	if (n->cfg.xtr)
		cache_on_gone(&n->cache, eid, acts);
}

void node_on_rloc_doubt(struct node *n, uint64_t now, const struct addr *a)
{
	if (n->cfg.xtr)
		probe_on_doubt(&n->probe, now, a);
}

void node_on_map_hint(struct node *n, uint64_t now, const struct eid *eid,
		      struct actions *acts)
{
	if (can_ask(n))
		resolve_on_hint(&n->resolve, now, eid, acts);
}

void node_on_peer_behind(struct node *n, uint64_t now, const struct eid *eid,
			 const struct addr *rloc, struct actions *acts)
{
	if (n->cfg.xtr && database_find(&n->db, eid))
		smr_on_behind(&n->smr, now, eid, rloc, acts);
}

/* --- a person --- */

unsigned int node_probe(struct node *n, uint64_t now, const struct addr *a)
{
	return n->cfg.xtr ? probe_now(&n->probe, now, a) : 0;
}

void node_on_local_change(struct node *n, uint64_t now, const struct eid *eid)
{
	if (n->cfg.xtr)
		smr_on_change(&n->smr, now, eid);
}

size_t node_clear(struct node *n, const struct eid *eid, struct actions *acts)
{
	return n->cfg.xtr ? cache_clear(&n->cache, eid, acts) : 0;
}

size_t node_clear_referrals(struct node *n, const struct eid *eid)
{
	return n->cfg.mr ? mr_clear(&n->mr, eid) : 0;
}

int node_resolve(struct node *n, uint64_t now, const struct eid *eid,
		 uint64_t token, struct actions *acts)
{
	if (!can_ask(n))
		return -EINVAL;
	return resolve_on_person(&n->resolve, now, eid, token, acts);
}

int node_withdraw(struct node *n, uint64_t now, const struct eid *eid,
		  struct actions *acts)
{
	int ret;

	if (!n->cfg.xtr)
		return -EINVAL;
	ret = register_withdraw(&n->reg, now, eid, acts);
	/* All are withdrawn on the way out: no time to solicit anybody. */
	if (!ret && eid)
		smr_on_change(&n->smr, now, eid);
	return ret;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The answering ETR.
 *
 * One Map-Reply for all records of a request, with A set, to the first
 * ITR-RLOC we can send to.  A request that matches nothing is dropped (RFC
 * 9300 4.2); a probe is always answered, if only to say that the EID is not
 * here (spec 02 8).  Replies cost bandwidth at an address the asker names, so
 * each passes two limits: one for (ITR-RLOC, EID), one for the ITR-RLOC.
 */
#include <string.h>

#include "sm/answer.h"
#include "sm/reply.h"

static const char *const counter_names[ANSWER_COUNT] = {
	[ANSWER_REQUESTS] = "requests",
	[ANSWER_REPLIES] = "replies",
	[ANSWER_PROBES] = "probes",
	[ANSWER_PROBE_REPLIES] = "probe-replies",
	[ANSWER_NO_MATCH] = "no-match",
	[ANSWER_NO_ITR_RLOC] = "no-itr-rloc",
	[ANSWER_LIMITED] = "limited",
	[ANSWER_INVALID] = "invalid",
	[ANSWER_DONT_REPLY] = "dont-reply",
	[ANSWER_CUT] = "cut",
};

int answer_init(struct answer *a, const struct xtr_config *cfg,
		const struct sm_ops *ops, const struct database *db,
		const uint8_t seed[16])
{
	int ret;

	memset(a, 0, sizeof(*a));
	a->limits = &cfg->answer;
	a->ops = ops;
	a->db = db;
	a->echo_nonce = cfg->echo_nonce;

	ret = limit_init(&a->per_eid, &cfg->answer.per_eid, seed);
	if (!ret)
		ret = limit_init(&a->per_rloc, &cfg->answer.per_rloc, seed);
	if (!ret)
		ret = limit_init(&a->probes, &cfg->answer.probes, seed);
	if (ret)
		answer_free(a);
	return ret;
}

void answer_free(struct answer *a)
{
	limit_free(&a->per_eid);
	limit_free(&a->per_rloc);
	limit_free(&a->probes);
}

bool answer_wants(const struct answer *a, const struct map_request *m)
{
	for (unsigned int i = 0; i < m->record_count; i++)
		if (database_is_local(a->db, &m->records[i].eid))
			return true;
	return false;
}

static void add_local(const struct answer *a, struct reply *r,
		      const struct eid *eid)
{
	struct map_record rec;

	database_record(a->db, eid, &rec);
	reply_add(r, &rec);
}

/* The hole around the EID asked for, with the best match's locators. */
static void add_cut(struct answer *a, struct reply *r, const struct eid *match,
		    const struct eid *asked)
{
	struct eid hole = *match;

	eidmap_gap(&a->db->map, asked->iid, &asked->prefix.addr,
		   match->prefix.len, &hole.prefix);
	add_local(a, r, &hole);
	a->counters[ANSWER_CUT]++;
}

/* Best match and what lies beneath it. */
static void add_match(struct answer *a, struct reply *r,
		      const struct eid *asked)
{
	const struct local_eid *match = eidmap_match(&a->db->map, asked);
	const struct local_eid *l;
	unsigned int before = r->count;

	if (!match)
		return;

	for (l = match; l && !r->full;
	     l = eidmap_next(&a->db->map, &match->eid, &l->eid))
		add_local(a, r, &l->eid);

	if (r->full) {
		reply_cut(r, before);
		add_cut(a, r, &match->eid, asked);
	}
}

static size_t size_max(const struct answer *a, const struct addr *to)
{
	return to->family == ADDR_IPV4 ? a->limits->message_max4
				       : a->limits->message_max6;
}

static uint32_t reply_flags(const struct answer *a)
{
	return a->echo_nonce ? MREP_ECHO_NONCE : 0;
}

/* Where the answer goes, NULL: counted why there is none. */
static const struct addr *answer_to(struct answer *a, const struct request *rq,
				    struct actions *acts)
{
	const struct addr *to = request_itr_rloc(rq, a->ops);

	if (!to) {
		a->counters[ANSWER_NO_ITR_RLOC]++;
		action_log_peer(acts, LOG_REQUEST_NO_ITR_RLOC, &rq->pkt->from,
				&rq->msg->records[0].eid, rq->msg->nonce);
	}
	return to;
}

static void on_limit(struct answer *a, const struct request *rq,
		     const struct addr *to, struct actions *acts)
{
	a->counters[ANSWER_LIMITED]++;
	action_log_peer(acts, LOG_REQUEST_LIMITED, to,
			&rq->msg->records[0].eid, rq->msg->nonce);
}

/* Mark the locator the probe came to (p), in a set of the reply's own. */
static void mark_probed(struct map_record *rec, const struct addr *probed,
			struct arena *arena)
{
	struct locator *l = arena_copy(arena, rec->locators,
				       rec->locator_count * sizeof(*l));

	if (!l)
		return;

	for (unsigned int i = 0; i < rec->locator_count; i++)
		if (addr_equal(&l[i].addr, probed))
			l[i].flags |= LOCATOR_PROBED;
	rec->locators = l;
}

/* One record for what was probed: mapping, or that the EID is not here. */
static void on_probe(struct answer *a, uint64_t now, const struct request *rq,
		     struct actions *acts)
{
	const struct eid *asked = &rq->msg->records[0].eid;
	const struct local_eid *match = eidmap_match(&a->db->map, asked);
	const struct addr *to = answer_to(a, rq, acts);
	struct map_record rec = {
		.ttl = a->db->ttl,
		.authoritative = true,
		.eid = *asked,
		.foreign = rq->msg->records[0].foreign,
	};
	struct reply r;

	if (!to)
		return;
	if (!limit_take_addr(&a->probes, to, now)) {
		on_limit(a, rq, to, acts);
		return;
	}

	if (match) {
		database_record(a->db, &match->eid, &rec);
		mark_probed(&rec, &rq->pkt->to, acts->arena);
	}

	reply_init(&r, acts->arena, size_max(a, to));
	reply_add(&r, &rec);
	reply_send(&r, rq, to, reply_flags(a) | MREP_PROBE, acts);
	a->counters[ANSWER_PROBE_REPLIES]++;
}

static void on_ask(struct answer *a, uint64_t now, const struct request *rq,
		   struct actions *acts)
{
	const struct addr *to = answer_to(a, rq, acts);
	struct reply r;

	if (!to)
		return;

	reply_init(&r, acts->arena, size_max(a, to));
	for (unsigned int i = 0; i < rq->msg->record_count; i++)
		add_match(a, &r, &rq->msg->records[i].eid);

	if (!r.count) {
		a->counters[ANSWER_NO_MATCH]++;
		action_log_peer(acts, LOG_REQUEST_NO_MATCH, &rq->pkt->from,
				&rq->msg->records[0].eid, rq->msg->nonce);
		return;
	}
	if (!reply_allowed(&a->per_eid, &a->per_rloc, to,
			   &rq->msg->records[0].eid, now)) {
		on_limit(a, rq, to, acts);
		return;
	}

	reply_send(&r, rq, to, reply_flags(a), acts);
	a->counters[ANSWER_REPLIES]++;
}

void answer_on_request(struct answer *a, uint64_t now,
		       const struct request *rq, struct actions *acts)
{
	bool probe = rq->msg->flags & MREQ_PROBE;

	a->counters[probe ? ANSWER_PROBES : ANSWER_REQUESTS]++;

	if (rq->msg->flags & MREQ_DONT_REPLY) {
		a->counters[ANSWER_DONT_REPLY]++;
	} else if (probe && rq->ecm) {
		a->counters[ANSWER_INVALID]++;	/* never in an ECM, 7.1 */
		action_log_peer(acts, LOG_REQUEST_INVALID, &rq->pkt->from,
				&rq->msg->records[0].eid, rq->msg->flags);
	} else if (probe) {
		on_probe(a, now, rq, acts);
	} else {
		on_ask(a, now, rq, acts);
	}
}

struct counter_group answer_counters(const struct answer *a)
{
	return (struct counter_group){
		.name = "answer",
		.names = counter_names,
		.values = a->counters,
		.count = ANSWER_COUNT,
	};
}

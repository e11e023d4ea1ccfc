// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The Map-Server serves a Map-Request (RFC 9301 8.3; spec 02 11).
 *
 *	probe or SMR in an ECM                  drop
 *	EID of no site                          negative, 15 min
 *	EID of a site, nobody registered it     negative, 1 min
 *	proxy allowed and not declined (A)      proxy reply
 *	else                                    on to an ETR, ECM anew
 *	no ETR can be sent to, or none reaches
 *	a family of the request's ITR-RLOCs     proxy reply after all
 *
 * One record is served, the first: a sender must not put in more (RFC 9301
 * 5.2), and one packet in must not become many out.
 */
#include <string.h>

#include "sm/forward.h"
#include "sm/ms_part.h"
#include "sm/reply.h"

#define TTL_HOLE		15	/* minutes; RFC 9301 8.1 */
#define TTL_UNREGISTERED	1
#define HOLE_MIN_LEN		1	/* bits; never the default route */

/* One Map-Request on its way through. */
struct query {
	struct ms *ms;
	uint64_t now;
	const struct request *rq;
	struct actions *acts;
	struct eid asked;
	struct eid host;		/* address of @asked */
	const struct site_ref *ref;
	const struct store_entry *entry;
};

static void refuse(const struct query *q, enum ms_counter counter,
		   enum log_event event)
{
	q->ms->counters[counter]++;
	action_log_peer(q->acts, event, &q->rq->pkt->from, &q->asked,
			q->rq->msg->nonce);
}

static size_t size_max(const struct ms *ms, const struct addr *to)
{
	return to->family == ADDR_IPV4 ? ms->cfg->limits.message_max4
				       : ms->cfg->limits.message_max6;
}

/* Where a reply goes, NULL: nowhere, and counted why. */
static const struct addr *reply_to(const struct query *q)
{
	const struct addr *to = request_itr_rloc(q->rq, q->ms->ops);

	if (!to) {
		refuse(q, MS_NO_ITR_RLOC, LOG_REQUEST_NO_ITR_RLOC);
		return NULL;
	}
	if (!reply_allowed(&q->ms->per_eid, &q->ms->per_rloc, to, &q->asked,
			   q->now)) {
		refuse(q, MS_REPLY_LIMITED, LOG_REQUEST_LIMITED);
		return NULL;
	}
	return to;
}

/* --- negative --- */

/* The widest prefix around the address, @floor bits at least, that touches
 * nothing configured (for a hole) or registered. */
static struct prefix hole(const struct query *q, unsigned int floor)
{
	const struct sm_ops *ops = q->ms->ops;
	struct prefix p = q->host.prefix;

	if (!q->ref && !eidmap_gap(&q->ms->sites, q->host.iid,
				   &q->host.prefix.addr, floor, &p))
		floor = p.len;
	ops->store->gap(ops->store_arg, q->host.iid, &q->host.prefix.addr,
			floor, &p);
	return p;
}

static void negative(const struct query *q, enum ms_counter counter,
		     uint32_t ttl, unsigned int floor)
{
	struct map_record rec = {
		.ttl = ttl,
		.action = MAP_NATIVELY_FORWARD,
		.eid = { .iid = q->host.iid, .prefix = hole(q, floor) },
	};
	const struct addr *to = reply_to(q);
	struct reply r;

	if (!to)
		return;

	q->ms->counters[counter]++;
	reply_init(&r, q->acts->arena, size_max(q->ms, to));
	reply_add(&r, &rec);
	reply_send(&r, q->rq, to, 0, q->acts);
}

/* --- proxy --- */

static bool add_entry(const struct query *q, struct reply *r,
		      const struct store_entry *e, const struct eid *eid)
{
	struct map_record rec;

	/* A more-specific left out for want of memory would be as wrong as
	 * one that does not fit. */
	if (ms_entry_record(e, eid, NULL, q->acts->arena, &rec)) {
		r->full = true;
		return false;
	}
	return reply_add(r, &rec) != NULL;
}

/* Best match and what is registered beneath it. */
static void add_match(const struct query *q, struct reply *r)
{
	const struct sm_ops *ops = q->ms->ops;
	const struct store_entry *e = q->entry;
	struct eid cut = q->entry->eid;

	while (e && add_entry(q, r, e, &e->eid))
		e = ops->store->next(ops->store_arg, &q->entry->eid, e);
	if (!r->full)
		return;

	reply_cut(r, 0);
	q->ms->counters[MS_CUT]++;
	ops->store->gap(ops->store_arg, q->host.iid, &q->host.prefix.addr,
			cut.prefix.len, &cut.prefix);
	add_entry(q, r, q->entry, &cut);
}

/* All records of a reply live as long (RFC 9301 5.5). */
static void level_ttl(struct reply *r)
{
	uint32_t ttl = UINT32_MAX;

	for (unsigned int i = 0; i < r->count; i++)
		if (r->records[i].ttl < ttl)
			ttl = r->records[i].ttl;
	for (unsigned int i = 0; i < r->count; i++)
		r->records[i].ttl = ttl;
}

static void proxy(const struct query *q)
{
	const struct addr *to = reply_to(q);
	struct reply r;

	if (!to)
		return;

	reply_init(&r, q->acts->arena, size_max(q->ms, to));
	add_match(q, &r);
	if (!r.count)
		return;
	level_ttl(&r);
	reply_send(&r, q->rq, to, 0, q->acts);
	q->ms->counters[MS_PROXY_REPLIES]++;
}

/* --- on to an ETR --- */

static bool any_proxy(const struct store_entry *e)
{
	for (const struct registration *r = e->regs; r; r = r->next)
		if (r->proxy)
			return true;
	return false;
}

static bool wants_proxy(const struct query *q)
{
	switch (q->ref->site->mode) {
	case SITE_PROXY:
		return true;
	case SITE_FORWARD:
		return false;
	case SITE_AUTO:
		return any_proxy(q->entry) &&
		       !(q->rq->msg->flags & MREQ_AUTHORITATIVE);
	}
	return false;
}

/* Could a site with these locators send to an ITR-RLOC of the request? */
static bool reaches_itr(const struct query *q, const struct map_record *rec)
{
	for (unsigned int i = 0; i < rec->locator_count; i++)
		for (unsigned int k = 0; k < q->rq->msg->itr_count; k++)
			if (rec->locators[i].addr.family ==
			    q->rq->msg->itr_rlocs[k].family)
				return true;
	return false;
}

/* 0: sent or refused.  -1: nobody could be asked, answer yourself. */
static int to_etr(const struct query *q)
{
	struct map_record rec;
	const struct addr *etr;

	if (ms_entry_record(q->entry, &q->entry->eid, NULL, q->acts->arena,
			    &rec))
		return 0;

	etr = reaches_itr(q, &rec) ?
		forward_pick(&rec, q->rq->msg->nonce, q->ms->ops) : NULL;
	if (!etr)
		return -1;

	if (!forward_fresh(&q->ms->seen, q->rq, q->now)) {
		refuse(q, MS_FORWARD_LOOP, LOG_FORWARD_LOOP);
		return 0;
	}
	forward_send(q->rq->ecm, etr, q->acts);
	q->ms->counters[MS_FORWARDED]++;
	return 0;
}

/* --- decide --- */

static const struct store_entry *registered(const struct query *q)
{
	const struct sm_ops *ops = q->ms->ops;
	const struct store_entry *e;

	e = ops->store->match(ops->store_arg, &q->asked);
	if (!e)
		e = ops->store->match(ops->store_arg, &q->host);

	/* A registration above the configured prefix is another site's. */
	return e && e->eid.prefix.len >= q->ref->eid->eid.prefix.len ? e : NULL;
}

static void serve(struct query *q)
{
	q->ref = ms_site_of(q->ms, &q->asked);
	if (!q->ref)
		q->ref = ms_site_of(q->ms, &q->host);
	if (!q->ref) {
		negative(q, MS_NEGATIVE_HOLE, TTL_HOLE, HOLE_MIN_LEN);
		return;
	}

	q->entry = registered(q);
	if (!q->entry) {
		negative(q, MS_NEGATIVE_UNREGISTERED, TTL_UNREGISTERED,
			 q->ref->eid->eid.prefix.len);
		return;
	}

	if (wants_proxy(q)) {
		proxy(q);
	} else if (to_etr(q)) {
		q->ms->counters[MS_PROXY_FOR_FAMILY]++;
		proxy(q);
	}
}

void ms_on_request(struct ms *ms, uint64_t now, const struct request *rq,
		   struct actions *acts)
{
	const uint32_t invalid = MREQ_PROBE | MREQ_SMR | MREQ_DONT_REPLY;
	struct query q = {
		.ms = ms,
		.now = now,
		.rq = rq,
		.acts = acts,
		.asked = rq->msg->records[0].eid,
		.host = request_host(&rq->msg->records[0]),
	};

	ms->counters[MS_REQUESTS]++;
	if (!limit_take(&ms->requests, &rq->pkt->from, sizeof(rq->pkt->from),
			now))
		refuse(&q, MS_REQUEST_LIMITED, LOG_REQUEST_LIMITED);
	else if ((rq->msg->flags & invalid) || !eid_is_ip(&q.asked) ||
		 rq->msg->records[0].foreign)
		refuse(&q, MS_REQUEST_INVALID, LOG_REQUEST_INVALID);
	else
		serve(&q);
}

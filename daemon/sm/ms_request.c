// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The Map-Server serves a Map-Request (RFC 9301 8.3; spec 02 11).
 *
 *	probe or SMR in an ECM                  drop
 *	EID delegated to others (sm/ddt.h)      drop
 *	EID of no site                          negative, 15 min
 *	EID of a site, nobody registered it     negative, 1 min
 *	proxy allowed and not declined (A)      proxy reply
 *	else                                    on to an ETR, ECM anew
 *	no ETR can be sent to, or none reaches
 *	a family of the request's ITR-RLOCs     proxy reply after all
 *
 * A sender must not ask for more than one record at a time (RFC 9301 5.2); who
 * does is served nevertheless, up to RECORDS_SERVED of them: what we answer
 * ourselves goes into one Map-Reply, and the request goes on, whole, to
 * ETRS_ASKED ETRs at most, each of which answers for what is its own.  So one
 * packet in does not become many out.
 */
#include <string.h>

#include "sm/forward.h"
#include "sm/ms_part.h"
#include "sm/reply.h"

#define TTL_HOLE		15	/* minutes; RFC 9301 8.1 */
#define TTL_UNREGISTERED	1
#define HOLE_MIN_LEN		1	/* bits; never the default route */

#define RECORDS_SERVED		8
#define ETRS_ASKED		2

/* One Map-Request on its way through, a record at a time. */
struct query {
	const struct ms *ms;
	struct ms_desk *desk;
	uint64_t now;
	const struct request *rq;
	struct actions *acts;
	/* answers to all records */
	const struct addr *to;		/* where to; NULL: nowhere */
	struct reply reply;
	const struct addr *etrs[ETRS_ASKED];
	unsigned int etr_count;
	/* the record being served */
	struct eid asked;
	struct eid host;		/* address of @asked */
	uint64_t place;			/* of its limit */
	const struct site_ref *ref;
	const struct store_entry *entry;	/* @found, or NULL */
	struct store_entry found;
};

static void refuse(const struct query *q, enum ms_counter counter,
		   enum log_event event)
{
	counter_up(&q->desk->counters[counter]);
	action_log_peer(q->acts, event, &q->rq->pkt->from, &q->asked,
			q->rq->msg->nonce);
}

static size_t size_max(const struct ms *ms, const struct addr *to)
{
	return to->family == ADDR_IPV4 ? ms->cfg->limits.message_max4
				       : ms->cfg->limits.message_max6;
}

static void ask_for(struct query *q, const struct eid *eid)
{
	q->asked = *eid;
	if (q->to)
		q->place = reply_place(&q->desk->per_eid, q->to, eid);
}

/* May the record be answered? */
static bool may_reply(const struct query *q)
{
	if (!q->to) {
		refuse(q, MS_NO_ITR_RLOC, LOG_REQUEST_NO_ITR_RLOC);
		return false;
	}
	if (!reply_allowed_at(&q->desk->per_eid, q->place,
			      &q->desk->per_rloc, q->to, q->now)) {
		refuse(q, MS_REPLY_LIMITED, LOG_REQUEST_LIMITED);
		return false;
	}
	return true;
}

/* --- what there is --- */

/* For the EID asked for or, if it is a prefix and nothing is, for its first
 * address, which may be another site's. */
static const struct store_entry *registered(struct query *q)
{
	const struct sm_ops *ops = q->ms->ops;
	const struct store_entry *e;

	e = ops->store->match(ops->store_arg, &q->asked, &q->found);
	if (!e) {
		e = ops->store->match(ops->store_arg, &q->host, &q->found);
		q->ref = ms_site_of(q->ms, &q->host);
	}

	/* A registration above the configured prefix is another site's. */
	return e && e->eid.prefix.len >= q->ref->len ? e : NULL;
}

/* --- negative --- */

static void negative(struct query *q, enum ms_counter counter,
		     uint32_t ttl, unsigned int floor)
{
	struct map_record rec = {
		.ttl = ttl,
		.action = MAP_NATIVELY_FORWARD,
		.eid = { .iid = q->host.iid, .prefix = ms_hole(q->ms, &q->host, floor) },
	};

	if (!may_reply(q))
		return;

	counter_up(&q->desk->counters[counter]);
	reply_add(&q->reply, &rec);
}

/* --- on to an ETR --- */

static bool any_proxy(const struct store_entry *e)
{
	for (const struct registration *r = e->regs; r;
	     r = registration_next(r))
		if (r->by->proxy)
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

/* Remember to ask it, once.  False: it is one too many. */
static bool add_etr(struct query *q, const struct addr *etr)
{
	for (unsigned int i = 0; i < q->etr_count; i++)
		if (addr_equal(q->etrs[i], etr))
			return true;
	if (q->etr_count == ETRS_ASKED)
		return false;
	q->etrs[q->etr_count++] = etr;
	return true;
}

/* False: nobody can be asked, answer yourself. */
static bool to_etr(struct query *q)
{
	struct map_record rec;
	const struct addr *etr;

	if (ms_entry_record(q->entry, &q->entry->eid, NULL, q->acts->arena,
			    &rec))
		return true;

	etr = reaches_itr(q, &rec) ?
		forward_pick(&rec, q->rq->msg->nonce, q->ms->ops) : NULL;
	return etr && add_etr(q, etr);
}

static void ask_etrs(const struct query *q)
{
	if (q->etr_count && !forward_fresh(&q->desk->seen, q->rq, q->now)) {
		refuse(q, MS_FORWARD_LOOP, LOG_FORWARD_LOOP);
		return;
	}
	for (unsigned int i = 0; i < q->etr_count; i++) {
		forward_send(q->rq->ecm, q->etrs[i], q->acts);
		counter_up(&q->desk->counters[MS_FORWARDED]);
	}
}

/* --- proxy --- */

static bool add_entry(struct query *q, const struct store_entry *e,
		      const struct eid *eid)
{
	struct reply *r = &q->reply;
	struct map_record rec;

	/* A more-specific left out for want of memory would be as wrong as
	 * one that does not fit. */
	if (ms_entry_record(e, eid, NULL, q->acts->arena, &rec)) {
		r->full = true;
		return false;
	}
	return reply_add(r, &rec) != NULL;
}

/* Not the whole prefix: the hole around the EID asked for, if it was a prefix
 * around its first address, between what is registered and what is of others
 * (sm/reply.h).  What is served at that address may be to be passed on. */
static void add_cut(struct query *q)
{
	struct eid cut;

	counter_up(&q->desk->counters[MS_CUT]);
	ask_for(q, &q->host);
	q->ref = ms_site_of(q->ms, &q->host);
	q->entry = registered(q);
	if (!q->entry) {
		negative(q, MS_NEGATIVE_UNREGISTERED, TTL_UNREGISTERED,
			 q->ref->len);
		return;
	}
	if (!wants_proxy(q) && to_etr(q))
		return;

	cut = q->entry->eid;
	cut.prefix = ms_hole(q->ms, &q->host, cut.prefix.len);
	add_entry(q, q->entry, &cut);
}

/* Best match and what is registered beneath it, if all that fits and is the
 * site's. */
static void add_match(struct query *q)
{
	const struct sm_ops *ops = q->ms->ops;
	const struct store_entry *e = q->entry;
	struct store_entry more;
	unsigned int before = q->reply.count;

	if (ms_has_others(q->ms, q->ref, &e->eid)) {
		add_cut(q);
		return;
	}
	while (e && add_entry(q, e, &e->eid))
		e = ops->store->next(ops->store_arg, &q->entry->eid, &e->eid,
				     &more);
	if (!q->reply.full)
		return;

	reply_cut(&q->reply, before);
	add_cut(q);
}

/* All that a reply says to one question lives as long (RFC 9301 5.5). */
static void level_ttl(struct reply *r, unsigned int first)
{
	uint32_t ttl = UINT32_MAX;

	for (unsigned int i = first; i < r->count; i++)
		if (r->records[i].ttl < ttl)
			ttl = r->records[i].ttl;
	for (unsigned int i = first; i < r->count; i++)
		r->records[i].ttl = ttl;
}

static void proxy(struct query *q)
{
	unsigned int before = q->reply.count;

	if (!may_reply(q))
		return;

	add_match(q);
	level_ttl(&q->reply, before);
	if (q->reply.count > before)
		counter_up(&q->desk->counters[MS_PROXY_REPLIES]);
}

/* --- decide --- */

/* What was asked about the EIDs of one site, from however many addresses, must
 * not keep us from those of another. */
static bool may_serve(const struct query *q)
{
	size_t site = q->ref ? q->ref->number : q->ms->cfg->site_count;

	return bucket_take(&q->desk->serves[site], q->now) ||
	       bucket_take(&q->desk->serve, q->now);
}

static void serve(struct query *q)
{
	if (ms_owner_of(q->ms, &q->asked, &q->host, &q->ref) ==
	    MS_OWNER_OTHERS) {
		refuse(q, MS_DELEGATED, LOG_REQUEST_DELEGATED);
		return;
	}
	if (!may_serve(q)) {
		refuse(q, MS_SITE_LIMITED, LOG_REQUEST_LIMITED);
		return;
	}
	if (!q->ref) {
		negative(q, MS_NEGATIVE_HOLE, TTL_HOLE, HOLE_MIN_LEN);
		return;
	}

	q->entry = registered(q);
	if (!q->entry) {
		negative(q, MS_NEGATIVE_UNREGISTERED, TTL_UNREGISTERED,
			 q->ref->len);
		return;
	}

	if (wants_proxy(q)) {
		proxy(q);
	} else if (!to_etr(q)) {
		counter_up(&q->desk->counters[MS_PROXY_FOR_FAMILY]);
		proxy(q);
	}
}

static void turn_to(struct query *q, const struct request_record *rec)
{
	ask_for(q, &rec->eid);
	q->host = request_host(rec);
	q->ref = NULL;
	q->entry = NULL;
	reply_cut(&q->reply, q->reply.count);	/* not full for others */
}

static void serve_all(struct query *q)
{
	const struct map_request *m = q->rq->msg;

	q->to = request_itr_rloc(q->rq, q->ms->ops);
	if (q->to)
		reply_init(&q->reply, q->acts->arena, size_max(q->ms, q->to));

	for (unsigned int i = 0; i < m->record_count && i < RECORDS_SERVED;
	     i++) {
		turn_to(q, &m->records[i]);
		if (m->records[i].foreign || !eid_is_ip(&q->asked))
			refuse(q, MS_REQUEST_INVALID, LOG_REQUEST_INVALID);
		else
			serve(q);
	}
	ask_etrs(q);
	if (q->reply.count)
		reply_send(&q->reply, q->rq, q->to, 0, q->acts);
}

void ms_on_request(const struct ms *ms, struct ms_desk *desk, uint64_t now,
		   const struct request *rq, struct actions *acts)
{
	const uint32_t invalid = MREQ_PROBE | MREQ_SMR | MREQ_DONT_REPLY;
	struct query q = {
		.ms = ms,
		.desk = desk,
		.now = now,
		.rq = rq,
		.acts = acts,
	};

	counter_up(&desk->counters[MS_REQUESTS]);
	turn_to(&q, &rq->msg->records[0]);
	if (!limit_take_source(&desk->requests, &rq->pkt->from, now))
		refuse(&q, MS_REQUEST_LIMITED, LOG_REQUEST_LIMITED);
	else if (rq->msg->flags & invalid)
		refuse(&q, MS_REQUEST_INVALID, LOG_REQUEST_INVALID);
	else
		serve_all(&q);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The DDT node; see ddt.h.  What is answered (RFC 8111 6.4, 7.1, 7.2):
 *
 *	longest match            action              prefix
 *	delegation or hint       node- or            the delegation's
 *	                         ms-referral
 *	site, EID registered     ms-ack, and the     the site's
 *	                         Map-Server serves
 *	site, not registered     ms-not-registered   the widest in the site
 *	                                             without registrations
 *	own authority            delegation-hole     the widest in it that
 *	                                             touches no delegation, site
 *	nothing                  not-authoritative   what was asked for
 *
 * Of several records of a request the first is answered.
 */
#include <errno.h>
#include <string.h>

#include "sm/ddt.h"
#include "sm/ms_part.h"
#include "sm/reply.h"

static const char *const counter_names[DDT_NODE_COUNT] = {
	[DDT_NODE_REQUESTS] = "requests",
	[DDT_NODE_LIMITED] = "limited",
	[DDT_NODE_REPEATED] = "repeated",
	[DDT_NODE_SLIPPED] = "repeated-answered",
	[DDT_NODE_INVALID] = "invalid",
	[DDT_NODE_ACTION + REFERRAL_NODE] = "node-referral",
	[DDT_NODE_ACTION + REFERRAL_MS] = "map-server-referral",
	[DDT_NODE_ACTION + REFERRAL_MS_ACK] = "map-server-ack",
	[DDT_NODE_ACTION + REFERRAL_MS_NOT_REGISTERED] =
		"map-server-not-registered",
	[DDT_NODE_ACTION + REFERRAL_DELEGATION_HOLE] = "delegation-hole",
	[DDT_NODE_ACTION + REFERRAL_NOT_AUTHORITATIVE] = "not-authoritative",
	[DDT_NODE_CUT] = "cut",
	[DDT_NODE_SIGNED] = "signed",
	[DDT_NODE_SIGN_LIMITED] = "sign-limited",
	[DDT_NODE_SIGN_FAILED] = "sign-failed",
};

void ddt_config_init(struct ddt_config *cfg)
{
	memset(cfg, 0, sizeof(*cfg));
	*cfg = (struct ddt_config){
		.ttl = REFERRAL_TTL_MIN,
		.sign = {
			.validity = 7 * 24 * 3600,
			.kept = {
				[DDT_SIGN_ACK] = 65536,
				[DDT_SIGN_SHARED] = 1024,
			},
		},
		.requests = {
			.each = { 2000, 1000 },
			.all = LIMIT_ALL_TOGETHER,
			.slots = 16384,
		},
		/* At once what a resolver asks until the first answer comes. */
		.repeated = {
			.each = { 200000, 250 },
			.all = LIMIT_ALL_TOGETHER,
			.slots = 65536,
		},
		/* As long as a resolver asks for EIDs of that site. */
		.needed = {
			.each = { 20000, 500 },
			.all = LIMIT_ALL_TOGETHER,
			.slots = 65536,
		},
		.message_max4 = 1280 - 28,
		.message_max6 = 1280 - 48,
	};
}

/* --- life --- */

static int add_prefixes(struct ddt *d)
{
	const struct ddt_config *c = d->cfg;
	int ret = 0;

	for (size_t i = 0; i < c->authority_count && !ret; i++)
		ret = xeidmap_add(&d->authorities, &c->authorities[i].xeid,
				  (void *)&c->authorities[i]);
	for (size_t i = 0; i < c->delegation_count && !ret; i++)
		ret = xeidmap_add(&d->delegations, &c->delegations[i].xeid,
				  (void *)&c->delegations[i]);
	return ret == -EEXIST ? -EINVAL : ret;
}

/* A hole must not be wider than an instance that has sites. */
static int add_sites(struct ddt *d)
{
	const struct ms_config *c = d->ms ? d->ms->cfg : NULL;
	int ret = 0;

	for (size_t i = 0; c && i < c->site_count; i++)
		for (size_t k = 0; k < c->sites[i].eid_count && !ret; k++)
			ret = xeidmap_use(&d->delegations,
					  c->sites[i].eids[k].eid.iid);
	return ret;
}

/* Of a Map-Server that is no node.  It signs nothing and is asked for each EID
 * anew: a source may ask it as often as any other way. */
static const struct ddt_config *plain_config(struct ddt_config *cfg,
					     const struct ms *ms)
{
	ddt_config_init(cfg);
	cfg->requests = ms->cfg->limits.requests;
	return cfg;
}

int ddt_init(struct ddt *d, const struct ddt_config *cfg,
	     const struct sm_ops *ops, struct ms *ms, const uint8_t seed[16])
{
	int ret;

	memset(d, 0, sizeof(*d));
	if (!cfg)
		cfg = plain_config(&d->plain, ms);
	if (ddt_sign_room(&cfg->sign) > DDT_SIGN_ROOM_MAX)
		return -EINVAL;
	d->cfg = cfg;
	d->ops = ops;
	d->ms = ms;
	ret = xeidmap_init(&d->authorities, seed);
	if (!ret)
		ret = xeidmap_init(&d->delegations, seed);
	if (!ret)
		ret = add_prefixes(d);
	if (!ret)
		ret = add_sites(d);
	if (!ret)
		ret = limit_init(&d->requests, &cfg->requests, seed);
	if (!ret)
		ret = limit_init(&d->repeated, &cfg->repeated, seed);
	if (!ret)
		ret = limit_init(&d->needed, &cfg->needed, seed);
	if (!ret)
		ret = ddt_sign_init(&d->sign, &cfg->sign, ops, seed);
	if (ret)
		ddt_free(d);
	else if (ms)
		ms->delegations = &d->delegations;
	return ret;
}

void ddt_free(struct ddt *d)
{
	if (d->ms && d->ms->delegations == &d->delegations)
		d->ms->delegations = NULL;
	xeidmap_free(&d->authorities);
	xeidmap_free(&d->delegations);
	limit_free(&d->requests);
	limit_free(&d->repeated);
	limit_free(&d->needed);
	ddt_sign_free(&d->sign);
	memset(d, 0, sizeof(*d));
}

/* A delegation is cut to what fits into a message of either family. */
#define RECORDS_EACH	2

void ddt_inherit(struct ddt *d, struct ddt *old)
{
	limit_inherit(&d->requests, &old->requests);
	limit_inherit(&d->repeated, &old->repeated);
	limit_inherit(&d->needed, &old->needed);
	ddt_sign_inherit(&d->sign, &old->sign,
			 RECORDS_EACH * d->cfg->delegation_count);
	counters_inherit(d->counters, old->counters, DDT_NODE_COUNT);
}

/* --- one request on its way through --- */

struct query {
	struct ddt *d;
	uint64_t now;
	const struct request *rq;
	struct actions *acts;
	const struct request_record *asked;
	struct xeid host;		/* its address; an instance if not IP */
	/* the longest that contain it, NULL: none */
	const struct ddt_delegation *delegation;
	const struct ddt_authority *authority;
	const struct site_ref *site;
	/* the answer */
	struct referral_record rec;
	enum ddt_sign_class how;
};

static void refuse(const struct query *q, enum ddt_node_counter counter,
		   enum log_event event)
{
	q->d->counters[counter]++;
	action_log_peer(q->acts, event, &q->rq->pkt->from, &q->asked->eid,
			q->rq->msg->nonce);
}

static void send(const struct query *q, const uint8_t *octets, size_t len)
{
	const struct packet *pkt = q->rq->pkt;
	size_t size = MAP_REFERRAL_HEADER_SIZE + len;
	uint8_t *data = arena_alloc(q->acts->arena, size);
	struct writer w;

	if (!data)
		return;
	writer_init(&w, data, size);
	writer_u32(&w, (uint32_t)MSG_TYPE_MAP_REFERRAL << 28 | 1);
	writer_u64(&w, q->rq->msg->nonce);
	writer_bytes(&w, octets, len);
	if (writer_ok(&w))
		action_send(q->acts, &pkt->to, &pkt->from, pkt->from_port, data,
			    size);
}

/* What does not fit is left out, and said to be. */
static void cut(struct query *q)
{
	const struct ddt *d = q->d;
	size_t max = q->rq->pkt->from.family == ADDR_IPV4 ?
		d->cfg->message_max4 : d->cfg->message_max6;

	max -= MAP_REFERRAL_HEADER_SIZE + ddt_sign_room(&d->cfg->sign);
	while (q->rec.rloc_count && referral_record_size(&q->rec) > max) {
		if (!q->rec.incomplete)
			q->d->counters[DDT_NODE_CUT]++;
		q->rec.incomplete = true;
		q->rec.rloc_count--;
	}
}

/* Whoever is told this remembers it, and asks again when he has not heard it.
 * The rest he needs for each request: an MS-ACK, and what he must not keep. */
static bool is_remembered(const struct query *q)
{
	return !q->rec.incomplete && q->rec.ttl && q->how != DDT_SIGN_ONCE &&
	       q->rec.action != REFERRAL_MS_ACK;
}

/* An answer is larger than its question, and the source may be made up: so one
 * that asks for the same again and again gets few.  If that were all, a few
 * packets a second that name a resolver would keep it from a delegation: so of
 * what is over the limit one in DDT_SLIP is answered nevertheless, and whoever
 * asks again is heard (both as DNS RRL does it).  There is no shorter answer
 * that says "ask again otherwise", as the truncated one of DNS: it is whole. */
static bool is_repeated(struct query *q)
{
	const struct addr from = limit_source(&q->rq->pkt->from);
	struct ddt *d = q->d;
	uint8_t key[LIMIT_KEY_SIZE + 1];
	size_t len = limit_key(key, &from, &q->rec.xeid.eid);

	key[len++] = q->rec.xeid.iid_len;
	if (limit_take(is_remembered(q) ? &d->repeated : &d->needed, key, len,
		       q->now))
		return false;
	if (d->ops->random(d->ops->arg) % DDT_SLIP)
		return true;
	d->counters[DDT_NODE_SLIPPED]++;
	return false;
}

static void answer(struct query *q)
{
	struct ddt *d = q->d;
	const uint8_t *octets;
	size_t len;
	int ret;

	q->rec.authoritative = true;
	cut(q);
	if (is_repeated(q)) {
		refuse(q, DDT_NODE_REPEATED, LOG_REQUEST_LIMITED);
		return;
	}
	ret = ddt_sign_record(&d->sign, &(struct ddt_sign_task){
		.now = q->now,
		.from = &q->rq->pkt->from,
		.rec = &q->rec,
		.how = q->how,
		.arena = q->acts->arena,
		.computed = &d->counters[DDT_NODE_SIGNED],
	}, &octets, &len);
	if (ret == -EAGAIN) {
		refuse(q, DDT_NODE_SIGN_LIMITED, LOG_REQUEST_LIMITED);
		return;
	}
	if (ret) {
		refuse(q, DDT_NODE_SIGN_FAILED, LOG_REFERRAL_UNSIGNED);
		return;
	}
	d->counters[DDT_NODE_ACTION + q->rec.action]++;
	send(q, octets, len);
}

/* --- the six actions --- */

static void refer(struct query *q)
{
	const struct ddt_delegation *g = q->delegation;

	q->rec = (struct referral_record){
		.ttl = q->d->cfg->ttl,
		.xeid = g->xeid,
		.action = g->map_server ? REFERRAL_MS : REFERRAL_NODE,
		.rlocs = (struct referral_rloc *)g->rlocs,
		.rloc_count = g->rloc_count,
	};
	q->how = DDT_SIGN_DELEGATION;
	answer(q);
}

static void add_server(struct referral_record *rec, const struct addr *a)
{
	for (unsigned int i = 0; i < rec->rloc_count; i++)
		if (addr_equal(&rec->rlocs[i].addr, a))
			return;
	rec->rlocs[rec->rloc_count++] = (struct referral_rloc){
		.addr = *a,
		.priority = 1,
		.weight = 1,
	};
}

/* All Map-Servers that serve the site: this one, at the address that was
 * asked, and its peers. */
static void acknowledge(struct query *q)
{
	const struct ddt_authority *a = q->authority;
	struct referral_rloc servers[1 + DDT_PEERS_MAX];

	q->rec = (struct referral_record){
		.ttl = q->d->cfg->ttl,
		.xeid = xeid_of(&q->site->eid->eid),
		.action = REFERRAL_MS_ACK,
		.incomplete = !a || !a->complete,
		.rlocs = servers,
	};
	if (q->rq->pkt->to.family != ADDR_NONE)
		add_server(&q->rec, &q->rq->pkt->to);
	for (size_t i = 0; a && i < a->peer_count && i < DDT_PEERS_MAX; i++)
		add_server(&q->rec, &a->peers[i]);
	q->how = DDT_SIGN_ACK;
	answer(q);
}

static void not_registered(struct query *q)
{
	const struct eid gap = {
		.iid = q->host.eid.iid,
		.prefix = ms_hole(q->d->ms, &q->host.eid,
				  q->site->eid->eid.prefix.len),
	};

	q->rec = (struct referral_record){
		.ttl = REFERRAL_TTL_NOT_REGISTERED_MIN,
		.xeid = xeid_of(&gap),
		.action = REFERRAL_MS_NOT_REGISTERED,
		.incomplete = !q->authority || !q->authority->complete,
	};
	q->how = DDT_SIGN_SHARED;
	answer(q);
}

/* The hole around what was asked; false: it has no name. */
static bool hole_of(const struct query *q, struct xeid *hole)
{
	const struct xeid *own = &q->authority->xeid;
	const struct ms *ms = q->d->ms;
	struct prefix p;

	if (xeidmap_gap(&q->d->delegations, &q->host, xeid_bits(own), hole))
		return false;
	if (!ms || xeid_is_range(hole))
		return true;
	p = hole->eid.prefix;
	eidmap_gap(&ms->sites, q->host.eid.iid, &q->host.eid.prefix.addr,
		   p.len, &p);
	*hole = xeid_of(&(struct eid){ .iid = q->host.eid.iid, .prefix = p });
	return true;
}

static void say_asked(struct query *q)
{
	q->rec.xeid = xeid_of(&q->asked->eid);
	q->rec.foreign = q->asked->foreign;
	q->how = DDT_SIGN_ONCE;
}

static void not_delegated(struct query *q)
{
	q->rec = (struct referral_record){
		.ttl = REFERRAL_TTL_HOLE_MIN,
		.action = REFERRAL_DELEGATION_HOLE,
	};
	q->how = DDT_SIGN_SHARED;
	if (!hole_of(q, &q->rec.xeid))
		say_asked(q);
	answer(q);
}

static void not_ours(struct query *q)
{
	q->rec = (struct referral_record){
		.action = REFERRAL_NOT_AUTHORITATIVE,
		.incomplete = true,
	};
	say_asked(q);
	action_log_peer(q->acts, LOG_REFERRAL_LAME, &q->rq->pkt->from,
			&q->asked->eid, q->rq->msg->nonce);
	answer(q);
}

/* --- decide --- */

static bool registered(const struct query *q)
{
	const struct sm_ops *ops = q->d->ms->ops;
	const struct store_entry *e;
	struct store_entry found;

	e = ops->store->match(ops->store_arg, &q->asked->eid, &found);
	if (!e)
		e = ops->store->match(ops->store_arg, &q->host.eid, &found);

	/* A registration above the configured prefix is another site's. */
	return e && e->eid.prefix.len >= q->site->eid->eid.prefix.len;
}

static void serve(struct query *q)
{
	if (!registered(q)) {
		not_registered(q);
		return;
	}
	/* Somebody waits for the answer, the resolver for nothing more. */
	ms_on_request(q->d->ms, &q->d->ms->desks[0], q->now, q->rq, q->acts);
	acknowledge(q);
}

static void look_up(struct query *q)
{
	struct xeid asked = xeid_of(&q->asked->eid);
	struct eid host;

	/* An EID that is not IP is known by its instance only. */
	if (q->asked->foreign || !eid_is_ip(&q->asked->eid)) {
		xeid_range(asked.eid.iid, XEID_IID_BITS, &asked);
		q->host = asked;
	} else {
		host = request_host(q->asked);
		q->host = xeid_of(&host);
		q->site = q->d->ms ? ms_site_of(q->d->ms, &asked.eid) : NULL;
		if (!q->site && q->d->ms)
			q->site = ms_site_of(q->d->ms, &host);
	}
	q->delegation = xeidmap_match(&q->d->delegations, &asked);
	if (!q->delegation)
		q->delegation = xeidmap_match(&q->d->delegations, &q->host);
	q->authority = xeidmap_match(&q->d->authorities, &q->host);
}

/* The longest says; of equals a site, then a delegation. */
static void decide(struct query *q)
{
	int delegated = q->delegation ? (int)xeid_bits(&q->delegation->xeid) :
					-1;
	int own = q->authority ? (int)xeid_bits(&q->authority->xeid) : -1;
	struct xeid site;

	if (q->site) {
		site = xeid_of(&q->site->eid->eid);
		if ((int)xeid_bits(&site) >= delegated) {
			serve(q);
			return;
		}
	}
	if (q->delegation && delegated >= own)
		refer(q);
	else if (q->authority)
		not_delegated(q);
	else
		not_ours(q);
}

void ddt_on_request(struct ddt *d, uint64_t now, const struct request *rq,
		    struct actions *acts)
{
	struct query q = {
		.d = d,
		.now = now,
		.rq = rq,
		.acts = acts,
		.asked = &rq->msg->records[0],
	};

	d->counters[DDT_NODE_REQUESTS]++;
	if (!limit_take_source(&d->requests, &rq->pkt->from, now)) {
		refuse(&q, DDT_NODE_LIMITED, LOG_REQUEST_LIMITED);
	} else if (rq->msg->flags & (MREQ_PROBE | MREQ_SMR)) {
		refuse(&q, DDT_NODE_INVALID, LOG_REQUEST_INVALID);
	} else {
		look_up(&q);
		decide(&q);
	}
}

struct counter_group ddt_counters(const struct ddt *d)
{
	return (struct counter_group){
		.name = "ddt-node",
		.names = counter_names,
		.values = d->counters,
		.count = DDT_NODE_COUNT,
	};
}

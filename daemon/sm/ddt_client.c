// SPDX-License-Identifier: GPL-2.0-or-later
/* The DDT client: life, requests and time; see ddt_client.h. */
#include <errno.h>
#include <string.h>

#include "sm/ddt_part.h"
#include "sm/util.h"

static const char *const counter_names[DDTC_COUNT] = {
	[DDTC_REQUESTS] = "requests",
	[DDTC_AGAIN] = "again",
	[DDTC_INVALID] = "invalid",
	[DDTC_FULL] = "full",
	[DDTC_EVICTED] = "evicted",
	[DDTC_FROM_CACHE] = "from-cache",
	[DDTC_NEGATIVE_CACHED] = "negative-cached",
	[DDTC_SENT] = "sent",
	[DDTC_RETRIES] = "retries",
	[DDTC_SHARE] = "share-used-up",
	[DDTC_REFERRALS] = "referrals",
	[DDTC_UNASKED] = "unasked",
	[DDTC_BAD_REFERRAL] = "bad-referral",
	[DDTC_BAD_SIGNATURE] = "bad-signature",
	[DDTC_LOOPS] = "loops",
	[DDTC_LAME] = "lame",
	[DDTC_TO_ROOT] = "to-root",
	[DDTC_ACKS] = "acks",
	[DDTC_NEGATIVE] = "negative",
	[DDTC_REPLY_LIMITED] = "reply-limited",
	[DDTC_GIVEN_UP] = "given-up",
	[DDTC_NOWHERE] = "nowhere",
};

/* --- life --- */

void ddt_client_config_init(struct ddt_client_config *cfg)
{
	memset(cfg, 0, sizeof(*cfg));
	cfg->security = DDT_SECURITY_IF_PRESENT;
	cfg->queries = (struct queries_limits){ .all = 8192, .each = 256 };
	cfg->cache = (struct referral_limits){
		.entries = 65536, .octets = 64 << 20, .ttl_max = 7 * 1440,
	};
	cfg->retry = 2000;
	cfg->lifetime = 60000;
	cfg->tries = 3;
	cfg->sends = 48;
	cfg->referrals = 32;
	/* RFC 9301 5.4. */
	cfg->per_eid = (struct limit_config){
		.each = { 3000000, 1 }, .all = LIMIT_ALL_TOGETHER,
		.slots = 16384,
	};
	cfg->per_rloc = (struct limit_config){
		.each = { 10000, 100 }, .all = LIMIT_ALL_TOGETHER,
		.slots = 16384,
	};
	cfg->share = (struct limit_config){
		.each = { 4000, 500 }, .all = LIMIT_ALL_TOGETHER,
		.slots = 16384,
	};
}

static int make_roots(struct ddt_client *c)
{
	struct referral_rloc rlocs[REFERRAL_TARGETS_MAX];
	struct xeid all;
	struct referral_source src = {
		.xeid = &all,
		.action = REFERRAL_NODE,
		.rlocs = rlocs,
		.trusted = true,
		.expires = UINT64_MAX,
	};

	xeid_range(0, 0, &all);
	while (src.rloc_count < c->cfg->root_count &&
	       src.rloc_count < REFERRAL_TARGETS_MAX) {
		rlocs[src.rloc_count] = (struct referral_rloc){
			.addr = c->cfg->roots[src.rloc_count],
			.keys = c->cfg->anchors,
			.key_count = (uint8_t)c->cfg->anchor_count,
		};
		src.rloc_count++;
	}
	c->roots = referral_set_new(&src);
	if (!c->roots)
		return -ENOMEM;
	c->roots->root = true;
	return 0;
}

int ddt_client_init(struct ddt_client *c, const struct ddt_client_config *cfg,
		    const struct sm_ops *ops, const uint8_t seed[16])
{
	int ret;

	memset(c, 0, sizeof(*c));
	c->cfg = cfg;
	c->ops = ops;
	ddt_verify_init(&c->verify, ops, cfg->security, seed);
	ret = make_roots(c);
	if (!ret)
		ret = referral_init(&c->cache, &cfg->cache, seed);
	if (!ret)
		ret = queries_init(&c->queries, &cfg->queries, seed);
	if (!ret)
		ret = limit_init(&c->per_eid, &cfg->per_eid, seed);
	if (!ret)
		ret = limit_init(&c->per_rloc, &cfg->per_rloc, seed);
	if (!ret)
		ret = limit_init(&c->share, &cfg->share, seed);
	if (ret)
		ddt_client_free(c);
	return ret;
}

void ddt_client_free(struct ddt_client *c)
{
	queries_free(&c->queries);
	referral_free(&c->cache);
	referral_set_put(c->roots);
	limit_free(&c->per_eid);
	limit_free(&c->per_rloc);
	limit_free(&c->share);
	memset(c, 0, sizeof(*c));
}

void ddt_client_inherit(struct ddt_client *c, struct ddt_client *old)
{
	bool same = c->verify.security == old->verify.security &&
		    referral_set_same(c->roots, old->roots);

	ddt_verify_inherit(&c->verify, &old->verify);
	limit_inherit(&c->per_eid, &old->per_eid);
	limit_inherit(&c->per_rloc, &old->per_rloc);
	limit_inherit(&c->share, &old->share);
	counters_inherit(c->counters, old->counters, DDTC_COUNT);
	c->queries.evicted += old->queries.evicted;
	if (!same)
		return;
	referral_inherit(&c->cache, &old->cache);
	queries_inherit(&c->queries, &old->queries);
}

/* --- requests --- */

static void refuse(struct ddt_client *c, enum ddt_client_counter counter,
		   enum log_event event, const struct request *rq,
		   struct actions *acts)
{
	c->counters[counter]++;
	action_log_peer(acts, event, &rq->pkt->from, &rq->msg->records[0].eid,
			rq->msg->nonce);
}

static uint32_t minutes_left(uint64_t now, const struct referral_set *s)
{
	return (uint32_t)((s->expires - now + 59999) / 60000);
}

static void begin(struct ddt_client *c, uint64_t now, const struct request *rq,
		  struct referral_set *known, struct actions *acts)
{
	struct ddt_turn t = { .c = c, .now = now, .acts = acts };

	/* Room for this one may be made of the last user of the set. */
	if (known)
		referral_set_get(known);
	t.q = queries_add(&c->queries, now, rq);
	c->counters[DDTC_EVICTED] = c->queries.evicted;
	if (!t.q) {
		refuse(c, DDTC_FULL, LOG_DDT_FULL, rq, acts);
	} else if (known) {
		c->counters[DDTC_FROM_CACHE]++;
		t.q->cached = true;
		ddt_follow(&t, known, "request");
	} else {
		t.q->via_root = true;
		ddt_follow(&t, c->roots, "request");
	}
	referral_set_put(known);
}

static bool valid(const struct request *rq)
{
	const struct map_request *m = rq->msg;

	return m->record_count == 1 && !m->records[0].foreign &&
	       eid_is_ip(&m->records[0].eid) && m->itr_count &&
	       !(m->flags & (MREQ_PROBE | MREQ_SMR | MREQ_DONT_REPLY)) &&
	       !(rq->ecm->flags & ECM_DDT);
}

void ddt_client_on_request(struct ddt_client *c, uint64_t now,
			   const struct request *rq, struct actions *acts)
{
	const struct eid *eid = &rq->msg->records[0].eid;
	struct referral_set *known;
	struct ddt_query *q;

	c->counters[DDTC_REQUESTS]++;
	if (!valid(rq)) {
		refuse(c, DDTC_INVALID, LOG_REQUEST_INVALID, rq, acts);
		return;
	}
	q = queries_find(&c->queries, rq);
	if (q) {
		c->counters[DDTC_AGAIN]++;
		queries_replace(q, rq);
		return;
	}
	known = referral_match(&c->cache, now, eid);
	if (known && referral_set_negative(known)) {
		struct eid hole = ddt_hole_of(&known->xeid, eid);

		c->counters[DDTC_NEGATIVE_CACHED]++;
		ddt_reply_negative(c, now, rq, &hole, minutes_left(now, known),
			       acts);
		return;
	}
	begin(c, now, rq, known, acts);
}

/* --- time --- */

/* Another query may have found out more since this one asked; then it need not
 * be asked again.  False: it has not. */
static bool follow_known(struct ddt_turn *t)
{
	struct ddt_query *q = t->q;
	struct referral_set *s = referral_match(&t->c->cache, t->now, &q->eid);

	if (!s || xeid_bits(&s->xeid) <= xeid_bits(&q->set->xeid))
		return false;
	t->c->counters[DDTC_FROM_CACHE]++;
	if (referral_set_negative(s)) {
		const struct xeid x = s->xeid;

		ddt_negative(t, &x, minutes_left(t->now, s), "cache");
		return true;
	}
	q->cached = true;
	ddt_follow(t, s, "cache");
	return true;
}

/* Nobody answered.  What the cache said may be old; then it is silence. */
static void on_silence(struct ddt_turn *t)
{
	const unsigned int before = t->q->sends;

	if (!ddt_over_budget(t) && follow_known(t))
		return;
	if (ddt_ask_next(t, t->c->cfg->tries))
		t->c->counters[DDTC_RETRIES] += t->q->sends != before;
	else if (ddt_not_registered(t))
		return;
	else if (ddt_over_budget(t) || !t->q->cached ||
		 !ddt_to_root(t, "silence"))
		ddt_give_up(t, "silence");
}

bool ddt_client_on_time(struct ddt_client *c, uint64_t now,
			struct actions *acts)
{
	struct heap_node *n = heap_pop_due(&c->queries.timers, now);
	struct ddt_turn t = { .c = c, .now = now, .acts = acts };

	if (!n)
		return false;
	t.q = container_of(n, struct ddt_query, timer);
	on_silence(&t);
	return true;
}

uint64_t ddt_client_due(const struct ddt_client *c)
{
	const struct heap_node *n = heap_peek(&c->queries.timers);

	return n ? n->due : UINT64_MAX;
}

struct counter_group ddt_client_counters(const struct ddt_client *c)
{
	return (struct counter_group){
		.name = "ddt-client",
		.names = counter_names,
		.values = c->counters,
		.count = DDTC_COUNT,
	};
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* The asking ITR; see resolve.h.  How a Map-Request is put together is in
 * ask.c, which replies to believe in check.c. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sm/ask.h"
#include "sm/check.h"
#include "sm/resolve.h"
#include "sm/util.h"

#define PAUSE		30000	/* ms; RFC 9301 5.3 */
#define MISS_SETTLE	1000	/* ms; misses from before an answer */
#define SMR_SETTLE	3000	/* ms; RFC 9301 6.1, one per 3 s per EID */

/* How long to wait for an answer to each try, ms. */
static const unsigned int patience[RESOLVE_TRIES] = {
	1000, 1000, 1000, 2000, 2000, 4000, 4000, 8000, 8000, 8000, 8000,
};

struct try {
	struct hash_node node;
	struct series *series;
	uint64_t nonce;
	uint64_t sent;			/* ms */
	unsigned int resolver;
};

struct waiter {
	struct waiter *next;
	uint64_t token;
};

struct series {
	struct heap_node timer;
	struct eid eid;			/* what is asked for */
	struct addr source;		/* of the packet that missed */
	uint64_t missed;		/* ms: the first one; 0: none */
	enum resolve_state state;
	bool smr;			/* asked because of an SMR */
	bool wanted;			/* asked for again while paused */
	unsigned int tries;
	struct try sent[RESOLVE_TRIES];
	struct waiter *waiters;
};

static const char *const state_names[RESOLVE_STATE_COUNT] = {
	[RESOLVE_NONE] = "none",
	[RESOLVE_ASKING] = "asking",
	[RESOLVE_PAUSED] = "paused",
};

static const char *const event_names[RESOLVE_EVENT_COUNT] = {
	[RESOLVE_ON_WANTED] = "wanted",
	[RESOLVE_ON_TIME] = "unanswered",
	[RESOLVE_ON_LAST] = "last try unanswered",
	[RESOLVE_ON_RESUME] = "pause over, still wanted",
	[RESOLVE_ON_FORGET] = "pause over",
	[RESOLVE_ON_ANSWER] = "answered",
};

static const enum resolve_state next_state[][RESOLVE_EVENT_COUNT] = {
	[RESOLVE_NONE] = {
		[RESOLVE_ON_WANTED] = RESOLVE_ASKING,
	},
	[RESOLVE_ASKING] = {
		[RESOLVE_ON_WANTED] = RESOLVE_ASKING,
		[RESOLVE_ON_TIME] = RESOLVE_ASKING,
		[RESOLVE_ON_LAST] = RESOLVE_PAUSED,
		[RESOLVE_ON_ANSWER] = RESOLVE_NONE,
	},
	[RESOLVE_PAUSED] = {
		[RESOLVE_ON_WANTED] = RESOLVE_PAUSED,
		[RESOLVE_ON_RESUME] = RESOLVE_ASKING,
		[RESOLVE_ON_FORGET] = RESOLVE_NONE,
		[RESOLVE_ON_ANSWER] = RESOLVE_NONE,
	},
};

static const char *const counter_names[RESOLVE_COUNT] = {
	[RESOLVE_MISSES] = "misses",
	[RESOLVE_REFRESHES] = "refreshes",
	[RESOLVE_JOINED] = "joined",
	[RESOLVE_REQUESTS] = "requests",
	[RESOLVE_DEFERRED] = "deferred",
	[RESOLVE_REPLIES] = "replies",
	[RESOLVE_ACCEPTED] = "accepted",
	[RESOLVE_TIMEOUTS] = "timeouts",
	[RESOLVE_FULL] = "full",
	[RESOLVE_MISS_IGNORED] = "miss-ignored",
	[RESOLVE_NO_RESOLVER] = "no-resolver",
	[RESOLVE_BAD_NONCE] = "bad-nonce",
	[RESOLVE_BAD_COVERAGE] = "bad-coverage",
	[RESOLVE_BAD_RECORD] = "bad-record",
	[RESOLVE_SHORT_PREFIX] = "short-prefix",
	[RESOLVE_LOCAL_EID] = "local-eid",
	[RESOLVE_BAD_RLOC] = "bad-rloc",
	[RESOLVE_SMR] = "smr",
	[RESOLVE_SMR_IGNORED] = "smr-ignored",
	[RESOLVE_HINTS] = "hints",
	[RESOLVE_HINTS_IGNORED] = "hints-ignored",
};

int resolve_init(struct resolve *r, const struct xtr_config *cfg,
		 const struct sm_ops *ops, const struct database *db,
		 struct cache *cache, const uint8_t seed[16])
{
	int ret;

	memset(r, 0, sizeof(*r));
	r->cfg = cfg;
	r->ops = ops;
	r->db = db;
	r->cache = cache;
	heap_init(&r->timers);
	bucket_init(&r->rate, cfg->resolve.requests.interval_us,
		    cfg->resolve.requests.burst);

	ret = hash_init(&r->by_nonce, seed);
	if (!ret)
		ret = eidmap_init(&r->by_eid, seed);
	if (!ret)
		ret = resolvers_init(&r->resolvers, cfg, ops);
	if (ret)
		resolve_free(r);
	return ret;
}

static void free_series(void *value, void *arg)
{
	struct series *s = value;
	struct waiter *w;

	while ((w = s->waiters) != NULL) {
		s->waiters = w->next;
		free(w);
	}
	free(s);
}

void resolve_free(struct resolve *r)
{
	eidmap_free(&r->by_eid, free_series, NULL);
	if (r->by_nonce.bucket)
		hash_free(&r->by_nonce);
	resolvers_free(&r->resolvers);
	memset(r, 0, sizeof(*r));
}

size_t resolve_outstanding(const struct resolve *r)
{
	return r->by_eid.count;
}

uint64_t resolve_due(const struct resolve *r)
{
	struct heap_node *n = heap_peek(&r->timers);

	return n ? n->due : UINT64_MAX;
}

/* --- a series --- */

static struct series *series_new(struct resolve *r, const struct eid *eid)
{
	struct series *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;

	s->eid = *eid;
	heap_node_init(&s->timer);
	if (eidmap_add(&r->by_eid, eid, s)) {
		free(s);
		return NULL;
	}
	return s;
}

static void forget_tries(struct resolve *r, struct series *s)
{
	for (unsigned int i = 0; i < RESOLVE_TRIES; i++)
		hash_del(&r->by_nonce, &s->sent[i].node);
	s->tries = 0;
}

static void series_del(struct resolve *r, struct series *s)
{
	forget_tries(r, s);
	heap_del(&r->timers, &s->timer);
	eidmap_del(&r->by_eid, &s->eid);
	free_series(s, NULL);
}

/* Tell all who wait.  @m NULL: nobody answered. */
static void tell_waiters(struct resolve *r, struct series *s, int error,
			 const struct action_resolved *answer,
			 struct actions *acts)
{
	struct waiter *w;

	while ((w = s->waiters) != NULL) {
		struct action *a = action_add(acts, ACTION_RESOLVED);

		if (a) {
			if (answer)
				a->resolved = *answer;
			a->resolved.token = w->token;
			a->resolved.error = error;
			a->resolved.eid = s->eid;
			a->resolved.tries = s->tries;
		}
		s->waiters = w->next;
		free(w);
		r->waiters--;
	}
}

void resolve_cancel(struct resolve *r, struct actions *acts)
{
	struct series *s = eidmap_walk(&r->by_eid, NULL);

	for (; s && r->waiters; s = eidmap_walk(&r->by_eid, &s->eid))
		tell_waiters(r, s, -ECANCELED, NULL, acts);
}

/* --- sending --- */

/* The last try was in vain. */
static void blame_resolver(struct resolve *r, const struct series *s,
			   uint64_t now, struct actions *acts)
{
	const struct try *t = s->tries ? &s->sent[s->tries - 1] : NULL;

	if (t && t->resolver != RESOLVER_NONE)
		resolvers_on_silence(&r->resolvers, now, t->resolver, acts);
}

static const struct addr *pick_resolver(struct resolve *r,
					const struct series *s, uint64_t now,
					struct try *t)
{
	unsigned int last = s->tries ? s->sent[s->tries - 1].resolver :
		RESOLVER_NONE;

	t->resolver = RESOLVER_NONE;
	return resolvers_pick(&r->resolvers, now, last, &t->resolver);
}

static void send_try(struct resolve *r, struct series *s, uint64_t now,
		     struct actions *acts)
{
	struct try *t = &s->sent[s->tries];
	struct ask ask = {
		.eid = s->eid,
		.source = s->source,
		.flags = s->smr ? MREQ_SMR_INVOKED : 0,
	};
	const struct addr *to;

	blame_resolver(r, s, now, acts);
	to = pick_resolver(r, s, now, t);
	if (xtr_is_pitr(r->cfg, s->eid.iid))
		ask.flags |= MREQ_PITR;
	heap_update(&r->timers, &s->timer, now + patience[s->tries]);
	s->tries++;
	if (!to) {
		r->counters[RESOLVE_NO_RESOLVER]++;
		action_log_peer(acts, LOG_RESOLVE_NO_RESOLVER, NULL, &s->eid,
				r->cfg->resolver_count);
		tell_waiters(r, s, -EHOSTUNREACH, NULL, acts);
		return;
	}

	t->series = s;
	t->sent = now;
	t->nonce = r->ops->random(r->ops->arg);
	hash_add(&r->by_nonce, &t->node,
		 hash_key(&r->by_nonce, &t->nonce, sizeof(t->nonce)));

	ask.nonce = t->nonce;
	ask_send(&ask, r->db, to, acts);
	r->counters[RESOLVE_REQUESTS]++;
}

static void send_or_defer(struct resolve *r, struct series *s, uint64_t now,
			  struct actions *acts)
{
	uint64_t wait;

	if (now < r->hold) {
		heap_update(&r->timers, &s->timer, r->hold);
		return;
	}
	if (bucket_take(&r->rate, now)) {
		send_try(r, s, now, acts);
		return;
	}

	wait = bucket_wait(&r->rate, now);
	heap_update(&r->timers, &s->timer, now + (wait ? wait : 1));
	r->counters[RESOLVE_DEFERRED]++;
}

/* --- the transition function --- */

static void step(struct resolve *r, struct series *s, enum resolve_event ev,
		 uint64_t now, struct actions *acts)
{
	enum resolve_state from = s->state;

	s->state = next_state[from][ev];
	if (from != s->state)
		action_transition(acts, "resolve", state_names[from],
				  state_names[s->state], event_names[ev],
				  &s->eid, NULL);

	switch (ev) {
	case RESOLVE_ON_WANTED:
		if (from == RESOLVE_NONE)
			send_or_defer(r, s, now, acts);
		s->wanted = true;
		break;
	case RESOLVE_ON_TIME:
		send_or_defer(r, s, now, acts);
		break;
	case RESOLVE_ON_LAST:
		blame_resolver(r, s, now, acts);
		r->counters[RESOLVE_TIMEOUTS]++;
		action_log_peer(acts, LOG_RESOLVE_TIMEOUT, NULL, &s->eid,
				s->tries);
		tell_waiters(r, s, -ETIMEDOUT, NULL, acts);
		s->wanted = false;
		s->missed = 0;
		heap_update(&r->timers, &s->timer, now + PAUSE);
		break;
	case RESOLVE_ON_RESUME:
		forget_tries(r, s);
		send_or_defer(r, s, now, acts);
		break;
	case RESOLVE_ON_FORGET:
	case RESOLVE_ON_ANSWER:
		series_del(r, s);
		break;
	case RESOLVE_EVENT_COUNT:
		break;
	}
}

bool resolve_on_time(struct resolve *r, uint64_t now, struct actions *acts)
{
	struct heap_node *n = heap_pop_due(&r->timers, now);
	struct series *s;

	if (!n)
		return false;

	s = container_of(n, struct series, timer);
	if (s->state == RESOLVE_PAUSED)
		step(r, s, s->wanted ? RESOLVE_ON_RESUME : RESOLVE_ON_FORGET,
		     now, acts);
	else
		step(r, s, s->tries == RESOLVE_TRIES ? RESOLVE_ON_LAST
						     : RESOLVE_ON_TIME,
		     now, acts);
	return true;
}

/* --- who wants something --- */

/* The series for @eid, made if there is room for one more. */
static struct series *series_get(struct resolve *r, const struct eid *eid,
				 struct actions *acts)
{
	const struct resolve_limits *max = &r->cfg->resolve;
	struct series *s = eidmap_find(&r->by_eid, eid);

	if (s) {
		r->counters[RESOLVE_JOINED]++;
		return s;
	}

	if (r->by_eid.count < max->outstanding &&
	    eidmap_iid_count(&r->by_eid, eid->iid) < max->per_iid)
		s = series_new(r, eid);
	if (!s) {
		r->counters[RESOLVE_FULL]++;
		action_log_peer(acts, LOG_RESOLVE_FULL, NULL, eid,
				r->by_eid.count);
	}
	return s;
}

static bool may_ask(const struct resolve *r, const struct eid *eid)
{
	return eid_is_ip(eid) && xtr_has_iid(r->cfg, eid->iid) &&
	       !addr_is_multicast(&eid->prefix.addr) &&
	       !database_is_local(r->db, eid);
}

void resolve_on_miss(struct resolve *r, uint64_t now, uint32_t iid,
		     const struct addr *dest, const struct addr *source,
		     struct actions *acts)
{
	struct eid eid = eid_host(iid, dest);
	const struct cache_entry *e = cache_match(r->cache, &eid);
	struct series *s;

	r->counters[RESOLVE_MISSES]++;
	if (!may_ask(r, &eid) || (e && now < e->installed + MISS_SETTLE)) {
		r->counters[RESOLVE_MISS_IGNORED]++;
		return;
	}

	s = series_get(r, &eid, acts);
	if (!s)
		return;
	if (source)
		s->source = *source;
	if (!s->missed)
		s->missed = now;
	step(r, s, RESOLVE_ON_WANTED, now, acts);
}

static void refresh(struct resolve *r, uint64_t now, const struct eid *eid,
		    bool smr, struct actions *acts)
{
	struct series *s = series_get(r, eid, acts);

	if (!s)
		return;
	s->smr |= smr;
	step(r, s, RESOLVE_ON_WANTED, now, acts);
}

void resolve_on_refresh(struct resolve *r, uint64_t now,
			const struct eid *eid, struct actions *acts)
{
	r->counters[RESOLVE_REFRESHES]++;
	refresh(r, now, eid, false, acts);
}

/* The cached mapping that an SMR is about (spec 02 7, ambiguity B12): of its
 * source EID, or else of its record. */
static const struct cache_entry *smr_entry(const struct resolve *r,
					   const struct map_request *m)
{
	const struct cache_entry *e = NULL;

	if (eid_is_ip(&m->source))
		e = cache_match(r->cache, &m->source);
	if (!e && !database_is_local(r->db, &m->records[0].eid))
		e = cache_match(r->cache, &m->records[0].eid);
	return e;
}

void resolve_on_smr(struct resolve *r, uint64_t now, const struct request *rq,
		    struct actions *acts)
{
	const struct cache_entry *e = NULL;

	r->counters[RESOLVE_SMR]++;
	if (!rq->ecm && !(rq->msg->flags & MREQ_PROBE))
		e = smr_entry(r, rq->msg);
	if (!e || now < e->installed + SMR_SETTLE) {
		r->counters[RESOLVE_SMR_IGNORED]++;
		action_log_peer(acts, LOG_SMR_IGNORED, &rq->pkt->from,
				&rq->msg->records[0].eid, rq->msg->nonce);
		return;
	}
	refresh(r, now, &e->eid, true, acts);
}

void resolve_on_hint(struct resolve *r, uint64_t now, const struct eid *eid,
		     struct actions *acts)
{
	const struct cache_entry *e = cache_match(r->cache, eid);

	r->counters[RESOLVE_HINTS]++;
	if (!may_ask(r, eid) || (e && now < e->installed + SMR_SETTLE)) {
		r->counters[RESOLVE_HINTS_IGNORED]++;
		return;
	}
	refresh(r, now, e ? &e->eid : eid, false, acts);
}

int resolve_on_person(struct resolve *r, uint64_t now, const struct eid *eid,
		      uint64_t token, struct actions *acts)
{
	struct waiter *w;
	struct series *s;

	if (!may_ask(r, eid))
		return -EINVAL;
	if (r->waiters >= r->cfg->resolve.waiters)
		return -EBUSY;

	w = calloc(1, sizeof(*w));
	s = w ? series_get(r, eid, acts) : NULL;
	if (!s) {
		free(w);
		return -EBUSY;
	}

	w->token = token;
	w->next = s->waiters;
	s->waiters = w;
	r->waiters++;
	step(r, s, RESOLVE_ON_WANTED, now, acts);
	return 0;
}

/* --- the answer --- */

static struct try *find_try(const struct resolve *r, uint64_t nonce)
{
	uint64_t hash = hash_key(&r->by_nonce, &nonce, sizeof(nonce));
	struct hash_node *n;

	for (n = hash_first(&r->by_nonce, hash); n; n = hash_next(n)) {
		struct try *t = container_of(n, struct try, node);

		if (t->nonce == nonce)
			return t;
	}
	return NULL;
}

static void count_faults(struct resolve *r, const struct check *c)
{
	static const enum resolve_counter counters[CHECK_FAULT_COUNT] = {
		[CHECK_RECORD] = RESOLVE_BAD_RECORD,
		[CHECK_SHORT_PREFIX] = RESOLVE_SHORT_PREFIX,
		[CHECK_LOCAL_EID] = RESOLVE_LOCAL_EID,
		[CHECK_RLOC] = RESOLVE_BAD_RLOC,
	};

	for (unsigned int i = 0; i < CHECK_FAULT_COUNT; i++)
		r->counters[counters[i]] += c->faults[i];
}

static void accept(struct resolve *r, uint64_t now, struct try *t,
		   const struct check *c, const struct map_reply *m,
		   struct actions *acts)
{
	struct action_resolved answer = {
		.peer = c->from,
		.rtt = (uint32_t)(now - t->sent),
		.records = m->records,
		.record_count = m->record_count,
	};

	resolvers_on_reply(&r->resolvers, now, t->resolver, answer.rtt, acts);
	r->counters[RESOLVE_ACCEPTED]++;
	cache_install(r->cache, now, &c->asked, c->maps, c->count, &c->from,
		      acts);
	if (t->series->missed)
		histogram_add(&r->latency, now - t->series->missed);
	tell_waiters(r, t->series, 0, &answer, acts);
	step(r, t->series, RESOLVE_ON_ANSWER, now, acts);
}

void resolve_on_reply(struct resolve *r, uint64_t now,
		      const struct packet *pkt, const struct map_reply *m,
		      struct actions *acts)
{
	struct try *t = find_try(r, m->nonce);
	struct check c = {
		.limits = &r->cfg->cache,
		.ops = r->ops,
		.db = r->db,
		.from = pkt->from,
	};
	int ret;

	r->counters[RESOLVE_REPLIES]++;
	if (!t) {
		r->counters[RESOLVE_BAD_NONCE]++;
		action_log_peer(acts, LOG_REPLY_NONCE, &pkt->from, NULL,
				m->nonce);
		return;
	}

	c.asked = t->series->eid;
	ret = check_reply(&c, m, acts);
	count_faults(r, &c);
	if (ret == 0) {
		accept(r, now, t, &c, m, acts);
		return;
	}

	r->counters[RESOLVE_BAD_COVERAGE] += ret == -EBADMSG;
	action_log_peer(acts, ret == -EBADMSG ? LOG_REPLY_COVERAGE
					      : LOG_NO_MEMORY,
			&pkt->from, &c.asked, m->nonce);
}

struct counter_group resolve_counters(const struct resolve *r)
{
	return (struct counter_group){
		.name = "resolve",
		.names = counter_names,
		.values = r->counters,
		.count = RESOLVE_COUNT,
	};
}

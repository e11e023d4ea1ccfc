// SPDX-License-Identifier: GPL-2.0-or-later
/* RLOC-probing; see probe.h. */
#include <stdlib.h>
#include <string.h>

#include "sm/probe.h"
#include "sm/util.h"

#define SECOND		1000u	/* ms */
#define SPREAD_EACH	2	/* ms of a start's spread for each target */
#define RTT_SHIFT	3	/* a new sample weighs an eighth */
#define RTT_MAX		1000000	/* ms */

struct shot {
	struct hash_node node;
	struct probe_target *target;
	uint64_t nonce;
	uint64_t sent;			/* ms */
};

struct probe_target {
	struct hash_node node;
	struct heap_node timer;
	struct addr addr;
	struct eid eid;			/* of the mapping that came last */
	unsigned int users;
	enum probe_state state;
	bool waiting;			/* the last probe is unanswered */
	bool doubted;			/* by the data plane */
	bool out;			/* of use: the data plane was told */
	unsigned int silence;		/* unanswered in a row */
	unsigned int answers;		/* answered in a row */
	uint32_t gap;			/* ms, to the next probe while down */
	uint32_t rtt;			/* microseconds, smoothed */
	uint8_t hops;			/* of the last reply */
	uint64_t since;
	uint64_t replied;
	uint64_t sent;			/* ms: last probe */
	unsigned int next;		/* shot to be used */
	struct shot shots[PROBE_SHOTS];
};

static const char *const state_names[PROBE_STATE_COUNT] = {
	[PROBE_NEW] = "new",
	[PROBE_UP] = "up",
	[PROBE_DOUBT] = "doubt",
	[PROBE_DOWN] = "down",
	[PROBE_RISING] = "rising",
};

static const char *const event_names[PROBE_EVENT_COUNT] = {
	[PROBE_ON_REPLY] = "reply",
	[PROBE_ON_STEADY] = "replies in a row",
	[PROBE_ON_UNANSWERED] = "unanswered",
	[PROBE_ON_LAST] = "last try unanswered",
};

static const enum probe_state
next_state[PROBE_STATE_COUNT][PROBE_EVENT_COUNT] = {
	/* reply, replies in a row, unanswered, last try unanswered */
	[PROBE_NEW] = { PROBE_UP, PROBE_UP, PROBE_NEW, PROBE_DOWN },
	[PROBE_UP] = { PROBE_UP, PROBE_UP, PROBE_DOUBT, PROBE_DOWN },
	[PROBE_DOUBT] = { PROBE_UP, PROBE_UP, PROBE_DOUBT, PROBE_DOWN },
	[PROBE_DOWN] = { PROBE_RISING, PROBE_UP, PROBE_DOWN, PROBE_DOWN },
	[PROBE_RISING] = { PROBE_RISING, PROBE_UP, PROBE_DOWN, PROBE_DOWN },
};

static const char *const counter_names[PROBE_COUNT] = {
	[PROBE_SENT] = "sent",
	[PROBE_REPLIES] = "replies",
	[PROBE_UNANSWERED] = "unanswered",
	[PROBE_WENT_DOWN] = "went-down",
	[PROBE_WENT_UP] = "went-up",
	[PROBE_DEFERRED] = "deferred",
	[PROBE_BAD_NONCE] = "bad-nonce",
	[PROBE_BAD_REPLY] = "bad-reply",
	[PROBE_FULL] = "full",
	[PROBE_NO_SOURCE] = "no-source",
};

const char *probe_state_name(enum probe_state s)
{
	return state_names[s];
}

int probe_init(struct probe *p, const struct xtr_config *cfg,
	       const struct sm_ops *ops, const struct database *db,
	       const uint8_t seed[16])
{
	int ret;

	memset(p, 0, sizeof(*p));
	p->limits = &cfg->probe;
	p->ops = ops;
	p->db = db;
	heap_init(&p->timers);
	bucket_init(&p->rate, cfg->probe.rate.interval_us,
		    cfg->probe.rate.burst);

	ret = hash_init(&p->by_addr, seed);
	if (!ret)
		ret = hash_init(&p->by_nonce, seed);
	if (ret)
		probe_free(p);
	return ret;
}

/* --- targets --- */

static struct probe_target *find(const struct probe *p, const struct addr *a)
{
	uint64_t hash;
	struct hash_node *n;

	if (!p->by_addr.bucket)
		return NULL;
	hash = hash_key(&p->by_addr, a, sizeof(*a));
	for (n = hash_first(&p->by_addr, hash); n; n = hash_next(n)) {
		struct probe_target *t =
			container_of(n, struct probe_target, node);

		if (addr_equal(&t->addr, a))
			return t;
	}
	return NULL;
}

static uint64_t random_below(const struct probe *p, uint64_t n)
{
	return n ? p->ops->random(p->ops->arg) % n : 0;
}

/* The first probe comes soon; later for many that come at once. */
static uint64_t first_delay(const struct probe *p)
{
	uint64_t spread = SECOND + SPREAD_EACH * p->by_addr.count;

	return random_below(p, spread < p->limits->interval ?
			       spread : p->limits->interval);
}

static struct probe_target *target_new(struct probe *p, uint64_t now,
				       const struct addr *a)
{
	struct probe_target *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->addr = *a;
	t->since = now;
	t->gap = p->limits->retry;
	for (unsigned int i = 0; i < PROBE_SHOTS; i++)
		t->shots[i].target = t;
	heap_node_init(&t->timer);
	heap_add(&p->timers, &t->timer, now + first_delay(p));
	hash_add(&p->by_addr, &t->node, hash_key(&p->by_addr, a, sizeof(*a)));
	return t;
}

static void target_free(struct probe *p, struct probe_target *t)
{
	for (unsigned int i = 0; i < PROBE_SHOTS; i++)
		hash_del(&p->by_nonce, &t->shots[i].node);
	heap_del(&p->timers, &t->timer);
	hash_del(&p->by_addr, &t->node);
	free(t);
}

void probe_free(struct probe *p)
{
	struct hash_node *n;

	while (p->by_addr.bucket && p->by_addr.count &&
	       (n = hash_walk_first(&p->by_addr)) != NULL)
		target_free(p, container_of(n, struct probe_target, node));
	if (p->by_addr.bucket)
		hash_free(&p->by_addr);
	if (p->by_nonce.bucket)
		hash_free(&p->by_nonce);
	memset(p, 0, sizeof(*p));
}

static void inherit(struct probe *p, struct probe_target *t,
		    const struct probe_target *o)
{
	t->state = o->state;
	t->waiting = o->waiting;
	t->doubted = o->doubted;
	t->out = o->out;
	t->silence = o->silence;
	t->answers = o->answers;
	t->gap = o->gap;
	t->rtt = o->rtt;
	t->hops = o->hops;
	t->since = o->since;
	t->replied = o->replied;
	t->sent = o->sent;
	t->next = o->next;
	heap_update(&p->timers, &t->timer, o->timer.due);
	for (unsigned int i = 0; i < PROBE_SHOTS; i++) {
		struct shot *s = &t->shots[i];

		s->nonce = o->shots[i].nonce;
		s->sent = o->shots[i].sent;
		if (o->shots[i].node.pprev)
			hash_add(&p->by_nonce, &s->node,
				 hash_key(&p->by_nonce, &s->nonce,
					  sizeof(s->nonce)));
	}
}

void probe_inherit(struct probe *p, const struct probe *old)
{
	struct hash_node *n = hash_walk_first(&p->by_addr);

	for (; n; n = hash_walk_next(&p->by_addr, n)) {
		struct probe_target *t =
			container_of(n, struct probe_target, node);
		const struct probe_target *o = find(old, &t->addr);

		if (o)
			inherit(p, t, o);
	}
}

static bool is_used(const struct locator *l)
{
	return l->priority != LOCATOR_UNUSED && (l->flags & LOCATOR_REACHABLE);
}

void probe_add(struct probe *p, uint64_t now, const struct eid *eid,
	       const struct locator *l, unsigned int n)
{
	for (unsigned int i = 0; i < n && p->limits->interval; i++) {
		struct probe_target *t = find(p, &l[i].addr);

		if (!is_used(&l[i]))
			continue;
		if (!t && p->by_addr.count < p->limits->targets)
			t = target_new(p, now, &l[i].addr);
		if (!t) {
			p->counters[PROBE_FULL]++;
			continue;
		}
		t->eid = *eid;
		t->users++;
	}
}

void probe_neighbours(struct probe *p, uint64_t now)
{
	for (unsigned int i = 0; i < p->db->set_count && p->db->count; i++)
		if (p->db->set[i].flags & LOCATOR_NEIGHBOUR)
			probe_add(p, now, &p->db->eids[0].eid, &p->db->set[i],
				  1);
}

static void tell(struct probe_target *t, bool up, struct actions *acts)
{
	struct action *act = action_add(acts, ACTION_RLOC_SET);

	t->out = !up;
	if (act)
		act->rloc = (struct action_rloc){ .addr = t->addr, .up = up };
}

void probe_let_go(struct probe *p, struct actions *acts)
{
	struct hash_node *n = hash_walk_first(&p->by_addr);

	for (; n; n = hash_walk_next(&p->by_addr, n)) {
		struct probe_target *t =
			container_of(n, struct probe_target, node);

		if (t->out)
			tell(t, true, acts);
	}
}

/* Who is not probed any more would stay down for ever. */
void probe_del(struct probe *p, const struct locator *l, unsigned int n,
	       struct actions *acts)
{
	for (unsigned int i = 0; i < n; i++) {
		struct probe_target *t = find(p, &l[i].addr);

		if (!t || !is_used(&l[i]) || --t->users)
			continue;
		if (t->out && acts)
			tell(t, true, acts);
		target_free(p, t);
	}
}

bool probe_is_out(const struct probe *p, const struct addr *a)
{
	const struct probe_target *t = find(p, a);

	return t && t->out;
}

bool probe_none_left(const struct probe *p, const struct locator *l,
		     unsigned int n, const struct addr *without)
{
	for (unsigned int i = 0; i < n; i++)
		if (is_used(&l[i]) && !probe_is_out(p, &l[i].addr) &&
		    !(without && addr_equal(&l[i].addr, without)))
			return false;
	return true;
}

void probe_tell(struct probe *p, const struct locator *l, unsigned int n,
		struct actions *acts)
{
	bool none = probe_none_left(p, l, n, NULL);

	for (unsigned int i = 0; i < n; i++) {
		struct probe_target *t = find(p, &l[i].addr);

		if (t && is_used(&l[i]) && t->out)
			tell(t, none, acts);
	}
}

/* Out of use, unless it is somebody's last one. */
static void take_out(struct probe *p, struct probe_target *t,
		     struct actions *acts)
{
	if (t->out || (p->last && p->last(p->last_arg, &t->addr)))
		return;
	tell(t, false, acts);
	p->counters[PROBE_WENT_DOWN]++;
	action_log_peer(acts, LOG_RLOC_DOWN, &t->addr, &t->eid, t->users);
}

/* --- sending --- */

/* The RLOC that data to the target leaves from. */
static const struct addr *source_for(const struct probe *p,
				     const struct addr *to)
{
	const struct locator *best = NULL;

	for (unsigned int i = 0; i < p->db->locator_count; i++) {
		const struct locator *l = &p->db->locators[i];

		if (l->addr.family == to->family &&
		    (!best || l->priority < best->priority))
			best = l;
	}
	return best ? &best->addr : NULL;
}

static void shoot(struct probe *p, struct probe_target *t, uint64_t now,
		  const struct addr *from, struct actions *acts)
{
	struct shot *s = &t->shots[t->next++ % PROBE_SHOTS];
	struct request_record rec = { .eid = t->eid };
	struct addr itr = *from;
	struct lisp_msg m = {
		.type = MSG_TYPE_MAP_REQUEST,
		.request = {
			.flags = MREQ_PROBE | MREQ_AUTHORITATIVE,
			.nonce = p->ops->random(p->ops->arg),
			.itr_rlocs = &itr,
			.itr_count = 1,
			.records = &rec,
			.record_count = 1,
		},
	};

	hash_del(&p->by_nonce, &s->node);
	s->nonce = m.request.nonce;
	s->sent = now;
	hash_add(&p->by_nonce, &s->node,
		 hash_key(&p->by_nonce, &s->nonce, sizeof(s->nonce)));
	t->sent = now;
	t->waiting = true;
	p->counters[PROBE_SENT]++;
	action_send_msg(acts, from, &t->addr, LISP_CONTROL_PORT, &m);
}

/* How long to wait for an answer before the next one is sent. */
static uint32_t patience(const struct probe *p, struct probe_target *t)
{
	if (t->state == PROBE_DOWN)
		return t->gap;
	return p->limits->retry << !!t->silence;
}

static void send_or_defer(struct probe *p, struct probe_target *t,
			  uint64_t now, struct actions *acts)
{
	const struct addr *from = source_for(p, &t->addr);
	uint64_t wait = bucket_wait(&p->rate, now);

	if (!from) {
		p->counters[PROBE_NO_SOURCE]++;
		heap_update(&p->timers, &t->timer, now + p->limits->interval);
		return;
	}
	if (wait) {
		/* With those that wait already: not all at the same time. */
		p->counters[PROBE_DEFERRED]++;
		heap_update(&p->timers, &t->timer,
			    now + wait + random_below(p, SECOND));
		return;
	}
	bucket_take(&p->rate, now);
	heap_update(&p->timers, &t->timer, now + patience(p, t));
	shoot(p, t, now, from, acts);
}

/* --- the transition function --- */

static void arm_period(struct probe *p, struct probe_target *t, uint64_t now)
{
	uint64_t fifth = p->limits->interval / 5;

	heap_update(&p->timers, &t->timer, now + p->limits->interval - fifth +
					   random_below(p, 2 * fifth + 1));
}

static void changed(struct probe *p, struct probe_target *t,
		    enum probe_state from, uint64_t now, struct actions *acts)
{
	bool was_out = t->out;

	t->since = now;
	if (t->state == PROBE_UP && (was_out || from == PROBE_NEW)) {
		tell(t, true, acts);
		p->counters[PROBE_WENT_UP]++;
		if (was_out)
			action_log_peer(acts, LOG_RLOC_UP, &t->addr, &t->eid,
					t->users);
	} else if (t->state == PROBE_DOWN) {
		take_out(p, t, acts);
	}
}

static void step(struct probe *p, struct probe_target *t, enum probe_event ev,
		 uint64_t now, struct actions *acts)
{
	enum probe_state from = t->state;

	t->state = next_state[from][ev];
	if (t->state == from)
		return;
	action_transition(acts, "probe", state_names[from],
			  state_names[t->state], event_names[ev], &t->eid,
			  &t->addr);
	changed(p, t, from, now, acts);
}

/* --- silence --- */

static void unanswered(struct probe *p, struct probe_target *t, uint64_t now,
		       struct actions *acts)
{
	p->counters[PROBE_UNANSWERED]++;
	t->answers = 0;
	t->silence++;
	if (t->state == PROBE_DOWN) {
		t->gap = 2 * t->gap < p->limits->interval ?
			 2 * t->gap : p->limits->interval;
		take_out(p, t, acts);
		return;
	}
	t->gap = p->limits->backoff;
	step(p, t, t->silence >= p->limits->tries ? PROBE_ON_LAST
						  : PROBE_ON_UNANSWERED,
	     now, acts);
}

bool probe_on_time(struct probe *p, uint64_t now, struct actions *acts)
{
	struct heap_node *n = heap_pop_due(&p->timers, now);
	struct probe_target *t;

	if (!n)
		return false;

	t = container_of(n, struct probe_target, timer);
	if (t->waiting)
		unanswered(p, t, now, acts);
	t->waiting = false;
	send_or_defer(p, t, now, acts);
	return true;
}

uint64_t probe_due(const struct probe *p)
{
	struct heap_node *n = heap_peek(&p->timers);

	return n ? n->due : UINT64_MAX;
}

static unsigned int hurry(struct probe *p, struct probe_target *t,
			  uint64_t now)
{
	if (t->waiting || (t->sent && now < t->sent + SECOND))
		return 0;
	heap_update(&p->timers, &t->timer, now);
	return 1;
}

unsigned int probe_now(struct probe *p, uint64_t now, const struct addr *a)
{
	struct probe_target *t = a ? find(p, a) : NULL;
	struct hash_node *n;
	unsigned int count = 0;

	if (a || !p->by_addr.bucket)
		return t ? hurry(p, t, now) : 0;
	for (n = hash_walk_first(&p->by_addr); n;
	     n = hash_walk_next(&p->by_addr, n))
		count += hurry(p, container_of(n, struct probe_target, node),
			       now);
	return count;
}

void probe_on_doubt(struct probe *p, uint64_t now, const struct addr *a)
{
	struct probe_target *t = find(p, a);

	if (!t)
		return;
	t->doubted = true;
	/* Too soon: not forgotten. */
	if (!hurry(p, t, now) && !t->waiting)
		heap_update(&p->timers, &t->timer, t->sent + SECOND);
}

/* --- answers --- */

static struct shot *find_shot(const struct probe *p, uint64_t nonce)
{
	uint64_t hash = hash_key(&p->by_nonce, &nonce, sizeof(nonce));
	struct hash_node *n = hash_first(&p->by_nonce, hash);

	while (n && container_of(n, struct shot, node)->nonce != nonce)
		n = hash_next(n);
	return n ? container_of(n, struct shot, node) : NULL;
}

/* A in every record; the first locator marked p, if any, is the target. */
static bool holds_up(const struct map_reply *m, const struct addr *target)
{
	const struct locator *probed = NULL;

	for (unsigned int i = 0; i < m->record_count; i++) {
		const struct map_record *r = &m->records[i];

		if (!r->authoritative)
			return false;
		for (unsigned int k = 0; k < r->locator_count && !probed; k++)
			if (r->locators[k].flags & LOCATOR_PROBED)
				probed = &r->locators[k];
	}
	return m->record_count && (!probed || addr_equal(&probed->addr,
							 target));
}

/* The clock has steps of a millisecond, but where in a step a probe leaves is
 * chance: the mean of many is better than each. */
static void measure(struct probe_target *t, uint32_t ms, struct actions *acts)
{
	uint32_t us = ms < RTT_MAX ? ms * 1000 : RTT_MAX * 1000;
	struct action *act = action_add(acts, ACTION_RLOC_RTT);

	t->rtt = t->replied ? t->rtt + (us >> RTT_SHIFT) -
			      (t->rtt >> RTT_SHIFT) : us;
	if (act)
		act->rtt = (struct action_rtt){ .addr = t->addr,
						.rtt = t->rtt ? t->rtt : 1 };
}

static void answered(struct probe *p, struct probe_target *t, uint64_t now,
		     uint32_t rtt, struct actions *acts)
{
	measure(t, rtt, acts);
	histogram_add(&p->rtt, rtt);
	t->replied = now;
	t->waiting = false;
	t->silence = 0;
	t->answers++;
	step(p, t, t->answers >= p->limits->rise ? PROBE_ON_STEADY
						 : PROBE_ON_REPLY, now, acts);
	if (t->doubted && t->state == PROBE_UP)
		tell(t, true, acts);
	t->doubted = t->doubted && t->state != PROBE_UP;
	if (t->state == PROBE_RISING)
		heap_update(&p->timers, &t->timer, now + p->limits->retry);
	else
		arm_period(p, t, now);
}

/* Everybody starts with one of these, and each router takes one off. */
static uint8_t hops_of(uint8_t ttl)
{
	return (uint8_t)((ttl <= 64 ? 64 : ttl <= 128 ? 128 : 255) - ttl);
}

void probe_on_reply(struct probe *p, uint64_t now, const struct packet *pkt,
		    const struct map_reply *m, struct actions *acts)
{
	struct shot *s = find_shot(p, m->nonce);
	struct probe_target *t;

	if (!s) {
		p->counters[PROBE_BAD_NONCE]++;
		return;
	}
	t = s->target;
	if (!holds_up(m, &t->addr)) {
		p->counters[PROBE_BAD_REPLY]++;
		action_log_peer(acts, LOG_PROBE_REPLY, &t->addr, &t->eid,
				m->nonce);
		return;
	}

	/* A second copy is not a second sign of life. */
	hash_del(&p->by_nonce, &s->node);
	p->counters[PROBE_REPLIES]++;
	if (pkt->ttl)
		t->hops = hops_of(pkt->ttl);
	answered(p, t, now, (uint32_t)(now - s->sent), acts);
}

/* --- display --- */

bool probe_view(const struct probe *p, const struct addr *a,
		struct probe_view *v)
{
	const struct probe_target *t = find(p, a);

	if (!t)
		return false;
	*v = (struct probe_view){
		.addr = t->addr,
		.state = t->state,
		.out = t->out,
		.since = t->since,
		.replied = t->replied,
		.rtt = (t->rtt + 500) / 1000,
		.hops = t->hops,
		.users = t->users,
	};
	return true;
}

struct counter_group probe_counters(const struct probe *p)
{
	return (struct counter_group){
		.name = "probe",
		.names = counter_names,
		.values = p->counters,
		.count = PROBE_COUNT,
	};
}

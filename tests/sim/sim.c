// SPDX-License-Identifier: GPL-2.0-or-later
/* The simulator: clock, network, hosts; see sim.h. */
#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../real_auth.h"
#include "crypto/sig.h"
#include "sim.h"
#include "sm/util.h"

#define STEPS_MAX	2000000	/* events in one run: a storm otherwise */

/* A datagram on its way. */
struct flight {
	struct heap_node timer;
	struct addr from;
	struct addr to;
	uint16_t to_port;
	size_t len;
	uint8_t data[];
};

/* --- randomness: splitmix64 --- */

uint64_t sim_random(struct sim *s)
{
	uint64_t z = s->rng += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static bool chance(struct sim *s, unsigned int per_cent)
{
	return sim_random(s) % 100 < per_cent;
}

/* --- network --- */

struct sim_host *sim_host_of(struct sim *s, const struct addr *a)
{
	for (size_t i = 0; i < s->host_count; i++)
		for (size_t k = 0; k < s->hosts[i].addr_count; k++)
			if (addr_equal(&s->hosts[i].addrs[k], a) &&
			    !addr_equal(&s->hosts[i].away, a))
				return &s->hosts[i];
	return NULL;
}

static void fly(struct sim *s, const struct addr *from, const struct addr *to,
		uint16_t to_port, const void *data, size_t len)
{
	unsigned int spread = s->net.delay_max - s->net.delay_min + 1;
	struct flight *f = calloc(1, sizeof(*f) + len);

	assert(f);
	f->from = *from;
	f->to = *to;
	f->to_port = to_port;
	f->len = len;
	memcpy(f->data, data, len);
	heap_node_init(&f->timer);
	heap_add(&s->queue, &f->timer,
		 s->now + s->net.delay_min + sim_random(s) % spread);
}

static bool is_cut(const struct sim *s, const struct addr *a)
{
	for (size_t i = 0; i < s->cut_count; i++)
		if (addr_equal(&s->cut[i], a))
			return true;
	return false;
}

void sim_cut(struct sim *s, const char *addr)
{
	assert(s->cut_count < SIM_CUT);
	s->cut[s->cut_count++] = A(addr);
}

void sim_mend(struct sim *s)
{
	s->cut_count = 0;
}

static void transmit(struct sim *s, const struct addr *from,
		     const struct addr *to, uint16_t to_port,
		     const void *data, size_t len)
{
	if (is_cut(s, from) || is_cut(s, to) || chance(s, s->net.loss)) {
		s->lost++;
		return;
	}
	fly(s, from, to, to_port, data, len);
	if (chance(s, s->net.dup))
		fly(s, from, to, to_port, data, len);
}

void sim_inject(struct sim *s, const struct addr *from, const struct addr *to,
		const void *data, size_t len)
{
	fly(s, from, to, LISP_CONTROL_PORT, data, len);
}

void sim_send(struct sim *s, const struct addr *from, const struct addr *to,
	      const void *data, size_t len)
{
	transmit(s, from, to, LISP_CONTROL_PORT, data, len);
}

/* --- what a node asks --- */

static uint64_t op_random(void *arg)
{
	struct sim_host *h = arg;

	return sim_random(h->sim);
}

static uint64_t op_wall(void *arg)
{
	struct sim_host *h = arg;

	return SIM_WALL + h->sim->now / 1000 + (uint64_t)h->clock_off;
}

static int op_signed_with(void *arg, const uint8_t *key, size_t key_len,
			  const uint8_t *data, size_t len, const uint8_t *sig,
			  size_t sig_len)
{
	return sig_verify(key, key_len, data, len, sig, sig_len);
}

static int op_sign_referral(void *arg, const struct sig_key *key,
			    const uint8_t *data, size_t len, uint8_t *sig,
			    size_t sig_len)
{
	return sig_sign(key, data, len, sig, sig_len) == (int)sig_len ? 0 :
		-EIO;
}

static enum rloc_verdict op_rloc_check(void *arg, const struct addr *a)
{
	struct sim_host *h = arg;
	bool family = false;

	if (addr_equal(a, &h->overlay))
		return RLOC_OVERLAY;
	for (size_t i = 0; i < h->addr_count; i++) {
		if (addr_equal(a, &h->addrs[i]))
			return RLOC_OWN;
		family |= h->addrs[i].family == a->family;
	}
	return family ? RLOC_USABLE : RLOC_NO_FAMILY;
}

static int op_register_nonce(void *arg, const struct addr *server,
			     uint64_t tag, uint64_t *nonce)
{
	struct sim_host *h = arg;

	return store_register_nonce(h->store, server, tag, nonce);
}

/* --- actions --- */

static struct addr source_for(const struct sim_host *h,
			      const struct action_send *snd)
{
	if (snd->from.family != ADDR_NONE)
		return snd->from;
	for (size_t i = 0; i < h->addr_count; i++)
		if (h->addrs[i].family == snd->to.family)
			return h->addrs[i];
	return (struct addr){ .family = ADDR_NONE };
}

/* What is not on record waits, if a flush is under way. */
static void hold(struct sim_host *h, const struct action_send *snd)
{
	const struct outbox_item item = {
		.from = &snd->from, .to = &snd->to, .port = snd->to_port,
		.data = snd->data, .len = snd->len, .after = snd->after,
		.kind = snd->type,
	};

	if (!store_pending(h->store) || !held_add(&h->held, &item))
		h->dropped++;
}

static void do_send(struct sim_host *h, const struct action_send *snd)
{
	struct addr from = source_for(h, snd);
	struct sim *s = h->sim;

	/* No address of that family: sendmsg() would say ENETUNREACH. */
	assert(from.family == snd->to.family);
	if (snd->after > store_durable(h->store)) {
		hold(h, snd);
		return;
	}
	h->sent[snd->type]++;
	if (s->tap && !s->tap(s, h, snd))
		return;
	transmit(s, &from, &snd->to, snd->to_port, snd->data, snd->len);
}

static void execute(struct sim_host *h, struct actions *acts);

static void do_query(struct sim_host *h, const struct eid *eid)
{
	struct plane_map *m = plane_find(&h->plane, eid);
	enum map_use use = MAP_USE_GONE;
	uint32_t age = 0;
	struct arena arena;
	struct actions acts;

	if (m && m->used) {
		use = MAP_USE_AGE;
		age = (uint32_t)((h->sim->now - m->last_used) / 1000);
	} else if (m) {
		use = MAP_USE_NEVER;
	}

	arena_init(&arena, ACTIONS_ARENA_CAP);
	actions_init(&acts, &arena);
	node_on_map_used(h->node, h->sim->now, eid, use, age, &acts);
	execute(h, &acts);
	arena_free(&arena);
}

static void do_log(struct sim_host *h, const struct action_log *l)
{
	char eid[EID_TEXT_MAX] = "", peer[ADDR_TEXT_MAX] = "";

	h->logs[l->event]++;
	if (!getenv("SIM_LOG"))
		return;
	if (l->has_eid)
		eid_text(&l->eid, eid);
	if (l->peer.family != ADDR_NONE)
		addr_text(&l->peer, peer);
	fprintf(stderr, "# %9.3f %-6s %s %s %s->%s %s %s %s\n",
		(double)h->sim->now / 1000, h->name, log_events[l->event].name,
		l->machine ? l->machine : "", l->from ? l->from : "",
		l->to ? l->to : "", l->cause ? l->cause : "", eid, peer);
}

static void set_flush_due(struct sim_host *h)
{
	h->flush_due = store_pending(h->store) ?
		h->sim->now + 1 + sim_random(h->sim) % h->late_max :
		UINT64_MAX;
}

static void flush(struct sim_host *h)
{
	if (store_pending(h->store))
		return;
	store_flush(h->store);
	set_flush_due(h);
}

static void let_go(struct sim_host *h)
{
	const struct outbox_item *i;

	while ((i = held_first(&h->held, store_durable(h->store))) != NULL) {
		do_send(h, &(struct action_send){
			.from = *i->from, .to = *i->to, .to_port = i->port,
			.data = i->data, .len = i->len, .after = i->after,
			.type = (enum msg_type)i->kind });
		held_pop(&h->held);
	}
	if (!store_pending(h->store))
		h->dropped += held_clear(&h->held);
}

/* The flush that is under way ends. */
static void end_flush(struct sim_host *h)
{
	bool fails = chance(h->sim, h->late_fail);

	kv_disk_end(h->disk, !fails || chance(h->sim, 50), fails ? -EIO : 0);
	store_complete(h->store);
	set_flush_due(h);
	let_go(h);
}

static void execute(struct sim_host *h, struct actions *acts)
{
	assert(!acts->lost);
	flush(h);
	for (struct action *a = acts->first; a; a = a->next) {
		switch (a->type) {
		case ACTION_SEND:
			do_send(h, &a->send);
			break;
		case ACTION_MAP_SET:
			assert(a->map.ttl);
			plane_set(&h->plane, h->sim->now, &a->map);
			break;
		case ACTION_MAP_DEL:
			plane_del(&h->plane, &a->map.eid);
			break;
		case ACTION_MAP_QUERY:
			do_query(h, &a->map.eid);
			break;
		case ACTION_RLOC_SET:
			plane_rloc(&h->plane, &a->rloc.addr, a->rloc.up);
			break;
		case ACTION_RLOC_RTT:
			assert(a->rtt.rtt);
			break;
		case ACTION_RESOLVED:
			h->resolved = a->resolved;
			h->resolved.records = NULL;
			h->resolved_count++;
			break;
		case ACTION_LOG:
			do_log(h, &a->log);
			break;
		case ACTION_TYPE_COUNT:
			break;
		}
	}
}

/* --- events --- */

/* One turn: @fn with an empty list, then its actions. */
#define TURN(h, call) do { \
	struct arena arena; \
	struct actions acts; \
	arena_init(&arena, ACTIONS_ARENA_CAP); \
	actions_init(&acts, &arena); \
	call; \
	execute((h), &acts); \
	arena_free(&arena); \
} while (0)

static void deliver(struct sim *s, struct flight *f)
{
	struct sim_host *h = sim_host_of(s, &f->to);
	struct packet pkt = {
		.from = f->from,
		.to = f->to,
		.from_port = LISP_CONTROL_PORT,
		.to_port = f->to_port,
		.data = f->data,
		.len = f->len,
	};
	static const uint8_t key[16] = { 1 };
	struct lisp_msg m;

	if (!h || !h->node || f->to_port != LISP_CONTROL_PORT)
		return;

	s->delivered++;
	s->digest = siphash(key, f->data, f->len) ^ (s->digest * 31 + s->now);
	TURN(h, {
		if (!msg_parse(f->data, f->len, &arena, &m, NULL)) {
			if (s->heard)
				s->heard(s, h, &pkt, &m);
			node_on_message(h->node, s->now, &pkt, &m, &acts);
		}
	});
}

/* All that a host's data plane and clock have for it now. */
static bool host_turn(struct sim_host *h)
{
	uint64_t now = h->sim->now;
	struct plane_held *miss;
	struct eid eid;

	if (!h->node)
		return false;

	if (h->flush_due <= now) {
		end_flush(h);
		return true;
	}
	miss = plane_miss(&h->plane, now);
	if (miss) {
		TURN(h, node_on_miss(h->node, now, miss->iid, &miss->dst,
				     &miss->src, &acts));
		return true;
	}
	if (plane_expire(&h->plane, now, &eid)) {
		TURN(h, node_on_map_gone(h->node, now, &eid, &acts));
		return true;
	}
	if (node_due(h->node) <= now) {
		TURN(h, node_on_time(h->node, now, &acts));
		return true;
	}
	return false;
}

static uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t next_event(const struct sim *s)
{
	struct heap_node *n = heap_peek(&s->queue);
	uint64_t due = n ? n->due : UINT64_MAX;

	for (size_t i = 0; i < s->host_count; i++) {
		if (!s->hosts[i].node)
			continue;
		due = min_u64(due, node_due(s->hosts[i].node));
		due = min_u64(due, plane_due(&s->hosts[i].plane));
		due = min_u64(due, s->hosts[i].flush_due);
	}
	return due;
}

static bool step(struct sim *s)
{
	struct heap_node *n = heap_pop_due(&s->queue, s->now);

	if (n) {
		struct flight *f = container_of(n, struct flight, timer);

		deliver(s, f);
		free(f);
		return true;
	}
	for (size_t i = 0; i < s->host_count; i++)
		if (host_turn(&s->hosts[i]))
			return true;
	return false;
}

bool sim_until(struct sim *s, uint64_t ms, bool (*done)(void *arg), void *arg)
{
	uint64_t end = s->now + ms, next;

	for (unsigned long i = 0; ; i++) {
		assert(i < STEPS_MAX);
		if (done && done(arg))
			return true;
		if (step(s)) {
			if (s->check)
				s->check(s);
			continue;
		}
		next = next_event(s);
		if (next > end)
			break;
		if (next > s->now)
			s->now = next;
	}
	s->now = end;
	return false;
}

void sim_sleep(struct sim *s, uint64_t ms)
{
	s->now += ms;
}

void sim_run(struct sim *s, uint64_t ms)
{
	sim_until(s, ms, NULL, NULL);
}

/* --- hosts --- */

void sim_init(struct sim *s, uint64_t seed)
{
	memset(s, 0, sizeof(*s));
	s->seed = s->rng = seed;
	s->now = 1000;
	s->net = (struct sim_net){ .delay_min = 5, .delay_max = 5 };
	heap_init(&s->queue);
}

void sim_done(struct sim *s)
{
	struct heap_node *n;

	while ((n = heap_pop_due(&s->queue, UINT64_MAX)) != NULL)
		free(container_of(n, struct flight, timer));
	for (size_t i = 0; i < s->host_count; i++) {
		if (s->hosts[i].node)
			sim_kill(&s->hosts[i]);
		kv_disk_free(s->hosts[i].disk);
	}
}

struct sim_host *sim_host_add(struct sim *s, const char *name,
			      const char *const *addrs)
{
	struct sim_host *h = &s->hosts[s->host_count++];

	assert(s->host_count <= SIM_HOSTS);
	h->sim = s;
	h->name = name;
	h->disk = kv_disk_new();
	h->first_nonce = 1000;
	assert(h->disk);
	for (; *addrs; addrs++)
		h->addrs[h->addr_count++] = A(*addrs);
	return h;
}

/* The dump at start, or of a reload: claim, sweep.  What is stale has been so
 * since the process began that found it. */
static void claim_plane(struct sim_host *h, bool start)
{
	uint64_t now = h->sim->now;

	h->plane.owner = true;
	for (size_t i = 0; i < PLANE_MAPS; i++) {
		struct plane_map *m = &h->plane.maps[i];
		struct map_found f = {
			.eid = m->eid,
			.ttl = m->expires > now ?
			       (uint32_t)((m->expires - now) / 1000) : 0,
			.stale = m->expires <= now || m->stale_since,
			.used = m->used,
			.used_age = (uint32_t)((now - m->last_used) / 1000),
			.action = m->action,
			.version = m->version,
			.locators = m->locators,
			.locator_count = m->locator_count,
			.petr = m->petr,
		};

		if (m->present && f.stale) {
			m->expires = now + 3600 * 1000;	/* stale limit */
			if (start || !m->stale_since)
				m->stale_since = now;
		}
		if (m->present)
			TURN(h, node_on_map_found(h->node, now, &f, &acts));
	}
	TURN(h, node_on_map_synced(h->node, now, &acts));
}

/* What an earlier run has left of our own. */
static void recall_locals(struct sim_host *h)
{
	const struct plane *p = &h->plane;

	for (size_t i = 0; i < p->local_count; i++)
		node_on_local_found(h->node, &p->locals[i], p->own,
				    p->own_count);
}

static void set_locals(struct sim_host *h)
{
	const struct xtr_config *x = h->cfg.xtr;
	struct plane *p = &h->plane;

	if (!x)
		return;
	assert(x->database_count <= PLANE_LOCALS);
	assert(x->rloc_count <= PLANE_LOCATORS);
	p->local_count = x->database_count;
	for (size_t i = 0; i < p->local_count; i++)
		p->locals[i] = x->database[i];
	p->own_count = (uint8_t)x->rloc_count;
	for (size_t i = 0; i < p->own_count; i++)
		p->own[i] = x->rlocs[i];
}

static struct sm_ops ops_of(struct sim_host *h)
{
	const struct sm_ops *sigs = h->sim->signatures;

	return (struct sm_ops){
		.arg = h,
		.random = op_random,
		.wall = op_wall,
		.sign = real_sign,
		.verify = real_verify,
		.signed_with = sigs ? sigs->signed_with : op_signed_with,
		.sign_referral = sigs ? sigs->sign_referral : op_sign_referral,
		.rloc_check = op_rloc_check,
		.register_nonce = op_register_nonce,
		.store = &store_memory_ops,
		.store_arg = h->store,
	};
}

static struct node *make_node(struct sim_host *h)
{
	struct sm_ops ops = ops_of(h);
	struct node *n = node_new(&h->cfg, &ops, h->sim->now, NULL);

	assert(n);
	return n;
}

void sim_boot(struct sim_host *h)
{
	struct store_config cfg;
	uint64_t seed[2] = { sim_random(h->sim), sim_random(h->sim) };

	store_config_init(&cfg);
	cfg.first_nonce = h->first_nonce;
	cfg.now = h->sim->now;
	cfg.wall = h->sim->now;
	cfg.snapshot_octets = 2000;
	h->flush_due = UINT64_MAX;
	assert(!h->late_max || !kv_disk_late(h->disk));
	h->kv = kv_open_memory(h->disk);
	assert(h->kv);
	h->store = store_new(&cfg, h->kv, (const uint8_t *)seed, NULL);
	assert(h->store);
	h->node = make_node(h);
	h->booted = h->sim->now;
	recall_locals(h);
	set_locals(h);

	TURN(h, node_start(h->node, h->sim->now, &acts));
	claim_plane(h, true);
}

size_t sim_reload(struct sim_host *h)
{
	struct node *old = h->node;
	size_t changed = 0;

	h->node = make_node(h);
	set_locals(h);
	TURN(h, changed = node_replace(h->node, old, h->sim->now, &acts));
	TURN(h, node_start(h->node, h->sim->now, &acts));
	claim_plane(h, false);
	node_inherit(h->node, old);
	node_free(old);
	return changed;
}

/* What was being written is there then, or is not. */
void sim_kill(struct sim_host *h)
{
	if (h->late_max && chance(h->sim, 50))
		kv_disk_end(h->disk, false, -EIO);
	held_clear(&h->held);
	node_free(h->node);
	store_free(h->store);
	kv_close(h->kv);
	h->node = NULL;
	h->store = NULL;
	h->kv = NULL;
	h->plane.owner = false;
}

enum plane_fate sim_packet(struct sim_host *h, uint32_t iid, const char *src,
			   const char *dst)
{
	struct addr from = A(src), to = A(dst);

	return plane_packet(&h->plane, h->sim->now, iid, &from, &to);
}

int sim_resolve(struct sim_host *h, const char *eid, uint64_t token)
{
	struct eid e = E(eid);
	int ret = 0;

	TURN(h, ret = node_resolve(h->node, h->sim->now, &e, token, &acts));
	return ret;
}

int sim_withdraw(struct sim_host *h, const char *eid)
{
	struct eid e = E(eid);
	int ret = 0;

	TURN(h, ret = node_withdraw(h->node, h->sim->now, &e, &acts));
	return ret;
}

uint64_t sim_counter(const struct sim_host *h, const char *group,
		     const char *name)
{
	struct counter_group g;

	for (size_t i = 0; node_counters_at(h->node, i, &g); i++) {
		if (strcmp(g.name, group))
			continue;
		for (size_t k = 0; k < g.count; k++)
			if (!strcmp(g.names[k], name))
				return g.values[k];
	}
	fprintf(stderr, "# no counter %s %s\n", group, name);
	abort();
}

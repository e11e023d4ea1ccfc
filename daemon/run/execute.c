// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/execute.h"

#include <errno.h>
#include <string.h>

#include "io/clock.h"
#include "io/log.h"
#include "io/loop.h"
#include "io/outbox.h"
#include "run/control.h"
#include "run/worker.h"
#include "wire/peek.h"

/* --- mappings --- */

/* Actions of a negative Map-Reply; without an action packets leave natively
 * (spec: no-action). */
static const uint32_t to_dp[] = {
	[MAP_NO_ACTION] = LISP_ACTION_NATIVE,
	[MAP_NATIVELY_FORWARD] = LISP_ACTION_NATIVE,
	[MAP_SEND_MAP_REQUEST] = LISP_ACTION_ASK,
	[MAP_DROP] = LISP_ACTION_DROP,
	[MAP_DROP_POLICY] = LISP_ACTION_DROP_POLICY,
	[MAP_DROP_AUTH] = LISP_ACTION_DROP_AUTH,
};

static const enum map_action from_dp[] = {
	[LISP_ACTION_FORWARD] = MAP_NO_ACTION,
	[LISP_ACTION_NATIVE] = MAP_NATIVELY_FORWARD,
	[LISP_ACTION_ASK] = MAP_SEND_MAP_REQUEST,
	[LISP_ACTION_DROP] = MAP_DROP,
	[LISP_ACTION_DROP_POLICY] = MAP_DROP_POLICY,
	[LISP_ACTION_DROP_AUTH] = MAP_DROP_AUTH,
};

static void locator_to_dp(const struct locator *l, struct dp_locator *d)
{
	*d = (struct dp_locator){
		.addr = l->addr,
		.priority = l->priority,
		.weight = l->weight,
	};
	if (l->flags & LOCATOR_REACHABLE)
		d->flags |= LISP_LOC_FLAG_REACHABLE;
	if (l->flags & LOCATOR_LOCAL)
		d->flags |= LISP_LOC_FLAG_LOCAL;
	if (l->flags & LOCATOR_ECHO_NONCE)
		d->flags |= LISP_LOC_FLAG_ECHO_NONCE;
}

static void locator_from_dp(const struct dp_locator *d, struct locator *l)
{
	*l = (struct locator){
		.addr = d->addr,
		.priority = d->priority,
		.weight = d->weight,
		.mpriority = LOCATOR_UNUSED,
	};
	if (d->flags & LISP_LOC_FLAG_REACHABLE)
		l->flags |= LOCATOR_REACHABLE;
	if (d->flags & LISP_LOC_FLAG_LOCAL)
		l->flags |= LOCATOR_LOCAL;
	if (d->flags & LISP_LOC_FLAG_ECHO_NONCE)
		l->flags |= LOCATOR_ECHO_NONCE;
}

void execute_map_to_dp(const struct action_map *a, struct dp_map *m)
{
	memset(m, 0, sizeof(*m));
	m->eid = a->eid;
	m->ttl = a->ttl;
	m->version = a->version;
	m->action = a->locator_count && !a->petr ? LISP_ACTION_FORWARD :
		to_dp[a->action];
	for (size_t i = 0; i < a->locator_count && i < DP_LOCATORS_MAX; i++)
		locator_to_dp(&a->locators[i],
			      &m->locators.list[m->locators.count++]);
}

void execute_locators_from_dp(const struct dp_locators *d, struct locator *l)
{
	for (size_t i = 0; i < d->count; i++)
		locator_from_dp(&d->list[i], &l[i]);
}

bool execute_map_from_dp(const struct dp_map *m, struct locator *locators,
			 struct map_found *f)
{
	/* One that a newer lispd made: not understood, to be swept. */
	if (m->action >= sizeof(from_dp) / sizeof(from_dp[0]))
		return false;
	*f = (struct map_found){
		.eid = m->eid,
		.ttl = m->ttl,
		.stale = m->flags & LISP_MAP_FLAG_STALE,
		.used = m->used,
		.used_age = m->used_age,
		.action = from_dp[m->action],
		.version = m->version,
		.locators = locators,
		.locator_count = m->locators.count,
		.petr = m->action == LISP_ACTION_NATIVE,
	};
	execute_locators_from_dp(&m->locators, locators);
	return true;
}

/* --- actions --- */

void execute_on_send_error(void *arg, const struct addr *to, int kind,
			   int err)
{
	struct daemon *d = arg;

	report_send(&d->report, clock_ms(), to,
		    msg_type_name((enum msg_type)kind), err);
}

/* All that has been collected goes out, but what says that something is on
 * record that is not: it waits for that, or is dropped if it failed, and whoever
 * waits for it asks again. */
static void let_go(struct daemon *d, uint64_t now,
		   int (*step)(struct store *s))
{
	struct store_view *v = &d->record;
	unsigned int dropped;
	int err;

	workers_lock(d);
	err = step(d->store);
	store_look(d->store, v);
	workers_unlock(d);
	dropped = outbox_send(d->outbox, v->durable, v->pending);
	d->counters.answers_dropped += dropped;
	d->counters.record_errors += err != 0;
	if (err || dropped)
		report_record(&d->report, now, d->conf->state_dir,
			      err || v->pending ? err : -EIO, dropped);
}

/* What was registered is put on record first, for all of it at once. */
static void flush(struct daemon *d, uint64_t now)
{
	let_go(d, now, store_flush);
}

void execute_on_stored(void *arg)
{
	struct daemon *d = arg;

	let_go(d, clock_ms(), store_complete);
	workers_stored(d);
}

struct outbox_item execute_send_item(const struct action_send *s)
{
	return (struct outbox_item){
		.from = &s->from,
		.to = &s->to,
		.port = s->to_port,
		.data = s->data,
		.len = s->len,
		.after = s->after,
		.kind = s->type,
	};
}

static void do_send(struct daemon *d, uint64_t now, const struct action *a)
{
	const struct outbox_item item = execute_send_item(&a->send);

	while (!outbox_add(d->outbox, &item))
		flush(d, now);
}

static void dp_failed(struct daemon *d, uint64_t now, const char *what,
		      const struct eid *eid, int err)
{
	d->counters.data_plane_errors++;
	report_data_plane(&d->report, now, what, eid, err, dp_why(d->dp));
}

static void do_map_set(struct daemon *d, uint64_t now, const struct action *a)
{
	struct dp_map m;
	int err;

	if (!d->dp)
		return;
	execute_map_to_dp(&a->map, &m);
	err = d->dp->ops->map_set(d->dp, &m);
	if (err)
		dp_failed(d, now, "adding a mapping", &a->map.eid, err);
}

static void do_map_del(struct daemon *d, uint64_t now, const struct action *a)
{
	int err = d->dp ? d->dp->ops->map_del(d->dp, &a->map.eid) : 0;

	/* It may have expired a moment ago. */
	if (err && err != -ENOENT)
		dp_failed(d, now, "deleting a mapping", &a->map.eid, err);
}

static void do_rloc_set(struct daemon *d, uint64_t now,
			const struct action *a)
{
	enum lisp_rloc_state state = a->rloc.up ? LISP_RLOC_STATE_UP :
		LISP_RLOC_STATE_UNREACHABLE_PROBE;
	int err = d->dp ? d->dp->ops->rloc_set(d->dp, &a->rloc.addr, state) :
		0;

	/* The last mapping that named it may be gone by now. */
	if (err && err != -ENOENT)
		dp_failed(d, now, "setting the state of an RLOC", NULL, err);
}

static void do_rloc_rtt(struct daemon *d, uint64_t now,
			const struct action *a)
{
	int err = d->dp ? d->dp->ops->rloc_rtt(d->dp, &a->rtt.addr,
					       a->rtt.rtt) : 0;

	if (err && err != -ENOENT)
		dp_failed(d, now, "setting the round-trip time of an RLOC",
			  NULL, err);
}

/* The answer is an event of its own; its actions go to the end of the list
 * that is being executed. */
static void do_map_query(struct daemon *d, uint64_t now,
			 const struct action *a)
{
	enum map_use use = MAP_USE_GONE;
	struct dp_map m = { .used = false };
	int err = d->dp ? d->dp->ops->map_get(d->dp, &a->map.eid, &m) :
		-ENOENT;

	if (!err)
		use = m.used ? MAP_USE_AGE : MAP_USE_NEVER;
	else if (err != -ENOENT)
		dp_failed(d, now, "asking for a mapping", &a->map.eid, err);
	node_on_map_used(d->node, now, &a->map.eid, use, m.used_age,
			 &d->actions);
}

static void do_resolved(struct daemon *d, uint64_t now,
			const struct action *a)
{
	control_resolved(d, &a->resolved);
}

static void do_log(struct daemon *d, uint64_t now, const struct action *a)
{
	if (a->log.event == LOG_CACHE_CLAIMED)
		d->sync.claimed++;
	if (a->log.event == LOG_CACHE_SWEPT)
		d->sync.swept++;
	report_event(&d->report, now, &a->log);
	watch_event(d, &a->log);
}

static void (*const execute[ACTION_TYPE_COUNT])(struct daemon *d,
						uint64_t now,
						const struct action *a) = {
	[ACTION_SEND] = do_send,
	[ACTION_MAP_SET] = do_map_set,
	[ACTION_MAP_DEL] = do_map_del,
	[ACTION_MAP_QUERY] = do_map_query,
	[ACTION_RLOC_SET] = do_rloc_set,
	[ACTION_RLOC_RTT] = do_rloc_rtt,
	[ACTION_RESOLVED] = do_resolved,
	[ACTION_LOG] = do_log,
};

static struct actions *empty(struct daemon *d)
{
	arena_reset(&d->arena);
	actions_init(&d->actions, &d->arena);
	return &d->actions;
}

struct actions *execute_begin(struct daemon *d)
{
	workers_lock(d);
	return empty(d);
}

static void arm(struct daemon *d, uint64_t now)
{
	uint64_t due;

	workers_lock(d);
	due = node_due(d->node);
	workers_armed(d, due);
	workers_unlock(d);
	if (due == UINT64_MAX)
		loop_timer_disarm(d->timer);
	else
		loop_timer_arm(d->timer, due > now ? due - now : 0);
}

static void execute_all(struct daemon *d, uint64_t now)
{
	for (struct action *a = d->actions.first; a; a = a->next)
		execute[a->type](d, now, a);
	d->counters.actions_lost += d->actions.lost;
}

static void finish(struct daemon *d, uint64_t now)
{
	flush(d, now);
	arm(d, now);
}

void execute_end(struct daemon *d)
{
	uint64_t now = clock_ms();

	workers_unlock(d);
	execute_all(d, now);
	finish(d, now);
}

/* --- events --- */

struct packet execute_packet(const struct udp_datagram *dgram)
{
	return (struct packet){
		.from = dgram->from,
		.to = dgram->to,
		.from_port = dgram->from_port,
		.to_port = dgram->to_port,
		.ttl = dgram->ttl,
		.data = dgram->data,
		.len = dgram->len,
	};
}

static void on_message(struct daemon *d, uint64_t now,
		       const struct packet *pkt, const struct lisp_msg *m)
{
	if (d->workers && workers_serve(d, 0, now, pkt, m, &d->actions))
		return;
	workers_lock(d);
	node_on_message(d->node, now, pkt, m, &d->actions);
	workers_unlock(d);
}

static void on_datagram(struct daemon *d, uint64_t now,
			const struct udp_datagram *dgram)
{
	struct packet pkt = execute_packet(dgram);
	struct wire_error err;
	struct lisp_msg m;

	empty(d);
	if (msg_parse(dgram->data, dgram->len, &d->arena, &m, &err)) {
		d->counters.parse_errors[err.reason]++;
		report_parse(&d->report, now, &dgram->from, &err,
			     msg_peek_type(dgram->data, dgram->len));
		return;
	}
	on_message(d, now, &pkt, &m);
	execute_all(d, now);
}

void execute_warm(const struct daemon *d, const struct udp_datagram *dgrams,
		  size_t n)
{
	struct eid eids[TRIE_WARM_MAX];
	size_t count = 0;

	for (size_t i = 0; i < n && count < TRIE_WARM_MAX; i++)
		count += peek_eid(dgrams[i].data, dgrams[i].len, &eids[count]);
	workers_read_begin(d);
	node_warm(d->node, eids, count);
	workers_read_end(d);
}

/* What came at one time happens at one time; the answers leave together. */
void execute_on_datagrams(void *arg, const struct udp_datagram *dgrams,
			  size_t n)
{
	struct daemon *d = arg;
	uint64_t now = clock_ms();

	execute_warm(d, dgrams, n);
	for (size_t i = 0; i < n; i++)
		on_datagram(d, now, &dgrams[i]);
	finish(d, now);
}

void execute_on_miss(void *arg, const struct dp_miss *m)
{
	struct daemon *d = arg;

	node_on_miss(d->node, clock_ms(), m->iid, &m->eid, &m->source,
		     execute_begin(d));
	execute_end(d);
}

void execute_on_map(void *arg, const struct dp_map *m)
{
	struct daemon *d = arg;

	node_on_map_gone(d->node, clock_ms(), &m->eid, execute_begin(d));
	execute_end(d);
}

/* Somebody took an RLOC out of use, or would: let a probe decide. */
void execute_on_rloc(void *arg, const struct dp_rloc *r)
{
	struct daemon *d = arg;

	if (!r->doubt && r->state != LISP_RLOC_STATE_UNREACHABLE_NONCE &&
	    r->state != LISP_RLOC_STATE_UNREACHABLE_ICMP)
		return;
	execute_begin(d);
	node_on_rloc_doubt(d->node, clock_ms(), &r->addr);
	execute_end(d);
}

void execute_on_reach(void *arg, const struct dp_reach *r)
{
	struct daemon *d = arg;
	struct actions *acts = execute_begin(d);

	switch ((enum lisp_reach_event)r->event) {
	case LISP_REACH_EVENT_SOURCE_NEWER:
	case LISP_REACH_EVENT_GLEANED:
		node_on_map_hint(d->node, clock_ms(), &r->eid, acts);
		break;
	case LISP_REACH_EVENT_DEST_OLDER:
		node_on_peer_behind(d->node, clock_ms(), &r->eid, &r->rloc,
				    acts);
		break;
	case LISP_REACH_EVENT_STATUS_BITS:	/* the kernel acts on these */
	case LISP_REACH_EVENT_DEST_NEWER:
		break;
	}
	execute_end(d);
}

/* Misses can be asked for again; a mapping that went away unnoticed is found
 * out when the node asks whether it is in use. */
void execute_on_lost(void *arg)
{
	struct daemon *d = arg;
	int err;

	d->sync.misses_lost++;
	err = d->dp->ops->miss_dump(d->dp, execute_on_miss, d);
	if (err)
		dp_failed(d, clock_ms(), "asking for misses", NULL, err);
}

void execute_on_time(void *arg)
{
	struct daemon *d = arg;

	node_on_time(d->node, clock_ms(), execute_begin(d));
	execute_end(d);
}

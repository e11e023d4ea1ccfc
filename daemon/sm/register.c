// SPDX-License-Identifier: GPL-2.0-or-later
/* The registering ETR: parts, timers and states; see register.h.  What comes
 * back is in notify.c. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sm/register_part.h"
#include "sm/util.h"

#define SILENT_TRIES	3	/* unacknowledged, until we say so */
#define WITHDRAW_TRIES	5	/* deregistrations until we give up */

static const char *const state_names[REGISTER_STATE_COUNT] = {
	[REGISTER_IDLE] = "idle",
	[REGISTER_ASKING] = "asking",
	[REGISTER_UP] = "up",
	[REGISTER_CHECKING] = "checking",
	[REGISTER_BLIND] = "blind",
	[REGISTER_DONE] = "done",
};

static const char *const event_names[REGISTER_EVENT_COUNT] = {
	[REGISTER_ON_START] = "start",
	[REGISTER_ON_START_BLIND] = "start without Map-Notify",
	[REGISTER_ON_PERIOD] = "period",
	[REGISTER_ON_UNACKED] = "unacknowledged",
	[REGISTER_ON_SILENT] = "server is silent",
	[REGISTER_ON_NOTIFY] = "Map-Notify",
	[REGISTER_ON_CHANGE] = "change",
	[REGISTER_ON_DONE] = "withdrawn",
};

/* Where an event is not listed the state stays as it is. */
#define STAY	REGISTER_STATE_COUNT

static const enum register_state
next_state[REGISTER_STATE_COUNT][REGISTER_EVENT_COUNT] = {
	[REGISTER_IDLE] = { REGISTER_ASKING, REGISTER_BLIND, STAY, STAY,
			    STAY, STAY, STAY, REGISTER_DONE },
	[REGISTER_ASKING] = { STAY, STAY, STAY, STAY,
			      STAY, REGISTER_UP, STAY, REGISTER_DONE },
	[REGISTER_UP] = { STAY, STAY, REGISTER_CHECKING, STAY,
			  STAY, STAY, REGISTER_CHECKING, REGISTER_DONE },
	[REGISTER_CHECKING] = { STAY, STAY, STAY, STAY,
				REGISTER_ASKING, REGISTER_UP, STAY,
				REGISTER_DONE },
	[REGISTER_BLIND] = { STAY, STAY, STAY, STAY,
			     STAY, STAY, STAY, REGISTER_DONE },
	[REGISTER_DONE] = { STAY, STAY, STAY, STAY,
			    STAY, STAY, STAY, STAY },
};

static const char *const counter_names[REGISTER_COUNT] = {
	[REGISTER_SENT] = "sent",
	[REGISTER_RETRANSMITTED] = "retransmitted",
	[REGISTER_FAILED] = "failed",
	[REGISTER_NOTIFIED] = "notified",
	[REGISTER_DUPLICATE] = "duplicate",
	[REGISTER_REFUSED] = "refused",
	[REGISTER_WITHDRAWN] = "withdrawn",
	[REGISTER_UNSOLICITED] = "unsolicited",
	[REGISTER_ACKED] = "acked",
	[REGISTER_BAD_NONCE] = "bad-nonce",
	[REGISTER_BAD_AUTH] = "bad-auth",
	[REGISTER_LIMITED] = "limited",
};

const char *register_state_name(enum register_state s)
{
	return state_names[s];
}

/* --- cutting the database into parts --- */

static size_t message_max(const struct registrar *r,
			  const struct register_server *srv)
{
	if (srv->message_max)
		return srv->message_max;
	return srv->addr.family == ADDR_IPV4 ? r->cfg->reg.message_max4
					     : r->cfg->reg.message_max6;
}

/* How many EIDs from @first on fit into one message to @srv; at least one. */
static size_t part_fill(const struct registrar *r,
			const struct register_server *srv, size_t first)
{
	size_t size = AUTH_DATA_OFFSET + AUTH_IDS_SIZE +
		      auth_data_len(srv->key.algorithm, srv->key.length);
	size_t n = 0;

	while (first + n < r->db->count && n < RECORD_MAX) {
		struct map_record rec;

		database_record(r->db, &r->db->eids[first + n].eid, &rec);
		size += record_size(&rec);
		if (n && size > message_max(r, srv))
			break;
		n++;
	}
	return n;
}

static size_t parts_needed(const struct registrar *r,
			   const struct register_server *srv)
{
	size_t parts = 0;

	for (size_t at = 0; at < r->db->count; parts++)
		at += part_fill(r, srv, at);
	return parts;
}

static int peer_init(const struct registrar *r, struct register_peer *peer,
		     const struct register_server *srv)
{
	size_t at = 0;

	peer->cfg = srv;
	peer->part_count = parts_needed(r, srv);
	bucket_init(&peer->verify, 100000, 50);
	pace_init(&peer->pace, peer->part_count, r->cfg->reg.interval);
	peer->parts = calloc(peer->part_count + 1, sizeof(*peer->parts));
	peer->records = calloc(r->db->count + 1, sizeof(*peer->records));
	if (!peer->parts || !peer->records)
		return -ENOMEM;

	for (size_t i = 0; i < peer->part_count; i++) {
		struct register_part *p = &peer->parts[i];

		heap_node_init(&p->timer);
		p->peer = peer;
		p->first = at;
		p->count = part_fill(r, srv, at);
		p->retry = r->cfg->reg.retry_min;
		at += p->count;
	}
	return 0;
}

int register_init(struct registrar *r, const struct xtr_config *cfg,
		  const struct sm_ops *ops, struct database *db)
{
	memset(r, 0, sizeof(*r));
	r->cfg = cfg;
	r->ops = ops;
	r->db = db;
	heap_init(&r->timers);
	r->peers = calloc(cfg->server_count + 1, sizeof(*r->peers));
	if (!r->peers)
		return -ENOMEM;

	for (size_t i = 0; i < cfg->server_count; i++) {
		int ret = peer_init(r, &r->peers[i], &cfg->servers[i]);

		r->peer_count++;
		if (ret) {
			register_free(r);
			return ret;
		}
	}
	return 0;
}

void register_free(struct registrar *r)
{
	for (size_t i = 0; i < r->peer_count; i++) {
		free(r->peers[i].parts);
		free(r->peers[i].records);
	}
	free(r->peers);
	memset(r, 0, sizeof(*r));
}

/* --- sending --- */

/* The records of a part: TTL 0 for what is being withdrawn, nothing for what
 * already is. */
static unsigned int part_records(const struct registrar *r,
				 const struct register_part *p,
				 struct map_record *recs)
{
	unsigned int n = 0;

	for (size_t i = p->first; i < p->first + p->count; i++) {
		const struct local_eid *l = &r->db->eids[i];

		if (p->peer->records[i].gone)
			continue;
		database_record(r->db, &l->eid, &recs[n]);
		recs[n].authoritative = false;
		if (l->withdrawn)
			recs[n].ttl = 0;
		n++;
	}
	return n;
}

static uint32_t flags_of(const struct register_server *srv)
{
	return MREG_IDS | (srv->proxy_reply ? MREG_PROXY_REPLY : 0) |
	       (srv->want_notify ? MREG_WANT_NOTIFY : 0) |
	       (srv->merge ? MREG_MERGE : 0);
}

static int send_register(struct registrar *r, struct register_part *p,
			 uint64_t nonce, struct actions *acts)
{
	const struct register_server *srv = p->peer->cfg;
	struct lisp_msg m = {
		.type = MSG_TYPE_MAP_REGISTER,
		.reg = {
			.flags = flags_of(srv),
			.nonce = nonce,
			.ids = r->cfg->ids,
			.auth = {
				.key_id = srv->key.key_id,
				.algorithm = srv->key.algorithm,
				.data_len = auth_data_len(srv->key.algorithm,
							  srv->key.length),
			},
		},
	};
	uint8_t *data;
	size_t len;

	m.reg.records = arena_array(acts->arena, p->count,
				    sizeof(*m.reg.records));
	if (!m.reg.records)
		return -ENOMEM;
	m.reg.record_count = (uint8_t)part_records(r, p, m.reg.records);

	data = action_build(acts, &m, &len);
	if (!data)
		return -ENOMEM;
	if (r->ops->sign(r->ops->arg, &srv->key, data, len))
		return -EIO;
	return action_send(acts, NULL, &srv->addr, LISP_CONTROL_PORT, data,
			   len);
}

static void send_part(struct registrar *r, struct register_part *p,
		      struct actions *acts)
{
	const struct register_server *srv = p->peer->cfg;
	uint64_t nonce;
	int ret;

	ret = r->ops->register_nonce(r->ops->arg, &srv->addr, srv->key.tag,
				     &nonce);
	if (!ret)
		ret = send_register(r, p, nonce, acts);
	if (ret) {
		r->counters[REGISTER_FAILED]++;
		action_log_peer(acts, LOG_REGISTER_FAILED, &srv->addr, NULL,
				(uint64_t)-ret);
		return;
	}

	p->nonces[p->sent++ % REGISTER_NONCES] = nonce;
	r->counters[REGISTER_SENT]++;
}

/* --- the transition function --- */

static uint64_t period(const struct registrar *r,
		       const struct register_part *p, uint64_t now)
{
	return now < p->quick_until ? r->cfg->reg.quick_interval
				    : r->cfg->reg.interval;
}

/* A part whose registrations still stand has some tries left before they time
 * out, however many are lost; one that nobody hears of need not hurry. */
static uint32_t retry_max(const struct registrar *r,
			  const struct register_part *p, uint64_t now)
{
	uint32_t interval = r->cfg->reg.interval;

	return p->heard && now - p->heard < 3 * (uint64_t)interval ?
		interval / 4 : interval;
}

/* Wait for an acknowledgement, each time twice as long. */
static void arm_retry(struct registrar *r, struct register_part *p,
		      uint64_t now)
{
	uint32_t max = retry_max(r, p, now);

	heap_update(&r->timers, &p->timer, now + p->retry);
	p->retry = p->retry < max / 2 ? 2 * p->retry : max;
}

static void arm_period(struct registrar *r, struct register_part *p,
		       uint64_t now)
{
	const struct register_peer *peer = p->peer;

	p->retry = r->cfg->reg.retry_min;
	p->unacked = 0;
	heap_update(&r->timers, &p->timer,
		    pace_again(&peer->pace, (size_t)(p - peer->parts),
			       period(r, p, now), now));
}

static void begin_quick(struct registrar *r, struct register_part *p,
			uint64_t now)
{
	p->quick_until = now + r->cfg->reg.quick_time;
	p->retry = r->cfg->reg.retry_min;
	p->unacked = 0;
}

void register_step(struct registrar *r, struct register_part *p,
		   enum register_event ev, uint64_t now, struct actions *acts)
{
	const struct register_server *srv = p->peer->cfg;
	enum register_state from = p->state;

	p->has_turn = false;
	if (next_state[from][ev] != STAY)
		p->state = next_state[from][ev];
	if (p->state != from)
		action_transition(acts, "register", state_names[from],
				  state_names[p->state], event_names[ev],
				  &r->db->eids[p->first].eid, &srv->addr);

	switch (ev) {
	case REGISTER_ON_START:
	case REGISTER_ON_START_BLIND:
	case REGISTER_ON_CHANGE:
		begin_quick(r, p, now);
		heap_update(&r->timers, &p->timer, now);
		break;
	case REGISTER_ON_UNACKED:
	case REGISTER_ON_SILENT:
		r->counters[REGISTER_RETRANSMITTED]++;
		/* fall through */
	case REGISTER_ON_PERIOD:
		p->unacked++;
		send_part(r, p, acts);
		if (srv->want_notify)
			arm_retry(r, p, now);
		else
			arm_period(r, p, now);
		break;
	case REGISTER_ON_NOTIFY:
		if (from == REGISTER_ASKING)
			action_log_peer(acts, LOG_REGISTERED, &srv->addr,
					&r->db->eids[p->first].eid, p->count);
		arm_period(r, p, now);
		break;
	case REGISTER_ON_DONE:
		heap_del(&r->timers, &p->timer);
		break;
	case REGISTER_EVENT_COUNT:
		break;
	}

	/* Once, also of a server that has never answered. */
	if (ev == REGISTER_ON_SILENT && p->unacked == SILENT_TRIES + 1)
		action_log_peer(acts, LOG_REGISTER_SILENT, &srv->addr,
				&r->db->eids[p->first].eid, p->unacked);
}

/* --- withdrawing --- */

bool register_settle(struct registrar *r, struct register_part *p,
		     uint64_t now, struct actions *acts)
{
	bool left = false;

	for (size_t i = p->first; i < p->first + p->count; i++) {
		struct register_record *rr = &p->peer->records[i];

		if (r->db->eids[i].withdrawn && !rr->gone) {
			rr->gone = true;
			r->counters[REGISTER_WITHDRAWN]++;
		}
		left |= !rr->gone;
	}

	p->withdrawals = 0;
	if (!left)
		register_step(r, p, REGISTER_ON_DONE, now, acts);
	return left;
}

/* A deregistration that nobody acknowledges ends after some tries: what it
 * would have removed expires. */
static bool withdraw_again(struct registrar *r, struct register_part *p,
			   uint64_t now, struct actions *acts)
{
	if (!p->withdrawals || p->withdrawals++ <= WITHDRAW_TRIES)
		return true;
	return register_settle(r, p, now, acts);
}

static void withdraw_part(struct registrar *r, struct register_part *p,
			  uint64_t now, struct actions *acts)
{
	p->withdrawals = 1;
	p->settled = p->sent;
	register_step(r, p, REGISTER_ON_CHANGE, now, acts);
}

static bool part_changed(const struct registrar *r,
			 const struct register_part *p)
{
	for (size_t i = p->first; i < p->first + p->count; i++)
		if (r->db->eids[i].withdrawn && !p->peer->records[i].gone)
			return true;
	return false;
}

/* Whatever is marked as withdrawn and has not been. */
static void withdraw_marked(struct registrar *r, uint64_t now,
			    struct actions *acts)
{
	for (size_t i = 0; i < r->peer_count; i++)
		for (size_t k = 0; k < r->peers[i].part_count; k++)
			if (part_changed(r, &r->peers[i].parts[k]))
				withdraw_part(r, &r->peers[i].parts[k], now,
					      acts);
}

int register_withdraw(struct registrar *r, uint64_t now,
		      const struct eid *eid, struct actions *acts)
{
	struct local_eid *l = eid ? database_find(r->db, eid) : NULL;

	if (eid && !l)
		return -ENOENT;
	if (l)
		l->withdrawn = true;
	for (size_t i = 0; !l && i < r->db->count; i++)
		r->db->eids[i].withdrawn = true;
	r->hurry |= !l;
	withdraw_marked(r, now, acts);
	return 0;
}

void register_leave(struct registrar *r, uint64_t now, struct actions *acts)
{
	r->hurry = true;
	withdraw_marked(r, now, acts);
	while (register_due(r) <= now)
		register_on_time(r, now, acts);
}

/* --- events --- */

void register_start(struct registrar *r, uint64_t now, struct actions *acts)
{
	for (size_t i = 0; i < r->peer_count; i++) {
		struct register_peer *peer = &r->peers[i];
		enum register_event ev = peer->cfg->want_notify ?
			REGISTER_ON_START : REGISTER_ON_START_BLIND;

		if (!peer->pace.start)
			peer->pace.start = now;
		for (size_t k = 0; k < peer->part_count; k++)
			if (peer->parts[k].state == REGISTER_IDLE)
				register_step(r, &peer->parts[k], ev, now,
					      acts);
	}
}

uint64_t register_due(const struct registrar *r)
{
	struct heap_node *n = heap_peek(&r->timers);

	return n ? n->due : UINT64_MAX;
}

/* May the part send?  Else it has been given a time at which it may. */
static bool is_its_turn(struct registrar *r, struct register_part *p,
			uint64_t now)
{
	uint64_t at = p->has_turn || r->hurry ? now :
		pace_turn(&p->peer->pace, now);

	if (at == now)
		return true;
	p->has_turn = true;
	heap_update(&r->timers, &p->timer, at);
	return false;
}

bool register_on_time(struct registrar *r, uint64_t now, struct actions *acts)
{
	struct heap_node *n = heap_pop_due(&r->timers, now);
	struct register_part *p;
	enum register_event ev = REGISTER_ON_PERIOD;

	if (!n)
		return false;

	p = container_of(n, struct register_part, timer);
	if (!is_its_turn(r, p, now) || !withdraw_again(r, p, now, acts))
		return true;

	if (p->unacked)
		ev = p->unacked >= SILENT_TRIES ? REGISTER_ON_SILENT
						: REGISTER_ON_UNACKED;
	register_step(r, p, ev, now, acts);
	return true;
}

/* --- display --- */

void register_view(const struct registrar *r, size_t eid, size_t server,
		   struct register_view *v)
{
	const struct register_peer *peer = &r->peers[server];
	size_t k = 0;

	while (eid >= peer->parts[k].first + peer->parts[k].count)
		k++;

	*v = (struct register_view){
		.server = &peer->cfg->addr,
		.state = peer->parts[k].state,
		.refused = peer->records[eid].refused,
		.notified = peer->parts[k].notified,
	};
}

static bool peer_up(const struct register_peer *peer)
{
	for (size_t i = 0; i < peer->part_count; i++)
		if (peer->parts[i].state == REGISTER_IDLE ||
		    peer->parts[i].state == REGISTER_ASKING)
			return false;
	return true;
}

size_t register_servers_up(const struct registrar *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->peer_count; i++)
		n += peer_up(&r->peers[i]);
	return n;
}

struct counter_group register_counters(const struct registrar *r)
{
	return (struct counter_group){
		.name = "register",
		.names = counter_names,
		.values = r->counters,
		.count = REGISTER_COUNT,
	};
}

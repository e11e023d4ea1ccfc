// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The list of actions.  Everything a machine wants done passes through here,
 * and everything it allocates for that comes from the caller's arena.
 */
#include <errno.h>

#include "sm/action.h"

void actions_init(struct actions *acts, struct arena *arena)
{
	acts->arena = arena;
	acts->first = NULL;
	acts->last = &acts->first;
	acts->count = 0;
	acts->lost = 0;
}

struct action *action_add(struct actions *acts, enum action_type type)
{
	struct action *a = arena_alloc(acts->arena, sizeof(*a));

	if (!a) {
		acts->lost++;
		return NULL;
	}

	a->type = type;
	*acts->last = a;
	acts->last = &a->next;
	acts->count++;
	return a;
}

struct action_log *action_log(struct actions *acts, enum log_event event)
{
	static struct action_log scratch;	/* written, never read */
	struct action *a = action_add(acts, ACTION_LOG);

	if (!a)
		return &scratch;

	a->log.event = event;
	return &a->log;
}

void action_log_peer(struct actions *acts, enum log_event event,
		     const struct addr *peer, const struct eid *eid,
		     uint64_t number)
{
	struct action_log *l = action_log(acts, event);

	if (peer)
		l->peer = *peer;
	if (eid) {
		l->eid = *eid;
		l->has_eid = true;
	}
	l->number = number;
}

void action_transition(struct actions *acts, const char *machine,
		       const char *from, const char *to, const char *cause,
		       const struct eid *eid, const struct addr *peer)
{
	struct action_log *l = action_log(acts, LOG_TRANSITION);

	l->machine = machine;
	l->from = from;
	l->to = to;
	l->cause = cause;
	if (peer)
		l->peer = *peer;
	if (eid) {
		l->eid = *eid;
		l->has_eid = true;
	}
}

static size_t records_room(const struct map_record *recs, size_t n)
{
	size_t room = 0;

	for (size_t i = 0; i < n; i++)
		room += record_size(&recs[i]);
	return room;
}

/* Octets that suffice for @m. */
static size_t msg_room(const struct lisp_msg *m)
{
	const size_t fixed = 64 + AUTH_IDS_SIZE;	/* header and the like */
	const size_t address = 32;			/* LCAF and IPv6 */

	switch (m->type) {
	case MSG_TYPE_MAP_REQUEST:
		return fixed + address * (2 + m->request.itr_count +
					  m->request.record_count) +
		       records_room(m->request.reply, !!m->request.reply);
	case MSG_TYPE_MAP_REPLY:
		return fixed + records_room(m->reply.records,
					    m->reply.record_count);
	case MSG_TYPE_MAP_REGISTER:
		return fixed + m->reg.auth.data_len +
		       records_room(m->reg.records, m->reg.record_count);
	case MSG_TYPE_MAP_NOTIFY:
	case MSG_TYPE_MAP_NOTIFY_ACK:
		return fixed + m->notify.auth.data_len +
		       records_room(m->notify.records, m->notify.record_count);
	case MSG_TYPE_MAP_REFERRAL:
		return map_referral_size(&m->referral);
	case MSG_TYPE_ECM:
		return ECM_OVERHEAD_IPV6 + m->ecm.message_len;
	}
	return 0;
}

uint8_t *action_build(struct actions *acts, const struct lisp_msg *m,
		      size_t *len)
{
	size_t room = msg_room(m);
	uint8_t *data;
	int ret;

	if (room > MSG_SIZE_MAX)
		room = MSG_SIZE_MAX;

	data = arena_alloc(acts->arena, room);
	if (!data) {
		acts->lost++;
		return NULL;
	}

	ret = msg_build(m, data, room);
	if (ret < 0)
		return NULL;

	*len = (size_t)ret;
	return data;
}

int action_send(struct actions *acts, const struct addr *from,
		const struct addr *to, uint16_t to_port, const uint8_t *data,
		size_t len)
{
	return action_send_after(acts, from, to, to_port, data, len, 0);
}

int action_send_after(struct actions *acts, const struct addr *from,
		      const struct addr *to, uint16_t to_port,
		      const uint8_t *data, size_t len, uint64_t after)
{
	struct action *a = action_add(acts, ACTION_SEND);

	if (!a)
		return -ENOMEM;

	if (from)
		a->send.from = *from;
	a->send.to = *to;
	a->send.to_port = to_port;
	a->send.data = data;
	a->send.len = len;
	a->send.type = (enum msg_type)msg_peek_type(data, len);
	a->send.after = after;
	return 0;
}

int action_send_msg(struct actions *acts, const struct addr *from,
		    const struct addr *to, uint16_t to_port,
		    const struct lisp_msg *m)
{
	size_t len;
	uint8_t *data = action_build(acts, m, &len);

	if (!data)
		return -ENOMEM;
	return action_send(acts, from, to, to_port, data, len);
}

const char *action_type_name(enum action_type type)
{
	static const char *const names[ACTION_TYPE_COUNT] = {
		[ACTION_SEND] = "send",
		[ACTION_MAP_SET] = "map-set",
		[ACTION_MAP_DEL] = "map-del",
		[ACTION_MAP_QUERY] = "map-query",
		[ACTION_RLOC_SET] = "rloc-set",
		[ACTION_RLOC_RTT] = "rloc-rtt",
		[ACTION_RESOLVED] = "resolved",
		[ACTION_LOG] = "log",
	};

	return names[type];
}

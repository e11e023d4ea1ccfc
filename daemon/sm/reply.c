// SPDX-License-Identifier: GPL-2.0-or-later
/* Making a Map-Reply; see reply.h. */
#include <errno.h>
#include <string.h>

#include "sm/reply.h"

void reply_init(struct reply *r, struct arena *arena, size_t size_max)
{
	memset(r, 0, sizeof(*r));
	r->arena = arena;
	r->size = MAP_REPLY_HEADER_SIZE;
	r->size_max = size_max;
}

static bool grow(struct reply *r)
{
	unsigned int room = r->room ? 2 * r->room : 4;
	struct map_record *more;

	if (r->count < r->room)
		return true;
	if (r->count == RECORD_MAX)
		return false;

	more = arena_array(r->arena, room, sizeof(*more));
	if (!more)
		return false;
	if (r->count)
		memcpy(more, r->records, r->count * sizeof(*more));
	r->records = more;
	r->room = room;
	return true;
}

struct map_record *reply_add(struct reply *r, const struct map_record *rec)
{
	size_t size = record_size(rec);

	if ((r->count && r->size + size > r->size_max) || !grow(r)) {
		r->full = true;
		return NULL;
	}

	r->size += size;
	r->records[r->count] = *rec;
	return &r->records[r->count++];
}

void reply_cut(struct reply *r, unsigned int count)
{
	while (r->count > count)
		r->size -= record_size(&r->records[--r->count]);
	r->full = false;
}

int reply_send(const struct reply *r, const struct request *rq,
	       const struct addr *itr_rloc, uint32_t flags,
	       struct actions *acts)
{
	struct lisp_msg m = {
		.type = MSG_TYPE_MAP_REPLY,
		.reply = {
			.flags = flags,
			.nonce = rq->msg->nonce,
			.records = r->records,
			.record_count = (uint8_t)r->count,
		},
	};

	return action_send_msg(acts, NULL, itr_rloc, request_port(rq), &m);
}

static size_t put_addr(uint8_t *to, const struct addr *a)
{
	size_t size = addr_size(a);

	to[0] = a->family;
	memcpy(to + 1, a->bytes, size);
	return 1 + size;
}

size_t limit_key(uint8_t key[LIMIT_KEY_SIZE], const struct addr *a,
		 const struct eid *e)
{
	size_t n = put_addr(key, a);

	memcpy(key + n, &e->iid, sizeof(e->iid));
	n += sizeof(e->iid);
	n += put_addr(key + n, &e->prefix.addr);
	key[n++] = e->prefix.len;
	return n;
}

uint64_t reply_place(const struct limit *per_eid, const struct addr *itr_rloc,
		     const struct eid *eid)
{
	uint8_t key[LIMIT_KEY_SIZE];

	return limit_place(per_eid, key, limit_key(key, itr_rloc, eid));
}

bool reply_allowed_at(struct limit *per_eid, uint64_t place,
		      struct limit *per_rloc, const struct addr *itr_rloc,
		      uint64_t now)
{
	return limit_take_at(per_eid, place, now) &&
	       limit_take_addr(per_rloc, itr_rloc, now);
}

bool reply_allowed(struct limit *per_eid, struct limit *per_rloc,
		   const struct addr *itr_rloc, const struct eid *eid,
		   uint64_t now)
{
	return reply_allowed_at(per_eid, reply_place(per_eid, itr_rloc, eid),
				per_rloc, itr_rloc, now);
}

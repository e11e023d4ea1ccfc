/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Making a Map-Reply, common to the ETR and the Map-Server.
 *
 * RFC 9301 5.5 wants in one message the best match and every more-specific
 * prefix beneath it.  Where that would not fit into a packet that needs no
 * fragmentation (and would amplify besides), the answer is cut down to the
 * hole around the EID asked for: the best match's locators for the widest
 * prefix that contains the EID and none of the more-specifics.  As true, and
 * always one record.
 */
#ifndef LISP_SM_REPLY_H
#define LISP_SM_REPLY_H

#include "sm/action.h"
#include "sm/limit.h"
#include "sm/packet.h"

struct reply {
	struct arena *arena;
	struct map_record *records;	/* in the arena, grows */
	unsigned int count;
	unsigned int room;
	size_t size;			/* octets of the message so far */
	size_t size_max;
	bool full;			/* a record did not fit */
};

/* @size_max: octets of UDP payload. */
void reply_init(struct reply *r, struct arena *arena, size_t size_max);

/* Room for one more record of the size of @rec, which is copied.  NULL and
 * @r->full when it does not fit.  The first record always fits. */
struct map_record *reply_add(struct reply *r, const struct map_record *rec);

/* Forget the records from @count on, and that it was full. */
void reply_cut(struct reply *r, unsigned int count);

/* Send it to an ITR-RLOC of the request.  0 or -ENOMEM. */
int reply_send(const struct reply *r, const struct request *rq,
	       const struct addr *itr_rloc, uint32_t flags,
	       struct actions *acts);

/* May a reply to @itr_rloc about @eid go out? */
bool reply_allowed(struct limit *per_eid, struct limit *per_rloc,
		   const struct addr *itr_rloc, const struct eid *eid,
		   uint64_t now);

/* The same in two steps, as limit_place(): first say for whom. */
uint64_t reply_place(const struct limit *per_eid, const struct addr *itr_rloc,
		     const struct eid *eid);
bool reply_allowed_at(struct limit *per_eid, uint64_t place,
		      struct limit *per_rloc, const struct addr *itr_rloc,
		      uint64_t now);

/* Rate limit key of an address and an EID, without padding. */
#define LIMIT_KEY_SIZE	40
size_t limit_key(uint8_t key[LIMIT_KEY_SIZE], const struct addr *a,
		 const struct eid *e);

#endif

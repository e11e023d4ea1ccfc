/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A bounded table of token buckets, one per key (a source, a destination and
 * an EID, ...), all with the same rate.
 *
 * Every key of the outside can be made up, so the table has a bounded number of
 * slots and finds keys by a keyed hash (SipHash; two keys that collide share a
 * bucket).  The hash says which four slots, one cache line, a key may be in;
 * of these it takes the one that was used longest ago.  Whoever makes up keys
 * gains full buckets, so a second bucket bounds all keys together.  The table
 * takes memory when it is first used, and what of it is not touched is none:
 * most tables stay nearly empty, and there are some for each role.
 */
#ifndef LISP_SM_LIMIT_H
#define LISP_SM_LIMIT_H

#include "lib/bucket.h"
#include "lib/hash.h"
#include "lib/prefix.h"

struct limit_rate {
	uint32_t interval_us;	/* one token each */
	uint32_t burst;
};

/*
 * What all keys together may have: a million a second.  That is more than one
 * thread can do, but not without a bound; a lower one would let those who make
 * up keys use up what is everybody's while there is still time to serve
 * everybody.
 */
#define LIMIT_ALL_TOGETHER	{ 1, 100000 }

struct limit_config {
	struct limit_rate each;		/* per key */
	struct limit_rate all;		/* all keys together */
	unsigned int slots;
};

struct limit_set;

struct limit {
	uint8_t seed[16];
	void *memory;			/* of the sets; NULL: not used yet */
	struct limit_set *sets;
	size_t count;			/* of them; a power of two */
	unsigned int ways;		/* slots of each */
	struct limit_rate each;
	struct bucket all;
	uint64_t evicted;
};

/* 0.  limit_free() takes a zeroed one as well. */
int limit_init(struct limit *l, const struct limit_config *cfg,
	       const uint8_t seed[16]);
void limit_free(struct limit *l);

/* Take a token for the key of @len octets; false: over the limit, or out of
 * memory. */
bool limit_take(struct limit *l, const void *key, size_t len, uint64_t now);

/* The same in two steps.  The first one has the place of the key fetched into
 * the processor's cache: best some work before the second. */
uint64_t limit_place(const struct limit *l, const void *key, size_t len);
bool limit_take_at(struct limit *l, uint64_t place, uint64_t now);

/* The same, for the key that an address is. */
static inline bool limit_take_addr(struct limit *l, const struct addr *a,
				   uint64_t now)
{
	return limit_take(l, a, offsetof(struct addr, bytes) + addr_size(a),
			  now);
}

/* Who is behind a source address: of IPv6 whoever has one has the /64 that it
 * is in, so all of that is one. */
struct addr limit_source(const struct addr *a);

/* limit_take_addr() of that. */
bool limit_take_source(struct limit *l, const struct addr *a, uint64_t now);

/* What @old knows of its keys, if it is of the same configuration; it gets
 * what @l had. */
void limit_inherit(struct limit *l, struct limit *old);

#endif

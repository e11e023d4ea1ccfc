/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A bounded table of token buckets, one per key (a source, a destination and
 * an EID, ...), all with the same rate.
 *
 * Every key of the outside can be made up, so the table has a bounded number of
 * slots, forgets the key that was used longest ago, and finds keys by a keyed
 * hash (64 bits of SipHash; two keys that collide share a bucket).  Whoever
 * makes up keys gains full buckets, so a second bucket bounds all keys
 * together.  A slot takes memory when it is first used: most tables stay nearly
 * empty, and there are some for each role.
 */
#ifndef LISP_SM_LIMIT_H
#define LISP_SM_LIMIT_H

#include "lib/bucket.h"
#include "lib/hash.h"

struct limit_rate {
	uint32_t interval_us;	/* one token each */
	uint32_t burst;
};

struct limit_config {
	struct limit_rate each;		/* per key */
	struct limit_rate all;		/* all keys together */
	unsigned int slots;
};

struct limit_slot;

struct limit {
	struct hash_table table;
	struct bucket all;
	struct limit_rate each;
	struct limit_slot *recent;	/* ends of the list by last use */
	struct limit_slot *oldest;
	unsigned int used;
	unsigned int size;
	uint64_t evicted;
};

/* 0 or -ENOMEM.  limit_free() takes a zeroed one as well. */
int limit_init(struct limit *l, const struct limit_config *cfg,
	       const uint8_t seed[16]);
void limit_free(struct limit *l);

/* Take a token for the key of @len octets; false: over the limit. */
bool limit_take(struct limit *l, const void *key, size_t len, uint64_t now);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The referral cache of a DDT client (RFC 8111 7.3): which nodes or
 * Map-Servers were named for which extended EID-prefix, or that there are none.
 *
 * What one record of a Map-Referral said is a set.  Sets do not change; the
 * cache and the queries that go by one share it and count references.  A set
 * is also the authority of those it names: what they say is believed inside
 * set->xeid only, and a key holds for that and nothing else.
 *
 * An entry lives no longer than its record says, is found by longest match,
 * and makes room, the one used longest ago first, when there are too many or
 * they are too large.  The roots are no entry: they are what is left when
 * nothing matches, and never go.
 */
#ifndef LISP_SM_REFERRAL_H
#define LISP_SM_REFERRAL_H

#include "sm/eidmap.h"
#include "wire/map_referral.h"

#define REFERRAL_TARGETS_MAX	16	/* of a record; others are left out */
#define REFERRAL_SET_OCTETS	8192	/* with keys; others are left out */
#define REFERRAL_KEY_OCTETS	1024	/* of one key */

struct referral_known_key {
	const uint8_t *data;
	uint16_t len;
	uint16_t tag;
};

/* A node or Map-Server that may be asked. */
struct referral_target {
	struct addr addr;
	uint8_t priority;
	uint8_t weight;
	uint8_t key_count;	/* of keys that a verified record gave it */
	const struct referral_known_key *keys;
};

struct referral_set {
	unsigned int refs;
	struct xeid xeid;
	enum referral_action action;
	bool root;		/* configured */
	uint64_t expires;	/* ms; UINT64_MAX: never */
	struct addr from;	/* who said so; NONE: the configuration */
	size_t octets;
	uint8_t target_count;	/* best priority first */
	struct referral_target targets[];
};

/* What a set is made of. */
struct referral_source {
	const struct xeid *xeid;
	enum referral_action action;
	const struct referral_rloc *rlocs;
	unsigned int rloc_count;
	bool trusted;		/* the keys with the RLOCs count */
	/* Targets without keys get those that the same address has in here
	 * (Map-Servers list no keys, RFC 8111 10.3); may be NULL. */
	const struct referral_set *heir_of;
	struct addr from;
	uint64_t expires;
};

/* With one reference; NULL: out of memory. */
struct referral_set *referral_set_new(const struct referral_source *src);
struct referral_set *referral_set_get(struct referral_set *s);
void referral_set_put(struct referral_set *s);	/* NULL is allowed */

/* Says that there is nothing. */
bool referral_set_negative(const struct referral_set *s);

/* The same targets with the same keys? */
bool referral_set_same(const struct referral_set *a,
		       const struct referral_set *b);

struct referral_limits {
	size_t entries;
	size_t octets;
	uint32_t ttl_max;	/* minutes, whatever a record says */
};

struct referral_entry {
	struct eid eid;		/* its place in the map */
	struct referral_set *set;
	struct referral_entry *older;
	struct referral_entry *newer;
};

struct referral_cache {
	const struct referral_limits *limits;
	struct eidmap map;
	struct referral_entry *recent;
	struct referral_entry *oldest;
	size_t octets;
	uint64_t evicted;
};

/* 0 or -ENOMEM; referral_free() takes a zeroed one as well. */
int referral_init(struct referral_cache *c,
		  const struct referral_limits *limits,
		  const uint8_t seed[16]);
void referral_free(struct referral_cache *c);

/* Longest match that has not expired, NULL.  The cache's reference. */
struct referral_set *referral_match(struct referral_cache *c, uint64_t now,
				    const struct eid *eid);

/* Keep @s, which was said about @eid and contains it.  A range of instances is
 * kept for the instance and family of @eid.  Takes a reference of its own.
 * What has expired is not kept. */
void referral_put(struct referral_cache *c, uint64_t now,
		  const struct eid *eid, struct referral_set *s);

/* Forget @s if it is in there for @eid. */
void referral_drop(struct referral_cache *c, const struct eid *eid,
		   const struct referral_set *s);

/* Forget the entry at @eid, or all (NULL); how many. */
size_t referral_clear(struct referral_cache *c, const struct eid *eid);

/* Keep what is in @old, too. */
void referral_inherit(struct referral_cache *c,
		      const struct referral_cache *old);

/* When a record of @ttl minutes that came @now expires. */
uint64_t referral_expiry(const struct referral_limits *limits, uint64_t now,
			 uint32_t ttl);

/* First entry after @after (NULL: the first) that has not expired. */
const struct referral_entry *referral_walk(const struct referral_cache *c,
					   uint64_t now,
					   const struct eid *after);

#endif

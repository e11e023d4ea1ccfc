/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What this xTR has put into the data plane's map-cache.
 *
 * The data plane forwards and expires; this machine remembers what was
 * installed, so that an entry in use is asked for again before it expires and
 * an unused one goes quietly:
 *
 *	          installed              80 to 90 % of TTL
 *	 (none) ------------> fresh ---------------------> queried
 *	                        ^                             |
 *	                        | installed      used, ask    | not used
 *	                     refreshing <---------------------+-------> ageing
 *	                         |  ^                                  |  ^
 *	                         |  +------------- used, ask ----------+  |
 *	                         +---------------- not used --------------+
 *
 * Each state ends at the TTL or when the data plane says that the mapping is
 * gone.  Mappings found at start are fresh with what is left of their TTL.
 * The data plane is asked again whenever half of what was left has gone, down
 * to half a minute: use may begin late, and an answer may be lost.  When the
 * first question comes differs from entry to entry, so that many that were
 * installed together do not fall due together.
 *
 * A negative mapping that lets packets leave natively has no locators here; in
 * the data plane it has those of the proxy ETRs, if there are any (RFC 6832
 * 6.1).  Who they are the configuration says, not the mapping.  They are
 * probed as the locators of a site are, for the mapping's EID-prefix: that they
 * are authoritative for nothing they say in an answer, too.
 *
 * RFC 9301 5.5 on prefixes that nest: what a reply says about the EID asked
 * for replaces a more specific mapping of it; other more-specifics stay, and
 * a less specific one that arrives later expires no later than they.  Where a
 * mapping was asked for again and the answer is more specific, it is no more.
 */
#ifndef LISP_SM_CACHE_H
#define LISP_SM_CACHE_H

#include "lib/heap.h"
#include "sm/action.h"
#include "sm/counter.h"
#include "lib/hash.h"
#include "sm/eidmap.h"
#include "sm/probe.h"
#include "sm/xtr.h"

enum cache_state {
	CACHE_NONE,
	CACHE_FRESH,
	CACHE_QUERIED,		/* asked the data plane whether it is used */
	CACHE_REFRESHING,	/* used: a Map-Request is out */
	CACHE_AGEING,		/* not used: waits for its end */
	CACHE_STATE_COUNT
};

enum cache_event {
	CACHE_ON_INSTALL,
	CACHE_ON_FOUND,		/* at start, in the data plane */
	CACHE_ON_FOUND_STALE,	/* the same, TTL passed, in use */
	CACHE_ON_TIME,		/* most of the TTL has gone */
	CACHE_ON_USED,
	CACHE_ON_UNUSED,
	CACHE_ON_EXPIRE,
	CACHE_ON_GONE,		/* the data plane does not have it */
	CACHE_ON_REPLACED,	/* covered by a later reply */
	CACHE_ON_WITHDRAWN,	/* TTL 0 */
	CACHE_ON_EVICT,		/* map-cache full */
	CACHE_ON_CLEAR,		/* a person, or a changed configuration */
	CACHE_EVENT_COUNT
};

enum cache_counter {
	CACHE_INSTALLED,
	CACHE_NEGATIVE,		/* of these, without locators */
	CACHE_REPLACED,
	CACHE_EXPIRED,
	CACHE_REFRESHED,
	CACHE_AGED,
	CACHE_CLAIMED,
	CACHE_SWEPT,
	CACHE_EVICTED,
	CACHE_COUNT
};

struct cache_entry {
	struct heap_node timer;
	struct eid eid;
	enum cache_state state;
	bool stale;			/* the data plane will not expire it */
	bool looked;			/* asked whether it is in use */
	uint64_t installed;		/* ms */
	uint64_t expires;		/* ms */
	struct addr from;		/* who answered; NONE: found */
	enum map_action action;
	uint16_t version;
	uint32_t epoch;			/* of the last dump it was seen in */
	uint8_t locator_count;
	struct locator *locators;	/* malloc */
};

struct cache {
	const struct cache_limits *limits;
	const struct xtr_config *cfg;
	struct probe *probe;		/* told which RLOCs are in use */
	struct eidmap map;
	struct heap timers;
	uint64_t spread;
	uint32_t epoch;
	bool any_stale;			/* of those found */
	uint64_t sync_start;		/* ms; 0: no dump is going on */
	bool sync_alone;		/* nothing was here before it */
	uint64_t counters[CACHE_COUNT];
};

/* 0 or -ENOMEM. */
int cache_init(struct cache *c, const struct xtr_config *cfg,
	       struct probe *probe, const uint8_t seed[16]);
void cache_free(struct cache *c);

/* A mapping to install; what resolve/ has let through. */
struct cache_mapping {
	const struct map_record *rec;
	bool unusable;			/* had locators, none is left */
};

/* Install the records of one reply to a request for @asked.  Records with
 * TTL 0 remove. */
void cache_install(struct cache *c, uint64_t now, const struct eid *asked,
		   const struct cache_mapping *maps, size_t n,
		   const struct addr *from, struct actions *acts);

/* The proxy ETRs that a mapping leads to; NULL and 0 in *@n: none. */
const struct locator *cache_petrs(const struct cache *c,
				  const struct cache_entry *e,
				  unsigned int *n);

/* Where packets that use the mapping are sent: its locators, or those proxy
 * ETRs. */
const struct locator *cache_locators(const struct cache *c,
				     const struct cache_entry *e,
				     unsigned int *n);

struct cache_entry *cache_find(const struct cache *c, const struct eid *e);
struct cache_entry *cache_match(const struct cache *c, const struct eid *e);

/* At most one entry's timer; false: nothing was due. */
bool cache_on_time(struct cache *c, uint64_t now, struct actions *acts);
uint64_t cache_due(const struct cache *c);

/* Answer to a query, @age in seconds.  True: ask for @eid again. */
bool cache_on_used(struct cache *c, const struct eid *eid, bool used,
		   uint32_t age, struct actions *acts);
void cache_on_gone(struct cache *c, const struct eid *eid,
		   struct actions *acts);

/* As node_clear(). */
size_t cache_clear(struct cache *c, const struct eid *eid,
		   struct actions *acts);

/* What the data plane has at start, or in a later dump. */
struct map_found {
	struct eid eid;
	uint32_t ttl;			/* seconds left */
	bool stale;			/* TTL passed while we were away */
	bool used;			/* a packet matched it ... */
	uint32_t used_age;		/* ... so many seconds ago */
	enum map_action action;		/* without locators, or with @petr */
	uint16_t version;
	const struct locator *locators;
	uint8_t locator_count;
	bool petr;			/* they are those of proxy ETRs */
};

/* @wanted: the instance is served and the EID is not local.  True: ask for
 * the EID now. */
bool cache_on_found(struct cache *c, uint64_t now, const struct map_found *f,
		    bool wanted, struct actions *acts);

/* End of the dump: entries it did not show are gone. */
void cache_on_synced(struct cache *c, struct actions *acts);

/* Of @old, the cache before a reload, which the same data plane was claimed
 * for: a stale entry's time to be answered is not longer for that. */
void cache_inherit(struct cache *c, const struct cache *old);

const char *cache_state_name(enum cache_state s);
struct counter_group cache_counters(const struct cache *c);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ITR asks: an EID -> Map-Requests -> a Map-Reply that holds up -> the
 * map-cache.
 *
 * All that is done for one EID is a series: at most one per EID at a time, so
 * that a second miss, a refresh or a person asking joins the one going on.
 *
 *	          wanted               last try unanswered
 *	 (none) ----------> asking ---------------------------> paused
 *	    ^                | ^                                 |  |
 *	    |    answered    | |  pause over, wanted meanwhile   |  |
 *	    +----------------+ +---------------------------------+  |
 *	    +-------------------------------------------------------+
 *	             pause over and nobody asked, or answered
 *
 * Each try has a fresh nonce and goes to another Map-Resolver; a reply to any
 * nonce of the series counts (RFC 9301 5.3, spec 02 3).
 *
 * Memory comes from malloc: up to resolve_limits.outstanding series of under
 * 1 KB, and .waiters.
 */
#ifndef LISP_SM_RESOLVE_H
#define LISP_SM_RESOLVE_H

#include "lib/heap.h"
#include "sm/cache.h"
#include "sm/database.h"
#include "sm/histogram.h"
#include "sm/packet.h"
#include "sm/resolvers.h"

/* RFC 9301 5.3: the first Map-Request and ten retransmissions. */
#define RESOLVE_TRIES	11

enum resolve_state {
	RESOLVE_NONE,
	RESOLVE_ASKING,
	RESOLVE_PAUSED,
	RESOLVE_STATE_COUNT
};

enum resolve_event {
	RESOLVE_ON_WANTED,	/* miss, refresh, SMR, a person */
	RESOLVE_ON_TIME,	/* a retransmission is due */
	RESOLVE_ON_LAST,	/* the last one was not answered */
	RESOLVE_ON_RESUME,	/* pause over, wanted meanwhile */
	RESOLVE_ON_FORGET,	/* pause over, nobody asked again */
	RESOLVE_ON_ANSWER,
	RESOLVE_EVENT_COUNT
};

enum resolve_counter {
	RESOLVE_MISSES,
	RESOLVE_REFRESHES,
	RESOLVE_JOINED,		/* an EID already being resolved */
	RESOLVE_REQUESTS,
	RESOLVE_DEFERRED,	/* over the rate, sent later */
	RESOLVE_REPLIES,
	RESOLVE_ACCEPTED,
	RESOLVE_TIMEOUTS,
	RESOLVE_FULL,
	RESOLVE_MISS_IGNORED,	/* local EID, instance not served, too late */
	RESOLVE_NO_RESOLVER,
	RESOLVE_BAD_NONCE,
	RESOLVE_BAD_COVERAGE,
	RESOLVE_BAD_RECORD,
	RESOLVE_SHORT_PREFIX,
	RESOLVE_LOCAL_EID,
	RESOLVE_BAD_RLOC,
	RESOLVE_SMR,
	RESOLVE_SMR_IGNORED,
	RESOLVE_HINTS,
	RESOLVE_HINTS_IGNORED,
	RESOLVE_COUNT
};

struct series;

struct resolve {
	const struct xtr_config *cfg;
	const struct sm_ops *ops;
	const struct database *db;
	struct cache *cache;
	struct hash_table by_nonce;
	struct eidmap by_eid;		/* exact -> struct series */
	struct heap timers;
	struct bucket rate;
	uint64_t hold;			/* ms: nothing is sent before */
	unsigned int waiters;
	struct resolvers resolvers;
	uint64_t counters[RESOLVE_COUNT];
	struct histogram latency;	/* of misses, until the mapping is there */
};

/* 0 or -ENOMEM. */
int resolve_init(struct resolve *r, const struct xtr_config *cfg,
		 const struct sm_ops *ops, const struct database *db,
		 struct cache *cache, const uint8_t seed[16]);
void resolve_free(struct resolve *r);

void resolve_on_miss(struct resolve *r, uint64_t now, uint32_t iid,
		     const struct addr *dest, const struct addr *source,
		     struct actions *acts);

/* Ask for a cached mapping again. */
void resolve_on_refresh(struct resolve *r, uint64_t now,
			const struct eid *eid, struct actions *acts);

/* The data plane has reason to believe that our mapping of @eid is out of
 * date, or has learned one that is not verified. */
void resolve_on_hint(struct resolve *r, uint64_t now, const struct eid *eid,
		     struct actions *acts);

/* A Map-Request with the S bit came, unencapsulated (RFC 9301 6.1). */
void resolve_on_smr(struct resolve *r, uint64_t now, const struct request *rq,
		    struct actions *acts);

/* As node_resolve(). */
int resolve_on_person(struct resolve *r, uint64_t now, const struct eid *eid,
		      uint64_t token, struct actions *acts);

void resolve_on_reply(struct resolve *r, uint64_t now,
		      const struct packet *pkt, const struct map_reply *m,
		      struct actions *acts);

/* Everybody who waits is told -ECANCELED. */
void resolve_cancel(struct resolve *r, struct actions *acts);

/* At most one series' timer; false: nothing was due. */
bool resolve_on_time(struct resolve *r, uint64_t now, struct actions *acts);
uint64_t resolve_due(const struct resolve *r);

size_t resolve_outstanding(const struct resolve *r);
struct counter_group resolve_counters(const struct resolve *r);

#endif

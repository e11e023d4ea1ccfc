/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ETR solicits Map-Requests when a mapping of its own changes (RFC 9301
 * 6.1): whoever has sent to us lately shall ask anew.
 *
 * Who that is, the map-cache tells: sites that we sent to within the last
 * minute.  It is walked a few entries at a time, the data plane is asked which
 * are in use, and each locator of these gets, for each changed EID-prefix,
 * three SMRs at most, three seconds apart: an SMR says "the EID in my
 * Source-EID has changed", and is not acknowledged but by the Map-Request it
 * invokes, which the Map-Server may answer for us.
 *
 *	changed -> (a second, for the Map-Server to know) -> walk -> query
 *	-> in use -> per locator: SMR, SMR, SMR
 *
 * What we do when an SMR comes to us is the ITR's: resolve_on_smr().
 *
 * Memory from malloc: up to SMR_EIDS changed prefixes, SMR_PEERS locators.
 */
#ifndef LISP_SM_SMR_H
#define LISP_SM_SMR_H

#include "lib/heap.h"
#include "sm/cache.h"
#include "sm/database.h"
#include "sm/packet.h"

#define SMR_EIDS	4096	/* changed at a time */
#define SMR_PEERS	4096	/* locators solicited at a time */
#define SMR_TRIES	3

enum smr_counter {
	SMR_CHANGED,		/* EID-prefixes */
	SMR_SENT,
	SMR_ANSWERED,		/* peers that asked, so that we stopped */
	SMR_FULL,		/* changes or peers there was no room for */
	SMR_COUNT
};

struct smr_job;

struct smr {
	const struct sm_ops *ops;
	const struct database *db;
	const struct cache *cache;
	struct smr_job *jobs;
	size_t eids;
	struct hash_table peers;	/* by locator and job */
	struct heap timers;		/* of jobs and peers */
	struct limit per_rloc;
	uint64_t counters[SMR_COUNT];
};

/* 0 or -ENOMEM. */
int smr_init(struct smr *s, const struct sm_ops *ops,
	     const struct database *db, const struct cache *cache,
	     const uint8_t seed[16]);
void smr_free(struct smr *s);

/* Another configuration: who was solicited, and when, is taken over from @old,
 * which is left to be freed. */
void smr_inherit(struct smr *s, struct smr *old);

/* A local EID-prefix has come, gone, or has other locators now. */
void smr_on_change(struct smr *s, uint64_t now, const struct eid *eid);

/* The instance is not served any more, and its map-cache gone with it: so
 * nobody can tell which sites of @was, the cache of the old configuration,
 * were in use, and all are solicited, as far as there is room. */
void smr_on_leave(struct smr *s, uint64_t now, uint32_t iid,
		  const struct cache *was);

/* A packet of @rloc was sent by an old mapping of our @eid (RFC 9302 7.1). */
void smr_on_behind(struct smr *s, uint64_t now, const struct eid *eid,
		   const struct addr *rloc, struct actions *acts);

/* The data plane on an entry of the map-cache: a packet used it @age seconds
 * ago. */
void smr_on_used(struct smr *s, uint64_t now, const struct eid *eid,
		 bool used, uint32_t age);

/* A Map-Request for an EID of ours came to us. */
void smr_on_request(struct smr *s, const struct request *rq);

/* At most one timer; false: nothing was due. */
bool smr_on_time(struct smr *s, uint64_t now, struct actions *acts);
uint64_t smr_due(const struct smr *s);

struct counter_group smr_counters(const struct smr *s);

#endif

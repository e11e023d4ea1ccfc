/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A data plane in memory, for tests: it keeps what it is given, notes what it
 * is asked, and reports what the test tells it to.
 *
 * It behaves as lisp.ko does where a caller can tell: a mapping that covers
 * misses answers them, deleting what is not there is -ENOENT, dumps come in
 * order of EID.  Time does not pass in it.
 */
#ifndef LISP_DP_FAKE_H
#define LISP_DP_FAKE_H

#include "dp/dp.h"

enum fake_op {
	FAKE_SUBSCRIBE,
	FAKE_CLAIM,
	FAKE_VPN_ADD,
	FAKE_VPN_DEL,
	FAKE_MAP_SET,
	FAKE_MAP_DEL,
	FAKE_MAP_GET,
	FAKE_MAP_DUMP,
	FAKE_MAP_FLUSH,
	FAKE_LOCAL_SET,
	FAKE_LOCAL_DEL,
	FAKE_LOCAL_DUMP,
	FAKE_MISS_DUMP,
	FAKE_RLOC_SET,
	FAKE_RLOC_RTT,
	FAKE_RLOC_DUMP,
	FAKE_DEV_DUMP,
	FAKE_PATH,
	FAKE_TALLY,
	FAKE_OP_COUNT
};

#define FAKE_ORIGIN	77

/* All mappings in it are of origin FAKE_ORIGIN, in the default underlay.
 * NULL: no memory.  Ends with ops->close(). */
struct dp *dp_fake_new(void);

/* --- what was asked --- */

/* Calls of @op, failed ones included. */
unsigned int dp_fake_calls(const struct dp *dp, enum fake_op op);

/* What is there; NULL if it is not. */
const struct dp_map *dp_fake_map(const struct dp *dp, const struct eid *eid);
const struct dp_local *dp_fake_local(const struct dp *dp,
				     const struct eid *eid);
size_t dp_fake_map_count(const struct dp *dp);
size_t dp_fake_local_count(const struct dp *dp);
size_t dp_fake_miss_count(const struct dp *dp);

/* Of the last claim, 0: none. */
uint32_t dp_fake_stale_limit(const struct dp *dp);

/* The last round-trip time it was told, microseconds. */
uint32_t dp_fake_rtt(const struct dp *dp);

/* --- what it is to do --- */

/* The next call of @op fails with @err (negative) and the sentence @why. */
void dp_fake_fail(struct dp *dp, enum fake_op op, int err, const char *why);

/* There before anybody asked: left by an earlier run.  0 or -ENOMEM. */
int dp_fake_put(struct dp *dp, const struct dp_map *m);

/* Note that a packet used it @age seconds ago.  -ENOENT. */
int dp_fake_use(struct dp *dp, const struct eid *eid, uint32_t age);

/* What path() says of an address; others lead out.  0 or -ENOMEM. */
int dp_fake_set_path(struct dp *dp, const struct addr *a, enum dp_path p);

/* Something with its counters, for dumps.  0 or -ENOMEM. */
int dp_fake_put_dev(struct dp *dp, const struct dp_dev *d);
int dp_fake_put_iid(struct dp *dp, const struct dp_iid *i);
int dp_fake_put_rloc(struct dp *dp, const struct dp_rloc *r);

/* From now on a tally that has begun does not end. */
void dp_fake_stall(struct dp *dp);

/* --- what it reports; nothing before somebody has subscribed --- */

/* A packet missed; kept for miss_dump() until a mapping covers it. */
int dp_fake_miss(struct dp *dp, const struct dp_miss *m);

/* A mapping ended: LISP_EVENT_EXPIRED or LISP_EVENT_DELETED.  -ENOENT. */
int dp_fake_end(struct dp *dp, const struct eid *eid, enum lisp_event why);

/* Somebody else replaced a mapping.  -ENOENT: there is none to replace. */
int dp_fake_replace(struct dp *dp, const struct dp_map *m);

/* What the kernel would say by itself of an RLOC; of a mapping. */
void dp_fake_rloc(struct dp *dp, const struct dp_rloc *r);
void dp_fake_reach(struct dp *dp, const struct dp_reach *r);

/* Reports were lost. */
void dp_fake_lose(struct dp *dp);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the writer takes out while others read is given back to its pool when
 * they are through with it: an RCU grace period later (liburcu), and not by a
 * thread of liburcu's, but by the writer, who comes by often.
 *
 * Where there are no readers beside the writer, it is given back at once.
 */
#ifndef LISP_STORE_RECLAIM_H
#define LISP_STORE_RECLAIM_H

#include "lib/pool.h"

struct reclaim_batch;

struct reclaim {
	struct pool *pool;
	bool shared;			/* others read */
	struct reclaim_batch *collecting;
	struct reclaim_batch *waiting;	/* for its grace period to end */
};

/* Becomes the retire() of @pool, which outlives it. */
void reclaim_init(struct reclaim *r, struct pool *pool);

/* No reader is there any more.  All is given back. */
void reclaim_free(struct reclaim *r);

/* From now on others read. */
void reclaim_share(struct reclaim *r);

/* There are none any more.  It waits for what they have seen. */
void reclaim_unshare(struct reclaim *r);

/* Give back what can be, begin to wait for what has been collected. */
void reclaim_step(struct reclaim *r);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/reclaim.h"

#include <stdlib.h>
#include <string.h>
#include <urcu.h>

#include "sm/util.h"

#define BATCH	500

struct reclaim_batch {
	struct rcu_head head;
	struct reclaim_batch *more;	/* of the same grace period */
	bool over;			/* set by liburcu's thread */
	unsigned int count;
	struct {
		void *object;
		size_t size;
	} objects[BATCH];
};

static void give_back(struct reclaim *r, struct reclaim_batch *b)
{
	while (b) {
		struct reclaim_batch *more = b->more;

		for (unsigned int i = 0; i < b->count; i++)
			pool_free(r->pool, b->objects[i].object,
				  b->objects[i].size);
		free(b);
		b = more;
	}
}

/* The writer reads nothing just now, so it may wait. */
static void wait_for_all(struct reclaim *r)
{
	rcu_barrier();
	give_back(r, r->waiting);
	r->waiting = NULL;
	synchronize_rcu();
	give_back(r, r->collecting);
	r->collecting = NULL;
}

static void retire(void *arg, void *object, size_t size)
{
	struct reclaim *r = arg;
	struct reclaim_batch *b = r->collecting;

	if (!r->shared) {
		pool_free(r->pool, object, size);
		return;
	}
	if (!b || b->count == BATCH) {
		b = malloc(sizeof(*b));
		if (!b) {
			wait_for_all(r);
			pool_free(r->pool, object, size);
			return;
		}
		b->more = r->collecting;
		b->over = false;
		b->count = 0;
		r->collecting = b;
	}
	b->objects[b->count].object = object;
	b->objects[b->count++].size = size;
}

static void on_over(struct rcu_head *head)
{
	struct reclaim_batch *b = container_of(head, struct reclaim_batch,
					       head);

	__atomic_store_n(&b->over, true, __ATOMIC_RELEASE);
}

void reclaim_step(struct reclaim *r)
{
	if (r->waiting) {
		if (!__atomic_load_n(&r->waiting->over, __ATOMIC_ACQUIRE))
			return;
		give_back(r, r->waiting);
		r->waiting = NULL;
	}
	if (!r->collecting)
		return;
	r->waiting = r->collecting;
	r->collecting = NULL;
	call_rcu(&r->waiting->head, on_over);
}

void reclaim_init(struct reclaim *r, struct pool *pool)
{
	*r = (struct reclaim){ .pool = pool };
	pool->retire = retire;
	pool->retire_arg = r;
}

void reclaim_share(struct reclaim *r)
{
	r->shared = true;
}

void reclaim_unshare(struct reclaim *r)
{
	if (r->shared)
		wait_for_all(r);
	r->shared = false;
}

void reclaim_free(struct reclaim *r)
{
	if (!r->pool)
		return;
	reclaim_unshare(r);
	r->pool->retire = NULL;
	memset(r, 0, sizeof(*r));
}

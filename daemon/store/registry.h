/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Registrations in memory: the larger half of store.c. */
#ifndef LISP_STORE_REGISTRY_H
#define LISP_STORE_REGISTRY_H

#include "lib/heap.h"
#include "sm/eidmap.h"
#include "sm/store.h"

struct registry {
	struct eidmap map;	/* EID -> struct store_entry */
	struct heap expiry;
	size_t count;		/* registrations */
	size_t max;
	unsigned int per_entry;
};

int registry_init(struct registry *r, size_t max, unsigned int per_entry,
		  const uint8_t seed[16]);
void registry_free(struct registry *r);

/*
 * A batch in two halves.  registry_prepare() takes all the memory that
 * applying needs, registry_apply() cannot fail; registry_cancel() undoes the
 * first.  *@nodes is NULL after either.
 */
struct registry_node;
int registry_prepare(struct registry *r, const struct store_batch *b,
		     struct registry_node ***nodes);
void registry_apply(struct registry *r, const struct store_batch *b,
		    struct registry_node ***nodes);
void registry_cancel(struct registry *r, const struct store_batch *b,
		     struct registry_node ***nodes);

/* As store_ops.review(). */
void registry_review(struct registry *r,
		     bool (*keep)(void *ctx, const struct eid *eid,
				  struct registration *reg), void *ctx);

bool registry_expire(struct registry *r, uint64_t now, struct eid *eid,
		     struct registration *gone);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Timer heap: intrusive nodes ordered by due time.
 *
 * A pairing heap.  Nodes are members of the caller's objects, nothing is
 * allocated and no operation can fail.  Nodes with equal due time come out in
 * the order in which they were added or last updated, so that a simulation
 * repeats itself.  Times are milliseconds of whatever clock the caller uses;
 * the heap reads none.
 */
#ifndef LISP_LIB_HEAP_H
#define LISP_LIB_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct heap_node {
	struct heap_node *child;	/* first child */
	struct heap_node *next;		/* sibling */
	struct heap_node *prev;		/* sibling before, or parent */
	uint64_t due;			/* ms; change it with heap_update() */
	uint64_t seq;			/* breaks ties */
	bool queued;
};

struct heap {
	struct heap_node *root;
	uint64_t seq;
	size_t count;
};

void heap_init(struct heap *h);
void heap_node_init(struct heap_node *n);

static inline bool heap_queued(const struct heap_node *n)
{
	return n->queued;
}

/* @n must not be queued. */
void heap_add(struct heap *h, struct heap_node *n, uint64_t due);

/* Does nothing when @n is not queued. */
void heap_del(struct heap *h, struct heap_node *n);

/* Move to another time, or add when not queued. */
void heap_update(struct heap *h, struct heap_node *n, uint64_t due);

/* The node due first, NULL when empty. */
struct heap_node *heap_peek(const struct heap *h);

/* Take out the first node that is due at @now or before, NULL if none is. */
struct heap_node *heap_pop_due(struct heap *h, uint64_t now);

#endif

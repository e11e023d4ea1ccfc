// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Pairing heap.
 *
 * A node's children form a list through @next; @prev points to the sibling
 * before, or, for the first child, to the parent.  Two heaps are merged by
 * making the one with the later root a child of the other.  Taking a node out
 * leaves its children, which are merged in pairs from left to right and then
 * all together from right to left: amortised O(log n).
 *
 * Fredman, Sedgewick, Sleator, Tarjan: "The pairing heap: a new form of
 * self-adjusting heap", Algorithmica 1 (1986).
 */
#include "lib/heap.h"

void heap_init(struct heap *h)
{
	*h = (struct heap){ 0 };
}

void heap_node_init(struct heap_node *n)
{
	*n = (struct heap_node){ 0 };
}

static bool before(const struct heap_node *a, const struct heap_node *b)
{
	return a->due != b->due ? a->due < b->due : a->seq < b->seq;
}

/* Two roots into one; either may be NULL. */
static struct heap_node *merge(struct heap_node *a, struct heap_node *b)
{
	struct heap_node *t;

	if (!a || !b)
		return a ? a : b;
	if (before(b, a)) {
		t = a;
		a = b;
		b = t;
	}
	b->next = a->child;
	b->prev = a;
	if (a->child)
		a->child->prev = b;
	a->child = b;
	a->next = NULL;
	a->prev = NULL;
	return a;
}

/* A list of siblings into one root. */
static struct heap_node *merge_list(struct heap_node *n)
{
	struct heap_node *done = NULL, *root = NULL;

	while (n) {
		struct heap_node *a = n, *b = n->next;

		n = b ? b->next : NULL;
		a->next = NULL;
		a->prev = NULL;
		if (b) {
			b->next = NULL;
			b->prev = NULL;
		}
		a = merge(a, b);
		a->next = done;
		done = a;
	}
	while (done) {
		struct heap_node *a = done;

		done = a->next;
		a->next = NULL;
		root = merge(root, a);
	}
	return root;
}

void heap_add(struct heap *h, struct heap_node *n, uint64_t due)
{
	*n = (struct heap_node){ .due = due, .seq = h->seq++, .queued = true };
	h->root = merge(h->root, n);
	h->count++;
}

/* Unlink a node that has a parent, with all below it. */
static void cut(struct heap_node *n)
{
	if (n->prev->child == n)
		n->prev->child = n->next;
	else
		n->prev->next = n->next;
	if (n->next)
		n->next->prev = n->prev;
}

void heap_del(struct heap *h, struct heap_node *n)
{
	struct heap_node *below;

	if (!n->queued)
		return;
	below = merge_list(n->child);
	if (n == h->root) {
		h->root = below;
	} else {
		cut(n);
		h->root = merge(h->root, below);
	}
	h->count--;
	heap_node_init(n);
}

void heap_update(struct heap *h, struct heap_node *n, uint64_t due)
{
	heap_del(h, n);
	heap_add(h, n, due);
}

struct heap_node *heap_peek(const struct heap *h)
{
	return h->root;
}

struct heap_node *heap_pop_due(struct heap *h, uint64_t now)
{
	struct heap_node *n = h->root;

	if (!n || n->due > now)
		return NULL;
	heap_del(h, n);
	return n;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A node is kept by the highest digit (of WHEEL_BITS bits) in which its time
 * differs from the wheel's: level and slot.  All of a level come before all of
 * the next one, and what a slot begins with is not before the wheel's time;
 * when that has come there, its nodes differ in lower digits only and move
 * down, all of them before anything else is looked at.
 */
#include "lib/wheel.h"

#include <string.h>

void wheel_init(struct wheel *w, uint64_t (*due)(const struct wheel_node *n))
{
	memset(w, 0, sizeof(*w));
	w->due = due;
}

void wheel_add(struct wheel *w, struct wheel_node *n)
{
	uint64_t due = w->due(n), differs;
	unsigned int level, i;
	struct wheel_node **at;

	if (due < w->now)
		due = w->now;
	differs = due ^ w->now;
	level = differs ? (63 - (unsigned int)__builtin_clzll(differs)) /
		WHEEL_BITS : 0;
	i = due >> level * WHEEL_BITS & (WHEEL_SLOTS - 1);
	at = &w->slot[level][i];
	n->next = *at;
	n->pprev = at;
	if (n->next)
		n->next->pprev = &n->next;
	*at = n;
	w->used[level] |= UINT64_C(1) << i;
}

void wheel_del(struct wheel *w, struct wheel_node *n)
{
	if (!n->pprev)
		return;
	*n->pprev = n->next;
	if (n->next)
		n->next->pprev = n->pprev;
	n->next = NULL;
	n->pprev = NULL;
}

/* The first slot that is not empty, and the time it begins; NULL: none. */
static struct wheel_node **first(struct wheel *w, uint64_t *begins)
{
	*begins = w->now;
	if (w->turn && *w->turn)
		return w->turn;
	w->turn = NULL;
	for (unsigned int level = 0; level < WHEEL_LEVELS; level++) {
		unsigned int shift = level * WHEEL_BITS;

		while (w->used[level]) {
			unsigned int i = (unsigned int)
				__builtin_ctzll(w->used[level]);
			uint64_t above = shift + WHEEL_BITS < 64 ?
				w->now >> (shift + WHEEL_BITS) <<
				(shift + WHEEL_BITS) : 0;

			*begins = above | (uint64_t)i << shift;
			if (w->slot[level][i])
				return &w->slot[level][i];
			w->used[level] &= ~(UINT64_C(1) << i);
		}
	}
	return NULL;
}

uint64_t wheel_due(struct wheel *w)
{
	uint64_t begins;

	return first(w, &begins) ? begins : UINT64_MAX;
}

struct wheel_node *wheel_next(struct wheel *w, uint64_t now,
			      unsigned int budget)
{
	struct wheel_node **slot, *n;
	uint64_t begins;

	while ((slot = first(w, &begins)) != NULL && begins <= now) {
		if (!budget--)
			return NULL;
		w->now = begins;
		w->turn = slot;
		n = *slot;
		wheel_del(w, n);
		if (w->due(n) <= now)
			return n;
		wheel_add(w, n);
	}
	if (w->now < now)
		w->now = now;
	return NULL;
}

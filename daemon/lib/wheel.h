/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Timing wheel: very many timers that are as a rule put off before they end.
 *
 * Nodes are members of the caller's objects; nothing is allocated.  Adding and
 * deleting take the same few steps however many there are.  A timer that is
 * put off stays where it is: the wheel asks for its time (@due) when it comes
 * by, and moves it on.  So putting off costs nothing here; a timer that is to
 * end *earlier* must be deleted and added again.
 *
 * Exact: none comes out before its time, none that is due stays.
 */
#ifndef LISP_LIB_WHEEL_H
#define LISP_LIB_WHEEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WHEEL_BITS	6
#define WHEEL_SLOTS	(1u << WHEEL_BITS)
#define WHEEL_LEVELS	11

struct wheel_node {
	struct wheel_node *next;
	struct wheel_node **pprev;	/* NULL: in no wheel */
};

struct wheel {
	uint64_t now;			/* all before is over */
	uint64_t used[WHEEL_LEVELS];	/* a bit a slot; may be set in vain */
	struct wheel_node **turn;	/* the slot that @now came to */
	struct wheel_node *slot[WHEEL_LEVELS][WHEEL_SLOTS];
	uint64_t (*due)(const struct wheel_node *n);
};

void wheel_init(struct wheel *w, uint64_t (*due)(const struct wheel_node *n));

/* @n must be in no wheel. */
void wheel_add(struct wheel *w, struct wheel_node *n);

/* Does nothing when @n is in no wheel. */
void wheel_del(struct wheel *w, struct wheel_node *n);

/* Take out one that is due at @now or before; NULL: none, or @budget nodes
 * were moved on: then wheel_due() is not above @now. */
struct wheel_node *wheel_next(struct wheel *w, uint64_t now,
			      unsigned int budget);

/* When wheel_next() has work: not after the first timer.  UINT64_MAX: never. */
uint64_t wheel_due(struct wheel *w);

#endif

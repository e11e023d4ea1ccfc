/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When the Map-Registers of a large site go to one Map-Server: some at once,
 * the others a gap apart, and each again at a time of its own in the period.
 *
 * The gap is 20 ms, which is 50 Map-Registers a second, or less where there
 * are so many parts that a round of them would take more than a quarter of the
 * period.  One that is overtaken on its way is lost, as its nonce is an old one
 * then (RFC 9301 5.6): hence no larger burst, and no smaller gap.
 */
#ifndef LISP_SM_PACE_H
#define LISP_SM_PACE_H

#include <stddef.h>

#include "lib/bucket.h"

#define PACE_BURST	16
#define PACE_GAP_US	20000

struct pace {
	struct bucket turns;
	uint64_t start;		/* ms, when the periods began; 0: not yet */
	size_t parts;
};

/* @period: ms. */
void pace_init(struct pace *p, size_t parts, uint32_t period);

/* Have the next turn, which is now or later: when, in ms. */
uint64_t pace_turn(struct pace *p, uint64_t now);

/* When part @k, which is settled now, goes again: not before a quarter of the
 * period, and a sixteenth of it late at most.  Its place is @k parts-th of the
 * period after the start; if that is too near, half a period later, this once.
 * A part that is alone has no place but goes after a period. */
uint64_t pace_again(const struct pace *p, size_t k, uint32_t period,
		    uint64_t now);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When to look at something that may change in storms, such as a link that
 * flaps: a moment after the first sign, so that what comes together is seen
 * together; and after a change not again for a while, which doubles as long as
 * changes keep coming, up to DAMP_GAP_MAX.  So whatever happens, there are few
 * changes, and the last state is always looked at.
 */
#ifndef LISP_SM_DAMP_H
#define LISP_SM_DAMP_H

#include <stdbool.h>
#include <stdint.h>

#define DAMP_SETTLE	200	/* ms */
#define DAMP_GAP_MIN	1000
#define DAMP_GAP_MAX	32000
#define DAMP_CALM	2	/* gaps without a change: the next is the first */

/* All 0 at first. */
struct damp {
	uint64_t due;		/* ms: look then; 0: nothing to look at */
	uint64_t last;		/* ms: last change; 0: none */
	uint32_t gap;		/* ms, after the last change */
};

/* Something may have changed. */
void damp_on_sign(struct damp *d, uint64_t now);

/* It was looked at: had it changed? */
void damp_on_look(struct damp *d, uint64_t now, bool changed);

#endif

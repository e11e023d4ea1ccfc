/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Arithmetic of map-versions (RFC 9302) and locator-status-bits (RFC 9300,
 * section 10). Compiles in user space too.
 */
#ifndef _LISP_REACH_BITS_H
#define _LISP_REACH_BITS_H

#include <linux/compiler.h>
#include <linux/types.h>

#include "rloc.h"

/*
 * Whether version @b is newer than @a; neither is 0, they differ. The letter
 * of RFC 9302, section 6.1: at the distance of exactly half the circle the
 * larger number is the newer one, which (b - a) mod 4096 would not tell.
 */
static inline bool lisp_version_is_newer(u32 a, u32 b)
{
	return b > a ? b - a <= 2048 : a - b > 2048;
}

/* Locators of @n that a header has a status bit for: 8 beside an IID, or 32. */
static inline u32 lisp_status_mask(u32 n, bool iid)
{
	u32 room = iid ? 8 : 32;

	if (n > room)
		n = room;

	return n ? U32_MAX >> (32 - n) : 0;
}

/* What we say of our own site: a locator with R=0 or that failed is down. */
static inline u32 lisp_status_own(const struct lisp_locset *set)
{
	const struct lisp_loc *loc = set->loc;
	u32 i, bits = 0;

	for (i = 0; i < set->n; i++, loc++) {
		if (loc->flags & LISP_LOC_FLAG_REACHABLE &&
		    READ_ONCE(loc->rloc->state) == LISP_RLOC_STATE_UP)
			bits |= 1U << i;
	}

	return bits;
}

/* The locators of @set that a peer's status bits have taken out, a bit each. */
static inline u32 lisp_status_down(const struct lisp_locset *set)
{
	u32 i, bits = 0;

	for (i = 0; i < set->n; i++) {
		if (set->loc[i].flags & LISP_LOC_FLAG_STATUS_DOWN)
			bits |= 1U << i;
	}

	return bits;
}

/* @down after status bits @up came, which speak of the locators in @mask. */
static inline u32 lisp_status_merge(u32 down, u32 up, u32 mask)
{
	return (down & ~mask) | (~up & mask);
}

#endif /* _LISP_REACH_BITS_H */

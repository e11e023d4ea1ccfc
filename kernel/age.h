/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A timing wheel for things that expire, in seconds; compiles in user space
 * too. Putting in, taking out and the work a second are O(1) an entry, and
 * the caller bounds how much is done at once. The caller locks.
 */
#ifndef _LISP_AGE_H
#define _LISP_AGE_H

#include <linux/list.h>
#include <linux/types.h>

#define LISP_AGE_BITS	6
#define LISP_AGE_SLOTS	(1 << LISP_AGE_BITS)
#define LISP_AGE_LEVELS	5

/* A member of what expires. All zero: not in a wheel. */
struct lisp_age {
	struct hlist_node	link;
	u32			when;
};

/**
 * struct lisp_ages - a wheel
 * @now: up to here everything was looked at
 * @n: entries
 * @moving: entries on their way to a finer level
 * @slot: level l has slots of 64^l seconds
 */
struct lisp_ages {
	u32			now;
	u32			n;
	struct hlist_head	moving[LISP_AGE_LEVELS];
	struct hlist_head	slot[LISP_AGE_LEVELS][LISP_AGE_SLOTS];
};

static inline bool lisp_age_is_set(const struct lisp_age *age)
{
	return !hlist_unhashed(&age->link);
}

/* @age is in no wheel; it comes out when the time is @when or more. */
void lisp_age_add(struct lisp_ages *ages, struct lisp_age *age, u32 when,
		  u32 now);

/* Harmless if @age is in no wheel. */
void lisp_age_del(struct lisp_ages *ages, struct lisp_age *age);

/*
 * Take out one that is due at @now. NULL: none is left, or *@budget, which
 * counts the entries and seconds stepped over, has come to 0 before that was
 * known: come back.
 */
struct lisp_age *lisp_age_pop(struct lisp_ages *ages, u32 now, int *budget);

#endif /* _LISP_AGE_H */

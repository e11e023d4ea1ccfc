// SPDX-License-Identifier: GPL-2.0
/*
 * A hierarchical timing wheel of seconds.
 *
 * Level 0 has a slot a second, level l a slot 64^l seconds. When time enters
 * a slot of a coarser level, what is in it moves down; that is put off by
 * hanging the whole list on ages->moving, from which lisp_age_pop() works it
 * off one by one before time goes on. So a million entries of one second cost
 * many short calls, not a long one. An entry moves LISP_AGE_LEVELS times at
 * most; one that is to live longer than 34 years goes round the coarsest level
 * until it is nearer.
 */

#include <linux/kernel.h>
#include <linux/string.h>

#include "age.h"

#define MASK	(LISP_AGE_SLOTS - 1)

/* Seconds that levels 0 to @level reach. */
static u64 reach(unsigned int level)
{
	return 1ULL << (LISP_AGE_BITS * (level + 1));
}

static void put(struct lisp_ages *ages, struct lisp_age *age)
{
	u32 when = age->when;
	unsigned int level = 0;

	if (when < ages->now)
		when = ages->now;
	while (level < LISP_AGE_LEVELS - 1 && when - ages->now >= reach(level))
		level++;

	hlist_add_head(&age->link, &ages->slot[level][when >>
			(LISP_AGE_BITS * level) & MASK]);
}

void lisp_age_add(struct lisp_ages *ages, struct lisp_age *age, u32 when,
		  u32 now)
{
	if (!ages->n++)
		ages->now = now;
	age->when = when;
	put(ages, age);
}

void lisp_age_del(struct lisp_ages *ages, struct lisp_age *age)
{
	if (!lisp_age_is_set(age))
		return;
	hlist_del_init(&age->link);
	ages->n--;
}

/* A second passes; slots of coarser levels that begin with it are opened. */
static void advance(struct lisp_ages *ages)
{
	unsigned int level, shift;

	ages->now++;
	for (level = 1; level < LISP_AGE_LEVELS; level++) {
		shift = LISP_AGE_BITS * level;
		if (ages->now & ((1U << shift) - 1))
			break;
		hlist_move_list(&ages->slot[level][ages->now >> shift & MASK],
				&ages->moving[level]);
	}
}

/* The next entry that has to move down, or NULL. */
static struct lisp_age *next_moving(struct lisp_ages *ages)
{
	unsigned int level;

	for (level = 1; level < LISP_AGE_LEVELS; level++) {
		if (!hlist_empty(&ages->moving[level]))
			return hlist_entry(ages->moving[level].first,
					   struct lisp_age, link);
	}

	return NULL;
}

struct lisp_age *lisp_age_pop(struct lisp_ages *ages, u32 now, int *budget)
{
	struct hlist_head *due;
	struct lisp_age *age;

	while (ages->n && *budget > 0) {
		--*budget;

		age = next_moving(ages);
		if (age) {
			hlist_del_init(&age->link);
			put(ages, age);
			continue;
		}

		due = &ages->slot[0][ages->now & MASK];
		if (!hlist_empty(due)) {
			age = hlist_entry(due->first, struct lisp_age, link);
			lisp_age_del(ages, age);
			return age;
		}

		if (ages->now >= now)
			return NULL;
		advance(ages);
	}

	return NULL;
}

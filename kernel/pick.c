// SPDX-License-Identifier: GPL-2.0
/*
 * Which locator of a set a flow takes (RFC 9300, section 9, 12; RFC 9301,
 * section 5.4). Compiles in user space too.
 *
 * Weighted rendezvous hashing: each locator draws a number from the hash of
 * flow and RLOC, distributed so that the chance to draw the smallest is its
 * share of the weights: u uniform in (0, 1], -log(u) / weight. A flow's draw
 * for one locator does not depend on the others. So when a locator fails only
 * its own flows move, and when it comes back just those return; and two
 * routers with the same set choose alike.
 *
 * An RLOC may be used while its object says so, which is one word for all
 * mappings, and unless the status bits of the mapping's own site took it out:
 * then the mapping has another set, which differs in a flag (reach.c).
 */

#include <linux/bitops.h>
#include <linux/compiler.h>
#include <linux/kernel.h>
#include <linux/types.h>

#include "rloc.h"

#define LOG_BITS	16	/* fraction bits of a logarithm */
#define TABLE_BITS	5

/* log2(1 + i / 32) */
static const u32 log_table[(1 << TABLE_BITS) + 1] = {
	    0,  2909,  5732,  8473, 11136, 13727, 16248, 18704,
	21098, 23433, 25711, 27936, 30109, 32234, 34312, 36346,
	38336, 40286, 42196, 44068, 45904, 47705, 49472, 51207,
	52911, 54584, 56229, 57845, 59434, 60997, 62534, 64047,
	65536,
};

/* -log2((x + 1) / 2^32), 0 to 32, with LOG_BITS of fraction */
static u32 minus_log(u32 x)
{
	u32 top, i, rest, frac;

	if (x == U32_MAX)
		return 0;
	x++;
	top = fls(x) - 1;
	x <<= 31 - top;
	i = x << 1 >> (32 - TABLE_BITS);
	rest = x << (1 + TABLE_BITS) >> 16;
	frac = log_table[i] +
	       ((log_table[i + 1] - log_table[i]) * rest >> 16);

	return ((32 - top) << LOG_BITS) - frac;
}

/* Each bit of the result depends on each bit of both. */
static u32 mix(u32 flow, u32 rloc)
{
	u32 x = flow ^ rloc;

	x ^= x >> 16;
	x *= 0x85ebca6b;
	x ^= x >> 13;
	x *= 0xc2b2ae35;
	x ^= x >> 16;

	return x;
}

/* Lower is better, and better than NEVER may be used. */
enum { LAST_RESORT = 256, NEVER = 512 };

static unsigned int rank_of(const struct lisp_loc *loc)
{
	const u8 flags = LISP_LOC_FLAG_REACHABLE | LISP_LOC_FLAG_STATUS_DOWN;
	u8 state;

	if (loc->priority == U8_MAX ||
	    (loc->flags & flags) != LISP_LOC_FLAG_REACHABLE)
		return NEVER;
	state = READ_ONCE(loc->rloc->state);
	if (likely(state == LISP_RLOC_STATE_UP))
		return loc->priority;
	/* a hint that anybody can send: nobody loses his only way by it */
	if (state == LISP_RLOC_STATE_UNREACHABLE_ICMP)
		return LAST_RESORT + loc->priority;
	return NEVER;
}

/*
 * The locators to choose from, a bit each: usable, of a family in @families,
 * of the lowest priority. 0: *@why says why. *@weights: whether one of them
 * has a weight that is not 0.
 */
static u32 candidates(const struct lisp_locset *set, unsigned int families,
		      bool *weights, enum lisp_drop_reason *why)
{
	const struct lisp_loc *loc;
	unsigned int i, rank, best = NEVER;
	u32 mask = 0;

	*why = LISP_DROP_REASON_NO_LOCATOR;
	*weights = false;
	for (i = 0; i < set->n; i++) {
		loc = &set->loc[i];
		rank = rank_of(loc);
		if (rank == NEVER)
			continue;
		if (!(families & lisp_loc_family(loc))) {
			*why = LISP_DROP_REASON_NO_FAMILY;
			continue;
		}
		if (rank > best)
			continue;
		if (rank < best) {
			best = rank;
			mask = 0;
			*weights = false;
		}
		mask |= BIT(i);
		*weights |= loc->weight;
	}

	return mask;
}

const struct lisp_loc *lisp_locset_choose(const struct lisp_locset *set,
					  u32 hash, unsigned int families,
					  enum lisp_drop_reason *why)
{
	u32 mask, cost, weight, best_cost = 0, best_weight = 0;
	const struct lisp_loc *loc, *best = NULL;
	bool weights;

	mask = candidates(set, families, &weights, why);
	if (!mask)
		return NULL;
	if (!(mask & (mask - 1)))
		return &set->loc[ffs(mask) - 1];

	for (; mask; mask &= mask - 1) {
		loc = &set->loc[ffs(mask) - 1];
		weight = weights ? loc->weight : 1;
		if (!weight)
			continue;
		cost = minus_log(mix(hash, loc->hash));
		/* cost / weight < best_cost / best_weight; below 2^30 */
		if (!best || cost * best_weight < best_cost * weight) {
			best = loc;
			best_cost = cost;
			best_weight = weight;
		}
	}

	return best;
}

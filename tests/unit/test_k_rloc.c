// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The choice of a locator (kernel/pick.c): who may be chosen, against a twin
 * that is stupid; how often, against the weights; and that flows stay.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>

#include "pick.c"

#define BOTH	(LISP_SEND_IPV4 | LISP_SEND_IPV6)
#define FLOWS	200000

static struct lisp_rloc rlocs[LISP_LOCATORS_MAX];
static struct lisp_locset *set;
static uint64_t seed;

static uint32_t rnd(void)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return seed >> 32;
}

/* @n locators that may be used; hashes as those of neighbouring addresses */
static void make(unsigned int n)
{
	unsigned int i;

	free(set);
	set = calloc(1, sizeof(*set) + n * sizeof(set->loc[0]));
	assert_non_null(set);
	set->n = n;
	for (i = 0; i < n; i++) {
		rlocs[i].state = LISP_RLOC_STATE_UP;
		rlocs[i].family = AF_INET;
		rlocs[i].hash = rnd();
		set->loc[i] = (struct lisp_loc) {
			.rloc = &rlocs[i],
			.hash = rlocs[i].hash,
			.priority = 1,
			.flags = LISP_LOC_FLAG_REACHABLE,
			.family = AF_INET,
		};
	}
}

static int pick(uint32_t flow, unsigned int families)
{
	enum lisp_drop_reason why;
	const struct lisp_loc *loc;

	loc = lisp_locset_pick(set, flow, families, &why);
	return loc ? (int)(loc - set->loc) : -(int)why;
}

/*
 * Bits of those that may be chosen if those in @state may, by RFC 9300 and
 * 9301 word for word.
 */
static uint32_t slow_in_state(unsigned int families, uint8_t state, int *why)
{
	uint32_t usable = 0, sendable = 0, best = 0, weighty = 0;
	unsigned int i, priority;

	for (i = 0; i < set->n; i++) {
		const struct lisp_loc *l = &set->loc[i];

		if (l->priority == 255 || !(l->flags & 1) || l->flags & 8 ||
		    l->rloc->state != state)
			continue;
		usable |= 1u << i;
		if (families & (l->family == AF_INET ? 1 : 2))
			sendable |= 1u << i;
	}
	*why = usable ? LISP_DROP_REASON_NO_FAMILY :
			LISP_DROP_REASON_NO_LOCATOR;
	for (priority = 0; priority < 255 && !best; priority++)
		for (i = 0; i < set->n; i++)
			if (sendable >> i & 1 &&
			    set->loc[i].priority == priority)
				best |= 1u << i;
	for (i = 0; i < set->n; i++)
		if (best >> i & 1 && set->loc[i].weight)
			weighty |= 1u << i;
	return weighty ? weighty : best;
}

/* What ICMP alone calls unreachable is used where nothing else is left. */
static uint32_t slow_allowed(unsigned int families, int *why)
{
	int second;
	uint32_t bits = slow_in_state(families, LISP_RLOC_STATE_UP, why);

	if (bits)
		return bits;
	bits = slow_in_state(families, LISP_RLOC_STATE_UNREACHABLE_ICMP,
			     &second);
	if (second == LISP_DROP_REASON_NO_FAMILY)
		*why = second;
	return bits;
}

static void allowed(void **state)
{
	unsigned int i, k, families;
	uint32_t bits, chosen;
	int got, why;

	seed = 1;
	for (i = 0; i < 20000; i++) {
		make(1 + rnd() % 6);
		for (k = 0; k < set->n; k++) {
			struct lisp_loc *l = &set->loc[k];

			l->priority = (uint8_t[]){ 0, 1, 2, 254, 255 }[rnd() % 5];
			l->weight = (uint8_t[]){ 0, 1, 255 }[rnd() % 3];
			l->flags = rnd() % 16;
			l->family = rnd() % 2 ? AF_INET : AF_INET6;
			l->rloc->family = l->family;
			l->rloc->state = rnd() % 3 ? LISP_RLOC_STATE_UP :
					 1 + rnd() % 5;
		}
		families = rnd() % 4;
		bits = slow_allowed(families, &why);
		chosen = 0;
		for (k = 0; k < 30; k++) {
			got = pick(rnd(), families);
			if (bits)
				assert_true(got >= 0 && bits >> got & 1);
			else
				assert_int_equal(got, -why);
			if (got >= 0)
				chosen |= 1u << got;
		}
		assert_true(!(chosen & ~bits));
	}
}

/* Shares of @n locators, whose weights are set, of FLOWS flows. */
static void check_shares(unsigned int n)
{
	unsigned int count[LISP_LOCATORS_MAX] = { 0 };
	double total = 0, p, sigma;
	unsigned int i;
	int got;

	for (i = 0; i < n; i++)
		total += set->loc[i].weight;
	for (i = 0; i < FLOWS; i++) {
		got = pick(rnd(), BOTH);
		assert_true(got >= 0);
		count[got]++;
	}
	for (i = 0; i < n; i++) {
		p = total ? set->loc[i].weight / total : 1.0 / n;
		sigma = sqrt(FLOWS * p * (1 - p));
		assert_true(fabs(count[i] - FLOWS * p) <= 5 * sigma + 1);
	}
}

static void shares(void **state)
{
	static const uint8_t weights[][4] = {
		{ 1, 1, 1, 1 }, { 100, 50, 25, 25 }, { 255, 1, 1, 1 },
		{ 90, 10, 0, 0 }, { 1, 0, 0, 0 }, { 0, 0, 0, 0 },
		{ 3, 5, 7, 11 },
	};
	unsigned int i, k;

	seed = 2;
	for (i = 0; i < sizeof(weights) / sizeof(weights[0]); i++) {
		make(4);
		for (k = 0; k < 4; k++)
			set->loc[k].weight = weights[i][k];
		check_shares(4);
	}
	make(LISP_LOCATORS_MAX);
	check_shares(LISP_LOCATORS_MAX);
	for (k = 0; k < LISP_LOCATORS_MAX; k++)
		set->loc[k].weight = 1 + k * 8;
	check_shares(LISP_LOCATORS_MAX);
}

/* Sequential hashes are as good as random ones. */
static void sequential(void **state)
{
	unsigned int count[3] = { 0 }, i;

	seed = 3;
	make(3);
	for (i = 0; i < 3; i++)
		set->loc[i].hash = i;
	for (i = 0; i < 30000; i++)
		count[pick(i, BOTH)]++;
	for (i = 0; i < 3; i++)
		assert_in_range(count[i], 9500, 10500);
}

/* One fails: its flows move, no other.  It is back: all is as it was. */
static void stable_on_failure(void **state)
{
	static int8_t was[FLOWS];
	unsigned int i, down, moved;

	seed = 4;
	make(8);
	for (i = 0; i < 8; i++)
		set->loc[i].weight = 1 + rnd() % 100;
	for (i = 0; i < FLOWS; i++)
		was[i] = pick(i * 2654435761u, BOTH);
	for (down = 0; down < 8; down++) {
		rlocs[down].state = LISP_RLOC_STATE_DOWN;
		moved = 0;
		for (i = 0; i < FLOWS; i++) {
			int now = pick(i * 2654435761u, BOTH);

			assert_true(now != (int)down);
			if (was[i] == (int)down)
				moved++;
			else
				assert_int_equal(now, was[i]);
		}
		assert_true(moved > 0);
		rlocs[down].state = LISP_RLOC_STATE_UP;
	}
	for (i = 0; i < FLOWS; i++)
		assert_int_equal(pick(i * 2654435761u, BOTH), was[i]);
}

/*
 * Of 8 equal RLOCs one fails: an eighth of 100,000 flows moves, which is what
 * has to, and the others share them equally.
 */
static void an_eighth_moves(void **state)
{
	unsigned int i, down, moved, got[8];
	static int8_t was[100000];

	seed = 7;
	make(8);
	for (i = 0; i < 100000; i++)
		was[i] = pick(i * 2654435761u, BOTH);
	for (down = 0; down < 8; down++) {
		rlocs[down].state = LISP_RLOC_STATE_UNREACHABLE_PROBE;
		memset(got, 0, sizeof(got));
		moved = 0;
		for (i = 0; i < 100000; i++) {
			int now = pick(i * 2654435761u, BOTH);

			if (now == was[i])
				continue;
			assert_int_equal(was[i], down);
			got[now]++;
			moved++;
		}
		printf("# RLOC %u fails: %u of 100000 flows move\n", down,
		       moved);
		assert_in_range(moved, 12000, 13500);
		for (i = 0; i < 8; i++)
			assert_true(i == down || (got[i] > moved / 7 * 0.9 &&
						  got[i] < moved / 7 * 1.1));
		rlocs[down].state = LISP_RLOC_STATE_UP;
	}
}

/* A locator more, anywhere in the set: flows move to it, none elsewhere. */
static void stable_on_addition(void **state)
{
	static uint32_t was[FLOWS];
	uint32_t hash[6];
	unsigned int i;

	seed = 5;
	make(5);
	for (i = 0; i < 5; i++)
		hash[i] = set->loc[i].hash;
	for (i = 0; i < FLOWS; i++)
		was[i] = set->loc[pick(i * 2654435761u, BOTH)].hash;
	make(6);
	hash[5] = set->loc[2].hash;
	for (i = 0; i < 6; i++)
		set->loc[i].hash = i < 2 ? hash[i] : i == 2 ? hash[5] :
				   hash[i - 1];
	for (i = 0; i < FLOWS; i++) {
		uint32_t now = set->loc[pick(i * 2654435761u, BOTH)].hash;

		assert_true(now == was[i] || now == hash[5]);
	}
}

/* The logarithm is one: monotonic, and near what libm says. */
static void logarithm(void **state)
{
	uint32_t x, last = UINT32_MAX;
	unsigned int i;

	seed = 6;
	assert_int_equal(minus_log(0), 32 << LOG_BITS);
	assert_int_equal(minus_log(UINT32_MAX), 0);
	for (i = 0; i < 1 << 20; i++) {
		x = (i << 12) + rnd() % 4096;
		assert_true(minus_log(x) <= last);
		last = minus_log(x);
		assert_true(fabs(last / 65536.0 + log2((x + 1.0) / 4294967296))
			    < 0.0003);
	}
}

static int tidy(void **state)
{
	free(set);
	set = NULL;
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(logarithm),
		cmocka_unit_test(allowed),
		cmocka_unit_test(shares),
		cmocka_unit_test(sequential),
		cmocka_unit_test(stable_on_failure),
		cmocka_unit_test(an_eighth_moves),
		cmocka_unit_test(stable_on_addition),
	};

	return cmocka_run_group_tests(tests, NULL, tidy);
}

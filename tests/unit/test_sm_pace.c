// SPDX-License-Identifier: GPL-2.0-or-later
/* The pace of registering: turns, and places in the period. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "sm/pace.h"

#define NOW	1000000u
#define PERIOD	20000u

static struct pace pace;

static void small(void **state)
{
	pace_init(&pace, PACE_BURST, PERIOD);
	for (int i = 0; i < PACE_BURST; i++)
		assert_int_equal(pace_turn(&pace, NOW), NOW);
	assert_int_equal(pace_turn(&pace, NOW), NOW + 20);
	/* It is taken: the next one is another. */
	assert_int_equal(pace_turn(&pace, NOW), NOW + 40);
	assert_int_equal(pace_turn(&pace, NOW + 30), NOW + 60);
	/* Long afterwards all are there again. */
	for (int i = 0; i < PACE_BURST; i++)
		assert_int_equal(pace_turn(&pace, NOW + 1000), NOW + 1000);
	assert_int_equal(pace_turn(&pace, NOW + 1000), NOW + 1020);
}

/* However many, they are through after a quarter of the period. */
static void huge(void **state)
{
	uint64_t last = 0;

	pace_init(&pace, 10000, PERIOD);
	for (int i = 0; i < 10000; i++)
		last = pace_turn(&pace, NOW);
	assert_in_range(last, NOW + PERIOD / 5, NOW + PERIOD / 4);
}

/* From whenever they were settled, they go at a time of their own. */
static void spread(void **state)
{
	static unsigned int at[PERIOD / 1000];
	size_t parts = 200;

	pace_init(&pace, parts, PERIOD);
	pace.start = NOW;
	for (size_t k = 0; k < parts; k++) {
		uint64_t t = NOW + k % 7, next;

		for (int i = 0; i < 3; i++) {
			next = pace_again(&pace, k, PERIOD, t);
			assert_in_range(next - t, PERIOD / 4,
					PERIOD + PERIOD / 16);
			t = next + 3;
		}
		assert_int_equal((next - NOW) % PERIOD, 100 * k);
		at[(next - NOW) % PERIOD / 1000]++;
	}
	for (size_t i = 0; i < PERIOD / 1000; i++)
		assert_int_equal(at[i], 10);
}

static void alone(void **state)
{
	pace_init(&pace, 1, PERIOD);
	pace.start = NOW;
	assert_int_equal(pace_again(&pace, 0, PERIOD, NOW + 7),
			 NOW + 7 + PERIOD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(small),
		cmocka_unit_test(huge),
		cmocka_unit_test(spread),
		cmocka_unit_test(alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

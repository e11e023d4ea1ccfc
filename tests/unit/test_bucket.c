// SPDX-License-Identifier: GPL-2.0-or-later
/* The token bucket against one that really counts tokens. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "lib/bucket.h"

static void one_per_three_seconds(void **state)
{
	struct bucket b;

	bucket_init(&b, 3000000, 1);
	assert_true(bucket_take(&b, 0));
	assert_false(bucket_take(&b, 0));
	assert_false(bucket_take(&b, 2999));
	assert_int_equal(bucket_wait(&b, 2999), 1);
	assert_int_equal(bucket_wait(&b, 1000), 2000);
	assert_true(bucket_take(&b, 3000));
	assert_false(bucket_take(&b, 5999));
	/* A long silence does not save up more than the burst. */
	assert_true(bucket_take(&b, 1000000));
	assert_false(bucket_take(&b, 1000000));
}

static void starts_full(void **state)
{
	struct bucket b;
	int i;

	bucket_init(&b, 1000, 5);
	for (i = 0; i < 5; i++)
		assert_true(bucket_take(&b, 12345));
	assert_false(bucket_take(&b, 12345));
	assert_int_equal(bucket_wait(&b, 12345), 1);
	assert_true(bucket_take(&b, 12346));
	assert_false(bucket_take(&b, 12346));
	bucket_init(&b, 1000, 0);
	assert_true(bucket_take(&b, 1));
	assert_false(bucket_take(&b, 1));
}

/* What is missing is owed. */
static void charged(void **state)
{
	struct bucket b;

	bucket_init(&b, 1000, 2);
	assert_true(bucket_charge(&b, 10, 5));
	assert_int_equal(bucket_wait(&b, 10), 4);
	assert_false(bucket_charge(&b, 13, 1));
	assert_true(bucket_charge(&b, 14, 1));
	assert_false(bucket_take(&b, 14));
	assert_true(bucket_take(&b, 15));
}

static void clock_back(void **state)
{
	struct bucket b;

	bucket_init(&b, 1000000, 1);
	assert_true(bucket_take(&b, 50000));
	assert_false(bucket_take(&b, 10));
	assert_false(bucket_take(&b, 50999));
	assert_true(bucket_take(&b, 51000));
}

/* Fractions of a millisecond: the wait that is named is exactly enough. */
static void wait_is_exact(void **state)
{
	uint64_t now = 1000, wait;
	struct bucket b;
	int i;

	srand(15);
	bucket_init(&b, 1300, 3);
	for (i = 0; i < 10000; i++) {
		while (bucket_take(&b, now))
			;
		wait = bucket_wait(&b, now);
		assert_in_range(wait, 1, 2);
		assert_false(bucket_take(&b, now + wait - 1));
		now += wait;
		assert_true(bucket_take(&b, now));
		now += rand() % 3;
	}
}

/* Twin: tokens in thousandths, filled up as time goes by. */
static void random_twin(void **state)
{
	uint64_t now, interval_ms, level;
	uint32_t burst;
	struct bucket b;
	int round, step;

	srand(7);
	for (round = 0; round < 100; round++) {
		interval_ms = 1 + rand() % 20;
		burst = 1 + rand() % 10;
		bucket_init(&b, 1000 * interval_ms, burst);
		level = burst * interval_ms;
		now = rand();
		for (step = 0; step < 1000; step++) {
			uint64_t pass = rand() % 4 ? 0 : rand() % 30;
			int can;

			now += pass;
			level += pass;
			if (level > burst * interval_ms)
				level = burst * interval_ms;
			can = level >= interval_ms;
			assert_int_equal(bucket_wait(&b, now),
					 can ? 0 : interval_ms - level);
			assert_int_equal(bucket_take(&b, now), can);
			if (can)
				level -= interval_ms;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_per_three_seconds),
		cmocka_unit_test(starts_full),
		cmocka_unit_test(charged),
		cmocka_unit_test(clock_back),
		cmocka_unit_test(wait_is_exact),
		cmocka_unit_test(random_twin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Passing requests on: which locator of an ETR, by priority and weight. */
#include "sm.h"

#include "sm/forward.h"

static struct locator locs[5];
static struct map_record rec = { .locators = locs };

static int set_up(void **state)
{
	static const char *const addrs[] = {
		"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4",
		"192.0.2.5",
	};

	memset(&world, 0, sizeof(world));
	for (int i = 0; i < 5; i++)
		locs[i] = L(addrs[i]);
	rec.locator_count = 5;
	return 0;
}

/* Which one, counted from 0; -1: none. */
static int pick(uint64_t nonce)
{
	const struct addr *a = forward_pick(&rec, nonce, &ops);

	return a ? a->bytes[3] - 1 : -1;
}

static void count_picks(unsigned int n, unsigned int shares[5])
{
	memset(shares, 0, 5 * sizeof(shares[0]));
	for (unsigned int i = 0; i < n; i++) {
		int at = pick(i);

		assert_in_range(at, 0, 4);
		shares[at]++;
	}
}

static void best_priority(void **state)
{
	unsigned int n[5];

	locs[0].priority = 2;
	locs[1].priority = 2;
	locs[3].priority = 3;
	locs[4].priority = 255;
	count_picks(100, n);
	assert_int_equal(n[2], 100);
	/* Priority 255 is none at all. */
	locs[4].priority = 0;
	count_picks(100, n);
	assert_int_equal(n[4], 100);
	for (int i = 0; i < 5; i++)
		locs[i].priority = 255;
	assert_int_equal(pick(1), -1);
}

/* RFC 9301 5.4: 30, 20, 20, 10 are 37.5, 25, 25, 12.5 per cent. */
static void shares_by_weight(void **state)
{
	unsigned int n[5];

	rec.locator_count = 4;
	locs[0].weight = 30;
	locs[1].weight = 20;
	locs[2].weight = 20;
	locs[3].weight = 10;
	count_picks(8000, n);
	assert_int_equal(n[0], 3000);
	assert_int_equal(n[1], 2000);
	assert_int_equal(n[2], 2000);
	assert_int_equal(n[3], 1000);
	for (int i = 0; i < 4; i++)
		locs[i].weight = 0;
	count_picks(8000, n);
	assert_int_equal(n[0], 2000);
	assert_int_equal(n[3], 2000);
}

static void only_what_can_be_sent_to(void **state)
{
	unsigned int n[5];

	locs[0].flags = 0;
	world.overlay = locs[1].addr;
	world.own = locs[2].addr;
	world.no_family = locs[3].addr;
	count_picks(100, n);
	assert_int_equal(n[4], 100);
	locs[4].flags = 0;
	assert_int_equal(pick(0), -1);
	rec.locator_count = 0;
	assert_int_equal(pick(0), -1);
}

#define TEST(f)	cmocka_unit_test_setup(f, set_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(best_priority),
		TEST(shares_by_weight),
		TEST(only_what_can_be_sent_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

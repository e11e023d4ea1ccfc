// SPDX-License-Identifier: GPL-2.0-or-later
/* Which Map-Resolver is asked: order, silence, turns, trials. */
#include "sm.h"

#include "sm/resolvers.h"

#define NOW	1000000u

static struct xtr_config cfg;
static struct addr addrs[3];
static struct resolvers r;

static int begin(void **state)
{
	memset(&world, 0, sizeof(world));
	xtr_config_init(&cfg);
	addrs[0] = A("198.51.100.10");
	addrs[1] = A("198.51.100.20");
	addrs[2] = A("198.51.100.30");
	cfg.resolvers = addrs;
	cfg.resolver_count = 3;
	assert_int_equal(resolvers_init(&r, &cfg, &ops), 0);
	turn();
	return 0;
}

static int end(void **state)
{
	resolvers_free(&r);
	return turn_done(state);
}

/* 3: nobody. */
static unsigned int pick(uint64_t now, unsigned int last)
{
	unsigned int i = 77;
	const struct addr *a = resolvers_pick(&r, now, last, &i);

	if (!a)
		return 3;
	assert_ptr_equal(a, &addrs[i]);
	return i;
}

static unsigned int first(uint64_t now)
{
	return pick(now, RESOLVER_NONE);
}

static void in_order(void **state)
{
	assert_int_equal(first(NOW), 0);
	assert_int_equal(first(NOW), 0);
	assert_int_equal(pick(NOW, 0), 1);
	assert_int_equal(pick(NOW, 1), 0);
	world.overlay = addrs[0];
	assert_int_equal(first(NOW), 1);
	assert_int_equal(pick(NOW, 1), 2);
	world.no_family = addrs[2];
	assert_int_equal(pick(NOW, 1), 1);
	world.own = addrs[1];
	assert_int_equal(first(NOW), 1);
	cfg.resolver_count = 1;
	assert_int_equal(first(NOW), 3);
}

static void back_off(void **state)
{
	static const unsigned int wait[] = { 5000, 10000, 20000, 40000, 60000,
					     60000 };
	uint64_t now = NOW;

	for (size_t i = 0; i < sizeof(wait) / sizeof(wait[0]); i++) {
		resolvers_on_silence(&r, now, 0, &acts);
		assert_int_equal(first(now + wait[i] - 1), 1);
		now += wait[i];
		/* One question, not two. */
		assert_int_equal(first(now), 0);
		assert_int_equal(first(now), 1);
		assert_int_equal(first(now + 1999), 1);
	}
	assert_int_equal(count_logs(LOG_TRANSITION), 1);
	resolvers_on_reply(&r, now, 0, 20, &acts);
	assert_int_equal(count_logs(LOG_TRANSITION), 2);
	assert_int_equal(first(now), 0);
	assert_int_equal(first(now), 0);
	assert_int_equal(r.list[0].rtt, 20);
	assert_int_equal(r.list[0].answered, now);
	/* It begins anew. */
	resolvers_on_silence(&r, now, 0, &acts);
	assert_int_equal(first(now + 5000), 0);
}

/* A thousand questions that were under way are one silence. */
static void many_at_once(void **state)
{
	for (int i = 0; i < 1000; i++)
		resolvers_on_silence(&r, NOW + i, 0, &acts);
	assert_int_equal(first(NOW + 999 + 4999), 1);
	assert_int_equal(first(NOW + 999 + 5000), 0);
}

/* A trial that nobody answers, nor anybody waits for, is not the last. */
static void trial_again(void **state)
{
	resolvers_on_silence(&r, NOW, 0, &acts);
	assert_int_equal(first(NOW + 5000), 0);
	assert_int_equal(first(NOW + 6999), 1);
	assert_int_equal(first(NOW + 7000), 0);
}

static void all_silent(void **state)
{
	resolvers_on_silence(&r, NOW, 1, &acts);
	resolvers_on_silence(&r, NOW + 1, 0, &acts);
	resolvers_on_silence(&r, NOW + 2, 2, &acts);
	assert_int_equal(first(NOW + 3), 1);
	assert_int_equal(pick(NOW + 3, 1), 0);
	resolvers_on_reply(&r, NOW + 4, 2, 1, &acts);
	assert_int_equal(first(NOW + 5), 2);
	assert_int_equal(pick(NOW + 5, 2), 1);
}

int main(void)
{
#define TEST(t)	cmocka_unit_test_setup_teardown(t, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(in_order),
		TEST(back_off),
		TEST(many_at_once),
		TEST(trial_again),
		TEST(all_silent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

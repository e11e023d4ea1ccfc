// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel's timing wheel (kernel/age.c) against an array. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "age.c"

#define N 2000

static struct lisp_ages ages;
static struct lisp_age entry[N];
static uint64_t seed;

static uint32_t rnd(void)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return seed >> 32;
}

/* Anything from now to 130 years, small ones more often. */
static uint32_t some_ttl(void)
{
	return rnd() >> rnd() % 32;
}

static void add(struct lisp_age *e, uint32_t now)
{
	uint64_t when = (uint64_t)now + some_ttl();

	lisp_age_add(&ages, e, when > UINT32_MAX ? UINT32_MAX : when, now);
}

/* Pop all that is due, in bites; check each, and that none was left. */
static void pop_all(uint32_t now, int bite)
{
	unsigned int i;
	int budget;

	do {
		struct lisp_age *e;

		budget = bite;
		while ((e = lisp_age_pop(&ages, now, &budget))) {
			assert_true(e->when <= now);
			assert_false(lisp_age_is_set(e));
		}
		assert_true(budget >= 0);
	} while (!budget && ages.n);

	for (i = 0; i < N; i++)
		assert_false(lisp_age_is_set(&entry[i]) &&
			     entry[i].when <= now);
}

static void run(uint32_t start, unsigned int max_step, int bite)
{
	uint32_t now = start;
	unsigned int i, k, n;

	memset(&ages, 0, sizeof(ages));
	memset(entry, 0, sizeof(entry));
	for (i = 0; i < 3000; i++) {
		for (k = 0; k < 10; k++) {
			struct lisp_age *e = &entry[rnd() % N];

			if (lisp_age_is_set(e))
				lisp_age_del(&ages, e);
			else
				add(e, now);
		}
		now += rnd() % max_step;
		pop_all(now, bite);
		for (k = n = 0; k < N; k++)
			n += lisp_age_is_set(&entry[k]);
		assert_int_equal(n, ages.n);
	}
	for (k = 0; k < N; k++)
		lisp_age_del(&ages, &entry[k]);
	assert_int_equal(ages.n, 0);
}

static void second_by_second(void **state)
{
	seed = 1;
	run(0, 2, 1000000);
}

static void in_leaps(void **state)
{
	seed = 2;
	run(1000, 5000, 1000000);
}

static void small_bites(void **state)
{
	seed = 3;
	run(4095, 300, 3);
}

/* An entry that is taken out while its slot is on its way down. */
static void del_while_moving(void **state)
{
	unsigned int i;
	int budget = 64 + 10;

	memset(&ages, 0, sizeof(ages));
	memset(entry, 0, sizeof(entry));
	for (i = 0; i < 100; i++)
		lisp_age_add(&ages, &entry[i], 100, 0);
	assert_null(lisp_age_pop(&ages, 64, &budget));
	for (i = 0; i < 100; i += 2)
		lisp_age_del(&ages, &entry[i]);
	pop_all(99, 7);
	assert_int_equal(ages.n, 50);
	pop_all(100, 7);
	assert_int_equal(ages.n, 0);
}

/* What should be out already comes out next. */
static void in_the_past(void **state)
{
	int budget = 1;

	memset(&ages, 0, sizeof(ages));
	memset(entry, 0, sizeof(entry));
	lisp_age_add(&ages, &entry[0], 5000, 1000);
	lisp_age_add(&ages, &entry[1], 10, 1000);
	assert_ptr_equal(lisp_age_pop(&ages, 1000, &budget), &entry[1]);
}

/* A wheel that was empty does not turn through the time it was that. */
static void empty_for_long(void **state)
{
	int budget = 10;

	memset(&ages, 0, sizeof(ages));
	memset(entry, 0, sizeof(entry));
	lisp_age_add(&ages, &entry[0], 5, 1);
	lisp_age_del(&ages, &entry[0]);
	lisp_age_add(&ages, &entry[0], 1000005, 1000000);
	assert_ptr_equal(lisp_age_pop(&ages, 1000005, &budget), &entry[0]);
}

/* Many entries of one second are worked off in bites, none too long. */
static void bounded(void **state)
{
	static struct lisp_age many[100000];
	unsigned int i, popped = 0, bites = 0;
	int budget;

	memset(&ages, 0, sizeof(ages));
	for (i = 0; i < 100000; i++)
		lisp_age_add(&ages, &many[i], 5000, 0);
	while (ages.n) {
		budget = 1000;
		while (lisp_age_pop(&ages, 5000, &budget))
			popped++;
		bites++;
		assert_true(bites < 1000);
	}
	assert_int_equal(popped, 100000);
	assert_true(bites >= 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(second_by_second),
		cmocka_unit_test(in_leaps),
		cmocka_unit_test(small_bites),
		cmocka_unit_test(del_while_moving),
		cmocka_unit_test(in_the_past),
		cmocka_unit_test(empty_for_long),
		cmocka_unit_test(bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

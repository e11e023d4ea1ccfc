// SPDX-License-Identifier: GPL-2.0-or-later
/* The timing wheel against an array that is searched from end to end; the
 * pool. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "lib/pool.h"
#include "lib/wheel.h"
#include "sm/util.h"

#define TIMERS 200

struct timer {
	struct wheel_node node;
	uint64_t due;		/* 0: not there */
};

static struct timer timers[TIMERS];

static uint64_t due_of(const struct wheel_node *n)
{
	return container_of((void *)n, struct timer, node)->due;
}

/* From the next moment to beyond a month, about as often each power. */
static uint64_t later(uint64_t now)
{
	return now + 1 + ((uint64_t)rand() >> rand() % 31);
}

static uint64_t slow_first(void)
{
	uint64_t first = UINT64_MAX;

	for (int i = 0; i < TIMERS; i++)
		if (timers[i].due && timers[i].due < first)
			first = timers[i].due;
	return first;
}

static void change(struct wheel *w, uint64_t now)
{
	struct timer *t = &timers[rand() % TIMERS];

	if (!t->due) {
		t->due = later(now);
		wheel_add(w, &t->node);
	} else if (rand() % 3) {
		t->due = later(t->due);		/* put off */
	} else {
		wheel_del(w, &t->node);
		wheel_del(w, &t->node);
		t->due = rand() % 2 ? later(now) : 0;
		if (t->due)
			wheel_add(w, &t->node);
	}
}

/* All that is due, and nothing else; a few steps at a time. */
static void run_to(struct wheel *w, uint64_t now)
{
	struct wheel_node *n;

	do {
		while ((n = wheel_next(w, now, 1 + rand() % 20)) != NULL) {
			struct timer *t = container_of(n, struct timer, node);

			assert_in_range(t->due, 1, now);
			t->due = 0;
		}
	} while (wheel_due(w) <= now);
	assert_true(slow_first() > now);
	assert_true(wheel_due(w) <= slow_first());
}

static void wheel_twin(void **state)
{
	uint64_t now = UINT64_C(0x123456789a);
	struct wheel w;

	srand(5);
	wheel_init(&w, due_of);
	assert_int_equal(wheel_due(&w), UINT64_MAX);
	assert_null(wheel_next(&w, now, 10));
	for (int i = 0; i < 200000; i++) {
		change(&w, now);
		if (rand() % 8)
			continue;
		now = rand() % 4 && slow_first() != UINT64_MAX ?
			slow_first() + rand() % 2 : later(now);
		run_to(&w, now);
	}
	/* The end of time is a time. */
	wheel_del(&w, &timers[0].node);
	timers[0].due = UINT64_MAX - 1;
	wheel_add(&w, &timers[0].node);
	run_to(&w, UINT64_MAX - 2);
	assert_int_equal(wheel_due(&w), UINT64_MAX - 1);
	run_to(&w, UINT64_MAX - 1);
	assert_int_equal(wheel_due(&w), UINT64_MAX);
}

/* Objects do not overlap, what is freed comes again, the limit holds. */
static void pool_twin(void **state)
{
	uint8_t *object[300] = { NULL };
	size_t size[300], used = 0;
	struct pool p;

	srand(6);
	pool_init(&p);
	for (int i = 0; i < 100000; i++) {
		int k = rand() % 300;

		if (object[k]) {
			for (size_t j = 0; j < size[k]; j++)
				assert_int_equal(object[k][j], (uint8_t)k);
			pool_free(&p, object[k], size[k]);
			used -= (size[k] + 7) / 8 * 8;
			object[k] = NULL;
		} else {
			size[k] = 1 + rand() % (rand() % 50 ? 64 : 700);
			assert_true(pool_reserve(&p, rand() % 2000));
			object[k] = pool_alloc(&p, size[k]);
			assert_non_null(object[k]);
			memset(object[k], k, size[k]);
			used += (size[k] + 7) / 8 * 8;
		}
		assert_int_equal(p.used, used);
	}
	for (int k = 0; k < 300; k++)
		pool_free(&p, object[k], size[k]);
	assert_int_equal(p.used, 0);
	p.max = 16;
	object[0] = pool_alloc(&p, 9);
	assert_non_null(object[0]);
	assert_null(pool_alloc(&p, 1));
	pool_free(&p, object[0], 9);
	pool_clear(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wheel_twin),
		cmocka_unit_test(pool_twin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* What a worker leaves to the main thread: in order, whole, and no more than
 * there is room for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "run/handover.h"

#define MANY	100000

static uint8_t data[1500];

/* Datagram number @n, of another length than its neighbours. */
static bool put(struct handover *h, unsigned int n, bool *first)
{
	struct handed item = {
		.kind = HANDED_DATAGRAM,
		.datagram = { .data = data, .len = sizeof(n) + n % 1400 },
	};

	memset(data, (int)n, sizeof(data));
	memcpy(data, &n, sizeof(n));
	return handover_put(h, &item, first);
}

static void assert_next(struct handover *h, unsigned int n)
{
	const struct handed *item = handover_take(h);
	unsigned int got;

	assert_non_null(item);
	assert_int_equal(item->kind, HANDED_DATAGRAM);
	assert_int_equal(item->datagram.len, sizeof(n) + n % 1400);
	memcpy(&got, item->datagram.data, sizeof(got));
	assert_int_equal(got, n);
	for (size_t i = sizeof(n); i < item->datagram.len; i++)
		assert_int_equal(item->datagram.data[i], n & 0xff);
}

/* From one that is empty: how many there is room for. */
static unsigned int fill(struct handover *h)
{
	unsigned int n = 0;
	bool first;

	while (n < MANY && put(h, n, &first)) {
		assert_int_equal(first, n == 0);
		n++;
	}
	return n;
}

static void test_bounded(void **state)
{
	struct handover h;
	unsigned int n;
	bool first;

	assert_int_equal(handover_init(&h), 0);
	for (int round = 0; round < 3; round++) {
		n = fill(&h);
		assert_in_range(n, 100, MANY - 1);
		for (unsigned int i = 0; i < n; i++)
			assert_next(&h, i);
		assert_null(handover_take(&h));
	}
	/* What is put while the rest is read does not touch that. */
	n = fill(&h);
	assert_false(handover_left(&h));
	assert_next(&h, 0);
	for (unsigned int i = 0; i < n; i++)
		assert_true(put(&h, i % 10, &first));
	for (unsigned int i = 1; i < n; i++) {
		assert_true(handover_left(&h));
		assert_next(&h, i);
	}
	assert_false(handover_left(&h));
	for (unsigned int i = 0; i < n; i++)
		assert_next(&h, i % 10);
	assert_null(handover_take(&h));
	handover_free(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* The timer heap against an array that is searched from end to end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "lib/heap.h"

#define NODES 200

struct twin {
	bool queued;
	uint64_t due, seq;
};

static struct heap_node node[NODES];
static struct twin twin[NODES];
static uint64_t twin_seq;

static int slow_first(void)
{
	int i, first = -1;

	for (i = 0; i < NODES; i++) {
		if (!twin[i].queued)
			continue;
		if (first < 0 || twin[i].due < twin[first].due ||
		    (twin[i].due == twin[first].due &&
		     twin[i].seq < twin[first].seq))
			first = i;
	}
	return first;
}

static void check(const struct heap *h)
{
	int first = slow_first();

	if (first < 0)
		assert_null(heap_peek(h));
	else
		assert_ptr_equal(heap_peek(h), &node[first]);
}

static void random_twin(void **state)
{
	uint64_t now = 0;
	struct heap h;
	size_t count = 0;
	int step, i;

	srand(4);
	heap_init(&h);
	for (step = 0; step < 200000; step++) {
		uint64_t due = now + rand() % 50;

		i = rand() % NODES;
		switch (rand() % 4) {
		case 0:
			if (twin[i].queued)
				break;
			heap_add(&h, &node[i], due);
			twin[i] = (struct twin){ true, due, twin_seq++ };
			count++;
			break;
		case 1:
			heap_del(&h, &node[i]);
			count -= twin[i].queued;
			twin[i].queued = false;
			break;
		case 2:
			heap_update(&h, &node[i], due);
			count += !twin[i].queued;
			twin[i] = (struct twin){ true, due, twin_seq++ };
			break;
		case 3:
			i = slow_first();
			if (i >= 0 && twin[i].due <= now) {
				assert_ptr_equal(heap_pop_due(&h, now),
						 &node[i]);
				twin[i].queued = false;
				count--;
			} else {
				assert_null(heap_pop_due(&h, now));
			}
			now += rand() % 3;
			break;
		}
		assert_int_equal(h.count, count);
		check(&h);
	}
	for (i = 0; i < NODES; i++)
		assert_int_equal(heap_queued(&node[i]), twin[i].queued);
}

static void ties_keep_order(void **state)
{
	struct heap_node n[50] = { 0 };
	struct heap h;
	int i;

	heap_init(&h);
	for (i = 0; i < 50; i++)
		heap_add(&h, &n[i], 7);
	heap_update(&h, &n[10], 7);
	for (i = 0; i < 50; i++)
		if (i != 10)
			assert_ptr_equal(heap_pop_due(&h, 7), &n[i]);
	assert_ptr_equal(heap_pop_due(&h, 7), &n[10]);
	assert_null(heap_pop_due(&h, UINT64_MAX));
}

static void sorts(void **state)
{
	struct heap_node *n = calloc(100000, sizeof(*n));
	uint64_t last = 0;
	struct heap h;
	int i;

	srand(5);
	heap_init(&h);
	for (i = 0; i < 100000; i++)
		heap_add(&h, &n[i], rand());
	for (i = 0; i < 100000; i++) {
		struct heap_node *top = heap_peek(&h);
		uint64_t due = top->due;

		if (due)
			assert_null(heap_pop_due(&h, due - 1));
		assert_ptr_equal(heap_pop_due(&h, due), top);
		assert_true(due >= last);
		last = due;
	}
	assert_int_equal(h.count, 0);
	free(n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_twin),
		cmocka_unit_test(ties_keep_order),
		cmocka_unit_test(sorts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

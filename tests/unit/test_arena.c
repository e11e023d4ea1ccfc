// SPDX-License-Identifier: GPL-2.0-or-later
/* The arena: alignment, the cap, reuse. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdalign.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"

static bool aligned(const void *p)
{
	return (uintptr_t)p % alignof(max_align_t) == 0;
}

static bool zeroed(const uint8_t *p, size_t n)
{
	while (n--)
		if (p[n])
			return false;
	return true;
}

/* Fill the arena with random pieces, each marked; nothing may overlap. */
static void pieces(struct arena *a, size_t cap)
{
	struct { uint8_t *at; size_t n; uint8_t mark; } piece[512];
	size_t i, j, n = 0, total = 0;

	for (i = 0; i < 512; i++) {
		size_t want = rand() % 300;
		uint8_t *p = arena_alloc(a, want);

		if (!p)
			break;
		assert_true(aligned(p));
		assert_true(zeroed(p, want));
		memset(p, (int)i + 1, want);
		piece[n].at = p;
		piece[n].n = want;
		piece[n++].mark = i + 1;
		total += want;
		assert_true(total <= cap && a->used <= cap);
	}
	assert_true(n > 10);
	for (i = 0; i < n; i++)
		for (j = 0; j < piece[i].n; j++)
			assert_int_equal(piece[i].at[j], piece[i].mark);
}

static void over_malloc(void **state)
{
	struct arena a;
	int round;

	srand(2);
	arena_init(&a, 20000);
	for (round = 0; round < 5; round++) {
		pieces(&a, 20000);
		arena_reset(&a);
		assert_int_equal(a.used, 0);
	}
	arena_free(&a);
	assert_null(a.chunks);
	assert_non_null(arena_alloc(&a, 20000 / 16 * 16));
	arena_free(&a);
}

static void over_buffer(void **state)
{
	uint8_t *buf = malloc(5001);
	struct arena a;
	int round;

	srand(3);
	/* One octet off: alignment is the arena's business. */
	arena_init_buffer(&a, buf + 1, 5000);
	for (round = 0; round < 5; round++) {
		pieces(&a, 5000);
		arena_reset(&a);
	}
	assert_null(arena_alloc(&a, 5001));
	arena_free(&a);
	arena_init_buffer(&a, buf + 1, 3);
	assert_null(arena_alloc(&a, 1));
	free(buf);
}

static void cap_is_hard(void **state)
{
	struct arena a;
	size_t n = 0;

	arena_init(&a, 100000);
	while (arena_alloc(&a, 1000))
		n++;
	/* Waste at the ends of chunks costs, but not everything. */
	assert_in_range(n, 80, 100);
	assert_true(a.used <= 100000);
	assert_null(arena_alloc(&a, 1000));
	arena_free(&a);

	arena_init(&a, 64);
	assert_null(arena_alloc(&a, 65));
	assert_non_null(arena_alloc(&a, 64));
	assert_null(arena_alloc(&a, 1));
	arena_free(&a);

	arena_init(&a, 0);
	assert_null(arena_alloc(&a, 0));
	arena_free(&a);
}

static void failure_is_clean(void **state)
{
	struct arena a;
	size_t used;

	arena_init(&a, 8192);
	assert_non_null(arena_alloc(&a, 100));
	used = a.used;
	assert_null(arena_alloc(&a, 9000));
	assert_int_equal(a.used, used);
	assert_non_null(arena_alloc(&a, 3000));
	arena_free(&a);
}

static void overflow(void **state)
{
	struct arena a;

	arena_init(&a, SIZE_MAX);
	assert_null(arena_array(&a, SIZE_MAX / 2, 3));
	assert_null(arena_alloc(&a, SIZE_MAX));
	assert_null(arena_alloc(&a, SIZE_MAX - 7));
	assert_non_null(arena_array(&a, 3, 5));
	assert_memory_equal(arena_copy(&a, "hello", 5), "hello", 5);
	assert_non_null(arena_copy(&a, NULL, 0));
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(over_malloc),
		cmocka_unit_test(over_buffer),
		cmocka_unit_test(cap_is_hard),
		cmocka_unit_test(failure_is_clean),
		cmocka_unit_test(overflow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

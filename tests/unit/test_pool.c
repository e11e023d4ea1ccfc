// SPDX-License-Identifier: GPL-2.0-or-later
/* The pool as it is without AddressSanitizer, which has one of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

static size_t mallocs;

static void *counted(size_t size)
{
	mallocs++;
	return malloc(size);
}

#define POOL_IS_MALLOC 0
#define malloc counted
#include "lib/pool.c"
#undef malloc

#define OBJECTS	3000
/* Each object keeps what was put into it, whatever happens to the others. */
static void apart(void **state)
{
	static uint8_t *object[OBJECTS];
	static size_t size[OBJECTS];
	struct pool p;

	srand(1);
	pool_init(&p);
	for (unsigned int step = 0; step < 100000; step++) {
		unsigned int i = (unsigned int)rand() % OBJECTS;

		if (object[i]) {
			for (size_t k = 0; k < size[i]; k++)
				assert_int_equal(object[i][k], (uint8_t)i);
			pool_free(&p, object[i], size[i]);
			object[i] = NULL;
			continue;
		}
		if (rand() % 16 == 0)
			assert_true(pool_reserve(&p, 4 * POOL_OBJECT_MAX));
		size[i] = 8 + (unsigned int)rand() % (POOL_OBJECT_MAX - 7);
		object[i] = pool_alloc(&p, size[i]);
		assert_non_null(object[i]);
		assert_int_equal((uintptr_t)object[i] % sizeof(void *), 0);
		memset(object[i], (uint8_t)i, size[i]);
	}
	for (unsigned int i = 0; i < OBJECTS; i++)
		pool_free(&p, object[i], size[i]);
	assert_int_equal(p.used, 0);
	pool_clear(&p);
}

static size_t chunk_octets(const struct pool *p)
{
	size_t n = 0;

	for (const struct pool_chunk *c = p->chunks; c; c = c->next)
		n += c->size;
	return n;
}

/* Room for very much is asked for again and again, and little of it taken:
 * chunks are used up all the same. */
static void reserved(void **state)
{
	const size_t much = 300 * 1024;
	struct pool p;

	pool_init(&p);
	for (unsigned int i = 0; i < 200; i++) {
		assert_true(pool_reserve(&p, much));
		for (size_t used = 0; used < much / 4; used += 104)
			memset(pool_alloc(&p, 104), 1, 104);
	}
	assert_true(p.used > 10 * CHUNK_LAST);
	assert_true(chunk_octets(&p) - p.left < p.used + p.used / 50);
	pool_clear(&p);
}

/* What was reserved needs no memory any more. */
static void no_memory_needed(void **state)
{
	struct pool p;
	size_t first;

	pool_init(&p);
	/* Also when it is more than what was reserved before. */
	assert_true(pool_reserve(&p, 5000));
	assert_true(pool_reserve(&p, 9000));
	first = mallocs;
	for (unsigned int k = 0; k < 9000 / 72; k++)
		memset(pool_alloc(&p, 72), 1, 72);
	assert_int_equal(mallocs, first);
	for (unsigned int i = 0; i < 1000; i++) {
		const size_t size = 8 * (1 + i % (POOL_OBJECT_MAX / 8));
		const size_t n = 1 + i % 50;
		size_t before;

		assert_true(pool_reserve(&p, n * size));
		before = mallocs;
		for (size_t k = 0; k < n; k++)
			memset(pool_alloc(&p, size), 1, size);
		assert_int_equal(mallocs, before);
	}
	pool_clear(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(apart),
		cmocka_unit_test(reserved),
		cmocka_unit_test(no_memory_needed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

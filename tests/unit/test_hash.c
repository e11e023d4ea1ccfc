// SPDX-License-Identifier: GPL-2.0-or-later
/* SipHash against its published vectors; the table against an array. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "lib/hash.h"

#define NODES 3000

/* From the reference implementation: key 00..0f, input 00, 0001, ... */
static void siphash_vectors(void **state)
{
	static const struct { size_t len; uint64_t want, want13; } row[] = {
		{ 0, 0x726fdb47dd0e0e31, 0xabac0158050fc4dc },
		{ 1, 0x74f839c593dc67fd, 0xc9f49bf37d57ca93 },
		{ 7, 0xab0200f58b01d137, 0xd3927d989bb11140 },
		{ 8, 0x93f5f5799a932462, 0x369095118d299a8e },
		{ 9, 0x9e0082df0ba9e4b0, 0x25a48eb36c063de4 },
		{ 15, 0xa129ca6149be45e5, 0xd320d86d2a519956 },
		{ 63, 0x958a324ceb064572, 0x9d199062b7bbb3a8 },
	};
	uint8_t key[16], in[64];
	size_t i;

	for (i = 0; i < 16; i++)
		key[i] = i;
	for (i = 0; i < 64; i++)
		in[i] = i;
	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		assert_true(siphash(key, in, row[i].len) == row[i].want);
		assert_true(siphash13(key, in, row[i].len) == row[i].want13);
	}
}

struct item {
	struct hash_node node;
	uint32_t key;
	int queued, seen;
};

static struct item item[NODES];

/* Of the real keys the hash keeps few bits, so that hashes collide. */
static uint64_t weak_hash(const struct hash_table *t, uint32_t key)
{
	return hash_key(t, &key, sizeof(key)) & 0x1ff;
}

static struct item *find(const struct hash_table *t, uint32_t key)
{
	uint64_t hash = weak_hash(t, key);
	struct hash_node *n = hash_first(t, hash);

	for (; n; n = hash_next(n)) {
		assert_true(n->hash == hash);
		if (((struct item *)n)->key == key)
			return (struct item *)n;
	}
	return NULL;
}

static void walk(const struct hash_table *t, size_t count)
{
	struct hash_node *n;
	size_t seen = 0, i;

	for (i = 0; i < NODES; i++)
		item[i].seen = 0;
	for (n = hash_walk_first(t); n; n = hash_walk_next(t, n)) {
		assert_int_equal(((struct item *)n)->seen++, 0);
		assert_int_equal(((struct item *)n)->queued, 1);
		seen++;
	}
	assert_int_equal(seen, count);
}

static void random_twin(void **state)
{
	static const uint8_t seed[16] = "0123456789abcde";
	struct hash_table t;
	size_t count = 0;
	int step;

	srand(6);
	assert_int_equal(hash_init(&t, seed), 0);
	for (step = 0; step < 100000; step++) {
		struct item *it = &item[rand() % NODES];

		it->key = it - item;
		assert_ptr_equal(find(&t, it->key), it->queued ? it : NULL);
		if (rand() % 3 && !it->queued) {
			hash_add(&t, &it->node, weak_hash(&t, it->key));
			it->queued = 1;
			count++;
		} else {
			hash_del(&t, &it->node);
			count -= it->queued;
			it->queued = 0;
		}
		assert_int_equal(t.count, count);
		if (step % 5000 == 0)
			walk(&t, count);
	}
	assert_true(t.size >= 1024);
	walk(&t, count);
	hash_free(&t);
}

static void seed_matters(void **state)
{
	static const uint8_t a[16] = { 1 }, b[16] = { 2 };

	assert_true(siphash(a, "x", 1) != siphash(b, "x", 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(siphash_vectors),
		cmocka_unit_test(random_twin),
		cmocka_unit_test(seed_matters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Nonces that outlive the process: counters, last ones, who is forgotten, and
 * when it is durable. */
#include "store.h"

#include <pthread.h>
#include <sched.h>

static uint64_t next_nonce(const char *server, uint64_t tag)
{
	struct addr a = A(server);
	uint64_t nonce = 0;

	assert_int_equal(store_register_nonce(store, &a, tag, &nonce), 0);
	return nonce;
}

/* Counting up, through restarts, each server and key for itself. */
static void counters(void **state)
{
	uint64_t last = 0;

	store_config_init(&cfg);
	cfg.reserve = 10;
	cfg.first_nonce = 5000;
	for (int run = 0; run < 5; run++) {
		open_store();
		for (int i = 0; i < 25; i++) {
			uint64_t n = next_nonce("192.0.2.1", 1);

			assert_true(n > last);
			assert_true(n >= 5000);
			if (i)
				assert_int_equal(n, last + 1);
			last = n;
		}
		/* A restart skips what was left of the reserve, no more. */
		assert_in_range(last, 5000 + run * 25, 5000 + run * 35 + 35);
		close_store();
	}
	open_store();
	assert_int_equal(next_nonce("192.0.2.1", 2), 5000);
	assert_int_equal(next_nonce("192.0.2.2", 1), 5000);
	close_store();
}

static void xtr_id(void **state)
{
	static const uint8_t fresh[16] = { 1, 2, 3 }, other[16] = { 9 };
	uint8_t id[16];

	store_config_init(&cfg);
	open_store();
	assert_int_equal(store_xtr_id(store, fresh, id), 0);
	assert_memory_equal(id, fresh, 16);
	close_store();
	open_store();
	assert_int_equal(store_xtr_id(store, other, id), 0);
	assert_memory_equal(id, fresh, 16);
	close_store();
}

static uint16_t version_of(const struct locator *l, size_t n, uint16_t fresh)
{
	uint16_t v = 0;

	assert_int_equal(store_map_version(store, l, n, fresh, &v), 0);
	return v;
}

/* Each change of each part is a change; nothing else is, not a restart. */
static void map_versions(void **state)
{
	struct locator l[2] = {
		{ .addr = A("192.0.2.1"), .priority = 1, .weight = 100,
		  .mpriority = 255,
		  .flags = LOCATOR_REACHABLE | LOCATOR_LOCAL },
		{ .addr = A("2001:db8::1"), .priority = 1, .weight = 100,
		  .mpriority = 255, .flags = LOCATOR_REACHABLE },
	};

	store_config_init(&cfg);
	open_store();
	assert_int_equal(version_of(l, 2, 4091), 4092);
	assert_int_equal(version_of(l, 2, 7), 4092);
	close_store();
	open_store();
	assert_int_equal(version_of(l, 2, 9), 4092);
	l[1].flags |= LOCATOR_LOCAL;
	assert_int_equal(version_of(l, 2, 9), 4092);
	assert_int_equal(version_of(l, 1, 9), 4093);
	assert_int_equal(version_of(l, 2, 9), 4094);
	l[0].priority++;
	assert_int_equal(version_of(l, 2, 9), 4095);
	close_store();
	open_store();
	l[0].weight++;
	assert_int_equal(version_of(l, 2, 9), 1);	/* 4095 + 1 */
	l[1].flags = 0;
	assert_int_equal(version_of(l, 2, 9), 2);
	l[1].addr.bytes[15]++;
	assert_int_equal(version_of(l, 2, 9), 3);
	assert_int_equal(version_of(NULL, 0, 9), 4);
	assert_int_equal(version_of(NULL, 0, 9), 4);
	close_store();
}

/* The first one is any but 0; what cannot be read is not made up for. */
static void first_map_version(void **state)
{
	struct kv *k = open_kv();
	uint16_t v;

	assert_int_equal(kv_put(k, "map-version", 12, "short", 5), 0);
	kv_close(k);
	store_config_init(&cfg);
	open_store();
	assert_int_equal(store_map_version(store, NULL, 0, 1, &v), -EIO);
	assert_int_equal(kv_del(kv, "map-version", 12), 0);
	assert_int_equal(version_of(NULL, 0, 0xffff), 1);
	close_store();
}

static void last_nonces(void **state)
{
	struct nonce_key a = nkey(1, 1, 1), b = nkey(1, 2, 1),
			 c = nkey(1, 1, 2), d = nkey(2, 1, 1);
	struct nonce_key e = { .who.source = A("192.0.2.1"), .tag = 1 };

	store_config_init(&cfg);
	open_store();
	assert_int_equal(set_nonce(&a, 10), 0);
	assert_int_equal(set_nonce(&e, 20), 0);
	assert_int_equal(get_nonce(&a)->nonce, 10);
	assert_null(get_nonce(&b));
	assert_null(get_nonce(&c));
	assert_null(get_nonce(&d));
	assert_int_equal(set_nonce(&a, 11), 0);
	assert_int_equal(get_nonce(&a)->nonce, 11);
	close_store();

	open_store();
	assert_int_equal(get_nonce(&a)->nonce, 11);
	assert_int_equal(get_nonce(&a)->when, 0);
	assert_int_equal(get_nonce(&e)->nonce, 20);
	assert_null(get_nonce(&b));
	close_store();
}

static bool floor_of(uint64_t tag, uint64_t *floor)
{
	return store_memory_ops.floor(store, tag, floor);
}

/* Those whose registrations live are never dropped. */
static void nonce_cap(void **state)
{
	struct nonce_key a = nkey(1, 1, 1), b = nkey(2, 1, 1);
	uint64_t floor;

	store_config_init(&cfg);
	cfg.nonces = 1;
	open_store();
	assert_int_equal(see(&a, 10, 100, 300), 0);
	assert_int_equal(see(&b, 10, 299, 500), -ENOSPC);
	assert_null(get_nonce(&b));
	assert_false(floor_of(1, &floor));
	/* One that is known is never out of room; and what it registered for
	 * longer before counts. */
	assert_int_equal(see(&a, 11, 250, 260), 0);
	assert_int_equal(see(&b, 10, 280, 500), -ENOSPC);
	close_store();
}

/* The one not heard of for longest goes; what it said stays refused, also
 * after a restart, by the floor of its key. */
static void nonces_dropped(void **state)
{
	struct nonce_key k[4] = { nkey(1, 1, 1), nkey(2, 1, 1), nkey(3, 1, 1),
				  nkey(4, 1, 1) };
	uint64_t floor = 0;

	store_config_init(&cfg);
	cfg.nonces_per_key = 3;
	open_store();
	assert_int_equal(see(&k[0], 70, 100, 200), 0);
	assert_int_equal(see(&k[1], 30, 110, 200), 0);
	assert_int_equal(see(&k[2], 50, 120, 900), 0);
	assert_int_equal(see(&k[0], 71, 130, 200), 0);
	/* k[1] is the oldest now; nobody's registrations are over. */
	assert_int_equal(see(&k[3], 5, 199, 900), -ENOSPC);
	assert_int_equal(see(&k[3], 5, 200, 900), 0);
	assert_null(get_nonce(&k[1]));
	assert_int_equal(get_nonce(&k[0])->nonce, 71);
	assert_true(floor_of(1, &floor));
	assert_int_equal(floor, 30);
	/* k[2] is older than k[0], but lives. */
	assert_int_equal(see(&k[1], 31, 210, 900), 0);
	assert_null(get_nonce(&k[0]));
	assert_non_null(get_nonce(&k[2]));
	assert_true(floor_of(1, &floor));
	assert_int_equal(floor, 71);
	close_store();

	open_store();
	assert_null(get_nonce(&k[0]));
	assert_int_equal(get_nonce(&k[1])->nonce, 31);
	floor = 0;
	assert_true(floor_of(1, &floor));
	assert_int_equal(floor, 71);
	/* A lower one that is dropped does not lower it. */
	assert_int_equal(see(&k[0], 72, 1000, 1100), 0);
	assert_true(floor_of(1, &floor));
	assert_int_equal(floor, 71);
	close_store();
}

/* A key that has its share drops its own, not the neighbour's. */
static void own_share(void **state)
{
	struct nonce_key k;

	store_config_init(&cfg);
	cfg.nonces_per_key = 2;
	open_store();
	for (uint8_t i = 0; i < 4; i++) {
		k = nkey(i, 1, 2 - i / 2);
		assert_int_equal(see(&k, 10, 100 + i, 200), 0);
	}
	k = nkey(9, 1, 1);
	assert_int_equal(see(&k, 10, 300, 400), 0);
	k = nkey(2, 1, 1);
	assert_null(get_nonce(&k));
	k = nkey(0, 1, 2);
	assert_non_null(get_nonce(&k));
	close_store();
}

/* One key makes up registrants until nothing fits: the others keep theirs,
 * and there is room for their new ones. */
static void greedy_key(void **state)
{
	struct nonce_key good = nkey(1, 1, 1), more = nkey(2, 1, 1), k;
	uint64_t floor;

	store_config_init(&cfg);
	cfg.nonces = 20;
	cfg.nonces_per_key = 19;
	open_store();
	assert_int_equal(see(&good, 10, 100, 200), 0);
	for (uint8_t i = 0; i < 100; i++) {
		k = nkey(i, 2, 2);
		assert_int_equal(see(&k, 1000 + i, 1000 + i, 1000 + i), 0);
	}
	assert_int_equal(get_nonce(&good)->nonce, 10);
	assert_false(floor_of(1, &floor));
	assert_int_equal(see(&more, 10, 2000, 2000), 0);
	assert_int_equal(get_nonce(&good)->nonce, 10);
	assert_false(floor_of(1, &floor));
	assert_true(floor_of(2, &floor));
	assert_int_equal(floor, 1081);

	/* All of its own live: somebody who is away has to go. */
	for (uint8_t i = 0; i < 18; i++) {
		k = nkey(i, 3, 2);
		assert_int_equal(see(&k, 5000, 3000, 9000), 0);
	}
	more = nkey(3, 1, 3);
	assert_int_equal(see(&more, 10, 3001, 9000), 0);
	assert_null(get_nonce(&good));
	assert_true(floor_of(1, &floor));
	assert_int_equal(floor, 10);
	close_store();
}

/* --- durability --- */

static pthread_t flusher;
static int flushes, flush_result;
static pthread_mutex_t flush_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t flushed = PTHREAD_COND_INITIALIZER;

/* In place of libc's, for LMDB. */
int fdatasync(int fd)
{
	int ret;

	pthread_mutex_lock(&flush_lock);
	flusher = pthread_self();
	flushes++;
	ret = flush_result;
	pthread_cond_signal(&flushed);
	pthread_mutex_unlock(&flush_lock);
	if (ret)
		errno = EIO;
	return ret;
}

static int count_flushes(void)
{
	int n;

	pthread_mutex_lock(&flush_lock);
	n = flushes;
	pthread_mutex_unlock(&flush_lock);
	return n;
}

static void await_flushes(int n)
{
	pthread_mutex_lock(&flush_lock);
	while (flushes < n)
		pthread_cond_wait(&flushed, &flush_lock);
	pthread_mutex_unlock(&flush_lock);
}

/* The disk is another thread's; who puts nothing makes it do nothing. */
static void flushed_behind(void **state)
{
	struct nonce_key a = nkey(1, 1, 1);
	int before;

	store_config_init(&cfg);
	open_store();
	assert_int_equal(store_sync(store), 0);
	before = count_flushes();
	assert_int_equal(set_nonce(&a, 1), 0);
	assert_int_equal(count_flushes(), before);
	assert_int_equal(store_sync_start(store), 0);
	await_flushes(before + 2);	/* and the checkpoint */
	assert_false(pthread_equal(flusher, pthread_self()));
	for (int i = 0; i < 100; i++) {
		assert_int_equal(store_sync_start(store), 0);
		sched_yield();
	}
	close_store();			/* once more */
	assert_int_equal(count_flushes(), before + 4);

	/* A failure is told by the next one, and no later success believed. */
	open_store();
	assert_int_equal(store_sync(store), 0);
	flush_result = -1;
	before = count_flushes();
	assert_int_equal(set_nonce(&a, 2), 0);
	assert_int_equal(store_sync_start(store), 0);
	await_flushes(before + 1);
	assert_int_equal(store_sync(store), -ENOTRECOVERABLE);
	flush_result = 0;
	assert_int_equal(store_sync_start(store), -ENOTRECOVERABLE);
	assert_int_equal(store_sync(store), -ENOTRECOVERABLE);
	close_store();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(counters),
		BOTH(xtr_id),
		BOTH(map_versions),
		cmocka_unit_test_setup_teardown(first_map_version, on_memory,
						clean),
		BOTH(last_nonces),
		cmocka_unit_test_setup_teardown(nonce_cap, on_memory, clean),
		BOTH(nonces_dropped),
		cmocka_unit_test_setup_teardown(own_share, on_memory, clean),
		cmocka_unit_test_setup_teardown(greedy_key, on_memory, clean),
		cmocka_unit_test_setup_teardown(flushed_behind, on_lmdb, clean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

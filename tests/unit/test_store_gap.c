// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A disk that fails for so long that what waits for it is forgotten: memory has
 * it, nobody is told that it is on record, and once the disk works again a
 * snapshot has it as well.
 */
#include "store_twin.h"

static void restart_killed(void)
{
	store_free(store);
	kv_close(kv);
	start(now);
	check(&now_twin);
	check_nonces(&now_twin);
}

/* Until it is whole again, at the pace of what comes. */
static void catch_up(void)
{
	for (int i = 0; !store_whole(store); i++) {
		assert_true(i < 200);
		random_commit();
		now += 1000;
		store_set_time(store, now, now);
		expire_all();
		assert_int_equal(store_flush(store), 0);
	}
}

/* On a disk that is full now and then, or cannot be written. */
static void live_failing(unsigned int steps)
{
	for (unsigned int i = 0; i < steps; i++) {
		random_commit();
		now += rnd(500);
		store_set_time(store, now, now);
		expire_all();
		if (rnd(4) == 0)
			kv_disk_limit(disk, rnd(2) ? SIZE_MAX :
				      kv_disk_used(disk) + rnd(400));
		if (rnd(4) == 0)
			kv_disk_fail_after(disk, rnd(2) ? -1 : (long)rnd(3));
		store_flush(store);
	}
}

static void works_again(void)
{
	kv_disk_limit(disk, SIZE_MAX);
	kv_disk_fail_after(disk, -1);
}

/* Memory has all of it, and when there is room again so has the disk, however
 * it ends then. */
static void forgets(void **state)
{
	unsigned int gaps = 0;

	for (unsigned int i = 1; i <= 60; i++) {
		kv_disk_free(disk);
		disk = kv_disk_new();
		begin();
		cfg.snapshot_octets = i % 2 ? 300 : 1 << 30;
		cfg.keep = i % 3 ? 0 : 300;
		close_store();
		start(now);
		rng = i;
		live_failing(100);
		gaps += !store_whole(store);
		works_again();
		if (i % 4)
			catch_up();
		else
			assert_int_equal(store_sync(store), 0);
		assert_true(store_whole(store));
		assert_int_equal(store_durable(store),
				 store_memory_ops.sequence(store));
		restart_killed();
		live_failing(20);
		works_again();
		assert_int_equal(store_sync(store), 0);
		restart_killed();
		close_store();
	}
	print_message("# %u gaps\n", gaps);
	assert_in_range(gaps, 20, 59);
}

/* Who waits for what another one's flush forgot is not told that it is on
 * record, whatever is put later. */
static void forgotten_for_all(void **state)
{
	struct store_view own = { 0 }, others = { 0 };
	const unsigned int some[4] = { 0, 3, 4, 7 };
	uint64_t waits;

	begin();
	close_store();
	cfg.keep = 0;
	start(now);
	assert_int_equal(put(0, 10, some, 4, false, 1), 0);
	waits = store_memory_ops.sequence(store);
	kv_disk_limit(disk, 0);
	assert_int_equal(store_flush(store), -ENOSPC);
	store_look(store, &others);
	assert_true(others.durable < waits);
	kv_disk_limit(disk, SIZE_MAX);
	assert_int_equal(put(1, 10, some, 4, false, 1), 0);
	assert_int_equal(store_flush(store), 0);
	store_look(store, &others);
	assert_int_equal(others.durable, waits + 1);
	store_look(store, &own);
	assert_true(own.durable < waits);
	assert_int_equal(store_flush(store), 0);
	store_look(store, &own);
	assert_int_equal(own.durable, waits + 1);
	close_store();
}

/* An empty flush is no success while the disk is full. */
static void empty_is_tried(void **state)
{
	const unsigned int one[1] = { 1 };

	begin();
	close_store();
	cfg.keep = 0;
	start(now);
	kv_disk_limit(disk, 0);
	assert_int_equal(store_flush(store), 0);
	assert_int_equal(put(0, 10, one, 1, false, 1), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(store_flush(store), -ENOSPC);
	assert_true(store_durable(store) < store_memory_ops.sequence(store));
	kv_disk_limit(disk, SIZE_MAX);
	assert_int_equal(store_flush(store), 0);
	close_store();
}

/* A disk that has room for the log, but not for a snapshot, is not written all
 * over for it: it is begun once a minute. */
static void no_room_to_catch_up(void **state)
{
	const unsigned int some[4] = { 0, 3, 4, 7 }, one[1] = { 0 };
	unsigned int begun = 0;
	uint64_t nonce = 10;

	begin();
	close_store();
	cfg.keep = 0;
	start(now);
	assert_int_equal(put(0, nonce++, some, 4, false, 1), 0);
	kv_disk_limit(disk, 0);
	assert_int_equal(store_flush(store), -ENOSPC);
	for (int i = 0; i < 600; i++) {
		size_t pieces = count_keys("S");

		kv_disk_limit(disk, kv_disk_used(disk) + (i % 8 ? 290 : 0));
		now += 1000;
		store_set_time(store, now, now);
		assert_int_equal(put(0, nonce++, one, 1, false, 1), 0);
		store_flush(store);
		begun += !pieces && count_keys("S");
	}
	assert_in_range(begun, 1, 11);
	assert_false(store_whole(store));
	kv_disk_limit(disk, SIZE_MAX);
	assert_int_equal(store_sync(store), 0);
	restart_killed();
	close_store();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(forgets, on_memory, clean),
		cmocka_unit_test_setup_teardown(forgotten_for_all, on_memory,
						clean),
		cmocka_unit_test_setup_teardown(empty_is_tried, on_memory,
						clean),
		cmocka_unit_test_setup_teardown(no_room_to_catch_up, on_memory,
						clean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Workers and their store: one that is gone with the process, one that takes its
 * time, one that is full. */
#include "run_workers.h"

/* Who was told by a worker that he is registered is so after a crash. */
static void test_crash(void **state)
{
	unsigned int asker;

	begin(state, 2);
	asker = asker_of(1);
	for (unsigned int i = 0; i < ASKERS; i++)
		put_register(asker, i, 0);
	wait_until(&t, t.notifies == ASKERS);
	server_again(2, true);
	assert_int_equal(store_memory_ops.prefixes(t.d.store), ASKERS);
	end();
}

/* The flush that is under way ends. */
static bool end_flush(bool made, int err)
{
	bool ended;

	workers_lock(&t.d);
	ended = kv_disk_end(t.disk, made, err);
	workers_unlock(&t.d);
	return ended;
}

/* Flushes end well, one after the other, until so many have been told. */
static bool told(unsigned int n)
{
	end_flush(true, 0);
	return t.notifies == n;
}

static void register_all(unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		put_register(i, i, 0);
}

/* A store that takes its time: all serve meanwhile, at both desks, and tell
 * nobody that he is registered until he is. */
static void test_late(void **state)
{
	struct kv_disk *disk = kv_disk_new();

	assert_int_equal(kv_disk_late(disk), 0);
	begin_with(state, 2, disk);
	register_all(ASKERS);
	wait_until(&t, statistic("record-answers-held") == ASKERS);
	for (unsigned int i = 0; i < ASKERS; i++)
		put_request(i, i, 0);
	wait_until(&t, t.replies == ASKERS);
	assert_int_equal(t.notifies, 0);
	wait_until(&t, told(ASKERS));
	assert_int_equal(statistic("record-errors"), 0);
	assert_true(at_desk(1, MS_REGISTERS) && at_desk(0, MS_REGISTERS));

	register_all(ASKERS);
	wait_until(&t, statistic("record-answers-held") == 2 * ASKERS);
	assert_true(end_flush(false, -EIO));
	wait_until(&t, statistic("record-answers-dropped") == ASKERS);
	assert_int_equal(statistic("record-errors"), 1);
	assert_int_equal(t.notifies, ASKERS);
	register_all(ASKERS);
	wait_until(&t, told(2 * ASKERS));

	/* The end finds some waiting. */
	register_all(ASKERS);
	wait_until(&t, statistic("record-answers-held") == 4 * ASKERS);
	server_again(2, true);
	assert_int_equal(store_memory_ops.prefixes(t.d.store), ASKERS);
	end();
}

/* As `lispctl show status` has it. */
static bool state_dir_is(const char *state)
{
	struct show_cursor c = { .after = NULL };
	struct json_object *o, *v;
	const char *why;
	bool is;

	workers_lock(&t.d);
	o = show(&t.d, "status", &c, &why);
	workers_unlock(&t.d);
	assert_true(json_object_object_get_ex(o, "state-dir", &v));
	is = !strcmp(json_object_get_string(v), state);
	assert_true(json_object_object_get_ex(o, "state-dir-error", &v) ==
		    !strcmp(state, "failing") || !is);
	json_object_put(o);
	return is;
}

static void limit_disk(size_t octets)
{
	workers_lock(&t.d);
	kv_disk_limit(t.disk, octets);
	workers_unlock(&t.d);
}

/* A disk that is full: who registers has his EIDs served, but is not told that
 * it is on record, until there is room again. */
static void test_full_disk(void **state)
{
	struct kv_disk *disk = kv_disk_new();

	begin_with(state, 2, disk);
	assert_true(state_dir_is("ok"));
	limit_disk(0);
	register_all(ASKERS);
	wait_until(&t, statistic("record-answers-dropped") == ASKERS);
	wait_until(&t, state_dir_is("failing"));
	for (unsigned int i = 0; i < ASKERS; i++)
		put_request(i, i, 0);
	wait_until(&t, t.replies == ASKERS);
	assert_int_equal(t.notifies, 0);
	limit_disk(SIZE_MAX);
	wait_until(&t, state_dir_is("ok"));
	register_all(ASKERS);
	wait_until(&t, t.notifies == ASKERS);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_crash),
		cmocka_unit_test(test_late),
		cmocka_unit_test(test_full_disk),
	};

	return cmocka_run_group_tests(tests, enter, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What of registrations and nonces is there after a restart: everything that
 * was flushed, whatever write was the last one of the process, and for no
 * longer than it was to live, whatever the clocks did.
 */
#include "store_twin.h"

#include <fcntl.h>

#include "store/codec.h"

static void survives(void **state)
{
	const unsigned int some[4] = { 0, 3, 4, 7 }, one[1] = { 3 };
	struct store_entry e;
	struct eid eid = eid_of(3);

	begin();
	assert_int_equal(put(0, 10, some, 4, false, 1), 0);
	assert_true(store_memory_ops.sequence(store) > store_durable(store));
	assert_int_equal(store_flush(store), 0);
	assert_int_equal(store_memory_ops.sequence(store),
			 store_durable(store));
	now += 100;
	assert_int_equal(put(1, 20, some, 3, false, 2), 0);
	assert_int_equal(put(0, 11, one, 1, true, 1), 0);
	close_store();

	now += 100;
	start(now);
	check(&now_twin);
	check_nonces(&now_twin);
	assert_int_equal(reg_of(0, 0)->registered, 1000000);
	/* The latest is still the latest. */
	now += 1;
	assert_int_equal(put(0, 12, one, 1, false, 1), 0);
	close_store();
	start(now);
	assert_non_null(store_memory_ops.find(store, &eid, &e));
	assert_int_equal(e.regs->by->who.ids.xtr_id[0], 0);
	check(&now_twin);

	/* What was not flushed is not there, nor half of it. */
	safe_twin = now_twin;
	assert_int_equal(put(2, 30, some, 4, false, 3), 0);
	store_free(store);
	kv_close(kv);
	now = 2000000 - 1;
	now_twin = safe_twin;
	start(now);
	check(&now_twin);
	assert_int_equal(store_registrations(store), 0);
	check_nonces(&now_twin);
	close_store();
}

/* Our clock begins anew with the machine; the wall's may go back. */
static void clocks(void **state)
{
	const unsigned int one[1] = { 1 };

	begin();
	assert_int_equal(put(0, 10, one, 1, false, 1), 0);
	close_store();
	/* The machine was started again: 1 s after, by the wall's. */
	now = 10;
	start(1000000 + 1000);
	assert_int_equal(reg_of(1, 0)->expires, 10 + LIFETIME - 1000);
	close_store();
	/* An hour back: no more than was left. */
	now = 20;
	start(1000);
	assert_non_null(reg_of(1, 0));
	assert_in_range(reg_of(1, 0)->expires, 21, 20 + LIFETIME);
	assert_int_equal(put(0, 11, one, 1, false, 1), 0);
	store_set_time(store, 1020, 500);
	now = 2020;
	close_store();
	now = 30;
	start(2000);
	assert_in_range(reg_of(1, 0)->expires, 31, 30 + LIFETIME);
	/* Nobody said for long what time it is. */
	now = 900000;
	assert_int_equal(put(0, 12, one, 1, false, 1), 0);
	close_store();
	now = 40;
	start(2000);
	assert_int_equal(reg_of(1, 0)->expires, 40 + LIFETIME);
	close_store();
	/* A day later. */
	start(1000000 + 86400000);
	assert_null(reg_of(1, 0));
	close_store();
}

/* Commits and flushes until a write fails; false: none did.  Snapshots are
 * made all the time. */
static bool live(unsigned int steps)
{
	for (unsigned int i = 0; i < steps; i++) {
		for (unsigned int k = rnd(3); k > 0; k--)
			random_commit();
		if (rnd(3) == 0) {
			now += rnd(4000);
			store_set_time(store, now, now);
			expire_all();
		}
		if (store_flush(store))
			return true;
		assert_int_equal(store_memory_ops.sequence(store),
				 store_durable(store));
		safe_twin = now_twin;
	}
	return false;
}

/* The process dies with each write it makes, once; what was flushed is there,
 * and goes on from there. */
static void dies_at_each_write(void **state)
{
	bool died = true;
	unsigned int deaths = 0, snapshots = 0;
	uint8_t meta[64];

	for (long at = 0; died; at++) {
		kv_disk_free(disk);
		disk = kv_disk_new();
		memset(&safe_twin, 0, sizeof(safe_twin));
		begin();
		cfg.snapshot_octets = 300;
		cfg.nonces = at % 2 ? 2 : 100;
		close_store();
		start(now);
		kv_disk_fail_after(disk, at);
		died = live(200);
		store_free(store);
		kv_close(kv);

		kv_disk_fail_after(disk, -1);
		now_twin = safe_twin;
		start(now);
		check(&safe_twin);
		check_nonces(&safe_twin);
		assert_false(live(20));
		snapshots += kv_get(kv, "journal", sizeof("journal"), meta,
				    sizeof(meta)) > 0;
		close_store();
		start(now);
		check(&safe_twin);
		check_nonces(&safe_twin);
		close_store();
		deaths++;
	}
	print_message("# %u deaths, %lu writes\n", deaths,
		      kv_disk_writes(disk));
	assert_true(deaths > 200);
	assert_true(snapshots > 200);
}

/* The disk is full for a while: what waits is not lost, and not without end. */
static void disk_full(void **state)
{
	begin();
	kv_disk_fail_after(disk, 0);
	for (int i = 0; i < 10; i++) {
		random_commit();
		assert_int_equal(store_flush(store), -EIO);
		assert_true(store_durable(store) <
			    store_memory_ops.sequence(store));
	}
	kv_disk_fail_after(disk, -1);
	assert_int_equal(store_flush(store), 0);
	assert_int_equal(store_durable(store),
			 store_memory_ops.sequence(store));
	close_store();
	start(now);
	check(&now_twin);
	close_store();
}

/* The disk is full at any moment, in the middle of a snapshot and of what
 * follows it: nothing that was flushed is lost, then or by a restart. */
static void no_room(void **state)
{
	unsigned int full = 0;

	for (unsigned int i = 1; i <= 40; i++) {
		kv_disk_free(disk);
		disk = kv_disk_new();
		begin();
		cfg.snapshot_octets = 300;
		close_store();
		start(now);
		rng = i;
		memset(&safe_twin, 0, sizeof(safe_twin));
		live_without_room(100, &full);
		store_free(store);
		kv_close(kv);
		now_twin = safe_twin;
		start(now);
		check(&safe_twin);
		check_nonces(&safe_twin);
		kv_disk_limit(disk, SIZE_MAX);
		live_without_room(20, &full);
		kv_disk_limit(disk, SIZE_MAX);
		assert_int_equal(store_flush(store), 0);
		check(&now_twin);
		close_store();
	}
	print_message("# no room %u times\n", full);
	assert_true(full > 100);
}

/* What does not count any more makes room for what does: a snapshot that was
 * begun, then a log that a snapshot has replaced. */
static void makes_room(void **state)
{
	const unsigned int some[4] = { 0, 3, 4, 7 };
	uint8_t meta[64];
	bool complete = false;

	for (int i = 0; !complete; i++) {
		uint64_t nonce = 10;
		size_t pieces;

		kv_disk_free(disk);
		disk = kv_disk_new();
		begin();
		cfg.snapshot_octets = 2000;
		close_store();
		start(now);
		/* Until one is begun, and i flushes more. */
		for (int k = -1; k < i; k += k >= 0 || count_keys("S")) {
			assert_int_equal(put(0, nonce++, some, 4, false, 1), 0);
			assert_int_equal(store_flush(store), 0);
		}
		complete = kv_get(kv, "journal", 8, meta, 64) > 0;
		pieces = count_keys("S");
		assert_true(pieces > 0);
		kv_disk_limit(disk, kv_disk_used(disk));
		assert_int_equal(put(1, nonce++, some, 4, false, 1), 0);
		assert_int_equal(store_flush(store), 0);
		assert_true(complete || count_keys("S") < pieces);
		kv_disk_limit(disk, SIZE_MAX);
		close_store();
		start(now);
		check(&now_twin);
		check_nonces(&now_twin);
		close_store();
	}
}

/* Those who had registered before it and are gone take no room from it. */
static void the_last_of_many(void **state)
{
	const unsigned int one[1] = { 1 };

	begin();
	close_store();
	cfg.per_entry = 2;
	start(now);
	for (unsigned int x = 0; x < N_XTRS; x++) {
		expire_all();
		assert_int_equal(put(x, 10, one, 1, false, 1), 0);
		now += x + 1 < N_XTRS ? LIFETIME + 1000 : 0;
		store_set_time(store, now, now);
	}
	close_store();
	start(now);
	assert_non_null(reg_of(1, N_XTRS - 1));
	close_store();
}

/* Another boot's clock begins anew: nonces of those who are gone make room. */
static void another_boot(void **state)
{
	const unsigned int one[1] = { 1 };

	begin();
	close_store();
	cfg.nonces = 2;
	cfg.nonces_per_key = 2;
	now = 1000000;
	start(2000000);
	assert_int_equal(put(0, 10, one, 1, false, 1), 0);
	assert_int_equal(put(1, 10, one, 1, false, 1), 0);
	close_store();
	now = 5000;
	start(2000000 + 3600000);
	assert_int_equal(put(2, 11, one, 1, false, 1), 0);
	close_store();
}

static int find_log(void *arg, const void *key, size_t key_len,
		    const void *value, size_t len)
{
	memcpy(arg, key, key_len);
	return (int)key_len;
}

static void try_damaged(const void *key, size_t key_len, const char *value,
			int error)
{
	int err = 0;

	kv = open_kv();
	assert_int_equal(kv_put(kv, key, key_len, value, strlen(value)), 0);
	assert_null(store_new(&cfg, kv, seed, &err));
	assert_int_equal(err, error);
	kv_close(kv);
}

/* Nothing is made up for what cannot be read. */
static void damaged(void **state)
{
	const unsigned int one[1] = { 1 };
	uint8_t key[KV_KEY_MAX];
	int len;

	begin();
	assert_int_equal(put(0, 10, one, 1, false, 1), 0);
	close_store();
	kv = open_kv();
	len = kv_walk(kv, "L", 1, find_log, key);
	assert_int_equal(len, 9);
	kv_close(kv);
	try_damaged(key, (size_t)len, "\3 another version", -EPROTONOSUPPORT);
	try_damaged(key, (size_t)len, "\1" "12345678Nothing", -EBADMSG);
	key[8] += 2;			/* one is missing */
	try_damaged(key, (size_t)len, "\1" "12345678", -EBADMSG);
	try_damaged("journal", sizeof("journal"), "\1 short", -EBADMSG);
	try_damaged("journal", sizeof("journal"), "\3 another version",
		    -EPROTONOSUPPORT);
}

/* The file itself: cut off, and not one of LMDB's. */
static void damaged_file(void **state)
{
	const unsigned int some[4] = { 0, 3, 4, 7 };
	char path[128];
	struct stat st;
	int err = 0, fd;

	begin();
	for (unsigned int i = 0; i < 50; i++) {
		assert_int_equal(put(0, 10 + i, some, 4, false, 1), 0);
		assert_int_equal(store_flush(store), 0);
	}
	close_store();
	snprintf(path, sizeof(path), "%s/" KV_FILE, dir);
	assert_int_equal(stat(path, &st), 0);
	for (off_t size = st.st_size - 4096; size > 2 * 4096; size -= 4096) {
		assert_int_equal(truncate(path, size), 0);
		err = 0;
		kv = kv_open_lmdb(dir, &err);
		if (kv) {
			store = store_new(&cfg, kv, seed, &err);
			assert_true(!store == (err < 0));
			store_free(store);
			kv_close(kv);
		}
		assert_true(!err || err == -EBADMSG || err == -EPROTONOSUPPORT);
	}
	assert_true(err < 0);
	fd = open(path, O_WRONLY | O_TRUNC);
	assert_int_equal(write(fd, path, sizeof(path)), sizeof(path));
	close(fd);
	assert_null(kv_open_lmdb(dir, &err));
	assert_int_equal(err, -EBADMSG);
}

static bool can_be(const struct codec_content *c)
{
	uint8_t octets[CODEC_CONTENT_MAX];
	struct codec_content out;
	struct writer w;
	struct reader r;

	writer_init(&w, octets, sizeof(octets));
	codec_put_content(&w, &c->rec);
	reader_init(&r, octets, w.len);
	codec_get_content(&r, &out);
	return reader_ok(&r);
}

/* What we never write is not taken for something. */
static void nonsense(void **state)
{
	struct codec_content c = { .rec = { .ttl = 1, .locator_count = 2 } };
	struct registration reg = { .expires = 5000, .lifetime = 5000 };
	uint8_t octets[CODEC_TIMES_MAX];
	struct writer w;
	struct reader r;

	c.rec.locators[0] = L("192.0.2.1");
	c.rec.locators[1] = L("2001:db8::1");
	assert_true(can_be(&c));
	c.rec.locator_count = 0;
	assert_false(can_be(&c));
	c.rec.locator_count = 2;
	c.rec.locators[0] = c.rec.locators[1];
	c.rec.locators[1] = L("192.0.2.1");
	assert_false(can_be(&c));
	memset(&c.rec.locators[0], 0, sizeof(c.rec.locators[0]));
	assert_false(can_be(&c));
	for (reg.lifetime = 5000; reg.lifetime < 5002; reg.lifetime++) {
		writer_init(&w, octets, sizeof(octets));
		codec_put_times(&w, &reg, 0);
		reader_init(&r, octets, w.len);
		codec_get_times(&r, &reg, 0, 0);
		assert_int_equal(reader_ok(&r), reg.lifetime == 5000);
	}
}

/* A wall clock that was a year ahead while it wrote: once it is right again,
 * time passes over a restart, and nonces of who is gone can make room. */
static void clock_was_ahead(void **state)
{
	const uint64_t year = UINT64_C(365) * 86400000, wall = 2000000;
	const unsigned int one[1] = { 1 };

	begin();
	close_store();
	cfg.nonces = 2;
	now = 1000000;
	start(wall);
	store_set_time(store, now, wall + year);
	assert_int_equal(put(0, 10, one, 1, false, 1), 0);
	assert_int_equal(put(1, 10, one, 1, false, 1), 0);
	close_store();
	start(wall + 1000);
	assert_non_null(reg_of(1, 0));
	close_store();
	start(wall + 1000);
	store_set_time(store, now, wall + 1000);
	now += LIFETIME - 2000;
	store_set_time(store, now, wall + LIFETIME - 1000);
	assert_int_equal(put(1, 11, one, 1, false, 1), 0);
	close_store();
	start(wall + LIFETIME);
	assert_non_null(reg_of(1, 1));
	assert_int_equal(reg_of(1, 1)->expires, now + LIFETIME - 1000);
	close_store();
	start(wall + 2 * LIFETIME + 86400000);
	assert_null(reg_of(1, 1));
	now += 86400001;
	assert_int_equal(put(2, 11, one, 1, false, 1), 0);
	close_store();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(survives),
		BOTH(clocks),
		cmocka_unit_test_setup_teardown(dies_at_each_write, on_memory,
						clean),
		cmocka_unit_test_setup_teardown(disk_full, on_memory, clean),
		cmocka_unit_test_setup_teardown(no_room, on_memory, clean),
		cmocka_unit_test_setup_teardown(makes_room, on_memory, clean),
		BOTH(the_last_of_many),
		BOTH(another_boot),
		cmocka_unit_test_setup_teardown(damaged, on_memory, clean),
		cmocka_unit_test_setup_teardown(damaged_file, on_lmdb, clean),
		cmocka_unit_test(nonsense),
		BOTH(clock_was_ahead),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A disk that fails while something is made durable.  fdatasync() and fsync()
 * are ours here, also LMDB's: of one file they fail when they are told to.
 */
#include "store_image.h"

#include <semaphore.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "store/checkpoint.h"

static const char *bad_file;
static int bad_times;
static int bad_errno = EIO;

/* @times more syncs of @file of the state directory fail. */
static void fail_sync(const char *file, int times)
{
	__atomic_store_n(&bad_file, file, __ATOMIC_RELAXED);
	__atomic_store_n(&bad_times, times, __ATOMIC_RELEASE);
}

static const char *name_of(int fd, char path[256])
{
	char link[64];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, 255);
	path[n > 0 ? n : 0] = '\0';
	return strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
}

/* When they have failed, so do as many of CHECKPOINT_FILE, of which the kernel
 * then forgets what was written since it was @then. */
static int then_times;
static struct image then;

static void then_fail(int fd, const char *file)
{
	if (!strcmp(file, CHECKPOINT_FILE) && then.data)
		syscall(SYS_pwrite64, fd, then.data, then.len, 0);
	if (!bad_times && then_times)
		fail_sync(CHECKPOINT_FILE, then_times);
	then_times = 0;
}

static bool fails(int fd)
{
	char path[256];

	if (__atomic_load_n(&bad_times, __ATOMIC_ACQUIRE) <= 0 ||
	    strcmp(name_of(fd, path), bad_file))
		return false;
	__atomic_fetch_sub(&bad_times, 1, __ATOMIC_RELAXED);
	then_fail(fd, bad_file);
	errno = bad_errno;
	return true;
}

/* The next fdatasync() of CHECKPOINT_FILE hangs. */
static bool hang;
static sem_t hanging, let_go;

static void hang_if_told(int fd)
{
	char path[256];

	if (!__atomic_load_n(&hang, __ATOMIC_ACQUIRE) ||
	    strcmp(name_of(fd, path), CHECKPOINT_FILE))
		return;
	__atomic_store_n(&hang, false, __ATOMIC_RELAXED);
	sem_post(&hanging);
	sem_wait(&let_go);
}

int fdatasync(int fd)
{
	hang_if_told(fd);
	return fails(fd) ? -1 : (int)syscall(SYS_fdatasync, fd);
}

/* Of the directory, with both files in it. */
static int dir_syncs;

static void count_dir_sync(int fd)
{
	char path[256];

	name_of(fd, path);
	if (*dir && !strcmp(path, dir) && !faccessat(fd, KV_FILE, F_OK, 0) &&
	    !faccessat(fd, CHECKPOINT_FILE, F_OK, 0))
		dir_syncs++;
}

int fsync(int fd)
{
	count_dir_sync(fd);
	return fails(fd) ? -1 : (int)syscall(SYS_fsync, fd);
}

static int put(const char *key)
{
	return kv_put(kv, key, strlen(key), key, strlen(key));
}

static bool has(const char *key)
{
	char value[8];

	return kv_get(kv, key, strlen(key), value, sizeof(value)) ==
		(int)strlen(key);
}

/* The checkpoint of the process before leads to pages that the first write may
 * use: without one of ours there is none. */
static void no_write_without_a_checkpoint(void **state)
{
	kv = open_kv();
	assert_int_equal(put("a"), 0);
	kv_close(kv);

	fail_sync(CHECKPOINT_FILE, 2);
	kv = open_kv();
	assert_int_equal(put("b"), -EIO);
	assert_int_equal(kv_del(kv, "a", 1), -EIO);
	assert_int_equal(kv_del_range(kv, "a", 1, "b", 1, 9), -EIO);
	assert_int_equal(kv_sync(kv), -EIO);
	assert_int_equal(put("b"), -EIO);
	assert_true(has("a"));

	assert_int_equal(kv_sync(kv), 0);
	assert_int_equal(put("b"), 0);
	kv_close(kv);
	kv = open_kv();
	assert_true(has("a"));
	assert_true(has("b"));
	kv_close(kv);
}

static struct stat stat_of(const char *file)
{
	char path[128];
	struct stat st;

	path_of(path, file);
	assert_int_equal(stat(path, &st), 0);
	return st;
}

/* A disk that is full later has room for each checkpoint. */
static void room_from_the_start(void **state)
{
	struct stat at_first, later;

	fail_sync(CHECKPOINT_FILE, 1000);
	kv = open_kv();
	at_first = stat_of(CHECKPOINT_FILE);
	fail_sync(CHECKPOINT_FILE, 0);
	for (int i = 0; i < 4; i++)
		assert_int_equal(kv_sync(kv), 0);
	later = stat_of(CHECKPOINT_FILE);
	assert_int_equal(at_first.st_size, later.st_size);
	assert_int_equal(at_first.st_blocks, later.st_blocks);
	kv_close(kv);
}

/* The latest one has the highest number, whatever pages it is of. */
static void numbers_go_on(void **state)
{
	struct checkpoint c;

	kv = open_kv();
	for (int i = 0; i < 4; i++)
		assert_int_equal(kv_sync(kv), 0);
	kv_close(kv);
	assert_int_equal(checkpoint_init(&c, dir, 65536), 0);
	assert_true(c.number > 4);
	checkpoint_free(&c);
}

/* Who may be asked for a file must not lose its name. */
static void names_last(void **state)
{
	const char *names[] = { NULL, "tmp", "" };
	int err = 0;

	dir_syncs = 0;
	kv = open_kv();
	assert_int_equal(dir_syncs, 1);
	kv_close(kv);
	/* Its own, and those above it, whose names are "tmp" and none. */
	names[0] = strrchr(dir, '/') + 1;
	for (int i = 0; i < 3; i++) {
		fail_sync(names[i], 1);
		assert_null(kv_open_lmdb(dir, &err));
		assert_int_equal(err, -EIO);
	}
	/* Above it may be what cannot be written, nor synced. */
	bad_errno = EINVAL;
	fail_sync("tmp", 1);
	kv = open_kv();
	bad_errno = EIO;
	kv_close(kv);
}

static void put_many(const char *first, int n)
{
	char key[16];

	for (int i = 0; i < n; i++) {
		snprintf(key, sizeof(key), "%s%d", first, i);
		assert_int_equal(put(key), 0);
	}
}

static void nothing_is_written(void)
{
	assert_int_equal(put("x"), -ENOTRECOVERABLE);
	assert_int_equal(kv_del(kv, "a0", 2), -ENOTRECOVERABLE);
	assert_int_equal(kv_del_range(kv, "a", 1, "b", 1, 9),
			 -ENOTRECOVERABLE);
	assert_int_equal(kv_sync(kv), -ENOTRECOVERABLE);
	assert_int_equal(kv_sync_start(kv), -ENOTRECOVERABLE);
}

/* What could not be written is dropped from memory, later or never: but for
 * what was just read or written, the file is what it was at @synced. */
static void forget_pages(const struct image *synced)
{
	struct image im = read_image(KV_FILE);

	for (size_t at = 2 * PAGE; at < im.len; at += PAGE)
		if (at + PAGE <= synced->len)
			memcpy(im.data + at, synced->data + at, PAGE);
		else
			memset(im.data + at, 0, PAGE);
	write_image(KV_FILE, &im);
	free(im.data);
}

static void open_what_was_synced(void)
{
	kv = open_kv();
	assert_true(has("a0") && has("a59"));
	assert_false(has("b0"));
	put_many("c", 60);
	assert_int_equal(kv_sync(kv), 0);
	kv_close(kv);
	kv = open_kv();
	assert_true(has("a59") && has("c0") && has("c59"));
	kv_close(kv);
}

/* The next sync succeeds, as the kernel has told us once: it is not believed,
 * neither now nor by the next process. */
static void a_failed_sync_is_the_last(void **state)
{
	struct image synced;

	kv = open_kv();
	put_many("a", 60);
	assert_int_equal(kv_sync(kv), 0);
	assert_int_equal(kv_sync(kv), 0);
	synced = read_image(KV_FILE);
	put_many("b", 60);
	fail_sync(KV_FILE, 1);
	assert_int_equal(kv_sync(kv), -ENOTRECOVERABLE);
	nothing_is_written();
	assert_true(has("a0") && has("b59"));
	kv_close(kv);

	forget_pages(&synced);
	free(synced.data);
	open_what_was_synced();
}

/* The mark of it fails, too: it is tried again until it is there, and no more
 * then. */
static void marked_in_the_end(void **state)
{
	struct image synced, marked, later;

	kv = open_kv();
	put_many("a", 60);
	assert_int_equal(kv_sync(kv), 0);
	assert_int_equal(kv_sync(kv), 0);
	synced = read_image(KV_FILE);
	then = read_image(CHECKPOINT_FILE);
	put_many("b", 60);
	then_times = 3;
	fail_sync(KV_FILE, 1);
	for (int left = 2; left >= 0; left--) {
		assert_int_equal(kv_sync(kv), -ENOTRECOVERABLE);
		assert_int_equal(bad_times, left);
	}
	assert_int_equal(kv_sync(kv), -ENOTRECOVERABLE);
	marked = read_image(CHECKPOINT_FILE);
	assert_memory_not_equal(marked.data, then.data, then.len);
	write_image(CHECKPOINT_FILE, &then);
	assert_int_equal(kv_sync(kv), -ENOTRECOVERABLE);
	later = read_image(CHECKPOINT_FILE);
	assert_memory_equal(later.data, then.data, then.len);
	write_image(CHECKPOINT_FILE, &marked);
	kv_close(kv);

	forget_pages(&synced);
	open_what_was_synced();
	free(synced.data);
	free(marked.data);
	free(later.data);
	free(then.data);
	then.data = NULL;
}

/* The same for the first one, of what the process before has left. */
static void the_first_sync_fails(void **state)
{
	struct image synced;
	pid_t pid;

	kv = open_kv();
	put_many("a", 60);
	assert_int_equal(kv_sync(kv), 0);
	synced = read_image(KV_FILE);
	kv_close(kv);
	pid = fork();
	if (!pid) {
		kv = open_kv();
		put_many("b", 60);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, NULL, 0), pid);

	fail_sync(KV_FILE, 1);
	kv = open_kv();
	nothing_is_written();
	assert_true(has("b59"));
	kv_close(kv);
	forget_pages(&synced);
	free(synced.data);
	open_what_was_synced();
}

static void wait_for(sem_t *sem)
{
	while (sem_wait(sem))
		assert_int_equal(errno, EINTR);
}

static void refused_while_it_hangs(void)
{
	wait_for(&hanging);
	assert_int_equal(put("x"), -ENOTRECOVERABLE);
	assert_int_equal(kv_del(kv, "a0", 2), -ENOTRECOVERABLE);
	assert_int_equal(kv_sync_start(kv), -ENOTRECOVERABLE);
	sem_post(&let_go);
	nothing_is_written();
	assert_false(has("x"));
	kv_close(kv);
}

/* The disk that has failed takes its time for the mark of it, too: nothing that
 * the mark will undo is taken meanwhile, and nobody waits for it. */
static void lost_before_it_is_marked(void **state)
{
	sem_init(&hanging, 0, 0);
	sem_init(&let_go, 0, 0);
	kv = open_kv();
	put_many("a", 60);
	assert_int_equal(kv_sync(kv), 0);
	assert_int_equal(put("b"), 0);
	fail_sync(KV_FILE, 1);
	__atomic_store_n(&hang, true, __ATOMIC_RELEASE);
	assert_int_equal(kv_sync_start(kv), 0);
	refused_while_it_hangs();

	/* The first one of a process. */
	kv = open_kv();
	kv_close(kv);
	fail_sync(KV_FILE, 1);
	__atomic_store_n(&hang, true, __ATOMIC_RELEASE);
	kv = open_kv();
	refused_while_it_hangs();
}

/* One registration of @eid, by number, that ends at @expires. */
static int refresh(unsigned int eid, uint64_t expires)
{
	static union {
		struct reg_record rec;
		uint8_t room[sizeof(struct reg_record) +
			     sizeof(struct locator)];
	} content = { .rec = { .ttl = 10, .locator_count = 1 } };
	struct reg_party by = { .source = A("192.0.2.1"), .tag = 5 };
	struct addr a = A("10.0.0.0");
	struct nonce_key key = nkey(1, 1, 5);
	struct store_change ch = {
		.eid = { .iid = 7 },
		.reg = { .by = &by, .rec = &content.rec,
			 .registered = expires - 5000, .expires = expires,
			 .lifetime = 5000 },
	};
	struct store_batch b = {
		.changes = &ch, .count = 1, .nonce_key = &key,
		.nonce = { .nonce = expires, .until = expires },
	};

	content.rec.locators[0] = L("192.0.2.1");
	by.who = key.who;
	a.bytes[2] = (uint8_t)eid;
	assert_int_equal(prefix_make(&a, 24, &ch.eid.prefix), 0);
	return store_memory_ops.commit(store, &b);
}

static uint64_t expires_of(const char *host)
{
	const struct addr a = A(host);
	struct eid eid = { .iid = 7 };
	struct store_entry e;

	assert_int_equal(prefix_make(&a, 32, &eid.prefix), 0);
	return store_memory_ops.match(store, &eid, &e) ? e.regs->expires : 0;
}

/* Far more than may wait for a disk that works again. */
static void many_refreshes(uint64_t durable)
{
	for (unsigned int i = 0; i < 200000; i++) {
		assert_int_equal(refresh(i % 16, 10000 + i), 0);
		if (i % 64)
			continue;
		assert_int_equal(store_flush(store), -ENOTRECOVERABLE);
		assert_int_equal(store_flush(store), -ENOTRECOVERABLE);
		assert_int_equal(store_durable(store), durable);
	}
	assert_int_equal(expires_of("10.0.15.1"), 10000 + 199999);
	assert_int_equal(expires_of("10.0.16.1"), 0);
}

/* A Map-Server goes on from memory, and says of nothing that it is on record. */
static void goes_on_without_a_disk(void **state)
{
	store_config_init(&cfg);
	open_store();
	assert_int_equal(refresh(0, 9000), 0);
	assert_int_equal(store_sync(store), 0);
	assert_int_equal(refresh(0, 9500), 0);
	fail_sync(KV_FILE, 1);
	assert_int_equal(store_sync(store), -ENOTRECOVERABLE);
	assert_int_equal(store_flush(store), 0);
	many_refreshes(store_durable(store));
	store_free(store);
	kv_close(kv);
	cfg.now = 4000;
	cfg.wall = 4000;
	open_store();
	assert_int_equal(expires_of("10.0.0.1"), 9000);
	assert_int_equal(expires_of("10.0.15.1"), 0);
	close_store();
}

/* The same with one that takes its time to say so. */
static void goes_on_without_others(void **state)
{
	uint64_t durable;

	store_config_init(&cfg);
	open_store();
	assert_int_equal(refresh(0, 9000), 0);
	assert_int_equal(store_sync(store), 0);
	durable = store_durable(store);
	assert_int_equal(kv_disk_late(disk), 0);
	assert_int_equal(refresh(0, 9500), 0);
	assert_int_equal(store_flush(store), 0);
	assert_int_equal(refresh(1, 9500), 0);
	assert_true(kv_disk_end(disk, false, -ENOTRECOVERABLE));
	assert_int_equal(store_complete(store), -ENOTRECOVERABLE);
	assert_false(store_pending(store));
	many_refreshes(durable);
	store_free(store);
	kv_close(kv);
}

static void nothing_is_written_now(void)
{
	assert_int_equal(put("x"), -EIO);
	assert_int_equal(kv_del(kv, "a0", 2), -EIO);
	assert_int_equal(kv_del_range(kv, "a", 1, "b", 1, 9), -EIO);
}

/* All pages there will be would stay for the last one that there was. */
static void no_checkpoint_for_long(void **state)
{
	int n = 0;

	kv = open_kv();
	put_many("a", 60);
	assert_int_equal(kv_sync(kv), 0);
	fail_sync(CHECKPOINT_FILE, 9);
	while (kv_sync(kv) == -EIO)
		put_many("b", n++);
	assert_int_equal(n, 9);

	fail_sync(CHECKPOINT_FILE, 10);
	for (int i = 0; i < 10; i++)
		assert_int_equal(kv_sync(kv), -EIO);
	nothing_is_written_now();
	assert_int_equal(kv_sync(kv), 0);
	put_many("c", 60);
	kv_close(kv);
	kv = open_kv();
	assert_true(has("a59") && has("b5") && has("c59"));
	kv_close(kv);
}

/* As each second.  The put, which has no checkpoint yet, waits for what was
 * begun. */
static bool a_second_later(void)
{
	kv_sync_start(kv);
	return !put("x");
}

/* How many of so many. */
static int tries(int seconds, int *longest)
{
	int last = 0, n = 0;

	*longest = 0;
	for (int i = 1; i <= seconds; i++) {
		int before = bad_times;

		assert_false(a_second_later());
		if (bad_times == before)
			continue;
		if (i - last > *longest)
			*longest = i - last;
		last = i;
		n++;
	}
	return n;
}

/* It is tried again for ever, ever less often, and at least once a minute. */
static void tried_for_ever(void **state)
{
	int longest, seconds = 0;

	fail_sync(CHECKPOINT_FILE, 1000000);
	kv = open_kv();
	assert_int_equal(put("x"), -EIO);
	assert_int_equal(tries(9, &longest), 9);
	assert_in_range(tries(1000, &longest), 1000 / 61, 30);
	assert_int_equal(longest, 61);
	assert_int_equal(kv_sync_start(kv), -EIO);
	nothing_is_written_now();

	fail_sync(CHECKPOINT_FILE, 0);
	while (!a_second_later())
		assert_in_range(++seconds, 1, 60);
	assert_true(has("x"));
	assert_int_equal(kv_sync_start(kv), 0);
	kv_close(kv);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(no_write_without_a_checkpoint,
						on_lmdb, clean),
		cmocka_unit_test_setup_teardown(room_from_the_start, on_lmdb,
						clean),
		cmocka_unit_test_setup_teardown(numbers_go_on, on_lmdb, clean),
		cmocka_unit_test_setup_teardown(a_failed_sync_is_the_last,
						on_lmdb, clean),
		cmocka_unit_test_setup_teardown(the_first_sync_fails, on_lmdb,
						clean),
		cmocka_unit_test_setup_teardown(marked_in_the_end, on_lmdb,
						clean),
		cmocka_unit_test_setup_teardown(lost_before_it_is_marked,
						on_lmdb, clean),
		cmocka_unit_test_setup_teardown(goes_on_without_a_disk,
						on_lmdb, clean),
		cmocka_unit_test_setup_teardown(goes_on_without_others,
						on_memory, clean),
		cmocka_unit_test_setup_teardown(no_checkpoint_for_long,
						on_lmdb, clean),
		cmocka_unit_test_setup_teardown(tried_for_ever, on_lmdb,
						clean),
		cmocka_unit_test_setup_teardown(names_last, on_lmdb, clean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* The table and other processes that have it open, or had it. */
#include "store_image.h"

#include <lmdb.h>
#include <signal.h>
#include <sys/wait.h>

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

static int open_table(void)
{
	return kv_open_lmdb(dir, NULL) ? 0 : -1;
}

/* As a tool that copies the table: opens it, and reads or not. */
static MDB_env *open_env(MDB_txn **txn)
{
	char path[128];
	MDB_env *env;

	path_of(path, KV_FILE);
	if (mdb_env_create(&env) ||
	    mdb_env_open(env, path, MDB_NOSUBDIR | MDB_RDONLY, 0600))
		return NULL;
	return txn && mdb_txn_begin(env, NULL, MDB_RDONLY, txn) ? NULL : env;
}

static int open_idle(void)
{
	return open_env(NULL) ? 0 : -1;
}

static int open_reader(void)
{
	MDB_txn *txn;

	return open_env(&txn) ? 0 : -1;
}

/* Does that, says so, and never ends. */
static pid_t other_process(int (*begin)(void))
{
	char said;
	int fds[2];
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		if (begin() || write(fds[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(fds[1]);
	assert_int_equal(read(fds[0], &said, 1), 1);
	close(fds[0]);
	return pid;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* Two would write over each other's checkpoints; one that was killed leaves
 * nothing behind. */
static void one_at_a_time(void **state)
{
	pid_t pid = other_process(open_table);
	int err = 0;

	assert_null(kv_open_lmdb(dir, &err));
	assert_int_equal(err, -EBUSY);
	end(pid);
	kv = open_kv();
	assert_null(kv_open_lmdb(dir, &err));
	assert_int_equal(err, -EBUSY);
	assert_int_equal(put("a"), 0);
	kv_close(kv);
	kv = open_kv();
	assert_true(has("a"));
	kv_close(kv);
}

static int count_line(const char *line, void *arg)
{
	int *lines = arg;

	++*lines;
	return 0;
}

/* How many readers there are: the first line is of none. */
static int count_readers(void)
{
	MDB_env *env = open_env(NULL);
	int lines = 0;

	mdb_reader_list(env, count_line, &lines);
	return lines - 1;
}

static int readers_seen(void)
{
	pid_t pid = fork();
	int status;

	if (!pid)
		_exit(count_readers());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WEXITSTATUS(status);
}

/* A reader that was killed while somebody else has the file open. */
static void dead_readers_go(void **state)
{
	pid_t idle, reader;

	kv = open_kv();
	assert_int_equal(put("a"), 0);
	kv_close(kv);
	idle = other_process(open_idle);
	reader = other_process(open_reader);
	end(reader);
	assert_int_equal(readers_seen(), 1);
	kv = open_kv();
	assert_int_equal(kv_sync(kv), 0);
	assert_int_equal(readers_seen(), 1);	/* ours */
	kv_close(kv);
	end(idle);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_at_a_time, on_lmdb, clean),
		cmocka_unit_test_setup_teardown(dead_readers_go, on_lmdb,
						clean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

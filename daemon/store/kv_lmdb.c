// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of kv.h in one LMDB file.
 *
 * MDB_NOSYNC: a commit is a write to the page cache, which survives the death
 * of the process but not of the machine; kv_sync() is the disk's.  What is whole
 * after the death of the machine is a checkpoint (checkpoint.h), which each
 * sync makes.  The map's size is a cap, not memory: pages are used as needed.
 *
 * The other thread waits for the disk, so that the daemon need not: LMDB lets
 * one thread flush while another writes.  It shares nothing with the first
 * but the environment and struct flusher, under its lock.
 *
 * A process finds the checkpoint of the one before, but not the reader that
 * kept its pages: it makes one of its own at once, and writes nothing before
 * that is on the disk.  As long as that fails, so does each write: the one that
 * is there would lead to pages that are used again.  Nor is anything written
 * while it has failed often: the reader of the last one keeps all pages there
 * will be.  It is tried again for as long as we live, ever less often.
 *
 * When a sync of the file fails, the kernel may have dropped what it could not
 * write, and the next one succeeds without it.  So there is no next one, and no
 * write: the checkpoint becomes one of no boot, and who opens the file next goes
 * back to it, also in this boot.  That mark, too, is tried again until it is
 * there.
 */
#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/checkpoint.h"
#include "store/kv_ops.h"

#define MAP_SIZE	((size_t)64 * 1024 * 1024 * 1024)
#define PATH_SIZE	4096
#define FAILURES_MAX	10	/* of the checkpoint, one after the other */
#define PAUSE_MAX	60	/* kv_sync_start()s, one a second */

struct flusher {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	pthread_cond_t over;
	bool wanted;
	bool stop;
	int failed;			/* the last flush: why */
	unsigned int failures;		/* one after the other */
	unsigned int pause;		/* kv_sync_start()s after the last */
	unsigned int left;		/* of these */
	bool safe;			/* there is a checkpoint of ours */
	bool lost;			/* nothing is written any more, */
	bool unmarked;			/* and that is not on the disk */
	/* the flusher's while @wanted, else the writer's */
	struct checkpoint checkpoint;
	MDB_txn *taken;			/* a reader at what is flushed */
	MDB_txn *kept;			/* at the checkpoint on the disk */
};

struct kv_lmdb {
	struct kv kv;
	int dir;			/* locked: we alone write there */
	MDB_env *env;
	MDB_dbi dbi;
	bool dirty;			/* put since the last flush began */
	struct flusher flusher;
};

/* LMDB returns positive errnos and negative numbers of its own. */
static int errno_of(int ret)
{
	if (ret == 0)
		return 0;
	if (ret == MDB_NOTFOUND)
		return -ENOENT;
	if (ret == MDB_MAP_FULL || ret == ENOSPC || ret == EDQUOT ||
	    ret == EFBIG)
		return -ENOSPC;
	if (ret == MDB_PANIC)
		return -ENOTRECOVERABLE;
	if (ret == MDB_VERSION_MISMATCH)
		return -EPROTONOSUPPORT;
	if (ret == MDB_INVALID || ret == MDB_CORRUPTED ||
	    ret == MDB_PAGE_NOTFOUND)
		return -EBADMSG;
	return ret > 0 ? -ret : -EIO;
}

static struct kv_lmdb *lmdb_of(struct kv *k)
{
	return (struct kv_lmdb *)k;
}

/* --- flushing --- */

/* What is on record now shall be flushed: nobody writes. */
static int take(struct kv_lmdb *l)
{
	struct flusher *f = &l->flusher;
	int fd, ret;

	ret = errno_of(mdb_txn_begin(l->env, NULL, MDB_RDONLY, &f->taken));
	if (ret)
		return ret;
	ret = errno_of(mdb_env_get_fd(l->env, &fd));
	if (!ret)
		ret = checkpoint_take(&f->checkpoint, fd);
	if (ret) {
		mdb_txn_abort(f->taken);
		f->taken = NULL;
	}
	return ret;
}

static int mark(struct flusher *f)
{
	f->unmarked = checkpoint_distrust(&f->checkpoint);
	return -ENOTRECOVERABLE;
}

/* Known before the mark is on a disk that may hang: what is put meanwhile would
 * be forgotten. */
static int lose(struct flusher *f)
{
	pthread_mutex_lock(&f->lock);
	f->lost = true;
	pthread_cond_signal(&f->over);
	pthread_mutex_unlock(&f->lock);
	return mark(f);
}

/* May take a disk's time.  The one before holds until this one does. */
static int settle(struct kv_lmdb *l)
{
	struct flusher *f = &l->flusher;
	int ret = mdb_env_sync(l->env, 1) ? lose(f) : 0;

	if (!ret)
		ret = checkpoint_put(&f->checkpoint);
	if (!ret) {
		mdb_txn_abort(f->kept);
		f->kept = f->taken;
	} else {
		mdb_txn_abort(f->taken);
	}
	f->taken = NULL;
	return ret;
}

/* Under the lock. */
static bool may_write(const struct flusher *f)
{
	return f->safe && f->failures < FAILURES_MAX;
}

static void flushed(struct flusher *f, int ret)
{
	f->failed = ret;
	f->failures = ret ? f->failures + 1 : 0;
	f->safe |= !ret;
	f->lost |= ret == -ENOTRECOVERABLE;
	f->pause = f->failures < FAILURES_MAX ? 0 : 2 * f->pause + 1;
	if (f->pause > PAUSE_MAX)
		f->pause = PAUSE_MAX;
	f->left = f->pause;
}

static bool pausing(struct flusher *f)
{
	if (!f->left)
		return false;
	f->left--;
	return true;
}

static int trouble(const struct flusher *f)
{
	return f->lost ? -ENOTRECOVERABLE : f->failed;
}

static void *flush(void *arg)
{
	struct kv_lmdb *l = arg;
	struct flusher *f = &l->flusher;
	bool lost;
	int ret;

	pthread_mutex_lock(&f->lock);
	for (;;) {
		while (!f->wanted && !f->stop)
			pthread_cond_wait(&f->wake, &f->lock);
		if (!f->wanted)
			break;
		lost = f->lost;
		pthread_mutex_unlock(&f->lock);
		ret = lost ? mark(f) : settle(l);
		pthread_mutex_lock(&f->lock);
		flushed(f, ret);
		f->wanted = false;
		pthread_cond_signal(&f->over);
	}
	pthread_mutex_unlock(&f->lock);
	return NULL;
}

/* Under the lock, and the flusher sleeps. */
static void begin_flush(struct kv_lmdb *l)
{
	struct flusher *f = &l->flusher;
	int ret = 0;

	if (f->lost && !f->unmarked)
		return;
	if (!f->lost)
		ret = take(l);
	if (ret) {
		flushed(f, ret);
		return;
	}
	l->dirty = false;
	f->wanted = true;
	pthread_cond_signal(&f->wake);
}

static void wait_for_flush(struct flusher *f)
{
	while (f->wanted)
		pthread_cond_wait(&f->over, &f->lock);
}

static int lmdb_sync_start(struct kv *k)
{
	struct kv_lmdb *l = lmdb_of(k);
	struct flusher *f = &l->flusher;
	int ret;

	pthread_mutex_lock(&f->lock);
	ret = trouble(f);
	if (!f->wanted && (l->dirty || ret) && !pausing(f))
		begin_flush(l);
	if (!ret)
		ret = trouble(f);
	pthread_mutex_unlock(&f->lock);
	return ret;
}

static int lmdb_sync(struct kv *k)
{
	struct kv_lmdb *l = lmdb_of(k);
	struct flusher *f = &l->flusher;
	int ret;

	pthread_mutex_lock(&f->lock);
	wait_for_flush(f);
	begin_flush(l);
	wait_for_flush(f);
	ret = trouble(f);
	pthread_mutex_unlock(&f->lock);
	return ret;
}

/* Before each write, the first one above all: see above. */
static int begin_writing(struct kv_lmdb *l)
{
	struct flusher *f = &l->flusher;
	int ret;

	pthread_mutex_lock(&f->lock);
	while (f->wanted && !f->safe && !f->lost)
		pthread_cond_wait(&f->over, &f->lock);
	ret = f->lost ? -ENOTRECOVERABLE : may_write(f) ? 0 : -EIO;
	pthread_mutex_unlock(&f->lock);
	return ret;
}

/* --- the table --- */

static int lmdb_get(struct kv *k, const void *key, size_t key_len,
		    void *value, size_t size)
{
	MDB_val kv = { key_len, (void *)key }, data;
	struct kv_lmdb *l = lmdb_of(k);
	MDB_txn *txn;
	int ret;

	ret = mdb_txn_begin(l->env, NULL, MDB_RDONLY, &txn);
	if (ret)
		return errno_of(ret);

	ret = errno_of(mdb_get(txn, l->dbi, &kv, &data));
	if (!ret) {
		memcpy(value, data.mv_data,
		       data.mv_size < size ? data.mv_size : size);
		ret = (int)data.mv_size;
	}
	mdb_txn_abort(txn);
	return ret;
}

/* Put (@data) or delete (NULL) in a transaction of its own. */
static int change(struct kv_lmdb *l, MDB_val *key, MDB_val *data)
{
	MDB_txn *txn;
	int ret = begin_writing(l);

	if (ret)
		return ret;
	ret = mdb_txn_begin(l->env, NULL, 0, &txn);
	if (ret)
		return errno_of(ret);

	ret = data ? mdb_put(txn, l->dbi, key, data, 0)
		   : mdb_del(txn, l->dbi, key, NULL);
	if (ret) {
		mdb_txn_abort(txn);
		return errno_of(ret);
	}
	l->dirty = true;
	return errno_of(mdb_txn_commit(txn));
}

static int lmdb_put(struct kv *k, const void *key, size_t key_len,
		    const void *value, size_t len)
{
	MDB_val kv = { key_len, (void *)key };
	MDB_val data = { len, (void *)value };

	return change(lmdb_of(k), &kv, &data);
}

static int lmdb_del(struct kv *k, const void *key, size_t key_len)
{
	MDB_val kv = { key_len, (void *)key };
	int ret = change(lmdb_of(k), &kv, NULL);

	return ret == -ENOENT ? 0 : ret;
}

static int del_some(struct kv_lmdb *l, MDB_txn *txn, MDB_val *key,
		    MDB_val *end, int max)
{
	MDB_val data;
	MDB_cursor *cur;
	int ret = mdb_cursor_open(txn, l->dbi, &cur), n = 0;

	if (ret)
		return errno_of(ret);
	ret = mdb_cursor_get(cur, key, &data, MDB_SET_RANGE);
	while (!ret && n < max && mdb_cmp(txn, l->dbi, key, end) < 0) {
		ret = mdb_cursor_del(cur, 0);
		if (ret)
			break;
		n++;
		/* The one that is now where the deleted one was. */
		ret = mdb_cursor_get(cur, key, &data, MDB_NEXT);
	}
	mdb_cursor_close(cur);
	return ret && ret != MDB_NOTFOUND ? errno_of(ret) : n;
}

static int lmdb_del_range(struct kv *k, const void *from, size_t from_len,
			  const void *to, size_t to_len, int max)
{
	MDB_val key = { from_len, (void *)from }, end = { to_len, (void *)to };
	struct kv_lmdb *l = lmdb_of(k);
	MDB_txn *txn;
	int ret = begin_writing(l), n;

	if (ret)
		return ret;
	ret = mdb_txn_begin(l->env, NULL, 0, &txn);
	if (ret)
		return errno_of(ret);
	n = del_some(l, txn, &key, &end, max);
	if (n <= 0) {
		mdb_txn_abort(txn);
		return n;
	}
	l->dirty = true;
	ret = errno_of(mdb_txn_commit(txn));
	return ret ? ret : n;
}

static int walk_cursor(MDB_cursor *cur, const void *prefix, size_t prefix_len,
		       kv_fn *fn, void *arg)
{
	MDB_val key = { prefix_len, (void *)prefix }, data;
	int ret = mdb_cursor_get(cur, &key, &data, MDB_SET_RANGE);

	while (!ret && key.mv_size >= prefix_len &&
	       !memcmp(key.mv_data, prefix, prefix_len)) {
		int stop = fn(arg, key.mv_data, key.mv_size, data.mv_data,
			      data.mv_size);

		if (stop)
			return stop;
		ret = mdb_cursor_get(cur, &key, &data, MDB_NEXT);
	}
	return ret == MDB_NOTFOUND ? 0 : errno_of(ret);
}

static int lmdb_walk(struct kv *k, const void *prefix, size_t prefix_len,
		     kv_fn *fn, void *arg)
{
	struct kv_lmdb *l = lmdb_of(k);
	MDB_cursor *cur;
	MDB_txn *txn;
	int ret;

	ret = mdb_txn_begin(l->env, NULL, MDB_RDONLY, &txn);
	if (ret)
		return errno_of(ret);

	ret = errno_of(mdb_cursor_open(txn, l->dbi, &cur));
	if (!ret) {
		ret = walk_cursor(cur, prefix, prefix_len, fn, arg);
		mdb_cursor_close(cur);
	}
	mdb_txn_abort(txn);
	return ret;
}

static int flusher_start(struct kv_lmdb *l)
{
	struct flusher *f = &l->flusher;
	int ret;

	pthread_mutex_init(&f->lock, NULL);
	pthread_cond_init(&f->wake, NULL);
	pthread_cond_init(&f->over, NULL);
	ret = -pthread_create(&f->thread, NULL, flush, l);
	if (ret) {
		pthread_cond_destroy(&f->over);
		pthread_cond_destroy(&f->wake);
		pthread_mutex_destroy(&f->lock);
	}
	return ret;
}

static void flusher_stop(struct flusher *f)
{
	pthread_mutex_lock(&f->lock);
	f->stop = true;
	pthread_cond_signal(&f->wake);
	pthread_mutex_unlock(&f->lock);
	pthread_join(f->thread, NULL);
	pthread_cond_destroy(&f->over);
	pthread_cond_destroy(&f->wake);
	pthread_mutex_destroy(&f->lock);
	mdb_txn_abort(f->kept);
	checkpoint_free(&f->checkpoint);
}

static void lmdb_close(struct kv *k)
{
	struct kv_lmdb *l = lmdb_of(k);

	flusher_stop(&l->flusher);
	mdb_env_close(l->env);
	close(l->dir);
	free(l);
}

static const struct kv_ops lmdb_ops = {
	.get = lmdb_get,
	.put = lmdb_put,
	.del = lmdb_del,
	.del_range = lmdb_del_range,
	.walk = lmdb_walk,
	.sync = lmdb_sync,
	.sync_start = lmdb_sync_start,
	.close = lmdb_close,
};

static int open_table(struct kv_lmdb *l)
{
	MDB_txn *txn;
	int ret;

	ret = mdb_txn_begin(l->env, NULL, 0, &txn);
	if (ret)
		return errno_of(ret);

	ret = mdb_dbi_open(txn, NULL, 0, &l->dbi);
	if (ret) {
		mdb_txn_abort(txn);
		return errno_of(ret);
	}
	return errno_of(mdb_txn_commit(txn));
}

/* A file that has been cut off lacks pages, and who reads them is killed.
 * Zeros are seen to be none. */
static int fill_up(MDB_env *env)
{
	MDB_envinfo info;
	MDB_stat stat;
	struct stat st;
	off_t size;
	int fd;

	if (mdb_env_info(env, &info) || mdb_env_stat(env, &stat) ||
	    mdb_env_get_fd(env, &fd) || fstat(fd, &st))
		return -EIO;
	size = (off_t)(info.me_last_pgno + 1) * stat.ms_psize;
	return st.st_size < size && ftruncate(fd, size) ? -errno : 0;
}

/* The lock goes with the process, however it ends. */
static int open_dir(struct kv_lmdb *l, const char *dir)
{
	l->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (l->dir < 0)
		return -errno;
	if (!flock(l->dir, LOCK_EX | LOCK_NB))
		return 0;
	return errno == EWOULDBLOCK ? -EBUSY : -errno;
}

static int open_file(struct kv_lmdb *l, const char *dir)
{
	char path[PATH_SIZE], boot[CHECKPOINT_BOOT];
	int ret;

	ret = snprintf(path, sizeof(path), "%s/" KV_FILE, dir);
	if (ret < 0 || (size_t)ret >= sizeof(path))
		return -ENAMETOOLONG;
	checkpoint_boot(boot);
	ret = checkpoint_restore(dir, KV_FILE, boot);
	if (ret < 0)
		return ret;
	/* Who reads it yet believes in what is no more: let him alone. */
	if (ret && unlinkat(l->dir, KV_FILE "-lock", 0) && errno != ENOENT)
		return -errno;
	ret = errno_of(mdb_env_set_mapsize(l->env, MAP_SIZE));
	if (!ret)
		ret = errno_of(mdb_env_open(l->env, path, MDB_NOSUBDIR |
					    MDB_NOSYNC | MDB_NOTLS, 0600));
	if (!ret)
		ret = fill_up(l->env);
	/* Readers of the dead keep pages for ever. */
	if (!ret)
		ret = errno_of(mdb_reader_check(l->env, NULL));
	return ret ? ret : open_table(l);
}

/* Who may not read it has not made what is in it. */
static int sync_above(int dir, const char *above)
{
	int fd = openat(dir, above, O_RDONLY | O_DIRECTORY | O_CLOEXEC), ret;

	if (fd < 0)
		return errno == EACCES ? 0 : -errno;
	/* Some file systems that are only read cannot, and need not. */
	ret = fsync(fd) && errno != EINVAL && errno != EROFS ? -errno : 0;
	close(fd);
	return ret;
}

/* Both files are there: their names, too, shall last, and those of the
 * directory and the one it is in, which may be new as well. */
static int sync_names(int dir)
{
	int ret = fsync(dir) ? -errno : 0;

	if (!ret)
		ret = sync_above(dir, "..");
	return ret ? ret : sync_above(dir, "../..");
}

static int first_checkpoint(struct kv_lmdb *l, const char *dir)
{
	struct flusher *f = &l->flusher;
	MDB_stat stat;
	int fd, ret = errno_of(mdb_env_stat(l->env, &stat));

	if (!ret)
		ret = errno_of(mdb_env_get_fd(l->env, &fd));
	if (!ret)
		ret = checkpoint_name(fd, stat.ms_psize);
	if (!ret)
		ret = checkpoint_init(&f->checkpoint, dir, stat.ms_psize);
	if (!ret)
		ret = sync_names(l->dir);
	if (!ret)
		ret = take(l);
	if (ret)
		return ret;
	f->wanted = true;
	ret = flusher_start(l);
	if (ret)
		mdb_txn_abort(f->taken);
	return ret;
}

static int open_env(struct kv_lmdb *l, const char *dir)
{
	int ret = open_dir(l, dir);

	if (!ret)
		ret = errno_of(mdb_env_create(&l->env));
	if (!ret)
		ret = open_file(l, dir);
	if (!ret)
		ret = first_checkpoint(l, dir);
	if (!ret)
		return 0;
	checkpoint_free(&l->flusher.checkpoint);
	if (l->env)
		mdb_env_close(l->env);
	if (l->dir >= 0)
		close(l->dir);
	return ret;
}

struct kv *kv_open_lmdb(const char *dir, int *err)
{
	struct kv_lmdb *l = calloc(1, sizeof(*l));
	int ret = l ? open_env(l, dir) : -ENOMEM;

	if (ret) {
		free(l);
		if (err)
			*err = ret;
		return NULL;
	}

	l->kv.ops = &lmdb_ops;
	return &l->kv;
}

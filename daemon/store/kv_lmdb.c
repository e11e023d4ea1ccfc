// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of kv.h in one LMDB file.
 *
 * MDB_NOSYNC: a commit is a write to the page cache, which survives the death
 * of the process but not of the machine; kv_sync() is the disk's.  LMDB keeps
 * the file consistent in that mode as long as the file system keeps writes in
 * order.  The map's size is a cap, not memory: pages are used as needed.
 */
#include <errno.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/kv_ops.h"

#define FILE_NAME	"state.mdb"
#define MAP_SIZE	((size_t)256 * 1024 * 1024)
#define PATH_SIZE	4096

struct kv_lmdb {
	struct kv kv;
	MDB_env *env;
	MDB_dbi dbi;
};

/* LMDB returns positive errnos and negative numbers of its own. */
static int errno_of(int ret)
{
	if (ret == 0)
		return 0;
	if (ret == MDB_NOTFOUND)
		return -ENOENT;
	if (ret == MDB_MAP_FULL || ret == ENOSPC)
		return -ENOSPC;
	return ret > 0 ? -ret : -EIO;
}

static struct kv_lmdb *lmdb_of(struct kv *k)
{
	return (struct kv_lmdb *)k;
}

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
	int ret;

	ret = mdb_txn_begin(l->env, NULL, 0, &txn);
	if (ret)
		return errno_of(ret);

	ret = data ? mdb_put(txn, l->dbi, key, data, 0)
		   : mdb_del(txn, l->dbi, key, NULL);
	if (ret) {
		mdb_txn_abort(txn);
		return errno_of(ret);
	}
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
	return ret && ret != MDB_NOTFOUND ? -EIO : 0;
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

static int lmdb_sync(struct kv *k)
{
	return errno_of(mdb_env_sync(lmdb_of(k)->env, 1));
}

static void lmdb_close(struct kv *k)
{
	struct kv_lmdb *l = lmdb_of(k);

	mdb_env_close(l->env);
	free(l);
}

static const struct kv_ops lmdb_ops = {
	.get = lmdb_get,
	.put = lmdb_put,
	.del = lmdb_del,
	.walk = lmdb_walk,
	.sync = lmdb_sync,
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

static int open_env(struct kv_lmdb *l, const char *dir)
{
	char path[PATH_SIZE];
	int ret;

	ret = snprintf(path, sizeof(path), "%s/" FILE_NAME, dir);
	if (ret < 0 || (size_t)ret >= sizeof(path))
		return -ENAMETOOLONG;

	ret = errno_of(mdb_env_create(&l->env));
	if (ret)
		return ret;

	ret = errno_of(mdb_env_set_mapsize(l->env, MAP_SIZE));
	if (!ret)
		ret = errno_of(mdb_env_open(l->env, path,
					    MDB_NOSUBDIR | MDB_NOSYNC, 0600));
	if (!ret)
		ret = open_table(l);
	if (ret)
		mdb_env_close(l->env);
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

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A store over a table in memory or in LMDB, for the tests of both. */
#ifndef LISP_TESTS_STORE_H
#define LISP_TESTS_STORE_H

#include "sm.h"

#include <sys/stat.h>
#include <unistd.h>

#include "store/store.h"

/* --- kv: the same tests over memory and over LMDB --- */

static char dir[64];
static struct kv_disk *disk;
static bool lmdb;

static inline struct kv *open_kv(void)
{
	struct kv *k = lmdb ? kv_open_lmdb(dir, NULL) : kv_open_memory(disk);

	assert_non_null(k);
	return k;
}

static inline int on_memory(void **state)
{
	lmdb = false;
	disk = kv_disk_new();
	memset(&world, 0, sizeof(world));
	return disk ? 0 : -1;
}

static inline int on_lmdb(void **state)
{
	lmdb = true;
	memset(&world, 0, sizeof(world));
	snprintf(dir, sizeof(dir), "/tmp/test_store.XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static inline void clean_files(void)
{
	static const char *const files[] = {
		"state.mdb", "state.mdb-lock", "state.ok",
	};
	char path[128];

	for (size_t i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, files[i]);
		unlink(path);
	}
}

static inline int clean(void **state)
{
	if (!lmdb) {
		kv_disk_free(disk);
		return 0;
	}
	clean_files();
	return rmdir(dir);
}

/* --- the store over kv --- */

static struct kv *kv;
static struct store *store;
static struct store_config cfg;

static inline void open_store(void)
{
	kv = open_kv();
	store = store_new(&cfg, kv, seed, NULL);
	assert_non_null(store);
}

static inline void close_store(void)
{
	assert_int_equal(store_flush(store), 0);
	store_free(store);
	kv_close(kv);
}

static inline struct nonce_key nkey(uint8_t xtr, uint64_t site, uint64_t tag)
{
	struct nonce_key k = { .tag = tag };

	memset(k.who.ids.xtr_id, xtr, 16);
	k.who.ids.site_id = site;
	return k;
}

static inline int set_nonce(const struct nonce_key *k, uint64_t nonce)
{
	struct store_batch b = {
		.nonce_key = k,
		.nonce = { .nonce = nonce, .when = 77 },
	};

	return store_memory_ops.commit(store, &b);
}

static inline const struct nonce_state *get_nonce(const struct nonce_key *k)
{
	return store_memory_ops.nonce(store, k);
}

/* At @now, registering until @until. */
static inline int see(const struct nonce_key *k, uint64_t nonce,
		      uint64_t now, uint64_t until)
{
	struct store_batch b = {
		.nonce_key = k,
		.nonce = { .nonce = nonce, .when = now, .until = until },
	};

	return store_memory_ops.commit(store, &b);
}

#define BOTH(f) \
	{ #f " in memory", f, on_memory, clean, NULL }, \
	{ #f " in LMDB", f, on_lmdb, clean, NULL }

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a node knows beyond its machines: the Map-Server's registrations and
 * replay protection (implements sm/store.h), the xTR's own nonce counters,
 * its xTR-ID and the version of its mappings.
 *
 * run/ makes one:
 *
 *	kv = kv_open_lmdb(state_dir, &err);
 *	st = store_new(&cfg, kv, seed, &err);
 *	ops.store = &store_memory_ops;
 *	ops.store_arg = st;
 *	register_nonce():  return store_register_nonce(st, server, tag, nonce);
 *
 * and calls store_flush() after the machines and before what depends on it
 * is sent, store_complete() when store_fd() can be read, store_set_time() and
 * store_sync_start() every second from its loop,
 * and store_sync() before it exits.  store_free() saves nothing.
 */
#ifndef LISP_STORE_STORE_H
#define LISP_STORE_STORE_H

#include "sm/store.h"
#include "store/kv.h"

struct store_config {
	size_t registrations;		/* in all; default 20 million */
	unsigned int per_entry;		/* registrants of one EID; 16 */
	size_t nonces;			/* registrants and keys; 4 million */
	size_t nonces_per_key;		/* of these of one key; 1 million */
	unsigned int reserve;		/* nonces written ahead; 1000 */
	uint64_t first_nonce;		/* for a counter without a past: wall
					 * clock in microseconds */
	uint64_t now;			/* ms, the clock of the machines */
	uint64_t wall;			/* ms, the wall's at the same time */
	uint64_t snapshot_octets;	/* of log worth a snapshot; 32 MiB */
	size_t keep;			/* octets that wait for a disk that fails;
					 * 8 MiB */
	size_t feed;			/* changes remembered for readers of
					 * the feed; 4096 */
};

void store_config_init(struct store_config *cfg);

struct store;

/* Loads registrations and nonces from @kv, which stays the caller's and lives
 * longer.  Registrations have no site and key before review() has found them.
 * NULL and in *@err -ENOMEM, -EIO (of the disk), -EBADMSG (what is there cannot
 * be) or -EPROTONOSUPPORT (it is of another version of us). */
struct store *store_new(const struct store_config *cfg, struct kv *kv,
			const uint8_t seed[16], int *err);
void store_free(struct store *s);

/* For struct sm_ops; its argument is the store. */
extern const struct store_ops store_memory_ops;

/* sm_ops.register_nonce.  0, -EIO. */
int store_register_nonce(struct store *s, const struct addr *server,
			 uint64_t tag, uint64_t *nonce);

/* The xTR-ID made at the first start; @fresh (16 random octets) becomes it
 * when there is none yet.  0 or -EIO. */
int store_xtr_id(struct store *s, const uint8_t fresh[16], uint8_t id[16]);

/* The map-version of our mappings with these locators: the last one, or the
 * one after it if the locators are others.  @fresh (random) is where it begins
 * when there is none yet.  0 or -EIO. */
int store_map_version(struct store *s, const struct locator *l, size_t n,
		      uint16_t fresh, uint16_t *version);

/* The clocks again: the wall's may have been set. */
void store_set_time(struct store *s, uint64_t now, uint64_t wall);

/*
 * Put what was committed where the death of the process cannot reach it, all
 * in one transaction of the table, however much it is; then do a bounded step
 * of what keeps the log short.  0, or as of kv_put(): it stays to be flushed,
 * but is forgotten when it is too much (@keep).  When the table can be written
 * again, it is put on record with all there is (store_whole()).
 *
 * LMDB is done when this returns.  An engine that asks others has begun it
 * (store_pending()).  One flush is under way at a time: what is committed
 * meanwhile goes together into the next one, which store_complete() begins.
 */
int store_flush(struct store *s);

/* What has been flushed: an action_send with an @after above it must not be
 * sent: not yet, if a flush is under way (io/held.h); else it failed, and whoever
 * waits for it will ask again. */
uint64_t store_durable(const struct store *s);
bool store_pending(const struct store *s);

/* The same for a thread that was not there at each flush: what waits in it may
 * have been forgotten by a flush of another one, and then no later number is its.
 * Begins zeroed; looked at with the lock of those who write. */
struct store_view {
	uint64_t durable;
	bool pending;
	uint32_t forgotten;
};

void store_look(const struct store *s, struct store_view *v);

/* All that is in memory and was flushed is what a restart finds.  False: some
 * was forgotten, and the snapshot that has it is not complete. */
bool store_whole(const struct store *s);

/* It can be read when a flush that was under way has ended; -1: none ever is,
 * all is done at once.  store_complete() finds out how and begins the next one.
 * 0, or as store_flush(): the next one tries it again. */
int store_fd(const struct store *s);
int store_complete(struct store *s);

/* Flush, and make it survive a crash of the machine: now, and whole, or without
 * waiting for the disk (see kv_sync_start()).  0, or as of kv_sync() or
 * kv_put(). */
int store_sync(struct store *s);
int store_sync_start(struct store *s);

/*
 * Readers beside the writer.  Once store_share() was called, any thread that
 * is registered may call find, match, next, walk, gap and prefixes of
 * store_memory_ops between store_read_begin() and _end(), and what it gets is
 * good until _end(); it must not wait for anything between them.  All else is
 * for one thread at a time (a lock of the caller's), and not between them.
 */
void store_share(struct store *s);

/* There are no other readers any more: from now on what is taken out is free at
 * once, and no thread needs to be registered. */
void store_unshare(struct store *s);
void store_reader_register(void);
void store_reader_unregister(void);
void store_read_begin(void);
void store_read_end(void);

size_t store_registrations(const struct store *s);

#endif

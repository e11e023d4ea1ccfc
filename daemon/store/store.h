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
 * and calls store_sync_start() every second from its loop, and store_sync()
 * before it exits.
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
};

void store_config_init(struct store_config *cfg);

struct store;

/* Loads the nonces of the past from @kv, which stays the caller's and lives
 * longer.  NULL and -ENOMEM or -EIO in *@err. */
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

/* Make durable what was put off: now, or without waiting for the disk (see
 * kv_sync_start()).  0 or -EIO. */
int store_sync(struct store *s);
int store_sync_start(struct store *s);

size_t store_registrations(const struct store *s);

#endif

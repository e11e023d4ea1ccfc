/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Replay protection of the Map-Server and nonce counters of the ETR, both
 * kept across restarts. */
#ifndef LISP_STORE_NONCES_H
#define LISP_STORE_NONCES_H

#include "lib/hash.h"
#include "sm/store.h"
#include "store/kv.h"

struct counter;

struct nonces {
	struct kv *kv;
	struct hash_table table;
	size_t max;
	unsigned int reserve;
	uint64_t first;			/* of a counter without a past */
	struct counter *counters;
};

/* Loads what @kv has.  0, -ENOMEM, -EIO. */
int nonces_init(struct nonces *n, struct kv *kv, size_t max,
		unsigned int reserve, uint64_t first, const uint8_t seed[16]);
void nonces_free(struct nonces *n);

const struct nonce_state *nonces_find(const struct nonces *n,
				      const struct nonce_key *key);

/* Make it the last one, in @kv first.  0, or -ENOMEM, -ENOSPC, -EIO with
 * nothing changed. */
int nonces_set(struct nonces *n, const struct nonce_key *key,
	       const struct nonce_state *state);

/* As store_register_nonce(). */
int nonces_next(struct nonces *n, const struct addr *server, uint64_t tag,
		uint64_t *nonce);

#endif

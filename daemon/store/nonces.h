/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Replay protection of the Map-Server (RFC 9301 5.6): the last nonce of each
 * (registrant, key), kept over restarts by the journal, in the same transaction
 * as the registration it came with.
 *
 * Whoever holds a key can make up registrants (an xTR-ID is 128 free bits), so
 * there is an end to how many are remembered: of one key, and of all keys.
 * Where the end is reached the registrant not heard of for longest goes whose
 * registrations are over; of its own key first, else of the key that has the
 * most, so that no site pays for another.  If all are live, the new one is
 * refused.
 *
 * That never opens a replay.  Each key has a floor: the highest nonce of any
 * registrant that was dropped.  A registrant of that key which is not
 * remembered must come with a nonce above the floor, and all recordings of
 * those dropped are at or below it.  The price is paid within the key's own
 * site: a new xTR there whose nonces start low may have to get a new key, or
 * start higher (ours start with the time of day).  The floor is kept with the
 * nonces.
 *
 * Lost power: what was put is durable a second later (store_sync_start()), not
 * at once, because a disk cannot be waited for on the way of every message.
 * So a Map-Register accepted in the last second before the power failed may be
 * accepted once more afterwards.  It can bring back only what its ETR had
 * registered then, and the ETR's next one, with a higher nonce, ends it.
 */
#ifndef LISP_STORE_NONCES_H
#define LISP_STORE_NONCES_H

#include "lib/hash.h"
#include "lib/heap.h"
#include "sm/store.h"
#include "store/journal.h"

struct last;

struct nonce_list {
	struct last *oldest;
	struct last *recent;
};

struct nonces {
	struct journal *journal;
	struct hash_table table;	/* of struct last, by registrant, key */
	struct hash_table groups;	/* by key */
	struct heap largest;		/* of groups */
	struct nonce_list all;
	size_t max;
	size_t max_per_key;
	uint64_t dropped;
	uint64_t clock;			/* uses counted */
	struct last *walk;
	uint64_t walk_end;
};

/* 0 or -ENOMEM. */
int nonces_init(struct nonces *n, struct journal *journal, size_t max,
		size_t max_per_key, const uint8_t seed[16]);
void nonces_free(struct nonces *n);

const struct nonce_state *nonces_find(const struct nonces *n,
				      const struct nonce_key *key);

/* As store_ops.floor(). */
bool nonces_floor(const struct nonces *n, uint64_t tag, uint64_t *floor);

/* Make it the last one.  Who has to be dropped for it is in the journal then,
 * where there must be room; the caller writes the rest.  0, -ENOMEM,
 * -ENOSPC. */
int nonces_set(struct nonces *n, const struct nonce_key *key,
	       const struct nonce_state *state);

/* As the journal says, whatever the caps. */
int nonces_load(struct nonces *n, const struct nonce_key *key,
		const struct nonce_state *state);
int nonces_load_floor(struct nonces *n, uint64_t tag, uint64_t floor);
void nonces_forget(struct nonces *n, const struct nonce_key *key);

/* Each floor, until @fn returns false; false then. */
bool nonces_floors(const struct nonces *n,
		   bool (*fn)(void *arg, uint64_t tag, uint64_t floor),
		   void *arg);

/* Begin a walk through all that have not been used since, the oldest first;
 * the next one, NULL: that was all.  One walk at a time. */
void nonces_walk(struct nonces *n);
const struct nonce_state *nonces_walk_next(struct nonces *n,
					   struct nonce_key *key);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Intrusive hash table with a keyed hash (SipHash-2-4).
 *
 * Keys that a remote can choose must not be able to pile up in one bucket:
 * whoever makes a table passes 16 octets of random seed.  The table knows
 * hashes only; the caller compares keys while walking the nodes of one hash:
 *
 *	hash = hash_key(&t, &nonce, sizeof(nonce));
 *	for (n = hash_first(&t, hash); n; n = hash_next(n))
 *		if (container_of(n, struct pending, node)->nonce == nonce)
 */
#ifndef LISP_LIB_HASH_H
#define LISP_LIB_HASH_H

#include <stddef.h>
#include <stdint.h>

struct hash_node {
	struct hash_node *next;
	struct hash_node **pprev;	/* NULL: in no table */
	uint64_t hash;
};

struct hash_table {
	struct hash_node **bucket;
	size_t size;			/* power of two */
	size_t count;
	uint8_t seed[16];
};

/* Buckets come from malloc.  0 or -ENOMEM. */
int hash_init(struct hash_table *t, const uint8_t seed[16]);

/* Free the buckets; nodes are the caller's and are forgotten. */
void hash_free(struct hash_table *t);

/* Hash of a key under the table's seed. */
uint64_t hash_key(const struct hash_table *t, const void *key, size_t len);

/* Grows when it can; if memory is short it goes on with longer chains. */
void hash_add(struct hash_table *t, struct hash_node *n, uint64_t hash);

/* Does nothing when @n is in no table (zeroed nodes are in none). */
void hash_del(struct hash_table *t, struct hash_node *n);

/* Nodes with exactly this hash. */
struct hash_node *hash_first(const struct hash_table *t, uint64_t hash);
struct hash_node *hash_next(const struct hash_node *n);

/* All nodes in no order; fetch the next one before deleting. */
struct hash_node *hash_walk_first(const struct hash_table *t);
struct hash_node *hash_walk_next(const struct hash_table *t,
				 const struct hash_node *n);

/* SipHash-2-4 itself; and SipHash-1-3, with half the rounds, for places in a
 * table whose hashes nobody gets to see. */
uint64_t siphash(const uint8_t key[16], const void *data, size_t len);
uint64_t siphash13(const uint8_t key[16], const void *data, size_t len);

#endif

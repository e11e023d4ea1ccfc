/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A keyed hash table of the leaves of one prefix length; for lpm.c only.
 *
 * A bucket is a cache line: six leaves, and an octet of the hash of each, so
 * that a leaf is looked at only if it is most probably the right one. A hit
 * costs two cache lines, a miss one. What does not fit goes to a bucket that
 * is linked behind.
 *
 * What readers need is one word, the address of the buckets and, in its low
 * bits, by how much to shift a hash, so that one store publishes both.
 */
#ifndef _LISP_LPM_TABLE_H
#define _LISP_LPM_TABLE_H

#include <linux/bitops.h>
#include <linux/compiler.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/types.h>
#include <linux/unaligned.h>

#include "lpm.h"

#define LISP_LPM_SLOTS		6
#define LISP_LPM_SHIFT_MASK	63UL

/**
 * struct lisp_lpm_bucket - leaves with hashes that begin alike
 * @tags: octet i is the last one of the hash of slot[i], two are unused
 * @slot: leaves, with holes
 * @more: what did not fit
 */
struct lisp_lpm_bucket {
	u64				tags;
	struct lisp_lpm_leaf __rcu	*slot[LISP_LPM_SLOTS];
	struct lisp_lpm_bucket __rcu	*more;
} __aligned(64);

/**
 * struct lisp_lpm_table - what writers know of a table
 * @cur: its buckets, 2^@bits
 * @spare: while it changes its size: those to come, or those that were
 * @n: leaves
 * @done: buckets that @state is through with
 * @bits: of the hash that choose a bucket
 * @spare_bits: the same for @spare
 * @state: what @spare is
 * @pause: changes to let pass until memory is asked for again
 */
struct lisp_lpm_table {
	struct lisp_lpm_bucket	*cur;
	struct lisp_lpm_bucket	*spare;
	u32			n;
	u32			done;
	u8			bits;
	u8			spare_bits;
	u8			state;
	u8			pause;
};

/* An address, cut to the prefix length; IPv4 has only @a. */
struct lisp_lpm_key {
	u64	a;
	u64	b;
};

extern u64 lisp_lpm_secret[6];

/* Readers */

static __always_inline void lisp_lpm_key_set(struct lisp_lpm_key *key,
					     const __be32 *addr, bool is_v6)
{
	if (is_v6) {
		key->a = get_unaligned((const u64 *)addr);
		key->b = get_unaligned((const u64 *)(addr + 2));
	} else {
		key->a = (__force u32)get_unaligned(addr);
	}
}

/*
 * 32 bits, of which the first choose a bucket and the last tag. A multilinear
 * hash (strongly universal: Lemire and Kaser, 2014), then one more secret
 * multiplication, because alone its linearity would tell whoever has found
 * two addresses that collide many more.
 */
static __always_inline u64 lisp_lpm_hash(const struct lisp_lpm_key *key,
					 bool is_v6)
{
	const u64 *k = lisp_lpm_secret;
	u64 sum;

	if (is_v6)
		sum = k[0] + (k[1] + (u32)key->a) * (k[2] + (key->a >> 32)) +
		      (k[3] + (u32)key->b) * (k[4] + (key->b >> 32));
	else
		sum = k[0] + k[1] * key->a;

	return (sum ^ sum >> 32) * k[5] >> 32;
}

static __always_inline bool lisp_lpm_is(const struct lisp_lpm_leaf *leaf,
					const struct lisp_lpm_key *key,
					bool is_v6)
{
	struct lisp_lpm_key other;

	lisp_lpm_key_set(&other, leaf->addr, is_v6);

	return is_v6 ? !((other.a ^ key->a) | (other.b ^ key->b)) :
		       other.a == key->a;
}

static __always_inline struct lisp_lpm_bucket *
lisp_lpm_bucket_of(unsigned long word, u64 hash)
{
	struct lisp_lpm_bucket *buckets = (void *)(word & ~LISP_LPM_SHIFT_MASK);

	return &buckets[hash >> (word & LISP_LPM_SHIFT_MASK)];
}

/* Bit 8 * i + 7 is set if slot[i] may have a tag like @hash; see there. */
static __always_inline u64 lisp_lpm_match(u64 tags, u64 hash)
{
	u64 diff = tags ^ (u8)hash * 0x010101010101ULL;

	return (diff - 0x010101010101ULL) & ~diff & 0x808080808080ULL;
}

/*
 * The leaf, or NULL. A slot is filled before its tag is set and may be empty
 * with any tag, or hold another leaf than the tag tells of: what counts is
 * the leaf.
 */
static __always_inline struct lisp_lpm_leaf *
lisp_lpm_probe(unsigned long word, const struct lisp_lpm_key *key, bool is_v6)
{
	u64 match, hash = lisp_lpm_hash(key, is_v6);
	const struct lisp_lpm_bucket *bucket;
	struct lisp_lpm_leaf *leaf;

	bucket = lisp_lpm_bucket_of(word, hash);
	do {
		match = lisp_lpm_match(READ_ONCE(bucket->tags), hash);
		for (; match; match &= match - 1) {
			leaf = rcu_dereference_raw(bucket->slot[__ffs64(match) /
								8]);
			if (leaf && lisp_lpm_is(leaf, key, is_v6))
				return leaf;
		}
		bucket = rcu_dereference_raw(bucket->more);
	} while (unlikely(bucket));

	return NULL;
}

/*
 * Writers. @lock is held; @word is what readers see of @table, which changes
 * when the size does. All leaves of a table have one length.
 */

/* NULL: no memory. */
struct lisp_lpm_table *lisp_lpm_table_new(unsigned long *word);

/* There is no leaf in @table, and readers do not find it any more. */
void lisp_lpm_table_free(struct lisp_lpm_table *table, struct mutex *lock);

/* -ENOMEM: nothing changed. @leaf's prefix must not be there. */
int lisp_lpm_table_insert(struct lisp_lpm_table *table, unsigned long *word,
			  struct lisp_lpm_leaf *leaf, struct mutex *lock);
void lisp_lpm_table_replace(struct lisp_lpm_table *table,
			    struct lisp_lpm_leaf *old,
			    struct lisp_lpm_leaf *leaf, struct mutex *lock);
void lisp_lpm_table_remove(struct lisp_lpm_table *table, unsigned long *word,
			   struct lisp_lpm_leaf *leaf, struct mutex *lock);

/* The next by hash, then address; @addr NULL: the first. */
struct lisp_lpm_leaf *lisp_lpm_table_next(const struct lisp_lpm_table *table,
					  const __be32 *addr, bool is_v6,
					  struct mutex *lock);

#endif /* _LISP_LPM_TABLE_H */

// SPDX-License-Identifier: GPL-2.0
/*
 * The hash table of one prefix length: what writers do. See lpm-table.h.
 *
 * A bucket holds pointers, and the leaves have no links: so a leaf can be in
 * two sets of buckets at once, and that is how a table changes its size. The
 * new buckets are filled beside the old ones, a bite with every change of the
 * table, while readers go on in the old; every change is made in both. Then
 * one store shows readers the new ones, which are complete, and the old ones
 * are taken apart, bite by bite again, and freed after a grace period. So no
 * change costs much more than a bite, and readers look in one place.
 *
 * A leaf never moves within its buckets: a reader could miss it.
 *
 * Sizes are powers of two, between one and four leaves a bucket on average.
 */

#include <linux/bug.h>
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/socket.h>
#include <linux/string.h>

#include "lpm-table.h"

/* Buckets that one change moves: some thousand leaves, 100,000 instructions. */
#ifndef LISP_LPM_BITE
#define LISP_LPM_BITE	256
#endif
/* A hash has 32 bits: those of the bucket, and eight of the tag. */
#define BITS_MAX	24
#define PAUSE		255

/* lisp_lpm_table.state */
enum {
	STABLE,		/* there is no @spare */
	BUILD,		/* it is filled; then it becomes @cur */
	RETIRE,		/* nobody will look at it any more */
};

#define writer(p)	rcu_dereference_protected(p, lockdep_is_held(lock))

u64 lisp_lpm_secret[6] __read_mostly;

void lisp_lpm_init(void)
{
	get_random_bytes(lisp_lpm_secret, sizeof(lisp_lpm_secret));
	/* multipliers: even ones would lose bits */
	lisp_lpm_secret[1] |= 1;
	lisp_lpm_secret[5] |= 1;
}

static u64 hash_addr(const __be32 *addr, bool is_v6)
{
	struct lisp_lpm_key key = {};

	lisp_lpm_key_set(&key, addr, is_v6);

	return lisp_lpm_hash(&key, is_v6);
}

static u64 hash_leaf(const struct lisp_lpm_leaf *leaf)
{
	return hash_addr(leaf->addr, leaf->family == AF_INET6);
}

static u32 index_of(u64 hash, unsigned int bits)
{
	return hash >> (32 - bits);
}

/* Buckets */

static struct lisp_lpm_bucket *buckets_new(unsigned int bits)
{
	return kvzalloc(sizeof(struct lisp_lpm_bucket) << bits,
			GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
}

static void slot_fill(struct lisp_lpm_bucket *bucket, unsigned int i,
		      struct lisp_lpm_leaf *leaf, u64 hash)
{
	u64 tags = bucket->tags & ~(0xffULL << (8 * i));

	rcu_assign_pointer(bucket->slot[i], leaf);
	/* who sees the tag sees the leaf */
	smp_wmb();
	WRITE_ONCE(bucket->tags, tags | (hash & 0xff) << (8 * i));
}

/* The place of @leaf (NULL: a free one) at @bucket or behind; -1: none. */
static int slot_find(struct lisp_lpm_bucket **bucket,
		     const struct lisp_lpm_leaf *leaf, struct mutex *lock)
{
	struct lisp_lpm_bucket *more;
	unsigned int i;

	for (;; *bucket = more) {
		for (i = 0; i < LISP_LPM_SLOTS; i++) {
			if (writer((*bucket)->slot[i]) == leaf)
				return i;
		}
		more = writer((*bucket)->more);
		if (!more)
			return -1;
	}
}

static int bucket_put(struct lisp_lpm_bucket *bucket,
		      struct lisp_lpm_leaf *leaf, u64 hash,
		      struct mutex *lock)
{
	struct lisp_lpm_bucket *more;
	int i;

	i = slot_find(&bucket, NULL, lock);
	if (i >= 0) {
		slot_fill(bucket, i, leaf, hash);
		return 0;
	}

	more = buckets_new(0);
	if (!more)
		return -ENOMEM;
	slot_fill(more, 0, leaf, hash);
	rcu_assign_pointer(bucket->more, more);

	return 0;
}

static bool bucket_is_empty(const struct lisp_lpm_bucket *bucket)
{
	unsigned int i;

	for (i = 0; i < LISP_LPM_SLOTS; i++) {
		if (rcu_access_pointer(bucket->slot[i]))
			return false;
	}

	return true;
}

static void bucket_take(struct lisp_lpm_bucket *bucket,
			const struct lisp_lpm_leaf *leaf, struct mutex *lock)
{
	struct lisp_lpm_bucket *first = bucket, *prev;
	int i;

	i = slot_find(&bucket, leaf, lock);
	if (WARN_ON_ONCE(i < 0))
		return;
	RCU_INIT_POINTER(bucket->slot[i], NULL);
	if (bucket == first || !bucket_is_empty(bucket))
		return;

	for (prev = first; writer(prev->more) != bucket;)
		prev = writer(prev->more);
	/* it goes on to where @prev then does; readers may be in it */
	rcu_assign_pointer(prev->more, writer(bucket->more));
	kvfree_rcu_mightsleep(bucket);
}

/* Free what is behind @bucket, which nobody will find any more. */
static void bucket_retire(struct lisp_lpm_bucket *bucket, struct mutex *lock)
{
	struct lisp_lpm_bucket *more, *next;

	for (more = writer(bucket->more); more; more = next) {
		next = writer(more->more);
		kvfree_rcu_mightsleep(more);
	}
}

/* Size */

static void spare_set(struct lisp_lpm_table *table, unsigned int state)
{
	table->state = state;
	table->done = 0;
}

static void table_start(struct lisp_lpm_table *table)
{
	unsigned int bits = table->bits;

	if (table->n > 4U << bits && bits < BITS_MAX)
		bits++;
	else if (table->n < 1U << bits && bits)
		bits--;
	else
		return;

	if (table->pause) {
		table->pause--;
		return;
	}
	table->spare = buckets_new(bits);
	if (!table->spare) {
		table->pause = PAUSE;
		return;
	}
	table->spare_bits = bits;
	spare_set(table, BUILD);
}

static void table_abort(struct lisp_lpm_table *table)
{
	spare_set(table, RETIRE);
	table->pause = PAUSE;
}

static int spare_put(struct lisp_lpm_table *table, struct lisp_lpm_leaf *leaf,
		     u64 hash, struct mutex *lock)
{
	return bucket_put(&table->spare[index_of(hash, table->spare_bits)],
			  leaf, hash, lock);
}

/* Put the leaves of @bucket into the new buckets. */
static int bucket_copy(struct lisp_lpm_table *table,
		       struct lisp_lpm_bucket *bucket, struct mutex *lock)
{
	struct lisp_lpm_leaf *leaf;
	unsigned int i;
	int err;

	for (; bucket; bucket = writer(bucket->more)) {
		for (i = 0; i < LISP_LPM_SLOTS; i++) {
			leaf = writer(bucket->slot[i]);
			if (!leaf)
				continue;
			err = spare_put(table, leaf, hash_leaf(leaf), lock);
			if (err)
				return err;
		}
	}

	return 0;
}

static void table_show(const struct lisp_lpm_table *table, unsigned long *word)
{
	/* who sees the buckets sees what is in them */
	smp_store_release(word, (unsigned long)table->cur | (32 - table->bits));
}

static void table_build(struct lisp_lpm_table *table, unsigned long *word,
			struct mutex *lock)
{
	unsigned int i;

	for (i = 0; i < LISP_LPM_BITE && table->done < 1U << table->bits; i++) {
		if (bucket_copy(table, &table->cur[table->done++], lock)) {
			table_abort(table);
			return;
		}
	}
	if (table->done < 1U << table->bits)
		return;

	swap(table->cur, table->spare);
	swap(table->bits, table->spare_bits);
	table_show(table, word);
	spare_set(table, RETIRE);
}

static void table_retire(struct lisp_lpm_table *table, struct mutex *lock)
{
	unsigned int i, n = 1U << table->spare_bits;

	for (i = 0; i < LISP_LPM_BITE && table->done < n; i++)
		bucket_retire(&table->spare[table->done++], lock);
	if (table->done < n)
		return;

	kvfree_rcu_mightsleep(table->spare);
	table->spare = NULL;
	table->state = STABLE;
}

/* @table has changed: a bite of work. */
static void table_work(struct lisp_lpm_table *table, unsigned long *word,
		       struct mutex *lock)
{
	if (table->state == STABLE)
		table_start(table);
	if (table->state == STABLE)
		return;
	if (table->state == BUILD)
		table_build(table, word, lock);
	else
		table_retire(table, lock);
	cond_resched();
}

/* Changes */

static struct lisp_lpm_bucket *cur_bucket(const struct lisp_lpm_table *table,
					  u64 hash)
{
	return &table->cur[index_of(hash, table->bits)];
}

/* The bucket in @spare that has what @cur has for @hash, or NULL. */
static struct lisp_lpm_bucket *spare_bucket(const struct lisp_lpm_table *table,
					    u64 hash)
{
	if (table->state != BUILD || index_of(hash, table->bits) >= table->done)
		return NULL;

	return &table->spare[index_of(hash, table->spare_bits)];
}

struct lisp_lpm_table *lisp_lpm_table_new(unsigned long *word)
{
	struct lisp_lpm_table *table;

	BUILD_BUG_ON(sizeof(struct lisp_lpm_bucket) != 64);

	table = kzalloc(sizeof(*table), GFP_KERNEL_ACCOUNT);
	if (!table)
		return NULL;
	table->cur = buckets_new(0);
	if (!table->cur) {
		kfree(table);
		return NULL;
	}
	table_show(table, word);

	return table;
}

void lisp_lpm_table_free(struct lisp_lpm_table *table, struct mutex *lock)
{
	if (table->state == BUILD)
		table_abort(table);
	while (table->state == RETIRE) {
		table_retire(table, lock);
		cond_resched();
	}
	kvfree_rcu_mightsleep(table->cur);
	kfree(table);
}

int lisp_lpm_table_insert(struct lisp_lpm_table *table, unsigned long *word,
			  struct lisp_lpm_leaf *leaf, struct mutex *lock)
{
	struct lisp_lpm_bucket *spare;
	u64 hash = hash_leaf(leaf);
	int err;

	err = bucket_put(cur_bucket(table, hash), leaf, hash, lock);
	if (err)
		return err;
	spare = spare_bucket(table, hash);
	if (spare && bucket_put(spare, leaf, hash, lock))
		table_abort(table);
	table->n++;
	table_work(table, word, lock);

	return 0;
}

static void bucket_swap(struct lisp_lpm_bucket *bucket,
			const struct lisp_lpm_leaf *old,
			struct lisp_lpm_leaf *leaf, struct mutex *lock)
{
	int i = slot_find(&bucket, old, lock);

	if (!WARN_ON_ONCE(i < 0))
		rcu_assign_pointer(bucket->slot[i], leaf);
}

void lisp_lpm_table_replace(struct lisp_lpm_table *table,
			    struct lisp_lpm_leaf *old,
			    struct lisp_lpm_leaf *leaf, struct mutex *lock)
{
	struct lisp_lpm_bucket *spare;
	u64 hash = hash_leaf(leaf);

	bucket_swap(cur_bucket(table, hash), old, leaf, lock);
	spare = spare_bucket(table, hash);
	if (spare)
		bucket_swap(spare, old, leaf, lock);
}

void lisp_lpm_table_remove(struct lisp_lpm_table *table, unsigned long *word,
			   struct lisp_lpm_leaf *leaf, struct mutex *lock)
{
	struct lisp_lpm_bucket *spare;
	u64 hash = hash_leaf(leaf);

	bucket_take(cur_bucket(table, hash), leaf, lock);
	spare = spare_bucket(table, hash);
	if (spare)
		bucket_take(spare, leaf, lock);
	table->n--;
	table_work(table, word, lock);
}

/* Order */

struct position {
	u64		hash;
	const __be32	*addr;	/* NULL: before all with this hash */
	bool		is_v6;
};

static int position_cmp(const struct position *a, const struct position *b)
{
	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	if (!a->addr || !b->addr)
		return (int)!!a->addr - (int)!!b->addr;

	return memcmp(a->addr, b->addr, a->is_v6 ? 16 : 4);
}

/* The first leaf of @bucket after @from, or NULL. */
static struct lisp_lpm_leaf *bucket_next(struct lisp_lpm_bucket *bucket,
					 const struct position *from,
					 struct mutex *lock)
{
	struct position at = *from, best = {};
	struct lisp_lpm_leaf *leaf, *next = NULL;
	unsigned int i;

	for (; bucket; bucket = writer(bucket->more)) {
		for (i = 0; i < LISP_LPM_SLOTS; i++) {
			leaf = writer(bucket->slot[i]);
			if (!leaf)
				continue;
			at.hash = hash_leaf(leaf);
			at.addr = leaf->addr;
			if (position_cmp(&at, from) <= 0 ||
			    (next && position_cmp(&at, &best) >= 0))
				continue;
			best = at;
			next = leaf;
		}
	}

	return next;
}

struct lisp_lpm_leaf *lisp_lpm_table_next(const struct lisp_lpm_table *table,
					  const __be32 *addr, bool is_v6,
					  struct mutex *lock)
{
	struct position from = { .addr = addr, .is_v6 = is_v6 };
	struct lisp_lpm_leaf *leaf;
	u32 i;

	if (addr)
		from.hash = hash_addr(addr, is_v6);
	for (i = index_of(from.hash, table->bits); i < 1U << table->bits; i++) {
		leaf = bucket_next(&table->cur[i], &from, lock);
		if (leaf)
			return leaf;
		if (i % LISP_LPM_BITE == 0)
			cond_resched();
	}

	return NULL;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Longest-prefix match: a hash table for each prefix length in use, which a
 * lookup asks in turn, the longest first. In the map-cache of an xTR most
 * entries are hosts, and the first question finds them.
 *
 * The list of lengths is immutable but for the word that leads to a length's
 * buckets (lpm-table.h); a length more or less publishes a new list.
 */

#include <linux/bug.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/socket.h>
#include <linux/string.h>

#include "lpm-table.h"
#include "lpm.h"

/**
 * struct len - a prefix length in use
 * @word: where its buckets are; lisp_lpm_probe()
 * @table: the table, for writers
 * @mask: of the length, if IPv4
 * @len: the length
 */
struct len {
	unsigned long		word;
	struct lisp_lpm_table	*table;
	__be32			mask;
	u8			len;
};

/**
 * struct lisp_lpm_lens - the prefix lengths in use
 * @n: how many
 * @is_v6: the family
 * @len: longest first
 */
struct lisp_lpm_lens {
	u8		n;
	bool		is_v6;
	struct len	len[];
};

#define reader(p)	rcu_dereference_check(p, rcu_read_lock_bh_held())
#define writer(p)	rcu_dereference_protected(p, lockdep_is_held(lock))

bool lisp_lpm_covers(const __be32 *a, const __be32 *b, unsigned int len)
{
	for (; len >= 32; len -= 32) {
		if (*a++ != *b++)
			return false;
	}

	return !len || !(be32_to_cpu(*a ^ *b) >> (32 - len));
}

/* The first @len bits, 0 to 32. */
static __be32 mask32(unsigned int len)
{
	return cpu_to_be32(len ? ~0U << (32 - len) : 0);
}

/* The first @len bits, 0 to 64. */
static __be64 mask64(unsigned int len)
{
	return cpu_to_be64(len < 64 ? ~(~0ULL >> len) : ~0ULL);
}

static void cut(struct lisp_lpm_key *key, unsigned int len)
{
	if (len > 64) {
		key->b &= (__force u64)mask64(len - 64);
	} else {
		key->a &= (__force u64)mask64(len);
		key->b = 0;
	}
}

/* Whoever asks for a host asks here first, and seldom further. */
static __always_inline struct lisp_lpm_leaf *
ask(const struct len *len, struct lisp_lpm_key *key, bool is_v6)
{
	if (!is_v6)
		key->a &= (__force u32)len->mask;
	else if (len->len < 128)
		cut(key, len->len);

	return lisp_lpm_probe(READ_ONCE(len->word), key, is_v6);
}

/* All lengths but the first. Each is a cut of the one before. */
static __always_inline struct lisp_lpm_leaf *
ask_others(const struct lisp_lpm_lens *lens, struct lisp_lpm_key key,
	   bool is_v6)
{
	struct lisp_lpm_leaf *leaf;
	unsigned int i;

	for (i = 1; i < lens->n; i++) {
		leaf = ask(&lens->len[i], &key, is_v6);
		if (leaf)
			return leaf;
	}

	return NULL;
}

static noinline struct lisp_lpm_leaf *
ask_others4(const struct lisp_lpm_lens *lens, u64 a)
{
	struct lisp_lpm_key key = { .a = a };

	return ask_others(lens, key, false);
}

static noinline struct lisp_lpm_leaf *
ask_others6(const struct lisp_lpm_lens *lens, u64 a, u64 b)
{
	struct lisp_lpm_key key = { .a = a, .b = b };

	return ask_others(lens, key, true);
}

struct lisp_lpm_leaf *lisp_lpm_lookup(const struct lisp_lpm *lpm,
				      const __be32 *addr)
{
	const struct lisp_lpm_lens *lens = reader(lpm->lens);
	struct lisp_lpm_leaf *leaf;
	struct lisp_lpm_key key;

	if (!lens)
		return NULL;

	if (lens->is_v6) {
		lisp_lpm_key_set(&key, addr, true);
		leaf = ask(&lens->len[0], &key, true);
		return leaf ? leaf : ask_others6(lens, key.a, key.b);
	}
	lisp_lpm_key_set(&key, addr, false);
	leaf = ask(&lens->len[0], &key, false);

	return leaf ? leaf : ask_others4(lens, key.a);
}

/* The place of @len in @lens, or of the next shorter one; may be the end. */
static unsigned int len_place(const struct lisp_lpm_lens *lens,
			      unsigned int len)
{
	unsigned int i;

	for (i = 0; i < lens->n && lens->len[i].len > len; i++)
		;

	return i;
}

/* NULL: not in use. */
static struct len *len_find(const struct lisp_lpm *lpm, unsigned int len,
			    struct mutex *lock)
{
	struct lisp_lpm_lens *lens = writer(lpm->lens);
	unsigned int i;

	if (!lens)
		return NULL;
	i = len_place(lens, len);

	return i < lens->n && lens->len[i].len == len ? &lens->len[i] : NULL;
}

struct lisp_lpm_leaf *lisp_lpm_find(const struct lisp_lpm *lpm,
				    const __be32 *addr, unsigned int len,
				    struct mutex *lock)
{
	struct len *at = len_find(lpm, len, lock);
	struct lisp_lpm_key key;

	if (!at)
		return NULL;
	if (writer(lpm->lens)->is_v6) {
		lisp_lpm_key_set(&key, addr, true);
		return lisp_lpm_probe(at->word, &key, true);
	}
	lisp_lpm_key_set(&key, addr, false);

	return lisp_lpm_probe(at->word, &key, false);
}

static struct lisp_lpm_lens *lens_new(unsigned int n, bool is_v6)
{
	struct lisp_lpm_lens *lens;

	lens = kzalloc(struct_size(lens, len, n), GFP_KERNEL_ACCOUNT);
	if (lens) {
		lens->n = n;
		lens->is_v6 = is_v6;
	}

	return lens;
}

static void lens_publish(struct lisp_lpm *lpm, struct lisp_lpm_lens *lens,
			 struct mutex *lock)
{
	struct lisp_lpm_lens *old = writer(lpm->lens);

	rcu_assign_pointer(lpm->lens, lens);
	if (old)
		kvfree_rcu_mightsleep(old);
}

/* Bring a length into use; NULL: no memory. */
static struct len *len_add(struct lisp_lpm *lpm,
			   const struct lisp_lpm_leaf *leaf,
			   struct mutex *lock)
{
	struct lisp_lpm_lens *lens, *old = writer(lpm->lens);
	unsigned int n = old ? old->n : 0;
	unsigned int place = old ? len_place(old, leaf->len) : 0;
	struct len *len;

	lens = lens_new(n + 1, leaf->family == AF_INET6);
	if (!lens)
		return NULL;
	if (old) {
		memcpy(lens->len, old->len, place * sizeof(*len));
		memcpy(&lens->len[place + 1], &old->len[place],
		       (n - place) * sizeof(*len));
	}

	len = &lens->len[place];
	len->len = leaf->len;
	len->mask = mask32(min_t(unsigned int, leaf->len, 32));
	len->table = lisp_lpm_table_new(&len->word);
	if (!len->table) {
		kfree(lens);
		return NULL;
	}
	lens_publish(lpm, lens, lock);

	return len;
}

/* No leaf is left with this length. Without memory it stays, empty. */
static void len_del(struct lisp_lpm *lpm, struct len *len, struct mutex *lock)
{
	struct lisp_lpm_lens *lens = NULL, *old = writer(lpm->lens);
	struct lisp_lpm_table *table = len->table;
	unsigned int place = len - old->len;

	if (old->n > 1) {
		lens = lens_new(old->n - 1, old->is_v6);
		if (!lens)
			return;
		memcpy(lens->len, old->len, place * sizeof(*len));
		memcpy(&lens->len[place], len + 1,
		       (old->n - place - 1) * sizeof(*len));
	}
	lens_publish(lpm, lens, lock);
	lisp_lpm_table_free(table, lock);
}

int lisp_lpm_insert(struct lisp_lpm *lpm, struct lisp_lpm_leaf *leaf,
		    struct mutex *lock)
{
	struct len *len;
	int err;

	if (lisp_lpm_find(lpm, leaf->addr, leaf->len, lock))
		return -EEXIST;

	len = len_find(lpm, leaf->len, lock);
	if (!len)
		len = len_add(lpm, leaf, lock);
	if (!len)
		return -ENOMEM;
	err = lisp_lpm_table_insert(len->table, &len->word, leaf, lock);
	if (err && !len->table->n)
		len_del(lpm, len, lock);

	return err;
}

void lisp_lpm_replace(struct lisp_lpm *lpm, struct lisp_lpm_leaf *old,
		      struct lisp_lpm_leaf *leaf, struct mutex *lock)
{
	struct len *len = len_find(lpm, old->len, lock);

	if (!WARN_ON_ONCE(!len))
		lisp_lpm_table_replace(len->table, old, leaf, lock);
}

void lisp_lpm_remove(struct lisp_lpm *lpm, struct lisp_lpm_leaf *leaf,
		     struct mutex *lock)
{
	struct len *len = len_find(lpm, leaf->len, lock);

	if (WARN_ON_ONCE(!len))
		return;
	lisp_lpm_table_remove(len->table, &len->word, leaf, lock);
	if (!len->table->n)
		len_del(lpm, len, lock);
}

struct lisp_lpm_leaf *lisp_lpm_next(const struct lisp_lpm *lpm,
				    const __be32 *addr, unsigned int len,
				    struct mutex *lock)
{
	struct lisp_lpm_lens *lens = writer(lpm->lens);
	struct lisp_lpm_leaf *leaf;
	unsigned int i;

	if (!lens)
		return NULL;
	for (i = addr ? len_place(lens, len) : 0; i < lens->n; i++) {
		if (lens->len[i].len != len)
			addr = NULL;	/* all of a shorter length */
		leaf = lisp_lpm_table_next(lens->len[i].table, addr,
					   lens->is_v6, lock);
		if (leaf)
			return leaf;
	}

	return NULL;
}

void lisp_lpm_exit(struct lisp_lpm *lpm, struct mutex *lock)
{
	struct lisp_lpm_lens *lens = writer(lpm->lens);
	unsigned int i;

	if (!lens)
		return;
	RCU_INIT_POINTER(lpm->lens, NULL);
	for (i = 0; i < lens->n; i++) {
		WARN_ON_ONCE(lens->len[i].table->n);
		lisp_lpm_table_free(lens->len[i].table, lock);
	}
	kvfree_rcu_mightsleep(lens);
}

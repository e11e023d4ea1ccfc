// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel's longest-prefix match (kernel/lpm.c, lpm-table.c) against a
 * deliberately stupid twin: an array of prefixes that every question searches
 * from end to end.  Addresses are allocated with just their size, so that ASan
 * sees a word too many; and readers run against a writer.
 *
 * Tables change their size in bites of two buckets here, so that most
 * operations meet one that is half-way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>

#define LISP_LPM_BITE	2

#include "lpm-table.c"
#include "lpm.c"

#define POOL	500

struct entry {
	struct lisp_lpm_leaf *leaf;	/* NULL: not in the table */
	__be32 *addr;
	unsigned int len;
};

/* One table under test with its twin. */
struct bench {
	unsigned int words;
	struct lisp_lpm lpm;
	struct entry pool[POOL];
	unsigned int n;
};

static struct mutex lock = { .held = true };
static uint64_t seed;

static uint32_t rnd(uint32_t below)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(seed >> 33) % below;
}

static unsigned int bit_of(const __be32 *addr, unsigned int i)
{
	return ((const uint8_t *)addr)[i / 8] >> (7 - i % 8) & 1;
}

static bool slow_covers(const __be32 *prefix, unsigned int len,
			const __be32 *addr)
{
	unsigned int i;

	for (i = 0; i < len; i++)
		if (bit_of(prefix, i) != bit_of(addr, i))
			return false;
	return true;
}

/* The order of tables: longest first, then by hash, then by octets. */
static int slow_cmp(const struct bench *b, const __be32 *a, unsigned int alen,
		    const __be32 *c, unsigned int clen)
{
	u64 ahash, chash;

	if (alen != clen)
		return (int)clen - (int)alen;
	ahash = hash_addr(a, b->words == 4);
	chash = hash_addr(c, b->words == 4);
	if (ahash != chash)
		return ahash < chash ? -1 : 1;
	return memcmp(a, c, b->words * 4);
}

static struct entry *slow_lookup(struct bench *b, const __be32 *addr)
{
	struct entry *e, *best = NULL;

	for (e = b->pool; e < b->pool + b->n; e++)
		if (e->leaf && slow_covers(e->addr, e->len, addr) &&
		    (!best || e->len > best->len))
			best = e;
	return best;
}

static struct entry *slow_next(struct bench *b, const __be32 *addr,
			       unsigned int len)
{
	struct entry *e, *best = NULL;

	for (e = b->pool; e < b->pool + b->n; e++)
		if (e->leaf &&
		    (!addr || slow_cmp(b, e->addr, e->len, addr, len) > 0) &&
		    (!best || slow_cmp(b, e->addr, e->len, best->addr,
				       best->len) < 0))
			best = e;
	return best;
}

/*
 * Addresses that share much: a random base of few, then few random bits at a
 * random place.
 */
static __be32 *some_addr(const struct bench *b)
{
	uint8_t *a = malloc(b->words * 4);
	unsigned int i, n = 1 + rnd(6);

	assert_non_null(a);
	memset(a, rnd(3) * 0x55, b->words * 4);
	for (i = 0; i < n; i++)
		a[rnd(b->words * 4)] ^= 1 << rnd(8);
	return (__be32 *)a;
}

static unsigned int some_len(const struct bench *b)
{
	unsigned int bits = b->words * 32;

	return rnd(3) ? rnd(bits + 1) : bits - rnd(3);
}

static void cut_addr(__be32 *addr, unsigned int words, unsigned int len)
{
	unsigned int i;

	for (i = len; i < words * 32; i++)
		((uint8_t *)addr)[i / 8] &= ~(0x80 >> i % 8);
}

static void bench_init(struct bench *b, unsigned int words)
{
	struct entry *e, *o;

	memset(b, 0, sizeof(*b));
	b->words = words;
	while (b->n < POOL) {
		e = &b->pool[b->n];
		e->addr = some_addr(b);
		e->len = some_len(b);
		cut_addr(e->addr, words, e->len);
		for (o = b->pool; o < e; o++)
			if (!slow_cmp(b, o->addr, o->len, e->addr, e->len))
				break;
		if (o == e)
			b->n++;
		else
			free(e->addr);
	}
}

static struct lisp_lpm_leaf *leaf_of(const struct bench *b,
				     const struct entry *e)
{
	struct lisp_lpm_leaf *leaf;

	leaf = calloc(1, sizeof(*leaf) + b->words * 4);
	assert_non_null(leaf);
	memcpy(leaf->addr, e->addr, b->words * 4);
	leaf->len = e->len;
	leaf->family = b->words == 4 ? AF_INET6 : AF_INET;
	return leaf;
}

static void insert(struct bench *b, struct entry *e)
{
	struct lisp_lpm_leaf *leaf = leaf_of(b, e);
	int err;

	if (rnd(8) == 0)
		kshim_alloc_limit = rnd(3);
	err = lisp_lpm_insert(&b->lpm, leaf, &lock);
	kshim_alloc_limit = -1;
	if (e->leaf) {
		assert_int_equal(err, -EEXIST);
	} else if (err) {
		assert_int_equal(err, -ENOMEM);
	} else {
		e->leaf = leaf;
		return;
	}
	free(leaf);
}

static void drop(struct bench *b, struct entry *e)
{
	if (!e->leaf)
		return;
	if (rnd(8) == 0)
		kshim_alloc_limit = rnd(2);
	lisp_lpm_remove(&b->lpm, e->leaf, &lock);
	kshim_alloc_limit = -1;
	kshim_defer(e->leaf);
	e->leaf = NULL;
}

static void replace(struct bench *b, struct entry *e)
{
	struct lisp_lpm_leaf *leaf;

	if (!e->leaf)
		return;
	leaf = leaf_of(b, e);
	lisp_lpm_replace(&b->lpm, e->leaf, leaf, &lock);
	kshim_defer(e->leaf);
	e->leaf = leaf;
}

/* Buckets behind others, none of them empty; leaves are counted in *@leaves. */
static unsigned int check_buckets(const struct lisp_lpm_bucket *bucket,
				  unsigned int bits, unsigned int *leaves)
{
	const struct lisp_lpm_bucket *at;
	unsigned int i, k, n = 0;

	for (i = 0; i < 1U << bits; i++) {
		for (at = &bucket[i]; at; at = at->more) {
			for (k = 0; k < LISP_LPM_SLOTS; k++)
				if (at->slot[k]) {
					++*leaves;
					assert_int_equal(i, index_of(hash_leaf(
						at->slot[k]), bits));
				}
			assert_true(at == &bucket[i] || !bucket_is_empty(at));
			n += at != &bucket[i];
		}
	}
	return n;
}

/*
 * What a table must be. Its size is off only while it changes or memory was
 * short, which the twin's tests see to.
 */
static unsigned int check_table(const struct len *len, unsigned int *leaves)
{
	const struct lisp_lpm_table *t = len->table;
	unsigned int n = 0, more;

	assert_int_equal(len->word, (uintptr_t)t->cur | (32 - t->bits));
	more = check_buckets(t->cur, t->bits, &n);
	assert_int_equal(n, t->n);
	*leaves += n;
	assert_int_equal(!t->spare, t->state == STABLE);
	if (t->state == BUILD) {
		n = 0;
		more += check_buckets(t->spare, t->spare_bits, &n);
		assert_true(n <= t->n);
	}
	return 2 + !!t->spare + more;
}

/* How many entries the table has; they and its objects add up. */
static unsigned int check_shape(struct bench *b)
{
	const struct lisp_lpm_lens *lens = b->lpm.lens;
	unsigned int n = 0, leaves = 0, objects = 0, i, behind = 0;
	struct entry *e;

	for (e = b->pool; e < b->pool + b->n; e++)
		n += !!e->leaf;
	for (i = 0; lens && i < lens->n; i++) {
		assert_true(!i || lens->len[i].len < lens->len[i - 1].len);
		objects += check_table(&lens->len[i], &leaves);
		behind += lens->len[i].table->state == RETIRE;
	}
	assert_int_equal(leaves, n);
	/* old buckets that are taken apart have some more, uncounted here */
	if (behind)
		assert_true(kshim_objects >= objects + !!lens);
	else
		assert_int_equal(kshim_objects, objects + !!lens);
	return n;
}

/* The table is empty now. */
static void check_end(struct bench *b)
{
	assert_int_equal(check_shape(b), 0);
	lisp_lpm_exit(&b->lpm, &lock);
	assert_null(b->lpm.lens);
	assert_int_equal(kshim_objects, 0);
	assert_int_equal(kshim_octets, 0);
	kshim_grace();
}

/* All of it, in order. */
static void check_walk(struct bench *b)
{
	struct lisp_lpm_leaf *leaf = NULL;
	struct entry *e = NULL;

	do {
		leaf = lisp_lpm_next(&b->lpm, leaf ? leaf->addr : NULL,
				     leaf ? leaf->len : 0, &lock);
		e = slow_next(b, e ? e->addr : NULL, e ? e->len : 0);
		assert_ptr_equal(leaf, e ? e->leaf : NULL);
	} while (leaf);
}

static void check_questions(struct bench *b)
{
	unsigned int len = some_len(b);
	__be32 *addr = some_addr(b);
	struct entry *e;

	e = slow_lookup(b, addr);
	assert_ptr_equal(lisp_lpm_lookup(&b->lpm, addr), e ? e->leaf : NULL);

	/* a prefix that most probably is not there */
	cut_addr(addr, b->words, len);
	e = slow_next(b, addr, len);
	assert_ptr_equal(lisp_lpm_next(&b->lpm, addr, len, &lock),
			 e ? e->leaf : NULL);
	free(addr);

	/* one that is or was */
	e = &b->pool[rnd(b->n)];
	assert_ptr_equal(lisp_lpm_find(&b->lpm, e->addr, e->len, &lock),
			 e->leaf);
	addr = e->addr;
	len = e->len;
	e = slow_next(b, addr, len);
	assert_ptr_equal(lisp_lpm_next(&b->lpm, addr, len, &lock),
			 e ? e->leaf : NULL);
	e = slow_lookup(b, addr);
	assert_ptr_equal(lisp_lpm_lookup(&b->lpm, addr), e ? e->leaf : NULL);
}

static void run_twin(unsigned int words, unsigned int fill)
{
	static struct bench b;
	unsigned int i;

	bench_init(&b, words);
	for (i = 0; i < 30000; i++) {
		struct entry *e = &b.pool[rnd(b.n)];

		/* grows, stays, shrinks to nothing, and again */
		if (rnd(100) < (i / 5000 % 2 ? 100 - fill : fill))
			insert(&b, e);
		else
			drop(&b, e);
		if (rnd(10) == 0)
			replace(&b, &b.pool[rnd(b.n)]);
		check_questions(&b);
		if (i % 100 == 0) {
			check_shape(&b);
			check_walk(&b);
			kshim_grace();
		}
	}
	for (i = 0; i < b.n; i++)
		drop(&b, &b.pool[i]);
	check_end(&b);
	for (i = 0; i < b.n; i++)
		free(b.pool[i].addr);
}

static void twin_ipv4(void **state)
{
	seed = 4;
	run_twin(1, 70);
}

static void twin_ipv6(void **state)
{
	seed = 6;
	run_twin(4, 70);
}

static void twin_sparse(void **state)
{
	seed = 8;
	run_twin(1, 95);
	run_twin(4, 50);
}

static void covers(void **state)
{
	static const __be32 zero[4];
	__be32 a[4];
	unsigned int i, len;

	for (i = 0; i < 128; i++) {
		memset(a, 0, sizeof(a));
		((uint8_t *)a)[i / 8] = 0x80 >> i % 8;
		for (len = 0; len <= 128; len++)
			assert_int_equal(lisp_lpm_covers(zero, a, len),
					 i >= len);
	}
}

/*
 * Readers beside a writer.  A third of the prefixes stay (their leaves are
 * replaced, though), the others come and go: whatever a reader asks, what it
 * gets covers the address, and is no shorter than the best of those that
 * stay.
 */
struct reader {
	struct bench *bench;
	uint64_t seed;
	unsigned long wrong, asked;
};

static atomic_bool reading;

static void *read_on(void *arg)
{
	struct reader *r = arg;
	struct bench *b = r->bench;

	while (atomic_load(&reading)) {
		struct lisp_lpm_leaf *leaf;
		const struct entry *e;

		r->seed = r->seed * 6364136223846793005ULL + 1;
		e = &b->pool[(r->seed >> 33) % b->n / 3 * 3];
		leaf = lisp_lpm_lookup(&b->lpm, e->addr);
		r->wrong += !leaf || leaf->len < e->len ||
			    !slow_covers(leaf->addr, leaf->len, e->addr);
		r->asked++;
	}
	return NULL;
}

static void readers(void **state)
{
	static struct bench b;
	struct reader r[2];
	pthread_t thread[2];
	unsigned int i, k;

	seed = 12;
	bench_init(&b, 1);
	for (i = 0; i < b.n; i++)
		while (!b.pool[i].leaf)
			insert(&b, &b.pool[i]);

	atomic_store(&reading, true);
	for (i = 0; i < 2; i++) {
		r[i] = (struct reader) { .bench = &b, .seed = i };
		assert_int_equal(pthread_create(&thread[i], NULL, read_on,
						&r[i]), 0);
	}
	for (i = 0; i < 200000; i++) {
		k = rnd(b.n);
		if (k % 3 == 0)
			replace(&b, &b.pool[k]);
		else if (b.pool[k].leaf)
			drop(&b, &b.pool[k]);
		else
			insert(&b, &b.pool[k]);
	}
	atomic_store(&reading, false);
	for (i = 0; i < 2; i++) {
		assert_int_equal(pthread_join(thread[i], NULL), 0);
		assert_true(r[i].asked > 0);
		assert_int_equal(r[i].wrong, 0);
	}
	for (i = 0; i < b.n; i++)
		drop(&b, &b.pool[i]);
	check_end(&b);
	for (i = 0; i < b.n; i++)
		free(b.pool[i].addr);
}

static int choose_secret(void **state)
{
	lisp_lpm_init();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(covers),
		cmocka_unit_test(twin_ipv4),
		cmocka_unit_test(twin_ipv6),
		cmocka_unit_test(twin_sparse),
		cmocka_unit_test(readers),
	};

	return cmocka_run_group_tests(tests, choose_secret, NULL);
}

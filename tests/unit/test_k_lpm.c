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

/* Hosts 0, 1, 2, ... of a large table; the twin's pool is too small for it. */
struct host {
	struct lisp_lpm_leaf leaf;
	__be32 addr[4];
};

static struct host *hosts_new(uint32_t n, bool is_v6)
{
	struct host *hosts = calloc(n, sizeof(*hosts));
	uint32_t i;

	assert_non_null(hosts);
	for (i = 0; i < n; i++) {
		hosts[i].leaf.len = is_v6 ? 128 : 32;
		hosts[i].leaf.family = is_v6 ? AF_INET6 : AF_INET;
		hosts[i].addr[is_v6 ? 3 : 0] = htonl(i);
	}
	return hosts;
}

static void host_add(struct lisp_lpm *lpm, struct host *host)
{
	assert_int_equal(lisp_lpm_insert(lpm, &host->leaf, &lock), 0);
}

static bool host_is_there(const struct lisp_lpm *lpm, const struct host *host)
{
	return lisp_lpm_lookup(lpm, host->addr) == &host->leaf;
}

/* Changes of nothing, until the table is content with its size. */
static void settle(struct lisp_lpm *lpm, struct host *host)
{
	unsigned int quiet;

	for (quiet = 0; quiet < 600; quiet++) {
		lisp_lpm_remove(lpm, &host->leaf, &lock);
		host_add(lpm, host);
		if (lpm->lens->len[0].table->state != STABLE)
			quiet = 0;
	}
	kshim_grace();
}

/*
 * Octets besides the leaves: small tables cost little, large ones 16 to 32 an
 * entry (16 just before they grow), and a change of size not more than as much
 * again. What a table grew to it shrinks from.
 */
static void memory(void **state)
{
	struct host *hosts = hosts_new(70000, true);
	struct lisp_lpm lpm = {};
	uint32_t i, peak = 0;

	assert_int_equal(sizeof(struct lisp_lpm), sizeof(void *));
	assert_int_equal(sizeof(struct lisp_lpm_leaf), 4);
	assert_int_equal(sizeof(struct lisp_lpm_bucket), 64);
	host_add(&lpm, &hosts[0]);
	assert_true(kshim_octets <= 192);
	for (i = 1; i < 65536; i++) {
		host_add(&lpm, &hosts[i]);
		if (i > 1000 && kshim_octets / i > peak)
			peak = kshim_octets / i;
	}
	assert_in_range(peak, 40, 60);
	settle(&lpm, &hosts[0]);
	assert_true(kshim_octets / 65536 < 19);
	for (; i < 65600; i++)
		host_add(&lpm, &hosts[i]);
	settle(&lpm, &hosts[0]);
	assert_in_range(kshim_octets / 65600, 31, 33);
	while (i > 100)
		lisp_lpm_remove(&lpm, &hosts[--i].leaf, &lock);
	settle(&lpm, &hosts[0]);
	assert_true(kshim_octets < 100 * 66);
	while (i)
		lisp_lpm_remove(&lpm, &hosts[--i].leaf, &lock);
	assert_null(lpm.lens);
	assert_int_equal(kshim_octets, 0);
	kshim_grace();
	free(hosts);
}

/* Without memory for more buckets a table goes on, and grows when there is. */
static void no_room_to_grow(void **state)
{
	struct host *hosts = hosts_new(5000, false);
	struct lisp_lpm lpm = {};
	uint32_t i, failed = 0;

	host_add(&lpm, &hosts[0]);
	for (i = 1; i < 1000; i++) {
		/* room for a bucket behind, not for more in front */
		if (lpm.lens->len[0].table->state == STABLE)
			kshim_alloc_limit = rnd(2);
		while (lisp_lpm_insert(&lpm, &hosts[i].leaf, &lock)) {
			kshim_alloc_limit = 1;
			failed++;
		}
		kshim_alloc_limit = -1;
		assert_true(host_is_there(&lpm, &hosts[i]));
	}
	assert_true(failed);
	for (; i < 5000; i++)
		host_add(&lpm, &hosts[i]);
	settle(&lpm, &hosts[0]);
	assert_true(lpm.lens->len[0].table->bits >= 10);
	for (i = 0; i < 5000; i++)
		assert_true(host_is_there(&lpm, &hosts[i]));
	for (i = 0; i < 5000; i++)
		lisp_lpm_remove(&lpm, &hosts[i].leaf, &lock);
	assert_int_equal(kshim_objects, 0);
	kshim_grace();
	free(hosts);
}

/* All hashes are the same: slow, but right. */
static void collisions(void **state)
{
	struct host *hosts = hosts_new(500, true);
	u64 secret[6];
	struct lisp_lpm lpm = {};
	uint32_t i, n = 0;
	struct lisp_lpm_leaf *leaf = NULL;

	memcpy(secret, lisp_lpm_secret, sizeof(secret));
	lisp_lpm_secret[5] = 0;
	for (i = 0; i < 500; i++)
		host_add(&lpm, &hosts[i]);
	for (i = 0; i < 500; i += 2)
		lisp_lpm_remove(&lpm, &hosts[i].leaf, &lock);
	for (i = 0; i < 500; i++)
		assert_int_equal(host_is_there(&lpm, &hosts[i]), i % 2);
	for (; (leaf = lisp_lpm_next(&lpm, leaf ? leaf->addr : NULL, 128,
				     &lock)); n++)
		;
	assert_int_equal(n, 250);
	for (i = 1; i < 500; i += 2)
		lisp_lpm_remove(&lpm, &hosts[i].leaf, &lock);
	assert_int_equal(kshim_objects, 0);
	kshim_grace();
	memcpy(lisp_lpm_secret, secret, sizeof(secret));
	free(hosts);
}

/* Walks meet every host that stays once, however the table changes its size. */
static void walk_while_resizing(void **state)
{
	enum { STAY = 300, ALL = 20000 };
	struct host *hosts = hosts_new(ALL, false);
	static uint8_t met[ALL];
	struct lisp_lpm lpm = {};
	struct lisp_lpm_leaf *leaf = NULL;
	uint32_t n = STAY, i, sizes = 0, bits = 0;
	__be32 cursor[1];
	bool grow = true;

	for (i = 0; i < STAY; i++)
		host_add(&lpm, &hosts[i]);
	while ((leaf = lisp_lpm_next(&lpm, leaf ? cursor : NULL, 32, &lock))) {
		/* only the key is kept, the leaf may go */
		cursor[0] = leaf->addr[0];
		met[ntohl(cursor[0])]++;
		for (i = 0; i < 1000; i++) {
			if (grow)
				host_add(&lpm, &hosts[n++]);
			else
				lisp_lpm_remove(&lpm, &hosts[--n].leaf, &lock);
			if (n == STAY || n == ALL)
				grow = n == STAY;
			sizes += bits != lpm.lens->len[0].table->bits;
			bits = lpm.lens->len[0].table->bits;
		}
	}
	for (i = 0; i < STAY; i++)
		assert_int_equal(met[i], 1);
	for (; i < ALL; i++)
		assert_true(met[i] <= 1);
	assert_true(sizes > 20);
	while (n)
		lisp_lpm_remove(&lpm, &hosts[--n].leaf, &lock);
	assert_int_equal(kshim_objects, 0);
	kshim_grace();
	free(hosts);
}

/* Buckets are used evenly, also by addresses that differ in few bits. */
static void spread(void **state)
{
	static const unsigned int shifts[] = { 0, 4, 8, 12, 16 };
	struct lisp_lpm_key key = {};
	unsigned int s, k, i, n[1024], worst;

	for (s = 0; s < 5; s++) {
		for (k = 0; k < 3; k++) {
			memset(n, 0, sizeof(n));
			worst = 0;
			for (i = 0; i < 1 << 15; i++) {
				__be32 a = htonl(i << shifts[s]);

				key.a = k ? (u64)a << (k == 2) * 32 : a;
				key.b = k ? htonl(i) : 0;
				n[index_of(lisp_lpm_hash(&key, k), 10)]++;
			}
			for (i = 0; i < 1024; i++)
				worst = n[i] > worst ? n[i] : worst;
			/* 32 on average, its root 5.7 */
			assert_true(worst < 32 + 6 * 6);
		}
	}
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
		cmocka_unit_test(memory),
		cmocka_unit_test(no_room_to_grow),
		cmocka_unit_test(collisions),
		cmocka_unit_test(walk_while_resizing),
		cmocka_unit_test(spread),
	};

	return cmocka_run_group_tests(tests, choose_secret, NULL);
}

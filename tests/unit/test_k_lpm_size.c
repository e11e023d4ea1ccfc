// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel's hash tables of prefixes (kernel/lpm.c, lpm-table.c) when they
 * are large: what they occupy, how they grow and shrink, and what walks see
 * meanwhile. test_k_lpm.c says whether the answers are right.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define LISP_LPM_BITE	2

#include "lpm-table.c"
#include "lpm.c"

static struct mutex lock = { .held = true };
static uint64_t seed = 1;

static uint32_t rnd(uint32_t below)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(seed >> 33) % below;
}

/* Hosts 0, 1, 2, ... */
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

/* Buckets that the work @t is at has before it. */
static unsigned int to_do(const struct lisp_lpm_table *t)
{
	return (1U << (t->state == RETIRE ? t->spare_bits : t->bits)) - t->done;
}

/* No change moves more than a bite, however large the table. */
static void bites(void **state)
{
	struct host *hosts = hosts_new(20000, false);
	struct lisp_lpm_table was = {};
	const struct lisp_lpm_table *t;
	struct lisp_lpm lpm = {};
	unsigned int steps = 0;
	uint32_t i;

	for (i = 0; i < 39000; i++) {
		if (i < 20000)
			host_add(&lpm, &hosts[i]);
		else
			lisp_lpm_remove(&lpm, &hosts[i - 20000].leaf, &lock);
		t = lpm.lens->len[0].table;
		if (was.state == STABLE)
			was.done = 0;
		/* the first or one more step of the same work, or its last */
		if (t->state == BUILD || t->state == was.state)
			assert_true(t->state == STABLE ||
				    t->done - was.done <= LISP_LPM_BITE);
		else
			assert_true(to_do(&was) <= LISP_LPM_BITE);
		steps += t->state != STABLE;
		was = *t;
	}
	assert_true(steps > 10000);
	for (i = 19000; i < 20000; i++)
		lisp_lpm_remove(&lpm, &hosts[i].leaf, &lock);
	assert_int_equal(kshim_objects, 0);
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

static void count_hashes(unsigned int shift, unsigned int kind,
			 unsigned int *buckets, unsigned int *tags)
{
	struct lisp_lpm_key key = {};
	unsigned int i;
	u64 hash;

	for (i = 0; i < 1 << 15; i++) {
		__be32 a = htonl(i << shift);

		/* IPv4, IPv6 with differences in one half and in the other */
		key.a = kind ? (u64)a << (kind == 2) * 32 : a;
		key.b = kind ? htonl(i) : 0;
		hash = lisp_lpm_hash(&key, kind);
		buckets[index_of(hash, 10)]++;
		tags[hash & 0xff]++;
	}
}

static unsigned int most(const unsigned int *n, unsigned int size)
{
	unsigned int i, worst = 0;

	for (i = 0; i < size; i++)
		worst = n[i] > worst ? n[i] : worst;
	return worst;
}

/* Buckets and tags are used evenly by addresses that differ in few bits. */
static void spread(void **state)
{
	unsigned int buckets[1024], tags[256], shift, kind;

	for (shift = 0; shift <= 16; shift += 4) {
		for (kind = 0; kind < 3; kind++) {
			memset(buckets, 0, sizeof(buckets));
			memset(tags, 0, sizeof(tags));
			count_hashes(shift, kind, buckets, tags);
			/* 32 and 128 on average; six of their roots more */
			assert_true(most(buckets, 1024) < 32 + 6 * 6);
			assert_true(most(tags, 256) < 128 + 6 * 12);
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
		cmocka_unit_test(memory),
		cmocka_unit_test(bites),
		cmocka_unit_test(no_room_to_grow),
		cmocka_unit_test(collisions),
		cmocka_unit_test(walk_while_resizing),
		cmocka_unit_test(spread),
	};

	return cmocka_run_group_tests(tests, choose_secret, NULL);
}

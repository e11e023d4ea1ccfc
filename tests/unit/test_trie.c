// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The trie against a deliberately stupid twin: an array of prefixes which
 * every question searches from end to end.  Plus the worked examples of
 * RFC 9301 5.5 and 8.1 and RFC 8111 9.5.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/trie.h"

#define MAX 400

struct entry {
	struct prefix p;
	bool held;
};

static struct entry twin[MAX];
static size_t twin_n;

static struct prefix P(const char *text)
{
	struct prefix p;

	assert_int_equal(prefix_from_text(text, &p), 0);
	return p;
}

static struct entry *slow_find(const struct prefix *p)
{
	size_t i;

	for (i = 0; i < twin_n; i++)
		if (twin[i].held && prefix_equal(&twin[i].p, p))
			return &twin[i];
	return NULL;
}

/* Longest that covers @p and has at most @max bits. */
static struct entry *slow_match(const struct prefix *p, int max)
{
	struct entry *best = NULL;
	size_t i;

	for (i = 0; i < twin_n; i++) {
		struct entry *e = &twin[i];

		if (e->held && e->p.len <= max && prefix_contains(&e->p, p) &&
		    (!best || e->p.len > best->p.len))
			best = e;
	}
	return best;
}

/* First in order that is after @after (NULL: any) and inside @within. */
static struct entry *slow_next(const struct prefix *after,
			       const struct prefix *within)
{
	struct entry *best = NULL;
	size_t i;

	for (i = 0; i < twin_n; i++) {
		struct entry *e = &twin[i];

		if (!e->held || (after && prefix_cmp(&e->p, after) <= 0) ||
		    (within && !prefix_contains(within, &e->p)))
			continue;
		if (!best || prefix_cmp(&e->p, &best->p) < 0)
			best = e;
	}
	return best;
}

static struct prefix slow_gap(const struct addr *a, unsigned int floor)
{
	struct prefix p;
	unsigned int len;
	size_t i;

	for (len = floor; ; len++) {
		bool clash = false;

		prefix_make(a, len, &p);
		for (i = 0; i < twin_n; i++)
			clash |= twin[i].held &&
				 !prefix_contains_addr(&twin[i].p, a) &&
				 prefix_overlaps(&twin[i].p, &p);
		if (!clash)
			return p;
	}
}

/* Few bits differ, so that prefixes nest and collide. */
static struct prefix random_prefix(enum addr_family family)
{
	uint8_t bytes[16] = { 0 };
	struct prefix p;
	struct addr a;

	bytes[0] = rand() & 0xc1;
	bytes[1] = rand() & 0x81;
	bytes[3] = rand() & 0x07;
	bytes[7] = rand() & 0x11;
	bytes[15] = rand() & 0x03;
	a = addr_make(family, bytes);
	prefix_make(&a, rand() % (addr_bits(&a) + 1), &p);
	return p;
}

static const void *val(const struct trie_node *n)
{
	return n ? trie_value(n) : NULL;
}

static void ask_everything(const struct trie *t, const struct prefix *p)
{
	unsigned int floor = rand() % (addr_bits(&p->addr) + 1);
	struct prefix host = prefix_host(&p->addr), gap, want, within;
	struct entry *e;

	assert_ptr_equal(val(trie_find(t, p)), slow_find(p));
	assert_ptr_equal(val(trie_match(t, p)), slow_match(p, p->len));
	assert_ptr_equal(val(trie_cover(t, p)), slow_match(p, p->len - 1));
	assert_ptr_equal(val(trie_match_addr(t, &p->addr)),
			 slow_match(&host, host.len));
	assert_ptr_equal(val(trie_first(t, p)), slow_next(NULL, p));
	assert_ptr_equal(val(trie_after(t, p)), slow_next(p, NULL));
	prefix_make(&p->addr, rand() % (p->len + 1), &within);
	assert_ptr_equal(val(trie_after_within(t, p, &within)),
			 slow_next(p, &within));
	e = slow_next(NULL, p);
	assert_int_equal(trie_any_within(t, p), e != NULL);
	if (e && prefix_equal(&e->p, p))
		e = slow_next(p, p);
	assert_int_equal(trie_any_below(t, p), e != NULL);
	assert_int_equal(trie_gap(t, &p->addr, floor, &gap), 0);
	want = slow_gap(&p->addr, floor);
	assert_true(prefix_equal(&gap, &want));
}

static void walk(const struct trie *t, const struct prefix *within)
{
	struct trie_node *n = trie_first(t, within);
	struct entry *e = slow_next(NULL, within);

	while (e) {
		struct prefix p;

		assert_ptr_equal(val(n), e);
		p = trie_prefix(n);
		assert_true(prefix_equal(&p, &e->p));
		n = trie_next(t, n, within);
		e = slow_next(&e->p, within);
	}
	assert_null(n);
}

/* Each is asked for in order, until there are enough. */
struct asked {
	const struct entry *next;
	unsigned int enough;
};

static bool is_next(void *arg, struct trie_node *n)
{
	struct asked *a = arg;

	assert_non_null(a->next);
	assert_ptr_equal(trie_value(n), a->next);
	a->next = slow_next(&a->next->p, NULL);
	return !--a->enough;
}

static void each(const struct trie *t, const struct prefix *after)
{
	struct asked a = { slow_next(after, NULL), 1 + rand() % MAX };
	bool stopped = trie_each(t, after, is_next, &a);

	assert_int_equal(stopped, !a.enough);
	assert_true(stopped || !a.next);
}

/* Near the one before, as long as none is taken out. */
static struct trie_path path;

static void add(struct trie *t, const struct prefix *p, struct entry *e)
{
	struct trie_node *n;
	int err;

	if (rand() % 8 == 0) {
		assert_int_equal(trie_add(t, p, e, NULL), 0);
		path.len = 0;
		return;
	}
	n = trie_add_near(t, &path, p, e, &err);
	assert_int_equal(err, 0);
	assert_ptr_equal(val(n), e);
	n = trie_add_near(t, &path, p, &path, &err);
	assert_int_equal(err, -EEXIST);
	assert_ptr_equal(val(n), e);
}

static void toggle(struct trie *t, const struct prefix *p, size_t *count)
{
	struct entry *e = slow_find(p);

	if (e && rand() % 4 == 0) {
		assert_int_equal(trie_add(t, p, e, NULL), -EEXIST);
	} else if (e) {
		assert_ptr_equal(trie_del(t, p), e);
		path.len = 0;
		e->held = false;
		--*count;
	} else if (rand() % 4 == 0) {
		assert_null(trie_del(t, p));
		assert_null(trie_replace(t, p, t));
	} else if (twin_n < MAX) {
		e = &twin[twin_n++];
		*e = (struct entry){ .p = *p, .held = true };
		add(t, p, e);
		++*count;
	}
	assert_int_equal(t->count, *count);
}

/* Throw out the entries that are not held to make room for new ones. */
static void compact(struct trie *t)
{
	size_t i, n = 0;

	for (i = 0; i < twin_n; i++) {
		if (!twin[i].held)
			continue;
		twin[n] = twin[i];
		assert_ptr_equal(trie_replace(t, &twin[n].p, &twin[n]),
				 &twin[i]);
		n++;
	}
	twin_n = n;
}

static void random_twin(enum addr_family family, unsigned int seed)
{
	size_t count = 0;
	struct trie t;
	int step;

	srand(seed);
	twin_n = 0;
	path.len = 0;
	trie_init(&t, family, NULL);
	for (step = 0; step < 40000; step++) {
		struct prefix p = random_prefix(family);

		toggle(&t, &p, &count);
		if (step % 4 == 0) {
			p = random_prefix(family);
			ask_everything(&t, &p);
		}
		if (step % 500 == 0) {
			walk(&t, NULL);
			p = random_prefix(family);
			walk(&t, &p);
			each(&t, NULL);
		}
		if (step % 20 == 0) {
			p = random_prefix(family);
			each(&t, &p);
		}
		if (twin_n == MAX)
			compact(&t);
		/* Now and then empty it, so that small tries are met often. */
		while (step % 4000 == 3999 && t.root) {
			p = trie_prefix(trie_first(&t, NULL));
			slow_find(&p)->held = false;
			assert_non_null(trie_del(&t, &p));
			path.len = 0;
			count--;
		}
	}
	trie_clear(&t, NULL, NULL);
	assert_null(t.root);
}

static void twin_ipv4(void **state)
{
	random_twin(ADDR_IPV4, 8);
}

static void twin_ipv6(void **state)
{
	random_twin(ADDR_IPV6, 9);
}

static void count_drop(void *value, void *arg)
{
	assert_non_null(value);
	++*(int *)arg;
}

static void clear_drops_each_once(void **state)
{
	struct trie t;
	int i, drops = 0, added = 0;

	srand(10);
	trie_init(&t, ADDR_IPV4, NULL);
	for (i = 0; i < 1000; i++) {
		struct prefix p = random_prefix(ADDR_IPV4);

		added += trie_add(&t, &p, &drops, NULL) == 0;
	}
	trie_clear(&t, count_drop, &drops);
	assert_int_equal(drops, added);
	assert_int_equal(t.count, 0);
	trie_clear(&t, count_drop, &drops);
}

/* No memory to shrink a fork: gone for all look-ups nevertheless, and what is
 * left can be used, and all of it freed. */
static void delete_without_memory(void **state)
{
	size_t count = 0;
	struct pool pool;
	struct trie t;

	srand(12);
	twin_n = 0;
	pool_init(&pool);
	trie_init(&t, ADDR_IPV4, &pool);
	for (int step = 0; step < 20000; step++) {
		struct prefix p = random_prefix(ADDR_IPV4);
		struct entry *e = slow_find(&p);

		pool.max = 0;
		if (e) {
			pool.max = rand() % 4 ? 1 : 0;
			assert_ptr_equal(trie_del(&t, &p), e);
			assert_null(trie_find(&t, &p));
			e->held = false;
			count--;
		} else if (twin_n < MAX) {
			e = &twin[twin_n++];
			*e = (struct entry){ .p = p, .held = true };
			assert_int_equal(trie_add(&t, &p, e, NULL), 0);
			count++;
		}
		assert_int_equal(t.count, count);
		p = random_prefix(ADDR_IPV4);
		assert_ptr_equal(val(trie_match(&t, &p)),
				 slow_match(&p, p.len));
		assert_ptr_equal(val(trie_first(&t, &p)), slow_next(NULL, &p));
		assert_ptr_equal(val(trie_after(&t, &p)), slow_next(&p, NULL));
		if (step % 500 == 0)
			walk(&t, NULL);
		if (twin_n == MAX)
			compact(&t);
	}
	pool.max = 1;
	while ((count = t.count) > 0) {
		struct prefix p = trie_prefix(trie_first(&t, NULL));

		assert_non_null(trie_del(&t, &p));
		assert_int_equal(t.count, count - 1);
	}
	trie_clear(&t, NULL, NULL);
	assert_int_equal(pool.used, 0);
	pool_clear(&pool);
}

static void delete_while_walking(void **state)
{
	struct trie_node *n, *next;
	struct trie t;
	int i;

	srand(11);
	trie_init(&t, ADDR_IPV6, NULL);
	for (i = 0; i < 500; i++) {
		struct prefix p = random_prefix(ADDR_IPV6);

		trie_add(&t, &p, &t, NULL);
	}
	for (n = trie_first(&t, NULL); n; n = next) {
		struct prefix p = trie_prefix(n);

		next = trie_next(&t, n, NULL);
		assert_ptr_equal(trie_del(&t, &p), &t);
	}
	assert_int_equal(t.count, 0);
	assert_null(t.root);
}

static void refuses(void **state)
{
	struct prefix v4 = P("10.0.0.0/8"), v6 = P("2001:db8::/32"), gap;
	struct trie t;

	trie_init(&t, ADDR_IPV4, NULL);
	assert_int_equal(trie_add(&t, &v6, &t, NULL), -EINVAL);
	assert_int_equal(trie_add(&t, &v4, NULL, NULL), -EINVAL);
	assert_int_equal(trie_add(&t, &v4, &t, NULL), 0);
	assert_null(trie_match(&t, &v6));
	assert_null(trie_first(&t, &v6));
	assert_null(trie_after(&t, &v6));
	assert_false(trie_any_within(&t, &v6));
	assert_int_equal(trie_gap(&t, &v6.addr, 0, &gap), -EINVAL);
	assert_int_equal(trie_gap(&t, &v4.addr, 33, &gap), -EINVAL);
	trie_clear(&t, NULL, NULL);
}

static void negative_prefixes(void **state)
{
	static const struct {
		const char *known[4], *ask;
		unsigned int floor;
		const char *want;
	} row[] = {
		{ { "10.0.0.0/10" }, "10.64.1.1", 0, "10.64.0.0/10" },
		{ { "2001:db8:500:1::/64", "2001:db8:500:2::/64" },
		  "2001:db8:500::1", 48, "2001:db8:500::/64" },
		{ { NULL }, "8.8.8.8", 0, "0.0.0.0/0" },
		{ { NULL }, "8.8.8.8", 8, "8.0.0.0/8" },
		{ { "192.0.2.0/24" }, "8.8.8.8", 0, "0.0.0.0/1" },
		{ { "0.0.0.0/8", "128.0.0.0/8" }, "64.0.0.1", 0,
		  "64.0.0.0/2" },
		/* configured 10.1.0.0/16, its half is registered */
		{ { "10.1.128.0/17", "10.2.0.0/16" }, "10.1.3.4", 16,
		  "10.1.0.0/17" },
		/* nothing registered below: the whole configured prefix */
		{ { "10.2.0.0/16" }, "10.1.3.4", 16, "10.1.0.0/16" },
		/* neighbours on both sides of a host */
		{ { "10.0.0.4/32", "10.0.0.6/32" }, "10.0.0.5", 0,
		  "10.0.0.5/32" },
		/* what contains the address is no obstacle */
		{ { "10.0.0.0/8", "10.1.0.0/16", "10.1.1.0/24" }, "10.1.2.9",
		  8, "10.1.2.0/23" },
	};
	size_t i, k;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct prefix ask = P(row[i].ask), want = P(row[i].want), got;
		struct trie t;

		trie_init(&t, ask.addr.family, NULL);
		for (k = 0; k < 4 && row[i].known[k]; k++) {
			struct prefix p = P(row[i].known[k]);

			assert_int_equal(trie_add(&t, &p, &t, NULL), 0);
		}
		assert_int_equal(trie_gap(&t, &ask.addr, row[i].floor, &got),
				 0);
		if (!prefix_equal(&got, &want))
			fail_msg("row %zu", i);
		trie_clear(&t, NULL, NULL);
	}
}

/* RFC 9301 5.5: best match and everything more specific under it. */
static void more_specifics(void **state)
{
	static const char *const db[] = {
		"2001:db8::/32", "2001:db8:1::/48", "2001:db8:1:1::/64",
		"2001:db8:1:2::/64",
	};
	struct prefix ask, match;
	struct trie_node *n;
	struct trie t;
	size_t i;

	trie_init(&t, ADDR_IPV6, NULL);
	for (i = 0; i < 4; i++) {
		struct prefix p = P(db[i]);

		assert_int_equal(trie_add(&t, &p, (void *)db[i], NULL), 0);
	}
	ask = P("2001:db8:1:5::5");
	n = trie_match(&t, &ask);
	match = trie_prefix(n);
	for (i = 1, n = trie_first(&t, &match); n;
	     n = trie_next(&t, n, &match))
		assert_ptr_equal(trie_value(n), db[i++]);
	assert_int_equal(i, 4);
	ask = P("2001:db8:1:1::1");
	match = trie_prefix(trie_match(&t, &ask));
	n = trie_first(&t, &match);
	assert_ptr_equal(trie_value(n), db[2]);
	assert_null(trie_next(&t, n, &match));
	trie_clear(&t, NULL, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(twin_ipv4),
		cmocka_unit_test(twin_ipv6),
		cmocka_unit_test(clear_drops_each_once),
		cmocka_unit_test(delete_while_walking),
		cmocka_unit_test(delete_without_memory),
		cmocka_unit_test(refuses),
		cmocka_unit_test(negative_prefixes),
		cmocka_unit_test(more_specifics),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

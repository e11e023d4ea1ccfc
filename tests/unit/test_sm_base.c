// SPDX-License-Identifier: GPL-2.0-or-later
/* What the machines stand on: actions, tables of names, limits, EID maps. */
#include "sm.h"

#include "sm/cache.h"
#include "sm/eidmap.h"
#include "sm/limit.h"
#include "sm/register.h"
#include "sm/reply.h"
#include "sm/site.h"
#include "sm/util.h"
#include "sm/xtr.h"

/* --- names: a hole in a table is a crash in a log line --- */

static void every_name(void **state)
{
	for (int i = 0; i < LOG_EVENT_COUNT; i++) {
		assert_non_null(log_events[i].name);
		assert_non_null(log_events[i].text);
		assert_non_null(log_level_name(log_events[i].level));
		for (int k = 0; k < i; k++)
			assert_string_not_equal(log_events[i].name,
						log_events[k].name);
	}
	for (int i = 0; i < ACTION_TYPE_COUNT; i++)
		assert_non_null(action_type_name(i));
	for (int i = 0; i < CACHE_STATE_COUNT; i++)
		assert_non_null(cache_state_name(i));
	for (int i = 0; i < REGISTER_STATE_COUNT; i++)
		assert_non_null(register_state_name(i));
	for (int i = RLOC_USABLE; i <= RLOC_OWN; i++)
		assert_non_null(rloc_verdict_name(i));
	for (int i = SITE_AUTO; i <= SITE_FORWARD; i++)
		assert_non_null(site_mode_name(i));
}

/* --- actions --- */

static void actions_in_order(void **state)
{
	turn();
	assert_int_equal(action_add(&acts, ACTION_MAP_DEL)->type,
			 ACTION_MAP_DEL);
	action_log_peer(&acts, LOG_REPLY_NONCE, NULL, NULL, 5);
	assert_int_equal(acts.count, 2);
	assert_ptr_equal(acts.first->next, act(ACTION_LOG, 0));
	assert_null(acts.first->next->next);
	assert_int_equal(act(ACTION_LOG, 0)->log.number, 5);
}

/* At the cap actions are lost and counted, and nobody crashes. */
static void actions_at_the_cap(void **state)
{
	uint8_t room[2 * sizeof(struct action) + 16];
	unsigned int n = 0;
	struct arena small;
	struct actions list;

	arena_init_buffer(&small, room, sizeof(room));
	actions_init(&list, &small);
	while (action_add(&list, ACTION_LOG))
		n++;
	assert_in_range(n, 1, 2);
	action_log_peer(&list, LOG_REPLY_NONCE, NULL, NULL, 1);
	assert_int_equal(list.count, n);
	assert_int_equal(list.lost, 2);
}

/* --- limits --- */

static const struct limit_config three = {
	.each = { .interval_us = 3000000, .burst = 1 },
	.all = { .interval_us = 1000, .burst = 1000 },
	.slots = 3,
};

static bool take(struct limit *l, int key, uint64_t now)
{
	return limit_take(l, &key, sizeof(key), now);
}

static void limit_by_key(void **state)
{
	struct limit l;

	assert_int_equal(limit_init(&l, &three, seed), 0);
	assert_true(take(&l, 1, 1000));
	assert_false(take(&l, 1, 1000));
	assert_true(take(&l, 2, 1000));
	assert_false(take(&l, 1, 3999));
	assert_true(take(&l, 1, 4000));
	limit_free(&l);
}

/* The place of a key is where limit_take() finds it, also of one that was told
 * before the table had any memory. */
static void limit_in_two_steps(void **state)
{
	uint64_t place;
	struct limit l;
	int key = 1;

	assert_int_equal(limit_init(&l, &three, seed), 0);
	place = limit_place(&l, &key, sizeof(key));
	assert_true(limit_take_at(&l, place, 1000));
	assert_false(limit_take_at(&l, place, 1000));
	assert_false(take(&l, 1, 1000));
	assert_true(take(&l, 2, 1000));
	key = 2;
	assert_false(limit_take_at(&l, limit_place(&l, &key, sizeof(key)),
				   1001));
	limit_free(&l);
}

/* All of an address, and of (address, EID), in whatever family, is the key. */
static void limit_by_address(void **state)
{
	const struct limit_config wide = { three.each, three.all, 4096 };
	static const char *const eids[] = {
		"[1]10.0.0.1/32", "[1]10.0.0.2/32", "[2]10.0.0.1/32",
		"[1]10.0.0.0/31", "[1]10.0.0.0/32", "[1]a00:1::/128",
		"[1]a00:1::1/128",
	};
	static const char *const addrs[] = {
		"10.0.0.1", "10.0.0.2", "11.0.0.1", "a00:1::", "a00:1::1",
	};
	uint8_t key[LIMIT_KEY_SIZE];
	struct limit l, pairs;
	struct eid e;

	assert_int_equal(limit_init(&l, &wide, seed), 0);
	assert_int_equal(limit_init(&pairs, &wide, seed), 0);
	for (size_t i = 0; i < ARRAY_SIZE(addrs); i++) {
		struct addr a = A(addrs[i]);

		assert_true(limit_take_addr(&l, &a, 1000));
		assert_false(limit_take_addr(&l, &a, 1000));
		for (size_t k = 0; k < ARRAY_SIZE(eids); k++) {
			e = E(eids[k]);
			assert_true(limit_take(&pairs, key,
					       limit_key(key, &a, &e), 1000));
			assert_false(limit_take(&pairs, key,
						limit_key(key, &a, &e), 1000));
		}
	}
	limit_free(&pairs);
	limit_free(&l);
}

/* Of IPv6 a /64 is one source, of IPv4 an address. */
static void limit_by_source(void **state)
{
	static const struct {
		const char *text;
		bool ok;
	} in_turn[] = {
		{ "2001:db8:0:1::1", true },
		{ "2001:db8:0:1::2", false },
		{ "2001:db8:0:1:ffff:ffff:ffff:ffff", false },
		{ "2001:db8:0:2::1", true },
		{ "32.1.13.184", true },
		{ "32.1.13.185", true },
		{ "32.1.13.184", false },
	};
	const struct limit_config wide = { three.each, three.all, 4096 };
	struct limit l;

	assert_int_equal(limit_init(&l, &wide, seed), 0);
	for (size_t i = 0; i < ARRAY_SIZE(in_turn); i++) {
		struct addr a = A(in_turn[i].text);

		assert_int_equal(limit_take_source(&l, &a, 1000),
				 in_turn[i].ok);
	}
	limit_free(&l);
}

/* A fourth key takes the place of the one used longest ago, no other. */
static void limit_forgets_the_oldest(void **state)
{
	struct limit l;

	assert_int_equal(limit_init(&l, &three, seed), 0);
	assert_true(take(&l, 1, 1000));
	assert_true(take(&l, 2, 1000));
	assert_true(take(&l, 3, 1000));
	assert_false(take(&l, 1, 1001));
	assert_true(take(&l, 4, 1002));
	assert_int_equal(l.evicted, 1);
	assert_false(take(&l, 1, 1003));
	assert_false(take(&l, 3, 1003));
	assert_true(take(&l, 2, 1004));
	limit_free(&l);
}

/* Keys meet in a set of slots by chance; what fits in the table is as good as
 * all remembered. */
static void limit_remembers(void **state)
{
	struct limit_config cfg = three;
	unsigned int again = 0;
	struct limit l;

	cfg.slots = 4096;
	assert_int_equal(limit_init(&l, &cfg, seed), 0);
	for (int i = 0; i < 1000; i++)
		assert_true(take(&l, i, 1000));
	for (int i = 0; i < 1000; i++)
		again += take(&l, i, 2000);
	assert_in_range(again, 0, 20);
	limit_free(&l);
}

/* Keys made up one by one do not get past the bucket for all of them. */
static void limit_for_all(void **state)
{
	struct limit_config cfg = three;
	unsigned int n = 0;
	struct limit l;

	cfg.all = (struct limit_rate){ .interval_us = 1000000, .burst = 5 };
	assert_int_equal(limit_init(&l, &cfg, seed), 0);
	for (int i = 0; i < 1000; i++)
		n += take(&l, i, 1000);
	assert_int_equal(n, 5);
	limit_free(&l);
}

/* What all keys together have used up is, after another configuration. */
static void limit_for_all_inherited(void **state)
{
	struct limit_config cfg = three;
	struct limit l, next;

	cfg.all = (struct limit_rate){ .interval_us = 1000000, .burst = 5 };
	assert_int_equal(limit_init(&l, &cfg, seed), 0);
	assert_int_equal(limit_init(&next, &cfg, seed), 0);
	for (int i = 0; i < 5; i++)
		assert_true(take(&l, i, 1000));
	limit_inherit(&next, &l);
	assert_false(take(&next, 5, 1000));
	assert_true(take(&next, 6, 2000));
	assert_false(take(&next, 7, 2000));
	limit_free(&l);
	limit_free(&next);
}

static void limit_one_slot(void **state)
{
	struct limit_config cfg = three;
	struct limit l;

	cfg.slots = 1;
	assert_int_equal(limit_init(&l, &cfg, seed), 0);
	for (int i = 0; i < 100; i++) {
		assert_true(take(&l, i, 1000));
		assert_false(take(&l, i, 1000));
	}
	limit_free(&l);
}

/* --- EID maps against a plain list --- */

#define TWINS	300

static struct {
	struct eid eid;
	bool there;
} twins[TWINS];

static unsigned int rnd(unsigned int n)
{
	return (unsigned int)(fake_random(NULL) >> 33) % n;
}

/* Few enough that they nest and meet. */
static struct eid random_eid(void)
{
	uint8_t octets[16] = { 10, (uint8_t)(rnd(4) << 6),
			       (uint8_t)(rnd(4) << 6) };
	bool v6 = rnd(3) == 0;
	struct addr a = addr_make(v6 ? ADDR_IPV6 : ADDR_IPV4, octets);
	struct prefix p;

	prefix_make(&a, rnd(19), &p);
	return eid_make(rnd(3), &p);
}

static int twin_match(const struct eid *e, bool shorter)
{
	int best = -1;

	for (int i = 0; i < TWINS; i++) {
		if (!twins[i].there || !eid_contains(&twins[i].eid, e))
			continue;
		if (shorter && eid_equal(&twins[i].eid, e))
			continue;
		if (best < 0 || twins[i].eid.prefix.len >
				twins[best].eid.prefix.len)
			best = i;
	}
	return best;
}

static void check_value(void *value, int twin)
{
	assert_ptr_equal(value, twin < 0 ? NULL : (void *)&twins[twin]);
}

static int twin_find(const struct eid *e)
{
	for (int i = 0; i < TWINS; i++)
		if (twins[i].there && eid_equal(&twins[i].eid, e))
			return i;
	return -1;
}

/* The smallest one after @after, within @within (NULL: anywhere). */
static int twin_next(const struct eid *within, const struct eid *after)
{
	int best = -1;

	for (int i = 0; i < TWINS; i++) {
		if (!twins[i].there)
			continue;
		if (within && !eid_contains(within, &twins[i].eid))
			continue;
		if (after && eid_cmp(&twins[i].eid, after) <= 0)
			continue;
		if (best < 0 || eid_cmp(&twins[i].eid, &twins[best].eid) < 0)
			best = i;
	}
	return best;
}

static void change(struct eidmap *m)
{
	struct eid e = random_eid();
	int at = twin_find(&e), spare = (int)rnd(TWINS);

	if (at >= 0 && rnd(2)) {
		check_value(eidmap_del(m, &e), at);
		twins[at].there = false;
	} else if (at >= 0) {
		assert_int_equal(eidmap_add(m, &e, &twins[at]), -EEXIST);
	} else if (!twins[spare].there) {
		twins[spare].eid = e;
		twins[spare].there = true;
		assert_int_equal(eidmap_add(m, &e, &twins[spare]), 0);
	} else {
		assert_null(eidmap_del(m, &e));
	}
}

static void compare(const struct eidmap *m)
{
	struct eid e = random_eid(), f = random_eid();
	bool inside = eid_contains(&e, &f);

	check_value(eidmap_find(m, &e), twin_find(&e));
	check_value(eidmap_match(m, &e), twin_match(&e, false));
	check_value(eidmap_cover(m, &e), twin_match(&e, true));
	check_value(eidmap_next(m, &e, NULL), twin_next(&e, NULL));
	if (inside)
		check_value(eidmap_next(m, &e, &f), twin_next(&e, &f));
	check_value(eidmap_walk(m, &e), twin_next(NULL, &e));
	check_value(eidmap_walk(m, NULL), twin_next(NULL, NULL));
}

static void eidmap_twin(void **state)
{
	struct eidmap m;
	size_t n = 0;

	world.random = 1;
	memset(twins, 0, sizeof(twins));
	assert_int_equal(eidmap_init(&m, seed), 0);
	for (int i = 0; i < 20000; i++) {
		change(&m);
		compare(&m);
	}
	for (int i = 0; i < TWINS; i++)
		n += twins[i].there;
	assert_int_equal(m.count, n);
	eidmap_free(&m, NULL, NULL);
}

/* The last prefix of an instance takes the instance with it. */
static void eidmap_empties(void **state)
{
	struct eid e = E("[5]10.0.0.0/8"), v6 = E("[5]2001:db8::/32");
	struct eidmap m;
	struct prefix gap;
	struct addr a = A("10.1.2.3");

	assert_int_equal(eidmap_init(&m, seed), 0);
	assert_int_equal(eidmap_add(&m, &e, &e), 0);
	assert_int_equal(eidmap_add(&m, &v6, &e), 0);
	assert_int_equal(eidmap_iid_count(&m, 5), 2);
	assert_int_equal(m.iid_count, 1);
	assert_ptr_equal(eidmap_del(&m, &e), &e);
	assert_ptr_equal(eidmap_del(&m, &v6), &e);
	assert_int_equal(m.iid_count, 0);
	assert_int_equal(eidmap_iid_count(&m, 5), 0);
	assert_int_equal(eidmap_gap(&m, 5, &a, 3, &gap), 0);
	assert_int_equal(gap.len, 3);
	assert_int_equal(eidmap_gap(&m, 5, &a, 33, &gap), -EINVAL);
	e.prefix.addr.family = ADDR_NONE;
	assert_int_equal(eidmap_add(&m, &e, &e), -EINVAL);
	eidmap_free(&m, NULL, NULL);
}

/* Every number, of lists of every small length. */
static void instances_served(void **state)
{
	uint32_t iids[9];
	struct xtr_config cfg = { .iids = iids, .pitr_iids = iids };

	for (unsigned int i = 0; i < 9; i++)
		iids[i] = 3 * i + 1;
	for (unsigned int n = 0; n <= 9; n++) {
		cfg.iid_count = cfg.pitr_iid_count = n;
		for (uint32_t iid = 0; iid < 30; iid++) {
			bool is = iid % 3 == 1 && iid / 3 < n;

			assert_int_equal(xtr_has_iid(&cfg, iid), is);
			assert_int_equal(xtr_is_pitr(&cfg, iid), is);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_name),
		cmocka_unit_test_teardown(actions_in_order, turn_done),
		cmocka_unit_test(actions_at_the_cap),
		cmocka_unit_test(limit_by_key),
		cmocka_unit_test(limit_in_two_steps),
		cmocka_unit_test(limit_by_address),
		cmocka_unit_test(limit_by_source),
		cmocka_unit_test(limit_forgets_the_oldest),
		cmocka_unit_test(limit_remembers),
		cmocka_unit_test(limit_for_all),
		cmocka_unit_test(limit_for_all_inherited),
		cmocka_unit_test(limit_one_slot),
		cmocka_unit_test(instances_served),
		cmocka_unit_test(eidmap_twin),
		cmocka_unit_test(eidmap_empties),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

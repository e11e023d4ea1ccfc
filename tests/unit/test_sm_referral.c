// SPDX-License-Identifier: GPL-2.0-or-later
/* The referral cache, and the example of RFC 8111 section 9. */
#include "sm_ddt_client.h"

/* --- the cache by itself --- */

static struct referral_limits limits;
static struct referral_cache cache;

static struct referral_set *make(const char *xeid, uint64_t expires,
				 const char *const *rlocs, unsigned int n)
{
	struct referral_rloc r[32] = { 0 };
	struct xeid x;
	struct referral_source src = {
		.xeid = &x, .rlocs = r, .rloc_count = n, .expires = expires,
	};
	struct referral_set *s;

	assert_int_equal(xeid_from_text(xeid, &x), 0);
	for (unsigned int i = 0; i < n; i++)
		r[i].addr = A(rlocs[i]);
	s = referral_set_new(&src);
	assert_non_null(s);
	return s;
}

static void put(uint64_t now, const char *eid, const char *xeid,
		uint64_t expires)
{
	static const char *const rlocs[] = { "192.0.2.9" };
	struct referral_set *s = make(xeid, expires, rlocs, 1);
	struct eid e = E(eid);

	referral_put(&cache, now, &e, s);
	referral_set_put(s);
}

static void assert_match(uint64_t now, const char *eid, const char *xeid)
{
	struct eid e = E(eid);
	const struct referral_set *s = referral_match(&cache, now, &e);
	struct xeid x;

	if (!xeid) {
		assert_null(s);
		return;
	}
	assert_non_null(s);
	assert_int_equal(xeid_from_text(xeid, &x), 0);
	assert_true(xeid_equal(&s->xeid, &x));
}

static int cache_begin(void **state)
{
	limits = (struct referral_limits){ 1000, 1 << 20, 10000 };
	return referral_init(&cache, &limits, seed);
}

static int cache_end(void **state)
{
	referral_free(&cache);
	return 0;
}

static void longest_that_lives(void **state)
{
	put(0, "10.1.2.3", "10.0.0.0/8", 1000);
	put(0, "10.1.2.3", "10.1.0.0/16", 500);
	put(0, "10.1.2.3", "10.1.2.0/24", 100);
	assert_match(99, "10.1.2.3", "10.1.2.0/24");
	assert_match(100, "10.1.2.3", "10.1.0.0/16");
	/* What has expired is gone, not only passed over. */
	assert_int_equal(cache.map.count, 2);
	assert_match(499, "10.1.0.1", "10.1.0.0/16");
	assert_match(999, "10.9.0.1", "10.0.0.0/8");
	assert_match(1000, "10.9.0.1", NULL);
	assert_match(1000, "10.1.0.1", NULL);
	assert_int_equal(cache.octets, 0);
	assert_match(0, "[1]10.1.0.1", NULL);
	/* Nothing to keep: it takes what was there with it. */
	put(0, "10.1.2.3", "10.0.0.0/8", 1000);
	put(5, "10.1.2.3", "10.0.0.0/8", 5);
	assert_match(5, "10.1.2.3", NULL);
}

static void ranges_by_instance_and_family(void **state)
{
	put(0, "[300]10.0.0.1", "[256/24]*", 1000);
	assert_match(0, "[300]10.9.9.9", "[256/24]*");
	assert_match(0, "[301]10.9.9.9", NULL);
	assert_match(0, "[300]2001:db8::1", NULL);
}

static void the_oldest_makes_room(void **state)
{
	char text[32];

	limits.entries = 10;
	for (unsigned int i = 0; i < 10; i++) {
		snprintf(text, sizeof(text), "10.%u.0.0/16", i);
		put(0, text, text, 1000);
	}
	assert_match(0, "10.0.0.1", "10.0.0.0/16");
	for (unsigned int i = 10; i < 19; i++) {
		snprintf(text, sizeof(text), "10.%u.0.0/16", i);
		put(0, text, text, 1000);
	}
	assert_int_equal(cache.map.count, 10);
	assert_int_equal(cache.evicted, 9);
	assert_match(0, "10.0.0.1", "10.0.0.0/16");
	assert_match(0, "10.1.0.1", NULL);
	assert_match(0, "10.9.0.1", NULL);
	/* By octets too. */
	limits.octets = cache.octets / 2;
	put(0, "11.0.0.1", "11.0.0.0/8", 1000);
	assert_true(cache.octets <= limits.octets);
	assert_match(0, "11.0.0.1", "11.0.0.0/8");
	assert_match(0, "10.0.0.1", "10.0.0.0/16");
	assert_int_equal(referral_clear(&cache, NULL), 5);
	assert_int_equal(cache.octets, 0);
}

static void which_targets(void **state)
{
	static const char *const rlocs[] = {
		"192.0.2.1", "127.0.0.1", "192.0.2.1", "224.0.0.1",
		"2001:db8::1", "0.0.0.0",
	};
	struct referral_set *s = make("*", 1, rlocs, 6);
	const char *many[32];
	char text[32][16];

	assert_int_equal(s->target_count, 2);
	referral_set_put(s);
	for (unsigned int i = 0; i < 32; i++) {
		snprintf(text[i], sizeof(text[i]), "192.0.2.%u", i + 1);
		many[i] = text[i];
	}
	s = make("*", 1, many, 32);
	assert_int_equal(s->target_count, REFERRAL_TARGETS_MAX);
	referral_set_put(s);
}

/* Keys come with who owns them, and never in more octets than a set may have;
 * the second pass must agree with the first whatever is left out. */
static void keys_within_bounds(void **state)
{
	static uint8_t octets[3][2048];
	struct referral_key keys[REFERRAL_KEY_MAX];
	struct referral_rloc r[20] = { 0 };
	struct xeid x;
	struct referral_source src = {
		.xeid = &x, .rlocs = r, .trusted = true, .expires = 1,
	};

	xeid_range(0, 0, &x);
	for (unsigned int round = 0; round < 500; round++) {
		struct referral_set *s;
		unsigned int n = 0;

		src.rloc_count = round % 20;
		for (unsigned int i = 0; i < REFERRAL_KEY_MAX; i++)
			keys[i] = (struct referral_key){
				.algorithm = REFERRAL_RSA_SHA256,
				.data = octets[i % 3],
				.len = (uint16_t)(fake_random(NULL) % 1100),
				.revoked = fake_random(NULL) % 8 == 0,
			};
		for (unsigned int i = 0; i < src.rloc_count; i++) {
			r[i].addr = A("192.0.2.1");
			r[i].addr.bytes[3] = (uint8_t)(fake_random(NULL) % 12 +
						       1);
			r[i].keys = keys;
			r[i].key_count = (uint8_t)(fake_random(NULL) %
						   REFERRAL_KEY_MAX);
		}
		s = referral_set_new(&src);
		assert_non_null(s);
		assert_in_range(s->octets, 1, REFERRAL_SET_OCTETS);
		for (unsigned int i = 0; i < s->target_count; i++)
			for (unsigned int k = 0; k < s->targets[i].key_count;
			     k++, n++)
				assert_memory_equal(s->targets[i].keys[k].data,
						    octets[0],
						    s->targets[i].keys[k].len);
		assert_true(round < 20 || src.rloc_count < 5 || n > 0);
		referral_set_put(s);
	}
}

/* --- RFC 8111 section 9 --- */

/* Who says what about what lies in @about: the first row that fits. */
static const struct {
	const char *node;
	const char *about;
	const char *xeid;
	unsigned int action;
	const char *rlocs[2];
} tree[] = {
	{ "192.0.2.1", "2001:db8::/32", "2001:db8::/32", REFERRAL_NODE,
	  { "192.0.2.11", "192.0.2.12" } },
	{ "192.0.2.11", "2001:db8:100::/40", "2001:db8:100::/40", REFERRAL_MS,
	  { "192.0.2.101" } },
	{ "192.0.2.11", "2001:db8:500::/40", "2001:db8:500::/40",
	  REFERRAL_NODE, { "192.0.2.201" } },
	{ "192.0.2.101", "2001:db8:103::/48", "2001:db8:103::/48",
	  REFERRAL_MS_ACK, { "192.0.2.101" } },
	{ "192.0.2.101", "2001:db8:104::/48", "2001:db8:104::/48",
	  REFERRAL_MS_ACK, { "192.0.2.101" } },
	{ "192.0.2.201", "2001:db8:500::/48", "2001:db8:500::/48",
	  REFERRAL_MS, { "192.0.2.211" } },
	{ "192.0.2.201", "2001:db8:501::/48", "2001:db8:501::/48",
	  REFERRAL_MS, { "192.0.2.221" } },
	{ "192.0.2.211", "2001:db8:500:1::/64", "2001:db8:500:1::/64",
	  REFERRAL_MS_ACK, { "192.0.2.211" } },
	{ "192.0.2.211", "2001:db8:500:2::/64", "2001:db8:500:2::/64",
	  REFERRAL_MS_ACK, { "192.0.2.211" } },
	{ "192.0.2.211", "2001:db8:500::/64", "2001:db8:500::/64",
	  REFERRAL_DELEGATION_HOLE },
	{ "192.0.2.221", "2001:db8:501:8::/64", "2001:db8:501:8::/64",
	  REFERRAL_MS_ACK, { "192.0.2.221" } },
};

/* The nodes of the example come in twos: both say the same. */
static bool is_node(const struct addr *a, const char *node)
{
	struct addr one = A(node), other = one;

	if (!strcmp(node, "192.0.2.1") || !strcmp(node, "192.0.2.11"))
		other.bytes[3]++;
	return addr_equal(a, &one) || addr_equal(a, &other);
}

static void answer(const char *eid)
{
	struct addr whom = asked_whom();
	struct eid e = E(eid);

	for (size_t i = 0; i < sizeof(tree) / sizeof(tree[0]); i++) {
		struct eid about = E(tree[i].about);

		if (!is_node(&whom, tree[i].node) || !eid_contains(&about, &e))
			continue;
		refer_as(NOW, &whom, asked_nonce(), (struct referring){
			 .xeid = tree[i].xeid, .action = tree[i].action,
			 .rlocs = { tree[i].rlocs[0], tree[i].rlocs[1] } });
		return;
	}
	fail_msg("nobody answers for %s", eid);
}

/* Ask, and be sent from one to the next as said. */
static void walk(const char *eid, const char *const *nodes)
{
	ASK(NOW, eid);
	for (; *nodes; nodes++) {
		struct addr whom = asked_whom();

		assert_true(is_node(&whom, *nodes));
		answer(eid);
	}
}

#define WALK(eid, ...) \
	walk(eid, (const char *const []){ __VA_ARGS__, NULL })

static void example(void **state)
{
	/* 9.1, 9.3 */
	WALK("2001:db8:103:1::1", "192.0.2.1", "192.0.2.11", "192.0.2.101");
	assert_silent();
	WALK("2001:db8:104:2::2", "192.0.2.101");
	assert_silent();
	assert_int_equal(counter("acks"), 2);
	/* Another resolver: 9.2, 9.4, 9.5 */
	restart();
	WALK("2001:db8:501:8:4::1", "192.0.2.1", "192.0.2.11", "192.0.2.201",
	     "192.0.2.221");
	assert_silent();
	WALK("2001:db8:500:2:4::1", "192.0.2.201", "192.0.2.211");
	assert_silent();
	assert_int_equal(counter("acks"), 2);
	WALK("2001:db8:500::1", "192.0.2.211");
	assert_negative("2001:db8:500::/64", 15);
	/* On one resolver for all, the last begins at the /32. */
	restart();
	WALK("2001:db8:103:1::1", "192.0.2.1", "192.0.2.11", "192.0.2.101");
	WALK("2001:db8:501:8:4::1", "192.0.2.11", "192.0.2.201",
	     "192.0.2.221");
}

#define CACHE(f) \
	cmocka_unit_test_setup_teardown(f, cache_begin, cache_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CACHE(longest_that_lives),
		CACHE(ranges_by_instance_and_family),
		CACHE(the_oldest_makes_room),
		CACHE(which_targets),
		CACHE(keys_within_bounds),
		cmocka_unit_test_setup_teardown(example, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

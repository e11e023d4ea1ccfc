// SPDX-License-Identifier: GPL-2.0-or-later
/* The DDT node: how often one source is answered, who may not be who he says
 * he is. */
#include "sm_ddt_node.h"

#define US		"192.0.2.1"
#define STRANGER	"198.51.100.8"
#define ANOTHER		"198.51.100.6"
#define DELEGATED	"2001:db8:103::1/128"
#define ELSEWHERE	"2001:db8:503::1/128"
#define HOLE		"2001:db8:900::1/128"

static struct ddt_authority own[1];
static struct ddt_delegation delegations[2];
static struct referral_rloc child[1];
static struct ddt_config cfg;
static struct ddt ddt;
static struct sm_ops node_ops;
static uint64_t state_of_random;

/* splitmix64: without the pattern that the one of sm.h has. */
static uint64_t any(void *arg)
{
	uint64_t z = state_of_random += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static void make(void)
{
	ddt_free(&ddt);
	assert_int_equal(ddt_init(&ddt, &cfg, &node_ops, NULL, seed), 0);
}

static int begin(void **state)
{
	memset(&world, 0, sizeof(world));
	turn();
	node_ops = ops;
	node_ops.random = any;
	state_of_random = 1;
	ddt_from = RESOLVER;
	own[0] = (struct ddt_authority){ .xeid = X("2001:db8::/32") };
	child[0] = (struct referral_rloc){ .addr = A("192.0.2.101") };
	for (int i = 0; i < 2; i++)
		delegations[i] = (struct ddt_delegation){
			.xeid = X(i ? "2001:db8:500::/40" :
				  "2001:db8:100::/40"),
			.rlocs = child,
			.rloc_count = 1,
		};
	ddt_config_init(&cfg);
	cfg.authorities = own;
	cfg.authority_count = 1;
	cfg.delegations = delegations;
	cfg.delegation_count = 2;
	make();
	return 0;
}

static int end(void **state)
{
	ddt_free(&ddt);
	return turn_done(state);
}

static uint64_t counter(const char *name)
{
	return counted(ddt_counters(&ddt), name);
}

/* How many datagrams it is answered with. */
static unsigned int ask(uint64_t now, const char *from, const char *eid)
{
	ddt_from = from;
	ask_ddt(&ddt, now, US, eid);
	return count_acts(ACTION_SEND);
}

/* Of those that ask for the same over and over half are answered; other
 * questions all are, and those of others. */
static void repeated(void **state)
{
	uint64_t now = 1000000, within;
	unsigned int n = 0;

	for (unsigned int i = 0; i < 10000; i++)
		n += ask(now + i * 3, RESOLVER,
			 i % 2 ? DELEGATED : "2001:db8:103::2/128");
	assert_int_equal(counter("repeated"), 10000 - n);
	within = n - counter("repeated-answered");
	assert_in_range(within, 250 + 29 * 5, 250 + 30 * 5);
	assert_in_range(counter("repeated-answered"), 4600, 5000);
	now += 30000;
	assert_int_equal(ask(now, RESOLVER, ELSEWHERE), 1);
	assert_int_equal(ask(now, RESOLVER, HOLE), 1);
	assert_int_equal(ask(now, STRANGER, DELEGATED), 1);
	assert_int_equal(counter("repeated"), 10000 - n);
}

/* Somebody names a resolver in ten packets a second.  That one asks only when
 * the other one has just used up what there was, three times each, and it
 * does not come to nothing. */
static void in_somebodys_name(void **state)
{
	unsigned int heard = 0;
	uint64_t now = 1000000;

	for (unsigned int i = 0; i < 400; i++)
		ask(now, RESOLVER, DELEGATED);
	for (unsigned int k = 0; k < 40; k++) {
		unsigned int n = 0;

		for (unsigned int i = 0; i < 60; i++) {
			now += 100;
			ask(now, RESOLVER, DELEGATED);
			ask(now, RESOLVER, DELEGATED);
			if (i % 20 == 19)
				n += ask(now, RESOLVER, DELEGATED);
		}
		heard += n > 0;
	}
	assert_in_range(heard, 30, 39);
}

/* What is sent in a second to who is named is bounded all the same. */
static void never_more_than_asked_for(void **state)
{
	uint64_t now = 1000000;
	unsigned int n = 0;

	for (unsigned int i = 0; i < 20000; i++)
		ask(now, RESOLVER, DELEGATED);
	for (unsigned int i = 0; i < 20000; i++)
		n += ask(now + 1 + i / 20, RESOLVER, DELEGATED);
	assert_in_range(n, 200, 5 + 250 + 40);
}

static uint8_t public[2] = { 1, 2 };
static struct ddt_key key;

static uint64_t wall(void *arg)
{
	return 1800000000;
}

static int sign(void *arg, const struct sig_key *k, const uint8_t *data,
		size_t len, uint8_t *sig, size_t sig_len)
{
	memset(sig, public[0], sig_len);
	return 0;
}

static void signing(void)
{
	node_ops.wall = wall;
	node_ops.sign_referral = sign;
	public[0] = 1;
	key = (struct ddt_key){ .tag = 7, .size = 256, .public = public,
				.public_len = 2 };
	cfg.sign.keys = &key;
	cfg.sign.key_count = 1;
	make();
}

/* All addresses of one IPv6 link are one source: of requests, of one record,
 * and of what has to be signed. */
static void one_link(void **state)
{
	static const char *const eids[] = { DELEGATED, "2001:db9::1/128" };
	unsigned int n[2] = { 0 };
	char from[32];

	signing();
	for (unsigned int k = 0; k < 2; k++)
		for (unsigned int i = 0; i < 400; i++) {
			snprintf(from, sizeof(from), "2001:db8:0:1::%x", i + 1);
			n[k] += ask(1000000, from, eids[k]);
		}
	assert_in_range(n[0], 250, 250 + 100);
	assert_int_equal(n[1], 7);
	for (unsigned int i = 0; i < 400; i++) {
		snprintf(from, sizeof(from), "2001:db8:0:1::%x", i + 1);
		ask(1000000, from, HOLE);
	}
	assert_int_equal(counter("limited"), 200);
	assert_int_equal(ask(1000000, "2001:db8:0:2::1", DELEGATED), 1);
}

/* --- over a reload --- */

/* Made anew of @next. */
static void reload(const struct ddt_config *next)
{
	struct ddt old = ddt;

	assert_int_equal(ddt_init(&ddt, next, &node_ops, NULL, seed), 0);
	ddt_inherit(&ddt, &old);
	ddt_free(&old);
}

static void ask_each(uint64_t now)
{
	assert_int_equal(ask(now, RESOLVER, DELEGATED), 1);
	assert_int_equal(ask(now, RESOLVER, ELSEWHERE), 1);
	assert_int_equal(ask(now, RESOLVER, HOLE), 1);
}

/* What was signed with the same keys need not be again; but what says something
 * else now, and all with another key though its tag be the same. */
static void signatures_stay(void **state)
{
	struct referral_rloc other = { .addr = A("192.0.2.102") };
	struct ddt_delegation changed[2];
	struct ddt_config next[3];
	struct ddt_key another;

	signing();
	ask_each(1000000);
	assert_int_equal(counter("signed"), 3);
	memcpy(changed, delegations, sizeof(changed));
	changed[1].rlocs = &other;
	next[0] = cfg;
	next[0].delegations = changed;
	reload(&next[0]);
	ask_each(1000000);
	assert_int_equal(counter("signed"), 4);
	assert_int_equal(counter("requests"), 6);
	another = key;
	another.public = (const uint8_t[]){ 1, 3 };
	next[1] = next[0];
	next[1].sign.keys = &another;
	reload(&next[1]);
	public[0] = 9;
	ask_each(1000000);
	assert_int_equal(counter("signed"), 7);
	assert_int_equal(referral()->sigs[0].data[0], 9);
	next[2] = next[1];
	next[2].sign.validity--;
	reload(&next[2]);
	ask_each(1000000);
	assert_int_equal(counter("signed"), 10);
}

/* However often what is delegated changes, what is kept is bounded. */
static void delegations_that_are_no_more(void **state)
{
	struct referral_rloc child_of[2] = { child[0], child[0] };
	struct ddt_config next, smaller;

	signing();
	next = cfg;
	for (unsigned int i = 0; i < 20; i++) {
		child_of[0].addr.bytes[3] = (uint8_t)i;
		delegations[0].rlocs = child_of;
		assert_int_equal(ask(1000000 + i * 1000, RESOLVER, DELEGATED),
				 1);
		reload(&next);
	}
	assert_int_equal(counter("signed"), 20);
	assert_int_equal(ddt.sign.records.count, 4);
	ask(1030000, RESOLVER, HOLE);
	ask(1030000, RESOLVER, "2001:db8:200::1/128");
	assert_int_equal(ddt.sign.lists[DDT_SIGN_SHARED].count, 2);
	smaller = next;
	smaller.sign.kept[DDT_SIGN_SHARED] = 1;
	reload(&smaller);
	assert_int_equal(ddt.sign.lists[DDT_SIGN_SHARED].count, 1);
}

/* Nor are limits filled, or the time for signatures. */
static void limits_stay_used(void **state)
{
	struct ddt_config next;

	node_ops.random = ops.random;
	signing();
	next = cfg;
	for (unsigned int i = 0; i < 250; i++)
		ask(1000000, RESOLVER, DELEGATED);
	for (unsigned int i = 0; i < 500; i++)
		ask(1000000, STRANGER, "2001:db9::1/128");
	ask(1000000, ANOTHER, "2001:db8:aaaa::1/128");
	for (unsigned int i = 0; i < 7; i++)
		assert_int_equal(ask(1000000, ANOTHER, "2001:db9::3/128"), 1);
	assert_int_equal(counter("repeated") + counter("repeated-answered"),
			 0);
	assert_true(counter("sign-limited") > 0);
	reload(&next);
	for (unsigned int i = 0; i < 4; i++)
		ask(1000000, RESOLVER, DELEGATED);
	assert_int_equal(counter("repeated"), 2);
	for (unsigned int i = 0; i < 4; i++)
		ask(1000000, STRANGER, "2001:db9::1/128");
	assert_int_equal(counter("repeated"), 4);
	assert_int_equal(ask(1000000, "198.51.100.9", "2001:db9::2/128"), 0);
	for (unsigned int i = 0; i < 1000; i++)
		ask(1000000, STRANGER, DELEGATED);
	reload(&next);
	assert_int_equal(ask(1000000, STRANGER, HOLE), 0);
	assert_true(counter("limited") > 0);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(repeated),
		TEST(in_somebodys_name),
		TEST(never_more_than_asked_for),
		TEST(one_link),
		TEST(signatures_stay),
		TEST(delegations_that_are_no_more),
		TEST(limits_stay_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

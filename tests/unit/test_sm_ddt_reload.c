// SPDX-License-Identifier: GPL-2.0-or-later
/* The DDT client over a reload: what goes on, and what must not. */
#include "sm_ddt_client.h"

#define EID	"2001:db8:103:1::1"
#define NODE1	"192.0.2.11"
#define NODE2	"192.0.2.12"
#define MS1	"192.0.2.101"
#define MS2	"192.0.2.102"

/* Down to the Map-Servers @a and @b, with 2001:db8:100::/40. */
static void descend(uint64_t now)
{
	ASK(now, EID);
	REFER(now, "2001:db8::/32", REFERRAL_NODE, { NODE1 });
	assert_asks(NODE1);
	REFER(now, "2001:db8:100::/40", REFERRAL_MS, { MS1, MS2 });
}

/* Of the same roots: what is pending goes on, what is known is known, in the
 * order in which it was used. */
static void a_reload_goes_on(void **state)
{
	struct addr whom;
	uint64_t nonce;

	cfg.cache.entries = 3;
	restart();
	descend(NOW);
	REFER(NOW, "2001:db8:103::/48", REFERRAL_MS_NOT_REGISTERED, { NULL });
	ASK(NOW, "2001:db9::1", .nonce = 78);
	whom = asked_whom();
	nonce = asked_nonce();
	reload();
	assert_int_equal(ddt.queries.count, 2);
	assert_int_equal(counter("requests"), 2);
	/* The answer to what was asked before, from there. */
	refer_as(NOW, &whom, nonce, (struct referring){
		"2001:db9::/32", REFERRAL_NODE, { NODE2 } });
	assert_asks(NODE2);
	/* And silence is noticed. */
	pass(NOW + cfg.retry);
	assert_true(counter("retries") >= 1);
	/* Used last before the reload, so it is not the one to make room. */
	ASK(NOW, EID, .from = "203.0.113.9");
	assert_int_equal(counter("from-cache"), 1);
	assert_int_equal(ddt.cache.map.count, 3);
}

/* Of others: nothing of it may be used. */
static void another_root(void **state)
{
	descend(NOW);
	assert_int_equal(ddt.cache.map.count, 2);
	roots[1] = A("192.0.2.3");
	reload();
	assert_int_equal(ddt.cache.map.count, 0);
	assert_int_equal(ddt.queries.count, 0);
	assert_true(ddt_client_due(&ddt) == UINT64_MAX);
	assert_int_equal(counter("requests"), 1);
}

/* Limits are not filled by a reload. */
static void limits_stay_used(void **state)
{
	cfg.per_eid.each.interval_us = 3000000;
	restart();
	ASK(NOW, EID);
	REFER(NOW, "2001:db8::/32", REFERRAL_DELEGATION_HOLE, { NULL });
	assert_negative("2001:db8::/32", 15);
	reload();
	ASK(NOW + 1000, EID);
	assert_silent();
	assert_int_equal(counter("reply-limited"), 1);
	ASK(NOW + 3000, EID);
	assert_negative("2001:db8::/32", 15);
}

/* Nor is an ITR's share of a node. */
static void a_share_stays_used(void **state)
{
	cfg.share.each = (struct limit_rate){ 3600000000u, 1 };
	cfg.root_count = 1;
	restart();
	ASK(NOW, EID);
	assert_asks(ROOT1);
	reload();
	ASK(NOW, "2001:db9::1");
	assert_silent();
	assert_int_equal(counter("share-used-up"), 1);
	ASK(NOW, "2001:db9::1", .from = "203.0.113.9");
	assert_asks(ROOT1);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_reload_goes_on),
		TEST(another_root),
		TEST(limits_stay_used),
		TEST(a_share_stays_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

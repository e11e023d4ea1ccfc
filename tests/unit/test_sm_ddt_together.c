// SPDX-License-Identifier: GPL-2.0-or-later
/* Several queries of a DDT client: what they have of each other. */
#include "sm_ddt_client.h"

#define EID	"2001:db8:103:1::1"
#define NODE1	"192.0.2.11"

/* What one query has learnt, those that have waited with it need not ask. */
static void what_another_query_learnt(void **state)
{
	struct addr whom;
	uint64_t nonce;

	ASK(NOW, "2001:db8:104::1");
	ASK(NOW, "2001:db8:700::1");
	ASK(NOW, EID);
	whom = asked_whom();
	nonce = asked_nonce();
	refer_as(NOW + 1000, &whom, nonce, (struct referring){
		"2001:db8::/32", REFERRAL_NODE, { NODE1 } });
	assert_asks(NODE1);
	REFER(NOW + 1000, "2001:db8:600::/39", REFERRAL_DELEGATION_HOLE);
	/* That is not about it: ignored, and the query waits. */
	pass(NOW + 2000);
	assert_int_equal(count_acts(ACTION_SEND), 2);
	for (unsigned int i = 0; i < 2; i++) {
		struct addr node = A(NODE1);

		assert_true(addr_equal(&act(ACTION_SEND, i)->send.to, &node));
	}
}

/* The same of what is not there: they are answered. */
static void a_hole_another_query_found(void **state)
{
	ASK(NOW, "2001:db8:103::2");
	ASK(NOW, EID);
	REFER(NOW, "2001:db8:103::/48", REFERRAL_DELEGATION_HOLE);
	assert_negative("2001:db8:103::/48", 15);
	pass(NOW + 2000);
	assert_negative("2001:db8:103::/48", 15);
	assert_int_equal(ddt.queries.count, 0);
}

/* One ITR has a quarter of what a Map-Server takes from us, and another one is
 * not in its way; what was not sent is, two seconds later. */
static void a_share_for_each_itr(void **state)
{
	unsigned int sent_to = 0;
	char eid[32];

	cfg.root_count = 1;
	cfg.queries.each = 256;
	cfg.share.each.burst = 100;
	restart();
	for (unsigned int i = 0; i < 200; i++) {
		snprintf(eid, sizeof(eid), "10.0.%u.1", i);
		ASK(NOW, eid);
		sent_to += count_acts(ACTION_SEND);
	}
	assert_int_equal(sent_to, 100);
	assert_int_equal(counter("share-used-up"), 100);
	ASK(NOW, EID, .from = "203.0.113.2");
	assert_asks(ROOT1);
	/* All are alive, and have their turn as time goes by. */
	assert_int_equal(ddt.queries.count, 201);
	pass(NOW + 2000);
	assert_int_equal(count_acts(ACTION_SEND), 101);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_another_query_learnt),
		TEST(a_hole_another_query_found),
		TEST(a_share_for_each_itr),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

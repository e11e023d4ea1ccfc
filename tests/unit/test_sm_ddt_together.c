// SPDX-License-Identifier: GPL-2.0-or-later
/* Several queries of a DDT client: what they have of each other. */
#include "sm_ddt_client.h"

#include "sm/util.h"

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

/* One ITR has a part of what a Map-Server takes from us, and another one is
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

/* What an ITR over its share was not sent says nothing about who was not asked:
 * that set is everybody's and stays, however long the ITR goes on. */
static void over_the_share_nobody_is_silent(void **state)
{
	struct addr node = A(NODE1);
	struct ddt_query *q;

	cfg.share.each = (struct limit_rate){ 3600000000u, 1 };
	restart();
	ASK(NOW, "10.0.0.1");
	REFER(NOW, "10.0.0.0/8", REFERRAL_NODE, { NODE1 });
	assert_asks(NODE1);
	REFER(NOW, "10.0.0.0/24", REFERRAL_DELEGATION_HOLE);
	ASK(NOW, "10.0.1.1");
	assert_silent();
	for (unsigned int s = 2; s < 60; s += 2) {
		pass(NOW + s * 1000);
		assert_silent();
	}
	assert_int_equal(counter("share-used-up"), 30);
	assert_int_equal(counter("retries"), 0);
	assert_int_equal(counter("to-root"), 0);
	assert_int_equal(counter("given-up"), 0);
	/* An answer that nobody was asked for is none. */
	q = container_of(heap_peek(&ddt.queries.timers), struct ddt_query,
			 timer);
	refer_as(NOW + 59000, &node, q->asked, (struct referring){
		"10.0.1.0/24", REFERRAL_NODE, { ROOT2 } });
	assert_silent();
	assert_int_equal(counter("unasked"), 1);
	/* It ends with its time, and others begin where it would have. */
	pass(NOW + 60000);
	assert_int_equal(counter("given-up"), 1);
	assert_int_equal(counter("to-root"), 0);
	assert_int_equal(ddt.queries.count, 0);
	ASK(NOW + 60000, "10.0.1.1", .from = "203.0.113.2");
	assert_asks(NODE1);
}

/* Nor does it use up what may be sent for a query, or tried of one node. */
static void over_the_share_no_try_is_used_up(void **state)
{
	cfg.share.each = (struct limit_rate){ 10000000, 1 };
	cfg.root_count = 1;
	cfg.sends = 2;
	restart();
	ASK(NOW, "10.0.0.1");
	REFER(NOW, "10.0.0.0/24", REFERRAL_DELEGATION_HOLE);
	ASK(NOW, "10.0.1.1");
	assert_silent();
	for (unsigned int s = 2; s < 10; s += 2) {
		pass(NOW + s * 1000);
		assert_silent();
	}
	pass(NOW + 10000);
	assert_asks(ROOT1);
	assert_int_equal(ddt.queries.count, 1);
	for (unsigned int s = 12; s < 20; s += 2) {
		pass(NOW + s * 1000);
		assert_silent();
	}
	pass(NOW + 20000);
	assert_asks(ROOT1);
	pass(NOW + 22000);
	assert_int_equal(counter("given-up"), 1);
}

/* All addresses of one IPv6 link have what one source has: of a node, and of
 * what may be pending. */
static void one_link(void **state)
{
	char from[ADDR_TEXT_MAX], eid[32];

	cfg.root_count = 1;
	cfg.queries.each = 20;
	cfg.share.each.burst = 10;
	restart();
	for (unsigned int i = 0; i < 30; i++) {
		snprintf(from, sizeof(from), "2001:db8:0:1::%x", i + 1);
		snprintf(eid, sizeof(eid), "10.0.%u.1", i);
		ASK(NOW, eid, .from = from);
	}
	assert_int_equal(counter("full"), 10);
	assert_int_equal(counter("share-used-up"), 10);
	ASK(NOW, EID, .from = "2001:db8:0:2::1");
	assert_asks(ROOT1);
}

/* However many EIDs an ITR-RLOC is said to have asked for, it is told so often
 * and no more; another one is. */
static void one_itr_is_told_so_much(void **state)
{
	unsigned int told = 0;
	char eid[32];

	restart();
	ASK(NOW, EID, .from = "203.0.113.2");
	REFER(NOW, "2001:db8::/32", REFERRAL_DELEGATION_HOLE);
	for (unsigned int i = 0; i < 150; i++) {
		snprintf(eid, sizeof(eid), "2001:db8:%x::1", i);
		ASK(NOW, eid);
		told += count_acts(ACTION_SEND);
	}
	assert_int_equal(told, 100);
	assert_int_equal(counter("reply-limited"), 50);
	ASK(NOW, EID, .from = "203.0.113.3");
	assert_int_equal(count_acts(ACTION_SEND), 1);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_another_query_learnt),
		TEST(a_hole_another_query_found),
		TEST(a_share_for_each_itr),
		TEST(over_the_share_nobody_is_silent),
		TEST(over_the_share_no_try_is_used_up),
		TEST(one_link),
		TEST(one_itr_is_told_so_much),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

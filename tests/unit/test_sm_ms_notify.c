// SPDX-License-Identifier: GPL-2.0-or-later
/* The Map-Server tells registrants what others have changed. */
#include "sm_ms.h"

#define EID	"[100]10.1.0.0/16"
#define BY(x, n, ...) REG(.eids = { EID }, .xtr = x, .nonce = n, __VA_ARGS__)
#define M	MREG_WANT_NOTIFY

/* The Map-Notifies since turn() that answer nothing. */
static unsigned int told(const char *to)
{
	struct addr a = A(to);
	unsigned int n = 0;

	for (unsigned int i = 0; i < count_acts(ACTION_SEND); i++)
		n += sent(i).notify.nonce > 1000 &&
		     addr_equal(&act(ACTION_SEND, i)->send.to, &a);
	return n;
}

static bool names(const struct map_record *r, const char *rloc)
{
	struct addr a = A(rloc);

	return r->locator_count == 1 && addr_equal(&r->locators[0].addr, &a);
}

/* Who had the EID before hears who has it now. */
static void moves(void **state)
{
	put(NOW, BY(1, 1, .flags = M));
	put(NOW, BY(2, 1, .flags = M, .from = "192.0.2.2",
		    .rlocs = { "192.0.2.2" }));
	assert_int_equal(count_acts(ACTION_SEND), 2);
	assert_int_equal(told("192.0.2.1"), 1);
	assert_true(names(sent(0).notify.records, "192.0.2.2"));
	/* The registrant's own answer goes last. */
	assert_int_equal(sent(1).notify.nonce, 1);
	assert_int_equal(counter("moved"), 1);

	run_timers(NOW + 3000);
	assert_int_equal(told("192.0.2.1"), 1);
	/* It comes back: the old news is withdrawn, the other one is told. */
	put(NOW + 4000, BY(1, 2, .flags = M));
	assert_int_equal(told("192.0.2.2"), 0);
	run_timers(NOW + 10000);
	assert_int_equal(told("192.0.2.1"), 0);
}

/* Nobody is told what is not on record yet; told again, it is the same. */
static void not_before_the_record(void **state)
{
	put(NOW, BY(1, 1, .flags = M));
	put(NOW, BY(2, 1, .flags = M, .from = "192.0.2.2",
		    .rlocs = { "192.0.2.2" }));
	assert_int_equal(count_acts(ACTION_SEND), 2);
	assert_int_equal(act(ACTION_SEND, 0)->send.after, 2);
	assert_int_equal(act(ACTION_SEND, 1)->send.after, 2);
	put(NOW + 1, REG(.eids = { "[100]10.8.0.0/16" }, .nonce = 9,
			 .xtr = 3));
	run_timers(NOW + 3000);
	assert_int_equal(told("192.0.2.1"), 1);
	assert_int_equal(act(ACTION_SEND, 0)->send.after, 2);
}

/* Two that contradict each other, each true to itself, are told once. */
static void contradiction(void **state)
{
	put(NOW, BY(1, 1, .flags = M));
	put(NOW, BY(2, 1, .flags = M, .from = "192.0.2.2",
		    .rlocs = { "192.0.2.2" }));
	for (unsigned int i = 2; i < 10; i++) {
		put(NOW + 60000 * i, BY(1, i, .flags = M));
		assert_int_equal(told("192.0.2.2"), 0);
		put(NOW + 60000 * i, BY(2, i, .flags = M, .from = "192.0.2.2",
					.rlocs = { "192.0.2.2" }));
		assert_int_equal(told("192.0.2.1"), 0);
	}
	assert_int_equal(counter("moved"), 1);
}

/* xTRs of one site that list the same locators move nothing. */
static void same_locators(void **state)
{
	put(NOW, BY(1, 1, .flags = M, .rlocs = { "192.0.2.1", "192.0.2.2" }));
	put(NOW, BY(2, 1, .flags = M, .from = "192.0.2.2",
		    .rlocs = { "192.0.2.2", "192.0.2.1" }));
	assert_int_equal(counter("moved"), 0);
	assert_int_equal(count_acts(ACTION_SEND), 1);
}

/* Without M nobody is told; the nonce of the answer is no exception. */
static void moves_silently(void **state)
{
	put(NOW, BY(1, 1));
	put(NOW, BY(2, 1, .rlocs = { "192.0.2.2" }));
	assert_int_equal(count_acts(ACTION_SEND), 0);
	assert_int_equal(counter("moved"), 0);
}

/* Those that had a part in a merged set, when one takes it all, and again
 * when that one withdraws. */
static void merged_then_not(void **state)
{
	put(NOW, BY(1, 1, .flags = M | MREG_MERGE));
	put(NOW, BY(2, 1, .flags = M | MREG_MERGE, .from = "192.0.2.2",
		    .rlocs = { "192.0.2.2" }));
	put(NOW, BY(3, 1, .flags = M, .from = "192.0.2.3",
		    .rlocs = { "192.0.2.3" }));
	assert_int_equal(told("192.0.2.1"), 1);
	assert_int_equal(told("192.0.2.2"), 1);
	assert_true(names(sent(0).notify.records, "192.0.2.3"));
	put(NOW, BY(3, 2, .flags = M, .from = "192.0.2.3", .withdraw = true));
	assert_int_equal(told("192.0.2.1"), 1);
	assert_int_equal(told("192.0.2.2"), 1);
	assert_int_equal(sent(0).notify.records->locator_count, 2);
}

/* Each part of a merged set ends by itself, and those left are told. */
static void unequal_expiry(void **state)
{
	const uint32_t f = M | MREG_MERGE | MREG_USE_TTL;

	put(NOW, BY(1, 1, .flags = f, .ttl = 10));
	put(NOW, BY(2, 1, .flags = f, .ttl = 3, .from = "192.0.2.2",
		    .rlocs = { "192.0.2.2" }));
	put(NOW, BY(3, 1, .flags = f, .ttl = 5, .from = "192.0.2.3",
		    .rlocs = { "192.0.2.3" }));
	assert_int_equal(count_regs(entry(EID)), 3);
	/* Nobody acknowledges: let the news so far run out. */
	for (uint64_t t = NOW; t < NOW + 170000; t += 1000)
		run_timers(t);
	run_timers(NOW + 180000);
	assert_int_equal(count_regs(entry(EID)), 2);
	assert_int_equal(told("192.0.2.1"), 1);
	assert_int_equal(told("192.0.2.3"), 1);
	assert_int_equal(sent(0).notify.records->locator_count, 2);
	for (uint64_t t = NOW + 180000; t < NOW + 290000; t += 1000)
		run_timers(t);
	run_timers(NOW + 300000);
	assert_int_equal(told("192.0.2.1"), 1);
	assert_true(names(sent(0).notify.records, "192.0.2.1"));
	run_timers(NOW + 600000);
	assert_null(entry(EID));
}

/* The one that the EID moved to is over, by time or by its own word: who had it
 * before has it again, and hears so.  That an older one is over is no news. */
static void has_it_again(void **state)
{
	const uint32_t f = M | MREG_USE_TTL;

	put(NOW, BY(1, 1, .flags = f, .ttl = 10));
	put(NOW, BY(2, 1, .flags = f, .ttl = 3, .from = "192.0.2.2",
		    .rlocs = { "192.0.2.2" }));
	for (uint64_t t = NOW; t < NOW + 170000; t += 1000)
		run_timers(t);
	run_timers(NOW + 180000);
	assert_int_equal(told("192.0.2.1"), 1);
	assert_true(names(sent(0).notify.records, "192.0.2.1"));

	put(NOW + 190000, BY(2, 2, .flags = f, .ttl = 10, .from = "192.0.2.2",
			     .rlocs = { "192.0.2.2" }));
	put(NOW + 191000, BY(2, 3, .flags = M, .from = "192.0.2.2",
			     .withdraw = true));
	assert_int_equal(told("192.0.2.1"), 1);
	assert_true(names(sent(0).notify.records, "192.0.2.1"));

	put(NOW + 192000, BY(2, 4, .flags = f, .ttl = 60, .from = "192.0.2.2",
			     .rlocs = { "192.0.2.2" }));
	for (uint64_t t = NOW + 192000; t < NOW + 590000; t += 1000)
		run_timers(t);
	run_timers(NOW + 600000);
	assert_int_equal(count_regs(entry(EID)), 1);
	assert_int_equal(count_acts(ACTION_SEND), 0);
}

/* Later news takes the place of earlier. */
static void superseded(void **state)
{
	put(NOW, BY(1, 1, .flags = M | MREG_MERGE));
	put(NOW, BY(2, 1, .flags = MREG_MERGE, .rlocs = { "192.0.2.2" }));
	put(NOW, BY(2, 2, .flags = MREG_MERGE, .rlocs = { "192.0.2.4" }));
	assert_int_equal(ms.notifies.count, 1);
	run_timers(NOW + 3000);
	assert_int_equal(count_acts(ACTION_SEND), 1);
	assert_true(addr_equal(&sent(0).notify.records->locators[1].addr,
			       &(struct addr){ ADDR_IPV4, { 192, 0, 2, 4 } }));
	/* A registration that asks for no answer does not replace it. */
	put(NOW + 4000, BY(1, 2, .flags = MREG_MERGE));
	assert_int_equal(ms.notifies.count, 1);
	put(NOW + 4000, BY(1, 3, .flags = M | MREG_MERGE));
	assert_int_equal(ms.notifies.count, 0);
}

/* A site whose ETRs do not acknowledge leaves room for others. */
static void share(void **state)
{
	char eid[32];

	cfg.limits.notifies_of_site = 5;
	for (unsigned int i = 0; i < 20; i++) {
		snprintf(eid, sizeof(eid), "[100]10.1.%u.0/24", i);
		put(NOW, REG(.eids = { eid }, .nonce = i + 1, .flags = M));
		put(NOW, REG(.eids = { eid }, .nonce = i + 1, .xtr = 2,
			     .rlocs = { "192.0.2.2" }));
	}
	assert_int_equal(ms.notifies.count, 5);
	assert_int_equal(counter("unsolicited-lost"), 15);
	put(NOW, REG(.eids = { "[100]10.2.0.0/16" }, .key = &keys_b[0],
		     .nonce = 1, .flags = M));
	put(NOW, REG(.eids = { "[100]10.2.0.0/16" }, .key = &keys_b[0],
		     .nonce = 1, .xtr = 2, .rlocs = { "192.0.2.2" }));
	assert_int_equal(count_acts(ACTION_SEND), 1);
	assert_int_equal(ms.notifies.count, 6);
}

/* The bound of all, whatever the shares. */
static void bound_of_all(void **state)
{
	char eid[32];

	cfg.limits.notifies = 3;
	for (unsigned int i = 0; i < 5; i++) {
		snprintf(eid, sizeof(eid), "[100]10.1.%u.0/24", i);
		put(NOW, REG(.eids = { eid }, .nonce = i + 1, .flags = M));
		put(NOW, REG(.eids = { eid }, .nonce = i + 1, .xtr = 2,
			     .rlocs = { "192.0.2.2" }));
	}
	assert_int_equal(ms.notifies.count, 3);
	assert_int_equal(counter("unsolicited-lost"), 2);
}

/* It is signed with the key that the registrant used. */
static void its_own_key(void **state)
{
	struct lisp_msg m;

	put(NOW, BY(1, 1, .flags = M, .key = &keys_a[1]));
	put(NOW, BY(2, 1, .rlocs = { "192.0.2.2" }));
	m = sent(0);
	assert_int_equal(m.notify.auth.key_id, 1);
	assert_int_equal(fake_verify(NULL, &keys_a[1],
				     act(ACTION_SEND, 0)->send.data,
				     act(ACTION_SEND, 0)->send.len,
				     &m.notify.auth), 0);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(moves),
		TEST(not_before_the_record),
		TEST(contradiction),
		TEST(same_locators),
		TEST(moves_silently),
		TEST(merged_then_not),
		TEST(unequal_expiry),
		TEST(has_it_again),
		TEST(superseded),
		TEST(share),
		TEST(bound_of_all),
		TEST(its_own_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

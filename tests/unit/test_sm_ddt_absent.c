// SPDX-License-Identifier: GPL-2.0-or-later
/* The DDT client at Map-Servers of which one has no registration: what comes of
 * a question does not depend on who was asked first. */
#include "sm_ddt_client.h"

#define EID	"2001:db8:103:1::1"
#define MS1	"192.0.2.101"
#define MS2	"192.0.2.102"
#define RETRY	2000

/* Down to two Map-Servers; who of them was asked first, and who was not. */
static struct addr first, second;

static void descend(void)
{
	restart();
	ASK(NOW, EID);
	REFER(NOW, "2001:db8:100::/40", REFERRAL_MS, { MS1, MS2 });
	first = asked_whom();
	second = A(MS1);
	if (addr_equal(&first, &second))
		second = A(MS2);
}

static void assert_asked(const struct addr *a)
{
	struct addr whom = asked_whom();

	assert_true(addr_equal(a, &whom));
}

static void absent(uint64_t now, const struct addr *from, const char *xeid)
{
	refer_as(now, from, 77, (struct referring){
		xeid, REFERRAL_MS_NOT_REGISTERED, .ttl = 1 });
}

/* One is dead: the other one's word counts when the dead one has been asked as
 * often as anybody, and not before, as it may have the registration. */
static void the_other_one_is_silent(void **state)
{
	descend();
	absent(NOW, &first, "2001:db8:103::/48");
	assert_asked(&second);
	pass(NOW + RETRY);
	assert_asked(&second);
	pass(NOW + 2 * RETRY);
	assert_asked(&second);
	pass(NOW + 3 * RETRY);
	assert_negative("2001:db8:103::/48", 1);
	assert_int_equal(counter("given-up"), 0);

	descend();
	pass(NOW + RETRY);
	assert_asked(&second);
	absent(NOW + RETRY, &second, "2001:db8:103::/48");
	assert_asked(&first);
	pass(NOW + 2 * RETRY);
	assert_asked(&first);
	pass(NOW + 3 * RETRY);
	assert_negative("2001:db8:103::/48", 1);
	assert_int_equal(ddt.queries.count, 0);
}

/* A datagram that was lost does not make it so. */
static void the_other_one_lost_a_datagram(void **state)
{
	struct referring ack = { "2001:db8:103::/48", REFERRAL_MS_ACK,
				 { MS1 } };

	descend();
	absent(NOW, &first, "2001:db8:103::/48");
	pass(NOW + RETRY);
	refer_as(NOW + RETRY, &second, 77, ack);
	assert_int_equal(counter("acks"), 1);
	assert_int_equal(counter("negative"), 0);

	descend();
	pass(NOW + RETRY);
	absent(NOW + RETRY, &second, "2001:db8:103::/48");
	assert_asked(&first);
	refer_as(NOW + RETRY, &first, 77, ack);
	assert_int_equal(counter("acks"), 1);
	assert_int_equal(counter("negative"), 0);
}

/* Of what two say the longer one is true of both. */
static void the_longest(void **state)
{
	static const char *const said[2] = {
		"2001:db8:103::/48", "2001:db8:103:1::/64",
	};

	for (unsigned int i = 0; i < 2; i++) {
		descend();
		absent(NOW, &first, said[i]);
		absent(NOW, &second, said[!i]);
		assert_negative("2001:db8:103:1::/64", 1);
	}
}

/* Nor does it matter when the other one says what is of no use. */
static void the_other_one_is_lame(void **state)
{
	struct referring lame = { EID "/128", REFERRAL_NOT_AUTHORITATIVE,
				  .ttl0 = true, .incomplete = true };

	descend();
	absent(NOW, &first, "2001:db8:103::/48");
	refer_as(NOW, &second, 77, lame);
	assert_negative("2001:db8:103::/48", 1);

	descend();
	refer_as(NOW, &first, 77, lame);
	absent(NOW, &second, "2001:db8:103::/48");
	assert_negative("2001:db8:103::/48", 1);
}

static void the_other_one_talks_nonsense(void **state)
{
	struct referring nonsense = { "2001:d00::/24", REFERRAL_MS_ACK,
				      { MS1 } };

	descend();
	absent(NOW, &first, "2001:db8:103::/48");
	refer_as(NOW, &second, 77, nonsense);
	assert_negative("2001:db8:103::/48", 1);

	descend();
	refer_as(NOW, &first, 77, nonsense);
	absent(NOW, &second, "2001:db8:103::/48");
	assert_negative("2001:db8:103::/48", 1);
}

/* What was said of one set is not of another one. */
static void forgotten_at_the_next_set(void **state)
{
	descend();
	absent(NOW, &first, "2001:db8:103::/48");
	refer_as(NOW, &second, 77, (struct referring){
		"2001:db8:103:1::/64", REFERRAL_MS, { "192.0.2.103" } });
	assert_asks("192.0.2.103");
	for (unsigned int i = 1; i <= 3; i++)
		pass(NOW + i * RETRY);
	assert_silent();
	assert_int_equal(counter("given-up"), 1);
}

/* One is silent, the other one lame: silence. */
static void lame_or_silent(void **state)
{
	struct referring lame = { EID "/128", REFERRAL_NOT_AUTHORITATIVE,
				  .ttl0 = true, .incomplete = true };

	for (unsigned int i = 0; i < 2; i++) {
		descend();
		if (i)
			pass(NOW + RETRY);
		refer_as(NOW + i * RETRY, i ? &second : &first, 77, lame);
		assert_asked(i ? &first : &second);
		for (unsigned int k = 1; k <= 3; k++)
			pass(NOW + k * RETRY);
		assert_silent();
		assert_int_equal(counter("negative"), 0);
		assert_int_equal(ddt.queries.count, 0);
	}
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_other_one_is_silent),
		TEST(the_other_one_lost_a_datagram),
		TEST(the_longest),
		TEST(the_other_one_is_lame),
		TEST(the_other_one_talks_nonsense),
		TEST(forgotten_at_the_next_set),
		TEST(lame_or_silent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

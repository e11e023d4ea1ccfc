// SPDX-License-Identifier: GPL-2.0-or-later
/* Addresses, prefixes, EIDs: tables of cases, and bit by bit twins. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/prefix.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

static struct addr A(const char *text)
{
	struct addr a;

	assert_int_equal(addr_from_text(text, &a), 0);
	return a;
}

static struct prefix P(const char *text)
{
	struct prefix p;

	assert_int_equal(prefix_from_text(text, &p), 0);
	return p;
}

static void text_round_trip(void **state)
{
	static const char *const same[] = {
		"[0]0.0.0.0/0", "[100]10.1.0.0/16", "[4294967295]192.0.2.1/32",
		"[7]::/0", "[100]2001:db8:a::/48", "[1]2001:db8::1/128",
		"[16777215]ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128",
		"[4294967295]1111:2222:3333:4444:5555:6666:123.123.123.123/128",
	};
	char out[EID_TEXT_MAX];
	struct eid e, again;
	size_t i;

	for (i = 0; i < N(same); i++) {
		assert_int_equal(eid_from_text(same[i], &e), 0);
		eid_text(&e, out);
		if (!strchr(same[i] + 4, '.') || !strchr(same[i], ':'))
			assert_string_equal(out, same[i]);
		assert_int_equal(eid_from_text(out, &again), 0);
		assert_true(eid_equal(&e, &again));
	}
	assert_int_equal(eid_from_text("10.0.0.1", &e), 0);
	assert_string_equal(eid_text(&e, out), "[0]10.0.0.1/32");
}

static void text_refused(void **state)
{
	static const char *const bad[] = {
		"", "/", "10.1.0.0/", "10.1.0.0/33", "10.1.0.1/16", "10.1/16",
		"::/129", "2001:db8::1/64", "[", "[]10.0.0.0/8", "[1",
		"[4294967296]10.0.0.0/8", "[-1]10.0.0.0/8", "[1]", "[ 1]::/0",
		"10.0.0.0/8 ", "10.0.0.0/+8", "10.0.0.0/08", "[01]::/0",
		"10.0.0.0/99999999999", "[99999999999]::/0", "10.0.0.0//8",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	};
	struct eid e;
	size_t i;

	for (i = 0; i < N(bad); i++) {
		memset(&e, 0xa5, sizeof(e));
		if (eid_from_text(bad[i], &e) != -EINVAL)
			fail_msg("accepted '%s'", bad[i]);
		assert_int_equal(e.iid, 0xa5a5a5a5);
		assert_int_equal(e.prefix.len, 0xa5);
	}
}

static void rloc_table(void **state)
{
	static const struct {
		const char *text;
		bool usable, multicast;
	} row[] = {
		{ "192.0.2.1", true, false }, { "10.0.0.1", true, false },
		{ "1.0.0.0", true, false }, { "240.0.0.1", true, false },
		{ "128.0.0.1", true, false }, { "126.255.255.255", true, false },
		{ "169.253.255.255", true, false },
		{ "223.255.255.255", true, false },
		{ "0.0.0.0", false, false }, { "0.1.2.3", false, false },
		{ "127.0.0.1", false, false }, { "169.254.1.1", false, false },
		{ "224.0.0.1", false, true }, { "239.1.1.1", false, true },
		{ "255.255.255.255", false, false },
		{ "255.255.255.254", true, false },
		{ "2001:db8::1", true, false }, { "fc00::1", true, false },
		{ "fec0::1", true, false }, { "::2", true, false },
		{ "::", false, false }, { "::1", false, false },
		{ "fe80::1", false, false }, { "febf::1", false, false },
		{ "ff02::1", false, true }, { "::ffff:192.0.2.1", false, false },
	};
	struct addr none = { 0 };
	size_t i;

	for (i = 0; i < N(row); i++) {
		struct addr a = A(row[i].text);

		if (addr_usable_rloc(&a) != row[i].usable)
			fail_msg("rloc %s", row[i].text);
		assert_int_equal(addr_is_multicast(&a), row[i].multicast);
	}
	assert_false(addr_usable_rloc(&none));
	assert_false(addr_is_multicast(&none));
}

static void order(void **state)
{
	/* Each is smaller than all that follow. */
	static const char *const up[] = {
		"0.0.0.0/0", "0.0.0.0/1", "10.0.0.0/8", "10.0.0.0/9",
		"10.0.0.0/32", "10.128.0.0/9", "192.0.2.0/24", "192.0.2.0/25",
		"192.0.2.128/25", "255.255.255.255/32", "::/0", "::/128",
		"2001:db8::/32", "2001:db8::/48", "ffff::/16",
	};
	size_t i, j;

	for (i = 0; i < N(up); i++)
		for (j = 0; j < N(up); j++) {
			struct prefix a = P(up[i]), b = P(up[j]);
			int want = (i > j) - (i < j);
			int got = prefix_cmp(&a, &b);

			assert_int_equal((got > 0) - (got < 0), want);
			assert_int_equal(prefix_equal(&a, &b), i == j);
		}
}

static void eids(void **state)
{
	struct eid a, b, c, none = { .iid = 5 };

	assert_int_equal(eid_from_text("[5]10.0.0.0/8", &a), 0);
	assert_int_equal(eid_from_text("[5]10.1.0.0/16", &b), 0);
	assert_int_equal(eid_from_text("[6]10.1.0.0/16", &c), 0);
	assert_true(eid_contains(&a, &b));
	assert_false(eid_contains(&b, &a));
	assert_false(eid_contains(&a, &c));
	assert_true(eid_cmp(&a, &b) < 0 && eid_cmp(&b, &c) < 0);
	assert_true(eid_cmp(&c, &a) > 0);
	assert_true(eid_is_ip(&a));
	assert_false(eid_is_ip(&none));
}

/* --- twins that look at one bit after the other --- */

static unsigned int slow_common(const struct addr *a, const struct addr *b)
{
	unsigned int i;

	if (a->family != b->family)
		return 0;
	for (i = 0; i < addr_bits(a); i++)
		if (addr_bit(a, i) != addr_bit(b, i))
			break;
	return i;
}

static struct prefix random_prefix(void)
{
	uint8_t bytes[16];
	struct prefix p;
	struct addr a;
	bool v4 = rand() & 1;
	size_t i;

	for (i = 0; i < 16; i++)
		bytes[i] = rand() % 3 ? 0 : rand();
	a = addr_make(v4 ? ADDR_IPV4 : ADDR_IPV6, bytes);
	assert_int_equal(prefix_make(&a, rand() % (addr_bits(&a) + 1), &p), 0);
	for (i = p.len; i < addr_bits(&a); i++)
		assert_int_equal(addr_bit(&p.addr, i), 0);
	for (i = 0; i < p.len; i++)
		assert_int_equal(addr_bit(&p.addr, i), addr_bit(&a, i));
	for (i = addr_size(&a); i < 16; i++)
		assert_int_equal(p.addr.bytes[i], 0);
	return p;
}

static void random_twin(void **state)
{
	unsigned int i;

	srand(1);
	for (i = 0; i < 50000; i++) {
		struct prefix a = random_prefix(), b = random_prefix();
		unsigned int c = slow_common(&a.addr, &b.addr);
		bool same = a.addr.family == b.addr.family;
		bool in = same && a.len <= b.len && c >= a.len;
		bool over = same && b.len <= a.len && c >= b.len;
		unsigned int shorter = a.len < b.len ? a.len : b.len;

		assert_int_equal(addr_common_bits(&a.addr, &b.addr), c);
		assert_int_equal(prefix_common_bits(&a, &b),
				 c < shorter ? c : shorter);
		assert_int_equal(prefix_contains(&a, &b), in);
		assert_int_equal(prefix_overlaps(&a, &b), in || over);
		assert_int_equal(prefix_contains_addr(&a, &b.addr),
				 same && c >= a.len);
		if (in && !prefix_equal(&a, &b))
			assert_true(prefix_cmp(&a, &b) < 0);
	}
}

static void mask_limits(void **state)
{
	struct addr v4 = A("255.255.255.255"), v6 = A("ffff::ffff"), no = { 0 };
	struct prefix p;

	assert_int_equal(prefix_make(&v4, 33, &p), -EINVAL);
	assert_int_equal(prefix_make(&v6, 129, &p), -EINVAL);
	assert_int_equal(prefix_make(&no, 1, &p), -EINVAL);
	assert_int_equal(prefix_make(&no, 0, &p), 0);
	assert_false(prefix_is_host(&p));
	p = prefix_host(&v4);
	assert_true(prefix_is_host(&p));
	assert_int_equal(p.len, 32);
	assert_int_equal(prefix_make(&v4, 31, &p), 0);
	assert_false(prefix_is_host(&p));
	assert_int_equal(p.addr.bytes[3], 0xfe);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_round_trip),
		cmocka_unit_test(text_refused),
		cmocka_unit_test(rloc_table),
		cmocka_unit_test(order),
		cmocka_unit_test(eids),
		cmocka_unit_test(random_twin),
		cmocka_unit_test(mask_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/xeid.h"

static struct xeid X(const char *text)
{
	struct xeid x;

	if (xeid_from_text(text, &x))
		fail_msg("%s", text);
	return x;
}

static void texts(void **state)
{
	static const char *const same[] = {
		"*", "[0]*", "[4294967295]*", "[4294967040/24]*",
		"[2147483648/1]*", "[0/1]*", "[100]10.1.0.0/16",
		"[0]2001:db8::/32", "[7]0.0.0.0/0",
	};
	static const char *const bad[] = {
		"", "[]*", "[1/33]*", "[1/31]*", "[256/24]", "[256/24]*x",
		"[256/]*", "[/24]*", "[-1]*", "[4294967296]*", "256/24*",
		"[256/24]10.0.0.0/8", "[ 1]*", "[1/ 32]*", "**", "[1",
		"[256/18446744073709551640]*",
	};
	char out[XEID_TEXT_MAX];
	struct xeid x;
	size_t i;

	for (i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		x = X(same[i]);
		assert_string_equal(xeid_text(&x, out), same[i]);
	}
	x = X("10.1.0.0/16");
	assert_string_equal(xeid_text(&x, out), "[0]10.1.0.0/16");
	x = X("[100/32]*");
	assert_string_equal(xeid_text(&x, out), "[100]*");
	x = X("[0/0]*");
	assert_string_equal(xeid_text(&x, out), "*");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (xeid_from_text(bad[i], &x) != -EINVAL)
			fail_msg("%s", bad[i]);
}

/* Each covers itself and those after it that are marked. */
static void covers(void **state)
{
	static const struct {
		const char *outer, *inner;
		bool in, back;
	} row[] = {
		{ "*", "[5]*", true, false },
		{ "*", "[5]10.0.0.0/8", true, false },
		{ "[256/24]*", "[511]*", true, false },
		{ "[256/24]*", "[512]*", false, false },
		{ "[256/24]*", "[300]2001:db8::/32", true, false },
		{ "[256/24]*", "[256/25]*", true, false },
		{ "[300]*", "[300]0.0.0.0/0", true, false },
		{ "[300]*", "[301]0.0.0.0/0", false, false },
		{ "[300]0.0.0.0/0", "[300]10.0.0.0/8", true, false },
		{ "[300]0.0.0.0/0", "[300]::/0", false, false },
		{ "[0]*", "[1]*", false, false },
		{ "[0]*", "[0]*", true, true },
	};
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct xeid o = X(row[i].outer), n = X(row[i].inner);

		assert_int_equal(xeid_contains(&o, &n), row[i].in);
		assert_int_equal(xeid_contains(&n, &o), row[i].back);
		assert_int_equal(xeid_equal(&o, &n), row[i].in && row[i].back);
		if (row[i].in && !row[i].back)
			assert_true(xeid_bits(&o) < xeid_bits(&n));
	}
}

static void ranges(void **state)
{
	struct xeid x;

	assert_int_equal(xeid_range(0xffffffff, 33, &x), -EINVAL);
	assert_int_equal(xeid_range(0xffffffff, 8, &x), 0);
	assert_int_equal(x.eid.iid, 0xff000000);
	assert_true(xeid_is_range(&x));
	assert_int_equal(xeid_range(0xffffffff, 0, &x), 0);
	assert_int_equal(x.eid.iid, 0);
	assert_int_equal(xeid_bits(&x), 0);
	x = X("[1]0.0.0.0/0");
	assert_false(xeid_is_range(&x));
	assert_int_equal(xeid_bits(&x), 48);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts),
		cmocka_unit_test(covers),
		cmocka_unit_test(ranges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Each character, and each way to write one wrongly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "lib/plain.h"

/* @c in @n octets, if that is too many, too. */
static void encode(uint32_t c, unsigned int n, char text[8])
{
	static const uint8_t lead[] = { 0, 0, 0xc0, 0xe0, 0xf0 };

	memset(text, 0, 8);
	if (n == 1) {
		text[0] = (char)c;
		return;
	}
	for (unsigned int i = n - 1; i; i--, c >>= 6)
		text[i] = (char)(0x80 | (c & 0x3f));
	text[0] = (char)(lead[n] | c);
}

static unsigned int octets(uint32_t c)
{
	return 1 + (c >= 0x80) + (c >= 0x800) + (c >= 0x10000);
}

static bool is_control(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0);
}

static void test_each(void **state)
{
	char text[8], made[8];

	for (uint32_t c = 1; c < 0x200000; c++) {
		bool good = !is_control(c) && (c < 0xd800 || c > 0xdfff) &&
			    c <= 0x10ffff;

		encode(c, octets(c), text);
		if (plain_is(text) != good)
			fail_msg("U+%04X", c);
		memcpy(made, text, sizeof(made));
		assert_ptr_equal(plain_make(made), made);
		if (good)
			assert_memory_equal(made, text, sizeof(made));
		else
			assert_int_equal(strspn(made, "?"), octets(c));
	}
}

/* In more octets than it takes. */
static void test_overlong(void **state)
{
	char text[8];

	for (uint32_t c = 0; c < 0x10000; c += c < 0x800 ? 1 : 7)
		for (unsigned int n = octets(c) + 1; n <= 4; n++) {
			encode(c, n, text);
			assert_false(plain_is(text));
		}
}

static void test_texts(void **state)
{
	static const struct {
		const char *text, *plain;
		size_t length;
	} rows[] = {
		{ "", "", 0 },
		{ "s\xc3\xa9 \xf0\x9f\x98\x80",
		  "s\xc3\xa9 \xf0\x9f\x98\x80", 8 },
		{ "a\033]0;b\007c\n", "a?]0;b?c?", 1 },
		{ "\xc3\xa9\x7f", "\xc3\xa9?", 2 },
		{ "\xc2\x9b" "31m", "??31m", 0 },
		{ "\x9b" "31m", "?31m", 0 },
		/* Cut off. */
		{ "\xc3", "?", 0 },
		{ "a\xe2\x82", "a??", 1 },
		{ "\xf0\x9f\x98", "???", 0 },
		{ "\xe2\x82z", "??z", 0 },
		{ "\xc3\xc3\xa9", "?\xc3\xa9", 0 },
		{ "\xff\xfe", "??", 0 },
	};
	char text[32];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text), "%s", rows[i].text);
		assert_string_equal(plain_make(text), rows[i].plain);
		assert_true(plain_is(text));
		assert_int_equal(plain_length(text), strlen(text));
		assert_int_equal(plain_length(rows[i].text), rows[i].length);
		assert_int_equal(plain_is(rows[i].text),
				 !strcmp(rows[i].text, rows[i].plain));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each),
		cmocka_unit_test(test_overlong),
		cmocka_unit_test(test_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

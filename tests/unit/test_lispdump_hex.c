// SPDX-License-Identifier: GPL-2.0-or-later
/* Hex text for lispdump: its forms, what is wrong with it, and limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../../tools/lispdump/hex.h"

/* What is the same as the line before. */
static void hex_repeats(void **state)
{
	static const char text[] =
		"00000000  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 07"
		"  |................|\n*\n"
		"00000030  01 02  |..|\n00000032\n\n"
		"000000 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 07\n*\n"
		"000040\n\n"
		"000000 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 07\n*\n"
		"100000\n";
	FILE *in = fmemopen((char *)text, sizeof(text) - 1, "r");
	struct hex *h = hex_new(in);

	assert_int_equal(hex_read(h), 1);
	assert_int_equal(h->len, 0x32);
	for (size_t i = 0; i < 0x30; i++)
		assert_int_equal(h->octets[i], i % 16 == 15 ? 7 : 0);
	assert_int_equal(h->octets[0x31], 2);
	assert_int_equal(hex_read(h), 1);
	assert_int_equal(h->len, 0x40);
	assert_int_equal(h->octets[0x3f], 7);
	assert_int_equal(hex_read(h), -EBADMSG);
	hex_free(h);
	fclose(in);
}

static void hex_forms(void **state)
{
	/* Octets are 00 01 02 ..., packets by their lengths; 0 ends. */
	static const struct {
		const char *text;
		size_t lens[4];
	} rows[] = {
		{ "", { 0 } },
		{ "\n\n# 00\n \t\n", { 0 } },
		{ "000102", { 3 } },
		{ "00 01\r\n02\n", { 3 } },
		{ "\t0001 02030405\n", { 6 } },
		{ "0001\n\n\n00\n# x\n01\n\n00", { 2, 2, 1 } },
		/* xxd, tcpdump -X */
		{ "00000000: 0001 0203  ....\n00000004: 04  .\n", { 5 } },
		{ "\t0x0000:  0001 0203 04  abcd ef\n", { 5 } },
		{ "0000: 00\n0001: 01\n0000: 00 01\n", { 2, 2 } },
		/* hexdump -C, od -A x -t x1 */
		{ "00000000  00 01 02 03 04 05 06 07  08 09  |..........|\n"
		  "0000000a\n", { 10 } },
		{ "00000000  00 01 02 03 04 05 06 07  |..........|\n", { 8 } },
		{ "000000 00 01 02\n000003 03\n000004\n", { 4 } },
		/* tshark -x */
		{ "0000  00 01 02 03 04 05 06 07   12345678\n", { 8 } },
		{ "0000  00 01   ab\n\n0000  00   .\n", { 2, 1 } },
	};
	struct hex *h;
	FILE *in;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t len = strlen(rows[i].text), n;

		in = fmemopen((char *)rows[i].text, len ? len : 1, "r");
		assert_non_null(in);
		if (!len)
			getc(in);
		h = hex_new(in);
		for (n = 0; rows[i].lens[n]; n++) {
			if (hex_read(h) != 1 || h->len != rows[i].lens[n])
				fail_msg("row %zu, packet %zu: %zu octets, %s",
					 i, n, h->len, h->expected);
			for (size_t at = 0; at < h->len; at++)
				assert_int_equal(h->octets[at], at);
		}
		if (hex_read(h))
			fail_msg("row %zu goes on", i);
		hex_free(h);
		fclose(in);
	}
}

static void hex_errors(void **state)
{
	static const struct {
		const char *text;
		unsigned int line;
		const char *expected;
	} rows[] = {
		{ "0", 1, "hex digits" },
		{ "00 1", 1, "hex digits" },
		{ "# a\n\n00\nhello", 4, "hex digits" },
		{ "0000: 00 01\n0003: 03", 2, "offset" },
		{ "0000: 00 01\n02 03", 2, "an offset" },
		{ "0010: 00", 1, "offset" },
		{ "0000: 00 zz", 1, "hex digits" },
		{ "0x", 1, "hex digits" },
	};
	struct hex *h;
	FILE *in;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		in = fmemopen((char *)rows[i].text, strlen(rows[i].text), "r");
		h = hex_new(in);
		if (hex_read(h) != -EBADMSG || h->number != rows[i].line ||
		    !strstr(h->expected, rows[i].expected))
			fail_msg("row %zu: line %u, %s", i, h->number,
				 h->expected);
		hex_free(h);
		fclose(in);
	}
}

/* As large as UDP makes it, one octet larger, and a line without an end. */
static void hex_limits(void **state)
{
	size_t size = 2 * HEX_LINE_MAX;
	char *text = malloc(size);
	struct hex *h;
	FILE *in;

	for (size_t n = HEX_PACKET_MAX; n <= HEX_PACKET_MAX + 1; n++) {
		memset(text, '0', 2 * n);
		in = fmemopen(text, 2 * n, "r");
		h = hex_new(in);
		assert_int_equal(hex_read(h), n == HEX_PACKET_MAX ? 1 :
				 -EBADMSG);
		hex_free(h);
		fclose(in);
	}
	memset(text, ' ', size);
	in = fmemopen(text, size, "r");
	h = hex_new(in);
	assert_int_equal(hex_read(h), -EBADMSG);
	assert_non_null(strstr(h->expected, "shorter"));
	hex_free(h);
	fclose(in);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hex_repeats),
		cmocka_unit_test(hex_forms),
		cmocka_unit_test(hex_errors),
		cmocka_unit_test(hex_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel's LISP header (kernel/wire.h) against a reading of RFC 9300,
 * section 5.1, in whole words, for every octet of flags.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <string.h>

#include "wire.h"

static uint64_t seed;

static uint32_t rnd(void)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return seed >> 32;
}

/* What is left of both words when everything with a meaning is masked. */
static bool slow_reserved(uint32_t w0, uint32_t w1)
{
	bool n = w0 >> 31 & 1, l = w0 >> 30 & 1, v = w0 >> 28 & 1;
	bool i = w0 >> 27 & 1;
	uint32_t field = n || v ? 0 : w0 & 0xffffff;
	uint32_t flags = w0 >> 24 & 0x04;	/* R */

	if (w0 >> 29 & 1 && !n)
		flags |= 0x20;			/* E without N */
	if (n && v)
		flags |= 0x10;			/* never sent */
	if (i)
		w1 &= 0xff;
	if (l)
		w1 = i ? 0 : 0 & w1;
	return flags || field || w1;
}

static void parse_all_flags(void **state)
{
	unsigned int flags, k;

	seed = 1;
	for (flags = 0; flags < 256; flags++) {
		for (k = 0; k < 2000; k++) {
			/* often zero, so that each field alone is seen */
			uint32_t w0 = flags << 24 |
				      (rnd() % 2 ? rnd() & 0xffffff : 0);
			uint32_t w1 = rnd() & (uint32_t[]){
				0, 0xff, 0xffffff00, 0xffffffff }[rnd() % 4];
			uint32_t words[2] = { htonl(w0), htonl(w1) };
			struct lisp_wire w;
			struct lisp_hdr h;

			memcpy(&w, words, sizeof(w));
			memset(&h, 0xa5, sizeof(h));
			lisp_hdr_parse(&w, &h);
			assert_int_equal(h.iid, flags & 8 ? w1 >> 8 : 0);
			assert_int_equal(h.key_id, flags & 3);
			assert_int_equal(h.reserved, slow_reserved(w0, w1));
		}
	}
}

static void build_and_parse(void **state)
{
	static const uint32_t iids[] = { 0, 1, 100, 0xff, 0x100, 0x123456,
					 0xfffffe };
	struct lisp_wire w;
	struct lisp_hdr h;
	unsigned int i;

	for (i = 0; i < sizeof(iids) / sizeof(iids[0]); i++) {
		memset(&w, 0xff, sizeof(w));
		lisp_hdr_build(&w, iids[i]);
		lisp_hdr_parse(&w, &h);
		assert_int_equal(h.iid, iids[i]);
		assert_int_equal(h.key_id, 0);
		assert_false(h.reserved);
	}
}

static void octets(void **state)
{
	static const struct {
		uint32_t iid;
		uint8_t octets[8];
	} v[] = {
		{ 0, { 0 } },
		{ 100, { 0x08, 0, 0, 0, 0, 0, 0x64, 0 } },
		{ 0xfffffe, { 0x08, 0, 0, 0, 0xff, 0xff, 0xfe, 0 } },
	};
	struct lisp_wire w;
	unsigned int i;

	assert_int_equal(sizeof(w), LISP_HDR_LEN);
	for (i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		lisp_hdr_build(&w, v[i].iid);
		assert_memory_equal(&w, v[i].octets, 8);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(octets),
		cmocka_unit_test(build_and_parse),
		cmocka_unit_test(parse_all_flags),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel's LISP header (kernel/wire.h) against a reading of RFC 9300,
 * section 5.1, and RFC 9305, in whole words, for every octet of flags.
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
static bool slow_odd(uint32_t w0, uint32_t w1, bool gpe)
{
	bool n = w0 >> 31 & 1, l = w0 >> 30 & 1, v = w0 >> 28 & 1;
	bool i = w0 >> 27 & 1, p = gpe && w0 >> 26 & 1;
	uint32_t left = w0 & 0xf4ffffff;	/* I and KK always count */

	left &= ~(1u << 30);			/* L, too */
	if (p) {
		left &= ~(1u << 26);
		left &= ~0xffu;
	} else if (n) {
		left &= ~(1u << 31) & ~(1u << 29) & ~0xffffffu;
	} else if (v) {
		left &= ~(1u << 28) & ~0xffffffu;
	}
	if (i)
		w1 &= 0xff;
	if (l)
		w1 = 0;
	return left || w1;
}

static void parse_all_flags(void **state)
{
	unsigned int flags, k;

	seed = 1;
	for (flags = 0; flags < 256; flags++) {
		for (k = 0; k < 2000; k++) {
			/* often zero, so that each field alone is seen */
			uint32_t w0 = flags << 24 | (rnd() & (uint32_t[]){
				0, 0, 0xff, 0xffffff }[rnd() % 4]);
			uint32_t w1 = rnd() & (uint32_t[]){
				0, 0xff, 0xffffff00, 0xffffffff }[rnd() % 4];
			uint32_t words[2] = { htonl(w0), htonl(w1) };
			struct lisp_wire w;
			struct lisp_hdr h;

			memcpy(&w, words, sizeof(w));
			memset(&h, 0xa5, sizeof(h));
			lisp_hdr_parse(&w, &h);
			assert_int_equal(h.flags, flags);
			assert_int_equal(h.field, w0 & 0xffffff);
			assert_int_equal(h.iid, flags & 8 ? w1 >> 8 : 0);
			assert_int_equal(h.status, flags & 8 ? w1 & 0xff : w1);
			assert_int_equal(lisp_hdr_is_odd(&h, false),
					 slow_odd(w0, w1, false));
			assert_int_equal(lisp_hdr_is_odd(&h, true),
					 slow_odd(w0, w1, true));
		}
	}
}

/* Whatever is asked for, what is built is never odd, and keeps what it can. */
static void build_and_parse(void **state)
{
	static const uint32_t iids[] = { 0, 1, 100, 0xff, 0x100, 0x123456,
					 0xfffffe };
	unsigned int flags, i;

	seed = 2;
	for (flags = 0; flags < 256; flags++) {
		for (i = 0; i < sizeof(iids) / sizeof(iids[0]); i++) {
			struct lisp_hdr h = { flags, rnd(), iids[i], rnd() };
			bool p = flags & LISP_HDR_P;
			bool n = flags & LISP_HDR_N && !p;
			bool v = flags & LISP_HDR_V && !n && !p;
			struct lisp_wire w;
			struct lisp_hdr got;

			lisp_hdr_build(&w, &h);
			lisp_hdr_parse(&w, &got);
			assert_false(lisp_hdr_is_odd(&got, true));
			assert_int_equal(got.iid, h.iid);
			assert_int_equal(got.flags & 0x47, flags & 0x47);
			assert_int_equal(!!(got.flags & LISP_HDR_I), !!h.iid);
			assert_int_equal(!!(got.flags & LISP_HDR_N), n);
			assert_int_equal(!!(got.flags & LISP_HDR_V), v);
			assert_int_equal(!!(got.flags & LISP_HDR_E),
					 n && flags & LISP_HDR_E);
			assert_int_equal(got.field, p ? h.field & 0xff :
					 n || v ? h.field & 0xffffff : 0);
			assert_int_equal(got.status,
					 flags & LISP_HDR_L ? h.iid ?
					 h.status & 0xff : h.status : 0);
		}
	}
}

/* A reading of the RFC by hand. */
static void octets(void **state)
{
	static const struct {
		struct lisp_hdr h;
		uint8_t octets[8];
	} v[] = {
		{ { 0 }, { 0 } },
		{ { .iid = 100 }, { 0x08, 0, 0, 0, 0, 0, 0x64, 0 } },
		{ { .iid = 0xfffffe },
		  { 0x08, 0, 0, 0, 0xff, 0xff, 0xfe, 0 } },
		{ { LISP_HDR_L, 0, 0, 0x80000001 },
		  { 0x40, 0, 0, 0, 0x80, 0, 0, 1 } },
		{ { LISP_HDR_L, 0, 0x123456, 0x80000105 },
		  { 0x48, 0, 0, 0, 0x12, 0x34, 0x56, 5 } },
		{ { LISP_HDR_N, 0xabcdef, 0, 0 },
		  { 0x80, 0xab, 0xcd, 0xef, 0, 0, 0, 0 } },
		{ { LISP_HDR_N | LISP_HDR_E, 0xabcdef, 1, 0 },
		  { 0xa8, 0xab, 0xcd, 0xef, 0, 0, 1, 0 } },
		{ { LISP_HDR_V, 0x123abc, 1, 0 },
		  { 0x18, 0x12, 0x3a, 0xbc, 0, 0, 1, 0 } },
		{ { LISP_HDR_P | LISP_HDR_L, 3, 1, 2 },
		  { 0x4c, 0, 0, 3, 0, 0, 1, 2 } },
		{ { 2, 0, 7, 0 }, { 0x0a, 0, 0, 0, 0, 0, 7, 0 } },
	};
	static const struct lisp_hdr versions = { .field = 0x123abc };
	struct lisp_wire w;
	unsigned int i;

	assert_int_equal(sizeof(w), LISP_HDR_LEN);
	for (i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		lisp_hdr_build(&w, &v[i].h);
		assert_memory_equal(&w, v[i].octets, 8);
		if (v[i].h.flags)
			continue;
		lisp_hdr_build_iid(&w, v[i].h.iid);
		assert_memory_equal(&w, v[i].octets, 8);
	}
	assert_int_equal(lisp_hdr_source_version(&versions), 0x123);
	assert_int_equal(lisp_hdr_dest_version(&versions), 0xabc);
	assert_int_equal(lisp_hdr_next_protocol(&versions), 0xbc);
	assert_int_equal(lisp_hdr_versions(0x123, 0xabc), 0x123abc);
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

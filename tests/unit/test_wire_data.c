// SPDX-License-Identifier: GPL-2.0-or-later
/* The LISP header as tools read it, against what the kernel takes from it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "wire.h"
#include "wire/data.h"

static uint64_t seed = 1;

static uint8_t rnd(void)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return seed >> 56;
}

static void same_as_the_kernel(const uint8_t octets[DATA_HEADER_SIZE])
{
	struct data_header h;
	struct lisp_wire w;
	struct lisp_hdr k;
	bool p, n, v;

	memcpy(&w, octets, sizeof(w));
	lisp_hdr_parse(&w, &k);
	assert_int_equal(data_header_parse(octets, DATA_HEADER_SIZE, &h), 0);
	p = k.flags & LISP_HDR_P;
	n = k.flags & LISP_HDR_N && !p;
	v = k.flags & LISP_HDR_V && !p && !n;
	assert_int_equal(h.flags | h.key_id, k.flags);
	assert_int_equal(h.key_id, k.flags & LISP_HDR_KK);
	assert_int_equal(h.protocol, p ? lisp_hdr_next_protocol(&k) : 0);
	assert_int_equal(h.nonce, n ? k.field : 0);
	assert_int_equal(h.source_version,
			 v ? lisp_hdr_source_version(&k) : 0);
	assert_int_equal(h.dest_version, v ? lisp_hdr_dest_version(&k) : 0);
	assert_int_equal(h.iid, k.iid);
	assert_int_equal(h.status, k.flags & LISP_HDR_L ? k.status : 0);
}

static void every_octet_of_flags(void **state)
{
	uint8_t octets[DATA_HEADER_SIZE];

	for (unsigned int flags = 0; flags < 256; flags++) {
		for (unsigned int i = 0; i < 500; i++) {
			octets[0] = (uint8_t)flags;
			for (size_t at = 1; at < sizeof(octets); at++)
				octets[at] = rnd();
			same_as_the_kernel(octets);
		}
	}
	assert_int_equal(DATA_IID_CONTROL, LISP_IID_CONTROL);
	assert_int_equal(DATA_PROTOCOL_IPV4, LISP_GPE_IPV4);
	assert_int_equal(DATA_PROTOCOL_IPV6, LISP_GPE_IPV6);
	assert_int_equal(DATA_PROTOCOL_ETHERNET, LISP_GPE_ETHERNET);
}

/* RFC 9300 5.1, by hand: V I, versions 0xabc and 0x123, instance 100, no L. */
static void by_hand(void **state)
{
	static const uint8_t octets[] = {
		0x18, 0xab, 0xc1, 0x23, 0x00, 0x00, 0x64, 0x05,
	};
	struct data_header h;

	assert_int_equal(data_header_parse(octets, sizeof(octets), &h), 0);
	assert_int_equal(h.flags, DATA_VERSIONS | DATA_IID);
	assert_int_equal(h.source_version, 0xabc);
	assert_int_equal(h.dest_version, 0x123);
	assert_int_equal(h.iid, 100);
	assert_int_equal(h.status, 0);
}

static void too_short(void **state)
{
	struct data_header h = { .iid = 1 };

	for (size_t n = 0; n < DATA_HEADER_SIZE; n++) {
		uint8_t *octets = malloc(n);

		memset(octets, 0xff, n);
		assert_int_equal(data_header_parse(octets, n, &h), -EBADMSG);
		assert_int_equal(h.iid, 0);
		free(octets);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_octet_of_flags),
		cmocka_unit_test(by_hand),
		cmocka_unit_test(too_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* AFIs and LCAFs: vectors both ways, and what must be refused and why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "vectors.h"
#include "wire/address.h"

static int load(void **state)
{
	vectors_load("addresses");
	return 0;
}

static int parse_octets(const uint8_t *at, size_t n, struct arena *arena,
			struct wire_addr *a, struct wire_error *err,
			size_t *used)
{
	struct parse p;
	int ret;

	parse_init(&p, at, n, arena);
	ret = wire_addr_parse(&p, a);
	*used = reader_offset(&p.r);
	*err = p.err;
	return ret;
}

static const struct {
	const char *name;
	enum wire_addr_kind kind;
	int iid;		/* -1: in no Instance-ID */
	int type;		/* LCAF type kept, 0: none */
	bool eid;		/* may be one */
	const char *addr;	/* IP */
} good[] = {
	{ "none", WIRE_ADDR_NONE, -1, 0, true, NULL },
	{ "ipv4", WIRE_ADDR_IP, -1, 0, true, "192.0.2.1" },
	{ "ipv6", WIRE_ADDR_IP, -1, 0, true, "2001:db8::1" },
	{ "iid-ipv4", WIRE_ADDR_IP, 100, 0, true, "10.1.0.0" },
	{ "iid-ipv6", WIRE_ADDR_IP, 0x01000064, 0, true, "2001:db8::1" },
	{ "iid-range", WIRE_ADDR_NONE, 256, 0, true, NULL },
	{ "iid-mac", WIRE_ADDR_MAC, 5, 0, true, NULL },
	{ "mac-802", WIRE_ADDR_MAC, -1, 0, true, NULL },
	{ "name", WIRE_ADDR_NAME, -1, 0, true, NULL },
	{ "name-empty", WIRE_ADDR_NAME, -1, 0, true, NULL },
	{ "null", WIRE_ADDR_LCAF, -1, LCAF_NULL, false, NULL },
	{ "afi-list", WIRE_ADDR_LCAF, -1, LCAF_AFI_LIST, true, NULL },
	{ "as-number", WIRE_ADDR_LCAF, -1, LCAF_AS_NUMBER, false, NULL },
	{ "application", WIRE_ADDR_LCAF, -1, LCAF_APPLICATION, true, NULL },
	{ "geo", WIRE_ADDR_LCAF, -1, LCAF_GEO, true, NULL },
	{ "opaque-key", WIRE_ADDR_LCAF, -1, LCAF_OPAQUE_KEY, true, NULL },
	{ "nat", WIRE_ADDR_LCAF, -1, LCAF_NAT, false, NULL },
	{ "nonce", WIRE_ADDR_LCAF, -1, LCAF_NONCE, false, NULL },
	{ "multicast", WIRE_ADDR_LCAF, -1, LCAF_MULTICAST, true, NULL },
	{ "elp", WIRE_ADDR_LCAF, -1, LCAF_ELP, false, NULL },
	{ "security-key", WIRE_ADDR_LCAF, -1, LCAF_SECURITY_KEY, false, NULL },
	{ "source-dest", WIRE_ADDR_LCAF, -1, LCAF_SOURCE_DEST, true, NULL },
	{ "rle", WIRE_ADDR_LCAF, -1, LCAF_RLE, false, NULL },
	{ "json", WIRE_ADDR_LCAF, -1, LCAF_JSON, true, NULL },
	{ "key-value", WIRE_ADDR_LCAF, -1, LCAF_KEY_VALUE, true, NULL },
	{ "encapsulation", WIRE_ADDR_LCAF, -1, LCAF_ENCAPSULATION, false,
	  NULL },
	{ "unknown-type", WIRE_ADDR_UNKNOWN, -1, 200, false, NULL },
	{ "iid-unknown", WIRE_ADDR_UNKNOWN, 9, 200, false, NULL },
	{ "iid-in-iid", WIRE_ADDR_UNKNOWN, 9, LCAF_IID, false, NULL },
	{ "depth-4", WIRE_ADDR_LCAF, -1, LCAF_AFI_LIST, true, NULL },
	{ "items-32", WIRE_ADDR_LCAF, -1, LCAF_AFI_LIST, true, NULL },
};

#define GOOD (sizeof(good) / sizeof(good[0]))

static void decode(void **state)
{
	struct wire_error err;
	struct arena arena;
	struct wire_addr a;
	size_t i, used;

	arena_init(&arena, 100000);
	for (i = 0; i < GOOD; i++) {
		const struct vector *v = vector(good[i].name);
		uint8_t *in = exactly(v->octets, v->len);
		struct addr want = { 0 };

		if (parse_octets(in, v->len, &arena, &a, &err, &used))
			fail_msg("%s: %s at %zu", v->name,
				 wire_reason_name(err.reason), err.offset);
		/* Nothing found may point into the datagram. */
		free(in);
		assert_int_equal(used, v->len);
		assert_int_equal(a.kind, good[i].kind);
		assert_int_equal(a.has_iid, good[i].iid >= 0);
		assert_int_equal(a.iid, good[i].iid >= 0 ? good[i].iid : 0);
		assert_int_equal(a.lcaf_type, good[i].type);
		assert_int_equal(wire_addr_may_be_eid(&a), good[i].eid);
		if (good[i].addr)
			assert_int_equal(addr_from_text(good[i].addr, &want),
					 0);
		assert_true(addr_equal(&a.addr, &want));
		assert_int_equal(a.iid_mask_len,
				 strcmp(v->name, "iid-range") ? 0 : 24);
	}
	assert_int_equal(vector_count, GOOD + 1);	/* "vendor" */
	arena_free(&arena);
}

static void encode(void **state)
{
	uint8_t out[sizeof(vectors->octets)];
	struct wire_error err;
	struct arena arena;
	struct wire_addr a;
	struct writer w;
	size_t i, used;

	arena_init(&arena, 100000);
	for (i = 0; i < GOOD; i++) {
		const struct vector *v = vector(good[i].name);

		parse_octets(v->octets, v->len, &arena, &a, &err, &used);
		writer_init(&w, out, sizeof(out));
		wire_addr_build(&w, &a);
		assert_int_equal(writer_finish(&w), v->len);
		assert_int_equal(wire_addr_size(&a), v->len);
		assert_memory_equal(out, v->octets, v->len);
		if (a.kind != WIRE_ADDR_IP)
			continue;
		writer_init(&w, out, sizeof(out));
		wire_eid_build(&w, a.iid, a.iid_mask_len, &a.addr);
		assert_int_equal(writer_finish(&w), v->len);
		assert_int_equal(wire_eid_size(a.iid, &a.addr), v->len);
		assert_memory_equal(out, v->octets, v->len);
	}
	arena_free(&arena);
}

static void strict_prefixes(void **state)
{
	struct wire_error err;
	struct arena arena;
	struct wire_addr a;
	size_t i, n, used;

	arena_init(&arena, 100000);
	for (i = 0; i < vector_count; i++)
		for (n = 0; n < vectors[i].len; n++) {
			uint8_t *in = exactly(vectors[i].octets, n);

			assert_int_not_equal(parse_octets(in, n, &arena, &a,
							  &err, &used), 0);
			assert_true(err.reason == WIRE_SHORT ||
				    err.reason == WIRE_NAME);
			assert_true(err.offset <= n);
			free(in);
		}
	arena_free(&arena);
}

/* What follows an address is none of its business. */
static void followed(void **state)
{
	struct wire_error err;
	struct arena arena;
	struct wire_addr a;
	size_t i, used;

	arena_init(&arena, 100000);
	for (i = 0; i < GOOD; i++) {
		const struct vector *v = vector(good[i].name);
		uint8_t *in = malloc(v->len + 5);

		memcpy(in, v->octets, v->len);
		memset(in + v->len, 0xff, 5);
		assert_int_equal(parse_octets(in, v->len + 5, &arena, &a, &err,
					      &used), 0);
		assert_int_equal(used, v->len);
		free(in);
	}
	arena_free(&arena);
}

static const struct {
	const char *what, *hex;
	enum wire_reason reason;
	size_t offset;
} bad[] = {
	{ "AFI nobody knows", "0003 00000000", WIRE_AFI, 2 },
	{ "the same in an AFI list", "4003 0000 0100 0004 0003 0000",
	  WIRE_AFI, 10 },
	{ "vendor", "4003 0000 ff00 0004 0000 000c", WIRE_VENDOR, 8 },
	{ "vendor in an AFI list in an IID",
	  "4003 0000 0200 0014 00000064 4003 0000 0100 0008"
	  "4003 0000 ff00 0000", WIRE_VENDOR, 28 },
	{ "IPv4 across the end of the body",
	  "4003 0000 0200 0008 00000064 0001 0a01 0000", WIRE_LCAF, 14 },
	{ "IID without an address", "4003 0000 0200 0004 00000064",
	  WIRE_LCAF, 12 },
	{ "IID cut off", "4003 0000 0200 0003 000000 64", WIRE_LCAF, 8 },
	{ "body longer than what is there",
	  "4003 0000 0200 000b 00000064 0001 0a01 0000", WIRE_SHORT, 8 },
	{ "RLE entry without level", "4003 0000 0d00 0002 0000", WIRE_LCAF,
	  8 },
	{ "JSON longer than its LCAF", "4003 0000 0e00 0004 0007 0000",
	  WIRE_LCAF, 10 },
	{ "keys longer than their LCAF",
	  "4003 0000 0b00 0008 01000000 0009 0000", WIRE_LCAF, 14 },
	{ "multicast with one address",
	  "4003 0000 0900 000e 00000064 00002020 0001 0a000001", WIRE_LCAF,
	  22 },
	{ "geo too short", "4003 0000 0500 000b 0000000000000000000000",
	  WIRE_LCAF, 8 },
	{ "five deep",
	  "4003 0000 0100 0020 4003 0000 0100 0018 4003 0000 0100 0010"
	  "4003 0000 0100 0008 4003 0000 0100 0000", WIRE_LCAF_DEPTH, 40 },
	{ "five deep in the instance",
	  "4003 0000 0200 0024 00000001 4003 0000 0100 0018"
	  "4003 0000 0100 0010 4003 0000 0100 0008 4003 0000 0100 0000",
	  WIRE_LCAF_DEPTH, 44 },
	{ "name without NUL", "0011 6162", WIRE_NAME, 2 },
	{ "name without NUL in its LCAF", "4003 0000 0100 0004 0011 6162 0000",
	  WIRE_NAME, 10 },
};

static void refused(void **state)
{
	struct wire_error err;
	struct arena arena;
	struct wire_addr a;
	size_t i, used;

	arena_init(&arena, 100000);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct vector v = { .len = 0 };
		uint8_t *in;
		int ret;

		vector_hex(&v, bad[i].hex);
		in = exactly(v.octets, v.len);
		ret = parse_octets(in, v.len, &arena, &a, &err, &used);
		if (err.reason != bad[i].reason || err.offset != bad[i].offset)
			fail_msg("%s: %s at %zu", bad[i].what,
				 wire_reason_name(err.reason), err.offset);
		assert_int_equal(ret, wire_reason_errno(bad[i].reason));
		free(in);
	}
	arena_free(&arena);
}

static void too_many_items(void **state)
{
	uint8_t in[8 + 2 * 33] = { 0x40, 0x03, 0, 0, LCAF_AFI_LIST, 0, 0, 66 };
	struct wire_error err;
	struct wire_addr a;
	struct arena arena;
	size_t used;

	arena_init(&arena, 1000);
	assert_int_equal(parse_octets(in, sizeof(in), &arena, &a, &err, &used),
			 -EBADMSG);
	assert_int_equal(err.reason, WIRE_LCAF_ITEMS);
	assert_int_equal(err.offset, 8 + 2 * 32);
	arena_free(&arena);
}

static void no_memory(void **state)
{
	const struct vector *v = vector("name");
	struct wire_error err;
	struct wire_addr a;
	struct arena arena;
	size_t used;

	arena_init(&arena, 0);
	assert_int_equal(parse_octets(v->octets, v->len, &arena, &a, &err,
				      &used), -ENOMEM);
	assert_int_equal(err.reason, WIRE_MEMORY);
	arena_free(&arena);
}

static void names(void **state)
{
	int reason, type, known = 0;

	for (reason = 0; reason < WIRE_REASON_COUNT; reason++) {
		assert_non_null(wire_reason_name(reason));
		assert_int_equal(wire_reason_errno(reason) == 0, reason == 0);
	}
	for (type = 0; type < 256; type++)
		known += lcaf_type_name(type) != NULL;
	assert_int_equal(known, 18);
	assert_string_equal(lcaf_type_name(LCAF_ELP), "elp");
	assert_string_equal(lcaf_type_name(LCAF_VENDOR), "vendor");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decode),
		cmocka_unit_test(encode),
		cmocka_unit_test(strict_prefixes),
		cmocka_unit_test(followed),
		cmocka_unit_test(refused),
		cmocka_unit_test(too_many_items),
		cmocka_unit_test(no_memory),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, load, vectors_done);
}

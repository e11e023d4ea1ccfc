// SPDX-License-Identifier: GPL-2.0-or-later
/* Records: locator order, what is left out, EIDs that are not IP. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "vectors.h"
#include "wire/record.h"

static struct arena arena;

static int setup(void **state)
{
	arena_init(&arena, 100000);
	return 0;
}

static int teardown(void **state)
{
	arena_free(&arena);
	return 0;
}

static int parse_hex(const char *hex, struct map_record *rec,
		     struct wire_error *err)
{
	struct vector v = { .len = 0 };
	struct parse p;
	uint8_t *in;
	int ret;

	vector_hex(&v, hex);
	in = exactly(v.octets, v.len);
	parse_init(&p, in, v.len, &arena);
	ret = record_parse(&p, rec);
	if (!ret)
		assert_int_equal(reader_left(&p.r), 0);
	*err = p.err;
	free(in);
	return ret;
}

static struct locator locator(const char *addr)
{
	struct locator l = { .priority = 1 };

	assert_int_equal(addr_from_text(addr, &l.addr), 0);
	return l;
}

/* RFC 9301 5.5: ascending, IPv4 before IPv6. */
static void order(void **state)
{
	struct locator l[] = {
		locator("2001:db8::1"), locator("203.0.113.9"),
		locator("192.0.2.1"),
	};
	static const char *const want[] = {
		"192.0.2.1", "203.0.113.9", "2001:db8::1",
	};
	struct map_record rec = {
		.eid.prefix.addr.family = ADDR_IPV4,
		.locators = l, .locator_count = 3,
	};
	struct map_record again;
	char text[ADDR_TEXT_MAX];
	uint8_t out[200];
	struct writer w;
	struct parse p;
	int i;

	assert_false(locators_sorted(l, 3));
	writer_init(&w, out, sizeof(out));
	record_build(&w, &rec);
	assert_int_equal(record_size(&rec), w.len);
	/* Building sorts what it writes and leaves the set alone. */
	assert_false(locators_sorted(l, 3));
	parse_init(&p, out, w.len, &arena);
	assert_int_equal(record_parse(&p, &again), 0);
	assert_true(locators_sorted(again.locators, 3));
	locators_sort(l, 3);
	assert_true(locators_sorted(l, 3));
	for (i = 0; i < 3; i++) {
		assert_string_equal(addr_text(&l[i].addr, text), want[i]);
		assert_string_equal(addr_text(&again.locators[i].addr, text),
				    want[i]);
	}
	assert_true(locators_sorted(l, 0));
}

static int compare(const void *a, const void *b)
{
	return locator_cmp(a, b);
}

static void sorting_twin(void **state)
{
	struct locator l[LOCATOR_MAX], twin[LOCATOR_MAX];
	size_t i, n, round;

	srand(13);
	for (round = 0; round < 300; round++) {
		n = rand() % (LOCATOR_MAX + 1);
		for (i = 0; i < n; i++) {
			uint8_t bytes[16] = { rand(), rand() };

			l[i] = (struct locator){
				.addr = addr_make(1 + rand() % 2, bytes),
			};
			twin[i] = l[i];
		}
		locators_sort(l, n);
		qsort(twin, n, sizeof(*twin), compare);
		assert_true(locators_sorted(l, n));
		for (i = 0; i < n; i++)
			assert_int_equal(locator_cmp(&l[i], &twin[i]), 0);
	}
}

/* Equal addresses keep the order in which they were. */
static void sorting_is_stable(void **state)
{
	struct locator l[4] = {
		locator("192.0.2.2"), locator("192.0.2.1"),
		locator("192.0.2.2"), locator("192.0.2.1"),
	};
	int i;

	for (i = 0; i < 4; i++)
		l[i].weight = i;
	locators_sort(l, 4);
	assert_int_equal(l[0].weight, 1);
	assert_int_equal(l[1].weight, 3);
	assert_int_equal(l[2].weight, 0);
	assert_int_equal(l[3].weight, 2);
}

#define HEAD	"000005a0 %02x100000 00000001 0a010000"

/* Locators of kinds that we cannot use are left out and counted. */
static void ignored_locators(void **state)
{
	static const char *const unusable[] = {
		"0000",						/* none */
		"4005 020000000001",				/* MAC */
		"0011 6162 00",					/* name */
		"4003 0000 c800 0003 010203",			/* unknown */
		"4003 0000 0a00 0008 0003 0001 c0000201",	/* ELP */
		"4003 0000 0200 000a 00000005 0001 c0000201",	/* IID 5 */
		"4003 0000 0200 000c 00000005 4003 0000 0000 0000",
	};
	size_t i, n = sizeof(unusable) / sizeof(unusable[0]);
	char hex[2048], *end = hex;
	struct wire_error err;
	struct map_record rec;

	end += sprintf(end, HEAD, (unsigned int)n + 2);
	end += sprintf(end, "0132ff00 0005 0001 c0000201");
	for (i = 0; i < n; i++)
		end += sprintf(end, "0101ff00 0001 %s", unusable[i]);
	/* Instance 0 is where plain addresses live. */
	sprintf(end, "0232ff00 0007 4003 0000 0200 000a 00000000"
		"0001 c0000202");
	assert_int_equal(parse_hex(hex, &rec, &err), 0);
	assert_int_equal(rec.ignored, n);
	assert_int_equal(rec.locator_count, 2);
	assert_int_equal(rec.locators[0].addr.bytes[3], 1);
	assert_int_equal(rec.locators[1].addr.bytes[3], 2);
	assert_int_equal(rec.locators[1].priority, 2);
	assert_int_equal(rec.locators[1].flags, LOCATOR_FLAGS);

	/* All ignored is not the same as none. */
	sprintf(hex, HEAD "0101ff00 0001 4003 0000 c800 0000", 1);
	assert_int_equal(parse_hex(hex, &rec, &err), 0);
	assert_int_equal(rec.locator_count, 0);
	assert_int_equal(rec.ignored, 1);
}

/* What a locator is to us alone no peer can say, and is told to none. */
static void inner_flags(void **state)
{
	struct locator l = locator("192.0.2.1");
	struct map_record rec = {
		.eid.prefix.addr.family = ADDR_IPV4,
		.locators = &l, .locator_count = 1,
	};
	struct wire_error err;
	uint8_t out[100];
	struct writer w;

	l.flags = LOCATOR_ECHO_NONCE | LOCATOR_NEIGHBOUR | LOCATOR_LOCAL;
	writer_init(&w, out, sizeof(out));
	record_build(&w, &rec);
	assert_int_equal(out[w.len - 8] << 8 | out[w.len - 7], LOCATOR_LOCAL);

	assert_int_equal(parse_hex("000005a0 01100000 00000001 0a010000"
				   "0132ff00 ffff 0001 c0000201",
				   &rec, &err), 0);
	assert_int_equal(rec.locators[0].flags, LOCATOR_FLAGS);
}

static void actions(void **state)
{
	static const int want[8] = { 0, 1, 2, 3, 4, 5, 3, 3 };
	struct wire_error err;
	struct map_record rec;
	char hex[200];
	int act;

	for (act = 0; act < 8; act++) {
		sprintf(hex, "00000001 0008 %04x f123 0001 0a000000",
			act << 13 | 0x0fff);
		assert_int_equal(parse_hex(hex, &rec, &err), 0);
		assert_int_equal(rec.action, want[act]);
		assert_false(rec.authoritative);
		assert_int_equal(rec.version, 0x123);
	}
	assert_string_equal(map_action_name(MAP_NATIVELY_FORWARD),
			    "natively-forward");
	assert_string_equal(map_action_name(MAP_DROP_AUTH),
			    "drop-auth-failure");
}

static void host_bits_are_cleared(void **state)
{
	char text[EID_TEXT_MAX];
	struct wire_error err;
	struct map_record rec;

	assert_int_equal(parse_hex("00000001 0009 0000 0000 0001 0affffff",
				   &rec, &err), 0);
	assert_string_equal(eid_text(&rec.eid, text), "[0]10.128.0.0/9");
	assert_int_equal(parse_hex("00000001 0000 0000 0000 0001 0affffff",
				   &rec, &err), 0);
	assert_string_equal(eid_text(&rec.eid, text), "[0]0.0.0.0/0");
}

static void foreign_eids(void **state)
{
	static const struct {
		const char *hex;
		enum wire_addr_kind kind;
		int iid, len;
	} row[] = {
		{ "00000001 0028 0000 0000 0011 69657466 00",
		  WIRE_ADDR_NAME, 0, 40 },
		{ "00000001 0030 0000 0000 4003 0000 0200 000c 00000005"
		  "4005 020000000001", WIRE_ADDR_MAC, 5, 48 },
		{ "00000001 0000 0000 0000 4003 0000 0218 0006 00000100 0000",
		  WIRE_ADDR_NONE, 256, 0 },
		{ "00000001 0020 0000 0000 4003 0000 0900 0014 00000064"
		  "00002020 0001 0a000001 0001 ef010101",
		  WIRE_ADDR_LCAF, 0, 32 },
		{ "00000001 0000 0000 0000 0000", WIRE_ADDR_NONE, 0, 0 },
	};
	struct wire_error err;
	struct map_record rec;
	uint8_t out[200];
	struct writer w;
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct vector v = { .len = 0 };

		vector_hex(&v, row[i].hex);
		assert_int_equal(parse_hex(row[i].hex, &rec, &err), 0);
		assert_false(eid_is_ip(&rec.eid));
		assert_non_null(rec.foreign);
		assert_int_equal(rec.foreign->kind, row[i].kind);
		assert_int_equal(rec.eid.iid, row[i].iid);
		assert_int_equal(rec.eid.prefix.len, row[i].len);
		writer_init(&w, out, sizeof(out));
		record_build(&w, &rec);
		assert_int_equal(writer_finish(&w), v.len);
		assert_int_equal(record_size(&rec), v.len);
		assert_memory_equal(out, v.octets, v.len);
	}
}

static void refused_eids(void **state)
{
	static const char *const bad[] = {
		"4003 0000 c800 0000",				/* unknown */
		"4003 0000 0d00 000a 00000080 0001 c000020a",	/* RLE */
		"4003 0000 0000 0000",				/* null */
		"4003 0000 0200 000c 00000005 4003 0000 c800 0000",
		"4003 0000 0200 0016 00000005"
		"4003 0000 0200 000a 00000006 0001 0a000000",
	};
	struct wire_error err;
	struct map_record rec;
	char hex[200];
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		sprintf(hex, "00000001 0000 0000 0000 %s", bad[i]);
		assert_int_equal(parse_hex(hex, &rec, &err), -EOPNOTSUPP);
		assert_int_equal(err.reason, WIRE_EID);
	}
}

/* The words of RFC 9302 6, and its example. */
static void versions(void **state)
{
	for (unsigned int a = 1; a < 4096; a++)
		for (unsigned int b = 1; b < 4096; b++)
			if (a == b)
				assert_false(version_newer(a, b));
			else
				assert_int_equal(version_newer(a, b),
						 !version_newer(b, a));
	for (unsigned int v = 70; v <= 69 + 2048; v++)
		assert_true(version_newer(v, 69));
	for (unsigned int v = 69 + 2049; v <= 69 + 4095; v++)
		if (v % 4096)
			assert_false(version_newer(v % 4096, 69));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order),
		cmocka_unit_test(sorting_twin),
		cmocka_unit_test(sorting_is_stable),
		cmocka_unit_test(ignored_locators),
		cmocka_unit_test(inner_flags),
		cmocka_unit_test(actions),
		cmocka_unit_test(host_bits_are_cleared),
		cmocka_unit_test(foreign_eids),
		cmocka_unit_test(refused_eids),
		cmocka_unit_test(versions),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}

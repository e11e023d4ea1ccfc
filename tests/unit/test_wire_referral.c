// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Map-Referral: what the vectors say, what is refused, what a signature is
 * over.  test_wire_msg.c and test_wire_random.c do with it what they do with
 * every message.
 */
#include "wire_msg.h"

static void check_xeid(const struct xeid *x, const char *want)
{
	char text[XEID_TEXT_MAX];

	assert_string_equal(xeid_text(x, text), want);
}

static void check_rloc(const struct referral_rloc *r, const char *want,
		       int priority, int weight, int keys)
{
	char text[ADDR_TEXT_MAX];

	assert_string_equal(addr_text(&r->addr, text), want);
	assert_int_equal(r->priority, priority);
	assert_int_equal(r->weight, weight);
	assert_int_equal(r->key_count, keys);
}

static void plain_ones(void **state)
{
	struct lisp_msg m;
	struct map_referral *f = &m.referral;

	parse_vector("map-referral-ms", &m);
	assert_int_equal(m.type, MSG_TYPE_MAP_REFERRAL);
	assert_true(f->nonce == NONCE);
	assert_int_equal(f->record_count, 1);
	assert_int_equal(f->records[0].action, REFERRAL_MS);
	assert_int_equal(f->records[0].ttl, 1440);
	assert_true(f->records[0].authoritative);
	assert_false(f->records[0].incomplete);
	check_xeid(&f->records[0].xeid, "[0]2001:db8:100::/40");
	assert_int_equal(f->records[0].rloc_count, 1);
	check_rloc(&f->records[0].rlocs[0], "192.0.2.101", 1, 1, 0);

	parse_vector("map-referral-not-authoritative", &m);
	assert_int_equal(f->records[0].action, REFERRAL_NOT_AUTHORITATIVE);
	assert_int_equal(f->records[0].ttl, 0);
	assert_true(f->records[0].incomplete);
	assert_int_equal(f->records[0].rloc_count, 0);
	check_xeid(&f->records[0].xeid, "[0]2001:db9::1/128");

	parse_vector("map-referral-range", &m);
	assert_int_equal(f->records[0].action, REFERRAL_NODE);
	check_xeid(&f->records[0].xeid, "[256/24]*");
	assert_null(f->records[0].foreign);
	check_rloc(&f->records[0].rlocs[0], "192.0.2.11", 1, 50, 0);
	check_rloc(&f->records[0].rlocs[1], "2001:db8:ffff::12", 2, 0, 0);
	done();
}

static void keys_and_signatures(void **state)
{
	struct lisp_msg m;
	struct referral_record *r;

	parse_vector("map-referral-signed", &m);
	assert_int_equal(m.referral.record_count, 2);
	r = &m.referral.records[0];
	assert_int_equal(r->action, REFERRAL_DELEGATION_HOLE);
	assert_int_equal(r->sig_count, 0);
	assert_int_equal(r->offset, MAP_REFERRAL_HEADER_SIZE);
	check_xeid(&r->xeid, "[100]10.2.0.0/15");
	r = &m.referral.records[1];
	assert_int_equal(r->action, REFERRAL_MS_ACK);
	assert_true(r->incomplete);
	assert_int_equal(r->version, 7);
	assert_int_equal(r->rloc_count, 3);
	check_rloc(&r->rlocs[0], "192.0.2.101", 1, 100, 2);
	assert_int_equal(r->rlocs[0].keys[0].algorithm, REFERRAL_RSA_SHA256);
	assert_false(r->rlocs[0].keys[0].revoked);
	assert_int_equal(r->rlocs[0].keys[0].len, 11);
	assert_memory_equal(r->rlocs[0].keys[0].data,
			    "\1\2\3\4\5\6\7\10\11\12\13", 11);
	assert_int_equal(r->rlocs[0].keys[1].len, 3);
	assert_memory_equal(r->rlocs[0].keys[1].data, "\xaa\xbb\xcc", 3);
	check_rloc(&r->rlocs[1], "2001:db8:ffff::1", 1, 100, 1);
	assert_true(r->rlocs[1].keys[0].revoked);
	check_rloc(&r->rlocs[2], "192.0.2.102", 3, 9, 0);
	assert_int_equal(r->sig_count, 2);
	assert_int_equal(r->sigs[0].original_ttl, 1440);
	assert_int_equal(r->sigs[0].expiration, 0x70000000);
	assert_int_equal(r->sigs[0].inception, 0x60000000);
	assert_int_equal(r->sigs[0].key_tag, 0xbeef);
	assert_int_equal(r->sigs[0].algorithm, REFERRAL_RSA_SHA256);
	assert_int_equal(r->sigs[0].len, 16);
	assert_memory_equal(r->sigs[0].data, "0123456789:;<=>?", 16);
	assert_int_equal(r->sigs[1].algorithm, REFERRAL_RSA_SHA1);
	assert_int_equal(r->sigs[1].len, 5);
	done();
}

/* The record, its TTL replaced, both signatures zero and nothing else. */
static void what_is_signed(void **state)
{
	struct vector v = *vector("map-referral-signed");
	struct referral_record *r;
	uint8_t out[512], want[512];
	struct lisp_msg m;
	size_t i;

	arena_reset(&arena);
	v.octets[12 + 28 + 3] = 0x77;	/* TTL of the second record: aged */
	assert_int_equal(msg_parse(v.octets, v.len, &arena, &m, NULL), 0);
	r = &m.referral.records[1];
	assert_int_equal(r->offset, 12 + 28);
	assert_int_equal(r->offset + r->len, v.len);
	for (i = 0; i < 2; i++) {
		memcpy(want, v.octets + r->offset, r->len);
		memcpy(want, i ? "\0\0\5\x9f" : "\0\0\5\xa0", 4);
		memset(want + r->len - 5, 0, 5);
		memset(want + r->len - 5 - 20 - 16, 0, 16);
		assert_int_equal(referral_signed(v.octets, r, &r->sigs[i], out,
						 sizeof(out)), r->len);
		assert_memory_equal(out, want, r->len);
		assert_int_equal(referral_signed(v.octets, r, &r->sigs[i], out,
						 r->len - 1), -ENOSPC);
	}
}

/* Signatures without data are built as zeros: what has to be signed. */
static void zeros_to_sign(void **state)
{
	struct vector v = *vector("map-referral-signed");
	uint8_t out[512], want[512];
	struct referral_record *r;
	struct lisp_msg m;

	parse_vector(v.name, &m);
	r = &m.referral.records[1];
	assert_true(referral_signed(v.octets, r, &r->sigs[0], want,
				    sizeof(want)) > 0);
	r->sigs[0].data = NULL;
	r->sigs[1].data = NULL;
	assert_int_equal(referral_record_size(r), r->len);
	assert_int_equal(referral_record_build(r, out, sizeof(out)), r->len);
	assert_memory_equal(out, want, r->len);
	done();
}

/* One octet of a vector changed: how it is refused. */
static void refused(void **state)
{
	static const struct {
		const char *name;
		size_t at;
		uint8_t octet;
		enum wire_reason reason;
	} row[] = {
		{ "map-referral-ms", 3, 0, WIRE_NO_RECORDS },
		{ "map-referral-ms", 3, 9, WIRE_SHORT },
		{ "map-referral-ms", 16, 200, WIRE_SHORT },	/* locators */
		{ "map-referral-ms", 20, 0x10, WIRE_SHORT },	/* signatures */
		{ "map-referral-ms", 17, 129, WIRE_MASK_LEN },
		{ "map-referral-range", 12 + 10 + 5, 33, WIRE_MASK_LEN },
		{ "map-referral-signed", 12 + 28 + 28 + 6 + 8, 33, WIRE_LCAF },
	};
	struct wire_error err;
	struct lisp_msg m;
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct vector v = *vector(row[i].name);

		v.octets[row[i].at] = row[i].octet;
		arena_reset(&arena);
		assert_true(parse_exactly(v.octets, v.len, &m, &err) < 0);
		assert_int_equal(err.reason, row[i].reason);
	}
	done();
}

/* A locator with @n keys of no octets each. */
static size_t keys_in_message(uint8_t *out, size_t size, unsigned int n)
{
	static const uint8_t rloc[] = { 0, 1, 192, 0, 2, 1 };
	struct writer w;

	writer_init(&w, out, size);
	writer_u32(&w, 0x60000001);
	writer_u64(&w, NONCE);
	writer_u32(&w, 1440);
	writer_u32(&w, 0x01000000);
	writer_u32(&w, AFI_IPV4);
	writer_zero(&w, 4 + 6);
	writer_u16(&w, AFI_LCAF);
	writer_u32(&w, LCAF_SECURITY_KEY << 8);
	writer_u16(&w, (uint16_t)(4 + 2 * n + sizeof(rloc)));
	writer_u32(&w, n << 24 | REFERRAL_RSA_SHA256 << 8);
	writer_zero(&w, 2 * n);
	writer_bytes(&w, rloc, sizeof(rloc));
	assert_true(writer_ok(&w));
	return w.len;
}

static void keys_are_bounded(void **state)
{
	uint8_t out[1024];
	struct wire_error err;
	struct lisp_msg m;
	size_t len;

	arena_reset(&arena);
	len = keys_in_message(out, sizeof(out), REFERRAL_KEY_MAX);
	assert_int_equal(parse_exactly(out, len, &m, &err), 0);
	assert_int_equal(m.referral.records[0].rlocs[0].key_count,
			 REFERRAL_KEY_MAX);
	len = keys_in_message(out, sizeof(out), REFERRAL_KEY_MAX + 1);
	assert_int_equal(parse_exactly(out, len, &m, &err), -EBADMSG);
	assert_int_equal(err.reason, WIRE_LCAF_ITEMS);
	len = keys_in_message(out, sizeof(out), 0);
	assert_int_equal(parse_exactly(out, len, &m, &err), 0);
	assert_int_equal(m.referral.records[0].rlocs[0].key_count, 0);
	assert_int_equal(m.referral.records[0].rloc_count, 1);
	done();
}

/* Whatever fits into a datagram parses within the cap: here as many locators,
 * each with as many keys, as there is room for. */
static void biggest_parses(void **state)
{
	static uint8_t out[MSG_SIZE_MAX];
	uint8_t one[1024];
	struct wire_error err;
	struct lisp_msg m;
	struct arena cap;
	size_t len, head = 12 + 16, each, n = 0, at = 0, records;

	len = keys_in_message(one, sizeof(one), REFERRAL_KEY_MAX);
	each = len - head;
	memcpy(out, one, 12);
	at = 12;
	for (records = 0; records < 255 && at + 16 + each <= sizeof(out);
	     records++) {
		size_t start = at;

		memcpy(out + at, one + 12, 16);
		at += 16;
		for (n = 0; n < 255 && at + each <= sizeof(out); n++) {
			memcpy(out + at, one + head, each);
			at += each;
		}
		out[start + 4] = (uint8_t)n;
	}
	out[3] = (uint8_t)records;
	arena_init(&cap, MSG_ARENA_CAP);
	if (msg_parse(out, at, &cap, &m, &err))
		fail_msg("%s at %zu of %zu", wire_reason_name(err.reason),
			 err.offset, at);
	assert_int_equal(m.referral.record_count, records);
	arena_free(&cap);
}

/* Locators of other kinds are skipped, whatever they have inside. */
static void other_locators(void **state)
{
	struct vector v = *vector("map-referral-range");
	struct lisp_msg m;
	struct wire_error err;

	arena_reset(&arena);
	v.octets[12 + 10 + 14 + 6 + 1] = 0;	/* AFI 0 */
	v.len -= 24 + 4;
	memmove(v.octets + 12 + 24 + 8, v.octets + 12 + 24 + 12,
		v.len - (12 + 24 + 8));
	v.octets[12 + 4] = 1;
	assert_int_equal(parse_exactly(v.octets, v.len, &m, &err), 0);
	assert_int_equal(m.referral.records[0].rloc_count, 0);
	assert_int_equal(m.referral.records[0].ignored, 1);
	done();
}

static void unbuildable(void **state)
{
	struct referral_key keys[2] = {
		{ .algorithm = 2 }, { .algorithm = 1 },
	};
	struct referral_record *r;
	struct lisp_msg m;
	uint8_t out[512];

	parse_vector("map-referral-ms", &m);
	r = &m.referral.records[0];
	r->rlocs[0].keys = keys;
	r->rlocs[0].key_count = 2;
	assert_int_equal(msg_build(&m, out, sizeof(out)), -EINVAL);
	keys[1] = (struct referral_key){ .algorithm = 2, .revoked = true };
	assert_int_equal(msg_build(&m, out, sizeof(out)), -EINVAL);
	keys[1].revoked = false;
	assert_true(msg_build(&m, out, sizeof(out)) > 0);
	r->rlocs[0].key_count = REFERRAL_KEY_MAX + 1;
	assert_int_equal(msg_build(&m, out, sizeof(out)), -EINVAL);
	r->rlocs[0].key_count = 0;
	r->action = 8;
	assert_int_equal(referral_record_build(r, out, sizeof(out)), -EINVAL);
	r->action = 0;
	m.referral.record_count = 0;
	assert_int_equal(msg_build(&m, out, sizeof(out)), -EINVAL);
	done();
}

static void key_tags(void **state)
{
	static const uint8_t odd[] = { 0x01, 0x02, 0x03 };
	static uint8_t ones[512];

	memset(ones, 0xff, sizeof(ones));
	assert_int_equal(referral_key_tag(odd, 0), 0);
	assert_int_equal(referral_key_tag(odd, 3), 0x0402);
	/* 256 times 0xffff is 0xffff00, and the carry comes in once. */
	assert_int_equal(referral_key_tag(ones, sizeof(ones)), 0xffff);
	assert_int_equal(referral_key_tag(ones, 1), 0xff00);
}

static void names(void **state)
{
	assert_string_equal(referral_action_name(REFERRAL_NODE),
			    "node-referral");
	assert_string_equal(referral_action_name(REFERRAL_NOT_AUTHORITATIVE),
			    "not-authoritative");
	assert_string_equal(referral_action_name(6), "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_ones),
		cmocka_unit_test(keys_and_signatures),
		cmocka_unit_test(what_is_signed),
		cmocka_unit_test(zeros_to_sign),
		cmocka_unit_test(refused),
		cmocka_unit_test(keys_are_bounded),
		cmocka_unit_test(biggest_parses),
		cmocka_unit_test(other_locators),
		cmocka_unit_test(unbuildable),
		cmocka_unit_test(key_tags),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, load, unload);
}

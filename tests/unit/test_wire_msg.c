// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whole messages.  First what holds for every vector, then what each of them
 * says.
 */
#include "wire_msg.h"

/* --- every vector --- */

static void same_octets_again(void **state)
{
	static uint8_t out[4096];
	struct lisp_msg m;
	size_t i, size;

	for (i = 0; i < vector_count; i++) {
		const struct vector *v = &vectors[i];

		if (has_security(v))
			continue;
		parse_vector(v->name, &m);
		memset(out, 0xa5, sizeof(out));
		if (msg_build(&m, out, sizeof(out)) != (int)v->len ||
		    memcmp(out, v->octets, v->len))
			fail_msg("%s differs", v->name);
		/* No room for all of it: an error, and nothing behind. */
		for (size = 0; size < v->len; size++) {
			uint8_t *small = malloc(size ? size : 1);

			assert_int_equal(msg_build(&m, small, size), -ENOSPC);
			free(small);
		}
	}
	done();
}

static void strict_prefixes(void **state)
{
	struct wire_error err;
	struct lisp_msg m, zero;
	size_t i, n;

	memset(&zero, 0, sizeof(zero));
	for (i = 0; i < vector_count; i++) {
		const struct vector *v = &vectors[i];

		for (n = 0; n < v->len; n++) {
			arena_reset(&arena);
			if (strcmp(v->name, "map-reply-security") == 0 &&
			    n > 0x28)
				break;
			if (parse_exactly(v->octets, n, &m, &err) == 0)
				fail_msg("%s: %zu octets do", v->name, n);
			assert_memory_equal(&m, &zero, sizeof(m));
			assert_true(err.reason != WIRE_OK);
			assert_true(err.offset <= n);
		}
	}
	done();
}

static size_t trailing(const struct lisp_msg *m)
{
	switch (m->type) {
	case MSG_TYPE_MAP_REQUEST:
		return m->request.trailing;
	case MSG_TYPE_MAP_REPLY:
		return m->reply.trailing;
	case MSG_TYPE_MAP_REGISTER:
		return m->reg.trailing;
	case MSG_TYPE_MAP_NOTIFY:
	case MSG_TYPE_MAP_NOTIFY_ACK:
		return m->notify.trailing;
	case MSG_TYPE_MAP_REFERRAL:
		return m->referral.trailing;
	case MSG_TYPE_ECM:
		return m->ecm.trailing;
	}
	return 0;
}

static void trailing_octets(void **state)
{
	struct lisp_msg plain, more;
	uint8_t in[4096];
	size_t i, n;

	for (i = 0; i < vector_count; i++) {
		const struct vector *v = &vectors[i];

		if (has_security(v))
			continue;
		for (n = 0; n < 40; n += 13) {
			parse_vector(v->name, &plain);
			assert_int_equal(trailing(&plain), 0);
			memcpy(in, v->octets, v->len);
			memset(in + v->len, 0xff, n);
			assert_int_equal(msg_parse(in, v->len + n, &arena,
						   &more, NULL), 0);
			assert_int_equal(trailing(&more), n);
			assert_true(equal_msg(&plain, &more));
		}
	}
	done();
}

static void every_arena_size(void **state)
{
	static uint8_t buf[8192];
	struct wire_error err;
	struct lisp_msg m;
	size_t i, size;

	for (i = 0; i < vector_count; i++) {
		const struct vector *v = &vectors[i];
		struct arena small;
		int ret = -ENOMEM;

		if (has_security(v) || v->octets[0] >> 4 == MSG_TYPE_ECM)
			continue;
		for (size = 0; ret; size += 8) {
			assert_true(size < sizeof(buf));
			arena_init_buffer(&small, buf, size);
			ret = msg_parse(v->octets, v->len, &small, &m, &err);
			if (ret)
				assert_int_equal(err.reason, WIRE_MEMORY);
		}
		assert_true(size > 8);
	}
}

/* Whatever a single wrong octet does, it does no harm (ASan looks). */
static void every_octet_changed(void **state)
{
	static const uint8_t change[] = { 0x00, 0x01, 0x7f, 0x80, 0xff };
	static uint8_t out[8192];
	struct wire_error err;
	struct lisp_msg m;
	size_t i, k, c;

	for (i = 0; i < vector_count; i++)
		for (k = 0; k < vectors[i].len; k++)
			for (c = 0; c < sizeof(change); c++) {
				struct vector v = vectors[i];

				v.octets[k] = change[c];
				arena_reset(&arena);
				if (parse_exactly(v.octets, v.len, &m, &err))
					continue;
				msg_build(&m, out, sizeof(out));
			}
	done();
}

/* --- what they say --- */

static void check_eid(const struct eid *e, const char *want)
{
	char text[EID_TEXT_MAX];

	assert_string_equal(eid_text(e, text), want);
}

static void check_addr(const struct addr *a, const char *want)
{
	char text[ADDR_TEXT_MAX];

	assert_string_equal(addr_text(a, text), want);
}

static void check_locator(const struct locator *l, const char *addr, int prio,
			  int weight, int mprio, int mweight, int flags)
{
	check_addr(&l->addr, addr);
	assert_int_equal(l->priority, prio);
	assert_int_equal(l->weight, weight);
	assert_int_equal(l->mpriority, mprio);
	assert_int_equal(l->mweight, mweight);
	assert_int_equal(l->flags, flags);
}

static const uint8_t XTR_ID[16] = {
	0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
	0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff,
};

static void requests(void **state)
{
	struct lisp_msg m;
	struct map_request *q = &m.request;

	parse_vector("map-request-plain", &m);
	assert_int_equal(m.type, MSG_TYPE_MAP_REQUEST);
	assert_int_equal(q->flags, 0);
	assert_true(q->nonce == NONCE);
	check_eid(&q->source, "[0]10.1.0.5/32");
	assert_null(q->source_foreign);
	assert_int_equal(q->itr_count, 1);
	check_addr(&q->itr_rlocs[0], "192.0.2.1");
	assert_int_equal(q->record_count, 1);
	check_eid(&q->records[0].eid, "[0]10.2.0.7/32");
	assert_false(q->records[0].subscribe);
	assert_null(q->reply);

	parse_vector("map-request-subscribe", &m);
	assert_int_equal(q->flags, MREQ_IDS);
	assert_true(q->records[0].subscribe);
	check_eid(&q->records[0].eid, "[0]10.2.0.0/16");
	assert_memory_equal(q->ids.xtr_id, XTR_ID, 16);
	assert_true(q->ids.site_id == 0x42);

	parse_vector("map-request-smr", &m);
	assert_int_equal(q->flags, MREQ_SMR | MREQ_DONT_REPLY);
	check_eid(&q->source, "[0]10.1.0.0/32");

	parse_vector("map-request-no-source", &m);
	assert_int_equal(q->flags, MREQ_PROBE | MREQ_AUTHORITATIVE);
	assert_false(eid_is_ip(&q->source));
	check_eid(&q->records[0].eid, "[0]2001:db8:b::/48");
}

static void request_with_everything(void **state)
{
	struct lisp_msg m;
	struct map_request *q = &m.request;

	parse_vector("map-request-all-flags", &m);
	assert_int_equal(q->flags, MREQ_FLAGS);
	assert_int_equal(MREQ_FLAGS, MREQ_AUTHORITATIVE | MREQ_MAP_DATA |
			 MREQ_PROBE | MREQ_SMR | MREQ_PITR | MREQ_SMR_INVOKED |
			 MREQ_IDS | MREQ_LOCAL | MREQ_DONT_REPLY);
	check_eid(&q->source, "[16777215]2001:db8::5/128");
	assert_int_equal(q->itr_count, 2);
	check_addr(&q->itr_rlocs[0], "192.0.2.1");
	check_addr(&q->itr_rlocs[1], "2001:db8:ffff::1");
	assert_int_equal(q->record_count, 2);
	assert_true(q->records[0].subscribe);
	check_eid(&q->records[0].eid, "[16777215]2001:db8:b::7/128");
	assert_false(q->records[1].subscribe);
	check_eid(&q->records[1].eid, "[0]10.2.3.0/24");
	assert_non_null(q->reply);
	check_eid(&q->reply->eid, "[1]2001:db8::/64");
	assert_int_equal(q->reply->ttl, 60);
	check_locator(&q->reply->locators[0], "192.0.2.1", 1, 1, 255, 0, 5);
	assert_memory_equal(q->ids.xtr_id, XTR_ID, 16);
	assert_true(q->ids.site_id == 7);
}

static void replies(void **state)
{
	struct lisp_msg m;
	struct map_reply *r = &m.reply;
	int i;

	parse_vector("map-reply-two-locators", &m);
	assert_int_equal(m.type, MSG_TYPE_MAP_REPLY);
	assert_int_equal(r->flags, 0);
	assert_true(r->nonce == NONCE);
	assert_int_equal(r->record_count, 1);
	assert_int_equal(r->records[0].ttl, 1440);
	assert_true(r->records[0].authoritative);
	assert_int_equal(r->records[0].action, MAP_NO_ACTION);
	check_eid(&r->records[0].eid, "[0]10.1.0.0/16");
	assert_int_equal(r->records[0].locator_count, 2);
	check_locator(&r->records[0].locators[0], "192.0.2.1", 1, 50, 255, 0,
		      LOCATOR_LOCAL | LOCATOR_REACHABLE);
	check_locator(&r->records[0].locators[1], "2001:db8:ffff::1", 1, 50,
		      255, 0, LOCATOR_REACHABLE);

	parse_vector("map-reply-negative", &m);
	assert_int_equal(r->records[0].locator_count, 0);
	assert_int_equal(r->records[0].ignored, 0);
	assert_int_equal(r->records[0].action, MAP_NATIVELY_FORWARD);
	assert_false(r->records[0].authoritative);
	assert_int_equal(r->records[0].ttl, 15);
	check_eid(&r->records[0].eid, "[0]10.64.0.0/10");

	parse_vector("map-reply-probe", &m);
	assert_int_equal(r->flags, MREP_PROBE);
	check_locator(&r->records[0].locators[0], "192.0.2.1", 1, 100, 255, 0,
		      LOCATOR_FLAGS);

	parse_vector("map-reply-more-specifics", &m);
	assert_int_equal(r->flags, MREP_ECHO_NONCE);
	assert_int_equal(r->record_count, 3);
	check_eid(&r->records[2].eid, "[0]2001:db8:1:2::/64");
	for (i = 0; i < 3; i++)
		assert_int_equal(r->records[i].locator_count, 3);
	assert_int_equal(r->records[2].locators[2].priority, LOCATOR_UNUSED);
}

static void registers(void **state)
{
	static const struct {
		const char *name;
		int key_id, algorithm, len, flags;
	} row[] = {
		{ "map-register-sha1-rfc", 0, 1, 12, 0 },
		{ "map-register-sha1", 0, 1, 20, 0 },
		{ "map-register-sha256-rfc", 0, 2, 16, 0 },
		{ "map-register-sha256", 0, 2, 32, 0 },
		{ "map-register-hkdf", 0, 3, 16, 0 },
		{ "map-register-ids", 1, 2, 16, MREG_IDS },
		{ "map-register-ids-literal", 1, 2, 16, MREG_IDS },
	};
	struct lisp_msg m;
	struct map_register *g = &m.reg;
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		const struct vector *v = vector(row[i].name);
		size_t ids = row[i].flags ? AUTH_IDS_SIZE : 0;

		parse_vector(row[i].name, &m);
		assert_int_equal(m.type, MSG_TYPE_MAP_REGISTER);
		assert_int_equal(g->flags, MREG_PROXY_REPLY |
				 MREG_WANT_NOTIFY | row[i].flags);
		assert_true(g->nonce == NONCE);
		assert_int_equal(g->auth.key_id, row[i].key_id);
		assert_int_equal(g->auth.algorithm, row[i].algorithm);
		assert_int_equal(g->auth.data_len, row[i].len);
		assert_memory_equal(g->auth.data, v->octets + AUTH_DATA_OFFSET,
				    row[i].len);
		assert_int_equal(g->auth.entire_end, v->len);
		assert_int_equal(g->auth.literal_end, v->len - ids);
		assert_int_equal(g->record_count, 1);
		assert_int_equal(g->records[0].ttl, 1440);
		check_eid(&g->records[0].eid, "[100]10.1.0.0/16");
		check_locator(&g->records[0].locators[0], "192.0.2.1", 1, 100,
			      255, 0, 5);
	}
	assert_memory_equal(g->ids.xtr_id, XTR_ID, 16);
	assert_true(g->ids.site_id == 0x42);

	parse_vector("map-register-all-flags", &m);
	assert_int_equal(g->flags, MREG_FLAGS);
	assert_int_equal(MREG_FLAGS, MREG_PROXY_REPLY | MREG_SECURITY |
			 MREG_IDS | MREG_EID_NOTIFY | MREG_USE_TTL |
			 MREG_MERGE | MREG_WANT_NOTIFY);
	assert_int_equal(g->record_count, 2);
	check_eid(&g->records[1].eid, "[100]2001:db8:a::/48");
	assert_int_equal(g->records[1].version, 0xabc);
	assert_int_equal(g->auth.key_id, 9);
}

static void notifies(void **state)
{
	struct lisp_msg m;
	struct map_notify *n = &m.notify;

	parse_vector("map-notify-hkdf", &m);
	assert_int_equal(m.type, MSG_TYPE_MAP_NOTIFY);
	assert_false(n->ack);
	assert_true(n->nonce == NONCE);
	assert_int_equal(n->auth.algorithm, AUTH_HMAC_SHA256_HKDF);
	check_eid(&n->records[0].eid, "[100]10.1.0.0/16");
	parse_vector("map-notify-ack-hkdf", &m);
	assert_int_equal(m.type, MSG_TYPE_MAP_NOTIFY_ACK);
	assert_true(n->ack);
	m.type = MSG_TYPE_MAP_NOTIFY;
	assert_int_equal(msg_build(&m, NULL, 0), -EINVAL);
	parse_vector("map-notify-ids", &m);
	assert_int_equal(n->flags, MNOT_IDS);
	assert_memory_equal(n->ids.xtr_id, XTR_ID, 16);
	assert_true(n->ids.site_id == 7);
	assert_int_equal(n->records[0].action, MAP_DROP_AUTH);
	assert_int_equal(n->auth.literal_end + AUTH_IDS_SIZE,
			 n->auth.entire_end);
	parse_vector("map-notify-empty", &m);
	assert_int_equal(n->record_count, 0);
	parse_vector("map-notify-sha1", &m);
	assert_int_equal(n->record_count, 2);
}

static void encapsulated(void **state)
{
	const struct vector *plain = vector("map-request-plain");
	const struct vector *big = vector("map-request-all-flags");
	struct lisp_msg m;

	parse_vector("ecm-ipv4", &m);
	assert_int_equal(m.type, MSG_TYPE_ECM);
	assert_int_equal(m.ecm.flags, 0);
	check_addr(&m.ecm.source, "10.1.0.5");
	check_addr(&m.ecm.dest, "10.2.0.7");
	assert_int_equal(m.ecm.source_port, 50000);
	assert_int_equal(m.ecm.dest_port, 4342);
	assert_int_equal(m.ecm.ttl, 64);
	assert_false(m.ecm.no_checksum);
	assert_int_equal(m.ecm.packet_len, 60);
	assert_int_equal(m.ecm.message_len, plain->len);
	assert_memory_equal(m.ecm.message, plain->octets, plain->len);

	parse_vector("ecm-ipv6", &m);
	assert_int_equal(m.ecm.flags, ECM_DDT);
	check_addr(&m.ecm.source, "2001:db8:ffff::1");
	check_addr(&m.ecm.dest, "2001:db8:b::7");
	assert_int_equal(m.ecm.source_port, 61000);
	assert_int_equal(m.ecm.message_len, big->len);
	assert_memory_equal(m.ecm.message, big->octets, big->len);
	done();
}

static void security(void **state)
{
	const struct vector *v = vector("map-reply-security");
	struct wire_error err;
	struct lisp_msg m;

	arena_reset(&arena);
	assert_int_equal(parse_exactly(v->octets, v->len, &m, &err), 0);
	assert_int_equal(m.reply.flags, MREP_SECURITY);
	assert_int_equal(m.reply.record_count, 1);
	check_eid(&m.reply.records[0].eid, "[0]10.2.0.0/16");
	assert_int_equal(m.reply.security_offset, 0x28);
	assert_int_equal(m.reply.trailing, 0);
	assert_int_equal(msg_build(&m, NULL, 0), -EOPNOTSUPP);
	/* Announced but not there. */
	assert_int_equal(parse_exactly(v->octets, 0x28, &m, &err), -EBADMSG);
	assert_int_equal(err.reason, WIRE_SHORT);
	assert_int_equal(err.offset, 0x28);
	v = vector("ecm-security-itr");
	assert_int_equal(parse_exactly(v->octets, v->len, &m, &err),
			 -EOPNOTSUPP);
	assert_int_equal(err.reason, WIRE_SECURITY);
	v = vector("ecm-security-ms");
	assert_int_equal(parse_exactly(v->octets, v->len, &m, &err),
			 -EOPNOTSUPP);
	assert_int_equal(err.reason, WIRE_SECURITY);
	m = (struct lisp_msg){ .type = MSG_TYPE_ECM,
			       .ecm.flags = ECM_SECURITY };
	assert_int_equal(msg_build(&m, NULL, 0), -EOPNOTSUPP);
	assert_int_equal(ecm_forward(ECM_SECURITY, "", 1, NULL, 0),
			 -EOPNOTSUPP);
}

/* --- refusals --- */

static const struct {
	const char *what, *hex;
	enum wire_reason reason;
	size_t offset;
} bad[] = {
	{ "nothing", "", WIRE_SHORT, 0 },
	{ "type 0", "00000000 00000000 00000000", WIRE_TYPE, 0 },
	{ "type 7", "70000001 00000000 00000000", WIRE_TYPE, 0 },
	{ "type 7", "70000001 00000000 00000000", WIRE_TYPE, 0 },
	{ "type 15", "f0000001 00000000 00000000", WIRE_TYPE, 0 },
	{ "Map-Request without records",
	  "10000000 0102030405060708 0001 0a010005 0001 c0000201",
	  WIRE_NO_RECORDS, 24 },
	{ "Map-Request with no ITR-RLOC but AFI 0",
	  "10000001 0102030405060708 0001 0a010005 0000 0020 0001 0a020007",
	  WIRE_NO_ITR_RLOC, 20 },
	{ "Map-Request with more ITR-RLOCs announced",
	  "10000101 0102030405060708 0001 0a010005 0001 c0000201"
	  "0020 0001 0a020007", WIRE_AFI, 26 },
	{ "Map-Request, mask length 33",
	  "10000001 0102030405060708 0001 0a010005 0001 c0000201"
	  "0021 0001 0a020007", WIRE_MASK_LEN, 32 },
	{ "Map-Request, source EID an RLE",
	  "10000001 0102030405060708 4003 0000 0d00 0000 0001 c0000201"
	  "0020 0001 0a020007", WIRE_EID, 20 },
	{ "Map-Request, EID of an unknown LCAF only",
	  "10000001 0102030405060708 0000 0001 c0000201"
	  "0020 4003 0000 c800 0000", WIRE_EID, 30 },
	{ "Map-Reply, mask length 129",
	  "20000001 0102030405060708 000005a0 00810000 00000002"
	  "00000000000000000000000000000000", WIRE_MASK_LEN, 40 },
	{ "Map-Reply, record with unknown AFI",
	  "20000001 0102030405060708 000005a0 00200000 00000003 00000000",
	  WIRE_AFI, 24 },
	{ "Map-Reply, locator with unknown AFI",
	  "20000001 0102030405060708 000005a0 01100000 00000001 0a010000"
	  "0101ff00 00050009 c0000201", WIRE_AFI, 36 },
	{ "Map-Reply, vendor's locator",
	  "20000001 0102030405060708 000005a0 01100000 00000001 0a010000"
	  "0101ff00 0005 4003 0000 ff00 0004 0000000c", WIRE_VENDOR, 42 },
	{ "Map-Reply, record count too high",
	  "20000002 0102030405060708 0000000f 000a2000 00000001 0a400000",
	  WIRE_SHORT, 12 },
	{ "Map-Reply, locator count too high",
	  "20000001 0102030405060708 0000000f ff0a2000 00000001 0a400000"
	  "0101ff00 00050001 c0000201", WIRE_SHORT, 28 },
	{ "Map-Register without records",
	  "30000000 0102030405060708 00000000 000000000000000000000000",
	  WIRE_NO_RECORDS, 12 },
	{ "Map-Register, authentication data too long",
	  "30000001 0102030405060708 0002000d 000005a0 01100000 00000000",
	  WIRE_SHORT, 16 },
	{ "Map-Register, IDs announced but missing",
	  "32000001 0102030405060708 00000000 000005a0 000a0000 00000001"
	  "0a400000 0000", WIRE_SHORT, 32 },
	{ "Map-Register, second record broken: the first is not delivered",
	  "30000002 0102030405060708 00000000 000005a0 000a0000 00000001"
	  "0a400000 000005a0 002b0000 00000001 0a400000", WIRE_MASK_LEN, 48 },
};

static void refused(void **state)
{
	struct lisp_msg m, zero;
	struct wire_error err;
	size_t i;

	memset(&zero, 0, sizeof(zero));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct vector v = { .len = 0 };
		int ret;

		arena_reset(&arena);
		vector_hex(&v, bad[i].hex);
		ret = parse_exactly(v.octets, v.len, &m, &err);
		if (err.reason != bad[i].reason || err.offset != bad[i].offset)
			fail_msg("%s: %s at %zu", bad[i].what,
				 wire_reason_name(err.reason), err.offset);
		assert_int_equal(ret, wire_reason_errno(bad[i].reason));
		assert_memory_equal(&m, &zero, sizeof(m));
		/* The error is optional. */
		assert_int_equal(msg_parse(v.octets, v.len, &arena, &m, NULL),
				 ret);
	}
}

/* What a message only claims to hold costs no memory. */
static void claims_cost_nothing(void **state)
{
	static const char *const claims[] = {
		/* 255 records */
		"100000ff 0102030405060708 0001 0a010005 0001 c0000201"
		"0020 0001 0a020007",
		"200000ff 0102030405060708 0000000f 000a2000 00000001"
		"0a400000",
		"300000ff 0102030405060708 00000000 000005a0 000a0000"
		"00000001 0a400000",
		/* 255 locators */
		"20000001 0102030405060708 0000000f ff0a2000 00000001"
		"0a400000",
	};
	struct wire_error err;
	struct arena small;
	uint8_t buf[256];
	struct lisp_msg m;
	size_t i;

	for (i = 0; i < sizeof(claims) / sizeof(claims[0]); i++) {
		struct vector v = { .len = 0 };

		vector_hex(&v, claims[i]);
		arena_init_buffer(&small, buf, sizeof(buf));
		assert_int_equal(msg_parse(v.octets, v.len, &small, &m, &err),
				 -EBADMSG);
		assert_int_equal(err.reason, WIRE_SHORT);
	}
}

/* Less than the least is refused before anything is set aside for it. */
static void minimum_comes_first(void **state)
{
	uint8_t in[28] = { 0x30, 0, 0, 1 };
	struct wire_error err;
	struct arena none;
	struct lisp_msg m;

	arena_init(&none, 0);
	assert_int_equal(msg_parse(in, 27, &none, &m, &err), -EBADMSG);
	assert_int_equal(err.reason, WIRE_SHORT);
	assert_int_equal(msg_parse(in, 28, &none, &m, &err), -ENOMEM);
	assert_int_equal(err.reason, WIRE_MEMORY);
}

/* A parser called by itself checks the type too. */
static void wrong_parser(void **state)
{
	const struct vector *q = vector("map-request-plain");
	const struct vector *r = vector("map-reply-two-locators");
	struct map_register reg;
	struct map_request req;
	struct map_notify not;
	struct map_reply rep;
	struct wire_error err;
	struct ecm ecm;

	assert_int_equal(map_reply_parse(q->octets, q->len, &arena, &rep,
					 &err), -EOPNOTSUPP);
	assert_int_equal(err.reason, WIRE_TYPE);
	assert_int_equal(map_request_parse(r->octets, r->len, &arena, &req,
					   &err), -EOPNOTSUPP);
	assert_int_equal(map_register_parse(r->octets, r->len, &arena, &reg,
					    &err), -EOPNOTSUPP);
	assert_int_equal(map_notify_parse(r->octets, r->len, &arena, &not,
					  &err), -EOPNOTSUPP);
	assert_int_equal(ecm_parse(r->octets, r->len, &ecm, &err),
			 -EOPNOTSUPP);
	assert_int_equal(err.reason, WIRE_TYPE);
}

static void reserved_bits(void **state)
{
	static const struct { const char *name; uint32_t flags; } row[] = {
		{ "map-request-plain", MREQ_FLAGS | 0x1f00 },
		{ "map-reply-two-locators", MREP_FLAGS },
		{ "map-register-sha256", MREG_FLAGS },
		{ "map-notify-hkdf", MNOT_FLAGS },
		{ "ecm-ipv4", ECM_FLAGS },
	};
	struct wire_error err;
	uint8_t out[2048];
	struct lisp_msg m;
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		const struct vector *plain = vector(row[i].name);
		uint32_t rest = ~(row[i].flags | 0xf00000ff);
		struct vector v = *plain;

		/* ECM: its whole low word is reserved. */
		if (v.octets[0] >> 4 == MSG_TYPE_ECM)
			rest |= 0xff;
		v.octets[0] |= rest >> 24;
		v.octets[1] |= rest >> 16;
		v.octets[2] |= rest >> 8;
		v.octets[3] |= rest;
		arena_reset(&arena);
		assert_int_equal(parse_exactly(v.octets, v.len, &m, &err), 0);
		assert_int_equal(msg_build(&m, out, sizeof(out)), plain->len);
		assert_memory_equal(out, plain->octets, plain->len);
	}
	done();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_octets_again),
		cmocka_unit_test(strict_prefixes),
		cmocka_unit_test(trailing_octets),
		cmocka_unit_test(every_arena_size),
		cmocka_unit_test(every_octet_changed),
		cmocka_unit_test(requests),
		cmocka_unit_test(request_with_everything),
		cmocka_unit_test(replies),
		cmocka_unit_test(registers),
		cmocka_unit_test(notifies),
		cmocka_unit_test(encapsulated),
		cmocka_unit_test(security),
		cmocka_unit_test(refused),
		cmocka_unit_test(claims_cost_nothing),
		cmocka_unit_test(minimum_comes_first),
		cmocka_unit_test(wrong_parser),
		cmocka_unit_test(reserved_bits),
	};

	return cmocka_run_group_tests(tests, load, unload);
}

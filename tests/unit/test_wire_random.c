// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Random messages built and read again, and what cannot be built.
 */
#include "wire_msg.h"

/* --- built at random and read again --- */

static struct addr random_addr(void)
{
	uint8_t bytes[16];
	size_t i;

	for (i = 0; i < 16; i++)
		bytes[i] = rand();
	return addr_make(rand() & 1 ? ADDR_IPV4 : ADDR_IPV6, bytes);
}

static struct eid random_eid(void)
{
	struct addr a = random_addr();
	struct prefix p;

	prefix_make(&a, rand() % (addr_bits(&a) + 1), &p);
	return eid_make(rand() % 3 ? (uint32_t)rand() : 0, &p);
}

static void random_record(struct map_record *rec, unsigned int max)
{
	unsigned int i;

	*rec = (struct map_record){
		.ttl = rand(), .action = rand() % 6,
		.authoritative = rand() & 1, .version = rand() & 0xfff,
		.eid = random_eid(), .locator_count = rand() % (max + 1),
	};
	rec->locators = arena_array(&arena, rec->locator_count,
				    sizeof(*rec->locators));
	for (i = 0; i < rec->locator_count; i++)
		rec->locators[i] = (struct locator){
			.addr = random_addr(), .priority = rand(),
			.weight = rand(), .mpriority = rand(),
			.mweight = rand(), .flags = rand() & LOCATOR_FLAGS,
		};
}

static struct map_record *random_records(unsigned int n, unsigned int max)
{
	struct map_record *recs = arena_array(&arena, n, sizeof(*recs));
	unsigned int i;

	for (i = 0; i < n; i++)
		random_record(&recs[i], max);
	return recs;
}

static void random_ids(struct site_ids *ids)
{
	size_t i;

	for (i = 0; i < 16; i++)
		ids->xtr_id[i] = rand();
	ids->site_id = rand();
}

static void random_auth(struct wire_auth *auth)
{
	*auth = (struct wire_auth){
		.key_id = rand(), .algorithm = rand() % 5,
		.data_len = rand() % 40,
	};
	auth->data = arena_alloc(&arena, auth->data_len);
	memset((void *)auth->data, rand(), auth->data_len);
}

static void random_request(struct map_request *q)
{
	unsigned int i;

	q->flags = rand() & MREQ_FLAGS;
	q->nonce = rand();
	q->source = random_eid();
	q->source.prefix = prefix_host(&q->source.prefix.addr);
	q->itr_count = 1 + rand() % ITR_RLOC_MAX;
	q->itr_rlocs = arena_array(&arena, q->itr_count,
				   sizeof(*q->itr_rlocs));
	for (i = 0; i < q->itr_count; i++)
		q->itr_rlocs[i] = random_addr();
	q->record_count = 1 + rand() % 255;
	q->records = arena_array(&arena, q->record_count, sizeof(*q->records));
	for (i = 0; i < q->record_count; i++)
		q->records[i] = (struct request_record){
			.subscribe = rand() & 1, .eid = random_eid(),
		};
	if (q->flags & MREQ_MAP_DATA)
		q->reply = random_records(1, 255);
	if (q->flags & MREQ_IDS)
		random_ids(&q->ids);
}

static const uint8_t *random_octets(size_t n)
{
	uint8_t *at = arena_alloc(&arena, n ? n : 1);
	size_t i;

	for (i = 0; i < n; i++)
		at[i] = rand();
	return at;
}

static void random_keys(struct referral_rloc *rloc)
{
	uint8_t algorithm = rand();
	bool revoked = rand() & 1;
	struct referral_key *keys;
	unsigned int i;

	rloc->key_count = rand() % 3 ? 0 : rand() % (REFERRAL_KEY_MAX + 1);
	keys = arena_array(&arena, rloc->key_count, sizeof(*keys));
	for (i = 0; i < rloc->key_count; i++) {
		keys[i].algorithm = algorithm;
		keys[i].revoked = revoked;
		keys[i].len = rand() % 40;
		keys[i].data = random_octets(keys[i].len);
	}
	rloc->keys = keys;
}

static void random_sigs(struct referral_record *rec)
{
	unsigned int i;

	rec->sig_count = rand() % (REFERRAL_SIG_MAX + 1);
	rec->sigs = arena_array(&arena, rec->sig_count, sizeof(*rec->sigs));
	for (i = 0; i < rec->sig_count; i++) {
		rec->sigs[i] = (struct referral_sig){
			.original_ttl = rand(), .expiration = rand(),
			.inception = rand(), .key_tag = rand(),
			.algorithm = rand(), .len = rand() % 300,
		};
		rec->sigs[i].data = random_octets(rec->sigs[i].len);
	}
}

static void random_referral(struct referral_record *rec)
{
	struct eid e = random_eid();
	unsigned int i;

	*rec = (struct referral_record){
		.ttl = rand(), .xeid = xeid_of(&e), .action = rand() & 7,
		.incomplete = rand() & 1, .authoritative = rand() & 1,
		.version = rand() & 0xfff, .rloc_count = rand() % 9,
	};
	if (rand() % 3 == 0)
		xeid_range(rand(), rand() % (XEID_IID_BITS + 1), &rec->xeid);
	rec->rlocs = arena_array(&arena, rec->rloc_count, sizeof(*rec->rlocs));
	for (i = 0; i < rec->rloc_count; i++) {
		rec->rlocs[i] = (struct referral_rloc){
			.addr = random_addr(), .priority = rand(),
			.weight = rand(),
		};
		random_keys(&rec->rlocs[i]);
	}
	random_sigs(rec);
}

static void random_referrals(struct map_referral *m)
{
	unsigned int i;

	m->nonce = rand();
	m->record_count = 1 + rand() % 4;
	m->records = arena_array(&arena, m->record_count, sizeof(*m->records));
	for (i = 0; i < m->record_count; i++)
		random_referral(&m->records[i]);
}

static void random_msg(struct lisp_msg *m)
{
	memset(m, 0, sizeof(*m));
	m->type = 1 + rand() % 6;
	switch (m->type) {
	case MSG_TYPE_MAP_REQUEST:
		random_request(&m->request);
		break;
	case MSG_TYPE_MAP_REPLY:
		m->reply.flags = rand() & MREP_FLAGS & ~MREP_SECURITY;
		m->reply.nonce = rand();
		m->reply.record_count = rand() % 256;
		m->reply.records = random_records(m->reply.record_count, 5);
		break;
	case MSG_TYPE_MAP_REGISTER:
		m->reg.flags = rand() & MREG_FLAGS;
		m->reg.nonce = rand();
		random_auth(&m->reg.auth);
		m->reg.record_count = 1 + rand() % 10;
		m->reg.records = random_records(m->reg.record_count, 255);
		if (m->reg.flags & MREG_IDS)
			random_ids(&m->reg.ids);
		break;
	case MSG_TYPE_MAP_NOTIFY:
	case MSG_TYPE_MAP_NOTIFY_ACK:
		m->notify.ack = m->type == MSG_TYPE_MAP_NOTIFY_ACK;
		m->notify.flags = rand() & MNOT_FLAGS;
		m->notify.nonce = rand();
		random_auth(&m->notify.auth);
		m->notify.record_count = rand() % 256;
		m->notify.records = random_records(m->notify.record_count, 3);
		if (m->notify.flags & MNOT_IDS)
			random_ids(&m->notify.ids);
		break;
	case MSG_TYPE_MAP_REFERRAL:
		random_referrals(&m->referral);
		break;
	case MSG_TYPE_ECM:
		break;
	}
}

static void random_messages(void **state)
{
	static uint8_t out[MSG_SIZE_MAX];
	struct lisp_msg m, again;
	struct wire_error err;
	int i, len;

	srand(12);
	for (i = 0; i < 1000; i++) {
		arena_reset(&arena);
		random_msg(&m);
		len = msg_build(&m, out, sizeof(out));
		assert_true(len > 0);
		if (m.type == MSG_TYPE_MAP_REFERRAL)
			assert_int_equal(len, map_referral_size(&m.referral));
		if (parse_exactly(out, len, &again, &err))
			fail_msg("%s at %zu", wire_reason_name(err.reason),
				 err.offset);
		assert_true(equal_msg(&m, &again));
	}
}

/* The biggest message there can be parses under the recommended cap. */
static void arena_cap_suffices(void **state)
{
	static uint8_t out[MSG_SIZE_MAX];
	const struct map_record one = { .eid.prefix.addr.family = ADDR_IPV4 };
	struct writer w;
	struct arena cap;
	struct wire_error err;
	struct lisp_msg m;
	size_t i;

	/* 255 records, each with as many ignored locators as fit. */
	writer_init(&w, out, sizeof(out));
	writer_u32(&w, 0x200000ff);
	writer_u64(&w, NONCE);
	for (i = 0; i < 255; i++) {
		size_t k, at = w.len;

		record_build(&w, &one);
		out[at + 4] = 15;
		for (k = 0; k < 15; k++) {
			writer_zero(&w, 6);
			writer_u16(&w, AFI_MAC48);
			writer_zero(&w, 6);
		}
	}
	assert_true(writer_ok(&w));
	arena_init(&cap, MSG_ARENA_CAP);
	assert_int_equal(msg_parse(out, w.len, &cap, &m, &err), 0);
	assert_int_equal(m.reply.records[254].ignored, 15);
	assert_int_equal(m.reply.records[254].locator_count, 0);
	arena_free(&cap);
}

static void unbuildable(void **state)
{
	struct lisp_msg m;
	uint8_t out[512];

	parse_vector("map-request-plain", &m);
	m.request.itr_count = 0;
	assert_int_equal(msg_build(&m, out, sizeof(out)), -EINVAL);
	m.request.itr_count = ITR_RLOC_MAX + 1;
	assert_int_equal(msg_build(&m, out, sizeof(out)), -EINVAL);
	m.request.itr_count = 1;
	m.request.record_count = 0;
	assert_int_equal(msg_build(&m, out, sizeof(out)), -EINVAL);
	m.request.record_count = 1;
	m.request.flags |= MREQ_MAP_DATA;
	assert_int_equal(msg_build(&m, out, sizeof(out)), -EINVAL);
	parse_vector("map-register-sha1", &m);
	m.reg.record_count = 0;
	assert_int_equal(msg_build(&m, out, sizeof(out)), -EINVAL);
	m.type = 7;
	assert_int_equal(msg_build(&m, out, sizeof(out)), -EINVAL);
	m.type = 16;
	assert_int_equal(msg_build(&m, out, sizeof(out)), -EINVAL);
}

static void names(void **state)
{
	assert_string_equal(msg_type_name(1), "Map-Request");
	assert_string_equal(msg_type_name(5), "Map-Notify-Ack");
	assert_string_equal(msg_type_name(8), "ECM");
	assert_null(msg_type_name(0));
	assert_string_equal(msg_type_name(6), "Map-Referral");
	assert_null(msg_type_name(7));
	assert_null(msg_type_name(16));
	assert_int_equal(msg_peek_type("\x8f", 1), 8);
	assert_int_equal(msg_peek_type("", 0), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_messages),
		cmocka_unit_test(arena_cap_suffices),
		cmocka_unit_test(unbuildable),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, load, unload);
}

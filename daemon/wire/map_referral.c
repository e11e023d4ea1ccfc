// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Map-Referral: see the figures in RFC 8111 6.4 and 6.4.1.
 *
 * A record is an EID-record with signatures behind it and, in the octets that
 * were reserved, a bit and their number.
 */
#include "wire/map_referral.h"

#include <errno.h>
#include <string.h>

#include "wire/msg.h"
#include "wire/record.h"

#define RECORD_SIZE_MIN		12	/* 10 octets and an AFI */
#define RLOC_SIZE_MIN		8	/* 6 octets and an AFI */
#define LCAF_HEADER_SIZE	8
#define KEYS_HEADER_SIZE	4	/* in the body of its LCAF */
#define RANGE_SIZE		(LCAF_HEADER_SIZE + 4 + 2)

#define ACT_SHIFT		13
#define BIT_A			0x1000
#define BIT_I			0x0800
#define SIGS_SHIFT		12
#define VERSION			0x0fff
#define KEY_REVOKED		0x01
#define RLOC_R			0x0001
#define MULTICAST_UNUSED	0xff00	/* priority 255, weight 0 */

const char *referral_action_name(unsigned int action)
{
	static const char *const names[REFERRAL_ACTION_COUNT] = {
		[REFERRAL_NODE] = "node-referral",
		[REFERRAL_MS] = "ms-referral",
		[REFERRAL_MS_ACK] = "ms-ack",
		[REFERRAL_MS_NOT_REGISTERED] = "ms-not-registered",
		[REFERRAL_DELEGATION_HOLE] = "delegation-hole",
		[REFERRAL_NOT_AUTHORITATIVE] = "not-authoritative",
	};

	return action < REFERRAL_ACTION_COUNT ? names[action] : "?";
}

/* --- parsing --- */

/* A range of instances is an Instance-ID with nothing in it. */
static void eid_take(struct parse *p, uint8_t mask_len,
		     struct referral_record *rec)
{
	const struct wire_addr *foreign;
	uint8_t iid_len = 0;
	struct eid e;

	if (record_eid_parse(p, mask_len, &e, &foreign, &iid_len))
		return;
	rec->xeid = xeid_of(&e);
	rec->foreign = foreign;
	if (!foreign || foreign->kind != WIRE_ADDR_NONE || !foreign->has_iid)
		return;
	rec->foreign = NULL;
	if (xeid_range(e.iid, iid_len, &rec->xeid))
		parse_fail(p, WIRE_MASK_LEN);
}

/* The LCAF is known to be whole: wire_addr_parse() walked through it. */
static void keys_take(struct parse *p, struct reader *r,
		      struct referral_rloc *rloc)
{
	struct referral_key *keys;
	unsigned int n, i;
	uint8_t algorithm;
	bool revoked;

	n = reader_u8(r);
	reader_skip(r, 1);
	algorithm = reader_u8(r);
	revoked = reader_u8(r) & KEY_REVOKED;
	if (n > REFERRAL_KEY_MAX) {
		parse_fail(p, WIRE_LCAF_ITEMS);
		return;
	}
	keys = parse_array(p, n, sizeof(*keys));
	if (!keys)
		return;
	for (i = 0; i < n; i++) {
		keys[i].algorithm = algorithm;
		keys[i].revoked = revoked;
		keys[i].len = reader_u16(r);
		keys[i].data = reader_bytes(r, keys[i].len);
	}
	rloc->keys = keys;
	rloc->key_count = (uint8_t)n;
}

/* Replaces *@a by the address inside, which is walked for the second time. */
static void keyed_take(struct parse *p, struct wire_addr *a,
		       struct referral_rloc *rloc)
{
	struct parse inner = { .arena = p->arena };

	reader_init(&inner.r, a->raw, a->raw_len);
	reader_skip(&inner.r, LCAF_HEADER_SIZE);
	keys_take(p, &inner.r, rloc);
	if (parse_check(p) == 0 && wire_addr_parse(&inner, a))
		parse_fail(p, inner.err.reason);
}

/* False if it is of a kind that cannot be used. */
static bool rloc_parse(struct parse *p, struct referral_rloc *rloc)
{
	struct wire_addr a;

	*rloc = (struct referral_rloc){ .priority = reader_u8(&p->r) };
	rloc->weight = reader_u8(&p->r);
	reader_skip(&p->r, 4);		/* multicast, flags */
	if (wire_addr_parse(p, &a))
		return false;
	if (a.kind == WIRE_ADDR_LCAF && a.lcaf_type == LCAF_SECURITY_KEY &&
	    !a.has_iid)
		keyed_take(p, &a, rloc);
	rloc->addr = a.addr;
	return a.kind == WIRE_ADDR_IP && !a.has_iid;
}

static void rlocs_parse(struct parse *p, struct referral_record *rec,
			unsigned int n)
{
	if (n * RLOC_SIZE_MIN > reader_left(&p->r)) {
		parse_fail(p, WIRE_SHORT);
		return;
	}
	rec->rlocs = parse_array(p, n, sizeof(*rec->rlocs));
	while (n-- && reader_ok(&p->r)) {
		if (rloc_parse(p, &rec->rlocs[rec->rloc_count]))
			rec->rloc_count++;
		else
			rec->ignored++;
	}
}

static void sig_parse(struct parse *p, struct referral_sig *sig)
{
	const uint8_t *data;

	sig->offset = reader_offset(&p->r);
	sig->original_ttl = reader_u32(&p->r);
	sig->expiration = reader_u32(&p->r);
	sig->inception = reader_u32(&p->r);
	sig->key_tag = reader_u16(&p->r);
	sig->len = reader_u16(&p->r);
	sig->algorithm = reader_u8(&p->r);
	reader_skip(&p->r, 3);
	data = reader_bytes(&p->r, sig->len);
	if (!data)
		return;
	sig->data = arena_copy(p->arena, data, sig->len);
	if (!sig->data)
		parse_fail(p, WIRE_MEMORY);
}

static void sigs_parse(struct parse *p, struct referral_record *rec,
		       unsigned int n)
{
	unsigned int i;

	if (n * REFERRAL_SIG_SIZE > reader_left(&p->r)) {
		parse_fail(p, WIRE_SHORT);
		return;
	}
	rec->sigs = parse_array(p, n, sizeof(*rec->sigs));
	rec->sig_count = (uint8_t)n;
	for (i = 0; i < n && reader_ok(&p->r); i++)
		sig_parse(p, &rec->sigs[i]);
}

static void referral_parse(struct parse *p, struct referral_record *rec)
{
	unsigned int rlocs, bits, sigs;
	uint8_t mask_len;

	rec->offset = reader_offset(&p->r);
	rec->ttl = reader_u32(&p->r);
	rlocs = reader_u8(&p->r);
	mask_len = reader_u8(&p->r);
	bits = reader_u16(&p->r);
	rec->action = (uint8_t)(bits >> ACT_SHIFT);
	rec->authoritative = bits & BIT_A;
	rec->incomplete = bits & BIT_I;
	bits = reader_u16(&p->r);
	sigs = bits >> SIGS_SHIFT;
	rec->version = bits & VERSION;
	eid_take(p, mask_len, rec);
	if (reader_ok(&p->r))
		rlocs_parse(p, rec, rlocs);
	if (reader_ok(&p->r))
		sigs_parse(p, rec, sigs);
	rec->len = reader_offset(&p->r) - rec->offset;
}

static void referrals_parse(struct parse *p, struct map_referral *m)
{
	size_t i;

	if (m->record_count == 0)
		parse_fail(p, WIRE_NO_RECORDS);
	else if (m->record_count * RECORD_SIZE_MIN > reader_left(&p->r))
		parse_fail(p, WIRE_SHORT);
	m->records = parse_array(p, m->record_count, sizeof(*m->records));
	for (i = 0; i < m->record_count && reader_ok(&p->r); i++)
		referral_parse(p, &m->records[i]);
}

int map_referral_parse(const void *data, size_t len, struct arena *arena,
		       struct map_referral *m, struct wire_error *err)
{
	struct parse p;
	uint32_t word;

	parse_init(&p, data, len, arena);
	word = reader_u32(&p.r);
	if (reader_ok(&p.r) && word >> 28 != MSG_TYPE_MAP_REFERRAL)
		parse_fail(&p, WIRE_TYPE);
	*m = (struct map_referral){
		.nonce = reader_u64(&p.r),
		.record_count = word & 0xff,
	};
	referrals_parse(&p, m);
	m->trailing = reader_left(&p.r);
	return parse_finish(&p, m, sizeof(*m), err);
}

/* --- building --- */

static bool is_range(const struct referral_record *rec)
{
	return !rec->foreign && xeid_is_range(&rec->xeid);
}

static void xeid_build(struct writer *w, const struct referral_record *rec)
{
	struct wire_addr range = {
		.kind = WIRE_ADDR_NONE,
		.has_iid = true,
		.iid_mask_len = rec->xeid.iid_len,
		.iid = rec->xeid.eid.iid,
	};

	record_eid_build(w, &rec->xeid.eid,
			 is_range(rec) ? &range : rec->foreign, 0);
}

static size_t keys_size(const struct referral_rloc *rloc)
{
	size_t i, size = KEYS_HEADER_SIZE;

	for (i = 0; i < rloc->key_count; i++)
		size += 2 + (size_t)rloc->keys[i].len;
	return size;
}

static void keys_build(struct writer *w, const struct referral_rloc *rloc)
{
	size_t body = keys_size(rloc) + wire_ip_size(&rloc->addr), i;

	writer_u16(w, AFI_LCAF);
	writer_u16(w, 0);
	writer_u8(w, LCAF_SECURITY_KEY);
	writer_u8(w, 0);
	writer_u16(w, (uint16_t)body);
	writer_u8(w, rloc->key_count);
	writer_u8(w, 0);
	writer_u8(w, rloc->keys[0].algorithm);
	writer_u8(w, rloc->keys[0].revoked ? KEY_REVOKED : 0);
	for (i = 0; i < rloc->key_count; i++) {
		writer_u16(w, rloc->keys[i].len);
		writer_bytes(w, rloc->keys[i].data, rloc->keys[i].len);
	}
}

static void rloc_build(struct writer *w, const struct referral_rloc *rloc)
{
	writer_u8(w, rloc->priority);
	writer_u8(w, rloc->weight);
	writer_u16(w, MULTICAST_UNUSED);
	writer_u16(w, RLOC_R);
	if (rloc->key_count)
		keys_build(w, rloc);
	wire_ip_build(w, &rloc->addr);
}

static void sig_build(struct writer *w, const struct referral_sig *sig)
{
	writer_u32(w, sig->original_ttl);
	writer_u32(w, sig->expiration);
	writer_u32(w, sig->inception);
	writer_u16(w, sig->key_tag);
	writer_u16(w, sig->len);
	writer_u8(w, sig->algorithm);
	writer_zero(w, 3);
	if (sig->data)
		writer_bytes(w, sig->data, sig->len);
	else
		writer_zero(w, sig->len);
}

static void referral_build(struct writer *w, const struct referral_record *rec)
{
	size_t i;

	writer_u32(w, rec->ttl);
	writer_u8(w, rec->rloc_count);
	writer_u8(w, is_range(rec) ? 0 : rec->xeid.eid.prefix.len);
	writer_u16(w, (uint16_t)(rec->action << ACT_SHIFT |
				 (rec->authoritative ? BIT_A : 0) |
				 (rec->incomplete ? BIT_I : 0)));
	writer_u16(w, (uint16_t)(rec->sig_count << SIGS_SHIFT |
				 (rec->version & VERSION)));
	xeid_build(w, rec);
	for (i = 0; i < rec->rloc_count; i++)
		rloc_build(w, &rec->rlocs[i]);
	for (i = 0; i < rec->sig_count; i++)
		sig_build(w, &rec->sigs[i]);
}

static bool keys_buildable(const struct referral_rloc *rloc)
{
	size_t i;

	if (rloc->key_count > REFERRAL_KEY_MAX ||
	    keys_size(rloc) > UINT16_MAX - LCAF_HEADER_SIZE * 3)
		return false;
	for (i = 1; i < rloc->key_count; i++)
		if (rloc->keys[i].algorithm != rloc->keys[0].algorithm ||
		    rloc->keys[i].revoked != rloc->keys[0].revoked)
			return false;
	return true;
}

static bool buildable(const struct referral_record *rec)
{
	size_t i;

	if (rec->action > 7 || rec->sig_count > REFERRAL_SIG_MAX)
		return false;
	for (i = 0; i < rec->rloc_count; i++)
		if (!keys_buildable(&rec->rlocs[i]))
			return false;
	return true;
}

int referral_record_build(const struct referral_record *rec, void *buf,
			  size_t size)
{
	struct writer w;

	if (!buildable(rec))
		return -EINVAL;
	writer_init(&w, buf, size);
	referral_build(&w, rec);
	return writer_finish(&w);
}

int map_referral_build(const struct map_referral *m, void *buf, size_t size)
{
	struct writer w;
	size_t i;

	if (m->record_count == 0)
		return -EINVAL;
	for (i = 0; i < m->record_count; i++)
		if (!buildable(&m->records[i]))
			return -EINVAL;
	writer_init(&w, buf, size);
	writer_u32(&w, (uint32_t)MSG_TYPE_MAP_REFERRAL << 28 |
		       m->record_count);
	writer_u64(&w, m->nonce);
	for (i = 0; i < m->record_count; i++)
		referral_build(&w, &m->records[i]);
	return writer_finish(&w);
}

/* --- sizes --- */

static size_t rloc_size(const struct referral_rloc *rloc)
{
	size_t size = RLOC_SIZE_MIN - 2 + wire_ip_size(&rloc->addr);

	if (rloc->key_count)
		size += LCAF_HEADER_SIZE + keys_size(rloc);
	return size;
}

static size_t xeid_size(const struct referral_record *rec)
{
	if (is_range(rec))
		return RANGE_SIZE;
	if (rec->foreign)
		return wire_addr_size(rec->foreign);
	return wire_eid_size(rec->xeid.eid.iid, &rec->xeid.eid.prefix.addr);
}

size_t referral_record_size(const struct referral_record *rec)
{
	size_t size = RECORD_SIZE_MIN - 2 + xeid_size(rec), i;

	for (i = 0; i < rec->rloc_count; i++)
		size += rloc_size(&rec->rlocs[i]);
	for (i = 0; i < rec->sig_count; i++)
		size += REFERRAL_SIG_SIZE + (size_t)rec->sigs[i].len;
	return size;
}

size_t map_referral_size(const struct map_referral *m)
{
	size_t size = MAP_REFERRAL_HEADER_SIZE, i;

	for (i = 0; i < m->record_count; i++)
		size += referral_record_size(&m->records[i]);
	return size;
}

/* --- signatures --- */

int referral_signed(const void *msg, const struct referral_record *rec,
		    const struct referral_sig *sig, void *out, size_t size)
{
	uint8_t *at = out;
	struct writer w;
	size_t i;

	if (size < rec->len)
		return -ENOSPC;
	memcpy(at, (const uint8_t *)msg + rec->offset, rec->len);
	writer_init(&w, at, sizeof(sig->original_ttl));
	writer_u32(&w, sig->original_ttl);
	for (i = 0; i < rec->sig_count; i++)
		memset(at + rec->sigs[i].offset - rec->offset +
		       REFERRAL_SIG_SIZE, 0, rec->sigs[i].len);
	return (int)rec->len;
}

uint16_t referral_key_tag(const uint8_t *key, size_t len)
{
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i < len; i++)
		sum += i & 1 ? key[i] : (uint32_t)key[i] << 8;
	return (uint16_t)(sum + (sum >> 16));
}

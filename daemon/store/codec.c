// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/codec.h"

#include <string.h>

#define FLAG_PROXY	0x01
#define FLAG_MERGE	0x02
#define FLAG_NOTIFY	0x04
#define FLAGS		0x07

static void fail(struct reader *r)
{
	r->failed = true;
}

static void put_addr(struct writer *w, const struct addr *a)
{
	writer_u8(w, a->family);
	writer_bytes(w, a->bytes, addr_size(a));
}

static void get_addr(struct reader *r, struct addr *a)
{
	memset(a, 0, sizeof(*a));
	a->family = reader_u8(r);
	if (a->family > ADDR_IPV6)
		fail(r);
	else
		reader_copy(r, a->bytes, addr_size(a));
}

static void put_who(struct writer *w, const struct registrant *who)
{
	writer_bytes(w, who->ids.xtr_id, sizeof(who->ids.xtr_id));
	writer_u64(w, who->ids.site_id);
	put_addr(w, &who->source);
}

static void get_who(struct reader *r, struct registrant *who)
{
	memset(who, 0, sizeof(*who));
	reader_copy(r, who->ids.xtr_id, sizeof(who->ids.xtr_id));
	who->ids.site_id = reader_u64(r);
	get_addr(r, &who->source);
}

void codec_put_nonce_key(struct writer *w, const struct nonce_key *k)
{
	put_who(w, &k->who);
	writer_u64(w, k->tag);
}

void codec_get_nonce_key(struct reader *r, struct nonce_key *k)
{
	memset(k, 0, sizeof(*k));
	get_who(r, &k->who);
	k->tag = reader_u64(r);
}

void codec_put_party(struct writer *w, const struct reg_party *by)
{
	put_who(w, &by->who);
	put_addr(w, &by->source);
	put_addr(w, &by->local);
	writer_u64(w, by->tag);
	writer_u8(w, (by->proxy ? FLAG_PROXY : 0) |
		  (by->merge ? FLAG_MERGE : 0) |
		  (by->want_notify ? FLAG_NOTIFY : 0));
}

void codec_get_party(struct reader *r, struct reg_party *by)
{
	uint8_t flags;

	memset(by, 0, sizeof(*by));
	get_who(r, &by->who);
	get_addr(r, &by->source);
	get_addr(r, &by->local);
	by->tag = reader_u64(r);
	flags = reader_u8(r);
	if (flags & ~FLAGS)
		fail(r);
	by->proxy = flags & FLAG_PROXY;
	by->merge = flags & FLAG_MERGE;
	by->want_notify = flags & FLAG_NOTIFY;
}

size_t codec_content_size(const struct reg_record *rec)
{
	return 4 + 2 + 1 + 1 + (size_t)rec->locator_count * CODEC_LOCATOR_MAX;
}

void codec_put_content(struct writer *w, const struct reg_record *rec)
{
	writer_u32(w, rec->ttl);
	writer_u16(w, rec->version);
	writer_u8(w, rec->iid_mask_len);
	writer_u8(w, rec->locator_count);
	for (unsigned int i = 0; i < rec->locator_count; i++) {
		const struct locator *l = &rec->locators[i];

		put_addr(w, &l->addr);
		writer_u8(w, l->priority);
		writer_u8(w, l->weight);
		writer_u8(w, l->mpriority);
		writer_u8(w, l->mweight);
		writer_u16(w, l->flags);
	}
}

void codec_get_content(struct reader *r, struct codec_content *c)
{
	struct reg_record *rec = &c->rec;

	rec->ttl = reader_u32(r);
	rec->version = reader_u16(r);
	rec->iid_mask_len = reader_u8(r);
	rec->locator_count = reader_u8(r);
	for (unsigned int i = 0; i < rec->locator_count; i++) {
		struct locator *l = &rec->locators[i];

		get_addr(r, &l->addr);
		if (l->addr.family == ADDR_NONE)
			fail(r);
		l->priority = reader_u8(r);
		l->weight = reader_u8(r);
		l->mpriority = reader_u8(r);
		l->mweight = reader_u8(r);
		l->flags = reader_u16(r);
	}
	if (!rec->locator_count ||
	    !locators_sorted(rec->locators, rec->locator_count))
		fail(r);
}

void codec_put_eid(struct writer *w, const struct eid *e)
{
	writer_u32(w, e->iid);
	writer_u8(w, e->prefix.len);
	put_addr(w, &e->prefix.addr);
}

void codec_get_eid(struct reader *r, struct eid *e)
{
	unsigned int len;
	struct addr a;

	memset(e, 0, sizeof(*e));
	e->iid = reader_u32(r);
	len = reader_u8(r);
	get_addr(r, &a);
	if (a.family == ADDR_NONE || prefix_make(&a, len, &e->prefix))
		fail(r);
}

/* How many octets are as before, then the others. */
void codec_put_near(struct writer *w, const struct eid *e,
		    const struct eid *before)
{
	const uint8_t *bytes = e->prefix.addr.bytes;
	size_t size = (e->prefix.len + 7u) / 8, n = 0;

	while (n < size && bytes[n] == before->prefix.addr.bytes[n])
		n++;
	writer_u8(w, (uint8_t)n);
	writer_bytes(w, bytes + n, size - n);
}

void codec_get_near(struct reader *r, struct eid *e)
{
	size_t size = (e->prefix.len + 7u) / 8, n = reader_u8(r);
	struct addr a = e->prefix.addr;

	if (n > size)
		fail(r);
	else
		reader_copy(r, a.bytes + n, size - n);
	if (prefix_make(&a, e->prefix.len, &e->prefix))
		fail(r);
}

void codec_put_times(struct writer *w, const struct registration *reg,
		     int64_t offset)
{
	writer_u64(w, reg->registered + (uint64_t)offset);
	writer_u64(w, reg->expires + (uint64_t)offset);
	writer_u32(w, reg->lifetime);
}

/* Whatever clocks did, nothing lives longer than it was to. */
void codec_get_times(struct reader *r, struct registration *reg,
		     int64_t offset, uint64_t now)
{
	uint64_t registered = reader_u64(r), expires = reader_u64(r);
	uint64_t wall = now + (uint64_t)offset, left;

	reg->lifetime = reader_u32(r);
	if (reg->lifetime > expires)
		fail(r);
	left = expires > wall ? expires - wall : 0;
	if (left > reg->lifetime)
		left = reg->lifetime;
	if (registered > wall)
		registered = wall;
	reg->expires = now + left;
	reg->registered = registered - (uint64_t)offset;
}

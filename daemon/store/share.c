// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/share.h"

#include <errno.h>
#include <string.h>

#include "store/codec.h"

int share_init(struct share *s, struct pool *pool, const uint8_t seed[16])
{
	int ret;

	memset(s, 0, sizeof(*s));
	s->pool = pool;
	ret = hash_init(&s->bys, seed);
	return ret ? ret : hash_init(&s->recs, seed);
}

void share_free(struct share *s)
{
	if (s->bys.bucket)
		hash_free(&s->bys);
	if (s->recs.bucket)
		hash_free(&s->recs);
	memset(s, 0, sizeof(*s));
}

/* --- parties --- */

bool same_party(const struct reg_party *a, const struct reg_party *b)
{
	return a->tag == b->tag && a->key == b->key && a->site == b->site &&
	       a->proxy == b->proxy && a->merge == b->merge &&
	       a->want_notify == b->want_notify &&
	       addr_equal(&a->source, &b->source) &&
	       addr_equal(&a->local, &b->local) &&
	       registrant_equal(&a->who, &b->who);
}

/* All that one registrant of many, or one with many sources, differs in; the
 * rest is compared. */
static uint64_t hash_by(const struct share *s, const struct reg_party *by)
{
	const uint8_t flags = (uint8_t)(by->proxy | by->merge << 1 |
					by->want_notify << 2);
	uint8_t key[16 + 8 + 3 * 17 + 8 + 1];

	memcpy(key, by->who.ids.xtr_id, 16);
	memcpy(key + 16, &by->who.ids.site_id, 8);
	memcpy(key + 24, &by->who.source, 17);
	memcpy(key + 41, &by->source, 17);
	memcpy(key + 58, &by->local, 17);
	memcpy(key + 75, &by->tag, 8);
	key[83] = flags;
	return hash_key(&s->bys, key, sizeof(key));
}

struct shared_by *share_by(struct share *s, const struct reg_party *by)
{
	uint64_t hash = hash_by(s, by);
	struct shared_by *b;
	struct hash_node *n;

	for (n = hash_first(&s->bys, hash); n; n = hash_next(n)) {
		b = container_of(n, struct shared_by, node);
		if (same_party(&b->by, by)) {
			b->refs++;
			return b;
		}
	}
	b = pool_alloc(s->pool, sizeof(*b));
	if (!b)
		return NULL;
	memset(b, 0, sizeof(*b));
	b->by = *by;
	b->refs = 1;
	hash_add(&s->bys, &b->node, hash);
	return b;
}

void share_put_by(struct share *s, struct shared_by *b)
{
	if (!b || --b->refs)
		return;
	hash_del(&s->bys, &b->node);
	pool_retire(s->pool, b, sizeof(*b));
}

/* --- records --- */

bool same_record(const struct reg_record *a, const struct reg_record *b)
{
	return a->ttl == b->ttl && a->version == b->version &&
	       a->iid_mask_len == b->iid_mask_len &&
	       a->locator_count == b->locator_count &&
	       locators_equal(a->locators, b->locators, a->locator_count);
}

/* Of all of it: who may register chooses the contents. */
static uint64_t hash_rec(const struct share *s, const struct reg_record *r)
{
	uint8_t key[CODEC_CONTENT_MAX];
	struct writer w;

	writer_init(&w, key, sizeof(key));
	codec_put_content(&w, r);
	return hash_key(&s->recs, key, w.len);
}

static size_t rec_size(const struct reg_record *r)
{
	return sizeof(struct shared_rec) +
		r->locator_count * sizeof(struct locator);
}

struct shared_rec *share_rec(struct share *s, const struct reg_record *rec)
{
	uint64_t hash = hash_rec(s, rec);
	struct shared_rec *r;
	struct hash_node *n;

	for (n = hash_first(&s->recs, hash); n; n = hash_next(n)) {
		r = container_of(n, struct shared_rec, node);
		if (same_record(&r->rec, rec)) {
			r->refs++;
			return r;
		}
	}
	r = pool_alloc(s->pool, rec_size(rec));
	if (!r)
		return NULL;
	memset(r, 0, sizeof(*r));
	r->rec = *rec;
	memcpy(r->rec.locators, rec->locators,
	       rec->locator_count * sizeof(struct locator));
	r->refs = 1;
	hash_add(&s->recs, &r->node, hash);
	return r;
}

void share_put_rec(struct share *s, struct shared_rec *r)
{
	if (!r || --r->refs)
		return;
	hash_del(&s->recs, &r->node);
	pool_retire(s->pool, r, rec_size(&r->rec));
}

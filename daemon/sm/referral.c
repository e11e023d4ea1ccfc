// SPDX-License-Identifier: GPL-2.0-or-later
/* The referral cache; see referral.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sm/referral.h"

/* --- sets --- */

static bool key_usable(const struct referral_key *k)
{
	return k->algorithm == REFERRAL_RSA_SHA256 && !k->revoked && k->len &&
	       k->len <= REFERRAL_KEY_OCTETS;
}

static const struct referral_target *
same_target(const struct referral_set *s, const struct addr *a)
{
	for (unsigned int i = 0; s && i < s->target_count; i++)
		if (addr_equal(&s->targets[i].addr, a))
			return &s->targets[i];
	return NULL;
}

/* A set being filled: targets, then keys, then their octets, counted first
 * (at NULL) and then written. */
struct build {
	const struct referral_source *src;
	struct referral_target *targets;
	struct referral_known_key *keys;
	uint8_t *data;
	unsigned int target_count;
	unsigned int key_count;
	size_t data_len;
};

static bool fits(const struct build *b, size_t more)
{
	return sizeof(struct referral_set) +
	       REFERRAL_TARGETS_MAX * sizeof(struct referral_target) +
	       (b->key_count + 1) * sizeof(struct referral_known_key) +
	       b->data_len + more <= REFERRAL_SET_OCTETS;
}

static void add_key(struct build *b, struct referral_target *t,
		    const uint8_t *data, uint16_t len)
{
	if (!fits(b, len))
		return;
	if (b->keys) {
		struct referral_known_key *k = &b->keys[b->key_count];

		if (!t->key_count)
			t->keys = k;
		*k = (struct referral_known_key){
			.data = b->data + b->data_len,
			.len = len,
			.tag = referral_key_tag(data, len),
		};
		memcpy(b->data + b->data_len, data, len);
		t->key_count++;
	}
	b->key_count++;
	b->data_len += len;
}

static void add_keys(struct build *b, struct referral_target *t,
		     const struct referral_rloc *r)
{
	const struct referral_target *heir = same_target(b->src->heir_of,
							 &r->addr);
	unsigned int before = b->key_count;

	for (unsigned int i = 0; b->src->trusted && i < r->key_count; i++)
		if (key_usable(&r->keys[i]))
			add_key(b, t, r->keys[i].data, r->keys[i].len);
	if (b->key_count != before || !heir)
		return;
	for (unsigned int i = 0; i < heir->key_count; i++)
		add_key(b, t, heir->keys[i].data, heir->keys[i].len);
}

static void add_target(struct build *b, const struct referral_rloc *r)
{
	struct referral_target scratch = { 0 }, *t = &scratch;

	if (b->target_count == REFERRAL_TARGETS_MAX)
		return;
	if (b->targets)
		t = &b->targets[b->target_count];
	b->target_count++;
	*t = (struct referral_target){
		.addr = r->addr,
		.priority = r->priority,
		.weight = r->weight,
	};
	add_keys(b, t, r);
}

/* 255 is never to be used (RFC 9301 5.4), who cannot be an RLOC is none, and
 * once is enough.  The same in both passes, or the second would overrun. */
static bool wanted(const struct referral_source *src, unsigned int i)
{
	const struct referral_rloc *r = &src->rlocs[i];

	for (unsigned int k = 0; k < i; k++)
		if (addr_equal(&src->rlocs[k].addr, &r->addr))
			return false;
	return r->priority != 255 && addr_usable_rloc(&r->addr);
}

static void add_targets(struct build *b)
{
	for (unsigned int i = 0; i < b->src->rloc_count; i++)
		if (wanted(b->src, i))
			add_target(b, &b->src->rlocs[i]);
}

static int cmp_priority(const void *a, const void *b)
{
	const struct referral_target *x = a, *y = b;

	if (x->priority != y->priority)
		return x->priority < y->priority ? -1 : 1;
	return addr_cmp(&x->addr, &y->addr);
}

struct referral_set *referral_set_new(const struct referral_source *src)
{
	struct build count = { .src = src }, fill;
	struct referral_set *s;
	size_t keys_at, data_at, octets;

	add_targets(&count);
	keys_at = sizeof(*s) + count.target_count * sizeof(s->targets[0]);
	data_at = keys_at + count.key_count * sizeof(*fill.keys);
	octets = data_at + count.data_len;
	s = calloc(1, octets);
	if (!s)
		return NULL;

	*s = (struct referral_set){
		.refs = 1,
		.xeid = *src->xeid,
		.action = src->action,
		.expires = src->expires,
		.from = src->from,
		.octets = octets,
	};
	fill = (struct build){
		.src = src,
		.targets = s->targets,
		.keys = (void *)((uint8_t *)s + keys_at),
		.data = (uint8_t *)s + data_at,
	};
	add_targets(&fill);
	s->target_count = (uint8_t)fill.target_count;
	qsort(s->targets, s->target_count, sizeof(s->targets[0]),
	      cmp_priority);
	return s;
}

struct referral_set *referral_set_get(struct referral_set *s)
{
	s->refs++;
	return s;
}

void referral_set_put(struct referral_set *s)
{
	if (s && --s->refs == 0)
		free(s);
}

bool referral_set_negative(const struct referral_set *s)
{
	return s->action == REFERRAL_DELEGATION_HOLE ||
	       s->action == REFERRAL_MS_NOT_REGISTERED;
}

static bool same_keys(const struct referral_target *a,
		      const struct referral_target *b)
{
	if (a->key_count != b->key_count)
		return false;
	for (unsigned int i = 0; i < a->key_count; i++)
		if (a->keys[i].len != b->keys[i].len ||
		    memcmp(a->keys[i].data, b->keys[i].data, a->keys[i].len))
			return false;
	return true;
}

bool referral_set_same(const struct referral_set *a,
		       const struct referral_set *b)
{
	if (a->target_count != b->target_count)
		return false;
	for (unsigned int i = 0; i < a->target_count; i++)
		if (!addr_equal(&a->targets[i].addr, &b->targets[i].addr) ||
		    !same_keys(&a->targets[i], &b->targets[i]))
			return false;
	return true;
}

/* --- cache --- */

int referral_init(struct referral_cache *c,
		  const struct referral_limits *limits,
		  const uint8_t seed[16])
{
	memset(c, 0, sizeof(*c));
	c->limits = limits;
	return eidmap_init(&c->map, seed);
}

static void unlink_entry(struct referral_cache *c, struct referral_entry *e)
{
	*(e->newer ? &e->newer->older : &c->recent) = e->older;
	*(e->older ? &e->older->newer : &c->oldest) = e->newer;
}

static void link_recent(struct referral_cache *c, struct referral_entry *e)
{
	e->newer = NULL;
	e->older = c->recent;
	*(c->recent ? &c->recent->newer : &c->oldest) = e;
	c->recent = e;
}

static void remove_entry(struct referral_cache *c, struct referral_entry *e)
{
	eidmap_del(&c->map, &e->eid);
	unlink_entry(c, e);
	c->octets -= sizeof(*e) + e->set->octets;
	referral_set_put(e->set);
	free(e);
}

void referral_free(struct referral_cache *c)
{
	while (c->oldest)
		remove_entry(c, c->oldest);
	eidmap_free(&c->map, NULL, NULL);
	memset(c, 0, sizeof(*c));
}

uint64_t referral_expiry(const struct referral_limits *limits, uint64_t now,
			 uint32_t ttl)
{
	if (ttl > limits->ttl_max)
		ttl = limits->ttl_max;
	return now + (uint64_t)ttl * 60000;
}

struct referral_set *referral_match(struct referral_cache *c, uint64_t now,
				    const struct eid *eid)
{
	struct referral_entry *e;

	for (;;) {
		e = eidmap_match(&c->map, eid);
		if (!e)
			return NULL;
		if (e->set->expires > now)
			break;
		remove_entry(c, e);
	}
	unlink_entry(c, e);
	link_recent(c, e);
	return e->set;
}

/* Where a set is kept that was said about @eid. */
static struct eid place_of(const struct eid *eid, const struct xeid *x)
{
	struct eid at = x->eid;

	if (xeid_is_range(x)) {
		at.iid = eid->iid;
		prefix_make(&eid->prefix.addr, 0, &at.prefix);
	}
	return at;
}

static void make_room(struct referral_cache *c)
{
	while (c->oldest != c->recent &&
	       (c->map.count > c->limits->entries ||
		c->octets > c->limits->octets)) {
		remove_entry(c, c->oldest);
		c->evicted++;
	}
}

void referral_put(struct referral_cache *c, uint64_t now,
		  const struct eid *eid, struct referral_set *s)
{
	struct eid at = place_of(eid, &s->xeid);
	struct referral_entry *e = eidmap_find(&c->map, &at);

	if (e)
		remove_entry(c, e);
	if (s->expires <= now)
		return;
	e = calloc(1, sizeof(*e));
	if (!e)
		return;
	e->eid = at;
	if (eidmap_add(&c->map, &at, e)) {
		free(e);
		return;
	}
	e->set = referral_set_get(s);
	c->octets += sizeof(*e) + s->octets;
	link_recent(c, e);
	make_room(c);
}

void referral_drop(struct referral_cache *c, const struct eid *eid,
		   const struct referral_set *s)
{
	struct eid at = place_of(eid, &s->xeid);
	struct referral_entry *e = eidmap_find(&c->map, &at);

	if (e && e->set == s)
		remove_entry(c, e);
}

/* The one used last comes last.  What has expired goes when it is met. */
void referral_inherit(struct referral_cache *c,
		      const struct referral_cache *old)
{
	for (const struct referral_entry *e = old->oldest; e; e = e->newer)
		referral_put(c, 0, &e->eid, e->set);
	c->evicted += old->evicted;
}

size_t referral_clear(struct referral_cache *c, const struct eid *eid)
{
	struct referral_entry *e;
	size_t n = 0;

	if (eid) {
		e = eidmap_find(&c->map, eid);
		if (e)
			remove_entry(c, e);
		return e ? 1 : 0;
	}
	for (; c->oldest; n++)
		remove_entry(c, c->oldest);
	return n;
}

const struct referral_entry *referral_walk(const struct referral_cache *c,
					   uint64_t now,
					   const struct eid *after)
{
	const struct referral_entry *e = eidmap_walk(&c->map, after);

	while (e && e->set->expires <= now)
		e = eidmap_walk(&c->map, &e->eid);
	return e;
}

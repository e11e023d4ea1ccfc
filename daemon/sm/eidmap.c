// SPDX-License-Identifier: GPL-2.0-or-later
/* EID-prefix -> pointer over all instances; see eidmap.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sm/eidmap.h"
#include "sm/util.h"

struct instance {
	struct hash_node node;
	uint32_t iid;
	struct trie v4;
	struct trie v6;
};

static struct trie *instance_trie(struct instance *in, uint8_t family)
{
	return family == ADDR_IPV4 ? &in->v4 : &in->v6;
}

static struct instance *instance_find(const struct eidmap *m, uint32_t iid)
{
	struct hash_node *n;
	uint64_t hash;

	if (m->last && m->last->iid == iid)
		return m->last;
	hash = hash_key(&m->iids, &iid, sizeof(iid));
	for (n = hash_first(&m->iids, hash); n; n = hash_next(n)) {
		struct instance *in = container_of(n, struct instance, node);

		if (in->iid != iid)
			continue;
		((struct eidmap *)m)->last = in;
		return in;
	}
	return NULL;
}

static struct instance *instance_new(struct eidmap *m, uint32_t iid)
{
	struct instance *in = calloc(1, sizeof(*in));

	if (!in)
		return NULL;

	in->iid = iid;
	trie_init(&in->v4, ADDR_IPV4);
	trie_init(&in->v6, ADDR_IPV6);
	hash_add(&m->iids, &in->node, hash_key(&m->iids, &iid, sizeof(iid)));
	m->iid_count++;
	return in;
}

static void instance_put(struct eidmap *m, struct instance *in)
{
	if (in->v4.count || in->v6.count)
		return;

	hash_del(&m->iids, &in->node);
	m->iid_count--;
	if (m->last == in)
		m->last = NULL;
	free(in);
}

/* The trie that would hold @e, NULL: nothing of its instance is held. */
static struct trie *trie_of(const struct eidmap *m, const struct eid *e)
{
	struct instance *in;

	if (!eid_is_ip(e))
		return NULL;
	in = instance_find(m, e->iid);
	return in ? instance_trie(in, e->prefix.addr.family) : NULL;
}

static void *value_of(const struct trie_node *n)
{
	return n ? trie_value(n) : NULL;
}

int eidmap_init(struct eidmap *m, const uint8_t seed[16])
{
	memset(m, 0, sizeof(*m));
	return hash_init(&m->iids, seed);
}

void eidmap_free(struct eidmap *m, void (*drop)(void *value, void *arg),
		 void *arg)
{
	struct hash_node *n, *next;

	if (!m->iids.bucket)
		return;

	for (n = hash_walk_first(&m->iids); n; n = next) {
		struct instance *in = container_of(n, struct instance, node);

		next = hash_walk_next(&m->iids, n);
		trie_clear(&in->v4, drop, arg);
		trie_clear(&in->v6, drop, arg);
		free(in);
	}
	hash_free(&m->iids);
	memset(m, 0, sizeof(*m));
}

int eidmap_add(struct eidmap *m, const struct eid *e, void *value)
{
	struct instance *in;
	int ret;

	if (!eid_is_ip(e))
		return -EINVAL;

	in = instance_find(m, e->iid);
	if (!in)
		in = instance_new(m, e->iid);
	if (!in)
		return -ENOMEM;

	ret = trie_add(instance_trie(in, e->prefix.addr.family), &e->prefix,
		       value);
	if (ret)
		instance_put(m, in);
	else
		m->count++;
	return ret;
}

void *eidmap_del(struct eidmap *m, const struct eid *e)
{
	struct instance *in;
	void *value;

	if (!eid_is_ip(e))
		return NULL;
	in = instance_find(m, e->iid);
	if (!in)
		return NULL;

	value = trie_del(instance_trie(in, e->prefix.addr.family), &e->prefix);
	if (value) {
		m->count--;
		instance_put(m, in);
	}
	return value;
}

void *eidmap_find(const struct eidmap *m, const struct eid *e)
{
	struct trie *t = trie_of(m, e);

	return t ? value_of(trie_find(t, &e->prefix)) : NULL;
}

void *eidmap_match(const struct eidmap *m, const struct eid *e)
{
	struct trie *t = trie_of(m, e);

	return t ? value_of(trie_match(t, &e->prefix)) : NULL;
}

void *eidmap_cover(const struct eidmap *m, const struct eid *e)
{
	struct trie *t = trie_of(m, e);

	return t ? value_of(trie_cover(t, &e->prefix)) : NULL;
}

size_t eidmap_iid_count(const struct eidmap *m, uint32_t iid)
{
	struct instance *in = instance_find(m, iid);

	return in ? in->v4.count + in->v6.count : 0;
}

void *eidmap_next(const struct eidmap *m, const struct eid *within,
		  const struct eid *after)
{
	struct trie *t = trie_of(m, within);
	struct trie_node *n;
	struct prefix p;

	if (!t)
		return NULL;
	if (!after)
		return value_of(trie_first(t, &within->prefix));

	n = trie_after(t, &after->prefix);
	if (!n)
		return NULL;
	p = trie_prefix(t, n);
	return prefix_contains(&within->prefix, &p) ? trie_value(n) : NULL;
}

/* The instance with the smallest identifier that is >= @from. */
static struct instance *instance_from(const struct eidmap *m, uint64_t from)
{
	struct instance *best = NULL;
	struct hash_node *n;

	for (n = hash_walk_first(&m->iids); n;
	     n = hash_walk_next(&m->iids, n)) {
		struct instance *in = container_of(n, struct instance, node);

		if (in->iid >= from && (!best || in->iid < best->iid))
			best = in;
	}
	return best;
}

void *eidmap_walk(const struct eidmap *m, const struct eid *after)
{
	struct instance *in = after ? instance_find(m, after->iid) : NULL;
	struct trie_node *n = NULL;

	if (in && after->prefix.addr.family == ADDR_IPV4) {
		n = trie_after(&in->v4, &after->prefix);
		if (!n)
			n = trie_first(&in->v6, NULL);
	} else if (in) {
		n = trie_after(&in->v6, &after->prefix);
	}
	if (n)
		return trie_value(n);

	in = instance_from(m, after ? (uint64_t)after->iid + 1 : 0);
	if (!in)
		return NULL;
	n = trie_first(&in->v4, NULL);
	return value_of(n ? n : trie_first(&in->v6, NULL));
}

int eidmap_gap(const struct eidmap *m, uint32_t iid, const struct addr *a,
	       unsigned int floor, struct prefix *gap)
{
	struct instance *in = instance_find(m, iid);

	if (floor > addr_bits(a))
		return -EINVAL;
	if (!in)
		return prefix_make(a, floor, gap);
	return trie_gap(instance_trie(in, a->family), a, floor, gap);
}

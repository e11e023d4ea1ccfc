// SPDX-License-Identifier: GPL-2.0-or-later
/* EID-prefix -> pointer over all instances; see eidmap.h.  An instance is
 * found by its identifier, taken for an IPv4 address. */
#include <errno.h>
#include <string.h>

#include "sm/eidmap.h"

struct instance {
	uint32_t iid;
	struct trie v4;
	struct trie v6;
};

static struct trie *instance_trie(struct instance *in, uint8_t family)
{
	return family == ADDR_IPV4 ? &in->v4 : &in->v6;
}

static struct prefix iid_key(uint32_t iid)
{
	return (struct prefix){
		.addr = {
			.family = ADDR_IPV4,
			.bytes = { iid >> 24, iid >> 16, iid >> 8, iid },
		},
		.len = 32,
	};
}

static void *value_of(const struct trie_node *n)
{
	return n ? trie_value(n) : NULL;
}

static struct instance *instance_find(const struct eidmap *m, uint32_t iid)
{
	struct instance *last = __atomic_load_n(&m->last, __ATOMIC_ACQUIRE);
	struct prefix key;

	if (last && last->iid == iid)
		return last;
	key = iid_key(iid);
	return value_of(trie_find(&m->iids, &key));
}

static void set_last(struct eidmap *m, struct instance *in)
{
	__atomic_store_n(&m->last, in, __ATOMIC_RELEASE);
}

static struct instance *instance_new(struct eidmap *m, uint32_t iid)
{
	struct instance *in = pool_alloc(&m->pool, sizeof(*in));
	struct prefix key = iid_key(iid);

	if (!in)
		return NULL;

	in->iid = iid;
	trie_init(&in->v4, ADDR_IPV4, &m->pool);
	trie_init(&in->v6, ADDR_IPV6, &m->pool);
	if (trie_add(&m->iids, &key, in, NULL)) {
		pool_free(&m->pool, in, sizeof(*in));
		return NULL;
	}
	m->iid_count++;
	return in;
}

static void instance_put(struct eidmap *m, struct instance *in)
{
	struct prefix key = iid_key(in->iid);

	if (in->v4.count || in->v6.count)
		return;

	trie_del(&m->iids, &key);
	m->iid_count--;
	if (m->last == in)
		set_last(m, NULL);
	pool_retire(&m->pool, in, sizeof(*in));
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

int eidmap_init(struct eidmap *m, const uint8_t seed[16])
{
	memset(m, 0, sizeof(*m));
	pool_init(&m->pool);
	trie_init(&m->iids, ADDR_IPV4, &m->pool);
	return 0;
}

void eidmap_free(struct eidmap *m, void (*drop)(void *value, void *arg),
		 void *arg)
{
	struct instance *in;
	struct trie_node *n;

	for (n = trie_first(&m->iids, NULL); n;
	     n = trie_next(&m->iids, n, NULL)) {
		in = trie_value(n);
		trie_clear(&in->v4, drop, arg);
		trie_clear(&in->v6, drop, arg);
		pool_free(&m->pool, in, sizeof(*in));
	}
	trie_clear(&m->iids, NULL, NULL);
	pool_clear(&m->pool);
	memset(m, 0, sizeof(*m));
}

struct trie_node *eidmap_add_near(struct eidmap *m, struct eidmap_near *near,
				  const struct eid *e, void *value, int *err)
{
	struct instance *in;
	struct trie_node *n;
	struct trie *t;

	*err = -EINVAL;
	if (!eid_is_ip(e))
		return NULL;

	in = instance_find(m, e->iid);
	if (!in)
		in = instance_new(m, e->iid);
	*err = -ENOMEM;
	if (!in)
		return NULL;

	t = instance_trie(in, e->prefix.addr.family);
	if (t != near->t)
		near->path.len = 0;
	near->t = t;
	n = trie_add_near(t, &near->path, &e->prefix, value, err);
	if (*err && *err != -EEXIST) {
		instance_put(m, in);
		near->t = NULL;
		return NULL;
	}
	set_last(m, in);
	m->count += !*err;
	return n;
}

struct trie_node *eidmap_add_node(struct eidmap *m, const struct eid *e,
				  void *value, int *err)
{
	struct eidmap_near near;
	struct trie_node *n;

	near.t = NULL;
	n = eidmap_add_near(m, &near, e, value, err);
	return *err ? NULL : n;
}

int eidmap_add(struct eidmap *m, const struct eid *e, void *value)
{
	int err;

	eidmap_add_node(m, e, value, &err);
	return err;
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

struct trie_node *eidmap_find_node(const struct eidmap *m,
				   const struct eid *e)
{
	struct trie *t = trie_of(m, e);

	return t ? trie_find(t, &e->prefix) : NULL;
}

void *eidmap_find(const struct eidmap *m, const struct eid *e)
{
	return value_of(eidmap_find_node(m, e));
}

struct trie_node *eidmap_match_node(const struct eidmap *m,
				    const struct eid *e)
{
	struct trie *t = trie_of(m, e);

	return t ? trie_match(t, &e->prefix) : NULL;
}

void *eidmap_match(const struct eidmap *m, const struct eid *e)
{
	return value_of(eidmap_match_node(m, e));
}

void *eidmap_cover(const struct eidmap *m, const struct eid *e)
{
	struct trie *t = trie_of(m, e);

	return t ? value_of(trie_cover(t, &e->prefix)) : NULL;
}

/* Those of one trie in a row are warmed together: most are of one. */
void eidmap_warm(const struct eidmap *m, const struct eid *eids, size_t n,
		 const void **values)
{
	struct addr keys[TRIE_WARM_MAX];
	size_t done = 0;

	while (done < n) {
		const struct trie *t = trie_of(m, &eids[done]);
		size_t k = 0;

		do
			keys[k] = eids[done + k].prefix.addr;
		while (++k < n - done && eids[done + k].iid == eids[done].iid &&
		       eids[done + k].prefix.addr.family == keys[0].family);
		if (t)
			trie_warm(t, keys, k, values + done);
		for (size_t i = 0; i < k && !t; i++)
			values[done + i] = NULL;
		done += k;
	}
}

size_t eidmap_iid_count(const struct eidmap *m, uint32_t iid)
{
	struct instance *in = instance_find(m, iid);

	return in ? in->v4.count + in->v6.count : 0;
}

struct trie_node *eidmap_next_node(const struct eidmap *m,
				   const struct eid *within,
				   const struct eid *after)
{
	struct trie *t = trie_of(m, within);

	if (!t)
		return NULL;
	return after ? trie_after_within(t, &after->prefix, &within->prefix) :
		       trie_first(t, &within->prefix);
}

void *eidmap_next(const struct eidmap *m, const struct eid *within,
		  const struct eid *after)
{
	return value_of(eidmap_next_node(m, within, after));
}

/* The first one of the instances after @iid; NULL: of all. */
static struct trie_node *next_instance(const struct eidmap *m, uint32_t *iid,
				       bool from_start)
{
	struct prefix key = iid_key(*iid);
	struct trie_node *at, *n = NULL;

	at = from_start ? trie_first(&m->iids, NULL) :
		trie_after(&m->iids, &key);
	for (; at && !n; at = trie_next(&m->iids, at, NULL)) {
		struct instance *in = trie_value(at);

		*iid = in->iid;
		n = trie_first(&in->v4, NULL);
		if (!n)
			n = trie_first(&in->v6, NULL);
	}
	return n;
}

struct trie_node *eidmap_walk_node(const struct eidmap *m,
				   const struct eid *after, uint32_t *iid)
{
	struct instance *in = after ? instance_find(m, after->iid) : NULL;
	struct trie_node *n = NULL;

	*iid = after ? after->iid : 0;
	if (in && after->prefix.addr.family == ADDR_IPV4) {
		n = trie_after(&in->v4, &after->prefix);
		if (!n)
			n = trie_first(&in->v6, NULL);
	} else if (in) {
		n = trie_after(&in->v6, &after->prefix);
	}
	return n ? n : next_instance(m, iid, !after);
}

void *eidmap_walk(const struct eidmap *m, const struct eid *after)
{
	uint32_t iid;

	return value_of(eidmap_walk_node(m, after, &iid));
}

struct each {
	bool (*fn)(void *arg, struct trie_node *n, uint32_t iid);
	void *arg;
	uint32_t iid;
};

static bool each_node(void *arg, struct trie_node *n)
{
	struct each *e = arg;

	return e->fn(e->arg, n, e->iid);
}

/* The rest of one instance, from @after on. */
static bool each_in(struct each *e, const struct instance *in,
		    const struct prefix *after)
{
	e->iid = in->iid;
	if (after && after->addr.family != ADDR_IPV4)
		return trie_each(&in->v6, after, each_node, e);
	return trie_each(&in->v4, after, each_node, e) ||
		trie_each(&in->v6, NULL, each_node, e);
}

bool eidmap_each(const struct eidmap *m, const struct eid *after,
		 bool (*fn)(void *arg, struct trie_node *n, uint32_t iid),
		 void *arg)
{
	struct each e = { .fn = fn, .arg = arg };
	const struct instance *in;
	struct trie_node *at;

	in = after ? instance_find(m, after->iid) : NULL;
	if (in && each_in(&e, in, &after->prefix))
		return true;
	if (after) {
		struct prefix key = iid_key(after->iid);

		at = trie_after(&m->iids, &key);
	} else {
		at = trie_first(&m->iids, NULL);
	}
	for (; at; at = trie_next(&m->iids, at, NULL))
		if (each_in(&e, trie_value(at), NULL))
			return true;
	return false;
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

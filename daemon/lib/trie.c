// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Longest-prefix-match trie.
 *
 * Four bits a step.  A fork stands at a depth that is a multiple of four and
 * has room for what begins as it does: prefixes that end within its four bits
 * (15) and what goes on beyond them, by their value (16).  Each of these 31
 * places is a point of a binary tree of four levels, and its rank is its place
 * in a walk through that tree from the left, parents first: so ranks are in
 * prefix_cmp() order, what lies under a point is a range of ranks, and those
 * above a point have smaller ones, the closer the larger.  A fork has a bit a
 * rank and a link for each bit that is set.
 *
 * A link leads to a prefix held (struct trie_node) or, with the lowest bit
 * set, to another fork; steps at which there would be one link only are left
 * out.  So a fork has to say what it stands for, and two links at least, and
 * the forks of n prefixes have fewer than 2n links.
 *
 * Readers: a fork is never changed but for where its links lead.  To add or
 * take out a link, a new fork takes the place of the old one, with one store;
 * the old one is retired.  Where trie_del() gets no memory for that, the link
 * becomes 0, which everybody takes for none.
 */
#include "lib/trie.h"

#include <errno.h>
#include <string.h>

#include "lib/trie_part.h"

static void publish(uintptr_t *at, uintptr_t link)
{
	__atomic_store_n(at, link, __ATOMIC_RELEASE);
}

static bool is_equal(const struct trie_node *n, const struct prefix *p)
{
	return n->len == p->len && common(n->bytes, n->len, p) == n->len;
}

/* --- ranks --- */

/* The points on the way to @x that prefixes can be at. */
#define WAY(x)	(1u << RANK(x, 0) | 1u << RANK(x, 1) | 1u << RANK(x, 2) | \
		 1u << RANK(x, 3))

static const uint32_t way[16] = {
	WAY(0), WAY(1), WAY(2), WAY(3), WAY(4), WAY(5), WAY(6), WAY(7),
	WAY(8), WAY(9), WAY(10), WAY(11), WAY(12), WAY(13), WAY(14), WAY(15),
};

/* --- making --- */

void trie_init(struct trie *t, enum addr_family family, struct pool *pool)
{
	*t = (struct trie){ .family = family, .pool = pool };
}

static void copy_key(const struct trie *t, uint8_t *to, const uint8_t *from,
		     unsigned int len)
{
	unsigned int i = len / 8;

	memset(to, 0, key_size(t));
	memcpy(to, from, i);
	if (len % 8)
		to[i] = from[i] & 0xff00 >> len % 8;
}

static struct trie_node *node_new(const struct trie *t,
				  const struct prefix *p, void *value)
{
	struct trie_node *n = pool_alloc(t->pool, node_size(t));

	if (!n)
		return NULL;
	n->value = value;
	n->len = p->len;
	n->family = t->family;
	copy_key(t, n->bytes, p->addr.bytes, p->len);
	return n;
}

static size_t fork_size(const struct trie *t, uint32_t map)
{
	return links_at(t) + count_bits(map) * sizeof(uintptr_t);
}

static struct fork *fork_new(const struct trie *t, const uint8_t *bytes,
			     unsigned int depth, uint32_t map)
{
	struct fork *f = pool_alloc(t->pool, fork_size(t, map));

	if (!f)
		return NULL;
	f->map = map;
	f->depth = depth;
	copy_key(t, f->bytes, bytes, depth);
	return f;
}

static void clear_link(struct trie *t, uintptr_t link,
		       void (*drop)(void *value, void *arg), void *arg)
{
	uintptr_t *links;
	struct fork *f;

	if (!link)
		return;
	if (!is_fork(link)) {
		if (drop)
			drop(node_of(link)->value, arg);
		pool_free(t->pool, node_of(link), node_size(t));
		return;
	}
	f = fork_of(link);
	links = link_of(t, f, 0);
	for (unsigned int i = 0; i < count_bits(f->map); i++)
		clear_link(t, links[i], drop, arg);
	pool_free(t->pool, f, fork_size(t, f->map));
}

void trie_clear(struct trie *t, void (*drop)(void *value, void *arg),
		void *arg)
{
	clear_link(t, t->root, drop, arg);
	t->root = 0;
	t->count = 0;
}

/* --- adding --- */

/* A fork in place of *@at, with what is there and @n below it. */
static int split(struct trie *t, uintptr_t *at, const struct prefix *p,
		 struct trie_node *n)
{
	unsigned int len, depth, old, new;
	const uint8_t *bytes = key_of(*at, &len);
	struct fork *f;

	depth = common(bytes, shorter(len, p->len), p) / STRIDE * STRIDE;
	old = rank_in(bytes, len, depth);
	new = rank_in(p->addr.bytes, p->len, depth);
	f = fork_new(t, p->addr.bytes, depth, 1u << old | 1u << new);
	if (!f)
		return -ENOMEM;
	*link_of(t, f, old) = *at;
	*link_of(t, f, new) = (uintptr_t)n;
	publish(at, (uintptr_t)f | IS_FORK);
	return 0;
}

/* The links of @f that lead somewhere. */
static uint32_t live(const struct trie *t, const struct fork *f)
{
	const uintptr_t *links = link_of(t, f, 0);
	uint32_t map = f->map, bit;

	for (uint32_t rest = f->map; rest; rest -= bit) {
		bit = rest & -rest;
		if (!*links++)
			map -= bit;
	}
	return map;
}

/* A copy of @f with the ranks of @map only; those that it has not are 0. */
static struct fork *copy_fork(const struct trie *t, const struct fork *f,
			      uint32_t map)
{
	struct fork *c = fork_new(t, f->bytes, f->depth, map);
	uintptr_t *to;

	if (!c)
		return NULL;
	to = link_of(t, c, 0);
	for (uint32_t rest = map; rest; rest &= rest - 1) {
		unsigned int rank = (unsigned int)__builtin_ctz(rest);

		*to++ = f->map >> rank & 1 ? *link_of(t, f, rank) : 0;
	}
	return c;
}

static void fork_retire(const struct trie *t, struct fork *f)
{
	pool_retire(t->pool, f, fork_size(t, f->map));
}

/* The fork at @at gets one link more. */
static int grow(struct trie *t, uintptr_t *at, unsigned int rank,
		struct trie_node *n)
{
	struct fork *old = fork_of(*at);
	struct fork *f = copy_fork(t, old, live(t, old) | 1u << rank);

	if (!f)
		return -ENOMEM;
	*link_of(t, f, rank) = (uintptr_t)n;
	publish(at, (uintptr_t)f | IS_FORK);
	fork_retire(t, old);
	return 0;
}

/* The deepest fork of the way that @p goes on below. */
static uintptr_t *join(struct trie *t, struct trie_path *path,
		       const struct prefix *p)
{
	while (path->len) {
		uintptr_t *at = path->at[path->len - 1];
		const struct fork *f = fork_of(*at);

		path->len--;
		if (covers(f->bytes, f->depth, p))
			return at;
	}
	return &t->root;
}

/* The link that leads to @p, or to what it must be put beside. */
static uintptr_t *descend(struct trie *t, struct trie_path *path,
			  const struct prefix *p)
{
	uintptr_t *at = join(t, path, p);

	while (is_fork(*at)) {
		const struct fork *f = fork_of(*at);
		unsigned int rank;

		if (!covers(f->bytes, f->depth, p))
			break;
		path->at[path->len++] = at;
		rank = rank_in(p->addr.bytes, p->len, f->depth);
		if (!(f->map >> rank & 1))
			break;
		at = link_of(t, f, rank);
	}
	return at;
}

/* Forks of the way stay where they are, as the last one only is copied. */
static int put(struct trie *t, struct trie_path *path, uintptr_t *at,
	       const struct prefix *p, struct trie_node *n)
{
	const struct fork *f = is_fork(*at) ? fork_of(*at) : NULL;
	int ret;

	if (!*at) {
		publish(at, (uintptr_t)n);
		return 0;
	}
	if (f && path->len && path->at[path->len - 1] == at)
		return grow(t, at, rank_in(p->addr.bytes, p->len, f->depth), n);
	ret = split(t, at, p, n);
	if (!ret)
		path->at[path->len++] = at;
	return ret;
}

struct trie_node *trie_add_near(struct trie *t, struct trie_path *path,
				const struct prefix *p, void *value, int *err)
{
	struct trie_node *n;
	uintptr_t *at;

	*err = -EINVAL;
	if (!value || p->addr.family != t->family || t->family == ADDR_NONE ||
	    p->len > 8 * key_size(t))
		return NULL;
	at = descend(t, path, p);
	*err = -EEXIST;
	if (*at && !is_fork(*at) && is_equal(node_of(*at), p))
		return node_of(*at);
	n = node_new(t, p, value);
	*err = n ? put(t, path, at, p, n) : -ENOMEM;
	if (!*err) {
		t->count++;
		return n;
	}
	pool_free(t->pool, n, node_size(t));
	return NULL;
}

int trie_add(struct trie *t, const struct prefix *p, void *value,
	     struct trie_node **node)
{
	struct trie_path path;
	struct trie_node *n;
	int err;

	path.len = 0;
	n = trie_add_near(t, &path, p, value, &err);
	if (!err && node)
		*node = n;
	return err;
}

void *trie_replace(struct trie *t, const struct prefix *p, void *value)
{
	struct trie_node *n = trie_find(t, p);
	void *old;

	if (!n || !value)
		return NULL;
	old = n->value;
	trie_set_value(n, value);
	return old;
}

/* --- deleting --- */

/* Take the rank out of the fork at @above. */
static void shrink(struct trie *t, uintptr_t *above, unsigned int rank)
{
	struct fork *old = fork_of(*above), *f;
	uint32_t map = live(t, old) & ~(1u << rank);

	if (!(map & (map - 1))) {
		/* One is left, or none: no fork is needed. */
		publish(above, map ? *link_of(t, old, (unsigned int)
					      __builtin_ctz(map)) : 0);
	} else {
		f = copy_fork(t, old, map);
		if (!f) {
			publish(link_of(t, old, rank), 0);
			return;
		}
		publish(above, (uintptr_t)f | IS_FORK);
	}
	fork_retire(t, old);
}

void *trie_del(struct trie *t, const struct prefix *p)
{
	uintptr_t *at = &t->root, *above = NULL;
	unsigned int rank = 0;
	struct trie_node *n;
	void *value;

	if (p->addr.family != t->family)
		return NULL;
	while (is_fork(*at)) {
		struct fork *f = fork_of(*at);

		if (f->depth > p->len)
			return NULL;
		rank = rank_in(p->addr.bytes, p->len, f->depth);
		if (!(f->map >> rank & 1))
			return NULL;
		above = at;
		at = link_of(t, f, rank);
	}
	n = node_of(*at);
	if (!n || !is_equal(n, p))
		return NULL;
	value = n->value;
	if (above)
		shrink(t, above, rank);
	else
		publish(at, 0);
	pool_retire(t->pool, n, node_size(t));
	t->count--;
	return value;
}

/* --- look-ups --- */

struct trie_node *trie_find(const struct trie *t, const struct prefix *p)
{
	uintptr_t link = load(&t->root);
	struct trie_node *n;

	if (p->addr.family != t->family)
		return NULL;
	while (is_fork(link)) {
		const struct fork *f = fork_of(link);
		unsigned int rank;

		if (f->depth > p->len)
			return NULL;
		rank = rank_in(p->addr.bytes, p->len, f->depth);
		if (!(f->map >> rank & 1))
			return NULL;
		link = load(link_of(t, f, rank));
	}
	n = node_of(link);
	return n && is_equal(n, p) ? n : NULL;
}

/* The longest prefix in @f that covers the key, of @max bits at most. */
static struct trie_node *best_in(const struct trie *t, const struct fork *f,
				 unsigned int x, unsigned int max)
{
	unsigned int bits = shorter(max - f->depth, STRIDE - 1);
	uint32_t map = f->map & way[x] & ((2u << rank_of(x, bits)) - 1);

	while (map) {
		unsigned int rank = 31 - (unsigned int)__builtin_clz(map);
		uintptr_t link = load(link_of(t, f, rank));

		if (link)
			return node_of(link);
		map -= UINT32_C(1) << rank;
	}
	return NULL;
}

/* Longest that covers @p and has at most @max bits. */
static struct trie_node *best(const struct trie *t, const struct prefix *p,
			      unsigned int max)
{
	uintptr_t link = load(&t->root);
	struct trie_node *n, *found = NULL;

	if (p->addr.family != t->family)
		return NULL;
	while (is_fork(link)) {
		const struct fork *f = fork_of(link);
		unsigned int x, rank;

		if (f->depth > max)
			return found;
		x = nibble(p->addr.bytes, f->depth);
		/* What is not on @p's way leads to nothing that is. */
		if (f->map & way[x]) {
			if (!covers(f->bytes, f->depth, p))
				return found;
			n = best_in(t, f, x, max);
			if (n)
				found = n;
		}
		rank = rank_of(x, STRIDE);
		if (max - f->depth < STRIDE || !(f->map >> rank & 1))
			return found;
		link = load(link_of(t, f, rank));
	}
	n = node_of(link);
	return n && n->len <= max && covers(n->bytes, n->len, p) ? n : found;
}

struct trie_node *trie_match(const struct trie *t, const struct prefix *p)
{
	return best(t, p, p->len);
}

struct trie_node *trie_match_addr(const struct trie *t, const struct addr *a)
{
	struct prefix host = prefix_host(a);

	return best(t, &host, host.len);
}

struct trie_node *trie_cover(const struct trie *t, const struct prefix *p)
{
	return p->len ? best(t, p, p->len - 1) : NULL;
}

struct prefix trie_prefix(const struct trie_node *n)
{
	return (struct prefix){
		.addr = addr_make(n->family, n->bytes),
		.len = n->len,
	};
}

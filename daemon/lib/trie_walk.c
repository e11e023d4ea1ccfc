// SPDX-License-Identifier: GPL-2.0-or-later
/* Walks through a trie in order, and the holes in it; trie.c says what is
 * where. */
#include <errno.h>

#include "lib/trie_part.h"

/* --- walks --- */

static struct trie_node *first(const struct trie *t, uintptr_t link);

/* The first one in @f among the ranks of @mask. */
static struct trie_node *first_of(const struct trie *t, const struct fork *f,
				  uint32_t mask)
{
	for (uint32_t map = f->map & mask; map; map &= map - 1) {
		unsigned int rank = (unsigned int)__builtin_ctz(map);
		struct trie_node *n = first(t, load(link_of(t, f, rank)));

		if (n)
			return n;
	}
	return NULL;
}

/* The first one that a link leads to.  At most one level a fork. */
static struct trie_node *first(const struct trie *t, uintptr_t link)
{
	return is_fork(link) ? first_of(t, fork_of(link), UINT32_MAX) :
		node_of(link);
}

/* Do these @len bits and all that begins with them come after @p? */
static bool all_after(const struct trie *t, const uint8_t *bytes,
		      unsigned int len, const struct prefix *p)
{
	int cmp = memcmp(bytes, p->addr.bytes, key_size(t));

	return cmp ? cmp > 0 : len > p->len;
}

static struct trie_node *after(const struct trie *t, uintptr_t link,
			       const struct prefix *p)
{
	const struct fork *f;
	struct trie_node *n;
	unsigned int rank;

	if (!is_fork(link)) {
		n = node_of(link);
		return n && all_after(t, n->bytes, n->len, p) ? n : NULL;
	}
	f = fork_of(link);
	if (!covers(f->bytes, f->depth, p))
		return all_after(t, f->bytes, f->depth, p) ? first(t, link) :
			NULL;
	rank = rank_in(p->addr.bytes, p->len, f->depth);
	if (p->len >= f->depth + STRIDE && f->map >> rank & 1) {
		n = after(t, load(link_of(t, f, rank)), p);
		if (n)
			return n;
	}
	return first_of(t, f, ~((2u << rank) - 1));
}

struct trie_node *trie_after(const struct trie *t, const struct prefix *p)
{
	return p->addr.family == t->family ? after(t, load(&t->root), p) :
		NULL;
}

/* The point and all under it. */
static uint32_t range(unsigned int x, unsigned int bits)
{
	return ((UINT32_C(1) << ((32u >> bits) - 1)) - 1) << rank_of(x, bits);
}

/* The link that leads to all that is within @within, and to as little else as
 * a link can. */
static uintptr_t way_to(const struct trie *t, const struct prefix *within)
{
	uintptr_t link = load(&t->root);

	while (is_fork(link) &&
	       fork_of(link)->depth + STRIDE <= within->len) {
		const struct fork *f = fork_of(link);
		unsigned int rank = rank_in(within->addr.bytes, within->len,
					    f->depth);

		link = f->map >> rank & 1 ? load(link_of(t, f, rank)) : 0;
	}
	return link;
}

/* The same in @f, at one of whose points @within ends. */
static struct trie_node *after_in(const struct trie *t, const struct fork *f,
				  const struct prefix *p,
				  const struct prefix *within)
{
	uint32_t mask = range(nibble(within->addr.bytes, f->depth),
			      within->len - f->depth);
	unsigned int rank = rank_in(p->addr.bytes, p->len, f->depth);
	struct trie_node *n = NULL;

	if (p->len >= f->depth + STRIDE && f->map >> rank & 1)
		n = after(t, load(link_of(t, f, rank)), p);
	return n ? n : first_of(t, f, mask & ~((2u << rank) - 1));
}

struct trie_node *trie_after_within(const struct trie *t,
				    const struct prefix *p,
				    const struct prefix *within)
{
	const uint8_t *bytes;
	unsigned int len;
	uintptr_t link;

	if (p->addr.family != t->family || within->len == 8 * key_size(t))
		return NULL;
	link = way_to(t, within);
	if (!link)
		return NULL;
	bytes = key_of(link, &len);
	if (common(bytes, shorter(len, within->len), within) <
	    shorter(len, within->len))
		return NULL;
	if (len >= within->len)
		return after(t, link, p);
	return is_fork(link) ? after_in(t, fork_of(link), p, within) : NULL;
}

struct trie_node *trie_first(const struct trie *t, const struct prefix *within)
{
	struct trie_node *n;

	if (!within)
		return first(t, load(&t->root));
	n = trie_find(t, within);
	return n ? n : trie_after_within(t, within, within);
}

struct trie_node *trie_next(const struct trie *t, const struct trie_node *n,
			    const struct prefix *within)
{
	struct prefix p = trie_prefix(n);

	return within ? trie_after_within(t, &p, within) : trie_after(t, &p);
}

bool trie_any_within(const struct trie *t, const struct prefix *p)
{
	return trie_first(t, p) != NULL;
}

bool trie_any_below(const struct trie *t, const struct prefix *p)
{
	return trie_after_within(t, p, p) != NULL;
}

/* --- all of them --- */

struct each {
	const struct trie *t;
	bool (*fn)(void *arg, struct trie_node *n);
	void *arg;
};

/* What @f leads to comes into the cache together, and what is held there. */
static void fetch(const struct each *e, const struct fork *f)
{
	const uintptr_t *links = link_of(e->t, f, 0);
	unsigned int count = count_bits(f->map);

	for (unsigned int i = 0; i < count; i++)
		__builtin_prefetch((void *)(load(&links[i]) & ~IS_FORK));
	for (unsigned int i = 0; i < count; i++) {
		uintptr_t link = load(&links[i]);

		if (link && !is_fork(link))
			__builtin_prefetch(trie_value(node_of(link)));
	}
}

/* One that has enough has perhaps freed what it came from. */
static bool each_of(const struct each *e, uintptr_t link, uint32_t mask)
{
	const struct fork *f;

	if (!link)
		return false;
	if (!is_fork(link))
		return e->fn(e->arg, node_of(link));
	f = fork_of(link);
	fetch(e, f);
	for (uint32_t map = f->map & mask; map; map &= map - 1) {
		unsigned int rank = (unsigned int)__builtin_ctz(map);

		if (each_of(e, load(link_of(e->t, f, rank)), UINT32_MAX))
			return true;
	}
	return false;
}

static bool each_after(const struct each *e, uintptr_t link,
		       const struct prefix *p)
{
	const struct fork *f;
	unsigned int len, rank;
	const uint8_t *bytes;

	if (!link)
		return false;
	bytes = key_of(link, &len);
	if (!is_fork(link) || !covers(bytes, len, p))
		return all_after(e->t, bytes, len, p) &&
			each_of(e, link, UINT32_MAX);
	f = fork_of(link);
	rank = rank_in(p->addr.bytes, p->len, f->depth);
	if (p->len >= f->depth + STRIDE && f->map >> rank & 1 &&
	    each_after(e, load(link_of(e->t, f, rank)), p))
		return true;
	return each_of(e, link, ~((2u << rank) - 1));
}

bool trie_each(const struct trie *t, const struct prefix *after,
	       bool (*fn)(void *arg, struct trie_node *n), void *arg)
{
	const struct each e = { t, fn, arg };
	uintptr_t root = load(&t->root);

	if (!after)
		return each_of(&e, root, UINT32_MAX);
	return after->addr.family == t->family && each_after(&e, root, after);
}

/* --- holes --- */

/* How long a prefix of the address must be to miss all in @f that does not
 * lie on its way; 0: there is nothing. */
static unsigned int gap_in(const struct fork *f, unsigned int x)
{
	for (unsigned int bits = STRIDE; bits > 0; bits--)
		if (f->map & range(x ^ 16u >> bits, bits))
			return f->depth + bits;
	return 0;
}

int trie_gap(const struct trie *t, const struct addr *a, unsigned int floor,
	     struct prefix *gap)
{
	const struct prefix host = prefix_host(a);
	uintptr_t link = load(&t->root);
	unsigned int len = 0, left;
	const uint8_t *bytes;

	if (a->family != t->family || a->family == ADDR_NONE ||
	    floor > host.len)
		return -EINVAL;
	while (link) {
		unsigned int depth, more, x;
		const struct fork *f;

		bytes = key_of(link, &depth);
		left = common(bytes, depth, &host);
		if (left < depth)
			len = left + 1;
		if (left < depth || !is_fork(link))
			break;
		f = fork_of(link);
		x = nibble(a->bytes, f->depth);
		more = gap_in(f, x);
		if (more)
			len = more;
		link = f->map >> rank_of(x, STRIDE) & 1 ?
			load(link_of(t, f, rank_of(x, STRIDE))) : 0;
	}
	return prefix_make(a, len > floor ? len : floor, gap);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Longest-prefix-match trie.
 *
 * A binary trie with its one-way paths left out (Patricia).  Each node stands
 * for a prefix; its children are longer and lie under it, child[0] the one
 * whose next bit is 0.  A node without value is there only to branch, and
 * always has two children; the rules for adding and deleting keep it so.
 * Hence every subtree holds a value, which is what trie_any_within() and
 * trie_gap() rely on, and there are fewer than 2n nodes for n prefixes.
 *
 * Order of a walk (node, child 0, child 1) is prefix_cmp() order.
 */
#include "lib/trie.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct trie_node {
	struct trie_node *child[2];
	struct trie_node *parent;
	void *value;		/* NULL: branching only */
	uint8_t len;
	uint8_t bytes[];	/* 4 or 16, by family */
};

static size_t key_size(const struct trie *t)
{
	return t->family == ADDR_IPV4 ? 4 : 16;
}

static unsigned int node_bit(const uint8_t *bytes, unsigned int i)
{
	return bytes[i / 8] >> (7 - i % 8) & 1;
}

static uint32_t load_be32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return be32toh(v);
}

/* Common leading bits of a key and a node, at most the shorter length. */
static unsigned int common(const struct trie *t, const struct trie_node *n,
			   const struct prefix *p)
{
	unsigned int max = n->len < p->len ? n->len : p->len;
	size_t i, size = key_size(t);

	for (i = 0; i < size && 8 * i < max; i += 4) {
		uint32_t diff = load_be32(n->bytes + i) ^
			load_be32(p->addr.bytes + i);
		unsigned int bits;

		if (!diff)
			continue;
		bits = 8 * i + __builtin_clz(diff);
		return bits < max ? bits : max;
	}
	return max;
}

static bool covers(const struct trie *t, const struct trie_node *n,
		   const struct prefix *p)
{
	return n->len <= p->len && common(t, n, p) == n->len;
}

static bool is_within(const struct trie *t, const struct trie_node *n,
		      const struct prefix *p)
{
	return n->len >= p->len && common(t, n, p) == p->len;
}

/* The pointer that leads to @n. */
static struct trie_node **slot_of(struct trie *t, const struct trie_node *n)
{
	struct trie_node *up = n->parent;

	if (!up)
		return &t->root;
	return &up->child[up->child[1] == n];
}

static struct trie_node *node_new(const struct trie *t, const uint8_t *bytes,
				  unsigned int len, void *value)
{
	struct trie_node *n = calloc(1, sizeof(*n) + key_size(t));
	unsigned int i = len / 8;

	if (!n)
		return NULL;
	memcpy(n->bytes, bytes, i);
	if (len % 8)
		n->bytes[i] = bytes[i] & 0xff00 >> len % 8;
	n->len = len;
	n->value = value;
	return n;
}

static void adopt(struct trie_node *up, struct trie_node *n)
{
	up->child[node_bit(n->bytes, up->len)] = n;
	n->parent = up;
}

void trie_init(struct trie *t, enum addr_family family)
{
	*t = (struct trie){ .family = family };
}

void trie_clear(struct trie *t, void (*drop)(void *value, void *arg),
		void *arg)
{
	struct trie_node *n = t->root;

	while (n) {
		struct trie_node *up = n->parent;

		if (n->child[0] || n->child[1]) {
			n = n->child[n->child[0] == NULL];
			continue;
		}
		if (n->value && drop)
			drop(n->value, arg);
		*slot_of(t, n) = NULL;
		free(n);
		n = up;
	}
	t->count = 0;
}

/* Leading bits that @p has in common with the nodes on its way down, all of
 * which begin as the last one does: so only that is compared. */
static unsigned int follow(const struct trie *t, const struct prefix *p)
{
	const struct trie_node *n = t->root, *last = NULL;

	while (n && n->len < p->len) {
		last = n;
		n = n->child[node_bit(p->addr.bytes, n->len)];
	}
	if (n)
		last = n;
	return last ? common(t, last, p) : 0;
}

/*
 * Go down as far as nodes cover @p.  Returns the last one that does (NULL:
 * none) and in *@slot the pointer at which the walk ended: it holds NULL or a
 * node that does not cover @p.
 */
static struct trie_node *descend(struct trie *t, const struct prefix *p,
				 struct trie_node ***slot)
{
	struct trie_node **at = &t->root, *last = NULL;
	unsigned int same = follow(t, p);

	while (*at && (*at)->len <= same) {
		last = *at;
		if (last->len == p->len)
			break;
		at = &last->child[node_bit(p->addr.bytes, last->len)];
	}
	*slot = at;
	return last;
}

/* Put @n where *@slot is, and what was there below it. */
static void insert_above(struct trie_node **slot, struct trie_node *n)
{
	struct trie_node *old = *slot;

	n->parent = old->parent;
	*slot = n;
	adopt(n, old);
}

/* A node for @p at @slot, whose content does not cover @p. */
static int insert(struct trie *t, struct trie_node **slot,
		  struct trie_node *up, const struct prefix *p, void *value)
{
	struct trie_node *n, *branch, *old = *slot;
	unsigned int bits;

	n = node_new(t, p->addr.bytes, p->len, value);
	if (!n)
		return -ENOMEM;
	if (!old) {
		n->parent = up;
		*slot = n;
		return 0;
	}
	bits = common(t, old, p);
	if (bits == p->len) {
		insert_above(slot, n);
		return 0;
	}
	branch = node_new(t, p->addr.bytes, bits, NULL);
	if (!branch) {
		free(n);
		return -ENOMEM;
	}
	insert_above(slot, branch);
	adopt(branch, n);
	return 0;
}

int trie_add(struct trie *t, const struct prefix *p, void *value)
{
	struct trie_node **slot, *n;
	int ret;

	if (!value || p->addr.family != t->family || t->family == ADDR_NONE ||
	    p->len > 8 * key_size(t))
		return -EINVAL;
	n = descend(t, p, &slot);
	if (n && n->len == p->len) {
		if (n->value)
			return -EEXIST;
		n->value = value;
	} else {
		ret = insert(t, slot, n, p, value);
		if (ret)
			return ret;
	}
	t->count++;
	return 0;
}

void *trie_replace(struct trie *t, const struct prefix *p, void *value)
{
	struct trie_node *n = trie_find(t, p);
	void *old;

	if (!n || !value)
		return NULL;
	old = n->value;
	n->value = value;
	return old;
}

/* Take out a node with at most one child and no value. */
static void splice(struct trie *t, struct trie_node *n)
{
	struct trie_node *child = n->child[n->child[0] == NULL];

	*slot_of(t, n) = child;
	if (child)
		child->parent = n->parent;
	free(n);
}

void *trie_del(struct trie *t, const struct prefix *p)
{
	struct trie_node *n = trie_find(t, p), *up;
	void *value;

	if (!n)
		return NULL;
	value = n->value;
	n->value = NULL;
	t->count--;
	if (n->child[0] && n->child[1])
		return value;
	up = n->parent;
	splice(t, n);
	/* A branching that lost a side has nothing to do any more. */
	if (up && !up->value && !(up->child[0] && up->child[1]))
		splice(t, up);
	return value;
}

/* Longest valued node that covers @p and has at most @max bits. */
static struct trie_node *best(const struct trie *t, const struct prefix *p,
			      unsigned int max)
{
	struct trie_node *n = t->root, *found = NULL;

	if (p->addr.family != t->family)
		return NULL;
	while (n && n->len <= max && covers(t, n, p)) {
		if (n->value)
			found = n;
		if (n->len == p->len)
			break;
		n = n->child[node_bit(p->addr.bytes, n->len)];
	}
	return found;
}

struct trie_node *trie_find(const struct trie *t, const struct prefix *p)
{
	struct trie_node *n = t->root;

	if (p->addr.family != t->family)
		return NULL;
	while (n && n->len < p->len)
		n = n->child[node_bit(p->addr.bytes, n->len)];
	return n && n->value && n->len == p->len && covers(t, n, p) ? n : NULL;
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

/* Topmost node, valued or not, that lies within @p. */
static struct trie_node *top_within(const struct trie *t,
				    const struct prefix *p)
{
	struct trie_node *n = t->root;

	if (!p)
		return n;
	if (p->addr.family != t->family)
		return NULL;
	while (n && n->len < p->len) {
		if (!covers(t, n, p))
			return NULL;
		n = n->child[node_bit(p->addr.bytes, n->len)];
	}
	return n && is_within(t, n, p) ? n : NULL;
}

bool trie_any_within(const struct trie *t, const struct prefix *p)
{
	return top_within(t, p) != NULL;
}

bool trie_any_below(const struct trie *t, const struct prefix *p)
{
	const struct trie_node *n = top_within(t, p);

	return n && (n->len > p->len || n->child[0] || n->child[1]);
}

void *trie_value(const struct trie_node *n)
{
	return n->value;
}

struct prefix trie_prefix(const struct trie *t, const struct trie_node *n)
{
	return (struct prefix){
		.addr = addr_make(t->family, n->bytes),
		.len = n->len,
	};
}

/* Next node in order outside of the subtree of @n but inside that of @top. */
static struct trie_node *skip_subtree(const struct trie_node *n,
				      const struct trie_node *top)
{
	while (n != top) {
		const struct trie_node *up = n->parent;

		if (up->child[0] == n && up->child[1])
			return up->child[1];
		n = up;
	}
	return NULL;
}

/* Next node in order, valued or not, inside the subtree of @top. */
static struct trie_node *step(const struct trie_node *n,
			      const struct trie_node *top)
{
	if (n->child[0] || n->child[1])
		return n->child[n->child[0] == NULL];
	return skip_subtree(n, top);
}

static struct trie_node *first_valued(struct trie_node *n,
				      const struct trie_node *top)
{
	while (n && !n->value)
		n = step(n, top);
	return n;
}

struct trie_node *trie_first(const struct trie *t, const struct prefix *within)
{
	struct trie_node *top = top_within(t, within);

	return first_valued(top, top);
}

struct trie_node *trie_next(const struct trie *t, const struct trie_node *n,
			    const struct prefix *within)
{
	struct trie_node *top = top_within(t, within);

	return top ? first_valued(step(n, top), top) : NULL;
}

struct trie_node *trie_after(const struct trie *t, const struct prefix *p)
{
	struct trie_node *n = t->root, *next = NULL;

	if (p->addr.family != t->family)
		return NULL;
	/* Down the path of @p; @next: where to go on when the path ends. */
	while (n && covers(t, n, p)) {
		if (n->len == p->len)
			return first_valued(step(n, t->root), t->root);
		if (!node_bit(p->addr.bytes, n->len) && n->child[1])
			next = n->child[1];
		n = n->child[node_bit(p->addr.bytes, n->len)];
	}
	/* The subtree that left the path is all before or all after @p. */
	if (n && memcmp(n->bytes, p->addr.bytes, key_size(t)) >= 0)
		next = n;
	return first_valued(next, t->root);
}

int trie_gap(const struct trie *t, const struct addr *a, unsigned int floor,
	     struct prefix *gap)
{
	const struct prefix host = prefix_host(a);
	const struct trie_node *n = t->root;
	unsigned int len = floor;

	if (a->family != t->family || a->family == ADDR_NONE ||
	    floor > host.len)
		return -EINVAL;
	while (n && covers(t, n, &host) && n->len < host.len) {
		unsigned int bit = node_bit(a->bytes, n->len);

		/* What lies on the other side differs from here on. */
		if (n->child[!bit] && n->len + 1u > len)
			len = n->len + 1u;
		n = n->child[bit];
	}
	if (n && !covers(t, n, &host) && common(t, n, &host) + 1 > len)
		len = common(t, n, &host) + 1;
	return prefix_make(a, len, gap);
}

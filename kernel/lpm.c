// SPDX-License-Identifier: GPL-2.0
/*
 * Longest-prefix match in a path-compressed binary trie.
 *
 * Leaves are the prefixes; a fork is where prefixes part, or where a prefix
 * has more specific ones below it, which then is the fork's own leaf. A fork
 * says only which bit it looks at, not what the bits before it are: a lookup
 * walks down without comparing anything but the leaves it passes, remembers
 * the last that covered the address, and stops at the first that does not,
 * for nothing below it can. With host routes a walk compares once, at its
 * end.
 *
 * A fork has two sides, or an own leaf and a side or two; what would have
 * less is replaced by what is left of it. So there are fewer forks than
 * leaves, and one change adds or removes one at most.
 *
 * Readers: a fork that is taken out keeps its pointers until the grace period
 * has ended, and everything below it stays where it was or is reachable from
 * there. So a reader that is in such a fork finds what was there when it
 * began or something newer, and never has to look again.
 */

#include <linux/bitops.h>
#include <linux/bug.h>
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "lpm.h"

/**
 * struct lisp_lpm_fork - where prefixes part
 * @node: header; @node.len is the bit that is looked at
 * @own: the leaf with a prefix of just that length, or NULL
 * @child: the sides; NULL only where there is an @own
 */
struct lisp_lpm_fork {
	struct lisp_lpm_node		node;
	struct lisp_lpm_leaf __rcu	*own;
	struct lisp_lpm_node __rcu	*child[2];
};

#define reader(p)	rcu_dereference_check(p, rcu_read_lock_bh_held())
#define writer(p)	rcu_dereference_protected(p, lockdep_is_held(lock))

static struct lisp_lpm_leaf *to_leaf(struct lisp_lpm_node *node)
{
	return container_of(node, struct lisp_lpm_leaf, node);
}

static struct lisp_lpm_fork *to_fork(struct lisp_lpm_node *node)
{
	return container_of(node, struct lisp_lpm_fork, node);
}

static unsigned int bit(const __be32 *addr, unsigned int i)
{
	return be32_to_cpu(addr[i / 32]) >> (31 - i % 32) & 1;
}

/* How many of the first @max bits are the same. */
static unsigned int common(const __be32 *a, const __be32 *b, unsigned int max)
{
	unsigned int i;
	u32 diff;

	for (i = 0; i < max; i += 32) {
		diff = be32_to_cpu(a[i / 32] ^ b[i / 32]);
		if (diff)
			return min(i + 32 - (unsigned int)fls(diff), max);
	}

	return max;
}

bool lisp_lpm_covers(const __be32 *a, const __be32 *b, unsigned int len)
{
	for (; len >= 32; len -= 32) {
		if (*a++ != *b++)
			return false;
	}

	return !len || !(be32_to_cpu(*a ^ *b) >> (32 - len));
}

static bool leaf_covers(const struct lisp_lpm_leaf *leaf, const __be32 *addr)
{
	return lisp_lpm_covers(leaf->addr, addr, leaf->node.len);
}

struct lisp_lpm_leaf *lisp_lpm_lookup(const struct lisp_lpm *lpm,
				      const __be32 *addr)
{
	struct lisp_lpm_leaf *own, *best = NULL;
	struct lisp_lpm_fork *fork;
	struct lisp_lpm_node *node;

	node = reader(lpm->root);
	while (node) {
		if (node->is_leaf)
			return leaf_covers(to_leaf(node), addr) ?
			       to_leaf(node) : best;

		fork = to_fork(node);
		own = reader(fork->own);
		if (own) {
			if (!leaf_covers(own, addr))
				return best;
			best = own;
		}
		node = reader(fork->child[bit(addr, node->len)]);
	}

	return best;
}

/* Any leaf at or below @node. */
static struct lisp_lpm_leaf *some_leaf(struct lisp_lpm_node *node,
				       struct mutex *lock)
{
	struct lisp_lpm_leaf *own;

	while (!node->is_leaf) {
		own = writer(to_fork(node)->own);
		if (own)
			return own;
		node = writer(to_fork(node)->child[0]);
	}

	return to_leaf(node);
}

/*
 * A leaf that has as many bits in common with @addr/@len as any, since forks
 * do not say what their bits are. NULL: the table is empty.
 */
static struct lisp_lpm_leaf *near_leaf(const struct lisp_lpm *lpm,
				       const __be32 *addr, unsigned int len,
				       struct mutex *lock)
{
	struct lisp_lpm_node *node, *down;

	node = writer(lpm->root);
	if (!node)
		return NULL;

	while (!node->is_leaf && node->len < len) {
		down = writer(to_fork(node)->child[bit(addr, node->len)]);
		if (!down)
			break;
		node = down;
	}

	return some_leaf(node, lock);
}

/* Bits in common with the leaf that has most. */
static unsigned int common_with(const struct lisp_lpm_leaf *leaf,
				const __be32 *addr, unsigned int len)
{
	return common(leaf->addr, addr, min_t(unsigned int, leaf->node.len,
					      len));
}

/* Whether @addr/@len, of which @same bits are there, belongs below @node. */
static bool is_above(const struct lisp_lpm_node *node, unsigned int same,
		     unsigned int len)
{
	return node && !node->is_leaf && node->len <= same && node->len < len;
}

struct lisp_lpm_leaf *lisp_lpm_find(const struct lisp_lpm *lpm,
				    const __be32 *addr, unsigned int len,
				    struct mutex *lock)
{
	struct lisp_lpm_leaf *leaf;
	struct lisp_lpm_node *node;

	node = writer(lpm->root);
	while (node && !node->is_leaf && node->len < len)
		node = writer(to_fork(node)->child[bit(addr, node->len)]);

	if (!node || node->len != len)
		return NULL;

	leaf = node->is_leaf ? to_leaf(node) : writer(to_fork(node)->own);

	return leaf && leaf_covers(leaf, addr) ? leaf : NULL;
}

/*
 * Put a fork above @node, which shares @same bits with @leaf and with @near,
 * a leaf at or below it; @leaf may belong at the fork, or @node may.
 */
static struct lisp_lpm_fork *fork_new(struct lisp_lpm_node *node,
				      struct lisp_lpm_leaf *leaf,
				      const struct lisp_lpm_leaf *near,
				      unsigned int same, gfp_t gfp)
{
	struct lisp_lpm_fork *fork;

	fork = kzalloc(sizeof(*fork), gfp);
	if (!fork)
		return NULL;

	fork->node.len = same;
	if (same == leaf->node.len)
		RCU_INIT_POINTER(fork->own, leaf);
	else
		RCU_INIT_POINTER(fork->child[bit(leaf->addr, same)],
				 &leaf->node);

	if (node->is_leaf && same == node->len)
		RCU_INIT_POINTER(fork->own, to_leaf(node));
	else
		RCU_INIT_POINTER(fork->child[bit(near->addr, same)], node);

	return fork;
}

int lisp_lpm_insert(struct lisp_lpm *lpm, struct lisp_lpm_leaf *leaf,
		    gfp_t gfp, struct mutex *lock)
{
	struct lisp_lpm_node __rcu **pos = &lpm->root;
	unsigned int same = 0, len = leaf->node.len;
	struct lisp_lpm_leaf *near;
	struct lisp_lpm_fork *fork;
	struct lisp_lpm_node *node;

	BUILD_BUG_ON(sizeof(struct lisp_lpm_fork) > 4 * sizeof(void *));

	leaf->node.is_leaf = true;
	near = near_leaf(lpm, leaf->addr, len, lock);
	if (near)
		same = common_with(near, leaf->addr, len);

	while (is_above(node = writer(*pos), same, len))
		pos = &to_fork(node)->child[bit(leaf->addr, node->len)];

	if (!node) {
		rcu_assign_pointer(*pos, &leaf->node);
		return 0;
	}

	if (node->len == len && same == len) {
		if (node->is_leaf || rcu_access_pointer(to_fork(node)->own))
			return -EEXIST;
		rcu_assign_pointer(to_fork(node)->own, leaf);
		return 0;
	}

	fork = fork_new(node, leaf, near, same, gfp);
	if (!fork)
		return -ENOMEM;
	rcu_assign_pointer(*pos, &fork->node);

	return 0;
}

/*
 * Where @leaf is: at the end of what it returns, or own leaf of the fork
 * there. *@up is where the fork above it is, NULL at the root.
 */
static struct lisp_lpm_node __rcu **leaf_place(struct lisp_lpm *lpm,
					       struct lisp_lpm_leaf *leaf,
					       struct lisp_lpm_node __rcu ***up,
					       struct mutex *lock)
{
	struct lisp_lpm_node __rcu **pos = &lpm->root;
	struct lisp_lpm_node *node;

	*up = NULL;
	for (node = writer(*pos); node && node->len < leaf->node.len;
	     node = writer(*pos)) {
		*up = pos;
		pos = &to_fork(node)->child[bit(leaf->addr, node->len)];
	}

	if (WARN_ON_ONCE(!node || (node->is_leaf ? to_leaf(node) :
				   writer(to_fork(node)->own)) != leaf))
		return NULL;

	return pos;
}

void lisp_lpm_replace(struct lisp_lpm *lpm, struct lisp_lpm_leaf *old,
		      struct lisp_lpm_leaf *leaf, struct mutex *lock)
{
	struct lisp_lpm_node __rcu **pos, **up;
	struct lisp_lpm_node *node;

	pos = leaf_place(lpm, old, &up, lock);
	if (!pos)
		return;

	leaf->node.is_leaf = true;
	node = writer(*pos);
	if (node->is_leaf)
		rcu_assign_pointer(*pos, &leaf->node);
	else
		rcu_assign_pointer(to_fork(node)->own, leaf);
}

/* Take the fork at @pos out if only one thing is left of it. */
static void contract(struct lisp_lpm_node __rcu **pos, struct mutex *lock)
{
	struct lisp_lpm_fork *fork = to_fork(writer(*pos));
	struct lisp_lpm_node *left = writer(fork->child[0]);
	struct lisp_lpm_node *right = writer(fork->child[1]);
	struct lisp_lpm_leaf *own = writer(fork->own);

	if ((left && right) || (own && (left || right)))
		return;

	rcu_assign_pointer(*pos, own ? &own->node : left ? left : right);
	kfree_rcu_mightsleep(fork);
}

void lisp_lpm_remove(struct lisp_lpm *lpm, struct lisp_lpm_leaf *leaf,
		     struct mutex *lock)
{
	struct lisp_lpm_node __rcu **pos, **up;
	struct lisp_lpm_node *node;

	pos = leaf_place(lpm, leaf, &up, lock);
	if (!pos)
		return;

	node = writer(*pos);
	if (node->is_leaf) {
		RCU_INIT_POINTER(*pos, NULL);
		pos = up;
	} else {
		RCU_INIT_POINTER(to_fork(node)->own, NULL);
	}

	if (pos)
		contract(pos, lock);
}

/* The first leaf at or below @node in key order. */
static struct lisp_lpm_leaf *first_leaf(struct lisp_lpm_node *node,
					struct mutex *lock)
{
	struct lisp_lpm_node *left;
	struct lisp_lpm_leaf *own;

	while (node && !node->is_leaf) {
		own = writer(to_fork(node)->own);
		if (own)
			return own;
		left = writer(to_fork(node)->child[0]);
		node = left ? left : writer(to_fork(node)->child[1]);
	}

	return node ? to_leaf(node) : NULL;
}

/* The first leaf below a fork, without its own. */
static struct lisp_lpm_leaf *first_below(struct lisp_lpm_fork *fork,
					 struct mutex *lock)
{
	struct lisp_lpm_node *left = writer(fork->child[0]);

	return first_leaf(left ? left : writer(fork->child[1]), lock);
}

struct lisp_lpm_leaf *lisp_lpm_next(const struct lisp_lpm *lpm,
				    const __be32 *addr, unsigned int len,
				    struct mutex *lock)
{
	struct lisp_lpm_node *node, *right, *after = NULL;
	struct lisp_lpm_leaf *near;
	unsigned int same;

	node = writer(lpm->root);
	if (!addr)
		return first_leaf(node, lock);

	near = near_leaf(lpm, addr, len, lock);
	if (!near)
		return NULL;
	same = common_with(near, addr, len);

	while (is_above(node, same, len)) {
		right = writer(to_fork(node)->child[1]);
		if (bit(addr, node->len)) {
			node = right;
			continue;
		}
		if (right)
			after = right;
		node = writer(to_fork(node)->child[0]);
	}

	/* Nothing, or the prefix itself, or one that covers it: go on after. */
	if (!node || (node->is_leaf && node->len == same))
		return first_leaf(after, lock);
	if (same == len && node->len == len) {
		near = first_below(to_fork(node), lock);
		return near;
	}

	/* @node is more specific, or parts from the prefix at bit @same. */
	if (same == len || !bit(addr, same))
		return first_leaf(node, lock);

	return first_leaf(after, lock);
}

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Longest-prefix match; compiles in user space too.
 *
 * A table holds leaves that its user embeds in entries of its own. It knows
 * nothing of address families: whoever wants two keeps two tables. Readers
 * hold RCU and neither lock nor retry. Writers hold a mutex, which they pass
 * so that lockdep can check it. A leaf that was removed or replaced may be
 * freed after a grace period.
 *
 * Memory: 8 octets an empty table, the leaf (4 octets and the address), and
 * at most one fork of 32 octets a leaf.
 */
#ifndef _LISP_LPM_H
#define _LISP_LPM_H

#include <linux/compiler.h>
#include <linux/gfp.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

/**
 * struct lisp_lpm_node - what leaves and forks begin with
 * @len: leaf: length of the prefix; fork: the bit that tells its sides apart,
 *	which is the length of what everything below has in common
 * @is_leaf: which of the two it is
 */
struct lisp_lpm_node {
	u8	len;
	bool	is_leaf;
};

/**
 * struct lisp_lpm_leaf - a prefix in a table, last member of its entry
 * @node: header; @node.len is the length of the prefix
 * @family: for the user, the table does not look at it
 * @addr: one word for IPv4, four for IPv6; bits beyond the length are zero.
 *	Never changes while the leaf is in a table.
 */
struct lisp_lpm_leaf {
	struct lisp_lpm_node	node;
	u8			family;
	__be32			addr[];
};

struct lisp_lpm {
	struct lisp_lpm_node __rcu *root;
};

/* The leaf with the longest prefix that covers @addr, or NULL. RCU or BH. */
struct lisp_lpm_leaf *lisp_lpm_lookup(const struct lisp_lpm *lpm,
				      const __be32 *addr);

/* The leaf of exactly this prefix, or NULL. */
struct lisp_lpm_leaf *lisp_lpm_find(const struct lisp_lpm *lpm,
				    const __be32 *addr, unsigned int len,
				    struct mutex *lock);

/* Publish @leaf. -EEXIST: its prefix is there; -ENOMEM: nothing changed. */
int lisp_lpm_insert(struct lisp_lpm *lpm, struct lisp_lpm_leaf *leaf,
		    gfp_t gfp, struct mutex *lock);

/* Publish @leaf in the place of @old, which is there and has its prefix. */
void lisp_lpm_replace(struct lisp_lpm *lpm, struct lisp_lpm_leaf *old,
		      struct lisp_lpm_leaf *leaf, struct mutex *lock);

/* Unpublish @leaf, which is there. May sleep, cannot fail. */
void lisp_lpm_remove(struct lisp_lpm *lpm, struct lisp_lpm_leaf *leaf,
		     struct mutex *lock);

/*
 * The leaf that follows the prefix in key order (address, then length), be
 * that prefix there or not; @addr NULL: the first leaf. NULL: no more. The
 * leaves that a prefix covers follow it without a gap.
 */
struct lisp_lpm_leaf *lisp_lpm_next(const struct lisp_lpm *lpm,
				    const __be32 *addr, unsigned int len,
				    struct mutex *lock);

/* Whether the first @len bits of both addresses are the same. */
bool lisp_lpm_covers(const __be32 *a, const __be32 *b, unsigned int len);

static inline bool lisp_lpm_empty(const struct lisp_lpm *lpm)
{
	return !rcu_access_pointer(lpm->root);
}

#endif /* _LISP_LPM_H */

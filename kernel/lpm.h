/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Longest-prefix match; compiles in user space too.
 *
 * A table holds leaves that its user embeds in entries of its own, all of one
 * address family. Readers hold RCU; they neither lock nor wait nor look twice.
 * Writers hold a mutex, which they pass so that lockdep can check it; they may
 * sleep. A leaf that was removed or replaced may be freed after a grace period.
 *
 * Memory: 8 octets an empty table, 64 octets and one bucket a prefix length
 * in use, and 16 to 32 octets a leaf of it besides what the leaf itself has.
 */
#ifndef _LISP_LPM_H
#define _LISP_LPM_H

#include <linux/compiler.h>
#include <linux/mutex.h>
#include <linux/types.h>

struct lisp_lpm_lens;

/**
 * struct lisp_lpm_leaf - a prefix in a table, last member of its entry
 * @len: length of the prefix
 * @family: AF_INET or AF_INET6
 * @addr: one word for IPv4, four for IPv6; bits beyond the length are zero.
 *	Nothing here changes while the leaf is in a table.
 */
struct lisp_lpm_leaf {
	u8	len;
	u8	family;
	__be32	addr[];
};

struct lisp_lpm {
	struct lisp_lpm_lens __rcu *lens;
};

/* Before anything else: choose the secret of all tables. */
void lisp_lpm_init(void);

/* The leaf with the longest prefix that covers @addr, or NULL. RCU or BH. */
struct lisp_lpm_leaf *lisp_lpm_lookup(const struct lisp_lpm *lpm,
				      const __be32 *addr);

/* The leaf of exactly this prefix, or NULL. */
struct lisp_lpm_leaf *lisp_lpm_find(const struct lisp_lpm *lpm,
				    const __be32 *addr, unsigned int len,
				    struct mutex *lock);

/* Publish @leaf. -EEXIST: its prefix is there; -ENOMEM: nothing changed. */
int lisp_lpm_insert(struct lisp_lpm *lpm, struct lisp_lpm_leaf *leaf,
		    struct mutex *lock);

/* Publish @leaf in the place of @old, which is there and has its prefix. */
void lisp_lpm_replace(struct lisp_lpm *lpm, struct lisp_lpm_leaf *old,
		      struct lisp_lpm_leaf *leaf, struct mutex *lock);

/* Unpublish @leaf, which is there. Cannot fail. */
void lisp_lpm_remove(struct lisp_lpm *lpm, struct lisp_lpm_leaf *leaf,
		     struct mutex *lock);

/*
 * The leaf that follows the prefix, be that there or not; @addr NULL: the
 * first leaf. NULL: no more. The order is the table's own (longest prefixes
 * first) and never changes: who goes on from what he got last meets each leaf
 * that stays exactly once, whatever is added and removed meanwhile.
 */
struct lisp_lpm_leaf *lisp_lpm_next(const struct lisp_lpm *lpm,
				    const __be32 *addr, unsigned int len,
				    struct mutex *lock);

/* Free what an empty table may still hold after memory was short. */
void lisp_lpm_exit(struct lisp_lpm *lpm, struct mutex *lock);

/* Whether the first @len bits of both addresses are the same. */
bool lisp_lpm_covers(const __be32 *a, const __be32 *b, unsigned int len);

#endif /* _LISP_LPM_H */

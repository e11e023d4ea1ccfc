/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The local database: EID prefixes that are ours. A packet from the underlay
 * is delivered only to these, a packet to these is never encapsulated.
 */
#ifndef _LISP_LOCAL_H
#define _LISP_LOCAL_H

#include "iid.h"
#include "lpm.h"

struct genl_info;
struct lisp_loc_conf;
struct lisp_locset;

/**
 * struct lisp_local - a local EID prefix; immutable but for its counters
 * @set: the site's own locators, or NULL
 * @origin: who made it
 * @version: map version number (RFC 9302), 0: none
 * @quiet: no status bits before this second, lisp_reach_quiet()
 * @packets: packets that came for it, on devices with rx-counters
 * @bytes: octets of them
 * @rcu: frees it
 * @leaf: in lisp_iid.local
 */
struct lisp_local {
	struct lisp_locset	*set;
	u32			origin;
	u16			version;
	u32			quiet;
	atomic64_t		packets;
	atomic64_t		bytes;
	struct rcu_head		rcu;
	struct lisp_lpm_leaf	leaf;
};

struct lisp_local_conf {
	struct lisp_prefix		prefix;
	const struct lisp_loc_conf	*locs;
	unsigned int			n_locs;
	u32				origin;
	u16				version;
};

/* The local EID prefix that matches best, or NULL. RCU or BH. */
static inline struct lisp_local *lisp_local_lookup(const struct lisp_iid *iid,
						   int family,
						   const void *addr)
{
	struct lisp_lpm_leaf *leaf;

	leaf = lisp_lpm_lookup(&iid->local[family == AF_INET6], addr);

	return leaf ? container_of(leaf, struct lisp_local, leaf) : NULL;
}

/* All below: lisp_net.lock is held. As their namesakes in map.h. */
int lisp_local_set(struct lisp_iid *iid, const struct lisp_local_conf *conf,
		   const struct genl_info *info);
int lisp_local_del(struct lisp_iid *iid, const struct lisp_prefix *prefix,
		   u32 origin, const struct genl_info *info);
struct lisp_local *lisp_local_next(struct lisp_iid *iid,
				   const struct lisp_prefix *cursor);
struct lisp_local *lisp_local_find(struct lisp_iid *iid,
				   const struct lisp_prefix *prefix);
void lisp_local_prefix(const struct lisp_local *local,
		       struct lisp_prefix *prefix);
bool lisp_local_drop(struct lisp_iid *iid, struct lisp_prefix *cursor,
		     int *budget);

#endif /* _LISP_LOCAL_H */

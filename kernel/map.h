/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The map-cache: what to do with packets to an EID prefix.
 *
 * A mapping is immutable except for its counters; replacing publishes a new
 * one. It belongs to an origin: only the same origin replaces or deletes it.
 * Its memory does not depend on the number of CPUs.
 */
#ifndef _LISP_MAP_H
#define _LISP_MAP_H

#include <linux/atomic.h>
#include <linux/jiffies.h>
#include <linux/llist.h>
#include <linux/workqueue.h>

#include <uapi/linux/lisp.h>

#include "age.h"
#include "iid.h"
#include "lpm.h"

struct genl_info;
struct lisp_loc_conf;
struct lisp_locset;
struct lisp_net;

/* lisp_map.used counts in this many jiffies (a power of two). */
#define LISP_USED_SHIFT	6

/**
 * struct lisp_map - a mapping
 * @iid: where it is
 * @age: set while it is to expire; @age.when is the end of its TTL, or of the
 *	stale limit once it is stale (lock)
 * @dead: in the list of those that wait for a grace period (map.c)
 * @origin: who made it
 * @set: locator set if @action is forward, or native with a PETR, else NULL.
 *	Status bits may give
 *	it one that differs in flags (lock, RCU; reach-do.c)
 * @packets: packets that matched
 * @bytes: octets of packets that matched
 * @used: time of the last match, if @packets is not 0; lisp_map_used()
 * @action: enum lisp_action
 * @flags: enum lisp_map_flag (lock)
 * @version: map version number (RFC 9302), 0: none
 * @leaf: in lisp_iid.cache
 *
 * What packets need is at the end, where the key is: 40 octets for IPv4.
 */
struct lisp_map {
	/* writers only */
	struct lisp_iid		*iid;
	union {
		struct lisp_age		age;
		struct llist_node	dead;
	};
	u32			origin;
	/* packets, too */
	struct lisp_locset __rcu *set;
	atomic64_t		packets;
	atomic64_t		bytes;
	u32			used;
	u8			action;
	u8			flags;
	u16			version;
	struct lisp_lpm_leaf	leaf;
};

/**
 * struct lisp_maps - mappings and local EIDs of one network namespace (lock)
 * @ages: mappings that have a TTL
 * @work: runs while @ages is not empty
 * @n_maps: mappings in all Instance-IDs
 * @n_gleaned: those of them that were learned from packets
 * @n_locals: local EID prefixes in all Instance-IDs
 */
struct lisp_maps {
	struct lisp_ages	ages;
	struct delayed_work	work;
	u32			n_maps;
	u32			n_gleaned;
	u32			n_locals;
};

/*
 * A mapping as configuration describes it; @n_locs is 0 unless forward, or
 * native with a PETR. @home: Instance-ID for the header, or LISP_HOME_OWN.
 */
struct lisp_map_conf {
	struct lisp_prefix		prefix;
	enum lisp_action		action;
	const struct lisp_loc_conf	*locs;
	unsigned int			n_locs;
	u32				ttl;
	u32				origin;
	u16				version;
	u32				home;
};

int lisp_map_init(void);
void lisp_map_exit(void);
int lisp_map_net_init(struct lisp_net *ln);
void lisp_map_net_exit(struct lisp_net *ln);

/* The mapping that matches best, or NULL. RCU or BH. */
static inline struct lisp_map *lisp_map_lookup(const struct lisp_iid *iid,
					       int family, const void *addr)
{
	struct lisp_lpm_leaf *leaf;

	leaf = lisp_lpm_lookup(&iid->cache[family == AF_INET6], addr);

	return leaf ? container_of(leaf, struct lisp_map, leaf) : NULL;
}

/* A packet of @len octets matched. */
static inline void lisp_map_used(struct lisp_map *map, unsigned int len)
{
	u32 now = get_jiffies_64() >> LISP_USED_SHIFT;

	atomic64_inc(&map->packets);
	atomic64_add(len, &map->bytes);
	if (READ_ONCE(map->used) != now)
		WRITE_ONCE(map->used, now);
}

/* Seconds since the last match; -ENOENT if there was none. */
s64 lisp_map_idle(const struct lisp_map *map);

/* Seconds until @map expires, 0 when stale; -ENOENT if never. (lock) */
s64 lisp_map_ttl(const struct lisp_map *map);

/*
 * All below: lisp_net.lock is held. @info is the request that asks for a
 * change: errors put a sentence into its extack, listeners learn who it was.
 */

/*
 * Add or replace, as the request's NLM_F_EXCL, NLM_F_CREATE and NLM_F_REPLACE
 * say. Listeners are told, packets held for EIDs it covers are sent.
 */
int lisp_map_set(struct lisp_iid *iid, const struct lisp_map_conf *conf,
		 const struct genl_info *info);

/*
 * Add a mapping of the host @prefix to @loc for a few seconds, of origin 0.
 * -EEXIST: a mapping covers it; -ENOSPC: there are too many like it.
 */
int lisp_map_glean(struct lisp_iid *iid, const struct lisp_prefix *prefix,
		   const struct lisp_loc_conf *loc);

/* -ENOENT, or -EPERM if another origin made it. */
int lisp_map_del(struct lisp_iid *iid, const struct lisp_prefix *prefix,
		 u32 origin, const struct genl_info *info);

/*
 * Delete up to *@budget mappings (*@origin's if @origin is not NULL) after
 * the prefix *@cursor (family 0: all). True: none is left.
 */
bool lisp_map_flush(struct lisp_iid *iid, const u32 *origin,
		    struct lisp_prefix *cursor, int *budget,
		    const struct genl_info *info);

/* The one after *@cursor, IPv4 first, else lpm.h; family 0: the first. */
struct lisp_map *lisp_map_next(struct lisp_iid *iid,
			       const struct lisp_prefix *cursor);

/* NULL unless the action is forward. */
struct lisp_locset *lisp_map_locset(const struct lisp_map *map);

struct lisp_map *lisp_map_find(struct lisp_iid *iid,
			       const struct lisp_prefix *prefix);

void lisp_map_prefix(const struct lisp_map *map, struct lisp_prefix *prefix);

/*
 * The Instance-ID is dead: free up to *@budget of its mappings; nobody is
 * told. True: none is left.
 */
bool lisp_map_drop(struct lisp_iid *iid, struct lisp_prefix *cursor,
		   int *budget);

#endif /* _LISP_MAP_H */

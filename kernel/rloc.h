/* SPDX-License-Identifier: GPL-2.0 */
/*
 * RLOCs, locator sets, and the choice of a locator.
 *
 * What is true of an RLOC for everybody is in one object for each (underlay,
 * address, UDP port), so that a failed RLOC costs one write. A locator set is
 * immutable: it is replaced, never edited, and mappings that have the same
 * one share it. Objects live as long as something names them: mappings and
 * local EIDs name sets, sets name RLOCs.
 *
 * Writers hold lisp_net.lock; readers hold RCU (or BH), under which neither
 * a set nor the RLOCs it names go away.
 */
#ifndef _LISP_RLOC_H
#define _LISP_RLOC_H

#include <linux/list.h>
#include <linux/local_lock.h>
#include <linux/percpu.h>
#include <linux/rbtree.h>
#include <linux/rhashtable-types.h>
#include <linux/spinlock.h>
#include <linux/u64_stats_sync.h>

#include <uapi/linux/lisp.h>

#include "addr.h"
#include "reach-echo.h"

#define LISP_PORT_DATA		4341
#define LISP_LOCATORS_MAX	32

struct dst_entry;
struct lisp_net;

#define LISP_HOME_OWN		U32_MAX

/* Families that an encapsulator can send, lisp_locset_pick(). */
#define LISP_SEND_IPV4		BIT(0)
#define LISP_SEND_IPV6		BIT(1)

/* One CPU's share of what was sent to an RLOC, and came from it. */
struct lisp_rloc_count {
	u64_stats_t		packets;
	u64_stats_t		bytes;
	u64_stats_t		rx_packets;
	u64_stats_t		rx_bytes;
	struct u64_stats_sync	syncp;
};

/* The sum over all CPUs. */
struct lisp_rloc_sum {
	u64			packets;
	u64			bytes;
	u64			rx_packets;
	u64			rx_bytes;
};

/**
 * struct lisp_route - the route to an RLOC that one CPU found (encap.c)
 * @lock: with BH off, for the others
 * @dst: one reference, NULL: none
 * @cookie: what dst_check() wants
 * @saddr: the source RLOC that goes with it
 */
struct lisp_route {
	local_lock_t		lock;
	struct dst_entry	*dst;
	u32			cookie;
	union lisp_addr		saddr;
};

/**
 * struct lisp_rloc - a routing locator of one underlay
 * @family: AF_INET or AF_INET6
 * @state: enum lisp_rloc_state; written with WRITE_ONCE()
 * @port: UDP destination port
 * @hash: of address and port: the same after a reboot, see pick.c
 * @addr: the address
 * @routes: cached routes, owned by encap.c; released here
 * @source: configured source RLOC (zero: none) that @routes are for (encap.c)
 * @claim: 0: @routes are for nobody yet, 1: being settled, 2: @source is valid
 * @count: packets, octets of inner packets; lisp_rloc_sent(), _received()
 * @underlay: ifindex of the underlay's VRF, 0 for the default domain
 * @users: locator sets that name it (lock)
 * @changed: boot time, seconds, of the last change of @state (lock)
 * @node: in lisp_rlocs.tree (lock)
 * @keyed: in lisp_rlocs.hash
 * @rcu: frees it
 * @doubted: in lisp_doubts.rlocs, or empty (lock)
 * @rtt: round-trip time that somebody measured, microseconds; 0: none (lock)
 * @echo_lock: serialises changes of @echo
 * @echo: echo-nonce, of devices that have it on
 */
struct lisp_rloc {
	u8			family;
	u8			state;
	__be16			port;
	u32			hash;
	union lisp_addr		addr;
	struct lisp_route __percpu *routes;
	union lisp_addr		source;
	int			claim;
	struct lisp_rloc_count __percpu *count;
	u32			underlay;
	/* writers only */
	u32			users;
	u32			changed;
	struct rb_node		node;
	struct rhash_head	keyed;
	struct rcu_head		rcu;
	struct list_head	doubted;
	u32			rtt;
	spinlock_t		echo_lock;
	struct lisp_echo	echo;
};

/**
 * struct lisp_loc - an RLOC in a set, with what this set says of it
 * @rloc: never NULL
 * @hash: of @rloc, kept here to spare a cache line
 * @priority: lower is preferred, 255 is never chosen
 * @weight: share among equal priorities
 * @flags: enum lisp_loc_flag
 * @family: of @rloc
 */
struct lisp_loc {
	struct lisp_rloc	*rloc;
	u32			hash;
	u8			priority;
	u8			weight;
	u8			flags;
	u8			family;
};

/**
 * struct lisp_locset - an immutable locator set
 * @n: locators, 1..LISP_LOCATORS_MAX
 * @home: Instance-ID for the header, LISP_HOME_OWN: that of the mapping
 * @users: mappings and local EIDs that name it (lock)
 * @node: in lisp_rlocs.sets (lock)
 * @rcu: frees it
 * @loc: in the order of RFC 9301: IPv4 first, addresses ascending; so the
 *	index is the ordinal of a locator-status-bit
 */
struct lisp_locset {
	u32			n;
	u32			home;
	u32			users;
	struct rhash_head	node;
	struct rcu_head		rcu;
	struct lisp_loc		loc[];
};

/* A locator as configuration describes it. */
struct lisp_loc_conf {
	union lisp_addr	addr;
	__be16		port;
	u8		family;
	u8		priority;
	u8		weight;
	u8		flags;
};

/**
 * struct lisp_rlocs - RLOCs and locator sets of one network namespace
 * @tree: RLOCs ordered by key (lock)
 * @hash: RLOCs by key; readers hold RCU
 * @sets: locator sets by content (lock)
 * @used: there has been an RLOC (lock)
 */
struct lisp_rlocs {
	struct rb_root		tree;
	struct rhashtable	hash;
	struct rhashtable	sets;
	bool			used;
};

int lisp_rloc_net_init(struct lisp_net *ln);
void lisp_rloc_net_exit(struct lisp_net *ln);

/*
 * Count a packet sent to @rloc, @len octets without our headers; how many it
 * were on this CPU, in short. BH off.
 */
static inline u16 lisp_rloc_sent(struct lisp_rloc *rloc, unsigned int len)
{
	struct lisp_rloc_count *count = this_cpu_ptr(rloc->count);

	u64_stats_update_begin(&count->syncp);
	u64_stats_inc(&count->packets);
	u64_stats_add(&count->bytes, len);
	u64_stats_update_end(&count->syncp);

	return u64_stats_read(&count->packets);
}

/* Count a packet that came from it, on devices with rx-counters. BH off. */
static inline void lisp_rloc_received(struct lisp_rloc *rloc, unsigned int len)
{
	struct lisp_rloc_count *count = this_cpu_ptr(rloc->count);

	u64_stats_update_begin(&count->syncp);
	u64_stats_inc(&count->rx_packets);
	u64_stats_add(&count->rx_bytes, len);
	u64_stats_update_end(&count->syncp);
}

void lisp_rloc_read(const struct lisp_rloc *rloc, struct lisp_rloc_sum *sum);

/* The same as lisp_rloc_find(), for packets. RCU or BH. */
struct lisp_rloc *lisp_rloc_lookup(struct lisp_net *ln, u32 underlay,
				   int family, const union lisp_addr *addr,
				   __be16 port);

/* All below: lisp_net.lock is held. */

/* NULL if no locator set names it. */
struct lisp_rloc *lisp_rloc_find(struct lisp_net *ln, u32 underlay, int family,
				 const union lisp_addr *addr, __be16 port);

/* The first RLOC after this key; @family 0: the first of the underlay. */
struct lisp_rloc *lisp_rloc_next(struct lisp_net *ln, u32 underlay, int family,
				 const union lisp_addr *addr, __be16 port);

/* True if that was a change. It ends a doubt (doubt.h). */
bool lisp_rloc_set_state(struct lisp_rloc *rloc, enum lisp_rloc_state state);

/*
 * Sort @locs as a set has them. -EEXIST: an address and port are there twice.
 * Needs no lock.
 */
int lisp_loc_sort(struct lisp_loc_conf *locs, unsigned int n);

/*
 * The set with these sorted locators and this @home, made if nobody has it
 * yet, with one more user; ERR_PTR(-ENOMEM).
 */
struct lisp_locset *lisp_locset_get(struct lisp_net *ln, u32 underlay,
				    const struct lisp_loc_conf *locs,
				    unsigned int n, u32 home);

/* Give a user back. @set may be NULL. */
void lisp_locset_put(struct lisp_net *ln, struct lisp_locset *set);

/* Whether it may be chosen, and not only as a last resort. */
static inline bool lisp_loc_is_usable(const struct lisp_loc *loc)
{
	const u8 flags = LISP_LOC_FLAG_REACHABLE | LISP_LOC_FLAG_STATUS_DOWN;

	return loc->priority != U8_MAX &&
	       (loc->flags & flags) == LISP_LOC_FLAG_REACHABLE &&
	       READ_ONCE(loc->rloc->state) == LISP_RLOC_STATE_UP;
}

static inline unsigned int lisp_loc_family(const struct lisp_loc *loc)
{
	return loc->family == AF_INET6 ? LISP_SEND_IPV6 : LISP_SEND_IPV4;
}

const struct lisp_loc *lisp_locset_choose(const struct lisp_locset *set,
					  u32 hash, unsigned int families,
					  enum lisp_drop_reason *why);

/*
 * The locator for a flow (pick.c): among those that may be used and whose
 * family is in @families (LISP_SEND_*), the ones of the lowest priority share
 * the flows by weight. An RLOC that only ICMP calls unreachable is used where
 * there is no other. @hash is the flow's. NULL: *@why says why. RCU or BH.
 */
static inline const struct lisp_loc *
lisp_locset_pick(const struct lisp_locset *set, u32 hash, unsigned int families,
		 enum lisp_drop_reason *why)
{
	/* as most sets are */
	if (likely(set->n == 1) && lisp_loc_is_usable(set->loc) &&
	    families & lisp_loc_family(set->loc))
		return set->loc;

	return lisp_locset_choose(set, hash, families, why);
}

#endif /* _LISP_RLOC_H */

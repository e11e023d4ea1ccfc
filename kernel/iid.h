/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Instance-IDs: (underlay, IID) leads to the device and its tables. Made and
 * removed by the device that owns it, or if that is external by netlink;
 * found by receive and by netlink.
 */
#ifndef _LISP_IID_H
#define _LISP_IID_H

#include <linux/atomic.h>
#include <linux/hashtable.h>
#include <linux/netlink.h>
#include <linux/rbtree.h>
#include <linux/rhashtable-types.h>
#include <linux/socket.h>
#include <linux/workqueue.h>

#include "lpm.h"
#include "miss.h"

struct lisp_net;
struct net_device;

struct lisp_iid_key {
	u32	underlay;	/* ifindex of the VRF, 0: default domain */
	u32	iid;
};

/* What an Instance-ID of an external device carried; others have the device. */
struct lisp_iid_count {
	atomic64_t rx_packets;
	atomic64_t rx_bytes;
	atomic64_t tx_packets;
	atomic64_t tx_bytes;
};

/**
 * struct lisp_iid - one Instance-ID in one underlay; there may be thousands
 * @node: in lisp_iids.hash
 * @key: immutable
 * @ln: where it lives
 * @dev: the device; NULL before it is complete and once it goes away. The
 *	reader under RCU needs no reference: the object is removed before the
 *	device is.
 * @vrf: where an external device's packets come out; NULL: of the device.
 *	As @dev: the object is removed before the VRF is.
 * @cache: mappings, IPv4 and IPv6 (map.h)
 * @local: local EID prefixes, IPv4 and IPv6 (local.h)
 * @miss: misses and held packets, NULL before the first one (miss.h)
 * @count: if the device is external
 * @dead: it has left the tables of lisp_iids, nothing is added any more (lock
 *	and lisp_misses.lock)
 * @order: in lisp_iids.tree (lock)
 * @dying: in lisp_iids.dying once it is dead (lock)
 * @by_vrf: in lisp_iids.vrfs if it has a VRF (lock)
 * @n_maps: mappings (lock)
 * @n_locals: local EID prefixes (lock)
 * @rcu: frees it
 */
struct lisp_iid {
	struct rhash_head	node;
	struct lisp_iid_key	key;
	struct lisp_net		*ln;
	struct net_device __rcu	*dev;
	struct net_device __rcu	*vrf;
	struct lisp_lpm		cache[2];
	struct lisp_lpm		local[2];
	struct lisp_miss_table	*miss;
	struct lisp_iid_count	count;
	/* writers only */
	bool			dead;
	union {
		struct rb_node		order;
		struct list_head	dying;
	};
	struct hlist_node	by_vrf;
	u32			n_maps;
	u32			n_locals;
	struct rcu_head		rcu;
};

/**
 * struct lisp_iids - the Instance-IDs of one network namespace
 * @hash: by key; readers hold RCU
 * @tree: ordered by key (lock)
 * @dying: those whose mappings are still to be freed (lock)
 * @work: frees them
 * @vrfs: those that have a VRF, by its address (lock)
 */
struct lisp_iids {
	struct rhashtable	hash;
	struct rb_root		tree;
	struct list_head	dying;
	struct work_struct	work;
	DECLARE_HASHTABLE(vrfs, 8);
};

int lisp_iid_net_init(struct lisp_net *ln);
void lisp_iid_net_exit(struct lisp_net *ln);

/*
 * Publish (underlay, iid) for @dev, which may be NULL: whoever has it comes
 * later. @vrf: NULL unless @dev is external.
 * ERR_PTR(-EEXIST): a device has it already; errors come with a sentence.
 * RTNL; takes lisp_net.lock.
 */
struct lisp_iid *lisp_iid_add(struct lisp_net *ln, u32 underlay, u32 iid,
			      struct net_device *dev, struct net_device *vrf,
			      struct netlink_ext_ack *extack);

/*
 * Unpublish @iid and drop the packets it holds. Its mappings and local EIDs
 * are freed later, in bites, and then itself, after a grace period. RTNL;
 * takes lisp_net.lock.
 */
void lisp_iid_del(struct lisp_iid *iid);

/*
 * @fn for each Instance-ID of external @dev, which is not locked, so @fn may
 * delete it. RTNL keeps others from doing so.
 */
void lisp_iid_for_dev(struct lisp_net *ln, const struct net_device *dev,
		      void (*fn)(struct lisp_iid *iid));

/* The same for those whose VRF is @vrf; @fn deletes it. */
void lisp_iid_del_vrf(struct lisp_net *ln, const struct net_device *vrf,
		      void (*fn)(struct lisp_iid *iid));

/* An external device sent @len octets. */
static inline void lisp_iid_sent(struct lisp_iid *iid, unsigned int len)
{
	atomic64_inc(&iid->count.tx_packets);
	atomic64_add(len, &iid->count.tx_bytes);
}

/* NULL if no device has it. RCU (or BH), or lisp_net.lock is held. */
struct lisp_iid *lisp_iid_find(struct lisp_net *ln, u32 underlay, u32 iid);

/* The first whose key is @key or more. lisp_net.lock is held. */
struct lisp_iid *lisp_iid_at(struct lisp_net *ln,
			     const struct lisp_iid_key *key);

/* Whether @addr is a local EID. RCU or BH. */
static inline bool lisp_iid_is_local(const struct lisp_iid *iid, int family,
				     const void *addr)
{
	return lisp_lpm_lookup(&iid->local[family == AF_INET6], addr);
}

#endif /* _LISP_IID_H */

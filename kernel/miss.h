/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Misses: EIDs without a mapping, and the packets held until there is one.
 *
 * An EID is reported once to the "miss" group, rate limited, and again with
 * growing pauses until it is answered or given up. Its packets are held
 * within byte limits an EID, an Instance-ID and in total (a network
 * namespace). A miss itself counts towards those limits, so that they bound
 * the number of misses, too.
 */
#ifndef _LISP_MISS_H
#define _LISP_MISS_H

#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "addr.h"

/* Reports of one EID at most: after 0, 1, 3, 7 and 15 s. */
#define LISP_MISS_REPORTS	5

struct lisp_iid;
struct lisp_net;
struct net_device;
struct sk_buff;

/* Credit comes at a rate a second, up to one second's worth. */
struct lisp_miss_bucket {
	u64	stamp;		/* jiffies of the last look */
	u64	credit;		/* tokens times HZ */
};

/**
 * struct lisp_miss_table - the misses of an Instance-ID (lisp_misses.lock);
 * made with its first miss, freed with it
 * @iid: whose they are
 * @tree: by family and EID
 * @age: oldest first
 * @report: due for report k: [0] not reported yet, [k] reported k times; each
 *	ordered by time because its pause is the same for all
 * @active: in lisp_misses.active while there are misses
 * @size: in lisp_misses.sizes while there are misses
 * @bucket: rate limit of reports
 * @reports: how many there were
 * @n: misses
 * @packets: packets held
 * @bytes: memory that packets (truesize) and misses occupy
 */
struct lisp_miss_table {
	struct lisp_iid		*iid;
	struct rb_root		tree;
	struct list_head	age;
	struct list_head	report[LISP_MISS_REPORTS];
	struct list_head	active;
	struct rb_node		size;
	struct lisp_miss_bucket	bucket;
	u64			reports;
	u32			n;
	u32			packets;
	u32			bytes;
};

/**
 * struct lisp_misses - the misses of one network namespace
 * @lock: guards everything here and all tables; taken with BH disabled.
 *	Innermost: nothing is sent while it is held.
 * @active: tables with misses, in the order of their turns
 * @sizes: tables with misses, by the memory they occupy
 * @bucket: rate limit of reports
 * @n_active: tables with misses
 * @heard: since a netlink socket was last closed here, somebody took a report
 *	(no lock; see lisp_netlink_miss())
 * @bytes: memory that packets and misses of all tables occupy
 * @work: repeats reports and gives up, while @active is not empty
 */
struct lisp_misses {
	spinlock_t		lock;
	struct list_head	active;
	struct rb_root		sizes;
	struct lisp_miss_bucket	bucket;
	u32			n_active;
	bool			heard;
	u32			bytes;
	struct delayed_work	work;
};

/* What a dump shows of a miss. */
struct lisp_miss_info {
	u8		family;
	union lisp_addr	eid;
	union lisp_addr	source;
	u32		packets;
	u32		reports;
};

int lisp_miss_net_init(struct lisp_net *ln);
void lisp_miss_net_exit(struct lisp_net *ln);

/*
 * There is no mapping for @dst: report it and hold @skb, or refuse it. @dev
 * is @iid's device and skb->dev. RCU and BH disabled. Consumes @skb.
 */
void lisp_miss(struct lisp_iid *iid, struct net_device *dev, int family,
	       const void *dst, const void *src, struct sk_buff *skb);

/* Report @dst, whose mapping says "ask"; holds nothing. RCU, BH disabled. */
void lisp_miss_ask(struct lisp_iid *iid, int family, const void *dst,
		   const void *src);

/* A mapping or local EID was published: send what it answers. May sleep. */
void lisp_miss_release(struct lisp_iid *iid, const struct lisp_prefix *prefix);

/*
 * Drop everything held, and forget the misses: the device goes down, moves or
 * goes away. May sleep. RTNL, or nobody can transmit any more.
 */
void lisp_miss_purge(struct lisp_iid *iid);

/* As lisp_miss_purge(), and nothing is held for @iid from now on. */
void lisp_miss_kill(struct lisp_iid *iid);

/* The misses of @iid, to show their numbers; never NULL. RCU, or as @iid. */
const struct lisp_miss_table *lisp_miss_table_of(const struct lisp_iid *iid);

/* Copy the miss of just this EID. False: there is none. */
bool lisp_miss_find(struct lisp_iid *iid, int family,
		    const union lisp_addr *eid, struct lisp_miss_info *info);

/* Copy the miss after (family, eid); family 0: the first. False: no more. */
bool lisp_miss_next(struct lisp_iid *iid, int family,
		    const union lisp_addr *eid, struct lisp_miss_info *info);

#endif /* _LISP_MISS_H */

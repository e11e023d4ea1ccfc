/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Counters of a device, and of a namespace for what is of no device: packets
 * that reached none, ICMP errors.
 *
 * Packets and octets received and encapsulated are in dev->tstats, where the
 * core's tunnel code counts them (octets of inner packets, a GSO packet is
 * one). What the core knows nothing of is here. Each refused packet has one
 * reason and is counted under it once.
 */
#ifndef _LISP_STATS_H
#define _LISP_STATS_H

#include <linux/netdevice.h>
#include <linux/u64_stats_sync.h>

#include <uapi/linux/lisp.h>

/* The last one of lisp.yaml. */
#define LISP_DROP_REASONS	(LISP_DROP_REASON_RX_NEXT_PROTOCOL + 1)

struct lisp_net;
struct sk_buff;

/**
 * enum lisp_count - what is counted besides drops
 * @LISP_COUNT_NATIVE: packets sent natively
 * @LISP_COUNT_RX_RESERVED: accepted with header bits set that nobody sends
 * @LISP_COUNT_ICMP_TOO_BIG: ICMP errors about outer packets: too big
 * @LISP_COUNT_ICMP_UNREACHABLE: the same: destination unreachable
 * @LISP_COUNT_ICMP_HOP_LIMIT: the same: TTL or hop limit exceeded
 * @LISP_COUNT_ICMP_REFUSED: the same: they quote a packet that is not ours
 * @LISP_COUNTS: how many there are
 */
enum lisp_count {
	LISP_COUNT_NATIVE,
	LISP_COUNT_RX_RESERVED,
	LISP_COUNT_ICMP_TOO_BIG,
	LISP_COUNT_ICMP_UNREACHABLE,
	LISP_COUNT_ICMP_HOP_LIMIT,
	LISP_COUNT_ICMP_REFUSED,
	LISP_COUNTS
};

/* One CPU's share. */
struct lisp_counters {
	u64_stats_t		drops[LISP_DROP_REASONS];
	u64_stats_t		counts[LISP_COUNTS];
	struct u64_stats_sync	syncp;
};

/* The sum over all CPUs, for readers. */
struct lisp_stats {
	u64 rx_packets;
	u64 rx_bytes;
	u64 tx_packets;
	u64 tx_bytes;
	u64 counts[LISP_COUNTS];
	u64 drops[LISP_DROP_REASONS];
};

/* NULL when there is no memory. Free with free_percpu(). */
struct lisp_counters __percpu *lisp_counters_new(void);

/* Count, and trace drops. Process or softirq; @dev is a lisp device. */
void lisp_drop_count(struct net_device *dev, enum lisp_drop_reason reason);
void lisp_count(struct net_device *dev, enum lisp_count which);
void lisp_count_net(const struct lisp_net *ln, enum lisp_count which);

/*
 * Count, and free @skb with the core's reason (kfree_skb_reason) that is
 * nearest to ours.
 */
void lisp_drop(struct sk_buff *skb, struct net_device *dev,
	       enum lisp_drop_reason reason);
void lisp_drop_net(struct sk_buff *skb, struct lisp_net *ln,
		   enum lisp_drop_reason reason);

/* Read, overwriting *@stats. _net: nothing but drops[] and counts[]. */
void lisp_stats_read(const struct net_device *dev, struct lisp_stats *stats);
void lisp_stats_read_net(const struct lisp_net *ln, struct lisp_stats *stats);

/* ndo_get_stats64 */
void lisp_stats_get64(struct net_device *dev, struct rtnl_link_stats64 *s);

/* The word for a reason, as in lisp.yaml ("no-locator"); never NULL. */
const char *lisp_drop_name(enum lisp_drop_reason reason);

#endif /* _LISP_STATS_H */

/* SPDX-License-Identifier: GPL-2.0 */
/* Packets on their way into the underlay. */
#ifndef _LISP_XMIT_H
#define _LISP_XMIT_H

#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <net/neighbour.h>

#include <uapi/linux/lisp.h>

/* ndo_start_xmit. Consumes @skb. */
netdev_tx_t lisp_xmit(struct sk_buff *skb, struct net_device *dev);

/*
 * ndo_neigh_construct. There is no link header to be made: spare each packet
 * the attempt. What the kernel has for that is not for modules since 7.2.
 */
int lisp_neigh_construct(struct net_device *dev, struct neighbour *neigh);

/*
 * Send a packet that was held for a miss, now that an answer came. Looks the
 * mapping up again; when there still is none the packet is dropped (no-map),
 * never held twice. Caller: RCU read side and BH disabled. @skb->data is at
 * the inner IP header, checked when it was held. Consumes @skb.
 */
void lisp_xmit_resolved(struct sk_buff *skb, struct net_device *dev);

/*
 * Refuse a packet on its way out: count @reason at @dev, trace it, tell the
 * inner source by ICMP if the reason calls for it, free the packet. Caller:
 * RCU read side and BH disabled. Consumes @skb.
 */
void lisp_xmit_refuse(struct sk_buff *skb, struct net_device *dev,
		      enum lisp_drop_reason reason);

#endif /* _LISP_XMIT_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a LISP header says beside the Instance-ID, on underlays whose senders
 * are trusted: locator-status-bits (RFC 9300, section 10), echo-nonce (10.1),
 * map-versions (RFC 9302), and gleaning (RFC 9300, section 9).
 *
 * reach.c is what packets call, while a switch of their device is on; it only
 * reads tables. What has to change or to be told goes to reach-react.c, which
 * bounds how much and how often, and is done in reach-do.c under
 * lisp_net.lock. reach-bits.h and reach-echo.c are the pure parts.
 *
 * Where things are kept: echo-nonce in the RLOC object, since it is about a
 * path. Status bits are what one mapping's site says, so they must not touch
 * what others use: the mapping gets a locator set that differs from its former
 * one in flags. A mapping about which nothing was said costs nothing.
 */
#ifndef _LISP_REACH_H
#define _LISP_REACH_H

#include <linux/bits.h>
#include <linux/skbuff.h>

#include <uapi/linux/lisp.h>

#include "reach-react.h"

struct lisp_dev;
struct lisp_hdr;
struct lisp_iid;
struct lisp_inner;
struct lisp_loc;
struct lisp_local;
struct lisp_locset;
struct lisp_map;
struct lisp_net;
struct lisp_rloc;

/* lisp_dev.switches */
enum lisp_reach_switch {
	LISP_REACH_STATUS_BITS	= BIT(0),
	LISP_REACH_ECHO_NONCE	= BIT(1),
	LISP_REACH_MAP_VERSIONS	= BIT(2),
	LISP_REACH_GLEANING	= BIT(3),
	LISP_REACH_ICMP		= BIT(4),	/* not of packets: icmp.c */
	LISP_REACH_COUNT	= BIT(5),	/* nothing is believed */
};

/* What LISP headers say. */
#define LISP_REACH_SAID	(LISP_REACH_STATUS_BITS | LISP_REACH_ECHO_NONCE | \
			 LISP_REACH_MAP_VERSIONS | LISP_REACH_GLEANING)

/*
 * Push the LISP header for @loc of @map. skb->data is at the inner packet,
 * which is in the linear part, and there is room. RCU or BH.
 */
void lisp_reach_build(struct sk_buff *skb, const struct lisp_inner *in,
		      const struct lisp_dev *ld, const struct lisp_map *map,
		      const struct lisp_loc *loc);

/*
 * A packet came: skb->data is at the inner packet @in, the outer IP header is
 * still @outer octets behind skb->head. NONE or why it is to be dropped. RCU.
 */
enum lisp_drop_reason lisp_reach_receive(const struct sk_buff *skb,
					 const struct lisp_dev *ld,
					 const struct lisp_iid *iid,
					 const struct lisp_hdr *hdr,
					 const struct lisp_inner *in, u16 outer);

/*
 * Count a packet for the RLOC that it came from and the local EID prefix that
 * it is for: skb->data is at the inner packet, @outer as above. RCU, BH off.
 */
void lisp_reach_count(const struct sk_buff *skb, const struct lisp_dev *ld,
		      const struct lisp_iid *iid, u16 outer);

/*
 * Set the state of @rloc soon, if it is up, or if it is @state that ends. Any
 * context but hard irq, RCU or BH.
 */
void lisp_reach_rloc(struct lisp_net *ln, const struct lisp_rloc *rloc,
		     enum lisp_rloc_state state);

/* Tell listeners soon that ICMP calls @rloc unreachable. The same contexts. */
void lisp_reach_doubt(struct lisp_net *ln, const struct lisp_rloc *rloc);

/*
 * @map replaces @old and is published: if both have the same locators, what
 * @old's site said of them still holds. lisp_net.lock is held.
 */
void lisp_reach_inherit(struct lisp_map *map, const struct lisp_map *old);

/*
 * Until when (seconds of ktime_get_seconds()) a local EID prefix with @set
 * that replaces one with @old, either of which may be NULL, sends no status
 * bits: peers have to learn a new set first. 0: no need to wait.
 */
u32 lisp_reach_quiet(const struct lisp_locset *old,
		     const struct lisp_locset *set, u32 before);

#endif /* _LISP_REACH_H */

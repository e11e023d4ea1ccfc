// SPDX-License-Identifier: GPL-2.0
/*
 * Transmit: a packet was routed into a lisp device. It is parsed, its
 * destination is looked up in the map-cache of the device's Instance-ID, and
 * the mapping's action is done. No lock and no allocation on the way to an
 * encapsulated packet.
 *
 * Every path ends in one of four ways: encapsulated (encap.c), sent natively
 * (native.c), handed to miss.c, or refused with a reason. A refusal is counted
 * and, if its row in the table below says so, answered by ICMP: routed by the
 * VRF the lisp device is in, so it reaches a sender that is here as well as
 * one whose packet was forwarded.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <net/dst_metadata.h>
#include <net/gso.h>
#include <net/icmp.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "dev.h"
#include "encap.h"
#include "external.h"
#include "inner.h"
#include "map.h"
#include "miss.h"
#include "native.h"
#include "net.h"
#include "rloc.h"
#include "stats.h"
#include "xmit.h"

/* What the inner source is told. Reasons without a row are silent. */
struct answer {
	u8 type4, code4;
	u8 type6, code6;
};

#define HOST_UNREACHABLE { ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, \
			   ICMPV6_DEST_UNREACH, ICMPV6_ADDR_UNREACH }
#define NET_UNREACHABLE	 { ICMP_DEST_UNREACH, ICMP_NET_UNREACH, \
			   ICMPV6_DEST_UNREACH, ICMPV6_NOROUTE }
#define PROHIBITED	 { ICMP_DEST_UNREACH, ICMP_PKT_FILTERED, \
			   ICMPV6_DEST_UNREACH, ICMPV6_ADM_PROHIBITED }
#define TTL_EXCEEDED	 { ICMP_TIME_EXCEEDED, ICMP_EXC_TTL, \
			   ICMPV6_TIME_EXCEED, ICMPV6_EXC_HOPLIMIT }
#define TOO_BIG		 { ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, \
			   ICMPV6_PKT_TOOBIG, 0 }

static const struct answer answers[LISP_DROP_REASONS] = {
	[LISP_DROP_REASON_TX_LOCAL_EID]		= HOST_UNREACHABLE,
	[LISP_DROP_REASON_NO_LISTENER]		= HOST_UNREACHABLE,
	[LISP_DROP_REASON_HOLD_TIMEOUT]		= HOST_UNREACHABLE,
	[LISP_DROP_REASON_MAP_DROP]		= HOST_UNREACHABLE,
	[LISP_DROP_REASON_MAP_POLICY]		= PROHIBITED,
	[LISP_DROP_REASON_MAP_AUTH]		= PROHIBITED,
	[LISP_DROP_REASON_NATIVE_NO_DEVICE]	= NET_UNREACHABLE,
	[LISP_DROP_REASON_NATIVE_NO_ROUTE]	= NET_UNREACHABLE,
	[LISP_DROP_REASON_NO_LOCATOR]		= HOST_UNREACHABLE,
	[LISP_DROP_REASON_NO_FAMILY]		= HOST_UNREACHABLE,
	[LISP_DROP_REASON_NO_ROUTE]		= HOST_UNREACHABLE,
	[LISP_DROP_REASON_LOOP]			= HOST_UNREACHABLE,
	[LISP_DROP_REASON_MTU]			= TOO_BIG,
	[LISP_DROP_REASON_TX_TTL]		= TTL_EXCEEDED,
};

/* The _ndo_ variants undo source NAT and trust nothing in skb->cb. */
static void tell(struct sk_buff *skb, const struct answer *a, u32 mtu)
{
	struct lisp_dev *ld = lisp_dev(skb->dev);

	/* metadata of tc or eBPF is no route an error could go back by */
	if (!a->type4 || !skb_valid_dst(skb))
		return;
	if (unlikely(ld->external))
		skb->dev = lisp_external_side(skb, ld);
	if (skb->protocol == htons(ETH_P_IP))
		icmp_ndo_send(skb, a->type4, a->code4, htonl(mtu));
	else if (skb->protocol == htons(ETH_P_IPV6) && ipv6_mod_enabled())
		icmpv6_ndo_send(skb, a->type6, a->code6,
				mtu ? max_t(u32, mtu, IPV6_MIN_MTU) : 0);
}

static void refuse(struct sk_buff *skb, struct net_device *dev,
		   enum lisp_drop_reason reason, u32 mtu)
{
	tell(skb, &answers[reason], mtu);
	lisp_drop(skb, dev, reason);
}

void lisp_xmit_refuse(struct sk_buff *skb, struct net_device *dev,
		      enum lisp_drop_reason reason)
{
	refuse(skb, dev, reason, 0);
}

/* A fragment (or segment) of a packet that was too big: it has a mapping. */
static int fragment_out(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	lisp_xmit_resolved(skb, skb->dev);
	return 0;
}

/*
 * Two pieces of nearly equal size if two are enough (RFC 9300, section 7.1):
 * a full one and a stub would meet the same fate at the next narrow link.
 */
static unsigned int piece_size(const struct sk_buff *skb, unsigned int mtu)
{
	unsigned int hlen = ip_hdrlen(skb);
	unsigned int half = ALIGN(DIV_ROUND_UP(skb->len - hlen, 2), 8);

	return min(hlen + half, mtu);
}

static void fragment(struct sk_buff *skb, struct net_device *dev,
		     unsigned int mtu)
{
	struct net *net = dev_net(dev);

	memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
	IPCB(skb)->frag_max_size = piece_size(skb, mtu);
	if (ip_do_fragment(net, skb->sk, skb, fragment_out))
		lisp_drop_count(dev, LISP_DROP_REASON_TX_NO_MEMORY);
}

/* Segments fit, or each is fragmented as it comes back through transmit. */
static void segment(struct sk_buff *skb, struct net_device *dev)
{
	struct sk_buff *segs, *next;

	segs = skb_gso_segment(skb, dev->features & ~NETIF_F_GSO_MASK);
	if (IS_ERR_OR_NULL(segs)) {
		lisp_drop(skb, dev, LISP_DROP_REASON_TX_NO_MEMORY);
		return;
	}
	consume_skb(skb);
	skb_list_walk_safe(segs, segs, next) {
		skb_mark_not_on_list(segs);
		lisp_xmit_resolved(segs, dev);
	}
}

/* @skb is larger than @mtu: fragment it if that is allowed, else say so. */
static void too_big(struct sk_buff *skb, struct net_device *dev,
		    const struct lisp_inner *in, unsigned int mtu)
{
	if (in->df || mtu < IPV4_MIN_MTU || !skb_valid_dst(skb)) {
		/* what is sent from here need not try again */
		if (skb->sk && skb_valid_dst(skb))
			skb_dst_update_pmtu_no_confirm(skb, mtu);
		refuse(skb, dev, LISP_DROP_REASON_MTU, mtu);
	} else if (skb_is_gso(skb)) {
		segment(skb, dev);
	} else {
		fragment(skb, dev, mtu);
	}
}

/*
 * An underlay without a route to the chosen locator may be of one family: then
 * the locators of the other are worth a try.
 */
static enum lisp_drop_reason forward(struct sk_buff *skb, struct lisp_dev *ld,
				     struct lisp_inner *in,
				     const struct lisp_map *map,
				     unsigned int *mtu)
{
	const struct lisp_locset *set = rcu_dereference_bh(map->set);
	unsigned int families = READ_ONCE(ld->families);
	enum lisp_drop_reason why, ignored;
	const struct lisp_loc *loc;

	if (unlikely(set->home != LISP_HOME_OWN))
		in->id = set->home;
	lisp_inner_hash(skb, in);
	loc = lisp_locset_pick(set, skb_get_hash(skb), families, &why);
	if (!loc)
		return why;
	why = lisp_encap(skb, ld, in, map, loc, mtu);
	if (likely(why != LISP_DROP_REASON_NO_ROUTE))
		return why;

	families &= ~(loc->family == AF_INET ? LISP_SEND_IPV4 :
					       LISP_SEND_IPV6);
	loc = lisp_locset_choose(set, skb_get_hash(skb), families, &ignored);
	return loc ? lisp_encap(skb, ld, in, map, loc, mtu) : why;
}

/* NONE: @skb is consumed. Else the reason to refuse it for. */
static enum lisp_drop_reason act(struct sk_buff *skb, struct lisp_dev *ld,
				 struct lisp_inner *in,
				 struct lisp_map *map, unsigned int *mtu)
{
	switch ((enum lisp_action)map->action) {
	case LISP_ACTION_NATIVE:
		/* locators are those of a PETR (RFC 6832, section 6.1) */
		if (!rcu_access_pointer(map->set))
			return lisp_native(skb, ld, in, mtu);
		fallthrough;
	case LISP_ACTION_FORWARD:
		return forward(skb, ld, in, map, mtu);
	case LISP_ACTION_ASK:
		lisp_miss_ask(in->iid, in->family, in->daddr, in->saddr);
		return LISP_DROP_REASON_MAP_ASK;
	case LISP_ACTION_DROP:
		return LISP_DROP_REASON_MAP_DROP;
	case LISP_ACTION_DROP_POLICY:
		return LISP_DROP_REASON_MAP_POLICY;
	case LISP_ACTION_DROP_AUTH:
		return LISP_DROP_REASON_MAP_AUTH;
	}
	return LISP_DROP_REASON_NO_MAP;
}

/* What needs no mapping to be refused. */
static enum lisp_drop_reason check(struct sk_buff *skb,
				   const struct lisp_dev *ld,
				   struct lisp_inner *in)
{
	if (!lisp_inner_parse(skb, in))
		return LISP_DROP_REASON_TX_NOT_IP;
	if (!lisp_inner_dst_ok(in))
		return LISP_DROP_REASON_TX_MULTICAST;
	if (!in->ttl)
		return LISP_DROP_REASON_TX_TTL;
	in->iid = lisp_iid_of_skb(skb, ld);
	if (unlikely(!in->iid))
		return LISP_DROP_REASON_TX_NO_IID;
	in->id = in->iid->key.iid;
	if (lisp_iid_is_local(in->iid, in->family, in->daddr))
		return LISP_DROP_REASON_TX_LOCAL_EID;
	return LISP_DROP_REASON_NONE;
}

/* What the map-cache says of @skb. True: @skb is consumed. */
static bool act_by_map(struct sk_buff *skb, struct lisp_dev *ld,
		       struct lisp_inner *in, bool held, unsigned int *mtu,
		       enum lisp_drop_reason *why)
{
	struct lisp_map *map;

	map = lisp_map_lookup(in->iid, in->family, in->daddr);
	if (likely(map)) {
		*why = act(skb, ld, in, map, mtu);
		if (*why != LISP_DROP_REASON_MTU)
			lisp_map_used(map, in->len);
		return !*why;
	}
	*why = LISP_DROP_REASON_NO_MAP;
	if (held)
		return false;
	lisp_miss(in->iid, ld->dev, in->family, in->daddr, in->saddr, skb);
	return true;
}

/* False: the route of an external device's @skb names no RLOC. */
static noinline bool act_by_route(struct sk_buff *skb, struct lisp_dev *ld,
				  struct lisp_inner *in, unsigned int *mtu,
				  enum lisp_drop_reason *why)
{
	struct lisp_rloc rloc;
	struct lisp_loc loc = { .rloc = &rloc };

	if (!lisp_external_rloc(skb, ld, in, &rloc))
		return false;
	loc.family = rloc.family;
	*why = lisp_encap(skb, ld, in, NULL, &loc, mtu);
	return true;
}

static void transmit(struct sk_buff *skb, struct net_device *dev, bool held)
{
	struct lisp_dev *ld = lisp_dev(dev);
	enum lisp_drop_reason why;
	struct lisp_inner in;
	unsigned int mtu = 0;
	bool done;

	why = check(skb, ld, &in);
	if (why) {
		refuse(skb, dev, why, 0);
		return;
	}
	if (unlikely(!ld->iid) && act_by_route(skb, ld, &in, &mtu, &why))
		done = !why;
	else
		done = act_by_map(skb, ld, &in, held, &mtu, &why);
	if (done)
		return;
	if (why == LISP_DROP_REASON_MTU)
		too_big(skb, dev, &in, mtu);
	else
		refuse(skb, dev, why, 0);
}

/*
 * Packets that were held come when they like, and those that a packet socket
 * sends past the queues may be late: a device that is down may be half gone.
 * Who finds it up has left before it goes on, a grace period later.
 */
static void transmit_if_up(struct sk_buff *skb, struct net_device *dev,
			   bool held)
{
	if (unlikely(!(dev->flags & IFF_UP)))
		lisp_drop(skb, dev, LISP_DROP_REASON_HOLD_PURGED);
	else
		transmit(skb, dev, held);
}

netdev_tx_t lisp_xmit(struct sk_buff *skb, struct net_device *dev)
{
	transmit_if_up(skb, dev, false);
	return NETDEV_TX_OK;
}

void lisp_xmit_resolved(struct sk_buff *skb, struct net_device *dev)
{
	transmit_if_up(skb, dev, true);
}

static int output_as_it_is(struct neighbour *neigh, struct sk_buff *skb)
{
	return dev_queue_xmit(skb);
}

int lisp_neigh_construct(struct net_device *dev, struct neighbour *neigh)
{
	if (neigh->nud_state & NUD_NOARP)
		neigh->output = output_as_it_is;
	return 0;
}

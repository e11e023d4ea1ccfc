// SPDX-License-Identifier: GPL-2.0
/*
 * Receive: UDP hands over a packet for one of our ports. The LISP header is
 * copied, never pointed at; the Instance-ID leads to the device, and from
 * there on the device counts what is refused. Then the inner packet is checked
 * as a router checks one from the wire, takes TTL, DSCP and ECN from the outer
 * header (RFC 9300 section 5.3, RFC 6040 section 4.2), and enters the stack on
 * the device, so its VRF, netfilter and tcpdump see it as on any link.
 *
 * Reserved bits are counted, never a reason to drop (RFC 9300, section 5.3).
 */
#include <linux/ip.h>
#include <linux/module.h>
#include <linux/udp.h>
#include <net/dsfield.h>
#include <net/dst_metadata.h>
#include <net/gro_cells.h>
#include <net/inet_ecn.h>
#include <net/ip.h>
#include <net/ip_tunnels.h>
#include <net/ipv6.h>
#include <net/udp.h>

#include "dev.h"
#include "external.h"
#include "iid.h"
#include "inner.h"
#include "net.h"
#include "reach.h"
#include "recv.h"
#include "sock.h"
#include "stats.h"
#include "trace.h"
#include "wire.h"

#define HDRS_LEN (sizeof(struct udphdr) + LISP_HDR_LEN)

static bool log_ecn_error = true;
module_param(log_ecn_error, bool, 0644);
MODULE_PARM_DESC(log_ecn_error, "Log packets received with corrupted ECN");

/*
 * Who is handing a decapsulated packet to the stack on this CPU, with BH off.
 */
static DEFINE_PER_CPU(struct task_struct *, entered);

/* What decapsulation takes over from the outer header. */
struct outer {
	u16 at;		/* behind skb->head */
	u8 ttl;
	u8 tos;
};

static void outer_parse(const struct sk_buff *skb, struct outer *outer)
{
	outer->at = skb->network_header;
	if (ip_hdr(skb)->version == 4) {
		outer->ttl = ip_hdr(skb)->ttl;
		outer->tos = ip_hdr(skb)->tos;
	} else {
		outer->ttl = ipv6_hdr(skb)->hop_limit;
		outer->tos = ipv6_get_dsfield(ipv6_hdr(skb));
	}
}

/* Strip the outer headers; the network header is then the inner one. */
static enum lisp_drop_reason strip(struct sk_buff *skb,
				   const struct lisp_dev *ld)
{
	bool xnet = !net_eq(ld->ln->net, dev_net(ld->dev));
	const u8 *first;
	__be16 proto;
	u8 copied;

	first = skb_header_pointer(skb, HDRS_LEN, sizeof(copied), &copied);
	if (!first)
		return LISP_DROP_REASON_RX_SHORT;
	proto = lisp_inner_protocol(*first);
	if (!proto)
		return LISP_DROP_REASON_RX_BAD_INNER;
	if (iptunnel_pull_header(skb, HDRS_LEN, proto, xnet))
		return LISP_DROP_REASON_RX_NO_MEMORY;

	skb->dev = ld->dev;
	skb->pkt_type = PACKET_HOST;
	skb_reset_mac_header(skb);
	skb_reset_mac_len(skb);
	skb_reset_network_header(skb);
	return LISP_DROP_REASON_NONE;
}

/* The checks of a router, and whether this packet may come out here. */
static enum lisp_drop_reason check(struct sk_buff *skb,
				   const struct lisp_dev *ld,
				   const struct lisp_iid *iid,
				   struct lisp_inner *in)
{
	size_t min = skb->protocol == htons(ETH_P_IP) ?
		     sizeof(struct iphdr) : sizeof(struct ipv6hdr);

	if (skb->len < min)
		return LISP_DROP_REASON_RX_SHORT;
	if (!lisp_inner_parse(skb, in) || !lisp_inner_src_ok(in))
		return LISP_DROP_REASON_RX_BAD_INNER;
	if (in->family == AF_INET &&
	    ip_fast_csum((u8 *)ip_hdr(skb), ip_hdr(skb)->ihl))
		return LISP_DROP_REASON_RX_BAD_INNER;

	/* proxy or not: no multicast, link-local ... from the underlay */
	if (!lisp_inner_dst_ok(in))
		return LISP_DROP_REASON_RX_NOT_LOCAL;
	if (!ld->proxy && !lisp_iid_is_local(iid, in->family, in->daddr))
		return LISP_DROP_REASON_RX_NOT_LOCAL;
	return LISP_DROP_REASON_NONE;
}

/* Give the inner packet the TTL, DSCP and ECN it has by now. */
static enum lisp_drop_reason rewrite(struct sk_buff *skb,
				     const struct lisp_inner *in,
				     const struct outer *outer, u8 ttl,
				     u8 dsfield)
{
	int broken;

	if (lisp_inner_rewrite(skb, ttl, dsfield))
		return LISP_DROP_REASON_RX_NO_MEMORY;

	broken = INET_ECN_decapsulate(skb, outer->tos, in->tos);
	if (unlikely(broken) && log_ecn_error)
		net_info_ratelimited("%s: outer ECN %u with inner ECN %u\n",
				     skb->dev->name,
				     outer->tos & INET_ECN_MASK,
				     in->tos & INET_ECN_MASK);
	return broken > 1 ? LISP_DROP_REASON_RX_ECN : LISP_DROP_REASON_NONE;
}

/* Most outer headers say nothing that the inner one does not. */
static enum lisp_drop_reason merge(struct sk_buff *skb,
				   const struct lisp_dev *ld,
				   const struct lisp_inner *in,
				   const struct outer *outer)
{
	u8 ttl = min(in->ttl, outer->ttl);
	u8 pipe = READ_ONCE(ld->pipe);

	if (unlikely(pipe & LISP_PIPE_TTL))
		ttl = in->ttl;
	if (!ttl)
		return LISP_DROP_REASON_RX_TTL;
	if (pskb_trim_rcsum(skb, in->len))
		return LISP_DROP_REASON_RX_NO_MEMORY;
	if (in->tos == outer->tos && in->ttl == ttl)
		return LISP_DROP_REASON_NONE;
	return rewrite(skb, in, outer, ttl,
		       pipe & LISP_PIPE_TOS ? in->tos : outer->tos);
}

/* Strip, and if that is asked for, keep what was outside as metadata. */
static enum lisp_drop_reason strip_external(struct sk_buff *skb,
					    const struct lisp_dev *ld,
					    const struct lisp_iid *iid)
{
	struct metadata_dst *md = lisp_external_metadata(skb, iid);
	enum lisp_drop_reason why;

	if (IS_ERR(md))
		return LISP_DROP_REASON_RX_NO_MEMORY;
	why = strip(skb, ld);
	if (md && why)
		dst_release(&md->dst);
	else if (md)
		skb_dst_set(skb, &md->dst);
	return why;
}

/*
 * RFC 9305: the payload must be what the header says. Nonces and versions do
 * not exist with P, whatever their bits say.
 */
static enum lisp_drop_reason check_gpe(const struct sk_buff *skb,
				       struct lisp_hdr *hdr)
{
	const u8 *first;
	__be16 proto;
	u8 copied;

	hdr->flags &= ~(u32)(LISP_HDR_N | LISP_HDR_E | LISP_HDR_V);
	switch (lisp_hdr_next_protocol(hdr)) {
	case LISP_GPE_IPV4:
		proto = htons(ETH_P_IP);
		break;
	case LISP_GPE_IPV6:
		proto = htons(ETH_P_IPV6);
		break;
	case LISP_GPE_ETHERNET:
		return LISP_DROP_REASON_RX_ETHERNET;
	default:
		return LISP_DROP_REASON_RX_NEXT_PROTOCOL;
	}
	first = skb_header_pointer(skb, HDRS_LEN, sizeof(copied), &copied);
	if (!first)
		return LISP_DROP_REASON_RX_SHORT;
	return lisp_inner_protocol(*first) == proto ?
	       LISP_DROP_REASON_NONE : LISP_DROP_REASON_RX_NEXT_PROTOCOL;
}

static enum lisp_drop_reason decap(struct sk_buff *skb, struct lisp_dev *ld,
				   const struct lisp_iid *iid,
				   struct lisp_hdr *hdr, struct lisp_inner *in)
{
	u8 reach = READ_ONCE(ld->reach);
	enum lisp_drop_reason why;
	struct outer outer;

	if (unlikely(!(ld->dev->flags & IFF_UP)))
		return LISP_DROP_REASON_RX_DEVICE_DOWN;
	if (hdr->flags & LISP_HDR_KK)
		return LISP_DROP_REASON_RX_CRYPTO;
	if (unlikely(hdr->flags & LISP_HDR_P) && READ_ONCE(ld->gpe)) {
		why = check_gpe(skb, hdr);
		if (why)
			return why;
	}

	outer_parse(skb, &outer);
	why = likely(!ld->external) ? strip(skb, ld) :
				      strip_external(skb, ld, iid);
	if (why)
		return why;
	why = check(skb, ld, iid, in);
	if (why)
		return why;
	if (unlikely(reach & LISP_REACH_SAID)) {
		why = lisp_reach_receive(skb, ld, iid, hdr, in, outer.at);
		if (why)
			return why;
	}
	why = merge(skb, ld, in, &outer);
	if (unlikely(reach & LISP_REACH_COUNT) && !why)
		lisp_reach_count(skb, ld, iid, outer.at);
	return why;
}

/*
 * TCP segments go where they are merged with their neighbours; the others
 * would only be delayed there, so they enter the stack from here. They do so
 * once: what is encapsulated twice takes the other way. All packets of a flow
 * go the same way, so they keep their order. PREEMPT_RT has others take turns
 * with us, who would have it forgotten that we are in the stack: nothing enters
 * it from here.
 */
static void deliver(struct sk_buff *skb, struct lisp_dev *ld,
		    struct lisp_iid *iid, u8 proto)
{
	unsigned int len = skb->len;

	if (unlikely(ld->external) && lisp_external_receive(skb, ld, iid))
		return;
	if (IS_ENABLED(CONFIG_PREEMPT_RT) || proto == IPPROTO_TCP ||
	    __this_cpu_read(entered) == current) {
		if (gro_cells_receive(&ld->gro_cells, skb) == NET_RX_SUCCESS)
			dev_sw_netstats_rx_add(ld->dev, len);
		return;
	}

	dev_sw_netstats_rx_add(ld->dev, len);
	/* UDP cuts what it thinks is not for us, and leaves the pieces linked */
	skb_mark_not_on_list(skb);
	__this_cpu_write(entered, current);
	netif_receive_skb(skb);
	__this_cpu_write(entered, NULL);
}

int lisp_recv(struct sock *sk, struct sk_buff *skb)
{
	struct lisp_sock *ls = rcu_dereference_sk_user_data(sk);
	enum lisp_drop_reason why;
	struct net_device *dev;
	struct lisp_inner in;
	struct lisp_iid *iid;
	struct lisp_hdr hdr;

	if (unlikely(!ls)) {
		kfree_skb(skb);
		return 0;
	}

	why = LISP_DROP_REASON_RX_SHORT;
	if (!pskb_may_pull(skb, HDRS_LEN))
		goto drop;
	lisp_hdr_parse((struct lisp_wire *)(udp_hdr(skb) + 1), &hdr);
	why = LISP_DROP_REASON_RX_CONTROL;
	if (hdr.iid == LISP_IID_CONTROL)
		goto drop;

	why = LISP_DROP_REASON_RX_UNKNOWN_IID;
	iid = lisp_iid_find(ls->ln, ls->underlay, hdr.iid);
	if (!iid)
		goto drop;
	dev = rcu_dereference(iid->dev);
	if (!dev)
		goto drop;

	why = decap(skb, lisp_dev(dev), iid, &hdr, &in);
	if (why) {
		lisp_drop(skb, dev, why);
		return 0;
	}
	if (unlikely(lisp_hdr_is_odd(&hdr, READ_ONCE(lisp_dev(dev)->gpe))))
		lisp_count(dev, LISP_COUNT_RX_RESERVED);
	trace_lisp_decap(skb, dev, hdr.iid);
	deliver(skb, lisp_dev(dev), iid, in.proto);
	return 0;

drop:
	lisp_drop_net(skb, ls->ln, why);
	return 0;
}

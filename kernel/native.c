// SPDX-License-Identifier: GPL-2.0
/*
 * Natively-forward: the destination is no EID of anybody's, the packet leaves
 * as it is through the VRF's uplink. The FIB cannot be asked to leave a device
 * out, so it is asked for a route through one device. The packet has been
 * forwarded (or sent) once already, into the lisp device: it goes straight to
 * the uplink's output, past no more hooks than POSTROUTING.
 */
#include <net/dst.h>
#include <net/inet_ecn.h>
#include <net/ip.h>
#include <net/ip6_route.h>
#include <net/ip_fib.h>
#include <net/ipv6.h>
#include <net/route.h>

#include "dev.h"
#include "inner.h"
#include "native.h"
#include "stats.h"

/*
 * With an output device, a lookup of IPv4 that finds no route takes the
 * destination for a neighbour; so the table is asked first.
 */
static struct dst_entry *route4(struct net *net, const struct net_device *out,
				const struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);
	struct flowi4 fl4 = {
		.flowi4_oif = out->ifindex,
		.flowi4_mark = skb->mark,
		.flowi4_proto = iph->protocol,
		.flowi4_flags = FLOWI_FLAG_ANYSRC,
		.daddr = iph->daddr,
		.saddr = iph->saddr,
	};
	struct fib_result res;
	struct rtable *rt;

	flowi4_set_tos(&fl4, iph->tos);
	if (fib_lookup(net, &fl4, &res, 0) || res.type != RTN_UNICAST)
		return ERR_PTR(-ENETUNREACH);
	rt = ip_route_output_flow(net, &fl4, NULL);
	return IS_ERR(rt) ? ERR_CAST(rt) : &rt->dst;
}

#if IS_ENABLED(CONFIG_IPV6)
static struct dst_entry *route6(struct net *net, const struct net_device *out,
				const struct sk_buff *skb)
{
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);
	struct flowi6 fl6 = {
		.flowi6_oif = out->ifindex,
		.flowi6_mark = skb->mark,
		.flowi6_proto = ip6h->nexthdr,
		.daddr = ip6h->daddr,
		.saddr = ip6h->saddr,
		.flowlabel = ip6_flowinfo(ip6h),
	};
	struct dst_entry *dst;

	/* a packet socket sends anything */
	if (!ipv6_mod_enabled())
		return ERR_PTR(-EAFNOSUPPORT);
	dst = ip6_route_output_flags(net, NULL, &fl6, RT6_LOOKUP_F_IFACE);
	if (dst->error) {
		int err = dst->error;

		dst_release(dst);
		return ERR_PTR(err);
	}
	return xfrm_lookup_route(net, dst, flowi6_to_flowi(&fl6), NULL, 0);
}
#else
static struct dst_entry *route6(struct net *net, const struct net_device *out,
				const struct sk_buff *skb)
{
	return ERR_PTR(-EAFNOSUPPORT);
}
#endif

static void send(struct sk_buff *skb, struct net *net, struct net_device *out,
		 struct dst_entry *dst)
{
	skb_dst_drop(skb);
	skb_dst_set(skb, dst);
	skb->dev = out;
	memset(skb->cb, 0, sizeof(skb->cb));
	/* a packet socket would be taken for an inet one */
	dst_output(net, NULL, skb);
}

enum lisp_drop_reason lisp_native(struct sk_buff *skb, struct lisp_dev *ld,
				  const struct lisp_inner *in,
				  unsigned int *mtu)
{
	struct net_device *out = rcu_dereference_bh(ld->native);
	struct net *net = dev_net(ld->dev);
	struct dst_entry *dst;

	if (!out)
		return LISP_DROP_REASON_NATIVE_NO_DEVICE;
	dst = in->family == AF_INET ? route4(net, out, skb) :
				      route6(net, out, skb);
	if (IS_ERR(dst))
		return LISP_DROP_REASON_NATIVE_NO_ROUTE;
	if (dst_dev(dst) != out) {
		dst_release(dst);
		return LISP_DROP_REASON_NATIVE_NO_ROUTE;
	}

	/* Without DF, the output fragments; else the error must find its way
	 * in the lisp device's VRF, which need not be the uplink's.
	 */
	*mtu = dst_mtu(dst);
	if (in->df && !lisp_inner_fits(skb, *mtu)) {
		dst_release(dst);
		return LISP_DROP_REASON_MTU;
	}

	lisp_count(ld->dev, LISP_COUNT_NATIVE);
	send(skb, net, out, dst);
	return LISP_DROP_REASON_NONE;
}

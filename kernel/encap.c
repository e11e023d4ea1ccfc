// SPDX-License-Identifier: GPL-2.0
/*
 * Encapsulation (RFC 9300, sections 5.3 and 7): one description of the outer
 * header, struct outer, is filled for both address families; only looking up
 * a route and pushing the header differ, in two small leaves each.
 *
 * TTL and DSCP are copied from the inner packet, so is ECN (RFC 6040, normal
 * mode), unless the device is configured otherwise. The source port comes from
 * the flow's hash, the UDP checksum is zero unless asked for, IPv4 has DF set.
 *
 * How large a packet may be is what the stack knows of the path (stateful), or
 * what the device is told (stateless, path_mtu). Then the stack must let pass
 * what it has learned to be too large: our IPv4 socket makes it look at the
 * interface only (sock.c); for IPv6 it has no such way, and fragments.
 *
 * The route is cached in the RLOC, for packets that any lookup would route
 * the same: without mark, without DSCP, from the same source. The devices of
 * an underlay have one source as a rule; the cache of an RLOC is for the first
 * one that asked, the others do without. The cache has the reference: packets
 * go without, as those that are forwarded plainly, and who keeps one beyond
 * the grace period takes one.
 *
 * An outer packet never enters a lisp device. A route that leads straight into
 * one is refused before it is cached or used; one that leads there through
 * other tunnels is refused when it arrives, while we are still sending.
 */
#include <linux/udp.h>
#include <net/dst.h>
#include <net/dsfield.h>
#include <net/ip6_checksum.h>
#include <net/ip6_route.h>
#include <net/ip_tunnels.h>
#include <net/ipv6.h>
#include <net/route.h>
#include <net/udp.h>
#include <net/udp_tunnel.h>

#include "dev.h"
#include "encap.h"
#include "iid.h"
#include "inner.h"
#include "net.h"
#include "reach.h"
#include "sock.h"
#include "trace.h"
#include "wire.h"

#define OVERHEAD(family) ((unsigned int)				\
	(((family) == AF_INET ? sizeof(struct iphdr) :			\
	  sizeof(struct ipv6hdr)) + sizeof(struct udphdr) + LISP_HDR_LEN))

/**
 * struct outer - an outer header in the making
 * @rloc: where to
 * @dst: the route; one reference, or that of the cache: see dst_is_lent()
 * @saddr: source RLOC; before the lookup the configured one, or zero
 * @sport: UDP source port
 * @id: IPv4 identification
 * @tos: DSCP and ECN
 * @ttl: TTL or hop limit
 * @csum: with a UDP checksum
 * @cached: the RLOC's cache of routes is for packets like this one
 */
struct outer {
	struct lisp_rloc *rloc;
	struct dst_entry *dst;
	union lisp_addr saddr;
	__be16 sport;
	u16 id;
	u8 tos;
	u8 ttl;
	bool csum;
	bool cached;
};

/*
 * Who is sending an outer packet on this CPU, with BH off. On PREEMPT_RT others
 * may take turns with it. They are no loop; and a loop of one that was forgotten
 * meanwhile ends at the core's limit.
 */
static DEFINE_PER_CPU(struct task_struct *, sender);

static struct dst_entry *route4(const struct lisp_dev *ld, struct sk_buff *skb,
				struct outer *o)
{
	struct ip_tunnel_key key = {
		.u.ipv4.src = o->saddr.ip,
		.u.ipv4.dst = o->rloc->addr.ip,
	};
	struct rtable *rt;

	rt = udp_tunnel_dst_lookup(skb, ld->dev, ld->ln->net, ld->underlay,
				   &o->saddr.ip, &key, o->sport, o->rloc->port,
				   o->tos, NULL);
	return IS_ERR(rt) ? ERR_CAST(rt) : &rt->dst;
}

/* Push an IP header, to be filled in, and the UDP header behind it. */
static void *push(struct sk_buff *skb, const struct outer *o,
		  unsigned int ip_len)
{
	unsigned int len = skb->len + sizeof(struct udphdr);
	void *ip = __skb_push(skb, ip_len + sizeof(struct udphdr));
	struct udphdr *uh = ip + ip_len;

	skb_reset_network_header(skb);
	skb_set_transport_header(skb, ip_len);
	uh->source = o->sport;
	uh->dest = o->rloc->port;
	uh->len = htons(len);
	uh->check = 0;
	return ip;
}

#if IS_ENABLED(CONFIG_IPV6)
static struct dst_entry *route6(const struct lisp_dev *ld, struct sk_buff *skb,
				struct outer *o)
{
	struct flowi6 fl6 = {
		.flowi6_oif = ld->underlay,
		.flowi6_mark = skb->mark,
		.flowi6_proto = IPPROTO_UDP,
		.daddr = o->rloc->addr.ip6,
		.saddr = o->saddr.ip6,
		.fl6_sport = o->sport,
		.fl6_dport = o->rloc->port,
		.flowlabel = ip6_make_flowinfo(o->tos, 0),
	};
	struct dst_entry *dst;

	/* a route of an external device may name what this kernel has not */
	if (!ipv6_mod_enabled())
		return ERR_PTR(-EAFNOSUPPORT);
	dst = ip6_dst_lookup_flow(ld->ln->net, NULL, &fl6, NULL);
	o->saddr.ip6 = fl6.saddr;
	return dst;
}

static u32 cookie_of(struct dst_entry *dst, int family)
{
	return family == AF_INET ? 0 : rt6_get_cookie((struct rt6_info *)dst);
}

static int send6(struct sk_buff *skb, const struct lisp_dev *ld,
		 const struct outer *o)
{
	struct ipv6hdr *ip6h = push(skb, o, sizeof(*ip6h));
	unsigned int len = skb->len - sizeof(*ip6h);

	ip6_flow_hdr(ip6h, o->tos, 0);
	ip6h->payload_len = htons(len);
	ip6h->nexthdr = IPPROTO_UDP;
	ip6h->hop_limit = o->ttl;
	ip6h->saddr = o->saddr.ip6;
	ip6h->daddr = o->rloc->addr.ip6;
	if (unlikely(o->csum))
		udp6_set_csum(false, skb, &o->saddr.ip6, &o->rloc->addr.ip6,
			      len);
	memset(IP6CB(skb), 0, sizeof(*IP6CB(skb)));
	/* the stack cuts what is larger than the MTU it has learned */
	skb->ignore_df = !!READ_ONCE(ld->path_mtu);
	return ip6_local_out(ld->ln->net, ld->sock->v6->sk, skb);
}
#else
static struct dst_entry *route6(const struct lisp_dev *ld, struct sk_buff *skb,
				struct outer *o)
{
	return ERR_PTR(-EAFNOSUPPORT);
}

static u32 cookie_of(struct dst_entry *dst, int family)
{
	return 0;
}

static int send6(struct sk_buff *skb, const struct lisp_dev *ld,
		 const struct outer *o)
{
	kfree_skb(skb);
	return NET_XMIT_DROP;
}
#endif

/*
 * With BH off nobody else is here, and the cache's reference will do. On
 * PREEMPT_RT others take turns with us, and may release it meanwhile: there a
 * packet gets its own, while the cache is locked.
 */
static void dst_lend(struct dst_entry *dst)
{
	if (IS_ENABLED(CONFIG_PREEMPT_RT))
		dst_hold(dst);
}

static bool dst_is_lent(const struct outer *o)
{
	return o->cached && !IS_ENABLED(CONFIG_PREEMPT_RT);
}

/* The route this CPU found before, if it still holds; NULL. */
static struct dst_entry *route_cached(struct outer *o)
{
	struct lisp_route __percpu *routes = o->rloc->routes;
	struct lisp_route *route;
	struct dst_entry *dst;

	local_lock_nested_bh(&routes->lock);
	route = this_cpu_ptr(routes);
	dst = route->dst;
	if (likely(dst && dst_check(dst, route->cookie))) {
		dst_lend(dst);
		o->saddr = route->saddr;
	} else if (dst) {
		route->dst = NULL;
		dst_release(dst);
		dst = NULL;
	}
	local_unlock_nested_bh(&routes->lock);
	return dst;
}

/* Keep @dst, with its reference, for the packets to come. */
static void route_keep(const struct outer *o, struct dst_entry *dst)
{
	struct lisp_route __percpu *routes = o->rloc->routes;
	struct lisp_route *route;

	local_lock_nested_bh(&routes->lock);
	route = this_cpu_ptr(routes);
	/* somebody else on this CPU, on PREEMPT_RT */
	dst_release(route->dst);
	dst_lend(dst);
	route->dst = dst;
	route->cookie = cookie_of(dst, o->rloc->family);
	route->saddr = o->saddr;
	local_unlock_nested_bh(&routes->lock);
}

static struct dst_entry *route_find(const struct lisp_dev *ld,
				    struct sk_buff *skb, struct outer *o)
{
	struct dst_entry *dst;

	dst = o->rloc->family == AF_INET ? route4(ld, skb, o) :
					   route6(ld, skb, o);
	if (IS_ERR(dst))
		return dst;
	if (lisp_dev_is(dst_dev(dst))) {
		dst_release(dst);
		return ERR_PTR(-ELOOP);
	}
	if (o->cached)
		route_keep(o, dst);
	return dst;
}

/*
 * DF is set, so nobody needs the IP ID (RFC 6864); those who fragment all the
 * same find a count of the packets that this CPU sent to this RLOC.
 */
static int send4(struct sk_buff *skb, const struct lisp_dev *ld,
		 const struct outer *o)
{
	struct iphdr *iph = push(skb, o, sizeof(*iph));
	unsigned int len = skb->len - sizeof(*iph);

	*(__be16 *)iph = htons(0x4500 | o->tos);
	iph->id = htons(o->id);
	iph->frag_off = ip_mtu_locked(o->dst) ? 0 : htons(IP_DF);
	iph->ttl = o->ttl;
	iph->protocol = IPPROTO_UDP;
	iph->saddr = o->saddr.ip;
	iph->daddr = o->rloc->addr.ip;
	if (unlikely(o->csum))
		udp_set_csum(false, skb, iph->saddr, iph->daddr, len);
	memset(IPCB(skb), 0, sizeof(*IPCB(skb)));
	return ip_local_out(ld->ln->net, ld->sock->v4->sk, skb);
}

/* The configured source RLOC of the locator's family; zero if there is none. */
static void fill_source(const struct lisp_dev *ld, struct outer *o)
{
	const struct lisp_source *source = rcu_dereference_bh(ld->source);

	memset(&o->saddr, 0, sizeof(o->saddr));
	if (!source)
		return;
	if (o->rloc->family == AF_INET)
		o->saddr.ip = source->v4;
	else
		o->saddr.ip6 = source->v6;
}

/* Whether the cache of @rloc is for packets from this configured source. */
static bool cache_is_for(struct lisp_rloc *rloc, const union lisp_addr *source)
{
	/* pairs with the release below: 2 means @source is there to read */
	int claim = smp_load_acquire(&rloc->claim);

	if (likely(claim == 2))
		return !lisp_addr_cmp(&rloc->source, source);
	if (claim || cmpxchg(&rloc->claim, 0, 1))
		return false;
	rloc->source = *source;
	/* pairs with the acquire above */
	smp_store_release(&rloc->claim, 2);
	return true;
}

/* The outer packet is like any that this machine sends from now on. */
static void send(struct sk_buff *skb, const struct lisp_dev *ld,
		 const struct outer *o, unsigned int len)
{
	int err;

	skb_scrub_packet(skb, !net_eq(ld->ln->net, dev_net(ld->dev)));
	skb_clear_hash_if_not_l4(skb);
	if (likely(dst_is_lent(o)))
		skb_dst_set_noref(skb, o->dst);
	else
		skb_dst_set(skb, o->dst);

	__this_cpu_write(sender, current);
	err = o->rloc->family == AF_INET ? send4(skb, ld, o) :
					   send6(skb, ld, o);
	__this_cpu_write(sender, NULL);
	iptunnel_xmit_stats(ld->dev, net_xmit_eval(err) ? 0 : len);
}

static void fill(const struct lisp_dev *ld, struct sk_buff *skb,
		 const struct lisp_inner *in, const struct lisp_loc *loc,
		 struct outer *o)
{
	u8 csum = READ_ONCE(ld->csum);
	struct lisp_rloc *rloc = loc->rloc;

	if (unlikely(loc->flags & LISP_LOC_FLAG_GPE))
		csum = READ_ONCE(ld->csum_gpe);
	o->rloc = rloc;
	o->tos = (in->tos & READ_ONCE(ld->tos_mask)) | READ_ONCE(ld->tos);
	o->ttl = READ_ONCE(ld->ttl) ?: in->ttl;
	o->csum = csum & (rloc->family == AF_INET ? LISP_SEND_IPV4 :
						    LISP_SEND_IPV6);
	o->sport = udp_flow_src_port(ld->ln->net, skb, LISP_SPORT_MIN,
				     LISP_SPORT_MAX + 1, false);
	fill_source(ld, o);
	o->cached = !skb->mark && !(o->tos & ~INET_ECN_MASK) &&
		    cache_is_for(rloc, &o->saddr);
	o->dst = o->cached ? route_cached(o) : NULL;
	if (!o->dst)
		o->dst = route_find(ld, skb, o);
}

/*
 * Tell those who segment or compute checksums later where the inner packet
 * is. L3 packets have no MAC header: GSO takes the inner one's place for where
 * to cut.
 */
static int prepare_offloads(struct sk_buff *skb, bool csum)
{
	if (!skb_is_gso(skb) && skb->ip_summed != CHECKSUM_PARTIAL) {
		skb->ip_summed = CHECKSUM_NONE;
		return 0;
	}
	skb_set_inner_protocol(skb, skb->protocol);
	return udp_tunnel_handle_offloads(skb, csum);
}

/*
 * The largest outer packet. What is said to fit has the interface as its only
 * limit, else the stack knows the path.
 */
static unsigned int path_mtu(const struct lisp_dev *ld,
			     const struct dst_entry *dst)
{
	unsigned int mtu = READ_ONCE(ld->path_mtu);

	if (likely(!mtu))
		return dst_mtu(dst);
	return min(mtu, READ_ONCE(dst_dev(dst)->mtu));
}

/* Room for the outer headers, offload state, LISP header. */
static enum lisp_drop_reason prepare(struct sk_buff *skb,
				     const struct lisp_dev *ld,
				     const struct lisp_inner *in,
				     const struct lisp_map *map,
				     const struct lisp_loc *loc,
				     const struct outer *o)
{
	unsigned int room = LL_RESERVED_SPACE(dst_dev(o->dst)) +
			    o->dst->header_len + OVERHEAD(o->rloc->family);

	/* our features have the core segment what is a tunnel already */
	if (skb->encapsulation && skb_is_gso(skb))
		return LISP_DROP_REASON_TX_ERROR;
	if (skb_cow_head(skb, room))
		return LISP_DROP_REASON_TX_NO_MEMORY;
	skb->encapsulation = 0;
	skb_reset_mac_header(skb);
	if (prepare_offloads(skb, o->csum))
		return LISP_DROP_REASON_TX_NO_MEMORY;

	/* an RLOC that a route names itself has nothing to be said about */
	if (unlikely((READ_ONCE(ld->reach) & LISP_REACH_SAID && map) ||
		     loc->flags & LISP_LOC_FLAG_GPE))
		lisp_reach_build(skb, in, ld, map, loc);
	else
		lisp_hdr_build_iid(__skb_push(skb, LISP_HDR_LEN), in->id);
	return LISP_DROP_REASON_NONE;
}

enum lisp_drop_reason lisp_encap(struct sk_buff *skb, struct lisp_dev *ld,
				 const struct lisp_inner *in,
				 const struct lisp_map *map,
				 const struct lisp_loc *loc, unsigned int *mtu)
{
	struct lisp_rloc *rloc = loc->rloc;
	unsigned int len = skb->len;
	enum lisp_drop_reason why;
	struct outer o;

	if (unlikely(__this_cpu_read(sender) == current))
		return LISP_DROP_REASON_LOOP;
	fill(ld, skb, in, loc, &o);
	if (IS_ERR(o.dst))
		return PTR_ERR(o.dst) == -ELOOP ? LISP_DROP_REASON_LOOP :
						  LISP_DROP_REASON_NO_ROUTE;

	*mtu = max(path_mtu(ld, o.dst), OVERHEAD(rloc->family)) -
	       OVERHEAD(rloc->family);
	why = LISP_DROP_REASON_MTU;
	if (!lisp_inner_fits(skb, *mtu))
		goto err_release;
	why = prepare(skb, ld, in, map, loc, &o);
	if (why)
		goto err_release;

	trace_lisp_encap(skb, ld->dev, in->id, rloc, in->len);
	if (unlikely(ld->external))
		lisp_iid_sent(in->iid, in->len);
	o.id = lisp_rloc_sent(rloc, in->len);
	send(skb, ld, &o, len);
	return LISP_DROP_REASON_NONE;

err_release:
	if (!dst_is_lent(&o))
		dst_release(o.dst);
	return why;
}

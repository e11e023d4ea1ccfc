// SPDX-License-Identifier: GPL-2.0
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/dsfield.h>
#include <net/gso.h>
#include <net/inet_ecn.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "inner.h"

__be16 lisp_inner_protocol(u8 first)
{
	switch (first >> 4) {
	case 4:
		return htons(ETH_P_IP);
	case 6:
		return htons(ETH_P_IPV6);
	}
	return 0;
}

static bool parse4(struct sk_buff *skb, struct lisp_inner *in)
{
	const struct iphdr *iph;
	unsigned int hlen;

	if (!pskb_network_may_pull(skb, sizeof(*iph)))
		return false;
	hlen = ip_hdr(skb)->ihl * 4;
	if (ip_hdr(skb)->version != 4 || hlen < sizeof(*iph) ||
	    !pskb_network_may_pull(skb, hlen))
		return false;

	iph = ip_hdr(skb);
	in->family = AF_INET;
	in->len = iph_totlen(skb, iph);
	in->tos = iph->tos;
	in->ttl = iph->ttl;
	in->df = iph->frag_off & htons(IP_DF);
	in->saddr = &iph->saddr;
	in->daddr = &iph->daddr;
	return in->len >= hlen && in->len <= skb->len;
}

static bool parse6(struct sk_buff *skb, struct lisp_inner *in)
{
	const struct ipv6hdr *ip6h;

	if (!pskb_network_may_pull(skb, sizeof(*ip6h)))
		return false;
	ip6h = ipv6_hdr(skb);
	if (ip6h->version != 6)
		return false;

	in->family = AF_INET6;
	in->len = sizeof(*ip6h) + ntohs(ip6h->payload_len);
	/* a GSO packet of more than 64 KiB has no length here */
	if (!ip6h->payload_len && skb_is_gso(skb))
		in->len = skb->len;
	in->tos = ipv6_get_dsfield(ip6h);
	in->ttl = ip6h->hop_limit;
	in->df = true;
	in->saddr = &ip6h->saddr;
	in->daddr = &ip6h->daddr;
	return in->len <= skb->len;
}

bool lisp_inner_parse(struct sk_buff *skb, struct lisp_inner *in)
{
	switch (skb->protocol) {
	case htons(ETH_P_IP):
		return parse4(skb, in);
	case htons(ETH_P_IPV6):
		return parse6(skb, in);
	}
	return false;
}

static bool unicast4(__be32 addr)
{
	return !ipv4_is_multicast(addr) && !ipv4_is_lbcast(addr) &&
	       !ipv4_is_zeronet(addr) && !ipv4_is_loopback(addr) &&
	       !ipv4_is_linklocal_169(addr);
}

static bool unicast6(const struct in6_addr *addr)
{
	return !(ipv6_addr_type(addr) &
		 (IPV6_ADDR_MULTICAST | IPV6_ADDR_LINKLOCAL |
		  IPV6_ADDR_LOOPBACK | IPV6_ADDR_MAPPED)) &&
	       !ipv6_addr_any(addr);
}

static bool unicast(int family, const void *addr)
{
	if (family == AF_INET)
		return unicast4(*(const __be32 *)addr);
	return unicast6(addr);
}

bool lisp_inner_dst_ok(const struct lisp_inner *in)
{
	return unicast(in->family, in->daddr);
}

bool lisp_inner_src_ok(const struct lisp_inner *in)
{
	return unicast(in->family, in->saddr);
}

bool lisp_inner_fits(const struct sk_buff *skb, unsigned int mtu)
{
	if (skb_is_gso(skb))
		return skb_gso_validate_network_len(skb, mtu);
	return skb->len <= mtu;
}

/* The IPv4 checksum makes up for any change; skb->csum does not notice. */
static void rewrite4(struct iphdr *iph, u8 ttl, u8 dsfield)
{
	ipv4_copy_dscp(dsfield, iph);
	if (iph->ttl != ttl) {
		csum_replace2(&iph->check, htons(iph->ttl << 8),
			      htons(ttl << 8));
		iph->ttl = ttl;
	}
}

/* Only the first two words change, but nothing in the packet covers them. */
static void rewrite6(struct sk_buff *skb, u8 ttl, u8 dsfield)
{
	struct ipv6hdr *ip6h = ipv6_hdr(skb);
	__wsum before = csum_partial(ip6h, 8, 0);

	ipv6_copy_dscp(dsfield, ip6h);
	ip6h->hop_limit = ttl;
	if (skb->ip_summed == CHECKSUM_COMPLETE)
		skb->csum = csum_add(csum_sub(skb->csum, before),
				     csum_partial(ip6h, 8, 0));
}

int lisp_inner_rewrite(struct sk_buff *skb, u8 ttl, u8 dsfield)
{
	bool is4 = skb->protocol == htons(ETH_P_IP);
	int err;

	err = skb_ensure_writable(skb, skb_network_offset(skb) +
				  (is4 ? sizeof(struct iphdr) :
					 sizeof(struct ipv6hdr)));
	if (err)
		return err;
	if (is4)
		rewrite4(ip_hdr(skb), ttl, dsfield);
	else
		rewrite6(skb, ttl, dsfield);
	return 0;
}

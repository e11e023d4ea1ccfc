// SPDX-License-Identifier: GPL-2.0
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/random.h>
#include <net/dsfield.h>
#include <net/gso.h>
#include <net/inet_ecn.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "inner.h"

static u64 hash_key[2] __ro_after_init;

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
	unsigned int hlen = sizeof(*iph);

	if (!pskb_network_may_pull(skb, sizeof(*iph)))
		return false;
	iph = ip_hdr(skb);
	if (unlikely(iph->version != 4 || iph->ihl != sizeof(*iph) / 4)) {
		hlen = iph->ihl * 4;
		if (iph->version != 4 || hlen < sizeof(*iph) ||
		    !pskb_network_may_pull(skb, hlen))
			return false;
		iph = ip_hdr(skb);
	}

	in->family = AF_INET;
	in->len = iph_totlen(skb, iph);
	in->tos = iph->tos;
	in->ttl = iph->ttl;
	in->df = iph->frag_off & htons(IP_DF);
	in->proto = iph->protocol;
	in->ports = iph->frag_off & htons(IP_MF | IP_OFFSET) ? 0 : hlen;
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
	in->proto = ip6h->nexthdr;
	in->ports = sizeof(*ip6h);
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
	const u8 first = *(const u8 *)&addr;

	/* as nearly all are */
	if (likely((first < 127 || first > 169) && first < 224 && first))
		return true;
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

/* Protocols that begin with two ports, and make up most of the traffic. */
static bool has_ports(u8 proto)
{
	return proto == IPPROTO_TCP || proto == IPPROTO_UDP;
}

/*
 * The upper half of a product depends on all bits that went in, but numbers in
 * a row lead to numbers in steps: it takes two to spread them.
 */
static u64 stir(u64 state, u64 word)
{
	state ^= word;
	return (state ^ state >> 32) * 0x9e3779b97f4a7c15;
}

/*
 * Its secret keeps others from knowing which flows share a locator. It is not
 * made to stop a site from choosing such flows: only its own suffer.
 */
static __always_inline u32 flow_hash(const struct lisp_inner *in, u32 ports)
{
	/* the destination lies behind the source */
	unsigned int words = in->family == AF_INET ? 1 : 4;
	u64 state = hash_key[0];
	const u64 *word = in->saddr;

	while (words--)
		state = stir(state, get_unaligned(word++));
	state = stir(state, hash_key[1] ^ ((u64)in->proto << 32 | ports));
	return stir(state, 0) >> 32;
}

/* Ports that do not lie behind the IP header in memory. */
static noinline void hash_far(struct sk_buff *skb, const struct lisp_inner *in)
{
	int at = skb_network_offset(skb) + in->ports;
	u32 ports;

	if (!skb_copy_bits(skb, at, &ports, sizeof(ports)))
		__skb_set_sw_hash(skb, flow_hash(in, ports), true);
}

void lisp_inner_hash(struct sk_buff *skb, const struct lisp_inner *in)
{
	const unsigned char *ports = skb_network_header(skb) + in->ports;

	if (skb->l4_hash || skb->sw_hash || !in->ports || !has_ports(in->proto))
		return;
	if (unlikely(ports + sizeof(u32) > skb_tail_pointer(skb))) {
		hash_far(skb, in);
		return;
	}
	__skb_set_sw_hash(skb, flow_hash(in, get_unaligned((u32 *)ports)),
			  true);
}

void __init lisp_inner_init(void)
{
	get_random_bytes(hash_key, sizeof(hash_key));
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

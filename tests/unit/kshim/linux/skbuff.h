/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * As much of a packet as kernel/inner.c looks at: what it calls not linear is
 * all the same, nobody else has it, and it never is a GSO packet.
 */
#ifndef KSHIM_SKBUFF_H
#define KSHIM_SKBUFF_H

#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>

#include "../kshim.h"

/* case labels want constants */
#undef htons
#define htons(x)	((__be16)__builtin_bswap16(x))

#define IP_DF		0x4000
#define IP_MF		0x2000
#define IP_OFFSET	0x1fff
#define __ro_after_init
#define __init

#define CHECKSUM_NONE		0
#define CHECKSUM_COMPLETE	2

struct sk_buff {
	u8		*data;
	unsigned int	len;
	unsigned int	linear;		/* of @len */
	unsigned int	network;
	u32		hash;
	__be16		protocol;
	bool		l4_hash;
	bool		sw_hash;
	u8		ip_summed;
	__wsum		csum;
};

#define ip_hdr(skb)	((struct iphdr *)((skb)->data + (skb)->network))
#define ipv6_hdr(skb)	((struct ipv6hdr *)((skb)->data + (skb)->network))
#define iph_totlen(skb, iph)	((void)(skb), ntohs((iph)->tot_len))
#define skb_network_offset(skb)	((int)(skb)->network)
#define skb_network_header(skb)	((const u8 *)(skb)->data + (skb)->network)
#define skb_tail_pointer(skb)	((const u8 *)(skb)->data + (skb)->linear)
#define skb_is_gso(skb)		((void)(skb), false)

static inline bool pskb_network_may_pull(struct sk_buff *skb, unsigned int n)
{
	return skb->network + n <= skb->len;
}

static inline int skb_copy_bits(const struct sk_buff *skb, int at, void *to,
				int n)
{
	if (at + n > (int)skb->len)
		return -EFAULT;
	memcpy(to, skb->data + at, n);
	return 0;
}

static inline void __skb_set_sw_hash(struct sk_buff *skb, u32 hash, bool l4)
{
	skb->hash = hash;
	skb->l4_hash = l4;
	skb->sw_hash = true;
}

static inline u8 ipv6_get_dsfield(const struct ipv6hdr *ip6h)
{
	return ntohs(*(const __be16 *)ip6h) >> 4;
}

/* What follows is there to be compiled; no test comes by. */

#define kshim_no(x)		((void)(x), abort(), 0)
#define ipv4_is_multicast(a)		kshim_no(a)
#define ipv4_is_lbcast(a)		kshim_no(a)
#define ipv4_is_zeronet(a)		kshim_no(a)
#define ipv4_is_loopback(a)		kshim_no(a)
#define ipv4_is_linklocal_169(a)	kshim_no(a)
#define ipv6_addr_type(a)		kshim_no(a)
#define ipv6_addr_any(a)		kshim_no(a)
#define IPV6_ADDR_MULTICAST	0
#define IPV6_ADDR_LINKLOCAL	0
#define IPV6_ADDR_LOOPBACK	0
#define IPV6_ADDR_MAPPED	0
#define csum_partial(p, n, sum)	((__wsum)kshim_no(p))
#define csum_sub(a, b)		((void)(a), (void)(b), (__wsum)kshim_no(0))
#define csum_add(a, b)		((void)(a), (void)(b), (__wsum)kshim_no(0))
#define csum_replace2(p, a, b)	((void)kshim_no(p))
#define ipv4_copy_dscp(d, h)	((void)(d), (void)kshim_no(h))
#define ipv6_copy_dscp(d, h)	((void)(d), (void)kshim_no(h))
#define skb_ensure_writable(skb, n)	((void)(skb), (void)(n), kshim_no(0))
#define skb_gso_validate_network_len(skb, mtu)	\
	((void)(skb), (void)(mtu), kshim_no(0))

#endif /* KSHIM_SKBUFF_H */

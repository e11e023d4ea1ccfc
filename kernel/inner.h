/* SPDX-License-Identifier: GPL-2.0 */
/* The inner packet: what is carried from one EID to another. */
#ifndef _LISP_INNER_H
#define _LISP_INNER_H

#include <linux/skbuff.h>
#include <net/gso.h>

struct lisp_iid;

/**
 * struct lisp_inner - what is known of an inner packet after its parse
 * @family: AF_INET or AF_INET6
 * @len: length its header gives; not larger than skb->len
 * @tos: TOS or traffic class octet, ECN included
 * @ttl: TTL or hop limit
 * @df: may not be fragmented (always true for IPv6)
 * @proto: protocol, or the first next header
 * @ports: where a header of @proto would begin, from the network header on;
 *	0 for fragments
 * @saddr: source EID. It and @daddr point into the packet: they are gone when
 *	skb->data moves.
 * @daddr: destination EID
 * @iid: on its way out, the VPN it is in (xmit.c)
 * @id: on its way out, the Instance-ID that goes into the header (xmit.c)
 */
struct lisp_inner {
	int family;
	unsigned int len;
	u8 tos;
	u8 ttl;
	bool df;
	u8 proto;
	u8 ports;
	const void *saddr;
	const void *daddr;
	struct lisp_iid *iid;
	u32 id;
};

/*
 * skb->data and the network header are at the inner packet, skb->protocol
 * says what it is. Pulls the IP header (with options) into the linear part, so
 * skb->data may move. False: not IP, or the header contradicts itself.
 */
bool lisp_inner_parse(struct sk_buff *skb, struct lisp_inner *in);

/* EtherType by the version nibble in @first octet, 0 if it is not IP's. */
__be16 lisp_inner_protocol(u8 first);

/*
 * Whether the destination can be an EID at all: multicast, broadcast,
 * link-local, loopback and unspecified addresses mean something else in each
 * VRF. _src: the same question about the source.
 */
bool lisp_inner_dst_ok(const struct lisp_inner *in);
bool lisp_inner_src_ok(const struct lisp_inner *in);

/*
 * Give @skb the hash of its flow if it has none and TCP or UDP ports follow
 * the IP header; what is left to skb_get_hash() costs five times as much.
 */
void lisp_inner_hash(struct sk_buff *skb, const struct lisp_inner *in);

/* Whether it, or each segment it will be cut into, is at most @mtu long. */
static inline bool lisp_inner_fits(const struct sk_buff *skb, unsigned int mtu)
{
	if (skb_is_gso(skb))
		return skb_gso_validate_network_len(skb, mtu);
	return skb->len <= mtu;
}

/*
 * Write TTL and DSCP of a decapsulated packet (the ECN bits of @dsfield are
 * ignored), keeping its checksums right. Makes the header private first, so
 * skb->data may move. 0 or -ENOMEM.
 */
int lisp_inner_rewrite(struct sk_buff *skb, u8 ttl, u8 dsfield);

/* Before the first packet. */
void lisp_inner_init(void);

#endif /* _LISP_INNER_H */

// SPDX-License-Identifier: GPL-2.0
/*
 * Generic receive offload: packets that differ in no octet of the LISP header
 * and whose inner packets are of one flow are merged into one large packet
 * when they arrive, which is then received, decapsulated and forwarded once.
 *
 * Between an Ethernet driver and lisp_recv() nobody has looked at the packet,
 * so nothing is decided here but "the same as the one before". What is not a
 * plain IP packet in a plain header stays as it is.
 */
#include <linux/netdevice.h>
#include <net/gro.h>

#include "gro.h"
#include "inner.h"
#include "wire.h"

/* LISP header and the octet that says what follows. */
#define LOOK_LEN	(LISP_HDR_LEN + 1)

/* Inner packets behind other headers are for lisp_recv() to judge. */
static bool is_plain(const struct lisp_wire *w)
{
	return !(w->flags & (LISP_HDR_P | LISP_HDR_KK));
}

static __be16 protocol_of(const struct lisp_wire *w)
{
	return lisp_inner_protocol(*(const u8 *)(w + 1));
}

/* Packets before this one that have another header are of another flow. */
static void compare(struct list_head *head, const struct lisp_wire *w,
		    unsigned int off)
{
	const struct lisp_wire *before;
	struct sk_buff *p;

	list_for_each_entry(p, head, list) {
		if (!NAPI_GRO_CB(p)->same_flow)
			continue;
		before = (const struct lisp_wire *)(p->data + off);
		if (memcmp(before, w, LISP_HDR_LEN) ||
		    protocol_of(before) != protocol_of(w))
			NAPI_GRO_CB(p)->same_flow = 0;
	}
}

struct sk_buff *lisp_gro_receive(struct sock *sk, struct list_head *head,
				 struct sk_buff *skb)
{
	unsigned int off = skb_gro_offset(skb);
	const struct packet_offload *next;
	const struct lisp_wire *w;
	struct sk_buff *pp = NULL;
	int flush = 1;

	w = skb_gro_header(skb, off + LOOK_LEN, off);
	if (unlikely(!w) || !is_plain(w))
		goto out;
	next = gro_find_receive_by_type(protocol_of(w));
	if (!next)
		goto out;

	compare(head, w, off);
	skb_gro_pull(skb, LISP_HDR_LEN);
	skb_gro_postpull_rcsum(skb, w, LISP_HDR_LEN);
	pp = call_gro_receive(next->callbacks.gro_receive, head, skb);
	flush = 0;
out:
	skb_gro_flush_final(skb, pp, flush);
	return pp;
}

int lisp_gro_complete(struct sock *sk, struct sk_buff *skb, int nhoff)
{
	const struct lisp_wire *w = (const void *)(skb->data + nhoff);
	const struct packet_offload *next;
	int err = -ENOSYS;

	next = gro_find_complete_by_type(protocol_of(w));
	if (next)
		err = next->callbacks.gro_complete(skb, nhoff + LISP_HDR_LEN);
	/* L3: where an inner MAC header would end (see prepare() in encap.c) */
	skb_set_inner_mac_header(skb, nhoff + LISP_HDR_LEN);
	return err;
}

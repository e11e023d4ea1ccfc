/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The LISP header (RFC 9300, section 5.1), eight octets between UDP and the
 * inner packet. Compiles in user space too.
 *
 *     0                   1                   2                   3
 *    +-+-+-+-+-+-+-+-+-----------------------------------------------+
 *    |N|L|E|V|I|R|K K|            nonce or map-versions              |
 *    +-+-+-+-+-+-+-+-+-------------------------------+---------------+
 *    | I=1: Instance-ID                              | status bits   |
 *    +-----------------------------------------------+---------------+
 *
 * Nonces, map-versions and locator-status-bits are for trusted underlays
 * only: they are sent as 0 and ignored on receipt, whatever they say.
 */
#ifndef _LISP_WIRE_H
#define _LISP_WIRE_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#include <linux/types.h>
#endif

#define LISP_HDR_LEN	8

/* Instance-ID that marks a control message on the data port; no VPN has it. */
#define LISP_IID_CONTROL	0xffffffu

enum lisp_hdr_bits {
	LISP_HDR_N	= 0x80,		/* nonce present */
	LISP_HDR_L	= 0x40,		/* locator-status-bits present */
	LISP_HDR_E	= 0x20,		/* echo the nonce */
	LISP_HDR_V	= 0x10,		/* map-versions present */
	LISP_HDR_I	= 0x08,		/* Instance-ID present */
	LISP_HDR_R	= 0x04,		/* reserved (P in RFC 9305) */
	LISP_HDR_KK	= 0x03,		/* key-id, 0: not encrypted */
};

/* As on the wire; octets only, so it may lie anywhere. */
struct lisp_wire {
	__u8 flags;
	__u8 nonce[3];
	__u8 iid[3];
	__u8 lsb;
};

/**
 * struct lisp_hdr - what a received header says
 * @iid: Instance-ID; 0 without the I bit
 * @key_id: KK, 0 when the inner packet is in clear
 * @reserved: something is set that RFC 9300 says is sent as zero. Worth a
 *	counter, never a reason to drop.
 */
struct lisp_hdr {
	__u32 iid;
	__u8 key_id;
	bool reserved;
};

static inline void lisp_hdr_build(struct lisp_wire *w, __u32 iid)
{
	w->flags = iid ? LISP_HDR_I : 0;
	w->nonce[0] = 0;
	w->nonce[1] = 0;
	w->nonce[2] = 0;
	w->iid[0] = (__u8)(iid >> 16);
	w->iid[1] = (__u8)(iid >> 8);
	w->iid[2] = (__u8)iid;
	w->lsb = 0;
}

/*
 * Each bit and field that has a meaning is taken out of a copy; @reserved is
 * whether anything is left.
 */
static inline void lisp_hdr_parse(const struct lisp_wire *w, struct lisp_hdr *h)
{
	struct lisp_wire left = *w;

	if (left.flags & (LISP_HDR_N | LISP_HDR_V))
		left.nonce[0] = left.nonce[1] = left.nonce[2] = 0;
	/* E means nothing without N, and N with V is never sent */
	if (left.flags & LISP_HDR_N)
		left.flags &= 0xff - LISP_HDR_N - LISP_HDR_E;
	else
		left.flags &= 0xff - LISP_HDR_V;

	if (left.flags & LISP_HDR_L) {
		left.lsb = 0;
		if (!(left.flags & LISP_HDR_I))
			left.iid[0] = left.iid[1] = left.iid[2] = 0;
	}

	h->iid = 0;
	if (left.flags & LISP_HDR_I) {
		h->iid = (__u32)w->iid[0] << 16 | (__u32)w->iid[1] << 8 |
			 w->iid[2];
		left.iid[0] = left.iid[1] = left.iid[2] = 0;
	}
	h->key_id = w->flags & LISP_HDR_KK;
	left.flags &= 0xff - LISP_HDR_L - LISP_HDR_I - LISP_HDR_KK;

	h->reserved = left.flags | left.nonce[0] | left.nonce[1] |
		      left.nonce[2] | left.iid[0] | left.iid[1] |
		      left.iid[2] | left.lsb;
}

#endif /* _LISP_WIRE_H */

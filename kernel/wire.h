/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The LISP header (RFC 9300, section 5.1; RFC 9305, section 3), eight octets
 * between UDP and the inner packet. Compiles in user space too.
 *
 *     0                   1                   2                   3
 *    +-+-+-+-+-+-+-+-+-----------------------------------------------+
 *    |N|L|E|V|I|P|K K|  nonce | versions 12+12 | 0, next protocol 8  |
 *    +-+-+-+-+-+-+-+-+-------------------------------+---------------+
 *    | I=1: Instance-ID                              | status bits   |
 *    +-----------------------------------------------+---------------+
 *
 * What the 24 bits after the flags are: with P the next protocol, else with N
 * a nonce (V is then never sent, and ignored), else with V map-versions, else
 * nothing. E asks for an echo of the nonce and means nothing without N.
 *
 * P is a reserved bit (R) to who does not speak RFC 9305 with its sender.
 * Nonces, map-versions and status bits are for trusted underlays only; unless
 * switched on they are sent as 0 and ignored on receipt, whatever they say.
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
	LISP_HDR_P	= 0x04,		/* next protocol present, or reserved */
	LISP_HDR_KK	= 0x03,		/* key-id, 0: not encrypted */
};

/* Next protocols of RFC 9305 that we know of. */
enum lisp_gpe_protocol {
	LISP_GPE_IPV4		= 1,
	LISP_GPE_IPV6		= 2,
	LISP_GPE_ETHERNET	= 3,
};

/* As on the wire; octets only, so it may lie anywhere. */
struct lisp_wire {
	__u8 flags;
	__u8 field[3];
	__u8 iid[3];
	__u8 lsb;
};

/**
 * struct lisp_hdr - a header in parts
 * @flags: enum lisp_hdr_bits
 * @field: the 24 bits behind them
 * @iid: Instance-ID; 0 without I
 * @status: locator-status-bits: 8 of them with I, 32 without. Received, they
 *	are whatever is there: look at L first
 */
struct lisp_hdr {
	__u32 flags;
	__u32 field;
	__u32 iid;
	__u32 status;
};

static inline __u32 lisp_hdr_versions(__u32 source, __u32 dest)
{
	return source << 12 | dest;
}

static inline __u32 lisp_hdr_source_version(const struct lisp_hdr *h)
{
	return h->field >> 12;
}

static inline __u32 lisp_hdr_dest_version(const struct lisp_hdr *h)
{
	return h->field & 0xfff;
}

static inline __u32 lisp_hdr_next_protocol(const struct lisp_hdr *h)
{
	return h->field & 0xff;
}

static inline __u32 lisp_hdr_word(const __u8 *p)
{
	return (__u32)p[0] << 24 | (__u32)p[1] << 16 | (__u32)p[2] << 8 | p[3];
}

static inline void lisp_hdr_put_word(__u8 *p, __u32 word)
{
	p[0] = (__u8)(word >> 24);
	p[1] = (__u8)(word >> 16);
	p[2] = (__u8)(word >> 8);
	p[3] = (__u8)word;
}

static inline void lisp_hdr_put(struct lisp_wire *w, __u32 first, __u32 second)
{
	lisp_hdr_put_word((__u8 *)w, first);
	lisp_hdr_put_word((__u8 *)w + 4, second);
}

/* A header that says which Instance-ID, and nothing else. */
static inline void lisp_hdr_build_iid(struct lisp_wire *w, __u32 iid)
{
	lisp_hdr_put(w, iid ? (__u32)LISP_HDR_I << 24 : 0, iid << 8);
}

/*
 * Any header. Of @h what contradicts itself is left out: N, E and V where P
 * is, V where N is, E where N is not, fields that no flag announces, and the
 * status bits that the Instance-ID leaves no room for. I is set by @h->iid.
 */
static inline void lisp_hdr_build(struct lisp_wire *w,
				  const struct lisp_hdr *h)
{
	__u32 flags = h->flags & (0xff - LISP_HDR_I), field = h->field;
	__u32 status = flags & LISP_HDR_L ? h->status : 0;

	if (flags & LISP_HDR_P) {
		flags &= 0xff - LISP_HDR_N - LISP_HDR_E - LISP_HDR_V;
		field &= 0xff;
	} else if (flags & LISP_HDR_N) {
		flags &= 0xff - LISP_HDR_V;
	} else {
		flags &= 0xff - LISP_HDR_E;
		if (!(flags & LISP_HDR_V))
			field = 0;
	}
	if (h->iid) {
		flags |= LISP_HDR_I;
		status = h->iid << 8 | (status & 0xff);
	}
	lisp_hdr_put(w, flags << 24 | (field & 0xffffff), status);
}

static inline void lisp_hdr_parse(const struct lisp_wire *w, struct lisp_hdr *h)
{
	__u32 first = lisp_hdr_word((const __u8 *)w);
	__u32 second = lisp_hdr_word((const __u8 *)w + 4);

	h->flags = first >> 24;
	h->field = first & 0xffffff;
	h->iid = 0;
	h->status = second;
	if (h->flags & LISP_HDR_I) {
		h->iid = second >> 8;
		h->status = second & 0xff;
	}
}

/*
 * Whether something is set that the sender should have sent as zero: worth a
 * counter, never a reason to drop. @gpe: P has a meaning between us.
 */
static inline bool lisp_hdr_is_odd(const struct lisp_hdr *h, bool gpe)
{
	__u32 known = LISP_HDR_L | LISP_HDR_I | LISP_HDR_KK;
	__u32 field = 0;

	/* as nearly all are */
	if (!((h->flags & ~(__u32)LISP_HDR_I) | h->field | h->status))
		return false;

	if (gpe && h->flags & LISP_HDR_P) {
		known |= LISP_HDR_P;
		field = 0xff;
	} else if (h->flags & LISP_HDR_N) {
		known |= LISP_HDR_N | LISP_HDR_E;
		field = 0xffffff;
	} else if (h->flags & LISP_HDR_V) {
		known |= LISP_HDR_V;
		field = 0xffffff;
	}

	return (h->flags & ~known) || (h->field & ~field) ||
	       (h->status && !(h->flags & LISP_HDR_L));
}

#endif /* _LISP_WIRE_H */

/* SPDX-License-Identifier: GPL-2.0 */
/* Outer headers, the same for both address families. */
#ifndef _LISP_ENCAP_H
#define _LISP_ENCAP_H

#include <linux/skbuff.h>

#include <uapi/linux/lisp.h>

struct lisp_dev;
struct lisp_inner;
struct lisp_loc;
struct lisp_map;

/*
 * Encapsulate @skb, whose inner packet is @in, to @loc of @map (NULL: of
 * none) and send it.
 * @in's addresses need not be valid any more. Caller: RCU read side and BH
 * disabled.
 *
 * LISP_DROP_REASON_NONE: @skb is consumed and counted (also when the underlay
 * then refused it). Otherwise @skb is still the caller's, unchanged but for
 * skb->data, which may have moved; with LISP_DROP_REASON_MTU, *@mtu is the
 * largest inner packet that fits.
 */
enum lisp_drop_reason lisp_encap(struct sk_buff *skb, struct lisp_dev *ld,
				 const struct lisp_inner *in,
				 const struct lisp_map *map,
				 const struct lisp_loc *loc, unsigned int *mtu);

#endif /* _LISP_ENCAP_H */

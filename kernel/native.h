/* SPDX-License-Identifier: GPL-2.0 */
/* Packets that leave without encapsulation (ACT natively-forward). */
#ifndef _LISP_NATIVE_H
#define _LISP_NATIVE_H

#include <linux/skbuff.h>

#include <uapi/linux/lisp.h>

struct lisp_dev;
struct lisp_inner;

/*
 * Send @skb through the device's native uplink. Same contract as
 * lisp_encap().
 */
enum lisp_drop_reason lisp_native(struct sk_buff *skb, struct lisp_dev *ld,
				  const struct lisp_inner *in,
				  unsigned int *mtu);

#endif /* _LISP_NATIVE_H */

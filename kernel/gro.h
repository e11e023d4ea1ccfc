/* SPDX-License-Identifier: GPL-2.0 */
/* Merging of encapsulated packets before they are received. */
#ifndef _LISP_GRO_H
#define _LISP_GRO_H

#include <linux/skbuff.h>

struct sock;

/* gro_receive and gro_complete of the UDP sockets. BH is disabled. */
struct sk_buff *lisp_gro_receive(struct sock *sk, struct list_head *head,
				 struct sk_buff *skb);
int lisp_gro_complete(struct sock *sk, struct sk_buff *skb, int nhoff);

#endif /* _LISP_GRO_H */

/* SPDX-License-Identifier: GPL-2.0 */
/* Packets that arrive encapsulated. */
#ifndef _LISP_RECV_H
#define _LISP_RECV_H

#include <linux/skbuff.h>

struct sock;

/* encap_rcv of the UDP sockets. Consumes @skb; always 0. */
int lisp_recv(struct sock *sk, struct sk_buff *skb);

#endif /* _LISP_RECV_H */

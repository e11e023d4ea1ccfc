/* SPDX-License-Identifier: GPL-2.0 */
/* ICMP errors about packets we sent into the underlay. */
#ifndef _LISP_ICMP_H
#define _LISP_ICMP_H

struct sk_buff;
struct sock;

/*
 * udp_tunnel_sock_cfg.encap_err_lookup: 0 if the stack may learn from the
 * error. @skb's network and transport headers are the quoted packet's. RCU.
 */
int lisp_icmp_error(struct sock *sk, struct sk_buff *skb);

#endif /* _LISP_ICMP_H */

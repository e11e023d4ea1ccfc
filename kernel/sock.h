/* SPDX-License-Identifier: GPL-2.0 */
/* UDP sockets that receive and send encapsulated packets. */
#ifndef _LISP_SOCK_H
#define _LISP_SOCK_H

#include <linux/list.h>
#include <linux/net.h>
#include <linux/types.h>

struct lisp_net;
struct netlink_ext_ack;

/* Source ports of encapsulated packets: the dynamic ones (RFC 6335). */
#define LISP_SPORT_MIN	49152
#define LISP_SPORT_MAX	65535

/**
 * struct lisp_sock - one socket pair for each (underlay, port)
 * @ln: the underlay's namespace
 * @v4: IPv4 socket, or NULL
 * @v6: IPv6 socket, or NULL where IPv6 is off
 * @underlay: ifindex of the underlay's VRF, 0 for the default domain
 * @port: network order
 * @believers: devices that believe ICMP that an RLOC is unreachable (RTNL)
 * @direct: an external device's routes may name RLOCs (RTNL)
 * @users: devices that share it (RTNL)
 * @list: in lisp_net.socks (RTNL)
 * @rcu: frees it, after the last packet that came in
 */
struct lisp_sock {
	struct lisp_net *ln;
	struct socket *v4;
	struct socket *v6;
	u32 underlay;
	__be16 port;
	unsigned int believers;
	bool direct;

	unsigned int users;
	struct list_head list;
	struct rcu_head rcu;
};

/*
 * The pair of (@underlay, @port), opened when it is new; one reference, give
 * it back with lisp_sock_put(). ERR_PTR with an extack sentence. RTNL.
 */
struct lisp_sock *lisp_sock_get(struct lisp_net *ln, u32 underlay,
				__be16 port, struct netlink_ext_ack *extack);

/*
 * Closes the sockets when it was the last reference. Nobody transmits through
 * them any more; who receives holds RCU. RTNL.
 */
void lisp_sock_put(struct lisp_sock *ls);

#endif /* _LISP_SOCK_H */

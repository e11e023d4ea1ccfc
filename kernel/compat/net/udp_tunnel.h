/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LISP_COMPAT_NET_UDP_TUNNEL_H
#define _LISP_COMPAT_NET_UDP_TUNNEL_H

#include_next <net/udp_tunnel.h>
#include <lisp-probes.h>

/* Takes the sock, no longer the socket, since 7.1 or 7.2. */
#ifndef LISP_HAVE_UDP_TUNNEL_SOCK
#define setup_udp_tunnel_sock(net, sk, cfg)				\
	setup_udp_tunnel_sock(net, (sk)->sk_socket, cfg)
#endif

/* Metadata with just an ID. Its flags are a bitmap since 6.10. */
static inline struct metadata_dst *lisp_udp_tun_rx_dst(struct sk_buff *skb,
						       int family, __be64 id)
{
#ifdef LISP_HAVE_TUNNEL_FLAGS
	IP_TUNNEL_DECLARE_FLAGS(flags) = {};

	__set_bit(IP_TUNNEL_KEY_BIT, flags);
	return udp_tun_rx_dst(skb, family, flags, id, 0);
#else
	return udp_tun_rx_dst(skb, family, TUNNEL_KEY, id, 0);
#endif
}

#endif

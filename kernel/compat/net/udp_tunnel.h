/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LISP_COMPAT_NET_UDP_TUNNEL_H
#define _LISP_COMPAT_NET_UDP_TUNNEL_H

#include_next <net/udp_tunnel.h>
#include <lisp-probes.h>

/* The last argument, flags for the control block, came with 6.17. */
#ifndef LISP_HAVE_UDP_TUNNEL_CB_FLAGS
#define udp_tunnel_xmit_skb(rt, sk, skb, src, dst, tos, ttl, df, sport,	\
			    dport, xnet, nocheck, flags)		\
	udp_tunnel_xmit_skb(rt, sk, skb, src, dst, tos, ttl, df, sport,	\
			    dport, xnet, nocheck)
#define udp_tunnel6_xmit_skb(dst, sk, skb, dev, saddr, daddr, tos, ttl,	\
			     label, sport, dport, nocheck, flags)	\
	udp_tunnel6_xmit_skb(dst, sk, skb, dev, saddr, daddr, tos, ttl,	\
			     label, sport, dport, nocheck)
#endif

#endif

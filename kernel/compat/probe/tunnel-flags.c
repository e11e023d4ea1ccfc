// SPDX-License-Identifier: GPL-2.0
#include <net/ip_tunnels.h>
#include <net/udp_tunnel.h>

struct metadata_dst *f(struct sk_buff *skb);
struct metadata_dst *f(struct sk_buff *skb)
{
	IP_TUNNEL_DECLARE_FLAGS(flags) = {};

	return udp_tun_rx_dst(skb, 2, flags, 0, 0);
}

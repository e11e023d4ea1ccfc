// SPDX-License-Identifier: GPL-2.0
#include <net/udp_tunnel.h>

void f(struct sk_buff *skb);
void f(struct sk_buff *skb)
{
	udp_tunnel_xmit_skb(NULL, NULL, skb, 0, 0, 0, 0, 0, 0, 0, false, true,
			    0);
}

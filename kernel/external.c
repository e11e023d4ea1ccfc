// SPDX-License-Identifier: GPL-2.0
/*
 * External devices.
 *
 * A router with thousands of VPNs cannot have a device for each: a VRF and a
 * device cost many times what an Instance-ID does. So one device serves all
 * those that netlink gives it (iid-new), and a VRF's route says which one is
 * meant:
 *
 *	ip route add default encap ip id 100 dst 0 dev lisp0 table 100
 *
 * dst 0 asks the map-cache; another one is the RLOC, and no mapping is asked.
 * The same metadata may come from tc or eBPF (a metadata dst).
 *
 * What comes in goes to the Instance-ID's VRF as if the VRF's own device had
 * received it, with an Ethernet header before it, which is what VRF devices
 * have, so that captures there can be read. An Instance-ID
 * without VRF hands its packets out of the external device, with metadata,
 * for tc, eBPF or Open vSwitch to choose by.
 *
 * Errors leave on the side of the VPN: the stack routes an ICMP error by the
 * device in skb->dev, which for an external device would be nobody's VRF.
 */
#include <linux/etherdevice.h>
#include <net/dsfield.h>
#include <net/dst_metadata.h>
#include <net/inet_ecn.h>
#include <net/ip_tunnels.h>
#include <net/udp_tunnel.h>

#include "external.h"
#include "iid.h"
#include "inner.h"
#include "net.h"
#include "rloc.h"
#include "stats.h"

static const struct ip_tunnel_info *info_of(const struct sk_buff *skb)
{
	/* does not write */
	const struct ip_tunnel_info *info =
		skb_tunnel_info((struct sk_buff *)skb);

	return info && info->mode & IP_TUNNEL_INFO_TX ? info : NULL;
}

struct lisp_iid *lisp_external_iid(const struct sk_buff *skb,
				   const struct lisp_dev *ld)
{
	const struct ip_tunnel_info *info = info_of(skb);
	struct lisp_iid *iid;
	u64 id;

	if (!info)
		return NULL;
	id = be64_to_cpu(info->key.tun_id);
	if (id > LISP_IID_MAX)
		return NULL;
	iid = lisp_iid_find(ld->ln, ld->underlay, id);
	return iid && rcu_access_pointer(iid->dev) == ld->dev ? iid : NULL;
}

bool lisp_external_rloc(const struct sk_buff *skb, const struct lisp_dev *ld,
			struct lisp_inner *in, struct lisp_rloc *rloc)
{
	const struct ip_tunnel_info *info = info_of(skb);
	const struct ip_tunnel_key *key = &info->key;

	memset(rloc, 0, sizeof(*rloc));
	if (info->mode & IP_TUNNEL_INFO_IPV6) {
		if (ipv6_addr_any(&key->u.ipv6.dst))
			return false;
		rloc->family = AF_INET6;
		rloc->addr.ip6 = key->u.ipv6.dst;
	} else {
		if (!key->u.ipv4.dst)
			return false;
		rloc->family = AF_INET;
		rloc->addr.ip = key->u.ipv4.dst;
	}
	rloc->port = key->tp_dst ?: htons(LISP_PORT_DATA);
	rloc->claim = 1;	/* caches no route */
	rloc->count = ld->direct;

	if (key->ttl)
		in->ttl = key->ttl;
	if (key->tos)
		in->tos = (key->tos & ~INET_ECN_MASK) |
			  (in->tos & INET_ECN_MASK);
	return true;
}

struct net_device *lisp_external_side(const struct sk_buff *skb,
				      const struct lisp_dev *ld)
{
	const struct lisp_iid *iid = lisp_external_iid(skb, ld);
	struct net_device *vrf = NULL;

	if (iid)
		vrf = rcu_dereference_bh(iid->vrf);
	return vrf ?: ld->dev;
}

struct metadata_dst *lisp_external_metadata(struct sk_buff *skb,
					    const struct lisp_iid *iid)
{
	struct metadata_dst *md;

	if (rcu_access_pointer(iid->vrf))
		return NULL;
	md = lisp_udp_tun_rx_dst(skb, ip_hdr(skb)->version == 4 ? AF_INET :
								  AF_INET6,
				 cpu_to_be64(iid->key.iid));
	return md ?: ERR_PTR(-ENOMEM);
}

/*
 * Not through the device's gro_cells: they are not drained when the VRF goes,
 * the backlog of netif_rx() is.
 */
static void to_vrf(struct sk_buff *skb, struct lisp_dev *ld,
		   struct net_device *vrf)
{
	unsigned int len = skb->len;
	struct ethhdr *eth;

	if (skb_cow_head(skb, ETH_HLEN)) {
		lisp_drop(skb, ld->dev, LISP_DROP_REASON_RX_NO_MEMORY);
		return;
	}
	skb_set_mac_header(skb, -ETH_HLEN);
	skb_reset_mac_len(skb);
	eth = eth_hdr(skb);
	ether_addr_copy(eth->h_dest, vrf->dev_addr);
	eth_zero_addr(eth->h_source);
	eth->h_proto = skb->protocol;
	skb->dev = vrf;
	if (netif_rx(skb) == NET_RX_SUCCESS)
		dev_sw_netstats_rx_add(ld->dev, len);
}

bool lisp_external_receive(struct sk_buff *skb, struct lisp_dev *ld,
			   struct lisp_iid *iid)
{
	struct net_device *vrf = rcu_dereference(iid->vrf);

	atomic64_inc(&iid->count.rx_packets);
	atomic64_add(skb->len, &iid->count.rx_bytes);
	if (vrf)
		to_vrf(skb, ld, vrf);
	return vrf;
}

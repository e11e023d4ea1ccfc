// SPDX-License-Identifier: GPL-2.0
/*
 * The lisp device, from request (parsed into a struct lisp_conf) to removal. One
 * device is one VPN: its Instance-ID, its socket pair and its tables belong to
 * the underlay it was made in.
 *
 * Removal. Whoever removes a device (ip link del, the end of its namespace or
 * of its underlay's, the end of its underlay's VRF, module unload), the core
 * runs three steps: ndo_stop purges held packets; a grace period ends every
 * transmit and every receive that saw the device up; ndo_uninit unpublishes
 * the Instance-ID and drops the socket. A receive that found the Instance-ID
 * just before may still count at the device; that ends with the second grace
 * period, after which lisp_dev_free() frees the counters. The Instance-ID
 * object itself waits for RCU.
 */
#include <linux/if_arp.h>
#include <linux/inetdevice.h>
#include <linux/netdevice.h>
#include <linux/slab.h>
#include <net/addrconf.h>
#include <net/inet_ecn.h>
#include <net/ip.h>
#include <net/ip_tunnels.h>
#include <net/l3mdev.h>
#include <net/neighbour.h>
#include <net/netlink.h>
#include <net/rtnetlink.h>

#include <uapi/linux/if_lisp.h>

#include "conf.h"
#include "dev.h"
#include "ethtool.h"
#include "iid.h"
#include "miss.h"
#include "net.h"
#include "netlink.h"
#include "reach.h"
#include "rloc.h"
#include "sock.h"
#include "stats.h"
#include "wire.h"
#include "xmit.h"

/* Outer IPv6, UDP and LISP headers: an MTU must suit either family. */
#define LISP_HEADROOM	(sizeof(struct ipv6hdr) + sizeof(struct udphdr) + \
			 LISP_HDR_LEN)

/* --- external devices --- */

struct lisp_dev *lisp_dev_external(struct lisp_net *ln, u32 underlay)
{
	struct lisp_dev *ld;

	list_for_each_entry(ld, &ln->externals, outside)
		if (ld->underlay == underlay)
			return ld;
	return NULL;
}

bool lisp_iid_is_external(const struct lisp_iid *iid)
{
	const struct net_device *dev = rcu_access_pointer(iid->dev);

	return dev && lisp_dev(dev)->external;
}

/* An Instance-ID must name its device without a word about devices. */
static int externals_check(struct lisp_dev *ld, struct netlink_ext_ack *extack)
{
	if (!lisp_dev_external(ld->ln, ld->underlay))
		return 0;
	NL_SET_ERR_MSG(extack, "The underlay has an external device already");
	return -EEXIST;
}

static void externals_add(struct lisp_dev *ld)
{
	mutex_lock(&ld->ln->lock);
	list_add_tail(&ld->outside, &ld->ln->externals);
	mutex_unlock(&ld->ln->lock);
}

static void externals_del(struct lisp_dev *ld)
{
	mutex_lock(&ld->ln->lock);
	list_del_init(&ld->outside);
	mutex_unlock(&ld->ln->lock);
}

/* --- the socket, and what it is told of its devices --- */

/*
 * The switches take effect from the next packet on. ICMP is the socket's: who
 * gets an error cannot tell which device sent the packet.
 */
static void set_reach(struct lisp_dev *ld, const struct lisp_conf *conf)
{
	u8 was = ld->trusted ? ld->switches : 0;
	u8 is = conf->switches & (conf->trusted ? U8_MAX : LISP_REACH_COUNT);
	struct lisp_sock *ls = ld->sock;

	ld->switches = conf->switches;
	ld->trusted = conf->trusted;
	WRITE_ONCE(ld->reach, is & ~LISP_REACH_ICMP);
	WRITE_ONCE(ls->believers, ls->believers + !!(is & LISP_REACH_ICMP) -
				  !!(was & LISP_REACH_ICMP));
}

static int get_sock(struct lisp_dev *ld, const struct lisp_conf *conf,
		    struct netlink_ext_ack *extack)
{
	struct lisp_sock *ls;

	ls = lisp_sock_get(ld->ln, conf->underlay, conf->port, extack);
	if (IS_ERR(ls))
		return PTR_ERR(ls);
	ld->sock = ls;
	set_reach(ld, conf);
	return 0;
}

static void put_sock(struct lisp_dev *ld)
{
	const struct lisp_conf nothing = {};

	set_reach(ld, &nothing);
	lisp_sock_put(ld->sock);
	ld->sock = NULL;
}

/* --- device operations --- */

static int lisp_dev_ndo_init(struct net_device *dev)
{
	return gro_cells_init(&lisp_dev(dev)->gro_cells, dev);
}

static void lisp_dev_ndo_uninit(struct net_device *dev)
{
	struct lisp_dev *ld = lisp_dev(dev);

	list_del_init(&ld->list);
	if (ld->external)
		lisp_iid_for_dev(ld->ln, dev, lisp_iid_del);
	else
		lisp_iid_del(ld->iid);
	ld->iid = NULL;
	externals_del(ld);
	if (ld->external)
		WRITE_ONCE(ld->sock->direct, false);
	put_sock(ld);
	gro_cells_destroy(&ld->gro_cells);
}

/*
 * A packet for an EID that has no host here is routed back into the device it
 * came from. That must not look like a detour worth an ICMP redirect, which
 * would go to another site and use up the rate limit of the real error. The
 * switch for all devices is ORed with each device's own; others keep theirs.
 */
static int lisp_dev_open(struct net_device *dev)
{
	struct in_device *in_dev = __in_dev_get_rtnl(dev);

	if (in_dev) {
		IN_DEV_CONF_SET(in_dev, SEND_REDIRECTS, false);
		IPV4_DEVCONF_ALL(dev_net(dev), SEND_REDIRECTS) = false;
	}
	return 0;
}

static int lisp_dev_stop(struct net_device *dev)
{
	struct lisp_dev *ld = lisp_dev(dev);

	if (ld->external)
		lisp_iid_for_dev(ld->ln, dev, lisp_miss_purge);
	else
		lisp_miss_purge(ld->iid);
	return 0;
}

static const struct net_device_ops lisp_netdev_ops = {
	.ndo_init	= lisp_dev_ndo_init,
	.ndo_uninit	= lisp_dev_ndo_uninit,
	.ndo_open	= lisp_dev_open,
	.ndo_stop	= lisp_dev_stop,
	.ndo_start_xmit	= lisp_xmit,
	.ndo_get_stats64 = lisp_stats_get64,
	.ndo_neigh_construct = lisp_neigh_construct,
};

static const struct device_type lisp_type = {
	.name = "lisp",
};

bool lisp_dev_is(const struct net_device *dev)
{
	return dev->netdev_ops == &lisp_netdev_ops;
}

/* After the last grace period; also when registration failed. */
static void lisp_dev_free(struct net_device *dev)
{
	struct lisp_dev *ld = lisp_dev(dev);

	kfree(rcu_dereference_protected(ld->source, true));
	free_percpu(ld->direct);
	free_percpu(ld->counters);
}

static void lisp_dev_setup(struct net_device *dev)
{
	dev->netdev_ops = &lisp_netdev_ops;
	dev->ethtool_ops = &lisp_ethtool_ops;
	dev->header_ops = &ip_tunnel_header_ops;
	dev->needs_free_netdev = true;
	SET_NETDEV_DEVTYPE(dev, &lisp_type);

	dev->type = ARPHRD_NONE;
	dev->flags = IFF_POINTOPOINT | IFF_NOARP;
	dev->priv_flags |= IFF_NO_QUEUE;
	dev->hard_header_len = 0;
	dev->addr_len = 0;
	dev->needed_headroom = LL_MAX_HEADER + LISP_HEADROOM;
	dev->mtu = ETH_DATA_LEN - LISP_HEADROOM;
	dev->min_mtu = IPV4_MIN_MTU;
	dev->max_mtu = IP_MAX_MTU - LISP_HEADROOM;
	dev->pcpu_stat_type = NETDEV_PCPU_STAT_TSTATS;

	dev->features = NETIF_F_SG | NETIF_F_FRAGLIST | NETIF_F_HW_CSUM |
			NETIF_F_RXCSUM | NETIF_F_GSO_SOFTWARE;
	dev->hw_features = dev->features;
	netdev_set_lltx(dev);
	/* ICMP errors and fragmentation need the route taken into here */
	netif_keep_dst(dev);
}

/* --- making and changing --- */

/* Replace the configured source RLOCs. */
static int set_source(struct lisp_dev *ld, const struct lisp_conf *conf)
{
	struct lisp_source *source = NULL, *old;

	if (conf->local || !ipv6_addr_any(&conf->local6)) {
		source = kzalloc(sizeof(*source), GFP_KERNEL);
		if (!source)
			return -ENOMEM;
		source->v4 = conf->local;
		source->v6 = conf->local6;
	}
	old = rtnl_dereference(ld->source);
	rcu_assign_pointer(ld->source, source);
	if (old)
		kfree_rcu(old, rcu);
	return 0;
}

/*
 * Whoever names a source RLOC has RLOCs of the families named, no others.
 * Once there is a socket, and after each set_source().
 */
static void set_families(struct lisp_dev *ld)
{
	const struct lisp_source *source = rtnl_dereference(ld->source);
	bool v4 = ld->sock->v4, v6 = ld->sock->v6;

	if (source) {
		v4 &= !!source->v4;
		v6 &= !ipv6_addr_any(&source->v6);
	}
	WRITE_ONCE(ld->families,
		   (v4 ? LISP_SEND_IPV4 : 0) | (v6 ? LISP_SEND_IPV6 : 0));
}

/* Packets that pass meanwhile may be filled by the old and the new. */
static void set_outer(struct lisp_dev *ld, const struct lisp_conf *conf)
{
	bool fixed = conf->tos != LISP_TOS_INHERIT;

	WRITE_ONCE(ld->ttl, conf->ttl);
	WRITE_ONCE(ld->tos, fixed ? conf->tos : 0);
	WRITE_ONCE(ld->tos_mask, (fixed ? 0 : ~INET_ECN_MASK & 0xff) |
				 (conf->ecn ? INET_ECN_MASK : 0));
	WRITE_ONCE(ld->pipe, (conf->ttl ? LISP_PIPE_TTL : 0) |
			     (fixed ? LISP_PIPE_TOS : 0));
	WRITE_ONCE(ld->csum,
		   (conf->csum4 == LISP_CSUM_REAL ? LISP_SEND_IPV4 : 0) |
		   (conf->csum6 == LISP_CSUM_REAL ? LISP_SEND_IPV6 : 0));
	/* RFC 9305, section 4.3: real ones unless somebody asks for zero */
	WRITE_ONCE(ld->csum_gpe,
		   (conf->csum4 != LISP_CSUM_ZERO ? LISP_SEND_IPV4 : 0) |
		   (conf->csum6 != LISP_CSUM_ZERO ? LISP_SEND_IPV6 : 0));
	WRITE_ONCE(ld->gpe, conf->gpe);
	WRITE_ONCE(ld->path_mtu, conf->path_mtu);
	ld->csum4 = conf->csum4;
	ld->csum6 = conf->csum6;
}

/*
 * The Instance-ID, or that there may be a device that has many. Nobody finds
 * the device by it yet.
 */
static int take_iid(struct lisp_dev *ld, struct netlink_ext_ack *extack)
{
	struct lisp_iid *iid;

	if (ld->external)
		return externals_check(ld, extack);
	iid = lisp_iid_add(ld->ln, ld->underlay, ld->id, NULL, NULL, extack);
	if (IS_ERR(iid))
		return PTR_ERR(iid);
	ld->iid = iid;
	return 0;
}

/* The device is complete: packets and netlink may find it. */
static void publish(struct lisp_dev *ld)
{
	list_add(&ld->list, &ld->ln->devs);
	if (!ld->external) {
		rcu_assign_pointer(ld->iid->dev, ld->dev);
		return;
	}
	externals_add(ld);
	/* there is one external device an underlay */
	WRITE_ONCE(ld->sock->direct, true);
}

/* What needs memory. lisp_dev_free() frees it, whatever there is. */
static int lisp_dev_alloc(struct lisp_dev *ld, const struct lisp_conf *conf)
{
	int err;

	ld->counters = lisp_counters_new();
	if (!ld->counters)
		return -ENOMEM;
	if (conf->external) {
		ld->direct = netdev_alloc_pcpu_stats(struct lisp_rloc_count);
		if (!ld->direct)
			return -ENOMEM;
	}
	err = lisp_react_prepare(ld->ln);
	return err ?: set_source(ld, conf);
}

static int lisp_dev_configure(struct net_device *dev, struct lisp_net *ln,
			      const struct lisp_conf *conf,
			      struct netlink_ext_ack *extack)
{
	struct lisp_dev *ld = lisp_dev(dev);
	int err;

	ld->dev = dev;
	ld->ln = ln;
	ld->id = conf->id;
	ld->underlay = conf->underlay;
	ld->proxy = conf->proxy;
	ld->external = conf->external;
	INIT_LIST_HEAD(&ld->list);
	INIT_LIST_HEAD(&ld->outside);
	RCU_INIT_POINTER(ld->native, conf->native);
	set_outer(ld, conf);

	err = lisp_dev_alloc(ld, conf);
	if (err)
		goto err_free;
	err = get_sock(ld, conf, extack);
	if (err)
		goto err_free;
	set_families(ld);
	err = take_iid(ld, extack);
	if (err)
		goto err_sock;

	err = register_netdevice(dev);
	if (err)
		goto err_iid;
	/* not earlier: a failing register_netdevice() would call it, too */
	dev->priv_destructor = lisp_dev_free;
	publish(ld);
	return 0;

err_iid:
	/* NULL: register_netdevice() came far enough to call ndo_uninit */
	if (ld->iid)
		lisp_iid_del(ld->iid);
err_sock:
	if (ld->sock)
		put_sock(ld);
err_free:
	lisp_dev_free(dev);
	return err;
}

static int lisp_newlink(struct net_device *dev,
			struct rtnl_newlink_params *params,
			struct netlink_ext_ack *extack)
{
	struct net *net = rtnl_newlink_link_net(params);
	struct lisp_conf conf = {
		.port = htons(LISP_PORT_DATA),
		.tos = LISP_TOS_INHERIT,
		.ecn = true,
	};
	int err;

	if (params->tb[IFLA_LINK_NETNSID] && params->data &&
	    params->data[IFLA_LISP_NATIVE]) {
		NL_SET_ERR_MSG_ATTR(extack, params->data[IFLA_LISP_NATIVE],
				    "Set the native uplink when the device is in its namespace");
		return -EINVAL;
	}
	err = lisp_conf_parse(net, dev, params->data, &conf, extack);
	if (err)
		return err;
	/*
	 * The core refuses packets larger than a device in the VRF of that
	 * device, and this one is in none: IPv6 hosts would hear nothing.
	 * lisp_xmit() knows their VRF, and the MTU of their path.
	 */
	if (conf.external && !params->tb[IFLA_MTU])
		dev->mtu = dev->max_mtu;
	return lisp_dev_configure(dev, lisp_net(net), &conf, extack);
}

static void conf_of(const struct lisp_dev *ld, struct lisp_conf *conf)
{
	const struct lisp_source *source = rtnl_dereference(ld->source);

	memset(conf, 0, sizeof(*conf));
	conf->id = ld->id;
	conf->underlay = ld->underlay;
	conf->port = ld->sock->port;
	conf->proxy = ld->proxy;
	conf->external = ld->external;
	conf->ttl = ld->ttl;
	conf->tos = ld->tos_mask & ~INET_ECN_MASK ? LISP_TOS_INHERIT : ld->tos;
	conf->ecn = ld->tos_mask & INET_ECN_MASK;
	conf->gpe = ld->gpe;
	conf->csum4 = ld->csum4;
	conf->csum6 = ld->csum6;
	conf->path_mtu = ld->path_mtu;
	conf->native = rtnl_dereference(ld->native);
	conf->trusted = ld->trusted;
	conf->switches = ld->switches;
	if (source) {
		conf->local = source->v4;
		conf->local6 = source->v6;
	}
}

static int lisp_changelink(struct net_device *dev, struct nlattr *tb[],
			   struct nlattr *data[],
			   struct netlink_ext_ack *extack)
{
	struct lisp_dev *ld = lisp_dev(dev);
	struct lisp_conf old, new;
	int err;

	if (!rtnl_dev_link_net_capable(dev, ld->ln->net)) {
		NL_SET_ERR_MSG(extack,
			       "Changes need CAP_NET_ADMIN in the underlay's namespace");
		return -EPERM;
	}
	conf_of(ld, &old);
	new = old;
	err = lisp_conf_parse(ld->ln->net, dev, data, &new, extack);
	if (err)
		return err;
	err = lisp_conf_may_change(&old, &new, data, extack);
	if (err)
		return err;

	if (new.given & (BIT(IFLA_LISP_LOCAL) | BIT(IFLA_LISP_LOCAL6))) {
		err = set_source(ld, &new);
		if (err)
			return err;
		set_families(ld);
	}
	set_reach(ld, &new);
	rcu_assign_pointer(ld->native, new.native);
	set_outer(ld, &new);
	return 0;
}

static void lisp_dellink(struct net_device *dev, struct list_head *head)
{
	unregister_netdevice_queue(dev, head);
}

static struct net *lisp_get_link_net(const struct net_device *dev)
{
	return lisp_dev(dev)->ln->net;
}

static size_t lisp_get_size(const struct net_device *dev)
{
	return nla_total_size(sizeof(u32)) +		/* ID */
	       nla_total_size(sizeof(struct in_addr)) +	/* LOCAL */
	       nla_total_size(sizeof(struct in6_addr)) + /* LOCAL6 */
	       nla_total_size(sizeof(u16)) +		/* PORT */
	       nla_total_size(sizeof(u32)) +		/* UNDERLAY */
	       nla_total_size(sizeof(u32)) +		/* NATIVE */
	       2 * nla_total_size(sizeof(u8)) +	/* PROXY, EXTERNAL */
	       nla_total_size(sizeof(u8)) +		/* TRUSTED_UNDERLAY */
	       LISP_CONF_SWITCHES * nla_total_size(sizeof(u8)) +
	       2 * nla_total_size(sizeof(u8)) +		/* TTL, TOS */
	       nla_total_size(sizeof(u8)) +		/* ECN */
	       nla_total_size(sizeof(u8)) +		/* UDP_CSUM */
	       nla_total_size(sizeof(u8)) +		/* UDP_ZERO_CSUM6_TX */
	       nla_total_size(sizeof(u8)) +		/* GPE */
	       nla_total_size(sizeof(u32));		/* PATH_MTU */
}

static int fill_switches(struct sk_buff *skb, const struct lisp_conf *conf)
{
	const struct lisp_conf_switch *s = lisp_conf_switches;
	int i;

	if (nla_put_u8(skb, IFLA_LISP_TRUSTED_UNDERLAY, conf->trusted))
		return -EMSGSIZE;
	for (i = 0; i < LISP_CONF_SWITCHES; i++, s++)
		if (nla_put_u8(skb, s->attr, !!(conf->switches & s->bit)))
			return -EMSGSIZE;
	return 0;
}

static int fill_outer(struct sk_buff *skb, const struct lisp_conf *conf)
{
	if (nla_put_u8(skb, IFLA_LISP_TTL, conf->ttl) ||
	    nla_put_u8(skb, IFLA_LISP_TOS, conf->tos) ||
	    nla_put_u8(skb, IFLA_LISP_ECN, conf->ecn) ||
	    nla_put_u8(skb, IFLA_LISP_GPE, conf->gpe))
		return -EMSGSIZE;
	if (conf->path_mtu &&
	    nla_put_u32(skb, IFLA_LISP_PATH_MTU, conf->path_mtu))
		return -EMSGSIZE;
	if (conf->csum4 && nla_put_u8(skb, IFLA_LISP_UDP_CSUM,
				      conf->csum4 == LISP_CSUM_REAL))
		return -EMSGSIZE;
	if (conf->csum6 && nla_put_u8(skb, IFLA_LISP_UDP_ZERO_CSUM6_TX,
				      conf->csum6 == LISP_CSUM_ZERO))
		return -EMSGSIZE;
	return 0;
}

static int lisp_fill_info(struct sk_buff *skb, const struct net_device *dev)
{
	struct lisp_conf conf;

	conf_of(lisp_dev(dev), &conf);
	if ((!conf.external && nla_put_u32(skb, IFLA_LISP_ID, conf.id)) ||
	    (conf.external && nla_put_u8(skb, IFLA_LISP_EXTERNAL, 1)) ||
	    nla_put_be16(skb, IFLA_LISP_PORT, conf.port) ||
	    nla_put_u8(skb, IFLA_LISP_PROXY, conf.proxy) ||
	    fill_switches(skb, &conf))
		return -EMSGSIZE;
	if (conf.local && nla_put_in_addr(skb, IFLA_LISP_LOCAL, conf.local))
		return -EMSGSIZE;
	if (!ipv6_addr_any(&conf.local6) &&
	    nla_put_in6_addr(skb, IFLA_LISP_LOCAL6, &conf.local6))
		return -EMSGSIZE;
	if (conf.underlay &&
	    nla_put_u32(skb, IFLA_LISP_UNDERLAY, conf.underlay))
		return -EMSGSIZE;
	if (conf.native &&
	    nla_put_u32(skb, IFLA_LISP_NATIVE, conf.native->ifindex))
		return -EMSGSIZE;
	return fill_outer(skb, &conf);
}

RTNL_NEWLINK_TRAMPOLINE(lisp_newlink)

static struct rtnl_link_ops lisp_link_ops __read_mostly = {
	.kind		= "lisp",
	.maxtype	= IFLA_LISP_MAX,
	.policy		= lisp_conf_policy,
	.priv_size	= sizeof(struct lisp_dev),
	.setup		= lisp_dev_setup,
	.validate	= lisp_conf_validate,
	RTNL_NEWLINK(lisp_newlink),
	.changelink	= lisp_changelink,
	.dellink	= lisp_dellink,
	.get_link_net	= lisp_get_link_net,
	.get_size	= lisp_get_size,
	.fill_info	= lisp_fill_info,
	.get_xstats_size = lisp_xstats_size,
	.fill_xstats	= lisp_xstats_put,
};

/* --- other devices and namespaces that go away --- */

/*
 * @gone can be the native uplink of devices, and the VRF of Instance-IDs of
 * external ones, in its own namespace only.
 */
static void forget_inside(struct net_device *gone)
{
	struct net_device *dev;

	for_each_netdev(dev_net(gone), dev) {
		struct lisp_dev *ld = lisp_dev(dev);

		if (!lisp_dev_is(dev))
			continue;
		if (rtnl_dereference(ld->native) == gone)
			RCU_INIT_POINTER(ld->native, NULL);
		if (ld->external && netif_is_l3_master(gone))
			lisp_iid_del_vrf(ld->ln, gone, lisp_netlink_iid_gone);
	}
}

/* @iid's device leaves the namespace its VRF is in. */
static void forget_vrf(struct lisp_iid *iid)
{
	if (rcu_access_pointer(iid->vrf))
		lisp_netlink_iid_gone(iid);
}

/*
 * The VRF @gone was the underlay of devices that may be anywhere. Those that
 * are removed in the same batch (ip link del group) are on their way already;
 * the core would not take them twice.
 */
static void forget_underlay(const struct net_device *gone)
{
	struct lisp_net *ln = lisp_net(dev_net(gone));
	struct lisp_dev *ld;
	LIST_HEAD(kill);

	list_for_each_entry(ld, &ln->devs, list)
		if (ld->underlay == gone->ifindex &&
		    ld->dev->reg_state == NETREG_REGISTERED)
			unregister_netdevice_queue(ld->dev, &kill);
	unregister_netdevice_many(&kill);
}

static int lisp_dev_event(struct notifier_block *nb, unsigned long event,
			  void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);

	if (event != NETDEV_UNREGISTER)
		return NOTIFY_DONE;
	if (lisp_dev_is(dev)) {
		/* moves to another namespace, or goes */
		RCU_INIT_POINTER(lisp_dev(dev)->native, NULL);
		if (lisp_dev(dev)->external)
			lisp_iid_for_dev(lisp_dev(dev)->ln, dev, forget_vrf);
		return NOTIFY_DONE;
	}
	forget_inside(dev);
	if (netif_is_l3_master(dev))
		forget_underlay(dev);
	return NOTIFY_DONE;
}

static struct notifier_block lisp_dev_notifier = {
	.notifier_call = lisp_dev_event,
};

void lisp_dev_net_exit(struct lisp_net *ln, struct list_head *kill)
{
	struct lisp_dev *ld;

	list_for_each_entry(ld, &ln->devs, list)
		unregister_netdevice_queue(ld->dev, kill);
}

int lisp_dev_init(void)
{
	int err;

	err = register_netdevice_notifier(&lisp_dev_notifier);
	if (err)
		return err;
	err = rtnl_link_register(&lisp_link_ops);
	if (err)
		unregister_netdevice_notifier(&lisp_dev_notifier);
	return err;
}

void lisp_dev_exit(void)
{
	rtnl_link_unregister(&lisp_link_ops);
	unregister_netdevice_notifier(&lisp_dev_notifier);
}

/* SPDX-License-Identifier: GPL-2.0 */
/* The lisp network device: one VPN. */
#ifndef _LISP_DEV_H
#define _LISP_DEV_H

#include <linux/in6.h>
#include <linux/list.h>
#include <linux/netdevice.h>
#include <net/gro_cells.h>

struct lisp_counters;
struct lisp_iid;
struct lisp_net;
struct lisp_sock;

/* Source RLOCs somebody configured; zero: let routing choose. */
struct lisp_source {
	__be32 v4;
	struct in6_addr v6;
	struct rcu_head rcu;
};

/**
 * struct lisp_dev - private part of a lisp device
 * @dev: the device around it
 * @ln: the underlay's namespace, where all state is; never changes, also when
 *	the device moves
 * @iid: Instance-ID object; owned. Valid from newlink until ndo_uninit, hence
 *	for transmit, which has ended by then
 * @sock: socket pair of (underlay, port); one reference
 * @source: configured source RLOCs, NULL when there are none (RTNL, RCU)
 * @native: uplink for "native" mappings, in the device's own namespace. No
 *	reference: the notifier clears it before that device goes (RTNL, RCU)
 * @counters: stats.h; freed with the device
 * @gro_cells: where decapsulated packets enter the stack
 * @id: Instance-ID
 * @underlay: ifindex, in @ln, of the underlay's VRF; 0: the default domain
 * @proxy: deliver packets for EIDs that are not local, too
 * @reach: what is on of @switches: all if @trusted, else 0. All that packets
 *	look at
 * @switches: enum lisp_reach_switch (RTNL)
 * @trusted: the underlay is trusted (RTNL)
 * @list: in lisp_net.devs (RTNL)
 */
struct lisp_dev {
	struct net_device *dev;
	struct lisp_net *ln;
	struct lisp_iid *iid;
	struct lisp_sock *sock;
	struct lisp_source __rcu *source;
	struct net_device __rcu *native;
	struct lisp_counters __percpu *counters;
	struct gro_cells gro_cells;
	u32 id;
	u32 underlay;
	bool proxy;
	u8 reach;

	u8 switches;
	bool trusted;
	struct list_head list;
};

static inline struct lisp_dev *lisp_dev(const struct net_device *dev)
{
	return netdev_priv(dev);
}

/* Whether @dev, which may be anybody's, is a lisp device. */
bool lisp_dev_is(const struct net_device *dev);

int lisp_dev_init(void);
void lisp_dev_exit(void);

/* Pernet: remove every device whose underlay is this namespace (RTNL). */
void lisp_dev_net_exit(struct lisp_net *ln, struct list_head *kill);

#endif /* _LISP_DEV_H */

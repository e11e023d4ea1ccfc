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
struct lisp_rloc_count;
struct lisp_sock;

/* Pipe model: the outer field says nothing about the inner one. */
#define LISP_PIPE_TTL	BIT(0)
#define LISP_PIPE_TOS	BIT(1)

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
 *	for transmit, which has ended by then. NULL: the device is external,
 *	lisp_iid_of_skb() tells
 * @sock: socket pair of (underlay, port); one reference
 * @source: configured source RLOCs, NULL when there are none (RTNL, RCU)
 * @native: uplink for "native" mappings, in the device's own namespace. No
 *	reference: the notifier clears it before that device goes (RTNL, RCU)
 * @counters: stats.h; freed with the device
 * @direct: packets that routes sent to RLOCs themselves, if external
 * @gro_cells: where decapsulated packets enter the stack
 * @id: Instance-ID
 * @underlay: ifindex, in @ln, of the underlay's VRF; 0: the default domain
 * @proxy: deliver packets for EIDs that are not local, too
 * @reach: what is on of @switches: all if @trusted, else those that believe
 *	nothing. All that packets look at
 * @switches: enum lisp_reach_switch (RTNL)
 * @trusted: the underlay is trusted (RTNL)
 * @external: serves the Instance-IDs that netlink gives it
 * @ttl: outer TTL, 0: the inner's
 * @tos: or-ed to ...
 * @tos_mask: ... these bits of the inner TOS, which is the outer one
 * @pipe: LISP_PIPE_*: what a received packet keeps
 * @families: LISP_SEND_*, those it can send outer packets in
 * @csum: those of them that are sent with a UDP checksum
 * @csum_gpe: the same to locators that speak LISP-GPE
 * @gpe: P bits that are received have their meaning
 * @path_mtu: largest outer packet, 0: what the path takes
 * @csum4: as configured, LISP_CSUM_* (RTNL)
 * @csum6: as configured (RTNL)
 * @list: in lisp_net.devs (RTNL)
 * @n_iids: Instance-IDs it has if external (RTNL)
 * @outside: in lisp_net.externals if external (RTNL and lisp_net.lock)
 */
struct lisp_dev {
	struct net_device *dev;
	struct lisp_net *ln;
	struct lisp_iid *iid;
	struct lisp_sock *sock;
	struct lisp_source __rcu *source;
	struct net_device __rcu *native;
	struct lisp_counters __percpu *counters;
	struct lisp_rloc_count __percpu *direct;
	struct gro_cells gro_cells;
	u32 id;
	u32 underlay;
	bool proxy;
	u8 reach;
	bool external;
	u8 ttl;
	u8 tos;
	u8 tos_mask;
	u8 pipe;
	u8 families;
	u8 csum;
	u8 csum_gpe;
	bool gpe;
	u32 path_mtu;
	u8 csum4;
	u8 csum6;

	u8 switches;
	bool trusted;
	struct list_head list;
	u32 n_iids;
	struct list_head outside;
};

static inline struct lisp_dev *lisp_dev(const struct net_device *dev)
{
	return netdev_priv(dev);
}

/* Whether @dev, which may be anybody's, is a lisp device. */
bool lisp_dev_is(const struct net_device *dev);

int lisp_dev_init(void);
void lisp_dev_exit(void);

/* The external device of an underlay, or NULL. RTNL or lisp_net.lock. */
struct lisp_dev *lisp_dev_external(struct lisp_net *ln, u32 underlay);

/* Whether an external device has it. RTNL or lisp_net.lock. */
bool lisp_iid_is_external(const struct lisp_iid *iid);

/* Pernet: remove every device whose underlay is this namespace (RTNL). */
void lisp_dev_net_exit(struct lisp_net *ln, struct list_head *kill);

#endif /* _LISP_DEV_H */

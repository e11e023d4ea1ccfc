/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the module keeps for one network namespace.
 *
 * A device's state lives in the lisp_net of its *underlay*, the namespace it
 * was created in: its socket, its Instance-ID object with map-cache and local
 * database, its RLOCs and its held packets all stay there when the device is
 * moved to another namespace.
 */
#ifndef _LISP_NET_H
#define _LISP_NET_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "doubt.h"
#include "iid.h"
#include "map.h"
#include "miss.h"
#include "netlink.h"
#include "reach-react.h"
#include "rloc.h"

struct lisp_counters;

/**
 * struct lisp_net - one network namespace as an underlay
 * @net: the namespace; this object is part of it and holds no reference
 * @devs: lisp devices whose underlay is here, lisp_dev.list (RTNL)
 * @externals: external devices, lisp_dev.outside (RTNL and @lock to write)
 * @socks: UDP socket pairs, lisp_sock.list (RTNL)
 * @drops: per-CPU counters of packets that reached no device (stats.h)
 * @lock: serialises all writers of mappings, local EIDs and RLOCs. Order:
 *	RTNL, then @lock. A generic netlink handler never takes RTNL while it
 *	holds it.
 * @iids: Instance-IDs, and packets held for them (iid.h)
 * @maps: what mappings of all Instance-IDs share (map.h)
 * @rlocs: RLOCs and locator sets (rloc.h)
 * @doubts: RLOCs that ICMP took out of use (doubt.h)
 * @misses: EIDs under resolution and packets held for them (miss.h)
 * @owners: who looks after the mappings of an origin (owner.h)
 * @reacts: reactions to what packets say (reach-react.h)
 */
struct lisp_net {
	struct net *net;
	struct list_head devs;
	struct list_head externals;
	struct list_head socks;
	struct lisp_counters __percpu *drops;

	struct mutex lock;
	struct lisp_iids iids;
	struct lisp_maps maps;
	struct lisp_rlocs rlocs;
	struct lisp_doubts doubts;
	struct lisp_misses misses;
	struct lisp_owners owners;
	struct lisp_reacts reacts;
};

extern unsigned int lisp_net_id;	/* main.c */

static inline struct lisp_net *lisp_net(const struct net *net)
{
	return net_generic(net, lisp_net_id);
}

#endif /* _LISP_NET_H */

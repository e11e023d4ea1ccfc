/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What ethtool(8) shows of a lisp device: its driver and its counters; and the
 * counters once more, as an attribute of the link.
 */
#ifndef _LISP_ETHTOOL_H
#define _LISP_ETHTOOL_H

#include <linux/ethtool.h>

struct net_device;
struct sk_buff;

extern const struct ethtool_ops lisp_ethtool_ops;

/* Put IFLA_INFO_XSTATS, and how much is in it. RTNL. */
int lisp_xstats_put(struct sk_buff *skb, const struct net_device *dev);
size_t lisp_xstats_size(const struct net_device *dev);

#endif /* _LISP_ETHTOOL_H */

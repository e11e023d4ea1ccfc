// SPDX-License-Identifier: GPL-2.0
#include <net/rtnetlink.h>

int f(struct net_device *dev, struct rtnl_newlink_params *params,
      struct netlink_ext_ack *extack);
struct rtnl_link_ops ops = { .newlink = f };

/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LISP_COMPAT_NET_RTNETLINK_H
#define _LISP_COMPAT_NET_RTNETLINK_H

#include_next <net/rtnetlink.h>
#include <lisp-probes.h>

/*
 * rtnl_link_ops.newlink takes a struct of its parameters since 6.15. A
 * designated initializer and the function it needs.
 */
#ifdef LISP_HAVE_NEWLINK_PARAMS
#define RTNL_NEWLINK(fn)	.newlink = fn
#define RTNL_NEWLINK_TRAMPOLINE(fn)
#else
struct rtnl_newlink_params {
	struct net *link_net;
	struct nlattr **tb;
	struct nlattr **data;
};

static inline struct net *
rtnl_newlink_link_net(struct rtnl_newlink_params *params)
{
	return params->link_net;
}

#define RTNL_NEWLINK(fn)	.newlink = fn##_args
#define RTNL_NEWLINK_TRAMPOLINE(fn)					\
static int fn##_args(struct net *link_net, struct net_device *dev,	\
		     struct nlattr *tb[], struct nlattr *data[],	\
		     struct netlink_ext_ack *extack)			\
{									\
	struct rtnl_newlink_params params = {				\
		.link_net = link_net,					\
		.tb = tb,						\
		.data = data,						\
	};								\
									\
	return fn(dev, &params, extack);				\
}
#endif

#endif

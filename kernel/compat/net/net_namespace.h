/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LISP_COMPAT_NET_NET_NAMESPACE_H
#define _LISP_COMPAT_NET_NET_NAMESPACE_H

#include_next <net/net_namespace.h>
#include <lisp-probes.h>

/*
 * pernet_operations.exit_rtnl takes one namespace; before, exit_batch_rtnl
 * took a list. A designated initializer and the function it needs.
 */
#ifdef LISP_HAVE_EXIT_RTNL
#define EXIT_RTNL(fn)	.exit_rtnl = fn
#define EXIT_RTNL_TRAMPOLINE(fn)
#else
#define EXIT_RTNL(fn)	.exit_batch_rtnl = fn##_batch
#define EXIT_RTNL_TRAMPOLINE(fn)					\
static void __net_exit fn##_batch(struct list_head *nets,		\
				  struct list_head *kill)		\
{									\
	struct net *net;						\
									\
	list_for_each_entry(net, nets, exit_list)			\
		fn(net, kill);						\
}
#endif

#endif

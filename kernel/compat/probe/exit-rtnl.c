// SPDX-License-Identifier: GPL-2.0
#include <net/net_namespace.h>

void f(struct net *net, struct list_head *kill);
struct pernet_operations ops = { .exit_rtnl = f };

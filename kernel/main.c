// SPDX-License-Identifier: GPL-2.0
#include <linux/module.h>
#include <net/genetlink.h>
#include <net/rtnetlink.h>

#include "dev.h"
#include "doubt.h"
#include "inner.h"
#include "map.h"
#include "net.h"
#include "netlink.h"
#include "stats.h"

unsigned int lisp_net_id __read_mostly;

/* What each noun keeps for a network namespace, in order of need. */
static const struct {
	int (*init)(struct lisp_net *ln);
	void (*exit)(struct lisp_net *ln);
} nouns[] = {
	{ lisp_rloc_net_init,	lisp_rloc_net_exit },
	{ lisp_doubt_net_init,	lisp_doubt_net_exit },
	{ lisp_map_net_init,	lisp_map_net_exit },
	{ lisp_iid_net_init,	lisp_iid_net_exit },
	{ lisp_miss_net_init,	lisp_miss_net_exit },
	{ lisp_owner_net_init,	lisp_owner_net_exit },
	{ lisp_react_net_init,	lisp_react_net_exit },
};

static void net_exit_nouns(struct lisp_net *ln, int n)
{
	while (n--)
		nouns[n].exit(ln);
}

static int __net_init net_init(struct net *net)
{
	struct lisp_net *ln = lisp_net(net);
	int err, i;

	ln->net = net;
	INIT_LIST_HEAD(&ln->devs);
	INIT_LIST_HEAD(&ln->externals);
	INIT_LIST_HEAD(&ln->socks);
	mutex_init(&ln->lock);
	ln->drops = lisp_counters_new();
	if (!ln->drops)
		return -ENOMEM;

	for (i = 0; i < ARRAY_SIZE(nouns); i++) {
		err = nouns[i].init(ln);
		if (err)
			goto err_nouns;
	}
	return 0;

err_nouns:
	net_exit_nouns(ln, i);
	free_percpu(ln->drops);
	return err;
}

static void __net_exit net_exit(struct net *net)
{
	struct lisp_net *ln = lisp_net(net);

	net_exit_nouns(ln, ARRAY_SIZE(nouns));
	free_percpu(ln->drops);
}

/* RLOCs are freed after a grace period, and let go of routes then: that counts
 * in the namespaces, so it has to be before the stack is taken out of them.
 * Most namespaces that end have never had any.
 */
static void __net_exit net_exit_batch(struct list_head *nets)
{
	struct net *net;

	list_for_each_entry(net, nets, exit_list) {
		if (lisp_net(net)->rlocs.used) {
			rcu_barrier();
			return;
		}
	}
}

static void __net_exit net_exit_rtnl(struct net *net, struct list_head *kill)
{
	lisp_dev_net_exit(lisp_net(net), kill);
}
EXIT_RTNL_TRAMPOLINE(net_exit_rtnl)

static struct pernet_operations net_ops = {
	.init = net_init,
	EXIT_RTNL(net_exit_rtnl),
	.exit = net_exit,
	.exit_batch = net_exit_batch,
	.id = &lisp_net_id,
	.size = sizeof(struct lisp_net),
};

static int __init lisp_init(void)
{
	int err;

	lisp_inner_init();
	err = lisp_map_init();
	if (err)
		return err;
	err = register_pernet_subsys(&net_ops);
	if (err)
		goto err_map;
	err = lisp_owner_init();
	if (err)
		goto err_pernet;
	err = lisp_dev_init();
	if (err)
		goto err_owner;
	err = lisp_netlink_init();
	if (err)
		goto err_dev;
	return 0;

err_dev:
	lisp_dev_exit();
err_owner:
	lisp_owner_exit();
err_pernet:
	unregister_pernet_subsys(&net_ops);
err_map:
	rcu_barrier();
	lisp_map_exit();
	return err;
}

static void __exit lisp_exit(void)
{
	lisp_netlink_exit();
	lisp_dev_exit();
	lisp_owner_exit();
	unregister_pernet_subsys(&net_ops);
	rcu_barrier();
	lisp_map_exit();
}

module_init(lisp_init);
module_exit(lisp_exit);

MODULE_DESCRIPTION("Locator/ID Separation Protocol (RFC 9300) data plane");
MODULE_LICENSE("GPL");
MODULE_ALIAS_RTNL_LINK("lisp");
MODULE_ALIAS_GENL_FAMILY(LISP_GENL_NAME);

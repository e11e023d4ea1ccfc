// SPDX-License-Identifier: GPL-2.0
/* Local EID prefixes: add, replace, delete. See map.c, which is like this. */

#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <net/genetlink.h>

#include "iid.h"
#include "local.h"
#include "miss.h"
#include "net.h"
#include "netlink.h"
#include "owner.h"
#include "reach.h"
#include "rloc.h"

static unsigned int max_locals = 1 << 20;
module_param(max_locals, uint, 0644);
MODULE_PARM_DESC(max_locals,
		 "local EID prefixes a network namespace may have (1048576)");

static struct lisp_lpm *table_of(struct lisp_iid *iid, int family)
{
	return &iid->local[family == AF_INET6];
}

static struct lisp_local *to_local(struct lisp_lpm_leaf *leaf)
{
	return leaf ? container_of(leaf, struct lisp_local, leaf) : NULL;
}

void lisp_local_prefix(const struct lisp_local *local,
		       struct lisp_prefix *prefix)
{
	prefix->family = local->leaf.family;
	prefix->len = local->leaf.len;
	lisp_addr_set(&prefix->addr, prefix->family, local->leaf.addr);
}

struct lisp_local *lisp_local_find(struct lisp_iid *iid,
				   const struct lisp_prefix *prefix)
{
	return to_local(lisp_lpm_find(table_of(iid, prefix->family),
				      prefix->addr.word, prefix->len,
				      &iid->ln->lock));
}

struct lisp_local *lisp_local_next(struct lisp_iid *iid,
				   const struct lisp_prefix *cursor)
{
	struct mutex *lock = &iid->ln->lock;
	struct lisp_lpm_leaf *leaf = NULL;

	if (cursor->family != AF_INET6)
		leaf = lisp_lpm_next(&iid->local[0],
				     cursor->family ? cursor->addr.word : NULL,
				     cursor->len, lock);
	if (!leaf)
		leaf = lisp_lpm_next(&iid->local[1],
				     cursor->family == AF_INET6 ?
				     cursor->addr.word : NULL,
				     cursor->len, lock);

	return to_local(leaf);
}

static void local_free(struct lisp_net *ln, struct lisp_local *local)
{
	lisp_locset_put(ln, local->set);
	kfree_rcu(local, rcu);
}

static struct lisp_local *local_new(struct lisp_iid *iid,
				    const struct lisp_local_conf *conf)
{
	unsigned int size = lisp_addr_size(conf->prefix.family);
	struct lisp_locset *set = NULL;
	struct lisp_local *local;

	local = kzalloc(sizeof(*local) + size, GFP_KERNEL_ACCOUNT);
	if (!local)
		return ERR_PTR(-ENOMEM);

	if (conf->n_locs) {
		set = lisp_locset_get(iid->ln, iid->key.underlay, conf->locs,
				      conf->n_locs, LISP_HOME_OWN);
		if (IS_ERR(set)) {
			kfree(local);
			return ERR_CAST(set);
		}
	}

	local->set = set;
	local->origin = conf->origin;
	local->version = conf->version;
	local->leaf.family = conf->prefix.family;
	local->leaf.len = conf->prefix.len;
	memcpy(local->leaf.addr, conf->prefix.addr.word, size);

	return local;
}

static void inherit(struct lisp_local *local, const struct lisp_local *old)
{
	local->quiet = lisp_reach_quiet(old->set, local->set, old->quiet);
	atomic64_set(&local->packets, atomic64_read(&old->packets));
	atomic64_set(&local->bytes, atomic64_read(&old->bytes));
}

static int local_publish(struct lisp_iid *iid, struct lisp_local *local,
			 struct lisp_local *old)
{
	struct lisp_lpm *table = table_of(iid, local->leaf.family);
	struct lisp_net *ln = iid->ln;
	int err;

	if (old) {
		lisp_lpm_replace(table, &old->leaf, &local->leaf, &ln->lock);
		return 0;
	}

	err = lisp_lpm_insert(table, &local->leaf, &ln->lock);
	if (err)
		return err;
	iid->n_locals++;
	ln->maps.n_locals++;

	return 0;
}

static void local_unpublish(struct lisp_iid *iid, struct lisp_local *local)
{
	lisp_lpm_remove(table_of(iid, local->leaf.family), &local->leaf,
			&iid->ln->lock);
	iid->n_locals--;
	iid->ln->maps.n_locals--;
}

int lisp_local_set(struct lisp_iid *iid, const struct lisp_local_conf *conf,
		   const struct genl_info *info)
{
	struct netlink_ext_ack *extack = info->extack;
	struct lisp_net *ln = iid->ln;
	struct lisp_local *old, *local;
	int err;

	lockdep_assert_held(&ln->lock);

	old = lisp_local_find(iid, &conf->prefix);
	err = lisp_owner_check(old ? &old->origin : NULL, conf->origin, info);
	if (err)
		return err;
	if (!old && ln->maps.n_locals >= READ_ONCE(max_locals)) {
		NL_SET_ERR_MSG(extack,
			       "no room for more local EIDs (module parameter max_locals)");
		return -ENOSPC;
	}

	local = local_new(iid, conf);
	if (IS_ERR(local)) {
		NL_SET_ERR_MSG(extack, "no memory for the local EID");
		return PTR_ERR(local);
	}
	if (old)
		inherit(local, old);
	err = local_publish(iid, local, old);
	if (err) {
		NL_SET_ERR_MSG(extack, "no memory for the local EID");
		local_free(ln, local);
		return err;
	}
	if (old)
		local_free(ln, old);

	lisp_netlink_local(iid, local,
			   old ? LISP_EVENT_REPLACED : LISP_EVENT_NEW, info);
	lisp_miss_release(iid, &conf->prefix);

	return 0;
}

int lisp_local_del(struct lisp_iid *iid, const struct lisp_prefix *prefix,
		   u32 origin, const struct genl_info *info)
{
	struct lisp_local *local;

	lockdep_assert_held(&iid->ln->lock);

	local = lisp_local_find(iid, prefix);
	if (!local) {
		GENL_SET_ERR_MSG(info, "there is no such local EID prefix");
		return -ENOENT;
	}
	if (local->origin != origin) {
		GENL_SET_ERR_MSG(info, "this prefix belongs to another origin");
		return -EPERM;
	}

	local_unpublish(iid, local);
	lisp_netlink_local(iid, local, LISP_EVENT_DELETED, info);
	local_free(iid->ln, local);

	return 0;
}

bool lisp_local_drop(struct lisp_iid *iid, struct lisp_prefix *cursor,
		     int *budget)
{
	struct lisp_local *local;

	lockdep_assert_held(&iid->ln->lock);

	while ((local = lisp_local_next(iid, cursor))) {
		if (--*budget < 0)
			return false;
		lisp_local_prefix(local, cursor);
		local_unpublish(iid, local);
		local_free(iid->ln, local);
	}
	lisp_lpm_exit(&iid->local[0], &iid->ln->lock);
	lisp_lpm_exit(&iid->local[1], &iid->ln->lock);

	return true;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Instance-IDs: a hash table for packets, a tree in key order for dumps.
 *
 * The device that owns an Instance-ID makes and removes it under RTNL. Who
 * can still hold a pointer when lisp_iid_del() frees it: transmit of the
 * device (has ended), receive and the expiry of misses (RCU), netlink
 * handlers and the expiry of mappings (lisp_net.lock, under which it was
 * unpublished). Nobody else keeps one.
 *
 * It may have millions of mappings, whose end must not keep RTNL: a work frees
 * them, some at a time under lisp_net.lock, and the namespace's end waits for
 * it. Until then they count towards the limits.
 */

#include <linux/netdevice.h>
#include <linux/rhashtable.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "iid.h"
#include "local.h"
#include "map.h"
#include "net.h"

/* Entries freed before others may have the lock. */
#define DROP_BITE	256

static const struct rhashtable_params iid_params = {
	.head_offset = offsetof(struct lisp_iid, node),
	.key_offset = offsetof(struct lisp_iid, key),
	.key_len = sizeof_field(struct lisp_iid, key),
	.automatic_shrinking = true,
};

static int key_cmp(const struct lisp_iid_key *a, const struct lisp_iid_key *b)
{
	if (a->underlay != b->underlay)
		return a->underlay < b->underlay ? -1 : 1;

	return a->iid < b->iid ? -1 : a->iid > b->iid;
}

struct lisp_iid *lisp_iid_find(struct lisp_net *ln, u32 underlay, u32 iid)
{
	const struct lisp_iid_key key = { .underlay = underlay, .iid = iid };

	return rhashtable_lookup_fast(&ln->iids.hash, &key, iid_params);
}

struct lisp_iid *lisp_iid_at(struct lisp_net *ln,
			     const struct lisp_iid_key *key)
{
	struct rb_node *node = ln->iids.tree.rb_node;
	struct lisp_iid *iid, *at = NULL;

	lockdep_assert_held(&ln->lock);

	while (node) {
		iid = rb_entry(node, struct lisp_iid, order);
		if (key_cmp(key, &iid->key) <= 0) {
			at = iid;
			node = node->rb_left;
		} else {
			node = node->rb_right;
		}
	}

	return at;
}

static void iid_link(struct lisp_iids *iids, struct lisp_iid *iid)
{
	struct rb_node **pos = &iids->tree.rb_node, *parent = NULL;

	while (*pos) {
		parent = *pos;
		if (key_cmp(&iid->key,
			    &rb_entry(parent, struct lisp_iid, order)->key) < 0)
			pos = &parent->rb_left;
		else
			pos = &parent->rb_right;
	}
	rb_link_node(&iid->order, parent, pos);
	rb_insert_color(&iid->order, &iids->tree);
}

struct lisp_iid *lisp_iid_add(struct lisp_net *ln, u32 underlay, u32 iid,
			      struct net_device *dev, struct net_device *vrf,
			      struct netlink_ext_ack *extack)
{
	struct lisp_iid *new;
	int err;

	ASSERT_RTNL();

	new = kzalloc(sizeof(*new), GFP_KERNEL_ACCOUNT);
	if (!new)
		return ERR_PTR(-ENOMEM);
	new->key.underlay = underlay;
	new->key.iid = iid;
	new->ln = ln;
	RCU_INIT_POINTER(new->dev, dev);
	RCU_INIT_POINTER(new->vrf, vrf);

	mutex_lock(&ln->lock);
	err = rhashtable_lookup_insert_fast(&ln->iids.hash, &new->node,
					    iid_params);
	if (!err) {
		iid_link(&ln->iids, new);
		if (vrf)
			hash_add(ln->iids.vrfs, &new->by_vrf,
				 (unsigned long)vrf);
	}
	mutex_unlock(&ln->lock);

	if (err) {
		if (err == -EEXIST)
			NL_SET_ERR_MSG(extack,
				       "a device with this Instance-ID and underlay exists");
		kfree(new);
		return ERR_PTR(err);
	}

	return new;
}

/* Nothing is left in @iid, or was in it. */
static void iid_free_rcu(struct rcu_head *rcu)
{
	struct lisp_iid *iid = container_of(rcu, struct lisp_iid, rcu);

	kfree(iid->miss);
	kfree(iid);
}

/* How far the first of the dying has come. */
struct drop {
	struct lisp_prefix	map;
	struct lisp_prefix	local;
};

/* Free some entries; false: nothing dies any more. */
static bool drop_bite(struct lisp_net *ln, struct drop *at)
{
	int budget = DROP_BITE;
	struct lisp_iid *iid;

	mutex_lock(&ln->lock);
	iid = list_first_entry_or_null(&ln->iids.dying, struct lisp_iid, dying);
	if (iid && lisp_map_drop(iid, &at->map, &budget) &&
	    lisp_local_drop(iid, &at->local, &budget)) {
		list_del(&iid->dying);
		call_rcu(&iid->rcu, iid_free_rcu);
		memset(at, 0, sizeof(*at));
	}
	mutex_unlock(&ln->lock);

	return iid;
}

static void drop_work(struct work_struct *work)
{
	struct lisp_net *ln = container_of(work, struct lisp_net, iids.work);
	struct drop at = {};

	while (drop_bite(ln, &at))
		cond_resched();
}

void lisp_iid_del(struct lisp_iid *iid)
{
	struct lisp_net *ln = iid->ln;

	ASSERT_RTNL();

	mutex_lock(&ln->lock);
	rhashtable_remove_fast(&ln->iids.hash, &iid->node, iid_params);
	rb_erase(&iid->order, &ln->iids.tree);
	hash_del(&iid->by_vrf);
	lisp_miss_kill(iid);
	RCU_INIT_POINTER(iid->dev, NULL);
	list_add_tail(&iid->dying, &ln->iids.dying);
	mutex_unlock(&ln->lock);

	queue_work(system_long_wq, &ln->iids.work);
}

void lisp_iid_for_dev(struct lisp_net *ln, const struct net_device *dev,
		      void (*fn)(struct lisp_iid *iid))
{
	struct lisp_iid_key key = {};
	struct lisp_iid *iid;

	ASSERT_RTNL();

	do {
		mutex_lock(&ln->lock);
		while ((iid = lisp_iid_at(ln, &key))) {
			key = iid->key;
			key.iid++;
			if (rcu_access_pointer(iid->dev) == dev)
				break;
		}
		mutex_unlock(&ln->lock);
		if (iid)
			fn(iid);
		cond_resched();
	} while (iid);
}

void lisp_iid_del_vrf(struct lisp_net *ln, const struct net_device *vrf,
		      void (*fn)(struct lisp_iid *iid))
{
	struct hlist_node *next;
	HLIST_HEAD(gone);
	struct lisp_iid *iid;

	ASSERT_RTNL();

	/* all at once: others may share the bucket, too many to pass them again
	 * for each
	 */
	mutex_lock(&ln->lock);
	hash_for_each_possible_safe(ln->iids.vrfs, iid, next, by_vrf,
				    (unsigned long)vrf) {
		if (rcu_access_pointer(iid->vrf) != vrf)
			continue;
		hash_del(&iid->by_vrf);
		hlist_add_head(&iid->by_vrf, &gone);
	}
	mutex_unlock(&ln->lock);

	while (!hlist_empty(&gone)) {
		fn(hlist_entry(gone.first, struct lisp_iid, by_vrf));
		cond_resched();
	}
}

int lisp_iid_net_init(struct lisp_net *ln)
{
	hash_init(ln->iids.vrfs);
	ln->iids.tree = RB_ROOT;
	INIT_LIST_HEAD(&ln->iids.dying);
	INIT_WORK(&ln->iids.work, drop_work);

	return rhashtable_init(&ln->iids.hash, &iid_params);
}

void lisp_iid_net_exit(struct lisp_net *ln)
{
	WARN_ON_ONCE(!RB_EMPTY_ROOT(&ln->iids.tree));
	flush_work(&ln->iids.work);
	rhashtable_destroy(&ln->iids.hash);
}

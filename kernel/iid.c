// SPDX-License-Identifier: GPL-2.0
/*
 * Instance-IDs: a hash table for packets, a tree in key order for dumps.
 *
 * The device that owns an Instance-ID makes and removes it under RTNL. Who
 * can still hold a pointer when lisp_iid_del() frees it: transmit of the
 * device (has ended), receive and the expiry of misses (RCU), netlink
 * handlers and the expiry of mappings (lisp_net.lock, under which it was
 * unpublished). Nobody else keeps one.
 */

#include <linux/netdevice.h>
#include <linux/rhashtable.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>

#include "iid.h"
#include "local.h"
#include "map.h"
#include "net.h"

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
			      struct net_device *dev,
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
	lisp_miss_table_init(&new->miss);

	mutex_lock(&ln->lock);
	err = rhashtable_lookup_insert_fast(&ln->iids.hash, &new->node,
					    iid_params);
	if (!err)
		iid_link(&ln->iids, new);
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

void lisp_iid_del(struct lisp_iid *iid)
{
	struct lisp_net *ln = iid->ln;

	ASSERT_RTNL();

	mutex_lock(&ln->lock);
	rhashtable_remove_fast(&ln->iids.hash, &iid->node, iid_params);
	rb_erase(&iid->order, &ln->iids.tree);
	lisp_miss_kill(iid);
	RCU_INIT_POINTER(iid->dev, NULL);
	lisp_map_drop_all(iid);
	lisp_local_drop_all(iid);
	mutex_unlock(&ln->lock);

	kfree_rcu(iid, rcu);
}

int lisp_iid_net_init(struct lisp_net *ln)
{
	ln->iids.tree = RB_ROOT;

	return rhashtable_init(&ln->iids.hash, &iid_params);
}

void lisp_iid_net_exit(struct lisp_net *ln)
{
	WARN_ON_ONCE(!RB_EMPTY_ROOT(&ln->iids.tree));
	rhashtable_destroy(&ln->iids.hash);
}

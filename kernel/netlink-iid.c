// SPDX-License-Identifier: GPL-2.0
/*
 * Generic netlink: the Instance-IDs of external devices. Those of other
 * devices come and go with their device and are shown with it (dev-get).
 *
 * All that makes or removes Instance-IDs holds RTNL, so handlers here do, too:
 * a device or VRF that was found is there until they are through.
 */

#include <linux/moduleparam.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <net/genetlink.h>

#include "dev.h"
#include "iid.h"
#include "net.h"
#include "netlink-attr.h"
#include "netlink-gen.h"
#include "netlink.h"

static unsigned int max_iids = 65536;
module_param(max_iids, uint, 0644);
MODULE_PARM_DESC(max_iids,
		 "Instance-IDs an external device may have (65536)");

static const struct lisp_nl_select iid_select = {
	LISP_A_IID_UNDERLAY, LISP_A_IID_IID,
};

static int parse_key(struct genl_info *info, u16 flags,
		     struct lisp_iid_key *key)
{
	int err;

	err = lisp_nl_check_header(info, flags);
	if (err)
		return err;

	return lisp_nl_parse_key(info, &iid_select, key);
}

/*
 * The VRF in @net, NULL if none is asked for, or ERR_PTR. An external device
 * that has moved is in a namespace where who asks may have no say. RTNL.
 */
static struct net_device *parse_vrf(struct net *net, struct sk_buff *skb,
				    const struct genl_info *info)
{
	const struct nlattr *attr = info->attrs[LISP_A_IID_VRF];
	u32 ifindex = attr ? nla_get_u32(attr) : 0;
	struct net_device *vrf;

	if (!ifindex)
		return NULL;
	if (!netlink_ns_capable(skb, net->user_ns, CAP_NET_ADMIN)) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "a VRF needs CAP_NET_ADMIN in the device's namespace");
		return ERR_PTR(-EPERM);
	}
	vrf = ifindex > INT_MAX ? NULL : __dev_get_by_index(net, ifindex);
	if (!vrf) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "no device with the VRF's index");
		return ERR_PTR(-ENODEV);
	}
	if (!netif_is_l3_master(vrf)) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "the device is no VRF");
		return ERR_PTR(-EINVAL);
	}

	return vrf;
}

static int iid_new(struct lisp_net *ln, const struct lisp_iid_key *key,
		   struct sk_buff *skb, const struct genl_info *info)
{
	struct net_device *vrf;
	struct lisp_iid *iid;
	struct lisp_dev *ld;

	ld = lisp_dev_external(ln, key->underlay);
	if (!ld) {
		GENL_SET_ERR_MSG(info,
				 "there is no external device in this underlay");
		return -ENODEV;
	}
	if (ld->n_iids >= READ_ONCE(max_iids)) {
		GENL_SET_ERR_MSG(info,
				 "no room for more Instance-IDs (module parameter max_iids)");
		return -ENOSPC;
	}
	vrf = parse_vrf(dev_net(ld->dev), skb, info);
	if (IS_ERR(vrf))
		return PTR_ERR(vrf);
	iid = lisp_iid_add(ln, key->underlay, key->iid, ld->dev, vrf,
			   info->extack);
	if (IS_ERR(iid))
		return PTR_ERR(iid);
	ld->n_iids++;
	lisp_netlink_iid(iid, LISP_EVENT_NEW, info);

	return 0;
}

int lisp_nl_iid_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct lisp_net *ln = lisp_net(genl_info_net(info));
	struct lisp_iid_key key;
	int err;

	err = parse_key(info, NLM_F_CREATE | NLM_F_EXCL, &key);
	if (err)
		return err;

	rtnl_lock();
	err = iid_new(ln, &key, skb, info);
	rtnl_unlock();

	return err;
}

/* One of an external device, or NULL with a sentence. lisp_net.lock. */
static struct lisp_iid *find_iid(struct lisp_net *ln,
				 const struct lisp_iid_key *key,
				 const struct genl_info *info)
{
	struct lisp_iid *iid = lisp_iid_find(ln, key->underlay, key->iid);

	if (iid && lisp_iid_is_external(iid))
		return iid;
	GENL_SET_ERR_MSG(info,
			 "no external device has this Instance-ID in this underlay");

	return NULL;
}

static void iid_gone(struct lisp_iid *iid, const struct genl_info *info)
{
	struct lisp_dev *ld = lisp_dev(rtnl_dereference(iid->dev));

	ld->n_iids--;
	lisp_netlink_iid(iid, LISP_EVENT_DELETED, info);
	lisp_iid_del(iid);
}

void lisp_netlink_iid_gone(struct lisp_iid *iid)
{
	iid_gone(iid, NULL);
}

int lisp_nl_iid_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct lisp_net *ln = lisp_net(genl_info_net(info));
	struct lisp_iid_key key;
	struct lisp_iid *iid;
	int err;

	err = parse_key(info, 0, &key);
	if (err)
		return err;

	rtnl_lock();
	mutex_lock(&ln->lock);
	iid = find_iid(ln, &key, info);
	mutex_unlock(&ln->lock);
	if (iid)
		iid_gone(iid, info);
	rtnl_unlock();

	return iid ? 0 : -ENODEV;
}

static int put_counts(struct sk_buff *skb, const struct lisp_iid *iid)
{
	const struct {
		int	type;
		u64	value;
	} values[] = {
		{ LISP_A_IID_RX_PACKETS,
		  atomic64_read(&iid->count.rx_packets) },
		{ LISP_A_IID_RX_BYTES, atomic64_read(&iid->count.rx_bytes) },
		{ LISP_A_IID_TX_PACKETS,
		  atomic64_read(&iid->count.tx_packets) },
		{ LISP_A_IID_TX_BYTES, atomic64_read(&iid->count.tx_bytes) },
		{ LISP_A_IID_MISSES, lisp_miss_table_of(iid)->reports },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(values); i++) {
		if (nla_put_u64_64bit(skb, values[i].type, values[i].value,
				      LISP_A_IID_PAD))
			return -EMSGSIZE;
	}

	return 0;
}

/* lisp_net.lock keeps @iid, RCU its device and VRF. */
static int put_key(struct sk_buff *skb, const struct lisp_iid *iid)
{
	const struct net_device *dev, *vrf;
	int err = 0;

	rcu_read_lock();
	dev = rcu_dereference(iid->dev);
	vrf = rcu_dereference(iid->vrf);
	if (nla_put_u32(skb, LISP_A_IID_UNDERLAY, iid->key.underlay) ||
	    nla_put_u32(skb, LISP_A_IID_IID, iid->key.iid) ||
	    nla_put_u32(skb, LISP_A_IID_VRF, vrf ? vrf->ifindex : 0) ||
	    nla_put_u32(skb, LISP_A_IID_IFINDEX, dev->ifindex))
		err = -EMSGSIZE;
	rcu_read_unlock();

	return err;
}

static int put_iid(struct sk_buff *skb, const struct lisp_iid *iid)
{
	const struct lisp_miss_table *miss = lisp_miss_table_of(iid);
	int err;

	err = put_key(skb, iid);
	if (err)
		return err;
	if (nla_put_u32(skb, LISP_A_IID_HELD_PACKETS, miss->packets) ||
	    nla_put_u32(skb, LISP_A_IID_HELD_BYTES, miss->bytes) ||
	    nla_put_u32(skb, LISP_A_IID_MAPS, iid->n_maps) ||
	    nla_put_u32(skb, LISP_A_IID_LOCALS, iid->n_locals))
		return -EMSGSIZE;

	return put_counts(skb, iid);
}

int lisp_nl_iid_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct lisp_net *ln = lisp_net(genl_info_net(info));
	struct lisp_iid_key key;
	struct sk_buff *reply;
	struct lisp_iid *iid;
	void *head;
	int err;

	err = parse_key(info, 0, &key);
	if (err)
		return err;
	reply = lisp_nl_reply_new(info, &head);
	if (!reply)
		return -ENOMEM;

	mutex_lock(&ln->lock);
	iid = find_iid(ln, &key, info);
	err = iid ? put_iid(reply, iid) : -ENODEV;
	mutex_unlock(&ln->lock);

	return lisp_nl_reply(reply, head, err, info);
}

static int dump_iid(struct lisp_iid *iid, struct lisp_nl_dump *dump)
{
	void *head;

	if (!lisp_iid_is_external(iid))
		return 0;
	head = lisp_nl_dump_put(dump, LISP_CMD_IID_GET);
	if (!head)
		return -EMSGSIZE;
	if (put_iid(dump->skb, iid)) {
		genlmsg_cancel(dump->skb, head);
		return -EMSGSIZE;
	}
	genlmsg_end(dump->skb, head);

	return 0;
}

int lisp_nl_iid_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return lisp_nl_dump(skb, cb, &iid_select, dump_iid);
}

void lisp_netlink_iid(const struct lisp_iid *iid, enum lisp_event event,
		      const struct genl_info *info)
{
	struct net_device *vrf = rtnl_dereference(iid->vrf);
	struct sk_buff *skb;
	int err = -EMSGSIZE;
	void *head;

	skb = lisp_nl_event_new(iid->ln, LISP_CMD_IID_NTF, info, &head);
	if (!skb)
		return;
	if (!nla_put_u32(skb, LISP_A_IID_EVENT, event) &&
	    !nla_put_u32(skb, LISP_A_IID_UNDERLAY, iid->key.underlay) &&
	    !nla_put_u32(skb, LISP_A_IID_IID, iid->key.iid) &&
	    !nla_put_u32(skb, LISP_A_IID_VRF, vrf ? vrf->ifindex : 0))
		err = 0;
	lisp_nl_event_send(iid->ln, skb, head, err);
}

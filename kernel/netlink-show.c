// SPDX-License-Identifier: GPL-2.0
/* Generic netlink: RLOCs, devices, misses. */

#include <linux/netdevice.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "dev.h"
#include "iid.h"
#include "miss.h"
#include "net.h"
#include "netlink-attr.h"
#include "netlink-gen.h"
#include "netlink.h"
#include "rloc.h"
#include "stats.h"

/* RLOCs */

/* Where a dump of RLOCs is: after this key, family 0: before the underlay. */
struct rloc_cursor {
	union lisp_addr	addr;
	u32		underlay;
	__be16		port;
	u8		family;
};

static int parse_rloc(struct genl_info *info, u32 *underlay,
		      struct lisp_loc_conf *conf)
{
	int err;

	err = lisp_nl_check_header(info, 0);
	if (err)
		return err;
	err = LISP_NL_REQUIRE(info, LISP_A_RLOC_ADDRESS,
			      "the address is missing");
	if (err)
		return err;
	*underlay = info->attrs[LISP_A_RLOC_UNDERLAY] ?
		    nla_get_u32(info->attrs[LISP_A_RLOC_UNDERLAY]) : 0;

	return lisp_nl_parse_rloc(info->attrs[LISP_A_RLOC_ADDRESS],
				  info->attrs[LISP_A_RLOC_PORT], conf,
				  info->extack);
}

static struct lisp_rloc *find_rloc(struct lisp_net *ln, u32 underlay,
				   const struct lisp_loc_conf *conf,
				   const struct genl_info *info)
{
	struct lisp_rloc *rloc;

	rloc = lisp_rloc_find(ln, underlay, conf->family, &conf->addr,
			      conf->port);
	if (!rloc)
		GENL_SET_ERR_MSG(info, "no locator set names this RLOC");

	return rloc;
}

int lisp_nl_rloc_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *state = info->attrs[LISP_A_RLOC_STATE];
	const struct nlattr *rtt = info->attrs[LISP_A_RLOC_RTT];
	struct lisp_net *ln = lisp_net(genl_info_net(info));
	struct lisp_loc_conf conf;
	struct lisp_rloc *rloc;
	u32 underlay;
	int err;

	err = parse_rloc(info, &underlay, &conf);
	if (err)
		return err;
	if (!rtt) {
		err = LISP_NL_REQUIRE(info, LISP_A_RLOC_STATE,
				      "a state or a round-trip time is missing");
		if (err)
			return err;
	}

	mutex_lock(&ln->lock);
	rloc = find_rloc(ln, underlay, &conf, info);
	if (!rloc)
		err = -ENOENT;
	if (rloc && rtt)
		rloc->rtt = nla_get_u32(rtt);
	if (rloc && state && lisp_rloc_set_state(rloc, nla_get_u32(state)))
		lisp_netlink_rloc(ln, rloc, info);
	mutex_unlock(&ln->lock);

	return err;
}

static int put_rloc(struct sk_buff *skb, const struct lisp_rloc *rloc)
{
	u32 now = ktime_get_boottime_seconds();
	struct lisp_rloc_sum sum;

	lisp_rloc_read(rloc, &sum);
	if (nla_put_u32(skb, LISP_A_RLOC_UNDERLAY, rloc->underlay) ||
	    nla_put(skb, LISP_A_RLOC_ADDRESS, lisp_addr_size(rloc->family),
		    &rloc->addr) ||
	    nla_put_u16(skb, LISP_A_RLOC_PORT, ntohs(rloc->port)) ||
	    nla_put_u32(skb, LISP_A_RLOC_STATE, rloc->state) ||
	    nla_put_u32(skb, LISP_A_RLOC_CHANGED, now - rloc->changed) ||
	    nla_put_u32(skb, LISP_A_RLOC_USERS, rloc->users) ||
	    nla_put_u64_64bit(skb, LISP_A_RLOC_PACKETS, sum.packets,
			      LISP_A_RLOC_PAD) ||
	    nla_put_u64_64bit(skb, LISP_A_RLOC_BYTES, sum.bytes,
			      LISP_A_RLOC_PAD) ||
	    nla_put_u64_64bit(skb, LISP_A_RLOC_RX_PACKETS, sum.rx_packets,
			      LISP_A_RLOC_PAD) ||
	    nla_put_u64_64bit(skb, LISP_A_RLOC_RX_BYTES, sum.rx_bytes,
			      LISP_A_RLOC_PAD) ||
	    nla_put_u32(skb, LISP_A_RLOC_RTT, rloc->rtt))
		return -EMSGSIZE;

	return 0;
}

int lisp_nl_rloc_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct lisp_net *ln = lisp_net(genl_info_net(info));
	struct lisp_loc_conf conf;
	struct lisp_rloc *rloc;
	struct sk_buff *reply;
	u32 underlay;
	void *head;
	int err;

	err = parse_rloc(info, &underlay, &conf);
	if (err)
		return err;
	reply = lisp_nl_reply_new(info, &head);
	if (!reply)
		return -ENOMEM;

	mutex_lock(&ln->lock);
	rloc = find_rloc(ln, underlay, &conf, info);
	err = rloc ? put_rloc(reply, rloc) : -ENOENT;
	mutex_unlock(&ln->lock);

	return lisp_nl_reply(reply, head, err, info);
}

static int dump_rloc(const struct lisp_nl_dump *dump,
		     const struct lisp_rloc *rloc)
{
	void *head;

	head = lisp_nl_dump_put(dump, LISP_CMD_RLOC_GET);
	if (!head)
		return -EMSGSIZE;
	if (put_rloc(dump->skb, rloc)) {
		genlmsg_cancel(dump->skb, head);
		return -EMSGSIZE;
	}
	genlmsg_end(dump->skb, head);

	return 0;
}

static void cursor_set(struct rloc_cursor *cursor,
		       const struct lisp_rloc *rloc)
{
	cursor->underlay = rloc->underlay;
	cursor->family = rloc->family;
	cursor->addr = rloc->addr;
	cursor->port = rloc->port;
}

int lisp_nl_rloc_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct nlattr *attr =
		genl_info_dump(cb)->attrs[LISP_A_RLOC_UNDERLAY];
	struct lisp_net *ln = lisp_net(sock_net(cb->skb->sk));
	const struct lisp_nl_dump dump = { .skb = skb, .cb = cb };
	struct rloc_cursor *cursor = (struct rloc_cursor *)cb->ctx;
	struct lisp_rloc *rloc;
	int err = 0;

	BUILD_BUG_ON(sizeof(*cursor) > sizeof(cb->ctx));

	if (attr && !cursor->family)
		cursor->underlay = nla_get_u32(attr);

	mutex_lock(&ln->lock);
	while ((rloc = lisp_rloc_next(ln, cursor->underlay, cursor->family,
				      &cursor->addr, cursor->port))) {
		if (attr && rloc->underlay != nla_get_u32(attr))
			break;
		err = dump_rloc(&dump, rloc);
		if (err)
			break;
		cursor_set(cursor, rloc);
	}
	mutex_unlock(&ln->lock);

	return skb->len ? skb->len : err;
}

/* Devices */

static const struct lisp_nl_select dev_select = {
	LISP_A_DEV_UNDERLAY, LISP_A_DEV_IID,
};

static int put_drops(struct sk_buff *skb, const struct lisp_stats *stats)
{
	struct nlattr *nest;
	unsigned int i;

	for (i = 0; i < LISP_DROP_REASONS; i++) {
		if (!stats->drops[i])
			continue;
		nest = nla_nest_start(skb, LISP_A_DEV_DROP);
		if (!nest ||
		    nla_put_u32(skb, LISP_A_DROP_REASON, i) ||
		    nla_put_u64_64bit(skb, LISP_A_DROP_PACKETS,
				      stats->drops[i], LISP_A_DROP_PAD))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}

	return 0;
}

/* What is of no device, drops apart. */
static int put_netns(struct sk_buff *skb, const struct lisp_stats *stats)
{
	static const struct {
		u8	type;
		u8	count;
	} values[] = {
		{ LISP_A_DEV_ICMP_TOO_BIG, LISP_COUNT_ICMP_TOO_BIG },
		{ LISP_A_DEV_ICMP_UNREACHABLE, LISP_COUNT_ICMP_UNREACHABLE },
		{ LISP_A_DEV_ICMP_HOP_LIMIT, LISP_COUNT_ICMP_HOP_LIMIT },
		{ LISP_A_DEV_ICMP_REFUSED, LISP_COUNT_ICMP_REFUSED },
	};
	unsigned int i;

	if (nla_put_u32(skb, LISP_A_DEV_IFINDEX, 0))
		return -EMSGSIZE;
	for (i = 0; i < ARRAY_SIZE(values); i++) {
		if (nla_put_u64_64bit(skb, values[i].type,
				      stats->counts[values[i].count],
				      LISP_A_DEV_PAD))
			return -EMSGSIZE;
	}

	return put_drops(skb, stats);
}

static int put_u64s(struct sk_buff *skb, const struct lisp_stats *stats,
		    u64 reports)
{
	const struct {
		int	type;
		u64	value;
	} values[] = {
		{ LISP_A_DEV_RX_PACKETS, stats->rx_packets },
		{ LISP_A_DEV_RX_BYTES, stats->rx_bytes },
		{ LISP_A_DEV_TX_PACKETS, stats->tx_packets },
		{ LISP_A_DEV_TX_BYTES, stats->tx_bytes },
		{ LISP_A_DEV_NATIVE_PACKETS, stats->counts[LISP_COUNT_NATIVE] },
		{ LISP_A_DEV_RX_RESERVED,
		  stats->counts[LISP_COUNT_RX_RESERVED] },
		{ LISP_A_DEV_MISSES, reports },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(values); i++) {
		if (nla_put_u64_64bit(skb, values[i].type, values[i].value,
				      LISP_A_DEV_PAD))
			return -EMSGSIZE;
	}

	return 0;
}

/* @dev is there while RCU or lisp_net.lock keeps it. */
static int put_dev_stats(struct sk_buff *skb, const struct net_device *dev,
			 u32 underlay, u64 reports)
{
	struct lisp_stats stats;
	int err;

	lisp_stats_read(dev, &stats);
	if (nla_put_u32(skb, LISP_A_DEV_IFINDEX, dev->ifindex) ||
	    nla_put_string(skb, LISP_A_DEV_IFNAME, dev->name) ||
	    nla_put_u32(skb, LISP_A_DEV_UNDERLAY, underlay))
		return -EMSGSIZE;
	err = put_u64s(skb, &stats, reports);

	return err ?: put_drops(skb, &stats);
}

static int put_dev(struct sk_buff *skb, const struct lisp_iid *iid)
{
	const struct lisp_miss_table *miss = lisp_miss_table_of(iid);
	struct net_device *dev;
	int err = -ENODEV;

	rcu_read_lock();
	dev = rcu_dereference(iid->dev);
	if (dev)
		err = put_dev_stats(skb, dev, iid->key.underlay,
				    miss->reports);
	rcu_read_unlock();
	if (err)
		return err;
	if (nla_put_u32(skb, LISP_A_DEV_IID, iid->key.iid) ||
	    nla_put_u32(skb, LISP_A_DEV_HELD_PACKETS, miss->packets) ||
	    nla_put_u32(skb, LISP_A_DEV_HELD_BYTES, miss->bytes) ||
	    nla_put_u32(skb, LISP_A_DEV_MAPS, iid->n_maps) ||
	    nla_put_u32(skb, LISP_A_DEV_LOCALS, iid->n_locals))
		return -EMSGSIZE;

	return 0;
}

static int put_external(struct sk_buff *skb, const struct lisp_dev *ld)
{
	if (nla_put_flag(skb, LISP_A_DEV_EXTERNAL))
		return -EMSGSIZE;

	return put_dev_stats(skb, ld->dev, ld->underlay, 0);
}

int lisp_nl_dev_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct lisp_net *ln = lisp_net(genl_info_net(info));
	struct lisp_iid_key key;
	struct sk_buff *reply;
	struct lisp_iid *iid;
	void *head;
	int err;

	err = lisp_nl_check_header(info, 0);
	if (err)
		return err;
	err = lisp_nl_parse_key(info, &dev_select, &key);
	if (err)
		return err;
	reply = lisp_nl_reply_new(info, &head);
	if (!reply)
		return -ENOMEM;

	mutex_lock(&ln->lock);
	iid = lisp_nl_find_iid(ln, &key, info);
	err = iid ? put_dev(reply, iid) : -ENODEV;
	mutex_unlock(&ln->lock);

	return lisp_nl_reply(reply, head, err, info);
}

static int dump_dev(struct lisp_iid *iid, struct lisp_nl_dump *dump)
{
	void *head;
	int err;

	if (!rcu_access_pointer(iid->dev) || lisp_iid_is_external(iid))
		return 0;
	head = lisp_nl_dump_put(dump, LISP_CMD_DEV_GET);
	if (!head)
		return -EMSGSIZE;
	err = put_dev(dump->skb, iid);
	if (err) {
		genlmsg_cancel(dump->skb, head);
		return err;
	}
	genlmsg_end(dump->skb, head);

	return 0;
}

/* An external device, or if @ld is NULL what reached no device. */
static int dump_other(struct lisp_net *ln, struct lisp_nl_dump *dump,
		      const struct lisp_dev *ld)
{
	struct lisp_stats stats;
	void *head;
	int err;

	head = lisp_nl_dump_put(dump, LISP_CMD_DEV_GET);
	if (!head)
		return -EMSGSIZE;
	if (ld) {
		err = put_external(dump->skb, ld);
	} else {
		lisp_stats_read_net(ln, &stats);
		err = put_netns(dump->skb, &stats);
	}
	if (err) {
		genlmsg_cancel(dump->skb, head);
		return -EMSGSIZE;
	}
	genlmsg_end(dump->skb, head);

	return 0;
}

static int dump_others(struct lisp_net *ln, struct lisp_nl_dump *dump,
		       struct lisp_nl_cursor *cursor)
{
	struct lisp_dev *ld;
	int err = 0, i = 1;

	if (!cursor->tail)
		err = dump_other(ln, dump, NULL);
	if (err)
		return err;
	cursor->tail = max_t(u16, cursor->tail, 1);

	mutex_lock(&ln->lock);
	list_for_each_entry(ld, &ln->externals, outside) {
		if (i++ < cursor->tail)
			continue;
		err = dump_other(ln, dump, ld);
		if (err)
			break;
		cursor->tail++;
	}
	mutex_unlock(&ln->lock);

	return err;
}

/*
 * Devices; then, unless one Instance-ID was asked for, what reached none, and
 * external devices.
 */
int lisp_nl_dev_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct lisp_nl_cursor *cursor = (struct lisp_nl_cursor *)cb->ctx;
	struct lisp_net *ln = lisp_net(sock_net(cb->skb->sk));
	struct nlattr **attrs = genl_info_dump(cb)->attrs;
	struct lisp_nl_dump dump = { .skb = skb, .cb = cb };
	int err;

	err = lisp_nl_dump(skb, cb, &dev_select, dump_dev);
	if (err < 0 || !cursor->done ||
	    attrs[LISP_A_DEV_UNDERLAY] || attrs[LISP_A_DEV_IID])
		return err;
	err = dump_others(ln, &dump, cursor);

	return skb->len ? skb->len : err;
}

/* Misses */

static const struct lisp_nl_select miss_select = {
	LISP_A_MISS_UNDERLAY, LISP_A_MISS_IID,
};

static int dump_miss(struct lisp_nl_dump *dump, const struct lisp_iid *iid,
		     const struct lisp_miss_info *miss)
{
	void *head;

	head = lisp_nl_dump_put(dump, LISP_CMD_MISS_GET);
	if (!head)
		return -EMSGSIZE;
	if (lisp_nl_put_miss(dump->skb, iid, miss)) {
		genlmsg_cancel(dump->skb, head);
		return -EMSGSIZE;
	}
	genlmsg_end(dump->skb, head);

	return 0;
}

static int dump_misses(struct lisp_iid *iid, struct lisp_nl_dump *dump)
{
	struct lisp_prefix *after = &dump->cursor->after;
	struct lisp_miss_info miss;
	int err;

	while (lisp_miss_next(iid, after->family, &after->addr, &miss)) {
		if (--dump->budget < 0)
			return -EAGAIN;
		err = dump_miss(dump, iid, &miss);
		if (err)
			return err;
		after->family = miss.family;
		after->addr = miss.eid;
	}

	return 0;
}

int lisp_nl_miss_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return lisp_nl_dump(skb, cb, &miss_select, dump_misses);
}

int lisp_nl_miss_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct lisp_net *ln = lisp_net(genl_info_net(info));
	struct lisp_miss_info miss;
	struct lisp_prefix eid;
	struct lisp_iid_key key;
	struct sk_buff *reply;
	struct lisp_iid *iid;
	void *head;
	int err;

	err = lisp_nl_check_header(info, 0);
	if (err)
		return err;
	err = lisp_nl_parse_key(info, &miss_select, &key);
	if (err)
		return err;
	err = LISP_NL_REQUIRE(info, LISP_A_MISS_EID, "the EID is missing");
	if (err)
		return err;
	err = lisp_nl_parse_prefix(info->attrs[LISP_A_MISS_EID], NULL, &eid,
				   info->extack);
	if (err)
		return err;
	reply = lisp_nl_reply_new(info, &head);
	if (!reply)
		return -ENOMEM;

	mutex_lock(&ln->lock);
	iid = lisp_nl_find_iid(ln, &key, info);
	if (!iid)
		err = -ENODEV;
	else if (!lisp_miss_find(iid, eid.family, &eid.addr, &miss))
		err = -ENOENT;
	else
		err = lisp_nl_put_miss(reply, iid, &miss);
	mutex_unlock(&ln->lock);

	if (err == -ENOENT)
		GENL_SET_ERR_MSG(info, "no packet waits for this EID");

	return lisp_nl_reply(reply, head, err, info);
}

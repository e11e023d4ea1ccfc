// SPDX-License-Identifier: GPL-2.0
/*
 * ethtool -S: what the core's statistics (ip -s link) know nothing of. First
 * what happened besides drops, then each reason for a drop under the word it
 * has everywhere, with "drop-" before it. The core calls this under RTNL, so
 * the device has its Instance-ID. `ip -s -d link` has the same numbers.
 */
#include <linux/ethtool.h>
#include <linux/netdevice.h>
#include <net/netlink.h>

#include <uapi/linux/if_lisp.h>

#include "dev.h"
#include "ethtool.h"
#include "iid.h"
#include "stats.h"

enum { NATIVE, RX_RESERVED, MISSES, HELD_PACKETS, HELD_BYTES, N_OTHERS };

static const char others[N_OTHERS][ETH_GSTRING_LEN] = {
	[NATIVE]	= "native-packets",
	[RX_RESERVED]	= "rx-reserved",
	[MISSES]	= "misses",
	[HELD_PACKETS]	= "held-packets",
	[HELD_BYTES]	= "held-bytes",
};

/* LISP_DROP_REASON_NONE is no reason. */
#define N_DROPS	(LISP_DROP_REASONS - 1)

static void get_drvinfo(struct net_device *dev, struct ethtool_drvinfo *info)
{
	strscpy(info->driver, "lisp", sizeof(info->driver));
}

static int get_sset_count(struct net_device *dev, int set)
{
	return set == ETH_SS_STATS ? N_OTHERS + N_DROPS : -EOPNOTSUPP;
}

static void get_strings(struct net_device *dev, u32 set, u8 *data)
{
	unsigned int i;

	if (set != ETH_SS_STATS)
		return;
	memcpy(data, others, sizeof(others));
	data += sizeof(others);
	for (i = 0; i < N_DROPS; i++)
		snprintf((char *)data + i * ETH_GSTRING_LEN, ETH_GSTRING_LEN,
			 "drop-%s", lisp_drop_name(i + 1));
}

/* An external device has misses in each Instance-ID: netlink shows those. */
static void get_misses(const struct lisp_dev *ld, u64 *data)
{
	const struct lisp_miss_table *miss = lisp_miss_table_of(ld->iid);

	data[MISSES] = READ_ONCE(miss->reports);
	data[HELD_PACKETS] = READ_ONCE(miss->packets);
	data[HELD_BYTES] = READ_ONCE(miss->bytes);
}

static void read_stats(const struct net_device *dev, u64 *data)
{
	const struct lisp_dev *ld = lisp_dev(dev);
	struct lisp_stats stats;

	lisp_stats_read(dev, &stats);
	data[NATIVE] = stats.counts[LISP_COUNT_NATIVE];
	data[RX_RESERVED] = stats.counts[LISP_COUNT_RX_RESERVED];
	memset(data + MISSES, 0, (N_OTHERS - MISSES) * sizeof(*data));
	if (ld->iid)
		get_misses(ld, data);
	memcpy(data + N_OTHERS, stats.drops + 1, N_DROPS * sizeof(*data));
}

static void get_stats(struct net_device *dev, struct ethtool_stats *request,
		      u64 *data)
{
	read_stats(dev, data);
}

int lisp_xstats_put(struct sk_buff *skb, const struct net_device *dev)
{
	struct nlattr *nest = nla_nest_start(skb, IFLA_INFO_XSTATS);
	u64 data[N_OTHERS + N_DROPS];

	read_stats(dev, data);
	if (!nest ||
	    nla_put(skb, IFLA_LISP_XSTATS_COUNTS, N_OTHERS * sizeof(*data),
		    data) ||
	    nla_put(skb, IFLA_LISP_XSTATS_DROPS, N_DROPS * sizeof(*data),
		    data + N_OTHERS))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

size_t lisp_xstats_size(const struct net_device *dev)
{
	return nla_total_size(N_OTHERS * sizeof(u64)) +
	       nla_total_size(N_DROPS * sizeof(u64));
}

const struct ethtool_ops lisp_ethtool_ops = {
	.get_drvinfo		= get_drvinfo,
	.get_link		= ethtool_op_get_link,
	.get_sset_count		= get_sset_count,
	.get_strings		= get_strings,
	.get_ethtool_stats	= get_stats,
};

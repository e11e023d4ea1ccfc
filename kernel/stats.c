// SPDX-License-Identifier: GPL-2.0
#include <linux/percpu.h>
#include <linux/skbuff.h>

#include "dev.h"
#include "net.h"
#include "stats.h"
#include "trace.h"

/* Our word for a reason, and the core's that is nearest to it. */
static const struct {
	const char *name;
	enum skb_drop_reason core;
} reasons[LISP_DROP_REASONS] = {
#define R(reason, word, nearest) \
	[LISP_DROP_REASON_##reason] = { word, SKB_DROP_REASON_##nearest }
	R(NONE,			"none",			NOT_SPECIFIED),
	R(TX_NOT_IP,		"tx-not-ip",		UNHANDLED_PROTO),
	R(TX_MULTICAST,		"tx-multicast",		NOT_SPECIFIED),
	R(TX_LOCAL_EID,		"tx-local-eid",		IP_OUTNOROUTES),
	R(NO_MAP,		"no-map",		IP_OUTNOROUTES),
	R(NO_LISTENER,		"no-listener",		IP_OUTNOROUTES),
	R(HOLD_TIMEOUT,		"hold-timeout",		NEIGH_FAILED),
	R(HOLD_EVICTED,		"hold-evicted",		NEIGH_QUEUEFULL),
	R(HOLD_FULL,		"hold-full",		NEIGH_QUEUEFULL),
	R(HOLD_PURGED,		"hold-purged",		DEV_READY),
	R(MAP_DROP,		"map-drop",		IP_OUTNOROUTES),
	R(MAP_POLICY,		"map-policy",		NOT_SPECIFIED),
	R(MAP_AUTH,		"map-auth",		NOT_SPECIFIED),
	R(MAP_ASK,		"map-ask",		IP_OUTNOROUTES),
	R(NATIVE_NO_DEVICE,	"native-no-device",	IP_OUTNOROUTES),
	R(NATIVE_NO_ROUTE,	"native-no-route",	IP_OUTNOROUTES),
	R(NO_LOCATOR,		"no-locator",		IP_OUTNOROUTES),
	R(NO_FAMILY,		"no-family",		IP_OUTNOROUTES),
	R(NO_ROUTE,		"no-route",		IP_OUTNOROUTES),
	R(LOOP,			"loop",			NOT_SPECIFIED),
	R(MTU,			"mtu",			PKT_TOO_BIG),
	R(TX_TTL,		"tx-ttl",		IP_INHDR),
	R(TX_NO_MEMORY,		"tx-no-memory",		NOMEM),
	R(TX_ERROR,		"tx-error",		NOT_SPECIFIED),
	R(RX_SHORT,		"rx-short",		PKT_TOO_SMALL),
	R(RX_CONTROL,		"rx-control",		UNHANDLED_PROTO),
	R(RX_CRYPTO,		"rx-crypto",		UNHANDLED_PROTO),
	R(RX_UNKNOWN_IID,	"rx-unknown-iid",	NOT_SPECIFIED),
	R(RX_DEVICE_DOWN,	"rx-device-down",	DEV_READY),
	R(RX_BAD_INNER,		"rx-bad-inner",		IP_INHDR),
	R(RX_NOT_LOCAL,		"rx-not-local",		OTHERHOST),
	R(RX_ECN,		"rx-ecn",		NOT_SPECIFIED),
	R(RX_TTL,		"rx-ttl",		IP_INHDR),
	R(RX_NO_MEMORY,		"rx-no-memory",		NOMEM),
	R(RX_VERSION_NONE,	"rx-version-none",	NOT_SPECIFIED),
	R(RX_VERSION_NEWER,	"rx-version-newer",	NOT_SPECIFIED),
	R(RX_VERSION_STALE,	"rx-version-stale",	NOT_SPECIFIED),
	R(RX_SOURCE_VERSION,	"rx-source-version",	NOT_SPECIFIED),
	R(TX_NO_IID,		"tx-no-iid",		IP_OUTNOROUTES),
	R(RX_ETHERNET,		"rx-ethernet",		UNHANDLED_PROTO),
	R(RX_NEXT_PROTOCOL,	"rx-next-protocol",	UNHANDLED_PROTO),
#undef R
};

const char *lisp_drop_name(enum lisp_drop_reason reason)
{
	if ((unsigned int)reason >= LISP_DROP_REASONS)
		return "unknown";
	return reasons[reason].name;
}

struct lisp_counters __percpu *lisp_counters_new(void)
{
	return netdev_alloc_pcpu_stats(struct lisp_counters);
}

static void add(struct lisp_counters __percpu *all, size_t offset)
{
	struct lisp_counters *c;

	/* A softirq must not count in the middle of a process that counts. */
	local_bh_disable();
	c = this_cpu_ptr(all);
	u64_stats_update_begin(&c->syncp);
	u64_stats_inc((u64_stats_t *)((char *)c + offset));
	u64_stats_update_end(&c->syncp);
	local_bh_enable();
}

#define OFFSET(member, i) \
	(offsetof(struct lisp_counters, member) + (i) * sizeof(u64_stats_t))

static void drop_count(struct net_device *dev, const struct sk_buff *skb,
		       enum lisp_drop_reason reason)
{
	struct lisp_dev *ld = lisp_dev(dev);

	trace_lisp_drop(skb, dev, ld->id, reason);
	add(ld->counters, OFFSET(drops, reason));
}

void lisp_drop_count(struct net_device *dev, enum lisp_drop_reason reason)
{
	drop_count(dev, NULL, reason);
}

void lisp_count(struct net_device *dev, enum lisp_count which)
{
	add(lisp_dev(dev)->counters, OFFSET(counts, which));
}

void lisp_count_net(const struct lisp_net *ln, enum lisp_count which)
{
	add(ln->drops, OFFSET(counts, which));
}

void lisp_drop(struct sk_buff *skb, struct net_device *dev,
	       enum lisp_drop_reason reason)
{
	drop_count(dev, skb, reason);
	kfree_skb_reason(skb, reasons[reason].core);
}

void lisp_drop_net(struct sk_buff *skb, struct lisp_net *ln,
		   enum lisp_drop_reason reason)
{
	trace_lisp_drop(skb, NULL, 0, reason);
	add(ln->drops, OFFSET(drops, reason));
	kfree_skb_reason(skb, reasons[reason].core);
}

static void sum(const struct lisp_counters __percpu *all,
		struct lisp_stats *stats)
{
	u64 drops[LISP_DROP_REASONS], counts[LISP_COUNTS];
	unsigned int start;
	int cpu, i;

	for_each_possible_cpu(cpu) {
		const struct lisp_counters *c = per_cpu_ptr(all, cpu);

		do {
			start = u64_stats_fetch_begin(&c->syncp);
			u64_stats_copy(drops, c->drops, sizeof(drops));
			u64_stats_copy(counts, c->counts, sizeof(counts));
		} while (u64_stats_fetch_retry(&c->syncp, start));

		for (i = 0; i < LISP_DROP_REASONS; i++)
			stats->drops[i] += drops[i];
		for (i = 0; i < LISP_COUNTS; i++)
			stats->counts[i] += counts[i];
	}
}

void lisp_stats_read(const struct net_device *dev, struct lisp_stats *stats)
{
	struct rtnl_link_stats64 core = {};

	memset(stats, 0, sizeof(*stats));
	sum(lisp_dev(dev)->counters, stats);

	dev_fetch_sw_netstats(&core, dev->tstats);
	stats->rx_packets = core.rx_packets;
	stats->rx_bytes = core.rx_bytes;
	stats->tx_packets = core.tx_packets;
	stats->tx_bytes = core.tx_bytes;

	/* iptunnel_xmit_stats() counts here what the underlay refused. */
	netdev_stats_to_stats64(&core, &dev->stats);
	stats->drops[LISP_DROP_REASON_TX_ERROR] += core.tx_errors +
						   core.tx_dropped;
}

void lisp_stats_read_net(const struct lisp_net *ln, struct lisp_stats *stats)
{
	memset(stats, 0, sizeof(*stats));
	sum(ln->drops, stats);
}

void lisp_stats_get64(struct net_device *dev, struct rtnl_link_stats64 *s)
{
	struct lisp_stats stats = {};
	int i;

	dev_get_tstats64(dev, s);
	sum(lisp_dev(dev)->counters, &stats);
	for (i = 0; i < LISP_DROP_REASONS; i++) {
		if (strncmp(reasons[i].name, "rx-", 3))
			s->tx_dropped += stats.drops[i];
		else
			s->rx_dropped += stats.drops[i];
	}
}

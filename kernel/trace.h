/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tracepoints: perf record -e 'lisp:*', or tracefs events/lisp. Each is a
 * jump that is patched in when somebody listens; until then it costs a nop.
 * Addresses are sockaddrs, a prefix has its length beside it.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM lisp

#if !defined(_LISP_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _LISP_TRACE_H

#include <linux/in.h>
#include <linux/netdevice.h>
#include <linux/tracepoint.h>

#include <uapi/linux/lisp.h>

#include "addr.h"
#include "map.h"
#include "miss.h"
#include "rloc.h"
#include "stats.h"

#ifndef _LISP_TRACE_ONCE
#define _LISP_TRACE_ONCE

union lisp_trace_addr {
	struct sockaddr_in	v4;
	struct sockaddr_in6	v6;
};

/* Unaligned @to, as an entry has it. */
static inline void lisp_trace_addr(void *to, int family, const void *addr,
				   __be16 port)
{
	union lisp_trace_addr sa = {};

	if (family == AF_INET) {
		sa.v4.sin_family = AF_INET;
		sa.v4.sin_port = port;
		memcpy(&sa.v4.sin_addr, addr, sizeof(sa.v4.sin_addr));
	} else {
		sa.v6.sin6_family = AF_INET6;
		sa.v6.sin6_port = port;
		memcpy(&sa.v6.sin6_addr, addr, sizeof(sa.v6.sin6_addr));
	}
	memcpy(to, &sa, sizeof(sa));
}

#endif

#define LISP_TRACE_ADDR(name) __array(u8, name, sizeof(union lisp_trace_addr))

/* A packet was refused; @dev is NULL when it reached no device. */
TRACE_EVENT(lisp_drop,
	TP_PROTO(const struct sk_buff *skb, const struct net_device *dev,
		 u32 iid, enum lisp_drop_reason reason),
	TP_ARGS(skb, dev, iid, reason),
	TP_STRUCT__entry(
		__field(const void *, skbaddr)
		__field(int, ifindex)
		__field(u32, iid)
		__field(u32, reason)
	),
	TP_fast_assign(
		__entry->skbaddr = skb;
		__entry->ifindex = dev ? dev->ifindex : 0;
		__entry->iid = iid;
		__entry->reason = reason;
	),
	TP_printk("skbaddr=%p ifindex=%d iid=%u reason=%s", __entry->skbaddr,
		  __entry->ifindex, __entry->iid,
		  lisp_drop_name(__entry->reason))
);

/* A packet leaves for @rloc with @iid in its header; @len without headers. */
TRACE_EVENT(lisp_encap,
	TP_PROTO(const struct sk_buff *skb, const struct net_device *dev,
		 u32 iid, const struct lisp_rloc *rloc, unsigned int len),
	TP_ARGS(skb, dev, iid, rloc, len),
	TP_STRUCT__entry(
		__field(const void *, skbaddr)
		__field(int, ifindex)
		__field(u32, iid)
		__field(u32, len)
		LISP_TRACE_ADDR(rloc)
	),
	TP_fast_assign(
		__entry->skbaddr = skb;
		__entry->ifindex = dev->ifindex;
		__entry->iid = iid;
		__entry->len = len;
		lisp_trace_addr(__entry->rloc, rloc->family, &rloc->addr,
				rloc->port);
	),
	TP_printk("skbaddr=%p ifindex=%d iid=%u len=%u rloc=%pISpc",
		  __entry->skbaddr, __entry->ifindex, __entry->iid,
		  __entry->len, __entry->rloc)
);

/* A packet came out of the tunnel, and of @dev. */
TRACE_EVENT(lisp_decap,
	TP_PROTO(const struct sk_buff *skb, const struct net_device *dev,
		 u32 iid),
	TP_ARGS(skb, dev, iid),
	TP_STRUCT__entry(
		__field(const void *, skbaddr)
		__field(int, ifindex)
		__field(u32, iid)
		__field(u32, len)
	),
	TP_fast_assign(
		__entry->skbaddr = skb;
		__entry->ifindex = dev->ifindex;
		__entry->iid = iid;
		__entry->len = skb->len;
	),
	TP_printk("skbaddr=%p ifindex=%d iid=%u len=%u", __entry->skbaddr,
		  __entry->ifindex, __entry->iid, __entry->len)
);

/* A packet is held for @eid; @packets and @bytes of it are by now. */
TRACE_EVENT(lisp_hold,
	TP_PROTO(const struct sk_buff *skb, u32 iid, int family,
		 const union lisp_addr *eid, u32 packets, u32 bytes),
	TP_ARGS(skb, iid, family, eid, packets, bytes),
	TP_STRUCT__entry(
		__field(const void *, skbaddr)
		__field(u32, iid)
		__field(u32, packets)
		__field(u32, bytes)
		LISP_TRACE_ADDR(eid)
	),
	TP_fast_assign(
		__entry->skbaddr = skb;
		__entry->iid = iid;
		__entry->packets = packets;
		__entry->bytes = bytes;
		lisp_trace_addr(__entry->eid, family, eid, 0);
	),
	TP_printk("skbaddr=%p iid=%u eid=%pISc packets=%u bytes=%u",
		  __entry->skbaddr, __entry->iid, __entry->eid,
		  __entry->packets, __entry->bytes)
);

/* A miss is reported to user space. */
TRACE_EVENT(lisp_miss,
	TP_PROTO(u32 iid, const struct lisp_miss_info *miss),
	TP_ARGS(iid, miss),
	TP_STRUCT__entry(
		__field(u32, iid)
		__field(u32, reports)
		LISP_TRACE_ADDR(eid)
		LISP_TRACE_ADDR(source)
	),
	TP_fast_assign(
		__entry->iid = iid;
		__entry->reports = miss->reports;
		lisp_trace_addr(__entry->eid, miss->family, &miss->eid, 0);
		lisp_trace_addr(__entry->source, miss->family, &miss->source,
				0);
	),
	TP_printk("iid=%u eid=%pISc source=%pISc reports=%u", __entry->iid,
		  __entry->eid, __entry->source, __entry->reports)
);

/* A mapping was made, replaced, deleted, or has expired. */
TRACE_EVENT(lisp_map,
	TP_PROTO(u32 iid, const struct lisp_prefix *prefix, u32 action,
		 enum lisp_event event),
	TP_ARGS(iid, prefix, action, event),
	TP_STRUCT__entry(
		__field(u32, iid)
		__field(u32, action)
		__field(u32, event)
		__field(u8, len)
		LISP_TRACE_ADDR(prefix)
	),
	TP_fast_assign(
		__entry->iid = iid;
		__entry->action = action;
		__entry->event = event;
		__entry->len = prefix->len;
		lisp_trace_addr(__entry->prefix, prefix->family, &prefix->addr,
				0);
	),
	TP_printk("iid=%u prefix=%pISc/%u action=%u event=%s", __entry->iid,
		  __entry->prefix, __entry->len, __entry->action,
		  __print_symbolic(__entry->event,
				   { LISP_EVENT_NEW, "new" },
				   { LISP_EVENT_REPLACED, "replaced" },
				   { LISP_EVENT_DELETED, "deleted" },
				   { LISP_EVENT_EXPIRED, "expired" }))
);

#endif /* _LISP_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>

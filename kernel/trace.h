/* SPDX-License-Identifier: GPL-2.0 */
/* Tracepoints: perf record -e lisp:lisp_drop, or tracefs events/lisp. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM lisp

#if !defined(_LISP_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _LISP_TRACE_H

#include <linux/netdevice.h>
#include <linux/tracepoint.h>

#include <uapi/linux/lisp.h>

#include "stats.h"

/* A packet was refused; @dev is NULL when it reached no device. */
TRACE_EVENT(lisp_drop,
	TP_PROTO(const struct net_device *dev, u32 iid,
		 enum lisp_drop_reason reason),
	TP_ARGS(dev, iid, reason),
	TP_STRUCT__entry(
		__field(int, ifindex)
		__field(u32, iid)
		__field(u32, reason)
	),
	TP_fast_assign(
		__entry->ifindex = dev ? dev->ifindex : 0;
		__entry->iid = iid;
		__entry->reason = reason;
	),
	TP_printk("ifindex=%d iid=%u reason=%s", __entry->ifindex,
		  __entry->iid, lisp_drop_name(__entry->reason))
);

#endif /* _LISP_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>

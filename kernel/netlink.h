/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The generic netlink family "lisp" (Documentation/netlink/specs/lisp.yaml):
 * the handlers are declared in netlink-gen.h; here is what tells listeners.
 */
#ifndef _LISP_NETLINK_H
#define _LISP_NETLINK_H

#include <linux/gfp.h>
#include <linux/types.h>

#include <uapi/linux/lisp.h>

#include "owner.h"

struct genl_info;
struct lisp_iid;
struct lisp_local;
struct lisp_map;
struct lisp_miss_info;
struct lisp_net;
struct lisp_react;
struct lisp_rloc;

int lisp_netlink_init(void);
void lisp_netlink_exit(void);

/* Whether anybody may be waiting for misses. Any context. */
bool lisp_netlink_has_resolver(const struct lisp_net *ln);

/*
 * Tell listeners. @info: the request that caused it, whose port and sequence
 * number the message then carries, or NULL.
 */
void lisp_netlink_map(const struct lisp_map *map, enum lisp_event event,
		      const struct genl_info *info);
void lisp_netlink_local(const struct lisp_iid *iid,
			const struct lisp_local *local, enum lisp_event event,
			const struct genl_info *info);

/* RTNL. _gone: tell, and delete @iid. */
void lisp_netlink_iid(const struct lisp_iid *iid, enum lisp_event event,
		      const struct genl_info *info);
void lisp_netlink_iid_gone(struct lisp_iid *iid);

void lisp_netlink_rloc(const struct lisp_net *ln,
		       const struct lisp_rloc *rloc,
		       const struct genl_info *info);

/* Its state has not changed, but ICMP calls it unreachable. */
void lisp_netlink_rloc_doubt(const struct lisp_net *ln,
			     const struct lisp_rloc *rloc);

/* A report of a packet: its bits (status) or version, as @what says. */
void lisp_netlink_reach(const struct lisp_net *ln,
			const struct lisp_react *what, u32 value);

/*
 * Report a miss; any context. -ESRCH: nobody in the namespace listens, else 0
 * or another error.
 */
int lisp_netlink_miss(const struct lisp_iid *iid,
		      const struct lisp_miss_info *miss);

#endif /* _LISP_NETLINK_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who looks after the mappings of an origin. An owner is a netlink socket;
 * when it is closed its owner is absent, and the mappings of that origin
 * outlive their TTL, marked stale, by the stale limit.
 */
#ifndef _LISP_OWNER_H
#define _LISP_OWNER_H

#include <linux/list.h>
#include <linux/netlink.h>
#include <linux/types.h>

#define LISP_STALE_LIMIT	3600		/* seconds */
#define LISP_STALE_LIMIT_MAX	604800

struct genl_info;
struct lisp_net;

struct lisp_owners {
	struct list_head	list;
	unsigned int		n;
};

int lisp_owner_net_init(struct lisp_net *ln);
void lisp_owner_net_exit(struct lisp_net *ln);
int lisp_owner_init(void);
void lisp_owner_exit(void);

/*
 * Bind @origin to the socket @portid. -EBUSY: another socket has it;
 * -ENOSPC: too many origins. (lock)
 */
int lisp_owner_set(struct lisp_net *ln, u32 origin, u32 portid,
		   u32 stale_limit, struct netlink_ext_ack *extack);

/*
 * Seconds that mappings of @origin may outlive their TTL: 0 while its owner
 * is there, and for an origin that nobody ever claimed. (lock)
 */
u32 lisp_owner_stale_limit(const struct lisp_net *ln, u32 origin);

/*
 * May an entry that @theirs made (NULL: there is none) be set by @mine, with
 * the request's NLM_F_EXCL, NLM_F_CREATE, NLM_F_REPLACE?
 */
int lisp_owner_check(const u32 *theirs, u32 mine,
		     const struct genl_info *info);

#endif /* _LISP_OWNER_H */

/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/lisp.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_LISP_GEN_H
#define _LINUX_LISP_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/lisp.h>

/* Common nested types */
extern const struct nla_policy lisp_locator_nl_policy[LISP_A_LOCATOR_FLAGS + 1];
extern const struct nla_policy lisp_locators_nl_policy[LISP_A_LOCATORS_LOCATOR + 1];

extern const struct nla_policy lisp_map_new_nl_policy[LISP_A_MAP_HOME_IID + 1];

extern const struct nla_policy lisp_map_del_nl_policy[LISP_A_MAP_ORIGIN + 1];

extern const struct nla_policy lisp_map_flush_nl_policy[LISP_A_MAP_ORIGIN + 1];

extern const struct nla_policy lisp_map_get_nl_policy[LISP_A_MAP_ORIGIN + 1];

extern const struct nla_policy lisp_local_new_nl_policy[LISP_A_LOCAL_MAP_VERSION + 1];

extern const struct nla_policy lisp_local_del_nl_policy[LISP_A_LOCAL_ORIGIN + 1];

extern const struct nla_policy lisp_local_get_nl_policy[LISP_A_LOCAL_ORIGIN + 1];

extern const struct nla_policy lisp_rloc_set_nl_policy[LISP_A_RLOC_RTT + 1];

extern const struct nla_policy lisp_rloc_get_nl_policy[LISP_A_RLOC_PORT + 1];

extern const struct nla_policy lisp_dev_get_nl_policy[LISP_A_DEV_IID + 1];

extern const struct nla_policy lisp_miss_get_nl_policy[LISP_A_MISS_EID + 1];

extern const struct nla_policy lisp_owner_set_nl_policy[LISP_A_OWNER_STALE_LIMIT + 1];

extern const struct nla_policy lisp_iid_new_nl_policy[LISP_A_IID_VRF + 1];

extern const struct nla_policy lisp_iid_del_nl_policy[LISP_A_IID_IID + 1];

extern const struct nla_policy lisp_iid_get_nl_policy[LISP_A_IID_IID + 1];

/* Ops table for lisp */
extern const struct genl_ops lisp_nl_ops[15];

int lisp_nl_map_new_doit(struct sk_buff *skb, struct genl_info *info);
int lisp_nl_map_del_doit(struct sk_buff *skb, struct genl_info *info);
int lisp_nl_map_flush_doit(struct sk_buff *skb, struct genl_info *info);
int lisp_nl_map_get_doit(struct sk_buff *skb, struct genl_info *info);
int lisp_nl_map_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int lisp_nl_local_new_doit(struct sk_buff *skb, struct genl_info *info);
int lisp_nl_local_del_doit(struct sk_buff *skb, struct genl_info *info);
int lisp_nl_local_get_doit(struct sk_buff *skb, struct genl_info *info);
int lisp_nl_local_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int lisp_nl_rloc_set_doit(struct sk_buff *skb, struct genl_info *info);
int lisp_nl_rloc_get_doit(struct sk_buff *skb, struct genl_info *info);
int lisp_nl_rloc_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int lisp_nl_dev_get_doit(struct sk_buff *skb, struct genl_info *info);
int lisp_nl_dev_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int lisp_nl_miss_get_doit(struct sk_buff *skb, struct genl_info *info);
int lisp_nl_miss_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int lisp_nl_owner_set_doit(struct sk_buff *skb, struct genl_info *info);
int lisp_nl_iid_new_doit(struct sk_buff *skb, struct genl_info *info);
int lisp_nl_iid_del_doit(struct sk_buff *skb, struct genl_info *info);
int lisp_nl_iid_get_doit(struct sk_buff *skb, struct genl_info *info);
int lisp_nl_iid_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);

enum {
	LISP_NLGRP_MISS,
	LISP_NLGRP_EVENT,
};

#endif /* _LINUX_LISP_GEN_H */

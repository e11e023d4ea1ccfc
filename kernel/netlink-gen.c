// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/lisp.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink-gen.h"

#include <uapi/linux/lisp.h>

/* Common nested types */
const struct nla_policy lisp_locator_nl_policy[LISP_A_LOCATOR_FLAGS + 1] = {
	[LISP_A_LOCATOR_ADDRESS] = { .type = NLA_BINARY, },
	[LISP_A_LOCATOR_PORT] = { .type = NLA_U16, },
	[LISP_A_LOCATOR_PRIORITY] = { .type = NLA_U8, },
	[LISP_A_LOCATOR_WEIGHT] = { .type = NLA_U8, },
	[LISP_A_LOCATOR_FLAGS] = NLA_POLICY_MASK(NLA_U8, 0x1f),
};

const struct nla_policy lisp_locators_nl_policy[LISP_A_LOCATORS_LOCATOR + 1] = {
	[LISP_A_LOCATORS_LOCATOR] = NLA_POLICY_NESTED(lisp_locator_nl_policy),
};

/* LISP_CMD_MAP_NEW - do */
const struct nla_policy lisp_map_new_nl_policy[LISP_A_MAP_HOME_IID + 1] = {
	[LISP_A_MAP_UNDERLAY] = { .type = NLA_U32, },
	[LISP_A_MAP_IID] = { .type = NLA_U32, },
	[LISP_A_MAP_PREFIX] = { .type = NLA_BINARY, },
	[LISP_A_MAP_PREFIX_LEN] = { .type = NLA_U8, },
	[LISP_A_MAP_ACTION] = NLA_POLICY_MAX(NLA_U32, 5),
	[LISP_A_MAP_LOCATORS] = NLA_POLICY_NESTED(lisp_locators_nl_policy),
	[LISP_A_MAP_TTL] = { .type = NLA_U32, },
	[LISP_A_MAP_ORIGIN] = { .type = NLA_U32, },
	[LISP_A_MAP_MAP_VERSION] = { .type = NLA_U16, },
	[LISP_A_MAP_HOME_IID] = { .type = NLA_U32, },
};

/* LISP_CMD_MAP_DEL - do */
const struct nla_policy lisp_map_del_nl_policy[LISP_A_MAP_ORIGIN + 1] = {
	[LISP_A_MAP_UNDERLAY] = { .type = NLA_U32, },
	[LISP_A_MAP_IID] = { .type = NLA_U32, },
	[LISP_A_MAP_PREFIX] = { .type = NLA_BINARY, },
	[LISP_A_MAP_PREFIX_LEN] = { .type = NLA_U8, },
	[LISP_A_MAP_ORIGIN] = { .type = NLA_U32, },
};

/* LISP_CMD_MAP_FLUSH - do */
const struct nla_policy lisp_map_flush_nl_policy[LISP_A_MAP_ORIGIN + 1] = {
	[LISP_A_MAP_UNDERLAY] = { .type = NLA_U32, },
	[LISP_A_MAP_IID] = { .type = NLA_U32, },
	[LISP_A_MAP_ORIGIN] = { .type = NLA_U32, },
};

/* LISP_CMD_MAP_GET - do */
const struct nla_policy lisp_map_get_nl_policy[LISP_A_MAP_ORIGIN + 1] = {
	[LISP_A_MAP_UNDERLAY] = { .type = NLA_U32, },
	[LISP_A_MAP_IID] = { .type = NLA_U32, },
	[LISP_A_MAP_PREFIX] = { .type = NLA_BINARY, },
	[LISP_A_MAP_PREFIX_LEN] = { .type = NLA_U8, },
	[LISP_A_MAP_ORIGIN] = { .type = NLA_U32, },
};

/* LISP_CMD_LOCAL_NEW - do */
const struct nla_policy lisp_local_new_nl_policy[LISP_A_LOCAL_MAP_VERSION + 1] = {
	[LISP_A_LOCAL_UNDERLAY] = { .type = NLA_U32, },
	[LISP_A_LOCAL_IID] = { .type = NLA_U32, },
	[LISP_A_LOCAL_PREFIX] = { .type = NLA_BINARY, },
	[LISP_A_LOCAL_PREFIX_LEN] = { .type = NLA_U8, },
	[LISP_A_LOCAL_LOCATORS] = NLA_POLICY_NESTED(lisp_locators_nl_policy),
	[LISP_A_LOCAL_ORIGIN] = { .type = NLA_U32, },
	[LISP_A_LOCAL_MAP_VERSION] = { .type = NLA_U16, },
};

/* LISP_CMD_LOCAL_DEL - do */
const struct nla_policy lisp_local_del_nl_policy[LISP_A_LOCAL_ORIGIN + 1] = {
	[LISP_A_LOCAL_UNDERLAY] = { .type = NLA_U32, },
	[LISP_A_LOCAL_IID] = { .type = NLA_U32, },
	[LISP_A_LOCAL_PREFIX] = { .type = NLA_BINARY, },
	[LISP_A_LOCAL_PREFIX_LEN] = { .type = NLA_U8, },
	[LISP_A_LOCAL_ORIGIN] = { .type = NLA_U32, },
};

/* LISP_CMD_LOCAL_GET - do */
const struct nla_policy lisp_local_get_nl_policy[LISP_A_LOCAL_ORIGIN + 1] = {
	[LISP_A_LOCAL_UNDERLAY] = { .type = NLA_U32, },
	[LISP_A_LOCAL_IID] = { .type = NLA_U32, },
	[LISP_A_LOCAL_PREFIX] = { .type = NLA_BINARY, },
	[LISP_A_LOCAL_PREFIX_LEN] = { .type = NLA_U8, },
	[LISP_A_LOCAL_ORIGIN] = { .type = NLA_U32, },
};

/* LISP_CMD_RLOC_SET - do */
const struct nla_policy lisp_rloc_set_nl_policy[LISP_A_RLOC_RTT + 1] = {
	[LISP_A_RLOC_UNDERLAY] = { .type = NLA_U32, },
	[LISP_A_RLOC_ADDRESS] = { .type = NLA_BINARY, },
	[LISP_A_RLOC_PORT] = { .type = NLA_U16, },
	[LISP_A_RLOC_STATE] = NLA_POLICY_MAX(NLA_U32, 5),
	[LISP_A_RLOC_RTT] = { .type = NLA_U32, },
};

/* LISP_CMD_RLOC_GET - do */
const struct nla_policy lisp_rloc_get_nl_policy[LISP_A_RLOC_PORT + 1] = {
	[LISP_A_RLOC_UNDERLAY] = { .type = NLA_U32, },
	[LISP_A_RLOC_ADDRESS] = { .type = NLA_BINARY, },
	[LISP_A_RLOC_PORT] = { .type = NLA_U16, },
};

/* LISP_CMD_DEV_GET - do */
const struct nla_policy lisp_dev_get_nl_policy[LISP_A_DEV_IID + 1] = {
	[LISP_A_DEV_UNDERLAY] = { .type = NLA_U32, },
	[LISP_A_DEV_IID] = { .type = NLA_U32, },
};

/* LISP_CMD_MISS_GET - do */
const struct nla_policy lisp_miss_get_nl_policy[LISP_A_MISS_EID + 1] = {
	[LISP_A_MISS_UNDERLAY] = { .type = NLA_U32, },
	[LISP_A_MISS_IID] = { .type = NLA_U32, },
	[LISP_A_MISS_EID] = { .type = NLA_BINARY, },
};

/* LISP_CMD_OWNER_SET - do */
const struct nla_policy lisp_owner_set_nl_policy[LISP_A_OWNER_STALE_LIMIT + 1] = {
	[LISP_A_OWNER_ORIGIN] = { .type = NLA_U32, },
	[LISP_A_OWNER_STALE_LIMIT] = { .type = NLA_U32, },
};

/* LISP_CMD_IID_NEW - do */
const struct nla_policy lisp_iid_new_nl_policy[LISP_A_IID_VRF + 1] = {
	[LISP_A_IID_UNDERLAY] = { .type = NLA_U32, },
	[LISP_A_IID_IID] = { .type = NLA_U32, },
	[LISP_A_IID_VRF] = { .type = NLA_U32, },
};

/* LISP_CMD_IID_DEL - do */
const struct nla_policy lisp_iid_del_nl_policy[LISP_A_IID_IID + 1] = {
	[LISP_A_IID_UNDERLAY] = { .type = NLA_U32, },
	[LISP_A_IID_IID] = { .type = NLA_U32, },
};

/* LISP_CMD_IID_GET - do */
const struct nla_policy lisp_iid_get_nl_policy[LISP_A_IID_IID + 1] = {
	[LISP_A_IID_UNDERLAY] = { .type = NLA_U32, },
	[LISP_A_IID_IID] = { .type = NLA_U32, },
};

/* Ops table for lisp */
const struct genl_ops lisp_nl_ops[15] = {
	{
		.cmd		= LISP_CMD_MAP_NEW,
		.doit		= lisp_nl_map_new_doit,
		.policy		= lisp_map_new_nl_policy,
		.maxattr	= LISP_A_MAP_HOME_IID,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= LISP_CMD_MAP_DEL,
		.doit		= lisp_nl_map_del_doit,
		.policy		= lisp_map_del_nl_policy,
		.maxattr	= LISP_A_MAP_ORIGIN,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= LISP_CMD_MAP_FLUSH,
		.doit		= lisp_nl_map_flush_doit,
		.policy		= lisp_map_flush_nl_policy,
		.maxattr	= LISP_A_MAP_ORIGIN,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= LISP_CMD_MAP_GET,
		.doit		= lisp_nl_map_get_doit,
		.dumpit		= lisp_nl_map_get_dumpit,
		.policy		= lisp_map_get_nl_policy,
		.maxattr	= LISP_A_MAP_ORIGIN,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= LISP_CMD_LOCAL_NEW,
		.doit		= lisp_nl_local_new_doit,
		.policy		= lisp_local_new_nl_policy,
		.maxattr	= LISP_A_LOCAL_MAP_VERSION,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= LISP_CMD_LOCAL_DEL,
		.doit		= lisp_nl_local_del_doit,
		.policy		= lisp_local_del_nl_policy,
		.maxattr	= LISP_A_LOCAL_ORIGIN,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= LISP_CMD_LOCAL_GET,
		.doit		= lisp_nl_local_get_doit,
		.dumpit		= lisp_nl_local_get_dumpit,
		.policy		= lisp_local_get_nl_policy,
		.maxattr	= LISP_A_LOCAL_ORIGIN,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= LISP_CMD_RLOC_SET,
		.doit		= lisp_nl_rloc_set_doit,
		.policy		= lisp_rloc_set_nl_policy,
		.maxattr	= LISP_A_RLOC_RTT,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= LISP_CMD_RLOC_GET,
		.doit		= lisp_nl_rloc_get_doit,
		.dumpit		= lisp_nl_rloc_get_dumpit,
		.policy		= lisp_rloc_get_nl_policy,
		.maxattr	= LISP_A_RLOC_PORT,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= LISP_CMD_DEV_GET,
		.doit		= lisp_nl_dev_get_doit,
		.dumpit		= lisp_nl_dev_get_dumpit,
		.policy		= lisp_dev_get_nl_policy,
		.maxattr	= LISP_A_DEV_IID,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= LISP_CMD_MISS_GET,
		.doit		= lisp_nl_miss_get_doit,
		.dumpit		= lisp_nl_miss_get_dumpit,
		.policy		= lisp_miss_get_nl_policy,
		.maxattr	= LISP_A_MISS_EID,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= LISP_CMD_OWNER_SET,
		.doit		= lisp_nl_owner_set_doit,
		.policy		= lisp_owner_set_nl_policy,
		.maxattr	= LISP_A_OWNER_STALE_LIMIT,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= LISP_CMD_IID_NEW,
		.doit		= lisp_nl_iid_new_doit,
		.policy		= lisp_iid_new_nl_policy,
		.maxattr	= LISP_A_IID_VRF,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= LISP_CMD_IID_DEL,
		.doit		= lisp_nl_iid_del_doit,
		.policy		= lisp_iid_del_nl_policy,
		.maxattr	= LISP_A_IID_IID,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
	{
		.cmd		= LISP_CMD_IID_GET,
		.doit		= lisp_nl_iid_get_doit,
		.dumpit		= lisp_nl_iid_get_dumpit,
		.policy		= lisp_iid_get_nl_policy,
		.maxattr	= LISP_A_IID_IID,
		.flags		= GENL_UNS_ADMIN_PERM,
	},
};

static const struct genl_multicast_group lisp_nl_mcgrps[] = {
	[LISP_NLGRP_MISS] = { "miss", },
	[LISP_NLGRP_EVENT] = { "event", },
};

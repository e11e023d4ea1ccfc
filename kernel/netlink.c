// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family: registration, owners, and what listeners get.
 *
 * The family, its policies and its table of operations come from
 * Documentation/netlink/specs/lisp.yaml (netlink-gen.c). Handlers run in
 * parallel; lisp_net.lock is what serialises changes. Each parses the whole
 * request, takes the lock, checks, builds and publishes, in this order, so
 * that a request that is refused has changed nothing. Every refusal of ours
 * has a sentence in extack.
 */

#include <net/genetlink.h>

#include "iid.h"
#include "local.h"
#include "map.h"
#include "miss.h"
#include "net.h"
#include "netlink-attr.h"
#include "netlink-gen.h"
#include "netlink.h"
#include "owner.h"
#include "reach-react.h"
#include "rloc.h"
#include "trace.h"

/* Events, of which a mapping's is the largest: ten attributes. */
#define EVENT_SIZE	160

/* As the generated table, but joining needs a capability. */
static const struct genl_multicast_group groups[] = {
	[LISP_NLGRP_MISS] = {
		.name = LISP_MCGRP_MISS,
		.flags = GENL_MCAST_CAP_NET_ADMIN,
	},
	[LISP_NLGRP_EVENT] = {
		.name = LISP_MCGRP_EVENT,
		.flags = GENL_MCAST_CAP_NET_ADMIN,
	},
};

struct genl_family lisp_nl_family __ro_after_init = {
	.name = LISP_GENL_NAME,
	.version = LISP_GENL_VERSION,
	.netnsok = true,
	.parallel_ops = true,
	.module = THIS_MODULE,
	.ops = lisp_nl_ops,
	.n_ops = ARRAY_SIZE(lisp_nl_ops),
	.mcgrps = groups,
	.n_mcgrps = ARRAY_SIZE(groups),
	/*
	 * For commands from here on genetlink would refuse NLM_F_CREATE,
	 * _EXCL and _REPLACE; lisp_nl_check_header() does the rest.
	 */
	.resv_start_op = __LISP_CMD_MAX,
};

int __init lisp_netlink_init(void)
{
	return genl_register_family(&lisp_nl_family);
}

void lisp_netlink_exit(void)
{
	genl_unregister_family(&lisp_nl_family);
}

int lisp_nl_owner_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *limit = info->attrs[LISP_A_OWNER_STALE_LIMIT];
	struct lisp_net *ln = lisp_net(genl_info_net(info));
	u32 origin, seconds = LISP_STALE_LIMIT;
	int err;

	err = lisp_nl_check_header(info, 0);
	if (err)
		return err;
	err = LISP_NL_REQUIRE(info, LISP_A_OWNER_ORIGIN,
			      "the origin is missing");
	if (err)
		return err;
	origin = nla_get_u32(info->attrs[LISP_A_OWNER_ORIGIN]);
	if (!origin) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[LISP_A_OWNER_ORIGIN],
				    "origin 0 has no owner");
		return -EINVAL;
	}
	if (limit)
		seconds = nla_get_u32(limit);
	if (seconds > LISP_STALE_LIMIT_MAX) {
		NL_SET_ERR_MSG_ATTR(info->extack, limit,
				    "the stale limit is 0 to 604800 s");
		return -ERANGE;
	}

	mutex_lock(&ln->lock);
	err = lisp_owner_set(ln, origin, info->snd_portid, seconds,
			     info->extack);
	mutex_unlock(&ln->lock);

	return err;
}

/* Notifications */

static bool has_listeners(const struct lisp_net *ln, unsigned int group)
{
	return genl_has_listeners(&lisp_nl_family, ln->net, group) > 0;
}

bool lisp_netlink_has_resolver(const struct lisp_net *ln)
{
	return has_listeners(ln, LISP_NLGRP_MISS);
}

static struct sk_buff *message_new(u8 cmd, const struct genl_info *info,
				   gfp_t gfp, void **head)
{
	struct sk_buff *skb;

	skb = genlmsg_new(EVENT_SIZE, gfp);
	if (skb)
		*head = genlmsg_put(skb, info ? info->snd_portid : 0,
				    info ? info->snd_seq : 0, &lisp_nl_family,
				    0, cmd);

	return skb;
}

struct sk_buff *lisp_nl_event_new(const struct lisp_net *ln, u8 cmd,
				  const struct genl_info *info, void **head)
{
	struct sk_buff *skb;

	if (!has_listeners(ln, LISP_NLGRP_EVENT))
		return NULL;

	skb = message_new(cmd, info, GFP_KERNEL, head);
	if (!skb)
		genl_set_err(&lisp_nl_family, ln->net, 0, LISP_NLGRP_EVENT,
			     -ENOBUFS);

	return skb;
}

void lisp_nl_event_send(const struct lisp_net *ln, struct sk_buff *skb,
			void *head, int err)
{
	if (WARN_ON_ONCE(err)) {
		nlmsg_free(skb);
		return;
	}
	genlmsg_end(skb, head);
	genlmsg_multicast_netns(&lisp_nl_family, ln->net, skb, 0,
				LISP_NLGRP_EVENT, GFP_KERNEL);
}

static int put_map_event(struct sk_buff *skb, const struct lisp_map *map,
			 const struct lisp_prefix *prefix,
			 enum lisp_event event)
{
	const struct lisp_iid_key *key = &map->iid->key;

	if (nla_put_u32(skb, LISP_A_MAP_EVENT, event) ||
	    nla_put_u32(skb, LISP_A_MAP_UNDERLAY, key->underlay) ||
	    nla_put_u32(skb, LISP_A_MAP_IID, key->iid) ||
	    nla_put_u32(skb, LISP_A_MAP_ACTION, map->action) ||
	    nla_put_u32(skb, LISP_A_MAP_ORIGIN, map->origin))
		return -EMSGSIZE;

	return lisp_nl_put_prefix(skb, LISP_A_MAP_PREFIX,
				  LISP_A_MAP_PREFIX_LEN, prefix);
}

void lisp_netlink_map(const struct lisp_map *map, enum lisp_event event,
		      const struct genl_info *info)
{
	const struct lisp_net *ln = map->iid->ln;
	struct lisp_prefix prefix;
	struct sk_buff *skb;
	void *head;

	lisp_map_prefix(map, &prefix);
	trace_lisp_map(map->iid->key.iid, &prefix, map->action, event);
	skb = lisp_nl_event_new(ln, LISP_CMD_MAP_NTF, info, &head);
	if (skb)
		lisp_nl_event_send(ln, skb, head,
			   put_map_event(skb, map, &prefix, event));
}

static int put_local_event(struct sk_buff *skb, const struct lisp_iid *iid,
			   const struct lisp_local *local,
			   enum lisp_event event)
{
	struct lisp_prefix prefix;

	if (nla_put_u32(skb, LISP_A_LOCAL_EVENT, event) ||
	    nla_put_u32(skb, LISP_A_LOCAL_UNDERLAY, iid->key.underlay) ||
	    nla_put_u32(skb, LISP_A_LOCAL_IID, iid->key.iid) ||
	    nla_put_u32(skb, LISP_A_LOCAL_ORIGIN, local->origin))
		return -EMSGSIZE;
	lisp_local_prefix(local, &prefix);

	return lisp_nl_put_prefix(skb, LISP_A_LOCAL_PREFIX,
				  LISP_A_LOCAL_PREFIX_LEN, &prefix);
}

void lisp_netlink_local(const struct lisp_iid *iid,
			const struct lisp_local *local, enum lisp_event event,
			const struct genl_info *info)
{
	struct sk_buff *skb;
	void *head;

	skb = lisp_nl_event_new(iid->ln, LISP_CMD_LOCAL_NTF, info, &head);
	if (skb)
		lisp_nl_event_send(iid->ln, skb, head,
			   put_local_event(skb, iid, local, event));
}

static int put_rloc_event(struct sk_buff *skb, const struct lisp_rloc *rloc,
			  bool doubt)
{
	if (nla_put_u32(skb, LISP_A_RLOC_UNDERLAY, rloc->underlay) ||
	    nla_put(skb, LISP_A_RLOC_ADDRESS, lisp_addr_size(rloc->family),
		    &rloc->addr) ||
	    nla_put_u16(skb, LISP_A_RLOC_PORT, ntohs(rloc->port)) ||
	    nla_put_u32(skb, LISP_A_RLOC_STATE, rloc->state))
		return -EMSGSIZE;

	return doubt ? nla_put_flag(skb, LISP_A_RLOC_DOUBT) : 0;
}

static void rloc_event(const struct lisp_net *ln, const struct lisp_rloc *rloc,
		       const struct genl_info *info, bool doubt)
{
	struct sk_buff *skb;
	void *head;

	skb = lisp_nl_event_new(ln, LISP_CMD_RLOC_NTF, info, &head);
	if (skb)
		lisp_nl_event_send(ln, skb, head,
				   put_rloc_event(skb, rloc, doubt));
}

void lisp_netlink_rloc(const struct lisp_net *ln,
		       const struct lisp_rloc *rloc,
		       const struct genl_info *info)
{
	rloc_event(ln, rloc, info, false);
}

void lisp_netlink_rloc_doubt(const struct lisp_net *ln,
			     const struct lisp_rloc *rloc)
{
	rloc_event(ln, rloc, NULL, true);
}

/* What a reach event of each kind has beside its key. */
static const struct {
	u8 value;	/* attribute for the value */
	u8 own;		/* attribute for our own, or 0 */
} reach_attrs[] = {
	[LISP_REACH_EVENT_STATUS_BITS] = { LISP_A_REACH_STATUS_BITS },
	[LISP_REACH_EVENT_SOURCE_NEWER] = { LISP_A_REACH_VERSION,
					    LISP_A_REACH_OWN_VERSION },
	[LISP_REACH_EVENT_DEST_OLDER] = { LISP_A_REACH_VERSION,
					  LISP_A_REACH_OWN_VERSION },
	[LISP_REACH_EVENT_DEST_NEWER] = { LISP_A_REACH_VERSION,
					  LISP_A_REACH_OWN_VERSION },
	[LISP_REACH_EVENT_GLEANED] = {},
};

static int put_reach_value(struct sk_buff *skb, const struct lisp_react *what,
			   u32 value)
{
	u8 attr = reach_attrs[what->kind].value;
	u8 own = reach_attrs[what->kind].own;

	if (attr == LISP_A_REACH_STATUS_BITS)
		return nla_put_u32(skb, attr, value);
	if (attr && nla_put_u16(skb, attr, value))
		return -EMSGSIZE;

	return own ? nla_put_u16(skb, own, what->own) : 0;
}

static int put_reach_event(struct sk_buff *skb, const struct lisp_react *what,
			   u32 value)
{
	if (nla_put_u32(skb, LISP_A_REACH_EVENT, what->kind) ||
	    nla_put_u32(skb, LISP_A_REACH_UNDERLAY, what->underlay) ||
	    nla_put_u32(skb, LISP_A_REACH_IID, what->iid) ||
	    lisp_nl_put_prefix(skb, LISP_A_REACH_PREFIX,
			       LISP_A_REACH_PREFIX_LEN, &what->prefix))
		return -EMSGSIZE;
	if (what->rloc_family &&
	    nla_put(skb, LISP_A_REACH_RLOC, lisp_addr_size(what->rloc_family),
		    &what->rloc))
		return -EMSGSIZE;

	return put_reach_value(skb, what, value);
}

void lisp_netlink_reach(const struct lisp_net *ln,
			const struct lisp_react *what, u32 value)
{
	struct sk_buff *skb;
	void *head;

	skb = lisp_nl_event_new(ln, LISP_CMD_REACH_NTF, NULL, &head);
	if (skb)
		lisp_nl_event_send(ln, skb, head,
				   put_reach_event(skb, what, value));
}

/*
 * genl_has_listeners() knows of the listeners of all namespaces together, so
 * it is a first test only. The multicast itself says -ESRCH when it reached
 * nobody in this namespace; but also when all who listen were too slow. So
 * that is believed only if nobody took a report since a socket was last closed
 * here. What gets lost is repeated.
 */
int lisp_netlink_miss(const struct lisp_iid *iid,
		      const struct lisp_miss_info *miss)
{
	struct lisp_misses *misses = &iid->ln->misses;
	struct sk_buff *skb;
	void *head;
	int err;

	skb = message_new(LISP_CMD_MISS_NTF, NULL, GFP_ATOMIC, &head);
	if (!skb)
		return -ENOMEM;
	if (WARN_ON_ONCE(lisp_nl_put_miss(skb, iid, miss))) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, head);

	err = genlmsg_multicast_netns(&lisp_nl_family, iid->ln->net, skb, 0,
				      LISP_NLGRP_MISS, GFP_ATOMIC);
	if (!err && !READ_ONCE(misses->heard))
		WRITE_ONCE(misses->heard, true);
	if (err == -ESRCH && READ_ONCE(misses->heard))
		err = -ENOBUFS;

	return err;
}

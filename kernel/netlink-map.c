// SPDX-License-Identifier: GPL-2.0
/* Generic netlink: mappings and local EID prefixes. */

#include <net/genetlink.h>

#include "iid.h"
#include "local.h"
#include "map.h"
#include "net.h"
#include "netlink-attr.h"
#include "netlink-gen.h"
#include "rloc.h"

#define VERSION_MAX	4095	/* RFC 9302: 12 bits */
/* Mappings deleted at a time; with a listener each costs some 3,000 insn. */
#define FLUSH_BITE	128
#define SET_FLAGS	(NLM_F_CREATE | NLM_F_EXCL | NLM_F_REPLACE)

static const struct lisp_nl_select map_select = {
	LISP_A_MAP_UNDERLAY, LISP_A_MAP_IID, LISP_A_MAP_ORIGIN,
};

static const struct lisp_nl_select local_select = {
	LISP_A_LOCAL_UNDERLAY, LISP_A_LOCAL_IID, LISP_A_LOCAL_ORIGIN,
};

static int parse_version(const struct nlattr *attr, u16 *version,
			 struct netlink_ext_ack *extack)
{
	*version = attr ? nla_get_u16(attr) : 0;
	if (*version <= VERSION_MAX)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr, "a map version is 0 to 4095");

	return -ERANGE;
}

/* Mappings */

/* @flags: that the command has. */
static int parse_map_key(struct genl_info *info, u16 flags,
			 struct lisp_iid_key *key, struct lisp_prefix *prefix)
{
	int err;

	err = lisp_nl_check_header(info, flags);
	if (err)
		return err;
	err = lisp_nl_parse_key(info, &map_select, key);
	if (err)
		return err;
	err = LISP_NL_REQUIRE(info, LISP_A_MAP_PREFIX,
			      "the EID prefix is missing");
	if (err)
		return err;

	return lisp_nl_parse_prefix(info->attrs[LISP_A_MAP_PREFIX],
				    info->attrs[LISP_A_MAP_PREFIX_LEN],
				    prefix, info->extack);
}

static u32 map_origin(const struct genl_info *info)
{
	const struct nlattr *attr = info->attrs[LISP_A_MAP_ORIGIN];

	return attr ? nla_get_u32(attr) : 0;
}

/* @locs is what conf->locs points to. */
static int parse_action(struct genl_info *info, struct lisp_map_conf *conf,
			struct lisp_loc_conf *locs)
{
	const struct nlattr *action = info->attrs[LISP_A_MAP_ACTION];
	const struct nlattr *nest = info->attrs[LISP_A_MAP_LOCATORS];
	int n;

	conf->action = action ? nla_get_u32(action) : LISP_ACTION_FORWARD;
	if (conf->action == LISP_ACTION_FORWARD) {
		n = LISP_NL_REQUIRE(info, LISP_A_MAP_LOCATORS,
				    "action forward needs locators");
		if (n)
			return n;
	} else if (nest && conf->action != LISP_ACTION_NATIVE) {
		NL_SET_ERR_MSG_ATTR(info->extack, nest,
				    "only actions forward and native have locators");
		return -EINVAL;
	}
	if (!nest)
		return 0;
	n = lisp_nl_parse_locators(nest, locs, info->extack);
	if (n < 0)
		return n;
	conf->n_locs = n;

	return 0;
}

static int parse_home(struct genl_info *info, struct lisp_map_conf *conf)
{
	const struct nlattr *home = info->attrs[LISP_A_MAP_HOME_IID];

	conf->home = LISP_HOME_OWN;
	if (!home)
		return 0;
	if (!conf->n_locs) {
		NL_SET_ERR_MSG_ATTR(info->extack, home,
				    "without locators there is no header for a home Instance-ID");
		return -EINVAL;
	}
	conf->home = nla_get_u32(home);
	if (conf->home > LISP_IID_MAX) {
		NL_SET_ERR_MSG_ATTR(info->extack, home,
				    "an Instance-ID is 0 to 16777214");
		return -ERANGE;
	}

	return 0;
}

int lisp_nl_map_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct lisp_net *ln = lisp_net(genl_info_net(info));
	struct lisp_loc_conf locs[LISP_LOCATORS_MAX];
	struct lisp_map_conf conf = { .locs = locs };
	struct lisp_iid_key key;
	struct lisp_iid *iid;
	int err;

	err = parse_map_key(info, SET_FLAGS, &key, &conf.prefix);
	if (err)
		return err;
	err = parse_action(info, &conf, locs);
	if (err)
		return err;
	err = parse_home(info, &conf);
	if (err)
		return err;
	err = parse_version(info->attrs[LISP_A_MAP_MAP_VERSION],
			    &conf.version, info->extack);
	if (err)
		return err;
	conf.origin = map_origin(info);
	if (info->attrs[LISP_A_MAP_TTL])
		conf.ttl = nla_get_u32(info->attrs[LISP_A_MAP_TTL]);

	mutex_lock(&ln->lock);
	iid = lisp_nl_find_iid(ln, &key, info);
	err = iid ? lisp_map_set(iid, &conf, info) : -ENODEV;
	mutex_unlock(&ln->lock);
	/* one message may bring thousands of requests */
	cond_resched();

	return err;
}

int lisp_nl_map_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct lisp_net *ln = lisp_net(genl_info_net(info));
	struct lisp_prefix prefix;
	struct lisp_iid_key key;
	struct lisp_iid *iid;
	int err;

	err = parse_map_key(info, 0, &key, &prefix);
	if (err)
		return err;

	mutex_lock(&ln->lock);
	iid = lisp_nl_find_iid(ln, &key, info);
	err = iid ? lisp_map_del(iid, &prefix, map_origin(info), info) :
	      -ENODEV;
	mutex_unlock(&ln->lock);

	return err;
}

/* Go on from @cursor until *@budget is used up; true: through. */
static bool flush_bite(struct lisp_net *ln,
		       const struct lisp_nl_filter *filter,
		       struct lisp_nl_cursor *cursor, int budget,
		       const struct genl_info *info)
{
	const u32 *origin = filter->by_origin ? &filter->origin : NULL;
	struct lisp_iid *iid;

	while ((iid = lisp_iid_at(ln, &cursor->key))) {
		if (memcmp(&iid->key, &cursor->key, sizeof(iid->key)))
			cursor->after.family = 0;
		cursor->key = iid->key;
		if (--budget < 0)
			return false;
		if (lisp_nl_match(filter, &iid->key) &&
		    !lisp_map_flush(iid, origin, &cursor->after, &budget,
				    info))
			return false;
		cursor->key.iid++;
		cursor->after.family = 0;
	}

	return true;
}

int lisp_nl_map_flush_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct lisp_net *ln = lisp_net(genl_info_net(info));
	struct lisp_nl_cursor cursor = {};
	struct lisp_nl_filter filter;
	bool done;
	int err;

	err = lisp_nl_check_header(info, 0);
	if (err)
		return err;
	err = lisp_nl_parse_filter(info->attrs, &map_select, &filter,
				   info->extack);
	if (err)
		return err;

	do {
		mutex_lock(&ln->lock);
		done = flush_bite(ln, &filter, &cursor, FLUSH_BITE, info);
		mutex_unlock(&ln->lock);
		cond_resched();
	} while (!done);

	return 0;
}

/* What a mapping has only sometimes. */
static int put_map_times(struct sk_buff *skb, const struct lisp_map *map)
{
	s64 ttl = lisp_map_ttl(map), idle = lisp_map_idle(map);

	if ((ttl >= 0 && nla_put_u32(skb, LISP_A_MAP_TTL, ttl)) ||
	    (idle >= 0 && nla_put_u32(skb, LISP_A_MAP_USED, idle)))
		return -EMSGSIZE;

	return 0;
}

static int put_map(struct sk_buff *skb, const struct lisp_map *map)
{
	const struct lisp_iid_key *key = &map->iid->key;
	const struct lisp_locset *set;
	struct lisp_prefix prefix;
	int err;

	lisp_map_prefix(map, &prefix);
	err = lisp_nl_put_prefix(skb, LISP_A_MAP_PREFIX, LISP_A_MAP_PREFIX_LEN,
				 &prefix);
	if (err)
		return err;
	if (nla_put_u32(skb, LISP_A_MAP_UNDERLAY, key->underlay) ||
	    nla_put_u32(skb, LISP_A_MAP_IID, key->iid) ||
	    nla_put_u32(skb, LISP_A_MAP_ACTION, map->action) ||
	    nla_put_u32(skb, LISP_A_MAP_ORIGIN, map->origin) ||
	    nla_put_u16(skb, LISP_A_MAP_MAP_VERSION, map->version) ||
	    nla_put_u32(skb, LISP_A_MAP_FLAGS, map->flags) ||
	    nla_put_u64_64bit(skb, LISP_A_MAP_PACKETS,
			      atomic64_read(&map->packets), LISP_A_MAP_PAD) ||
	    nla_put_u64_64bit(skb, LISP_A_MAP_BYTES,
			      atomic64_read(&map->bytes), LISP_A_MAP_PAD))
		return -EMSGSIZE;
	err = put_map_times(skb, map);
	if (err)
		return err;
	set = lisp_map_locset(map);
	if (set && set->home != LISP_HOME_OWN &&
	    nla_put_u32(skb, LISP_A_MAP_HOME_IID, set->home))
		return -EMSGSIZE;

	return lisp_nl_put_locators(skb, LISP_A_MAP_LOCATORS, set);
}

/* Exactly the prefix if its length was given, else the best match. */
static struct lisp_map *get_map(struct lisp_iid *iid,
				const struct lisp_prefix *prefix, bool exact)
{
	struct lisp_map *map;

	if (exact)
		return lisp_map_find(iid, prefix);

	rcu_read_lock();
	map = lisp_map_lookup(iid, prefix->family, &prefix->addr);
	rcu_read_unlock();

	/* the lock keeps it */
	return map;
}

int lisp_nl_map_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct lisp_net *ln = lisp_net(genl_info_net(info));
	struct lisp_prefix prefix;
	struct lisp_iid_key key;
	struct sk_buff *reply;
	struct lisp_iid *iid;
	struct lisp_map *map;
	void *head;
	int err;

	err = parse_map_key(info, 0, &key, &prefix);
	if (err)
		return err;
	reply = lisp_nl_reply_new(info, &head);
	if (!reply)
		return -ENOMEM;

	mutex_lock(&ln->lock);
	iid = lisp_nl_find_iid(ln, &key, info);
	map = iid ? get_map(iid, &prefix, info->attrs[LISP_A_MAP_PREFIX_LEN]) :
	      NULL;
	if (map)
		err = put_map(reply, map);
	else
		err = iid ? -ENOENT : -ENODEV;
	mutex_unlock(&ln->lock);

	if (err == -ENOENT)
		GENL_SET_ERR_MSG(info, "no mapping matches");

	return lisp_nl_reply(reply, head, err, info);
}

static int dump_map(struct lisp_nl_dump *dump, const struct lisp_map *map)
{
	void *head;

	if (dump->filter.by_origin && dump->filter.origin != map->origin)
		return 0;

	head = lisp_nl_dump_put(dump, LISP_CMD_MAP_GET);
	if (!head)
		return -EMSGSIZE;
	if (put_map(dump->skb, map)) {
		genlmsg_cancel(dump->skb, head);
		return -EMSGSIZE;
	}
	genlmsg_end(dump->skb, head);

	return 0;
}

static int dump_maps(struct lisp_iid *iid, struct lisp_nl_dump *dump)
{
	struct lisp_prefix *after = &dump->cursor->after;
	struct lisp_map *map;
	int err;

	while ((map = lisp_map_next(iid, after))) {
		if (--dump->budget < 0)
			return -EAGAIN;
		err = dump_map(dump, map);
		if (err)
			return err;
		lisp_map_prefix(map, after);
	}

	return 0;
}

int lisp_nl_map_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return lisp_nl_dump(skb, cb, &map_select, dump_maps);
}

/* Local EID prefixes */

/* @flags: that the command has. */
static int parse_local_key(struct genl_info *info, u16 flags,
			   struct lisp_iid_key *key, struct lisp_prefix *prefix)
{
	int err;

	err = lisp_nl_check_header(info, flags);
	if (err)
		return err;
	err = lisp_nl_parse_key(info, &local_select, key);
	if (err)
		return err;
	err = LISP_NL_REQUIRE(info, LISP_A_LOCAL_PREFIX,
			      "the EID prefix is missing");
	if (err)
		return err;

	return lisp_nl_parse_prefix(info->attrs[LISP_A_LOCAL_PREFIX],
				    info->attrs[LISP_A_LOCAL_PREFIX_LEN],
				    prefix, info->extack);
}

static u32 local_origin(const struct genl_info *info)
{
	const struct nlattr *attr = info->attrs[LISP_A_LOCAL_ORIGIN];

	return attr ? nla_get_u32(attr) : 0;
}

int lisp_nl_local_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct lisp_net *ln = lisp_net(genl_info_net(info));
	struct lisp_loc_conf locs[LISP_LOCATORS_MAX];
	struct lisp_local_conf conf = { .locs = locs };
	struct lisp_iid_key key;
	struct lisp_iid *iid;
	int err;

	err = parse_local_key(info, SET_FLAGS, &key, &conf.prefix);
	if (err)
		return err;
	err = parse_version(info->attrs[LISP_A_LOCAL_MAP_VERSION],
			    &conf.version, info->extack);
	if (err)
		return err;
	conf.origin = local_origin(info);
	if (info->attrs[LISP_A_LOCAL_LOCATORS]) {
		err = lisp_nl_parse_locators(info->attrs[LISP_A_LOCAL_LOCATORS],
					     locs, info->extack);
		if (err < 0)
			return err;
		conf.n_locs = err;
	}

	mutex_lock(&ln->lock);
	iid = lisp_nl_find_iid(ln, &key, info);
	err = iid ? lisp_local_set(iid, &conf, info) : -ENODEV;
	mutex_unlock(&ln->lock);

	return err;
}

int lisp_nl_local_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct lisp_net *ln = lisp_net(genl_info_net(info));
	struct lisp_prefix prefix;
	struct lisp_iid_key key;
	struct lisp_iid *iid;
	int err;

	err = parse_local_key(info, 0, &key, &prefix);
	if (err)
		return err;

	mutex_lock(&ln->lock);
	iid = lisp_nl_find_iid(ln, &key, info);
	err = iid ? lisp_local_del(iid, &prefix, local_origin(info), info) :
	      -ENODEV;
	mutex_unlock(&ln->lock);

	return err;
}

static int put_local(struct sk_buff *skb, const struct lisp_iid *iid,
		     const struct lisp_local *local)
{
	struct lisp_prefix prefix;
	int err;

	lisp_local_prefix(local, &prefix);
	err = lisp_nl_put_prefix(skb, LISP_A_LOCAL_PREFIX,
				 LISP_A_LOCAL_PREFIX_LEN, &prefix);
	if (err)
		return err;
	if (nla_put_u32(skb, LISP_A_LOCAL_UNDERLAY, iid->key.underlay) ||
	    nla_put_u32(skb, LISP_A_LOCAL_IID, iid->key.iid) ||
	    nla_put_u32(skb, LISP_A_LOCAL_ORIGIN, local->origin) ||
	    nla_put_u16(skb, LISP_A_LOCAL_MAP_VERSION, local->version) ||
	    nla_put_u64_64bit(skb, LISP_A_LOCAL_PACKETS,
			      atomic64_read(&local->packets),
			      LISP_A_LOCAL_PAD) ||
	    nla_put_u64_64bit(skb, LISP_A_LOCAL_BYTES,
			      atomic64_read(&local->bytes), LISP_A_LOCAL_PAD))
		return -EMSGSIZE;

	return lisp_nl_put_locators(skb, LISP_A_LOCAL_LOCATORS, local->set);
}

static struct lisp_local *get_local(struct lisp_iid *iid,
				    const struct lisp_prefix *prefix,
				    bool exact)
{
	struct lisp_local *local;

	if (exact)
		return lisp_local_find(iid, prefix);

	rcu_read_lock();
	local = lisp_local_lookup(iid, prefix->family, &prefix->addr);
	rcu_read_unlock();

	/* the lock keeps it */
	return local;
}

int lisp_nl_local_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct lisp_net *ln = lisp_net(genl_info_net(info));
	struct lisp_local *local = NULL;
	struct lisp_prefix prefix;
	struct lisp_iid_key key;
	struct sk_buff *reply;
	struct lisp_iid *iid;
	void *head;
	int err;

	err = parse_local_key(info, 0, &key, &prefix);
	if (err)
		return err;
	reply = lisp_nl_reply_new(info, &head);
	if (!reply)
		return -ENOMEM;

	mutex_lock(&ln->lock);
	iid = lisp_nl_find_iid(ln, &key, info);
	if (iid)
		local = get_local(iid, &prefix,
				  info->attrs[LISP_A_LOCAL_PREFIX_LEN]);
	if (local)
		err = put_local(reply, iid, local);
	else
		err = iid ? -ENOENT : -ENODEV;
	mutex_unlock(&ln->lock);

	if (err == -ENOENT)
		GENL_SET_ERR_MSG(info, "no local EID prefix matches");

	return lisp_nl_reply(reply, head, err, info);
}

static int dump_local(struct lisp_nl_dump *dump, const struct lisp_iid *iid,
		      const struct lisp_local *local)
{
	void *head;

	if (dump->filter.by_origin && dump->filter.origin != local->origin)
		return 0;

	head = lisp_nl_dump_put(dump, LISP_CMD_LOCAL_GET);
	if (!head)
		return -EMSGSIZE;
	if (put_local(dump->skb, iid, local)) {
		genlmsg_cancel(dump->skb, head);
		return -EMSGSIZE;
	}
	genlmsg_end(dump->skb, head);

	return 0;
}

static int dump_locals(struct lisp_iid *iid, struct lisp_nl_dump *dump)
{
	struct lisp_prefix *after = &dump->cursor->after;
	struct lisp_local *local;
	int err;

	while ((local = lisp_local_next(iid, after))) {
		if (--dump->budget < 0)
			return -EAGAIN;
		err = dump_local(dump, iid, local);
		if (err)
			return err;
		lisp_local_prefix(local, after);
	}

	return 0;
}

int lisp_nl_local_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	return lisp_nl_dump(skb, cb, &local_select, dump_locals);
}

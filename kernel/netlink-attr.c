// SPDX-License-Identifier: GPL-2.0
/*
 * Attributes of the generic netlink family, in and out, and its dumps.
 *
 * Policies (netlink-gen.c) have checked types, lengths of integers and
 * ranges; what is checked here is what they cannot say. Nothing here changes
 * anything: a request is parsed whole before its handler takes the lock.
 */

#include <net/addrconf.h>
#include <net/genetlink.h>
#include <net/ipv6.h>

#include "net.h"
#include "netlink-attr.h"
#include "netlink-gen.h"

/* Entries that are looked at before others may have the lock. */
#define DUMP_BITE	1024

int lisp_nl_check_header(const struct genl_info *info, u16 allowed)
{
	allowed |= NLM_F_REQUEST | NLM_F_ACK | NLM_F_ECHO;
	if (info->nlhdr->nlmsg_flags & ~allowed) {
		GENL_SET_ERR_MSG(info, "a flag that this command does not have");
		return -EINVAL;
	}
	if (info->genlhdr->reserved) {
		GENL_SET_ERR_MSG(info, "reserved header bits are set");
		return -EINVAL;
	}

	return 0;
}

static int parse_iid(const struct nlattr *attr, u32 *iid,
		     struct netlink_ext_ack *extack)
{
	*iid = nla_get_u32(attr);
	if (*iid <= LISP_IID_MAX)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr,
			    "an Instance-ID is 0 to 16777214");

	return -ERANGE;
}

int lisp_nl_parse_filter(struct nlattr **attrs,
			 const struct lisp_nl_select *select,
			 struct lisp_nl_filter *filter,
			 struct netlink_ext_ack *extack)
{
	memset(filter, 0, sizeof(*filter));
	if (attrs[select->underlay]) {
		filter->by_underlay = true;
		filter->underlay = nla_get_u32(attrs[select->underlay]);
	}
	if (select->origin && attrs[select->origin]) {
		filter->by_origin = true;
		filter->origin = nla_get_u32(attrs[select->origin]);
	}
	if (!attrs[select->iid])
		return 0;
	filter->by_iid = true;

	return parse_iid(attrs[select->iid], &filter->iid, extack);
}

int lisp_nl_parse_key(struct genl_info *info,
		      const struct lisp_nl_select *select,
		      struct lisp_iid_key *key)
{
	int err;

	err = LISP_NL_REQUIRE(info, select->iid, "the Instance-ID is missing");
	if (err)
		return err;

	key->underlay = info->attrs[select->underlay] ?
			nla_get_u32(info->attrs[select->underlay]) : 0;

	return parse_iid(info->attrs[select->iid], &key->iid, info->extack);
}

static int parse_addr(const struct nlattr *attr, u8 *family,
		      union lisp_addr *addr, struct netlink_ext_ack *extack)
{
	switch (nla_len(attr)) {
	case 4:
		*family = AF_INET;
		break;
	case 16:
		*family = AF_INET6;
		break;
	default:
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "an address has 4 or 16 octets");
		return -EINVAL;
	}
	lisp_addr_set(addr, *family, nla_data(attr));

	return 0;
}

/* Whether a bit at @len or after it is set. */
static bool has_host_bits(const struct lisp_prefix *prefix)
{
	unsigned int i, bits;

	for (i = 0; i < 4; i++) {
		bits = clamp_t(int, prefix->len - 32 * i, 0, 32);
		if (bits < 32 && ntohl(prefix->addr.word[i]) << bits)
			return true;
	}

	return false;
}

int lisp_nl_parse_prefix(const struct nlattr *addr, const struct nlattr *len,
			 struct lisp_prefix *prefix,
			 struct netlink_ext_ack *extack)
{
	int err;

	err = parse_addr(addr, &prefix->family, &prefix->addr, extack);
	if (err)
		return err;

	prefix->len = len ? nla_get_u8(len) : lisp_addr_bits(prefix->family);
	if (prefix->len > lisp_addr_bits(prefix->family)) {
		NL_SET_ERR_MSG_ATTR(extack, len,
				    "the prefix is longer than its address");
		return -EINVAL;
	}
	if (has_host_bits(prefix)) {
		NL_SET_ERR_MSG_ATTR(extack, addr,
				    "bits beyond the prefix length are set");
		return -EINVAL;
	}

	return 0;
}

/* Something that could be a router's address in an underlay. */
static bool is_rloc(const struct lisp_loc_conf *conf)
{
	__be32 ip = conf->addr.ip;
	int type;

	if (conf->family == AF_INET)
		return !ipv4_is_multicast(ip) && !ipv4_is_lbcast(ip) &&
		       !ipv4_is_loopback(ip) && !ipv4_is_zeronet(ip) &&
		       !ipv4_is_linklocal_169(ip);

	type = ipv6_addr_type(&conf->addr.ip6);

	return type & IPV6_ADDR_UNICAST &&
	       !(type & (IPV6_ADDR_LOOPBACK | IPV6_ADDR_LINKLOCAL |
			 IPV6_ADDR_MAPPED));
}

int lisp_nl_parse_rloc(const struct nlattr *addr, const struct nlattr *port,
		       struct lisp_loc_conf *conf,
		       struct netlink_ext_ack *extack)
{
	int err;

	err = parse_addr(addr, &conf->family, &conf->addr, extack);
	if (err)
		return err;
	if (!is_rloc(conf)) {
		NL_SET_ERR_MSG_ATTR(extack, addr,
				    "an RLOC is a unicast address, not loopback or link-local");
		return -EINVAL;
	}
	conf->port = htons(port ? nla_get_u16(port) : LISP_PORT_DATA);
	if (!conf->port) {
		NL_SET_ERR_MSG_ATTR(extack, port, "a UDP port is not 0");
		return -EINVAL;
	}

	return 0;
}

static int parse_locator(const struct nlattr *attr, struct lisp_loc_conf *loc,
			 struct netlink_ext_ack *extack)
{
	struct nlattr *tb[LISP_A_LOCATOR_MAX + 1];
	int err;

	err = nla_parse_nested(tb, LISP_A_LOCATOR_MAX, attr,
			       lisp_locator_nl_policy, extack);
	if (err)
		return err;
	if (NL_REQ_ATTR_CHECK(extack, attr, tb, LISP_A_LOCATOR_ADDRESS)) {
		NL_SET_ERR_MSG(extack, "a locator has no address");
		return -EINVAL;
	}

	memset(loc, 0, sizeof(*loc));
	loc->priority = 1;
	loc->flags = LISP_LOC_FLAG_REACHABLE;
	if (tb[LISP_A_LOCATOR_PRIORITY])
		loc->priority = nla_get_u8(tb[LISP_A_LOCATOR_PRIORITY]);
	if (tb[LISP_A_LOCATOR_WEIGHT])
		loc->weight = nla_get_u8(tb[LISP_A_LOCATOR_WEIGHT]);
	if (tb[LISP_A_LOCATOR_FLAGS])
		loc->flags = nla_get_u8(tb[LISP_A_LOCATOR_FLAGS]) &
			     ~LISP_LOC_FLAG_STATUS_DOWN;

	return lisp_nl_parse_rloc(tb[LISP_A_LOCATOR_ADDRESS],
				  tb[LISP_A_LOCATOR_PORT], loc, extack);
}

int lisp_nl_parse_locators(const struct nlattr *nest,
			   struct lisp_loc_conf *locs,
			   struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	int err, rem, n = 0;

	nla_for_each_nested(attr, nest, rem) {
		if (n == LISP_LOCATORS_MAX) {
			NL_SET_ERR_MSG_ATTR(extack, attr,
					    "a set has at most 32 locators");
			return -E2BIG;
		}
		err = parse_locator(attr, &locs[n++], extack);
		if (err)
			return err;
	}

	if (!n) {
		NL_SET_ERR_MSG_ATTR(extack, nest, "the locator set is empty");
		return -EINVAL;
	}
	if (lisp_loc_sort(locs, n)) {
		NL_SET_ERR_MSG_ATTR(extack, nest,
				    "a locator is there twice");
		return -EINVAL;
	}

	return n;
}

struct lisp_iid *lisp_nl_find_iid(struct lisp_net *ln,
				  const struct lisp_iid_key *key,
				  const struct genl_info *info)
{
	struct lisp_iid *iid;

	iid = lisp_iid_find(ln, key->underlay, key->iid);
	if (iid && rcu_access_pointer(iid->dev))
		return iid;
	GENL_SET_ERR_MSG(info,
			 "no device has this Instance-ID in this underlay");

	return NULL;
}

bool lisp_nl_match(const struct lisp_nl_filter *filter,
		   const struct lisp_iid_key *key)
{
	return (!filter->by_underlay || filter->underlay == key->underlay) &&
	       (!filter->by_iid || filter->iid == key->iid);
}

int lisp_nl_put_prefix(struct sk_buff *skb, int type_addr, int type_len,
		       const struct lisp_prefix *prefix)
{
	if (nla_put(skb, type_addr, lisp_addr_size(prefix->family),
		    &prefix->addr) ||
	    nla_put_u8(skb, type_len, prefix->len))
		return -EMSGSIZE;

	return 0;
}

static int put_locator(struct sk_buff *skb, const struct lisp_loc *loc)
{
	struct nlattr *nest;

	nest = nla_nest_start(skb, LISP_A_LOCATORS_LOCATOR);
	if (!nest ||
	    nla_put(skb, LISP_A_LOCATOR_ADDRESS, lisp_addr_size(loc->family),
		    &loc->rloc->addr) ||
	    nla_put_u16(skb, LISP_A_LOCATOR_PORT, ntohs(loc->rloc->port)) ||
	    nla_put_u8(skb, LISP_A_LOCATOR_PRIORITY, loc->priority) ||
	    nla_put_u8(skb, LISP_A_LOCATOR_WEIGHT, loc->weight) ||
	    nla_put_u8(skb, LISP_A_LOCATOR_FLAGS, loc->flags))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);

	return 0;
}

int lisp_nl_put_locators(struct sk_buff *skb, int type,
			 const struct lisp_locset *set)
{
	struct nlattr *nest;
	unsigned int i;
	int err;

	if (!set)
		return 0;

	nest = nla_nest_start(skb, type);
	if (!nest)
		return -EMSGSIZE;
	for (i = 0; i < set->n; i++) {
		err = put_locator(skb, &set->loc[i]);
		if (err)
			return err;
	}
	nla_nest_end(skb, nest);

	return 0;
}

int lisp_nl_put_miss(struct sk_buff *skb, const struct lisp_iid *iid,
		     const struct lisp_miss_info *miss)
{
	unsigned int size = lisp_addr_size(miss->family);

	if (nla_put_u32(skb, LISP_A_MISS_UNDERLAY, iid->key.underlay) ||
	    nla_put_u32(skb, LISP_A_MISS_IID, iid->key.iid) ||
	    nla_put(skb, LISP_A_MISS_EID, size, &miss->eid) ||
	    nla_put(skb, LISP_A_MISS_SOURCE, size, &miss->source) ||
	    nla_put_u32(skb, LISP_A_MISS_HELD_PACKETS, miss->packets) ||
	    nla_put_u32(skb, LISP_A_MISS_REPORTS, miss->reports))
		return -EMSGSIZE;

	return 0;
}

struct sk_buff *lisp_nl_reply_new(const struct genl_info *info, void **head)
{
	struct sk_buff *skb;

	skb = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (skb)
		*head = genlmsg_put(skb, info->snd_portid, info->snd_seq,
				    &lisp_nl_family, 0, info->genlhdr->cmd);

	return skb;
}

int lisp_nl_reply(struct sk_buff *skb, void *head, int err,
		  struct genl_info *info)
{
	if (err) {
		nlmsg_free(skb);
		return err;
	}
	genlmsg_end(skb, head);

	return genlmsg_reply(skb, info);
}

/* @fn for each Instance-ID from @dump->cursor on; ends as @fn does. */
static int dump_iids(struct lisp_net *ln, struct lisp_nl_dump *dump,
		     lisp_nl_dump_fn *fn)
{
	struct lisp_nl_cursor *cursor = dump->cursor;
	struct lisp_iid *iid;
	int err;

	while ((iid = lisp_iid_at(ln, &cursor->key))) {
		if (memcmp(&iid->key, &cursor->key, sizeof(iid->key)))
			cursor->after.family = 0;
		cursor->key = iid->key;

		if (--dump->budget < 0)
			return -EAGAIN;
		if (lisp_nl_match(&dump->filter, &iid->key)) {
			err = fn(iid, dump);
			if (err)
				return err;
		}

		cursor->key.iid++;
		cursor->after.family = 0;
	}
	cursor->done = true;

	return 0;
}

int lisp_nl_dump(struct sk_buff *skb, struct netlink_callback *cb,
		 const struct lisp_nl_select *select, lisp_nl_dump_fn *fn)
{
	struct lisp_net *ln = lisp_net(sock_net(cb->skb->sk));
	struct lisp_nl_dump dump = {
		.skb = skb,
		.cb = cb,
		.cursor = (struct lisp_nl_cursor *)cb->ctx,
	};
	int err;

	BUILD_BUG_ON(sizeof(*dump.cursor) > sizeof(cb->ctx));

	err = lisp_nl_parse_filter(genl_info_dump(cb)->attrs, select,
				   &dump.filter, cb->extack);
	if (err || dump.cursor->done)
		return err;

	/* an empty part would end the dump */
	do {
		dump.budget = DUMP_BITE;
		mutex_lock(&ln->lock);
		err = dump_iids(ln, &dump, fn);
		mutex_unlock(&ln->lock);
		cond_resched();
	} while (err == -EAGAIN && !skb->len);

	return skb->len ? skb->len : err;
}

void *lisp_nl_dump_put(const struct lisp_nl_dump *dump, u8 cmd)
{
	return genlmsg_put(dump->skb, NETLINK_CB(dump->cb->skb).portid,
			   dump->cb->nlh->nlmsg_seq, &lisp_nl_family,
			   NLM_F_MULTI, cmd);
}

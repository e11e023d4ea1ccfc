// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/rt.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/if_link.h>
#include <linux/if_lisp.h>
#include <linux/rtnetlink.h>

#include "io/sockaddr.h"

/* --- reading links --- */

static void copy_string(const struct nlattr *attr, char *to, size_t size)
{
	if (mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) < 0)
		return;
	strncpy(to, mnl_attr_get_str(attr), size - 1);
	to[size - 1] = '\0';
}

static void copy_u32(const struct nlattr *attr, uint32_t *to)
{
	if (mnl_attr_validate(attr, MNL_TYPE_U32) >= 0)
		*to = mnl_attr_get_u32(attr);
}

static void copy_addr(const struct nlattr *attr, enum addr_family family,
		      struct addr *to)
{
	size_t size = family == ADDR_IPV4 ? 4 : 16;

	if (mnl_attr_get_payload_len(attr) == size)
		*to = addr_make(family, mnl_attr_get_payload(attr));
}

static const struct {
	uint16_t attr;
	enum rt_trust bit;
} switches[] = {
	{ IFLA_LISP_TRUSTED_UNDERLAY, RT_TRUST_UNDERLAY },
	{ IFLA_LISP_STATUS_BITS, RT_TRUST_STATUS_BITS },
	{ IFLA_LISP_ECHO_NONCE, RT_TRUST_ECHO_NONCE },
	{ IFLA_LISP_MAP_VERSIONS, RT_TRUST_MAP_VERSIONS },
	{ IFLA_LISP_ICMP_UNREACHABLE, RT_TRUST_ICMP },
};

#define SWITCHES (sizeof(switches) / sizeof(switches[0]))

static void read_switch(const struct nlattr *attr, struct rt_lisp *l)
{
	for (size_t i = 0; i < SWITCHES; i++)
		if (mnl_attr_get_type(attr) == switches[i].attr &&
		    mnl_attr_validate(attr, MNL_TYPE_U8) >= 0 &&
		    mnl_attr_get_u8(attr))
			l->trust |= switches[i].bit;
}

static void read_lisp(const struct nlattr *data, struct rt_lisp *l)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, data) {
		read_switch(attr, l);
		switch (mnl_attr_get_type(attr)) {
		case IFLA_LISP_ID:
			copy_u32(attr, &l->iid);
			break;
		case IFLA_LISP_LOCAL:
			copy_addr(attr, ADDR_IPV4, &l->local4);
			break;
		case IFLA_LISP_LOCAL6:
			copy_addr(attr, ADDR_IPV6, &l->local6);
			break;
		case IFLA_LISP_PORT:
			if (mnl_attr_validate(attr, MNL_TYPE_U16) >= 0)
				l->port = ntohs(mnl_attr_get_u16(attr));
			break;
		case IFLA_LISP_UNDERLAY:
			copy_u32(attr, &l->underlay);
			break;
		case IFLA_LISP_NATIVE:
			copy_u32(attr, &l->native);
			break;
		case IFLA_LISP_PROXY:
			if (mnl_attr_validate(attr, MNL_TYPE_U8) >= 0)
				l->proxy = mnl_attr_get_u8(attr);
			break;
		}
	}
}

static void read_vrf(const struct nlattr *data, struct rt_link *l)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, data)
		if (mnl_attr_get_type(attr) == IFLA_VRF_TABLE)
			copy_u32(attr, &l->table);
}

static void read_info(const struct nlattr *info, struct rt_link *l)
{
	const struct nlattr *attr, *data = NULL;

	mnl_attr_for_each_nested(attr, info) {
		if (mnl_attr_get_type(attr) == IFLA_INFO_KIND)
			copy_string(attr, l->kind, sizeof(l->kind));
		if (mnl_attr_get_type(attr) == IFLA_INFO_DATA)
			data = attr;
	}
	if (data && !strcmp(l->kind, "lisp"))
		read_lisp(data, &l->lisp);
	if (data && !strcmp(l->kind, "vrf"))
		read_vrf(data, l);
}

static int on_link(void *arg, const struct nlmsghdr *nlh)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;
	struct rt_link *l = arg;

	if (nlh->nlmsg_type != RTM_NEWLINK ||
	    mnl_nlmsg_get_payload_len(nlh) < sizeof(*ifi))
		return -EBADMSG;
	memset(l, 0, sizeof(*l));
	l->index = ifi->ifi_index;
	l->up = ifi->ifi_flags & IFF_UP;
	mnl_attr_for_each(attr, nlh, sizeof(*ifi)) {
		switch (mnl_attr_get_type(attr)) {
		case IFLA_IFNAME:
			copy_string(attr, l->name, sizeof(l->name));
			break;
		case IFLA_IFALIAS:
			copy_string(attr, l->alias, sizeof(l->alias));
			break;
		case IFLA_MASTER:
			copy_u32(attr, &l->master);
			break;
		case IFLA_LINKINFO:
			read_info(attr, l);
			break;
		}
	}
	return 0;
}

/* --- requests about links --- */

static struct ifinfomsg *link_message(struct nl *n, uint16_t type,
				      uint16_t flags, uint32_t index)
{
	struct ifinfomsg *ifi;

	ifi = mnl_nlmsg_put_extra_header(nl_message(n, type, flags),
					 sizeof(*ifi));
	ifi->ifi_index = index;
	return ifi;
}

int rt_link_by_name(struct nl *n, const char *name, struct rt_link *l)
{
	link_message(n, RTM_GETLINK, 0, 0);
	nl_put_string(n, IFLA_IFNAME, name);
	return nl_talk(n, on_link, l);
}

int rt_link_by_index(struct nl *n, uint32_t index, struct rt_link *l)
{
	link_message(n, RTM_GETLINK, 0, index);
	return nl_talk(n, on_link, l);
}

struct link_dump {
	const char *kind;
	rt_link_fn fn;
	void *arg;
};

/* The kernel filters, too, but need not. */
static int on_link_dumped(void *arg, const struct nlmsghdr *nlh)
{
	struct link_dump *d = arg;
	struct rt_link l;
	int err = on_link(&l, nlh);

	if (err || strcmp(l.kind, d->kind))
		return err;
	return d->fn(d->arg, &l);
}

int rt_link_dump(struct nl *n, const char *kind, rt_link_fn fn, void *arg)
{
	struct link_dump d = { kind, fn, arg };
	struct nlattr *info;

	link_message(n, RTM_GETLINK, NLM_F_DUMP, 0);
	info = nl_nest(n, IFLA_LINKINFO);
	nl_put_string(n, IFLA_INFO_KIND, kind);
	nl_nest_end(n, info);
	return nl_talk(n, on_link_dumped, &d);
}

static void put_switches(struct nl *n, const struct rt_lisp *l)
{
	for (size_t i = 0; i < SWITCHES; i++)
		nl_put_u8(n, switches[i].attr, !!(l->trust & switches[i].bit));
}

/* What may change later; absent addresses are sent as zero to remove them. */
static void put_mutable(struct nl *n, const struct rt_lisp *l)
{
	nl_put(n, IFLA_LISP_LOCAL, l->local4.bytes, 4);
	nl_put(n, IFLA_LISP_LOCAL6, l->local6.bytes, 16);
	nl_put_u32(n, IFLA_LISP_NATIVE, l->native);
	put_switches(n, l);
}

int rt_lisp_make(struct nl *n, const char *name, const struct rt_lisp *l)
{
	struct nlattr *info, *data;

	link_message(n, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0);
	nl_put_string(n, IFLA_IFNAME, name);
	info = nl_nest(n, IFLA_LINKINFO);
	nl_put_string(n, IFLA_INFO_KIND, "lisp");
	data = nl_nest(n, IFLA_INFO_DATA);
	nl_put_u32(n, IFLA_LISP_ID, l->iid);
	if (l->port)
		nl_put_u16(n, IFLA_LISP_PORT, htons(l->port));
	if (l->underlay)
		nl_put_u32(n, IFLA_LISP_UNDERLAY, l->underlay);
	if (l->local4.family != ADDR_NONE)
		nl_put(n, IFLA_LISP_LOCAL, l->local4.bytes, 4);
	if (l->local6.family != ADDR_NONE)
		nl_put(n, IFLA_LISP_LOCAL6, l->local6.bytes, 16);
	if (l->native)
		nl_put_u32(n, IFLA_LISP_NATIVE, l->native);
	if (l->proxy)
		nl_put_u8(n, IFLA_LISP_PROXY, 1);
	put_switches(n, l);
	nl_nest_end(n, data);
	nl_nest_end(n, info);
	return nl_talk(n, NULL, NULL);
}

int rt_lisp_change(struct nl *n, uint32_t index, const struct rt_lisp *l)
{
	struct nlattr *info, *data;

	link_message(n, RTM_NEWLINK, 0, index);
	info = nl_nest(n, IFLA_LINKINFO);
	nl_put_string(n, IFLA_INFO_KIND, "lisp");
	data = nl_nest(n, IFLA_INFO_DATA);
	put_mutable(n, l);
	nl_nest_end(n, data);
	nl_nest_end(n, info);
	return nl_talk(n, NULL, NULL);
}

int rt_link_set(struct nl *n, uint32_t index, uint32_t master,
		const char *alias)
{
	struct ifinfomsg *ifi = link_message(n, RTM_NEWLINK, 0, index);

	ifi->ifi_flags = IFF_UP;
	ifi->ifi_change = IFF_UP;
	nl_put_u32(n, IFLA_MASTER, master);
	if (alias)
		nl_put_string(n, IFLA_IFALIAS, alias);
	return nl_talk(n, NULL, NULL);
}

int rt_link_del(struct nl *n, uint32_t index)
{
	link_message(n, RTM_DELLINK, 0, index);
	return nl_talk(n, NULL, NULL);
}

int rt_link_no_autoconf(struct nl *n, uint32_t index)
{
	struct nlattr *spec, *inet6;
	int err;

	link_message(n, RTM_NEWLINK, 0, index);
	spec = nl_nest(n, IFLA_AF_SPEC);
	inet6 = nl_nest(n, AF_INET6);
	nl_put_u8(n, IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
	nl_nest_end(n, inet6);
	nl_nest_end(n, spec);
	err = nl_talk(n, NULL, NULL);
	return err == -EAFNOSUPPORT ? 0 : err;
}

/* --- routes --- */

static const struct addr gateway6 = {
	.family = ADDR_IPV6, .bytes = { [0] = 0xfe, [1] = 0x80, [15] = 1 },
};

static struct rtmsg *route_message(struct nl *n, uint16_t type,
				   uint16_t flags, enum addr_family family)
{
	struct rtmsg *rtm;

	rtm = mnl_nlmsg_put_extra_header(nl_message(n, type, flags),
					 sizeof(*rtm));
	rtm->rtm_family = sockaddr_family(family);
	return rtm;
}

static void put_route(struct nl *n, struct rtmsg *rtm,
		      const struct rt_route *r)
{
	bool v4 = r->dst.addr.family == ADDR_IPV4;

	rtm->rtm_dst_len = r->dst.len;
	rtm->rtm_protocol = r->protocol;
	rtm->rtm_type = RTN_UNICAST;
	rtm->rtm_scope = v4 ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
	nl_put_u32(n, RTA_TABLE, r->table);
	nl_put(n, RTA_DST, r->dst.addr.bytes, addr_size(&r->dst.addr));
	nl_put_u32(n, RTA_OIF, r->oif);
	nl_put_u32(n, RTA_PRIORITY, r->metric);
	if (!v4)
		nl_put(n, RTA_GATEWAY, gateway6.bytes, 16);
}

int rt_route_add(struct nl *n, const struct rt_route *r)
{
	put_route(n, route_message(n, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL,
				   r->dst.addr.family), r);
	return nl_talk(n, NULL, NULL);
}

int rt_route_del(struct nl *n, const struct rt_route *r)
{
	put_route(n, route_message(n, RTM_DELROUTE, 0, r->dst.addr.family), r);
	return nl_talk(n, NULL, NULL);
}

/* --- reading routes --- */

/* A route as far as it interests us. */
struct seen_route {
	struct rt_route route;
	uint8_t type;
	bool cloned;
};

static int read_route(const struct nlmsghdr *nlh, struct seen_route *s)
{
	const struct rtmsg *rtm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;
	struct rt_route *r = &s->route;

	if (nlh->nlmsg_type != RTM_NEWROUTE ||
	    mnl_nlmsg_get_payload_len(nlh) < sizeof(*rtm))
		return -EBADMSG;
	memset(s, 0, sizeof(*s));
	s->type = rtm->rtm_type;
	s->cloned = rtm->rtm_flags & RTM_F_CLONED;
	r->table = rtm->rtm_table;
	r->protocol = rtm->rtm_protocol;
	r->dst.len = rtm->rtm_dst_len;
	r->dst.addr.family = rtm->rtm_family == AF_INET ? ADDR_IPV4 : ADDR_IPV6;
	mnl_attr_for_each(attr, nlh, sizeof(*rtm)) {
		switch (mnl_attr_get_type(attr)) {
		case RTA_DST:
			copy_addr(attr, r->dst.addr.family, &r->dst.addr);
			break;
		case RTA_OIF:
			copy_u32(attr, &r->oif);
			break;
		case RTA_TABLE:
			copy_u32(attr, &r->table);
			break;
		case RTA_PRIORITY:
			copy_u32(attr, &r->metric);
			break;
		}
	}
	return 0;
}

struct route_dump {
	uint32_t table;
	uint8_t protocol;
	uint32_t oif;
	rt_route_fn fn;
	void *arg;
};

/* The kernel filters, too, but only if it knows strict checking. */
static int on_dumped(void *arg, const struct nlmsghdr *nlh)
{
	struct route_dump *d = arg;
	struct seen_route s;
	int err = read_route(nlh, &s);

	if (err)
		return err;
	if (s.type != RTN_UNICAST || s.cloned || s.route.table != d->table ||
	    (d->protocol && s.route.protocol != d->protocol) ||
	    (d->oif && s.route.oif != d->oif))
		return 0;
	return d->fn(d->arg, &s.route);
}

static int dump_family(struct nl *n, enum addr_family family,
		       struct route_dump *d)
{
	struct rtmsg *rtm = route_message(n, RTM_GETROUTE, NLM_F_DUMP, family);

	rtm->rtm_protocol = d->protocol;
	rtm->rtm_type = RTN_UNICAST;
	nl_put_u32(n, RTA_TABLE, d->table);
	if (d->oif)
		nl_put_u32(n, RTA_OIF, d->oif);
	return nl_talk(n, on_dumped, d);
}

int rt_route_dump(struct nl *n, uint32_t table, uint8_t protocol,
		  uint32_t oif, rt_route_fn fn, void *arg)
{
	struct route_dump d = { table, protocol, oif, fn, arg };
	int err;

	/* A table that nobody has used yet is not there. */
	err = dump_family(n, ADDR_IPV4, &d);
	if (err && err != -ENOENT)
		return err;
	err = dump_family(n, ADDR_IPV6, &d);
	return err == -ENOENT || err == -EAFNOSUPPORT || err == -EOPNOTSUPP ?
		0 : err;
}

static int on_looked_up(void *arg, const struct nlmsghdr *nlh)
{
	return read_route(nlh, arg);
}

enum rt_found rt_lookup(struct nl *n, const struct addr *a, uint32_t vrf,
			uint32_t *oif)
{
	struct rtmsg *rtm = route_message(n, RTM_GETROUTE, 0, a->family);
	struct seen_route s = { 0 };

	rtm->rtm_dst_len = addr_bits(a);
	nl_put(n, RTA_DST, a->bytes, addr_size(a));
	if (vrf)
		nl_put_u32(n, RTA_OIF, vrf);
	if (nl_talk(n, on_looked_up, &s))
		return RT_FOUND_NONE;
	*oif = s.route.oif;
	if (s.type == RTN_LOCAL)
		return RT_FOUND_LOCAL;
	return s.type == RTN_UNICAST ? RT_FOUND_OUT : RT_FOUND_NONE;
}

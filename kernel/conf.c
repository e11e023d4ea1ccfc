// SPDX-License-Identifier: GPL-2.0
#include <net/addrconf.h>
#include <net/inet_ecn.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/l3mdev.h>
#include <net/netlink.h>
#include <net/rtnetlink.h>

#include "conf.h"
#include "dev.h"
#include "reach.h"

#define PATH_MTU_MIN	576

const struct nla_policy lisp_conf_policy[IFLA_LISP_MAX + 1] = {
	[IFLA_LISP_UNSPEC]	= { .strict_start_type = IFLA_LISP_UNSPEC + 1 },
	[IFLA_LISP_ID]		= { .type = NLA_U32 },
	[IFLA_LISP_LOCAL]	= NLA_POLICY_EXACT_LEN(sizeof(struct in_addr)),
	[IFLA_LISP_LOCAL6]	= NLA_POLICY_EXACT_LEN(sizeof(struct in6_addr)),
	[IFLA_LISP_PORT]	= { .type = NLA_U16 },
	[IFLA_LISP_UNDERLAY]	= { .type = NLA_U32 },
	[IFLA_LISP_NATIVE]	= { .type = NLA_U32 },
	[IFLA_LISP_PROXY]	= { .type = NLA_U8 },
	[IFLA_LISP_TRUSTED_UNDERLAY] = { .type = NLA_U8 },
	[IFLA_LISP_STATUS_BITS]	= { .type = NLA_U8 },
	[IFLA_LISP_ECHO_NONCE]	= { .type = NLA_U8 },
	[IFLA_LISP_MAP_VERSIONS] = { .type = NLA_U8 },
	[IFLA_LISP_GLEANING]	= { .type = NLA_U8 },
	[IFLA_LISP_EXTERNAL]	= { .type = NLA_U8 },
	[IFLA_LISP_TTL]		= { .type = NLA_U8 },
	[IFLA_LISP_TOS]		= { .type = NLA_U8 },
	[IFLA_LISP_ECN]		= { .type = NLA_U8 },
	[IFLA_LISP_UDP_CSUM]	= { .type = NLA_U8 },
	[IFLA_LISP_UDP_ZERO_CSUM6_TX] = { .type = NLA_U8 },
	[IFLA_LISP_GPE]		= { .type = NLA_U8 },
	[IFLA_LISP_ICMP_UNREACHABLE] = { .type = NLA_U8 },
	[IFLA_LISP_PATH_MTU]	= { .type = NLA_U32 },
	[IFLA_LISP_RX_COUNTERS] = { .type = NLA_U8 },
};

const struct lisp_conf_switch lisp_conf_switches[LISP_CONF_SWITCHES] = {
	{ IFLA_LISP_STATUS_BITS, LISP_REACH_STATUS_BITS },
	{ IFLA_LISP_ECHO_NONCE, LISP_REACH_ECHO_NONCE },
	{ IFLA_LISP_MAP_VERSIONS, LISP_REACH_MAP_VERSIONS },
	{ IFLA_LISP_GLEANING, LISP_REACH_GLEANING },
	{ IFLA_LISP_ICMP_UNREACHABLE, LISP_REACH_ICMP },
	{ IFLA_LISP_RX_COUNTERS, LISP_REACH_COUNT },
};

/* Those that stand by themselves. */
static const u8 switches[] = {
	IFLA_LISP_PROXY,
	IFLA_LISP_TRUSTED_UNDERLAY,
	IFLA_LISP_EXTERNAL,
	IFLA_LISP_ECN,
	IFLA_LISP_UDP_CSUM,
	IFLA_LISP_UDP_ZERO_CSUM6_TX,
	IFLA_LISP_GPE,
};

/* 0: learned. Nobody has to take less than PATH_MTU_MIN octets (RFC 791). */
static int check_path_mtu(const struct nlattr *attr,
			  struct netlink_ext_ack *extack)
{
	u32 mtu = attr ? nla_get_u32(attr) : 0;

	if (!mtu || (mtu >= PATH_MTU_MIN && mtu <= IP_MAX_MTU))
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr,
			    "The path MTU must be 576 to 65535, or 0 to learn it");
	return -ERANGE;
}

/* A value of 0 or 1, or nothing. */
static int check_switch(struct nlattr *data[], int attr,
			struct netlink_ext_ack *extack)
{
	if (!data[attr] || nla_get_u8(data[attr]) <= 1)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, data[attr], "A switch is 0 or 1");
	return -ERANGE;
}

static int check_switches(struct nlattr *data[],
			  struct netlink_ext_ack *extack)
{
	int i, err = 0;

	for (i = 0; !err && i < ARRAY_SIZE(switches); i++)
		err = check_switch(data, switches[i], extack);
	for (i = 0; !err && i < LISP_CONF_SWITCHES; i++)
		err = check_switch(data, lisp_conf_switches[i].attr, extack);
	return err;
}

static void parse_switches(struct nlattr *data[], struct lisp_conf *conf)
{
	const struct lisp_conf_switch *s = lisp_conf_switches;
	int i;

	if (data[IFLA_LISP_TRUSTED_UNDERLAY])
		conf->trusted = nla_get_u8(data[IFLA_LISP_TRUSTED_UNDERLAY]);
	for (i = 0; i < LISP_CONF_SWITCHES; i++, s++) {
		if (!data[s->attr])
			continue;
		conf->switches &= ~s->bit;
		if (nla_get_u8(data[s->attr]))
			conf->switches |= s->bit;
	}
}

static bool rloc4_ok(__be32 addr)
{
	return !addr || !(ipv4_is_multicast(addr) || ipv4_is_lbcast(addr) ||
			  ipv4_is_loopback(addr) || ipv4_is_zeronet(addr));
}

static bool rloc6_ok(const struct in6_addr *addr)
{
	return ipv6_addr_any(addr) ||
	       !(ipv6_addr_type(addr) &
		 (IPV6_ADDR_MULTICAST | IPV6_ADDR_LOOPBACK |
		  IPV6_ADDR_LINKLOCAL | IPV6_ADDR_MAPPED));
}

int lisp_conf_validate(struct nlattr *tb[], struct nlattr *data[],
		       struct netlink_ext_ack *extack)
{
	struct in6_addr in6;

	if (tb[IFLA_ADDRESS]) {
		NL_SET_ERR_MSG_ATTR(extack, tb[IFLA_ADDRESS],
				    "A lisp device has no link-layer address");
		return -EINVAL;
	}
	if (!data)
		return 0;
	if (data[IFLA_LISP_ID] &&
	    nla_get_u32(data[IFLA_LISP_ID]) > LISP_IID_MAX) {
		NL_SET_ERR_MSG_ATTR(extack, data[IFLA_LISP_ID],
				    "Instance-ID must be 0 to 16777214");
		return -ERANGE;
	}
	if (data[IFLA_LISP_PORT] && !nla_get_be16(data[IFLA_LISP_PORT])) {
		NL_SET_ERR_MSG_ATTR(extack, data[IFLA_LISP_PORT],
				    "UDP port must be 1 to 65535");
		return -ERANGE;
	}
	if (data[IFLA_LISP_TOS] &&
	    nla_get_u8(data[IFLA_LISP_TOS]) != LISP_TOS_INHERIT &&
	    nla_get_u8(data[IFLA_LISP_TOS]) & INET_ECN_MASK) {
		NL_SET_ERR_MSG_ATTR(extack, data[IFLA_LISP_TOS],
				    "The lower two bits of TOS are ECN's");
		return -EINVAL;
	}
	if (data[IFLA_LISP_LOCAL] &&
	    !rloc4_ok(nla_get_in_addr(data[IFLA_LISP_LOCAL]))) {
		NL_SET_ERR_MSG_ATTR(extack, data[IFLA_LISP_LOCAL],
				    "Local RLOC must be a unicast address");
		return -EINVAL;
	}
	if (data[IFLA_LISP_LOCAL6]) {
		in6 = nla_get_in6_addr(data[IFLA_LISP_LOCAL6]);
		if (!rloc6_ok(&in6)) {
			NL_SET_ERR_MSG_ATTR(extack, data[IFLA_LISP_LOCAL6],
					    "Local IPv6 RLOC must be a global unicast address");
			return -EINVAL;
		}
	}
	return check_path_mtu(data[IFLA_LISP_PATH_MTU], extack) ?:
	       check_switches(data, extack);
}

static int check_native(const struct net_device *native,
			const struct net_device *dev,
			const struct nlattr *attr,
			struct netlink_ext_ack *extack)
{
	if (!native) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "No device with the native uplink's index");
		return -ENODEV;
	}
	if (native == dev) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "A lisp device cannot be its own native uplink");
		return -EINVAL;
	}
	if (lisp_dev_is(native)) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "The native uplink cannot be a lisp device");
		return -EINVAL;
	}
	if (netif_is_l3_master(native)) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "The native uplink cannot be a VRF, but a device in it");
		return -EINVAL;
	}
	if (native->flags & IFF_LOOPBACK) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "The native uplink cannot be the loopback device");
		return -EINVAL;
	}
	return 0;
}

static int parse_native(struct net *net, const struct net_device *dev,
			const struct nlattr *attr, struct lisp_conf *conf,
			struct netlink_ext_ack *extack)
{
	u32 ifindex = nla_get_u32(attr);

	conf->native = NULL;
	if (!ifindex)
		return 0;
	if (ifindex <= INT_MAX)
		conf->native = __dev_get_by_index(net, ifindex);
	return check_native(conf->native, dev, attr, extack);
}

static int parse_underlay(struct net *net, const struct nlattr *attr,
			  struct lisp_conf *conf, struct netlink_ext_ack *extack)
{
	struct net_device *vrf;

	conf->underlay = nla_get_u32(attr);
	if (!conf->underlay)
		return 0;
	vrf = conf->underlay > INT_MAX ? NULL :
	      __dev_get_by_index(net, conf->underlay);
	if (!vrf) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "No device with the underlay's index");
		return -ENODEV;
	}
	if (!netif_is_l3_master(vrf)) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "The underlay must be a VRF device");
		return -EINVAL;
	}
	return 0;
}

/* An external device has no Instance-ID, nor one VRF that has one uplink. */
static int check_external(const struct lisp_conf *conf, struct nlattr *data[],
			  struct netlink_ext_ack *extack)
{
	if (!conf->external)
		return 0;
	if (conf->given & BIT(IFLA_LISP_ID)) {
		NL_SET_ERR_MSG_ATTR(extack, data[IFLA_LISP_ID],
				    "An external device has no id of its own");
		return -EINVAL;
	}
	if (conf->native) {
		NL_SET_ERR_MSG_ATTR(extack, data[IFLA_LISP_NATIVE],
				    "An external device has no native uplink");
		return -EINVAL;
	}
	return 0;
}

/* How outer headers are filled. */
static void parse_outer(struct nlattr *data[], struct lisp_conf *conf)
{
	if (data[IFLA_LISP_TTL])
		conf->ttl = nla_get_u8(data[IFLA_LISP_TTL]);
	if (data[IFLA_LISP_TOS])
		conf->tos = nla_get_u8(data[IFLA_LISP_TOS]);
	if (data[IFLA_LISP_ECN])
		conf->ecn = nla_get_u8(data[IFLA_LISP_ECN]);
	if (data[IFLA_LISP_GPE])
		conf->gpe = nla_get_u8(data[IFLA_LISP_GPE]);
	if (data[IFLA_LISP_PATH_MTU])
		conf->path_mtu = nla_get_u32(data[IFLA_LISP_PATH_MTU]);
	if (data[IFLA_LISP_UDP_CSUM])
		conf->csum4 = nla_get_u8(data[IFLA_LISP_UDP_CSUM]) ?
			      LISP_CSUM_REAL : LISP_CSUM_ZERO;
	if (data[IFLA_LISP_UDP_ZERO_CSUM6_TX])
		conf->csum6 = nla_get_u8(data[IFLA_LISP_UDP_ZERO_CSUM6_TX]) ?
			      LISP_CSUM_ZERO : LISP_CSUM_REAL;
}

int lisp_conf_parse(struct net *net, const struct net_device *dev,
		    struct nlattr *data[], struct lisp_conf *conf,
		    struct netlink_ext_ack *extack)
{
	int err = 0;
	int i;

	if (!data)
		return 0;
	for (i = 1; i <= IFLA_LISP_MAX; i++)
		if (data[i])
			conf->given |= BIT(i);

	if (data[IFLA_LISP_ID])
		conf->id = nla_get_u32(data[IFLA_LISP_ID]);
	if (data[IFLA_LISP_PORT])
		conf->port = nla_get_be16(data[IFLA_LISP_PORT]);
	if (data[IFLA_LISP_PROXY])
		conf->proxy = nla_get_u8(data[IFLA_LISP_PROXY]);
	if (data[IFLA_LISP_EXTERNAL])
		conf->external = nla_get_u8(data[IFLA_LISP_EXTERNAL]);
	if (data[IFLA_LISP_LOCAL])
		conf->local = nla_get_in_addr(data[IFLA_LISP_LOCAL]);
	if (data[IFLA_LISP_LOCAL6])
		conf->local6 = nla_get_in6_addr(data[IFLA_LISP_LOCAL6]);
	parse_switches(data, conf);
	parse_outer(data, conf);
	if (data[IFLA_LISP_UNDERLAY])
		err = parse_underlay(net, data[IFLA_LISP_UNDERLAY], conf,
				     extack);
	if (!err && data[IFLA_LISP_NATIVE])
		err = parse_native(dev_net(dev), dev, data[IFLA_LISP_NATIVE],
				   conf, extack);
	return err ?: check_external(conf, data, extack);
}

int lisp_conf_may_change(const struct lisp_conf *old,
			 const struct lisp_conf *new, struct nlattr *data[],
			 struct netlink_ext_ack *extack)
{
	if (new->id != old->id) {
		NL_SET_ERR_MSG_ATTR(extack, data[IFLA_LISP_ID],
				    "The id (Instance-ID) of a device cannot change");
		return -EOPNOTSUPP;
	}
	if (new->port != old->port) {
		NL_SET_ERR_MSG_ATTR(extack, data[IFLA_LISP_PORT],
				    "The UDP port of a device cannot change");
		return -EOPNOTSUPP;
	}
	if (new->underlay != old->underlay) {
		NL_SET_ERR_MSG_ATTR(extack, data[IFLA_LISP_UNDERLAY],
				    "The underlay of a device cannot change");
		return -EOPNOTSUPP;
	}
	if (new->proxy != old->proxy) {
		NL_SET_ERR_MSG_ATTR(extack, data[IFLA_LISP_PROXY],
				    "The proxy mode of a device cannot change");
		return -EOPNOTSUPP;
	}
	if (new->external != old->external) {
		NL_SET_ERR_MSG_ATTR(extack, data[IFLA_LISP_EXTERNAL],
				    "A device cannot become external, or stop being that");
		return -EOPNOTSUPP;
	}
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a request for a lisp device asks for: attributes of if_lisp.h become a
 * struct lisp_conf, and nothing but that. Whatever is refused is refused with
 * a sentence and its attribute.
 */
#ifndef _LISP_CONF_H
#define _LISP_CONF_H

#include <linux/in6.h>
#include <linux/netdevice.h>
#include <net/netlink.h>

#include <uapi/linux/if_lisp.h>

#define LISP_TOS_INHERIT	1

/* What configuration says about UDP checksums over an address family. */
enum {
	LISP_CSUM_AUTO,		/* nothing */
	LISP_CSUM_ZERO,
	LISP_CSUM_REAL,
};

/**
 * struct lisp_conf - what a request asks for
 * @given: bit per IFLA_LISP_* attribute that was there
 * @id: Instance-ID
 * @underlay: ifindex of a VRF, or 0
 * @port: UDP port, never 0
 * @proxy: deliver for EIDs that are not local, too
 * @external: serve many Instance-IDs
 * @ttl: outer TTL, 0: inherit
 * @tos: outer DSCP, LISP_TOS_INHERIT: inherit
 * @ecn: copy ECN
 * @csum4: UDP checksum over IPv4, LISP_CSUM_*
 * @csum6: the same over IPv6
 * @gpe: believe the P bit
 * @path_mtu: largest outer packet, 0: what the path takes
 * @local: IPv4 source RLOC, or zero
 * @local6: IPv6 source RLOC, or zero
 * @native: uplink, or NULL
 * @trusted: the underlay is trusted
 * @switches: bit per enum lisp_reach_switch, most of no effect unless @trusted
 */
struct lisp_conf {
	unsigned long given;
	u32 id;
	u32 underlay;
	__be16 port;
	bool proxy;
	bool external;
	u8 ttl;
	u8 tos;
	bool ecn;
	bool gpe;
	u8 csum4;
	u8 csum6;
	u32 path_mtu;
	__be32 local;
	struct in6_addr local6;
	struct net_device *native;
	bool trusted;
	u8 switches;
};

/* An attribute that is a switch below trusted-underlay. */
struct lisp_conf_switch {
	u8 attr;
	u8 bit;		/* enum lisp_reach_switch */
};

#define LISP_CONF_SWITCHES	6

extern const struct lisp_conf_switch lisp_conf_switches[LISP_CONF_SWITCHES];
extern const struct nla_policy lisp_conf_policy[IFLA_LISP_MAX + 1];

/* Each value on its own; rtnl_link_ops.validate. */
int lisp_conf_validate(struct nlattr *tb[], struct nlattr *data[],
		       struct netlink_ext_ack *extack);

/*
 * Overwrite in @conf, which has the present values or defaults, what @data
 * (validated, may be NULL) gives. @net is the underlay's namespace, @dev the
 * device to be made or changed. RTNL.
 */
int lisp_conf_parse(struct net *net, const struct net_device *dev,
		    struct nlattr *data[], struct lisp_conf *conf,
		    struct netlink_ext_ack *extack);

/* Whether a device that is @old may become @new. */
int lisp_conf_may_change(const struct lisp_conf *old,
			 const struct lisp_conf *new, struct nlattr *data[],
			 struct netlink_ext_ack *extack);

#endif /* _LISP_CONF_H */

/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * rtnetlink attributes of a "lisp" link (ip link add type lisp).
 *
 * A lisp device is one VPN: packets routed into it are encapsulated with its
 * Instance-ID (RFC 9300), packets received with that Instance-ID come out of
 * it.  The map-cache is filled through the generic netlink family "lisp",
 * <linux/lisp.h>.
 */
#ifndef _UAPI_LINUX_IF_LISP_H
#define _UAPI_LINUX_IF_LISP_H

#define LISP_IID_MAX	16777214	/* 0xffffff marks control messages */

/**
 * enum - attributes nested in IFLA_INFO_DATA of kind "lisp"
 * @IFLA_LISP_ID: u32, Instance-ID, 0..LISP_IID_MAX, default 0 (the default
 *	table, sent without the I bit).  Immutable.
 * @IFLA_LISP_LOCAL: 4 octets, network order: IPv4 source RLOC.  Absent: the
 *	address the underlay's routing prefers; but where the other family's
 *	is given, nothing is sent in this one.  0.0.0.0 removes it.
 * @IFLA_LISP_LOCAL6: 16 octets: IPv6 source RLOC.  Same rules, :: removes it.
 * @IFLA_LISP_PORT: be16, UDP port listened on, 1..65535, default 4341.
 *	Immutable.
 * @IFLA_LISP_UNDERLAY: u32, ifindex of the VRF device whose L3 domain carries
 *	the outer packets; absent or 0: the default domain.  It is looked up in
 *	the netns the device is created from (IFLA_LINK_NETNSID) and stays
 *	there when the device moves.  Immutable.
 * @IFLA_LISP_NATIVE: u32, ifindex, in the device's own netns, of the uplink
 *	that packets of "native" mappings leave through; 0 removes it.
 * @IFLA_LISP_PROXY: u8, 0 or 1: decapsulated packets whose destination is no
 *	local EID are forwarded instead of dropped (proxy xTR, RTR).  Default 0.
 *	Immutable.
 * @IFLA_LISP_TRUSTED_UNDERLAY: u8, 0 or 1: who sends us LISP packets may be
 *	believed what its headers say beside the Instance-ID, RFC 9300 section
 *	4.1.  Without it (default 0) the four switches below do nothing, nor
 *	does @IFLA_LISP_ICMP_UNREACHABLE.
 * @IFLA_LISP_STATUS_BITS: u8, 0 or 1: send locator-status-bits of the local
 *	EID prefix that the source is in, and believe those received for the
 *	mapping that the source is in.  Default 0.
 * @IFLA_LISP_ECHO_NONCE: u8, 0 or 1: echo nonces, and ask locators that are
 *	said to echo for it.  Default 0.
 * @IFLA_LISP_MAP_VERSIONS: u8, 0 or 1: send and compare map-versions
 *	(RFC 9302).  Default 0.
 * @IFLA_LISP_GLEANING: u8, 0 or 1: make short-lived mappings from sources of
 *	packets.  Default 0.
 * @IFLA_LISP_EXTERNAL: u8, 0 or 1: the device serves all Instance-IDs that
 *	LISP_CMD_IID_NEW gives it.  Packets say which one by the tunnel
 *	metadata of their route (encap ip id IID dst RLOC, 0: ask the map-cache)
 *	and come out in the VRF of their Instance-ID.  Excludes @IFLA_LISP_ID
 *	and @IFLA_LISP_NATIVE; one such device an underlay.  Default 0.
 *	Immutable.
 * @IFLA_LISP_TTL: u8, outer TTL or hop limit.  0, the default: the inner
 *	packet's, and when a packet is received its TTL becomes the smaller of
 *	the two (uniform model).  Otherwise this one, and a received packet
 *	keeps its own (pipe model).
 * @IFLA_LISP_TOS: u8, outer DSCP in the upper six bits.  1, the default: the
 *	inner packet's, which takes the outer one's on receipt (uniform model).
 *	Otherwise this one, and a received packet keeps its own (pipe model);
 *	the lower two bits are then 0.
 * @IFLA_LISP_ECN: u8.  1, the default: ECN is copied to the outer header
 *	(normal mode of RFC 6040).  0: outer packets are not ECN capable
 *	(compatibility mode), for egress routers that would not propagate it.
 *	What is received is always treated as RFC 6040 says.
 * @IFLA_LISP_UDP_CSUM: u8, 1: outer packets over IPv4 have a UDP checksum, 0:
 *	they do not.  Absent: 0, but 1 to locators that speak LISP-GPE.
 * @IFLA_LISP_UDP_ZERO_CSUM6_TX: u8, 1: outer packets over IPv6 have a UDP
 *	checksum of zero, 0: a real one.  Absent: 1, but 0 to locators that
 *	speak LISP-GPE.
 * @IFLA_LISP_GPE: u8, 1: who sends us packets speaks LISP-GPE (RFC 9305), so
 *	a P bit means that a next protocol follows.  Default 0: the bit is
 *	reserved and ignored.  Who is sent P bits is said of each locator.
 * @IFLA_LISP_ICMP_UNREACHABLE: u8, 0 or 1: ICMP errors of the underlay are
 *	believed that an RLOC is unreachable, if they quote a packet that we
 *	could have sent; those who have others do not use it for a while.  It
 *	is enough that one of the devices on a UDP port has it on.  Default 0:
 *	who listens for events is told, nothing else.
 * @IFLA_LISP_PATH_MTU: u32.  0, the default: the MTU of a path is what the
 *	stack knows of it, from its routes and from ICMP (stateful, RFC 9300
 *	section 7.2).  Otherwise, 576..65535: outer packets are that large at
 *	most, or as large as the interface takes, and what the stack knows of
 *	paths does not count (stateless, section 7.1).
 * @IFLA_LISP_RX_COUNTERS: u8, 0 or 1: packets received are counted for the
 *	RLOC that they came from and the local EID prefix that they are for,
 *	too, which takes two more lookups for each.  Default 0.
 *
 * Received checksums may be zero or right.  What is not called immutable can
 * change while the device exists; that needs CAP_NET_ADMIN both in the user
 * namespace of the caller's network namespace and in that of the underlay's.
 */
enum {
	IFLA_LISP_UNSPEC,
	IFLA_LISP_ID,
	IFLA_LISP_LOCAL,
	IFLA_LISP_LOCAL6,
	IFLA_LISP_PORT,
	IFLA_LISP_UNDERLAY,
	IFLA_LISP_NATIVE,
	IFLA_LISP_PROXY,
	IFLA_LISP_TRUSTED_UNDERLAY,
	IFLA_LISP_STATUS_BITS,
	IFLA_LISP_ECHO_NONCE,
	IFLA_LISP_MAP_VERSIONS,
	IFLA_LISP_GLEANING,
	IFLA_LISP_EXTERNAL,
	IFLA_LISP_TTL,
	IFLA_LISP_TOS,
	IFLA_LISP_ECN,
	IFLA_LISP_UDP_CSUM,
	IFLA_LISP_UDP_ZERO_CSUM6_TX,
	IFLA_LISP_GPE,
	IFLA_LISP_ICMP_UNREACHABLE,
	IFLA_LISP_PATH_MTU,
	IFLA_LISP_RX_COUNTERS,
	__IFLA_LISP_MAX
};

#define IFLA_LISP_MAX (__IFLA_LISP_MAX - 1)

/**
 * enum - attributes nested in IFLA_INFO_XSTATS of kind "lisp": counters, those
 * of `ethtool -S`
 * @IFLA_LISP_XSTATS_COUNTS: array of u64, what happened besides drops: packets
 *	sent natively, packets accepted with reserved header bits set, misses
 *	reported, packets held now, octets of memory they take.  More may follow.
 * @IFLA_LISP_XSTATS_DROPS: array of u64, packets dropped, of each reason from
 *	enum lisp_drop_reason (<linux/lisp.h>), from 1 on.
 *
 * Of an external device misses and held packets are 0: each of its Instance-IDs
 * has its own, which LISP_CMD_IID_GET tells.
 */
enum {
	IFLA_LISP_XSTATS_UNSPEC,
	IFLA_LISP_XSTATS_COUNTS,
	IFLA_LISP_XSTATS_DROPS,
};

#endif /* _UAPI_LINUX_IF_LISP_H */

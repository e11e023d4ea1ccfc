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
 *	4.1.  Without it (default 0) the four switches below do nothing.
 * @IFLA_LISP_STATUS_BITS: u8, 0 or 1: send locator-status-bits of the local
 *	EID prefix that the source is in, and believe those received for the
 *	mapping that the source is in.  Default 0.
 * @IFLA_LISP_ECHO_NONCE: u8, 0 or 1: echo nonces, and ask locators that are
 *	said to echo for it.  Default 0.
 * @IFLA_LISP_MAP_VERSIONS: u8, 0 or 1: send and compare map-versions
 *	(RFC 9302).  Default 0.
 * @IFLA_LISP_GLEANING: u8, 0 or 1: make short-lived mappings from sources of
 *	packets.  Default 0.
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
	__IFLA_LISP_MAX
};

#define IFLA_LISP_MAX (__IFLA_LISP_MAX - 1)

#endif /* _UAPI_LINUX_IF_LISP_H */

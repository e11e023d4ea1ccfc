/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/lisp.yaml */
/* YNL-GEN uapi header */

#ifndef _UAPI_LINUX_LISP_H
#define _UAPI_LINUX_LISP_H

#define LISP_GENL_NAME		"lisp"
#define LISP_GENL_VERSION	1

/**
 * enum lisp_action - What happens to a packet that matches a mapping. 1 to 5
 *   are the ACT codes of a negative Map-Reply (RFC 9301, section 5.4).
 * @LISP_ACTION_FORWARD: encapsulate to a locator of the mapping's locator set
 * @LISP_ACTION_NATIVE: leave unencapsulated through the device's native uplink
 * @LISP_ACTION_ASK: drop this packet and report a miss again
 *   (Send-Map-Request)
 * @LISP_ACTION_DROP: drop, ICMP host unreachable (Drop/No-Reason)
 * @LISP_ACTION_DROP_POLICY: drop, ICMP administratively prohibited
 *   (Drop/Policy-Denied)
 * @LISP_ACTION_DROP_AUTH: drop, ICMP administratively prohibited
 *   (Drop/Auth-Failure)
 */
enum lisp_action {
	LISP_ACTION_FORWARD,
	LISP_ACTION_NATIVE,
	LISP_ACTION_ASK,
	LISP_ACTION_DROP,
	LISP_ACTION_DROP_POLICY,
	LISP_ACTION_DROP_AUTH,
};

/**
 * enum lisp_rloc_state - whether an RLOC may be used, true for every mapping
 *   that names it
 * @LISP_RLOC_STATE_DOWN: somebody took it out, for any reason
 * @LISP_RLOC_STATE_UNREACHABLE_PROBE: RLOC-probes are not answered
 * @LISP_RLOC_STATE_UNREACHABLE_NONCE: packets come from it, but none echoes
 *   our nonce (RFC 9300, section 10.1); set by the kernel, too
 * @LISP_RLOC_STATE_UNREACHABLE_STATUS: its site's status bits say so, and who
 *   set this believes it for everybody; the kernel believes it for one mapping
 *   only
 * @LISP_RLOC_STATE_UNREACHABLE_ICMP: a router of the underlay says so by ICMP.
 *   Used all the same where there is no other; ends by itself after a minute.
 */
enum lisp_rloc_state {
	LISP_RLOC_STATE_UP,
	LISP_RLOC_STATE_DOWN,
	LISP_RLOC_STATE_UNREACHABLE_PROBE,
	LISP_RLOC_STATE_UNREACHABLE_NONCE,
	LISP_RLOC_STATE_UNREACHABLE_STATUS,
	LISP_RLOC_STATE_UNREACHABLE_ICMP,
};

/**
 * enum lisp_loc_flag - flags of a locator in a locator set
 * @LISP_LOC_FLAG_REACHABLE: the R bit of RFC 9301; without it the locator is
 *   never chosen
 * @LISP_LOC_FLAG_LOCAL: the L bit, a locator of this router itself (local
 *   database)
 * @LISP_LOC_FLAG_ECHO_NONCE: its site echoes nonces (the E bit of the
 *   Map-Reply); devices with echo-nonce on ask it to
 * @LISP_LOC_FLAG_STATUS_DOWN: the site's own status bits say that it is down:
 *   not chosen in this mapping. The kernel sets it; in requests it is ignored.
 * @LISP_LOC_FLAG_GPE: it speaks LISP-GPE (RFC 9305), packets to it are sent so
 */
enum lisp_loc_flag {
	LISP_LOC_FLAG_REACHABLE = 1,
	LISP_LOC_FLAG_LOCAL = 2,
	LISP_LOC_FLAG_ECHO_NONCE = 4,
	LISP_LOC_FLAG_STATUS_DOWN = 8,
	LISP_LOC_FLAG_GPE = 16,
};

/**
 * enum lisp_map_flag
 * @LISP_MAP_FLAG_STALE: its TTL has passed while its owner is away; still in
 *   use
 * @LISP_MAP_FLAG_GLEANED: learned from a packet, not verified; lives a few
 *   seconds, and anybody may replace it
 */
enum lisp_map_flag {
	LISP_MAP_FLAG_STALE = 1,
	LISP_MAP_FLAG_GLEANED = 2,
};

/**
 * enum lisp_event - why a notification was sent
 * @LISP_EVENT_EXPIRED: the TTL passed (and the stale limit, when the owner was
 *   away)
 */
enum lisp_event {
	LISP_EVENT_NEW,
	LISP_EVENT_REPLACED,
	LISP_EVENT_DELETED,
	LISP_EVENT_EXPIRED,
};

/**
 * enum lisp_reach_event - What a packet from a trusted underlay said that
 *   needs thought. Repeated, at most once a second for each mapping, while
 *   packets go on saying so.
 * @LISP_REACH_EVENT_STATUS_BITS: locator-status-bits of a mapping's site
 *   changed
 * @LISP_REACH_EVENT_SOURCE_NEWER: a site sends with a newer map-version than
 *   its mapping here has; ask for the mapping
 * @LISP_REACH_EVENT_DEST_OLDER: a site sends with an older map-version of a
 *   local EID prefix; tell it to ask again (SMR). After ten reports once in 30
 *   seconds, and its packets are dropped.
 * @LISP_REACH_EVENT_DEST_NEWER: a site sends with a map-version of a local EID
 *   prefix that is newer than ours; its packets are dropped
 * @LISP_REACH_EVENT_GLEANED: a mapping was learned from a packet; verify it
 */
enum lisp_reach_event {
	LISP_REACH_EVENT_STATUS_BITS,
	LISP_REACH_EVENT_SOURCE_NEWER,
	LISP_REACH_EVENT_DEST_OLDER,
	LISP_REACH_EVENT_DEST_NEWER,
	LISP_REACH_EVENT_GLEANED,
};

/**
 * enum lisp_drop_reason - Why a packet was refused. Each refusal in the module
 *   has its own reason; counted per device, and per module where no device is
 *   known.
 * @LISP_DROP_REASON_NONE: not a reason; never counted
 * @LISP_DROP_REASON_TX_NOT_IP: neither an IPv4 nor an IPv6 packet, or its
 *   header is damaged
 * @LISP_DROP_REASON_TX_MULTICAST: multicast, broadcast or link-local
 *   destination
 * @LISP_DROP_REASON_TX_LOCAL_EID: destination is a local EID and has no route
 *   here
 * @LISP_DROP_REASON_NO_MAP: no mapping, and the packet could not be held
 * @LISP_DROP_REASON_NO_LISTENER: no mapping, and nobody listens for misses
 * @LISP_DROP_REASON_HOLD_TIMEOUT: held, but no answer came in time
 * @LISP_DROP_REASON_HOLD_EVICTED: held, then evicted because a byte limit was
 *   reached
 * @LISP_DROP_REASON_HOLD_FULL: not held because a limit of its EID was reached
 * @LISP_DROP_REASON_HOLD_PURGED: held or late, then dropped because its device
 *   went down or away
 * @LISP_DROP_REASON_MAP_DROP: mapping with action drop
 * @LISP_DROP_REASON_MAP_POLICY: mapping with action drop-policy
 * @LISP_DROP_REASON_MAP_AUTH: mapping with action drop-auth
 * @LISP_DROP_REASON_MAP_ASK: mapping with action ask
 * @LISP_DROP_REASON_NATIVE_NO_DEVICE: mapping with action native, device
 *   without native uplink
 * @LISP_DROP_REASON_NATIVE_NO_ROUTE: mapping with action native, no route
 *   through the uplink
 * @LISP_DROP_REASON_NO_LOCATOR: no locator that is usable (priority 255, R=0,
 *   down)
 * @LISP_DROP_REASON_NO_FAMILY: usable locators exist, none of an address
 *   family we can send
 * @LISP_DROP_REASON_NO_ROUTE: no route in the underlay to the chosen locator
 * @LISP_DROP_REASON_LOOP: the outer route leads through a lisp device
 * @LISP_DROP_REASON_MTU: too big for the underlay; ICMP told the sender
 * @LISP_DROP_REASON_TX_TTL: the inner TTL or hop limit is exhausted
 * @LISP_DROP_REASON_TX_NO_MEMORY: no room for the outer headers
 * @LISP_DROP_REASON_TX_ERROR: the underlay refused the encapsulated packet
 * @LISP_DROP_REASON_RX_SHORT: shorter than a LISP header and an inner IP
 *   header
 * @LISP_DROP_REASON_RX_CONTROL: Instance-ID 0xffffff, the control marker
 * @LISP_DROP_REASON_RX_CRYPTO: KK is not zero and there is no key
 * @LISP_DROP_REASON_RX_UNKNOWN_IID: no device for this Instance-ID in this
 *   underlay
 * @LISP_DROP_REASON_RX_DEVICE_DOWN: the device of this Instance-ID is down
 * @LISP_DROP_REASON_RX_BAD_INNER: the inner packet is neither IPv4 nor IPv6,
 *   or damaged
 * @LISP_DROP_REASON_RX_NOT_LOCAL: inner destination is no local EID
 * @LISP_DROP_REASON_RX_ECN: outer CE on an inner packet that is not ECN
 *   capable
 * @LISP_DROP_REASON_RX_TTL: outer TTL or hop limit 0
 * @LISP_DROP_REASON_RX_NO_MEMORY: no memory to make the inner packet
 *   accessible
 * @LISP_DROP_REASON_RX_VERSION_NONE: destination map-version 0, or the local
 *   EID prefix has none
 * @LISP_DROP_REASON_RX_VERSION_NEWER: destination map-version newer than that
 *   of the local EID prefix
 * @LISP_DROP_REASON_RX_VERSION_STALE: destination map-version still old after
 *   ten reports of it
 * @LISP_DROP_REASON_RX_SOURCE_VERSION: source map-version older than the
 *   mapping's
 * @LISP_DROP_REASON_TX_NO_IID: routed into an external device without an
 *   Instance-ID that it serves
 * @LISP_DROP_REASON_RX_ETHERNET: LISP-GPE, the payload is an Ethernet frame
 * @LISP_DROP_REASON_RX_NEXT_PROTOCOL: LISP-GPE, the payload is not what the
 *   next protocol says, or of a protocol that nobody here speaks
 */
enum lisp_drop_reason {
	LISP_DROP_REASON_NONE,
	LISP_DROP_REASON_TX_NOT_IP,
	LISP_DROP_REASON_TX_MULTICAST,
	LISP_DROP_REASON_TX_LOCAL_EID,
	LISP_DROP_REASON_NO_MAP,
	LISP_DROP_REASON_NO_LISTENER,
	LISP_DROP_REASON_HOLD_TIMEOUT,
	LISP_DROP_REASON_HOLD_EVICTED,
	LISP_DROP_REASON_HOLD_FULL,
	LISP_DROP_REASON_HOLD_PURGED,
	LISP_DROP_REASON_MAP_DROP,
	LISP_DROP_REASON_MAP_POLICY,
	LISP_DROP_REASON_MAP_AUTH,
	LISP_DROP_REASON_MAP_ASK,
	LISP_DROP_REASON_NATIVE_NO_DEVICE,
	LISP_DROP_REASON_NATIVE_NO_ROUTE,
	LISP_DROP_REASON_NO_LOCATOR,
	LISP_DROP_REASON_NO_FAMILY,
	LISP_DROP_REASON_NO_ROUTE,
	LISP_DROP_REASON_LOOP,
	LISP_DROP_REASON_MTU,
	LISP_DROP_REASON_TX_TTL,
	LISP_DROP_REASON_TX_NO_MEMORY,
	LISP_DROP_REASON_TX_ERROR,
	LISP_DROP_REASON_RX_SHORT,
	LISP_DROP_REASON_RX_CONTROL,
	LISP_DROP_REASON_RX_CRYPTO,
	LISP_DROP_REASON_RX_UNKNOWN_IID,
	LISP_DROP_REASON_RX_DEVICE_DOWN,
	LISP_DROP_REASON_RX_BAD_INNER,
	LISP_DROP_REASON_RX_NOT_LOCAL,
	LISP_DROP_REASON_RX_ECN,
	LISP_DROP_REASON_RX_TTL,
	LISP_DROP_REASON_RX_NO_MEMORY,
	LISP_DROP_REASON_RX_VERSION_NONE,
	LISP_DROP_REASON_RX_VERSION_NEWER,
	LISP_DROP_REASON_RX_VERSION_STALE,
	LISP_DROP_REASON_RX_SOURCE_VERSION,
	LISP_DROP_REASON_TX_NO_IID,
	LISP_DROP_REASON_RX_ETHERNET,
	LISP_DROP_REASON_RX_NEXT_PROTOCOL,
};

#define LISP_IID_MAX	16777214

enum {
	LISP_A_LOCATOR_ADDRESS = 1,
	LISP_A_LOCATOR_PORT,
	LISP_A_LOCATOR_PRIORITY,
	LISP_A_LOCATOR_WEIGHT,
	LISP_A_LOCATOR_FLAGS,

	__LISP_A_LOCATOR_MAX,
	LISP_A_LOCATOR_MAX = (__LISP_A_LOCATOR_MAX - 1)
};

enum {
	LISP_A_LOCATORS_LOCATOR = 1,

	__LISP_A_LOCATORS_MAX,
	LISP_A_LOCATORS_MAX = (__LISP_A_LOCATORS_MAX - 1)
};

enum {
	LISP_A_MAP_UNDERLAY = 1,
	LISP_A_MAP_IID,
	LISP_A_MAP_PREFIX,
	LISP_A_MAP_PREFIX_LEN,
	LISP_A_MAP_ACTION,
	LISP_A_MAP_LOCATORS,
	LISP_A_MAP_TTL,
	LISP_A_MAP_ORIGIN,
	LISP_A_MAP_MAP_VERSION,
	LISP_A_MAP_FLAGS,
	LISP_A_MAP_PACKETS,
	LISP_A_MAP_BYTES,
	LISP_A_MAP_USED,
	LISP_A_MAP_EVENT,
	LISP_A_MAP_PAD,
	LISP_A_MAP_HOME_IID,

	__LISP_A_MAP_MAX,
	LISP_A_MAP_MAX = (__LISP_A_MAP_MAX - 1)
};

enum {
	LISP_A_LOCAL_UNDERLAY = 1,
	LISP_A_LOCAL_IID,
	LISP_A_LOCAL_PREFIX,
	LISP_A_LOCAL_PREFIX_LEN,
	LISP_A_LOCAL_LOCATORS,
	LISP_A_LOCAL_ORIGIN,
	LISP_A_LOCAL_MAP_VERSION,
	LISP_A_LOCAL_EVENT,
	LISP_A_LOCAL_PACKETS,
	LISP_A_LOCAL_BYTES,
	LISP_A_LOCAL_PAD,

	__LISP_A_LOCAL_MAX,
	LISP_A_LOCAL_MAX = (__LISP_A_LOCAL_MAX - 1)
};

enum {
	LISP_A_RLOC_UNDERLAY = 1,
	LISP_A_RLOC_ADDRESS,
	LISP_A_RLOC_PORT,
	LISP_A_RLOC_STATE,
	LISP_A_RLOC_CHANGED,
	LISP_A_RLOC_USERS,
	LISP_A_RLOC_PACKETS,
	LISP_A_RLOC_BYTES,
	LISP_A_RLOC_PAD,
	LISP_A_RLOC_RTT,
	LISP_A_RLOC_DOUBT,
	LISP_A_RLOC_RX_PACKETS,
	LISP_A_RLOC_RX_BYTES,

	__LISP_A_RLOC_MAX,
	LISP_A_RLOC_MAX = (__LISP_A_RLOC_MAX - 1)
};

enum {
	LISP_A_DROP_REASON = 1,
	LISP_A_DROP_PACKETS,
	LISP_A_DROP_PAD,

	__LISP_A_DROP_MAX,
	LISP_A_DROP_MAX = (__LISP_A_DROP_MAX - 1)
};

enum {
	LISP_A_DEV_IFINDEX = 1,
	LISP_A_DEV_IFNAME,
	LISP_A_DEV_UNDERLAY,
	LISP_A_DEV_IID,
	LISP_A_DEV_RX_PACKETS,
	LISP_A_DEV_RX_BYTES,
	LISP_A_DEV_TX_PACKETS,
	LISP_A_DEV_TX_BYTES,
	LISP_A_DEV_NATIVE_PACKETS,
	LISP_A_DEV_RX_RESERVED,
	LISP_A_DEV_MISSES,
	LISP_A_DEV_HELD_PACKETS,
	LISP_A_DEV_HELD_BYTES,
	LISP_A_DEV_MAPS,
	LISP_A_DEV_LOCALS,
	LISP_A_DEV_DROP,
	LISP_A_DEV_PAD,
	LISP_A_DEV_EXTERNAL,
	LISP_A_DEV_ICMP_TOO_BIG,
	LISP_A_DEV_ICMP_UNREACHABLE,
	LISP_A_DEV_ICMP_HOP_LIMIT,
	LISP_A_DEV_ICMP_REFUSED,

	__LISP_A_DEV_MAX,
	LISP_A_DEV_MAX = (__LISP_A_DEV_MAX - 1)
};

enum {
	LISP_A_MISS_UNDERLAY = 1,
	LISP_A_MISS_IID,
	LISP_A_MISS_EID,
	LISP_A_MISS_SOURCE,
	LISP_A_MISS_HELD_PACKETS,
	LISP_A_MISS_REPORTS,

	__LISP_A_MISS_MAX,
	LISP_A_MISS_MAX = (__LISP_A_MISS_MAX - 1)
};

enum {
	LISP_A_REACH_EVENT = 1,
	LISP_A_REACH_UNDERLAY,
	LISP_A_REACH_IID,
	LISP_A_REACH_PREFIX,
	LISP_A_REACH_PREFIX_LEN,
	LISP_A_REACH_RLOC,
	LISP_A_REACH_STATUS_BITS,
	LISP_A_REACH_VERSION,
	LISP_A_REACH_OWN_VERSION,

	__LISP_A_REACH_MAX,
	LISP_A_REACH_MAX = (__LISP_A_REACH_MAX - 1)
};

enum {
	LISP_A_OWNER_ORIGIN = 1,
	LISP_A_OWNER_STALE_LIMIT,

	__LISP_A_OWNER_MAX,
	LISP_A_OWNER_MAX = (__LISP_A_OWNER_MAX - 1)
};

enum {
	LISP_A_IID_UNDERLAY = 1,
	LISP_A_IID_IID,
	LISP_A_IID_VRF,
	LISP_A_IID_IFINDEX,
	LISP_A_IID_RX_PACKETS,
	LISP_A_IID_RX_BYTES,
	LISP_A_IID_TX_PACKETS,
	LISP_A_IID_TX_BYTES,
	LISP_A_IID_MISSES,
	LISP_A_IID_HELD_PACKETS,
	LISP_A_IID_HELD_BYTES,
	LISP_A_IID_MAPS,
	LISP_A_IID_LOCALS,
	LISP_A_IID_EVENT,
	LISP_A_IID_PAD,

	__LISP_A_IID_MAX,
	LISP_A_IID_MAX = (__LISP_A_IID_MAX - 1)
};

enum {
	LISP_CMD_MAP_NEW = 1,
	LISP_CMD_MAP_DEL,
	LISP_CMD_MAP_FLUSH,
	LISP_CMD_MAP_GET,
	LISP_CMD_LOCAL_NEW,
	LISP_CMD_LOCAL_DEL,
	LISP_CMD_LOCAL_GET,
	LISP_CMD_RLOC_SET,
	LISP_CMD_RLOC_GET,
	LISP_CMD_DEV_GET,
	LISP_CMD_MISS_GET,
	LISP_CMD_OWNER_SET,
	LISP_CMD_MISS_NTF,
	LISP_CMD_MAP_NTF,
	LISP_CMD_LOCAL_NTF,
	LISP_CMD_RLOC_NTF,
	LISP_CMD_REACH_NTF,
	LISP_CMD_IID_NEW,
	LISP_CMD_IID_DEL,
	LISP_CMD_IID_GET,
	LISP_CMD_IID_NTF,

	__LISP_CMD_MAX,
	LISP_CMD_MAX = (__LISP_CMD_MAX - 1)
};

#define LISP_MCGRP_MISS		"miss"
#define LISP_MCGRP_EVENT	"event"

#endif /* _UAPI_LINUX_LISP_H */

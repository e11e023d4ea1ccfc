/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The objects of the data plane as values: mappings, local EIDs, RLOCs,
 * devices, misses.  Members are those of Documentation/netlink/specs/lisp.yaml
 * with the same meaning; what an object of the kernel did not carry is zero.
 */
#ifndef LISP_DP_OBJECT_H
#define LISP_DP_OBJECT_H

#include <stddef.h>

#include "lib/prefix.h"

#define DP_LOCATORS_MAX		32
#define DP_DROPS_MAX		64
#define DP_DEVICE_NAME_MAX	16
#define DP_DATA_PORT		4341

struct dp_locator {
	struct addr addr;
	uint16_t port;			/* 0: DP_DATA_PORT */
	uint8_t priority;
	uint8_t weight;
	uint8_t flags;			/* enum lisp_loc_flag */
};

struct dp_locators {
	unsigned int count;
	struct dp_locator list[DP_LOCATORS_MAX];
};

struct dp_map {
	uint32_t underlay;		/* ifindex, 0: default domain */
	struct eid eid;
	uint32_t action;		/* enum lisp_action */
	bool has_home;
	uint32_t home_iid;		/* in the header, if has_home */
	uint32_t ttl;			/* seconds; set: 0 means for ever */
	uint32_t origin;
	uint16_t version;
	uint32_t flags;			/* enum lisp_map_flag */
	uint64_t packets;
	uint64_t bytes;
	bool used;
	uint32_t used_age;		/* seconds, if used */
	bool has_event;
	uint32_t event;			/* enum lisp_event */
	struct dp_locators locators;	/* last: see dp_map_size() */
};

struct dp_local {
	uint32_t underlay;
	struct eid eid;
	struct dp_locators locators;
	uint32_t origin;
	uint16_t version;
	bool has_event;
	uint32_t event;
	uint64_t packets;		/* received for it, if counted */
	uint64_t bytes;
};

struct dp_rloc {
	uint32_t underlay;
	struct addr addr;
	uint16_t port;
	uint32_t state;			/* enum lisp_rloc_state */
	uint32_t changed;		/* seconds */
	uint32_t users;
	uint64_t packets;
	uint64_t bytes;
	uint32_t rtt;			/* microseconds, 0: not known */
	bool doubt;			/* ICMP calls it unreachable */
	uint64_t rx_packets;		/* received from it, if counted */
	uint64_t rx_bytes;
};

struct dp_drop {
	uint32_t reason;		/* enum lisp_drop_reason */
	uint64_t packets;
};

struct dp_dev {
	uint32_t ifindex;		/* 0: packets that reached no device */
	char name[DP_DEVICE_NAME_MAX];
	uint32_t underlay;
	uint32_t iid;
	uint64_t rx_packets;
	uint64_t rx_bytes;
	uint64_t tx_packets;
	uint64_t tx_bytes;
	uint64_t native_packets;
	uint64_t rx_reserved;
	uint64_t misses;
	uint32_t held_packets;
	uint32_t held_bytes;
	uint32_t maps;
	uint32_t locals;
	bool external;			/* has no iid: see dp_iid */
	uint64_t icmp_too_big;		/* these with ifindex 0 only */
	uint64_t icmp_unreachable;
	uint64_t icmp_hop_limit;
	uint64_t icmp_refused;
	struct dp_drop drops[DP_DROPS_MAX];
	unsigned int drop_count;
};

/* An Instance-ID of an external device. */
struct dp_iid {
	uint32_t underlay;
	uint32_t iid;
	uint32_t vrf;			/* ifindex, 0: none */
	uint32_t ifindex;		/* the device's, in its own namespace */
	uint64_t rx_packets;
	uint64_t rx_bytes;
	uint64_t tx_packets;
	uint64_t tx_bytes;
	uint64_t misses;
	uint32_t held_packets;
	uint32_t held_bytes;
	uint32_t maps;
	uint32_t locals;
	bool has_event;
	uint32_t event;
};

struct dp_miss {
	uint32_t underlay;
	uint32_t iid;
	struct addr eid;
	struct addr source;		/* family ADDR_NONE: not told */
	uint32_t held_packets;
	uint32_t reports;
};

/* What a packet from a trusted underlay said. */
struct dp_reach {
	uint32_t event;			/* enum lisp_reach_event */
	uint32_t underlay;
	struct eid eid;			/* of the mapping, or the local one */
	struct addr rloc;		/* whose packet; ADDR_NONE: not told */
	bool has_bits;
	uint32_t bits;
	bool has_version;
	uint16_t version;
	uint16_t own_version;
};

/* Octets at the start of a mapping in which something can be: to keep many. */
static inline size_t dp_map_size(const struct dp_map *m)
{
	return offsetof(struct dp_map, locators.list) +
		m->locators.count * sizeof(m->locators.list[0]);
}

/* Names of the enums of <linux/lisp.h>; "?" for values we do not know. */
const char *dp_action_name(uint32_t action);
const char *dp_event_name(uint32_t event);
const char *dp_rloc_state_name(uint32_t state);
const char *dp_reach_event_name(uint32_t event);
const char *dp_drop_reason_name(uint32_t reason);

/* Reasons we know are 0 (none) to this, less one. */
unsigned int dp_drop_reason_count(void);

/* Value of a name, -EINVAL when there is none such. */
int dp_action_from_name(const char *name);
int dp_rloc_state_from_name(const char *name);

#endif

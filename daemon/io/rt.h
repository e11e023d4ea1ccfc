/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Links and routes by rtnetlink, as far as a lisp device needs them.
 *
 * Over the same libmnl transport as the "lisp" family and not over
 * libnl-route: that library cannot carry the attributes of a kind of link it
 * does not know, keeps its own error numbers, and drops the kernel's
 * sentences about refused requests.  Nothing is cached here: every question
 * goes to the kernel, whose answer is true at least at that moment.
 */
#ifndef LISP_IO_RT_H
#define LISP_IO_RT_H

#include <stdbool.h>

#include "io/nl.h"
#include "lib/prefix.h"

#define RT_NAME_MAX	16
#define RT_ALIAS_MAX	256
#define RT_MAIN_TABLE	254

/* What packets are believed: the switches of <linux/if_lisp.h>. */
enum rt_trust {
	RT_TRUST_UNDERLAY = 1,		/* the others work only with this */
	RT_TRUST_STATUS_BITS = 2,
	RT_TRUST_ECHO_NONCE = 4,
	RT_TRUST_MAP_VERSIONS = 8,
	RT_TRUST_ICMP = 16,
};

/* Attributes of <linux/if_lisp.h>. */
struct rt_lisp {
	uint32_t iid;
	uint16_t port;			/* 0 when making: default */
	struct addr local4;		/* family ADDR_NONE: none */
	struct addr local6;
	uint32_t underlay;		/* ifindex, 0: default domain */
	uint32_t native;		/* ifindex, 0: none */
	bool proxy;
	unsigned int trust;		/* enum rt_trust */
};

struct rt_link {
	uint32_t index;
	char name[RT_NAME_MAX];
	char kind[RT_NAME_MAX];		/* "" for a device of no kind */
	char alias[RT_ALIAS_MAX];
	uint32_t master;		/* ifindex, 0: none */
	bool up;
	uint32_t table;			/* of a "vrf" */
	struct rt_lisp lisp;		/* of a "lisp" */
};

struct rt_route {
	struct prefix dst;
	uint32_t table;
	uint8_t protocol;
	uint32_t metric;
	uint32_t oif;
};

enum rt_found {
	RT_FOUND_NONE,			/* no route, or one that refuses */
	RT_FOUND_LOCAL,			/* to this host */
	RT_FOUND_OUT,			/* through a device */
};

/* 0, -ENODEV, or another negative errno; nl_why() may have a sentence. */
int rt_link_by_name(struct nl *n, const char *name, struct rt_link *l);
int rt_link_by_index(struct nl *n, uint32_t index, struct rt_link *l);

/* All devices of a kind; what @fn returns ends it unless 0.  -EINTR: they
 * changed meanwhile.  @fn must not talk over @n. */
typedef int (*rt_link_fn)(void *arg, const struct rt_link *l);
int rt_link_dump(struct nl *n, const char *kind, rt_link_fn fn, void *arg);

/* Make a lisp device, down and in no VRF. */
int rt_lisp_make(struct nl *n, const char *name, const struct rt_lisp *l);

/* Change what can be changed: local addresses, native uplink, switches. */
int rt_lisp_change(struct nl *n, uint32_t index, const struct rt_lisp *l);

/* Put a device into a VRF (0: out of it), set it up, and give it @alias
 * unless NULL. */
int rt_link_set(struct nl *n, uint32_t index, uint32_t master,
		const char *alias);
int rt_link_del(struct nl *n, uint32_t index);

/* No IPv6 address by itself, and so no Router Solicitations: for a device
 * that is still down.  0 also when this machine has no IPv6. */
int rt_link_no_autoconf(struct nl *n, uint32_t index);

/*
 * A route through a point-to-point device.  IPv4: scope link.  IPv6: with
 * gateway fe80::1, because without one the kernel makes a neighbour entry for
 * every destination.  -EEXIST: there is a route with this metric already.
 */
int rt_route_add(struct nl *n, const struct rt_route *r);
int rt_route_del(struct nl *n, const struct rt_route *r);

/* All unicast routes of the protocol (0: any) through @oif (0: any; those of
 * several ways have no oif) in @table. */
typedef int (*rt_route_fn)(void *arg, const struct rt_route *r);
int rt_route_dump(struct nl *n, uint32_t table, uint8_t protocol,
		  uint32_t oif, rt_route_fn fn, void *arg);

/* What would the kernel do with a packet to @a out of the L3 domain of the
 * VRF @vrf (0: default)?  *@oif is set for RT_FOUND_OUT. */
enum rt_found rt_lookup(struct nl *n, const struct addr *a, uint32_t vrf,
			uint32_t *oif);

#endif

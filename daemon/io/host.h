/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What this host has: links, addresses and routes, followed live.  These are
 * caches of libnl-route-3; the kernel's notifications keep them true, and when
 * some are lost they are read anew.  What is to be changed goes through rt.h.
 */
#ifndef LISP_IO_HOST_H
#define LISP_IO_HOST_H

#include <stdbool.h>

#include "lib/prefix.h"

struct host;
struct loop;

/* Of an interface. */
struct host_addr {
	struct addr addr;
	bool deprecated;	/* by its lifetime */
	bool secondary;		/* another one of its subnet came first */
};

/* @changed is called when something may be different.  NULL and a negative
 * errno in *@err. */
struct host *host_open(struct loop *l, void (*changed)(void *arg), void *arg,
		       int *err);
void host_close(struct host *h);

/* Is the interface there, set up, and its link too? */
bool host_link_up(const struct host *h, const char *name);

/* The interface's addresses of a family that others can reach it by and that
 * are ready to be used, at most @max; in no order.  How many. */
size_t host_addrs(const struct host *h, const char *name,
		  enum addr_family family, struct host_addr *out, size_t max);

#define HOST_NAME_MAX_LEN	16	/* IFNAMSIZ */

/* The VRF that the interface is in, or is; "": none. */
void host_vrf_of(const struct host *h, const char *name,
		 char vrf[HOST_NAME_MAX_LEN]);

/* Follow routes, too, from now on: those of all tables are held in memory.
 * 0 or a negative errno. */
int host_follow_routes(struct host *h);

struct host_route {
	struct prefix dst;
	uint8_t protocol;		/* RTPROT_* */
};

/* The routing table of a VRF, 0 if there is no such VRF. */
uint32_t host_vrf_table(const struct host *h, const char *name);

/* The unicast routes in a table, but for default routes and those that lead
 * into lisp devices (one way of several is enough); in no order, perhaps
 * repeated. */
void host_routes(const struct host *h, uint32_t table,
		 void (*fn)(void *arg, const struct host_route *r), void *arg);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The RLOCs and EID-prefixes of this xTR as they are now: what the
 * configuration says, with the addresses that its interfaces have and the
 * routes that its VRFs have (run/own_eids.c).
 *
 * An interface that has no address any more keeps the one it had, out of use,
 * until it gets another one: the others' status bits and mappings then stay
 * what they are.  One that never had any has no RLOC.  The addresses of an
 * interface that is not in the underlay, but in another VRF, are as if they
 * were not there: others would reach something else by them.
 */
#ifndef LISP_RUN_OWN_H
#define LISP_RUN_OWN_H

#include "cfg/conf.h"
#include "io/host.h"

struct own_rloc {
	struct addr addr;		/* family ADDR_NONE: none yet */
	bool up;
	bool elsewhere;			/* its interface: not in the underlay */
};

/* RLOCs are in the configuration's order, all that it names; EIDs in order,
 * each once. */
struct own {
	const struct conf_xtr *conf;
	struct eid *eids;
	size_t eid_count;
	/* Routes beyond max-routes of a VPN, the last one that has any. */
	size_t left_out;
	const struct conf_vpn *full;
	size_t count;
	struct own_rloc rlocs[];
};

/* Does the configuration name interfaces, or routes? */
bool own_follows(const struct conf *c);
bool own_follows_routes(const struct conf *c);

/* @h may be NULL if it does not.  @was is what was there before, perhaps by
 * another configuration, or NULL.  NULL: out of memory. */
struct own *own_new(const struct conf *c, const struct host *h,
		    const struct own *was);

void own_free(struct own *o);

/* Is it one of the EID-prefixes?  Where are those of an instance? */
bool own_has(const struct own *o, const struct eid *e);
size_t own_first(const struct own *o, uint32_t iid);

/* Is an interface in @vrf ("": none) in the underlay of the configuration? */
bool own_in_underlay(const struct conf *c, const char *vrf);

/* Of the same configuration: are they the same? */
bool own_equal(const struct own *a, const struct own *b);

/* Of several addresses of an interface the one to be its RLOC, family
 * ADDR_NONE if there is none: @now, what it is so far, as long as that is as
 * good as any; else the first in order of preference. */
struct addr own_choose(const struct host_addr *list, size_t n,
		       const struct addr *now);

/* Fill in o->eids.  0 or -ENOMEM. */
int own_find_eids(struct own *o, const struct host *h);

/* Do the rules of the VPN make the route an EID-prefix? */
bool own_wants(const struct conf_vpn *v, const struct host_route *r);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/own.h"

#include <stdlib.h>
#include <string.h>

#define ADDRS_MAX	64	/* of an interface; more are not looked at */

bool own_follows(const struct conf *c)
{
	for (size_t i = 0; c->xtr && i < c->xtr->rloc_count; i++)
		if (c->xtr->rlocs[i].interface)
			return true;
	return own_follows_routes(c);
}

/* What is about to go comes last; of the others the one we have, then the
 * first of its subnet, then the lowest. */
static int compare(const struct host_addr *a, const struct host_addr *b,
		   const struct addr *now)
{
	bool x = addr_equal(&a->addr, now), y = addr_equal(&b->addr, now);

	if (a->deprecated != b->deprecated)
		return a->deprecated - b->deprecated;
	if (x != y)
		return y - x;
	if (a->secondary != b->secondary)
		return a->secondary - b->secondary;
	return addr_cmp(&a->addr, &b->addr);
}

struct addr own_choose(const struct host_addr *list, size_t n,
		       const struct addr *now)
{
	const struct host_addr *best = NULL;

	for (size_t i = 0; i < n; i++)
		if (!best || compare(&list[i], best, now) < 0)
			best = &list[i];
	return best ? best->addr : (struct addr){ .family = ADDR_NONE };
}

/* What the RLOC's interface had so far. */
static struct addr last_of(const struct own *was, const struct conf_rloc *r)
{
	for (size_t i = 0; was && i < was->count; i++) {
		const struct conf_rloc *old = &was->conf->rlocs[i];

		if (old->interface && old->family == r->family &&
		    !strcmp(old->interface, r->interface))
			return was->rlocs[i].addr;
	}
	return (struct addr){ .family = ADDR_NONE };
}

static bool is_taken(const struct own *o, size_t n, const struct addr *a)
{
	for (size_t i = 0; i < n; i++)
		if (addr_equal(&o->rlocs[i].addr, a))
			return true;
	return false;
}

bool own_in_underlay(const struct conf *c, const char *vrf)
{
	return !strcmp(c->underlay ? c->underlay : "", vrf);
}

static void follow(struct own *o, size_t i, const struct conf *c,
		   const struct host *h, const struct own *was)
{
	const struct conf_rloc *r = &o->conf->rlocs[i];
	struct addr last = last_of(was, r), a;
	struct host_addr list[ADDRS_MAX];
	char vrf[HOST_NAME_MAX_LEN];
	size_t n;

	n = host_addrs(h, r->interface, conf_rloc_family(r), list, ADDRS_MAX);
	host_vrf_of(h, r->interface, vrf);
	if (n && !own_in_underlay(c, vrf)) {
		o->rlocs[i].elsewhere = true;
		n = 0;
	}
	a = own_choose(list, n, &last);
	if (a.family == ADDR_NONE)
		a = last;
	/* An address is an RLOC once, whoever names it. */
	if (a.family == ADDR_NONE || is_taken(o, o->count, &a))
		return;
	o->rlocs[i].addr = a;
	o->rlocs[i].up = n && host_link_up(h, r->interface);
}

struct own *own_new(const struct conf *c, const struct host *h,
		    const struct own *was)
{
	const struct conf_xtr *x = c->xtr;
	struct own *o;

	o = calloc(1, sizeof(*o) + x->rloc_count * sizeof(o->rlocs[0]));
	if (!o)
		return NULL;
	o->conf = x;
	o->count = x->rloc_count;
	for (size_t i = 0; i < o->count; i++)
		if (!x->rlocs[i].interface)
			o->rlocs[i] = (struct own_rloc){
				x->rlocs[i].address, true, false };
	for (size_t i = 0; h && i < o->count; i++)
		if (x->rlocs[i].interface)
			follow(o, i, c, h, was);
	if (!own_find_eids(o, h))
		return o;
	own_free(o);
	return NULL;
}

void own_free(struct own *o)
{
	if (o)
		free(o->eids);
	free(o);
}

bool own_equal(const struct own *a, const struct own *b)
{
	for (size_t i = 0; i < a->count; i++)
		if (!addr_equal(&a->rlocs[i].addr, &b->rlocs[i].addr) ||
		    a->rlocs[i].up != b->rlocs[i].up)
			return false;
	if (a->eid_count != b->eid_count)
		return false;
	for (size_t i = 0; i < a->eid_count; i++)
		if (!eid_equal(&a->eids[i], &b->eids[i]))
			return false;
	return true;
}

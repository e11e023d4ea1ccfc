// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A VPN in the kernel: the lisp device, its VRF, the routes into it.
 *
 * Devices made here carry an alias that says so, which is how a later run
 * knows that it may remove what an earlier one (killed, say) has left.
 * Routes are ours by protocol number and device.  What is already right is
 * left alone: a restart interrupts no packet.
 */
#include "dp/kernel.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/rt.h"

#define ROUTES_MAX	1024
#define DUMP_TRIES	10

/* What names became when they were looked up. */
struct setup {
	const struct dp_vpn *vpn;
	struct rt_lisp want;
	struct rt_link device;
	uint32_t vrf;			/* ifindex, 0: none */
	uint32_t table;
	bool shared;			/* table is that of the underlay */
};

__attribute__((format(printf, 3, 4)))
static int refuse(struct dp_kernel *k, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(k->dp.why, sizeof(k->dp.why), fmt, ap);
	va_end(ap);
	return err;
}

/* A failed request: the kernel's sentence if there is one, else ours. */
static int failed(struct dp_kernel *k, int err, const char *what,
		  const char *name)
{
	const char *why = nl_why(k->route);

	return refuse(k, err, "%s \"%s\": %s", what, name,
		      *why ? why : strerror(-err));
}

static int find_vrf(struct dp_kernel *k, struct setup *s)
{
	const char *name = s->vpn->vrf;
	struct rt_link l;
	int err;

	s->table = RT_MAIN_TABLE;
	if (!name) {
		s->shared = !k->underlay;
		return 0;
	}
	err = rt_link_by_name(k->route, name, &l);
	if (err)
		return failed(k, err, "VRF", name);
	if (strcmp(l.kind, "vrf"))
		return refuse(k, -EINVAL, "device \"%s\" is no VRF", name);
	s->vrf = l.index;
	s->table = l.table;
	s->shared = l.index == k->underlay;
	return 0;
}

static int find_native(struct dp_kernel *k, struct setup *s)
{
	const char *name = s->vpn->native;
	struct rt_link l;
	int err;

	if (!name)
		return 0;
	err = rt_link_by_name(k->route, name, &l);
	if (err)
		return failed(k, err, "native uplink", name);
	s->want.native = l.index;
	return 0;
}

static bool wants_default_route(const struct dp_vpn *v)
{
	for (size_t i = 0; i < v->eid_space_count; i++)
		if (!v->eid_space[i].len)
			return true;
	return false;
}

/* Look everything up, change nothing. */
static int prepare(struct dp_kernel *k, const struct dp_vpn *v,
		   struct setup *s)
{
	int err;

	memset(s, 0, sizeof(*s));
	s->vpn = v;
	s->want.iid = v->iid;
	s->want.local4 = v->local4;
	s->want.local6 = v->local6;
	s->want.underlay = k->underlay;
	s->want.proxy = v->proxy;
	s->want.trust = v->trust;
	err = find_vrf(k, s);
	if (!err)
		err = find_native(k, s);
	if (!err && s->shared && wants_default_route(v))
		err = refuse(k, -EINVAL, "a default route into \"%s\" "
			     "would catch its own underlay; use a VRF",
			     v->device);
	return err;
}

/* --- the device --- */

static void make_alias(const struct dp_kernel *k, char out[RT_ALIAS_MAX])
{
	snprintf(out, RT_ALIAS_MAX, "made by lispd, origin %u", k->origin);
}

static bool is_ours(const struct dp_kernel *k, const struct rt_link *l)
{
	char alias[RT_ALIAS_MAX];

	make_alias(k, alias);
	return !strcmp(l->kind, "lisp") && !strcmp(l->alias, alias);
}

static int check_fits(struct dp_kernel *k, const struct setup *s)
{
	const struct rt_link *l = &s->device;

	if (strcmp(l->kind, "lisp"))
		return refuse(k, -EEXIST, "device \"%s\" exists and is no "
			      "lisp device", l->name);
	if (l->lisp.iid != s->want.iid)
		return refuse(k, -EEXIST, "device \"%s\" exists with "
			      "Instance-ID %u", l->name, l->lisp.iid);
	if (l->lisp.underlay != s->want.underlay)
		return refuse(k, -EEXIST, "device \"%s\" exists in another "
			      "underlay", l->name);
	if (l->lisp.proxy != s->want.proxy)
		return refuse(k, -EEXIST, "device \"%s\" exists and is %s "
			      "proxy", l->name, l->lisp.proxy ? "a" : "no");
	/* Ours may have lost its VRF, or get another one; somebody else's is
	 * not pulled out of where he put it. */
	if (l->master && l->master != s->vrf && !is_ours(k, l))
		return refuse(k, -EEXIST, "device \"%s\" exists in another "
			      "VRF", l->name);
	return 0;
}

/* 0.0.0.0 and none are the same to the kernel. */
static bool same_local(const struct addr *a, const struct addr *b)
{
	return !memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

static bool needs_change(const struct rt_lisp *is, const struct rt_lisp *want)
{
	return !same_local(&is->local4, &want->local4) ||
		!same_local(&is->local6, &want->local6) ||
		is->native != want->native || is->trust != want->trust;
}

static int adjust_device(struct dp_kernel *k, struct setup *s, bool made)
{
	const struct rt_link *l = &s->device;
	char alias[RT_ALIAS_MAX];
	int err = 0;

	if (needs_change(&l->lisp, &s->want))
		err = rt_lisp_change(k->route, l->index, &s->want);
	if (!err && made)
		err = rt_link_no_autoconf(k->route, l->index);
	if (!err && (made || !l->up || l->master != s->vrf)) {
		make_alias(k, alias);
		err = rt_link_set(k->route, l->index, s->vrf,
				  made ? alias : NULL);
	}
	return err ? failed(k, err, "device", l->name) : 0;
}

static int make_device(struct dp_kernel *k, struct setup *s, bool *made)
{
	const char *name = s->vpn->device;
	int err = rt_link_by_name(k->route, name, &s->device);

	*made = false;
	if (!err)
		return check_fits(k, s);
	if (err != -ENODEV)
		return failed(k, err, "device", name);
	err = rt_lisp_make(k->route, name, &s->want);
	if (err)
		return failed(k, err, "making device", name);
	*made = true;
	err = rt_link_by_name(k->route, name, &s->device);
	return err ? failed(k, err, "device", name) : 0;
}

/* --- the routes --- */

struct routes {
	struct rt_route list[ROUTES_MAX];
	bool wanted[ROUTES_MAX];
	size_t count;
};

static int collect(void *arg, const struct rt_route *r)
{
	struct routes *all = arg;

	if (all->count < ROUTES_MAX)
		all->list[all->count++] = *r;
	return 0;
}

static int add_route(struct dp_kernel *k, const struct setup *s,
		     struct routes *there, const struct prefix *p)
{
	struct rt_route r = {
		.dst = *p,
		.table = s->table,
		.protocol = s->vpn->route_protocol,
		.metric = s->vpn->route_metric,
		.oif = s->device.index,
	};
	char text[PREFIX_TEXT_MAX];
	int err;

	for (size_t i = 0; i < there->count; i++) {
		if (prefix_equal(&there->list[i].dst, p) &&
		    there->list[i].metric == r.metric) {
			there->wanted[i] = true;
			return 0;
		}
	}
	err = rt_route_add(k->route, &r);
	return err ? failed(k, err, "route", prefix_text(p, text)) : 0;
}

static int add_routes(struct dp_kernel *k, const struct setup *s,
		      struct routes *there)
{
	const struct dp_vpn *v = s->vpn;
	int err = 0;

	for (size_t i = 0; i < v->eid_space_count && !err; i++)
		err = add_route(k, s, there, &v->eid_space[i]);
	return err;
}

static void del_unwanted(struct dp_kernel *k, const struct routes *there)
{
	for (size_t i = 0; i < there->count; i++)
		if (!there->wanted[i])
			rt_route_del(k->route, &there->list[i]);
}

/* Our routes into the device, freed by the caller. */
static int find_routes(struct dp_kernel *k, const struct setup *s,
		       struct routes **there)
{
	int err = -EINTR;

	*there = calloc(1, sizeof(**there));
	if (!*there)
		return refuse(k, -ENOMEM, "out of memory");
	for (int i = 0; i < DUMP_TRIES && err == -EINTR; i++) {
		(*there)->count = 0;
		err = rt_route_dump(k->route, s->table,
				    s->vpn->route_protocol, s->device.index,
				    collect, *there);
	}
	if (!err)
		return 0;
	free(*there);
	return failed(k, err, "routes into", s->device.name);
}

static int set_routes(struct dp_kernel *k, const struct setup *s)
{
	struct routes *there;
	int err = find_routes(k, s, &there);

	if (err)
		return err;
	err = add_routes(k, s, there);
	if (!err)
		del_unwanted(k, there);
	free(there);
	return err;
}

int dp_kernel_vpn_add(struct dp *dp, const struct dp_vpn *v, bool *made)
{
	struct dp_kernel *k = dp_kernel(dp);
	struct setup s;
	int err = prepare(k, v, &s);

	*made = false;
	if (err)
		return err;
	err = make_device(k, &s, made);
	if (err)
		return err;
	err = adjust_device(k, &s, *made);
	if (!err)
		err = set_routes(k, &s);
	/* Nothing half made stays behind. */
	if (err && *made) {
		rt_link_del(k->route, s.device.index);
		*made = false;
	}
	return err;
}

/* The table the device's routes are in, as things are and not as they should
 * be: its VRF may have gone. */
static uint32_t table_of(struct dp_kernel *k, const struct rt_link *device)
{
	struct rt_link vrf;

	if (!device->master ||
	    rt_link_by_index(k->route, device->master, &vrf) || !vrf.table)
		return RT_MAIN_TABLE;
	return vrf.table;
}

int dp_kernel_vpn_del(struct dp *dp, const struct dp_vpn *v, bool device)
{
	struct dp_kernel *k = dp_kernel(dp);
	struct setup s = { .vpn = v };
	struct routes *there;
	int err;

	err = rt_link_by_name(k->route, v->device, &s.device);
	if (err == -ENODEV || (!err && strcmp(s.device.kind, "lisp")))
		return 0;
	if (err)
		return failed(k, err, "device", v->device);
	if (device && is_ours(k, &s.device)) {
		/* Its routes go with it. */
		err = rt_link_del(k->route, s.device.index);
		return err ? failed(k, err, "device", v->device) : 0;
	}
	s.table = table_of(k, &s.device);
	err = find_routes(k, &s, &there);
	if (err)
		return err;
	del_unwanted(k, there);
	free(there);
	return 0;
}

/* --- what an earlier run left --- */

#define SWEEP_BATCH	64

struct orphans {
	struct dp_kernel *k;
	const char *const *keep;
	size_t keep_count;
	uint32_t index[SWEEP_BATCH];
	size_t count;
};

static int cmp_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int collect_orphan(void *arg, const struct rt_link *l)
{
	const char *name = l->name;
	struct orphans *o = arg;

	if (o->count == SWEEP_BATCH || !is_ours(o->k, l) ||
	    l->lisp.underlay != o->k->underlay)
		return 0;
	if (bsearch(&name, o->keep, o->keep_count, sizeof(name), cmp_name))
		return 0;
	o->index[o->count++] = l->index;
	return 0;
}

int dp_kernel_vpn_sweep(struct dp *dp, const char *const *keep, size_t count,
			uint64_t *swept)
{
	struct dp_kernel *k = dp_kernel(dp);
	struct orphans o = { .k = k, .keep = keep, .keep_count = count };
	int err;

	*swept = 0;
	do {
		o.count = 0;
		err = rt_link_dump(k->route, "lisp", collect_orphan, &o);
		for (size_t i = 0; i < o.count && (!err || err == -EINTR);
		     i++) {
			err = rt_link_del(k->route, o.index[i]);
			*swept += !err;
		}
	} while (o.count == SWEEP_BATCH && !err);
	return err ? failed(k, err, "devices of", "an earlier run") : 0;
}

enum dp_path dp_kernel_path(struct dp *dp, const struct addr *a)
{
	struct dp_kernel *k = dp_kernel(dp);
	struct rt_link l;
	uint32_t oif = 0;

	switch (rt_lookup(k->route, a, k->underlay, &oif)) {
	case RT_FOUND_NONE:
		return DP_PATH_NONE;
	case RT_FOUND_LOCAL:
		return DP_PATH_OWN;
	case RT_FOUND_OUT:
		break;
	}
	if (!rt_link_by_index(k->route, oif, &l) && !strcmp(l.kind, "lisp"))
		return DP_PATH_OVERLAY;
	return DP_PATH_OUT;
}

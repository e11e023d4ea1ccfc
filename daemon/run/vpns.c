// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Order at start matters: reports are subscribed to before anything is
 * dumped, so that nothing falls in between; the origin is claimed before, so
 * that entries expire again as they should; local EIDs come before devices
 * can receive for them.
 */
#include "run/vpns.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "io/clock.h"
#include "io/log.h"
#include "io/rt.h"
#include "run/execute.h"
#include "run/own.h"

static const char *reason(const struct daemon *d, int err)
{
	const char *why = d->dp ? dp_why(d->dp) : "";

	return *why ? why : strerror(-err);
}

static int open_kernel(struct daemon *d)
{
	struct dp_config cfg = {
		.underlay = d->conf->underlay,
		.origin = d->conf->xtr->origin,
	};
	int err;

	d->dp = dp_kernel_open(&cfg, &err);
	if (d->dp)
		return 0;
	if (err == -ENOENT)
		log_error("the kernel module lisp is not loaded");
	else if (err == -ENODEV)
		log_error("underlay \"%s\" is no VRF", cfg.underlay);
	else
		log_error("cannot talk to the kernel: %s", strerror(-err));
	return err;
}

int vpns_open(struct daemon *d)
{
	const struct dp_reports reports = {
		.miss = execute_on_miss,
		.map = execute_on_map,
		.rloc = execute_on_rloc,
		.reach = execute_on_reach,
		.lost = execute_on_lost,
		.arg = d,
	};
	int err = d->dp ? 0 : open_kernel(d);

	if (err)
		return err;
	err = d->dp->ops->subscribe(d->dp, d->loop, &reports);
	if (!err)
		err = d->dp->ops->claim(d->dp, d->conf->xtr->stale_limit);
	if (err == -EBUSY)
		log_error("another lispd looks after origin %llu",
			  (unsigned long long)d->conf->xtr->origin);
	else if (err)
		log_error("data plane: %s", reason(d, err));
	return err;
}

/* --- the underlay stays below --- */

static int check_path(struct daemon *d, const char *what,
		      const struct addr *a)
{
	char text[ADDR_TEXT_MAX];

	if (d->dp->ops->path(d->dp, a) != DP_PATH_OVERLAY)
		return 0;
	log_error("%s %s leads through a lisp device: it must be reached "
		  "through the underlay", what, addr_text(a, text));
	return -ELOOP;
}

int vpns_check_underlay(struct daemon *d)
{
	const struct conf_xtr *x = d->conf->xtr;
	const struct locator *l;
	int err = 0;
	size_t n;

	l = roles_locators(d->roles, &n);
	for (size_t i = 0; i < x->map_resolver_count && !err; i++)
		err = check_path(d, "Map-Resolver", &x->map_resolvers[i]);
	for (size_t i = 0; i < x->map_server_count && !err; i++)
		err = check_path(d, "Map-Server", &x->map_servers[i].address);
	for (size_t i = 0; i < n && !err; i++)
		err = check_path(d, "RLOC", &l[i].addr);
	for (size_t i = 0; i < x->vpn_count && !err; i++)
		for (size_t j = 0; j < x->vpns[i].proxy_etr_count && !err; j++)
			err = check_path(d, "proxy ETR",
					 &x->vpns[i].proxy_etrs[j].address);
	return err;
}

/* --- local EIDs --- */

static void fill_local(const struct daemon *d, struct dp_local *l)
{
	struct dp_map m;
	struct action_map a = { .ttl = 1 };
	size_t n;

	memset(l, 0, sizeof(*l));
	a.locators = roles_locators(d->roles, &n);
	a.locator_count = n;
	execute_map_to_dp(&a, &m);
	l->locators = m.locators;
	l->version = roles_version(d->roles);
}

static int add_locals(struct daemon *d, const struct conf_vpn *v)
{
	const struct own *o = roles_own(d->roles);
	char text[EID_TEXT_MAX];
	struct dp_local l;
	int err;

	fill_local(d, &l);
	for (size_t i = own_first(o, v->iid);
	     i < o->eid_count && o->eids[i].iid == v->iid; i++) {
		l.eid = o->eids[i];
		err = d->dp->ops->local_set(d->dp, &l);
		if (err) {
			log_error("local EID %s: %s", eid_text(&l.eid, text),
				  reason(d, err));
			return err;
		}
	}
	return 0;
}

static void on_former(void *arg, const struct dp_local *l)
{
	struct locator locators[DP_LOCATORS_MAX];
	struct daemon *d = arg;

	execute_locators_from_dp(&l->locators, locators);
	node_on_local_found(d->node, &l->eid, locators, l->locators.count);
}

int vpns_recall(struct daemon *d)
{
	int err = d->dp->ops->local_dump(d->dp, on_former, d);

	if (err)
		log_error("reading local EIDs: %s", reason(d, err));
	return err;
}

/* EIDs to delete, collected while a dump runs. */
struct sweep {
	const struct daemon *d;
	struct eid *list;
	size_t count;
	size_t room;
	bool all;
	int err;
};

static void on_local(void *arg, const struct dp_local *l)
{
	struct sweep *s = arg;
	struct eid *more;

	if (!s->all && own_has(roles_own(s->d->roles), &l->eid))
		return;
	if (s->count == s->room) {
		s->room = s->room ? 2 * s->room : 64;
		more = reallocarray(s->list, s->room, sizeof(*more));
		if (!more) {
			s->room = s->count;
			s->err = -ENOMEM;
			return;
		}
		s->list = more;
	}
	s->list[s->count++] = l->eid;
}

/* Delete local EIDs of ours: all, or those that are not configured. */
static int sweep_locals(struct daemon *d, bool all, uint64_t *swept)
{
	struct sweep s = { .d = d, .all = all };
	int err = d->dp->ops->local_dump(d->dp, on_local, &s);

	if (!err)
		err = s.err;
	*swept = 0;
	/* A dump that was repeated names some twice. */
	for (size_t i = 0; i < s.count; i++)
		if (!d->dp->ops->local_del(d->dp, &s.list[i]))
			++*swept;
	free(s.list);
	return err;
}

/* --- VPNs --- */

static unsigned int trust_of(const struct conf_xtr *x)
{
	return (x->trusted_underlay ? RT_TRUST_UNDERLAY : 0) |
		(x->status_bits ? RT_TRUST_STATUS_BITS : 0) |
		(x->echo_nonce ? RT_TRUST_ECHO_NONCE : 0) |
		(x->compare_map_versions ? RT_TRUST_MAP_VERSIONS : 0) |
		(x->icmp_unreachable ? RT_TRUST_ICMP : 0);
}

static void fill_vpn(const struct daemon *d, const struct conf_vpn *v,
		     struct dp_vpn *out)
{
	*out = (struct dp_vpn){
		.name = v->name,
		.iid = v->iid,
		.device = v->device,
		.vrf = v->vrf,
		.native = v->native,
		.proxy = v->proxy_etr,
		.trust = trust_of(d->conf->xtr),
		.local4 = roles_rloc(d->roles, ADDR_IPV4),
		.local6 = roles_rloc(d->roles, ADDR_IPV6),
		.route_protocol = d->conf->xtr->route_protocol,
		.route_metric = d->conf->xtr->route_metric,
	};
	out->eid_space_count = conf_vpn_space(d->conf, v, &out->eid_space);
}

static int add_vpn(struct daemon *d, const struct conf_vpn *v)
{
	struct dp_vpn vpn;
	bool made;
	int err;

	fill_vpn(d, v, &vpn);
	err = d->dp->ops->vpn_add(d->dp, &vpn, &made);
	if (err) {
		log_error("VPN %s: %s", v->name, reason(d, err));
		return err;
	}
	log_info("VPN %s: Instance-ID %llu, device %s %s", v->name,
		 (unsigned long long)v->iid, v->device,
		 made ? "made" : "reused");
	return add_locals(d, v);
}

static int cmp_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Before ours are made: an orphan may have an Instance-ID we want. */
static int sweep_devices(struct daemon *d)
{
	const struct conf_xtr *x = d->conf->xtr;
	const char **keep = calloc(x->vpn_count + 1, sizeof(*keep));
	int err;

	if (!keep)
		return -ENOMEM;
	for (size_t i = 0; i < x->vpn_count; i++)
		keep[i] = x->vpns[i].device;
	qsort(keep, x->vpn_count, sizeof(*keep), cmp_name);
	err = d->dp->ops->vpn_sweep(d->dp, keep, x->vpn_count,
				    &d->sync.devices_swept);
	free(keep);
	if (err)
		log_error("%s", reason(d, err));
	if (d->sync.devices_swept)
		log_notice("of an earlier run: %llu devices of VPNs that are "
			   "no more swept",
			   (unsigned long long)d->sync.devices_swept);
	return err;
}

int vpns_add(struct daemon *d)
{
	const struct conf_xtr *x = d->conf->xtr;
	int err = sweep_devices(d);

	for (size_t i = 0; i < x->vpn_count && !err; i++)
		err = add_vpn(d, &x->vpns[i]);
	if (!err)
		err = sweep_locals(d, false, &d->sync.locals_swept);
	return err;
}

static bool has_vpn(const struct conf_xtr *x, const struct conf_vpn *v)
{
	for (size_t i = 0; i < x->vpn_count; i++)
		if (x->vpns[i].iid == v->iid &&
		    x->vpns[i].proxy_etr == v->proxy_etr &&
		    !strcmp(x->vpns[i].device, v->device))
			return true;
	return false;
}

static void remove_vpn(struct daemon *d, const struct conf_vpn *v)
{
	struct dp_vpn vpn;
	int err;

	fill_vpn(d, v, &vpn);
	err = d->dp->ops->vpn_del(d->dp, &vpn, true);
	if (err)
		log_warning("VPN %s: %s", v->name, reason(d, err));
}

void vpns_remove_other(struct daemon *d, const struct conf *old)
{
	for (size_t i = 0; i < old->xtr->vpn_count; i++)
		if (!has_vpn(d->conf->xtr, &old->xtr->vpns[i]))
			remove_vpn(d, &old->xtr->vpns[i]);
}

/* --- what was there at start --- */

/* Mappings are collected first: the node deletes what it does not want, which
 * must not happen while the kernel walks them.  There may be a million: each
 * takes what it needs of a struct dp_map. */
struct found {
	char *buf;
	size_t used;
	size_t room;
	int err;
};

#define FOUND_ALIGN	_Alignof(struct dp_map)

static size_t found_size(const struct dp_map *m)
{
	return (dp_map_size(m) + FOUND_ALIGN - 1) / FOUND_ALIGN * FOUND_ALIGN;
}

static void on_map(void *arg, const struct dp_map *m)
{
	size_t size = found_size(m);
	struct found *f = arg;
	char *more;

	if (f->room - f->used < size) {
		f->room = 2 * f->room + sizeof(*m);
		more = realloc(f->buf, f->room);
		if (!more) {
			f->room = f->used;
			f->err = -ENOMEM;
			return;
		}
		f->buf = more;
	}
	memcpy(f->buf + f->used, m, size);
	f->used += size;
}

static void take_map(struct daemon *d, uint64_t now, const struct dp_map *m)
{
	struct locator locators[DP_LOCATORS_MAX];
	struct map_found f;

	if (execute_map_from_dp(m, locators, &f))
		node_on_map_found(d->node, now, &f, &d->actions);
	else if (!d->dp->ops->map_del(d->dp, &m->eid))
		d->sync.swept++;
}

/* So many mappings are one event. */
#define TAKE_MAX	64

static void take_maps(struct daemon *d, const struct found *f)
{
	size_t at = 0;

	while (at < f->used) {
		uint64_t now = clock_ms();

		execute_begin(d);
		for (int i = 0; i < TAKE_MAX && at < f->used; i++) {
			const struct dp_map *m = (const void *)(f->buf + at);

			at += found_size(m);
			take_map(d, now, m);
		}
		execute_end(d);
	}
}

static int sync_maps(struct daemon *d)
{
	struct found f = { .buf = NULL };
	int err = d->dp->ops->map_dump(d->dp, on_map, &f);

	if (!err)
		err = f.err;
	if (!err)
		take_maps(d, &f);
	free(f.buf);
	if (err)
		return err;
	node_on_map_synced(d->node, clock_ms(), execute_begin(d));
	execute_end(d);
	return 0;
}

int vpns_sync(struct daemon *d)
{
	int err = sync_maps(d);

	if (!err)
		err = d->dp->ops->miss_dump(d->dp, execute_on_miss, d);
	if (err)
		log_error("reading the map-cache: %s", reason(d, err));
	else if (d->sync.claimed || d->sync.swept || d->sync.locals_swept)
		log_notice("of an earlier run: %llu mappings re-claimed, %llu "
			   "mappings and %llu local EIDs swept",
			   (unsigned long long)d->sync.claimed,
			   (unsigned long long)d->sync.swept,
			   (unsigned long long)d->sync.locals_swept);
	return err;
}

void vpns_remove(struct daemon *d)
{
	const struct conf_xtr *x = d->conf->xtr;
	uint64_t swept;
	int err;

	for (size_t i = 0; i < x->vpn_count; i++)
		remove_vpn(d, &x->vpns[i]);
	err = d->dp->ops->map_flush(d->dp);
	if (!err)
		err = sweep_locals(d, true, &swept);
	if (err)
		log_warning("cleaning up: %s", reason(d, err));
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Own EID-prefixes: those of the configuration, and those of routes; see
 * own.h. */
#include <errno.h>
#include <stdlib.h>

#include "run/own.h"

bool own_follows_routes(const struct conf *c)
{
	for (size_t i = 0; c->xtr && i < c->xtr->vpn_count; i++)
		if (c->xtr->vpns[i].route_count)
			return true;
	return false;
}

/* With one of ge and le the other is as wide as it can be; with neither the
 * prefix itself is meant, and any where there is none. */
static bool fits(const struct conf_route_rule *rule,
		 const struct host_route *r)
{
	const struct prefix *p = &rule->prefix;
	bool any = p->addr.family == ADDR_NONE;
	unsigned int ge = rule->ge, le = rule->le;

	if (rule->protocol && rule->protocol != r->protocol)
		return false;
	if (!any && !prefix_contains(p, &r->dst))
		return false;
	if (!ge)
		ge = any ? 0 : p->len;
	if (!le)
		le = any || rule->ge ? 128 : p->len;
	return r->dst.len >= ge && r->dst.len <= le;
}

bool own_wants(const struct conf_vpn *v, const struct host_route *r)
{
	for (size_t i = 0; i < v->route_count; i++)
		if (fits(&v->routes[i], r))
			return !v->routes[i].exclude;
	return false;
}

/* Prefixes of one VPN, collected from its table. */
struct found {
	const struct conf_vpn *vpn;
	struct eid *list;
	size_t count;
	size_t room;
	int err;
};

static int add(struct found *f, const struct prefix *p)
{
	struct eid *more;

	if (f->count == f->room) {
		f->room = f->room ? 2 * f->room : 16;
		more = reallocarray(f->list, f->room, sizeof(*more));
		if (!more)
			return -ENOMEM;
		f->list = more;
	}
	f->list[f->count++] = eid_make(f->vpn->iid, p);
	return 0;
}

static void on_route(void *arg, const struct host_route *r)
{
	struct found *f = arg;

	if (!f->err && own_wants(f->vpn, r))
		f->err = add(f, &r->dst);
}

static int cmp_eid(const void *a, const void *b)
{
	return eid_cmp(a, b);
}

/* Sort @n of them and leave each once; how many are left. */
static size_t tidy(struct eid *list, size_t n)
{
	size_t kept = 0;

	if (n)
		qsort(list, n, sizeof(*list), cmp_eid);
	for (size_t i = 0; i < n; i++)
		if (!kept || !eid_equal(&list[kept - 1], &list[i]))
			list[kept++] = list[i];
	return kept;
}

/* Routes first, as they are bounded, then what is configured. */
static int find_vpn(struct own *o, struct found *f, const struct host *h)
{
	const struct conf_vpn *v = f->vpn;

	if (h && v->route_count)
		host_routes(h, host_vrf_table(h, v->vrf), on_route, f);
	f->count = tidy(f->list, f->count);
	if (f->count > v->max_routes) {
		o->left_out = f->count - v->max_routes;
		o->full = v;
		f->count = v->max_routes;
	}
	for (size_t i = 0; !f->err && i < v->database_count; i++)
		f->err = add(f, &v->database[i].prefix);
	return f->err;
}

static int append(struct own *o, const struct found *f)
{
	struct eid *more = reallocarray(o->eids, o->eid_count + f->count + 1,
					sizeof(*more));

	if (!more)
		return -ENOMEM;
	o->eids = more;
	for (size_t i = 0; i < f->count; i++)
		o->eids[o->eid_count++] = f->list[i];
	return 0;
}

int own_find_eids(struct own *o, const struct host *h)
{
	int err = 0;

	for (size_t i = 0; i < o->conf->vpn_count && !err; i++) {
		struct found f = { .vpn = &o->conf->vpns[i] };

		err = find_vpn(o, &f, h);
		if (!err)
			err = append(o, &f);
		free(f.list);
	}
	o->eid_count = tidy(o->eids, o->eid_count);
	return err;
}

bool own_has(const struct own *o, const struct eid *e)
{
	return o->eid_count &&
		bsearch(e, o->eids, o->eid_count, sizeof(*e), cmp_eid);
}

size_t own_first(const struct own *o, uint32_t iid)
{
	size_t low = 0, high = o->eid_count;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (o->eids[mid].iid < iid)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

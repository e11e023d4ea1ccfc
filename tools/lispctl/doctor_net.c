// SPDX-License-Identifier: GPL-2.0-or-later
/* Devices, VRFs and routes: is there what the configuration needs? */
#include <errno.h>
#include <string.h>

#include <json-c/json.h>

#include "doctor.h"

/* A VPN, and what was found of what it names; errors are those of
 * rt_link_by_name(), -ENODEV: there is none. */
struct vpn_look {
	const struct conf_vpn *vpn;
	int vrf_err;
	struct rt_link vrf;
	int native_err;
	struct rt_link native;
	int device_err;
	struct rt_link device;
};

static struct vpn_look look_at(struct doctor *d, const struct conf_vpn *vpn)
{
	struct vpn_look l = { .vpn = vpn };

	l.vrf_err = !vpn->vrf ? 0 :
		rt_link_by_name(d->route, vpn->vrf, &l.vrf);
	l.native_err = !vpn->native ? 0 :
		rt_link_by_name(d->route, vpn->native, &l.native);
	l.device_err = rt_link_by_name(d->route, vpn->device, &l.device);
	return l;
}

/* All VPNs of an xTR, if it is known what they are. */
static void for_vpns(struct doctor *d,
		     void (*judge)(struct doctor *d, const struct vpn_look *l))
{
	const struct conf_xtr *x = d->conf ? d->conf->xtr : NULL;

	for (size_t i = 0; d->route && x && i < x->vpn_count; i++) {
		const struct vpn_look l = look_at(d, &x->vpns[i]);

		judge(d, &l);
	}
}

/* --- VRFs --- */

static void judge_link(struct doctor *d, const char *of, const char *what,
		       const char *name, int err, const struct rt_link *l)
{
	bool vrf = !strcmp(what, "VRF");

	if (err == -ENODEV && vrf) {
		doctor_found(d, VERDICT_BAD, "%s: there is no VRF \"%s\"", of,
			     name);
		doctor_advise(d, "\"ip link add %s type vrf table N && ip link "
			      "set %s up\", each VRF with a table N of its "
			      "own; then \"lispctl reload\"", name, name);
	} else if (err == -ENODEV) {
		doctor_found(d, VERDICT_BAD, "%s: there is no %s \"%s\"", of,
			     what, name);
		doctor_advise(d, "make the device, or name another one in the "
			      "configuration; then \"lispctl reload\"");
	} else if (err) {
		doctor_found(d, VERDICT_UNKNOWN, "%s: %s \"%s\": %s", of, what,
			     name, strerror(-err));
		doctor_advise(d, "run \"lispctl doctor\" as root");
	} else if (vrf && strcmp(l->kind, "vrf")) {
		doctor_found(d, VERDICT_BAD, "%s: \"%s\" is a device, but no "
			     "VRF", of, name);
		doctor_advise(d, "make a VRF, or name another one in the "
			      "configuration; then \"lispctl reload\"");
	} else if (!l->up) {
		doctor_found(d, VERDICT_BAD, "%s: %s \"%s\" is down", of, what,
			     name);
		doctor_advise(d, "\"ip link set %s up\"", name);
	} else {
		doctor_found(d, VERDICT_OK, "%s: %s \"%s\" is up", of, what,
			     name);
	}
}

static void judge_vrfs(struct doctor *d, const struct vpn_look *l)
{
	char of[96];

	snprintf(of, sizeof(of), "VPN \"%s\"", l->vpn->name);
	if (l->vpn->vrf)
		judge_link(d, of, "VRF", l->vpn->vrf, l->vrf_err, &l->vrf);
	if (l->vpn->native)
		judge_link(d, of, "native uplink", l->vpn->native,
			   l->native_err, &l->native);
}

uint32_t doctor_underlay(struct doctor *d)
{
	struct rt_link l;

	return d->conf && d->conf->underlay &&
		!rt_link_by_name(d->route, d->conf->underlay, &l) ? l.index : 0;
}

void doctor_vrfs(struct doctor *d)
{
	struct rt_link l;
	int err;

	if (!d->conf || !d->route)
		return;
	if (d->conf->underlay) {
		err = rt_link_by_name(d->route, d->conf->underlay, &l);
		judge_link(d, "underlay", "VRF", d->conf->underlay, err, &l);
	}
	for_vpns(d, judge_vrfs);
}

/* --- devices --- */

static void judge_device(struct doctor *d, const struct vpn_look *l)
{
	const struct conf_vpn *v = l->vpn;
	uint32_t master = v->vrf && !l->vrf_err ? l->vrf.index : 0;

	if (l->device_err) {
		doctor_found(d, VERDICT_BAD, "VPN \"%s\": there is no device "
			     "\"%s\"", v->name, v->device);
		doctor_advise(d, "lispd makes it when it starts and when it "
			      "reloads: mend what is bad above, then "
			      "\"lispctl reload\"");
	} else if (strcmp(l->device.kind, "lisp")) {
		doctor_found(d, VERDICT_BAD, "VPN \"%s\": \"%s\" is no lisp "
			     "device", v->name, v->device);
		doctor_advise(d, "give the VPN another \"device\", or remove "
			      "that one; then \"lispctl reload\"");
	} else if (l->device.lisp.iid != v->iid) {
		doctor_found(d, VERDICT_BAD, "VPN \"%s\": \"%s\" is of "
			     "Instance-ID %u, and not %u", v->name, v->device,
			     l->device.lisp.iid, (unsigned int)v->iid);
		doctor_advise(d, "\"ip link del %s\" if nobody needs it, then "
			      "\"lispctl reload\"", v->device);
	} else if (l->device.master != master || !l->device.up) {
		doctor_found(d, VERDICT_BAD, "VPN \"%s\": \"%s\" is %s",
			     v->name, v->device, !l->device.up ? "down" :
			     "not in the VRF of the configuration");
		doctor_advise(d, "\"lispctl reload\" puts it right");
	} else {
		doctor_found(d, VERDICT_OK, "VPN \"%s\": \"%s\" is up",
			     v->name, v->device);
	}
}

/* Without the module there are none, and that was said. */
void doctor_devices(struct doctor *d)
{
	if (d->module)
		for_vpns(d, judge_device);
}

/* --- routes --- */

static void judge_eid_space(struct doctor *d, const struct conf_vpn *v,
			    const struct prefix *p, bool found)
{
	char text[PREFIX_TEXT_MAX];

	prefix_text(p, text);
	if (found) {
		doctor_found(d, VERDICT_OK, "VPN \"%s\": %s leads into \"%s\"",
			     v->name, text, v->device);
		return;
	}
	doctor_found(d, VERDICT_BAD, "VPN \"%s\": no route of %s leads into "
		     "\"%s\"", v->name, text, v->device);
	doctor_advise(d, "lispd makes it: \"lispctl reload\"; who takes away "
		      "routes of others (a routing daemon, networkd) must be "
		      "told to leave those of its protocol alone");
}

static void judge_own_eid(struct doctor *d, const struct conf_vpn *v,
			  const struct prefix *p, bool found)
{
	char text[PREFIX_TEXT_MAX];

	prefix_text(p, text);
	if (found) {
		doctor_found(d, VERDICT_OK, "VPN \"%s\": there is a route to "
			     "the own EID-prefix %s", v->name, text);
		return;
	}
	doctor_found(d, VERDICT_WARNING, "VPN \"%s\": no route leads to the "
		     "own EID-prefix %s, so what arrives for it is lost",
		     v->name, text);
	if (v->vrf)
		doctor_advise(d, "put the site's interface into the VRF (\"ip "
			      "link set IFACE master %s\") and give it an "
			      "address, or add a route there", v->vrf);
	else
		doctor_advise(d, "give the site's interface an address, or "
			      "add a route");
}

/* Is there a route that leads into the device, or one that does not, and
 * somewhere into @p? */
struct route_look {
	const struct prefix *p;
	uint32_t device;
	bool found;
};

static int on_space(void *arg, const struct rt_route *r)
{
	struct route_look *l = arg;

	l->found |= prefix_equal(&r->dst, l->p);
	return 0;
}

/* A default route is for everything, and says nothing. */
static int on_own(void *arg, const struct rt_route *r)
{
	struct route_look *l = arg;

	l->found |= r->dst.len && prefix_overlaps(&r->dst, l->p) &&
		(!l->device || r->oif != l->device);
	return 0;
}

static uint32_t table_of(const struct vpn_look *l)
{
	return l->vpn->vrf ? l->vrf.table : RT_MAIN_TABLE;
}

static int on_any(void *arg, const struct rt_route *r)
{
	struct route_look *l = arg;

	l->found = true;
	return 0;
}

/* Nothing that the configuration has led into the device: has anybody? */
static void judge_no_space(struct doctor *d, const struct conf_vpn *v,
			   bool found)
{
	if (found || v->proxy_etr)
		return;
	doctor_found(d, VERDICT_WARNING, "VPN \"%s\": no route leads into "
		     "\"%s\": nothing is encapsulated", v->name, v->device);
	doctor_advise(d, "give the VPN an \"eid-space\", the prefixes of all "
		      "sites, or a \"vrf\", of which everything is the "
		      "VPN's; then \"lispctl reload\"");
}

static void look_at_space(struct doctor *d, const struct vpn_look *l)
{
	const struct conf_vpn *v = l->vpn;
	const struct prefix *space;
	size_t n = conf_vpn_space(d->conf, v, &space);
	struct route_look any = { .found = false };

	for (size_t i = 0; i < n; i++) {
		struct route_look look = { .p = &space[i] };

		if (!rt_route_dump(d->route, table_of(l),
				   d->conf->xtr->route_protocol,
				   l->device.index, on_space, &look))
			judge_eid_space(d, v, &space[i], look.found);
	}
	if (!n && !rt_route_dump(d->route, table_of(l), 0, l->device.index,
				 on_any, &any))
		judge_no_space(d, v, any.found);
}

static void look_at_routes(struct doctor *d, const struct vpn_look *l)
{
	const struct conf_vpn *v = l->vpn;

	if (l->vrf_err || (v->vrf && !l->vrf.table))
		return;
	if (!l->device_err && !strcmp(l->device.kind, "lisp"))
		look_at_space(d, l);
	for (size_t i = 0; i < v->database_count; i++) {
		struct route_look look = {
			.p = &v->database[i].prefix,
			.device = l->device_err ? 0 : l->device.index,
		};

		if (!rt_route_dump(d->route, table_of(l), 0, 0, on_own, &look))
			judge_own_eid(d, v, look.p, look.found);
	}
}

/* A way there through the underlay.  @kind: of the device it leads into. */
static void judge_way(struct doctor *d, const char *what, const struct addr *a,
		      enum rt_found found, const char *kind)
{
	char text[ADDR_TEXT_MAX];

	addr_text(a, text);
	if (found == RT_FOUND_NONE) {
		doctor_found(d, VERDICT_BAD, "%s %s: there is no route to it",
			     what, text);
		doctor_advise(d, "\"ip route get %s\"%s; it needs a route "
			      "through the underlay, a default route for "
			      "example", text, d->conf && d->conf->underlay ?
			      " in the underlay's VRF" : "");
	} else if (found == RT_FOUND_OUT && !strcmp(kind, "lisp")) {
		doctor_found(d, VERDICT_BAD, "%s %s: the route to it leads "
			     "through a lisp device", what, text);
		doctor_advise(d, "add a more specific route to it through the "
			      "underlay, or put the VPN into a VRF");
	} else {
		doctor_found(d, VERDICT_OK, "%s %s: there is a route to it",
			     what, text);
	}
}

static void look_for_way(struct doctor *d, const char *what,
			 const struct addr *a)
{
	struct rt_link l = { .kind = "" };
	enum rt_found found;
	uint32_t oif = 0;

	found = rt_lookup(d->route, a, doctor_underlay(d), &oif);
	if (found == RT_FOUND_OUT)
		rt_link_by_index(d->route, oif, &l);
	judge_way(d, what, a, found, l.kind);
}

static void look_for_mappers(struct doctor *d)
{
	const struct conf_xtr *x = d->conf ? d->conf->xtr : NULL;
	const struct conf_mr *mr = d->conf ? d->conf->mr : NULL;

	for (size_t i = 0; x && i < x->map_server_count; i++)
		look_for_way(d, "Map-Server", &x->map_servers[i].address);
	for (size_t i = 0; x && i < x->map_resolver_count; i++)
		look_for_way(d, "Map-Resolver", &x->map_resolvers[i]);
	for (size_t i = 0; mr && i < mr->map_server_count; i++)
		look_for_way(d, "Map-Server", &mr->map_servers[i]);
	for (size_t i = 0; mr && i < mr->ddt_root_count; i++)
		look_for_way(d, "DDT root", &mr->ddt_roots[i]);
}

void doctor_routes(struct doctor *d)
{
	if (!d->route) {
		doctor_found(d, VERDICT_UNKNOWN, "rtnetlink does not answer");
		doctor_advise(d, "run \"lispctl doctor\" as root, outside of "
			      "sandboxes");
		return;
	}
	for_vpns(d, look_at_routes);
	look_for_mappers(d);
	for (size_t i = 0; i < d->peer_count; i++)
		look_for_way(d, "RLOC", &d->peers[i]);
}

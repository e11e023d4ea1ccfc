// SPDX-License-Identifier: GPL-2.0-or-later
/* Checks of the role xTR that concern more than one key. */
#include <stdlib.h>
#include <string.h>

#include "cfg/check_part.h"

static bool is_listened(const struct conf *c, const struct addr *a)
{
	for (size_t i = 0; i < c->listen_count; i++)
		if (addr_equal(&c->listen[i], a))
			return true;
	return !c->listen_count;
}

enum addr_family conf_rloc_family(const struct conf_rloc *r)
{
	static const enum addr_family families[] = {
		[CONF_FAMILY_IPV4] = ADDR_IPV4,
		[CONF_FAMILY_IPV6] = ADDR_IPV6,
	};

	return r->interface ? families[r->family] : r->address.family;
}

/* Without a VRF the routing table is the main one. */
static bool is_underlay(const struct conf *c, const char *vrf)
{
	return vrf ? c->underlay && !strcmp(vrf, c->underlay) : !c->underlay;
}

size_t conf_vpn_space(const struct conf *c, const struct conf_vpn *v,
		      const struct prefix **space)
{
	static const struct prefix all[] = {
		{ .addr = { .family = ADDR_IPV4 } },
		{ .addr = { .family = ADDR_IPV6 } },
	};
	bool as_given = v->eid_space || v->proxy_itr || v->proxy_etr ||
		is_underlay(c, v->vrf);

	*space = as_given ? v->eid_space : all;
	return as_given ? v->eid_space_count : sizeof(all) / sizeof(all[0]);
}

/* By address, the first member; those without by interface and family. */
static int cmp_rloc(const void *a, const void *b)
{
	const struct conf_rloc *x = a, *y = b;
	int c = addr_cmp(&x->address, &y->address);

	if (c || !x->interface || !y->interface)
		return c;
	c = strcmp(x->interface, y->interface);
	return c ? c : x->family - y->family;
}

/* An address, or an interface with a family: what is wrong, NULL: nothing. */
static const char *rloc_mistake(const struct conf *c,
				const struct conf_rloc *r)
{
	bool address = r->address.family != ADDR_NONE;

	if (address == !!r->interface)
		return "expected either \"address\" or \"interface\"";
	if (r->interface && !r->family)
		return "expected \"family\", \"ipv4\" or \"ipv6\", with "
			"\"interface\"";
	if (r->interface && r->neighbour)
		return "expected \"address\", as an interface is no "
			"neighbour's";
	if (address && r->family)
		return "expected \"family\" with \"interface\" only";
	if (r->interface && c->listen_count)
		return "expected \"address\", as \"listen\" names "
			"addresses and an interface's may change";
	return NULL;
}

static void check_rlocs(const struct conf *c, struct place *p,
			struct cfg_errors *e)
{
	const struct conf_xtr *x = c->xtr;
	char text[ADDR_TEXT_MAX];
	bool own = false;

	check_unique(p, UNIQUE("rlocs", "address", x->rlocs, x->rloc_count,
			       address, cmp_rloc), e);
	for (size_t i = 0; i < x->rloc_count; i++) {
		const struct conf_rloc *r = &x->rlocs[i];
		const char *mistake = rloc_mistake(c, r);

		own |= !r->neighbour;
		if (!mistake && (r->interface || r->neighbour ||
				 is_listened(c, &r->address)))
			continue;
		element(p, "rlocs", i, r->interface ? "interface" :
			"address");
		if (mistake)
			cfg_error(e, here(p), "%s", mistake);
		else
			cfg_error(e, here(p), "\"%s\": expected an address "
				  "of the list \"listen\"",
				  addr_text(&r->address, text));
		element_end(p);
	}
	if (own)
		return;
	push(p, "rlocs", 0);
	cfg_error(e, here(p), "expected one at least that is not a "
		  "neighbour's");
	pop(p);
}

static void check_map_servers(struct conf_xtr *x, struct place *p,
			      struct cfg_errors *e)
{
	check_unique(p, UNIQUE("map-servers", "address", x->map_servers,
			       x->map_server_count, address, conf_cmp_addr), e);
	push(p, "map-servers", 0);
	for (size_t i = 0; i < x->map_server_count; i++) {
		push(p, NULL, i);
		conf_check_key(p, &x->map_servers[i].key, e);
		pop(p);
	}
	pop(p);
}

static bool has_family(const struct conf_xtr *x, uint8_t family)
{
	for (size_t i = 0; i < x->rloc_count; i++)
		if (conf_rloc_family(&x->rlocs[i]) == family)
			return true;
	return false;
}

static void check_proxy_etrs(const struct conf_xtr *x,
			     const struct conf_vpn *v, struct place *p,
			     struct cfg_errors *e)
{
	char text[ADDR_TEXT_MAX];

	check_unique(p, UNIQUE("proxy-etrs", "address", v->proxy_etrs,
			       v->proxy_etr_count, address, conf_cmp_addr), e);
	for (size_t i = 0; i < v->proxy_etr_count; i++) {
		const struct addr *a = &v->proxy_etrs[i].address;

		if (has_family(x, a->family))
			continue;
		element(p, "proxy-etrs", i, "address");
		cfg_error(e, here(p), "\"%s\": expected an address of a "
			  "family that \"rlocs\" has", addr_text(a, text));
		element_end(p);
	}
}

/* What a proxy decapsulates or attracts must not come back to it. */
static void check_proxy(const struct conf_vpn *v, struct place *p,
			struct cfg_errors *e)
{
	char text[PREFIX_TEXT_MAX];

	if (v->proxy_itr && v->proxy_etr_count) {
		push(p, "proxy-etrs", 0);
		cfg_error(e, here(p), "expected none, as a proxy ITR would "
			  "attract again what they send out");
		pop(p);
	}
	if (v->proxy_itr && v->database_count) {
		push(p, "database", 0);
		cfg_error(e, here(p), "expected none, as a proxy ITR "
			  "registers nothing");
		pop(p);
	}
	if (v->proxy_itr && !v->eid_space_count)
		cfg_error(e, here(p), "expected \"eid-space\": what the "
			  "proxy ITR attracts");
	push(p, "eid-space", 0);
	for (size_t i = 0; i < v->eid_space_count; i++) {
		push(p, NULL, i);
		if (!v->eid_space[i].len)
			cfg_error(e, here(p), "\"%s\": expected no default "
				  "route, as this VPN is a proxy",
				  prefix_text(&v->eid_space[i], text));
		pop(p);
	}
	pop(p);
}

static const char *rule_mistake(const struct conf_route_rule *r)
{
	unsigned int bits = r->prefix.addr.family == ADDR_NONE ? 128 :
		addr_bits(&r->prefix.addr);

	if (r->ge > bits || r->le > bits)
		return "expected \"ge\" and \"le\" within the length of "
			"an address";
	if ((r->ge && r->ge < r->prefix.len) ||
	    (r->le && r->le < r->prefix.len))
		return "expected \"ge\" and \"le\" no less than the length "
			"of \"prefix\"";
	if (r->ge && r->le && r->ge > r->le)
		return "expected \"ge\" no greater than \"le\"";
	return NULL;
}

static void check_routes(const struct conf *c, const struct conf_vpn *v,
			 struct place *p, struct cfg_errors *e)
{
	const char *mistake;

	push(p, "routes", 0);
	if (v->route_count && v->proxy_itr)
		cfg_error(e, here(p), "expected none, as a proxy ITR "
			  "registers nothing");
	else if (v->route_count &&
		 (!v->vrf || (c->underlay && !strcmp(v->vrf, c->underlay))))
		cfg_error(e, here(p), "expected \"vrf\", one that is not the "
			  "underlay's, whose routes are no EIDs");
	for (size_t i = 0; i < v->route_count; i++) {
		mistake = rule_mistake(&v->routes[i]);
		push(p, NULL, i);
		if (mistake)
			cfg_error(e, here(p), "%s", mistake);
		pop(p);
	}
	pop(p);
}

static void check_vpn(const struct conf *c, const struct conf_vpn *v,
		      struct place *p, struct cfg_errors *e)
{
	check_proxy_etrs(c->xtr, v, p, e);
	check_routes(c, v, p, e);
	if (v->proxy_itr || v->proxy_etr)
		check_proxy(v, p, e);
	check_unique(p, UNIQUE("database", "prefix", v->database,
			       v->database_count, prefix, conf_cmp_prefix), e);
	check_unique(p, UNIQUE_PLAIN("eid-space", v->eid_space,
				     v->eid_space_count, conf_cmp_prefix), e);
}

/* A prefix that a routing table leads into the device of a VPN. */
struct space {
	const char *vrf;		/* "": the main table */
	const struct prefix *prefix;
	size_t vpn;
};

static int cmp_space(const void *a, const void *b)
{
	const struct space *x = a, *y = b;
	int c = strcmp(x->vrf, y->vrf);

	if (!c)
		c = prefix_cmp(x->prefix, y->prefix);
	return c ? c : (x->vpn > y->vpn) - (x->vpn < y->vpn);
}

static size_t spaces_of(const struct conf *c, size_t vpn, struct space *to)
{
	const struct conf_vpn *v = &c->xtr->vpns[vpn];
	const struct prefix *p;
	size_t n = conf_vpn_space(c, v, &p);

	for (size_t i = 0; to && i < n; i++)
		to[i] = (struct space){
			.vrf = v->vrf ? v->vrf : "", .prefix = &p[i],
			.vpn = vpn,
		};
	return n;
}

static void report_spaces(const struct conf_xtr *x, const struct space *first,
			  const struct space *again, struct place *p,
			  struct cfg_errors *e)
{
	char text[PREFIX_TEXT_MAX];

	push(p, NULL, again->vpn);
	cfg_error(e, here(p), "its %s would lead into the device of VPN "
		  "\"%s\", too: expected another \"vrf\" or \"eid-space\"",
		  prefix_text(again->prefix, text), x->vpns[first->vpn].name);
	pop(p);
}

/* A route leads into one device. */
static void check_spaces(const struct conf *c, struct place *p,
			 struct cfg_errors *e)
{
	size_t n = 0, last = c->xtr->vpn_count;
	struct space *all;

	for (size_t i = 0; i < c->xtr->vpn_count; i++)
		n += spaces_of(c, i, NULL);
	all = calloc(n + 1, sizeof(*all));
	if (!all) {
		cfg_error(e, here(p), "out of memory");
		return;
	}
	n = 0;
	for (size_t i = 0; i < c->xtr->vpn_count; i++)
		n += spaces_of(c, i, &all[n]);
	qsort(all, n, sizeof(*all), cmp_space);
	for (size_t i = 1; i < n; i++) {
		if (strcmp(all[i - 1].vrf, all[i].vrf) ||
		    prefix_cmp(all[i - 1].prefix, all[i].prefix) ||
		    all[i - 1].vpn == all[i].vpn || all[i].vpn == last)
			continue;
		last = all[i].vpn;
		report_spaces(c->xtr, &all[i - 1], &all[i], p, e);
	}
	free(all);
}

static void check_vpns(const struct conf *c, struct place *p,
		       struct cfg_errors *e)
{
	const struct conf_xtr *x = c->xtr;

	check_unique(p, UNIQUE("vpns", "name", x->vpns, x->vpn_count, name,
			       conf_cmp_string), e);
	check_unique(p, UNIQUE("vpns", "iid", x->vpns, x->vpn_count, iid,
			       conf_cmp_uint), e);
	check_unique(p, UNIQUE("vpns", "device", x->vpns, x->vpn_count,
			       device, conf_cmp_string), e);
	push(p, "vpns", 0);
	for (size_t i = 0; i < x->vpn_count; i++) {
		push(p, NULL, i);
		check_vpn(c, &x->vpns[i], p, e);
		pop(p);
	}
	check_spaces(c, p, e);
	pop(p);
}

/* Switched on, and yet without effect. */
static void check_trust(const struct conf_xtr *x, struct place *p,
			struct cfg_errors *e)
{
	const struct {
		const char *key;
		bool on;
	} keys[] = {
		{ "icmp-unreachable", x->icmp_unreachable },
		{ "status-bits", x->status_bits },
		{ "echo-nonce", x->echo_nonce },
		{ "compare-map-versions", x->compare_map_versions },
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (!keys[i].on || x->trusted_underlay)
			continue;
		push(p, keys[i].key, 0);
		cfg_error(e, here(p), "expected false, as "
			  "\"trusted-underlay\" is");
		pop(p);
	}
}

void conf_check_xtr(struct conf *c, struct place *p, struct cfg_errors *e)
{
	struct conf_xtr *x = c->xtr;

	push(p, "xtr", 0);
	check_trust(x, p, e);
	check_rlocs(c, p, e);
	check_unique(p, UNIQUE_PLAIN("map-resolvers", x->map_resolvers,
				     x->map_resolver_count, conf_cmp_addr), e);
	check_map_servers(x, p, e);
	check_vpns(c, p, e);
	pop(p);
}

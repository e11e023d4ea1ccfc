// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/roles.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/auth.h"
#include "crypto/mac.h"
#include "crypto/sig.h"
#include "io/path.h"
#include "run/own.h"
#include "run/refusal.h"
#include "run/roles_ddt.h"

struct roles {
	struct own *own;
	struct node_config node;
	struct xtr_config xtr;
	struct ms_config ms;
	struct mr_config mr;
	struct locator *rlocs;
	bool has_rloc;			/* of our own */
	struct xtr_petrs *petrs;	/* with locators of their own */
	struct register_server *servers;
	uint32_t *iids;
	uint32_t *pitr_iids;
	struct sig_key **anchor_keys;
	struct referral_key *anchors;
	struct site *sites;		/* with keys and eids of their own */
	struct roles_ddt *ddt;
};

/* Names a key in stored state without telling anything about it. */
static void key_tag(const struct secret *psk, uint8_t algorithm, uint64_t *tag)
{
	static const char text[] = "lispd key tag";
	struct mac_span spans[] = {
		{ (const uint8_t *)text, sizeof(text) },
		{ &algorithm, 1 },
	};
	uint8_t digest[MAC_SIZE_MAX];
	struct mac m;

	mac_init(&m, MAC_SHA256, secret_bytes(psk), secret_len(psk));
	mac_compute(&m, spans, 2, digest);
	mac_wipe(&m);
	memcpy(tag, digest, sizeof(*tag));
}

static int make_key(const struct conf_key *c, enum auth_length_style length,
		    enum auth_coverage coverage, struct sm_key *k)
{
	k->key_id = c->id;
	k->algorithm = c->algorithm;
	k->length = length;
	k->coverage = coverage;
	k->key = auth_key_new(c->id, c->algorithm, c->key);
	if (c->key)
		key_tag(c->key, c->algorithm, &k->tag);
	return k->key ? 0 : -ENOMEM;
}

/* --- xTR --- */

static int make_rlocs(struct roles *r, const struct conf_xtr *x)
{
	size_t n = 0;

	r->rlocs = calloc(x->rloc_count, sizeof(*r->rlocs));
	if (!r->rlocs)
		return -ENOMEM;
	for (size_t i = 0; i < x->rloc_count; i++) {
		const struct own_rloc *o = &r->own->rlocs[i];

		if (o->addr.family == ADDR_NONE)
			continue;
		r->rlocs[n++] = (struct locator){
			.addr = o->addr,
			.priority = o->up ? x->rlocs[i].priority :
				LOCATOR_UNUSED,
			.weight = x->rlocs[i].weight,
			.mpriority = LOCATOR_UNUSED,
			.flags = (x->rlocs[i].neighbour ? LOCATOR_NEIGHBOUR :
				  LOCATOR_LOCAL) |
				(o->up ? LOCATOR_REACHABLE : 0),
		};
		r->has_rloc |= !x->rlocs[i].neighbour;
	}
	locators_sort(r->rlocs, n);
	r->xtr.rlocs = r->rlocs;
	r->xtr.rloc_count = n;
	return 0;
}

/* The instance comes first in both. */
static int cmp_iid(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static int make_petrs(struct xtr_petrs *p, const struct conf_vpn *v)
{
	struct locator *l = calloc(v->proxy_etr_count + 1, sizeof(*l));

	*p = (struct xtr_petrs){ .iid = v->iid, .locators = l };
	if (!l)
		return -ENOMEM;
	for (size_t i = 0; i < v->proxy_etr_count; i++) {
		l[i] = (struct locator){
			.addr = v->proxy_etrs[i].address,
			.priority = v->proxy_etrs[i].priority,
			.weight = v->proxy_etrs[i].weight,
			.mpriority = LOCATOR_UNUSED,
			.flags = LOCATOR_REACHABLE,
		};
	}
	locators_sort(l, v->proxy_etr_count);
	p->count = v->proxy_etr_count;
	return 0;
}

/* What VPNs have to do with hosts that are no EIDs. */
static int make_proxies(struct roles *r, const struct conf_xtr *x)
{
	r->petrs = calloc(x->vpn_count, sizeof(*r->petrs));
	r->pitr_iids = calloc(x->vpn_count, sizeof(*r->pitr_iids));
	if (!r->petrs || !r->pitr_iids)
		return -ENOMEM;
	r->xtr.petrs = r->petrs;
	r->xtr.pitr_iids = r->pitr_iids;
	for (size_t i = 0; i < x->vpn_count; i++) {
		const struct conf_vpn *v = &x->vpns[i];

		if (v->proxy_itr)
			r->pitr_iids[r->xtr.pitr_iid_count++] = v->iid;
		if (v->proxy_etr_count &&
		    make_petrs(&r->petrs[r->xtr.petrs_count++], v))
			return -ENOMEM;
	}
	qsort(r->petrs, r->xtr.petrs_count, sizeof(*r->petrs), cmp_iid);
	return 0;
}

static unsigned int message_max(const char *underlay, const struct addr *a)
{
	return xtr_message_max(a->family, path_mtu(underlay, a));
}

static int make_servers(struct roles *r, const struct conf_xtr *x,
			const char *underlay)
{
	r->servers = calloc(x->map_server_count + 1, sizeof(*r->servers));
	if (!r->servers)
		return -ENOMEM;
	r->xtr.servers = r->servers;
	r->xtr.server_count = x->map_server_count;
	for (size_t i = 0; i < x->map_server_count; i++) {
		const struct conf_map_server *c = &x->map_servers[i];

		r->servers[i].addr = c->address;
		r->servers[i].proxy_reply = c->proxy_reply;
		r->servers[i].want_notify = c->want_map_notify;
		r->servers[i].merge = c->merge;
		r->servers[i].message_max = message_max(underlay, &c->address);
		if (make_key(&c->key, c->auth_length, AUTH_COVER_EITHER,
			     &r->servers[i].key))
			return -ENOMEM;
	}
	return 0;
}

/* In order, as they are looked up in when there are thousands. */
static int make_database(struct roles *r, const struct conf_xtr *x)
{
	r->iids = calloc(x->vpn_count, sizeof(*r->iids));
	if (!r->iids)
		return -ENOMEM;
	for (size_t i = 0; i < x->vpn_count; i++)
		r->iids[i] = x->vpns[i].iid;
	qsort(r->iids, x->vpn_count, sizeof(*r->iids), cmp_iid);
	qsort(r->pitr_iids, r->xtr.pitr_iid_count, sizeof(*r->pitr_iids),
	      cmp_iid);
	r->xtr.database = r->own->eids;
	/* Without an RLOC there is nothing to say about them. */
	r->xtr.database_count = r->has_rloc ? r->own->eid_count : 0;
	r->xtr.iids = r->iids;
	r->xtr.iid_count = x->vpn_count;
	return 0;
}

static int make_xtr(struct roles *r, const struct conf *c,
		    const uint8_t xtr_id[16])
{
	const struct conf_xtr *x = c->xtr;

	xtr_config_init(&r->xtr);
	memcpy(r->xtr.ids.xtr_id, x->xtr_id.given ? x->xtr_id.bytes : xtr_id,
	       sizeof(r->xtr.ids.xtr_id));
	r->xtr.ids.site_id = x->site_id;
	r->xtr.resolvers = x->map_resolvers;
	r->xtr.resolver_count = x->map_resolver_count;
	r->xtr.mapping_ttl = x->mapping_ttl;
	r->xtr.echo_nonce = x->echo_nonce;
	r->xtr.cache.min_len4 = x->shortest_prefix4;
	r->xtr.cache.min_len6 = x->shortest_prefix6;
	r->xtr.probe.interval = x->probe_interval * 1000;
	r->xtr.reg.interval = x->register_interval * 1000;
	if (r->xtr.reg.quick_interval > r->xtr.reg.interval)
		r->xtr.reg.quick_interval = r->xtr.reg.interval;
	r->node.xtr = &r->xtr;
	if (make_rlocs(r, x) || make_proxies(r, x) ||
	    make_servers(r, x, c->underlay) || make_database(r, x))
		return -ENOMEM;
	return 0;
}

/* --- Map-Server --- */

static const enum site_mode modes[] = {
	[CONF_ANSWER_AUTO] = SITE_AUTO,
	[CONF_ANSWER_PROXY] = SITE_PROXY,
	[CONF_ANSWER_FORWARD] = SITE_FORWARD,
};

/* A key that proves nothing has a tag all the same, of its site. */
static int no_key_tag(const char *site, uint64_t *tag)
{
	struct secret *s = secret_new(site, strlen(site));

	if (!s)
		return -ENOMEM;
	key_tag(s, AUTH_NONE, tag);
	secret_free(s);
	return 0;
}

static int make_site_key(const struct conf_site *site,
			 const struct conf_key *c, struct sm_key *k)
{
	k->not_before = c->not_before;
	k->not_after = c->not_after;
	if (make_key(c, AUTH_LENGTH_DEPLOYED, site->mac_coverage, k))
		return -ENOMEM;
	return c->key ? 0 : no_key_tag(site->name, &k->tag);
}

static int make_site(struct site *s, const struct conf_site *c)
{
	struct sm_key *keys = calloc(c->key_count, sizeof(*keys));
	struct site_eid *eids = calloc(c->eid_count, sizeof(*eids));

	s->name = c->name;
	s->keys = keys;
	s->eids = eids;
	s->mode = modes[c->mode];
	s->rlocs = c->rlocs;
	s->rloc_count = c->rloc_count;
	s->max = c->max_registrations;
	s->accept_unordered_nonce = c->accept_unordered_nonce;
	if (!keys || !eids)
		return -ENOMEM;
	s->key_count = c->key_count;
	s->eid_count = c->eid_count;
	for (size_t i = 0; i < c->eid_count; i++) {
		eids[i].eid = eid_make(c->eids[i].iid, &c->eids[i].prefix);
		eids[i].more_specifics = c->eids[i].accept_more_specifics;
		eids[i].max = c->eids[i].max_registrations;
	}
	for (size_t i = 0; i < c->key_count; i++)
		if (make_site_key(c, &c->keys[i], &keys[i]))
			return -ENOMEM;
	return 0;
}

static struct limit_rate a_second(uint64_t n)
{
	return (struct limit_rate){ (uint32_t)(1000000 / n), (uint32_t)n };
}

static void make_ms_limits(struct ms_limits *l, const struct conf_ms *c)
{
	l->timeout = (uint32_t)c->registration_timeout * 1000;
	l->requests.each = a_second(c->requests_per_source);
}

static int make_ms(struct roles *r, const struct conf_ms *c)
{
	ms_config_init(&r->ms);
	make_ms_limits(&r->ms.limits, c);
	r->ms.desks = (unsigned int)c->workers;
	r->sites = calloc(c->site_count, sizeof(*r->sites));
	if (!r->sites)
		return -ENOMEM;
	r->ms.sites = r->sites;
	r->ms.site_count = c->site_count;
	r->node.ms = &r->ms;
	for (size_t i = 0; i < c->site_count; i++)
		if (make_site(&r->sites[i], &c->sites[i]))
			return -ENOMEM;
	return 0;
}

/* --- Map-Resolver --- */

static const enum ddt_security securities[] = {
	[CONF_DDT_OFF] = DDT_SECURITY_OFF,
	[CONF_DDT_IF_PRESENT] = DDT_SECURITY_IF_PRESENT,
	[CONF_DDT_REQUIRE] = DDT_SECURITY_REQUIRE,
};

static int make_anchors(struct roles *r, const struct conf_mr *c)
{
	size_t len;

	r->anchor_keys = calloc(c->ddt_anchor_count + 1,
				sizeof(*r->anchor_keys));
	r->anchors = calloc(c->ddt_anchor_count + 1, sizeof(*r->anchors));
	if (!r->anchor_keys || !r->anchors)
		return -ENOMEM;
	for (size_t i = 0; i < c->ddt_anchor_count; i++) {
		const struct secret *s = c->ddt_anchors[i].key;
		const char *why = "out of memory";

		r->anchor_keys[i] = sig_key_public(
			(const char *)secret_bytes(s), secret_len(s), &why);
		if (!r->anchor_keys[i])
			return refusal("map-resolver.ddt-trust-anchors[%zu]: "
				       "%s", i, why);
		r->anchors[i].algorithm = REFERRAL_RSA_SHA256;
		r->anchors[i].data = sig_key_octets(r->anchor_keys[i], &len);
		r->anchors[i].len = (uint16_t)len;
	}
	r->mr.ddt.anchors = r->anchors;
	r->mr.ddt.anchor_count = c->ddt_anchor_count;
	return 0;
}

static int make_ddt(struct roles *r, const struct conf_ddt *c)
{
	int err;

	r->ddt = roles_ddt_new(c, &err);
	if (!r->ddt)
		return err;
	r->node.ddt = roles_ddt_config(r->ddt);
	return 0;
}

static int make_mr(struct roles *r, const struct conf_mr *c)
{
	mr_config_init(&r->mr);
	r->mr.requests.each = a_second(c->requests_per_source);
	r->mr.servers = c->map_servers;
	r->mr.server_count = c->map_server_count;
	r->mr.ddt.roots = c->ddt_roots;
	r->mr.ddt.root_count = c->ddt_root_count;
	r->mr.ddt.security = securities[c->ddt_security];
	r->node.mr = &r->mr;
	return make_anchors(r, c);
}

struct roles *roles_new(const struct conf *c, struct own *own,
			const uint8_t xtr_id[16], int *err)
{
	struct roles *r = calloc(1, sizeof(*r));

	*err = -ENOMEM;
	if (!r) {
		own_free(own);
		return NULL;
	}
	r->own = own;
	*err = c->xtr ? make_xtr(r, c, xtr_id) : 0;
	if (!*err && c->ms)
		*err = make_ms(r, c->ms);
	if (!*err && c->mr)
		*err = make_mr(r, c->mr);
	if (!*err && c->ddt)
		*err = make_ddt(r, c->ddt);
	if (!*err)
		return r;
	roles_free(r);
	return NULL;
}

static void free_site(struct site *s)
{
	for (size_t i = 0; i < s->key_count; i++)
		auth_key_free(s->keys[i].key);
	free((void *)s->keys);
	free((void *)s->eids);
}

void roles_free(struct roles *r)
{
	if (!r)
		return;
	for (size_t i = 0; r->servers && i < r->xtr.server_count; i++)
		auth_key_free(r->servers[i].key.key);
	for (size_t i = 0; r->sites && i < r->ms.site_count; i++)
		free_site(&r->sites[i]);
	for (size_t i = 0; r->petrs && i < r->xtr.petrs_count; i++)
		free((void *)r->petrs[i].locators);
	for (size_t i = 0; r->anchor_keys && r->anchor_keys[i]; i++)
		sig_key_free(r->anchor_keys[i]);
	free(r->anchor_keys);
	free(r->anchors);
	roles_ddt_free(r->ddt);
	own_free(r->own);
	free(r->rlocs);
	free(r->petrs);
	free(r->pitr_iids);
	free(r->servers);
	free(r->iids);
	free(r->sites);
	free(r);
}

const struct node_config *roles_config(const struct roles *r)
{
	return &r->node;
}

bool roles_paths_differ(const struct roles *r, const char *underlay)
{
	for (size_t i = 0; i < r->xtr.server_count; i++) {
		unsigned int was = r->servers[i].message_max;
		unsigned int is = message_max(underlay, &r->servers[i].addr);

		if (is && (!was || is < was))
			return true;
	}
	return false;
}

void roles_set_version(struct roles *r, uint16_t version)
{
	r->xtr.map_version = version;
}

uint16_t roles_version(const struct roles *r)
{
	return r->xtr.map_version;
}

const struct locator *roles_locators(const struct roles *r, size_t *n)
{
	*n = r->xtr.rloc_count;
	return r->rlocs;
}

const struct own *roles_own(const struct roles *r)
{
	return r->own;
}

/* Is @i, in the order of the configuration, better than @best? */
static bool is_better(const struct own *o, size_t i, size_t best)
{
	if (o->rlocs[i].up != o->rlocs[best].up)
		return o->rlocs[i].up;
	return o->conf->rlocs[i].priority < o->conf->rlocs[best].priority;
}

struct addr roles_rloc(const struct roles *r, enum addr_family family)
{
	const struct own *o = r->own;
	size_t best = o ? o->count : 0;

	for (size_t i = 0; o && i < o->count; i++)
		if (o->rlocs[i].addr.family == family &&
		    !o->conf->rlocs[i].neighbour &&
		    (best == o->count || is_better(o, i, best)))
			best = i;
	return o && best < o->count ? o->rlocs[best].addr :
		(struct addr){ .family = ADDR_NONE };
}

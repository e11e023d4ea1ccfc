// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Checks that concern more than one key.  Each reports at the place a person
 * has to change.
 */
#include <stdlib.h>
#include <string.h>

#include "cfg/conf.h"
#include "cfg/file.h"

/* The frames of a path "a.b[i].c[j]..." as deep as we need it. */
struct place {
	struct cfg_path frame[8];
	unsigned int depth;
};

static void place_init(struct place *p)
{
	memset(p, 0, sizeof(*p));
	p->depth = 1;
}

static void push(struct place *p, const char *key, size_t index)
{
	struct cfg_path *f = &p->frame[p->depth];

	f->up = f - 1;
	f->key = key;
	f->index = index;
	p->depth++;
}

static void pop(struct place *p)
{
	p->depth--;
}

static const struct cfg_path *here(const struct place *p)
{
	return &p->frame[p->depth - 1];
}

/* @key of element @i of the list @list beneath @p. */
static void element(struct place *p, const char *list, size_t i,
		    const char *key)
{
	push(p, list, 0);
	push(p, NULL, i);
	push(p, key, 0);
}

static void element_end(struct place *p)
{
	p->depth -= 3;
}

/* --- uniqueness: sort pointers, look at neighbours --- */

struct item {
	const void *value;
	size_t index;
};

static int (*item_compare)(const void *a, const void *b);

static int compare_items(const void *a, const void *b)
{
	const struct item *x = a, *y = b;
	int c = item_compare(x->value, y->value);

	return c ? c : (x->index > y->index) - (x->index < y->index);
}

static int cmp_string(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int cmp_uint(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static int cmp_addr(const void *a, const void *b)
{
	return addr_cmp(a, b);
}

static int cmp_prefix(const void *a, const void *b)
{
	return prefix_cmp(a, b);
}

/* A list that is to be free of repetitions: @n elements of @size octets, in
 * which the value is at @offset. */
struct unique {
	const char *list;
	const char *key;	/* NULL: the element is the value */
	const void *base;
	size_t n;
	size_t size;
	size_t offset;
	int (*compare)(const void *a, const void *b);
};

static void report_repeated(struct place *p, const struct unique *u,
			    size_t i, size_t first, struct cfg_errors *e)
{
	char value[64];

	push(p, u->list, 0);
	push(p, NULL, i);
	if (u->key)
		push(p, u->key, 0);
	/* Objects, which may hold keys, are not shown. */
	cfg_text_scalar(e->text, here(p), value, sizeof(value));
	cfg_error(e, here(p), "%s%sthe same as in element %zu: expected each "
		  "once", value, *value ? ": " : "", first);
	p->depth -= u->key ? 3 : 2;
}

static void check_unique(struct place *p, const struct unique *u,
			 struct cfg_errors *e)
{
	struct item *items = calloc(u->n + 1, sizeof(*items));

	if (!items) {
		cfg_error(e, here(p), "out of memory");
		return;
	}
	for (size_t i = 0; i < u->n; i++) {
		items[i].value = (const char *)u->base + i * u->size +
			u->offset;
		items[i].index = i;
	}
	item_compare = u->compare;
	qsort(items, u->n, sizeof(*items), compare_items);
	for (size_t i = 1; i < u->n; i++)
		if (!u->compare(items[i - 1].value, items[i].value))
			report_repeated(p, u, items[i].index,
					items[i - 1].index, e);
	free(items);
}

#define UNIQUE(list_, key_, array, count, member, cmp) (&(struct unique){ \
	.list = list_, .key = key_, .base = array, .n = count, \
	.size = sizeof(*(array)), \
	.offset = (size_t)&((typeof(&(array)[0]))0)->member, .compare = cmp })
#define UNIQUE_PLAIN(list_, array, count, cmp) (&(struct unique){ \
	.list = list_, .base = array, .n = count, \
	.size = sizeof(*(array)), .compare = cmp })

/* --- keys --- */

static void load_key_file(struct place *p, struct conf_key *k,
			  struct cfg_errors *e)
{
	char buf[SECRET_MAX + 2];
	ssize_t n = file_read(k->key_file, buf, sizeof(buf));

	push(p, "key-file", 0);
	if (n < 0) {
		cfg_error(e, here(p), "\"%s\": %s", k->key_file,
			  file_trouble((int)n));
	} else {
		k->key = secret_new(buf, strcspn(buf, "\r\n"));
		if (!k->key)
			cfg_error(e, here(p), "\"%s\": expected a key of 1 to "
				  "%d characters in its first line",
				  k->key_file, SECRET_MAX);
	}
	secret_wipe(buf, sizeof(buf));
	pop(p);
}

static void check_key(struct place *p, struct conf_key *k,
		      struct cfg_errors *e)
{
	if (k->algorithm == AUTH_NONE) {
		if (k->key || k->key_file)
			cfg_error(e, here(p), "expected no key, as "
				  "\"algorithm\" is \"none\"");
		return;
	}
	if (!k->key == !k->key_file)
		cfg_error(e, here(p), "expected either \"key\" or "
			  "\"key-file\"");
	else if (k->key_file)
		load_key_file(p, k, e);
}

/* A whole file; what is wrong with the key in it is found when it is used. */
static void check_anchor(struct place *p, struct conf_anchor *a,
			 struct cfg_errors *e)
{
	char *pem;
	size_t len;
	int err;

	if (!a->key == !a->key_file) {
		cfg_error(e, here(p), "expected either \"key\" or "
			  "\"key-file\"");
		return;
	}
	if (!a->key_file)
		return;
	push(p, "key-file", 0);
	err = file_read_pem(a->key_file, &pem, &len);
	if (err) {
		cfg_error(e, here(p), "\"%s\": %s", a->key_file,
			  file_trouble(err));
	} else {
		if (strstr(pem, "-----BEGIN PUBLIC KEY-----"))
			a->key = secret_new(pem, len);
		if (!a->key)
			cfg_error(e, here(p), "\"%s\": expected a public key "
				  "in PEM form, and at most %d octets",
				  a->key_file, SECRET_MAX);
		secret_wipe(pem, len);
		free(pem);
	}
	pop(p);
}

/* --- sections --- */

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
			       x->map_server_count, address, cmp_addr), e);
	push(p, "map-servers", 0);
	for (size_t i = 0; i < x->map_server_count; i++) {
		push(p, NULL, i);
		check_key(p, &x->map_servers[i].key, e);
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
			       v->proxy_etr_count, address, cmp_addr), e);
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
			       v->database_count, prefix, cmp_prefix), e);
	check_unique(p, UNIQUE_PLAIN("eid-space", v->eid_space,
				     v->eid_space_count, cmp_prefix), e);
}

static void check_vpns(const struct conf *c, struct place *p,
		       struct cfg_errors *e)
{
	const struct conf_xtr *x = c->xtr;

	check_unique(p, UNIQUE("vpns", "name", x->vpns, x->vpn_count, name,
			       cmp_string), e);
	check_unique(p, UNIQUE("vpns", "iid", x->vpns, x->vpn_count, iid,
			       cmp_uint), e);
	check_unique(p, UNIQUE("vpns", "device", x->vpns, x->vpn_count,
			       device, cmp_string), e);
	push(p, "vpns", 0);
	for (size_t i = 0; i < x->vpn_count; i++) {
		push(p, NULL, i);
		check_vpn(c, &x->vpns[i], p, e);
		pop(p);
	}
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

static void check_xtr(struct conf *c, struct place *p, struct cfg_errors *e)
{
	struct conf_xtr *x = c->xtr;

	push(p, "xtr", 0);
	check_trust(x, p, e);
	check_rlocs(c, p, e);
	check_unique(p, UNIQUE_PLAIN("map-resolvers", x->map_resolvers,
				     x->map_resolver_count, cmp_addr), e);
	check_map_servers(x, p, e);
	check_vpns(c, p, e);
	pop(p);
}

static int cmp_key(const void *a, const void *b)
{
	const struct conf_key *x = a, *y = b;

	return x->id != y->id ? cmp_uint(&x->id, &y->id) :
		x->algorithm - y->algorithm;
}

static void check_times(struct place *p, const struct conf_key *k,
			struct cfg_errors *e)
{
	if (!k->not_before || !k->not_after || k->not_before < k->not_after)
		return;
	push(p, "not-after", 0);
	cfg_error(e, here(p), "expected a time after \"not-before\"");
	pop(p);
}

static void check_site(struct conf_site *s, struct place *p,
		       struct cfg_errors *e)
{
	check_unique(p, UNIQUE_PLAIN("keys", s->keys, s->key_count, cmp_key),
		     e);
	push(p, "keys", 0);
	for (size_t i = 0; i < s->key_count; i++) {
		push(p, NULL, i);
		check_key(p, &s->keys[i], e);
		check_times(p, &s->keys[i], e);
		pop(p);
	}
	pop(p);
}

/* --- EID-prefixes of all sites together --- */

struct site_item {
	const struct conf_site_eid *eid;
	size_t site;
	size_t index;
};

static int compare_site_items(const void *a, const void *b)
{
	const struct site_item *x = a, *y = b;
	int c = cmp_uint(&x->eid->iid, &y->eid->iid);

	return c ? c : prefix_cmp(&x->eid->prefix, &y->eid->prefix);
}

static size_t collect_eids(const struct conf_ms *ms, struct site_item *items)
{
	size_t n = 0;

	for (size_t i = 0; i < ms->site_count; i++) {
		for (size_t j = 0; j < ms->sites[i].eid_count; j++, n++) {
			items[n].eid = &ms->sites[i].eids[j];
			items[n].site = i;
			items[n].index = j;
		}
	}
	return n;
}

static void report_shared(struct place *p, const struct conf_ms *ms,
			  const struct site_item *a, const struct site_item *b,
			  struct cfg_errors *e)
{
	char text[PREFIX_TEXT_MAX];

	push(p, "sites", 0);
	push(p, NULL, b->site);
	element(p, "eids", b->index, "prefix");
	cfg_error(e, here(p), "\"%s\" of iid %llu is also of site \"%s\": "
		  "expected each in one site", prefix_text(&b->eid->prefix, text),
		  (unsigned long long)b->eid->iid, ms->sites[a->site].name);
	element_end(p);
	p->depth -= 2;
}

static void check_site_eids(const struct conf_ms *ms, struct place *p,
			    struct cfg_errors *e)
{
	struct site_item *items;
	size_t n = 0;

	for (size_t i = 0; i < ms->site_count; i++)
		n += ms->sites[i].eid_count;
	items = calloc(n + 1, sizeof(*items));
	if (!items) {
		cfg_error(e, here(p), "out of memory");
		return;
	}
	n = collect_eids(ms, items);
	qsort(items, n, sizeof(*items), compare_site_items);
	for (size_t i = 1; i < n; i++)
		if (!compare_site_items(&items[i - 1], &items[i]))
			report_shared(p, ms, &items[i - 1], &items[i], e);
	free(items);
}

static void check_ms(struct conf_ms *ms, struct place *p,
		     struct cfg_errors *e)
{
	push(p, "map-server", 0);
	check_unique(p, UNIQUE("sites", "name", ms->sites, ms->site_count,
			       name, cmp_string), e);
	push(p, "sites", 0);
	for (size_t i = 0; i < ms->site_count; i++) {
		push(p, NULL, i);
		check_site(&ms->sites[i], p, e);
		pop(p);
	}
	pop(p);
	check_site_eids(ms, p, e);
	pop(p);
}

static void check_mr(const struct conf *c, struct place *p,
		     struct cfg_errors *e)
{
	push(p, "map-resolver", 0);
	if (!c->ms && !c->mr->map_server_count && !c->mr->ddt_root_count)
		cfg_error(e, here(p), "expected \"map-servers\" or "
			  "\"ddt-roots\", as this process is no Map-Server "
			  "itself");
	if (c->mr->map_server_count && c->mr->ddt_root_count)
		cfg_error(e, here(p), "expected either \"map-servers\" or "
			  "\"ddt-roots\"");
	check_unique(p, UNIQUE_PLAIN("map-servers", c->mr->map_servers,
				     c->mr->map_server_count, cmp_addr), e);
	check_unique(p, UNIQUE_PLAIN("ddt-roots", c->mr->ddt_roots,
				     c->mr->ddt_root_count, cmp_addr), e);
	if (c->mr->ddt_security == CONF_DDT_REQUIRE &&
	    c->mr->ddt_root_count && !c->mr->ddt_anchor_count)
		cfg_error(e, here(p), "expected \"ddt-trust-anchors\", as "
			  "signatures are required");
	push(p, "ddt-trust-anchors", 0);
	for (size_t i = 0; i < c->mr->ddt_anchor_count; i++) {
		push(p, NULL, i);
		check_anchor(p, &c->mr->ddt_anchors[i], e);
		pop(p);
	}
	pop(p);
	pop(p);
}

void conf_check(struct conf *c, struct cfg_errors *e)
{
	struct place p;

	place_init(&p);
	if (!c->xtr && !c->ms && !c->mr && !c->ddt)
		cfg_error(e, here(&p), "no role: expected \"xtr\", "
			  "\"map-server\", \"map-resolver\" or \"ddt-node\"");
	check_unique(&p, UNIQUE_PLAIN("listen", c->listen, c->listen_count,
				      cmp_addr), e);
	if (c->xtr)
		check_xtr(c, &p, e);
	if (c->ms)
		check_ms(c->ms, &p, e);
	if (c->mr)
		check_mr(c, &p, e);
	if (c->ddt)
		conf_check_ddt(c, e);
	conf_check_workers(c, e);
}

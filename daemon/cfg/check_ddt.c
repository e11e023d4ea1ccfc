// SPDX-License-Identifier: GPL-2.0-or-later
/* Checks of the role DDT node that concern more than one key. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cfg/check_part.h"
#include "sm/xeidmap.h"

/* Something is wrong with "eid-prefix", or @key, of element @i of @list. */
static void complain(struct cfg_errors *e, const char *list, size_t i,
		     const char *key, const struct xeid *x, const char *what)
{
	struct cfg_path root = { 0 };
	struct cfg_path node = { &root, "ddt-node", 0 };
	struct cfg_path all = { &node, list, 0 };
	struct cfg_path one = { &all, NULL, i };
	struct cfg_path at = { &one, key, 0 };
	char text[XEID_TEXT_MAX];

	cfg_error(e, &at, "\"%s\": %s", xeid_text(x, text), what);
}

static bool is_own(const struct conf_ddt *c, const struct xeid *x)
{
	for (size_t i = 0; i < c->authority_count; i++)
		if (xeid_contains(&c->authorities[i].xeid, x) &&
		    !xeid_equal(&c->authorities[i].xeid, x))
			return true;
	return false;
}

struct entry {
	const struct xeid *xeid;
	const char *list;
	size_t index;
};

static int cmp_entry(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int c = eid_cmp(&x->xeid->eid, &y->xeid->eid);

	if (!c)
		c = x->xeid->iid_len - y->xeid->iid_len;
	if (!c)
		c = strcmp(x->list, y->list);
	return c ? c : (x->index > y->index) - (x->index < y->index);
}

static void find_repeated(struct entry *all, size_t n, struct cfg_errors *e)
{
	qsort(all, n, sizeof(*all), cmp_entry);
	for (size_t i = 1; i < n; i++)
		if (xeid_equal(all[i - 1].xeid, all[i].xeid))
			complain(e, all[i].list, all[i].index, "eid-prefix",
				 all[i].xeid, "expected each once");
}

/* Hints and delegations are looked up together. */
static void check_delegations(const struct conf_ddt *c, struct cfg_errors *e)
{
	struct entry *all = calloc(c->delegation_count + c->hint_count + 1,
				   sizeof(*all));
	size_t n = 0;

	for (size_t i = 0; all && i < c->delegation_count; i++) {
		all[n++] = (struct entry){ &c->delegations[i].xeid,
					   "delegations", i };
		if (!is_own(c, &c->delegations[i].xeid))
			complain(e, "delegations", i, "eid-prefix",
				 &c->delegations[i].xeid, "expected a part of "
				 "what is \"authoritative\"; what is not, "
				 "belongs to \"hints\"");
	}
	for (size_t i = 0; all && i < c->hint_count; i++)
		all[n++] = (struct entry){ &c->hints[i].xeid, "hints", i };
	if (all)
		find_repeated(all, n, e);
	free(all);
}

static void check_authorities(const struct conf *c, struct cfg_errors *e)
{
	const struct conf_ddt *d = c->ddt;
	struct entry *all = calloc(d->authority_count + 1, sizeof(*all));

	for (size_t i = 0; all && i < d->authority_count; i++) {
		const struct conf_ddt_authority *a = &d->authorities[i];

		all[i] = (struct entry){ &a->xeid, "authoritative", i };
		if (!c->ms && (a->peer_count || a->complete))
			complain(e, "authoritative", i, a->peer_count ?
				 "peers" : "complete", &a->xeid, "expected of "
				 "a Map-Server only, which this process is "
				 "not");
	}
	if (all)
		find_repeated(all, d->authority_count, e);
	free(all);
}

/* --- a site within what is delegated: others are asked about it --- */

static void complain_site(struct cfg_errors *e, size_t site, size_t eid,
			  const struct xeid *x, const struct xeid *delegation)
{
	struct cfg_path root = { 0 };
	struct cfg_path ms = { &root, "map-server", 0 };
	struct cfg_path sites = { &ms, "sites", 0 };
	struct cfg_path one = { &sites, NULL, site };
	struct cfg_path eids = { &one, "eids", 0 };
	struct cfg_path row = { &eids, NULL, eid };
	struct cfg_path at = { &row, "prefix", 0 };
	char inner[XEID_TEXT_MAX], outer[XEID_TEXT_MAX];

	cfg_error(e, &at, "\"%s\": expected nothing of what \"delegations\" "
		  "of \"ddt-node\" gives to others, \"%s\"",
		  xeid_text(x, inner), xeid_text(delegation, outer));
}

static void find_sites(const struct conf_ms *ms, const struct xeidmap *given,
		       struct cfg_errors *e)
{
	for (size_t i = 0; i < ms->site_count; i++)
		for (size_t k = 0; k < ms->sites[i].eid_count; k++) {
			const struct conf_site_eid *s = &ms->sites[i].eids[k];
			struct eid eid = eid_make((uint32_t)s->iid, &s->prefix);
			struct xeid x = xeid_of(&eid);
			const struct xeid *d = xeidmap_match(given, &x);

			if (d)
				complain_site(e, i, k, &x, d);
		}
}

static void check_sites(const struct conf_ms *ms, const struct conf_ddt *d,
			struct cfg_errors *e)
{
	const uint8_t seed[16] = { 0 };	/* a file is nobody's attack */
	struct xeidmap given;
	int ret = xeidmap_init(&given, seed);

	for (size_t i = 0; !ret && i < d->delegation_count; i++) {
		ret = xeidmap_add(&given, &d->delegations[i].xeid,
				  &d->delegations[i].xeid);
		if (ret == -EEXIST)	/* has been complained about */
			ret = 0;
	}
	if (ret)
		cfg_error(e, &(struct cfg_path){ 0 }, "out of memory");
	else
		find_sites(ms, &given, e);
	xeidmap_free(&given);
}

void conf_check_ddt(const struct conf *c, struct cfg_errors *e)
{
	check_authorities(c, e);
	check_delegations(c->ddt, e);
	if (c->ms)
		check_sites(c->ms, c->ddt, e);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Checks of the role Map-Server that concern more than one key. */
#include <stdlib.h>

#include "cfg/check_part.h"

static int cmp_key(const void *a, const void *b)
{
	const struct conf_key *x = a, *y = b;

	return x->id != y->id ? conf_cmp_uint(&x->id, &y->id) :
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
		conf_check_key(p, &s->keys[i], e);
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
	int c = conf_cmp_uint(&x->eid->iid, &y->eid->iid);

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

/* Where there is an xTR requests may be its own, and what it knows is one
 * thread's. */
static void check_workers(const struct conf *c, struct place *p,
			  struct cfg_errors *e)
{
	if (!c->xtr || c->ms->workers <= 1)
		return;
	push(p, "workers", 0);
	cfg_error(e, here(p), "found %llu, expected 1 as this process is "
		  "an xTR, too", (unsigned long long)c->ms->workers);
	pop(p);
}

void conf_check_ms(struct conf *c, struct place *p, struct cfg_errors *e)
{
	struct conf_ms *ms = c->ms;

	push(p, "map-server", 0);
	check_unique(p, UNIQUE("sites", "name", ms->sites, ms->site_count,
			       name, conf_cmp_string), e);
	push(p, "sites", 0);
	for (size_t i = 0; i < ms->site_count; i++) {
		push(p, NULL, i);
		check_site(&ms->sites[i], p, e);
		pop(p);
	}
	pop(p);
	check_site_eids(ms, p, e);
	check_workers(c, p, e);
	pop(p);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Registrations: an entry per EID-prefix in a trie, under it a list of
 * registrants, the most recent first; a heap of all by expiry.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sm/util.h"
#include "store/registry.h"

struct registry_node {
	struct registration reg;
	struct heap_node timer;
	struct store_entry *entry;
	struct locator locators[];
};

static struct registry_node *node_of(struct registration *reg)
{
	return container_of(reg, struct registry_node, reg);
}

static bool same_registrant(const struct registrant *a,
			    const struct registrant *b)
{
	return !memcmp(a->ids.xtr_id, b->ids.xtr_id, sizeof(a->ids.xtr_id)) &&
	       a->ids.site_id == b->ids.site_id &&
	       addr_equal(&a->source, &b->source);
}

int registry_init(struct registry *r, size_t max, unsigned int per_entry,
		  const uint8_t seed[16])
{
	memset(r, 0, sizeof(*r));
	r->max = max;
	r->per_entry = per_entry;
	heap_init(&r->expiry);
	return eidmap_init(&r->map, seed);
}

static void drop_entry(void *value, void *arg)
{
	struct store_entry *e = value;
	struct registration *reg;

	while ((reg = e->regs) != NULL) {
		e->regs = reg->next;
		free(node_of(reg));
	}
	free(e);
}

void registry_free(struct registry *r)
{
	eidmap_free(&r->map, drop_entry, NULL);
	memset(r, 0, sizeof(*r));
}

static struct registration **find_reg(struct store_entry *e,
				      const struct registrant *who)
{
	struct registration **at = &e->regs;

	while (*at && !same_registrant(&(*at)->who, who))
		at = &(*at)->next;
	return at;
}

/* --- preparing --- */

static struct store_entry *entry_get(struct registry *r, const struct eid *eid)
{
	struct store_entry *e = eidmap_find(&r->map, eid);

	if (e)
		return e;

	e = calloc(1, sizeof(*e));
	if (!e)
		return NULL;
	e->eid = *eid;
	if (eidmap_add(&r->map, eid, e)) {
		free(e);
		return NULL;
	}
	return e;
}

static void entry_put(struct registry *r, struct store_entry *e)
{
	if (e->regs)
		return;
	eidmap_del(&r->map, &e->eid);
	free(e);
}

static int prepare_one(struct registry *r, const struct store_change *ch,
		       struct registry_node **node)
{
	size_t locs = ch->reg.locator_count * sizeof(struct locator);
	struct registry_node *n = calloc(1, sizeof(*n) + locs);

	if (!n)
		return -ENOMEM;

	n->entry = entry_get(r, &ch->eid);
	if (!n->entry) {
		free(n);
		return -ENOMEM;
	}
	*node = n;

	if (!*find_reg(n->entry, &ch->reg.who) &&
	    n->entry->reg_count >= r->per_entry)
		return -ENOSPC;

	n->reg = ch->reg;
	n->reg.locators = n->locators;
	if (locs)
		memcpy(n->locators, ch->reg.locators, locs);
	heap_node_init(&n->timer);
	return 0;
}

int registry_prepare(struct registry *r, const struct store_batch *b,
		     struct registry_node ***nodes)
{
	int ret = 0;

	*nodes = calloc(b->count + 1, sizeof(**nodes));
	if (!*nodes)
		return -ENOMEM;
	if (r->count + b->count > r->max)
		ret = -ENOSPC;

	for (size_t i = 0; i < b->count && !ret; i++)
		if (!b->changes[i].remove)
			ret = prepare_one(r, &b->changes[i], &(*nodes)[i]);
	if (ret)
		registry_cancel(r, b, nodes);
	return ret;
}

void registry_cancel(struct registry *r, const struct store_batch *b,
		     struct registry_node ***nodes)
{
	for (size_t i = 0; i < b->count; i++) {
		const struct store_change *ch = &b->changes[i];
		struct store_entry *e = eidmap_find(&r->map, &ch->eid);

		if (e)
			entry_put(r, e);
		free((*nodes)[i]);
	}
	free(*nodes);
	*nodes = NULL;
}

/* --- applying --- */

static void remove_at(struct registry *r, struct store_entry *e,
		      struct registration **at)
{
	struct registry_node *n = node_of(*at);

	*at = n->reg.next;
	heap_del(&r->expiry, &n->timer);
	e->reg_count--;
	r->count--;
	free(n);
}

static void apply_put(struct registry *r, struct registry_node *n)
{
	struct store_entry *e = n->entry;
	struct registration **at = find_reg(e, &n->reg.who);

	if (*at) {
		n->reg.registered = (*at)->registered;
		remove_at(r, e, at);
	}

	n->reg.next = e->regs;
	e->regs = &n->reg;
	e->reg_count++;
	r->count++;
	heap_add(&r->expiry, &n->timer, n->reg.expires);
}

static void apply_remove(struct registry *r, const struct store_change *ch)
{
	struct store_entry *e = eidmap_find(&r->map, &ch->eid);
	struct registration **at;

	if (!e)
		return;
	at = find_reg(e, &ch->reg.who);
	if (*at)
		remove_at(r, e, at);
	entry_put(r, e);
}

void registry_apply(struct registry *r, const struct store_batch *b,
		    struct registry_node ***nodes)
{
	for (size_t i = 0; i < b->count; i++)
		if ((*nodes)[i])
			apply_put(r, (*nodes)[i]);
	for (size_t i = 0; i < b->count; i++)
		if (!(*nodes)[i])
			apply_remove(r, &b->changes[i]);
	free(*nodes);
	*nodes = NULL;
}

bool registry_expire(struct registry *r, uint64_t now, struct eid *eid,
		     struct registration *gone)
{
	struct heap_node *h = heap_pop_due(&r->expiry, now);
	struct registry_node *n;
	struct store_entry *e;

	if (!h)
		return false;

	n = container_of(h, struct registry_node, timer);
	e = n->entry;
	*eid = e->eid;
	*gone = n->reg;
	gone->next = NULL;
	gone->locators = NULL;
	gone->locator_count = 0;
	remove_at(r, e, find_reg(e, &n->reg.who));
	entry_put(r, e);
	return true;
}

void registry_review(struct registry *r,
		     bool (*keep)(void *ctx, const struct eid *eid,
				  struct registration *reg), void *ctx)
{
	struct store_entry *e, *next;
	struct registration **at;

	for (e = eidmap_walk(&r->map, NULL); e; e = next) {
		next = eidmap_walk(&r->map, &e->eid);
		for (at = &e->regs; *at; )
			if (keep(ctx, &e->eid, *at))
				at = &(*at)->next;
			else
				remove_at(r, e, at);
		entry_put(r, e);
	}
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What has changed lately at the Map-Server, for a person: no repetitions, only
 * what came, went or moved.
 *
 * EVENTS at most are kept of all EIDs together, which is memory of some 3 MB
 * when they are there, however many EIDs are registered; OF_EID at most of one.
 * What is new takes the place of the oldest of its EID, if that one has its
 * number, or else, if all are there, of the oldest of the site that has most.
 * So who changes all the time makes others forget nothing as long as they have
 * no more than he has.
 */
#include <errno.h>
#include <stdlib.h>

#include "sm/ms_part.h"
#include "sm/reply.h"
#include "sm/util.h"

#define EVENTS	16384
#define OF_EID	16

struct kept {
	struct ms_event event;
	uint64_t number;
	size_t site;
	struct hash_node node;		/* by EID */
	struct kept *older;		/* of the site */
	struct kept *newer;
};

/* One more than there are sites: for EIDs of none. */
struct ms_history_site {
	struct kept *oldest;
	struct kept *newest;
	size_t count;
	struct heap_node most;		/* the fewer, the later it is due */
};

int ms_history_init(struct ms_history *h, size_t sites,
		    const uint8_t seed[16])
{
	h->kept = calloc(EVENTS, sizeof(*h->kept));
	h->sites = calloc(sites + 1, sizeof(*h->sites));
	h->site_count = sites;
	heap_init(&h->most);
	if (!h->kept || !h->sites)
		return -ENOMEM;
	for (size_t i = 0; i <= sites; i++)
		heap_node_init(&h->sites[i].most);
	return hash_init(&h->by_eid, seed);
}

void ms_history_free(struct ms_history *h)
{
	if (h->by_eid.bucket)
		hash_free(&h->by_eid);
	free(h->kept);
	free(h->sites);
}

static void count(struct ms_history *h, struct ms_history_site *s, int change)
{
	s->count += (size_t)change;
	if (s->count)
		heap_update(&h->most, &s->most, UINT64_MAX - s->count);
	else
		heap_del(&h->most, &s->most);
}

static void put_in(struct ms_history *h, struct kept *k, uint64_t hash)
{
	struct ms_history_site *s = &h->sites[k->site];

	k->newer = NULL;
	k->older = s->newest;
	if (s->newest)
		s->newest->newer = k;
	else
		s->oldest = k;
	s->newest = k;
	hash_add(&h->by_eid, &k->node, hash);
	count(h, s, 1);
}

static void take_out(struct ms_history *h, struct kept *k)
{
	struct ms_history_site *s = &h->sites[k->site];

	if (k->older)
		k->older->newer = k->newer;
	else
		s->oldest = k->newer;
	if (k->newer)
		k->newer->older = k->older;
	else
		s->newest = k->older;
	hash_del(&h->by_eid, &k->node);
	count(h, s, -1);
}

static uint64_t hash_of(const struct ms_history *h, const struct eid *eid)
{
	static const struct addr none;
	uint8_t key[LIMIT_KEY_SIZE];

	return hash_key(&h->by_eid, key, limit_key(key, &none, eid));
}

/* The next one in the chain that is of @eid. */
static struct kept *of_eid(struct hash_node *n, const struct eid *eid)
{
	for (; n; n = hash_next(n)) {
		struct kept *k = container_of(n, struct kept, node);

		if (eid_equal(&k->event.eid, eid))
			return k;
	}
	return NULL;
}

/* The oldest of @eid, if there are as many as there may be. */
static struct kept *crowded(const struct ms_history *h, const struct eid *eid,
			    uint64_t hash)
{
	struct kept *oldest = NULL, *k;
	unsigned int n = 0;

	for (k = of_eid(hash_first(&h->by_eid, hash), eid); k;
	     k = of_eid(hash_next(&k->node), eid)) {
		if (!oldest || k->number < oldest->number)
			oldest = k;
		n++;
	}
	return n < OF_EID ? NULL : oldest;
}

static struct kept *oldest_of_most(const struct ms_history *h)
{
	return container_of(heap_peek(&h->most), struct ms_history_site,
			    most)->oldest;
}

static void add(struct ms_history *h, size_t site, const struct ms_event *e)
{
	uint64_t hash = hash_of(h, &e->eid);
	struct kept *k = crowded(h, &e->eid, hash);

	if (!k && h->used == EVENTS)
		k = oldest_of_most(h);
	if (k)
		take_out(h, k);
	else
		k = &h->kept[h->used++];
	k->event = *e;
	k->number = h->count++;
	k->site = site;
	put_in(h, k, hash);
}

void ms_history_add(struct ms *ms, const struct site_ref *ref,
		    const struct ms_event *e)
{
	add(&ms->history, ref ? (size_t)(ref->site - ms->cfg->sites) :
	    ms->history.site_count, e);
}

const struct ms_event *ms_history_next(const struct ms *ms,
				       const struct eid *eid, uint64_t *before)
{
	const struct ms_history *h = &ms->history;
	const struct kept *newest = NULL, *k;

	for (k = of_eid(hash_first(&h->by_eid, hash_of(h, eid)), eid); k;
	     k = of_eid(hash_next(&k->node), eid))
		if (k->number < *before &&
		    (!newest || k->number > newest->number))
			newest = k;
	if (!newest)
		return NULL;
	*before = newest->number;
	return &newest->event;
}

/* --- another configuration --- */

static int cmp_number(const void *a, const void *b)
{
	const struct kept *const *x = a, *const *y = b;

	return ((*x)->number > (*y)->number) - ((*x)->number < (*y)->number);
}

/* NULL: out of memory. */
static struct kept **in_order(const struct ms_history *h)
{
	struct kept **all = calloc(h->used + 1, sizeof(struct kept *));

	for (size_t i = 0; all && i < h->used; i++)
		all[i] = &h->kept[i];
	if (all)
		qsort(all, h->used, sizeof(struct kept *), cmp_number);
	return all;
}

/* @own is what came since: few, by the change itself. */
void ms_history_inherit(struct ms *ms, const struct ms *old,
			const struct site *const *heirs)
{
	const struct ms_history own = ms->history;
	struct kept **before = in_order(&old->history);
	struct kept **since = in_order(&own);
	struct ms_history made = { 0 };

	if (before && since &&
	    !ms_history_init(&made, own.site_count, own.by_eid.seed)) {
		for (size_t i = 0; i < old->history.used; i++) {
			size_t k = before[i]->site;
			const struct site *heir =
				k < old->cfg->site_count ? heirs[k] : NULL;

			add(&made, heir ? (size_t)(heir - ms->cfg->sites) :
			    made.site_count, &before[i]->event);
		}
		for (size_t i = 0; i < own.used; i++)
			add(&made, since[i]->site, &since[i]->event);
		ms->history = made;
		made = own;
	}
	ms_history_free(&made);
	free(before);
	free(since);
}

const char *ms_change_name(enum ms_change what)
{
	static const char *const names[] = {
		[MS_CAME] = "registered",
		[MS_CHANGED] = "changed",
		[MS_WITHDRAWN] = "withdrawn",
		[MS_RAN_OUT] = "expired",
		[MS_NOT_ALLOWED] = "not-allowed",
	};

	return names[what];
}

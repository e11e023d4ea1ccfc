// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Another configuration: what the Map-Server of the old one knows beside what
 * is registered (which is the store's, see ms_adopt()): changes for a person to
 * see, counters, how much of its share each site and source has used up, and
 * Map-Notifies that are not acknowledged yet.
 *
 * A site is the same if it has the same name.  What was kept of one that is no
 * more, or of one's key, goes.
 */
#include <stdlib.h>
#include <string.h>

#include "sm/ms_part.h"

static int cmp_name(const void *a, const void *b)
{
	const struct site *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

/* For each site of @old what it is in @ms, NULL: nothing.  Then NULL: out of
 * memory. */
static const struct site **find_heirs(const struct ms *ms,
				      const struct ms *old)
{
	size_t count = ms->cfg->site_count;
	const struct site **sorted = calloc(count + 1, sizeof(*sorted));
	const struct site **heirs = calloc(old->cfg->site_count + 1,
					   sizeof(*heirs));

	for (size_t i = 0; sorted && i < count; i++)
		sorted[i] = &ms->cfg->sites[i];
	if (sorted)
		qsort(sorted, count, sizeof(*sorted), cmp_name);
	for (size_t i = 0; sorted && heirs && i < old->cfg->site_count; i++) {
		const struct site *s = &old->cfg->sites[i];
		const struct site **heir = bsearch(&s, sorted, count,
						   sizeof(*sorted), cmp_name);

		heirs[i] = heir ? *heir : NULL;
	}
	free(sorted);
	return heirs;
}

static void inherit_use(struct site_use *use, const struct site_use *old)
{
	const size_t registered = use->registered;
	uint64_t refused[SITE_REFUSALS];

	memcpy(refused, use->refused, sizeof(refused));
	*use = *old;
	use->registered = registered;
	counters_inherit(use->refused, refused, SITE_REFUSALS);
}

static void inherit_site(struct ms *ms, size_t i, const struct ms *old,
			 size_t k)
{
	inherit_use(&ms->uses[i], &old->uses[k]);
	bucket_inherit(&ms->accepts[i], &old->accepts[k]);
	bucket_inherit(&ms->answers_again[i], &old->answers_again[k]);
	for (unsigned int d = 0; d < old->desk_count; d++) {
		struct ms_desk *desk = &ms->desks[d % ms->desk_count];
		const struct site_desk *from = &old->desks[d].sites[k];
		struct site_desk *to = &desk->sites[i];

		bucket_inherit(&to->verify, &from->verify);
		bucket_inherit(&desk->serves[i], &old->desks[d].serves[k]);
		counters_inherit(to->refused, from->refused, SITE_REFUSALS);
	}
}

static void inherit_desk(const struct ms *ms, struct ms_desk *d,
			 const struct ms *old, struct ms_desk *o)
{
	bucket_inherit(&d->verify, &o->verify);
	bucket_inherit(&d->serve, &o->serve);
	/* Of EIDs of no site. */
	bucket_inherit(&d->serves[ms->cfg->site_count],
		       &o->serves[old->cfg->site_count]);
	limit_inherit(&d->failures, &o->failures);
	limit_inherit(&d->requests, &o->requests);
	limit_inherit(&d->per_eid, &o->per_eid);
	limit_inherit(&d->per_rloc, &o->per_rloc);
	limit_inherit(&d->seen, &o->seen);
	counters_inherit(d->counters, o->counters, MS_COUNT);
}

void ms_inherit(struct ms *ms, struct ms *old)
{
	const struct site **heirs = find_heirs(ms, old);

	bucket_inherit(&ms->accept, &old->accept);
	bucket_inherit(&ms->answer_again, &old->answer_again);
	limit_inherit(&ms->again, &old->again);
	counters_inherit(ms->counters, old->counters, MS_COUNT);
	for (unsigned int i = 0; i < old->desk_count; i++)
		inherit_desk(ms, &ms->desks[i % ms->desk_count], old,
			     &old->desks[i]);
	if (!heirs)
		return;
	for (size_t i = 0; i < old->cfg->site_count; i++)
		if (heirs[i])
			inherit_site(ms, (size_t)(heirs[i] - ms->cfg->sites),
				     old, i);
	ms_history_inherit(ms, old, heirs);
	ms_notify_inherit(ms, old, heirs);
	free(heirs);
}

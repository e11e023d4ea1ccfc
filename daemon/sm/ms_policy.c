// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a site may register, and how much of it.
 *
 * A record is taken whole or refused whole.  One of its locators that the site
 * must not have is a reason to refuse: with that one left out the others would
 * have other ordinals than the ETR believes, and status bits other meanings
 * (RFC 9301 5.5).
 *
 * Registrations are counted for each site and for each of its EID-prefixes,
 * also those taken over from an earlier configuration.  Only one that is new
 * can be one too many.
 */
#include "sm/ms_part.h"

static bool rloc_allowed(const struct site *site, const struct addr *a)
{
	for (size_t i = 0; i < site->rloc_count; i++)
		if (prefix_contains_addr(&site->rlocs[i], a))
			return true;
	return !site->rloc_count;
}

bool ms_rlocs_allowed(const struct site *site, const struct locator *l,
		      unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		if (!rloc_allowed(site, &l[i].addr))
			return false;
	return true;
}

bool ms_site_allows(const struct site_ref *ref, const struct eid *eid)
{
	return ref->eid->more_specifics || eid_equal(&ref->eid->eid, eid);
}

enum site_refusal ms_judge(const struct ms *ms, const struct site *site,
			   const struct map_record *rec,
			   const struct site_ref **ref)
{
	*ref = rec->foreign ? NULL : ms_site_of(ms, &rec->eid);
	if (!*ref || (*ref)->site != site || !ms_site_allows(*ref, &rec->eid))
		return SITE_EID;
	if (ms_is_delegated(ms, *ref, &rec->eid))
		return SITE_DELEGATED;
	return !rec->ttl || ms_rlocs_allowed(site, rec->locators,
					     rec->locator_count) ?
		SITE_REFUSALS : SITE_RLOC;
}

static struct site_use *use_of(const struct ms *ms, const struct site *site)
{
	return &ms->uses[site - ms->cfg->sites];
}

bool ms_has_room(const struct ms *ms, const struct site_ref *ref)
{
	const struct site_use *u = use_of(ms, ref->site);

	return (!ref->site->max || u->registered < ref->site->max) &&
	       (!ref->eid->max || ms->rows[ref - ms->refs] < ref->eid->max);
}

void ms_count_new(struct ms *ms, const struct site_ref *ref)
{
	use_of(ms, ref->site)->registered++;
	ms->rows[ref - ms->refs]++;
}

void ms_count_gone(struct ms *ms, const struct site_ref *ref)
{
	if (!ref || !ms->rows[ref - ms->refs])
		return;
	use_of(ms, ref->site)->registered--;
	ms->rows[ref - ms->refs]--;
}

void ms_note_refusal(struct ms *ms, const struct site *site,
		     enum site_refusal why)
{
	use_of(ms, site)->refused[why]++;
}

bool ms_site_at(const struct ms *ms, size_t i, struct site_view *v)
{
	if (i >= ms->cfg->site_count)
		return false;

	v->site = &ms->cfg->sites[i];
	v->use = ms->uses[i];
	for (unsigned int d = 0; d < ms->desk_count; d++)
		for (unsigned int k = 0; k < SITE_REFUSALS; k++)
			v->use.refused[k] += counter_read(
				&ms->desks[d].sites[i].refused[k]);
	return true;
}

const char *site_refusal_name(enum site_refusal why)
{
	static const char *const names[] = {
		[SITE_LIMITED] = "limited",
		[SITE_KEY] = "key",
		[SITE_KEY_TIME] = "key-time",
		[SITE_REPLAYED] = "replayed",
		[SITE_OLD_VERSION] = "old-version",
		[SITE_EID] = "eid",
		[SITE_DELEGATED] = "delegated",
		[SITE_RLOC] = "rloc",
		[SITE_REPEATED] = "repeated",
		[SITE_FULL] = "full",
		[SITE_STORE] = "store",
		[SITE_REFUSALS] = "none",
	};

	return names[why];
}

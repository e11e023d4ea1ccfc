// SPDX-License-Identifier: GPL-2.0-or-later
/* Whose an EID is: of a site, delegated to others, nobody's; and how far the
 * nobody's around it reaches. */
#include "sm/ddt.h"
#include "sm/ms_part.h"

const struct site_ref *ms_site_of(const struct ms *ms, const struct eid *eid)
{
	return eidmap_match(&ms->sites, eid);
}

/* The longest says; of equals the site. */
bool ms_is_delegated(const struct ms *ms, const struct site_ref *ref,
		     const struct eid *eid)
{
	const struct ddt_delegation *g;
	struct xeid x, own;

	if (!ms->delegations || xeidmap_is_empty(ms->delegations))
		return false;
	x = xeid_of(eid);
	g = xeidmap_match(ms->delegations, &x);
	if (!g || !ref)
		return g != NULL;
	own = xeid_of(&ref->eid->eid);
	return xeid_bits(&g->xeid) > xeid_bits(&own);
}

/* What is delegated and contains the prefix contains the address as well. */
enum ms_owner ms_owner_of(const struct ms *ms, const struct eid *asked,
			  const struct eid *host, const struct site_ref **ref)
{
	*ref = ms_site_of(ms, asked);
	if (!*ref)
		*ref = ms_site_of(ms, host);
	if (ms_is_delegated(ms, *ref, host))
		return MS_OWNER_OTHERS;
	return *ref ? MS_OWNER_SITE : MS_OWNER_NOBODY;
}

bool ms_serves(const struct ms *ms, const struct request_record *rec)
{
	struct eid host = request_host(rec);
	const struct site_ref *ref;

	return ms_owner_of(ms, &rec->eid, &host, &ref) == MS_OWNER_SITE;
}

bool ms_has_others(const struct ms *ms, const struct site_ref *ref,
		   const struct eid *eid)
{
	const struct xeidmap *d = ms->delegations;

	return (d && d->eids.count && eidmap_next(&d->eids, eid, eid)) ||
	       (ref->has_others && eidmap_next(&ms->sites, eid, eid));
}

/* Each of the three begins where the one before it had to stop. */
struct prefix ms_hole(const struct ms *ms, const struct eid *host,
		      unsigned int floor)
{
	const struct sm_ops *ops = ms->ops;
	struct prefix p = host->prefix;
	struct xeid x;

	eidmap_gap(&ms->sites, host->iid, &host->prefix.addr, floor, &p);
	ops->store->gap(ops->store_arg, host->iid, &host->prefix.addr, p.len,
			&p);
	if (!ms->delegations)
		return p;
	x = xeid_of(&(struct eid){ .iid = host->iid, .prefix = p });
	xeidmap_gap(ms->delegations, &(struct xeid){
		.eid = *host, .iid_len = XEID_IID_BITS }, xeid_bits(&x), &x);
	return x.eid.prefix;
}

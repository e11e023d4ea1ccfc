// SPDX-License-Identifier: GPL-2.0-or-later
/* The simulator's data plane; see plane.h. */
#include <string.h>

#include "plane.h"

#define REPORT_EVERY	1000	/* ms */

struct plane_map *plane_find(struct plane *p, const struct eid *eid)
{
	for (size_t i = 0; i < PLANE_MAPS; i++)
		if (p->maps[i].present && eid_equal(&p->maps[i].eid, eid))
			return &p->maps[i];
	return NULL;
}

struct plane_map *plane_match(struct plane *p, const struct eid *host)
{
	struct plane_map *best = NULL;

	for (size_t i = 0; i < PLANE_MAPS; i++) {
		struct plane_map *m = &p->maps[i];

		if (m->present && eid_contains(&m->eid, host) &&
		    (!best || m->eid.prefix.len > best->eid.prefix.len))
			best = m;
	}
	return best;
}

unsigned int plane_count(const struct plane *p)
{
	unsigned int n = 0;

	for (size_t i = 0; i < PLANE_MAPS; i++)
		n += p->maps[i].present;
	return n;
}

bool plane_rloc_down(const struct plane *p, const struct addr *a)
{
	for (size_t i = 0; i < p->down_count; i++)
		if (addr_equal(&p->down[i], a))
			return true;
	return false;
}

void plane_rloc(struct plane *p, const struct addr *a, bool up)
{
	for (size_t i = 0; i < p->down_count; i++)
		if (addr_equal(&p->down[i], a))
			p->down[i--] = p->down[--p->down_count];
	if (!up && p->down_count < PLANE_DOWN)
		p->down[p->down_count++] = *a;
}

/* The first of those of the best priority that are in use. */
static const struct locator *pick(const struct plane *p,
				  const struct plane_map *m)
{
	const struct locator *best = NULL;

	for (unsigned int i = 0; i < m->locator_count; i++) {
		const struct locator *l = &m->locators[i];

		if ((l->flags & LOCATOR_REACHABLE) &&
		    !plane_rloc_down(p, &l->addr) &&
		    (!best || l->priority < best->priority))
			best = l;
	}
	return best;
}

static enum plane_fate forward(struct plane *p, uint64_t now,
			       struct plane_map *m)
{
	const struct locator *l = pick(p, m);

	m->used = true;
	m->last_used = now;
	if (l) {
		p->last_rloc = l->addr;
		p->sent++;
		return PLANE_SENT;
	}
	if (!m->locator_count && m->action == MAP_NATIVELY_FORWARD)
		return PLANE_NATIVE;
	p->dropped++;
	return PLANE_DROPPED;
}

static void release(struct plane *p, uint64_t now, struct plane_map *m)
{
	for (size_t i = 0; i < PLANE_HELD; i++) {
		struct plane_held *h = &p->held[i];
		struct eid host = eid_host(h->iid, &h->dst);

		if (!h->present || !eid_contains(&m->eid, &host))
			continue;
		h->present = false;
		if (forward(p, now, m) == PLANE_SENT)
			p->held_sent++;
	}
}

void plane_set(struct plane *p, uint64_t now, const struct action_map *a)
{
	struct plane_map *m = plane_find(p, &a->eid);

	for (size_t i = 0; !m && i < PLANE_MAPS; i++)
		if (!p->maps[i].present)
			m = &p->maps[i];
	if (!m)
		return;

	p->sets++;
	*m = (struct plane_map){
		.present = true,
		.eid = a->eid,
		.expires = now + (uint64_t)a->ttl * 1000,
		.action = a->action,
		.version = a->version,
		.locator_count = a->locator_count < PLANE_LOCATORS ?
				 a->locator_count : PLANE_LOCATORS,
		.petr = a->petr,
		.used = m->present && m->used,
		.last_used = m->last_used,
	};
	if (m->locator_count)
		memcpy(m->locators, a->locators,
		       m->locator_count * sizeof(m->locators[0]));
	release(p, now, m);
}

void plane_del(struct plane *p, const struct eid *eid)
{
	struct plane_map *m = plane_find(p, eid);

	p->dels++;
	if (m)
		m->present = false;
}

static void hold(struct plane *p, uint64_t now, uint32_t iid,
		 const struct addr *src, const struct addr *dst)
{
	for (size_t i = 0; i < PLANE_HELD; i++) {
		struct plane_held *h = &p->held[i];

		if (h->present)
			continue;
		*h = (struct plane_held){
			.present = true,
			.iid = iid,
			.src = *src,
			.dst = *dst,
			.since = now,
		};
		return;
	}
	p->held_lost++;
}

enum plane_fate plane_packet(struct plane *p, uint64_t now, uint32_t iid,
			     const struct addr *src, const struct addr *dst)
{
	struct eid host = eid_host(iid, dst);
	struct plane_map *m = plane_match(p, &host);

	if (m)
		return forward(p, now, m);
	hold(p, now, iid, src, dst);
	return PLANE_HELD_BACK;
}

static uint64_t report_due(const struct plane_held *h)
{
	return h->reported ? h->reported + REPORT_EVERY : h->since;
}

struct plane_held *plane_miss(struct plane *p, uint64_t now)
{
	if (!p->owner)
		return NULL;

	for (size_t i = 0; i < PLANE_HELD; i++) {
		struct plane_held *h = &p->held[i];

		if (h->present && report_due(h) <= now) {
			h->reported = now;
			return h;
		}
	}
	return NULL;
}

bool plane_expire(struct plane *p, uint64_t now, struct eid *eid)
{
	if (!p->owner)
		return false;

	for (size_t i = 0; i < PLANE_MAPS; i++) {
		struct plane_map *m = &p->maps[i];

		if (m->present && m->expires <= now) {
			m->present = false;
			*eid = m->eid;
			return true;
		}
	}
	return false;
}

uint64_t plane_due(const struct plane *p)
{
	uint64_t due = UINT64_MAX;

	if (!p->owner)
		return due;

	for (size_t i = 0; i < PLANE_MAPS; i++)
		if (p->maps[i].present && p->maps[i].expires < due)
			due = p->maps[i].expires;
	for (size_t i = 0; i < PLANE_HELD; i++)
		if (p->held[i].present && report_due(&p->held[i]) < due)
			due = report_due(&p->held[i]);
	return due;
}

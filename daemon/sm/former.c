// SPDX-License-Identifier: GPL-2.0-or-later
/* Changes of our own mappings while the daemon was not there; see former.h. */
#include <stdlib.h>
#include <string.h>

#include "sm/former.h"
#include "sm/register.h"

#define GONE_MAX	1000000

void former_init(struct former *f, const struct xtr_config *cfg,
		 const struct sm_ops *ops, struct database *db)
{
	*f = (struct former){ .cfg = cfg, .ops = ops, .db = db };
}

void former_free(struct former *f)
{
	free(f->gone);
	f->gone = NULL;
	f->count = f->room = 0;
}

/* --- what was there --- */

static bool has(const struct locator *list, unsigned int n,
		const struct locator *l)
{
	for (unsigned int i = 0; i < n; i++)
		if (addr_equal(&list[i].addr, &l->addr))
			return list[i].priority == l->priority &&
			       list[i].weight == l->weight &&
			       !((list[i].flags ^ l->flags) &
				 LOCATOR_REACHABLE);
	return false;
}

/* In whatever order. */
static bool same_locators(const struct database *db, const struct locator *l,
			  unsigned int n)
{
	if (n != db->set_count)
		return false;
	for (unsigned int i = 0; i < n; i++)
		if (!has(l, n, &db->set[i]))
			return false;
	return true;
}

/* Without memory, or room, they expire where they are registered. */
static void add_gone(struct former *f, const struct eid *eid)
{
	struct eid *more;

	if (f->count == f->room && f->room < GONE_MAX) {
		more = reallocarray(f->gone, 2 * f->room + 16, sizeof(*more));
		if (!more)
			return;
		f->gone = more;
		f->room = 2 * f->room + 16;
	}
	if (f->count < f->room)
		f->gone[f->count++] = *eid;
}

void former_found(struct former *f, const struct eid *eid,
		  const struct locator *l, unsigned int n)
{
	struct local_eid *own = database_find(f->db, eid);

	f->any = true;
	if (!own)
		add_gone(f, eid);
	else
		own->as_before = same_locators(f->db, l, n);
}

/* --- the start --- */

static int cmp_eid(const void *a, const void *b)
{
	return eid_cmp(a, b);
}

static void tidy(struct former *f)
{
	size_t kept = 0;

	if (f->count)
		qsort(f->gone, f->count, sizeof(*f->gone), cmp_eid);
	for (size_t i = 0; i < f->count; i++)
		if (!kept || !eid_equal(&f->gone[kept - 1], &f->gone[i]))
			f->gone[kept++] = f->gone[i];
	f->count = kept;
}

/* Once, by a registrar of their own; whatever the Map-Servers answer. */
static void withdraw(const struct former *f, uint64_t now,
		     struct actions *acts)
{
	static const uint8_t seed[16];	/* they are ours: nobody's choice */
	struct xtr_config cfg = *f->cfg;
	struct registrar reg = { .peers = NULL };
	struct database db;

	cfg.database = f->gone;
	cfg.database_count = f->count;
	if (database_init(&db, &cfg, seed))
		return;
	for (size_t i = 0; i < db.count; i++)
		db.eids[i].withdrawn = true;
	if (!register_init(&reg, &cfg, f->ops, &db))
		register_leave(&reg, now, acts);
	register_free(&reg);
	database_free(&db);
}

size_t former_start(struct former *f, struct smr *smr, uint64_t now,
		    struct actions *acts)
{
	size_t changed = 0;

	for (size_t i = 0; f->any && i < f->db->count; i++) {
		if (f->db->eids[i].as_before)
			continue;
		smr_on_change(smr, now, &f->db->eids[i].eid);
		changed++;
	}
	tidy(f);
	for (size_t i = 0; i < f->count; i++)
		smr_on_change(smr, now, &f->gone[i]);
	changed += f->count;
	if (f->count && f->db->set_count)
		withdraw(f, now, acts);
	former_free(f);
	return changed;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* The site's own EID-prefixes; see database.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sm/database.h"
#include "wire/map_request.h"

static int cmp_local(const void *a, const void *b)
{
	const struct local_eid *x = a, *y = b;

	return eid_cmp(&x->eid, &y->eid);
}

static int add_eids(struct database *db, const struct xtr_config *cfg)
{
	db->eids = calloc(cfg->database_count + 1, sizeof(*db->eids));
	if (!db->eids)
		return -ENOMEM;

	for (size_t i = 0; i < cfg->database_count; i++)
		db->eids[i].eid = cfg->database[i];
	db->count = cfg->database_count;
	qsort(db->eids, db->count, sizeof(*db->eids), cmp_local);

	for (size_t i = 0; i < db->count; i++) {
		struct local_eid *l = &db->eids[i];
		int ret = eidmap_add(&db->map, &l->eid, l);

		if (ret)
			return ret == -EEXIST ? -EINVAL : ret;
	}
	return 0;
}

/* Our own with all of @flags. */
static void pick(struct database *db, uint16_t flags)
{
	for (unsigned int i = 0; i < db->set_count; i++)
		if (!(db->set[i].flags & LOCATOR_NEIGHBOUR) &&
		    (db->set[i].flags & flags) == flags)
			db->locators[db->locator_count++] = db->set[i];
}

static void pick_usable(struct database *db)
{
	pick(db, LOCATOR_REACHABLE);
	if (!db->locator_count)
		pick(db, 0);
}

static int add_locators(struct database *db, const struct xtr_config *cfg)
{
	if (cfg->rloc_count > ITR_RLOC_MAX)
		return -EINVAL;

	db->set = calloc(cfg->rloc_count + 1, sizeof(*db->set));
	db->locators = calloc(cfg->rloc_count + 1, sizeof(*db->locators));
	if (!db->set || !db->locators)
		return -ENOMEM;

	for (size_t i = 0; i < cfg->rloc_count; i++) {
		db->set[i] = cfg->rlocs[i];
		if (!(db->set[i].flags & LOCATOR_NEIGHBOUR))
			db->set[i].flags |= LOCATOR_LOCAL;
	}
	db->set_count = (uint8_t)cfg->rloc_count;
	locators_sort(db->set, db->set_count);
	pick_usable(db);
	return 0;
}

int database_init(struct database *db, const struct xtr_config *cfg,
		  const uint8_t seed[16])
{
	int ret;

	memset(db, 0, sizeof(*db));
	db->ttl = cfg->mapping_ttl;
	db->version = cfg->map_version;
	ret = eidmap_init(&db->map, seed);
	if (!ret)
		ret = add_eids(db, cfg);
	if (!ret)
		ret = add_locators(db, cfg);
	if (ret)
		database_free(db);
	return ret;
}

void database_free(struct database *db)
{
	eidmap_free(&db->map, NULL, NULL);
	free(db->eids);
	free(db->set);
	free(db->locators);
	memset(db, 0, sizeof(*db));
}

bool database_is_local(const struct database *db, const struct eid *e)
{
	return eidmap_match(&db->map, e) != NULL;
}

struct local_eid *database_find(const struct database *db, const struct eid *e)
{
	return eidmap_find(&db->map, e);
}

static bool same_locators(const struct database *a, const struct database *b)
{
	if (a->set_count != b->set_count)
		return false;
	for (unsigned int i = 0; i < a->set_count; i++)
		if (locator_cmp(&a->set[i], &b->set[i]) ||
		    a->set[i].priority != b->set[i].priority ||
		    a->set[i].weight != b->set[i].weight ||
		    a->set[i].flags != b->set[i].flags)
			return false;
	return true;
}

bool database_same_mapping(const struct database *a, const struct database *b)
{
	return a->ttl == b->ttl && a->version == b->version &&
	       same_locators(a, b);
}

void database_compare(const struct database *a, const struct database *b,
		      void (*fn)(void *arg, const struct eid *eid), void *arg)
{
	bool same = same_locators(a, b);

	for (size_t i = 0; i < a->count; i++)
		if (!same || !database_find(b, &a->eids[i].eid))
			fn(arg, &a->eids[i].eid);
	for (size_t i = 0; i < b->count; i++)
		if (!database_find(a, &b->eids[i].eid))
			fn(arg, &b->eids[i].eid);
}

void database_record(const struct database *db, const struct eid *eid,
		     struct map_record *rec)
{
	*rec = (struct map_record){
		.ttl = db->ttl,
		.authoritative = true,
		.version = db->version,
		.eid = *eid,
		.locators = db->set,
		.locator_count = db->set_count,
	};
}

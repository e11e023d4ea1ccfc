/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The site's own EID-prefixes and its locator set: what an ETR registers and
 * answers with (RFC 9300 section 3, EID-to-RLOC Database).
 */
#ifndef LISP_SM_DATABASE_H
#define LISP_SM_DATABASE_H

#include "sm/eidmap.h"
#include "sm/xtr.h"

struct local_eid {
	struct eid eid;
	bool withdrawn;			/* deregistered by a person */
	bool as_before;			/* of an earlier run; see former.h */
};

struct database {
	struct eidmap map;		/* EID -> struct local_eid */
	struct local_eid *eids;		/* in order of eid_cmp() */
	size_t count;
	/* The site's in all, sorted, L of our own, R of those that are up: what
	 * records have; and those we can send from, all our own if none is
	 * up. */
	struct locator *set;
	uint8_t set_count;
	struct locator *locators;
	uint8_t locator_count;
	uint32_t ttl;			/* minutes */
	uint16_t version;		/* 0: none */
};

/* 0, -ENOMEM, -EINVAL (an EID twice, not IP, too many locators). */
int database_init(struct database *db, const struct xtr_config *cfg,
		  const uint8_t seed[16]);
void database_free(struct database *db);

/* Is the EID ours: equal to or beneath a prefix of the database? */
bool database_is_local(const struct database *db, const struct eid *e);

/* The entry of which @e is exactly the prefix, NULL. */
struct local_eid *database_find(const struct database *db,
				const struct eid *e);

/* Call @fn for each EID-prefix whose mapping is another in @b than in @a:
 * those of one only, and all when the locators differ. */
void database_compare(const struct database *a, const struct database *b,
		      void (*fn)(void *arg, const struct eid *eid),
		      void *arg);

/* Do the records of an EID-prefix of both say the same? */
bool database_same_mapping(const struct database *a, const struct database *b);

/* Fill in the EID-record of an entry; locators stay the database's. */
void database_record(const struct database *db, const struct eid *eid,
		     struct map_record *rec);

#endif

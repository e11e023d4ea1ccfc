/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * EID-prefix -> pointer, over all instances: a trie per (IID, family), made
 * when its first prefix comes and freed with its last.  Used for the site's
 * database, the map-cache, a Map-Server's configuration and its store.
 *
 * The values are the caller's.  Memory comes from malloc; only eidmap_add()
 * can run out of it.
 */
#ifndef LISP_SM_EIDMAP_H
#define LISP_SM_EIDMAP_H

#include "lib/hash.h"
#include "lib/trie.h"

struct instance;

struct eidmap {
	struct hash_table iids;
	size_t count;		/* prefixes */
	uint32_t iid_count;
	/* The instance found last: mappings of a dump come by instances.  Not
	 * what a map is, so it changes when a map is only read. */
	struct instance *last;
};

/* 0 or -ENOMEM. */
int eidmap_init(struct eidmap *m, const uint8_t seed[16]);

/* Forget all; @drop (may be NULL) is called with each value. */
void eidmap_free(struct eidmap *m, void (*drop)(void *value, void *arg),
		 void *arg);

/* 0, -EEXIST, -ENOMEM, -EINVAL (not an IP EID). */
int eidmap_add(struct eidmap *m, const struct eid *e, void *value);

/* The value taken out, NULL if it was not there. */
void *eidmap_del(struct eidmap *m, const struct eid *e);

/* Exactly @e; longest that covers @e or equals it; longest that covers it and
 * is shorter.  NULL: none. */
void *eidmap_find(const struct eidmap *m, const struct eid *e);
void *eidmap_match(const struct eidmap *m, const struct eid *e);
void *eidmap_cover(const struct eidmap *m, const struct eid *e);

/* Prefixes held of one instance. */
size_t eidmap_iid_count(const struct eidmap *m, uint32_t iid);

/* Values within @within in prefix order, itself included.  @after NULL: the
 * first; else the first one after @after, which need not be held. */
void *eidmap_next(const struct eidmap *m, const struct eid *within,
		  const struct eid *after);

/* Over everything, in order of eid_cmp().  Costs a look at every instance
 * where one ends: for display. */
void *eidmap_walk(const struct eidmap *m, const struct eid *after);

/* As trie_gap(): the hole around @a.  An empty instance gives @floor bits. */
int eidmap_gap(const struct eidmap *m, uint32_t iid, const struct addr *a,
	       unsigned int floor, struct prefix *gap);

#endif

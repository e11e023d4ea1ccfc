/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * EID-prefix -> pointer, over all instances: a trie per (IID, family), made
 * when its first prefix comes and freed with its last; a trie of instances
 * leads to them.  Used for the site's database, the map-cache, a Map-Server's
 * configuration and its store.
 *
 * The values are the caller's.  Memory comes from @pool; only eidmap_add() can
 * run out of it.  Readers beside one writer: see trie.h; looking up changes
 * nothing.
 */
#ifndef LISP_SM_EIDMAP_H
#define LISP_SM_EIDMAP_H

#include "lib/hash.h"
#include "lib/trie.h"

struct instance;

struct eidmap {
	struct trie iids;
	size_t count;		/* prefixes */
	uint32_t iid_count;
	/* The instance used last by the writer: a message is of one, a dump
	 * comes by instances. */
	struct instance *last;
	struct pool pool;
};

/* @m must stay where it is.  0 or -ENOMEM. */
int eidmap_init(struct eidmap *m, const uint8_t seed[16]);

/* Forget all; @drop (may be NULL) is called with each value. */
void eidmap_free(struct eidmap *m, void (*drop)(void *value, void *arg),
		 void *arg);

/* Octets of @pool that one more needs at most. */
#define EIDMAP_ADD_MAX	(2 * TRIE_ADD_MAX + 128)

/* 0, -EEXIST, -ENOMEM, -EINVAL (not an IP EID). */
int eidmap_add(struct eidmap *m, const struct eid *e, void *value);

/* The value taken out, NULL if it was not there. */
void *eidmap_del(struct eidmap *m, const struct eid *e);

/* Exactly @e; longest that covers @e or equals it; longest that covers it and
 * is shorter.  NULL: none. */
void *eidmap_find(const struct eidmap *m, const struct eid *e);
void *eidmap_match(const struct eidmap *m, const struct eid *e);
void *eidmap_cover(const struct eidmap *m, const struct eid *e);

/* As trie_warm(), for EIDs of any instances, at most TRIE_WARM_MAX. */
void eidmap_warm(const struct eidmap *m, const struct eid *eids, size_t n,
		 const void **values);

/* Prefixes held of one instance. */
size_t eidmap_iid_count(const struct eidmap *m, uint32_t iid);

/* Values within @within in prefix order, itself included.  @after NULL: the
 * first; else the first one after @after, which is within @within and need not
 * be held. */
void *eidmap_next(const struct eidmap *m, const struct eid *within,
		  const struct eid *after);

/* Over everything, in order of eid_cmp(). */
void *eidmap_walk(const struct eidmap *m, const struct eid *after);

/* As trie_gap(): the hole around @a.  An empty instance gives @floor bits. */
int eidmap_gap(const struct eidmap *m, uint32_t iid, const struct addr *a,
	       unsigned int floor, struct prefix *gap);

/*
 * The same, as the trie's nodes, for who wants no copy of the EID in each
 * value: a node says all of it but the instance.  As long as the EID is held a
 * node stays where it is.
 */
struct trie_node *eidmap_add_node(struct eidmap *m, const struct eid *e,
				  void *value, int *err);
struct trie_node *eidmap_find_node(const struct eidmap *m,
				   const struct eid *e);
struct trie_node *eidmap_match_node(const struct eidmap *m,
				    const struct eid *e);
struct trie_node *eidmap_next_node(const struct eidmap *m,
				   const struct eid *within,
				   const struct eid *after);
struct trie_node *eidmap_walk_node(const struct eidmap *m,
				   const struct eid *after, uint32_t *iid);

/* As trie_each(), in order of eid_cmp(); @iid is that of the node. */
bool eidmap_each(const struct eidmap *m, const struct eid *after,
		 bool (*fn)(void *arg, struct trie_node *n, uint32_t iid),
		 void *arg);

/* As trie_add_near(): @near is zero at first, and whenever any was taken out
 * or added otherwise. */
struct eidmap_near {
	struct trie *t;
	struct trie_path path;
};

struct trie_node *eidmap_add_near(struct eidmap *m, struct eidmap_near *near,
				  const struct eid *e, void *value, int *err);

#endif

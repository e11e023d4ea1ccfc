/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Longest-prefix-match trie of one address family.
 *
 * Maps a prefix to a non-NULL pointer that the caller owns.  Whoever needs
 * several instances (IID x family) keeps one trie each: an empty trie has no
 * memory beyond the struct.  Every operation costs at most one step per four
 * bits of the key (8 or 32), each of which is a cache line or two, whatever
 * the number of prefixes; a step is left out where nothing branches.
 *
 * Memory comes from a pool (NULL: from malloc): about 20 octets a prefix for
 * branching and a struct trie_node; only trie_add() can run out of it.
 *
 * One writer at a time.  Readers need no lock against it: what they can reach
 * is complete, and is never changed but for single pointers.  The pool's
 * retire() then has to keep what was taken out until the readers are through.
 *
 * A struct trie_node handed out stays valid until its own prefix is deleted,
 * whatever else is added or deleted in between.
 */
#ifndef LISP_LIB_TRIE_H
#define LISP_LIB_TRIE_H

#include "lib/pool.h"
#include "lib/prefix.h"

/* A prefix held. */
struct trie_node {
	void *value;
	uint8_t len;
	uint8_t family;		/* enum addr_family */
	uint8_t bytes[];	/* 4 or 16, by family */
};

struct trie {
	uintptr_t root;		/* 0: empty */
	struct pool *pool;
	size_t count;		/* prefixes held */
	uint8_t family;		/* enum addr_family */
};

void trie_init(struct trie *t, enum addr_family family, struct pool *pool);

/* Free all nodes; no reader may be there.  @drop, if given, is called with
 * each value. */
void trie_clear(struct trie *t, void (*drop)(void *value, void *arg),
		void *arg);

/* Octets of memory that a trie_add() needs at most, for pool_reserve(). */
#define TRIE_ADD_MAX	(32 + 2 * 272)

/* 0, -EEXIST, -ENOMEM, or -EINVAL (other family, NULL value).  The node of @p
 * in *@node, if that is given. */
int trie_add(struct trie *t, const struct prefix *p, void *value,
	     struct trie_node **node);

/*
 * The same for many of which each is near the one before: @path has the way to
 * that one, and what they have in common is not gone again.  Begin with one
 * that is zero, and again whenever a prefix was taken out.  With -EEXIST in
 * *@err: the node that is there.
 */
struct trie_path {
	unsigned int len;
	uintptr_t *at[33];		/* links that lead to forks */
};

struct trie_node *trie_add_near(struct trie *t, struct trie_path *path,
				const struct prefix *p, void *value, int *err);

/* Exchange the value of a prefix that is there.  The old one, or NULL. */
void *trie_replace(struct trie *t, const struct prefix *p, void *value);

/* Take @p out and return its value, NULL if it was not there. */
void *trie_del(struct trie *t, const struct prefix *p);

/* --- look-ups; all return NULL when there is nothing --- */

/* Exactly @p. */
struct trie_node *trie_find(const struct trie *t, const struct prefix *p);

/* Longest that covers @p or equals it; with a host prefix: best match. */
struct trie_node *trie_match(const struct trie *t, const struct prefix *p);
struct trie_node *trie_match_addr(const struct trie *t, const struct addr *a);

/*
 * Look-ups of @n addresses (TRIE_WARM_MAX at most) are to come: have what they
 * will touch fetched into the processor's cache, a step of all of them at a
 * time, so that they wait for memory together instead of one after the other.
 * @values: what is held for the addresses as hosts, as far as the way there
 * tells; only to be fetched in turn.  May be wrong, changes nothing.
 */
#define TRIE_WARM_MAX	64
void trie_warm(const struct trie *t, const struct addr *keys, size_t n,
	       const void **values);

/* Longest that covers @p and is shorter than it. */
struct trie_node *trie_cover(const struct trie *t, const struct prefix *p);

/* Is there any prefix that @p covers or equals (or, _below: only covers)? */
bool trie_any_within(const struct trie *t, const struct prefix *p);
bool trie_any_below(const struct trie *t, const struct prefix *p);

static inline void *trie_value(const struct trie_node *n)
{
	return __atomic_load_n(&n->value, __ATOMIC_ACQUIRE);
}

/* What it points to must be complete. */
static inline void trie_set_value(struct trie_node *n, void *value)
{
	__atomic_store_n(&n->value, value, __ATOMIC_RELEASE);
}

struct prefix trie_prefix(const struct trie_node *n);

/* --- walks in prefix_cmp() order: less specific first --- */

/*
 * All prefixes inside @within (NULL: all), itself included if it is held:
 *
 *	for (n = trie_first(t, p); n; n = trie_next(t, n, p))
 *
 * To delete on the way, fetch the next node before deleting.
 */
struct trie_node *trie_first(const struct trie *t, const struct prefix *within);
struct trie_node *trie_next(const struct trie *t, const struct trie_node *n,
			    const struct prefix *within);

/* First one strictly after @p in order, whether or not @p is held: resumes a
 * dump that was interrupted, even if things changed meanwhile. */
struct trie_node *trie_after(const struct trie *t, const struct prefix *p);

/* The same among those inside @within, which covers @p or equals it; what is
 * beside @within is not touched. */
struct trie_node *trie_after_within(const struct trie *t,
				    const struct prefix *p,
				    const struct prefix *within);

/*
 * All prefixes after @after (NULL: all) to @fn until it says that it has
 * enough (true); the quickest way to see very many.  Only who has enough may
 * have changed the trie.
 */
bool trie_each(const struct trie *t, const struct prefix *after,
	       bool (*fn)(void *arg, struct trie_node *n), void *arg);

/*
 * The hole around an address: the least specific prefix that contains @a, is
 * not shorter than @floor bits, and overlaps none of the prefixes held other
 * than those that contain @a themselves.  (RFC 9301 8.1: what a negative
 * Map-Reply answers with.)  With several tries call it for each in turn and
 * pass the length found as the next floor.  After a trie_del() that found no
 * memory it may be more specific than that, until something changes there.
 * 0, or -EINVAL when family or @floor do not fit.
 */
int trie_gap(const struct trie *t, const struct addr *a, unsigned int floor,
	     struct prefix *gap);

#endif

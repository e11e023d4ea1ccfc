// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cursor.h"
#include "sm/util.h"
#include "store/nonces.h"

#define LAST_KEY_SIZE	(16 + 8 + 17 + 8)

#define DROP_TRIES	16	/* how many are looked at for one to drop */

/* All registrants of one key. */
struct group {
	struct hash_node node;
	struct heap_node size;		/* the largest is due first */
	uint64_t tag;
	size_t count;
	struct nonce_list list;
	bool has_floor;
	uint64_t floor;
};

enum { IN_ALL, IN_GROUP, LISTS };

struct last {
	struct hash_node node;
	struct group *group;
	struct {
		struct last *older;
		struct last *newer;
	} at[LISTS];
	struct nonce_key key;
	struct nonce_state state;
	uint64_t touched;		/* n->clock then */
};

/* --- lists by last use --- */

static void list_del(struct nonce_list *list, int which, struct last *l)
{
	struct last *older = l->at[which].older, *newer = l->at[which].newer;

	*(newer ? &newer->at[which].older : &list->recent) = older;
	*(older ? &older->at[which].newer : &list->oldest) = newer;
}

static void list_add(struct nonce_list *list, int which, struct last *l)
{
	l->at[which].newer = NULL;
	l->at[which].older = list->recent;
	*(list->recent ? &list->recent->at[which].newer : &list->oldest) = l;
	list->recent = l;
}

/* Whoever walks goes on with the next one. */
static void leave(struct nonces *n, struct last *l)
{
	if (n->walk == l)
		n->walk = l->at[IN_ALL].newer;
	list_del(&n->all, IN_ALL, l);
}

static void touch(struct nonces *n, struct last *l)
{
	l->touched = ++n->clock;
	leave(n, l);
	list_add(&n->all, IN_ALL, l);
	list_del(&l->group->list, IN_GROUP, l);
	list_add(&l->group->list, IN_GROUP, l);
}

/* --- groups --- */

static struct group *find_group(const struct nonces *n, uint64_t tag)
{
	struct hash_node *h = hash_first(&n->groups, hash_key(&n->groups, &tag,
							      sizeof(tag)));

	while (h && container_of(h, struct group, node)->tag != tag)
		h = hash_next(h);
	return h ? container_of(h, struct group, node) : NULL;
}

static struct group *get_group(struct nonces *n, uint64_t tag)
{
	struct group *g = find_group(n, tag);

	if (g)
		return g;
	g = calloc(1, sizeof(*g));
	if (!g)
		return NULL;
	g->tag = tag;
	heap_node_init(&g->size);
	heap_add(&n->largest, &g->size, UINT64_MAX);
	hash_add(&n->groups, &g->node, hash_key(&n->groups, &tag,
						sizeof(tag)));
	return g;
}

static void resize(struct nonces *n, struct group *g, int by)
{
	g->count += by;
	heap_update(&n->largest, &g->size, UINT64_MAX - g->count);
}

bool nonces_floor(const struct nonces *n, uint64_t tag, uint64_t *floor)
{
	struct group *g = find_group(n, tag);

	if (!g || !g->has_floor)
		return false;
	*floor = g->floor;
	return true;
}

static void raise_floor(struct nonces *n, struct group *g, uint64_t nonce)
{
	if (g->has_floor && g->floor >= nonce)
		return;
	journal_floor(n->journal, g->tag, nonce);
	g->has_floor = true;
	g->floor = nonce;
}

/* --- registrants --- */

static uint64_t hash_last(const struct nonces *n, const struct nonce_key *k)
{
	uint8_t key[LAST_KEY_SIZE];

	memcpy(key, k->who.ids.xtr_id, 16);
	memcpy(key + 16, &k->who.ids.site_id, 8);
	memcpy(key + 24, &k->who.source, 17);
	memcpy(key + 41, &k->tag, 8);
	return hash_key(&n->table, key, sizeof(key));
}

static struct last *find_last(const struct nonces *n,
			      const struct nonce_key *k)
{
	struct hash_node *h = hash_first(&n->table, hash_last(n, k));

	for (; h; h = hash_next(h)) {
		struct last *l = container_of(h, struct last, node);

		if (l->key.tag == k->tag &&
		    registrant_equal(&l->key.who, &k->who))
			return l;
	}
	return NULL;
}

static struct last *new_last(struct nonces *n, const struct nonce_key *k)
{
	struct group *g = get_group(n, k->tag);
	struct last *l = g ? calloc(1, sizeof(*l)) : NULL;

	if (!l)
		return NULL;
	l->key = *k;
	l->group = g;
	l->touched = ++n->clock;
	list_add(&n->all, IN_ALL, l);
	list_add(&g->list, IN_GROUP, l);
	resize(n, g, 1);
	hash_add(&n->table, &l->node, hash_last(n, k));
	return l;
}

static void free_last(struct nonces *n, struct last *l)
{
	hash_del(&n->table, &l->node);
	leave(n, l);
	list_del(&l->group->list, IN_GROUP, l);
	resize(n, l->group, -1);
	free(l);
}

/* --- dropping --- */

/* The one not heard of for longest whose registrations are over at @now. */
static struct last *idle(const struct nonce_list *list, int which,
			 uint64_t now)
{
	struct last *l = list->oldest;

	for (int i = 0; l && i < DROP_TRIES; i++, l = l->at[which].newer)
		if (l->state.until <= now)
			return l;
	return NULL;
}

/* Whom to drop so that @g can have one more; NULL: nobody. */
static struct last *whom_to_drop(const struct nonces *n, const struct group *g,
				 uint64_t now)
{
	struct heap_node *first = heap_peek(&n->largest);
	const struct group *largest;
	struct last *l;

	if (g && g->count >= n->max_per_key)
		return idle(&g->list, IN_GROUP, now);

	largest = first ? container_of(first, struct group, size) : NULL;
	l = largest ? idle(&largest->list, IN_GROUP, now) : NULL;
	return l ? l : idle(&n->all, IN_ALL, now);
}

/* What is lost, there is a nonce to compare with. */
static void drop(struct nonces *n, struct last *l)
{
	raise_floor(n, l->group, l->state.nonce);
	journal_drop(n->journal, &l->key);
	free_last(n, l);
	n->dropped++;
}

static int make_room(struct nonces *n, uint64_t tag, uint64_t now)
{
	const struct group *g = find_group(n, tag);
	struct last *l;

	if (n->table.count < n->max && (!g || g->count < n->max_per_key))
		return 0;
	l = whom_to_drop(n, g, now);
	if (!l)
		return -ENOSPC;
	drop(n, l);
	return 0;
}

/* --- life --- */

int nonces_init(struct nonces *n, struct journal *journal, size_t max,
		size_t max_per_key, const uint8_t seed[16])
{
	int ret;

	memset(n, 0, sizeof(*n));
	n->journal = journal;
	n->max = max;
	n->max_per_key = max_per_key;
	heap_init(&n->largest);

	ret = hash_init(&n->table, seed);
	if (!ret)
		ret = hash_init(&n->groups, seed);
	if (ret)
		nonces_free(n);
	return ret;
}

void nonces_free(struct nonces *n)
{
	struct hash_node *h;

	while (n->all.oldest)
		free_last(n, n->all.oldest);
	while (n->groups.count && (h = hash_walk_first(&n->groups)) != NULL) {
		hash_del(&n->groups, h);
		free(container_of(h, struct group, node));
	}
	if (n->table.bucket)
		hash_free(&n->table);
	if (n->groups.bucket)
		hash_free(&n->groups);
	memset(n, 0, sizeof(*n));
}

const struct nonce_state *nonces_find(const struct nonces *n,
				      const struct nonce_key *key)
{
	struct last *l = find_last(n, key);

	return l ? &l->state : NULL;
}

/* --- a new last one --- */

static void set_last(struct nonces *n, struct last *l,
		     const struct nonce_state *state)
{
	uint64_t until = l->state.until;

	l->state = *state;
	/* An earlier Map-Register may have registered for longer. */
	if (l->state.until < until)
		l->state.until = until;
	touch(n, l);
}

int nonces_set(struct nonces *n, const struct nonce_key *key,
	       const struct nonce_state *state)
{
	struct last *l = find_last(n, key);
	int ret = 0;

	if (!l)
		ret = make_room(n, key->tag, state->when);
	if (ret)
		return ret;
	if (!l)
		l = new_last(n, key);
	if (!l)
		return -ENOMEM;
	set_last(n, l, state);
	return 0;
}

/* --- from and to a snapshot --- */

int nonces_load(struct nonces *n, const struct nonce_key *key,
		const struct nonce_state *state)
{
	struct last *l = find_last(n, key);

	if (!l)
		l = new_last(n, key);
	if (!l)
		return -ENOMEM;
	set_last(n, l, state);
	return 0;
}

void nonces_forget(struct nonces *n, const struct nonce_key *key)
{
	struct last *l = find_last(n, key);

	if (l)
		free_last(n, l);
}

int nonces_load_floor(struct nonces *n, uint64_t tag, uint64_t floor)
{
	struct group *g = get_group(n, tag);

	if (!g)
		return -ENOMEM;
	g->has_floor = true;
	g->floor = floor;
	return 0;
}

bool nonces_floors(const struct nonces *n,
		   bool (*fn)(void *arg, uint64_t tag, uint64_t floor),
		   void *arg)
{
	struct hash_node *h;

	for (h = hash_walk_first(&n->groups); h;
	     h = hash_walk_next(&n->groups, h)) {
		const struct group *g = container_of(h, struct group, node);

		if (g->has_floor && !fn(arg, g->tag, g->floor))
			return false;
	}
	return true;
}

void nonces_walk(struct nonces *n)
{
	n->walk = n->all.oldest;
	n->walk_end = n->clock;
}

const struct nonce_state *nonces_walk_next(struct nonces *n,
					   struct nonce_key *key)
{
	struct last *l = n->walk;

	if (!l || l->touched > n->walk_end)
		return NULL;
	n->walk = l->at[IN_ALL].newer;
	*key = l->key;
	return &l->state;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Token buckets by key, in a bounded number of slots; see limit.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sm/limit.h"
#include "sm/util.h"

struct limit_slot {
	struct hash_node node;		/* hash of the key is the key */
	struct bucket bucket;
	struct limit_slot *older;
	struct limit_slot *newer;
};

int limit_init(struct limit *l, const struct limit_config *cfg,
	       const uint8_t seed[16])
{
	memset(l, 0, sizeof(*l));
	l->size = cfg->slots;
	l->each = cfg->each;
	bucket_init(&l->all, cfg->all.interval_us, cfg->all.burst);
	return hash_init(&l->table, seed);
}

void limit_free(struct limit *l)
{
	struct limit_slot *s, *older;

	for (s = l->recent; s; s = older) {
		older = s->older;
		free(s);
	}
	hash_free(&l->table);
	memset(l, 0, sizeof(*l));
}

static void unlink_slot(struct limit *l, struct limit_slot *s)
{
	*(s->newer ? &s->newer->older : &l->recent) = s->older;
	*(s->older ? &s->older->newer : &l->oldest) = s->newer;
}

static void link_recent(struct limit *l, struct limit_slot *s)
{
	s->newer = NULL;
	s->older = l->recent;
	*(l->recent ? &l->recent->newer : &l->oldest) = s;
	l->recent = s;
}

/* A new one, or the oldest; NULL: there is no memory for the first. */
static struct limit_slot *take_slot(struct limit *l)
{
	struct limit_slot *s = l->used < l->size ? calloc(1, sizeof(*s)) :
		NULL;

	if (s) {
		l->used++;
		return s;
	}
	s = l->oldest;
	if (!s)
		return NULL;
	hash_del(&l->table, &s->node);
	unlink_slot(l, s);
	l->evicted++;
	return s;
}

static struct limit_slot *find_slot(struct limit *l, uint64_t hash)
{
	struct hash_node *n = hash_first(&l->table, hash);
	struct limit_slot *s;

	if (n) {
		s = container_of(n, struct limit_slot, node);
		unlink_slot(l, s);
	} else {
		s = take_slot(l);
		if (!s)
			return NULL;
		bucket_init(&s->bucket, l->each.interval_us, l->each.burst);
		hash_add(&l->table, &s->node, hash);
	}
	link_recent(l, s);
	return s;
}

bool limit_take(struct limit *l, const void *key, size_t len, uint64_t now)
{
	struct limit_slot *s = find_slot(l, hash_key(&l->table, key, len));

	/* The key's own bucket first: what it refuses must not cost others. */
	return s && bucket_take(&s->bucket, now) && bucket_take(&l->all, now);
}

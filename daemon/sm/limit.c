// SPDX-License-Identifier: GPL-2.0-or-later
/* Token buckets by key, in a fixed number of slots; see limit.h. */
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
	int ret;

	memset(l, 0, sizeof(*l));
	l->slots = calloc(cfg->slots, sizeof(*l->slots));
	if (!l->slots)
		return -ENOMEM;

	ret = hash_init(&l->table, seed);
	if (ret)
		goto free_slots;

	l->size = cfg->slots;
	l->each = cfg->each;
	bucket_init(&l->all, cfg->all.interval_us, cfg->all.burst);
	return 0;

free_slots:
	free(l->slots);
	l->slots = NULL;
	return ret;
}

void limit_free(struct limit *l)
{
	if (!l->slots)
		return;
	hash_free(&l->table);
	free(l->slots);
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

static struct limit_slot *take_slot(struct limit *l)
{
	struct limit_slot *s;

	if (l->used < l->size)
		return &l->slots[l->used++];

	s = l->oldest;
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
	return bucket_take(&s->bucket, now) && bucket_take(&l->all, now);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Token buckets by key, in a bounded number of slots; see limit.h. */
#include <stdlib.h>
#include <string.h>

#include "sm/limit.h"

#define WAYS		4
#define CACHE_LINE	64

struct limit_slot {
	uint32_t tag;		/* of the hash what is not the place */
	uint32_t used;		/* ms: when last */
	uint64_t full_us;	/* of its bucket; 0: nobody's slot */
};

struct limit_set {
	struct limit_slot slots[WAYS];
};

int limit_init(struct limit *l, const struct limit_config *cfg,
	       const uint8_t seed[16])
{
	memset(l, 0, sizeof(*l));
	memcpy(l->seed, seed, sizeof(l->seed));
	l->ways = cfg->slots < WAYS ? cfg->slots : WAYS;
	l->count = 1;
	while (2 * l->count * WAYS <= cfg->slots)
		l->count *= 2;
	l->each = cfg->each;
	bucket_init(&l->all, cfg->all.interval_us, cfg->all.burst);
	return 0;
}

void limit_free(struct limit *l)
{
	free(l->memory);
	memset(l, 0, sizeof(*l));
}

static bool make_sets(struct limit *l)
{
	uintptr_t at;

	l->memory = calloc(l->count * sizeof(struct limit_set) + CACHE_LINE, 1);
	at = ((uintptr_t)l->memory + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
	l->sets = (struct limit_set *)at;
	return l->memory;
}

/* The slot of @tag, or the one it takes: nobody's, or the oldest. */
static struct limit_slot *find_slot(struct limit *l, struct limit_set *set,
				    uint32_t tag, uint32_t now)
{
	struct limit_slot *best = &set->slots[0];

	for (unsigned int i = 0; i < l->ways; i++) {
		struct limit_slot *s = &set->slots[i];

		if (s->full_us && s->tag == tag)
			return s;
		if (best->full_us && (!s->full_us ||
				      now - s->used > now - best->used))
			best = s;
	}
	l->evicted += best->full_us != 0;
	*best = (struct limit_slot){ .tag = tag };
	return best;
}

static bool take(const struct limit *l, struct limit_slot *s, uint64_t now)
{
	struct bucket b = {
		.full_us = s->full_us,
		.interval_us = l->each.interval_us,
		.burst = l->each.burst ? l->each.burst : 1,
	};
	bool ok = bucket_take(&b, now);

	s->full_us = b.full_us ? b.full_us : 1;
	s->used = (uint32_t)now;
	return ok;
}

static struct limit_set *set_of(const struct limit *l, uint64_t hash)
{
	return &l->sets[hash & (l->count - 1)];
}

uint64_t limit_place(const struct limit *l, const void *key, size_t len)
{
	uint64_t hash = siphash13(l->seed, key, len);

	if (l->memory)
		__builtin_prefetch(set_of(l, hash), 1);
	return hash;
}

bool limit_take_at(struct limit *l, uint64_t place, uint64_t now)
{
	if (!l->memory && !make_sets(l))
		return false;
	/* The key's own bucket first: what it refuses must not cost others. */
	return take(l, find_slot(l, set_of(l, place), (uint32_t)(place >> 32),
				 (uint32_t)now), now) &&
	       bucket_take(&l->all, now);
}

bool limit_take(struct limit *l, const void *key, size_t len, uint64_t now)
{
	return limit_take_at(l, limit_place(l, key, len), now);
}

struct addr limit_source(const struct addr *a)
{
	struct addr s = *a;

	if (s.family == ADDR_IPV6)
		memset(s.bytes + 8, 0, 8);
	return s;
}

bool limit_take_source(struct limit *l, const struct addr *a, uint64_t now)
{
	const struct addr s = limit_source(a);

	return limit_take_addr(l, &s, now);
}

static bool same_rate(const struct limit_rate *a, const struct limit_rate *b)
{
	return a->interval_us == b->interval_us && a->burst == b->burst;
}

void limit_inherit(struct limit *l, struct limit *old)
{
	const struct bucket all = old->all;
	const struct limit mine = *l;

	if (l->count != old->count || l->ways != old->ways ||
	    !same_rate(&l->each, &old->each))
		return;
	*l = *old;
	*old = mine;
	l->all = mine.all;
	bucket_inherit(&l->all, &all);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "walk.h"

/* Somebody who was named, and how much was said to be his. */
struct named {
	struct addr addr;
	int bits;		/* of the prefix; -1: the command line said */
	unsigned int level;	/* questions on the way to here */
};

struct walk {
	struct ask_options *o;
	enum walk_mode mode;
	walk_fn *fn;
	void *arg;
	struct named list[WALK_MAX];
	unsigned int count;
	enum walk_end end;
};

static void name(struct walk *w, const struct addr *a, int bits,
		 unsigned int level)
{
	for (unsigned int i = 0; i < w->count; i++)
		if (addr_equal(&w->list[i].addr, a))
			return;
	if (w->count < WALK_MAX && addr_usable_rloc(a))
		w->list[w->count++] = (struct named){ *a, bits, level };
}

static const struct referral_record *find(const struct map_referral *m,
					  const struct eid *eid)
{
	struct xeid x = xeid_of(eid);

	for (unsigned int i = 0; i < m->record_count; i++)
		if (!m->records[i].foreign &&
		    xeid_contains(&m->records[i].xeid, &x))
			return &m->records[i];
	return NULL;
}

static bool refers(const struct referral_record *r)
{
	return r && (r->action == REFERRAL_NODE || r->action == REFERRAL_MS);
}

/* What the answer says about how it ends, and who comes next. */
static void follow(struct walk *w, const struct named *from,
		   const struct walk_step *s)
{
	const struct referral_record *r = s->record;
	int bits = r ? (int)xeid_bits(&r->xeid) : 0;

	if (r && r->action == REFERRAL_MS_ACK)
		w->end = WALK_ACKNOWLEDGED;
	else if (!refers(r) || s->loop)
		w->end = w->end == WALK_ACKNOWLEDGED ? w->end : WALK_NOTHING;
	else
		for (unsigned int i = 0; i < r->rloc_count; i++)
			name(w, &r->rlocs[i].addr, bits, from->level + 1);
}

static void step(struct walk *w, const struct named *n)
{
	struct walk_step s = { .node = n->addr };
	struct ask_answer answer;
	struct arena arena;

	arena_init(&arena, MSG_ARENA_CAP);
	w->o->resolver = n->addr;
	s.error = ask(w->o, &arena, &answer);
	if (!s.error) {
		s.answer = &answer;
		s.record = find(&answer.referral, &w->o->eid);
		s.loop = refers(s.record) &&
			 (int)xeid_bits(&s.record->xeid) <= n->bits;
	}
	w->fn(w->arg, &s);
	if (w->mode == WALK_ONE)
		w->end = s.error ? WALK_SILENT : WALK_ACKNOWLEDGED;
	else if (!s.error)
		follow(w, n, &s);
	arena_free(&arena);
}

/* Does the walk go on to @n, who was named, after what has been heard? */
static bool goes_on(const struct walk *w, const struct named *n,
		    unsigned int level)
{
	return w->mode == WALK_ALL ||
	       (w->end != WALK_ACKNOWLEDGED && n->level >= level);
}

enum walk_end walk(struct ask_options *o, enum walk_mode mode, walk_fn *fn,
		   void *arg)
{
	struct walk w = {
		.o = o, .mode = mode, .fn = fn, .arg = arg, .end = WALK_SILENT,
	};
	unsigned int level = 0;

	o->ddt = true;
	name(&w, &o->resolver, -1, 0);
	for (unsigned int i = 0; i < w.count; i++) {
		struct named n = w.list[i];

		if (!goes_on(&w, &n, level))
			continue;
		step(&w, &n);
		/* Who was named just now is nearer than his elder siblings. */
		if (w.count && w.list[w.count - 1].level > level)
			level = w.list[w.count - 1].level;
	}
	return w.end;
}

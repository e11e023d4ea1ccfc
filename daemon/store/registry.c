// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Registrations: the node of an EID-prefix in a trie leads to the list of its
 * registrations, the most recent first; all are on a timing wheel.
 *
 * A refresh, which is what nearly all Map-Registers are, only sets the times:
 * the wheel finds out when it comes by.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sm/util.h"
#include "store/registry.h"

#define EXPIRE_MOVES	256	/* registrations looked at in one go */

struct reg_node {
	struct registration reg;
	struct trie_node *node;
	struct wheel_node timer;
};

static struct reg_node *node_of(const struct registration *reg)
{
	return container_of((void *)reg, struct reg_node, reg);
}

static uint64_t timer_due(const struct wheel_node *t)
{
	return container_of((void *)t, struct reg_node, timer)->reg.expires;
}

int registry_init(struct registry *r, size_t max, unsigned int per_entry,
		  const uint8_t seed[16])
{
	int ret;

	memset(r, 0, sizeof(*r));
	r->max = max;
	r->per_entry = per_entry;
	wheel_init(&r->expiry, timer_due);
	ret = eidmap_init(&r->map, seed);
	return ret ? ret : share_init(&r->share, &r->map.pool, seed);
}

static void free_reg(struct registry *r, const struct registration *reg)
{
	share_put_by(&r->share, shared_by_of(reg));
	share_put_rec(&r->share, shared_rec_of(reg));
	pool_retire(&r->map.pool, node_of(reg), sizeof(struct reg_node));
}

static void drop_list(void *value, void *arg)
{
	const struct registration *reg = value, *next;

	for (; reg; reg = next) {
		next = reg->next;
		free_reg(arg, reg);
	}
}

void registry_free(struct registry *r)
{
	r->map.pool.retire = NULL;
	eidmap_free(&r->map, drop_list, r);
	share_free(&r->share);
	memset(r, 0, sizeof(*r));
}

/* --- looking --- */

static const struct registration *find_reg(const struct trie_node *n,
					   const struct registrant *who)
{
	return registration_of(n ? trie_value(n) : NULL, who);
}

static struct eid eid_of(const struct registration *reg)
{
	struct prefix p = trie_prefix(node_of(reg)->node);

	return eid_make(reg->iid, &p);
}

const struct store_entry *registry_entry(const struct trie_node *n,
					 uint32_t iid, struct store_entry *e)
{
	struct prefix p;

	if (!n)
		return NULL;
	p = trie_prefix(n);
	e->eid = eid_make(iid, &p);
	e->regs = trie_value(n);
	return e;
}

static void tell(const struct registry *r, enum store_what what,
		 const struct eid *eid, const struct registration *reg)
{
	if (r->tell)
		r->tell(r->tell_arg, what, eid, reg->by);
}

/* --- preparing --- */

static unsigned int length(const struct trie_node *n)
{
	const struct registration *reg = n ? trie_value(n) : NULL;
	unsigned int count = 0;

	for (; reg; reg = registration_next(reg))
		count++;
	return count;
}

/* What @old or the step before has is as a rule what is needed, too. */
static struct shared_by *need_by(struct registry *r,
				 const struct reg_party *by,
				 const struct registration *old,
				 const struct registry_step *before)
{
	struct shared_by *s = NULL;

	if (before && before->by && same_party(&before->by->by, by))
		s = before->by;
	else if (old && same_party(old->by, by))
		s = shared_by_of(old);
	if (!s)
		return share_by(&r->share, by);
	s->refs++;
	return s;
}

static struct shared_rec *need_rec(struct registry *r,
				   const struct reg_record *rec,
				   const struct registration *old,
				   const struct registry_step *before)
{
	struct shared_rec *s = NULL;

	if (old && same_record(old->rec, rec))
		s = shared_rec_of(old);
	else if (before && before->rec && same_record(&before->rec->rec, rec))
		s = before->rec;
	if (!s)
		return share_rec(&r->share, rec);
	s->refs++;
	return s;
}

static int prepare_one(struct registry *r, const struct store_change *ch,
		       const struct registry_step *before,
		       struct registry_step *step, size_t *fresh)
{
	const struct registration *old;

	step->node = eidmap_find_node(&r->map, &ch->eid);
	old = find_reg(step->node, &ch->reg.by->who);
	if (!old && length(step->node) >= r->per_entry)
		return -ENOSPC;
	*fresh += !old;
	step->by = need_by(r, ch->reg.by, old, before);
	step->rec = need_rec(r, ch->reg.rec, old, before);
	return step->by && step->rec ? 0 : -ENOMEM;
}

int registry_prepare(struct registry *r, const struct store_batch *b,
		     struct registry_step *steps)
{
	size_t fresh = 0;
	int ret = 0;

	if (b->count > STORE_BATCH_MAX)
		return -EINVAL;
	memset(steps, 0, b->count * sizeof(*steps));
	for (size_t i = 0; i < b->count && !ret; i++)
		if (!b->changes[i].remove)
			ret = prepare_one(r, &b->changes[i],
					  i ? &steps[i - 1] : NULL, &steps[i],
					  &fresh);
	if (!ret && fresh && r->count + fresh > r->max)
		ret = -ENOSPC;
	if (!ret && !pool_reserve(&r->map.pool, b->count *
				  (EIDMAP_ADD_MAX + sizeof(struct reg_node))))
		ret = -ENOMEM;
	if (ret)
		registry_cancel(r, b, steps);
	return ret;
}

void registry_cancel(struct registry *r, const struct store_batch *b,
		     struct registry_step *steps)
{
	for (size_t i = 0; i < b->count; i++) {
		share_put_by(&r->share, steps[i].by);
		share_put_rec(&r->share, steps[i].rec);
	}
}

/* --- applying --- */

/* Take it out of its list, in which it is not alone. */
static void unlink_reg(struct trie_node *n, const struct registration *reg)
{
	struct registration *at = trie_value(n);

	if (at == reg) {
		trie_set_value(n, (void *)reg->next);
		return;
	}
	while (at->next != reg)
		at = (struct registration *)at->next;
	registration_set_next(at, reg->next);
}

/* It is in no list any more. */
static void drop_reg(struct registry *r, const struct registration *reg)
{
	wheel_del(&r->expiry, &node_of(reg)->timer);
	r->count--;
	free_reg(r, reg);
}

static void remove_reg(struct registry *r, const struct eid *eid,
		       const struct registration *reg, enum store_what what)
{
	struct trie_node *n = node_of(reg)->node;

	tell(r, what, eid, reg);
	if (trie_value(n) == reg && !reg->next)
		eidmap_del(&r->map, eid);
	else
		unlink_reg(n, reg);
	drop_reg(r, reg);
}

static void set_times(struct registry *r, struct reg_node *n,
		      const struct registration *to)
{
	bool sooner = to->expires < n->reg.expires;

	if (sooner)
		wheel_del(&r->expiry, &n->timer);
	__atomic_store_n(&n->reg.lifetime, to->lifetime, __ATOMIC_RELAXED);
	__atomic_store_n(&n->reg.expires, to->expires, __ATOMIC_RELAXED);
	if (sooner)
		wheel_add(&r->expiry, &n->timer);
}

static struct reg_node *new_reg(struct registry *r,
				const struct store_change *ch,
				const struct registry_step *step)
{
	struct reg_node *n = pool_alloc(&r->map.pool, sizeof(*n));

	if (!n)
		abort();		/* registry_prepare() */
	*n = (struct reg_node){
		.reg = ch->reg,
		.node = step->node,
	};
	n->reg.next = NULL;
	n->reg.by = &step->by->by;
	n->reg.rec = &step->rec->rec;
	n->reg.iid = ch->eid.iid;
	return n;
}

/* At the head of the list, and @old not in it any more. */
static void put_reg(struct registry *r, const struct store_change *ch,
		    struct reg_node *n, const struct registration *old)
{
	const struct registration *head;
	int err;

	if (!n->node) {
		n->node = eidmap_add_node(&r->map, &ch->eid, &n->reg, &err);
		if (!n->node)
			abort();	/* registry_prepare() */
		return;
	}
	head = trie_value(n->node);
	n->reg.next = head == old ? old->next : head;
	trie_set_value(n->node, &n->reg);
	if (old && head != old)
		unlink_reg(n->node, old);
}

/* Other than where it came from, which says nothing about the mapping. */
static bool same_terms(const struct reg_party *a, const struct reg_party *b)
{
	return a->proxy == b->proxy && a->merge == b->merge &&
	       a->want_notify == b->want_notify;
}

static void apply_put(struct registry *r, const struct store_change *ch,
		      struct registry_step *step)
{
	const struct registration *old;
	struct reg_node *n;

	/* The same message may have brought it a moment ago. */
	if (!step->node)
		step->node = eidmap_find_node(&r->map, &ch->eid);
	old = find_reg(step->node, &ch->reg.by->who);
	if (old && old->by == &step->by->by && old->rec == &step->rec->rec &&
	    trie_value(step->node) == old) {
		set_times(r, node_of(old), &ch->reg);
		share_put_by(&r->share, step->by);
		share_put_rec(&r->share, step->rec);
		return;
	}

	n = new_reg(r, ch, step);
	if (old)
		n->reg.registered = old->registered;
	put_reg(r, ch, n, old);
	wheel_add(&r->expiry, &n->timer);
	r->count++;
	if (!old || old->rec != n->reg.rec || !same_terms(old->by, n->reg.by))
		tell(r, old ? STORE_CHANGED : STORE_NEW, &ch->eid, &n->reg);
	if (old)
		drop_reg(r, old);
}

static void apply_remove(struct registry *r, const struct store_change *ch)
{
	const struct registration *reg =
		find_reg(eidmap_find_node(&r->map, &ch->eid),
			 &ch->reg.by->who);

	if (reg)
		remove_reg(r, &ch->eid, reg, STORE_REMOVED);
}

void registry_apply(struct registry *r, const struct store_batch *b,
		    struct registry_step *steps)
{
	for (size_t i = 0; i < b->count; i++)
		if (!b->changes[i].remove)
			apply_put(r, &b->changes[i], &steps[i]);
	for (size_t i = 0; i < b->count; i++)
		if (b->changes[i].remove)
			apply_remove(r, &b->changes[i]);
}

/* 0, -EEXIST (and where it is in step->node), -ENOMEM. */
static int load_new(struct registry *r, struct eidmap_near *near,
		    const struct store_change *ch, struct registry_step *step)
{
	struct reg_node *n = new_reg(r, ch, step);
	int err;

	step->node = eidmap_add_near(&r->map, near, &ch->eid, &n->reg, &err);
	if (err) {
		pool_free(&r->map.pool, n, sizeof(*n));
		return err;
	}
	n->node = step->node;
	step->by->refs++;
	step->rec->refs++;
	wheel_add(&r->expiry, &n->timer);
	r->count++;
	return 0;
}

int registry_load(struct registry *r, struct eidmap_near *near,
		  const struct eid *eid, struct shared_by *by,
		  struct shared_rec *rec, const struct registration *times)
{
	struct registry_step step = { .by = by, .rec = rec };
	struct store_change ch = { .eid = *eid, .reg = *times };
	int ret;

	if (!pool_reserve(&r->map.pool, EIDMAP_ADD_MAX +
			  sizeof(struct reg_node)))
		return -ENOMEM;
	ch.reg.by = &by->by;
	if (r->count < r->max) {
		ret = load_new(r, near, &ch, &step);
		if (ret != -EEXIST)
			return ret;
	} else {
		step.node = eidmap_find_node(&r->map, eid);
	}
	if (!find_reg(step.node, &by->by.who) &&
	    (r->count >= r->max || length(step.node) >= r->per_entry))
		return -ENOSPC;
	by->refs++;
	rec->refs++;
	apply_put(r, &ch, &step);
	return 0;
}

/* --- time --- */

bool registry_expire(struct registry *r, uint64_t now, struct eid *eid,
		     struct reg_party *gone, bool *latest)
{
	struct wheel_node *t = wheel_next(&r->expiry, now, EXPIRE_MOVES);
	const struct registration *reg;
	struct store_entry e;

	if (!t)
		return false;

	reg = &container_of(t, struct reg_node, timer)->reg;
	*eid = eid_of(reg);
	*gone = *reg->by;
	if (latest)
		*latest = registry_entry(eidmap_find_node(&r->map, eid),
					 eid->iid, &e) && e.regs == reg;
	remove_reg(r, eid, reg, STORE_EXPIRED);
	return true;
}

uint64_t registry_due(struct registry *r)
{
	return wheel_due(&r->expiry);
}

/* --- another configuration --- */

/* Whom a party became last: neighbours mostly have the same one. */
struct became {
	const struct reg_party *from;
	struct shared_by *to;		/* with a reference */
};

static bool change_by(struct registry *r, const struct registration *reg,
		      const struct reg_party *to, struct became *last)
{
	struct shared_by *old = shared_by_of(reg), *new;

	if (last->from != reg->by || !same_party(&last->to->by, to)) {
		new = share_by(&r->share, to);
		if (!new)
			return false;
		share_put_by(&r->share, last->to);
		last->from = reg->by;
		last->to = new;
	}
	last->to->refs++;
	__atomic_store_n(&((struct registration *)reg)->by, &last->to->by,
			 __ATOMIC_RELEASE);
	share_put_by(&r->share, old);
	return true;
}

struct review {
	struct registry *r;
	bool (*keep)(void *ctx, const struct eid *eid,
		     const struct registration *reg, struct reg_party *by);
	void *ctx;
	struct became last;
	struct eid at;			/* if it stopped: here */
};

/* Whoever took one out has enough of this walk. */
static bool review_entry(void *arg, struct trie_node *n, uint32_t iid)
{
	const struct registration *reg, *next;
	struct prefix p = trie_prefix(n);
	struct review *v = arg;
	bool gone = false;

	v->at = eid_make(iid, &p);
	for (reg = trie_value(n); reg; reg = next) {
		struct reg_party by = *reg->by;

		next = reg->next;
		if (v->keep(v->ctx, &v->at, reg, &by) &&
		    (same_party(reg->by, &by) ||
		     change_by(v->r, reg, &by, &v->last)))
			continue;
		remove_reg(v->r, &v->at, reg, STORE_FORGOTTEN);
		gone = true;
	}
	return gone;
}

void registry_review(struct registry *r,
		     bool (*keep)(void *ctx, const struct eid *eid,
				  const struct registration *reg,
				  struct reg_party *by), void *ctx)
{
	struct review v = { .r = r, .keep = keep, .ctx = ctx };
	const struct eid *after = NULL;

	while (eidmap_each(&r->map, after, review_entry, &v))
		after = &v.at;
	share_put_by(&r->share, v.last.to);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Signed records of a DDT node; see ddt_sign.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sm/ddt_sign.h"
#include "sm/util.h"

/* Clocks of others may be behind ours. */
#define INCEPTION_BEFORE	3600	/* seconds */

/* A signature with 4096 bits takes 4 ms, with 3072 two, and with half the bits
 * an eighth of that or less: a generous measure, as machines differ. */
#define COST_US		5500
#define COST_SIZE	512

#define SOURCES		4096	/* whose use of their share is known */

/* What each class may take of a thread's time, and at once.  How many
 * delegations and sites there are is configured, and a signature lasts for
 * days; who asks for the rest can do so for ever. */
static const struct {
	unsigned int thousandths;
	unsigned int at_once_us;
} shares[DDT_SIGN_CLASSES] = {
	[DDT_SIGN_DELEGATION] = { 100, 100000 },
	[DDT_SIGN_ACK] = { 100, 100000 },
	[DDT_SIGN_SHARED] = { 40, 40000 },
	[DDT_SIGN_ONCE] = { 10, 10000 },
};

struct ddt_signed {
	struct hash_node node;		/* hash of the plain octets */
	struct ddt_signed *older;
	struct ddt_signed *newer;
	enum ddt_sign_class how;
	uint64_t made;			/* seconds since 1970 */
	uint64_t until;
	size_t plain_len;
	size_t len;
	uint8_t octets[];		/* without signatures, then with */
};

uint64_t ddt_sign_cost(const struct ddt_sign_config *cfg)
{
	uint64_t us = 0;

	for (size_t i = 0; i < cfg->key_count; i++) {
		uint64_t size = cfg->keys[i].size;

		us += COST_US * size * size * size /
		      ((uint64_t)COST_SIZE * COST_SIZE * COST_SIZE);
	}
	return us ? us : 1;
}

static int init_rates(struct ddt_sign *s, const uint8_t seed[16])
{
	uint64_t cost = ddt_sign_cost(s->cfg);
	int ret = 0;

	for (size_t i = 0; i < DDT_SIGN_CLASSES && !ret; i++) {
		uint64_t interval = cost * 1000 / shares[i].thousandths;
		uint64_t burst = shares[i].at_once_us / cost;

		ret = limit_init(&s->rates[i], &(struct limit_config){
			.each = { (uint32_t)(2 * interval),
				  (uint32_t)(burst / 2) },
			.all = { (uint32_t)interval, (uint32_t)burst },
			.slots = SOURCES,
		}, seed);
	}
	return ret;
}

int ddt_sign_init(struct ddt_sign *s, const struct ddt_sign_config *cfg,
		  const struct sm_ops *ops, const uint8_t seed[16])
{
	int ret;

	memset(s, 0, sizeof(*s));
	s->cfg = cfg;
	s->ops = ops;
	if (cfg->key_count > DDT_KEYS_MAX)
		return -EINVAL;
	ret = init_rates(s, seed);
	return ret ? ret : hash_init(&s->records, seed);
}

void ddt_sign_free(struct ddt_sign *s)
{
	struct hash_node *n, *next;

	for (size_t i = 0; i < DDT_SIGN_CLASSES; i++)
		limit_free(&s->rates[i]);
	if (!s->records.bucket)
		return;
	for (n = hash_walk_first(&s->records); n; n = next) {
		next = hash_walk_next(&s->records, n);
		free(container_of(n, struct ddt_signed, node));
	}
	hash_free(&s->records);
	memset(s, 0, sizeof(*s));
}

size_t ddt_sign_room(const struct ddt_sign_config *cfg)
{
	size_t room = 0;

	for (size_t i = 0; i < cfg->key_count; i++)
		room += REFERRAL_SIG_SIZE + cfg->keys[i].size;
	return room;
}

/* --- what is kept --- */

static void unlink_entry(struct ddt_sign *s, struct ddt_signed *e)
{
	struct ddt_sign_list *l = &s->lists[e->how];

	*(e->newer ? &e->newer->older : &l->recent) = e->older;
	*(e->older ? &e->older->newer : &l->oldest) = e->newer;
	l->count--;
}

static void link_recent(struct ddt_sign *s, struct ddt_signed *e)
{
	struct ddt_sign_list *l = &s->lists[e->how];

	e->newer = NULL;
	e->older = l->recent;
	*(l->recent ? &l->recent->newer : &l->oldest) = e;
	l->recent = e;
	l->count++;
}

static void drop(struct ddt_sign *s, struct ddt_signed *e)
{
	hash_del(&s->records, &e->node);
	unlink_entry(s, e);
	free(e);
}

static void keep(struct ddt_sign *s, struct ddt_signed *e, uint64_t hash)
{
	unsigned int max = s->cfg->kept[e->how];

	if (max && s->lists[e->how].count >= max)
		drop(s, s->lists[e->how].oldest);
	link_recent(s, e);
	hash_add(&s->records, &e->node, hash);
}

static struct ddt_signed *find(struct ddt_sign *s, uint64_t hash,
			       const uint8_t *plain, size_t len)
{
	struct hash_node *n;

	for (n = hash_first(&s->records, hash); n; n = hash_next(n)) {
		struct ddt_signed *e = container_of(n, struct ddt_signed, node);

		if (e->plain_len != len || memcmp(e->octets, plain, len))
			continue;
		unlink_entry(s, e);
		link_recent(s, e);
		return e;
	}
	return NULL;
}

static bool is_valid(const struct ddt_signed *e, uint64_t wall)
{
	return wall + INCEPTION_BEFORE >= e->made && wall < e->until;
}

/* A clock that was set back makes a record anew, too. */
static bool is_fresh(const struct ddt_signed *e, uint64_t wall)
{
	return wall >= e->made && wall < e->made + (e->until - e->made) / 2;
}

/* --- another configuration --- */

static bool same_keys(const struct ddt_sign_config *a,
		      const struct ddt_sign_config *b)
{
	if (a->key_count != b->key_count || a->validity != b->validity)
		return false;
	for (size_t i = 0; i < a->key_count; i++) {
		const struct ddt_key *x = &a->keys[i], *y = &b->keys[i];

		if (!x->public_len || x->public_len != y->public_len ||
		    memcmp(x->public, y->public, x->public_len))
			return false;
	}
	return true;
}

static void drop_oldest(struct ddt_sign *s, enum ddt_sign_class how, size_t max)
{
	while (s->lists[how].count > max)
		drop(s, s->lists[how].oldest);
}

void ddt_sign_inherit(struct ddt_sign *s, struct ddt_sign *old,
		      size_t delegations)
{
	const struct ddt_sign mine = *s;

	for (size_t i = 0; i < DDT_SIGN_CLASSES; i++)
		limit_inherit(&s->rates[i], &old->rates[i]);
	if (!same_keys(s->cfg, old->cfg))
		return;
	s->records = old->records;
	old->records = mine.records;
	memcpy(s->lists, old->lists, sizeof(s->lists));
	memcpy(old->lists, mine.lists, sizeof(old->lists));
	for (size_t i = 0; i < DDT_SIGN_CLASSES; i++)
		if (s->cfg->kept[i])
			drop_oldest(s, i, s->cfg->kept[i]);
	if (!s->cfg->kept[DDT_SIGN_DELEGATION])
		drop_oldest(s, DDT_SIGN_DELEGATION, delegations);
}

/* --- signing --- */

static void fill_sections(const struct ddt_sign *s, uint64_t wall,
			  struct referral_record *rec,
			  struct referral_sig sigs[DDT_KEYS_MAX])
{
	for (size_t i = 0; i < s->cfg->key_count; i++)
		sigs[i] = (struct referral_sig){
			.original_ttl = rec->ttl,
			.expiration = (uint32_t)(wall + s->cfg->validity),
			.inception = (uint32_t)(wall - INCEPTION_BEFORE),
			.key_tag = s->cfg->keys[i].tag,
			.algorithm = REFERRAL_RSA_SHA256,
			.len = s->cfg->keys[i].size,
		};
	rec->sigs = sigs;
	rec->sig_count = (uint8_t)s->cfg->key_count;
}

/* Each signature is over the record with all of them zero, as it is at
 * @octets: they are computed elsewhere and put in afterwards. */
static int put_signatures(const struct ddt_sign *s, struct arena *arena,
			  uint8_t *octets, size_t len, uint64_t *computed)
{
	size_t room = ddt_sign_room(s->cfg), at = 0;
	uint8_t *made = arena_alloc(arena, room);

	if (!made)
		return -ENOMEM;
	for (size_t i = 0; i < s->cfg->key_count; i++) {
		const struct ddt_key *k = &s->cfg->keys[i];

		at += REFERRAL_SIG_SIZE;
		if (s->ops->sign_referral(s->ops->arg, k->key, octets, len,
					  made + at, k->size))
			return -EIO;
		++*computed;
		at += k->size;
	}
	at = 0;
	for (size_t i = 0; i < s->cfg->key_count; i++) {
		at += REFERRAL_SIG_SIZE;
		memcpy(octets + len - room + at, made + at,
		       s->cfg->keys[i].size);
		at += s->cfg->keys[i].size;
	}
	return 0;
}

/* What is to be signed, and what it is without signatures. */
struct signing {
	struct ddt_sign *s;
	const struct ddt_sign_task *t;
	uint64_t wall;
	const uint8_t *plain;
	size_t plain_len;
};

static bool may_sign(const struct signing *g)
{
	return limit_take_source(&g->s->rates[g->t->how], g->t->from,
				 g->t->now);
}

static int sign_into(const struct signing *g, uint8_t *octets, size_t len)
{
	struct referral_sig sigs[DDT_KEYS_MAX];
	struct referral_record rec = *g->t->rec;

	fill_sections(g->s, g->wall, &rec, sigs);
	if (referral_record_build(&rec, octets, len) != (int)len)
		return -EIO;
	return put_signatures(g->s, g->t->arena, octets, len, g->t->computed);
}

static int sign_once(const struct signing *g, const uint8_t **octets,
		     size_t *len)
{
	size_t room = g->plain_len + ddt_sign_room(g->s->cfg);
	uint8_t *at;

	if (!may_sign(g))
		return -EAGAIN;
	at = arena_alloc(g->t->arena, room);
	if (!at)
		return -ENOMEM;
	*octets = at;
	*len = room;
	return sign_into(g, at, room);
}

static struct ddt_signed *sign_anew(const struct signing *g)
{
	size_t len = g->plain_len + ddt_sign_room(g->s->cfg);
	struct ddt_signed *e = calloc(1, sizeof(*e) + g->plain_len + len);

	if (!e)
		return NULL;
	e->how = g->t->how;
	e->made = g->wall;
	e->until = g->wall + g->s->cfg->validity;
	e->plain_len = g->plain_len;
	e->len = len;
	memcpy(e->octets, g->plain, g->plain_len);
	if (!sign_into(g, e->octets + g->plain_len, len))
		return e;
	free(e);
	return NULL;
}

/* One that holds: kept, or made now.  While it cannot be renewed the old one
 * does until it expires. */
static int look_up(const struct signing *g, struct ddt_signed **found)
{
	uint64_t hash = hash_key(&g->s->records, g->plain, g->plain_len);
	struct ddt_signed *old = find(g->s, hash, g->plain, g->plain_len);
	struct ddt_signed *e = NULL;
	int ret = -EAGAIN;

	*found = old;
	if (old && is_fresh(old, g->wall))
		return 0;
	if (may_sign(g)) {
		ret = -EIO;
		e = sign_anew(g);
	}
	if (!e)
		return old && is_valid(old, g->wall) ? 0 : ret;
	if (old)
		drop(g->s, old);
	keep(g->s, e, hash);
	*found = e;
	return 0;
}

int ddt_sign_record(struct ddt_sign *s, const struct ddt_sign_task *t,
		    const uint8_t **octets, size_t *len)
{
	size_t plain_len = referral_record_size(t->rec);
	uint8_t *plain = arena_alloc(t->arena, plain_len);
	struct signing g = { s, t, 0, plain, plain_len };
	struct ddt_signed *e;
	int ret;

	if (!plain)
		return -ENOMEM;
	if (referral_record_build(t->rec, plain, plain_len) != (int)plain_len)
		return -EIO;
	*octets = plain;
	*len = plain_len;
	if (!s->cfg->key_count)
		return 0;
	g.wall = s->ops->wall(s->ops->arg);
	if (t->how == DDT_SIGN_ONCE)
		return sign_once(&g, octets, len);
	ret = look_up(&g, &e);
	if (ret)
		return ret;
	*octets = e->octets + e->plain_len;
	*len = e->len;
	return 0;
}

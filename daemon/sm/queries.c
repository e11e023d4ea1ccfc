// SPDX-License-Identifier: GPL-2.0-or-later
/* Requests a DDT client is working on; see queries.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sm/queries.h"
#include "sm/reply.h"
#include "sm/util.h"

struct query_source {
	struct hash_node node;
	struct addr addr;
	unsigned int count;
	struct ddt_query *oldest;
	struct ddt_query *newest;
	struct query_source *prev;	/* with as many queries */
	struct query_source *next;
};

int queries_init(struct queries *p, const struct queries_limits *limits,
		 const uint8_t seed[16])
{
	int ret;

	memset(p, 0, sizeof(*p));
	p->limits = limits;
	heap_init(&p->timers);
	ret = hash_init(&p->nonces, seed);
	if (!ret)
		ret = hash_init(&p->itrs, seed);
	if (!ret)
		ret = hash_init(&p->sources, seed);
	return ret;
}

void queries_free(struct queries *p)
{
	while (p->top)
		queries_del(p, p->levels[p->top]->oldest);
	hash_free(&p->nonces);
	hash_free(&p->itrs);
	hash_free(&p->sources);
	memset(p, 0, sizeof(*p));
}

void queries_inherit(struct queries *p, struct queries *old)
{
	const struct queries_limits *limits = p->limits;
	const struct queries mine = *p;

	*p = *old;
	*old = mine;
	p->limits = limits;
}

/* --- sources --- */

static struct query_source *find_source(const struct queries *p,
					  const struct addr *a)
{
	uint64_t hash = hash_key(&p->sources, a, sizeof(*a));
	struct hash_node *n;

	for (n = hash_first(&p->sources, hash); n; n = hash_next(n)) {
		struct query_source *s =
			container_of(n, struct query_source, node);

		if (addr_equal(&s->addr, a))
			return s;
	}
	return NULL;
}

static struct query_source *add_source(struct queries *p,
					 const struct addr *a)
{
	struct query_source *s = calloc(1, sizeof(*s));

	if (s) {
		s->addr = *a;
		hash_add(&p->sources, &s->node,
			 hash_key(&p->sources, a, sizeof(*a)));
	}
	return s;
}

/* Levels are rings; a level points to the source that joined it first. */
static void leave_level(struct queries *p, struct query_source *s)
{
	if (!s->count)
		return;
	if (p->levels[s->count] == s)
		p->levels[s->count] = s->next == s ? NULL : s->next;
	s->prev->next = s->next;
	s->next->prev = s->prev;
}

static void join_level(struct queries *p, struct query_source *s)
{
	struct query_source *first = p->levels[s->count];

	if (!s->count)
		return;
	s->next = first ? first : s;
	s->prev = first ? first->prev : s;
	s->prev->next = s;
	s->next->prev = s;
	if (!first)
		p->levels[s->count] = s;
}

/* Each step down follows a step up: the loop costs nothing on average. */
static void recount(struct queries *p, struct query_source *s, int by)
{
	leave_level(p, s);
	s->count += (unsigned int)by;
	join_level(p, s);
	if (s->count > p->top)
		p->top = s->count;
	while (p->top && !p->levels[p->top])
		p->top--;
	if (!s->count) {
		hash_del(&p->sources, &s->node);
		free(s);
	}
}

static void link_query(struct queries *p, struct query_source *s,
		       struct ddt_query *q)
{
	q->source = s;
	q->older = s->newest;
	*(s->newest ? &s->newest->newer : &s->oldest) = q;
	s->newest = q;
	recount(p, s, 1);
}

static void unlink_query(struct queries *p, struct ddt_query *q)
{
	struct query_source *s = q->source;

	*(q->newer ? &q->newer->older : &s->newest) = q->older;
	*(q->older ? &q->older->newer : &s->oldest) = q->newer;
	recount(p, s, -1);
}

/* --- queries --- */

/* Who asks (the sender, and where answers go to), and what for. */
static uint64_t itr_hash(const struct queries *p, const struct addr *from,
			 const struct addr *itr, const struct eid *eid)
{
	uint8_t key[LIMIT_KEY_SIZE + sizeof(*itr)];
	size_t len = limit_key(key, from, eid);

	memcpy(key + len, itr, sizeof(*itr));
	return hash_key(&p->itrs, key, len + sizeof(*itr));
}

struct ddt_query *queries_find(const struct queries *p,
			       const struct request *rq)
{
	const struct addr *from = &rq->pkt->from;
	const struct addr *itr = &rq->msg->itr_rlocs[0];
	const struct eid *eid = &rq->msg->records[0].eid;
	struct hash_node *n;

	for (n = hash_first(&p->itrs, itr_hash(p, from, itr, eid)); n;
	     n = hash_next(n)) {
		struct ddt_query *q = container_of(n, struct ddt_query, by_itr);

		if (addr_equal(&q->from, from) && addr_equal(&q->itr, itr) &&
		    eid_equal(&q->eid, eid))
			return q;
	}
	return NULL;
}

int queries_replace(struct ddt_query *q, const struct request *rq)
{
	const struct ecm *e = rq->ecm;
	uint8_t *copy;

	if (e->message_len > QUERIES_MESSAGE_MAX)
		return -EMSGSIZE;
	copy = malloc(e->message_len);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, e->message, e->message_len);
	free((void *)q->ecm.message);
	q->ecm = *e;
	q->ecm.packet = NULL;
	q->ecm.message = copy;
	q->nonce = rq->msg->nonce;
	return 0;
}

static struct ddt_query *new_query(const struct request *rq)
{
	struct ddt_query *q = calloc(1, sizeof(*q));

	if (!q || queries_replace(q, rq)) {
		free(q);
		return NULL;
	}
	q->from = rq->pkt->from;
	q->itr = rq->msg->itr_rlocs[0];
	q->eid = rq->msg->records[0].eid;
	heap_node_init(&q->timer);
	return q;
}

/* The source that has most loses its oldest. */
static void make_room(struct queries *p)
{
	while (p->top && p->count >= p->limits->all) {
		queries_del(p, p->levels[p->top]->oldest);
		p->evicted++;
	}
}

struct ddt_query *queries_add(struct queries *p, uint64_t now,
			  const struct request *rq)
{
	const struct addr who = limit_source(&rq->pkt->from);
	struct query_source *s = find_source(p, &who);
	struct ddt_query *q;

	if (s && (s->count >= p->limits->each ||
		  s->count >= QUERIES_EACH_MAX))
		return NULL;
	q = new_query(rq);
	if (!q)
		return NULL;
	make_room(p);
	/* Its last query may have been what made room. */
	s = find_source(p, &who);
	if (!s)
		s = add_source(p, &who);
	if (!s) {
		free((void *)q->ecm.message);
		free(q);
		return NULL;
	}
	q->born = now;
	link_query(p, s, q);
	hash_add(&p->itrs, &q->by_itr,
		 itr_hash(p, &q->from, &q->itr, &q->eid));
	p->count++;
	return q;
}

void queries_del(struct queries *p, struct ddt_query *q)
{
	hash_del(&p->nonces, &q->by_nonce);
	hash_del(&p->itrs, &q->by_itr);
	heap_del(&p->timers, &q->timer);
	unlink_query(p, q);
	referral_set_put(q->set);
	free((void *)q->ecm.message);
	free(q);
	p->count--;
}

/* --- nonces --- */

static struct ddt_query *with_nonce(struct hash_node *n, uint64_t nonce)
{
	for (; n; n = hash_next(n)) {
		struct ddt_query *q = container_of(n, struct ddt_query, by_nonce);

		if (q->asked == nonce)
			return q;
	}
	return NULL;
}

struct ddt_query *queries_first(const struct queries *p, uint64_t nonce)
{
	uint64_t hash = hash_key(&p->nonces, &nonce, sizeof(nonce));

	return with_nonce(hash_first(&p->nonces, hash), nonce);
}

struct ddt_query *queries_next(const struct ddt_query *q)
{
	return with_nonce(hash_next(&q->by_nonce), q->asked);
}

void queries_asked(struct queries *p, struct ddt_query *q, uint64_t nonce)
{
	hash_del(&p->nonces, &q->by_nonce);
	q->asked = nonce;
	hash_add(&p->nonces, &q->by_nonce,
		 hash_key(&p->nonces, &nonce, sizeof(nonce)));
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Soliciting Map-Requests; see smr.h. */
#include <stdlib.h>
#include <string.h>

#include "sm/reply.h"
#include "sm/smr.h"
#include "sm/util.h"

#define SETTLE		1000	/* ms; the Map-Server hears of it first */
#define GAP		3000	/* ms; RFC 9301 6.1 */
#define STEP		100	/* ms between pieces of the walk */
#define PIECE		64	/* entries of the map-cache */
#define LATELY		60	/* s; RFC 9301 6.1 */

/* Something with a timer. */
enum kind { JOB, PEER };

struct timed {
	struct heap_node timer;
	enum kind kind;
};

/* The changes of one instance, and the walk through the map-cache for them. */
struct smr_job {
	struct timed timed;
	struct smr_job *next;
	uint32_t iid;
	struct eid *eids;
	size_t count;
	struct eid at;			/* the walk is behind this one */
	bool begun;
	bool walked;
	size_t peers;			/* not done yet */
};

struct peer {
	struct timed timed;
	struct hash_node node;
	struct smr_job *job;
	struct addr rloc;
	struct eid eid;			/* of theirs, the record */
	unsigned int sent;
};

static const char *const counter_names[SMR_COUNT] = {
	[SMR_CHANGED] = "changed",
	[SMR_SENT] = "sent",
	[SMR_ANSWERED] = "answered",
	[SMR_FULL] = "full",
};

int smr_init(struct smr *s, const struct sm_ops *ops,
	     const struct database *db, const struct cache *cache,
	     const uint8_t seed[16])
{
	static const struct limit_config per_rloc = {
		.each = { .interval_us = GAP * 1000, .burst = 1 },
		.all = { .interval_us = 1000, .burst = 1000 },
		.slots = SMR_PEERS,
	};
	int ret;

	memset(s, 0, sizeof(*s));
	s->ops = ops;
	s->db = db;
	s->cache = cache;
	heap_init(&s->timers);
	ret = hash_init(&s->peers, seed);
	if (!ret)
		ret = limit_init(&s->per_rloc, &per_rloc, seed);
	if (ret)
		smr_free(s);
	return ret;
}

void smr_inherit(struct smr *s, struct smr *old)
{
	struct limit per_rloc = s->per_rloc;

	s->per_rloc = old->per_rloc;
	old->per_rloc = per_rloc;
}

/* --- peers --- */

static uint64_t peer_hash(const struct smr *s, const struct smr_job *job,
			  const struct addr *rloc)
{
	uint8_t key[sizeof(*rloc) + sizeof(job->iid)];

	memcpy(key, rloc, sizeof(*rloc));
	memcpy(key + sizeof(*rloc), &job->iid, sizeof(job->iid));
	return hash_key(&s->peers, key, sizeof(key));
}

static struct peer *find_peer(const struct smr *s, const struct smr_job *job,
			      const struct addr *rloc)
{
	struct hash_node *n = hash_first(&s->peers, peer_hash(s, job, rloc));

	for (; n; n = hash_next(n)) {
		struct peer *p = container_of(n, struct peer, node);

		if (p->job == job && addr_equal(&p->rloc, rloc))
			return p;
	}
	return NULL;
}

static void peer_del(struct smr *s, struct peer *p)
{
	heap_del(&s->timers, &p->timed.timer);
	hash_del(&s->peers, &p->node);
	p->job->peers--;
	free(p);
}

static void peer_add(struct smr *s, struct smr_job *job, uint64_t now,
		     const struct addr *rloc, const struct eid *eid)
{
	struct peer *p;

	if (find_peer(s, job, rloc))
		return;
	p = s->peers.count < SMR_PEERS ? calloc(1, sizeof(*p)) : NULL;
	if (!p) {
		s->counters[SMR_FULL]++;
		return;
	}

	p->timed.kind = PEER;
	p->job = job;
	p->rloc = *rloc;
	p->eid = *eid;
	job->peers++;
	heap_node_init(&p->timed.timer);
	heap_add(&s->timers, &p->timed.timer, now);
	hash_add(&s->peers, &p->node, peer_hash(s, job, rloc));
}

/* --- jobs --- */

static void job_del(struct smr *s, struct smr_job *job)
{
	struct smr_job **at = &s->jobs;

	while (*at != job)
		at = &(*at)->next;
	*at = job->next;
	heap_del(&s->timers, &job->timed.timer);
	s->eids -= job->count;
	free(job->eids);
	free(job);
}

void smr_free(struct smr *s)
{
	struct hash_node *n;

	while (s->peers.bucket && s->peers.count &&
	       (n = hash_walk_first(&s->peers)) != NULL)
		peer_del(s, container_of(n, struct peer, node));
	while (s->jobs)
		job_del(s, s->jobs);
	if (s->peers.bucket)
		hash_free(&s->peers);
	limit_free(&s->per_rloc);
	memset(s, 0, sizeof(*s));
}

/* The job of the instance that has not begun yet. */
static struct smr_job *job_get(struct smr *s, uint64_t now, uint32_t iid)
{
	struct smr_job *job = s->jobs;

	while (job && (job->iid != iid || job->begun))
		job = job->next;
	if (job)
		return job;

	job = calloc(1, sizeof(*job));
	if (!job)
		return NULL;
	job->timed.kind = JOB;
	job->iid = iid;
	job->next = s->jobs;
	s->jobs = job;
	heap_node_init(&job->timed.timer);
	heap_add(&s->timers, &job->timed.timer, now + SETTLE);
	return job;
}

static int job_add(struct smr *s, struct smr_job *job, const struct eid *eid)
{
	struct eid *more;

	if (s->eids >= SMR_EIDS)
		return -1;
	more = reallocarray(job->eids, job->count + 1, sizeof(*more));
	if (!more)
		return -1;
	job->eids = more;
	job->eids[job->count++] = *eid;
	s->eids++;
	return 0;
}

void smr_on_change(struct smr *s, uint64_t now, const struct eid *eid)
{
	struct smr_job *job = job_get(s, now, eid->iid);

	s->counters[SMR_CHANGED]++;
	if (!job || job_add(s, job, eid))
		s->counters[SMR_FULL]++;
}

/* --- the walk --- */

/* The first entry of the instance; IPv4 comes before IPv6. */
static const struct cache_entry *first_entry(const struct cache *c,
					     uint32_t iid)
{
	struct eid all = { .iid = iid };
	const struct cache_entry *e;

	all.prefix.addr.family = ADDR_IPV4;
	e = eidmap_next(&c->map, &all, NULL);
	all.prefix.addr.family = ADDR_IPV6;
	return e ? e : eidmap_next(&c->map, &all, NULL);
}

/* The one after @at; NULL: that was the last of its instance. */
static const struct cache_entry *entry_after(const struct cache *c,
					     const struct eid *at)
{
	const struct cache_entry *e = eidmap_walk(&c->map, at);

	return e && e->eid.iid == at->iid ? e : NULL;
}

static const struct cache_entry *next_entry(const struct smr *s,
					    const struct smr_job *job)
{
	return job->begun ? entry_after(s->cache, &job->at) :
		first_entry(s->cache, job->iid);
}

static void query(const struct eid *eid, struct actions *acts)
{
	struct action *a = action_add(acts, ACTION_MAP_QUERY);

	if (a)
		a->map.eid = *eid;
}

static void walk(struct smr *s, struct smr_job *job, uint64_t now,
		 struct actions *acts)
{
	const struct cache_entry *e = NULL;
	unsigned int n;

	for (int i = 0; i < PIECE && (e = next_entry(s, job)); i++) {
		job->at = e->eid;
		job->begun = true;
		if (cache_locators(s->cache, e, &n))
			query(&e->eid, acts);
	}
	job->begun = true;
	job->walked = !e;
	if (!job->walked)
		heap_update(&s->timers, &job->timed.timer, now + STEP);
	else
		heap_update(&s->timers, &job->timed.timer, now + GAP);
}

/* Walked, and everybody solicited: it is over. */
static void on_job(struct smr *s, struct smr_job *job, uint64_t now,
		   struct actions *acts)
{
	if (!job->walked)
		walk(s, job, now, acts);
	else if (job->peers)
		heap_update(&s->timers, &job->timed.timer, now + GAP);
	else
		job_del(s, job);
}

/* Has the walk been there? */
static bool was_asked(const struct smr_job *job, const struct eid *eid)
{
	return job->begun && job->iid == eid->iid &&
	       eid_cmp(eid, &job->at) <= 0;
}

void smr_on_used(struct smr *s, uint64_t now, const struct eid *eid,
		 bool used, uint32_t age)
{
	const struct cache_entry *e = cache_find(s->cache, eid);
	const struct locator *l;
	unsigned int n;

	if (!used || age > LATELY || !e)
		return;
	/* Proxy ETRs, too: they may well be the proxy ITRs that send to us. */
	l = cache_locators(s->cache, e, &n);
	for (struct smr_job *job = s->jobs; job; job = job->next)
		for (unsigned int i = 0; was_asked(job, eid) && i < n; i++)
			peer_add(s, job, now, &l[i].addr, eid);
}

void smr_on_leave(struct smr *s, uint64_t now, uint32_t iid,
		  const struct cache *was)
{
	const struct cache_entry *e = first_entry(was, iid);
	struct smr_job *job = s->jobs;

	while (job && (job->iid != iid || job->begun))
		job = job->next;
	if (!job)
		return;			/* it had no EIDs */
	for (int n = 0; e && n < SMR_PEERS; n++) {
		for (unsigned int i = 0; i < e->locator_count; i++)
			peer_add(s, job, now + SETTLE, &e->locators[i].addr,
				 &e->eid);
		e = entry_after(was, &e->eid);
	}
}

/* --- soliciting --- */

static const struct addr *source_for(const struct smr *s,
				     const struct addr *to)
{
	for (unsigned int i = 0; i < s->db->locator_count; i++)
		if (s->db->locators[i].addr.family == to->family)
			return &s->db->locators[i].addr;
	return NULL;
}

/* @record: an EID of theirs, as far as we know one. */
static void solicit(struct smr *s, const struct addr *to,
		    const struct eid *record, const struct eid *changed,
		    const struct addr *from, struct actions *acts)
{
	struct addr rlocs[ITR_RLOC_MAX];
	struct request_record rec = { .eid = *record };
	struct lisp_msg m = {
		.type = MSG_TYPE_MAP_REQUEST,
		.request = {
			.flags = MREQ_SMR | MREQ_DONT_REPLY,
			.nonce = s->ops->random(s->ops->arg),
			.source = eid_host(changed->iid,
					   &changed->prefix.addr),
			.itr_rlocs = rlocs,
			.itr_count = s->db->locator_count,
			.records = &rec,
			.record_count = 1,
		},
	};

	for (unsigned int i = 0; i < s->db->locator_count; i++)
		rlocs[i] = s->db->locators[i].addr;
	s->counters[SMR_SENT]++;
	action_send_msg(acts, from, to, LISP_CONTROL_PORT, &m);
}

void smr_on_behind(struct smr *s, uint64_t now, const struct eid *eid,
		   const struct addr *rloc, struct actions *acts)
{
	const struct addr *from = source_for(s, rloc);

	if (from && s->ops->rloc_check(s->ops->arg, rloc) == RLOC_USABLE &&
	    limit_take_addr(&s->per_rloc, rloc, now))
		solicit(s, rloc, eid, eid, from, acts);
}

static void on_peer(struct smr *s, struct peer *p, uint64_t now,
		    struct actions *acts)
{
	const struct addr *from = source_for(s, &p->rloc);

	if (!from || p->sent >= SMR_TRIES * p->job->count ||
	    s->ops->rloc_check(s->ops->arg, &p->rloc) != RLOC_USABLE) {
		peer_del(s, p);
		return;
	}
	heap_update(&s->timers, &p->timed.timer, now + GAP);
	if (!limit_take_addr(&s->per_rloc, &p->rloc, now))
		return;
	solicit(s, &p->rloc, &p->eid,
		&p->job->eids[p->sent++ % p->job->count], from, acts);
}

bool smr_on_time(struct smr *s, uint64_t now, struct actions *acts)
{
	struct heap_node *n = heap_pop_due(&s->timers, now);
	struct timed *t;

	if (!n)
		return false;

	t = container_of(n, struct timed, timer);
	switch (t->kind) {
	case JOB:
		on_job(s, container_of(t, struct smr_job, timed), now, acts);
		break;
	case PEER:
		on_peer(s, container_of(t, struct peer, timed), now, acts);
		break;
	}
	return true;
}

uint64_t smr_due(const struct smr *s)
{
	struct heap_node *n = heap_peek(&s->timers);

	return n ? n->due : UINT64_MAX;
}

/* --- it worked --- */

/* Stop where there is one change only: of several, one request says little. */
void smr_on_request(struct smr *s, const struct request *rq)
{
	const struct map_request *m = rq->msg;

	if (!(m->flags & MREQ_SMR_INVOKED))
		return;
	for (struct smr_job *job = s->jobs; job; job = job->next) {
		if (job->count != 1 ||
		    !eid_contains(&job->eids[0], &m->records[0].eid))
			continue;
		for (unsigned int i = 0; i < m->itr_count; i++) {
			struct peer *p = find_peer(s, job, &m->itr_rlocs[i]);

			if (!p)
				continue;
			s->counters[SMR_ANSWERED]++;
			peer_del(s, p);
		}
	}
}

struct counter_group smr_counters(const struct smr *s)
{
	return (struct counter_group){
		.name = "smr",
		.names = counter_names,
		.values = s->counters,
		.count = SMR_COUNT,
	};
}

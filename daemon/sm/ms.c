// SPDX-License-Identifier: GPL-2.0-or-later
/* The Map-Server: configuration, time, and what is shared by taking
 * registrations (ms_register.c) and serving requests (ms_request.c). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sm/forward.h"
#include "sm/ms_part.h"

static const char *const counter_names[MS_COUNT] = {
	[MS_REGISTERS] = "registers",
	[MS_REGISTER_LIMITED] = "register-limited",
	[MS_VERIFY_LIMITED] = "verify-limited",
	[MS_NO_SITE] = "no-site",
	[MS_BAD_AUTH] = "bad-auth",
	[MS_KEY_TIME] = "key-time",
	[MS_REPLAYED] = "replayed",
	[MS_OLD_VERSION] = "old-version",
	[MS_DUPLICATES] = "duplicates",
	[MS_STORE_FAILED] = "store-failed",
	[MS_RECORDS_ACCEPTED] = "records-accepted",
	[MS_RECORDS_REFUSED] = "records-refused",
	[MS_RECORDS_DELEGATED] = "records-delegated",
	[MS_DEREGISTERED] = "deregistered",
	[MS_EXPIRED] = "expired",
	[MS_NOTIFIES] = "notifies",
	[MS_MOVED] = "moved",
	[MS_UNSOLICITED] = "unsolicited",
	[MS_UNSOLICITED_ACKED] = "unsolicited-acked",
	[MS_UNSOLICITED_LOST] = "unsolicited-lost",
	[MS_BAD_ACK] = "bad-ack",
	[MS_REQUESTS] = "requests",
	[MS_REQUEST_LIMITED] = "request-limited",
	[MS_SITE_LIMITED] = "site-limited",
	[MS_REQUEST_INVALID] = "request-invalid",
	[MS_DELEGATED] = "delegated",
	[MS_NO_ITR_RLOC] = "no-itr-rloc",
	[MS_PROXY_REPLIES] = "proxy-replies",
	[MS_PROXY_FOR_FAMILY] = "proxy-for-family",
	[MS_CUT] = "cut",
	[MS_NEGATIVE_HOLE] = "negative-hole",
	[MS_NEGATIVE_UNREGISTERED] = "negative-unregistered",
	[MS_REPLY_LIMITED] = "reply-limited",
	[MS_FORWARDED] = "forwarded",
	[MS_FORWARD_LOOP] = "forward-loop",
};

/* Those around a row of another site know it. */
static void find_others(struct ms *ms, size_t refs)
{
	for (size_t i = 0; i < refs; i++) {
		const struct site_ref *ref = &ms->refs[i];
		struct site_ref *up;

		for (up = eidmap_cover(&ms->sites, &ref->eid->eid); up;
		     up = eidmap_cover(&ms->sites, &up->eid->eid))
			if (up->site != ref->site)
				up->has_others = true;
	}
}

static int add_sites(struct ms *ms)
{
	size_t n = 0;

	for (size_t i = 0; i < ms->cfg->site_count; i++)
		n += ms->cfg->sites[i].eid_count;
	ms->refs = calloc(n + 1, sizeof(*ms->refs));
	ms->rows = calloc(n + 1, sizeof(*ms->rows));
	if (!ms->refs || !ms->rows)
		return -ENOMEM;

	n = 0;
	for (size_t i = 0; i < ms->cfg->site_count; i++) {
		const struct site *site = &ms->cfg->sites[i];

		for (size_t k = 0; k < site->eid_count; k++) {
			struct site_ref *ref = &ms->refs[n++];
			int ret;

			*ref = (struct site_ref){
				.site = site,
				.eid = &site->eids[k],
				.number = (uint32_t)i,
				.len = site->eids[k].eid.prefix.len,
			};
			ret = eidmap_add(&ms->sites, &ref->eid->eid, ref);
			if (ret)
				return ret == -EEXIST ? -EINVAL : ret;
		}
	}
	find_others(ms, n);
	return 0;
}

static void init_bucket(struct bucket *b, const struct limit_rate *rate)
{
	bucket_init(b, rate->interval_us, rate->burst);
}

/* A bucket for each site and one for what is beyond these.  NULL: out of
 * memory. */
static struct bucket *init_shares(const struct ms *ms,
				  const struct site_rate *rate,
				  struct bucket *beyond)
{
	size_t count = ms->cfg->site_count;
	struct bucket *b = calloc(count + 1, sizeof(*b));
	struct limit_rate share, pool;

	site_rate_split(rate, count, &share, &pool);
	init_bucket(beyond, &pool);
	for (size_t i = 0; b && i < count; i++)
		init_bucket(&b[i], &share);
	return b;
}

/* Who asks for EIDs of no site has what a site has. */
static int init_desk_sites(struct ms *ms, struct ms_desk *d)
{
	const struct ms_limits *l = &ms->cfg->limits;
	size_t count = ms->cfg->site_count + 1;
	struct limit_rate verify, serve, pool;

	d->sites = calloc(count, sizeof(*d->sites));
	d->serves = calloc(count, sizeof(*d->serves));
	if (!d->sites || !d->serves)
		return -ENOMEM;
	site_rate_split(&l->verify, count, &verify, &pool);
	init_bucket(&d->verify, &pool);
	site_rate_split(&l->serve, count, &serve, &pool);
	init_bucket(&d->serve, &pool);
	for (size_t i = 0; i < count; i++) {
		init_bucket(&d->sites[i].verify, &verify);
		init_bucket(&d->serves[i], &serve);
	}
	return 0;
}

static int init_desk(struct ms *ms, struct ms_desk *d, const uint8_t seed[16])
{
	const struct ms_limits *l = &ms->cfg->limits;
	int ret = init_desk_sites(ms, d);

	d->ops = ms->ops;
	if (!ret)
		ret = limit_init(&d->failures, &l->failures, seed);
	if (!ret)
		ret = limit_init(&d->requests, &l->requests, seed);
	if (!ret)
		ret = limit_init(&d->per_eid, &l->per_eid, seed);
	if (!ret)
		ret = limit_init(&d->per_rloc, &l->per_rloc, seed);
	if (!ret)
		ret = limit_init(&d->seen, &forward_limit, seed);
	return ret;
}

static void free_desk(struct ms_desk *d)
{
	free(d->sites);
	free(d->serves);
	limit_free(&d->failures);
	limit_free(&d->requests);
	limit_free(&d->per_eid);
	limit_free(&d->per_rloc);
	limit_free(&d->seen);
}

static int init_desks(struct ms *ms, const uint8_t seed[16])
{
	unsigned int count = ms->cfg->desks ? ms->cfg->desks : 1;
	int ret = 0;

	ms->desks = calloc(count, sizeof(*ms->desks));
	if (!ms->desks)
		return -ENOMEM;
	ms->desk_count = count;
	for (unsigned int i = 0; i < count && !ret; i++)
		ret = init_desk(ms, &ms->desks[i], seed);
	return ret;
}

static int init_shared(struct ms *ms, const uint8_t seed[16])
{
	const struct ms_limits *l = &ms->cfg->limits;

	ms->uses = calloc(ms->cfg->site_count + 1, sizeof(*ms->uses));
	ms->accepts = init_shares(ms, &l->accept, &ms->accept);
	ms->answers_again = init_shares(ms, &l->answer_again,
					&ms->answer_again);
	if (!ms->accepts || !ms->answers_again ||
	    ms_history_init(&ms->history, ms->cfg->site_count, seed))
		return -ENOMEM;
	ms->outstanding = calloc(ms->cfg->site_count + 1,
				 sizeof(*ms->outstanding));
	ms->total = calloc(MS_COUNT, sizeof(*ms->total));
	if (!ms->uses || !ms->outstanding || !ms->total)
		return -ENOMEM;
	return limit_init(&ms->again, &l->again, seed);
}

int ms_init(struct ms *ms, const struct ms_config *cfg,
	    const struct sm_ops *ops, const uint8_t seed[16])
{
	int ret;

	memset(ms, 0, sizeof(*ms));
	if (!ops->store)
		return -EINVAL;

	ms->cfg = cfg;
	ms->ops = ops;
	heap_init(&ms->timers);

	ret = hash_init(&ms->notifies, seed);
	if (!ret)
		ret = hash_init(&ms->told, seed);
	if (!ret)
		ret = eidmap_init(&ms->sites, seed);
	if (!ret)
		ret = add_sites(ms);
	if (!ret)
		ret = init_shared(ms, seed);
	if (!ret)
		ret = init_desks(ms, seed);
	if (ret)
		ms_free(ms);
	return ret;
}

void ms_free(struct ms *ms)
{
	if (ms->notifies.bucket) {
		ms_notify_free(ms);
		hash_free(&ms->notifies);
		hash_free(&ms->told);
	}
	for (unsigned int i = 0; i < ms->desk_count; i++)
		free_desk(&ms->desks[i]);
	free(ms->desks);
	free(ms->outstanding);
	ms_history_free(&ms->history);
	limit_free(&ms->again);
	eidmap_free(&ms->sites, NULL, NULL);
	free(ms->refs);
	free(ms->rows);
	free(ms->uses);
	free(ms->accepts);
	free(ms->answers_again);
	free(ms->total);
	memset(ms, 0, sizeof(*ms));
}

bool registration_same_locators(const struct registration *a,
				const struct registration *b)
{
	if (a->rec->locator_count != b->rec->locator_count)
		return false;
	for (unsigned int i = 0; i < a->rec->locator_count; i++) {
		const struct locator *x = &a->rec->locators[i];
		const struct locator *y = &b->rec->locators[i];

		if (locator_cmp(x, y) || x->priority != y->priority ||
		    x->weight != y->weight || x->flags != y->flags)
			return false;
	}
	return true;
}

/* --- another configuration --- */

struct review {
	struct ms *ms;
	uint64_t now;
	struct actions *acts;
	const struct site_ref *last;	/* NULL, or no site is within it */
};

/* Registrations come in order of EIDs: the next one is mostly of the same. */
static const struct site_ref *site_of(struct review *r, const struct eid *eid)
{
	const struct site_ref *ref = r->last;
	const struct eid *e = ref ? &ref->eid->eid : NULL;

	if (e && e->iid == eid->iid &&
	    prefix_contains(&e->prefix, &eid->prefix))
		return ref;
	ref = ms_site_of(r->ms, eid);
	e = ref ? &ref->eid->eid : NULL;
	r->last = e && !eidmap_next(&r->ms->sites, e, e) ? ref : NULL;
	return ref;
}

const struct sm_key *ms_key_of(const struct site *site, uint64_t tag)
{
	for (size_t i = 0; i < site->key_count; i++)
		if (site->keys[i].tag == tag)
			return &site->keys[i];
	return NULL;
}

static bool adopt(void *ctx, const struct eid *eid,
		  const struct registration *reg, struct reg_party *by)
{
	struct review *r = ctx;
	const struct site_ref *ref = site_of(r, eid);
	const struct sm_key *key = NULL;

	if (ref && ms_site_allows(ref, eid) &&
	    !ms_is_delegated(r->ms, ref, eid) && ms_has_room(r->ms, ref) &&
	    ms_rlocs_allowed(ref->site, reg->rec->locators,
			     reg->rec->locator_count))
		key = ms_key_of(ref->site, by->tag);
	if (key) {
		ms_count_new(r->ms, ref);
		by->site = ref->site->name;
		by->key = key;
		return true;
	}
	action_log_peer(r->acts, LOG_REGISTRATION_GONE, &by->source, eid, 0);
	ms_history_add(r->ms, ref, &(struct ms_event){
		.when = r->now, .eid = *eid, .who = by->who,
		.source = by->source, .what = MS_NOT_ALLOWED });
	return false;
}

void ms_adopt(struct ms *ms, uint64_t now, struct actions *acts)
{
	struct review r = { .ms = ms, .now = now, .acts = acts };

	ms->ops->store->review(ms->ops->store_arg, adopt, &r);
}

/* --- the record a prefix stands for --- */

/* Add the locators of @reg that are not there yet. */
static void merge_locators(struct map_record *rec,
			   const struct reg_record *reg)
{
	for (unsigned int i = 0; i < reg->locator_count; i++) {
		unsigned int k = 0;

		while (k < rec->locator_count &&
		       !addr_equal(&rec->locators[k].addr,
				   &reg->locators[i].addr))
			k++;
		if (k == rec->locator_count && k < LOCATOR_MAX)
			rec->locators[rec->locator_count++] = reg->locators[i];
	}
}

/* Spec ambiguity B30: the shortest TTL. */
static void merge_into(struct map_record *rec, const struct reg_record *reg)
{
	merge_locators(rec, reg);
	if (reg->ttl < rec->ttl)
		rec->ttl = reg->ttl;
}

static size_t locators_of(const struct store_entry *e,
			  const struct registration *extra)
{
	size_t n = extra ? extra->rec->locator_count : 0;

	for (const struct registration *r = e ? e->regs : NULL; r;
	     r = registration_next(r))
		n += r->rec->locator_count;
	return n;
}

int ms_entry_record(const struct store_entry *e, const struct eid *eid,
		    const struct registration *extra, struct arena *arena,
		    struct map_record *rec)
{
	const struct registration *latest = extra ? extra : e->regs;
	const struct registration *r;

	*rec = (struct map_record){
		.ttl = latest->rec->ttl,
		.version = latest->rec->version,
		.eid = *eid,
	};
	rec->locators = arena_array(arena, locators_of(e, extra),
				    sizeof(*rec->locators));
	if (!rec->locators)
		return -ENOMEM;

	merge_into(rec, latest->rec);
	for (r = e ? e->regs : NULL; r && latest->by->merge;
	     r = registration_next(r))
		if (r->by->merge &&
		    !registrant_equal(&r->by->who, &latest->by->who))
			merge_into(rec, r->rec);
	return 0;
}

/* --- time --- */

uint64_t ms_due(const struct ms *ms)
{
	struct heap_node *n = heap_peek(&ms->timers);
	uint64_t store = ms->ops->store->due(ms->ops->store_arg);

	return n && n->due < store ? n->due : store;
}

static bool expire_one(struct ms *ms, uint64_t now, struct actions *acts)
{
	const struct site_ref *ref;
	struct reg_party gone;
	struct action_log *l;
	struct store_entry e;
	struct eid eid;
	bool latest;

	if (!ms->ops->store->expire(ms->ops->store_arg, now, &eid, &gone,
				    &latest))
		return false;

	ms->counters[MS_EXPIRED]++;
	ref = ms_site_of(ms, &eid);
	ms_count_gone(ms, ref);
	ms_history_add(ms, ref, &(struct ms_event){
		.when = now, .eid = eid, .who = gone.who,
		.source = gone.source, .what = MS_RAN_OUT });
	l = action_log(acts, LOG_REGISTRATION_EXPIRED);
	l->site = gone.site;
	l->peer = gone.source;
	l->eid = eid;
	l->has_eid = true;
	/* Another one is answered again, or the merged set is smaller. */
	if (ms->ops->store->find(ms->ops->store_arg, &eid, &e) &&
	    (latest || (gone.merge && e.regs->by->merge)))
		ms_notify_others(ms, now, &e, &gone.who, acts);
	return true;
}

bool ms_on_time(struct ms *ms, uint64_t now, struct actions *acts)
{
	return expire_one(ms, now, acts) || ms_notify_on_time(ms, now, acts);
}

struct counter_group ms_counters(const struct ms *ms)
{
	for (unsigned int k = 0; k < MS_COUNT; k++) {
		ms->total[k] = ms->counters[k];
		for (unsigned int i = 0; i < ms->desk_count; i++)
			ms->total[k] += counter_read(&ms->desks[i].counters[k]);
	}
	return (struct counter_group){
		.name = "map-server",
		.names = counter_names,
		.values = ms->total,
		.count = MS_COUNT,
	};
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* The map-cache as the control plane remembers it; see cache.h. */
#include <stdlib.h>
#include <string.h>

#include "sm/cache.h"
#include "sm/util.h"

#define USED_RECENTLY	60	/* s; spec 02 12, refresh before expiry */
#define STALE_GRACE	60000	/* ms that a stale entry has to be answered */
#define SECOND		1000u	/* ms */
#define LOOK_MIN	(30 * SECOND)	/* no more looks at use after that */
#define LAST_MAX	10000	/* mappings looked at for one RLOC */
#define CLEAR_MAX	1000	/* entries, one event */
#define BENEATH_MAX	1024	/* more-specifics looked at, one reply */

static const char *const state_names[CACHE_STATE_COUNT] = {
	[CACHE_NONE] = "none",
	[CACHE_FRESH] = "fresh",
	[CACHE_QUERIED] = "queried",
	[CACHE_REFRESHING] = "refreshing",
	[CACHE_AGEING] = "ageing",
};

/* What each event makes of an entry, whatever its state, and what it counts;
 * the exceptions are in step(). */
static const struct {
	const char *name;
	enum cache_state next;
	int counter;		/* -1: none */
} events[CACHE_EVENT_COUNT] = {
	[CACHE_ON_INSTALL] = { "installed", CACHE_FRESH, CACHE_INSTALLED },
	[CACHE_ON_FOUND] = { "found", CACHE_FRESH, CACHE_CLAIMED },
	[CACHE_ON_FOUND_STALE] = { "found stale", CACHE_REFRESHING,
				   CACHE_CLAIMED },
	[CACHE_ON_TIME] = { "TTL nearly over", CACHE_QUERIED, -1 },
	[CACHE_ON_USED] = { "in use", CACHE_REFRESHING, CACHE_REFRESHED },
	[CACHE_ON_UNUSED] = { "not in use", CACHE_AGEING, CACHE_AGED },
	[CACHE_ON_EXPIRE] = { "expired", CACHE_NONE, CACHE_EXPIRED },
	[CACHE_ON_GONE] = { "gone", CACHE_NONE, -1 },
	[CACHE_ON_REPLACED] = { "replaced", CACHE_NONE, CACHE_REPLACED },
	[CACHE_ON_WITHDRAWN] = { "withdrawn", CACHE_NONE, -1 },
	[CACHE_ON_CLEAR] = { "cleared", CACHE_NONE, -1 },
	[CACHE_ON_EVICT] = { "evicted", CACHE_NONE, CACHE_EVICTED },
};

static const char *const counter_names[CACHE_COUNT] = {
	[CACHE_INSTALLED] = "installed",
	[CACHE_NEGATIVE] = "negative",
	[CACHE_REPLACED] = "replaced",
	[CACHE_EXPIRED] = "expired",
	[CACHE_REFRESHED] = "refreshed",
	[CACHE_AGED] = "aged",
	[CACHE_CLAIMED] = "claimed",
	[CACHE_SWEPT] = "swept",
	[CACHE_EVICTED] = "evicted",
};

const char *cache_state_name(enum cache_state s)
{
	return state_names[s];
}

static int cmp_petrs(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a;
	uint32_t y = ((const struct xtr_petrs *)b)->iid;

	return (x > y) - (x < y);
}

const struct locator *cache_petrs(const struct cache *c,
				  const struct cache_entry *e, unsigned int *n)
{
	bool native = !e->locator_count &&
		(e->action == MAP_NO_ACTION ||
		 e->action == MAP_NATIVELY_FORWARD);
	const struct xtr_petrs *p = NULL;

	if (native && c->cfg->petrs_count)
		p = bsearch(&e->eid.iid, c->cfg->petrs, c->cfg->petrs_count,
			    sizeof(*p), cmp_petrs);
	*n = p ? (unsigned int)p->count : 0;
	return p ? p->locators : NULL;
}

const struct locator *cache_locators(const struct cache *c,
				     const struct cache_entry *e,
				     unsigned int *n)
{
	if (!e->locator_count)
		return cache_petrs(c, e, n);
	*n = e->locator_count;
	return e->locators;
}

static bool names(const struct locator *l, unsigned int n,
		  const struct addr *a)
{
	for (unsigned int i = 0; i < n; i++)
		if (addr_equal(&l[i].addr, a))
			return true;
	return false;
}

/* Of a mapping, as far as so many of them tell. */
static bool is_last(void *arg, const struct addr *a)
{
	const struct cache *c = arg;
	const struct cache_entry *e = eidmap_walk(&c->map, NULL);

	for (int i = 0; e && i < LAST_MAX; i++) {
		unsigned int n;
		const struct locator *l = cache_locators(c, e, &n);

		if (names(l, n, a) && probe_none_left(c->probe, l, n, a))
			return true;
		e = eidmap_walk(&c->map, &e->eid);
	}
	return false;
}

int cache_init(struct cache *c, const struct xtr_config *cfg,
	       struct probe *probe, const uint8_t seed[16])
{
	memset(c, 0, sizeof(*c));
	c->probe = probe;
	probe->last = is_last;
	probe->last_arg = c;
	c->cfg = cfg;
	c->limits = &cfg->cache;
	heap_init(&c->timers);
	return eidmap_init(&c->map, seed);
}

/* It leads nowhere any more. */
static void entry_empty(struct cache *c, struct cache_entry *e,
			struct actions *acts)
{
	unsigned int n;
	const struct locator *l = cache_locators(c, e, &n);

	probe_del(c->probe, l, n, acts);
	free(e->locators);
}

static void entry_free(struct cache *c, struct cache_entry *e,
		       struct actions *acts)
{
	entry_empty(c, e, acts);
	free(e);
}

static void drop_entry(void *value, void *arg)
{
	entry_free(arg, value, NULL);
}

void cache_free(struct cache *c)
{
	eidmap_free(&c->map, drop_entry, c);
	heap_init(&c->timers);
}

struct cache_entry *cache_find(const struct cache *c, const struct eid *e)
{
	return eidmap_find(&c->map, e);
}

struct cache_entry *cache_match(const struct cache *c, const struct eid *e)
{
	return eidmap_match(&c->map, e);
}

uint64_t cache_due(const struct cache *c)
{
	struct heap_node *n = heap_peek(&c->timers);

	return n ? n->due : UINT64_MAX;
}

/* --- actions --- */

static void act_on_map(struct actions *acts, enum action_type type,
		       const struct eid *eid)
{
	struct action *a = action_add(acts, type);

	if (a)
		a->map.eid = *eid;
}

static void act_set(struct cache *c, uint64_t now, struct cache_entry *e,
		    struct actions *acts)
{
	struct action *a = action_add(acts, ACTION_MAP_SET);
	unsigned int n;
	const struct locator *petrs = cache_petrs(c, e, &n);

	if (!a)
		return;

	a->map = (struct action_map){
		.eid = e->eid,
		.ttl = (uint32_t)((e->expires - now + SECOND - 1) / SECOND),
		.action = e->action,
		.version = e->version,
		.locators = arena_copy(acts->arena, e->locators,
				       e->locator_count * sizeof(*e->locators)),
		.locator_count = e->locator_count,
	};
	if (petrs) {
		a->map.locators = petrs;
		a->map.locator_count = (uint8_t)n;
		a->map.petr = true;
	}
	if (!a->map.locators)
		a->map.locator_count = 0;
	probe_tell(c->probe, a->map.locators, a->map.locator_count, acts);
}

/* --- the transition function --- */

/* Enter the state that @ev leads to: count, log, and free when it is over. */
static void step(struct cache *c, struct cache_entry *e, enum cache_event ev,
		 struct actions *acts)
{
	enum cache_state from = e->state;

	e->state = events[ev].next;
	if (events[ev].counter >= 0)
		c->counters[events[ev].counter]++;
	action_transition(acts, "cache", state_names[from],
			  state_names[e->state], events[ev].name, &e->eid,
			  &e->from);

	if (e->state != CACHE_NONE)
		return;

	heap_del(&c->timers, &e->timer);
	eidmap_del(&c->map, &e->eid);
	entry_free(c, e, acts);
}

/* --- installing --- */

/* Make room: the entry whose turn comes first goes. */
static void evict(struct cache *c, struct actions *acts)
{
	struct heap_node *n = heap_peek(&c->timers);
	struct cache_entry *e = container_of(n, struct cache_entry, timer);

	action_log_peer(acts, LOG_CACHE_FULL, NULL, &e->eid, c->map.count);
	act_on_map(acts, ACTION_MAP_DEL, &e->eid);
	step(c, e, CACHE_ON_EVICT, acts);
}

/* One that is not there. */
static struct cache_entry *entry_new(struct cache *c, const struct eid *eid,
				     struct actions *acts)
{
	struct cache_entry *e;

	if (c->map.count && c->map.count >= c->limits->entries)
		evict(c, acts);

	e = calloc(1, sizeof(*e));
	if (!e)
		return NULL;
	e->eid = *eid;
	e->action = MAP_DROP;		/* leads nowhere yet */
	heap_node_init(&e->timer);
	if (eidmap_add(&c->map, eid, e)) {
		free(e);
		return NULL;
	}
	return e;
}

static struct cache_entry *entry_get(struct cache *c, const struct eid *eid,
				     struct actions *acts)
{
	struct cache_entry *e = cache_find(c, eid);

	return e ? e : entry_new(c, eid, acts);
}

/* Give the entry its action and locators; more than the data plane takes are
 * cut. */
static int entry_fill(struct cache *c, uint64_t now, struct cache_entry *e,
		      enum map_action action, const struct locator *locators,
		      unsigned int n, struct actions *acts)
{
	struct cache_entry old = *e;
	struct locator *copy = NULL;
	const struct locator *used;

	if (n > c->limits->locators)
		n = c->limits->locators;
	if (n) {
		copy = calloc(n, sizeof(*copy));
		if (!copy)
			return -1;
		memcpy(copy, locators, n * sizeof(*copy));
	}

	e->action = action;
	e->locators = copy;
	e->locator_count = (uint8_t)n;
	/* First the new ones: who is in both stays as known. */
	used = cache_locators(c, e, &n);
	probe_add(c->probe, now, &e->eid, used, n);
	entry_empty(c, &old, acts);
	return 0;
}

/* After 80 to 90 % of @ttl; those that come together do not go together.
 * Multiples of the golden section lie evenly. */
static uint64_t first_look(struct cache *c, uint64_t ttl)
{
	c->spread += 0x9e3779b97f4a7c15u;
	return ttl / 10 * 8 + (ttl / 10 * (c->spread >> 54) >> 10);
}

/* From @start on it lives for @ttl ms. */
static void entry_arm(struct cache *c, struct cache_entry *e, uint64_t start,
		      uint64_t ttl)
{
	e->installed = start;
	e->expires = start + ttl;
	e->epoch = c->epoch;
	e->looked = false;
	heap_update(&c->timers, &e->timer, start + first_look(c, ttl));
}

static uint64_t ttl_ms(const struct cache *c, const struct cache_mapping *m)
{
	uint64_t ttl = m->rec->ttl == RECORD_TTL_FOREVER ?
		c->limits->ttl_max : (uint64_t)m->rec->ttl * 60;

	if (ttl > c->limits->ttl_max)
		ttl = c->limits->ttl_max;
	if (m->unusable && ttl > c->limits->ttl_unusable)
		ttl = c->limits->ttl_unusable;
	return ttl * SECOND;
}

/* The time left to the entry beneath @eid that ends first. */
static uint64_t ttl_beneath(const struct cache *c, uint64_t now,
			    const struct eid *eid, uint64_t ttl)
{
	struct cache_entry *e = eidmap_next(&c->map, eid, eid);

	for (int i = 0; e && i < BENEATH_MAX; i++,
	     e = eidmap_next(&c->map, eid, &e->eid))
		if (e->expires < now + ttl && e->expires > now)
			ttl = e->expires - now;
	return ttl;
}

/* A mapping of what was asked has come that is less specific than the ones
 * we have of it: they are out of date. */
static void replace_beneath(struct cache *c, const struct eid *eid,
			    const struct eid *asked, struct actions *acts)
{
	struct eid host = eid_host(asked->iid, &asked->prefix.addr);
	struct cache_entry *e;

	if (!eid_contains(eid, &host))
		return;

	while ((e = cache_match(c, &host)) != NULL &&
	       e->eid.prefix.len > eid->prefix.len) {
		act_on_map(acts, ACTION_MAP_DEL, &e->eid);
		step(c, e, CACHE_ON_REPLACED, acts);
	}
}

static void withdraw(struct cache *c, const struct eid *eid,
		     struct actions *acts)
{
	struct cache_entry *e = cache_find(c, eid);

	if (!e)
		return;
	act_on_map(acts, ACTION_MAP_DEL, eid);
	step(c, e, CACHE_ON_WITHDRAWN, acts);
}

static void install_one(struct cache *c, uint64_t now, const struct eid *asked,
			const struct cache_mapping *m, const struct addr *from,
			struct actions *acts)
{
	const struct map_record *rec = m->rec;
	uint64_t ttl = ttl_ms(c, m);
	struct cache_entry *e;

	if (!ttl) {
		withdraw(c, &rec->eid, acts);
		return;
	}

	e = entry_get(c, &rec->eid, acts);
	if (!e || entry_fill(c, now, e, m->unusable ? MAP_DROP : rec->action,
			     rec->locators, rec->locator_count, acts)) {
		action_log_peer(acts, LOG_NO_MEMORY, from, &rec->eid, 0);
		if (e && e->state == CACHE_NONE) {
			eidmap_del(&c->map, &e->eid);
			entry_free(c, e, acts);
		}
		return;
	}

	e->from = *from;
	e->version = rec->version;
	e->stale = false;
	entry_arm(c, e, now, ttl);
	act_set(c, now, e, acts);
	step(c, e, CACHE_ON_INSTALL, acts);
	c->counters[CACHE_NEGATIVE] += !rec->locator_count;
	replace_beneath(c, &e->eid, asked, acts);
}

/* The less specific of the reply's own records must not be shortened by the
 * more specific ones of an older one that they replace: so first install all,
 * then look what else lies beneath. */
static void shorten(struct cache *c, uint64_t now, const struct eid *eid,
		    struct actions *acts)
{
	struct cache_entry *e = cache_find(c, eid);
	uint64_t left, ttl;

	if (!e)
		return;

	left = e->expires - now;
	ttl = ttl_beneath(c, now, eid, left);
	if (ttl == left)
		return;

	entry_arm(c, e, now, ttl);
	act_set(c, now, e, acts);
}

/* We asked about a mapping as such, and the answer is only about a part of it:
 * there is no such mapping any more. */
static void retire(struct cache *c, const struct eid *asked,
		   const struct cache_mapping *maps, size_t n,
		   struct actions *acts)
{
	struct cache_entry *e = cache_find(c, asked);

	if (!e)
		return;
	for (size_t i = 0; i < n; i++)
		if (eid_contains(&maps[i].rec->eid, asked))
			return;
	act_on_map(acts, ACTION_MAP_DEL, &e->eid);
	step(c, e, CACHE_ON_REPLACED, acts);
}

void cache_install(struct cache *c, uint64_t now, const struct eid *asked,
		   const struct cache_mapping *maps, size_t n,
		   const struct addr *from, struct actions *acts)
{
	for (size_t i = 0; i < n; i++)
		install_one(c, now, asked, &maps[i], from, acts);
	retire(c, asked, maps, n, acts);
	for (size_t i = 0; i < n; i++)
		shorten(c, now, &maps[i].rec->eid, acts);
}

/* --- time and use --- */

static void on_end(struct cache *c, struct cache_entry *e,
		   struct actions *acts)
{
	if (e->stale)
		act_on_map(acts, ACTION_MAP_DEL, &e->eid);
	step(c, e, CACHE_ON_EXPIRE, acts);
}

/* One that was not in use may be by then; one that was asked for in vain may
 * be asked for again. */
static uint64_t next_look(const struct cache_entry *e, uint64_t now)
{
	uint64_t left = e->expires - now;

	return left > LOOK_MIN ? now + left / 2 : e->expires;
}

bool cache_on_time(struct cache *c, uint64_t now, struct actions *acts)
{
	struct heap_node *n = heap_pop_due(&c->timers, now);
	struct cache_entry *e;

	if (!n)
		return false;

	e = container_of(n, struct cache_entry, timer);
	if (now >= e->expires) {
		on_end(c, e, acts);
		return true;
	}

	heap_add(&c->timers, &e->timer, next_look(e, now));
	e->looked = true;
	act_on_map(acts, ACTION_MAP_QUERY, &e->eid);
	if (e->state == CACHE_FRESH)
		step(c, e, CACHE_ON_TIME, acts);
	return true;
}

bool cache_on_used(struct cache *c, const struct eid *eid, bool used,
		   uint32_t age, struct actions *acts)
{
	struct cache_entry *e = cache_find(c, eid);
	bool refresh = used && age <= USED_RECENTLY;
	enum cache_event ev = refresh ? CACHE_ON_USED : CACHE_ON_UNUSED;

	if (!e || !e->looked)
		return false;

	e->looked = false;
	if (e->state != events[ev].next)
		step(c, e, ev, acts);
	return refresh;
}

void cache_on_gone(struct cache *c, const struct eid *eid,
		   struct actions *acts)
{
	struct cache_entry *e = cache_find(c, eid);

	if (e)
		step(c, e, CACHE_ON_GONE, acts);
}

static void clear_one(struct cache *c, struct cache_entry *e,
		      struct actions *acts)
{
	act_on_map(acts, ACTION_MAP_DEL, &e->eid);
	step(c, e, CACHE_ON_CLEAR, acts);
}

size_t cache_clear(struct cache *c, const struct eid *eid,
		   struct actions *acts)
{
	struct cache_entry *e = eid ? cache_find(c, eid) : NULL;
	size_t n = 0;

	if (eid && e)
		clear_one(c, e, acts);
	if (eid)
		return e != NULL;
	for (; n < CLEAR_MAX && (e = eidmap_walk(&c->map, NULL)); n++)
		clear_one(c, e, acts);
	return n;
}

/* --- claiming what an earlier run left --- */

static bool sweep(struct cache *c, const struct map_found *f,
		  struct actions *acts)
{
	act_on_map(acts, ACTION_MAP_DEL, &f->eid);
	action_log_peer(acts, LOG_CACHE_SWEPT, NULL, &f->eid, f->ttl);
	c->counters[CACHE_SWEPT]++;
	return false;
}

/* Does the data plane send it where we would? */
static bool same_petrs(const struct cache *c, const struct cache_entry *e,
		       const struct map_found *f)
{
	unsigned int n, found = f->petr ? f->locator_count : 0;
	const struct locator *l = cache_petrs(c, e, &n);

	if (n != found)
		return false;
	for (unsigned int i = 0; i < n; i++)
		if (!addr_equal(&l[i].addr, &f->locators[i].addr) ||
		    l[i].priority != f->locators[i].priority ||
		    l[i].weight != f->locators[i].weight)
			return false;
	return true;
}

static bool claim(struct cache *c, uint64_t now, const struct map_found *f,
		  struct actions *acts)
{
	uint64_t ttl = f->stale ? STALE_GRACE : (uint64_t)f->ttl * SECOND;
	struct cache_entry *e = entry_new(c, &f->eid, acts);

	if (!e)
		return sweep(c, f, acts);
	if (entry_fill(c, now, e, f->action, f->locators,
		       f->petr ? 0 : f->locator_count, acts)) {
		eidmap_del(&c->map, &e->eid);
		entry_free(c, e, acts);
		return sweep(c, f, acts);
	}

	e->version = f->version;
	e->stale = f->stale;
	c->any_stale |= f->stale;
	entry_arm(c, e, now, ttl);
	if (!same_petrs(c, e, f))
		act_set(c, now, e, acts);
	action_log_peer(acts, LOG_CACHE_CLAIMED, NULL, &f->eid, f->ttl);
	step(c, e, f->stale ? CACHE_ON_FOUND_STALE : CACHE_ON_FOUND, acts);
	return f->stale;
}

bool cache_on_found(struct cache *c, uint64_t now, const struct map_found *f,
		    bool wanted, struct actions *acts)
{
	bool in_use = f->used && f->used_age <= USED_RECENTLY;
	struct cache_entry *e = cache_find(c, &f->eid);

	if (!c->sync_start) {
		c->sync_start = now;
		c->sync_alone = !c->map.count;
		c->epoch++;
	}

	if (e) {
		e->epoch = c->epoch;
		return false;
	}
	if (!wanted || (f->stale ? !in_use : !f->ttl))
		return sweep(c, f, acts);
	return claim(c, now, f, acts);
}

void cache_on_synced(struct cache *c, struct actions *acts)
{
	struct cache_entry *e = NULL, *next;

	if (!c->sync_start) {
		c->sync_start = 1;	/* the dump was empty */
		c->sync_alone = false;
		c->epoch++;
	}

	if (!c->sync_alone)
		e = eidmap_walk(&c->map, NULL);
	for (; e; e = next) {
		next = eidmap_walk(&c->map, &e->eid);
		if (e->epoch != c->epoch)
			step(c, e, CACHE_ON_GONE, acts);
	}
	c->sync_start = 0;
}

static void keep_end(struct cache *c, struct cache_entry *e, uint64_t expires)
{
	uint64_t due = e->timer.due;

	if (expires >= e->expires)
		return;
	e->expires = expires;
	heap_update(&c->timers, &e->timer, due < expires ? due : expires);
}

void cache_inherit(struct cache *c, const struct cache *old)
{
	struct cache_entry *e = NULL, *was;

	if (!old->any_stale || !c->any_stale)
		return;
	while ((e = eidmap_walk(&c->map, e ? &e->eid : NULL)) != NULL) {
		was = e->stale ? cache_find(old, &e->eid) : NULL;
		if (was && was->stale)
			keep_end(c, e, was->expires);
	}
}

struct counter_group cache_counters(const struct cache *c)
{
	return (struct counter_group){
		.name = "map-cache",
		.names = counter_names,
		.values = c->counters,
		.count = CACHE_COUNT,
	};
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "dp/fake.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/loop.h"

struct fake_path {
	struct addr addr;
	enum dp_path path;
};

/* An array that grows. */
struct list {
	void *at;
	size_t count;
	size_t size;		/* of an element */
};

struct fake {
	struct dp dp;
	bool subscribed;
	struct dp_reports reports;
	uint32_t stale_limit;
	uint32_t rtt;
	struct list maps;	/* struct dp_map, in order of EID */
	struct list locals;	/* struct dp_local, in order of EID */
	struct list misses;	/* struct dp_miss */
	struct list paths;	/* struct fake_path */
	struct list devs;	/* struct dp_dev */
	struct list iids;	/* struct dp_iid */
	struct list rlocs;	/* struct dp_rloc */
	struct dp_tally tally;
	struct loop_event *tallying;	/* NULL: not */
	bool stalled;
	unsigned int calls[FAKE_OP_COUNT];
	int errors[FAKE_OP_COUNT];
	char why[FAKE_OP_COUNT][DP_WHY_MAX];
};

static struct fake *fake(struct dp *dp)
{
	return (struct fake *)dp;
}

static const struct fake *const_fake(const struct dp *dp)
{
	return (const struct fake *)dp;
}

/* Note a call; its result, if it was told to fail. */
static int called(struct fake *f, enum fake_op op)
{
	int err = f->errors[op];

	f->calls[op]++;
	f->errors[op] = 0;
	snprintf(f->dp.why, sizeof(f->dp.why), "%s", err ? f->why[op] : "");
	return err;
}

/* --- lists --- */

static void *element(const struct list *l, size_t i)
{
	return (char *)l->at + i * l->size;
}

/* Put a copy of @e at index @i.  0 or -ENOMEM. */
static int list_insert(struct list *l, size_t i, const void *e)
{
	void *at = realloc(l->at, (l->count + 1) * l->size);

	if (!at)
		return -ENOMEM;
	l->at = at;
	memmove(element(l, i + 1), element(l, i), (l->count - i) * l->size);
	memcpy(element(l, i), e, l->size);
	l->count++;
	return 0;
}

static void list_remove(struct list *l, size_t i)
{
	l->count--;
	memmove(element(l, i), element(l, i + 1), (l->count - i) * l->size);
}

/* --- mappings --- */

/* Index of @eid, or where it would be. */
static size_t map_place(const struct list *maps, const struct eid *eid,
			bool *found)
{
	const struct dp_map *m;
	size_t i;
	int cmp;

	*found = false;
	for (i = 0; i < maps->count; i++) {
		m = element(maps, i);
		cmp = eid_cmp(&m->eid, eid);
		*found = !cmp;
		if (cmp >= 0)
			break;
	}
	return i;
}

static struct dp_map *map_find(const struct fake *f, const struct eid *eid)
{
	bool found;
	size_t i = map_place(&f->maps, eid, &found);

	return found ? element(&f->maps, i) : NULL;
}

static int map_put(struct fake *f, const struct dp_map *m)
{
	struct dp_map own = *m;
	bool found;
	size_t i = map_place(&f->maps, &m->eid, &found);

	own.origin = FAKE_ORIGIN;
	own.has_event = false;
	if (!found)
		return list_insert(&f->maps, i, &own);
	memcpy(element(&f->maps, i), &own, sizeof(own));
	return 0;
}

/* Misses that a mapping covers have their answer. */
static void answer_misses(struct fake *f, const struct eid *eid)
{
	const struct dp_miss *m;

	for (size_t i = f->misses.count; i-- > 0;) {
		m = element(&f->misses, i);
		if (m->iid == eid->iid &&
		    prefix_contains_addr(&eid->prefix, &m->eid))
			list_remove(&f->misses, i);
	}
}

static int map_set(struct dp *dp, const struct dp_map *m)
{
	int err = called(fake(dp), FAKE_MAP_SET);

	if (!err)
		err = map_put(fake(dp), m);
	if (!err)
		answer_misses(fake(dp), &m->eid);
	return err;
}

static int map_remove(struct fake *f, const struct eid *eid)
{
	bool found;
	size_t i = map_place(&f->maps, eid, &found);

	if (!found)
		return -ENOENT;
	list_remove(&f->maps, i);
	return 0;
}

static int map_del(struct dp *dp, const struct eid *eid)
{
	int err = called(fake(dp), FAKE_MAP_DEL);

	return err ? err : map_remove(fake(dp), eid);
}

static int map_get(struct dp *dp, const struct eid *eid, struct dp_map *m)
{
	int err = called(fake(dp), FAKE_MAP_GET);
	const struct dp_map *found;

	if (err)
		return err;
	found = map_find(fake(dp), eid);
	if (!found)
		return -ENOENT;
	*m = *found;
	return 0;
}

static int map_dump(struct dp *dp, dp_map_fn fn, void *arg)
{
	struct fake *f = fake(dp);
	int err = called(f, FAKE_MAP_DUMP);

	for (size_t i = 0; !err && i < f->maps.count; i++)
		fn(arg, element(&f->maps, i));
	return err;
}

static int map_flush(struct dp *dp)
{
	int err = called(fake(dp), FAKE_MAP_FLUSH);

	if (!err)
		fake(dp)->maps.count = 0;
	return err;
}

/* --- local EIDs --- */

static struct dp_local *local_find(const struct fake *f,
				   const struct eid *eid, size_t *place)
{
	struct dp_local *l;
	int cmp;

	for (*place = 0; *place < f->locals.count; ++*place) {
		l = element(&f->locals, *place);
		cmp = eid_cmp(&l->eid, eid);
		if (cmp >= 0)
			return cmp ? NULL : l;
	}
	return NULL;
}

static int local_set(struct dp *dp, const struct dp_local *l)
{
	int err = called(fake(dp), FAKE_LOCAL_SET);
	struct dp_local own = *l, *there;
	size_t i;

	if (err)
		return err;
	own.origin = FAKE_ORIGIN;
	there = local_find(fake(dp), &l->eid, &i);
	if (!there)
		return list_insert(&fake(dp)->locals, i, &own);
	*there = own;
	return 0;
}

static int local_del(struct dp *dp, const struct eid *eid)
{
	int err = called(fake(dp), FAKE_LOCAL_DEL);
	size_t i;

	if (err)
		return err;
	if (!local_find(fake(dp), eid, &i))
		return -ENOENT;
	list_remove(&fake(dp)->locals, i);
	return 0;
}

static int local_dump(struct dp *dp, dp_local_fn fn, void *arg)
{
	struct fake *f = fake(dp);
	int err = called(f, FAKE_LOCAL_DUMP);

	for (size_t i = 0; !err && i < f->locals.count; i++)
		fn(arg, element(&f->locals, i));
	return err;
}

/* --- the rest --- */

static int miss_dump(struct dp *dp, dp_miss_fn fn, void *arg)
{
	struct fake *f = fake(dp);
	int err = called(f, FAKE_MISS_DUMP);

	for (size_t i = 0; !err && i < f->misses.count; i++)
		fn(arg, element(&f->misses, i));
	return err;
}

/* It forwards nothing: RLOCs and counters are those it was given. */
static int rloc_set(struct dp *dp, const struct addr *a,
		    enum lisp_rloc_state state)
{
	int err = called(fake(dp), FAKE_RLOC_SET);

	return err ? err : -ENOENT;
}

static int rloc_rtt(struct dp *dp, const struct addr *a, uint32_t rtt)
{
	int err = called(fake(dp), FAKE_RLOC_RTT);

	fake(dp)->rtt = rtt;
	return err ? err : -ENOENT;
}

static int dev_dump(struct dp *dp, dp_dev_fn fn, void *arg)
{
	struct fake *f = fake(dp);
	int err = called(f, FAKE_DEV_DUMP);

	for (size_t i = 0; !err && i < f->devs.count; i++)
		fn(arg, element(&f->devs, i));
	return err;
}

static int rloc_dump(struct dp *dp, dp_rloc_fn fn, void *arg)
{
	struct fake *f = fake(dp);
	int err = called(f, FAKE_RLOC_DUMP);

	for (size_t i = 0; !err && i < f->rlocs.count; i++)
		fn(arg, element(&f->rlocs, i));
	return err;
}

static void tally_stop(struct dp *dp)
{
	loop_event_free(fake(dp)->tallying);
	fake(dp)->tallying = NULL;
}

static void on_tally(void *arg)
{
	struct fake *f = arg;
	const struct dp_tally t = f->tally;
	bool more = true;

	for (size_t i = 0; i < f->devs.count; i++)
		t.dev(t.arg, element(&f->devs, i));
	for (size_t i = 0; more && i < f->iids.count; i++)
		more = t.iid(t.arg, element(&f->iids, i));
	more = true;
	for (size_t i = 0; more && i < f->rlocs.count; i++)
		more = t.rloc(t.arg, element(&f->rlocs, i));
	if (f->stalled)
		return;
	tally_stop(&f->dp);
	t.done(t.arg, 0);
}

static int tally(struct dp *dp, struct loop *l, const struct dp_tally *t)
{
	struct fake *f = fake(dp);
	int err = called(f, FAKE_TALLY);

	if (err || f->tallying)
		return err ? err : -EBUSY;
	f->tally = *t;
	f->tallying = loop_timer(l, on_tally, f);
	if (!f->tallying)
		return -ENOMEM;
	loop_timer_arm(f->tallying, 1);
	return 0;
}

int dp_fake_put_dev(struct dp *dp, const struct dp_dev *d)
{
	return list_insert(&fake(dp)->devs, fake(dp)->devs.count, d);
}

int dp_fake_put_iid(struct dp *dp, const struct dp_iid *i)
{
	return list_insert(&fake(dp)->iids, fake(dp)->iids.count, i);
}

int dp_fake_put_rloc(struct dp *dp, const struct dp_rloc *r)
{
	return list_insert(&fake(dp)->rlocs, fake(dp)->rlocs.count, r);
}

void dp_fake_stall(struct dp *dp)
{
	fake(dp)->stalled = true;
}

static int subscribe(struct dp *dp, struct loop *l,
		     const struct dp_reports *r)
{
	int err = called(fake(dp), FAKE_SUBSCRIBE);

	if (err)
		return err;
	fake(dp)->reports = *r;
	fake(dp)->subscribed = true;
	return 0;
}

static int claim(struct dp *dp, uint32_t stale_limit)
{
	int err = called(fake(dp), FAKE_CLAIM);

	if (!err)
		fake(dp)->stale_limit = stale_limit;
	return err;
}

static int vpn_add(struct dp *dp, const struct dp_vpn *v, bool *made)
{
	int err = called(fake(dp), FAKE_VPN_ADD);

	*made = !err;
	return err;
}

static int vpn_del(struct dp *dp, const struct dp_vpn *v, bool device)
{
	return called(fake(dp), FAKE_VPN_DEL);
}

/* It makes no devices, so none can be left. */
static int vpn_sweep(struct dp *dp, const char *const *keep, size_t count,
		     uint64_t *swept)
{
	*swept = 0;
	return 0;
}

static enum dp_path path(struct dp *dp, const struct addr *a)
{
	struct fake *f = fake(dp);
	const struct fake_path *p;

	called(f, FAKE_PATH);
	for (size_t i = 0; i < f->paths.count; i++) {
		p = element(&f->paths, i);
		if (addr_equal(&p->addr, a))
			return p->path;
	}
	return DP_PATH_OUT;
}

static void fake_close(struct dp *dp)
{
	struct fake *f = fake(dp);

	free(f->maps.at);
	free(f->locals.at);
	free(f->misses.at);
	free(f->paths.at);
	free(f->devs.at);
	free(f->iids.at);
	free(f->rlocs.at);
	tally_stop(dp);
	free(f);
}

static const struct dp_ops fake_ops = {
	.name = "fake",
	.close = fake_close,
	.subscribe = subscribe,
	.claim = claim,
	.vpn_add = vpn_add,
	.vpn_del = vpn_del,
	.vpn_sweep = vpn_sweep,
	.map_set = map_set,
	.map_del = map_del,
	.map_get = map_get,
	.map_dump = map_dump,
	.map_flush = map_flush,
	.local_set = local_set,
	.local_del = local_del,
	.local_dump = local_dump,
	.miss_dump = miss_dump,
	.rloc_set = rloc_set,
	.rloc_rtt = rloc_rtt,
	.rloc_dump = rloc_dump,
	.dev_dump = dev_dump,
	.tally = tally,
	.tally_stop = tally_stop,
	.path = path,
};

struct dp *dp_fake_new(void)
{
	struct fake *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->dp.ops = &fake_ops;
	f->maps.size = sizeof(struct dp_map);
	f->locals.size = sizeof(struct dp_local);
	f->misses.size = sizeof(struct dp_miss);
	f->paths.size = sizeof(struct fake_path);
	f->devs.size = sizeof(struct dp_dev);
	f->iids.size = sizeof(struct dp_iid);
	f->rlocs.size = sizeof(struct dp_rloc);
	return &f->dp;
}

/* --- for the test --- */

unsigned int dp_fake_calls(const struct dp *dp, enum fake_op op)
{
	return const_fake(dp)->calls[op];
}

const struct dp_map *dp_fake_map(const struct dp *dp, const struct eid *eid)
{
	return map_find(const_fake(dp), eid);
}

const struct dp_local *dp_fake_local(const struct dp *dp,
				     const struct eid *eid)
{
	size_t place;

	return local_find(const_fake(dp), eid, &place);
}

size_t dp_fake_map_count(const struct dp *dp)
{
	return const_fake(dp)->maps.count;
}

size_t dp_fake_local_count(const struct dp *dp)
{
	return const_fake(dp)->locals.count;
}

size_t dp_fake_miss_count(const struct dp *dp)
{
	return const_fake(dp)->misses.count;
}

uint32_t dp_fake_rtt(const struct dp *dp)
{
	return const_fake(dp)->rtt;
}

uint32_t dp_fake_stale_limit(const struct dp *dp)
{
	return const_fake(dp)->stale_limit;
}

void dp_fake_fail(struct dp *dp, enum fake_op op, int err, const char *why)
{
	fake(dp)->errors[op] = err;
	snprintf(fake(dp)->why[op], DP_WHY_MAX, "%s", why);
}

int dp_fake_put(struct dp *dp, const struct dp_map *m)
{
	return map_put(fake(dp), m);
}

int dp_fake_use(struct dp *dp, const struct eid *eid, uint32_t age)
{
	struct dp_map *m = map_find(fake(dp), eid);

	if (!m)
		return -ENOENT;
	m->used = true;
	m->used_age = age;
	return 0;
}

int dp_fake_set_path(struct dp *dp, const struct addr *a, enum dp_path p)
{
	struct fake_path one = { .addr = *a, .path = p };

	/* The latest word counts. */
	return list_insert(&fake(dp)->paths, 0, &one);
}

int dp_fake_miss(struct dp *dp, const struct dp_miss *m)
{
	struct fake *f = fake(dp);
	int err = list_insert(&f->misses, f->misses.count, m);

	if (!err && f->subscribed)
		f->reports.miss(f->reports.arg, m);
	return err;
}

static void report_map(struct fake *f, struct dp_map *m, enum lisp_event event)
{
	m->has_event = true;
	m->event = event;
	if (f->subscribed)
		f->reports.map(f->reports.arg, m);
}

int dp_fake_end(struct dp *dp, const struct eid *eid, enum lisp_event why)
{
	struct dp_map *m = map_find(fake(dp), eid);
	struct dp_map gone;

	if (!m)
		return -ENOENT;
	gone = *m;
	map_remove(fake(dp), eid);
	report_map(fake(dp), &gone, why);
	return 0;
}

int dp_fake_replace(struct dp *dp, const struct dp_map *m)
{
	struct dp_map now = *m;
	int err;

	if (!map_find(fake(dp), &m->eid))
		return -ENOENT;
	err = map_put(fake(dp), m);
	if (err)
		return err;
	now.origin = FAKE_ORIGIN;
	report_map(fake(dp), &now, LISP_EVENT_REPLACED);
	return 0;
}

void dp_fake_rloc(struct dp *dp, const struct dp_rloc *r)
{
	struct fake *f = fake(dp);

	if (f->subscribed)
		f->reports.rloc(f->reports.arg, r);
}

void dp_fake_reach(struct dp *dp, const struct dp_reach *r)
{
	struct fake *f = fake(dp);

	if (f->subscribed)
		f->reports.reach(f->reports.arg, r);
}

void dp_fake_lose(struct dp *dp)
{
	struct fake *f = fake(dp);

	if (f->subscribed)
		f->reports.lost(f->reports.arg);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* The store in memory, as a Map-Server asks for it; see store.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <urcu.h>

#include "store/counters.h"
#include "store/feed.h"
#include "store/nonces.h"
#include "store/reclaim.h"
#include "store/registry.h"
#include "store/snapshot.h"
#include "store/store.h"
#include "store/versions.h"

struct store {
	struct registry reg;
	struct nonces nonces;
	struct counters counters;
	struct kv *kv;
	struct reclaim reclaim;
	struct journal journal;
	struct snapshot snapshot;
	struct feed feed;
	uint64_t sequence;		/* of the last commit() */
	uint64_t durable;		/* up to this one */
	uint64_t begun;			/* what is being put is up to this one */
};

void store_config_init(struct store_config *cfg)
{
	*cfg = (struct store_config){
		.registrations = 20000000,
		.per_entry = 16,
		.nonces = 4000000,
		.nonces_per_key = 1000000,
		.reserve = 1000,
		.first_nonce = 1,
		.snapshot_octets = 32u * 1024 * 1024,
		.keep = JOURNAL_KEEP,
		.feed = 4096,
	};
}

static void on_change(void *arg, enum store_what what, const struct eid *eid,
		      const struct reg_party *by)
{
	struct store *s = arg;

	feed_add(&s->feed, &(struct store_event){
		.sequence = s->sequence, .eid = *eid, .who = by->who,
		.source = by->source, .what = what });
}

static int open_store(struct store *s, const struct store_config *cfg,
		      const uint8_t seed[16])
{
	int ret;

	journal_init(&s->journal, s->kv, cfg->now, cfg->wall);
	s->journal.keep = cfg->keep;
	counters_init(&s->counters, s->kv, cfg->reserve, cfg->first_nonce);
	ret = registry_init(&s->reg, cfg->registrations, cfg->per_entry, seed);
	if (!ret)
		ret = nonces_init(&s->nonces, &s->journal, cfg->nonces,
				  cfg->nonces_per_key, seed);
	if (!ret)
		ret = feed_init(&s->feed, cfg->feed);
	if (ret)
		return ret;
	reclaim_init(&s->reclaim, &s->reg.map.pool);
	snapshot_init(&s->snapshot, &s->journal, &s->reg, &s->nonces,
		      cfg->snapshot_octets);
	ret = snapshot_load(&s->snapshot);
	s->reg.tell = on_change;
	s->reg.tell_arg = s;
	return ret;
}

struct store *store_new(const struct store_config *cfg, struct kv *kv,
			const uint8_t seed[16], int *err)
{
	struct store *s = calloc(1, sizeof(*s));
	int ret = -ENOMEM;

	if (!s)
		goto fail;

	s->kv = kv;
	ret = open_store(s, cfg, seed);
	if (!ret)
		return s;
	store_free(s);
fail:
	if (err)
		*err = ret;
	return NULL;
}

void store_free(struct store *s)
{
	if (!s)
		return;
	reclaim_free(&s->reclaim);
	registry_free(&s->reg);
	nonces_free(&s->nonces);
	counters_free(&s->counters);
	snapshot_free(&s->snapshot);
	feed_free(&s->feed);
	journal_free(&s->journal);
	free(s);
}

void store_set_time(struct store *s, uint64_t now, uint64_t wall)
{
	journal_set_time(&s->journal, now, wall);
}

/* The snapshot can wait: what counts is there. */
static void is_flushed(struct store *s, uint64_t sequence, uint64_t before)
{
	s->durable = sequence;
	snapshot_step(&s->snapshot, s->journal.octets - before);
}

int store_flush(struct store *s)
{
	uint64_t before = s->journal.octets;
	int ret;

	reclaim_step(&s->reclaim);
	if (store_pending(s))
		return 0;
	ret = journal_flush(&s->journal);
	if (ret == -ENOSPC && !snapshot_make_room(&s->snapshot))
		ret = journal_flush(&s->journal);
	s->begun = s->sequence;
	if (ret == -EINPROGRESS)
		return 0;
	if (!ret)
		is_flushed(s, s->sequence, before);
	else
		journal_bound(&s->journal);
	return ret;
}

int store_complete(struct store *s)
{
	uint64_t before = s->journal.octets;
	int ret;

	if (!store_pending(s))
		return 0;
	ret = journal_complete(&s->journal);
	if (ret == -EINPROGRESS)
		return 0;
	if (ret == -ENOSPC)
		snapshot_make_room(&s->snapshot);
	if (ret) {
		journal_bound(&s->journal);
		return ret;
	}
	is_flushed(s, s->begun, before);
	return store_flush(s);
}

bool store_pending(const struct store *s)
{
	return s->journal.begun;
}

int store_fd(const struct store *s)
{
	return kv_fd(s->kv);
}

void store_share(struct store *s)
{
	reclaim_share(&s->reclaim);
}

void store_unshare(struct store *s)
{
	reclaim_unshare(&s->reclaim);
}

void store_reader_register(void)
{
	rcu_register_thread();
}

void store_reader_unregister(void)
{
	rcu_unregister_thread();
}

void store_read_begin(void)
{
	rcu_read_lock();
}

void store_read_end(void)
{
	rcu_read_unlock();
}

uint64_t store_durable(const struct store *s)
{
	return s->durable;
}

void store_look(const struct store *s, struct store_view *v)
{
	bool same = v->forgotten == s->journal.forgotten;

	v->forgotten = s->journal.forgotten;
	v->pending = same && store_pending(s);
	if (same)
		v->durable = s->durable;
}

bool store_whole(const struct store *s)
{
	return !s->journal.gap;
}

int store_register_nonce(struct store *s, const struct addr *server,
			 uint64_t tag, uint64_t *nonce)
{
	return counters_next(&s->counters, server, tag, nonce);
}

int store_xtr_id(struct store *s, const uint8_t fresh[16], uint8_t id[16])
{
	static const char key[] = "xtr-id";
	int ret = kv_get(s->kv, key, sizeof(key), id, 16);

	if (ret == 16)
		return 0;
	if (ret != -ENOENT)
		return -EIO;

	ret = kv_put(s->kv, key, sizeof(key), fresh, 16);
	if (!ret)
		ret = kv_sync(s->kv);
	if (ret)
		return -EIO;
	memcpy(id, fresh, 16);
	return 0;
}

int store_map_version(struct store *s, const struct locator *l, size_t n,
		      uint16_t fresh, uint16_t *version)
{
	return versions_get(s->kv, l, n, fresh, version);
}

/* One flush may be begun, and one more after it. */
int store_sync(struct store *s)
{
	int ret = store_flush(s), err = kv_sync(s->kv);

	for (int i = 0; i < 2 && store_pending(s) && !err && !ret; i++) {
		ret = store_complete(s);
		err = kv_sync(s->kv);
	}
	if (!err && !ret && !store_pending(s) && !store_whole(s)) {
		ret = snapshot_end_gap(&s->snapshot);
		err = kv_sync(s->kv);
	}
	return err ? err : store_pending(s) ? -EIO : ret;
}

int store_sync_start(struct store *s)
{
	int ret = store_flush(s), err = kv_sync_start(s->kv);

	return err ? err : ret;
}

size_t store_registrations(const struct store *s)
{
	return s->reg.count;
}

/* --- struct store_ops --- */

static const struct store_entry *op_find(void *arg, const struct eid *eid,
					 struct store_entry *e)
{
	struct store *s = arg;

	return registry_entry(eidmap_find_node(&s->reg.map, eid), eid->iid, e);
}

static const struct store_entry *op_match(void *arg, const struct eid *eid,
					  struct store_entry *e)
{
	struct store *s = arg;

	return registry_entry(eidmap_match_node(&s->reg.map, eid), eid->iid, e);
}

static const struct store_entry *op_next(void *arg, const struct eid *within,
					 const struct eid *after,
					 struct store_entry *e)
{
	struct store *s = arg;

	return registry_entry(eidmap_next_node(&s->reg.map, within, after),
			      within->iid, e);
}

static const struct store_entry *op_walk(void *arg, const struct eid *after,
					 struct store_entry *e)
{
	struct store *s = arg;
	struct trie_node *n;
	uint32_t iid;

	n = eidmap_walk_node(&s->reg.map, after, &iid);
	return registry_entry(n, iid, e);
}

static size_t op_prefixes(void *arg)
{
	struct store *s = arg;

	return s->reg.map.count;
}

static int op_gap(void *arg, uint32_t iid, const struct addr *a,
		  unsigned int floor, struct prefix *gap)
{
	struct store *s = arg;

	return eidmap_gap(&s->reg.map, iid, a, floor, gap);
}

static int op_commit(void *arg, const struct store_batch *b)
{
	struct registry_step steps[STORE_BATCH_MAX];
	struct store *s = arg;
	int ret;

	ret = journal_reserve(&s->journal, b);
	if (!ret)
		ret = registry_prepare(&s->reg, b, steps);
	if (ret)
		return ret;

	if (b->nonce_key) {
		ret = nonces_set(&s->nonces, b->nonce_key, &b->nonce);
		if (ret) {
			registry_cancel(&s->reg, b, steps);
			return ret;
		}
	}

	s->sequence++;
	registry_apply(&s->reg, b, steps);
	journal_batch(&s->journal, b);
	return 0;
}

static uint64_t op_sequence(void *arg)
{
	const struct store *s = arg;

	return s->sequence;
}

static int op_feed(void *arg, uint64_t *at, struct store_event *e)
{
	struct store *s = arg;

	return feed_next(&s->feed, at, e);
}

static bool op_expire(void *arg, uint64_t now, struct eid *eid,
		      struct reg_party *gone, bool *latest)
{
	struct store *s = arg;

	return registry_expire(&s->reg, now, eid, gone, latest);
}

static void op_review(void *arg,
		      bool (*keep)(void *ctx, const struct eid *eid,
				   const struct registration *reg,
				   struct reg_party *by), void *ctx)
{
	struct store *s = arg;

	registry_review(&s->reg, keep, ctx);
}

static uint64_t op_due(void *arg)
{
	struct store *s = arg;

	return registry_due(&s->reg);
}

static const struct nonce_state *op_nonce(void *arg,
					  const struct nonce_key *key)
{
	struct store *s = arg;

	return nonces_find(&s->nonces, key);
}

static bool op_floor(void *arg, uint64_t tag, uint64_t *floor)
{
	struct store *s = arg;

	return nonces_floor(&s->nonces, tag, floor);
}

/* A registration, then what it shares with others. */
static void op_warm(void *arg, const struct eid *eids, size_t n)
{
	const void *regs[TRIE_WARM_MAX];
	struct store *s = arg;

	eidmap_warm(&s->reg.map, eids, n, regs);
	for (size_t i = 0; i < n; i++)
		__builtin_prefetch(regs[i]);
	for (size_t i = 0; i < n; i++) {
		const struct registration *r = regs[i];

		if (!r)
			continue;
		__builtin_prefetch(r->by);
		__builtin_prefetch(r->rec);
	}
}

const struct store_ops store_memory_ops = {
	.find = op_find,
	.match = op_match,
	.warm = op_warm,
	.next = op_next,
	.walk = op_walk,
	.prefixes = op_prefixes,
	.gap = op_gap,
	.commit = op_commit,
	.sequence = op_sequence,
	.feed = op_feed,
	.expire = op_expire,
	.review = op_review,
	.due = op_due,
	.nonce = op_nonce,
	.floor = op_floor,
};

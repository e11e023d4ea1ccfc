/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Registrations and nonces in a store, and what they should be after a
 * restart. */
#ifndef LISP_TESTS_STORE_TWIN_H
#define LISP_TESTS_STORE_TWIN_H

#include "store.h"

#define N_EIDS	12
#define N_XTRS	3
#define LIFETIME 5000u

/* What was committed, and what of it was flushed. */
struct twin {
	uint64_t expires[N_EIDS][N_XTRS];	/* 0: not there */
	uint8_t weight[N_EIDS][N_XTRS];
	uint64_t nonce[N_XTRS];
};

static struct twin now_twin, safe_twin;
static uint64_t now;
static unsigned int rng;

static inline unsigned int rnd(unsigned int n)
{
	rng = rng * 1103515245 + 12345;
	return (rng >> 16) % n;
}

/* Prefixes within each other, of both families and two instances. */
static inline struct eid eid_of(unsigned int i)
{
	struct addr a = i % 3 ? A("10.0.0.0") : A("2001:db8::");
	struct prefix p;

	a.bytes[1] = (uint8_t)(i / 6);
	assert_int_equal(prefix_make(&a, 16 + i % 3 * 4, &p), 0);
	return eid_make(i % 2, &p);
}

static inline int put(unsigned int xtr, uint64_t nonce, const unsigned int *eids,
	       size_t n, bool remove, uint8_t weight)
{
	static union {
		struct reg_record rec;
		uint8_t room[sizeof(struct reg_record) +
			     2 * sizeof(struct locator)];
	} content;
	struct reg_party by = {
		.source = A("192.0.2.1"),
		.local = A("192.0.2.9"),
		.tag = 5,
		.merge = xtr == 1,
	};
	struct nonce_key key = nkey((uint8_t)xtr, xtr, 5);
	struct store_change ch[4];
	struct store_batch b = {
		.changes = ch,
		.count = n,
		.nonce_key = &key,
		.nonce = { .nonce = nonce, .when = now,
			   .until = now + LIFETIME },
	};
	int ret;

	by.who = key.who;
	content.rec.ttl = 10;
	content.rec.version = 7;
	content.rec.locator_count = 1 + xtr % 2;
	content.rec.locators[0] = L("192.0.2.1");
	content.rec.locators[0].weight = weight;
	content.rec.locators[1] = L("2001:db8::1");
	for (size_t i = 0; i < n; i++)
		ch[i] = (struct store_change){
			.eid = eid_of(eids[i]),
			.remove = remove,
			.reg = {
				.by = &by,
				.rec = &content.rec,
				.registered = now,
				.expires = now + LIFETIME,
				.lifetime = LIFETIME,
			},
		};
	ret = store_memory_ops.commit(store, &b);
	if (ret)
		return ret;
	now_twin.nonce[xtr] = nonce;
	for (size_t i = 0; i < n; i++) {
		now_twin.expires[eids[i]][xtr] = remove ? 0 : now + LIFETIME;
		now_twin.weight[eids[i]][xtr] = weight;
	}
	return 0;
}

static inline const struct registration *reg_of(unsigned int i, unsigned int xtr)
{
	const struct registration *r;
	struct store_entry e;
	struct eid eid = eid_of(i);

	if (!store_memory_ops.find(store, &eid, &e))
		return NULL;
	assert_true(eid_equal(&e.eid, &eid));
	for (r = e.regs; r; r = r->next)
		if (r->by->who.ids.xtr_id[0] == xtr)
			return r;
	return NULL;
}

static inline void check(const struct twin *t)
{
	size_t count = 0;

	for (unsigned int i = 0; i < N_EIDS; i++)
		for (unsigned int x = 0; x < N_XTRS; x++) {
			const struct registration *r = reg_of(i, x);

			if (t->expires[i][x] <= now) {
				assert_null(r);
				continue;
			}
			count++;
			assert_non_null(r);
			assert_int_equal(r->expires, t->expires[i][x]);
			assert_int_equal(r->lifetime, LIFETIME);
			assert_int_equal(r->rec->locator_count, 1 + x % 2);
			assert_int_equal(r->rec->locators[0].weight,
					 t->weight[i][x]);
			assert_int_equal(r->rec->version, 7);
			assert_int_equal(r->by->tag, 5);
			assert_int_equal(r->by->merge, x == 1);
		}
	assert_int_equal(store_registrations(store), count);
}

/* Whatever was said before is refused. */
static inline void check_nonces(const struct twin *t)
{
	uint64_t floor = 0;

	for (unsigned int x = 0; x < N_XTRS; x++) {
		struct nonce_key key = nkey((uint8_t)x, x, 5);
		const struct nonce_state *s = get_nonce(&key);

		if (s)
			assert_int_equal(s->nonce, t->nonce[x]);
		else if (t->nonce[x])
			assert_true(store_memory_ops.floor(store, 5, &floor) &&
				    floor >= t->nonce[x]);
	}
}

static inline void start(uint64_t wall)
{
	cfg.now = now;
	cfg.wall = wall;
	open_store();
}

static inline void begin(void)
{
	store_config_init(&cfg);
	memset(&now_twin, 0, sizeof(now_twin));
	rng = 1;
	now = 1000000;
	start(now);
}

static inline void random_commit(void)
{
	unsigned int xtr = rnd(N_XTRS), n = rnd(4) + 1, eids[4];
	unsigned int first = rnd(N_EIDS);
	int ret;

	for (unsigned int i = 0; i < n; i++)
		eids[i] = (first + i * 5) % N_EIDS;
	ret = put(xtr, now_twin.nonce[xtr] + 1 + rnd(3), eids, n, rnd(4) == 0,
		  (uint8_t)rnd(3));
	/* Nobody can be dropped who is registered. */
	assert_true(!ret || (ret == -ENOSPC && cfg.nonces < N_XTRS));
}

static inline int count_key(void *arg, const void *key, size_t key_len,
		     const void *value, size_t len)
{
	++*(size_t *)arg;
	return 0;
}

static inline size_t count_keys(const char *kind)
{
	size_t n = 0;

	kv_walk(kv, kind, 1, count_key, &n);
	return n;
}

static inline void expire_all(void)
{
	struct reg_party gone;
	struct eid eid;

	while (store_memory_ops.expire(store, now, &eid, &gone, NULL))
		;
}

/* As live(), on a disk that others fill: it has no room at all now and then,
 * or little, and writes go through again when there is some. */
static inline void live_without_room(unsigned int steps, unsigned int *full)
{
	for (unsigned int i = 0; i < steps; i++) {
		int ret;

		random_commit();
		if (rnd(4) == 0) {
			now += rnd(2000);
			store_set_time(store, now, now);
			expire_all();
		}
		if (rnd(8) == 0)
			kv_disk_limit(disk, rnd(2) ? SIZE_MAX :
				      kv_disk_used(disk) + rnd(400));
		ret = store_flush(store);
		assert_true(!ret || ret == -ENOSPC);
		*full += ret == -ENOSPC;
		if (!ret)
			safe_twin = now_twin;
	}
}

#endif

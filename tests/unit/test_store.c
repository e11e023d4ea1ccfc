// SPDX-License-Identifier: GPL-2.0-or-later
/* What a node remembers: the table that survives, registrations. */
#include "store.h"

#include <poll.h>

#include "sm/util.h"
#include "store/codec.h"
#include "store/share.h"

/* --- the table: the same tests over memory and over LMDB --- */

static int collect(void *arg, const void *key, size_t key_len,
		   const void *value, size_t len)
{
	char *text = arg;

	strncat(text, key, key_len);
	strcat(text, "=");
	strncat(text, value, len);
	strcat(text, " ");
	return 0;
}

static int stop(void *arg, const void *key, size_t key_len, const void *value,
		size_t len)
{
	++*(int *)arg;
	return 7;
}

static void kv_basics(void **state)
{
	struct kv *k = open_kv();
	char value[8] = "", text[128] = "";
	int n = 0;

	assert_int_equal(kv_get(k, "a", 1, value, 8), -ENOENT);
	assert_int_equal(kv_put(k, "b1", 2, "one", 3), 0);
	assert_int_equal(kv_put(k, "b", 1, "nil", 3), 0);
	assert_int_equal(kv_put(k, "a", 1, "first", 5), 0);
	assert_int_equal(kv_put(k, "b2", 2, "two", 3), 0);
	assert_int_equal(kv_put(k, "c", 1, "last", 4), 0);
	assert_int_equal(kv_put(k, "b1", 2, "uno", 3), 0);
	assert_int_equal(kv_get(k, "b1", 2, value, 8), 3);
	assert_memory_equal(value, "uno", 3);
	/* What does not fit is cut, and its length told. */
	assert_int_equal(kv_get(k, "a", 1, value, 2), 5);
	assert_memory_equal(value, "fio", 3);

	assert_int_equal(kv_walk(k, "b", 1, collect, text), 0);
	assert_string_equal(text, "b=nil b1=uno b2=two ");
	assert_int_equal(kv_walk(k, "b", 1, stop, &n), 7);
	assert_int_equal(n, 1);
	assert_int_equal(kv_walk(k, "d", 1, stop, &n), 0);
	assert_int_equal(n, 1);

	assert_int_equal(kv_del(k, "b1", 2), 0);
	assert_int_equal(kv_del(k, "b1", 2), 0);
	assert_int_equal(kv_get(k, "b1", 2, value, 8), -ENOENT);
	assert_int_equal(kv_sync(k), 0);
	kv_close(k);
}

static void kv_survives(void **state)
{
	struct kv *k = open_kv();
	char value[8];

	assert_int_equal(kv_put(k, "key", 3, "value", 5), 0);
	kv_close(k);
	k = open_kv();
	assert_int_equal(kv_get(k, "key", 3, value, 8), 5);
	assert_memory_equal(value, "value", 5);
	kv_close(k);
}

static void kv_limits(void **state)
{
	struct kv *k = open_kv();
	static char big[KV_VALUE_MAX + 1] = { 1 };

	assert_int_equal(kv_put(k, "", 0, big, 1), -EINVAL);
	assert_int_equal(kv_put(k, big, KV_KEY_MAX + 1, big, 1), -EINVAL);
	assert_int_equal(kv_put(k, "k", 1, big, KV_VALUE_MAX + 1), -EINVAL);
	assert_int_equal(kv_put(k, big, KV_KEY_MAX, big, KV_VALUE_MAX), 0);
	assert_int_equal(kv_get(k, big, KV_KEY_MAX, big, 1), KV_VALUE_MAX);
	kv_close(k);
}

static void kv_lmdb_file(void **state)
{
	struct kv *k = open_kv();
	char path[128];
	struct stat st;
	FILE *f;
	int err = 0;

	kv_close(k);
	snprintf(path, sizeof(path), "%s/state.mdb", dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);

	/* Not ours: refused, and left as it is. */
	f = fopen(path, "w");
	assert_non_null(f);
	for (int i = 0; i < 4096; i++)
		fputs("not a database\n", f);
	fclose(f);
	assert_null(kv_open_lmdb(dir, &err));
	assert_true(err < 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 4096 * 15);
	err = 0;
	assert_null(kv_open_lmdb("/nonexistent/dir", &err));
	assert_int_equal(err, -ENOENT);
}

/* --- registrations --- */

static struct store_change change(const char *eid, uint8_t xtr, bool remove,
				  uint64_t expires)
{
	static union {
		struct reg_record rec;
		uint8_t room[sizeof(struct reg_record) +
			     sizeof(struct locator)];
	} content;
	static struct reg_party parties[256];
	struct store_change c = { .eid = E(eid), .remove = remove };

	content.rec.locators[0] = L("192.0.2.1");
	content.rec.locator_count = 1;
	memset(parties[xtr].who.ids.xtr_id, xtr, 16);
	c.reg.by = &parties[xtr];
	c.reg.rec = &content.rec;
	c.reg.expires = expires;
	c.reg.registered = expires;
	return c;
}

static int commit(const struct store_change *c, size_t n)
{
	struct store_batch b = { .changes = c, .count = n };

	return store_memory_ops.commit(store, &b);
}

static const struct store_entry *find(const char *eid)
{
	static struct store_entry found;
	struct eid e = E(eid);

	return store_memory_ops.find(store, &e, &found);
}

static unsigned int count_regs(const struct store_entry *e)
{
	unsigned int n = 0;

	for (const struct registration *r = e->regs; r; r = r->next)
		n++;
	return n;
}

static void batch_all_or_nothing(void **state)
{
	struct store_change c[3];
	struct nonce_key k = nkey(1, 1, 1);
	struct store_batch b = { .changes = c, .count = 3, .nonce_key = &k,
				 .nonce = { .nonce = 5 } };

	store_config_init(&cfg);
	cfg.per_entry = 1;
	open_store();
	c[0] = change("10.0.0.0/8", 1, false, 100);
	assert_int_equal(commit(c, 1), 0);

	/* The last one is over a cap: none of it happens. */
	c[0] = change("10.1.0.0/16", 2, false, 100);
	c[1] = change("10.0.0.0/8", 1, true, 0);
	c[2] = change("10.0.0.0/8", 2, false, 100);
	assert_int_equal(store_memory_ops.commit(store, &b), -ENOSPC);
	assert_null(find("10.1.0.0/16"));
	assert_non_null(find("10.0.0.0/8"));
	assert_null(get_nonce(&k));
	assert_int_equal(store_registrations(store), 1);
	assert_int_equal(store_memory_ops.prefixes(store), 1);
	close_store();
}

/* The nonce cannot be kept: then nothing may be registered with it. */
static void no_nonce_no_registration(void **state)
{
	struct store_change c = change("10.1.0.0/16", 1, false, 100);
	struct nonce_key a = nkey(1, 1, 1), b = nkey(2, 1, 1);
	struct store_batch batch = { .changes = &c, .count = 1,
				     .nonce_key = &b };

	store_config_init(&cfg);
	cfg.nonces = 1;
	open_store();
	assert_int_equal(see(&a, 10, 100, 300), 0);
	assert_int_equal(store_memory_ops.commit(store, &batch), -ENOSPC);
	assert_null(find("10.1.0.0/16"));
	assert_int_equal(store_memory_ops.prefixes(store), 0);
	close_store();
}

static void registration_cap(void **state)
{
	struct store_change c[2];

	store_config_init(&cfg);
	cfg.registrations = 2;
	open_store();
	c[0] = change("10.1.0.0/16", 1, false, 100);
	c[1] = change("10.2.0.0/16", 1, false, 100);
	assert_int_equal(commit(c, 2), 0);
	c[0] = change("10.3.0.0/16", 1, false, 100);
	assert_int_equal(commit(c, 1), -ENOSPC);
	assert_null(find("10.3.0.0/16"));
	close_store();
}

/* One registrant from many sources is found as quickly as many are: no two of
 * its parties have a hash in common. */
static void shares_by_source(void **state)
{
	struct reg_party by = { .source = A("192.0.2.1"), .tag = 5 };
	struct shared_by *held[512];
	struct hash_node *n;
	struct share share;
	struct pool pool;

	pool_init(&pool);
	assert_int_equal(share_init(&share, &pool, seed), 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(held); i++) {
		by.source.bytes[3] = (uint8_t)(i / 2);
		by.want_notify = i % 2;
		held[i] = share_by(&share, &by);
		assert_non_null(held[i]);
		assert_ptr_equal(share_by(&share, &by), held[i]);
		share_put_by(&share, held[i]);
	}
	assert_int_equal(share.bys.count, ARRAY_SIZE(held));
	for (n = hash_walk_first(&share.bys); n;
	     n = hash_walk_next(&share.bys, n))
		assert_null(hash_next(n));
	for (unsigned int i = 0; i < ARRAY_SIZE(held); i++)
		share_put_by(&share, held[i]);
	assert_int_equal(share.bys.count, 0);
	share_free(&share);
	pool_clear(&pool);
}

/* What the log brings beyond caps that are lower today is left out, and what
 * is within them goes on to be refreshed. */
static void lower_caps(void **state)
{
	static const struct { size_t all; unsigned int per_entry; size_t left; }
	caps[] = { { 2, 16, 2 }, { 10, 1, 3 }, { 10, 2, 4 } };
	struct store_change c[4];

	store_config_init(&cfg);
	open_store();
	for (uint64_t expires = 1000; expires <= 2000; expires += 1000) {
		c[0] = change("10.1.0.0/16", 1, false, expires);
		c[1] = change("10.1.0.0/16", 2, false, expires);
		c[2] = change("10.2.0.0/16", 1, false, expires);
		c[3] = change("10.3.0.0/16", 1, false, expires);
		for (int i = 0; i < 4; i++)
			c[i].reg.lifetime = (uint32_t)expires;
		assert_int_equal(commit(c, 4), 0);
	}
	close_store();
	for (size_t i = 0; i < ARRAY_SIZE(caps); i++) {
		cfg.registrations = caps[i].all;
		cfg.per_entry = caps[i].per_entry;
		open_store();
		assert_int_equal(store_registrations(store), caps[i].left);
		assert_int_equal(find("10.1.0.0/16")->regs->expires, 2000);
		close_store();
	}
}

/* Who may register cannot make contents that are all in one chain, whatever
 * they differ in. */
static void no_chain(void **state)
{
	struct codec_content c = { .rec = { .ttl = 1, .locator_count = 3 } };
	uint64_t hash[6];
	struct share s;

	assert_int_equal(share_init(&s, NULL, seed), 0);
	for (uint8_t i = 0; i < 3; i++)
		c.rec.locators[i] = L("192.0.2.1");
	for (size_t i = 0; i < ARRAY_SIZE(hash); i++) {
		struct shared_rec *r;

		c.rec.ttl += i == 1;
		c.rec.version += i == 2 ? 256 : 0;
		c.rec.locators[2].addr.bytes[3] += i == 3;
		c.rec.locators[2].weight += i == 4;
		c.rec.locators[0].mweight += i == 5;
		r = share_rec(&s, &c.rec);
		assert_non_null(r);
		hash[i] = r->node.hash;
		for (size_t k = 0; k < i; k++)
			assert_int_not_equal(hash[i], hash[k]);
		share_put_rec(&s, r);
	}
	share_free(&s);
}

static void replaces(void **state)
{
	struct reg_party gone;
	struct eid eid;
	struct store_change c = change("10.1.0.0/16", 1, false, 100);

	store_config_init(&cfg);
	open_store();
	assert_int_equal(commit(&c, 1), 0);
	c = change("10.1.0.0/16", 2, false, 200);
	assert_int_equal(commit(&c, 1), 0);
	c = change("10.1.0.0/16", 1, false, 300);
	assert_int_equal(commit(&c, 1), 0);
	/* The most recent first; since when is not forgotten. */
	assert_int_equal(count_regs(find("10.1.0.0/16")), 2);
	assert_int_equal(find("10.1.0.0/16")->regs->expires, 300);
	assert_int_equal(find("10.1.0.0/16")->regs->registered, 100);
	/* What was put off stays until the wheel comes by. */
	assert_in_range(store_memory_ops.due(store), 1, 200);
	assert_false(store_memory_ops.expire(store, 199, &eid, &gone, NULL));
	assert_int_equal(store_memory_ops.due(store), 200);
	assert_true(store_memory_ops.expire(store, 200, &eid, &gone, NULL));
	assert_int_equal(gone.who.ids.xtr_id[0], 2);
	close_store();
}

/* Against a plain table, at random: what is registered, what comes next, what
 * expires when. */
#define N_EIDS	24
#define N_XTRS	4

static struct {
	uint64_t expires[N_XTRS];	/* 0: not there */
} twin[N_EIDS];

static struct eid eids[N_EIDS];

static unsigned int rnd(unsigned int n)
{
	return (unsigned int)(fake_random(NULL) >> 33) % n;
}

static bool twin_there(int i)
{
	for (int x = 0; x < N_XTRS; x++)
		if (twin[i].expires[x])
			return true;
	return false;
}

static void random_change(uint64_t now)
{
	unsigned int i = rnd(N_EIDS), x = rnd(N_XTRS);
	bool remove = rnd(3) == 0;
	char text[EID_TEXT_MAX];
	struct store_change c = change(eid_text(&eids[i], text),
				       (uint8_t)(x + 1), remove,
				       now + 1 + rnd(50));

	assert_int_equal(commit(&c, 1), 0);
	twin[i].expires[x] = remove ? 0 : c.reg.expires;
}

static void expire_all(uint64_t now)
{
	struct reg_party gone;
	struct eid eid;

	while (store_memory_ops.expire(store, now, &eid, &gone, NULL)) {
		int i = 0;

		while (!eid_equal(&eids[i], &eid))
			i++;
		assert_in_range(twin[i].expires[gone.who.ids.xtr_id[0] - 1],
				1, now);
		twin[i].expires[gone.who.ids.xtr_id[0] - 1] = 0;
	}
	for (int i = 0; i < N_EIDS; i++)
		for (int x = 0; x < N_XTRS; x++)
			assert_true(!twin[i].expires[x] ||
				    twin[i].expires[x] > now);
}

static void check_twin(void)
{
	struct store_entry buf, other;
	const struct store_entry *e = store_memory_ops.walk(store, NULL, &buf);
	size_t count = 0;

	for (int i = 0; i < N_EIDS; i++) {
		unsigned int regs = 0;

		for (int x = 0; x < N_XTRS; x++)
			regs += twin[i].expires[x] != 0;
		count += regs;
		if (!twin_there(i)) {
			assert_null(store_memory_ops.find(store, &eids[i],
							   &other));
			continue;
		}
		/* eids[] is sorted, and so is the walk. */
		assert_non_null(e);
		assert_true(eid_equal(&e->eid, &eids[i]));
		assert_int_equal(count_regs(e), regs);
		e = store_memory_ops.walk(store, &e->eid, &buf);
	}
	assert_null(e);
	assert_int_equal(store_registrations(store), count);
}

/* Each is shown once, in order; every third one goes. */
struct shown {
	struct eid last;
	size_t count;
};

static bool keep_some(void *ctx, const struct eid *eid,
		      const struct registration *reg, struct reg_party *by)
{
	struct shown *s = ctx;
	int i = 0;

	assert_true(!s->count++ || eid_cmp(&s->last, eid) <= 0);
	s->last = *eid;
	while (!eid_equal(&eids[i], eid))
		i++;
	assert_true(twin[i].expires[reg->by->who.ids.xtr_id[0] - 1] != 0);
	by->want_notify = s->count % 2;
	if (rnd(3))
		return true;
	twin[i].expires[reg->by->who.ids.xtr_id[0] - 1] = 0;
	return false;
}

static void review_some(void)
{
	size_t count = store_registrations(store);
	struct shown s = { .count = 0 };

	store_memory_ops.review(store, keep_some, &s);
	assert_int_equal(s.count, count);
}

static int cmp_eid(const void *a, const void *b)
{
	return eid_cmp(a, b);
}

static void registry_twin(void **state)
{
	uint64_t now = 1000;

	store_config_init(&cfg);
	open_store();
	memset(twin, 0, sizeof(twin));
	for (int i = 0; i < N_EIDS; i++) {
		struct addr a = A("10.0.0.0");
		struct prefix p;

		/* In each instance 10.0/14 over 10.1/16 to 10.3/16, and the
		 * same from 10.4 on. */
		a.bytes[1] = (uint8_t)(i / 3);
		prefix_make(&a, i / 3 % 4 ? 16 : 14, &p);
		eids[i] = eid_make((uint32_t)i % 3, &p);
	}
	qsort(eids, N_EIDS, sizeof(eids[0]), cmp_eid);
	for (int i = 1; i < N_EIDS; i++)
		assert_false(eid_equal(&eids[i - 1], &eids[i]));
	for (int i = 0; i < 5000; i++) {
		random_change(now);
		if (rnd(4) == 0)
			expire_all(now += rnd(20));
		if (rnd(50) == 0)
			review_some();
		check_twin();
	}
	close_store();
}

static int see_and_flush(uint64_t nonce)
{
	const struct nonce_key k = nkey(1, 1, 1);

	assert_int_equal(set_nonce(&k, nonce), 0);
	return store_flush(store);
}

static bool can_be_read(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

/* One flush is under way at a time, and nothing of a later one counts before
 * that.  One that failed is made again with what came since. */
static void late(void **state)
{
	const struct nonce_key k = nkey(1, 1, 1);

	store_config_init(&cfg);
	assert_int_equal(kv_disk_late(disk), 0);
	open_store();
	assert_int_equal(store_complete(store), 0);
	assert_int_equal(see_and_flush(1), 0);
	assert_int_equal(see_and_flush(2), 0);
	assert_true(store_pending(store));
	assert_int_equal(store_complete(store), 0);
	assert_int_equal(store_durable(store), 0);
	assert_false(can_be_read(store_fd(store)));

	assert_true(kv_disk_end(disk, true, 0));
	assert_true(can_be_read(store_fd(store)));
	assert_int_equal(store_durable(store), 0);
	assert_int_equal(store_complete(store), 0);
	assert_false(can_be_read(store_fd(store)));
	assert_int_equal(store_durable(store), 1);
	assert_true(store_pending(store));

	assert_true(kv_disk_end(disk, false, -EIO));
	assert_int_equal(store_complete(store), -EIO);
	assert_int_equal(store_durable(store), 1);
	assert_false(store_pending(store));
	assert_int_equal(store_complete(store), 0);
	assert_int_equal(see_and_flush(3), 0);
	assert_true(kv_disk_end(disk, true, -EIO));
	assert_int_equal(store_complete(store), -EIO);
	assert_int_equal(store_durable(store), 1);
	assert_int_equal(store_flush(store), 0);
	assert_int_equal(see_and_flush(4), 0);
	assert_int_equal(store_sync(store), 0);
	assert_int_equal(store_durable(store), 4);
	assert_false(store_pending(store));
	close_store();
	open_store();
	assert_int_equal(get_nonce(&k)->nonce, 4);
	close_store();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(kv_basics),
		BOTH(kv_survives),
		BOTH(kv_limits),
		cmocka_unit_test_setup_teardown(kv_lmdb_file, on_lmdb, clean),
		cmocka_unit_test_setup_teardown(batch_all_or_nothing,
						on_memory, clean),
		cmocka_unit_test_setup_teardown(no_nonce_no_registration,
						on_memory, clean),
		cmocka_unit_test_setup_teardown(registration_cap, on_memory,
						clean),
		cmocka_unit_test(shares_by_source),
		cmocka_unit_test(no_chain),
		cmocka_unit_test_setup_teardown(lower_caps, on_memory, clean),
		cmocka_unit_test_setup_teardown(replaces, on_memory, clean),
		cmocka_unit_test_setup_teardown(late, on_memory, clean),
		cmocka_unit_test_setup_teardown(registry_twin, on_memory,
						clean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

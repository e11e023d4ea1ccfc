// SPDX-License-Identifier: GPL-2.0-or-later
/* What a node remembers: the table that survives, nonces, registrations. */
#include "sm.h"

#include <pthread.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/store.h"

/* --- kv: the same tests over memory and over LMDB --- */

static char dir[64];
static struct kv_disk *disk;
static bool lmdb;

static struct kv *open_kv(void)
{
	struct kv *k = lmdb ? kv_open_lmdb(dir, NULL) : kv_open_memory(disk);

	assert_non_null(k);
	return k;
}

static int on_memory(void **state)
{
	lmdb = false;
	disk = kv_disk_new();
	memset(&world, 0, sizeof(world));
	return disk ? 0 : -1;
}

static int on_lmdb(void **state)
{
	lmdb = true;
	memset(&world, 0, sizeof(world));
	snprintf(dir, sizeof(dir), "/tmp/test_store.XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int clean(void **state)
{
	char path[128];

	if (!lmdb) {
		kv_disk_free(disk);
		return 0;
	}
	snprintf(path, sizeof(path), "%s/state.mdb", dir);
	unlink(path);
	snprintf(path, sizeof(path), "%s/state.mdb-lock", dir);
	unlink(path);
	return rmdir(dir);
}

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
	char big[KV_VALUE_MAX + 1] = { 1 };

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

/* --- the store over kv --- */

static struct kv *kv;
static struct store *store;
static struct store_config cfg;

static void open_store(void)
{
	kv = open_kv();
	store = store_new(&cfg, kv, seed, NULL);
	assert_non_null(store);
}

static void close_store(void)
{
	store_free(store);
	kv_close(kv);
}

static uint64_t next_nonce(const char *server, uint64_t tag)
{
	struct addr a = A(server);
	uint64_t nonce = 0;

	assert_int_equal(store_register_nonce(store, &a, tag, &nonce), 0);
	return nonce;
}

/* Counting up, through restarts, each server and key for itself. */
static void counters(void **state)
{
	uint64_t last = 0;

	store_config_init(&cfg);
	cfg.reserve = 10;
	cfg.first_nonce = 5000;
	for (int run = 0; run < 5; run++) {
		open_store();
		for (int i = 0; i < 25; i++) {
			uint64_t n = next_nonce("192.0.2.1", 1);

			assert_true(n > last);
			assert_true(n >= 5000);
			if (i)
				assert_int_equal(n, last + 1);
			last = n;
		}
		/* A restart skips what was left of the reserve, no more. */
		assert_in_range(last, 5000 + run * 25, 5000 + run * 35 + 35);
		close_store();
	}
	open_store();
	assert_int_equal(next_nonce("192.0.2.1", 2), 5000);
	assert_int_equal(next_nonce("192.0.2.2", 1), 5000);
	close_store();
}

static void xtr_id(void **state)
{
	static const uint8_t fresh[16] = { 1, 2, 3 }, other[16] = { 9 };
	uint8_t id[16];

	store_config_init(&cfg);
	open_store();
	assert_int_equal(store_xtr_id(store, fresh, id), 0);
	assert_memory_equal(id, fresh, 16);
	close_store();
	open_store();
	assert_int_equal(store_xtr_id(store, other, id), 0);
	assert_memory_equal(id, fresh, 16);
	close_store();
}

static struct nonce_key nkey(uint8_t xtr, uint64_t site, uint64_t tag)
{
	struct nonce_key k = { .tag = tag };

	memset(k.who.ids.xtr_id, xtr, 16);
	k.who.ids.site_id = site;
	return k;
}

static int set_nonce(const struct nonce_key *k, uint64_t nonce,
		     const char *notify)
{
	struct store_batch b = {
		.nonce_key = k,
		.nonce = {
			.nonce = nonce,
			.when = 77,
			.notify = (const uint8_t *)notify,
			.notify_len = notify ? (uint16_t)strlen(notify) : 0,
		},
	};

	return store_memory_ops.commit(store, &b);
}

static const struct nonce_state *get_nonce(const struct nonce_key *k)
{
	return store_memory_ops.nonce(store, k);
}

static void last_nonces(void **state)
{
	struct nonce_key a = nkey(1, 1, 1), b = nkey(1, 2, 1),
			 c = nkey(1, 1, 2), d = nkey(2, 1, 1);
	struct nonce_key e = { .who.source = A("192.0.2.1"), .tag = 1 };

	store_config_init(&cfg);
	open_store();
	assert_int_equal(set_nonce(&a, 10, "hello"), 0);
	assert_int_equal(set_nonce(&e, 20, NULL), 0);
	assert_int_equal(get_nonce(&a)->nonce, 10);
	assert_int_equal(get_nonce(&a)->notify_len, 5);
	assert_memory_equal(get_nonce(&a)->notify, "hello", 5);
	assert_null(get_nonce(&b));
	assert_null(get_nonce(&c));
	assert_null(get_nonce(&d));
	assert_int_equal(set_nonce(&a, 11, "again!"), 0);
	assert_memory_equal(get_nonce(&a)->notify, "again!", 6);
	close_store();

	open_store();
	assert_int_equal(get_nonce(&a)->nonce, 11);
	assert_int_equal(get_nonce(&a)->when, 0);
	assert_null(get_nonce(&a)->notify);
	assert_int_equal(get_nonce(&e)->nonce, 20);
	assert_null(get_nonce(&b));
	close_store();
}

/* At @now, registering until @until. */
static int see(const struct nonce_key *k, uint64_t nonce, uint64_t now,
	       uint64_t until)
{
	struct store_batch b = {
		.nonce_key = k,
		.nonce = { .nonce = nonce, .when = now, .until = until },
	};

	return store_memory_ops.commit(store, &b);
}

static bool floor_of(uint64_t tag, uint64_t *floor)
{
	return store_memory_ops.floor(store, tag, floor);
}

/* Those whose registrations live are never dropped. */
static void nonce_cap(void **state)
{
	struct nonce_key a = nkey(1, 1, 1), b = nkey(2, 1, 1);
	uint64_t floor;

	store_config_init(&cfg);
	cfg.nonces = 1;
	open_store();
	assert_int_equal(see(&a, 10, 100, 300), 0);
	assert_int_equal(see(&b, 10, 299, 500), -ENOSPC);
	assert_null(get_nonce(&b));
	assert_false(floor_of(1, &floor));
	/* One that is known is never out of room; and what it registered for
	 * longer before counts. */
	assert_int_equal(see(&a, 11, 250, 260), 0);
	assert_int_equal(see(&b, 10, 280, 500), -ENOSPC);
	close_store();
}

/* The one not heard of for longest goes; what it said stays refused, also
 * after a restart, by the floor of its key. */
static void nonces_dropped(void **state)
{
	struct nonce_key k[4] = { nkey(1, 1, 1), nkey(2, 1, 1), nkey(3, 1, 1),
				  nkey(4, 1, 1) };
	uint64_t floor = 0;

	store_config_init(&cfg);
	cfg.nonces_per_key = 3;
	open_store();
	assert_int_equal(see(&k[0], 70, 100, 200), 0);
	assert_int_equal(see(&k[1], 30, 110, 200), 0);
	assert_int_equal(see(&k[2], 50, 120, 900), 0);
	assert_int_equal(see(&k[0], 71, 130, 200), 0);
	/* k[1] is the oldest now; nobody's registrations are over. */
	assert_int_equal(see(&k[3], 5, 199, 900), -ENOSPC);
	assert_int_equal(see(&k[3], 5, 200, 900), 0);
	assert_null(get_nonce(&k[1]));
	assert_int_equal(get_nonce(&k[0])->nonce, 71);
	assert_true(floor_of(1, &floor));
	assert_int_equal(floor, 30);
	/* k[2] is older than k[0], but lives. */
	assert_int_equal(see(&k[1], 31, 210, 900), 0);
	assert_null(get_nonce(&k[0]));
	assert_non_null(get_nonce(&k[2]));
	assert_true(floor_of(1, &floor));
	assert_int_equal(floor, 71);
	close_store();

	open_store();
	assert_null(get_nonce(&k[0]));
	assert_int_equal(get_nonce(&k[1])->nonce, 31);
	floor = 0;
	assert_true(floor_of(1, &floor));
	assert_int_equal(floor, 71);
	/* A lower one that is dropped does not lower it. */
	assert_int_equal(see(&k[0], 72, 1000, 1100), 0);
	assert_true(floor_of(1, &floor));
	assert_int_equal(floor, 71);
	close_store();
}

/* A key that has its share drops its own, not the neighbour's. */
static void own_share(void **state)
{
	struct nonce_key k;

	store_config_init(&cfg);
	cfg.nonces_per_key = 2;
	open_store();
	for (uint8_t i = 0; i < 4; i++) {
		k = nkey(i, 1, 2 - i / 2);
		assert_int_equal(see(&k, 10, 100 + i, 200), 0);
	}
	k = nkey(9, 1, 1);
	assert_int_equal(see(&k, 10, 300, 400), 0);
	k = nkey(2, 1, 1);
	assert_null(get_nonce(&k));
	k = nkey(0, 1, 2);
	assert_non_null(get_nonce(&k));
	close_store();
}

/* One key makes up registrants until nothing fits: the others keep theirs,
 * and there is room for their new ones. */
static void greedy_key(void **state)
{
	struct nonce_key good = nkey(1, 1, 1), more = nkey(2, 1, 1), k;
	uint64_t floor;

	store_config_init(&cfg);
	cfg.nonces = 20;
	cfg.nonces_per_key = 19;
	open_store();
	assert_int_equal(see(&good, 10, 100, 200), 0);
	for (uint8_t i = 0; i < 100; i++) {
		k = nkey(i, 2, 2);
		assert_int_equal(see(&k, 1000 + i, 1000 + i, 1000 + i), 0);
	}
	assert_int_equal(get_nonce(&good)->nonce, 10);
	assert_false(floor_of(1, &floor));
	assert_int_equal(see(&more, 10, 2000, 2000), 0);
	assert_int_equal(get_nonce(&good)->nonce, 10);
	assert_false(floor_of(1, &floor));
	assert_true(floor_of(2, &floor));
	assert_int_equal(floor, 1081);

	/* All of its own live: somebody who is away has to go. */
	for (uint8_t i = 0; i < 18; i++) {
		k = nkey(i, 3, 2);
		assert_int_equal(see(&k, 5000, 3000, 9000), 0);
	}
	more = nkey(3, 1, 3);
	assert_int_equal(see(&more, 10, 3001, 9000), 0);
	assert_null(get_nonce(&good));
	assert_true(floor_of(1, &floor));
	assert_int_equal(floor, 10);
	close_store();
}

/* --- durability --- */

static pthread_t flusher;
static int flushes, flush_result;
static pthread_mutex_t flush_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t flushed = PTHREAD_COND_INITIALIZER;

/* In place of libc's, for LMDB. */
int fdatasync(int fd)
{
	int ret;

	pthread_mutex_lock(&flush_lock);
	flusher = pthread_self();
	flushes++;
	ret = flush_result;
	pthread_cond_signal(&flushed);
	pthread_mutex_unlock(&flush_lock);
	if (ret)
		errno = EIO;
	return ret;
}

static int count_flushes(void)
{
	int n;

	pthread_mutex_lock(&flush_lock);
	n = flushes;
	pthread_mutex_unlock(&flush_lock);
	return n;
}

static void await_flushes(int n)
{
	pthread_mutex_lock(&flush_lock);
	while (flushes < n)
		pthread_cond_wait(&flushed, &flush_lock);
	pthread_mutex_unlock(&flush_lock);
}

/* The disk is another thread's; who puts nothing makes it do nothing. */
static void flushed_behind(void **state)
{
	struct nonce_key a = nkey(1, 1, 1);
	int before;

	store_config_init(&cfg);
	open_store();
	before = count_flushes();
	assert_int_equal(set_nonce(&a, 1, NULL), 0);
	assert_int_equal(count_flushes(), before);
	assert_int_equal(store_sync_start(store), 0);
	await_flushes(before + 1);
	assert_false(pthread_equal(flusher, pthread_self()));
	for (int i = 0; i < 100; i++) {
		assert_int_equal(store_sync_start(store), 0);
		sched_yield();
	}
	close_store();			/* once more, itself */
	assert_int_equal(count_flushes(), before + 2);

	/* A failure is told by the next one, and tried again. */
	open_store();
	flush_result = -1;
	assert_int_equal(set_nonce(&a, 2, NULL), 0);
	while (store_sync_start(store) != -EIO)
		sched_yield();
	flush_result = 0;
	while (store_sync_start(store))
		sched_yield();
	close_store();
}

static void damaged_nonce(void **state)
{
	struct kv *k = open_kv();
	int err = 0;

	assert_int_equal(kv_put(k, "n123", 4, "x", 1), 0);
	store_config_init(&cfg);
	assert_null(store_new(&cfg, k, seed, &err));
	assert_int_equal(err, -EIO);
	kv_close(k);
}

/* --- registrations --- */

static struct store_change change(const char *eid, uint8_t xtr, bool remove,
				  uint64_t expires)
{
	static struct locator loc;
	struct store_change c = { .eid = E(eid), .remove = remove };

	loc = L("192.0.2.1");
	memset(c.reg.who.ids.xtr_id, xtr, 16);
	c.reg.expires = expires;
	c.reg.registered = expires;
	c.reg.locators = &loc;
	c.reg.locator_count = 1;
	return c;
}

static int commit(const struct store_change *c, size_t n)
{
	struct store_batch b = { .changes = c, .count = n };

	return store_memory_ops.commit(store, &b);
}

static const struct store_entry *find(const char *eid)
{
	struct eid e = E(eid);

	return store_memory_ops.find(store, &e);
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

static void replaces(void **state)
{
	struct store_change c = change("10.1.0.0/16", 1, false, 100);

	store_config_init(&cfg);
	open_store();
	assert_int_equal(commit(&c, 1), 0);
	c = change("10.1.0.0/16", 2, false, 200);
	assert_int_equal(commit(&c, 1), 0);
	c = change("10.1.0.0/16", 1, false, 300);
	assert_int_equal(commit(&c, 1), 0);
	/* The most recent first; since when is not forgotten. */
	assert_int_equal(find("10.1.0.0/16")->reg_count, 2);
	assert_int_equal(find("10.1.0.0/16")->regs->expires, 300);
	assert_int_equal(find("10.1.0.0/16")->regs->registered, 100);
	assert_int_equal(store_memory_ops.due(store), 200);
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
	struct registration gone;
	struct eid eid;

	while (store_memory_ops.expire(store, now, &eid, &gone)) {
		int i = 0;

		while (!eid_equal(&eids[i], &eid))
			i++;
		assert_int_equal(twin[i].expires[gone.who.ids.xtr_id[0] - 1],
				 gone.expires);
		assert_true(gone.expires <= now);
		twin[i].expires[gone.who.ids.xtr_id[0] - 1] = 0;
	}
	for (int i = 0; i < N_EIDS; i++)
		for (int x = 0; x < N_XTRS; x++)
			assert_true(!twin[i].expires[x] ||
				    twin[i].expires[x] > now);
}

static void check_twin(void)
{
	const struct store_entry *e = store_memory_ops.walk(store, NULL);
	size_t count = 0;

	for (int i = 0; i < N_EIDS; i++) {
		unsigned int regs = 0;

		for (int x = 0; x < N_XTRS; x++)
			regs += twin[i].expires[x] != 0;
		count += regs;
		if (!twin_there(i)) {
			assert_null(store_memory_ops.find(store, &eids[i]));
			continue;
		}
		/* eids[] is sorted, and so is the walk. */
		assert_non_null(e);
		assert_true(eid_equal(&e->eid, &eids[i]));
		assert_int_equal(e->reg_count, regs);
		e = store_memory_ops.walk(store, &e->eid);
	}
	assert_null(e);
	assert_int_equal(store_registrations(store), count);
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
		check_twin();
	}
	close_store();
}

#define BOTH(f) \
	{ #f " in memory", f, on_memory, clean, NULL }, \
	{ #f " in LMDB", f, on_lmdb, clean, NULL }

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(kv_basics),
		BOTH(kv_survives),
		BOTH(kv_limits),
		cmocka_unit_test_setup_teardown(kv_lmdb_file, on_lmdb, clean),
		BOTH(counters),
		BOTH(xtr_id),
		BOTH(last_nonces),
		cmocka_unit_test_setup_teardown(nonce_cap, on_memory, clean),
		BOTH(nonces_dropped),
		cmocka_unit_test_setup_teardown(own_share, on_memory, clean),
		cmocka_unit_test_setup_teardown(greedy_key, on_memory, clean),
		cmocka_unit_test_setup_teardown(flushed_behind, on_lmdb, clean),
		cmocka_unit_test_setup_teardown(damaged_nonce, on_memory,
						clean),
		cmocka_unit_test_setup_teardown(batch_all_or_nothing,
						on_memory, clean),
		cmocka_unit_test_setup_teardown(no_nonce_no_registration,
						on_memory, clean),
		cmocka_unit_test_setup_teardown(registration_cap, on_memory,
						clean),
		cmocka_unit_test_setup_teardown(replaces, on_memory, clean),
		cmocka_unit_test_setup_teardown(registry_twin, on_memory,
						clean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Log and snapshots say of EIDs that are near each other, and of what is
 * registered alike, only what differs: all of it is there after a restart, it
 * takes few octets and few writes, and nothing is made of what cannot be.
 */
#include "store.h"

#include "store/codec.h"
#include "store/journal.h"

#define XTRS		2
#define RECORDS		20
#define LIFETIME	600000u

/* As many prefixes of a length, one after the other; of some the next ones
 * differ in instance or family alone. */
static const struct {
	const char *first;
	uint32_t iid;
	uint8_t len;
	unsigned int count;
} shapes[] = {
	{ "0.0.0.0", 1, 0, 1 },
	{ "10.0.0.0", 1, 20, 40 },
	{ "10.1.0.0", 1, 24, 300 },
	{ "10.1.255.240", 1, 32, 300 },
	{ "10.1.0.0", 2, 32, 30 },
	{ "2001:db8::", 2, 32, 1 },
	{ "2001:db8::", 2, 48, 30 },
	{ "2001:db8::", 2, 61, 30 },
	{ "2001:db8::ff80", 2, 128, 300 },
};

#define EIDS	1032

struct expected {
	uint64_t registered;
	uint64_t expires;		/* 0: not there */
	uint8_t weight;
};

static struct eid eids[EIDS];
static struct expected expected[EIDS][XTRS];
static uint64_t now, nonce;

static struct eid eid_at(unsigned int shape, unsigned int i)
{
	struct addr a = A(shapes[shape].first);
	unsigned int len = shapes[shape].len, carry = i;
	struct prefix p;

	for (unsigned int at = (len + 7) / 8; at-- > 0 && carry; ) {
		unsigned int unit = at == (len - 1) / 8 && len % 8 ?
			1u << (8 - len % 8) : 1;

		carry = a.bytes[at] + carry * unit;
		a.bytes[at] = (uint8_t)carry;
		carry >>= 8;
	}
	assert_int_equal(prefix_make(&a, len, &p), 0);
	return eid_make(shapes[shape].iid, &p);
}

static void begin(uint64_t snapshot_octets)
{
	unsigned int n = 0;

	for (unsigned int s = 0; s < sizeof(shapes) / sizeof(*shapes); s++)
		for (unsigned int i = 0; i < shapes[s].count; i++)
			eids[n++] = eid_at(s, i);
	assert_int_equal(n, EIDS);
	memset(expected, 0, sizeof(expected));
	now = 1000000;
	nonce = 0;
	store_config_init(&cfg);
	cfg.snapshot_octets = snapshot_octets;
	cfg.now = cfg.wall = now;
	open_store();
}

/* @count EIDs from @first on, each @step further; with a weight for every
 * @alike of them. */
static void put(unsigned int xtr, unsigned int first, unsigned int count,
		unsigned int step, unsigned int alike, bool remove)
{
	static struct codec_content contents[RECORDS];
	struct nonce_key key = nkey((uint8_t)xtr, xtr, 5);
	struct reg_party by = {
		.who = key.who, .source = A("192.0.2.1"),
		.local = A("192.0.2.9"), .tag = 5,
	};
	struct store_change ch[RECORDS];
	struct store_batch b = {
		.changes = ch,
		.count = count,
		.nonce_key = &key,
		.nonce = { .nonce = ++nonce, .when = now,
			   .until = now + LIFETIME },
	};

	for (unsigned int i = 0; i < count; i++) {
		struct reg_record *rec = &contents[i / alike].rec;
		unsigned int at = first + i * step;
		struct expected *e = &expected[at][xtr];

		rec->ttl = 10;
		rec->locator_count = 1;
		rec->locators[0] = L("192.0.2.1");
		rec->locators[0].weight = (uint8_t)(i / alike);
		ch[i] = (struct store_change){
			.eid = eids[at],
			.remove = remove,
			.reg = { .by = &by, .rec = rec, .registered = now,
				 .expires = now + LIFETIME,
				 .lifetime = LIFETIME },
		};
		if (!e->expires)
			e->registered = now;
		e->expires = remove ? 0 : now + LIFETIME;
		e->weight = rec->locators[0].weight;
	}
	assert_int_equal(store_memory_ops.commit(store, &b), 0);
}

static void check_one(unsigned int i)
{
	const struct registration *r;
	struct store_entry e;
	unsigned int found = 0, there = 0;

	if (!store_memory_ops.find(store, &eids[i], &e))
		e.regs = NULL;
	for (r = e.regs; r; r = r->next) {
		unsigned int xtr = r->by->who.ids.xtr_id[0];

		assert_true(xtr < XTRS);
		assert_int_equal(r->expires, expected[i][xtr].expires);
		assert_int_equal(r->registered, expected[i][xtr].registered);
		assert_int_equal(r->rec->locators[0].weight,
				 expected[i][xtr].weight);
		found++;
	}
	for (unsigned int xtr = 0; xtr < XTRS; xtr++)
		there += expected[i][xtr].expires > 0;
	assert_int_equal(found, there);
}

static void check(void)
{
	close_store();
	cfg.now = cfg.wall = now;
	open_store();
	for (unsigned int i = 0; i < EIDS; i++)
		check_one(i);
}

static void flush(void)
{
	now += 10;
	store_set_time(store, now, now);
	assert_int_equal(store_flush(store), 0);
}

/* All of them, near each other, far from each other and mixed. */
static void live(void)
{
	static const unsigned int steps[] = { 1, 7, 50 };

	for (unsigned int i = 0; i < 3; i++) {
		unsigned int step = steps[i];

		for (unsigned int at = 0; at + RECORDS * step < EIDS;
		     at += step > 1 ? 3 : RECORDS) {
			put(at % XTRS, at, RECORDS, step, 1 + at % 9,
			    at % 11 == 5);
			if (at % 2)
				flush();
		}
	}
}

static void in_the_log(void **state)
{
	begin(1 << 30);
	live();
	check();
	close_store();
}

static void in_snapshots(void **state)
{
	begin(300);
	live();
	check();
	/* And so that a snapshot has all of them. */
	for (unsigned int at = 0; at + RECORDS < EIDS; at += RECORDS)
		put(0, at, RECORDS, 1, RECORDS, false);
	for (unsigned int i = 0; i < 200; i++) {
		put(1, 0, 1, 1, 1, false);
		flush();
	}
	check();
	close_store();
}

struct octets {
	const char *kind;
	size_t count;
	size_t sum;
};

static int add_octets(void *arg, const void *key, size_t key_len,
		      const void *value, size_t len)
{
	struct octets *o = arg;

	o->count++;
	o->sum += len;
	return 0;
}

static struct octets octets_of(const char *kind)
{
	struct octets o = { .kind = kind };

	assert_int_equal(kv_walk(kv, kind, 1, add_octets, &o), 0);
	return o;
}

/* 20 EIDs of a site that are refreshed together. */
static void few_octets(void **state)
{
	begin(1 << 30);
	put(0, 400, RECORDS, 1, RECORDS, false);
	assert_int_equal(store_flush(store), 0);
	assert_in_range(octets_of("L").sum, 100, 260);
	close_store();
}

/* A snapshot of all registrations in one piece, where a write is a
 * transaction, though it is made while some hundred batches are flushed. */
static void few_writes(void **state)
{
	uint8_t meta[64];
	struct octets o;

	begin(20000);
	for (unsigned int at = 0; at + RECORDS < EIDS; at += RECORDS)
		put(0, at, RECORDS, 1, RECORDS, false);
	flush();
	while (kv_get(kv, "journal", 8, meta, sizeof(meta)) < 0) {
		put(0, 400, 1, 1, 1, false);
		flush();
		assert_true(nonce < 10000);
	}
	o = octets_of("S");
	print_message("# %zu octets in %zu pieces\n", o.sum, o.count);
	assert_int_equal(o.count, 2);	/* the other one is of nonces */
	assert_in_range(o.sum, 1000, 10 * EIDS);
	check();
	close_store();
}

static uint64_t expires(unsigned int i)
{
	struct store_entry e;

	assert_non_null(store_memory_ops.find(store, &eids[i], &e));
	assert_non_null(e.regs);
	return e.regs->expires;
}

/* The wall's clock steps on in the middle of a piece: who is written after that
 * lives as long as ours says, though he registered with those before. */
static void clock_in_a_piece(void **state)
{
	const unsigned int first = 341, step_ms = 1000;	/* all /32 */
	uint8_t meta[64];

	begin(300);
	for (unsigned int i = 0; i < 300; i += RECORDS)
		put(0, first + i, RECORDS, 1, RECORDS, false);
	for (unsigned int i = 0; kv_get(kv, "journal", 8, meta, 64) < 0; i++) {
		assert_true(i < 20);
		store_set_time(store, now, now + i * step_ms);
		cfg.wall = now + i * step_ms;
		assert_int_equal(store_flush(store), 0);
	}
	assert_int_equal(octets_of("S").count, 2);
	close_store();
	open_store();
	/* Time passes for what is on record, and only for that. */
	for (unsigned int i = 1; i < 300; i++)
		assert_true(expires(first + i) >= expires(first + i - 1));
	assert_true(expires(first) < expires(first + 299));
	assert_in_range(expires(first + 299), now + LIFETIME - 3 * step_ms,
			now + LIFETIME);
	close_store();
}

static int on_entry(void *arg, const struct eid *eid, uint32_t party,
		    uint32_t content, const struct registration *times)
{
	++*(int *)arg;
	return 0;
}

static int on_message(void *arg, const struct store_batch *b)
{
	++*(int *)arg;
	return 0;
}

/* What journal_read() says to the octets that @w has after a header. */
static int read_back(const struct writer *w, int *count)
{
	const struct journal_sink sink = {
		.entry = on_entry, .message = on_message, .arg = count,
	};
	struct journal j;
	int ret;

	*count = 0;
	journal_init(&j, NULL, 5000, 5000);
	ret = journal_read(&j, w->base, w->len, &sink);
	journal_free(&j);
	return ret;
}

static struct writer piece(uint8_t *room, size_t size)
{
	struct writer w;

	writer_init(&w, room, size);
	writer_u8(&w, JOURNAL_VERSION);
	writer_u64(&w, 5000);
	return w;
}

static void put_entry(struct writer *w, const char *eid)
{
	struct registration times = { .expires = 9000, .lifetime = 5000 };
	struct eid e = E(eid);

	writer_u8(w, CODEC_ENTRY);
	codec_put_eid(w, &e);
	writer_u32(w, 1);
	writer_u32(w, 1);
	codec_put_times(w, &times, 0);
}

static void put_near(struct writer *w, uint8_t flags, uint8_t same,
		     const char *rest, size_t n)
{
	writer_u8(w, CODEC_NEAR);
	writer_u8(w, flags);
	writer_u8(w, same);
	writer_bytes(w, rest, n);
}

static void nonsense_entries(void **state)
{
	static const struct {
		uint8_t flags, same;
		const char *rest;
		size_t len;
		int ret, count;
	} cases[] = {
		{ ENTRY_SAME, 2, "\1", 1, 0, 2 },
		{ ENTRY_SAME, 3, "", 0, 0, 2 },
		{ ENTRY_SAME, 0, "\1\2\3", 3, 0, 2 },
		{ ENTRY_SAME, 4, "", 0, -EBADMSG, 1 },
		{ ENTRY_SAME, 255, "\1\2\3", 3, -EBADMSG, 1 },
		{ ENTRY_SAME, 2, "", 0, -EBADMSG, 1 },
		{ ENTRY_SAME, 2, "\1\1", 2, -EBADMSG, 2 },
		{ ENTRY_SAME_PARTY | ENTRY_SAME_CONTENT, 2, "\1", 1,
		  -EBADMSG, 1 },
		{ ENTRY_SAME | 0x08, 2, "\1", 1, -EBADMSG, 1 },
	};
	uint8_t room[256];
	struct writer w;
	int count;

	for (unsigned int i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		w = piece(room, sizeof(room));
		put_entry(&w, "[7]10.0.0.0/24");
		put_near(&w, cases[i].flags, cases[i].same, cases[i].rest,
			 cases[i].len);
		assert_int_equal(read_back(&w, &count), cases[i].ret);
		assert_int_equal(count, cases[i].count);
	}
	/* With host bits, which are cut off, as in all EIDs; and without one
	 * before. */
	w = piece(room, sizeof(room));
	put_entry(&w, "[7]10.0.0.0/20");
	put_near(&w, ENTRY_SAME, 2, "\xff", 1);
	assert_int_equal(read_back(&w, &count), 0);
	w = piece(room, sizeof(room));
	put_near(&w, ENTRY_SAME, 0, "", 0);
	assert_int_equal(read_back(&w, &count), -EBADMSG);
	assert_int_equal(count, 0);
}

#define REMOVE		0x01
#define SAME_CONTENT	0x02
#define SAME_TIMES	0x04
#define NEAR		0x08

/* The flag of a change, of the first one as well. */
static void nonsense_changes(void **state)
{
	const struct reg_party by = { .source = A("192.0.2.1"),
				      .local = A("192.0.2.9") };
	const struct eid e = E("[7]10.0.0.0/24");
	uint8_t room[256];
	struct writer w;
	int count;

	for (int first = 0; first < 2; first++)
		for (uint8_t same = 2; same < 5; same++) {
			w = piece(room, sizeof(room));
			writer_u8(&w, CODEC_MESSAGE);
			codec_put_party(&w, &by);
			writer_u8(&w, first ? 1 : 2);
			if (!first) {
				writer_u8(&w, REMOVE);
				codec_put_eid(&w, &e);
			}
			writer_u8(&w, REMOVE | NEAR);
			writer_u8(&w, same);
			writer_bytes(&w, "\1", same < 3);
			assert_int_equal(read_back(&w, &count),
					 first || same > 3 ? -EBADMSG : 0);
			assert_int_equal(count, first ? 0 : same > 3 ? 1 : 2);
		}
}

/* The first change of a message has nobody to be the same as. */
static void first_change(void **state)
{
	const struct registration times = { .expires = 9000, .lifetime = 5000 };
	const struct reg_party by = { .source = A("192.0.2.1"),
				      .local = A("192.0.2.9") };
	struct codec_content c = { .rec = { .ttl = 1, .locator_count = 1 } };
	const struct eid e = E("[7]10.0.0.0/24");
	uint8_t room[256];
	struct writer w;
	int count;

	c.rec.locators[0] = L("192.0.2.1");
	for (unsigned int flags = 0; flags <= (SAME_CONTENT | SAME_TIMES);
	     flags += SAME_CONTENT) {
		w = piece(room, sizeof(room));
		writer_u8(&w, CODEC_MESSAGE);
		codec_put_party(&w, &by);
		writer_u8(&w, 1);
		writer_u8(&w, (uint8_t)flags);
		codec_put_eid(&w, &e);
		if (!(flags & SAME_CONTENT))
			codec_put_content(&w, &c.rec);
		if (!(flags & SAME_TIMES))
			codec_put_times(&w, &times, 0);
		assert_int_equal(read_back(&w, &count), flags ? -EBADMSG : 0);
		assert_int_equal(count, flags ? 0 : 1);
	}
}

/* What was written before there was anything near, and what is not known. */
static void other_versions(void **state)
{
	uint8_t room[64];
	struct writer w = piece(room, sizeof(room));
	int count;

	put_entry(&w, "[7]10.0.0.0/24");
	assert_int_equal(room[0], 2);
	for (int version = 0; version < 256; version++) {
		room[0] = (uint8_t)version;
		assert_int_equal(read_back(&w, &count),
				 version == 1 || version == 2 ?
				 0 : -EPROTONOSUPPORT);
		assert_int_equal(journal_wall_of(room, w.len),
				 version == 1 || version == 2 ? 5000 : 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(in_the_log),
		BOTH(in_snapshots),
		cmocka_unit_test_setup_teardown(few_octets, on_memory, clean),
		cmocka_unit_test_setup_teardown(few_writes, on_memory, clean),
		cmocka_unit_test_setup_teardown(clock_in_a_piece, on_memory,
						clean),
		cmocka_unit_test(nonsense_entries),
		cmocka_unit_test(nonsense_changes),
		cmocka_unit_test(first_change),
		cmocka_unit_test(other_versions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

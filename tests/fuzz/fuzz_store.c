// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a Map-Server finds on its disk when it starts: batches of the log and
 * pieces of a snapshot, as octets.  Whatever they are, they are read or
 * refused; what was read is written into a snapshot anew, and that one says the
 * same.
 *
 * An input is a list of items: a kind, a length of two octets, and that many.
 * 'L' and 'S' are what comes after the header of a batch or a piece, the next
 * one each; 'l', 's' and 'j' with the header, and a number before it; 'j' says
 * which snapshot counts.
 *
 * FUZZ_SEEDS=DIR writes inputs made by the store itself to DIR.  With
 * FUZZ_REACH=1 it is a failure that some kind of item was never taken.
 */
#include <errno.h>
#include <stdio.h>

#include "fuzz_message.h"
#include "store/codec.h"
#include "store/journal.h"
#include "store/store.h"

#define NOW	UINT64_C(1000000000)
#define WALL	UINT64_C(1800000000000)
#define KNOWN	64
#define DUMP	(1u << 20)

static const uint8_t seed[16] = { 1 };
static const char meta_key[] = "journal";

/* What the input speaks of, whether it is taken or not. */
static struct nonce_key keys[KNOWN];
static uint64_t tags[KNOWN];
static size_t key_count, tag_count;

/* Taken so often, all inputs together. */
enum { NONCE, DROP, FLOOR, PUT, REMOVE, PARTY, CONTENT, ENTRY, LOADED, KINDS };
static const char *const names[KINDS] = {
	"nonce", "drop", "floor", "put", "remove", "party", "content", "entry",
	"loaded",
};
static unsigned long seen[KINDS], taken[KINDS];

/* --- what is in it --- */

static int on_nonce(void *arg, const struct nonce_key *key,
		    const struct nonce_state *state)
{
	if (key_count < KNOWN)
		keys[key_count++] = *key;
	seen[NONCE]++;
	return 0;
}

static int on_drop(void *arg, const struct nonce_key *key)
{
	seen[DROP]++;
	return 0;
}

static int on_floor(void *arg, uint64_t tag, uint64_t floor)
{
	if (tag_count < KNOWN)
		tags[tag_count++] = tag;
	seen[FLOOR]++;
	return 0;
}

static int on_message(void *arg, const struct store_batch *b)
{
	seen[b->changes->remove ? REMOVE : PUT]++;
	return 0;
}

static int on_party(void *arg, const struct reg_party *by)
{
	seen[PARTY]++;
	return 0;
}

static int on_content(void *arg, const struct reg_record *rec)
{
	seen[CONTENT]++;
	return 0;
}

static int on_entry(void *arg, const struct eid *eid, uint32_t party,
		    uint32_t content, const struct registration *times)
{
	seen[ENTRY]++;
	return 0;
}

static void look(struct kv *kv, const uint8_t *value, size_t len)
{
	static const struct journal_sink sink = {
		.nonce = on_nonce, .drop = on_drop, .floor = on_floor,
		.message = on_message, .party = on_party,
		.content = on_content, .entry = on_entry,
	};
	struct journal j;

	journal_init(&j, kv, NOW, WALL);
	journal_read(&j, value, len, &sink);
	journal_free(&j);
}

/* --- the input --- */

static size_t put_header(struct writer *w)
{
	writer_u8(w, JOURNAL_VERSION);
	writer_u64(w, WALL);
	return w->len;
}

static void put_meta(struct kv *kv, uint32_t pieces)
{
	uint8_t value[64];
	struct writer w;

	writer_init(&w, value, sizeof(value));
	writer_u8(&w, JOURNAL_VERSION);
	writer_u32(&w, 1);
	writer_u64(&w, 0);
	writer_u32(&w, pieces);
	writer_u64(&w, 0);
	writer_u64(&w, WALL);
	MUST(!kv_put(kv, meta_key, sizeof(meta_key), value, w.len));
}

static void put_item(struct kv *kv, char kind, uint64_t number,
		     const uint8_t *value, size_t len)
{
	uint8_t key[JOURNAL_KEY_MAX];

	if (kind == 'S')
		number |= UINT64_C(1) << 32;
	MUST(!kv_put(kv, key, journal_key(key, kind, number), value, len));
	look(kv, value, len);
}

struct input {
	struct kv *kv;
	uint32_t batches;
	uint32_t pieces;
	bool meta;			/* a raw one */
};

static void take_raw(struct input *in, char kind, const uint8_t *data,
		     size_t len)
{
	if (kind == 'j')
		MUST(!kv_put(in->kv, meta_key, sizeof(meta_key), data, len));
	else if (len)
		put_item(in->kv, kind == 'l' ? 'L' : 'S', data[0], data + 1,
			 len - 1);
	in->meta |= kind == 'j';
}

static void take_item(struct input *in, char kind, const uint8_t *data,
		      size_t len)
{
	uint8_t *value;
	struct writer w;

	if (kind != 'L' && kind != 'S') {
		if (kind == 'l' || kind == 's' || kind == 'j')
			take_raw(in, kind, data, len);
		return;
	}
	value = malloc(JOURNAL_HEADER + len);
	writer_init(&w, value, JOURNAL_HEADER + len);
	put_header(&w);
	writer_bytes(&w, data, len);
	put_item(in->kv, kind, kind == 'L' ? in->batches++ : in->pieces++,
		 value, w.len);
	free(value);
}

static void take_all(struct input *in, const uint8_t *data, size_t size)
{
	while (size >= 3) {
		size_t len = (size_t)data[1] << 8 | data[2];

		if (len > size - 3)
			len = size - 3;
		take_item(in, (char)data[0], data + 3, len);
		data += 3 + len;
		size -= 3 + len;
	}
	if (in->pieces && !in->meta)
		put_meta(in->kv, in->pieces);
}

/* --- the store --- */

static struct store *open_store(struct kv *kv, int *err)
{
	struct store_config cfg;

	store_config_init(&cfg);
	cfg.now = NOW;
	cfg.wall = WALL;
	cfg.snapshot_octets = 1;
	return store_new(&cfg, kv, seed, err);
}

static void dump_nonces(struct store *s, struct writer *w)
{
	uint64_t floor;

	for (size_t i = 0; i < key_count; i++) {
		const struct nonce_state *n =
			store_memory_ops.nonce(s, &keys[i]);

		writer_u8(w, n != NULL);
		writer_u64(w, n ? n->nonce : 0);
	}
	for (size_t i = 0; i < tag_count; i++) {
		bool has = store_memory_ops.floor(s, tags[i], &floor);

		writer_u8(w, has);
		writer_u64(w, has ? floor : 0);
	}
}

static size_t dump(struct store *s, uint8_t *out)
{
	struct store_entry e;
	struct eid *after = NULL;
	struct writer w;

	writer_init(&w, out, DUMP);
	while (store_memory_ops.walk(s, after, &e)) {
		after = &e.eid;
		for (const struct registration *r = e.regs; r; r = r->next) {
			codec_put_eid(&w, &e.eid);
			codec_put_party(&w, r->by);
			codec_put_content(&w, r->rec);
			codec_put_times(&w, r, 0);
		}
	}
	dump_nonces(s, &w);
	MUST(writer_ok(&w));
	return w.len;
}

/* Something must have happened for a snapshot to begin. */
static void write_anew(struct store *s)
{
	static const struct nonce_key key = { .tag = 0x6e6577 };
	struct store_batch b = {
		.nonce_key = &key,
		.nonce = { .nonce = 1, .until = NOW + 1 },
	};

	MUST(!store_memory_ops.commit(s, &b));
	for (int i = 0; i < 20; i++)
		MUST(!store_flush(s));
}

static uint32_t generation(struct kv *kv)
{
	uint8_t value[64];
	struct reader r;
	int len = kv_get(kv, meta_key, sizeof(meta_key), value, sizeof(value));

	reader_init(&r, value, len > 0 ? (size_t)len : 0);
	reader_skip(&r, 1);
	return len > 0 ? reader_u32(&r) : 0;
}

static void must_last(struct store *s, struct input *in)
{
	static uint8_t before[DUMP], after[DUMP];
	uint32_t was = generation(in->kv);
	size_t len;

	write_anew(s);
	MUST(in->meta || generation(in->kv) > was);
	len = dump(s, before);
	store_free(s);
	s = open_store(in->kv, NULL);
	MUST(s);
	MUST(dump(s, after) == len);
	MUST(!memcmp(before, after, len));
	store_free(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { .kv = kv_open_memory(NULL) };
	struct store *s;
	int err = 0;

	key_count = 0;
	tag_count = 0;
	memset(seen, 0, sizeof(seen));
	take_all(&in, data, size);
	s = open_store(in.kv, &err);
	if (s) {
		MUST(store_registrations(s) <= size);
		must_last(s, &in);
		seen[LOADED]++;
		for (size_t i = 0; i < KINDS; i++)
			taken[i] += seen[i];
	} else {
		MUST(err == -EBADMSG || err == -EPROTONOSUPPORT);
	}
	kv_close(in.kv);
	return 0;
}

/* --- seeds --- */

static FILE *seed_file;

static int write_item(void *arg, const void *key, size_t key_len,
		      const void *value, size_t len)
{
	const uint8_t *octets = value;
	const size_t n = len - JOURNAL_HEADER;

	fputc(*(const char *)key, seed_file);
	fputc((int)(n >> 8), seed_file);
	fputc((int)(n & 255), seed_file);
	fwrite(octets + JOURNAL_HEADER, 1, n, seed_file);
	return 0;
}

static void write_seed(struct kv *kv, const char *path, const char *name)
{
	char file[256];

	snprintf(file, sizeof(file), "%s/%s", path, name);
	seed_file = fopen(file, "w");
	MUST(seed_file);
	kv_walk(kv, "L", 1, write_item, NULL);
	kv_walk(kv, "S", 1, write_item, NULL);
	fclose(seed_file);
}

static struct addr address(unsigned int family, unsigned int n)
{
	struct addr a = { .family = (uint8_t)family };

	memset(a.bytes, 10, addr_size(&a));
	a.bytes[2] = (uint8_t)n;
	return a;
}

struct content {
	struct reg_record rec;
	struct locator room[2];
};

static void fill(struct store_change *ch, struct reg_party *by,
		 struct content *c, unsigned int i)
{
	const struct addr eid = address(i % 2 ? ADDR_IPV6 : ADDR_IPV4, i);

	*ch = (struct store_change){
		.eid.iid = i / 4,
		.reg = { .by = by, .rec = &c->rec, .registered = NOW - 10,
			 .expires = NOW + 180000, .lifetime = 180000 },
	};
	MUST(!prefix_make(&eid, 24, &ch->eid.prefix));
	by->who.ids.site_id = i % 3;
	by->source = by->local = address(ADDR_IPV4, i % 3);
	by->merge = i & 1;
	by->proxy = i & 2;
	c->rec.ttl = 10;
	c->rec.locator_count = (uint8_t)(1 + i % 2);
	for (unsigned int k = 0; k < c->rec.locator_count; k++)
		c->rec.locators[k] = (struct locator){
			.addr = address(i % 4 < 2 ? ADDR_IPV4 : ADDR_IPV6, k),
			.priority = 1, .weight = 50, .mpriority = 255 };
}

static void commit(struct store *s, unsigned int i, bool remove)
{
	struct store_change ch[2];
	struct nonce_key key = { .tag = i % 2 };
	struct reg_party by = { .tag = i % 2 };
	static struct content c;
	struct store_batch b = {
		.changes = ch, .count = 2, .nonce_key = &key,
		.nonce = { .nonce = 100 + i, .when = NOW - 10,
			   .until = NOW - 20 },
	};

	fill(&ch[1], &by, &c, i + 20);
	fill(&ch[0], &by, &c, i);
	ch[1].reg.registered = ch[0].reg.registered;
	ch[0].remove = remove;
	key.who = by.who;
	MUST(!store_memory_ops.commit(s, &b));
}

/* The less there is in one the more a change of an octet means. */
static void make_small_seed(const char *path)
{
	struct kv *kv = kv_open_memory(NULL);
	struct store *s = open_store(kv, NULL);

	MUST(s);
	commit(s, 0, false);
	for (int i = 0; i < 20; i++)
		MUST(!store_flush(s));
	write_seed(kv, path, "snapshot-small");
	store_free(s);
	kv_close(kv);
}

/* Few nonces, so that some are dropped and make a floor. */
static void make_seeds(const char *path)
{
	struct store_config cfg;
	struct kv *kv = kv_open_memory(NULL);
	struct store *s;

	store_config_init(&cfg);
	cfg.now = NOW;
	cfg.wall = WALL;
	cfg.nonces_per_key = 2;
	s = store_new(&cfg, kv, seed, NULL);
	MUST(s);
	for (unsigned int i = 0; i < 8; i++) {
		commit(s, i, i == 6);
		MUST(!store_flush(s));
		if (i % 3 == 0) {
			char name[16];

			snprintf(name, sizeof(name), "log-%u", i);
			write_seed(kv, path, name);
		}
	}
	write_seed(kv, path, "log");
	store_free(s);
	s = open_store(kv, NULL);
	MUST(s);
	write_anew(s);
	write_seed(kv, path, "snapshot");
	commit(s, 9, true);
	MUST(!store_flush(s));
	store_free(s);
	kv_close(kv);
}

static void must_reach(void)
{
	for (size_t i = 0; i < KINDS; i++)
		if (!taken[i]) {
			fprintf(stderr, "no input has a %s that is taken\n",
				names[i]);
			_Exit(1);
		}
}

int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *path = getenv("FUZZ_SEEDS");

	if (path) {
		make_small_seed(path);
		make_seeds(path);
		exit(0);
	}
	if (getenv("FUZZ_REACH"))
		atexit(must_reach);
	return 0;
}

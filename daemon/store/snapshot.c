// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/snapshot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sm/util.h"
#include "store/codec.h"
#include "store/snapshot_part.h"

#define PIECE_ENTRIES	128	/* looked at in one step */
#define PIECE_OCTETS	(32u * 1024)
#define CLEAN_KEYS	32	/* deleted in one step */
#define AGAIN_MS	60000	/* after one that there was no room for */
/* The most that is written of one registration or nonce. */
#define ITEM_MAX	(8u * 1024)

static const char meta_key[] = "journal";
#define META_SIZE	(1 + 4 + 8 + 4 + 8 + 8)

void snapshot_init(struct snapshot *s, struct journal *j, struct registry *reg,
		   struct nonces *nonces, uint64_t threshold)
{
	*s = (struct snapshot){
		.journal = j,
		.reg = reg,
		.nonces = nonces,
		.threshold = threshold,
		.len = JOURNAL_HEADER,
	};
}

void snapshot_free(struct snapshot *s)
{
	free(s->buf);
	memset(s, 0, sizeof(*s));
}

/* --- pieces --- */

static size_t piece_key(uint8_t key[JOURNAL_KEY_MAX], uint32_t generation,
			uint32_t piece)
{
	return journal_key(key, 'S', (uint64_t)generation << 32 | piece);
}

/* Room for one item more; false: no memory. */
static bool reserve(struct snapshot *s)
{
	size_t size = s->size ? 2 * s->size : 64u * 1024;
	uint8_t *buf;

	if (s->size - s->len >= ITEM_MAX && s->size)
		return true;
	buf = realloc(s->buf, size);
	if (!buf)
		return false;
	s->buf = buf;
	s->size = size;
	return true;
}

static struct writer begin(const struct snapshot *s, enum codec_kind kind)
{
	struct writer w;

	writer_init(&w, s->buf, s->size);
	w.len = s->len;
	writer_u8(&w, (uint8_t)kind);
	return w;
}

static void end(struct snapshot *s, const struct writer *w)
{
	if (!writer_ok(w))
		abort();		/* reserve() */
	s->len = w->len;
}

static void begin_piece(struct snapshot *s)
{
	s->len = JOURNAL_HEADER;
	s->last.any = false;
}

static int put_piece(struct snapshot *s)
{
	struct journal *j = s->journal;
	uint8_t key[JOURNAL_KEY_MAX];
	struct writer w;
	int ret;

	if (s->len == JOURNAL_HEADER)
		return 0;
	writer_init(&w, s->buf, JOURNAL_HEADER);
	writer_u8(&w, JOURNAL_VERSION);
	writer_u64(&w, j->now + (uint64_t)j->offset);
	ret = kv_put(j->kv, key, piece_key(key, s->generation + 1,
					   s->next_pieces), s->buf, s->len);
	if (ret)
		return ret;
	s->next_pieces++;
	s->next_octets += s->len;
	begin_piece(s);
	return 0;
}

/* --- what is in them --- */

static bool add_floor(void *arg, uint64_t tag, uint64_t floor)
{
	struct snapshot *s = arg;
	struct writer w;

	if (!reserve(s))
		return false;
	w = begin(s, CODEC_FLOOR);
	writer_u64(&w, tag);
	writer_u64(&w, floor);
	end(s, &w);
	return true;
}

/* There are few: a key each. */
static int add_floors(struct snapshot *s)
{
	if (!nonces_floors(s->nonces, add_floor, s)) {
		begin_piece(s);
		return -ENOMEM;
	}
	nonces_walk(s->nonces);
	s->phase = SNAPSHOT_NONCES;
	return 0;
}

static int add_nonces(struct snapshot *s)
{
	const struct nonce_state *state;
	struct nonce_key key;

	for (unsigned int i = 0; i < PIECE_ENTRIES; i++) {
		struct writer w;

		if (!reserve(s))
			return -ENOMEM;
		state = nonces_walk_next(s->nonces, &key);
		if (!state) {
			s->phase = SNAPSHOT_ENTRIES;
			return 0;
		}
		w = begin(s, CODEC_NONCE);
		codec_put_nonce_key(&w, &key);
		writer_u64(&w, state->nonce);
		writer_u64(&w, state->until + (uint64_t)s->journal->offset);
		end(s, &w);
	}
	return 0;
}

/* Numbers count from 1 within the snapshot. */
static uint32_t party_number(struct snapshot *s, struct shared_by *by)
{
	struct writer w;

	if (by->snapshot == s->attempt)
		return by->number;
	by->snapshot = s->attempt;
	by->number = ++s->parties;
	w = begin(s, CODEC_PARTY);
	codec_put_party(&w, &by->by);
	end(s, &w);
	return by->number;
}

static uint32_t content_number(struct snapshot *s, struct shared_rec *rec)
{
	struct writer w;

	if (rec->snapshot == s->attempt)
		return rec->number;
	rec->snapshot = s->attempt;
	rec->number = ++s->contents;
	w = begin(s, CODEC_CONTENT);
	codec_put_content(&w, &rec->rec);
	end(s, &w);
	return rec->number;
}

/* Neighbours mostly were registered together. */
static void put_near(const struct snapshot *s, struct writer *w,
		     const struct eid *eid, uint32_t party, uint32_t content,
		     const struct registration *reg)
{
	uint8_t flags = 0;

	if (party == s->last.party)
		flags |= ENTRY_SAME_PARTY;
	if (content == s->last.content)
		flags |= ENTRY_SAME_CONTENT;
	if (codec_same_times(reg, &s->last.times) &&
	    s->last.offset == s->journal->offset)
		flags |= ENTRY_SAME_TIMES;
	writer_u8(w, flags);
	codec_put_near(w, eid, &s->last.eid);
	if (!(flags & ENTRY_SAME_PARTY))
		writer_u32(w, party);
	if (!(flags & ENTRY_SAME_CONTENT))
		writer_u32(w, content);
	if (!(flags & ENTRY_SAME_TIMES))
		codec_put_times(w, reg, s->journal->offset);
}

static void put_entry(struct snapshot *s, const struct eid *eid,
		      uint32_t party, uint32_t content,
		      const struct registration *reg)
{
	bool near = s->last.any && codec_is_near(eid, &s->last.eid);
	struct writer w = begin(s, near ? CODEC_NEAR : CODEC_ENTRY);

	if (near) {
		put_near(s, &w, eid, party, content, reg);
	} else {
		codec_put_eid(&w, eid);
		writer_u32(&w, party);
		writer_u32(&w, content);
		codec_put_times(&w, reg, s->journal->offset);
	}
	end(s, &w);
	s->last.any = true;
	s->last.eid = *eid;
	s->last.party = party;
	s->last.content = content;
	s->last.times = *reg;
	s->last.offset = s->journal->offset;
}

static bool add_entry(struct snapshot *s, const struct eid *eid,
		      const struct registration *reg)
{
	uint32_t party, content;

	/* The oldest first, so that the latest is loaded last. */
	if (reg->next && !add_entry(s, eid, reg->next))
		return false;
	if (!reserve(s))
		return false;
	party = party_number(s, shared_by_of(reg));
	content = content_number(s, shared_rec_of(reg));
	put_entry(s, eid, party, content, reg);
	return true;
}

static int finish(struct snapshot *s);

struct entries {
	struct snapshot *s;
	unsigned int left;		/* to be looked at */
	int ret;
};

static bool on_entry(void *arg, struct trie_node *n, uint32_t iid)
{
	struct entries *l = arg;
	struct snapshot *s = l->s;
	struct store_entry e;

	registry_entry(n, iid, &e);
	if (!add_entry(s, &e.eid, e.regs)) {
		l->ret = -ENOMEM;
		return true;
	}
	s->at = e.eid;
	s->any = true;
	return !--l->left || s->len >= PIECE_OCTETS;
}

/* What changed while it was written may be in the log only: it counts when
 * that is there.  (LMDB's is, as a step comes after a flush.) */
static int wait_for_log(struct snapshot *s)
{
	s->phase = SNAPSHOT_LOG;
	return s->journal->next < s->log_end ? 0 : finish(s);
}

static int end_of_entries(struct snapshot *s)
{
	const struct journal *j = s->journal;

	if (put_piece(s))
		return -EIO;
	s->log_end = j->next + (j->len > JOURNAL_HEADER);
	return wait_for_log(s);
}

/* A small piece is as dear as a large one: it is put when it is large. */
static int add_entries(struct snapshot *s)
{
	struct entries l = { .s = s, .left = PIECE_ENTRIES };

	if (eidmap_each(&s->reg->map, s->any ? &s->at : NULL, on_entry, &l))
		return l.ret || s->len < PIECE_OCTETS ? l.ret : put_piece(s);
	return end_of_entries(s);
}

/* --- which one counts --- */

static int put_meta(const struct snapshot *s)
{
	struct journal *j = s->journal;
	uint8_t value[META_SIZE];
	struct writer w;

	writer_init(&w, value, sizeof(value));
	writer_u8(&w, JOURNAL_VERSION);
	writer_u32(&w, s->generation + 1);
	writer_u64(&w, s->next_start);
	writer_u32(&w, s->next_pieces);
	writer_u64(&w, s->next_octets);
	writer_u64(&w, j->now + (uint64_t)j->offset);
	return kv_put(j->kv, meta_key, sizeof(meta_key), value, w.len);
}

int snapshot_get_meta(struct snapshot *s, uint64_t *wall)
{
	uint8_t value[META_SIZE];
	struct reader r;
	int ret = kv_get(s->journal->kv, meta_key, sizeof(meta_key), value,
			 sizeof(value));

	*wall = 0;
	if (ret == -ENOENT)
		return 0;
	if (ret < 0)
		return ret;
	if (ret && !journal_reads(value[0]))
		return -EPROTONOSUPPORT;
	if (ret != META_SIZE)
		return -EBADMSG;
	reader_init(&r, value, sizeof(value));
	reader_skip(&r, 1);
	s->generation = reader_u32(&r);
	s->start = reader_u64(&r);
	s->pieces = reader_u32(&r);
	s->octets = reader_u64(&r);
	*wall = reader_u64(&r);
	return 0;
}

static int finish(struct snapshot *s)
{
	int ret = put_meta(s);

	if (ret)
		return ret;
	s->generation++;
	s->start = s->next_start;
	s->pieces = s->next_pieces;
	s->octets = s->next_octets;
	s->journal->octets -= s->log_octets;
	s->journal->gap = false;
	s->not_before = 0;
	s->range = 0;
	s->phase = SNAPSHOT_CLEAN;
	return 0;
}

/* What does not count: the log before, and other snapshots. */
static int clean(struct snapshot *s)
{
	uint64_t generation = s->generation;
	const struct { char kind; uint64_t from; char end; uint64_t to; }
	range[] = {
		{ 'L', 0, 'L', s->start },
		{ 'S', 0, 'S', generation << 32 },
		{ 'S', (generation + 1) << 32, 'S', UINT64_MAX },
	};
	uint8_t from[JOURNAL_KEY_MAX], to[JOURNAL_KEY_MAX];
	size_t from_len, to_len;
	int ret;

	s->cleaned = 0;
	if (s->range == ARRAY_SIZE(range)) {
		s->phase = SNAPSHOT_IDLE;
		return 0;
	}
	from_len = journal_key(from, range[s->range].kind,
			       range[s->range].from);
	to_len = journal_key(to, range[s->range].end, range[s->range].to);
	ret = kv_del_range(s->journal->kv, from, from_len, to, to_len,
			   CLEAN_KEYS);
	if (ret < 0)
		return ret;
	s->cleaned = (unsigned int)ret;
	if (ret < CLEAN_KEYS)
		s->range++;
	return 0;
}

/* --- writing --- */

/* Of the log there is enough, or it has a gap. */
static bool wanted(const struct snapshot *s)
{
	uint64_t enough = s->octets > s->threshold ? s->octets : s->threshold;
	const struct journal *j = s->journal;

	return j->gap ? j->now >= s->again :
		j->octets >= enough && j->octets >= s->not_before;
}

static int start(struct snapshot *s)
{
	if (!wanted(s))
		return 0;
	s->phase = SNAPSHOT_FLOORS;
	s->forgotten = s->journal->forgotten;
	s->next_start = s->journal->next;
	s->log_octets = s->journal->octets;
	s->next_pieces = 0;
	s->next_octets = 0;
	s->attempt++;
	s->parties = 0;
	s->contents = 0;
	s->any = false;
	return 0;
}

/* Also one that could not be put the last time. */
static int put_full(struct snapshot *s)
{
	return s->phase == SNAPSHOT_ENTRIES && s->len < PIECE_OCTETS ?
		0 : put_piece(s);
}

static bool is_written(const struct snapshot *s)
{
	return s->phase != SNAPSHOT_IDLE && s->phase != SNAPSHOT_CLEAN;
}

static void give_up(struct snapshot *s)
{
	begin_piece(s);
	s->phase = SNAPSHOT_CLEAN;
	s->range = 0;
}

/* Its log must have all that changed since it was begun. */
static int step(struct snapshot *s)
{
	int ret;

	if (is_written(s) && s->forgotten != s->journal->forgotten)
		give_up(s);
	ret = put_full(s);
	if (ret)
		return ret;
	switch (s->phase) {
	case SNAPSHOT_IDLE:
		return start(s);
	case SNAPSHOT_FLOORS:
		ret = add_floors(s);
		break;
	case SNAPSHOT_NONCES:
		ret = add_nonces(s);
		break;
	case SNAPSHOT_ENTRIES:
		return add_entries(s);
	case SNAPSHOT_LOG:
		return wait_for_log(s);
	case SNAPSHOT_CLEAN:
		return clean(s);
	}
	return ret ? ret : put_piece(s);
}

int snapshot_make_room(struct snapshot *s)
{
	int ret;

	if (is_written(s)) {
		s->not_before = s->journal->octets + s->threshold;
		s->again = s->journal->now + AGAIN_MS;
		give_up(s);
	}
	if (s->phase == SNAPSHOT_IDLE)
		return -ENOSPC;
	ret = clean(s);
	while (!ret && s->phase == SNAPSHOT_CLEAN && !s->cleaned)
		ret = clean(s);
	return ret ? ret : s->cleaned ? 0 : -ENOSPC;
}

int snapshot_end_gap(struct snapshot *s)
{
	int ret = 0;

	s->again = 0;
	while (s->journal->gap && !ret)
		ret = step(s);
	return ret;
}

/* Octets made, of which some wait in the piece. */
static uint64_t made(const struct snapshot *s)
{
	return s->next_octets + s->len;
}

int snapshot_step(struct snapshot *s, uint64_t flushed)
{
	uint64_t goal = made(s) + flushed;
	int ret = step(s);

	while (!ret && made(s) < goal &&
	       (s->phase == SNAPSHOT_NONCES || s->phase == SNAPSHOT_ENTRIES))
		ret = step(s);
	return ret;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "store/journal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "store/codec.h"

/* Of a change. */
#define CHANGE_REMOVE		0x01
#define CHANGE_SAME_CONTENT	0x02	/* as the one before */
#define CHANGE_SAME_TIMES	0x04
#define CHANGE_SAME		(CHANGE_SAME_CONTENT | CHANGE_SAME_TIMES)
#define CHANGE_NEAR		0x08	/* its EID is near that one */
#define CHANGES			(CHANGE_REMOVE | CHANGE_SAME | CHANGE_NEAR)

/* What making room for a nonce may say. */
#define DROP_MAX	(CODEC_NONCE_MAX + CODEC_FLOOR_MAX)

/* How far the clock we write may be ahead of the wall's: more, and it was the
 * wall's that was wrong then. */
#define AHEAD_MAX	(24 * 3600 * 1000)

void journal_set_time(struct journal *j, uint64_t now, uint64_t wall)
{
	j->now = now;
	j->wall_offset = (int64_t)(wall - now);
	if (j->offset < j->wall_offset ||
	    j->offset - j->wall_offset > AHEAD_MAX)
		j->offset = j->wall_offset;
}

void journal_seen(struct journal *j, uint64_t wall)
{
	int64_t offset = (int64_t)(wall - j->now);

	if (j->offset < offset &&
	    (uint64_t)offset - (uint64_t)j->wall_offset <= AHEAD_MAX)
		j->offset = offset;
}

void journal_init(struct journal *j, struct kv *kv, uint64_t now,
		  uint64_t wall)
{
	memset(j, 0, sizeof(*j));
	j->kv = kv;
	j->len = JOURNAL_HEADER;
	j->keep = JOURNAL_KEEP;
	j->offset = (int64_t)(wall - now);
	journal_set_time(j, now, wall);
}

void journal_free(struct journal *j)
{
	free(j->buf);
	memset(j, 0, sizeof(*j));
}

size_t journal_key(uint8_t key[JOURNAL_KEY_MAX], char kind, uint64_t number)
{
	struct writer w;

	writer_init(&w, key, JOURNAL_KEY_MAX);
	writer_u8(&w, (uint8_t)kind);
	writer_u64(&w, number);
	return w.len;
}

/* --- writing --- */

static size_t batch_size(const struct store_batch *b)
{
	size_t size = DROP_MAX + CODEC_NONCE_MAX;

	for (size_t i = 0; i < b->count; i++)
		size += 2 + CODEC_PARTY_MAX + 1 + CODEC_EID_MAX +
			CODEC_TIMES_MAX + (b->changes[i].remove ? 0 :
			codec_content_size(b->changes[i].reg.rec));
	return size;
}

int journal_reserve(struct journal *j, const struct store_batch *b)
{
	size_t need = j->len + batch_size(b), size = j->size;
	uint8_t *buf;

	if (need <= size)
		return 0;
	if (need > JOURNAL_BATCH_MAX)
		return -EIO;
	while (size < need)
		size = size ? 2 * size : 4096;
	buf = realloc(j->buf, size);
	if (!buf)
		return -ENOMEM;
	j->buf = buf;
	j->size = size;
	return 0;
}

static struct writer begin(const struct journal *j, enum codec_kind kind)
{
	struct writer w;

	writer_init(&w, j->buf, j->size);
	w.len = j->len;
	writer_u8(&w, (uint8_t)kind);
	return w;
}

static void end(struct journal *j, const struct writer *w)
{
	if (!writer_ok(w))
		abort();		/* journal_reserve() */
	j->len = w->len;
}

static void add_nonce(struct journal *j, const struct nonce_key *key,
		      const struct nonce_state *state)
{
	struct writer w = begin(j, CODEC_NONCE);

	codec_put_nonce_key(&w, key);
	writer_u64(&w, state->nonce);
	writer_u64(&w, state->until + (uint64_t)j->offset);
	end(j, &w);
}

static void put_change(const struct journal *j, struct writer *w,
		       const struct store_change *ch,
		       const struct store_change *before)
{
	uint8_t flags = ch->remove ? CHANGE_REMOVE : 0;

	/* By address: who makes a batch has as a rule one of each. */
	if (before && !before->remove && !ch->remove) {
		if (ch->reg.rec == before->reg.rec)
			flags |= CHANGE_SAME_CONTENT;
		if (codec_same_times(&ch->reg, &before->reg))
			flags |= CHANGE_SAME_TIMES;
	}
	if (before && codec_is_near(&ch->eid, &before->eid))
		flags |= CHANGE_NEAR;
	writer_u8(w, flags);
	if (flags & CHANGE_NEAR)
		codec_put_near(w, &ch->eid, &before->eid);
	else
		codec_put_eid(w, &ch->eid);
	if (ch->remove)
		return;
	if (!(flags & CHANGE_SAME_CONTENT))
		codec_put_content(w, ch->reg.rec);
	if (!(flags & CHANGE_SAME_TIMES))
		codec_put_times(w, &ch->reg, j->offset);
}

/* Puts before removals, as they are applied. */
static void put_changes(const struct journal *j, struct writer *w,
			const struct store_change *ch, size_t n)
{
	const struct store_change *before = NULL;

	for (int remove = 0; remove < 2; remove++)
		for (size_t i = 0; i < n; i++)
			if (ch[i].remove == remove) {
				put_change(j, w, &ch[i], before);
				before = &ch[i];
			}
}

/* As many as have the same party. */
static size_t add_message(struct journal *j, const struct store_change *ch,
			  size_t count)
{
	struct writer w = begin(j, CODEC_MESSAGE);
	size_t n = 1;

	while (n < count && ch[n].reg.by == ch->reg.by)
		n++;
	codec_put_party(&w, ch->reg.by);
	writer_u8(&w, (uint8_t)n);
	put_changes(j, &w, ch, n);
	end(j, &w);
	return n;
}

void journal_batch(struct journal *j, const struct store_batch *b)
{
	if (b->nonce_key)
		add_nonce(j, b->nonce_key, &b->nonce);
	for (size_t i = 0; i < b->count; )
		i += add_message(j, &b->changes[i], b->count - i);
}

void journal_drop(struct journal *j, const struct nonce_key *key)
{
	struct writer w = begin(j, CODEC_DROP);

	codec_put_nonce_key(&w, key);
	end(j, &w);
}

void journal_floor(struct journal *j, uint64_t tag, uint64_t floor)
{
	struct writer w = begin(j, CODEC_FLOOR);

	writer_u64(&w, tag);
	writer_u64(&w, floor);
	end(j, &w);
}

/* The first @len octets are there. */
static void is_put(struct journal *j, size_t len)
{
	j->failing = false;
	j->next++;
	j->octets += len;
	memmove(j->buf + JOURNAL_HEADER, j->buf + len, j->len - len);
	j->len -= len - JOURNAL_HEADER;
}

static int failed(struct journal *j, int err)
{
	j->failing = true;
	j->lost = err == -ENOTRECOVERABLE;
	return err;
}

void journal_bound(struct journal *j)
{
	if (!j->lost && !j->gap && j->len <= j->keep)
		return;
	if (j->len > JOURNAL_HEADER)
		j->forgotten++;
	j->gap = true;
	j->len = JOURNAL_HEADER;
}

int journal_flush(struct journal *j)
{
	uint8_t key[JOURNAL_KEY_MAX];
	struct writer w;
	int ret;

	if (j->begun)
		return -EINPROGRESS;
	if (j->lost)
		return -ENOTRECOVERABLE;
	if (j->len == JOURNAL_HEADER && !j->failing)
		return 0;
	writer_init(&w, j->buf, JOURNAL_HEADER);
	writer_u8(&w, JOURNAL_VERSION);
	writer_u64(&w, j->now + (uint64_t)j->offset);
	ret = kv_put_start(j->kv, key, journal_key(key, 'L', j->next), j->buf,
			   j->len);
	if (ret == -EINPROGRESS)
		j->begun = j->len;
	if (ret)
		return j->begun ? ret : failed(j, ret);
	is_put(j, j->len);
	return 0;
}

int journal_complete(struct journal *j)
{
	size_t len = j->begun;
	int ret = len ? kv_put_result(j->kv) : 0;

	if (ret == -EINPROGRESS)
		return ret;
	j->begun = 0;
	if (ret)
		return failed(j, ret);
	if (len)
		is_put(j, len);
	return 0;
}

/* --- reading --- */

uint64_t journal_wall_of(const void *data, size_t len)
{
	struct reader r;
	uint8_t version;
	uint64_t wall;

	reader_init(&r, data, len);
	version = reader_u8(&r);
	wall = reader_u64(&r);
	return reader_ok(&r) && journal_reads(version) ? wall : 0;
}

static int read_nonce(struct journal *j, struct reader *r,
		      const struct journal_sink *sink)
{
	struct nonce_state state = { 0 };
	struct nonce_key key;
	int64_t until;

	codec_get_nonce_key(r, &key);
	state.nonce = reader_u64(r);
	until = (int64_t)(reader_u64(r) - (uint64_t)j->offset);
	/* Our clock may have begun after it was over. */
	state.until = until > 0 ? (uint64_t)until : 0;
	if (state.until > j->now + AHEAD_MAX)
		state.until = j->now + AHEAD_MAX;
	return reader_ok(r) ? sink->nonce(sink->arg, &key, &state) : -EBADMSG;
}

static int read_drop(struct reader *r, const struct journal_sink *sink)
{
	struct nonce_key key;

	codec_get_nonce_key(r, &key);
	return reader_ok(r) ? sink->drop(sink->arg, &key) : -EBADMSG;
}

static int read_floor(struct reader *r, const struct journal_sink *sink)
{
	uint64_t tag = reader_u64(r), floor = reader_u64(r);

	return reader_ok(r) ? sink->floor(sink->arg, tag, floor) : -EBADMSG;
}

/* A change at a time, so that no memory is needed: what the message did as a
 * whole has been decided when it came. */
static int read_message(struct journal *j, struct reader *r,
			const struct journal_sink *sink)
{
	struct codec_content content;
	struct reg_party by;
	struct store_change ch = { .reg = { .by = &by, .rec = &content.rec } };
	struct store_batch b = { .changes = &ch, .count = 1 };
	unsigned int n;
	int ret = 0;

	memset(&content.rec, 0, sizeof(content.rec));
	codec_get_party(r, &by);
	n = reader_u8(r);
	if (!n)
		return -EBADMSG;
	for (unsigned int i = 0; i < n && !ret; i++) {
		uint8_t flags = reader_u8(r);

		if (flags & ~CHANGES || (!i && flags & ~CHANGE_REMOVE))
			return -EBADMSG;
		ch.remove = flags & CHANGE_REMOVE;
		if (flags & CHANGE_NEAR)
			codec_get_near(r, &ch.eid);
		else
			codec_get_eid(r, &ch.eid);
		if (!ch.remove && !(flags & CHANGE_SAME_CONTENT))
			codec_get_content(r, &content);
		if (!ch.remove && !(flags & CHANGE_SAME_TIMES))
			codec_get_times(r, &ch.reg, j->offset, j->now);
		ret = reader_ok(r) ? sink->message(sink->arg, &b) : -EBADMSG;
	}
	return ret;
}

static int read_party(struct reader *r, const struct journal_sink *sink)
{
	struct reg_party by;

	codec_get_party(r, &by);
	return reader_ok(r) ? sink->party(sink->arg, &by) : -EBADMSG;
}

static int read_content(struct reader *r, const struct journal_sink *sink)
{
	struct codec_content c;

	codec_get_content(r, &c);
	return reader_ok(r) ? sink->content(sink->arg, &c.rec) : -EBADMSG;
}

/* A registration of a snapshot. */
struct entry {
	bool any;
	struct eid eid;
	uint32_t party;
	uint32_t content;
	struct registration times;
};

static int take_entry(const struct reader *r, struct entry *e,
		      const struct journal_sink *sink)
{
	if (!reader_ok(r))
		return -EBADMSG;
	e->any = true;
	return sink->entry(sink->arg, &e->eid, e->party, e->content, &e->times);
}

static int read_entry(struct journal *j, struct reader *r, struct entry *e,
		      const struct journal_sink *sink)
{
	codec_get_eid(r, &e->eid);
	e->party = reader_u32(r);
	e->content = reader_u32(r);
	codec_get_times(r, &e->times, j->offset, j->now);
	return take_entry(r, e, sink);
}

/* *@e is the one before. */
static int read_near(struct journal *j, struct reader *r, struct entry *e,
		     const struct journal_sink *sink)
{
	uint8_t flags = reader_u8(r);

	if (!e->any || flags & ~ENTRY_SAME)
		return -EBADMSG;
	codec_get_near(r, &e->eid);
	if (!(flags & ENTRY_SAME_PARTY))
		e->party = reader_u32(r);
	if (!(flags & ENTRY_SAME_CONTENT))
		e->content = reader_u32(r);
	if (!(flags & ENTRY_SAME_TIMES))
		codec_get_times(r, &e->times, j->offset, j->now);
	return take_entry(r, e, sink);
}

static int read_one(struct journal *j, struct reader *r, struct entry *e,
		    const struct journal_sink *sink)
{
	switch (reader_u8(r)) {
	case CODEC_NONCE:
		return read_nonce(j, r, sink);
	case CODEC_DROP:
		return read_drop(r, sink);
	case CODEC_FLOOR:
		return read_floor(r, sink);
	case CODEC_MESSAGE:
		return read_message(j, r, sink);
	case CODEC_PARTY:
		return read_party(r, sink);
	case CODEC_CONTENT:
		return read_content(r, sink);
	case CODEC_ENTRY:
		return read_entry(j, r, e, sink);
	case CODEC_NEAR:
		return read_near(j, r, e, sink);
	}
	return -EBADMSG;
}

int journal_read(struct journal *j, const void *data, size_t len,
		 const struct journal_sink *sink)
{
	struct entry e = { .any = false };
	struct reader r;
	int ret = 0;

	reader_init(&r, data, len);
	if (!journal_reads(reader_u8(&r)))
		return -EPROTONOSUPPORT;
	reader_skip(&r, 8);
	while (!ret && reader_left(&r))
		ret = read_one(j, &r, &e, sink);
	return ret;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Reading at start what snapshot.c and journal.c have written. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "store/codec.h"
#include "store/snapshot.h"
#include "store/snapshot_part.h"

struct load {
	struct snapshot *s;
	struct journal_sink sink;
	struct shared_by **parties;	/* by number - 1, a reference each */
	size_t party_count;
	struct shared_rec **contents;
	size_t content_count;
	uint64_t next;			/* batch or piece that must come */
	/* of the change before, which the next one mostly shares */
	struct eidmap_near near;
	struct shared_by *by;		/* with a reference */
	struct shared_rec *rec;		/* the same */
};

/* --- what is read --- */

static int on_nonce(void *arg, const struct nonce_key *key,
		    const struct nonce_state *state)
{
	struct load *l = arg;

	return nonces_load(l->s->nonces, key, state);
}

static int on_drop(void *arg, const struct nonce_key *key)
{
	struct load *l = arg;

	nonces_forget(l->s->nonces, key);
	return 0;
}

static int on_floor(void *arg, uint64_t tag, uint64_t floor)
{
	struct load *l = arg;

	return nonces_load_floor(l->s->nonces, tag, floor);
}

/* --- a registration --- */

/* What has expired meanwhile takes no room from what has not. */
static void expire(struct snapshot *s)
{
	struct reg_party gone;
	struct eid eid;

	while (registry_due(s->reg) <= s->journal->now)
		registry_expire(s->reg, s->journal->now, &eid, &gone,
				NULL);
}

/* What is over a cap that is lower today is left out. */
static int put(struct load *l, const struct eid *eid, struct shared_by *by,
	       struct shared_rec *rec, const struct registration *times)
{
	struct registry *reg = l->s->reg;
	int ret = registry_load(reg, &l->near, eid, by, rec, times);

	if (ret != -ENOSPC)
		return ret;
	l->near.t = NULL;
	expire(l->s);
	ret = registry_load(reg, &l->near, eid, by, rec, times);
	return ret == -ENOSPC ? 0 : ret;
}

/* --- a change of the log --- */

static int set_by(struct load *l, const struct reg_party *by)
{
	struct shared_by *s;

	if (l->by && same_party(&l->by->by, by))
		return 0;
	s = share_by(&l->s->reg->share, by);
	if (!s)
		return -ENOMEM;
	share_put_by(&l->s->reg->share, l->by);
	l->by = s;
	return 0;
}

static int set_rec(struct load *l, const struct reg_record *rec)
{
	struct shared_rec *s;

	if (l->rec && same_record(&l->rec->rec, rec))
		return 0;
	s = share_rec(&l->s->reg->share, rec);
	if (!s)
		return -ENOMEM;
	share_put_rec(&l->s->reg->share, l->rec);
	l->rec = s;
	return 0;
}

static int on_message(void *arg, const struct store_batch *b)
{
	const struct store_change *ch = b->changes;
	struct load *l = arg;
	int ret;

	if (ch->remove) {
		l->near.t = NULL;
		registry_apply(l->s->reg, b, NULL);
		return 0;
	}
	ret = set_by(l, ch->reg.by);
	if (!ret)
		ret = set_rec(l, ch->reg.rec);
	return ret ? ret : put(l, &ch->eid, l->by, l->rec, &ch->reg);
}

/* --- a snapshot --- */

/* Room for one more in an array that doubles. */
static bool grow(void *array, size_t count, size_t size)
{
	void **at = array, *more;

	if (count & (count - 1))
		return true;
	more = realloc(*at, (count ? 2 * count : 1) * size);
	if (more)
		*at = more;
	return more;
}

static int on_party(void *arg, const struct reg_party *by)
{
	struct load *l = arg;
	struct shared_by *s;

	if (!grow(&l->parties, l->party_count, sizeof(*l->parties)))
		return -ENOMEM;
	s = share_by(&l->s->reg->share, by);
	if (!s)
		return -ENOMEM;
	l->parties[l->party_count++] = s;
	return 0;
}

static int on_content(void *arg, const struct reg_record *rec)
{
	struct load *l = arg;
	struct shared_rec *s;

	if (!grow(&l->contents, l->content_count, sizeof(*l->contents)))
		return -ENOMEM;
	s = share_rec(&l->s->reg->share, rec);
	if (!s)
		return -ENOMEM;
	l->contents[l->content_count++] = s;
	return 0;
}

static int on_entry(void *arg, const struct eid *eid, uint32_t party,
		    uint32_t content, const struct registration *times)
{
	struct load *l = arg;

	if (!party || party > l->party_count || !content ||
	    content > l->content_count)
		return -EBADMSG;
	return put(l, eid, l->parties[party - 1], l->contents[content - 1],
		   times);
}

/* --- where from --- */

static int number_of(const void *key, size_t key_len, uint64_t *number)
{
	struct reader r;

	reader_init(&r, key, key_len);
	reader_skip(&r, 1);
	*number = reader_u64(&r);
	return reader_ok(&r) && !reader_left(&r) ? 0 : -EBADMSG;
}

/* How far the log goes, and what time it was then. */
static int survey(void *arg, const void *key, size_t key_len,
		  const void *value, size_t len)
{
	struct load *l = arg;
	struct journal *j = l->s->journal;
	uint64_t number;
	int ret = number_of(key, key_len, &number);

	if (ret || number < l->s->start)
		return ret;
	if (number != j->next)
		return -EBADMSG;
	j->next++;
	j->octets += len;
	journal_seen(j, journal_wall_of(value, len));
	return 0;
}

static int read_piece(void *arg, const void *key, size_t key_len,
		      const void *value, size_t len)
{
	struct load *l = arg;
	uint64_t number;
	int ret = number_of(key, key_len, &number);

	/* Beyond the end: of one that was begun and never finished. */
	if (ret || (uint32_t)number >= l->s->pieces)
		return ret;
	if ((uint32_t)number != l->next++)
		return -EBADMSG;
	return journal_read(l->s->journal, value, len, &l->sink);
}

static int read_batch(void *arg, const void *key, size_t key_len,
		      const void *value, size_t len)
{
	struct load *l = arg;
	uint64_t number;
	int ret = number_of(key, key_len, &number);

	if (ret || number < l->s->start)
		return ret;
	return journal_read(l->s->journal, value, len, &l->sink);
}

static int load_all(struct load *l)
{
	struct snapshot *s = l->s;
	struct journal *j = s->journal;
	uint8_t prefix[JOURNAL_KEY_MAX];
	uint64_t wall;
	int ret = snapshot_get_meta(s, &wall);

	if (ret)
		return ret;
	j->next = s->start;
	journal_seen(j, wall);
	ret = kv_walk(j->kv, "L", 1, survey, l);
	if (ret)
		return ret;
	journal_key(prefix, 'S', (uint64_t)s->generation << 32);
	ret = kv_walk(j->kv, prefix, 1 + 4, read_piece, l);
	if (!ret && l->next != s->pieces)
		ret = -EBADMSG;
	return ret ? ret : kv_walk(j->kv, "L", 1, read_batch, l);
}

int snapshot_load(struct snapshot *s)
{
	struct load l = {
		.s = s,
		.sink = {
			.nonce = on_nonce,
			.drop = on_drop,
			.floor = on_floor,
			.message = on_message,
			.party = on_party,
			.content = on_content,
			.entry = on_entry,
			.arg = &l,
		},
	};
	int ret = load_all(&l);

	for (size_t i = 0; i < l.party_count; i++)
		share_put_by(&s->reg->share, l.parties[i]);
	for (size_t i = 0; i < l.content_count; i++)
		share_put_rec(&s->reg->share, l.contents[i]);
	share_put_by(&s->reg->share, l.by);
	share_put_rec(&s->reg->share, l.rec);
	free(l.parties);
	free(l.contents);
	/* Over while nobody was here. */
	if (!ret)
		expire(s);
	return ret;
}

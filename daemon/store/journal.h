/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What makes registrations and nonces survive: a log of batches, and now and
 * then a snapshot in place of its beginning (snapshot.h).
 *
 * Transactions are appended to a batch in memory; journal_flush() puts the
 * batch into the table, whole, and from then on it survives the death of the
 * process, and a crash of the machine after the next kv_sync() of its owner.
 *
 * Keys in the table: 'L' and the number of the batch; 'S', generation, and the
 * number of the piece of a snapshot; "journal": which generation counts, and
 * from which batch on the log goes on.  A batch and a piece begin with the
 * version of the format and the wall clock.
 */
#ifndef LISP_STORE_JOURNAL_H
#define LISP_STORE_JOURNAL_H

#include "sm/store.h"
#include "store/kv.h"

/* 2: what is near the one before may be said by what differs. */
#define JOURNAL_VERSION		2
#define JOURNAL_HEADER		(1 + 8)
#define JOURNAL_KEY_MAX		(1 + 8)
#define JOURNAL_BATCH_MAX	(16u * 1024 * 1024)
#define JOURNAL_KEEP		(JOURNAL_BATCH_MAX / 2)

struct journal {
	struct kv *kv;
	uint8_t *buf;			/* the batch; header first */
	size_t len;
	size_t begun;			/* its octets that are being put; 0 */
	size_t size;
	size_t keep;			/* octets that wait for a disk that fails;
					 * default JOURNAL_KEEP */
	bool failing;			/* the last put */
	bool lost;			/* nothing can be put any more */
	bool gap;			/* memory knows what no log does, */
	uint32_t forgotten;		/* since the last of so many times */
	uint64_t next;			/* number of the batch */
	uint64_t octets;		/* in the log */
	uint64_t now;			/* ms, our clock */
	int64_t offset;			/* from there to the one we write */
	int64_t wall_offset;		/* from there to the wall's */
};

void journal_init(struct journal *j, struct kv *kv, uint64_t now,
		  uint64_t wall);
void journal_free(struct journal *j);

/*
 * It is @now on our clock, and @wall on the wall's (ms).  What is written is
 * the time of a wall clock that does not go back, or else a registration could
 * outlive its time over a restart.  But one that is a day ahead of the wall's
 * was set wrong once, and is given up: until the wall's had got there no time
 * would pass over a restart.  Either way a restart gives nothing more than the
 * time it was to live.
 */
void journal_set_time(struct journal *j, uint64_t now, uint64_t wall);

/* This was the time we wrote when we wrote last. */
void journal_seen(struct journal *j, uint64_t wall);

/* Room for @b and what nonces drop for it.  -ENOMEM, or -EIO: there is so much
 * that could not be flushed. */
int journal_reserve(struct journal *j, const struct store_batch *b);

/* Append; there is room. */
void journal_batch(struct journal *j, const struct store_batch *b);
void journal_drop(struct journal *j, const struct nonce_key *key);
void journal_floor(struct journal *j, uint64_t tag, uint64_t floor);

/*
 * 0, or as of kv_put(): then the batch stays, and grows.  -EINPROGRESS: it is
 * being put, with what was appended before that (kv_put_start()); what is
 * appended meanwhile goes next.  After one that failed one is put also when
 * nothing was appended, to see whether the disk works again.  -ENOTRECOVERABLE
 * is for ever.
 */
int journal_flush(struct journal *j);

/* How that ended: as journal_flush().  What failed is in the batch again, and
 * is put once more under the same key. */
int journal_complete(struct journal *j);

/*
 * After a flush that failed and will not be tried again now.  A batch that has
 * grown above @keep is forgotten: it would grow until no more is taken, and
 * those who refresh their registrations would lose them.  From then on there is a
 * gap in the log, until a snapshot that has all of memory ends it, and each
 * batch that cannot be put is forgotten, as is all after -ENOTRECOVERABLE.
 */
void journal_bound(struct journal *j);

/* May this be read that is of @version? */
static inline bool journal_reads(uint8_t version)
{
	return version && version <= JOURNAL_VERSION;
}

/* A key of the table. */
size_t journal_key(uint8_t key[JOURNAL_KEY_MAX], char kind, uint64_t number);

/* Who reads a log or a snapshot.  0, or negative errno that ends it. */
struct journal_sink {
	int (*nonce)(void *arg, const struct nonce_key *key,
		     const struct nonce_state *state);
	int (*drop)(void *arg, const struct nonce_key *key);
	int (*floor)(void *arg, uint64_t tag, uint64_t floor);
	int (*message)(void *arg, const struct store_batch *b);
	int (*party)(void *arg, const struct reg_party *by);
	int (*content)(void *arg, const struct reg_record *rec);
	int (*entry)(void *arg, const struct eid *eid, uint32_t party,
		     uint32_t content, const struct registration *times);
	void *arg;
};

/* One batch or piece.  0, -EBADMSG (no such thing), -EPROTONOSUPPORT (of
 * another version of us), or what the sink says. */
int journal_read(struct journal *j, const void *data, size_t len,
		 const struct journal_sink *sink);

/* The wall clock that a batch or piece begins with; 0: it is none. */
uint64_t journal_wall_of(const void *data, size_t len);

#endif

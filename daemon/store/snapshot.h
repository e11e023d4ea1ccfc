/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A snapshot of what is remembered, in place of the beginning of the log.
 *
 * It is written a piece at a time, in the order of EIDs, while registrations
 * change: each piece says what holds when it is made, and the log from the
 * snapshot's beginning on says everything that changed meanwhile, and ends
 * with what holds last, whichever of it a piece has seen.  One put makes a
 * snapshot that is complete the one that counts; until then the one before it
 * and its log do.  What does not count any more is deleted a little at a time.
 */
#ifndef LISP_STORE_SNAPSHOT_H
#define LISP_STORE_SNAPSHOT_H

#include "store/journal.h"
#include "store/nonces.h"
#include "store/registry.h"

enum snapshot_phase {
	SNAPSHOT_IDLE,
	SNAPSHOT_FLOORS,
	SNAPSHOT_NONCES,
	SNAPSHOT_ENTRIES,
	SNAPSHOT_LOG,			/* its log is not there yet */
	SNAPSHOT_CLEAN,
};

struct snapshot {
	struct journal *journal;
	struct registry *reg;
	struct nonces *nonces;
	uint64_t threshold;		/* octets of log worth a snapshot */

	/* the one that counts */
	uint32_t generation;
	uint64_t start;			/* its log's first batch */
	uint32_t pieces;
	uint64_t octets;

	/* the one being written */
	enum snapshot_phase phase;
	uint64_t next_start;
	uint64_t log_octets;		/* before it */
	uint32_t next_pieces;
	uint64_t next_octets;
	uint32_t attempt;		/* of this process */
	uint32_t parties;
	uint32_t contents;
	struct eid at;			/* entries up to here are done */
	bool any;
	uint64_t log_end;		/* the log before this batch belongs to it */
	uint8_t *buf;			/* the piece */
	size_t len;
	size_t size;
	struct {			/* the last entry in it */
		bool any;
		struct eid eid;
		uint32_t party;
		uint32_t content;
		struct registration times;
		int64_t offset;		/* of the clock it says them by */
	} last;
	unsigned int range;		/* being cleaned */
	unsigned int cleaned;		/* keys, in the last step */
	uint64_t not_before;		/* the log is that long; one had to be
					 * given up */
	uint64_t again;			/* ms: the same for one that ends a gap
					 * of the log */
	uint32_t forgotten;		/* by the journal, when it was begun */
};

void snapshot_init(struct snapshot *s, struct journal *j, struct registry *reg,
		   struct nonces *nonces, uint64_t threshold);
void snapshot_free(struct snapshot *s);

/* Read the snapshot that counts and its log.  0, or an error as of
 * store_new(). */
int snapshot_load(struct snapshot *s);

/* After a flush of so many octets: begin a snapshot if the log is long, or go
 * on with it, as fast as the log grows at least.  0 or negative errno: it is
 * tried again. */
int snapshot_step(struct snapshot *s, uint64_t flushed);

/* End a gap of the log now, after a flush, however long it takes.  0 or negative
 * errno. */
int snapshot_end_gap(struct snapshot *s);

/* The disk is full: give up the snapshot being written, whose log needs the
 * room, and delete some of what does not count.  0: some; -ENOSPC: there is
 * nothing more; -EIO. */
int snapshot_make_room(struct snapshot *s);

#endif

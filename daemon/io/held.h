/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Datagrams that wait until what they say is on record: first in, first out.
 *
 * There is room for so many, and so many octets.  When it is used up the newest
 * is refused: those that have waited longest are the next to be let go.  Were
 * they dropped instead, an engine that is slower than the room lasts would never
 * have anybody answered.
 *
 * One thread's.  What is held costs memory of its own, and nothing when nothing
 * is, as with LMDB.
 */
#ifndef LISP_IO_HELD_H
#define LISP_IO_HELD_H

#include "io/outbox.h"

#define HELD_MAX	32768
#define HELD_OCTETS	(8 * 1024 * 1024)

struct held_item;

struct held {
	struct held_item *first;
	struct held_item *last;
	unsigned int count;
	size_t octets;
};

/* A copy of @item; false: there is no room, or no memory. */
bool held_add(struct held *h, const struct outbox_item *item);

/* The first one, if it and so all before it is on record; NULL.  It stays until
 * held_pop(). */
const struct outbox_item *held_first(const struct held *h,
				     uint64_t on_record);
void held_pop(struct held *h);

/* Forget all.  How many there were. */
unsigned int held_clear(struct held *h);

#endif

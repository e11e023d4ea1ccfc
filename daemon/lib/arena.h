/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bump allocator with a hard cap.
 *
 * What a message is parsed into lives here: a parse allocates piece by piece,
 * nothing is freed singly, and arena_reset() or arena_free() ends the life of
 * all of it.  A parse that wants more than the cap gets NULL, so the memory a
 * datagram can cost is known beforehand.
 */
#ifndef LISP_LIB_ARENA_H
#define LISP_LIB_ARENA_H

#include <stddef.h>
#include <stdint.h>

struct arena_chunk;

struct arena {
	struct arena_chunk *chunks;	/* from malloc; NULL over a buffer */
	uint8_t *buf;			/* current room */
	size_t buf_size;
	size_t buf_used;
	size_t used;			/* octets handed out, padding included */
	size_t cap;
};

/* Memory comes from malloc in chunks, at most @cap octets in all. */
void arena_init(struct arena *a, size_t cap);

/* Memory is @buf, which the caller owns and which outlives the arena. */
void arena_init_buffer(struct arena *a, void *buf, size_t size);

/* Zeroed memory aligned for any object, or NULL.  @size 0 is allowed. */
void *arena_alloc(struct arena *a, size_t size);

/* @n objects of @size octets; NULL also when the product overflows. */
void *arena_array(struct arena *a, size_t n, size_t size);

/* A copy of @n octets. */
void *arena_copy(struct arena *a, const void *data, size_t n);

/* Forget everything handed out; keeps memory for the next use. */
void arena_reset(struct arena *a);

/* Give memory back; the arena is as after init. */
void arena_free(struct arena *a);

#endif

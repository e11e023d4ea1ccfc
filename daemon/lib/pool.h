/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory for very many small objects: pieces of large chunks, without a header
 * of their own, and freed ones are kept by size for the next of that size.
 * Chunks go back to malloc only when the pool is cleared.
 *
 * Who reads without a lock what a writer takes out sets @retire: it gets what
 * readers may still look at and gives it to pool_free() when they cannot any
 * more.  Without it such objects are free at once.
 *
 * Under AddressSanitizer each object is one of malloc's, so that it sees what
 * is used after it was freed.
 */
#ifndef LISP_LIB_POOL_H
#define LISP_LIB_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define POOL_OBJECT_MAX	320	/* octets; larger ones are malloc's */

struct pool {
	void *free[POOL_OBJECT_MAX / 8 + 1];	/* by size in words */
	struct pool_chunk *chunks;
	struct pool_chunk *spare;	/* reserved, for when that is used up */
	uint8_t *at;			/* rest of the newest chunk */
	size_t left;
	size_t chunk_size;
	size_t used;			/* octets handed out */
	size_t max;			/* of @used; 0: no limit */
	void (*retire)(void *arg, void *object, size_t size);
	void *retire_arg;
};

void pool_init(struct pool *p);

/* Objects that were not freed are gone, too (not under AddressSanitizer). */
void pool_clear(struct pool *p);

/* Aligned for a pointer and not zeroed; NULL.  A NULL pool is malloc. */
void *pool_alloc(struct pool *p, size_t size);

/* @size as it was asked for.  A NULL object is none. */
void pool_free(struct pool *p, void *object, size_t size);

/* The same for what was published. */
void pool_retire(struct pool *p, void *object, size_t size);

/* The next objects of @size octets together, none of them larger than
 * POOL_OBJECT_MAX, can be had.  False: out of memory. */
bool pool_reserve(struct pool *p, size_t size);

#endif

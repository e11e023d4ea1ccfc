// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Bump allocator.  Over malloc it takes chunks that double, the largest first
 * in the list, and never more than the cap in all; what is lost at the end of
 * a chunk counts as used, so the cap bounds real memory.
 */
#include "lib/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_MIN	4096
#define ALIGN		alignof(max_align_t)

struct arena_chunk {
	struct arena_chunk *next;
	size_t size;
	alignas(max_align_t) uint8_t room[];
};

void arena_init(struct arena *a, size_t cap)
{
	*a = (struct arena){ .cap = cap };
}

void arena_init_buffer(struct arena *a, void *buf, size_t size)
{
	size_t skew = -(uintptr_t)buf % ALIGN;

	if (skew > size)
		skew = size;
	*a = (struct arena){
		.buf = (uint8_t *)buf + skew,
		.buf_size = size - skew,
		.cap = size - skew,
	};
}

static void arena_enter(struct arena *a, struct arena_chunk *c)
{
	a->chunks = c;
	a->buf = c->room;
	a->buf_size = c->size;
	a->buf_used = 0;
}

/* Make room for @need octets in a new chunk; what is left of the current one
 * has been counted as used. */
static int arena_grow(struct arena *a, size_t need)
{
	size_t left = a->cap - a->used;
	struct arena_chunk *c;
	size_t size;

	/* A buffer of the caller's does not grow. */
	if (a->buf && !a->chunks)
		return -1;
	size = a->chunks ? 2 * a->chunks->size : CHUNK_MIN;
	if (size < need)
		size = need;
	if (size > left)
		size = left;
	if (size < need)
		return -1;
	c = malloc(sizeof(*c) + size);
	if (!c)
		return -1;
	c->next = a->chunks;
	c->size = size;
	arena_enter(a, c);
	return 0;
}

void *arena_alloc(struct arena *a, size_t size)
{
	size_t need, rest = a->buf_size - a->buf_used;
	void *p;

	if (size > SIZE_MAX - ALIGN)
		return NULL;
	need = size ? (size + ALIGN - 1) / ALIGN * ALIGN : ALIGN;
	if (need > rest) {
		a->used += rest;
		if (arena_grow(a, need)) {
			a->used -= rest;
			return NULL;
		}
	}
	p = a->buf + a->buf_used;
	a->buf_used += need;
	a->used += need;
	return memset(p, 0, need);
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		return NULL;
	return arena_alloc(a, bytes);
}

void *arena_copy(struct arena *a, const void *data, size_t n)
{
	void *p = arena_alloc(a, n);

	if (p && n)
		memcpy(p, data, n);
	return p;
}

static void free_chunks(struct arena_chunk *c)
{
	while (c) {
		struct arena_chunk *next = c->next;

		free(c);
		c = next;
	}
}

void arena_reset(struct arena *a)
{
	a->used = 0;
	a->buf_used = 0;
	if (!a->chunks)
		return;
	/* Keep the newest chunk, which is the largest. */
	free_chunks(a->chunks->next);
	a->chunks->next = NULL;
	arena_enter(a, a->chunks);
}

void arena_free(struct arena *a)
{
	if (!a->chunks) {
		arena_reset(a);
		return;
	}
	free_chunks(a->chunks);
	arena_init(a, a->cap);
}

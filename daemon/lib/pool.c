// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/pool.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK_FIRST	4096u
#define CHUNK_LAST	(1024u * 1024)

#ifndef POOL_IS_MALLOC
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define POOL_IS_MALLOC	1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define POOL_IS_MALLOC	1
#endif
#endif
#endif
#ifndef POOL_IS_MALLOC
#define POOL_IS_MALLOC	0
#endif

struct pool_chunk {
	struct pool_chunk *next;
	size_t size;
	uint64_t objects[];
};

void pool_init(struct pool *p)
{
	memset(p, 0, sizeof(*p));
	p->chunk_size = CHUNK_FIRST;
}

void pool_clear(struct pool *p)
{
	struct pool_chunk *c;

	while ((c = p->chunks) != NULL) {
		p->chunks = c->next;
		free(c);
	}
	free(p->spare);
	p->spare = NULL;
	memset(p->free, 0, sizeof(p->free));
	p->at = NULL;
	p->left = 0;
	p->used = 0;
	p->chunk_size = CHUNK_FIRST;
}

static size_t words(size_t size)
{
	return size ? (size + 7) / 8 : 1;
}

/* What is left of a chunk is free in pieces that somebody may ask for. */
static void give_up_rest(struct pool *p)
{
	while (p->left >= 8) {
		size_t n = p->left < POOL_OBJECT_MAX ? p->left / 8 :
			POOL_OBJECT_MAX / 8;

		*(void **)p->at = p->free[n];
		p->free[n] = p->at;
		p->at += 8 * n;
		p->left -= 8 * n;
	}
}

static struct pool_chunk *get_chunk(struct pool *p, size_t at_least)
{
	size_t size = p->chunk_size > at_least ? p->chunk_size : at_least;
	struct pool_chunk *c = malloc(sizeof(*c) + size);

	if (!c)
		return NULL;
	c->size = size;
	if (p->chunk_size < CHUNK_LAST)
		p->chunk_size *= 2;
	return c;
}

/* The one that was reserved, or another one. */
static bool new_chunk(struct pool *p, size_t at_least)
{
	struct pool_chunk *c = p->spare ? p->spare : get_chunk(p, at_least);

	if (!c)
		return false;
	p->spare = NULL;
	give_up_rest(p);
	c->next = p->chunks;
	p->chunks = c;
	p->at = (uint8_t *)c->objects;
	p->left = c->size;
	return true;
}

/* From the rest of an older chunk, or from a new one. */
static bool refill(struct pool *p, size_t size)
{
	void *rest = p->free[POOL_OBJECT_MAX / 8];

	if (!rest)
		return new_chunk(p, size);
	p->free[POOL_OBJECT_MAX / 8] = *(void **)rest;
	give_up_rest(p);
	p->at = rest;
	p->left = POOL_OBJECT_MAX;
	return true;
}

static void *take(struct pool *p, size_t n)
{
	void *o = p->free[n];

	if (o) {
		p->free[n] = *(void **)o;
		return o;
	}
	if (p->left < 8 * n && !refill(p, 8 * n))
		return NULL;
	o = p->at;
	p->at += 8 * n;
	p->left -= 8 * n;
	return o;
}

void *pool_alloc(struct pool *p, size_t size)
{
	size_t n = words(size);
	void *o;

	if (!p)
		return malloc(size);
	if (p->max && p->used + 8 * n > p->max)
		return NULL;
	o = POOL_IS_MALLOC || size > POOL_OBJECT_MAX ? malloc(size) :
		take(p, n);
	if (o)
		p->used += 8 * n;
	return o;
}

void pool_free(struct pool *p, void *object, size_t size)
{
	size_t n = words(size);

	if (!object)
		return;
	if (p)
		p->used -= 8 * n;
	if (!p || POOL_IS_MALLOC || size > POOL_OBJECT_MAX) {
		free(object);
		return;
	}
	*(void **)object = p->free[n];
	p->free[n] = object;
}

void pool_retire(struct pool *p, void *object, size_t size)
{
	if (p && p->retire && object)
		p->retire(p->retire_arg, object, size);
	else
		pool_free(p, object, size);
}

bool pool_reserve(struct pool *p, size_t size)
{
	if (POOL_IS_MALLOC || p->left >= size ||
	    (p->spare && p->spare->size >= size))
		return true;
	/* What is left of this chunk is used up first. */
	free(p->spare);
	p->spare = get_chunk(p, size);
	return p->spare;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Cursors over octets.  Every access of a reader goes through take() and
 * every access of a writer through room(): those two hold all the bounds
 * checks there are.
 */
#include "lib/cursor.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

void reader_init(struct reader *r, const void *data, size_t len)
{
	static const uint8_t nothing[1];

	/* An empty buffer may come as NULL, on which arithmetic is undefined. */
	if (len == 0)
		data = nothing;
	r->origin = data;
	r->pos = data;
	r->end = r->pos + len;
	r->failed = false;
}

static const uint8_t *take(struct reader *r, size_t n)
{
	const uint8_t *at = r->pos;

	if (n > reader_left(r)) {
		r->failed = true;
		return NULL;
	}
	if (r->failed)
		return NULL;
	r->pos += n;
	return at;
}

/* Big-endian integer of @n octets. */
static uint64_t take_int(struct reader *r, size_t n)
{
	const uint8_t *at = take(r, n);
	uint64_t v = 0;

	while (at && n--)
		v = v << 8 | *at++;
	return v;
}

uint8_t reader_u8(struct reader *r)
{
	return (uint8_t)take_int(r, 1);
}

uint16_t reader_u16(struct reader *r)
{
	return (uint16_t)take_int(r, 2);
}

uint32_t reader_u32(struct reader *r)
{
	return (uint32_t)take_int(r, 4);
}

uint64_t reader_u64(struct reader *r)
{
	return take_int(r, 8);
}

uint16_t reader_peek_u16(struct reader *r)
{
	uint16_t v = reader_u16(r);

	if (!r->failed)
		r->pos -= 2;
	return v;
}

const uint8_t *reader_bytes(struct reader *r, size_t n)
{
	return take(r, n);
}

void reader_copy(struct reader *r, void *to, size_t n)
{
	const uint8_t *at = take(r, n);

	if (at)
		memcpy(to, at, n);
	else
		memset(to, 0, n);
}

void reader_skip(struct reader *r, size_t n)
{
	take(r, n);
}

struct reader reader_sub(struct reader *r, size_t n)
{
	struct reader sub = *r;

	if (take(r, n))
		sub.end = sub.pos + n;
	else
		sub.failed = true;
	return sub;
}

void writer_init(struct writer *w, void *buf, size_t size)
{
	w->base = buf;
	w->len = 0;
	w->size = size;
	w->failed = false;
}

static uint8_t *room(struct writer *w, size_t n)
{
	uint8_t *at;

	if (w->failed || n > w->size - w->len) {
		w->failed = true;
		return NULL;
	}
	at = w->base + w->len;
	w->len += n;
	return at;
}

static void put_int(struct writer *w, uint64_t v, size_t n)
{
	uint8_t *at = room(w, n);

	while (at && n--) {
		at[n] = (uint8_t)v;
		v >>= 8;
	}
}

void writer_u8(struct writer *w, uint8_t v)
{
	put_int(w, v, 1);
}

void writer_u16(struct writer *w, uint16_t v)
{
	put_int(w, v, 2);
}

void writer_u32(struct writer *w, uint32_t v)
{
	put_int(w, v, 4);
}

void writer_u64(struct writer *w, uint64_t v)
{
	put_int(w, v, 8);
}

void writer_bytes(struct writer *w, const void *data, size_t n)
{
	uint8_t *at;

	if (n == 0)
		return;
	at = room(w, n);
	if (at)
		memcpy(at, data, n);
}

void writer_zero(struct writer *w, size_t n)
{
	uint8_t *at;

	if (n == 0)
		return;
	at = room(w, n);
	if (at)
		memset(at, 0, n);
}

void writer_patch_u16(struct writer *w, size_t off, uint16_t v)
{
	if (w->failed || w->len < 2 || off > w->len - 2) {
		w->failed = true;
		return;
	}
	w->base[off] = v >> 8;
	w->base[off + 1] = v & 0xff;
}

int writer_finish(const struct writer *w)
{
	if (w->failed || w->len > INT_MAX)
		return -ENOSPC;
	return (int)w->len;
}

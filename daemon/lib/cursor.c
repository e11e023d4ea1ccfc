// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Cursors over octets.  Every access of a reader goes through
 * reader_bytes() and every access of a writer through writer_room(): those
 * two, inline as codecs are made of little else, hold all the bounds
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

uint16_t reader_peek_u16(struct reader *r)
{
	uint16_t v = reader_u16(r);

	if (!r->failed)
		r->pos -= 2;
	return v;
}

void reader_skip(struct reader *r, size_t n)
{
	reader_bytes(r, n);
}

struct reader reader_sub(struct reader *r, size_t n)
{
	struct reader sub = *r;

	if (reader_bytes(r, n))
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

void writer_zero(struct writer *w, size_t n)
{
	uint8_t *at;

	if (n == 0)
		return;
	at = writer_room(w, n);
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

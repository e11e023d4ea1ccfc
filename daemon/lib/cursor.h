/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Cursors over octets, with a sticky error.
 *
 * A read past the end returns zero, moves nothing and marks the reader as
 * failed; every later read does the same.  So a codec is straight-line code
 * with one check at its end, and no pointer is ever formed outside of the
 * buffer.  The writer mirrors it.  All integers are in network order.
 *
 * A sub-reader (reader_sub) is bounded to the octets of a nested element;
 * its offsets still count from the start of the outermost buffer, so that an
 * error message can name the place in the datagram.
 */
#ifndef LISP_LIB_CURSOR_H
#define LISP_LIB_CURSOR_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct reader {
	const uint8_t *origin;	/* offset 0 */
	const uint8_t *pos;
	const uint8_t *end;
	bool failed;
};

void reader_init(struct reader *r, const void *data, size_t len);

static inline bool reader_ok(const struct reader *r)
{
	return !r->failed;
}

/* Octets that are left; 0 once the reader has failed. */
static inline size_t reader_left(const struct reader *r)
{
	return r->failed ? 0 : (size_t)(r->end - r->pos);
}

/* Offset of the next octet; after a failure the place where it happened. */
static inline size_t reader_offset(const struct reader *r)
{
	return (size_t)(r->pos - r->origin);
}

/* @n octets inside the buffer, or NULL; valid as long as the buffer is. */
static inline const uint8_t *reader_bytes(struct reader *r, size_t n)
{
	const uint8_t *at = r->pos;

	if (r->failed || n > (size_t)(r->end - at)) {
		r->failed = true;
		return NULL;
	}
	r->pos += n;
	return at;
}

/* Copy @n octets to @to; on failure @to is zeroed. */
static inline void reader_copy(struct reader *r, void *to, size_t n)
{
	const uint8_t *at = reader_bytes(r, n);

	if (at)
		memcpy(to, at, n);
	else
		memset(to, 0, n);
}

static inline uint8_t reader_u8(struct reader *r)
{
	uint8_t v;

	reader_copy(r, &v, sizeof(v));
	return v;
}

static inline uint16_t reader_u16(struct reader *r)
{
	uint16_t v;

	reader_copy(r, &v, sizeof(v));
	return be16toh(v);
}

static inline uint32_t reader_u32(struct reader *r)
{
	uint32_t v;

	reader_copy(r, &v, sizeof(v));
	return be32toh(v);
}

static inline uint64_t reader_u64(struct reader *r)
{
	uint64_t v;

	reader_copy(r, &v, sizeof(v));
	return be64toh(v);
}

/* The next 16 bits without consuming them; fails like reader_u16(). */
uint16_t reader_peek_u16(struct reader *r);

void reader_skip(struct reader *r, size_t n);

/* Carve the next @n octets off as a reader of their own.  If there are fewer,
 * both @r and the result are failed. */
struct reader reader_sub(struct reader *r, size_t n);

struct writer {
	uint8_t *base;
	size_t len;		/* octets written */
	size_t size;		/* octets there is room for */
	bool failed;
};

void writer_init(struct writer *w, void *buf, size_t size);

static inline bool writer_ok(const struct writer *w)
{
	return !w->failed;
}

/* Where the next @n octets are to be written, or NULL. */
static inline uint8_t *writer_room(struct writer *w, size_t n)
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

static inline void writer_bytes(struct writer *w, const void *data, size_t n)
{
	uint8_t *at = n ? writer_room(w, n) : NULL;

	if (at)
		memcpy(at, data, n);
}

static inline void writer_u8(struct writer *w, uint8_t v)
{
	writer_bytes(w, &v, sizeof(v));
}

static inline void writer_u16(struct writer *w, uint16_t v)
{
	v = htobe16(v);
	writer_bytes(w, &v, sizeof(v));
}

static inline void writer_u32(struct writer *w, uint32_t v)
{
	v = htobe32(v);
	writer_bytes(w, &v, sizeof(v));
}

static inline void writer_u64(struct writer *w, uint64_t v)
{
	v = htobe64(v);
	writer_bytes(w, &v, sizeof(v));
}

void writer_zero(struct writer *w, size_t n);

/* Overwrite octets already written (length and checksum fields).  An @off
 * that was not written yet fails the writer. */
void writer_patch_u16(struct writer *w, size_t off, uint16_t v);

/* Octets written, or -ENOSPC when they did not fit. */
int writer_finish(const struct writer *w);

#endif

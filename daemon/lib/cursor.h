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

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

uint8_t reader_u8(struct reader *r);
uint16_t reader_u16(struct reader *r);
uint32_t reader_u32(struct reader *r);
uint64_t reader_u64(struct reader *r);

/* The next 16 bits without consuming them; fails like reader_u16(). */
uint16_t reader_peek_u16(struct reader *r);

/* @n octets inside the buffer, or NULL; valid as long as the buffer is. */
const uint8_t *reader_bytes(struct reader *r, size_t n);

/* Copy @n octets to @to; on failure @to is zeroed. */
void reader_copy(struct reader *r, void *to, size_t n);

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

void writer_u8(struct writer *w, uint8_t v);
void writer_u16(struct writer *w, uint16_t v);
void writer_u32(struct writer *w, uint32_t v);
void writer_u64(struct writer *w, uint64_t v);
void writer_bytes(struct writer *w, const void *data, size_t n);
void writer_zero(struct writer *w, size_t n);

/* Overwrite octets already written (length and checksum fields).  An @off
 * that was not written yet fails the writer. */
void writer_patch_u16(struct writer *w, size_t off, uint16_t v);

/* Octets written, or -ENOSPC when they did not fit. */
int writer_finish(const struct writer *w);

#endif

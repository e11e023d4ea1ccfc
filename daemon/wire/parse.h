/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parsers of this room share: a reader, an arena for what they find,
 * and the first error.
 *
 * Errors are as sticky as the reader's: parse_fail() makes the reader fail
 * too, so that whatever follows does nothing, and parse_finish() is the one
 * place where a message's parser looks.
 */
#ifndef LISP_WIRE_PARSE_H
#define LISP_WIRE_PARSE_H

#include "lib/arena.h"
#include "lib/cursor.h"
#include "wire/reason.h"

struct parse {
	struct reader r;
	struct arena *arena;
	struct wire_error err;	/* first error; reason WIRE_OK: none yet */
};

/* Start parsing @len octets. */
void parse_init(struct parse *p, const void *data, size_t len,
		struct arena *arena);

/* Note an error at the reader's place (first one wins); returns its errno. */
int parse_fail(struct parse *p, enum wire_reason reason);

/* 0, or the errno of what was noted; a reader that ran out is noted now. */
int parse_check(struct parse *p);

/* Zeroed array of @n, NULL with WIRE_MEMORY noted, or NULL after an error. */
void *parse_array(struct parse *p, size_t n, size_t size);

/* End of a message: parse_check(), on error clear the @size octets of the
 * caller's struct at @m.  Fills *@err if given. */
int parse_finish(struct parse *p, void *m, size_t size,
		 struct wire_error *err);

#endif

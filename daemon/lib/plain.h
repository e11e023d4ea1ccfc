/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text of somebody else, on its way to a terminal, a log or an answer: UTF-8
 * without control characters, neither those of ASCII nor U+0080 to U+009F,
 * which a terminal obeys as well.
 */
#ifndef LISP_LIB_PLAIN_H
#define LISP_LIB_PLAIN_H

#include <stdbool.h>
#include <stddef.h>

bool plain_is(const char *text);

/* The octets of @text before the first that is not. */
size_t plain_length(const char *text);

/* Each octet of what is not becomes a question mark.  Returns @text. */
char *plain_make(char *text);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* "Did you mean ...?" for words that nobody knows. */
#ifndef LISP_CFG_SUGGEST_H
#define LISP_CFG_SUGGEST_H

#include <stddef.h>

/*
 * The word of @words (@n of them, NULL ones are skipped) nearest to @word, or
 * NULL when none is near: insertions, deletions, changes and swaps of
 * neighbours, at most one and one more for every three letters.
 */
const char *suggest(const char *word, const char *const *words, size_t n);

#endif

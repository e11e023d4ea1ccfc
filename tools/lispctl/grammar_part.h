/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between grammar.c, which has the commands, and grammar_words.c. */
#ifndef LISPCTL_GRAMMAR_PART_H
#define LISPCTL_GRAMMAR_PART_H

#include "grammar.h"

/* 0, or -EINVAL: @text is not what the word's row says is expected. */
typedef int (*value_fn)(const char *text, struct args *a);

/* Without a value: read is NULL. */
struct word {
	const char *name;
	const char *value;	/* name of the value in the usage */
	const char *expected;
	value_fn read;
	const char *(*nth)(uint32_t i);	/* its values, "?" behind the last;
					 * NULL: not known here */
	bool of_locator;	/* said of the rloc before it */
	bool repeats;
};

extern const struct word words[WORD_COUNT];

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words of a command line; what is wrong ends the program with status 2. */
#ifndef TOOLS_WORDS_H
#define TOOLS_WORDS_H

#include "lib/prefix.h"

/* Say that @what is @word and what was expected, and end. */
__attribute__((noreturn))
void words_refuse(const char *what, const char *word, const char *expected);

uint32_t words_number(const char *what, const char *word, uint32_t min,
		      uint32_t max);

/* A unicast address. */
struct addr words_address(const char *what, const char *word);

#endif

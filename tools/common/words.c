// SPDX-License-Identifier: GPL-2.0-or-later
#include "words.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

void words_refuse(const char *what, const char *word, const char *expected)
{
	fprintf(stderr, "%s: %s \"%s\": expected %s\n",
		program_invocation_short_name, what, word, expected);
	exit(2);
}

uint32_t words_number(const char *what, const char *word, uint32_t min,
			    uint32_t max)
{
	char expected[64];
	unsigned long n;
	char *end;

	errno = 0;
	n = strtoul(word, &end, 10);
	if (errno || *end || *word < '0' || *word > '9' || n < min ||
	    n > max) {
		snprintf(expected, sizeof(expected),
			 "a number from %u to %u", min, max);
		words_refuse(what, word, expected);
	}
	return n;
}

struct addr words_address(const char *what, const char *word)
{
	struct addr a;

	if (addr_from_text(word, &a) || !addr_usable_rloc(&a))
		words_refuse(what, word, "a unicast IPv4 or IPv6 address");
	return a;
}

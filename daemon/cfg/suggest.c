// SPDX-License-Identifier: GPL-2.0-or-later
/* Damerau-Levenshtein distance with three rows. */
#include "cfg/suggest.h"

#include <limits.h>
#include <string.h>

#define WORD_MAX	40

static unsigned int min(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/* Best way to reach (i, j) of the matrix; r[0] is row i, r[1] the one above. */
static unsigned int cell(const char *a, const char *b, size_t i, size_t j,
			 unsigned int r[3][WORD_MAX + 1])
{
	unsigned int d;

	d = min(r[1][j] + 1, r[0][j - 1] + 1);
	d = min(d, r[1][j - 1] + (a[i - 1] != b[j - 1]));
	if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
		d = min(d, r[2][j - 2] + 1);
	return d;
}

static unsigned int distance(const char *a, const char *b)
{
	unsigned int r[3][WORD_MAX + 1] = { 0 };
	size_t na = strlen(a), nb = strlen(b);

	if (na > WORD_MAX || nb > WORD_MAX)
		return UINT_MAX;
	for (size_t j = 0; j <= nb; j++)
		r[0][j] = j;
	for (size_t i = 1; i <= na; i++) {
		memcpy(r[2], r[1], sizeof(r[2]));
		memcpy(r[1], r[0], sizeof(r[1]));
		r[0][0] = i;
		for (size_t j = 1; j <= nb; j++)
			r[0][j] = cell(a, b, i, j, r);
	}
	return r[0][nb];
}

const char *suggest(const char *word, const char *const *words, size_t n)
{
	unsigned int best = strlen(word) / 3 + 1;
	const char *found = NULL;
	unsigned int d;

	for (size_t i = 0; i < n; i++) {
		d = words[i] ? distance(word, words[i]) : UINT_MAX;
		if (d < best || (d == best && !found)) {
			best = d;
			found = words[i];
		}
	}
	return found;
}

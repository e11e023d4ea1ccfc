// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/plain.h"

#include <stdint.h>

/* What an octet begins: how many follow, and the least that so many are for
 * (RFC 3629). */
static const struct lead {
	uint8_t mask, value, more;
	uint32_t least;
} leads[] = {
	{ 0x80, 0x00, 0, ' ' },
	{ 0xe0, 0xc0, 1, 0xa0 },
	{ 0xf0, 0xe0, 2, 0x800 },
	{ 0xf8, 0xf0, 3, 0x10000 },
};

/* The octets of the character at @at; 0: there is none, or not a plain one. */
static size_t character(const uint8_t *at)
{
	const struct lead *l = leads;
	uint32_t c;

	while (l < leads + 4 && (*at & l->mask) != l->value)
		l++;
	if (l == leads + 4)
		return 0;
	c = *at & (uint8_t)~l->mask;
	for (unsigned int i = 1; i <= l->more; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (at[i] & 0x3f);
	}
	if (c < l->least || c == 0x7f || c > 0x10ffff || c >> 11 == 0xd800 >> 11)
		return 0;
	return 1u + l->more;
}

size_t plain_length(const char *text)
{
	size_t n, length = 0;

	do {
		n = character((const uint8_t *)text + length);
		length += n;
	} while (n);
	return length;
}

bool plain_is(const char *text)
{
	return !text[plain_length(text)];
}

char *plain_make(char *text)
{
	for (char *at = text; *at;) {
		size_t n = character((const uint8_t *)at);

		if (!n)
			*at = '?';
		at += n ? n : 1;
	}
	return text;
}

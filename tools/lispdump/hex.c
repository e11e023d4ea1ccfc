// SPDX-License-Identifier: GPL-2.0-or-later
#include "hex.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define REPEATED	16	/* octets of a line of hexdump and od */

struct hex *hex_new(FILE *in)
{
	struct hex *h = calloc(1, sizeof(*h));

	if (h)
		h->in = in;
	return h;
}

void hex_free(struct hex *h)
{
	free(h);
}

static int refuse(struct hex *h, const char *expected)
{
	h->expected = expected;
	return -EBADMSG;
}

/* --- a line --- */

static size_t digits(const char *at)
{
	return strspn(at, "0123456789abcdefABCDEF");
}

static const char *skip_blanks(const char *at)
{
	return at + strspn(at, " \t");
}

/* Behind the offset that the line begins with, which is *@offset; NULL: it
 * begins with octets. */
static const char *take_offset(const char *at, unsigned long *offset,
			       bool *colon)
{
	const char *word = at + 2 * (at[0] == '0' && (at[1] | 32) == 'x');
	size_t n = digits(word), next;

	*colon = word[n] == ':';
	if (!n || n > 8)
		return NULL;
	*offset = strtoul(word, NULL, 16);
	if (*colon)
		return word + n + 1;
	if (word != at || n < 3 || (word[n] != ' ' && word[n] != '\t'))
		return NULL;
	/* Without a colon, only before octets that stand alone. */
	at = skip_blanks(word + n);
	next = digits(at);
	return next == 2 && strchr(" \t", at[2]) ? word + n : NULL;
}

/* Do the blanks at @at end the octets of a line with an offset?  hexdump -C
 * has two of them in the middle. */
static bool text_follows(const char *at, size_t octets, bool colon)
{
	size_t n = strspn(at, " \t");

	if (at[n] == '|')
		return true;
	return n > 2 || (n == 2 && (colon || octets != 8));
}

/* The octets at @at, up to the text that may follow behind an offset. */
static int take_octets(struct hex *h, const char *at, bool offset, bool colon)
{
	size_t before = h->len;
	char octet[3] = "";

	for (at = skip_blanks(at); *at; at += 2) {
		if (!isxdigit((uint8_t)at[0]) || !isxdigit((uint8_t)at[1]))
			return refuse(h, "hex digits, two for an octet");
		if (h->len == HEX_PACKET_MAX)
			return refuse(h, "65535 octets in a packet at most");
		memcpy(octet, at, 2);
		h->octets[h->len++] = (uint8_t)strtoul(octet, NULL, 16);
		if (at[2] != ' ' && at[2] != '\t')
			continue;
		if (offset && text_follows(at + 2, h->len - before, colon))
			break;
		at = skip_blanks(at + 2) - 2;
	}
	return 0;
}

/* --- lines --- */

/* 1, 0 at the end of the text, or -EBADMSG.  A NUL is no hex digit and no end
 * of a line. */
static int read_line(struct hex *h)
{
	size_t n = 0;
	int c;

	while ((c = getc(h->in)) != EOF && c != '\n') {
		if (n == sizeof(h->line) - 1)
			return refuse(h, "a shorter line");
		h->line[n++] = (char)(c ? c : '?');
	}
	n -= n && h->line[n - 1] == '\r';
	h->line[n] = '\0';
	return n || c != EOF;
}

/* The line that is not taken yet, comments apart; as read_line(). */
static int look_ahead(struct hex *h)
{
	int ret = 1;

	while (!h->ahead && ret == 1) {
		h->number++;
		ret = read_line(h);
		h->ahead = ret == 1 && h->line[0] != '#';
	}
	return ret;
}

/* Does the line ahead end the packet? */
static bool is_end(struct hex *h, const char *after, unsigned long offset)
{
	const char *at = skip_blanks(h->line);

	if (!*at)
		return h->len > 0;
	return after && !offset && h->len > 0;
}

/* The last line of hexdump and od: where it ended. */
static bool is_total(const struct hex *h, const char *at)
{
	return h->offsets && digits(at) >= 3 && !at[digits(at)] &&
	       strtoul(at, NULL, 16) == h->len;
}

/* hexdump and od write '*' for lines that are as the one before. */
static int repeat(struct hex *h, unsigned long end)
{
	if (end > HEX_PACKET_MAX)
		return refuse(h, "65535 octets in a packet at most");
	for (; h->len < end; h->len++)
		h->octets[h->len] = h->octets[h->len - REPEATED];
	h->repeat = false;
	return 0;
}

static int take_line(struct hex *h, const char *after, unsigned long offset,
		     bool colon)
{
	const char *at = skip_blanks(h->line);
	int err;

	if (h->offsets && h->len >= REPEATED && !strcmp(at, "*")) {
		h->repeat = true;
		return 0;
	}
	err = h->repeat ? repeat(h, strtoul(at, NULL, 16)) : 0;
	if (err)
		return err;
	if (!*at || is_total(h, at))
		return 0;
	if (!after)
		return h->offsets ?
			refuse(h, "an offset, as in the lines before") :
			take_octets(h, at, false, false);
	if (offset != h->len)
		return refuse(h, "the offset at which the line before ended");
	h->offsets = true;
	return take_octets(h, after, true, colon);
}

int hex_read(struct hex *h)
{
	unsigned long offset;
	const char *after;
	bool colon;
	int err;

	h->len = 0;
	h->offsets = h->repeat = false;
	while ((err = look_ahead(h)) == 1) {
		offset = 0;
		after = take_offset(skip_blanks(h->line), &offset, &colon);
		if (is_end(h, after, offset))
			return 1;
		err = take_line(h, after, offset, colon);
		if (err)
			return err;
		h->ahead = false;
	}
	if (!err && ferror(h->in))
		return -EIO;
	return err ? err : h->len > 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Configuration text.  The scanner runs over text that json-c has accepted,
 * so it checks nothing but the end of the string.
 */
#include "cfg/text.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *read_all(FILE *f, size_t *len)
{
	size_t size = 0, n = 0;
	char *buf = NULL, *more;

	do {
		if (n + 1 >= size) {
			size = size ? size * 2 : 16384;
			more = size > 2 * CFG_FILE_MAX ? NULL :
				realloc(buf, size);
			if (!more) {
				free(buf);
				errno = EFBIG;
				return NULL;
			}
			buf = more;
		}
		n += fread(buf + n, 1, size - n - 1, f);
	} while (!feof(f) && !ferror(f));
	if (ferror(f) || n > CFG_FILE_MAX) {
		free(buf);
		errno = ferror(f) ? EIO : EFBIG;
		return NULL;
	}
	buf[n] = '\0';
	*len = n;
	return buf;
}

char *cfg_text_read(const char *file, size_t *len)
{
	FILE *f = fopen(file, "re");
	char *text;

	if (!f)
		return NULL;
	errno = 0;
	text = read_all(f, len);
	fclose(f);
	return text;
}

/* First octet after the string that starts at @p. */
static const char *skip_string(const char *p)
{
	for (p++; *p && *p != '"'; p++)
		if (*p == '\\' && p[1])
			p++;
	return *p ? p + 1 : p;
}

/* Blank out one comment; first octet after it, NULL when it has no end. */
static char *strip_one(char *p)
{
	bool block = p[1] == '*';
	char *end = block ? strstr(p + 2, "*/") : strchrnul(p, '\n');

	if (!end)
		return NULL;
	if (block)
		end += 2;
	for (; p < end; p++)
		if (*p != '\n')
			*p = ' ';
	return end;
}

unsigned int cfg_text_strip(char *text)
{
	char *p = text, *end;

	while (*p) {
		if (*p == '"') {
			p = (char *)skip_string(p);
		} else if (*p == '/' && (p[1] == '/' || p[1] == '*')) {
			end = strip_one(p);
			if (!end)
				return cfg_text_line_at(text, p - text);
			p = end;
		} else {
			p++;
		}
	}
	return 0;
}

unsigned int cfg_text_line_at(const char *text, size_t offset)
{
	unsigned int line = 1;

	for (size_t i = 0; i < offset && text[i]; i++)
		line += text[i] == '\n';
	return line;
}

static const char *skip_blank(const char *p)
{
	return p + strspn(p, " \t\r\n");
}

static const char *skip_value(const char *p)
{
	int depth = 0;

	do {
		if (*p == '"') {
			p = skip_string(p);
			continue;
		}
		if (*p == '{' || *p == '[')
			depth++;
		if (*p == '}' || *p == ']')
			depth--;
		if (!*p)
			return p;
		p++;
	} while (depth > 0 || !strchr(",]} \t\r\n", *p));
	return p;
}

/* Is the string literal at @p the key @key?  Keys of ours have no escapes. */
static bool is_key(const char *p, const char *key)
{
	size_t n = strlen(key);

	return *p == '"' && !strncmp(p + 1, key, n) && p[1 + n] == '"';
}

/* Value of the last member @key of the object at @p, or NULL; and how many. */
static const char *find_member(const char *p, const char *key,
			       unsigned int *count)
{
	const char *found = NULL;
	const char *name;

	*count = 0;
	if (*p != '{')
		return NULL;
	for (p = skip_blank(p + 1); *p == '"'; p = skip_blank(p)) {
		name = p;
		p = skip_blank(skip_string(p));
		p = skip_blank(p + (*p == ':'));
		if (is_key(name, key)) {
			found = p;
			++*count;
		}
		p = skip_blank(skip_value(p));
		p += *p == ',';
	}
	return found;
}

static const char *find_element(const char *p, size_t index)
{
	if (*p != '[')
		return NULL;
	for (p = skip_blank(p + 1); *p && *p != ']'; p = skip_blank(p)) {
		if (!index--)
			return p;
		p = skip_blank(skip_value(p));
		p += *p == ',';
	}
	return NULL;
}

/* The value at @path, or the innermost one on the way that is there. */
static const char *locate(const char *text, const struct cfg_path *path)
{
	const char *at, *in;
	unsigned int count;

	if (!path || !path->up)
		return skip_blank(text);
	at = locate(text, path->up);
	in = path->key ? find_member(at, path->key, &count) :
		find_element(at, path->index);
	return in ? in : at;
}

unsigned int cfg_text_line(const char *text, const struct cfg_path *path)
{
	return cfg_text_line_at(text, locate(text, path) - text);
}

const char *cfg_text_scalar(const char *text, const struct cfg_path *path,
			    char *out, size_t size)
{
	const char *at = locate(text, path);
	size_t n = *at == '{' || *at == '[' ? 0 : skip_value(at) - at;

	if (n >= size)
		n = size - 1;
	memcpy(out, at, n);
	out[n] = '\0';
	return out;
}

unsigned int cfg_text_members(const char *text, const struct cfg_path *path,
			      const char *key)
{
	unsigned int count;

	find_member(locate(text, path), key, &count);
	return count;
}

const char *cfg_path_text(const struct cfg_path *path, char *out, size_t size)
{
	size_t n;

	out[0] = '\0';
	if (!path || !path->up)
		return out;
	cfg_path_text(path->up, out, size);
	n = strlen(out);
	if (path->key)
		snprintf(out + n, size - n, "%s%s", n ? "." : "", path->key);
	else
		snprintf(out + n, size - n, "[%zu]", path->index);
	return out;
}

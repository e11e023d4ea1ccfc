// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Configuration text.  The scanner runs over text that json-c has accepted,
 * so it checks nothing but the end of the string.
 */
#include "cfg/text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cfg/file.h"
#include "lib/secret.h"

/* What has been read of a file; there may be keys in it. */
struct text {
	char *buf;
	size_t len;
	size_t size;
};

static void forget(struct text *t)
{
	if (t->buf)
		secret_wipe(t->buf, t->len);
	free(t->buf);
}

/* As realloc(), which would leave a copy behind. */
static int grow(struct text *t)
{
	size_t size = t->size ? t->size * 2 : 16384;
	char *buf;

	if (size > 2 * CFG_FILE_MAX)
		return -EFBIG;
	buf = malloc(size);
	if (!buf)
		return -ENOMEM;
	if (t->len)
		memcpy(buf, t->buf, t->len);
	forget(t);
	t->buf = buf;
	t->size = size;
	return 0;
}

static int read_all(int fd, struct text *t)
{
	ssize_t n;
	int err;

	do {
		err = t->len + 1 < t->size ? 0 : grow(t);
		if (err)
			return err;
		n = read(fd, t->buf + t->len, t->size - t->len - 1);
		if (n > 0)
			t->len += (size_t)n;
	} while (n > 0 || (n < 0 && errno == EINTR));
	if (n < 0)
		return -errno;
	t->buf[t->len] = '\0';
	return t->len > CFG_FILE_MAX ? -EFBIG : 0;
}

/* It may be a pipe, also one that nobody has opened yet: who reads such a one
 * at once finds an empty file. */
static int wait_for_text(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int n;

	do
		n = poll(&p, 1, -1);
	while (n < 0 && errno == EINTR);
	return n < 0 || fcntl(fd, F_SETFL, 0) ? -errno : 0;
}

char *cfg_text_read(const char *file, bool wait, size_t *len)
{
	struct text t = { 0 };
	int fd = wait ? file_open(file) : file_open_regular(file);
	int err = fd;

	if (fd >= 0) {
		err = wait ? wait_for_text(fd) : 0;
		if (!err)
			err = read_all(fd, &t);
		close(fd);
	}
	if (err) {
		forget(&t);
		errno = -err;
		return NULL;
	}
	*len = t.len;
	return t.buf;
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

/* Value of the last member @key of the object at @p, or NULL. */
static const char *find_member(const char *p, const char *key)
{
	const char *found = NULL;
	const char *name;

	if (*p != '{')
		return NULL;
	for (p = skip_blank(p + 1); *p == '"'; p = skip_blank(p)) {
		name = p;
		p = skip_blank(skip_string(p));
		p = skip_blank(p + (*p == ':'));
		if (is_key(name, key))
			found = p;
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

	if (!path || !path->up)
		return skip_blank(text);
	at = locate(text, path->up);
	in = path->key ? find_member(at, path->key) :
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

/* --- members given more than once --- */

/* No section has as many keys: among so many there is one that is repeated, or
 * unknown. */
#define MEMBERS_MAX	64
#define KEY_MAX		64

struct walk {
	cfg_text_fn fn;
	void *arg;
};

static bool same_key(const char *a, const char *b)
{
	size_t n = skip_string(a) - a;

	return !strncmp(a, b, n);
}

static const char *walk_value(const struct walk *w, const char *p,
			      const struct cfg_path *path);

/* The second of its name, of those before it in @keys. */
static bool is_second(const char *const *keys, unsigned int n,
		      const char *name)
{
	unsigned int times = 0;

	for (unsigned int i = 0; i < n; i++)
		times += same_key(name, keys[i]);
	return times == 1;
}

static const char *walk_object(const struct walk *w, const char *p,
			       const struct cfg_path *path)
{
	const char *keys[MEMBERS_MAX];
	unsigned int n = 0;
	char name[KEY_MAX];

	for (p = skip_blank(p + 1); *p == '"'; p = skip_blank(p)) {
		struct cfg_path at = { path, name, 0 };
		const char *end = skip_string(p);

		snprintf(name, sizeof(name), "%.*s", (int)(end - p - 2), p + 1);
		if (is_second(keys, n, p))
			w->fn(w->arg, &at);
		if (n < MEMBERS_MAX)
			keys[n++] = p;
		p = skip_blank(end);
		p = skip_blank(p + (*p == ':'));
		p = skip_blank(walk_value(w, p, &at));
		p += *p == ',';
	}
	return p + (*p == '}');
}

static const char *walk_list(const struct walk *w, const char *p,
			     const struct cfg_path *path)
{
	struct cfg_path at = { path, NULL, 0 };

	for (p = skip_blank(p + 1); *p && *p != ']'; p = skip_blank(p)) {
		p = skip_blank(walk_value(w, p, &at));
		p += *p == ',';
		at.index++;
	}
	return p + (*p == ']');
}

static const char *walk_value(const struct walk *w, const char *p,
			      const struct cfg_path *path)
{
	switch (*p) {
	case '{':
		return walk_object(w, p, path);
	case '[':
		return walk_list(w, p, path);
	default:
		return skip_value(p);
	}
}

void cfg_text_repeated(const char *text, cfg_text_fn fn, void *arg)
{
	struct walk w = { fn, arg };
	struct cfg_path root = { 0 };

	walk_value(&w, skip_blank(text), &root);
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

// SPDX-License-Identifier: GPL-2.0-or-later
#include "cfg/errors.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/plain.h"

#define PATH_TEXT_MAX	256

void cfg_errors_init(struct cfg_errors *e, const char *file)
{
	memset(e, 0, sizeof(*e));
	e->file = file;
}

void cfg_errors_free(struct cfg_errors *e)
{
	for (unsigned int i = 0; i < CFG_ERRORS_MAX; i++)
		free(e->lines[i]);
	memset(e, 0, sizeof(*e));
}

bool cfg_errors_room(const struct cfg_errors *e)
{
	return e->count < CFG_ERRORS_MAX;
}

__attribute__((format(printf, 4, 0)))
static void add(struct cfg_errors *e, unsigned int line, const char *path,
		const char *fmt, va_list ap)
{
	char number[16] = "";
	char *what, *whole;

	if (e->count++ >= CFG_ERRORS_MAX || vasprintf(&what, fmt, ap) < 0)
		return;
	if (line)
		snprintf(number, sizeof(number), ":%u", line);
	if (asprintf(&whole, "%s%s: %s%s%s", e->file, number, path,
		     *path ? ": " : "", what) >= 0)
		e->lines[e->count - 1] = plain_make(whole);
	free(what);
}

void cfg_error(struct cfg_errors *e, const struct cfg_path *path,
	       const char *fmt, ...)
{
	char text[PATH_TEXT_MAX];
	va_list ap;

	if (!cfg_errors_room(e)) {
		e->count++;
		return;
	}
	va_start(ap, fmt);
	add(e, e->text ? cfg_text_line(e->text, path) : 0,
	    cfg_path_text(path, text, sizeof(text)), fmt, ap);
	va_end(ap);
}

void cfg_error_line(struct cfg_errors *e, unsigned int line,
		    const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(e, line, "", fmt, ap);
	va_end(ap);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "progress.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

/* Back to the start of the line, and what was there is wiped out. */
#define WIPE	"\r\033[K"

static bool shown;

void progress(const char *fmt, ...)
{
	va_list ap;

	if (!isatty(STDERR_FILENO))
		return;
	fputs(WIPE, stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fflush(stderr);
	shown = true;
}

void progress_end(void)
{
	if (!shown)
		return;
	fputs(WIPE, stderr);
	fflush(stderr);
	shown = false;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#define LINE_MAX_LEN	1024

static struct {
	enum log_level level;
	const char *name;
	bool terminal;
} logger = { .level = LOG_LEVEL_INFO };

/* Priorities of syslog(3), which systemd reads in angle brackets. */
static const int priorities[] = {
	[LOG_LEVEL_ERROR] = 3,
	[LOG_LEVEL_WARNING] = 4,
	[LOG_LEVEL_NOTICE] = 5,
	[LOG_LEVEL_INFO] = 6,
	[LOG_LEVEL_DEBUG] = 7,
};

void log_init(enum log_level level, const char *name)
{
	logger.level = level;
	logger.name = name;
	logger.terminal = isatty(STDERR_FILENO);
}

void log_set_level(enum log_level level)
{
	logger.level = level;
}

bool log_wanted(enum log_level level)
{
	return level <= logger.level;
}

static int put_prefix(char *line, size_t size, enum log_level level)
{
	char number[8] = "";

	if (!logger.terminal)
		snprintf(number, sizeof(number), "<%d>", priorities[level]);
	return snprintf(line, size, "%s%s%s%s: ", number,
			logger.name ? logger.name : "",
			logger.name ? ": " : "", log_level_name(level));
}

void log_line(enum log_level level, const char *fmt, ...)
{
	char line[LINE_MAX_LEN];
	va_list ap;
	int n, m;

	if (!log_wanted(level))
		return;
	n = put_prefix(line, sizeof(line) - 1, level);
	va_start(ap, fmt);
	m = vsnprintf(line + n, sizeof(line) - 1 - n, fmt, ap);
	va_end(ap);
	if (m < 0)
		return;
	n = n + m < (int)sizeof(line) - 1 ? n + m : (int)sizeof(line) - 2;
	for (int i = 0; i < n; i++)
		if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
			line[i] = '?';
	line[n++] = '\n';
	/* Nobody is left to be told when this fails. */
	if (write(STDERR_FILENO, line, n) < 0)
		return;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/plain.h"

#define LINE_MAX_LEN	1024
#define JOURNAL		"/run/systemd/journal/socket"
#define ENTRY_MAX	4096	/* octets of a line with its fields */

static struct {
	enum log_level level;
	const char *name;
	bool terminal;
	int journal;		/* a socket; -1: stderr is not the journal */
} logger = { .level = LOG_LEVEL_INFO, .journal = -1 };

/* Priorities of syslog(3), which systemd reads in angle brackets. */
static const int priorities[] = {
	[LOG_LEVEL_ERROR] = 3,
	[LOG_LEVEL_WARNING] = 4,
	[LOG_LEVEL_NOTICE] = 5,
	[LOG_LEVEL_INFO] = 6,
	[LOG_LEVEL_DEBUG] = 7,
};

/* --- the journal --- */

/* Somebody may have redirected stderr since JOURNAL_STREAM was said. */
static bool is_journal(const char *stream)
{
	unsigned long long dev, ino;
	struct stat st;

	return stream && sscanf(stream, "%llu:%llu", &dev, &ino) == 2 &&
		!fstat(STDERR_FILENO, &st) && st.st_dev == dev &&
		st.st_ino == ino;
}

/* An entry in the making: lines of NAME=value, as no value has a newline. */
struct entry {
	char text[ENTRY_MAX];
	size_t len;
};

/* What does not fit whole is left out. */
static void put(struct entry *e, const char *name, const char *value)
{
	size_t room = sizeof(e->text) - e->len;
	int n;

	if (!value)
		return;
	n = snprintf(e->text + e->len, room, "%s=%s", name, value);
	if (n < 0 || (size_t)n + 1 >= room)
		return;
	plain_make(e->text + e->len);
	e->len += (size_t)n;
	e->text[e->len++] = '\n';
}

/* The socket is looked up each time: a journal that is restarted has another. */
static bool send_entry(const struct entry *e)
{
	static const struct sockaddr_un sa = {
		.sun_family = AF_UNIX, .sun_path = JOURNAL,
	};

	return sendto(logger.journal, e->text, e->len,
		      MSG_DONTWAIT | MSG_NOSIGNAL,
		      (const struct sockaddr *)&sa, sizeof(sa)) >= 0;
}

static bool to_journal(const char *priority, const struct log_field *fields,
		       size_t count, const char *text)
{
	struct entry e = { .len = 0 };

	if (logger.journal < 0)
		return false;
	put(&e, "MESSAGE", text);
	put(&e, "PRIORITY", priority);
	put(&e, "SYSLOG_IDENTIFIER", "lispd");
	put(&e, "LISP_NAME", logger.name);
	for (size_t i = 0; i < count && i < LOG_FIELDS_MAX; i++)
		put(&e, fields[i].name, fields[i].value);
	return send_entry(&e);
}

/* --- --- */

void log_init(enum log_level level, const char *name)
{
	logger.level = level;
	logger.name = name;
	logger.terminal = isatty(STDERR_FILENO);
	if (logger.journal < 0 && is_journal(getenv("JOURNAL_STREAM")))
		logger.journal = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
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

/* Nobody is left to be told when this fails.  journald is not waited for: what
 * it does not take when it hangs is lost. */
static void put_line(const char *line, size_t len)
{
	if (logger.journal >= 0 &&
	    (send(STDERR_FILENO, line, len, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0 ||
	     errno != ENOTSOCK))
		return;
	if (write(STDERR_FILENO, line, len) < 0)
		return;
}

static void to_stderr(enum log_level level, const char *text)
{
	char line[LINE_MAX_LEN];
	int n, m;

	n = put_prefix(line, sizeof(line) - 1, level);
	m = snprintf(line + n, sizeof(line) - 1 - n, "%s", text);
	if (m < 0)
		return;
	n = n + m < (int)sizeof(line) - 1 ? n + m : (int)sizeof(line) - 2;
	plain_make(line);
	line[n++] = '\n';
	put_line(line, (size_t)n);
}

void log_fields(enum log_level level, const struct log_field *fields,
		size_t count, const char *text)
{
	char priority[4];

	if (!log_wanted(level))
		return;
	snprintf(priority, sizeof(priority), "%d", priorities[level]);
	if (!to_journal(priority, fields, count, text))
		to_stderr(level, text);
}

void log_line(enum log_level level, const char *fmt, ...)
{
	char text[LINE_MAX_LEN];
	va_list ap;
	int n;

	if (!log_wanted(level))
		return;
	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n >= 0)
		log_fields(level, NULL, 0, text);
}

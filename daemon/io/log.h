/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Log lines to stderr, each in one write, with the "<N>" prefix by which
 * systemd knows the level (left out when stderr is a terminal).
 *
 * Where stderr is the journal of systemd (JOURNAL_STREAM says so, see
 * systemd.exec(5)), a line is sent to its socket instead, with its fields beside
 * it: "journalctl LISP_PEER=192.0.2.1".  What the journal does not take goes to
 * stderr after all; nobody waits for it.
 *
 * Control characters are shown as '?': a line never holds what a remote or a
 * file wanted the terminal to do.  Rate limits are for whoever calls; see
 * run/report.h.
 */
#ifndef LISP_IO_LOG_H
#define LISP_IO_LOG_H

#include <stddef.h>

#include "sm/event.h"

/* For the journal; names are of capital letters, digits and "_". */
struct log_field {
	const char *name;
	const char *value;
};

#define LOG_FIELDS_MAX	12

/* Lines less important than @level are dropped.  @name may be NULL; it must
 * stay in place. */
void log_init(enum log_level level, const char *name);

void log_set_level(enum log_level level);

bool log_wanted(enum log_level level);

__attribute__((format(printf, 2, 3)))
void log_line(enum log_level level, const char *fmt, ...);

/* One with fields, at most LOG_FIELDS_MAX; those without a value (NULL) are left
 * out. */
void log_fields(enum log_level level, const struct log_field *fields,
		size_t count, const char *text);

#define log_error(...)		log_line(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...)	log_line(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_notice(...)		log_line(LOG_LEVEL_NOTICE, __VA_ARGS__)
#define log_info(...)		log_line(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...)		log_line(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif

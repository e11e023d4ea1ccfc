/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Log lines to stderr, each in one write, with the "<N>" prefix by which
 * systemd knows the level (left out when stderr is a terminal).
 *
 * Control characters are shown as '?': a line never holds what a remote or a
 * file wanted the terminal to do.  Rate limits are for whoever calls; see
 * run/report.h.
 */
#ifndef LISP_IO_LOG_H
#define LISP_IO_LOG_H

#include "sm/event.h"

/* Lines less important than @level are dropped.  @name may be NULL; it must
 * stay in place. */
void log_init(enum log_level level, const char *name);

void log_set_level(enum log_level level);

bool log_wanted(enum log_level level);

__attribute__((format(printf, 2, 3)))
void log_line(enum log_level level, const char *fmt, ...);

#define log_error(...)		log_line(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...)	log_line(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_notice(...)		log_line(LOG_LEVEL_NOTICE, __VA_ARGS__)
#define log_info(...)		log_line(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...)		log_line(LOG_LEVEL_DEBUG, __VA_ARGS__)

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is waited for, on stderr if that is a terminal: a line that the next one
 * replaces.  For whatever can take longer than a second. */
#ifndef TOOLS_PROGRESS_H
#define TOOLS_PROGRESS_H

__attribute__((format(printf, 1, 2)))
void progress(const char *fmt, ...);

/* Before anything else is printed: the line goes. */
void progress_end(void);

#endif

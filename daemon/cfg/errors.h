/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is wrong with a configuration: one line per mistake, all of them at
 * once, each "file:line: path: value: what was expected".
 */
#ifndef LISP_CFG_ERRORS_H
#define LISP_CFG_ERRORS_H

#include <stdbool.h>

#include "cfg/text.h"

#define CFG_ERRORS_MAX	20	/* lines kept; more are only counted */

struct cfg_errors {
	char *lines[CFG_ERRORS_MAX];	/* from malloc */
	unsigned int count;		/* also those that were not kept */
	const char *file;		/* name of the file, the caller's */
	const char *text;		/* its text without comments, or NULL */
};

void cfg_errors_init(struct cfg_errors *e, const char *file);
void cfg_errors_free(struct cfg_errors *e);

/* Will the next one be kept?  Where it is, is then worth looking for: that reads
 * all of the text up to there. */
bool cfg_errors_room(const struct cfg_errors *e);

/* A mistake at a place of the document. */
__attribute__((format(printf, 3, 4)))
void cfg_error(struct cfg_errors *e, const struct cfg_path *path,
	       const char *fmt, ...);

/* A mistake in a line (0: in the file as a whole). */
__attribute__((format(printf, 3, 4)))
void cfg_error_line(struct cfg_errors *e, unsigned int line,
		    const char *fmt, ...);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text of a configuration file: reading it, taking comments out, and
 * finding the line of a value.
 *
 * json-c says what a document means but not where in the file a value stood.
 * So the text is kept until the configuration is loaded, and a small scanner
 * walks it again when an error has to be reported.
 */
#ifndef LISP_CFG_TEXT_H
#define LISP_CFG_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#define CFG_FILE_MAX	(16 * 1024 * 1024)	/* octets */

/*
 * Place of a value in the document, innermost part first: the root has
 * up NULL; a member has a key, an element of a list has an index.
 */
struct cfg_path {
	const struct cfg_path *up;
	const char *key;	/* NULL: an element of a list */
	size_t index;
};

/* The whole file, NUL-terminated, from malloc; *@len without the NUL.
 * NULL with errno set, EFBIG when it is longer than CFG_FILE_MAX, ESPIPE when it
 * is no regular file; with @wait it may be a pipe, whose writer is waited for. */
char *cfg_text_read(const char *file, bool wait, size_t *len);

/* Replace comments by blanks; lines keep their numbers.  0, or the line at
 * which a comment starts that does not end. */
unsigned int cfg_text_strip(char *text);

/* Line (from 1) of the octet at @offset. */
unsigned int cfg_text_line_at(const char *text, size_t offset);

/* Line of the value at @path, or of the innermost part of it that is there.
 * @text has no comments and is valid JSON. */
unsigned int cfg_text_line(const char *text, const struct cfg_path *path);

/* The number, word or string at @path as it is written, shortened to fit;
 * "" for objects and lists. */
const char *cfg_text_scalar(const char *text, const struct cfg_path *path,
			    char *out, size_t size);

/* Call @fn once for each member that an object has more than once.  One pass:
 * a Map-Server's file names 100,000 values, and what has to be looked up by
 * its path for each of them takes for ever. */
typedef void (*cfg_text_fn)(void *arg, const struct cfg_path *path);
void cfg_text_repeated(const char *text, cfg_text_fn fn, void *arg);

/* "xtr.rlocs[1].priority" into @out, shortened when it does not fit. */
const char *cfg_path_text(const struct cfg_path *path, char *out, size_t size);

#endif

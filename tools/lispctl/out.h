/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Printing objects: as a table for people, as JSON for programs.
 *
 * Objects stream through: a dump of a million mappings is printed as it
 * comes.  Columns get the width of the first rows and grow when they must.
 */
#ifndef LISPCTL_OUT_H
#define LISPCTL_OUT_H

#include <stdbool.h>
#include <stdio.h>

struct json_object;

struct column {
	const char *title;
	const char *key;	/* of the member that is shown */
	bool number;		/* aligned to the right */
};

#define COLUMN(title_, key_)		{ .title = title_, .key = key_ }
#define COLUMN_NUMBER(title_, key_) \
	{ .title = title_, .key = key_, .number = true }

struct out;

/*
 * @column_count 0: no table, each object is printed as lines of name and
 * value.  @columns stay the caller's, and in place.  NULL: no memory.
 */
struct out *out_new(FILE *f, bool json, const struct column *columns,
		    size_t column_count);

/* Takes the reference to @o. */
void out_add(struct out *o, struct json_object *object);

/* Print what is left and free.  0, or -EIO when something was not written. */
int out_end(struct out *o);

/* A single object instead of a list; takes the reference. */
int out_object(FILE *f, bool json, struct json_object *object);

/* In one line, of a JSON_C_TO_STRING_* style without control characters: those
 * that json-c lets through are escaped, too. */
void out_json(FILE *f, struct json_object *object, int style);

/* The text of a value, from malloc: locators, lists, numbers, strings
 * without control characters.  NULL (as json-c has it for null) is "-". */
char *out_text(struct json_object *value);

/* What @err of the control socket at @path means, in @text. */
const char *socket_why(const char *path, int err, char *text, size_t size);

/* Say what @err of the control socket at @path means. */
void socket_complain(const char *path, int err);

#endif

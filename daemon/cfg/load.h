/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fill a struct from a JSON object as a schema table says.  Unknown keys,
 * keys given twice, wrong types and values out of range are mistakes; the
 * walk goes on after one, so that all of them are reported.
 */
#ifndef LISP_CFG_LOAD_H
#define LISP_CFG_LOAD_H

#include <json-c/json.h>

#include "cfg/errors.h"
#include "cfg/table.h"

/* @base is zeroed, and afterwards owns memory, also after mistakes. */
void cfg_load(const struct cfg_section *s, struct json_object *o,
	      void *base, struct cfg_errors *e);

/* Free what the struct at @base owns, not @base itself. */
void cfg_unload(const struct cfg_section *s, void *base);

/* Is @fn true of each file, besides its own, that the configuration at @base was
 * read from?  Asked until it is not. */
bool cfg_files(const struct cfg_section *s, const void *base,
	       bool (*fn)(const char *file));

/* Print the reference of a schema to stdout. */
void cfg_schema_print(const struct cfg_section *s);

/* Print a schema to stdout as JSON Schema, draft 7. */
void cfg_schema_print_json(const struct cfg_section *s);

#endif

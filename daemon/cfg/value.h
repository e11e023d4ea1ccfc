/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Scalar values: JSON to C, and words for what was expected. */
#ifndef LISP_CFG_VALUE_H
#define LISP_CFG_VALUE_H

#include <json-c/json.h>

#include "cfg/table.h"

#define VALUE_TEXT_MAX	256

/*
 * Read @v into @dst, which is zeroed or holds an older value to be freed.
 * 0, -EINVAL when @v is not what value_expected() says, -ENOMEM; of a file
 * that is read also what file_trouble() explains.
 */
int value_read(const struct cfg_key *key, enum cfg_type type,
	       struct json_object *v, void *dst);

void value_free(enum cfg_type type, void *dst);

/* Octets of the C type. */
size_t value_size(enum cfg_type type);

/* "a whole number from 0 to 255" into @out. */
const char *value_expected(const struct cfg_key *key, enum cfg_type type,
			   char out[VALUE_TEXT_MAX]);

/* The value as a person wrote it, shortened; a secret is "(not shown)". */
const char *value_text(enum cfg_type type, struct json_object *v,
		       char out[VALUE_TEXT_MAX]);

/* Short name of the type for the reference: "number", "address", ... */
const char *value_type_name(enum cfg_type type);

/* For JSON Schema: a regular expression of all strings that the type takes and
 * few others, and such a string.  NULL: there is none. */
const char *value_pattern(enum cfg_type type);
const char *value_example(enum cfg_type type);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A configuration out of a text, for tests of it.  Include after cmocka.h. */
#ifndef LISP_TESTS_CFG_H
#define LISP_TESTS_CFG_H

#include <stdlib.h>
#include <string.h>

#include "cfg/conf.h"

static inline struct conf *parse(const char *text, struct cfg_errors *e)
{
	char *copy = strdup(text);
	struct conf *c;

	assert_non_null(copy);
	cfg_errors_init(e, "f");
	c = conf_parse(copy, e);
	free(copy);
	return c;
}

static inline struct conf *parse_good(const char *text)
{
	struct cfg_errors e;
	struct conf *c = parse(text, &e);

	for (unsigned int i = 0; i < e.count; i++)
		print_error("%s\n", e.lines[i]);
	cfg_errors_free(&e);
	assert_non_null(c);
	return c;
}

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/* From a file to struct conf. */
#include "cfg/conf.h"

#include <errno.h>
#include <json-c/json.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "cfg/load.h"

#define NESTING_MAX	16

/* The document, or NULL with the mistake reported. */
static struct json_object *parse_json(const char *text, struct cfg_errors *e)
{
	struct json_tokener *tok = json_tokener_new_ex(NESTING_MAX);
	struct json_object *o = NULL;
	enum json_tokener_error err;

	if (!tok) {
		cfg_error_line(e, 0, "out of memory");
		return NULL;
	}
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT |
			       JSON_TOKENER_VALIDATE_UTF8);
	/* With its NUL: numbers at the very end need to see that they end. */
	o = json_tokener_parse_ex(tok, text, strlen(text) + 1);
	err = json_tokener_get_error(tok);
	if (err == json_tokener_continue || err == json_tokener_error_parse_eof) {
		cfg_error_line(e, cfg_text_line_at(text, strlen(text)),
			       "file ends too early: a brace, a bracket or a "
			       "quote is not closed");
	} else if (err != json_tokener_success) {
		cfg_error_line(e, cfg_text_line_at(text,
						   json_tokener_get_parse_end(tok)),
			       "not JSON: %s", json_tokener_error_desc(err));
		json_object_put(o);
		o = NULL;
	}
	json_tokener_free(tok);
	return o;
}

struct conf *conf_parse(char *text, struct cfg_errors *e)
{
	unsigned int line = cfg_text_strip(text);
	struct json_object *o;
	struct conf *c;

	if (line) {
		cfg_error_line(e, line, "comment does not end");
		return NULL;
	}
	o = parse_json(text, e);
	if (e->count)
		return NULL;
	c = calloc(1, sizeof(*c));
	if (!c) {
		cfg_error_line(e, 0, "out of memory");
	} else {
		e->text = text;
		cfg_load(&conf_schema, o, c, e);
		if (!e->count)
			conf_check(c, e);
		e->text = NULL;
	}
	json_object_put(o);
	if (c && e->count) {
		conf_free(c);
		c = NULL;
	}
	return c;
}

struct conf *conf_load(const char *file, struct cfg_errors *e)
{
	struct conf *c;
	size_t len;
	char *text = cfg_text_read(file, &len);

	if (!text) {
		cfg_error_line(e, 0, "%s", strerror(errno));
		return NULL;
	}
	if (strlen(text) != len) {
		cfg_error_line(e, cfg_text_line_at(text, strlen(text)),
			       "not JSON: a NUL octet");
		c = NULL;
	} else {
		c = conf_parse(text, e);
	}
	/* There may be keys in it. */
	secret_wipe(text, len);
	free(text);
	/* json-c's tree took ten times what came of it, and lay below it: by
	 * itself the heap would keep that for good. */
	malloc_trim(0);
	return c;
}

void conf_free(struct conf *c)
{
	if (!c)
		return;
	cfg_unload(&conf_schema, c);
	free(c);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* From a file to struct conf. */
#include "cfg/conf.h"

#include <ctype.h>
#include <errno.h>
#include <json-c/json.h>
#include <json-c/json_visit.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "cfg/file.h"
#include "cfg/load.h"

#define NESTING_MAX	16

/* The most octets that are between two quotes, and so in a string. */
static size_t longest(const char *text)
{
	size_t max = 0, n = 0;

	for (char before = 0; *text; before = *text++) {
		n = *text == '"' && before != '\\' ? 0 : n + 1;
		max = n > max ? n : max;
	}
	return max;
}

/* A string of that many blanks. */
static char *blanks_new(size_t n)
{
	char *s = malloc(n + 3);

	if (s) {
		memset(s, ' ', n + 2);
		s[0] = s[n + 1] = '"';
		s[n + 2] = '\0';
	}
	return s;
}

static void read_blanks(struct json_tokener *tok, const char *blanks)
{
	json_tokener_reset(tok);
	json_object_put(json_tokener_parse_ex(tok, blanks,
					      (int)strlen(blanks)));
	json_tokener_reset(tok);
}

/* Where, and what is there; a letter or a digit could be a key's. */
static void report_syntax(struct cfg_errors *e, const char *text, size_t at,
			  const char *what)
{
	size_t column = 1;

	while (at >= column && text[at - column] != '\n')
		column++;
	if (ispunct((unsigned char)text[at]))
		cfg_error_line(e, cfg_text_line_at(text, at), "not JSON: %s, "
			       "at column %zu: %c", what, column, text[at]);
	else
		cfg_error_line(e, cfg_text_line_at(text, at), "not JSON: %s, "
			       "at column %zu", what, column);
}

static struct json_object *read_text(struct json_tokener *tok,
				     const char *text, struct cfg_errors *e)
{
	enum json_tokener_error err;
	struct json_object *o;

	/* With its NUL: numbers at the very end need to see that they end. */
	o = json_tokener_parse_ex(tok, text, strlen(text) + 1);
	err = json_tokener_get_error(tok);
	if (!text[strspn(text, " \t\r\n")]) {
		cfg_error_line(e, 1, "empty: expected an object, { ... }");
	} else if (err == json_tokener_continue ||
		   err == json_tokener_error_parse_eof) {
		cfg_error_line(e, cfg_text_line_at(text, strlen(text)),
			       "file ends too early: a brace, a bracket or a "
			       "quote is not closed");
	} else if (err != json_tokener_success) {
		report_syntax(e, text, json_tokener_get_parse_end(tok),
			      json_tokener_error_desc(err));
		json_object_put(o);
		o = NULL;
	}
	return o;
}

/* The document, or NULL with the mistake reported.
 *
 * json-c has each string in a buffer before it makes an object of it, and a key
 * would stay there, and wherever the buffer has been before it grew.  So it is
 * as large as it will be before the text is read, and blank after that. */
static struct json_object *parse_json(const char *text, struct cfg_errors *e)
{
	struct json_tokener *tok = json_tokener_new_ex(NESTING_MAX);
	char *blanks = blanks_new(longest(text));
	struct json_object *o = NULL;

	if (tok && blanks) {
		json_tokener_set_flags(tok, JSON_TOKENER_STRICT |
				       JSON_TOKENER_VALIDATE_UTF8);
		read_blanks(tok, blanks);
		o = read_text(tok, text, e);
		read_blanks(tok, blanks);
	} else {
		cfg_error_line(e, 0, "out of memory");
	}
	free(blanks);
	if (tok)
		json_tokener_free(tok);
	return o;
}

/* Any may be a key, also one that nobody asked for. */
static int wipe_string(struct json_object *v, int flags,
		       struct json_object *parent, const char *name,
		       size_t *index, void *arg)
{
	if (json_object_is_type(v, json_type_string))
		secret_wipe((char *)json_object_get_string(v),
			    (size_t)json_object_get_string_len(v));
	return JSON_C_VISIT_RETURN_CONTINUE;
}

static void forget(struct json_object *o)
{
	if (o)
		json_c_visit(o, 0, wipe_string, NULL);
	json_object_put(o);
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
	if (e->count) {
		forget(o);
		return NULL;
	}
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
	forget(o);
	if (c && e->count) {
		conf_free(c);
		c = NULL;
	}
	return c;
}

static struct conf *load(const char *file, bool wait, struct cfg_errors *e)
{
	struct conf *c;
	size_t len;
	char *text = cfg_text_read(file, wait, &len);

	if (!text) {
		cfg_error_line(e, 0, "%s", errno == ESPIPE ?
			       file_trouble(-errno) : strerror(errno));
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

struct conf *conf_load(const char *file, struct cfg_errors *e)
{
	return load(file, false, e);
}

struct conf *conf_await(const char *file, struct cfg_errors *e)
{
	return load(file, true, e);
}

void conf_free(struct conf *c)
{
	if (!c)
		return;
	cfg_unload(&conf_schema, c);
	free(c);
}

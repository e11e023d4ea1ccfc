// SPDX-License-Identifier: GPL-2.0-or-later
#include "out.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "../common/socket.h"
#include "dp/object.h"
#include "lib/plain.h"
#include "lispctl.h"

#define ROWS_AHEAD	256	/* looked at before widths are chosen */

struct out {
	FILE *f;
	bool json;
	const struct column *columns;
	size_t column_count;
	size_t *widths;
	char **cells;		/* ROWS_AHEAD rows that wait */
	size_t rows;
	size_t objects;
	bool titled;
	bool no_memory;
};

/* --- values as text --- */

static const char *member(struct json_object *o, const char *key)
{
	return json_object_get_string(json_object_object_get(o, key));
}

/* The same where there may be none. */
static const char *text_of(struct json_object *o, const char *key)
{
	const char *text = member(o, key);

	return text ? text : "?";
}

static bool is_true(struct json_object *o, const char *key)
{
	return json_object_get_boolean(json_object_object_get(o, key));
}

static bool is_false(struct json_object *o, const char *key)
{
	struct json_object *v;

	return json_object_object_get_ex(o, key, &v) &&
	       !json_object_get_boolean(v);
}

/* Of a Map-Server what it has of ours, of a Map-Resolver how it answers. */
static void print_answers(FILE *f, struct json_object *o)
{
	if (is_true(o, "refused"))
		fprintf(f, " refused");
	else if (is_true(o, "registered"))
		fprintf(f, " registered");
	else if (is_false(o, "registered"))
		fprintf(f, " not registered");
	else if (member(o, "state"))
		fprintf(f, " %s", member(o, "state"));
	if (member(o, "rtt"))
		fprintf(f, " %s ms", member(o, "rtt"));
}

/* "192.0.2.1 1/100": address, priority, weight, and what is unusual. */
static void print_locator(FILE *f, struct json_object *l)
{
	struct json_object *port;

	fprintf(f, "%s", member(l, "address"));
	if (json_object_object_get_ex(l, "port", &port) &&
	    json_object_get_int(port) != DP_DATA_PORT)
		fprintf(f, " port %d", json_object_get_int(port));
	if (member(l, "priority"))
		fprintf(f, " %s/%s", text_of(l, "priority"),
			text_of(l, "weight"));
	if (is_false(l, "reachable"))
		fprintf(f, " unreachable");
	if (json_object_object_get_ex(l, "status-down", NULL))
		fprintf(f, " status-down");
	if (json_object_object_get_ex(l, "echo-nonce", NULL))
		fprintf(f, " echo-nonce");
	print_answers(f, l);
}

/* "0 hmac-sha256 valid": what a key is known by, and whether it is good now. */
static void print_key(FILE *f, struct json_object *k)
{
	fprintf(f, "%s %s %s", text_of(k, "key-id"), text_of(k, "algorithm"),
		text_of(k, "state"));
}

/* "[100]10.1.0.0/16", and what of it may be registered. */
static void print_eid(FILE *f, struct json_object *e)
{
	fprintf(f, "[%s]%s", text_of(e, "iid"), text_of(e, "prefix"));
	if (is_true(e, "more-specifics"))
		fprintf(f, " more-specifics");
	if (member(e, "max-registrations"))
		fprintf(f, " max %s", member(e, "max-registrations"));
}

/* Several may have one address. */
static void print_registrant(FILE *f, struct json_object *r)
{
	fputs(text_of(r, "etr"), f);
	if (member(r, "xtr-id"))
		fprintf(f, " xtr-id %s", member(r, "xtr-id"));
}

/* Objects that people know by less than all of their members; which those are
 * is told by one of them. */
typedef void (*print_fn)(FILE *f, struct json_object *o);

static print_fn short_form(struct json_object *o)
{
	static const struct {
		const char *key;
		print_fn print;
	} forms[] = {
		{ "address", print_locator },
		{ "key-id", print_key },
		{ "prefix", print_eid },
		{ "etr", print_registrant },
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (member(o, forms[i].key))
			return forms[i].print;
	return NULL;
}

static void print_value(FILE *f, struct json_object *v);

static void print_members(FILE *f, struct json_object *o)
{
	struct json_object_iterator i = json_object_iter_begin(o);
	struct json_object_iterator end = json_object_iter_end(o);
	const char *separator = "";

	if (json_object_iter_equal(&i, &end))
		fputc('-', f);
	for (; !json_object_iter_equal(&i, &end); json_object_iter_next(&i)) {
		fprintf(f, "%s%s ", separator, json_object_iter_peek_name(&i));
		print_value(f, json_object_iter_peek_value(&i));
		separator = ", ";
	}
}

/* Between elements of a list: members of an object have commas as well. */
static const char *comma(struct json_object *element)
{
	return json_object_is_type(element, json_type_object) &&
	       !short_form(element) ? "; " : ", ";
}

static void print_elements(FILE *f, struct json_object *list)
{
	size_t count = json_object_array_length(list);

	if (!count)
		fputc('-', f);
	for (size_t n = 0; n < count; n++) {
		struct json_object *e = json_object_array_get_idx(list, n);

		fputs(n ? comma(e) : "", f);
		print_value(f, e);
	}
}

static void print_value(FILE *f, struct json_object *v)
{
	print_fn print;

	switch (json_object_get_type(v)) {
	case json_type_null:
		fputc('-', f);
		break;
	case json_type_boolean:
		fputs(json_object_get_boolean(v) ? "yes" : "no", f);
		break;
	case json_type_array:
		print_elements(f, v);
		break;
	case json_type_object:
		print = short_form(v);
		(print ? print : print_members)(f, v);
		break;
	case json_type_double:
	case json_type_int:
	case json_type_string:
		fputs(json_object_get_string(v), f);
		break;
	}
}

char *out_text(struct json_object *value)
{
	char *text = NULL;
	size_t len;
	FILE *f;

	f = open_memstream(&text, &len);
	if (!f)
		return NULL;
	print_value(f, value);
	if (fclose(f))
		return NULL;
	return plain_make(text);
}

/* --- tables --- */

struct out *out_new(FILE *f, bool json, const struct column *columns,
		    size_t column_count)
{
	struct out *o = calloc(1, sizeof(*o));

	if (!o)
		return NULL;
	o->f = f;
	o->json = json;
	o->columns = columns;
	o->column_count = column_count;
	o->widths = calloc(column_count + 1, sizeof(*o->widths));
	o->cells = calloc(ROWS_AHEAD * column_count + 1, sizeof(*o->cells));
	if (!o->widths || !o->cells) {
		free(o->widths);
		free(o->cells);
		free(o);
		return NULL;
	}
	for (size_t i = 0; i < column_count; i++)
		o->widths[i] = strlen(columns[i].title);
	return o;
}

static void print_cell(struct out *o, size_t i, const char *text)
{
	bool last = i + 1 == o->column_count;
	int width = o->widths[i];

	if (o->columns[i].number)
		fprintf(o->f, "%*s", width, text);
	else
		fprintf(o->f, "%-*s", last ? 0 : width, text);
	fputs(last ? "\n" : "  ", o->f);
}

static void print_titles(struct out *o)
{
	char title[64];
	size_t n;

	for (size_t i = 0; i < o->column_count; i++) {
		snprintf(title, sizeof(title), "%s", o->columns[i].title);
		for (n = 0; title[n]; n++)
			title[n] = toupper((unsigned char)title[n]);
		print_cell(o, i, title);
	}
}

static void print_rows(struct out *o)
{
	if (o->rows && !o->titled)
		print_titles(o);
	o->titled = o->titled || o->rows;
	for (size_t n = 0; n < o->rows * o->column_count; n++) {
		print_cell(o, n % o->column_count, o->cells[n]);
		free(o->cells[n]);
	}
	o->rows = 0;
}

static void add_row(struct out *o, struct json_object *object)
{
	char **row = &o->cells[o->rows * o->column_count];
	size_t n = o->column_count;

	for (size_t i = 0; i < n; i++) {
		row[i] = out_text(json_object_object_get(object,
							 o->columns[i].key));
		if (!row[i]) {
			o->no_memory = true;
			while (i--)
				free(row[i]);
			return;
		}
		if (strlen(row[i]) > o->widths[i])
			o->widths[i] = strlen(row[i]);
	}
	if (++o->rows == ROWS_AHEAD)
		print_rows(o);
}

/* --- lines of name and value --- */

static int name_width(struct json_object *object)
{
	struct json_object_iterator i = json_object_iter_begin(object);
	struct json_object_iterator end = json_object_iter_end(object);
	int width = 0, len;

	for (; !json_object_iter_equal(&i, &end); json_object_iter_next(&i)) {
		len = strlen(json_object_iter_peek_name(&i));
		width = len > width ? len : width;
	}
	return width;
}

static void print_lines(FILE *f, struct json_object *object)
{
	struct json_object_iterator i = json_object_iter_begin(object);
	struct json_object_iterator end = json_object_iter_end(object);
	int width = name_width(object);
	char *name, *text;

	for (; !json_object_iter_equal(&i, &end); json_object_iter_next(&i)) {
		name = strdup(json_object_iter_peek_name(&i));
		text = out_text(json_object_iter_peek_value(&i));
		fprintf(f, "%-*s  %s\n", width, name ? plain_make(name) : "?",
			text ? text : "?");
		free(name);
		free(text);
	}
}

/* --- JSON --- */

/* What is not plain is within a string. json-c has escaped what is below a
 * blank; what is no UTF-8 becomes U+FFFD. */
void out_json(FILE *f, struct json_object *object, int style)
{
	const char *text = json_object_to_json_string_ext(object, style |
					JSON_C_TO_STRING_NOSLASHESCAPE);
	const uint8_t *at;
	size_t n;

	for (;; text = (const char *)at) {
		n = plain_length(text);
		fwrite(text, 1, n, f);
		at = (const uint8_t *)text + n;
		if (!*at)
			return;
		n = 1 + (at[0] == 0xc2 && (at[1] & 0xc0) == 0x80);
		fprintf(f, "\\u%04x", n == 2 || *at < 0x80 ? at[n - 1] :
			0xfffd);
		at += n;
	}
}

/* --- */

void out_add(struct out *o, struct json_object *object)
{
	if (o->json) {
		fputs(o->objects ? ",\n  " : "[\n  ", o->f);
		out_json(o->f, object, JSON_C_TO_STRING_SPACED);
	} else if (o->column_count) {
		add_row(o, object);
	} else {
		fputs(o->objects ? "\n" : "", o->f);
		print_lines(o->f, object);
	}
	o->objects++;
	json_object_put(object);
}

int out_end(struct out *o)
{
	bool failed;

	if (o->json)
		fputs(o->objects ? "\n]\n" : "[]\n", o->f);
	else
		print_rows(o);
	failed = fflush(o->f) || ferror(o->f) || o->no_memory;
	free(o->widths);
	free(o->cells);
	free(o);
	return failed ? -EIO : 0;
}

int out_object(FILE *f, bool json, struct json_object *object)
{
	if (json) {
		out_json(f, object, JSON_C_TO_STRING_SPACED);
		fputc('\n', f);
	} else {
		print_lines(f, object);
	}
	json_object_put(object);
	return fflush(f) || ferror(f) ? -EIO : 0;
}

const char *socket_why(const char *path, int err, char *text, size_t size)
{
	switch (err) {
	case -ENOENT:
	case -ECONNREFUSED:
		snprintf(text, size, "no lispd behind \"%s\" (%s); -s names "
			 "another socket", path, strerror(-err));
		break;
	case -ETIMEDOUT:
		snprintf(text, size, "lispd did not answer within %d s",
			 SOCKET_TIMEOUT_S);
		break;
	case -EBADMSG:
		snprintf(text, size, "what answers behind \"%s\" makes no "
			 "sense: is it lispd?", path);
		break;
	case -EMSGSIZE:
		snprintf(text, size, "what answers behind \"%s\" says more "
			 "than %u MiB without an end of line: is it lispd?",
			 path, SOCKET_LINE_MAX >> 20);
		break;
	case -ECONNRESET:
		snprintf(text, size, "lispd closed the connection without an "
			 "answer");
		break;
	default:
		snprintf(text, size, "\"%s\": %s", path, strerror(-err));
	}
	return text;
}

void socket_complain(const char *path, int err)
{
	char text[512];

	complain("%s", socket_why(path, err, text, sizeof(text)));
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "text.h"

#include <stdbool.h>
#include <string.h>

/* How a member is shown.  Those that are not here: "name value", true ones as
 * "name", false ones not at all. */
static const struct shown {
	const char *name;
	enum {
		BARE,		/* the value says it */
		WITH,		/* said together with another one */
		QUIET,		/* not when it is @usual */
		LOUD,		/* when it is false, too */
	} how;
	int usual;
} shown[] = {
	{ "frame", BARE, 0 },
	{ "time", BARE, 0 },
	{ "type", BARE, 0 },
	{ "source", BARE, 0 },
	{ "destination", BARE, 0 },
	{ "protocol", BARE, 0 },
	{ "address", BARE, 0 },
	{ "instances", BARE, 0 },
	{ "prefix", BARE, 0 },
	{ "where", BARE, 0 },
	{ "reason", BARE, 0 },
	{ "source-port", WITH, 0 },
	{ "destination-port", WITH, 0 },
	{ "tos", QUIET, 0 },
	{ "version", QUIET, 0 },
	{ "keys", QUIET, 0 },
	{ "multicast-priority", QUIET, 255 },
	{ "multicast-weight", QUIET, 0 },
	{ "reachable", LOUD, 0 },
};

#define COUNT	(sizeof(shown) / sizeof(shown[0]))

static const struct shown *find(const char *name)
{
	for (size_t i = 0; i < COUNT; i++)
		if (!strcmp(shown[i].name, name))
			return &shown[i];
	return NULL;
}

static bool is_object(struct json_object *v)
{
	return json_object_is_type(v, json_type_object);
}

static bool is_list(struct json_object *v)
{
	return json_object_is_type(v, json_type_array);
}

/* Is it on lines of its own? */
static bool is_below(struct json_object *v)
{
	return is_object(v) ||
	       (is_list(v) && json_object_array_length(v) &&
		is_object(json_object_array_get_idx(v, 0)));
}

/* --- one line --- */

static void put_list(FILE *f, struct json_object *v)
{
	for (size_t i = 0; i < json_object_array_length(v); i++)
		fprintf(f, " %s", json_object_get_string(
				json_object_array_get_idx(v, i)));
}

/* "192.0.2.1:4342", "[2001:db8::1]:4342" */
static void put_bare(FILE *f, struct json_object *o, const char *name,
		     struct json_object *v)
{
	const char *text = json_object_get_string(v);
	struct json_object *other;
	char port[32];

	snprintf(port, sizeof(port), "%s-port", name);
	if (!strcmp(name, "prefix") &&
	    json_object_object_get_ex(o, "iid", &other))
		fprintf(f, "[%s]%s", json_object_get_string(other), text);
	else if (json_object_object_get_ex(o, port, &other))
		fprintf(f, strchr(text, ':') ? "[%s]:%s" : "%s:%s", text,
			json_object_get_string(other));
	else
		fputs(text, f);
}

/* Is it to be seen? */
static bool is_said(struct json_object *o, const char *name,
		    struct json_object *v)
{
	const struct shown *row = find(name);

	if (is_below(v) || (row && row->how == WITH))
		return false;
	if (!strcmp(name, "iid") &&
	    json_object_object_get_ex(o, "prefix", NULL))
		return false;
	if (row && row->how == QUIET)
		return json_object_get_int64(v) != row->usual;
	if (is_list(v))
		return json_object_array_length(v) > 0;
	return !json_object_is_type(v, json_type_boolean) ||
	       json_object_get_boolean(v) || (row && row->how == LOUD);
}

static void put_member(FILE *f, struct json_object *o, const char *name,
		       struct json_object *v)
{
	const struct shown *row = find(name);

	if (row && row->how == BARE) {
		put_bare(f, o, name, v);
	} else if (is_list(v)) {
		fputs(name, f);
		put_list(f, v);
	} else if (json_object_is_type(v, json_type_boolean)) {
		fprintf(f, "%s%s", json_object_get_boolean(v) ? "" : "not ",
			name);
	} else {
		fprintf(f, "%s %s", name, json_object_get_string(v));
	}
}

/* Between two members. */
static const char *separator(const char *before, const char *name)
{
	if (!strcmp(name, "destination"))
		return " > ";
	return !strcmp(before, "frame") || !strcmp(before, "time") ? " " : ", ";
}

/* With a message in it, what that has goes on in the same line.  Returns of
 * which object that is: what is to be said below. */
static struct json_object *put_line(FILE *f, struct json_object *o,
				    const char *first)
{
	struct json_object *message;
	const char *before = NULL;

	json_object_object_foreach(o, name, v) {
		if (!is_said(o, name, v))
			continue;
		fputs(before ? separator(before, name) : first, f);
		put_member(f, o, name, v);
		before = name;
	}
	if (json_object_object_get_ex(o, "message", &message))
		return put_line(f, message, before ? ": " : first);
	fputc('\n', f);
	return o;
}

/* --- all of them --- */

static void put_rest(FILE *f, struct json_object *o, unsigned int depth);

/* The line of @o, and what has lines of its own in it. */
static void put_all(FILE *f, struct json_object *o, const char *first,
		    unsigned int depth)
{
	struct json_object *message = put_line(f, o, first);

	put_rest(f, o, depth);
	if (message != o)
		put_rest(f, message, depth);
}

/* "locators" are introduced as "locator" each. */
static void put_title(FILE *f, const char *name, bool one, unsigned int depth)
{
	int len = (int)strlen(name) - (one && *name ? 1 : 0);

	fprintf(f, "%*s%.*s", 4 * (int)depth, "", len, name);
}

static void put_below(FILE *f, const char *name, bool one,
		      struct json_object *o, unsigned int depth)
{
	put_title(f, name, one, depth);
	put_all(f, o, " ", depth + 1);
}

static void put_rest(FILE *f, struct json_object *o, unsigned int depth)
{
	json_object_object_foreach(o, name, v) {
		if (!is_below(v) || !strcmp(name, "message"))
			continue;
		if (is_object(v)) {
			put_below(f, name, false, v, depth);
			continue;
		}
		for (size_t i = 0; i < json_object_array_length(v); i++)
			put_below(f, name, true,
				  json_object_array_get_idx(v, i), depth);
	}
}

void text_print(FILE *f, struct json_object *packet)
{
	put_all(f, packet, "", 1);
}

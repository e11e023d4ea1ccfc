// SPDX-License-Identifier: GPL-2.0-or-later
/* A schema as JSON Schema (draft 7), made of its tables. */
#include <stdio.h>

#include "cfg/load.h"
#include "cfg/value.h"
#include "lib/secret.h"

#define DRAFT	"http://json-schema.org/draft-07/schema#"

static struct json_object *section(const struct cfg_section *s);

static void add(struct json_object *o, const char *key, const char *text)
{
	json_object_object_add(o, key, json_object_new_string(text));
}

static void add_number(struct json_object *o, const char *key, uint64_t n)
{
	json_object_object_add(o, key, json_object_new_uint64(n));
}

static void add_words(struct json_object *o, const struct cfg_choice *c)
{
	struct json_object *words = json_object_new_array();

	for (; c->word; c++)
		json_object_array_add(words, json_object_new_string(c->word));
	json_object_object_add(o, "enum", words);
}

/* A pattern leaves room for an empty or endless one. */
static void add_lengths(struct json_object *o, const struct cfg_key *k,
			enum cfg_type type)
{
	if (type == CFG_SECRET) {
		add_number(o, "minLength", 1);
		add_number(o, "maxLength", SECRET_MAX);
	} else if (type == CFG_STRING) {
		add_number(o, "minLength", k->min);
		add_number(o, "maxLength", k->max);
	} else if (type == CFG_FILE || type == CFG_INPUT) {
		add_number(o, "maxLength", k->max);
	}
}

static void add_string(struct json_object *o, const struct cfg_key *k,
		       enum cfg_type type)
{
	const char *pattern = value_pattern(type);
	const char *example = value_example(type);

	add(o, "type", "string");
	add_lengths(o, k, type);
	if (pattern)
		add(o, "pattern", pattern);
	if (example) {
		struct json_object *list = json_object_new_array();

		json_object_array_add(list, json_object_new_string(example));
		json_object_object_add(o, "examples", list);
	}
}

/* One value of @type, which is the key's or that of its elements. */
static struct json_object *value(const struct cfg_key *k, enum cfg_type type)
{
	struct json_object *o;

	if (type == CFG_OBJECT)
		return section(k->section);
	o = json_object_new_object();
	if (type == CFG_BOOL) {
		add(o, "type", "boolean");
	} else if (type == CFG_UINT) {
		add(o, "type", "integer");
		add_number(o, "minimum", k->min);
		add_number(o, "maximum", k->max);
	} else if (type == CFG_CHOICE) {
		add_words(o, k->choices);
	} else {
		add_string(o, k, type);
	}
	return o;
}

static struct json_object *key(const struct cfg_key *k)
{
	struct json_object *o;

	if (k->type == CFG_LIST) {
		o = json_object_new_object();
		add(o, "type", "array");
		add_number(o, "minItems", k->min);
		add_number(o, "maxItems", k->max);
		json_object_object_add(o, "items", value(k, k->item));
	} else {
		o = value(k, k->type);
	}
	add(o, "description", k->doc);
	if (k->def)
		json_object_object_add(o, "default",
				       json_tokener_parse(k->def));
	return o;
}

static struct json_object *section(const struct cfg_section *s)
{
	struct json_object *required = json_object_new_array();
	struct json_object *keys = json_object_new_object();
	struct json_object *o = json_object_new_object();

	add(o, "type", "object");
	json_object_object_add(o, "additionalProperties",
			       json_object_new_boolean(false));
	json_object_object_add(o, "required", required);
	json_object_object_add(o, "properties", keys);
	for (const struct cfg_key *k = s->keys; k->name; k++) {
		json_object_object_add(keys, k->name, key(k));
		if (k->required)
			json_object_array_add(required,
				json_object_new_string(k->name));
	}
	return o;
}

void cfg_schema_print_json(const struct cfg_section *s)
{
	struct json_object *o = section(s);

	add(o, "$schema", DRAFT);
	add(o, "title", "lispd.conf(5), the configuration of lispd");
	puts(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PRETTY |
					    JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(o);
}

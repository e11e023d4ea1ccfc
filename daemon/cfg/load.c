// SPDX-License-Identifier: GPL-2.0-or-later
#include "cfg/load.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cfg/file.h"
#include "cfg/suggest.h"
#include "cfg/value.h"

#define SECTION_KEYS_MAX	32

static void load_section(const struct cfg_section *s, struct json_object *o,
			 const struct cfg_path *path, void *base,
			 struct cfg_errors *e);

const struct cfg_key *cfg_key_find(const struct cfg_section *s,
				   const char *name)
{
	for (const struct cfg_key *k = s->keys; k->name; k++)
		if (!strcmp(k->name, name))
			return k;
	return NULL;
}

/* A section of one key and a few words about it is easily taken for the key
 * itself: "keys": ["secret"]. */
static bool has_secret(const struct cfg_section *s)
{
	for (const struct cfg_key *k = s ? s->keys : NULL; k && k->name; k++)
		if (k->type == CFG_SECRET)
			return true;
	return false;
}

static void refuse(const struct cfg_key *key, enum cfg_type type,
		   struct json_object *v, const struct cfg_path *path,
		   struct cfg_errors *e)
{
	char expected[VALUE_TEXT_MAX], text[VALUE_TEXT_MAX];

	cfg_error(e, path, "%s: expected %s",
		  value_text(has_secret(key->section) ? CFG_SECRET : type, v,
			     text),
		  value_expected(key, type, expected));
}

/* One value into the memory at @dst; @dst of an object is its struct. */
static void load_value(const struct cfg_key *key, enum cfg_type type,
		       struct json_object *v, const struct cfg_path *path,
		       void *dst, struct cfg_errors *e)
{
	char text[VALUE_TEXT_MAX];
	int err;

	if (type == CFG_OBJECT) {
		if (json_object_is_type(v, json_type_object))
			load_section(key->section, v, path, dst, e);
		else
			refuse(key, type, v, path, e);
		return;
	}
	err = value_read(key, type, v, dst);
	if (err == -ENOMEM)
		cfg_error(e, path, "out of memory");
	else if (err == -EINVAL)
		refuse(key, type, v, path, e);
	else if (err)
		cfg_error(e, path, "%s: %s", value_text(type, v, text),
			  file_trouble(err));
}

static size_t item_size(const struct cfg_key *key)
{
	return key->item == CFG_OBJECT ? key->section->size :
		value_size(key->item);
}

static void load_list(const struct cfg_key *key, struct json_object *v,
		      const struct cfg_path *path, char *base,
		      struct cfg_errors *e)
{
	size_t size = item_size(key), n;
	char *items;

	if (!json_object_is_type(v, json_type_array)) {
		refuse(key, CFG_LIST, v, path, e);
		return;
	}
	n = json_object_array_length(v);
	if (n < key->min || n > key->max) {
		cfg_error(e, path, "%zu elements: expected %llu to %llu", n,
			  (unsigned long long)key->min,
			  (unsigned long long)key->max);
		return;
	}
	/* One too many, so that a list that is given is never NULL. */
	items = calloc(n + 1, size);
	if (!items) {
		cfg_error(e, path, "out of memory");
		return;
	}
	*(void **)(base + key->offset) = items;
	*(size_t *)(base + key->count_offset) = n;
	for (size_t i = 0; i < n; i++) {
		struct cfg_path at = { path, NULL, i };

		load_value(key, key->item, json_object_array_get_idx(v, i),
			   &at, items + i * size, e);
	}
}

static void load_object(const struct cfg_key *key, struct json_object *v,
			const struct cfg_path *path, char *base,
			struct cfg_errors *e)
{
	void *sub = calloc(1, key->section->size);

	if (!sub) {
		cfg_error(e, path, "out of memory");
		return;
	}
	*(void **)(base + key->offset) = sub;
	load_value(key, CFG_OBJECT, v, path, sub, e);
}

static void load_key(const struct cfg_key *key, struct json_object *v,
		     const struct cfg_path *path, char *base,
		     struct cfg_errors *e)
{
	if (key->type == CFG_LIST)
		load_list(key, v, path, base, e);
	else if (key->type == CFG_OBJECT)
		load_object(key, v, path, base, e);
	else
		load_value(key, key->type, v, path, base + key->offset, e);
}

static void load_default(const struct cfg_key *key,
			 const struct cfg_path *path, char *base,
			 struct cfg_errors *e)
{
	struct json_object *v = json_tokener_parse(key->def);

	load_key(key, v, path, base, e);
	json_object_put(v);
}

static void refuse_unknown(const struct cfg_section *s, const char *name,
			   const struct cfg_path *at, struct cfg_errors *e)
{
	const char *names[SECTION_KEYS_MAX];
	const char *near;
	size_t n = 0;

	for (const struct cfg_key *k = s->keys; k->name; k++)
		if (n < SECTION_KEYS_MAX)
			names[n++] = k->name;
	near = suggest(name, names, n);
	if (near)
		cfg_error(e, at, "unknown key, did you mean \"%s\"?", near);
	else
		cfg_error(e, at, "unknown key of %s, see lispd --schema",
			  s->name);
}

static void check_names(const struct cfg_section *s, struct json_object *o,
			const struct cfg_path *path, struct cfg_errors *e)
{
	json_object_object_foreach(o, name, v) {
		struct cfg_path at = { path, name, 0 };

		(void)v;
		if (!cfg_key_find(s, name))
			refuse_unknown(s, name, &at, e);
	}
}

static void load_section(const struct cfg_section *s, struct json_object *o,
			 const struct cfg_path *path, void *base,
			 struct cfg_errors *e)
{
	struct json_object *v;

	check_names(s, o, path, e);
	for (const struct cfg_key *k = s->keys; k->name; k++) {
		struct cfg_path at = { path, k->name, 0 };

		if (json_object_object_get_ex(o, k->name, &v))
			load_key(k, v, &at, base, e);
		else if (k->required)
			cfg_error(e, path, "key \"%s\" is missing", k->name);
		else if (k->def)
			load_default(k, &at, base, e);
	}
}

static void on_repeated(void *arg, const struct cfg_path *path)
{
	cfg_error(arg, path, "given more than once");
}

void cfg_load(const struct cfg_section *s, struct json_object *o,
	      void *base, struct cfg_errors *e)
{
	struct cfg_path root = { 0 };

	if (e->text)
		cfg_text_repeated(e->text, on_repeated, e);
	if (json_object_is_type(o, json_type_object))
		load_section(s, o, &root, base, e);
	else
		cfg_error(e, &root, "expected an object, { ... }");
}

static void unload_list(const struct cfg_key *key, char *base)
{
	char *items = *(char **)(base + key->offset);
	size_t n = *(size_t *)(base + key->count_offset);

	for (size_t i = 0; items && i < n; i++) {
		if (key->item == CFG_OBJECT)
			cfg_unload(key->section, items + i * item_size(key));
		else
			value_free(key->item, items + i * item_size(key));
	}
	free(items);
}

void cfg_unload(const struct cfg_section *s, void *base)
{
	for (const struct cfg_key *k = s->keys; k->name; k++) {
		char *at = (char *)base + k->offset;

		if (k->type == CFG_LIST) {
			unload_list(k, base);
		} else if (k->type == CFG_OBJECT) {
			if (*(void **)at)
				cfg_unload(k->section, *(void **)at);
			free(*(void **)at);
		} else {
			value_free(k->type, at);
		}
	}
	memset(base, 0, s->size);
}

static bool list_files(const struct cfg_key *key, const char *base,
		       bool (*fn)(const char *file))
{
	const char *items = *(char *const *)(base + key->offset);
	size_t n = *(const size_t *)(base + key->count_offset);

	for (size_t i = 0; items && i < n; i++, items += item_size(key)) {
		if (key->item == CFG_PEM &&
		    !fn(((const struct cfg_pem *)items)->file))
			return false;
		if (key->item == CFG_OBJECT &&
		    !cfg_files(key->section, items, fn))
			return false;
	}
	return true;
}

bool cfg_files(const struct cfg_section *s, const void *base,
	       bool (*fn)(const char *file))
{
	bool ok = true;

	for (const struct cfg_key *k = s->keys; ok && k->name; k++) {
		const char *at = (const char *)base + k->offset;

		if (k->type == CFG_LIST)
			ok = list_files(k, base, fn);
		else if (k->type == CFG_OBJECT && *(void *const *)at)
			ok = cfg_files(k->section, *(void *const *)at, fn);
		else if (k->type == CFG_INPUT && *(char *const *)at)
			ok = fn(*(char *const *)at);
	}
	return ok;
}

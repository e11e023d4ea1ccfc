// SPDX-License-Identifier: GPL-2.0-or-later
#include "said.h"

#include <json-c/json.h>

struct json_object *said_list(struct json_object *o, const char *key)
{
	struct json_object *v;

	return json_object_object_get_ex(o, key, &v) &&
		json_object_is_type(v, json_type_array) ? v : NULL;
}

size_t said_count(struct json_object *list)
{
	return json_object_is_type(list, json_type_array) ?
		json_object_array_length(list) : 0;
}

struct json_object *said_at(struct json_object *list, size_t i)
{
	struct json_object *o = i < said_count(list) ?
		json_object_array_get_idx(list, i) : NULL;

	return json_object_is_type(o, json_type_object) ? o : NULL;
}

bool said_is_list(struct json_object *o)
{
	for (size_t i = 0; i < said_count(o); i++)
		if (!said_at(o, i))
			return false;
	return json_object_is_type(o, json_type_array);
}

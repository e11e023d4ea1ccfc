/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON of somebody who may say anything: what is not of the type that was
 * expected is not there. */
#ifndef TOOLS_SAID_H
#define TOOLS_SAID_H

#include <stdbool.h>
#include <stddef.h>

struct json_object;

/* The list @key of @o, or an empty one (NULL). */
struct json_object *said_list(struct json_object *o, const char *key);
size_t said_count(struct json_object *list);

/* The object at @i, or NULL. */
struct json_object *said_at(struct json_object *list, size_t i);

/* Is it a list of nothing but objects? */
bool said_is_list(struct json_object *o);

#endif

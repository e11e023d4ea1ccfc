/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A walk for people, step by step, or as JSON when it has ended. */
#ifndef RIG_PRINT_H
#define RIG_PRINT_H

#include <json-c/json.h>

#include "walk.h"

/* walk_fn; @arg: unused. */
void print_step(void *arg, const struct walk_step *s);

/* walk_fn; @arg: a struct json_object, the list that the step is added to. */
void print_collect(void *arg, const struct walk_step *s);

/* Takes ownership of @steps. */
void print_json(const struct ask_options *o, enum walk_end end,
		struct json_object *steps);

#endif

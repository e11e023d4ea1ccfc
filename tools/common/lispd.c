// SPDX-License-Identifier: GPL-2.0-or-later
#include "lispd.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <json-c/json.h>

#include "socket.h"

static int send_question(int fd, const char *what, const char *after)
{
	struct json_object *o = json_object_new_object();
	const char *text;
	int err;

	json_object_object_add(o, "command", json_object_new_string("show"));
	json_object_object_add(o, "what", json_object_new_string(what));
	if (after)
		json_object_object_add(o, "after",
				       json_object_new_string(after));
	text = json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN);
	err = socket_send(fd, text, strlen(text));
	if (!err)
		err = socket_send(fd, "\n", 1);
	json_object_put(o);
	return err;
}

static void add_data(struct json_object *all, struct json_object *data)
{
	if (!json_object_is_type(data, json_type_array)) {
		json_object_array_add(all, json_object_get(data));
		return;
	}
	for (size_t i = 0; i < json_object_array_length(data); i++)
		json_object_array_add(all, json_object_get(
					json_object_array_get_idx(data, i)));
}

/* One piece after another, until none says what comes next. */
static int read_all(FILE *in, const char *what, struct json_object *all)
{
	struct json_object *answer = NULL, *v;
	const char *after = NULL;
	int err;

	do {
		struct json_object *last = answer;

		err = send_question(fileno(in), what, after);
		answer = err ? NULL : socket_read(in, &err);
		json_object_put(last);	/* @after was in it */
		after = NULL;
		if (!answer)
			return err;
		if (json_object_object_get_ex(answer, "data", &v))
			add_data(all, v);
		else
			err = -EPROTO;
		if (json_object_object_get_ex(answer, "next", &v))
			after = json_object_get_string(v);
	} while (!err && after);
	json_object_put(answer);
	return err;
}

struct json_object *lispd_show(const char *path, const char *what, int *err)
{
	struct json_object *all = json_object_new_array();
	int fd = socket_connect(path);
	FILE *in = fd < 0 ? NULL : fdopen(fd, "r");

	*err = fd < 0 ? fd : -errno;
	if (in) {
		*err = read_all(in, what, all);
		fclose(in);
	} else if (fd >= 0) {
		close(fd);
	}
	if (!*err)
		return all;
	json_object_put(all);
	return NULL;
}

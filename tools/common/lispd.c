// SPDX-License-Identifier: GPL-2.0-or-later
#include "lispd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <json-c/json.h>

#include "said.h"
#include "socket.h"

/* --- a talk --- */

/* At once: who has heard enough may close before the end of it. */
static int send_question(struct socket_in *in, struct json_object *question)
{
	char *line;
	int err, n = asprintf(&line, "%s\n",
			      json_object_to_json_string_ext(question,
						JSON_C_TO_STRING_PLAIN));

	if (n < 0)
		return -ENOMEM;
	err = socket_send(in, line, n);
	free(line);
	return err;
}

/* 0, and "after" of @question is what comes next; -ENOENT: nothing does.  One
 * who names the same again, or has said nothing, would never end. */
static int go_on(struct json_object *question, struct json_object *answer)
{
	struct json_object *next, *before;

	if (!json_object_object_get_ex(answer, "next", &next) || !next)
		return -ENOENT;
	if (!json_object_is_type(next, json_type_string) ||
	    !said_count(said_list(answer, "data")))
		return -EBADMSG;
	if (json_object_object_get_ex(question, "after", &before) &&
	    json_object_equal(before, next))
		return -EBADMSG;
	json_object_object_add(question, "after", json_object_get(next));
	return 0;
}

int lispd_ask(struct socket_in *in, struct json_object *question,
	      lispd_fn fn, void *arg)
{
	struct json_object *answer;
	int err;

	do {
		err = send_question(in, question);
		answer = err ? NULL : socket_read(in, &err);
		if (!answer)
			return err;
		err = json_object_is_type(answer, json_type_object) ?
			fn(arg, answer) : -EBADMSG;
		if (!err)
			err = go_on(question, answer);
		json_object_put(answer);
	} while (!err);
	return err == -ENOENT ? 0 : err;
}

/* --- all of it --- */

struct kept {
	struct json_object *all;
	struct socket_in *in;
	size_t octets;
};

static int keep(void *arg, struct json_object *answer)
{
	struct kept *k = arg;
	struct json_object *data;

	k->octets += k->in->line;
	if (k->octets > LISPD_KEPT_MAX)
		return -EFBIG;
	if (json_object_object_get_ex(answer, "error", NULL))
		return -EPROTO;
	json_object_object_get_ex(answer, "data", &data);
	if (json_object_is_type(data, json_type_object))
		return json_object_array_add(k->all, json_object_get(data));
	if (!said_is_list(data))
		return -EBADMSG;
	for (size_t i = 0; i < said_count(data); i++)
		json_object_array_add(k->all,
				      json_object_get(said_at(data, i)));
	return 0;
}

struct json_object *lispd_show(const char *path, const char *what, int *err)
{
	struct json_object *question = json_object_new_object();
	struct socket_in in;
	struct kept k = { .all = json_object_new_array(), .in = &in };

	json_object_object_add(question, "command",
			       json_object_new_string("show"));
	json_object_object_add(question, "what", json_object_new_string(what));
	*err = socket_open(&in, path);
	if (!*err)
		*err = lispd_ask(&in, question, keep, &k);
	socket_close(&in);
	json_object_put(question);
	if (!*err)
		return k.all;
	json_object_put(k.all);
	return NULL;
}

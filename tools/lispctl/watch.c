// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What happens in lispd, a line each, until interrupted or lispd ends:
 *
 *	{"command": "watch"}
 *	{"data": {"watching": true}}
 *	{"time": "...", "type": "transition", "machine": "probe", ...}
 *
 * For people: the time, and what the log would say.
 */
#include "lispctl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <json-c/json.h>

#include "../common/socket.h"
#include "out.h"

static const char question[] = "{\"command\":\"watch\"}\n";

/* --- lines --- */

/* Text of a member without control characters, from malloc; NULL: none. */
static char *text_of(struct json_object *o, const char *key)
{
	struct json_object *v;

	return json_object_object_get_ex(o, key, &v) ? out_text(v) : NULL;
}

static void put(struct json_object *o, const char *key, const char *before,
		const char *after)
{
	char *text = text_of(o, key);

	if (text)
		printf("%s%s%s", before, text, after);
	free(text);
}

static void put_eid(struct json_object *o)
{
	put(o, "iid", ", EID [", "]");
	put(o, "prefix", "", "");
}

static void put_event(struct json_object *o)
{
	struct json_object *v;

	if (json_object_object_get_ex(o, "machine", &v)) {
		put(o, "machine", "", ":");
		put(o, "from", " ", " ->");
		put(o, "to", " ", "");
		put(o, "reason", " (", ")");
	} else {
		put(o, "type", "", "");
		put(o, "reason", ": ", "");
	}
	put(o, "peer", ", peer ", "");
	put_eid(o);
	put(o, "site", ", site ", "");
	put(o, "number", ", number ", "");
}

static bool is_lost(struct json_object *o)
{
	struct json_object *type;

	return json_object_object_get_ex(o, "type", &type) &&
		!strcmp(json_object_get_string(type), "lost");
}

static void print_line(struct json_object *o)
{
	put(o, "time", "", " ");
	if (is_lost(o))
		put(o, "count", "", " events lost");
	else
		put_event(o);
	putchar('\n');
}

static void print(const struct options *opt, struct json_object *o)
{
	if (opt->json)
		puts(json_object_to_json_string_ext(o,
				JSON_C_TO_STRING_SPACED |
				JSON_C_TO_STRING_NOSLASHESCAPE));
	else
		print_line(o);
}

/* --- the conversation --- */

/* 0: we are watching.  Otherwise it was said why not. */
static int begin(const struct options *opt, FILE *in)
{
	struct json_object *answer, *v;
	int err = socket_send(fileno(in), question, strlen(question));

	answer = err ? NULL : socket_read(in, &err);
	if (!answer) {
		socket_complain(opt->socket, err);
		return err;
	}
	if (json_object_object_get_ex(answer, "error", &v)) {
		complain("lispd: %s", json_object_get_string(v));
		err = -EPROTO;
	}
	json_object_put(answer);
	return err ? err : socket_wait_for_ever(fileno(in));
}

static int watch(const struct options *opt, FILE *in)
{
	struct json_object *o;
	int err = 0;

	while ((o = socket_read(in, &err)) != NULL) {
		print(opt, o);
		json_object_put(o);
		if (fflush(stdout)) {
			complain("cannot write: %s", strerror(errno));
			return LISPCTL_FAILED;
		}
	}
	if (err != -ECONNRESET) {
		socket_complain(opt->socket, err);
		return LISPCTL_FAILED;
	}
	complain("lispd has ended");
	return LISPCTL_ENDED;
}

int watch_run(const struct options *opt, const struct args *a)
{
	int fd = socket_connect(opt->socket);
	FILE *in = fd < 0 ? NULL : fdopen(fd, "r");
	int status = LISPCTL_FAILED;

	if (!in) {
		socket_complain(opt->socket, fd < 0 ? fd : -errno);
		if (fd >= 0)
			close(fd);
		return status;
	}
	if (!begin(opt, in))
		status = watch(opt, in);
	fclose(in);
	return status;
}

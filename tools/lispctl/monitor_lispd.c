// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lispd's part of the stream:
 *
 *	{"command": "watch"}
 *	{"data": {"watching": true}}
 *	{"time": "...", "type": "transition", "machine": "probe", ...}
 */
#include "monitor.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "../common/socket.h"
#include "out.h"

static const char question[] = "{\"command\":\"watch\"}\n";

#define BATCH	256		/* lines, then others have their turn */

struct monitor_lispd {
	const char *path;
	monitor_fn fn;
	void *arg;
	struct socket_in in;
	bool agreed;
	char refusal[MONITOR_WHY_MAX];
};

struct monitor_lispd *monitor_lispd_new(const char *path, monitor_fn fn,
					void *arg)
{
	struct monitor_lispd *l = calloc(1, sizeof(*l));

	if (l)
		*l = (struct monitor_lispd){
			.path = path, .fn = fn, .arg = arg, .in.fd = -1,
		};
	return l;
}

void monitor_lispd_free(struct monitor_lispd *l)
{
	if (l)
		socket_close(&l->in);
	free(l);
}

int monitor_lispd_open(struct monitor_lispd *l)
{
	int err = socket_open(&l->in, l->path);

	l->agreed = false;
	if (!err)
		err = socket_send(&l->in, question, strlen(question));
	if (err)
		socket_close(&l->in);
	return err;
}

void monitor_lispd_close(struct monitor_lispd *l)
{
	l->agreed = false;
	socket_close(&l->in);
}

bool monitor_lispd_agreed(const struct monitor_lispd *l)
{
	return l->agreed;
}

int monitor_lispd_fd(const struct monitor_lispd *l)
{
	return l->in.fd;
}

/* --- what it says --- */

static int on_answer(struct monitor_lispd *l, struct json_object *o)
{
	struct json_object *v;
	char *text;

	l->agreed = json_object_object_get_ex(o, "data", NULL);
	/* It is told that it agreed before what it says then. */
	if (!json_object_object_get_ex(o, "error", &v))
		return l->agreed ? 1 : -EBADMSG;
	text = out_text(v);
	snprintf(l->refusal, sizeof(l->refusal), "%s", text ? text : "?");
	free(text);
	return -EPROTO;
}

/* The members that every event has come first; "type" is the kind. */
static int on_event(struct monitor_lispd *l, struct json_object *o)
{
	struct json_object *type, *time, *event;

	if (!json_object_object_get_ex(o, "type", &type) ||
	    !json_object_is_type(type, json_type_string))
		return -EBADMSG;
	event = monitor_event("lispd", json_object_get_string(type));
	if (json_object_object_get_ex(o, "time", &time))
		json_object_object_add(event, "time", json_object_get(time));
	json_object_object_foreach(o, key, v)
		if (strcmp(key, "type") && strcmp(key, "time") &&
		    strcmp(key, "reporter") && strcmp(key, "kind"))
			json_object_object_add(event, key,
					       json_object_get(v));
	l->fn(l->arg, event);
	return 0;
}

int monitor_lispd_read(struct monitor_lispd *l)
{
	struct json_object *o;
	int err = 0;

	for (int i = 0; !err; i++) {
		if (i == BATCH)
			return 1;
		o = socket_next(&l->in, &err);
		if (!o)
			break;
		if (!json_object_is_type(o, json_type_object))
			err = -EBADMSG;
		else
			err = l->agreed ? on_event(l, o) : on_answer(l, o);
		json_object_put(o);
	}
	return err == -EAGAIN ? 0 : err;
}

const char *monitor_lispd_why(const struct monitor_lispd *l, int err,
			      char text[MONITOR_WHY_MAX])
{
	if (err == -EPROTO)
		return l->refusal;
	if (err == -ECONNRESET)
		return "lispd has ended";
	return socket_why(l->path, err, text, MONITOR_WHY_MAX);
}

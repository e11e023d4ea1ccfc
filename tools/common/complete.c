// SPDX-License-Identifier: GPL-2.0-or-later
#include "complete.h"

#include <linux/netlink.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <json-c/json.h>

#include "io/rt.h"
#include "socket.h"

#define LIMIT_S	1

bool complete_wanted(int argc, char **argv)
{
	return argc > 2 && !strcmp(argv[1], "--complete");
}

/* --- the command line --- */

static void on_alarm(int signal)
{
	_exit(0);
}

static const struct option *find_long(const struct option *o, const char *name)
{
	for (; o->name; o++)
		if (!strcmp(o->name, name))
			return o;
	return NULL;
}

/* The last of the letters of @text that has a value, and *@value if it is in
 * the same word. */
static const struct option *find_short(const struct option *longs,
				       const char *text, const char **value)
{
	const struct option *o;

	for (; *text; text++)
		for (o = longs; o->name; o++)
			if (o->val == *text && o->has_arg) {
				*value = text[1] ? text + 1 : NULL;
				return o;
			}
	return NULL;
}

/* An option at @argv, of which the last is not; how many words it takes. */
static int read_option(struct complete *c, const struct option *longs, int argc,
		       char **argv)
{
	const char *value = NULL;
	const struct option *o;

	if (argv[0][1] == '-')
		o = find_long(longs, argv[0] + 2);
	else
		o = find_short(longs, argv[0] + 1, &value);
	if (!o || !o->has_arg || o->val >= COMPLETE_LETTERS)
		return 1;
	if (!value && argc == 2)
		c->option = o->val;
	c->given[o->val] = value ? value : argv[1];
	return value ? 1 : 2;
}

void complete_read(struct complete *c, const struct option *longs, bool leading,
		   int argc, char **argv)
{
	int i = 2;

	signal(SIGALRM, on_alarm);
	alarm(LIMIT_S);
	*c = (struct complete) { .start = argv[argc - 1], .words = argv };
	while (i < argc - 1) {
		if (argv[i][0] == '-' && argv[i][1] && !(leading && c->count))
			i += read_option(c, longs, argc - i, argv + i);
		else
			c->words[c->count++] = argv[i++];
	}
}

/* --- what fits --- */

void complete_say(void *arg, const char *word)
{
	const struct complete *c = arg;

	if (!strncmp(word, c->start, strlen(c->start)))
		puts(word);
}

void complete_options(const struct complete *c, const struct option *longs)
{
	char text[64];

	for (const struct option *o = longs; *c->start == '-' && o->name; o++) {
		snprintf(text, sizeof(text), "--%s", o->name);
		complete_say((void *)c, text);
	}
}

/* --- what is known elsewhere --- */

static bool is_of(struct json_object *o, const uint32_t *iid)
{
	struct json_object *v;

	return !iid || !json_object_object_get_ex(o, "iid", &v) ||
		json_object_get_int64(v) == *iid;
}

/* A word that a shell can take as it is. */
static void say_member(const struct complete *c, struct json_object *v)
{
	const char *text = v ? json_object_get_string(v) : "";

	for (const char *t = text; *t; t++)
		if (*t <= ' ' || *t > '~')
			return;
	if (*text)
		complete_say((void *)c, text);
}

/* Members @key, however deep. */
static void say_members(const struct complete *c, struct json_object *o,
			const char *key, const uint32_t *iid)
{
	if (json_object_is_type(o, json_type_array)) {
		for (size_t i = 0; i < json_object_array_length(o); i++)
			say_members(c, json_object_array_get_idx(o, i), key,
				    iid);
		return;
	}
	if (!json_object_is_type(o, json_type_object) || !is_of(o, iid))
		return;
	json_object_object_foreach(o, name, v) {
		if (!strcmp(name, key))
			say_member(c, v);
		else
			say_members(c, v, key, iid);
	}
}

/* The first piece of a list is enough to choose from. */
void complete_lispd(const struct complete *c, const char *socket,
		    const char *what, const char *key, const uint32_t *iid)
{
	struct json_object *answer, *data;
	struct socket_in in;
	char question[128];
	int err;

	snprintf(question, sizeof(question),
		 "{\"command\": \"show\", \"what\": \"%s\"}\n", what);
	err = socket_open(&in, socket ? socket : SOCKET_DEFAULT);
	if (!err)
		err = socket_send(&in, question, strlen(question));
	answer = err ? NULL : socket_read(&in, &err);
	if (json_object_object_get_ex(answer, "data", &data))
		say_members(c, data, key, iid);
	json_object_put(answer);
	socket_close(&in);
}

void complete_iids(const struct complete *c, const char *socket)
{
	complete_lispd(c, socket, "database", "iid", NULL);
	complete_lispd(c, socket, "sites", "iid", NULL);
	complete_lispd(c, socket, "map-cache", "iid", NULL);
}

static int say_link(void *c, const struct rt_link *l)
{
	complete_say(c, l->name);
	return 0;
}

void complete_vrfs(const struct complete *c)
{
	int err;
	struct nl *n = nl_open(NETLINK_ROUTE, &err);

	if (n)
		rt_link_dump(n, "vrf", say_link, (void *)c);
	nl_free(n);
}

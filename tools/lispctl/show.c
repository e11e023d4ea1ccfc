// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * "show": one line of JSON to lispd, one line back:
 *
 *	{"command":"show","what":"status"}
 *	{"ok":true,"data":...}  or  {"ok":false,"error":"..."}
 *
 * Data is an object, shown as lines of name and value, or a list of objects,
 * shown as a table.  Members without a column in the table below get one
 * behind the others, so that lispctl need not know all that lispd knows.
 */
#include "lispctl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <json-c/json.h>

#include "out.h"

#define ANSWER_TIMEOUT_S	10
#define ANSWER_MAX		(1024 * 1024 * 1024)
#define COLUMNS_MAX		24

static const struct column known[] = {
	COLUMN_NUMBER("IID", "iid"),
	COLUMN("PREFIX", "prefix"),
	COLUMN("ADDRESS", "address"),
	COLUMN("SITE", "site"),
	COLUMN("STATE", "state"),
	COLUMN("ACTION", "action"),
	COLUMN("ETR", "etr"),
	COLUMN_NUMBER("EXPIRES", "expires"),
	COLUMN("LOCATORS", "locators"),
	COLUMN("MAP-SERVERS", "map-servers"),
};

/* --- the socket --- */

static int connect_to(const char *path)
{
	struct timeval limit = { .tv_sec = ANSWER_TIMEOUT_S };
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd, err;

	if (strlen(path) >= sizeof(sa.sun_path))
		return -ENAMETOOLONG;
	strcpy(sa.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) ||
	    connect(fd, (struct sockaddr *)&sa, sizeof(sa))) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

static int send_all(int fd, const char *text)
{
	size_t left = strlen(text);
	ssize_t n;

	while (left) {
		n = send(fd, text, left, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? -ETIMEDOUT : -errno;
		text += n;
		left -= n;
	}
	return 0;
}

/* A line without its newline, from malloc.  NULL and *@err. */
static char *read_line(int fd, int *err)
{
	size_t size = 65536, used = 0;
	char *line = malloc(size), *more;
	ssize_t n;

	*err = -ENOMEM;
	while (line) {
		n = recv(fd, line + used, size - used, 0);
		if (n < 0 && errno == EINTR)
			continue;
		*err = !n ? -ECONNRESET : errno == EAGAIN ? -ETIMEDOUT : -errno;
		if (n <= 0)
			break;
		more = memchr(line + used, '\n', n);
		if (more) {
			*more = '\0';
			return line;
		}
		used += n;
		if (used < size)
			continue;
		*err = -EMSGSIZE;
		if (size >= ANSWER_MAX)
			break;
		size *= 2;
		*err = -ENOMEM;
		more = realloc(line, size);
		if (!more)
			break;
		line = more;
	}
	free(line);
	return NULL;
}

static struct json_object *ask(const char *path, const char *what, int *err)
{
	struct json_object *answer;
	char request[64], *line;
	int fd = connect_to(path);

	*err = fd;
	if (fd < 0)
		return NULL;
	snprintf(request, sizeof(request),
		 "{\"command\":\"show\",\"what\":\"%s\"}\n", what);
	*err = send_all(fd, request);
	line = *err ? NULL : read_line(fd, err);
	close(fd);
	if (!line)
		return NULL;
	answer = json_tokener_parse(line);
	free(line);
	*err = answer ? 0 : -EBADMSG;
	return answer;
}

/* --- the answer --- */

struct columns {
	struct column list[COLUMNS_MAX];
	size_t count;
};

static bool has_column(const struct columns *c, const char *key)
{
	for (size_t i = 0; i < c->count; i++)
		if (!strcmp(c->list[i].key, key))
			return true;
	return false;
}

static bool anybody_has(struct json_object *list, const char *key)
{
	for (size_t i = 0; i < json_object_array_length(list); i++)
		if (json_object_object_get_ex(
			    json_object_array_get_idx(list, i), key, NULL))
			return true;
	return false;
}

/* Columns of members we do not know, in the order of the first objects. */
static void add_unknown(struct columns *c, struct json_object *object)
{
	struct json_object_iterator i = json_object_iter_begin(object);
	struct json_object_iterator end = json_object_iter_end(object);
	struct json_object *value;
	const char *name;

	for (; !json_object_iter_equal(&i, &end); json_object_iter_next(&i)) {
		name = json_object_iter_peek_name(&i);
		value = json_object_iter_peek_value(&i);
		if (has_column(c, name) || c->count == COLUMNS_MAX)
			continue;
		c->list[c->count++] = (struct column) {
			.title = name, .key = name,
			.number = json_object_is_type(value, json_type_int),
		};
	}
}

static void choose_columns(struct columns *c, struct json_object *list)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (anybody_has(list, known[i].key))
			c->list[c->count++] = known[i];
	for (size_t i = 0; i < json_object_array_length(list); i++)
		add_unknown(c, json_object_array_get_idx(list, i));
}

static int print_list(const struct options *opt, struct json_object *list)
{
	struct columns c = { .count = 0 };
	struct out *o;

	for (size_t i = 0; i < json_object_array_length(list); i++)
		if (!json_object_is_type(json_object_array_get_idx(list, i),
					 json_type_object))
			return -EBADMSG;
	choose_columns(&c, list);
	/* An empty list has no columns, and prints nothing. */
	o = out_new(stdout, opt->json, c.list, c.count);
	if (!o)
		return -ENOMEM;
	for (size_t i = 0; i < json_object_array_length(list); i++)
		out_add(o, json_object_get(json_object_array_get_idx(list, i)));
	return out_end(o);
}

static int print_data(const struct options *opt, struct json_object *data)
{
	switch (json_object_get_type(data)) {
	case json_type_array:
		return print_list(opt, data);
	case json_type_object:
		return out_object(stdout, opt->json, json_object_get(data));
	case json_type_null:
	case json_type_boolean:
	case json_type_double:
	case json_type_int:
	case json_type_string:
		break;
	}
	return -EBADMSG;
}

static int print_answer(const struct options *opt, struct json_object *answer)
{
	struct json_object *member;
	int err = -EBADMSG;

	if (json_object_object_get_ex(answer, "error", &member)) {
		complain("lispd: %s", json_object_get_string(member));
		return -EPROTO;
	}
	if (json_object_object_get_ex(answer, "data", &member))
		err = print_data(opt, member);
	if (err == -EBADMSG)
		complain("the answer of lispd makes no sense");
	else if (err)
		complain("cannot write the answer: %s", strerror(-err));
	return err;
}

static void complain_socket(const char *path, int err)
{
	switch (err) {
	case -ENOENT:
	case -ECONNREFUSED:
		complain("no lispd behind \"%s\" (%s); -s names another socket",
			 path, strerror(-err));
		break;
	case -ETIMEDOUT:
		complain("lispd did not answer within %d s", ANSWER_TIMEOUT_S);
		break;
	case -EBADMSG:
		complain("the answer of lispd is no JSON");
		break;
	case -ECONNRESET:
		complain("lispd closed the connection without an answer");
		break;
	default:
		complain("\"%s\": %s", path, strerror(-err));
	}
}

int show_run(const struct options *opt, const struct args *a)
{
	struct json_object *answer;
	int err;

	answer = ask(opt->socket, a->what, &err);
	if (!answer) {
		complain_socket(opt->socket, err);
		return LISPCTL_FAILED;
	}
	err = print_answer(opt, answer);
	json_object_put(answer);
	return err ? LISPCTL_FAILED : 0;
}

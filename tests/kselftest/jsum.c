// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * jsum PATH [KEY VALUE]: the sum of one number of each object of a list, JSON
 * on standard input.  PATH: names of members with dots between, "*" for all of
 * them; who has none counts as 0.  With KEY only objects whose member KEY is
 * the string VALUE.
 *
 * jq(1) does this as well, but reads a library of its own at each start, which
 * takes an emulated guest half a second, and counters are read all the time.
 */
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#define SIZE	(4 << 20)

static long long sum(struct json_object *o, const char *path)
{
	size_t len = strcspn(path, ".");
	const char *rest = path + len + (path[len] == '.');
	struct json_object_iterator at, end;
	long long n = 0;

	if (!*path)
		return json_object_get_int64(o);
	if (!json_object_is_type(o, json_type_object))
		return 0;
	at = json_object_iter_begin(o);
	end = json_object_iter_end(o);
	for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at)) {
		const char *name = json_object_iter_peek_name(&at);

		if (!strncmp(path, "*", len) ||
		    (strlen(name) == len && !strncmp(name, path, len)))
			n += sum(json_object_iter_peek_value(&at), rest);
	}
	return n;
}

static int wanted(struct json_object *o, const char *key, const char *value)
{
	struct json_object *is = json_object_object_get(o, key);

	return is && !strcmp(json_object_get_string(is), value);
}

int main(int argc, char **argv)
{
	static char text[SIZE];
	struct json_object *list;
	long long n = 0;
	size_t len;

	if (argc != 2 && argc != 4) {
		fprintf(stderr, "jsum: PATH [KEY VALUE], please\n");
		return 2;
	}
	len = fread(text, 1, sizeof(text) - 1, stdin);
	text[len] = '\0';
	list = json_tokener_parse(text);
	if (!json_object_is_type(list, json_type_array)) {
		fprintf(stderr, "jsum: no list in %zu octets\n", len);
		return 1;
	}
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *o = json_object_array_get_idx(list, i);

		if (argc == 2 || wanted(o, argv[2], argv[3]))
			n += sum(o, argv[1]);
	}
	printf("%lld\n", n);
	json_object_put(list);
	return 0;
}

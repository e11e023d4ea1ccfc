// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Documentation/control.rst is what lispd does: each request in it is made of a
 * lispd with every role, in order, and the answers are those of the page; each
 * member of an answer has a row in its section, with its type, and each row is
 * of a member; commands, their arguments, displays and events are those there
 * are.
 *
 *	    C: request, one line
 *	    S: answer, JSON over any number of lines; of events, the next one
 *	       that is like it
 *
 * A number is any number, but for those of exact[]; a member "..." stands for
 * any others.  "?" behind a type: not in every answer.
 */
#include "run_world.h"

#include <fnmatch.h>
#include <json-c/json.h>

#include "sm/event.h"

#define PAGE		TEST_TOP "/Documentation/control.rst"
#define ROWS_MAX	400
#define EXAMPLES_MAX	64
#define ANSWERS_MAX	8
#define COMMON		"Common members"

struct row {
	char section[32];
	char name[48];
	char type[16];
	char rest[256];
	bool maybe;
	bool seen;
};

struct example {
	char section[32];
	char request[256];
	char answers[ANSWERS_MAX][4096];
	unsigned int count;
};

static struct row rows[ROWS_MAX];
static struct example examples[EXAMPLES_MAX];
static char sections[64][32];
static unsigned int row_count, example_count, section_count;

/* --- reading the page --- */

static bool is_border(const char *s)
{
	return *s == '=' && strchr(s, ' ') && strspn(s, "= ") == strlen(s);
}

static void append(char *to, size_t size, const char *s)
{
	size_t n = strlen(to);

	s += strspn(s, " ");
	assert_true(n + strlen(s) + 2 < size);
	snprintf(to + n, size - n, "%s%s", n && *s ? " " : "", s);
}

static void read_row(const char *section, const char *s)
{
	struct row *r = &rows[row_count++];
	const char *end = strstr(s + 2, "``");

	assert_in_range(row_count, 1, ROWS_MAX - 1);
	assert_non_null(end);
	strcpy(r->section, section);
	assert_in_range(end - s - 2, 1, sizeof(r->name) - 1);
	memcpy(r->name, s + 2, end - s - 2);
	s = end + 2 + strspn(end + 2, " ");
	assert_in_range(strcspn(s, " "), 1, sizeof(r->type) - 1);
	memcpy(r->type, s, strcspn(s, " "));
	append(r->rest, sizeof(r->rest), s + strcspn(s, " "));
	s = strchr(r->type, '?');
	r->maybe = s;
	if (s)
		r->type[s - r->type] = '\0';
}

static void read_table_line(const char *section, const char *s)
{
	if (!strncmp(s, "``", 2))
		read_row(section, s);
	else if (*s == ' ' && row_count)
		append(rows[row_count - 1].rest, sizeof(rows->rest), s);
}

/* Where a line of an example goes on; NULL: nowhere. */
static char *read_example_line(const char *section, const char *s, char *at)
{
	struct example *e = &examples[example_count ? example_count - 1 : 0];

	if (!strncmp(s, "    C: ", 7)) {
		e = &examples[example_count++];
		assert_in_range(example_count, 1, EXAMPLES_MAX - 1);
		strcpy(e->section, section);
		append(e->request, sizeof(e->request), s + 7);
		return NULL;
	}
	if (!strncmp(s, "    S: ", 7)) {
		assert_in_range(e->count, 0, ANSWERS_MAX - 1);
		at = e->answers[e->count++];
		append(at, sizeof(*e->answers), s + 7);
	} else if (!strncmp(s, "      ", 6) && at) {
		append(at, sizeof(*e->answers), s);
	} else {
		at = NULL;
	}
	return at;
}

static int read_page(void **state)
{
	char line[256], before[256] = "", section[32] = "", *at = NULL;
	unsigned int borders = 0;
	FILE *f = fopen(PAGE, "r");

	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if (is_border(line)) {
			borders = (borders + 1) % 3;
		} else if (borders == 2) {
			read_table_line(section, line);
		} else if (*before && *line && strchr("-=", *line) &&
			   strspn(line, "-=") == strlen(line)) {
			snprintf(section, sizeof(section), "%.31s", before);
			strcpy(sections[section_count++], section);
		}
		at = read_example_line(section, line, at);
		strcpy(before, line);
	}
	fclose(f);
	return enter_namespace(state);
}

/* --- comparing --- */

static bool is_exact(const char *key)
{
	static const char *const exact[] = {
		"iid", "priority", "weight", "key-id", "version", "site-id",
		"cleared", "changed", "ttl", "port", "eid-count", "number",
		"max-registrations", "map-servers-up", "ddt-delegations",
	};

	for (size_t i = 0; i < sizeof(exact) / sizeof(exact[0]); i++)
		if (!strcmp(exact[i], key))
			return true;
	return false;
}

/* What is this machine's, or this test's. */
static bool is_any(const char *key)
{
	return !strcmp(key, "configuration") || !strcmp(key, "data-plane");
}

/* Digits are any digits. */
static bool same_time(const char *a, const char *b)
{
	for (; *a && *b; a++, b++)
		if (*a != *b && (!strchr("0123456789", *a) ||
				 !strchr("0123456789", *b)))
			return false;
	return *a == *b;
}

static bool same(const char *key, struct json_object *want,
		 struct json_object *got);

static bool same_members(struct json_object *want, struct json_object *got)
{
	bool more = json_object_object_get_ex(want, "...", NULL);
	struct json_object *other;

	json_object_object_foreach(want, key, v) {
		if (!strcmp(key, "..."))
			continue;
		if (!json_object_object_get_ex(got, key, &other) ||
		    !same(key, v, other))
			return false;
	}
	return more || json_object_object_length(want) ==
		json_object_object_length(got);
}

static bool same_elements(const char *key, struct json_object *want,
			  struct json_object *got)
{
	size_t n = json_object_array_length(want);

	if (json_object_array_length(got) != n)
		return false;
	while (n--)
		if (!same(key, json_object_array_get_idx(want, n),
			  json_object_array_get_idx(got, n)))
			return false;
	return true;
}

static bool same(const char *key, struct json_object *want,
		 struct json_object *got)
{
	enum json_type type = json_object_get_type(want);

	if (type != json_object_get_type(got))
		return false;
	if (type == json_type_object)
		return same_members(want, got);
	if (type == json_type_array)
		return same_elements(key, want, got);
	if (is_any(key) || (type == json_type_int && !is_exact(key)))
		return true;
	if (!strcmp(key, "time"))
		return same_time(json_object_get_string(want),
				 json_object_get_string(got));
	return json_object_equal(want, got);
}

/* --- members and rows --- */

static struct row *find_row(const char *section, const char *name,
			    const char *type)
{
	for (unsigned int i = 0; i < row_count; i++)
		if (!strcmp(rows[i].section, section) &&
		    !fnmatch(rows[i].name, name, 0) &&
		    !strcmp(rows[i].type, type))
			return &rows[i];
	return NULL;
}

static const char *type_name(struct json_object *o)
{
	switch (json_object_get_type(o)) {
	case json_type_boolean:
		return "boolean";
	case json_type_int:
		return "number";
	case json_type_string:
		return "string";
	case json_type_array:
		return "list";
	case json_type_object:
		return "object";
	default:
		return "none";
	}
}

static void find_members(const char *section, struct json_object *o);

static void find_members_of_all(const char *section, struct json_object *o)
{
	json_object_object_foreach(o, name, v) {
		(void)name;
		find_members(section, v);
	}
}

/* Each member of @o is in the page. */
static void find_members(const char *section, struct json_object *o)
{
	if (json_object_is_type(o, json_type_array))
		for (size_t i = 0; i < json_object_array_length(o); i++)
			find_members(section, json_object_array_get_idx(o, i));
	if (!json_object_is_type(o, json_type_object))
		return;
	json_object_object_foreach(o, key, v) {
		struct row *r = find_row(section, key, type_name(v));

		if (!r)
			r = find_row(COMMON, key, type_name(v));
		if (!r)
			fail_msg("%s: no row for member \"%s\", a %s", section,
				 key, type_name(v));
		r->seen = true;
		/* Names of members are data there. */
		if (!strcmp(key, "commands"))
			find_members_of_all(section, v);
		else
			find_members(section, v);
	}
}

static void find_rest(void)
{
	static const char *const types[] = {
		"number", "string", "boolean", "list", "object"
	};

	for (unsigned int i = 0; i < row_count; i++)
		for (unsigned int t = 0; t < 5; t++)
			if (!strcmp(rows[i].type, types[t]) &&
			    !rows[i].seen && !rows[i].maybe)
				fail_msg("%s: \"%s\" is in no answer",
					 rows[i].section, rows[i].name);
}

/* --- a lispd with every role --- */

static const char everything[] =
"{ \"name\": \"r1\", \"control-socket\": \"%s/ctl\","
"  \"state-dir\": \"%s/state\", \"log-level\": \"error\","
"  \"user\": \"root\", \"listen\": [\"" XTR "\"],"
"  \"xtr\": { \"xtr-id\": \"00112233445566778899aabbccddeeff\","
"    \"site-id\": 5, \"map-versions\": false, \"rlocs\": [{\"address\": \"" XTR "\"}],"
"    \"map-resolvers\": [\"" XTR "\"],"
"    \"map-servers\": [{\"address\": \"" XTR "\", \"key\": \"secret\"}],"
"    \"vpns\": [{\"name\": \"red\", \"iid\": 100, \"device\": \"lisp100\","
"      \"vrf\": \"red\", \"database\": [{\"prefix\": \"10.1.0.0/16\"}]}] },"
"  \"map-server\": { \"sites\": [{ \"name\": \"a\", \"keys\": [{"
"      \"key\": \"secret\", \"not-before\": \"2026-01-01T00:00:00Z\","
"      \"not-after\": \"2126-01-01T00:00:00Z\" }],"
"    \"eids\": [{\"iid\": 100, \"prefix\": \"10.1.0.0/16\","
"      \"max-registrations\": 4 }] }] },"
"  \"map-resolver\": { \"ddt-roots\": [\"" XTR "\"] },"
"  \"ddt-node\": { \"authoritative\": [{\"eid-prefix\": \"*\"}],"
"    \"delegations\": [{\"eid-prefix\": \"[100]10.2.0.0/16\","
"      \"map-server\": true,"
"      \"nodes\": [{\"address\": \"" MS "\"}] }] } }";

/* What the kernel would know. */
static int rloc_dump(struct dp *dp, dp_rloc_fn fn, void *arg)
{
	struct dp_rloc r = {
		.addr = ip(PEER), .port = LISP_DATA_PORT, .users = 1,
		.packets = 12, .bytes = 1512, .state = LISP_RLOC_STATE_UP,
	};

	fn(arg, &r);
	return 0;
}

static void add_rlocs(struct world *w, struct dp_ops *ops)
{
	*ops = *w->dp->ops;
	ops->rloc_dump = rloc_dump;
	w->dp->ops = ops;
}

/* The other side answers probes, too. */
static void reopen_server(struct server *s)
{
	struct addr listen[] = { ip(MS), ip(PEER) };
	struct udp_config cfg = {
		.listen = listen, .listen_count = 2, .port = LISP_CONTROL_PORT,
	};
	int err;

	udp_close(s->udp);
	s->udp = udp_open(&cfg, &err, NULL);
	assert_non_null(s->udp);
}

static void open_everything(struct world *w, void **state)
{
	static struct dp_ops ops;
	static char path[128];
	struct cfg_errors e;
	char buf[4096];
	FILE *f;

	world_open(w, state, "false");
	assert_int_equal(system("ip address replace " PEER "/32 dev lo"), 0);
	reopen_server(&w->s);
	add_rlocs(w, &ops);
	conf_free(w->conf);
	snprintf(buf, sizeof(buf), everything, w->dir, w->dir);
	snprintf(path, sizeof(path), "%s/conf", w->dir);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(buf, f);
	fclose(f);
	cfg_errors_init(&e, "test");
	w->conf = conf_parse(buf, &e);
	if (!w->conf)
		print_error("%s\n", e.lines[0]);
	assert_non_null(w->conf);
	cfg_errors_free(&e);
	start(w);
	w->d.file = path;
}

static void say(struct world *w, const char *line)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };

	if (w->client < 0) {
		w->client = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
		snprintf(sa.sun_path, sizeof(sa.sun_path), "%s/ctl", w->dir);
		assert_int_equal(connect(w->client, (struct sockaddr *)&sa,
					 sizeof(sa)), 0);
	}
	assert_int_equal(write(w->client, line, strlen(line)), strlen(line));
	assert_int_equal(write(w->client, "\n", 1), 1);
}

static struct json_object *hear(struct world *w)
{
	static char buf[65536];
	struct json_object *o;
	size_t n = 0;

	do {
		bool got = false;

		wait_until(w, got || (got = read(w->client, buf + n, 1) == 1));
	} while (buf[n] != '\n' && ++n < sizeof(buf) - 1);
	buf[n] = '\0';
	o = json_tokener_parse(buf);
	if (!o)
		fail_msg("not JSON: %s", buf);
	return o;
}

static struct json_object *ask(struct world *w, const char *line)
{
	say(w, line);
	return hear(w);
}

/* --- the tests --- */

static struct json_object *shown(const struct example *e, unsigned int i)
{
	struct json_object *o = json_tokener_parse(e->answers[i]);

	if (!o)
		fail_msg("%s: not JSON: %s", e->section, e->answers[i]);
	return o;
}

/* What is asked again until it is as shown. */
static void try_answer(struct world *w, const struct example *e)
{
	struct json_object *want = shown(e, 0), *got = ask(w, e->request);
	uint64_t end = clock_ms() + WAIT_MS;

	while (!same("", want, got) && clock_ms() < end) {
		loop_once(w->d.loop, 10);
		json_object_put(got);
		got = ask(w, e->request);
	}
	if (!same("", want, got))
		fail_msg("%s: %s\n%s", e->section, e->request,
			 json_object_to_json_string_ext(got,
					JSON_C_TO_STRING_PRETTY));
	find_members(e->section, got);
	json_object_put(want);
	json_object_put(got);
}

/* Events of others in between are skipped. */
static void try_events(struct world *w, const struct example *e)
{
	uint64_t end = clock_ms() + WAIT_MS;
	struct json_object *want, *got;

	for (unsigned int i = 1; i < e->count; i++) {
		want = shown(e, i);
		got = hear(w);
		while (!same("", want, got) && clock_ms() < end) {
			find_members(e->section, got);
			json_object_put(got);
			got = hear(w);
		}
		if (!same("", want, got))
			fail_msg("%s: no %s", e->section, e->answers[i]);
		find_members(e->section, got);
		json_object_put(want);
		json_object_put(got);
	}
}

static void test_examples(void **state)
{
	struct world w;

	open_everything(&w, state);
	assert_in_range(example_count, 15, EXAMPLES_MAX);
	miss(&w, "10.2.0.1");
	wait_until(&w, dp_fake_map_count(w.dp) == 1);
	for (unsigned int i = 0; i < example_count; i++) {
		const struct example *e = &examples[i];

		assert_in_range(e->count, 1, ANSWERS_MAX);
		try_answer(&w, e);
		if (e->count == 1)
			continue;
		miss(&w, "10.2.0.1");
		try_events(&w, e);
	}
	find_rest();
	world_close(&w);
}

static bool has_section(const char *name)
{
	for (unsigned int i = 0; i < section_count; i++)
		if (!strcmp(sections[i], name))
			return true;
	return false;
}

/* The arguments of @type that a section has rows of. */
static void same_arguments(const char *section, struct json_object *command,
			   const char *type)
{
	struct json_object *list;
	size_t n = 0;

	assert_true(json_object_object_get_ex(command, type, &list));
	for (unsigned int i = 0; i < row_count; i++)
		n += !strcmp(rows[i].section, section) &&
			!strcmp(rows[i].type, type);
	if (n != json_object_array_length(list))
		fail_msg("%s: %zu %s arguments, not %s", section, n, type,
			 json_object_to_json_string(list));
	for (size_t i = 0; i < n; i++)
		assert_non_null(find_row(section, json_object_get_string(
			json_object_array_get_idx(list, i)), type));
}

static void test_commands(void **state)
{
	struct json_object *all, *o, *help;
	unsigned int count = 0, titles = 0;
	char title[64];
	struct world w;

	open_everything(&w, state);
	help = ask(&w, "{\"command\":\"help\"}");
	json_object_object_get_ex(help, "data", &all);
	json_object_object_get_ex(all, "displays", &o);
	for (size_t i = 0; i < json_object_array_length(o); i++, count++) {
		snprintf(title, sizeof(title), "show %s",
			 json_object_get_string(json_object_array_get_idx(o,
									  i)));
		if (!has_section(title))
			fail_msg("no section %s", title);
	}
	json_object_object_get_ex(all, "commands", &o);
	json_object_object_foreach(o, name, command) {
		if (!has_section(name))
			fail_msg("no section %s", name);
		same_arguments(name, command, "required");
		same_arguments(name, command, "optional");
		count++;
	}
	/* Those of commands have no capital. */
	for (unsigned int i = 0; i < section_count; i++)
		titles += sections[i][0] >= 'a' && sections[i][0] <= 'z';
	assert_int_equal(titles, count);
	json_object_put(help);
	world_close(&w);
}

static void test_events(void **state)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < LOG_EVENT_COUNT; i++) {
		const struct log_event_info *l = &log_events[i];
		const struct row *r;

		r = find_row("Events", l->name, log_level_name(l->level));
		if (!r)
			fail_msg("no row for event \"%s\", %s", l->name,
				 log_level_name(l->level));
		assert_string_equal(r->rest, l->text);
	}
	for (unsigned int i = 0; i < row_count; i++)
		count += !strcmp(rows[i].section, "Events");
	assert_int_equal(count, LOG_EVENT_COUNT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_events),
		cmocka_unit_test_setup(test_commands, enter_namespace),
		cmocka_unit_test_setup(test_examples, enter_namespace),
	};

	return cmocka_run_group_tests(tests, read_page, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* lispctl, and a socket that says anything: whatever it is, lispctl ends, with
 * a status of its own; and what "monitor" makes of events. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <json-c/json.h>

#include "../../tools/common/complete.h"
#include "../../tools/common/lispd.h"
#include "../../tools/common/said.h"
#include "../../tools/common/socket.h"
#include "../../tools/lispctl/monitor.h"
#include "../../tools/lispctl/out.h"

static char complaint[1024];

void complain(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(complaint, sizeof(complaint), fmt, ap);
	va_end(ap);
}

/* --- answers that are wrong --- */

static const char *const good[] = {
	"{\"data\":{\"name\":\"r\",\"uptime\":5,\"roles\":[\"xtr\",\"ms\"],"
	"\"configuration\":\"/nonexistent/conf\",\"data-plane\":\"kernel\","
	"\"map-resolvers\":[{\"address\":\"192.0.2.1\",\"state\":\"up\"}],"
	"\"register-bad-auth\":1,\"record-errors\":0}}",
	"{\"data\":[{\"iid\":5,\"prefix\":\"10.0.0.0/8\",\"locators\":"
	"[{\"address\":\"192.0.2.1\",\"port\":4341,\"priority\":1,"
	"\"weight\":2,\"reachable\":true}],\"map-servers\":[{\"address\":"
	"\"192.0.2.9\",\"state\":\"up\",\"refused\":false}]}],"
	"\"next\":\"[5]10.0.0.0/8\"}",
	"{\"data\":[{\"address\":\"192.0.2.1\",\"local\":false,\"probe\":"
	"\"down\",\"site\":\"a\",\"registrations\":1,\"refused\":3,"
	"\"refusals\":{\"key\":3}}]}",
	"{\"data\":{\"registrations\":[{\"iid\":1}],\"history\":[{\"ago\":"
	"1}],\"locators\":[{\"address\":\"192.0.2.1\",\"use\":\"50%\"}]}}",
	"{\"error\":\"no\"}",
	"{\"data\":{\"watching\":true}}\n{\"time\":\"t\",\"type\":"
	"\"transition\",\"machine\":\"probe\",\"from\":\"up\",\"to\":\"down\""
	",\"iid\":5,\"prefix\":\"10.0.0.0/8\",\"number\":7}",
};

/* What may stand in the place of a value. */
static const char *const bad[] = {
	"null", "true", "-1", "1e300", "18446744073709551616", "\"\"",
	"\"\\u0000\"", "\"\\u001b[2J\\n\"", "\"x\xff\xc0\"", "[]", "{}",
	"[[]]", "[{}]", "[null]", "[5,\"x\",{\"a\":[]}]", "{\"a\":null}",
	"", "}", "]", ",", "\"",
	"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static unsigned int seed;

static unsigned int dice(unsigned int sides)
{
	seed = seed * 1103515245u + 12345u;
	return (seed >> 8) % sides;
}

/* Where a value begins, the nth of those, or the end. */
static size_t value_at(const char *text, unsigned int nth)
{
	for (size_t i = 0; text[i]; i++)
		if (strchr(":[,", text[i]) && !nth--)
			return i + 1;
	return strlen(text);
}

/* A good answer in which a value is another one, or that stops in the middle,
 * or is no answer at all. */
static void make_wrong(char *to, size_t size)
{
	const char *from = good[dice(COUNT(good))];
	size_t at = value_at(from, dice(24));
	size_t end = at + strcspn(from + at, ",]}");
	const char *other = bad[dice(COUNT(bad))];

	switch (dice(8)) {
	case 0:
		snprintf(to, size, "%.*s\n", (int)dice(strlen(from)), from);
		break;
	case 1:
		snprintf(to, size, "%s\n", other);
		break;
	default:
		snprintf(to, size, "%.*s%s%s\n", (int)at, from, other,
			 from + end);
	}
}

/* --- who says them --- */

static char path[108], dir[] = "/tmp/lispctl-test.XXXXXX";
static pid_t server;

/* A few answers to one question, whatever it is, then nothing. */
static void answer_wrong(int fd)
{
	char question[4096], text[4096];
	const struct socket_in out = { .fd = fd };

	if (read(fd, question, sizeof(question)) <= 0)
		return;
	for (int i = 0; i < 4; i++) {
		make_wrong(text, sizeof(text));
		if (socket_send(&out, text, strlen(text)))
			return;
	}
}

/* A line without end. */
static void answer_long(int fd)
{
	static char text[1 << 16];
	const struct socket_in out = { .fd = fd };

	memset(text, 'x', sizeof(text));
	while (!socket_send(&out, text, sizeof(text)))
		continue;
}

/* With what a terminal would obey. */
static void answer_rude(int fd)
{
	static const char text[] = "{\"error\":\"no\\u001b]0;x\\u0007\\u009b\"}\n";
	const struct socket_in out = { .fd = fd };
	char question[4096];

	if (read(fd, question, sizeof(question)) > 0)
		socket_send(&out, text, strlen(text));
}

/* Always something more; only what is kept has an end. */
static void answer_more(int fd)
{
	static char text[4 << 20];
	const struct socket_in out = { .fd = fd };
	char question[4096];
	size_t used;

	for (unsigned int n = 0;
	     read(fd, question, sizeof(question)) > 0; n++) {
		used = sprintf(text, "{\"next\":\"%u\",\"data\":[{\"a\":\"",
			       n);
		memset(text + used, 'x', sizeof(text) - used);
		memcpy(text + sizeof(text) - 5, "\"}]}\n", 5);
		if (socket_send(&out, text, sizeof(text)))
			return;
	}
}

static void serve(void (*answer)(int fd))
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), fd;

	strcpy(sa.sun_path, path);
	assert_int_equal(bind(listener, (struct sockaddr *)&sa, sizeof(sa)),
			 0);
	assert_int_equal(listen(listener, 8), 0);
	server = fork();
	while (!server) {
		fd = accept(listener, NULL, NULL);
		answer(fd);
		close(fd);
	}
	close(listener);
}

static void served(void)
{
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	unlink(path);
}

/* --- lispctl --- */

/* Standard output goes nowhere meanwhile. */
static int run(const char *line, bool json)
{
	static int (*const runs[CMD_COUNT])(const struct options *,
					    const struct args *) = {
		[CMD_SHOW] = show_run, [CMD_PROBE] = show_run,
		[CMD_TRACE] = show_run, [CMD_MONITOR] = monitor_run,
		[CMD_DOCTOR] = doctor_run,
	};
	const struct options opt = { .socket = path, .json = json };
	char *argv[16], text[256], why[GRAMMAR_WHY_MAX], *save, *w;
	int argc = 0, keep, null, status;
	struct args a;

	snprintf(text, sizeof(text), "%s", line);
	for (w = strtok_r(text, " ", &save); w; w = strtok_r(NULL, " ", &save))
		argv[argc++] = w;
	assert_int_equal(grammar_parse(argc, argv, &a, why), 0);
	fflush(stdout);
	keep = dup(1);
	null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	dup2(null, 1);
	complaint[0] = '\0';
	status = runs[a.command](&opt, &a);
	fflush(stdout);
	dup2(keep, 1);
	close(keep);
	close(null);
	return status;
}

/* A list of objects, and what is none. */
static void types(void **state)
{
	static const char *const others[] = {
		"true", "5", "1.5", "\"[]\"", "{\"0\":{}}", "null",
	};
	struct json_object *o = json_tokener_parse("{\"k\":[{}, 5]}"), *list;

	list = said_list(o, "k");
	assert_int_equal(said_count(list), 2);
	assert_non_null(said_at(list, 0));
	assert_null(said_at(list, 1));		/* no object */
	assert_null(said_at(list, 2));
	assert_false(said_is_list(list));
	assert_int_equal(json_object_array_del_idx(list, 1, 1), 0);
	assert_true(said_is_list(list));
	assert_null(said_list(o, "none"));
	for (size_t i = 0; i < COUNT(others); i++) {
		struct json_object *v = json_tokener_parse(others[i]);

		json_object_object_add(o, "k", v);
		assert_null(said_list(o, "k"));
		assert_null(said_list(v, "k"));
		assert_int_equal(said_count(v), 0);
		assert_null(said_at(v, 0));
		assert_false(said_is_list(v));
	}
	json_object_put(o);
}

static void whatever_it_says(void **state)
{
	static const char *const lines[] = {
		"show status", "show map-cache", "show sites", "probe",
		"show registrations eid 10.0.0.1 iid 5", "show rlocs",
		"trace 10.0.0.1 iid 5", "monitor --daemon retries 0",
	};
	int status;

	serve(answer_wrong);
	for (unsigned int i = 0; i < 1200; i++) {
		status = run(lines[i % COUNT(lines)], i & 8);
		assert_in_range(status, 0, LISPCTL_ENDED);
		if (status == LISPCTL_FAILED)
			assert_string_not_equal(complaint, "");
	}
	served();
}

/* In a network of its own: what it is told to look at is not there. */
static void doctors_too(void **state)
{
	if (unshare(CLONE_NEWNET))
		skip();
	serve(answer_wrong);
	for (unsigned int i = 0; i < 150; i++)
		assert_in_range(run("doctor config /nonexistent/conf", i & 1),
				0, 2);
	served();
}

static void and_shells(void **state)
{
	const struct complete c = { .start = "" };
	const char *const keys[] = { "iid", "prefix", "address" };
	int keep, null;

	serve(answer_wrong);
	fflush(stdout);
	keep = dup(1);
	null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	dup2(null, 1);
	for (unsigned int i = 0; i < 300; i++)
		complete_lispd(&c, path, "database", keys[i % 3], NULL);
	fflush(stdout);
	dup2(keep, 1);
	close(keep);
	close(null);
	served();
}

static void lines_have_an_end(void **state)
{
	serve(answer_long);
	assert_int_equal(run("show status", false), LISPCTL_FAILED);
	assert_non_null(strstr(complaint, "without an end of line"));
	assert_int_equal(run("monitor --daemon retries 0", false),
			 LISPCTL_ENDED);
	served();
}

static void refusals_are_plain(void **state)
{
	serve(answer_rude);
	assert_int_equal(run("show status", false), LISPCTL_FAILED);
	assert_string_equal(complaint, "lispd: no?]0;x???");
	served();
}

/* Names like values: what a terminal would obey is not printed, and in JSON it
 * is escaped. */
static void answers_are_plain(void **state)
{
	static const char answer[] = "{\"\\u001b]0;x\\u0007\": {\"a\\u009b\": "
		"\"\\u007f\xc2\x9f\xc2\xa0\xc3\xa9\"}, \"b\": \"\x9b\\\\\x7f\"}";
	static const char *const printed[] = {
		"?]0;x?  a?? ???\xc2\xa0\xc3\xa9\n"
		"b       ?\\?\n",
		"{ \"\\u001b]0;x\\u0007\": { \"a\\u009b\": "
		"\"\\u007f\\u009f\xc2\xa0\xc3\xa9\" }, "
		"\"b\": \"\\ufffd\\\\\\u007f\" }\n",
	};
	struct json_object *o = json_tokener_parse(answer);
	char *text = NULL;
	size_t len;
	FILE *f;

	for (int json = 0; json < 2; json++) {
		f = open_memstream(&text, &len);
		assert_int_equal(out_object(f, json, json_object_get(o)), 0);
		fclose(f);
		assert_string_equal(text, printed[json]);
		free(text);
	}
	f = open_memstream(&text, &len);
	monitor_print(f, true, o);
	fclose(f);
	assert_string_equal(text, printed[1]);
	free(text);
	json_object_put(o);
}

static void and_so_have_lists(void **state)
{
	int err = 0;

	serve(answer_more);
	assert_null(lispd_show(path, "database", &err));
	assert_int_equal(err, -EFBIG);
	served();
}

/* --- events --- */

static struct args said(const char *line)
{
	static char text[256];
	char *argv[16], why[GRAMMAR_WHY_MAX], *save, *w;
	struct args a;
	int argc = 0;

	snprintf(text, sizeof(text), "%s", line);
	for (w = strtok_r(text, " ", &save); w; w = strtok_r(NULL, " ", &save))
		argv[argc++] = w;
	assert_int_equal(grammar_parse(argc, argv, &a, why), 0);
	return a;
}

#define MISS "{\"time\":\"T\",\"reporter\":\"kernel\",\"kind\":\"miss\"," \
	"\"underlay\":\"default\",\"iid\":5,\"eid\":\"10.1.2.3\"," \
	"\"source\":\"10.9.0.1\"}"
#define MAP "{\"time\":\"T\",\"reporter\":\"kernel\",\"kind\":\"map\"," \
	"\"event\":\"new\",\"iid\":6,\"prefix\":\"10.1.0.0/16\"}"
#define PROBE "{\"time\":\"T\",\"reporter\":\"lispd\",\"kind\":\"transition\"" \
	",\"machine\":\"probe\",\"from\":\"up\",\"to\":\"doubt\"," \
	"\"reason\":\"no answer\",\"peer\":\"192.0.2.2\"}"
#define NEW "{\"time\":\"T\",\"reporter\":\"lispd\",\"kind\":\"registered\"," \
	"\"reason\":\"well\",\"iid\":5,\"prefix\":\"10.1.0.0/16\"," \
	"\"site\":\"a\\nb\"}"
#define GONE "{\"time\":\"T\",\"reporter\":\"lispd\",\"kind\":" \
	"\"disconnected\",\"reason\":\"lispd has ended\"}"
#define LOST "{\"time\":\"T\",\"reporter\":\"lispd\",\"kind\":\"lost\"," \
	"\"count\":7}"

static void filters(void **state)
{
	static const struct {
		const char *line;
		const char *wanted;	/* of miss, map, probe, new, gone */
	} rows[] = {
		{ "monitor", "yyyyyy" },
		{ "monitor iid 5", "ynnyyy" },
		{ "monitor iid 6", "nynnyy" },
		{ "monitor prefix 10.1.2.0/24", "yynyyy" },
		{ "monitor prefix 10.0.0.0/8", "yynyyy" },
		{ "monitor prefix 10.1.3.0/24", "nynyyy" },
		{ "monitor prefix 2001:db8::/32", "nnnnyy" },
		{ "monitor kind miss", "ynnnyy" },
		{ "monitor kind probe kind map", "nyynyy" },
		{ "monitor kind transition", "nnynyy" },
		{ "monitor kind registered iid 5", "nnnyyy" },
		{ "monitor kind registered iid 6", "nnnnyy" },
	};
	static const char *const events[] = {
		MISS, MAP, PROBE, NEW, GONE, LOST,
	};

	for (size_t i = 0; i < COUNT(rows) * COUNT(events); i++) {
		size_t r = i / COUNT(events), e = i % COUNT(events);
		struct args a = said(rows[r].line);
		struct json_object *o = json_tokener_parse(events[e]);

		if (monitor_wants(&a, o) != (rows[r].wanted[e] == 'y'))
			fail_msg("%s: %s", rows[r].line, events[e]);
		json_object_put(o);
	}
}

static void how_events_look(void **state)
{
	static const char *const rows[][2] = {
		{ MISS, "T kernel miss underlay default iid 5 eid 10.1.2.3 "
			"source 10.9.0.1\n" },
		{ MAP, "T kernel map new iid 6 prefix 10.1.0.0/16\n" },
		{ PROBE, "T lispd  probe: up -> doubt (no answer), peer "
			"192.0.2.2\n" },
		{ NEW, "T lispd  registered: well, EID [5]10.1.0.0/16, site "
			"a?b\n" },
		{ GONE, "T lispd  disconnected: lispd has ended\n" },
		{ LOST, "T lispd  lost 7 events\n" },
	};
	char *text = NULL;
	size_t len;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct json_object *o = json_tokener_parse(rows[i][0]), *back;
		FILE *f = open_memstream(&text, &len);

		monitor_print(f, false, o);
		fclose(f);
		assert_string_equal(text, rows[i][1]);
		free(text);
		f = open_memstream(&text, &len);
		monitor_print(f, true, o);
		fclose(f);
		assert_ptr_equal(strchr(text, '\n'), text + len - 1);
		back = json_tokener_parse(text);
		assert_true(json_object_equal(back, o));
		json_object_put(back);
		json_object_put(o);
		free(text);
	}
}

/* A cell of a table. */
static void how_values_look(void **state)
{
	static const char *const rows[][2] = {
		{ "{}", "-" },
		{ "[]", "-" },
		{ "{\"key\":3,\"eid\":1}", "key 3, eid 1" },
		{ "[{\"a\":1,\"b\":null},{\"a\":false}]", "a 1, b -; a no" },
		{ "[{\"address\":\"192.0.2.1\",\"port\":4341,"
		  "\"priority\":1,\"weight\":2},{\"address\":\"::1\","
		  "\"port\":5}]", "192.0.2.1 1/2, ::1 port 5" },
		{ "[{\"key-id\":0,\"algorithm\":\"sha\",\"state\":\"over\","
		  "\"not-after\":\"2026\"},{\"key-id\":1}]",
		  "0 sha over, 1 ? ?" },
		{ "[{\"iid\":5,\"prefix\":\"::/0\",\"more-specifics\":true,"
		  "\"max-registrations\":4},{\"iid\":0,\"prefix\":\"::/8\","
		  "\"more-specifics\":false},{\"prefix\":5}]",
		  "[5]::/0 more-specifics max 4, [0]::/8, [?]5" },
		{ "[{\"etr\":\"192.0.2.1\",\"site-id\":5},{\"etr\":"
		  "\"192.0.2.1\",\"xtr-id\":\"0011\"}]",
		  "192.0.2.1, 192.0.2.1 xtr-id 0011" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct json_object *o = json_tokener_parse(rows[i][0]);
		char *text = out_text(o);

		assert_string_equal(text, rows[i][1]);
		free(text);
		json_object_put(o);
	}
}

static int place(void **state)
{
	signal(SIGPIPE, SIG_IGN);
	snprintf(path, sizeof(path), "%s/sock", mkdtemp(dir));
	return 0;
}

static int unplace(void **state)
{
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(filters),
		cmocka_unit_test(how_events_look),
		cmocka_unit_test(how_values_look),
		cmocka_unit_test(types),
		cmocka_unit_test(whatever_it_says),
		cmocka_unit_test(doctors_too),
		cmocka_unit_test(and_shells),
		cmocka_unit_test(lines_have_an_end),
		cmocka_unit_test(refusals_are_plain),
		cmocka_unit_test(answers_are_plain),
		cmocka_unit_test(and_so_have_lists),
	};

	return cmocka_run_group_tests(tests, place, unplace);
}

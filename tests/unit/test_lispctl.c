// SPDX-License-Identifier: GPL-2.0-or-later
/* What lispctl understands, what it refuses and in which words, and what its
 * output looks like. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "../../tools/lispctl/grammar.c"
#undef COUNT
#include "../../tools/lispctl/grammar_words.c"
#undef COUNT
#include "../../tools/lispctl/out.c"
#include "../../tools/lispctl/objects.c"
#include "../../tools/lispctl/show.c"
#include "../../tools/common/lispd.c"
#include "../../tools/common/progress.c"
#include "../../tools/common/said.c"
#include "../../tools/common/socket.c"

#include <sys/wait.h>

/* Of main.c. */
static char complaint[512];

void complain(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(complaint, sizeof(complaint), fmt, ap);
	va_end(ap);
}

#define ARGS_MAX	160

/* Parse a line of words. */
static int parse(const char *line, struct args *a, char why[GRAMMAR_WHY_MAX])
{
	static char text[4096];
	char *argv[ARGS_MAX], *save, *w;
	int argc = 0;

	snprintf(text, sizeof(text), "%s", line);
	for (w = strtok_r(text, " ", &save); w && argc < ARGS_MAX;
	     w = strtok_r(NULL, " ", &save))
		argv[argc++] = w;
	return grammar_parse(argc, argv, a, why);
}

static struct args good(const char *line)
{
	char why[GRAMMAR_WHY_MAX] = "";
	struct args a;

	if (parse(line, &a, why))
		fail_msg("\"%s\" was refused: %s", line, why);
	return a;
}

static void bad(const char *line, const char *named, const char *expected)
{
	char why[GRAMMAR_WHY_MAX] = "";
	struct args a;

	assert_int_equal(parse(line, &a, why), -EINVAL);
	if (!strstr(why, named) || !strstr(why, expected))
		fail_msg("\"%s\": \"%s\" names neither %s nor %s", line, why,
			 named, expected);
}

static void map_cache_words(void **state)
{
	struct args a = good("map-cache add iid 100 prefix 10.1.0.0/16 "
			     "rloc 192.0.2.1 priority 2 weight 50 "
			     "rloc 2001:db8::1 port 5000 ttl 60 origin 7 "
			     "version 12 underlay blue");
	char text[PREFIX_TEXT_MAX];

	assert_int_equal(a.command, CMD_MAP_ADD);
	assert_int_equal(a.iid, 100);
	assert_string_equal(prefix_text(&a.prefix, text), "10.1.0.0/16");
	assert_int_equal(a.locators.count, 2);
	assert_int_equal(a.locators.list[0].priority, 2);
	assert_int_equal(a.locators.list[0].weight, 50);
	assert_int_equal(a.locators.list[0].port, DP_DATA_PORT);
	assert_int_equal(a.locators.list[0].flags, LISP_LOC_FLAG_REACHABLE);
	assert_int_equal(a.locators.list[1].priority, 1);
	assert_int_equal(a.locators.list[1].weight, 100);
	assert_int_equal(a.locators.list[1].port, 5000);
	assert_int_equal(a.ttl, 60);
	assert_int_equal(a.origin, 7);
	assert_int_equal(a.version, 12);
	assert_string_equal(a.underlay, "blue");

	a = good("map-cache add prefix 2001:db8::/48 action drop-policy "
		 "iid 16777214");
	assert_int_equal(a.action, LISP_ACTION_DROP_POLICY);
	assert_int_equal(a.iid, 16777214);
	a = good("map-cache del iid 0 prefix 0.0.0.0/0");
	assert_int_equal(a.command, CMD_MAP_DEL);
	assert_int_equal(a.prefix.len, 0);
	assert_true(args_said(&a, WORD_IID));
	assert_false(args_said(&a, WORD_ORIGIN));
	a = good("map-cache flush");
	assert_int_equal(a.said, 0);
	a = good("map-cache show iid 3 origin 0");
	assert_true(args_said(&a, WORD_ORIGIN));
	a = good("map-cache get 10.2.0.1 iid 5");
	assert_int_equal(a.eid.family, ADDR_IPV4);
	a = good("map-cache get iid 5 2001:db8::1");
	assert_int_equal(a.eid.family, ADDR_IPV6);
}

static void other_objects(void **state)
{
	struct args a = good("rloc set 192.0.2.1 state down port 4341");

	assert_int_equal(a.command, CMD_RLOC_SET);
	assert_int_equal(a.state, LISP_RLOC_STATE_DOWN);
	assert_int_equal(a.port, 4341);
	a = good("rloc set 192.0.2.1 rtt 1500");
	assert_int_equal(a.rtt, 1500);
	assert_false(args_said(&a, WORD_STATE));
	a = good("rloc set 192.0.2.1 state unreachable-icmp");
	assert_int_equal(a.state, LISP_RLOC_STATE_UNREACHABLE_ICMP);
	a = good("local add iid 1 prefix 10.0.0.0/8 rloc 192.0.2.1 reachable "
		 "no rloc 192.0.2.2 echo-nonce yes rloc 192.0.2.3");
	assert_int_equal(a.locators.list[0].flags, 0);
	assert_int_equal(a.locators.list[1].flags, LISP_LOC_FLAG_REACHABLE |
			 LISP_LOC_FLAG_ECHO_NONCE);
	assert_int_equal(a.locators.list[2].flags, LISP_LOC_FLAG_REACHABLE);
	a = good("rloc show");
	assert_false(args_said(&a, WORD_ADDRESS));
	a = good("rloc show 2001:db8::1");
	assert_true(args_said(&a, WORD_ADDRESS));
	a = good("local add iid 1 prefix 10.0.0.0/8");
	assert_int_equal(a.locators.count, 0);
	assert_int_equal(good("local show").command, CMD_LOCAL_SHOW);
	assert_int_equal(good("device show").command, CMD_DEVICE_SHOW);
	assert_int_equal(good("miss show iid 4").command, CMD_MISS_SHOW);
	assert_int_equal(good("monitor").command, CMD_MONITOR);
	a = good("top -d 2 -n 5");
	assert_int_equal(a.delay, 2);
	assert_int_equal(a.times, 5);
	a = good("capture --dry-run device e0 iid 5 device e1 eid 10.2.0.1 "
		 "rloc 192.0.2.1 with tshark write -");
	assert_true(args_said(&a, WORD_DRY_RUN));
	assert_int_equal(a.device_count, 2);
	assert_string_equal(a.devices[1], "e1");
	assert_string_equal(a.with, "tshark");
	assert_string_equal(a.write, "-");
	assert_int_equal(a.iid, 5);
	assert_false(good("capture").said);
	assert_string_equal(good("doctor config f").config, "f");
	a = good("probe");
	assert_int_equal(a.command, CMD_PROBE);
	assert_false(args_said(&a, WORD_ADDRESS));
	assert_int_equal(good("reload").command, CMD_RELOAD);
	assert_int_equal(good("trace 10.2.0.1 iid 5").command, CMD_TRACE);
	a = good("probe 192.0.2.2");
	assert_true(args_said(&a, WORD_ADDRESS));
	assert_int_equal(good("clear map-cache").command, CMD_CLEAR);
	assert_int_equal(good("clear referral-cache").command,
			 CMD_CLEAR_REFERRALS);
	a = good("clear map-cache iid 5 prefix 10.2.0.0/16");
	assert_int_equal(a.prefix.len, 16);
	a = good("show registrations");
	assert_string_equal(a.what, "registrations");
}

/* The word in question and what could stand there instead. */
static void refusals(void **state)
{
	static const char *const rows[][3] = {
		{ "", "no command", "map-cache" },
		{ "top -d 0", "-d", "1 to 3600" },
		{ "capture --dry-run --dry-run", "--dry-run", "twice" },
		{ "capture with cat", "with", "tcpdump or tshark" },
		{ "capture write -x", "write", "name of a file" },
		{ "capture device a device a device a device a device a "
		  "device a device a device a device a", "device",
		  "at most 8" },
		{ "map-cash", "\"map-cash\"", "map-cache" },
		{ "map-cache", "\"map-cache\"", "flush" },
		{ "map-cache ad", "\"map-cache ad\"", "add" },
		{ "show", "\"show\"", "statistics" },
		{ "show stats", "\"stats\"", "statistics" },
		{ "show status now", "\"now\"", "expected one of: eid" },
		{ "show registrations prefix 10.0.0.1/8", "\"10.0.0.1/8\"",
			"no bits set" },
		{ "monitor on", "\"on\"", "--kernel, --daemon" },
		{ "monitor kind lunch", "\"lunch\"", "miss" },
		{ "monitor --kernel --daemon", "--daemon", "both" },
		{ "monitor retries", "\"retries\"", "a number" },
		{ "map-cache add iid", "\"iid\"", "16777214" },
		{ "map-cache add iid x", "\"x\"", "Instance-ID" },
		{ "map-cache add iid 16777215", "\"16777215\"", "16777214" },
		{ "map-cache add iid -1", "\"-1\"", "16777214" },
		{ "map-cache add iid 1x", "\"1x\"", "Instance-ID" },
		{ "map-cache add iid +1", "\"+1\"", "Instance-ID" },
		{ "map-cache add iid 99999999999999999999999",
			"\"99999999999999999999999\"", "Instance-ID" },
		{ "map-cache add iid 1 iid 2", "\"iid\"", "twice" },
		{ "map-cache add idd 1", "\"idd\"", "iid, prefix" },
		{ "map-cache add iid 1", "\"prefix\"", "missing" },
		{ "map-cache add prefix 10.0.0.0/8", "\"iid\"", "missing" },
		{ "map-cache add prefix 10.0.0.1/8", "\"10.0.0.1/8\"",
			"beyond" },
		{ "map-cache add prefix 10.0.0.0/33", "\"10.0.0.0/33\"",
			"EID-prefix" },
		{ "map-cache add prefix ten", "\"ten\"", "EID-prefix" },
		{ "map-cache add priority 1", "\"priority\"", "rloc" },
		{ "map-cache add port 1", "\"port\"", "rloc" },
		{ "map-cache add rloc 1.2.3.4 priority 256", "\"256\"",
			"255" },
		{ "map-cache add rloc 1.2.3.4 port 0", "\"0\"", "65535" },
		{ "map-cache add rloc 1.2.3", "\"1.2.3\"", "address" },
		{ "map-cache add action dropp", "\"dropp\"", "drop-policy" },
		{ "map-cache add version 4096", "\"4096\"", "4095" },
		{ "map-cache add ttl 4294967296", "\"4294967296\"",
			"seconds" },
		{ "map-cache add underlay a-name-that-is-too-long",
			"\"a-name-that-is-too-long\"", "VRF" },
		{ "map-cache add iid 1 prefix 10.0.0.0/8", "\"rloc\"",
			"action" },
		{ "map-cache add iid 1 prefix 10.0.0.0/8 action drop "
			"rloc 1.2.3.4", "action drop", "\"rloc\"" },
		{ "map-cache get iid 1", "\"eid\"", "address" },
		{ "map-cache flush prefix 10.0.0.0/8", "\"prefix\"",
			"origin" },
		{ "rloc set 1.2.3.4", "\"state\"", "\"rtt\"" },
		{ "rloc set 1.2.3.4 state off", "\"off\"", "up, down" },
		{ "rloc set 1.2.3.4 rtt x", "\"x\"", "microseconds" },
		{ "map-cache add iid 1 prefix 1.0.0.0/8 rloc 1.2.3.4 "
		  "reachable maybe", "\"maybe\"", "yes or no" },
		{ "rloc set state up", "\"rloc\"", "address" },
		{ "clear map-cache iid 5", "iid", "prefix" },
		{ "trace 10.2.0.1", "iid", "Instance-ID" },
		{ "probe x", "\"x\"", "address" },
		{ "rloc show 1.2.3.4 5.6.7.8", "\"5.6.7.8\"", "underlay" },
		{ "device show origin 1", "\"origin\"", "iid" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		bad(rows[i][0], rows[i][1], rows[i][2]);
}

static void locators_have_a_limit(void **state)
{
	char line[4096] = "map-cache add iid 1 prefix 10.0.0.0/8";
	size_t used;

	for (int i = 0; i < DP_LOCATORS_MAX; i++) {
		used = strlen(line);
		snprintf(line + used, sizeof(line) - used,
			 " rloc 192.0.2.%d", i + 1);
	}
	assert_int_equal(good(line).locators.count, DP_LOCATORS_MAX);
	strcat(line, " rloc 192.0.2.99");
	bad(line, "\"192.0.2.99\"", "32");
}

/* --- output --- */

static char *printed;
static size_t printed_len;

static FILE *stream(void)
{
	free(printed);
	printed = NULL;
	return open_memstream(&printed, &printed_len);
}

static const struct column columns[] = {
	COLUMN("NAME", "name"),
	COLUMN_NUMBER("count", "count"),
	COLUMN("LAST", "last"),
};

static void add_line(struct out *o, const char *json)
{
	struct json_object *object = json_tokener_parse(json);

	assert_non_null(object);
	out_add(o, object);
}

static void table(void **state)
{
	FILE *f = stream();
	struct out *o = out_new(f, false, columns, 3);

	add_line(o, "{\"name\":\"a\",\"count\":5,\"last\":true}");
	add_line(o, "{\"name\":\"longer\",\"count\":123456,\"last\":[]}");
	add_line(o, "{\"count\":null,\"name\":\"tab\\there\"}");
	assert_int_equal(out_end(o), 0);
	fclose(f);
	assert_string_equal(printed,
			    "NAME       COUNT  LAST\n"
			    "a              5  yes\n"
			    "longer    123456  -\n"
			    "tab?here       -  -\n");
}

static void json_lists(void **state)
{
	FILE *f = stream();
	struct out *o = out_new(f, true, columns, 3);
	struct json_object *back;

	add_line(o, "{\"name\":\"a\"}");
	add_line(o, "{\"name\":\"10.0.0.0/8\"}");
	assert_int_equal(out_end(o), 0);
	fclose(f);
	back = json_tokener_parse(printed);
	assert_int_equal(json_object_array_length(back), 2);
	assert_non_null(strstr(printed, "10.0.0.0/8"));
	json_object_put(back);

	f = stream();
	o = out_new(f, true, columns, 3);
	assert_int_equal(out_end(o), 0);
	fclose(f);
	assert_string_equal(printed, "[]\n");
}

/* More rows than are looked at before widths are chosen. */
static void long_table(void **state)
{
	FILE *f = stream();
	struct out *o = out_new(f, false, columns, 1);
	size_t lines = 0;

	for (int i = 0; i < 3 * ROWS_AHEAD + 1; i++)
		add_line(o, i < 2 * ROWS_AHEAD ? "{\"name\":\"x\"}" :
			 "{\"name\":\"much longer\"}");
	assert_int_equal(out_end(o), 0);
	fclose(f);
	for (const char *c = printed; *c; c++)
		lines += *c == '\n';
	assert_int_equal(lines, 3 * ROWS_AHEAD + 2);
	assert_memory_equal(printed, "NAME\nx\nx\n", 9);
}

static void full_disk(void **state)
{
	FILE *f = fopen("/dev/full", "w");
	struct out *o = out_new(f, true, columns, 1);

	add_line(o, "{\"name\":\"x\"}");
	assert_int_equal(out_end(o), -EIO);
	fclose(f);
}

static void mapping_as_text(void **state)
{
	struct dp_map m = { .ttl = 60, .origin = 7, .packets = 3,
		.flags = LISP_MAP_FLAG_STALE, };
	struct json_object *o;
	char *text;

	eid_from_text("[100]10.2.0.0/16", &m.eid);
	m.locators.count = 2;
	m.locators.list[0] = (struct dp_locator) { .port = DP_DATA_PORT,
		.priority = 1, .weight = 100,
		.flags = LISP_LOC_FLAG_REACHABLE };
	m.locators.list[1] = (struct dp_locator) { .port = 5000,
		.priority = 255 };
	addr_from_text("192.0.2.1", &m.locators.list[0].addr);
	addr_from_text("2001:db8::1", &m.locators.list[1].addr);
	o = object_map(&m);
	assert_string_equal(member(o, "prefix"), "10.2.0.0/16");
	assert_string_equal(member(o, "underlay"), "default");
	assert_string_equal(member(o, "action"), "forward");
	assert_string_equal(member(o, "expires"), "60");
	assert_null(member(o, "used"));
	text = out_text(json_object_object_get(o, "locators"));
	assert_string_equal(text, "192.0.2.1 1/100, "
			    "2001:db8::1 port 5000 255/0 unreachable");
	free(text);
	text = out_text(json_object_object_get(o, "flags"));
	assert_string_equal(text, "stale");
	free(text);
	json_object_put(o);
	o = json_object_new_string("site \xc3\xa9\033\xc2\x9b");
	text = out_text(o);
	assert_string_equal(text, "site \xc3\xa9???");
	free(text);
	json_object_put(o);
}

/* What has become of those who were asked. */
static void answers_as_text(void **state)
{
	struct json_object *o = json_tokener_parse("["
		"{\"address\":\"192.0.2.1\",\"state\":\"up\",\"rtt\":12},"
		"{\"address\":\"192.0.2.2\",\"state\":\"silent\"},"
		"{\"address\":\"192.0.2.3\",\"state\":\"up\","
		"\"registered\":true,\"refused\":false},"
		"{\"address\":\"192.0.2.4\",\"state\":\"asking\","
		"\"registered\":false,\"refused\":false},"
		"{\"address\":\"192.0.2.5\",\"state\":\"up\","
		"\"registered\":false,\"refused\":true}]");
	char *text = out_text(o);

	assert_string_equal(text, "192.0.2.1 up 12 ms, 192.0.2.2 silent, "
			    "192.0.2.3 registered, 192.0.2.4 not registered, "
			    "192.0.2.5 refused");
	free(text);
	json_object_put(o);
}

static void device_drops(void **state)
{
	struct dp_dev d = { .ifindex = 3, .name = "lisp1", .iid = 1,
		.tx_packets = 1ull << 40, .held_packets = 2, .drop_count = 2,
		.drops = { { LISP_DROP_REASON_MTU, 4 }, { 999, 1 } } };
	struct json_object *o = object_dev(&d), *drops;

	drops = json_object_object_get(o, "drops");
	/* all we know but "none", and the one we do not know */
	assert_int_equal(json_object_object_length(drops),
			 dp_drop_reason_count() - 1 + 1);
	assert_string_equal(member(drops, "mtu"), "4");
	assert_string_equal(member(drops, "loop"), "0");
	assert_string_equal(member(drops, "reason-999"), "1");
	assert_string_equal(member(o, "tx-packets"), "1099511627776");
	assert_string_equal(member(o, "held-packets"), "2");
	json_object_put(o);

	o = object_dev_short(&d);
	drops = json_object_object_get(o, "drops");
	assert_int_equal(json_object_object_length(drops), 2);
	json_object_put(o);
}

/* --- a conversation with lispd --- */

/* A question and its answer. */
struct turn {
	const char *after;	/* NULL: not said */
	const char *answer;	/* NULL: hang up */
};

static const char *asked = "map-cache";

static int send_line(int fd, const char *line)
{
	const struct socket_in out = { .fd = fd };

	return socket_send(&out, line, strlen(line)) ||
		socket_send(&out, "\n", 1);
}

static bool question_is(const char *line, const char *after)
{
	struct json_object *o = json_tokener_parse(line);
	const char *said = member(o, "after");
	bool good = !strcmp(member(o, "command"), "show") &&
		    !strcmp(member(o, "what"), asked) &&
		    (after ? said && !strcmp(said, after) : !said);

	json_object_put(o);
	return good;
}

/* The child: lispd, for one connection.  Its exit status: 0 when it was asked
 * what it expected, and nothing else. */
static int play(int listener, const struct turn *turns, size_t n)
{
	int fd = accept(listener, NULL, NULL);
	FILE *in = fdopen(fd, "r");
	char *line = NULL;
	size_t size = 0;

	for (size_t i = 0; i < n; i++) {
		if (getline(&line, &size, in) <= 0 ||
		    !question_is(line, turns[i].after))
			return 1;
		if (!turns[i].answer)
			return 0;
		if (send_line(fd, turns[i].answer))
			return 1;
	}
	return getline(&line, &size, in) > 0;
}

/* Standard output of @run into printed. */
static int capture(const struct options *opt, const struct args *a)
{
	FILE *f = tmpfile();
	int keep = dup(1), status;
	long len;

	fflush(stdout);
	dup2(fileno(f), 1);
	status = show_run(opt, a);
	fflush(stdout);
	dup2(keep, 1);
	close(keep);
	len = lseek(fileno(f), 0, SEEK_END);
	free(printed);
	printed = calloc(1, len + 1);
	assert_int_equal(pread(fileno(f), printed, len, 0), len);
	fclose(f);
	return status;
}

/* Exit status of "show" with what is asked. */
static int converse_with(const struct turn *turns, size_t n, bool json)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	struct options opt = { .socket = sa.sun_path, .json = json };
	struct args a = { .command = CMD_SHOW, .what = asked };
	char dir[] = "/tmp/lispctl-test.XXXXXX";
	int listener, status, child_status;
	pid_t pid;

	complaint[0] = '\0';
	assert_non_null(mkdtemp(dir));
	snprintf(sa.sun_path, sizeof(sa.sun_path), "%s/sock", dir);
	listener = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&sa, sizeof(sa)),
			 0);
	assert_int_equal(listen(listener, 1), 0);
	pid = fork();
	if (!pid)
		_exit(play(listener, turns, n));
	close(listener);
	status = capture(&opt, &a);
	assert_int_equal(waitpid(pid, &child_status, 0), pid);
	unlink(sa.sun_path);
	rmdir(dir);
	assert_int_equal(child_status, 0);
	return status;
}

static void one_answer(void **state)
{
	const struct turn t = { NULL, "{\"data\":[{\"prefix\":\"10.0.0.0/8\","
		"\"new\":5,\"iid\":1}]}" };

	assert_int_equal(converse_with(&t, 1, false), 0);
	assert_string_equal(printed,
			    "IID  PREFIX      ACTION  STATE  EXPIRES  VERSION  "
			    "FROM  LOCATORS\n"
			    "  1  10.0.0.0/8  -       -            -        -  "
			    "-     -\n");
	/* All members are there for programs. */
	assert_int_equal(converse_with(&t, 1, true), 0);
	assert_non_null(strstr(printed, "\"10.0.0.0/8\""));
	assert_non_null(strstr(printed, "\"new\": 5"));
}

static void our_own(void **state)
{
	const struct turn t = { NULL, "{\"data\":[{\"iid\":1,\"prefix\":"
		"\"10.0.0.0/8\",\"locators\":[],\"map-servers\":[],"
		"\"version\":4095}]}" };

	asked = "database";
	assert_int_equal(converse_with(&t, 1, false), 0);
	asked = "map-cache";
	assert_string_equal(printed,
			    "IID  PREFIX      VERSION  LOCATORS  MAP-SERVERS\n"
			    "  1  10.0.0.0/8     4095  -         -\n");
}

static void an_object(void **state)
{
	const struct turn t = { NULL, "{\"data\":{\"a\":1,\"long\":[\"x\","
		"\"y\"],\"no\":{}}}" };

	assert_int_equal(converse_with(&t, 1, false), 0);
	assert_string_equal(printed, "a     1\nlong  x, y\nno    -\n");
}

static void in_pieces(void **state)
{
	static const struct turn turns[] = {
		{ NULL, "{\"data\":[{\"iid\":1},{\"iid\":2}],"
			"\"next\":\"[2]::/0\"}" },
		{ "[2]::/0", "{\"data\":[{\"iid\":3}],\"next\":\"[3]::/0\"}" },
		{ "[3]::/0", "{\"data\":[]}" },
	};
	struct json_object *back;

	assert_int_equal(converse_with(turns, 3, false), 0);
	assert_non_null(strstr(printed, "IID  PREFIX"));
	assert_non_null(strstr(printed, "\n  1  -"));
	assert_non_null(strstr(printed, "\n  3  -"));
	assert_int_equal(converse_with(turns, 3, true), 0);
	back = json_tokener_parse(printed);
	assert_int_equal(json_object_array_length(back), 3);
	json_object_put(back);
}

static void answers_that_fail(void **state)
{
	static const struct {
		const char *answer;
		const char *complaint;
	} rows[] = {
		{ "{\"error\":\"not today\"}", "not today" },
		{ "{\"data\":5}", "no sense" },
		{ "{\"data\":[5]}", "no sense" },
		{ "{}", "no sense" },
		{ "{", "no sense" },
		{ "[]", "no sense" },
		{ "{\"error\":null}", "no reason" },
		{ "{\"data\":[],\"next\":\"[2]::/0\"}", "no sense" },
		{ "{\"data\":[{}],\"next\":5}", "no sense" },
		{ NULL, "without an answer" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct turn t = { NULL, rows[i].answer };

		assert_int_equal(converse_with(&t, 1, false), LISPCTL_FAILED);
		assert_non_null(strstr(complaint, rows[i].complaint));
	}
}

/* The same piece again and again would never end. */
static void in_a_circle(void **state)
{
	static const struct turn turns[] = {
		{ NULL, "{\"data\":[{\"iid\":1}],\"next\":\"[2]::/0\"}" },
		{ "[2]::/0", "{\"data\":[{\"iid\":2}],"
			"\"next\":\"[2]::/0\"}" },
	};

	assert_int_equal(converse_with(turns, 2, false), LISPCTL_FAILED);
	assert_non_null(strstr(complaint, "no sense"));
}

static void nobody_there(void **state)
{
	struct options opt = { .socket = "/nonexistent/sock" };
	struct args a = { .command = CMD_SHOW, .what = "status" };

	assert_int_equal(show_run(&opt, &a), LISPCTL_FAILED);
	assert_non_null(strstr(complaint, "/nonexistent/sock"));
}

static int forget(void **state)
{
	free(printed);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(map_cache_words),
		cmocka_unit_test(other_objects),
		cmocka_unit_test(refusals),
		cmocka_unit_test(locators_have_a_limit),
		cmocka_unit_test(table),
		cmocka_unit_test(json_lists),
		cmocka_unit_test(long_table),
		cmocka_unit_test(full_disk),
		cmocka_unit_test(mapping_as_text),
		cmocka_unit_test(answers_as_text),
		cmocka_unit_test(device_drops),
		cmocka_unit_test(one_answer),
		cmocka_unit_test(our_own),
		cmocka_unit_test(an_object),
		cmocka_unit_test(in_pieces),
		cmocka_unit_test(answers_that_fail),
		cmocka_unit_test(in_a_circle),
		cmocka_unit_test(nobody_there),
	};

	return cmocka_run_group_tests(tests, NULL, forget);
}

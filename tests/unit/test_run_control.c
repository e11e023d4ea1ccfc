// SPDX-License-Identifier: GPL-2.0-or-later
/* The control socket of a whole lispd. */
#include "run_world.h"

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

static const char *hear(struct world *w)
{
	static char buf[262144];
	size_t n = 0;
	ssize_t got;

	wait_until(w, (got = read(w->client, buf + n, sizeof(buf) - 1 - n),
		       n += got > 0 ? got : 0, n && buf[n - 1] == '\n'));
	buf[n - 1] = '\0';
	return buf;
}

static void assert_said(struct world *w, const char *line, const char *want)
{
	say(w, line);
	assert_string_equal(hear(w), want);
}

static const char *const bad_requests[][2] = {
	{ "", "{\"error\":\"not JSON\"}" },
	{ "{", "{\"error\":\"not JSON\"}" },
	{ "{} {}", "{\"error\":\"not JSON\"}" },
	{ "[[[[[[1]]]]]]", "{\"error\":\"not JSON\"}" },
	{ "\"\\ud800\xff\"", "{\"error\":\"not JSON\"}" },
	{ "5", "{\"error\":\"expected a JSON object\"}" },
	{ "null", "{\"error\":\"expected a JSON object\"}" },
	{ "[]", "{\"error\":\"expected a JSON object\"}" },
	{ "{}", "{\"error\":\"unknown \\\"command\\\": expected help, "
	  "show, resolve, probe, clear, clear-referrals, reload, trace or "
	  "watch\"}" },
	{ "{\"command\":5}", "{\"error\":\"unknown \\\"command\\\": expected "
	  "help, show, resolve, probe, clear, clear-referrals, reload, trace "
	  "or watch\"}" },
	{ "{\"command\":\"probe\",\"rloc\":\"x\"}",
	  "{\"error\":\"\\\"rloc\\\" is no address\"}" },
	{ "{\"command\":\"probe\",\"rloc\":\"192.0.2.99\"}",
	  "{\"error\":\"this RLOC is not probed: no mapping in the map-cache "
	  "uses it, or probing is off\"}" },
	{ "{\"command\":\"clear\",\"eid\":\"[100]10.9.0.0/16\"}",
	  "{\"error\":\"the map-cache has no such EID-prefix\"}" },
	{ "{\"command\":\"clear-referrals\",\"eid\":\"10.9.0.0/16\"}",
	  "{\"error\":\"the referral cache has no such EID-prefix\"}" },
	{ "{\"command\":\"clear\",\"what\":\"x\"}",
	  "{\"error\":\"unknown member \\\"what\\\"\"}" },
	/* Whatever is in it, and where it is cut off. */
	{ "{\"command\":\"help\",\"a\x7f" "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
	  "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
	  "\xe2\x82\xac\":\"x\"}",
	  "{\"error\":\"unknown member \\\"a?\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
	  "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
	  "\xc3\xa9\xc3\xa9??\\\"\"}" },
	{ "{\"command\":\"show\"}", "{\"error\":\"\\\"what\\\" is "
	  "missing\"}" },
	{ "{\"command\":\"show\",\"what\":1}", "{\"error\":\"\\\"what\\\": "
	  "expected a string\"}" },
	{ "{\"command\":\"show\",\"what\":\"status\",\"x\":\"y\"}",
	  "{\"error\":\"unknown member \\\"x\\\"\"}" },
	{ "{\"command\":\"show\",\"what\":\"x\"}", "{\"error\":\"unknown "
	  "\\\"what\\\": expected status, map-cache, database, "
	  "registrations, sites, referral-cache, rlocs or statistics\"}" },
	{ "{\"command\":\"show\",\"what\":\"status\",\"eid\":\"x\"}",
	  "{\"error\":\"\\\"eid\\\": expected with registrations only\"}" },
	{ "{\"command\":\"show\",\"what\":\"map-cache\",\"after\":\"x\"}",
	  "{\"error\":\"\\\"after\\\" is no EID-prefix\"}" },
	{ "{\"command\":\"show\",\"what\":\"database\",\"after\":\"1x\"}",
	  "{\"error\":\"\\\"after\\\" is no number\"}" },
	{ "{\"command\":\"show\",\"what\":\"sites\",\"after\":\"\"}",
	  "{\"error\":\"\\\"after\\\" is no number\"}" },
	{ "{\"command\":\"show\",\"what\":\"rlocs\",\"after\":\"1\"}",
	  "{\"error\":\"\\\"after\\\": expected with a list that goes on "
	  "only\"}" },
	{ "{\"command\":\"resolve\",\"eid\":\"x\"}", "{\"error\":\"\\\"eid"
	  "\\\" is no EID: expected one such as \\\"[100]10.1.0.1\\\"\"}" },
	{ "{\"command\":\"resolve\",\"eid\":\"[5]10.1.0.1\"}",
	  "{\"error\":\"not an xTR, or the EID is of no instance served "
	  "here, or is local\"}" },
};

static void test_control_bad(void **state)
{
	struct world w;

	world_open(&w, state, "false");
	start(&w);
	for (size_t i = 0; i < sizeof(bad_requests) / sizeof(bad_requests[0]);
	     i++)
		assert_said(&w, bad_requests[i][0], bad_requests[i][1]);
	/* More behind a NUL. */
	assert_int_equal(write(w.client, "{\"command\":\"help\"}\0x\n", 21),
			 21);
	assert_string_equal(hear(&w), "{\"error\":\"not JSON\"}");
	world_close(&w);
}

static void test_control_show(void **state)
{
	char version[32];
	const char *answer;
	struct world w;

	world_open(&w, state, "false");
	start(&w);
	assert_said(&w, "{\"command\":\"show\",\"what\":\"map-cache\"}",
		    "{\"data\":[]}");
	assert_said(&w, "{\"command\":\"show\",\"what\":\"registrations\"}",
		    "{\"data\":[]}");
	say(&w, "{\"command\":\"show\",\"what\":\"status\"}");
	answer = hear(&w);
	assert_non_null(strstr(answer, "\"roles\":[\"xtr\"],"
			       "\"data-plane\":\"fake\""));
	assert_non_null(strstr(answer, "\"map-resolvers\":[{\"address\":\""
			       MS "\",\"state\":\"new\"}]"));
	say(&w, "{\"command\":\"show\",\"what\":\"database\"}");
	answer = hear(&w);
	assert_non_null(strstr(answer, "\"prefix\":\"10.1.0.0/16\",\"locators"
			       "\":[{\"address\":\"" XTR "\",\"priority\":1,"
			       "\"weight\":100,\"reachable\":true}],"
			       "\"map-servers\":[{\"address\":\"" MS "\""));
	assert_int_not_equal(roles_version(w.d.roles), 0);
	snprintf(version, sizeof(version), "\"version\":%u",
		 roles_version(w.d.roles));
	assert_non_null(strstr(answer, version));
	say(&w, "{\"command\":\"show\",\"what\":\"rlocs\"}");
	assert_non_null(strstr(hear(&w), "\"local\":true"));
	say(&w, "{\"command\":\"show\",\"what\":\"statistics\"}");
	assert_non_null(strstr(hear(&w), "\"udp-received\":0"));
	world_close(&w);
}

/* A list longer than an answer comes in pieces that make up the whole. */
static void test_control_pieces(void **state)
{
	char e[64], line[128];
	const char *answer, *next;
	unsigned int seen = 0, pieces = 0;
	struct world w;

	world_open(&w, state, "false");
	for (int i = 0; i < 1201; i++) {
		snprintf(e, sizeof(e), "[100]10.%d.%d.0/24", 100 + i / 256,
			 i % 256);
		put_map(&w, e);
	}
	start(&w);
	strcpy(line, "{\"command\":\"show\",\"what\":\"map-cache\"}");
	do {
		say(&w, line);
		answer = hear(&w);
		pieces++;
		for (const char *p = answer; (p = strstr(p, "\"prefix\":"));
		     p++)
			seen++;
		next = strstr(answer, "\"next\":\"");
		if (next)
			snprintf(line, sizeof(line), "{\"command\":\"show\","
				 "\"what\":\"map-cache\",\"after\":\"%.*s\"}",
				 (int)strcspn(next + 8, "\""), next + 8);
	} while (next && seen < 5000);
	assert_int_equal(seen, 1201);
	assert_int_equal(pieces, 1201 / CONTROL_LIST_MAX + 1);
	world_close(&w);
}

static void test_control_resolve(void **state)
{
	const char *answer;
	struct world w;

	world_open(&w, state, "false");
	start(&w);
	say(&w, "{\"command\":\"resolve\",\"eid\":\"[100]10.2.0.9\"}");
	answer = hear(&w);
	assert_non_null(strstr(answer, "\"from\":\"" MS "\""));
	assert_non_null(strstr(answer, "\"prefix\":\"10.2.0.0/16\""));
	say(&w, "{\"command\":\"show\",\"what\":\"status\"}");
	assert_non_null(strstr(hear(&w), "\"state\":\"up\",\"answered\":"));
	world_close(&w);
}

static void traced(struct world *w, const char *of, const char *says)
{
	char line[128];
	const char *heard;

	snprintf(line, sizeof(line), "{\"command\":\"trace\",\"eid\":\"%s\"}",
		 of);
	say(w, line);
	heard = hear(w);
	if (!strstr(heard, says))
		fail_msg("%s: %s does not say %s", of, heard, says);
}

/* What becomes of a packet, in each case. */
static void test_trace(void **state)
{
	struct addr over = ip("203.0.113.9"), own = ip("203.0.113.8");
	struct world w;

	world_open(&w, state, "false");
	put_map(&w, "[100]10.2.0.0/16");
	put_map_at(&w, "[100]10.3.0.0/16", "203.0.113.9");
	assert_int_equal(dp_fake_set_path(w.dp, &over, DP_PATH_OVERLAY), 0);
	put_map_at(&w, "[100]10.4.0.0/16", "2001:db8::9");
	put_map_at(&w, "[100]10.6.0.0/16", "203.0.113.8");
	assert_int_equal(dp_fake_set_path(w.dp, &own, DP_PATH_OWN), 0);
	start(&w);
	traced(&w, "[100]10.2.0.1", "encapsulated to the one RLOC");
	traced(&w, "[100]10.2.0.1", "\"use\":\"share 100 %\"");
	traced(&w, "[100]10.2.0.1", "\"probe\":\"new\"");
	traced(&w, "[100]10.2.0.1", "\"vpn\":\"red\",\"device\":\"lisp100\","
	       "\"vrf\":\"red\"");
	traced(&w, "[100]10.2.0.1", "\"prefix\":\"10.2.0.0/16\"");
	traced(&w, "[100]10.3.0.1", "refused: no RLOC");
	traced(&w, "[100]10.3.0.1", "leads through a lisp device");
	traced(&w, "[100]10.4.0.1", "no RLOC of its family");
	traced(&w, "[100]10.6.0.1", "an address of this host");
	traced(&w, "[100]10.1.0.1", "an EID of this site");
	traced(&w, "[100]10.5.0.1", "no mapping yet");
	traced(&w, "[100]224.0.0.5", "multicast");
	traced(&w, "[7]10.5.0.1", "no VPN here");
	traced(&w, "x", "is no EID");
	world_close(&w);
}

/* A mapping of several locators: @weights end with 0, priorities are 1, and 2
 * for the last one. */
static void put_several(struct world *w, const char *e, const uint8_t *weights)
{
	struct dp_map m = {
		.eid = eid(e), .action = LISP_ACTION_FORWARD, .ttl = 300,
		.origin = FAKE_ORIGIN,
	};

	for (; *weights; weights++) {
		struct dp_locator *l =
			&m.locators.list[m.locators.count++];
		char where[32];

		snprintf(where, sizeof(where), "203.0.113.%u",
			 20 + m.locators.count);
		*l = (struct dp_locator){
			.addr = ip(where), .weight = *weights,
			.priority = weights[1] ? 1 : 2,
			.flags = LISP_LOC_FLAG_REACHABLE,
		};
	}
	assert_int_equal(dp_fake_put(w->dp, &m), 0);
}

/* Of this RLOC of the traced EID. */
static void used(struct world *w, const char *of, const char *rloc,
		 const char *use)
{
	char line[128], address[64];
	const char *heard, *at;

	snprintf(line, sizeof(line), "{\"command\":\"trace\",\"eid\":\"%s\"}",
		 of);
	say(w, line);
	heard = hear(w);
	snprintf(address, sizeof(address), "\"address\":\"%s\"", rloc);
	at = strstr(heard, address);
	assert_non_null(at);
	at = strstr(at, "\"use\":\"");
	assert_non_null(at);
	if (strncmp(at + 7, use, strlen(use)))
		fail_msg("%s: %.60s instead of %s", rloc, at, use);
}

static bool rloc_is_down(const struct world *w, const char *rloc)
{
	struct addr a = ip(rloc);
	struct rloc_view v;

	return node_rloc(w->d.node, &a, &v) && v.down;
}

static void test_trace_shares(void **state)
{
	static const uint8_t weights[] = { 30, 10, 7, 0 };
	struct dp_map m = {
		.eid = eid("[100]10.3.0.0/16"), .ttl = 300,
		.action = LISP_ACTION_FORWARD, .origin = FAKE_ORIGIN,
		.locators = { .count = 4, .list = {
			{ .addr = ip("203.0.113.31"), .priority = 255,
			  .weight = 1, .flags = LISP_LOC_FLAG_REACHABLE },
			{ .addr = ip("203.0.113.32"), .priority = 1,
			  .weight = 1 },
			{ .addr = ip("203.0.113.33"), .priority = 3,
			  .flags = LISP_LOC_FLAG_REACHABLE },
			{ .addr = ip("203.0.113.34"), .priority = 3,
			  .flags = LISP_LOC_FLAG_REACHABLE } } },
	};
	struct world w;

	world_open(&w, state, "false");
	put_several(&w, "[100]10.2.0.0/16", weights);
	assert_int_equal(dp_fake_put(w.dp, &m), 0);
	start(&w);
	traced(&w, "[100]10.2.0.1", "one of the RLOCs in use, by flow");
	used(&w, "[100]10.2.0.1", "203.0.113.21", "share 75 %");
	used(&w, "[100]10.2.0.1", "203.0.113.22", "share 25 %");
	used(&w, "[100]10.2.0.1", "203.0.113.23", "others have a better");
	used(&w, "[100]10.3.0.1", "203.0.113.31", "priority 255: never");
	used(&w, "[100]10.3.0.1", "203.0.113.32", "its site says");
	used(&w, "[100]10.3.0.1", "203.0.113.33", "share 50 %");
	used(&w, "[100]10.3.0.1", "203.0.113.34", "share 50 %");
	/* Nobody answers at these addresses: three probes, five seconds.  The
	 * last one stays in use, so one of the first two does not. */
	wait_until(&w, rloc_is_down(&w, "203.0.113.21") ||
		   rloc_is_down(&w, "203.0.113.22"));
	used(&w, "[100]10.2.0.1", rloc_is_down(&w, "203.0.113.21") ?
	     "203.0.113.21" : "203.0.113.22", "it does not answer probes");
	world_close(&w);
}

static void test_trace_negative(void **state)
{
	static const struct {
		uint32_t action;
		const char *says;
	} rows[] = {
		{ LISP_ACTION_NATIVE, "refused, as the VPN has neither" },
		{ LISP_ACTION_ASK, "the mapping system is asked again" },
		{ LISP_ACTION_DROP, "the mapping says so" },
		{ LISP_ACTION_DROP_POLICY, "dropped: by policy" },
		{ LISP_ACTION_DROP_AUTH, "an authentication failed" },
	};
	char dest[32], native[] = "eth9";
	struct world w;

	world_open(&w, state, "false");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct dp_map m = {
			.action = rows[i].action, .ttl = 300,
			.origin = FAKE_ORIGIN,
		};

		snprintf(dest, sizeof(dest), "[100]10.%zu.0.0/16", 20 + i);
		m.eid = eid(dest);
		assert_int_equal(dp_fake_put(w.dp, &m), 0);
	}
	start(&w);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(dest, sizeof(dest), "[100]10.%zu.0.1", 20 + i);
		traced(&w, dest, rows[i].says);
	}
	w.d.conf->xtr->vpns[0].native = native;
	traced(&w, "[100]10.20.0.1", "leaves natively through");
	w.d.conf->xtr->vpns[0].native = NULL;
	world_close(&w);
}

/* The RLOC of a mapping is probed, and the data plane hears that it lives;
 * again when a person asks; and nothing is left after a clear. */
static void test_probe(void **state)
{
	struct addr ms = ip(MS);
	struct rloc_view v;
	struct world w;

	world_open(&w, state, "false");
	put_map_at(&w, "[100]10.2.0.0/16", MS);
	start(&w);
	wait_until(&w, dp_fake_calls(w.dp, FAKE_RLOC_SET) == 1);
	assert_int_equal(w.s.probes, 1);
	assert_int_equal(dp_fake_calls(w.dp, FAKE_RLOC_RTT), 1);
	assert_in_range(dp_fake_rtt(w.dp), 1, WAIT_MS * 1000);
	assert_true(node_rloc(w.d.node, &ms, &v));
	assert_string_equal(v.state, "up");
	/* It may be too soon; then it is not probed again. */
	do
		say(&w, "{\"command\":\"probe\",\"rloc\":\"" MS "\"}");
	while (strcmp(hear(&w), "{\"data\":{\"probed\":1}}"));
	wait_until(&w, w.s.probes == 2);

	/* The kernel says it is out of use. */
	{
		struct dp_rloc r = {
			.addr = ms,
			.state = LISP_RLOC_STATE_UNREACHABLE_ICMP,
		};
		struct dp_reach newer = {
			.event = LISP_REACH_EVENT_SOURCE_NEWER,
			.eid = eid("[100]10.2.0.0/16"),
		};

		do
			dp_fake_rloc(w.dp, &r);
		while (loop_once(w.d.loop, 100), w.s.probes < 3);
		wait_until(&w, dp_fake_calls(w.dp, FAKE_RLOC_SET) >= 2);
		w.s.silent = true;
		do
			dp_fake_reach(w.dp, &newer);
		while (loop_once(w.d.loop, 100), !w.s.requests);
		assert_true(eid_equal(&w.s.asked, &newer.eid));
	}

	assert_said(&w, "{\"command\":\"clear\"}",
		    "{\"data\":{\"cleared\":1}}");
	assert_int_equal(dp_fake_map_count(w.dp), 0);
	assert_false(node_rloc(w.d.node, &ms, &v));
	assert_said(&w, "{\"command\":\"clear\"}",
		    "{\"data\":{\"cleared\":0}}");
	world_close(&w);
}

/* Each report of the data plane, and what the node makes of it. */
static void test_reports(void **state)
{
	struct eid known = eid("[100]10.2.0.0/16"), ours = eid("[100]10.1.0.0/16");
	struct eid unknown = eid("[100]10.9.0.1");
	struct dp_reach behind = {
		.event = LISP_REACH_EVENT_DEST_OLDER, .eid = ours,
		.rloc = ip(MS),
	};
	struct dp_reach quiet[] = {
		{ .event = LISP_REACH_EVENT_STATUS_BITS, .eid = unknown },
		{ .event = LISP_REACH_EVENT_DEST_NEWER, .eid = unknown },
	};
	struct dp_reach gleaned = {
		.event = LISP_REACH_EVENT_GLEANED, .eid = unknown,
	};
	struct world w;

	world_open(&w, state, "false");
	put_map(&w, "[100]10.2.0.0/16");
	start(&w);
	for (int i = 0; i < 2; i++)
		dp_fake_reach(w.dp, &quiet[i]);
	dp_fake_reach(w.dp, &behind);
	wait_until(&w, w.s.smrs == 1);
	assert_int_equal(w.s.requests, 0);
	dp_fake_reach(w.dp, &gleaned);
	wait_until(&w, w.s.requests == 1);
	assert_true(eid_equal(&w.s.asked, &unknown));

	assert_true(node_cache_match(w.d.node, &known, &(struct cache_view){}));
	assert_int_equal(dp_fake_end(w.dp, &known, LISP_EVENT_EXPIRED), 0);
	assert_false(node_cache_match(w.d.node, &known,
				      &(struct cache_view){}));
	world_close(&w);
}

/* What others say of an RLOC for reasons of theirs is not ours to doubt; what
 * the kernel has seen is. */
static void test_doubt(void **state)
{
	static const enum lisp_rloc_state quiet[] = {
		LISP_RLOC_STATE_UP, LISP_RLOC_STATE_DOWN,
		LISP_RLOC_STATE_UNREACHABLE_PROBE,
		LISP_RLOC_STATE_UNREACHABLE_STATUS,
	};
	struct dp_rloc r = { .addr = ip(MS) };
	uint64_t start_ms;
	struct world w;

	world_open(&w, state, "false");
	put_map_at(&w, "[100]10.2.0.0/16", MS);
	start(&w);
	wait_until(&w, dp_fake_calls(w.dp, FAKE_RLOC_SET) == 1);
	for (size_t i = 0; i < sizeof(quiet) / sizeof(quiet[0]); i++) {
		r.state = quiet[i];
		dp_fake_rloc(w.dp, &r);
	}
	/* A probe would come within a second of the last one. */
	start_ms = clock_ms();
	wait_until(&w, clock_ms() > start_ms + 1500);
	assert_int_equal(w.s.probes, 1);
	r.state = LISP_RLOC_STATE_UNREACHABLE_NONCE;
	dp_fake_rloc(w.dp, &r);
	wait_until(&w, w.s.probes == 2);
	/* Right after a probe: not at once, but soon. */
	wait_until(&w, dp_fake_calls(w.dp, FAKE_RLOC_SET) == 2);
	r.state = LISP_RLOC_STATE_UNREACHABLE_ICMP;
	dp_fake_rloc(w.dp, &r);
	wait_until(&w, w.s.probes == 3);
	/* A hint that the kernel does not act on. */
	wait_until(&w, dp_fake_calls(w.dp, FAKE_RLOC_SET) == 3);
	r.state = LISP_RLOC_STATE_UP;
	r.doubt = true;
	dp_fake_rloc(w.dp, &r);
	wait_until(&w, w.s.probes == 4);
	world_close(&w);
}

int main(void)
{
#define TEST(t)	cmocka_unit_test_setup(t, enter_namespace)
	const struct CMUnitTest tests[] = {
		TEST(test_control_bad),
		TEST(test_control_show),
		TEST(test_control_pieces),
		TEST(test_control_resolve),
		TEST(test_probe),
		TEST(test_trace),
		TEST(test_trace_shares),
		TEST(test_trace_negative),
		TEST(test_reports),
		TEST(test_doubt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

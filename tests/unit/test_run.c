// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A whole xTR with the fake data plane, in a network namespace of the test's
 * own: registers, resolves what the data plane misses, takes over what an
 * earlier run left, answers on its control socket, and cleans up.  The
 * Map-Server and Map-Resolver is the test itself, with wire/ and crypto/.
 *
 * Making a namespace takes root; without it all tests are skipped.
 */
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "crypto/auth.h"
#include "dp/fake.h"
#include "io/clock.h"
#include "io/log.h"
#include "io/loop.h"
#include "io/udp.h"
#include "run/control.h"
#include "run/daemon.h"
#include "run/execute.h"
#include "wire/msg.h"

#define WAIT_MS		10000
#define XTR		"192.0.2.1"
#define MS		"192.0.2.10"
#define PEER		"203.0.113.7"

static const char text[] =
"{ \"name\": \"t\", \"control-socket\": \"%s/ctl\", \"state-dir\": \"%s/state\","
"  \"user\": \"root\", \"listen\": [\"" XTR "\"],"
"  \"xtr\": { \"site-id\": 5, \"rlocs\": [{\"address\": \"" XTR "\"}],"
"    \"map-resolvers\": [\"" MS "\"],"
"    \"map-servers\": [{\"address\": \"" MS "\", \"key\": \"secret\"}],"
"    \"keep-on-exit\": %s,"
"    \"vpns\": [{\"name\": \"red\", \"iid\": 100, \"device\": \"lisp100\","
"      \"vrf\": \"red\", \"database\": [{\"prefix\": \"10.1.0.0/16\"},"
"        {\"prefix\": \"2001:db8:a::/48\"}]}] } }";

/* The other side: what came, and the means to answer. */
struct server {
	struct udp *udp;
	struct arena arena;
	struct auth_key *key;
	unsigned int registers;
	unsigned int withdrawals;	/* records with TTL 0 */
	unsigned int bad_macs;
	unsigned int requests;
	struct eid asked;		/* by the last request */
	uint64_t nonce;
	struct addr reply_to;
	uint16_t reply_port;
	bool silent;			/* do not answer requests */
};

struct world {
	char dir[64];
	struct conf *conf;
	struct daemon d;
	struct dp *dp;
	struct server s;
	int client;
};

static struct addr ip(const char *t)
{
	struct addr a;

	assert_int_equal(addr_from_text(t, &a), 0);
	return a;
}

static struct eid eid(const char *t)
{
	struct eid e;

	assert_int_equal(eid_from_text(t, &e), 0);
	return e;
}

/* --- the Map-Server and Map-Resolver --- */

static void on_register(struct server *s, const struct udp_datagram *d,
			const struct map_register *m)
{
	s->registers++;
	if (auth_verify(s->key, d->data, d->len, &m->auth,
			AUTH_COVER_ENTIRE))
		s->bad_macs++;
	for (size_t i = 0; i < m->record_count; i++)
		s->withdrawals += m->records[i].ttl == 0;
}

/* 10.2.0.0/16 around what was asked, at the peer's RLOC. */
static void send_reply(struct server *s)
{
	struct locator l = {
		.addr = ip(PEER), .priority = 1, .weight = 100,
		.mpriority = 255, .flags = LOCATOR_REACHABLE,
	};
	struct map_record rec = {
		.ttl = 10, .eid = eid("[100]10.2.0.0/16"),
		.locators = &l, .locator_count = 1,
	};
	struct lisp_msg m = {
		.type = MSG_TYPE_MAP_REPLY,
		.reply = { .nonce = s->nonce, .records = &rec,
			   .record_count = 1 },
	};
	struct addr from = ip(MS);
	uint8_t buf[512];
	int len = msg_build(&m, buf, sizeof(buf));

	assert_true(len > 0);
	assert_int_equal(udp_send(s->udp, &from, &s->reply_to, s->reply_port,
				  buf, len), 0);
}

static void on_ecm(struct server *s, const struct ecm *e)
{
	struct lisp_msg m;

	assert_int_equal(msg_parse(e->message, e->message_len, &s->arena, &m,
				   NULL), 0);
	assert_int_equal(m.type, MSG_TYPE_MAP_REQUEST);
	s->requests++;
	s->asked = m.request.records[0].eid;
	s->nonce = m.request.nonce;
	s->reply_to = m.request.itr_rlocs[0];
	s->reply_port = e->source_port;
	if (!s->silent)
		send_reply(s);
}

static void on_datagram(void *arg, const struct udp_datagram *d)
{
	struct server *s = arg;
	struct lisp_msg m;

	arena_reset(&s->arena);
	assert_int_equal(msg_parse(d->data, d->len, &s->arena, &m, NULL), 0);
	if (m.type == MSG_TYPE_MAP_REGISTER)
		on_register(s, d, &m.reg);
	else if (m.type == MSG_TYPE_ECM)
		on_ecm(s, &m.ecm);
}

static void server_open(struct server *s)
{
	struct addr a = ip(MS);
	struct udp_config cfg = {
		.listen = &a, .listen_count = 1, .port = LISP_CONTROL_PORT,
	};
	struct secret *psk = secret_new("secret", 6);
	int err;

	memset(s, 0, sizeof(*s));
	arena_init(&s->arena, MSG_ARENA_CAP);
	s->key = auth_key_new(0, AUTH_HMAC_SHA256_128, psk);
	secret_free(psk);
	s->udp = udp_open(&cfg, &err, NULL);
	assert_non_null(s->udp);
}

/* --- a world for each test --- */

static int enter_namespace(void **state)
{
	static bool inside;

	*state = NULL;
	if (getuid() || (!inside && unshare(CLONE_NEWNET)))
		return 0;
	if (!inside && system("ip link set lo up && "
			      "ip address add " XTR "/32 dev lo && "
			      "ip address add " MS "/32 dev lo && "
			      "ip route add 203.0.113.0/24 dev lo"))
		return -1;
	inside = true;
	log_init(LOG_LEVEL_ERROR, "test");
	*state = &inside;
	return 0;
}

static void configure(struct world *w, const char *keep)
{
	struct cfg_errors e;
	char buf[2048];

	snprintf(buf, sizeof(buf), text, w->dir, w->dir, keep);
	cfg_errors_init(&e, "test");
	w->conf = conf_parse(buf, &e);
	if (!w->conf)
		print_error("%s\n", e.lines[0]);
	assert_non_null(w->conf);
	cfg_errors_free(&e);
}

static void world_open(struct world *w, void **state, const char *keep)
{
	if (!*state)
		skip();
	memset(w, 0, sizeof(*w));
	w->client = -1;
	strcpy(w->dir, "/tmp/lisp-test-run-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	configure(w, keep);
	w->dp = dp_fake_new();
	assert_non_null(w->dp);
	server_open(&w->s);
}

static void start(struct world *w)
{
	assert_int_equal(daemon_init(&w->d, w->conf, w->dp), 0);
	assert_int_equal(daemon_start(&w->d), 0);
	assert_int_equal(udp_start(w->s.udp, w->d.loop, on_datagram, &w->s),
			 0);
}

static void world_close(struct world *w)
{
	char command[128];

	if (w->client >= 0)
		close(w->client);
	udp_close(w->s.udp);
	arena_free(&w->s.arena);
	auth_key_free(w->s.key);
	daemon_free(&w->d);
	conf_free(w->conf);
	snprintf(command, sizeof(command), "rm -r %s", w->dir);
	assert_int_equal(system(command), 0);
}

/* Run the loop until the condition holds, at most WAIT_MS. */
#define wait_until(w, condition) do { \
	uint64_t end_ = clock_ms() + WAIT_MS; \
	while (!(condition) && clock_ms() < end_) \
		loop_once((w)->d.loop, 10); \
	assert_true(condition); \
} while (0)

static void miss(struct world *w, const char *dest)
{
	struct dp_miss m = {
		.iid = 100, .eid = ip(dest), .source = ip("10.1.0.5"),
		.held_packets = 1, .reports = 1,
	};

	assert_int_equal(dp_fake_miss(w->dp, &m), 0);
}

/* --- tests --- */

static void test_start(void **state)
{
	struct eid a = eid("[100]10.1.0.0/16"), b = eid("[100]2001:db8:a::/48");
	const struct dp_local *l;
	struct world w;

	world_open(&w, state, "false");
	start(&w);
	assert_int_equal(dp_fake_calls(w.dp, FAKE_VPN_ADD), 1);
	assert_int_equal(dp_fake_stale_limit(w.dp), 3600);
	l = dp_fake_local(w.dp, &a);
	assert_non_null(l);
	assert_non_null(dp_fake_local(w.dp, &b));
	assert_int_equal(l->locators.count, 1);
	assert_int_equal(l->locators.list[0].flags,
			 LISP_LOC_FLAG_REACHABLE | LISP_LOC_FLAG_LOCAL);
	wait_until(&w, w.s.registers > 0);
	assert_int_equal(w.s.bad_macs, 0);
	assert_int_equal(w.s.withdrawals, 0);
	world_close(&w);
}

static void test_resolve(void **state)
{
	struct eid want = eid("[100]10.2.0.0/16"), host = eid("[100]10.2.3.4");
	const struct dp_map *m;
	struct world w;

	world_open(&w, state, "false");
	start(&w);
	miss(&w, "10.2.3.4");
	wait_until(&w, dp_fake_map(w.dp, &want));
	assert_int_equal(w.s.requests, 1);
	assert_true(eid_equal(&w.s.asked, &host));
	m = dp_fake_map(w.dp, &want);
	assert_int_equal(m->action, LISP_ACTION_FORWARD);
	assert_int_equal(m->ttl, 600);
	assert_int_equal(m->locators.count, 1);
	assert_int_equal(m->locators.list[0].flags, LISP_LOC_FLAG_REACHABLE);
	world_close(&w);
}

/* Reports that were lost are asked for. */
static void test_lost(void **state)
{
	struct world w;

	world_open(&w, state, "false");
	start(&w);
	w.s.silent = true;
	miss(&w, "10.2.3.4");
	wait_until(&w, w.s.requests == 1);
	assert_int_equal(dp_fake_calls(w.dp, FAKE_MISS_DUMP), 1);
	dp_fake_lose(w.dp);
	assert_int_equal(dp_fake_calls(w.dp, FAKE_MISS_DUMP), 2);
	assert_int_equal(w.d.sync.misses_lost, 1);
	world_close(&w);
}

/* A data plane that refuses is complained about and lived with. */
static void test_data_plane_fails(void **state)
{
	struct eid want = eid("[100]10.2.0.0/16");
	struct world w;

	world_open(&w, state, "false");
	start(&w);
	dp_fake_fail(w.dp, FAKE_MAP_SET, -ENOSPC, "full");
	miss(&w, "10.2.3.4");
	wait_until(&w, w.d.counters.data_plane_errors == 1);
	assert_null(dp_fake_map(w.dp, &want));
	world_close(&w);
}

static void put_map(struct world *w, const char *e)
{
	struct dp_map m = {
		.eid = eid(e), .action = LISP_ACTION_FORWARD, .ttl = 300,
		.origin = FAKE_ORIGIN,
		.locators = {
			.count = 1,
			.list = { { .addr = ip(PEER), .priority = 1,
				    .weight = 1,
				    .flags = LISP_LOC_FLAG_REACHABLE } },
		},
	};

	assert_int_equal(dp_fake_put(w->dp, &m), 0);
}

/* What an earlier run left: wanted, of an instance that is no more, and a
 * miss that waits. */
static void test_takeover(void **state)
{
	struct eid keep = eid("[100]10.2.0.0/16"), drop = eid("[7]10.9.0.0/16");
	struct world w;

	world_open(&w, state, "false");
	put_map(&w, "[100]10.2.0.0/16");
	put_map(&w, "[7]10.9.0.0/16");
	start(&w);
	assert_non_null(dp_fake_map(w.dp, &keep));
	assert_null(dp_fake_map(w.dp, &drop));
	assert_int_equal(w.d.sync.claimed, 1);
	assert_int_equal(w.d.sync.swept, 1);
	/* It was left as it was, not made again. */
	assert_int_equal(dp_fake_calls(w.dp, FAKE_MAP_SET), 0);
	world_close(&w);
}

static void test_stop_cleans(void **state)
{
	struct world w;

	world_open(&w, state, "false");
	put_map(&w, "[100]10.2.0.0/16");
	start(&w);
	assert_int_equal(dp_fake_local_count(w.dp), 2);
	daemon_stop(&w.d);
	assert_int_equal(dp_fake_local_count(w.dp), 0);
	assert_int_equal(dp_fake_map_count(w.dp), 0);
	assert_int_equal(dp_fake_calls(w.dp, FAKE_VPN_DEL), 1);
	world_close(&w);
}

static void test_stop_keeps(void **state)
{
	struct world w;

	world_open(&w, state, "true");
	put_map(&w, "[100]10.2.0.0/16");
	start(&w);
	daemon_stop(&w.d);
	assert_int_equal(dp_fake_local_count(w.dp), 2);
	assert_int_equal(dp_fake_map_count(w.dp), 1);
	assert_int_equal(dp_fake_calls(w.dp, FAKE_VPN_DEL), 0);
	world_close(&w);
}

static void test_sigterm_withdraws(void **state)
{
	struct world w;

	world_open(&w, state, "false");
	start(&w);
	wait_until(&w, w.s.registers > 0);
	raise(SIGTERM);
	assert_int_equal(loop_run(w.d.loop), 0);
	assert_true(w.d.stopping);
	assert_true(w.s.withdrawals >= 2);
	assert_int_equal(w.s.bad_macs, 0);
	world_close(&w);
}

static void refuse_start(struct world *w, int err)
{
	assert_int_equal(daemon_init(&w->d, w->conf, w->dp), 0);
	assert_int_equal(daemon_start(&w->d), err);
}

static void test_refused(void **state)
{
	struct addr ms = ip(MS);
	struct world w;

	world_open(&w, state, "false");
	assert_int_equal(dp_fake_set_path(w.dp, &ms, DP_PATH_OVERLAY), 0);
	refuse_start(&w, -ELOOP);
	assert_int_equal(dp_fake_calls(w.dp, FAKE_VPN_ADD), 0);
	world_close(&w);

	world_open(&w, state, "false");
	dp_fake_fail(w.dp, FAKE_CLAIM, -EBUSY, "taken");
	refuse_start(&w, -EBUSY);
	world_close(&w);

	world_open(&w, state, "false");
	dp_fake_fail(w.dp, FAKE_VPN_ADD, -EEXIST, "does not fit");
	refuse_start(&w, -EEXIST);
	assert_int_equal(dp_fake_local_count(w.dp), 0);
	world_close(&w);
}

/* --- the control socket --- */

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
	{ "{}", "{\"error\":\"unknown \\\"command\\\": expected show or "
	  "resolve\"}" },
	{ "{\"command\":5}", "{\"error\":\"unknown \\\"command\\\": expected "
	  "show or resolve\"}" },
	{ "{\"command\":\"show\"}", "{\"error\":\"\\\"what\\\" is "
	  "missing\"}" },
	{ "{\"command\":\"show\",\"what\":1}", "{\"error\":\"\\\"what\\\": "
	  "expected a string\"}" },
	{ "{\"command\":\"show\",\"what\":\"status\",\"x\":\"y\"}",
	  "{\"error\":\"unknown member \\\"x\\\"\"}" },
	{ "{\"command\":\"show\",\"what\":\"x\"}", "{\"error\":\"unknown "
	  "\\\"what\\\": expected status, map-cache, database, "
	  "registrations, rlocs or statistics\"}" },
	{ "{\"command\":\"show\",\"what\":\"map-cache\",\"after\":\"x\"}",
	  "{\"error\":\"\\\"after\\\" is no EID-prefix\"}" },
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
	world_close(&w);
}

static void test_control_show(void **state)
{
	struct world w;

	world_open(&w, state, "false");
	start(&w);
	assert_said(&w, "{\"command\":\"show\",\"what\":\"map-cache\"}",
		    "{\"data\":[]}");
	assert_said(&w, "{\"command\":\"show\",\"what\":\"registrations\"}",
		    "{\"data\":[]}");
	say(&w, "{\"command\":\"show\",\"what\":\"status\"}");
	assert_non_null(strstr(hear(&w), "\"roles\":[\"xtr\"],"
			       "\"data-plane\":\"fake\""));
	say(&w, "{\"command\":\"show\",\"what\":\"database\"}");
	assert_non_null(strstr(hear(&w), "\"prefix\":\"10.1.0.0/16\",\"locators"
			       "\":[{\"address\":\"" XTR "\",\"priority\":1,"
			       "\"weight\":100,\"reachable\":true}],"
			       "\"map-servers\":[{\"address\":\"" MS "\""));
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
	world_close(&w);
}

static uint64_t parse_errors(const struct daemon *d)
{
	uint64_t n = 0;

	for (int i = 0; i < WIRE_REASON_COUNT; i++)
		n += d->counters.parse_errors[i];
	return n;
}

/* Garbage is counted by reason, and hurts nobody. */
static void test_garbage(void **state)
{
	struct addr from = ip(MS), to = ip(XTR);
	struct world w;

	world_open(&w, state, "false");
	start(&w);
	for (int i = 0; i < 100; i++)
		udp_send(w.s.udp, &from, &to, LISP_CONTROL_PORT,
			 "\x10\x00\x00\x01garbage", i % 12);
	wait_until(&w, parse_errors(&w.d) == 100);
	miss(&w, "10.2.3.4");
	wait_until(&w, dp_fake_map_count(w.dp) == 1);
	world_close(&w);
}

int main(void)
{
#define TEST(t)	cmocka_unit_test_setup(t, enter_namespace)
	const struct CMUnitTest tests[] = {
		TEST(test_start),
		TEST(test_resolve),
		TEST(test_lost),
		TEST(test_data_plane_fails),
		TEST(test_takeover),
		TEST(test_stop_cleans),
		TEST(test_stop_keeps),
		TEST(test_sigterm_withdraws),
		TEST(test_refused),
		TEST(test_control_bad),
		TEST(test_control_show),
		TEST(test_control_pieces),
		TEST(test_control_resolve),
		TEST(test_garbage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

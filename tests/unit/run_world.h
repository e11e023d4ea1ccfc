/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A whole lispd with a data plane that is not one, and a Map-Server that
 * answers it, in a network namespace of their own. */
#ifndef LISP_TESTS_RUN_H
#define LISP_TESTS_RUN_H

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
"    \"map-servers\": [{\"address\": \"" MS "\", \"key\": \"secret\","
"      \"merge\": true}],"
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
	uint32_t flags;			/* of the last one */
	unsigned int withdrawals;	/* records with TTL 0 */
	uint16_t version;		/* of the last record registered */
	unsigned int bad_macs;
	unsigned int requests;
	unsigned int probes;
	unsigned int smrs;
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

static inline struct addr ip(const char *t)
{
	struct addr a;

	assert_int_equal(addr_from_text(t, &a), 0);
	return a;
}

static inline struct eid eid(const char *t)
{
	struct eid e;

	assert_int_equal(eid_from_text(t, &e), 0);
	return e;
}

/* --- the Map-Server and Map-Resolver --- */

static inline void on_register(struct server *s, const struct udp_datagram *d,
			const struct map_register *m)
{
	s->registers++;
	s->flags = m->flags;
	if (auth_verify(s->key, d->data, d->len, &m->auth,
			AUTH_COVER_ENTIRE))
		s->bad_macs++;
	for (size_t i = 0; i < m->record_count; i++) {
		s->withdrawals += m->records[i].ttl == 0;
		s->version = m->records[i].version;
	}
}

/* 10.2.0.0/16 around what was asked, at the peer's RLOC. */
static inline void send_reply(struct server *s)
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

static inline void on_ecm(struct server *s, const struct ecm *e)
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

static inline void on_probe(struct server *s, const struct udp_datagram *d,
		     const struct map_request *m)
{
	struct locator l = {
		.addr = d->to, .priority = 1, .weight = 1, .mpriority = 255,
		.flags = LOCATOR_REACHABLE | LOCATOR_PROBED,
	};
	struct map_record rec = {
		.ttl = 10, .authoritative = true, .eid = m->records[0].eid,
		.locators = &l, .locator_count = 1,
	};
	struct lisp_msg reply = {
		.type = MSG_TYPE_MAP_REPLY,
		.reply = { .flags = MREP_PROBE, .nonce = m->nonce,
			   .records = &rec, .record_count = 1 },
	};
	uint8_t buf[512];
	int len = msg_build(&reply, buf, sizeof(buf));

	s->probes++;
	assert_true(len > 0);
	assert_int_equal(udp_send(s->udp, &d->to, &m->itr_rlocs[0],
				  d->from_port, buf, len), 0);
}

static inline void on_datagram(void *arg, const struct udp_datagram *d)
{
	struct server *s = arg;
	struct lisp_msg m;

	arena_reset(&s->arena);
	assert_int_equal(msg_parse(d->data, d->len, &s->arena, &m, NULL), 0);
	if (m.type == MSG_TYPE_MAP_REGISTER)
		on_register(s, d, &m.reg);
	else if (m.type == MSG_TYPE_ECM)
		on_ecm(s, &m.ecm);
	else if (m.type == MSG_TYPE_MAP_REQUEST &&
		 m.request.flags & MREQ_PROBE)
		on_probe(s, d, &m.request);
	else if (m.type == MSG_TYPE_MAP_REQUEST &&
		 m.request.flags & MREQ_SMR)
		s->smrs++;
}

static inline void server_open(struct server *s)
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

static inline void server_close(struct server *s)
{
	udp_close(s->udp);
	arena_free(&s->arena);
	auth_key_free(s->key);
}

/* --- a world for each test --- */

static inline int enter_namespace(void **state)
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

static inline void configure(struct world *w, const char *keep)
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

static inline void world_open(struct world *w, void **state, const char *keep)
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

/* Write the configuration, changed by replacing @from (NULL: nothing) with
 * @to, to a file, and let the daemon know where it is. */
static inline void write_file(struct world *w, const char *from,
			      const char *to)
{
	static char path[128];
	char buf[2048];
	const char *at;
	FILE *f;

	snprintf(buf, sizeof(buf), text, w->dir, w->dir, "false");
	at = from ? strstr(buf, from) : buf + strlen(buf);
	assert_non_null(at);
	snprintf(path, sizeof(path), "%s/conf", w->dir);
	f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f, "%.*s%s%s", (int)(at - buf), buf, to,
		from ? at + strlen(from) : "");
	assert_int_equal(fclose(f), 0);
	w->d.file = path;
}

static inline void start(struct world *w)
{
	assert_int_equal(daemon_init(&w->d, w->conf, w->dp), 0);
	assert_int_equal(daemon_start(&w->d), 0);
	assert_int_equal(udp_start(w->s.udp, w->d.loop, on_datagram, &w->s),
			 0);
}

static inline void world_close(struct world *w)
{
	char command[128];

	if (w->client >= 0)
		close(w->client);
	server_close(&w->s);
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

static inline void miss(struct world *w, const char *dest)
{
	struct dp_miss m = {
		.iid = 100, .eid = ip(dest), .source = ip("10.1.0.5"),
		.held_packets = 1, .reports = 1,
	};

	assert_int_equal(dp_fake_miss(w->dp, &m), 0);
}

static inline void put_map_at(struct world *w, const char *e, const char *rloc)
{
	struct dp_map m = {
		.eid = eid(e), .action = LISP_ACTION_FORWARD, .ttl = 300,
		.origin = FAKE_ORIGIN,
		.locators = {
			.count = 1,
			.list = { { .addr = ip(rloc), .priority = 1,
				    .weight = 1,
				    .flags = LISP_LOC_FLAG_REACHABLE } },
		},
	};

	assert_int_equal(dp_fake_put(w->dp, &m), 0);
}

static inline void put_map(struct world *w, const char *e)
{
	put_map_at(w, e, PEER);
}

#endif

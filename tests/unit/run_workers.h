/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A Map-Server with workers, on loopback in a network namespace of the test's
 * own.  One who asks has an address of its own, so that the kernel spreads them;
 * Map-Replies come to port 4342 of one that is nobody else's.
 */
#ifndef LISP_TESTS_RUN_WORKERS_H
#define LISP_TESTS_RUN_WORKERS_H

#include "run_world.h"

#include <json-c/json.h>
#include <netinet/in.h>

#include "run/show.h"
#include "run/worker.h"
#include "sm/ms.h"

#define ASKERS	32
#define HIS	MS			/* the ITR-RLOC */
#define OURS	XTR			/* the Map-Server's */

static const char config[] =
"{ \"name\": \"t\", \"control-socket\": \"%s/ctl\", \"state-dir\": \"%s/state\","
"  \"user\": \"root\", \"log-level\": \"error\","
"  \"listen\": [\"" OURS "\"],"
"  \"map-server\": { \"workers\": %d, \"registration-timeout\": %d,"
"    \"sites\": [{\"name\": \"s\", \"keys\": [{\"key\": \"secret\"}],"
"      \"eids\": [{\"iid\": 1, \"prefix\": \"10.0.0.0/8\","
"        \"accept-more-specifics\": true}]}] } }";

static struct {
	char dir[64];
	struct conf *conf;
	struct daemon d;
	struct kv_disk *disk;		/* instead of LMDB's, late */
	struct udp *udp;		/* where answers come */
	struct arena arena;
	struct auth_key *key;
	int askers[ASKERS];
	uint64_t nonce;
	/* what came */
	unsigned int notifies;		/* with a valid MAC and a record */
	unsigned int replies;		/* with locators */
	unsigned int negative;
	unsigned int other;
	uint64_t unsolicited;		/* nonce above all of ours */
	unsigned int repeated;		/* that one again */
} t;

static inline void on_notify(const struct udp_datagram *d, const struct map_notify *m)
{
	bool ok = !auth_verify(t.key, d->data, d->len, &m->auth,
			       AUTH_COVER_ENTIRE) && m->record_count == 1;

	if (ok && m->nonce <= t.nonce) {
		t.notifies++;
	} else if (ok) {
		t.repeated += t.unsolicited == m->nonce;
		t.unsolicited = m->nonce;
	} else {
		t.other++;
	}
}

static inline void on_answer(void *arg, const struct udp_datagram *d)
{
	struct lisp_msg m;

	arena_reset(&t.arena);
	assert_int_equal(msg_parse(d->data, d->len, &t.arena, &m, NULL), 0);
	if (m.type == MSG_TYPE_MAP_NOTIFY)
		on_notify(d, &m.notify);
	else if (m.type == MSG_TYPE_MAP_REPLY)
		*(m.reply.records[0].locator_count ? &t.replies :
		  &t.negative) += 1;
	else
		t.other++;
}

/* --- one who asks --- */

static inline struct addr asker_addr(unsigned int i)
{
	return (struct addr){ ADDR_IPV4, { 198, 51, 100, i + 1 } };
}

static inline int asker_new(unsigned int i)
{
	struct addr own = asker_addr(i);
	struct sockaddr_in sa = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	assert_true(fd >= 0);
	memcpy(&sa.sin_addr, own.bytes, 4);
	assert_int_equal(bind(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	sa.sin_port = htons(LISP_CONTROL_PORT);
	memcpy(&sa.sin_addr, ip(OURS).bytes, 4);
	assert_int_equal(connect(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	return fd;
}

static inline void put(unsigned int asker, const uint8_t *data, int len)
{
	assert_true(len > 0);
	assert_int_equal(send(t.askers[asker % ASKERS], data, (size_t)len, 0),
			 len);
}

/* Number @i of all that are registered. */
static inline struct eid eid_of(unsigned int i)
{
	struct addr a = { ADDR_IPV4, { 10, 1, i >> 8, i } };

	return eid_host(1, &a);
}

static inline struct lisp_msg register_of(struct map_record *rec, struct locator *l,
				   unsigned int i, unsigned int xtr)
{
	struct lisp_msg m = {
		.type = MSG_TYPE_MAP_REGISTER,
		.reg = {
			.flags = MREG_WANT_NOTIFY | MREG_PROXY_REPLY |
				 MREG_IDS,
			.nonce = ++t.nonce,
			.auth = { .algorithm = AUTH_HMAC_SHA256_128,
				  .data_len = 32 },
			.records = rec,
			.record_count = 1,
		},
	};

	*l = (struct locator){
		.addr = { ADDR_IPV4, { 203, 0, 113, xtr } }, .priority = 1,
		.weight = 100, .mpriority = 255, .flags = LOCATOR_REACHABLE,
	};
	*rec = (struct map_record){
		.ttl = 10, .eid = eid_of(i), .locators = l, .locator_count = 1,
	};
	memset(m.reg.ids.xtr_id, xtr + 1, 16);
	return m;
}

/* EID @i by this xTR, from the asker's address. */
static inline void put_register_of(unsigned int asker, unsigned int xtr,
			    unsigned int i, uint32_t flags)
{
	struct map_record rec;
	struct locator l;
	struct lisp_msg m = register_of(&rec, &l, i, xtr);
	uint8_t buf[512];
	int len;

	m.reg.flags |= flags;
	len = msg_build(&m, buf, sizeof(buf));
	assert_true(len > 0);
	assert_int_equal(auth_sign(t.key, buf, (size_t)len, AUTH_COVER_ENTIRE),
			 0);
	put(asker, buf, len);
}

/* By the asker's own. */
static inline void put_register(unsigned int asker, unsigned int i, uint32_t flags)
{
	put_register_of(asker, asker % ASKERS, i, flags);
}

static inline int build_request(unsigned int i, uint8_t *buf, size_t size)
{
	struct request_record rec = { .eid = eid_of(i) };
	struct addr itr = ip(HIS);
	struct lisp_msg m = {
		.type = MSG_TYPE_MAP_REQUEST,
		.request = { .nonce = ++t.nonce, .itr_rlocs = &itr,
			     .itr_count = 1, .records = &rec,
			     .record_count = 1 },
	};

	return msg_build(&m, buf, size);
}

static inline void put_request(unsigned int asker, unsigned int i, uint32_t flags)
{
	uint8_t inner[256], buf[512];
	struct lisp_msg outer = {
		.type = MSG_TYPE_ECM,
		.ecm = { .flags = flags, .source = ip(HIS),
			 .dest = eid_of(i).prefix.addr,
			 .source_port = LISP_CONTROL_PORT,
			 .dest_port = LISP_CONTROL_PORT, .ttl = 64,
			 .message = inner },
	};
	int len = build_request(i, inner, sizeof(inner));

	assert_true(len > 0);
	outer.ecm.message_len = (size_t)len;
	put(asker, buf, msg_build(&outer, buf, sizeof(buf)));
}

/* --- the Map-Server --- */

static inline const char *text_of(int workers, int timeout)
{
	static char buf[1024];

	snprintf(buf, sizeof(buf), config, t.dir, t.dir, workers, timeout);
	return buf;
}

static inline void server_start(int workers)
{
	struct cfg_errors e;
	char buf[1024];

	strcpy(buf, text_of(workers, 180));
	cfg_errors_init(&e, "test");
	t.conf = conf_parse(buf, &e);
	assert_non_null(t.conf);
	cfg_errors_free(&e);
	assert_int_equal(daemon_init(&t.d, t.conf, NULL), 0);
	if (t.disk)
		t.d.kv = kv_open_memory(t.disk);
	assert_int_equal(daemon_start(&t.d), 0);
	assert_int_equal(udp_start(t.udp, t.d.loop, on_answer, NULL), 0);
}

/* Where answers come. */
static inline void open_udp(void)
{
	struct addr at[ASKERS + 1] = { ip(HIS) };
	struct udp_config cfg = {
		.listen = at, .listen_count = ASKERS + 1,
		.port = LISP_CONTROL_PORT,
	};
	int err;

	for (unsigned int i = 0; i < ASKERS; i++)
		at[i + 1] = asker_addr(i);
	t.udp = udp_open(&cfg, &err, NULL);
	assert_non_null(t.udp);
}

static inline void begin_with(void **state, int workers, struct kv_disk *disk)
{
	struct secret *psk = secret_new("secret", 6);

	if (!*state) {
		secret_free(psk);
		skip();
	}
	memset(&t, 0, sizeof(t));
	t.disk = disk;
	strcpy(t.dir, "/tmp/lisp-test-run-XXXXXX");
	assert_non_null(mkdtemp(t.dir));
	arena_init(&t.arena, MSG_ARENA_CAP);
	t.key = auth_key_new(0, AUTH_HMAC_SHA256_128, psk);
	secret_free(psk);
	open_udp();
	for (unsigned int i = 0; i < ASKERS; i++)
		t.askers[i] = asker_new(i);
	server_start(workers);
}

static inline void begin(void **state, int workers)
{
	begin_with(state, workers, NULL);
}

/* With whatever is under way; killed: without what a clean stop saves.  Our
 * socket goes, too, as it belongs to the loop that ends. */
static inline void server_stop(bool killed)
{
	udp_close(t.udp);
	t.udp = NULL;
	if (!killed)
		daemon_stop(&t.d);
	daemon_free(&t.d);
	conf_free(t.conf);
}

static inline void end(void)
{
	char command[128];

	server_stop(false);
	for (int i = 0; i < ASKERS; i++)
		close(t.askers[i]);
	auth_key_free(t.key);
	arena_free(&t.arena);
	kv_disk_free(t.disk);
	snprintf(command, sizeof(command), "rm -r %s", t.dir);
	assert_int_equal(system(command), 0);
}

static inline uint64_t at_desk(unsigned int desk, enum ms_counter k)
{
	return counter_read(&node_ms(t.d.node)->desks[desk].counters[k]);
}

/* As it is shown. */
static inline uint64_t statistic(const char *name)
{
	struct show_cursor c = { .after = NULL };
	struct json_object *o, *v;
	const char *why;
	uint64_t n;

	workers_lock(&t.d);
	o = show(&t.d, "statistics", &c, &why);
	workers_unlock(&t.d);
	assert_non_null(o);
	assert_true(json_object_object_get_ex(o, name, &v));
	n = json_object_get_uint64(v);
	json_object_put(o);
	return n;
}

/* An asker whom that desk answers. */
static inline unsigned int asker_of(unsigned int desk)
{
	for (unsigned int i = 0; i < ASKERS; i++) {
		uint64_t before = at_desk(desk, MS_REQUESTS);
		unsigned int answers = t.negative;

		put_request(i, 60000 + i, 0);
		wait_until(&t, t.negative > answers);
		if (at_desk(desk, MS_REQUESTS) > before)
			return i;
	}
	fail();
	return 0;
}

static inline void server_again(int workers, bool killed)
{
	server_stop(killed);
	open_udp();
	server_start(workers);
}

static inline int enter(void **state)
{
	int err = enter_namespace(state);

	return err || !*state ? err :
		system("ip route add local 198.51.100.0/24 dev lo");
}

#endif

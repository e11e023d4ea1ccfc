// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A Map-Server with two workers, on loopback in a network namespace of the
 * test's own: both serve, what is not for them reaches the main thread, and
 * neither another configuration nor the end of it finds them unprepared.
 *
 * One who asks has an address of its own, so that the kernel spreads them;
 * Map-Replies come to port 4342 of one that is nobody else's.
 */
#include "run_world.h"

#include <json-c/json.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/syscall.h>

#include "run/reload.h"
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

static void on_notify(const struct udp_datagram *d, const struct map_notify *m)
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

static void on_answer(void *arg, const struct udp_datagram *d)
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

static struct addr asker_addr(unsigned int i)
{
	return (struct addr){ ADDR_IPV4, { 198, 51, 100, i + 1 } };
}

static int asker_new(unsigned int i)
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

static void put(unsigned int asker, const uint8_t *data, int len)
{
	assert_true(len > 0);
	assert_int_equal(send(t.askers[asker % ASKERS], data, (size_t)len, 0),
			 len);
}

/* Number @i of all that are registered. */
static struct eid eid_of(unsigned int i)
{
	struct addr a = { ADDR_IPV4, { 10, 1, i >> 8, i } };

	return eid_host(1, &a);
}

static struct lisp_msg register_of(struct map_record *rec, struct locator *l,
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
static void put_register_of(unsigned int asker, unsigned int xtr,
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
static void put_register(unsigned int asker, unsigned int i, uint32_t flags)
{
	put_register_of(asker, asker % ASKERS, i, flags);
}

static int build_request(unsigned int i, uint8_t *buf, size_t size)
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

static void put_request(unsigned int asker, unsigned int i, uint32_t flags)
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

static const char *text_of(int workers, int timeout)
{
	static char buf[1024];

	snprintf(buf, sizeof(buf), config, t.dir, t.dir, workers, timeout);
	return buf;
}

static void server_start(int workers)
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
static void open_udp(void)
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

static void begin_with(void **state, int workers, struct kv_disk *disk)
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

static void begin(void **state, int workers)
{
	begin_with(state, workers, NULL);
}

/* With whatever is under way; killed: without what a clean stop saves.  Our
 * socket goes, too, as it belongs to the loop that ends. */
static void server_stop(bool killed)
{
	udp_close(t.udp);
	t.udp = NULL;
	if (!killed)
		daemon_stop(&t.d);
	daemon_free(&t.d);
	conf_free(t.conf);
}

static void end(void)
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

static uint64_t at_desk(unsigned int desk, enum ms_counter k)
{
	return counter_read(&node_ms(t.d.node)->desks[desk].counters[k]);
}

/* As it is shown. */
static uint64_t statistic(const char *name)
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
static unsigned int asker_of(unsigned int desk)
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

/* --- tests --- */

static void test_both(void **state)
{
	begin(state, 2);
	for (unsigned int i = 0; i < 2 * ASKERS; i++)
		put_register(i, i, 0);
	wait_until(&t, t.notifies == 2 * ASKERS);
	for (unsigned int i = 0; i < 2 * ASKERS; i++)
		put_request(i, i, 0);
	wait_until(&t, t.replies == 2 * ASKERS);
	for (unsigned int desk = 0; desk < 2; desk++) {
		assert_true(at_desk(desk, MS_REGISTERS) > 0);
		assert_true(at_desk(desk, MS_REQUESTS) > 0);
	}
	assert_int_equal(t.other + t.negative, 0);
	assert_int_equal(statistic("map-server-requests"), 2 * ASKERS);
	assert_int_equal(statistic("map-server-registers"), 2 * ASKERS);
	assert_int_equal(statistic("map-server-notifies"), 2 * ASKERS);
	assert_int_equal(statistic("node-messages"), 4 * ASKERS);
	assert_int_equal(statistic("udp-received"), 4 * ASKERS);
	/* It counts when it has sent. */
	wait_until(&t, statistic("udp-sent") == 4 * ASKERS);
	end();
}

/* Map-Referrals go to who asked himself. */
static unsigned int referred_to(unsigned int asker)
{
	static uint8_t buf[2048];
	unsigned int n = 0;
	ssize_t len;

	while ((len = recv(t.askers[asker], buf, sizeof(buf),
			   MSG_DONTWAIT)) > 0)
		n += msg_peek_type(buf, (size_t)len) == MSG_TYPE_MAP_REFERRAL;
	return n;
}

static unsigned int referred(void)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < ASKERS; i++)
		n += referred_to(i);
	return n;
}

/* What is not for a desk is for the main thread, wherever it comes. */
static void test_handed_over(void **state)
{
	uint8_t garbage[] = { 0xf0, 1, 2, 3 }, buf[256];
	unsigned int referrals = 0;

	begin(state, 2);
	for (unsigned int i = 0; i < ASKERS; i++) {
		put_request(i, i, ECM_DDT);
		put(i, buf, build_request(i, buf, sizeof(buf)));
		put(i, garbage, sizeof(garbage));
	}
	wait_until(&t, (referrals += referred()) == ASKERS);
	wait_until(&t, statistic("node-unexpected") == ASKERS);
	wait_until(&t, statistic("parse-error-type") == ASKERS);
	assert_true(statistic("workers-handed-over") > 0);
	assert_int_equal(statistic("workers-lost"), 0);
	end();
}

/* How often the main thread sent something. */
static unsigned int sends;

int sendmmsg(int fd, struct mmsghdr *list, unsigned int n, int flags)
{
	sends += gettid() == getpid();
	return (int)syscall(SYS_sendmmsg, fd, list, n, flags);
}

/* And what was handed over together is handled together. */
static void test_handed_over_together(void **state)
{
	unsigned int referrals = 0, asker;

	begin(state, 2);
	asker = asker_of(1);
	for (unsigned int i = 0; i < UDP_BATCH + 6; i++)
		put_request(asker, i, ECM_DDT);
	while (statistic("workers-handed-over") < UDP_BATCH + 6)
		sched_yield();
	sends = 0;
	wait_until(&t, (referrals += referred_to(asker)) == UDP_BATCH + 6);
	assert_int_equal(sends, 2);
	end();
}

/* A worker makes something for the main thread's timer to do: of two that
 * register an EID together the first is told, and told again when it says
 * nothing. */
static void test_timer(void **state)
{
	unsigned int asker;

	begin(state, 2);
	asker = asker_of(1);
	put_register(asker + 1, 1, MREG_MERGE);
	wait_until(&t, t.notifies == 1);
	put_register(asker, 1, MREG_MERGE);
	wait_until(&t, t.notifies == 2 && t.unsolicited);
	wait_until(&t, t.repeated > 0);
	end();
}

/* A batch of a worker has more answers than its outbox has room for, as each
 * Map-Register but the first ones makes two: what is added after that was sent
 * is on record as well, and leaves, too. */
static void test_full_outbox(void **state)
{
	const unsigned int n = UDP_BATCH / 2 + 1;
	unsigned int asker;

	begin(state, 2);
	asker = asker_of(1);
	for (unsigned int i = 0; i < n; i++)
		put_register_of(asker, 1, i, MREG_MERGE);
	wait_until(&t, t.notifies == n);
	workers_pause(&t.d);
	for (unsigned int i = 0; i < n; i++)
		put_register_of(asker, 2, i, MREG_MERGE);
	workers_resume(&t.d);
	wait_until(&t, t.notifies == 2 * n);
	assert_true(t.unsolicited);
	assert_int_equal(statistic("record-answers-dropped"), 0);
	end();
}

static int watch(void)
{
	static const char line[] = "{\"command\":\"watch\"}\n";
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	snprintf(sa.sun_path, sizeof(sa.sun_path), "%s/ctl", t.dir);
	assert_int_equal(connect(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	assert_int_equal(write(fd, line, strlen(line)), strlen(line));
	wait_until(&t, watch_wanted(&t.d));
	return fd;
}

/* How often @what is in what can be read now; it is not cut in two here. */
static unsigned int heard(int fd, const char *what)
{
	static char buf[65536];
	ssize_t len = read(fd, buf, sizeof(buf) - 1);
	unsigned int n = 0;

	buf[len > 0 ? len : 0] = '\0';
	for (const char *at = buf; (at = strstr(at, what)); at++)
		n++;
	return n;
}

/* Whoever serves, a person sees it. */
static void test_watch(void **state)
{
	unsigned int seen = 0;
	int fd;

	begin(state, 2);
	fd = watch();
	for (unsigned int i = 0; i < ASKERS; i++)
		put_register(i, i, 0);
	wait_until(&t, (seen += heard(fd, "\"registration-new\"")) == ASKERS);
	wait_until(&t, t.notifies == ASKERS);
	assert_true(at_desk(1, MS_REGISTERS) > 0);
	close(fd);
	end();
}

static void write_config(const char *text_)
{
	static char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/conf", t.dir);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text_, f);
	assert_int_equal(fclose(f), 0);
	t.d.file = path;
}

/* Whatever was under way is answered, by the old or the new one. */
static void test_reload(void **state)
{
	struct reload_result r;
	unsigned int n = 0;

	begin(state, 2);
	for (int round = 0; round < 30; round++) {
		for (unsigned int k = 0; k < ASKERS; k++, n++) {
			put_register(k, n, 0);
			put_request(k, 40000 + n, 0);
		}
		write_config(text_of(2, 180 + round));
		assert_int_equal(reload(&t.d, &r), 0);
	}
	wait_until(&t, t.notifies == n && t.negative == n);
	/* Neither is what was counted lost. */
	assert_int_equal(statistic("node-messages"), 2 * n);
	assert_int_equal(statistic("map-server-registers"), n);
	assert_int_equal(statistic("map-server-requests"), n);
	assert_true(at_desk(1, MS_REGISTERS) && at_desk(0, MS_REGISTERS));
	write_config(text_of(3, 180));
	assert_int_equal(reload(&t.d, &r), -EINVAL);
	assert_non_null(strstr(r.why, "map-server.workers"));
	put_request(asker_of(1), 0, 0);
	wait_until(&t, t.replies == 1);
	end();
}

static void server_again(int workers, bool killed)
{
	server_stop(killed);
	open_udp();
	server_start(workers);
}

/* In the midst of it, or when all is said. */
static void test_stop(void **state)
{
	unsigned int n = 0;

	begin(state, 3);
	for (int round = 0; round < 10; round++) {
		unsigned int before = t.notifies;

		for (unsigned int k = 0; k < 4 * ASKERS; k++, n++) {
			put_register(k, n, 0);
			put_request(k, n, 0);
		}
		wait_until(&t, round % 2 ? t.notifies > before :
			   t.notifies == before + 4 * ASKERS);
		server_again(3, round % 4 > 1);
		assert_true(store_memory_ops.prefixes(t.d.store) >=
			    t.notifies);
	}
	end();
}

/* Who was told by a worker that he is registered is so after a crash. */
static void test_crash(void **state)
{
	unsigned int asker;

	begin(state, 2);
	asker = asker_of(1);
	for (unsigned int i = 0; i < ASKERS; i++)
		put_register(asker, i, 0);
	wait_until(&t, t.notifies == ASKERS);
	server_again(2, true);
	assert_int_equal(store_memory_ops.prefixes(t.d.store), ASKERS);
	end();
}

/* The flush that is under way ends. */
static bool end_flush(bool made, int err)
{
	bool ended;

	workers_lock(&t.d);
	ended = kv_disk_end(t.disk, made, err);
	workers_unlock(&t.d);
	return ended;
}

/* Flushes end well, one after the other, until so many have been told. */
static bool told(unsigned int n)
{
	end_flush(true, 0);
	return t.notifies == n;
}

static void register_all(unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		put_register(i, i, 0);
}

/* A store that takes its time: all serve meanwhile, at both desks, and tell
 * nobody that he is registered until he is. */
static void test_late(void **state)
{
	struct kv_disk *disk = kv_disk_new();

	assert_int_equal(kv_disk_late(disk), 0);
	begin_with(state, 2, disk);
	register_all(ASKERS);
	wait_until(&t, statistic("record-answers-held") == ASKERS);
	for (unsigned int i = 0; i < ASKERS; i++)
		put_request(i, i, 0);
	wait_until(&t, t.replies == ASKERS);
	assert_int_equal(t.notifies, 0);
	wait_until(&t, told(ASKERS));
	assert_int_equal(statistic("record-errors"), 0);
	assert_true(at_desk(1, MS_REGISTERS) && at_desk(0, MS_REGISTERS));

	register_all(ASKERS);
	wait_until(&t, statistic("record-answers-held") == 2 * ASKERS);
	assert_true(end_flush(false, -EIO));
	wait_until(&t, statistic("record-answers-dropped") == ASKERS);
	assert_int_equal(statistic("record-errors"), 1);
	assert_int_equal(t.notifies, ASKERS);
	register_all(ASKERS);
	wait_until(&t, told(2 * ASKERS));

	/* The end finds some waiting. */
	register_all(ASKERS);
	wait_until(&t, statistic("record-answers-held") == 4 * ASKERS);
	server_again(2, true);
	assert_int_equal(store_memory_ops.prefixes(t.d.store), ASKERS);
	end();
}

/* As `lispctl show status` has it. */
static bool state_dir_is(const char *state)
{
	struct show_cursor c = { .after = NULL };
	struct json_object *o, *v;
	const char *why;
	bool is;

	workers_lock(&t.d);
	o = show(&t.d, "status", &c, &why);
	workers_unlock(&t.d);
	assert_true(json_object_object_get_ex(o, "state-dir", &v));
	is = !strcmp(json_object_get_string(v), state);
	assert_true(json_object_object_get_ex(o, "state-dir-error", &v) ==
		    !strcmp(state, "failing") || !is);
	json_object_put(o);
	return is;
}

static void limit_disk(size_t octets)
{
	workers_lock(&t.d);
	kv_disk_limit(t.disk, octets);
	workers_unlock(&t.d);
}

/* A disk that is full: who registers has his EIDs served, but is not told that
 * it is on record, until there is room again. */
static void test_full_disk(void **state)
{
	struct kv_disk *disk = kv_disk_new();

	begin_with(state, 2, disk);
	assert_true(state_dir_is("ok"));
	limit_disk(0);
	register_all(ASKERS);
	wait_until(&t, statistic("record-answers-dropped") == ASKERS);
	wait_until(&t, state_dir_is("failing"));
	for (unsigned int i = 0; i < ASKERS; i++)
		put_request(i, i, 0);
	wait_until(&t, t.replies == ASKERS);
	assert_int_equal(t.notifies, 0);
	limit_disk(SIZE_MAX);
	wait_until(&t, state_dir_is("ok"));
	register_all(ASKERS);
	wait_until(&t, t.notifies == ASKERS);
	end();
}

static int enter(void **state)
{
	int err = enter_namespace(state);

	return err || !*state ? err :
		system("ip route add local 198.51.100.0/24 dev lo");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both),
		cmocka_unit_test(test_handed_over),
		cmocka_unit_test(test_handed_over_together),
		cmocka_unit_test(test_timer),
		cmocka_unit_test(test_full_outbox),
		cmocka_unit_test(test_watch),
		cmocka_unit_test(test_reload),
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_crash),
		cmocka_unit_test(test_late),
		cmocka_unit_test(test_full_disk),
	};

	return cmocka_run_group_tests(tests, enter, NULL);
}

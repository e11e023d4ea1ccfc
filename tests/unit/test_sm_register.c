// SPDX-License-Identifier: GPL-2.0-or-later
/* The registering ETR: parts, timers, Map-Notifies, withdrawing. */
#include "sm.h"

#include "sm/register.h"

#define NOW	1000000u
#define EIDS	2000

static struct xtr_config cfg;
static struct database db;
static struct registrar reg;
static struct locator rloc;
static struct register_server servers[2];
static struct eid eids[EIDS];

static void set_up(size_t eid_count, size_t server_count)
{
	memset(&world, 0, sizeof(world));
	rloc = L("192.0.2.1");
	for (size_t i = 0; i < 2; i++)
		servers[i] = (struct register_server){
			.addr = A(i ? "198.51.100.20" : "198.51.100.10"),
			.key = { .algorithm = AUTH_HMAC_SHA256_128,
				 .tag = i + 1 },
			.proxy_reply = true,
			.want_notify = true,
		};
	for (size_t i = 0; i < EIDS; i++) {
		char text[EID_TEXT_MAX];

		snprintf(text, sizeof(text), "[100]10.%zu.%zu.0/24",
			 1 + i / 64, i % 64);
		eids[i] = E(text);
	}

	xtr_config_init(&cfg);
	cfg.ids.site_id = 5;
	memset(cfg.ids.xtr_id, 0xaa, 16);
	cfg.rlocs = &rloc;
	cfg.rloc_count = 1;
	cfg.servers = servers;
	cfg.server_count = server_count;
	cfg.database = eids;
	cfg.database_count = eid_count;
	assert_int_equal(database_init(&db, &cfg, seed), 0);
	assert_int_equal(register_init(&reg, &cfg, &ops, &db), 0);
	turn();
}

static int end(void **state)
{
	register_free(&reg);
	database_free(&db);
	return turn_done(state);
}

static uint64_t counter(const char *name)
{
	return counted(register_counters(&reg), name);
}

static void run_timers(uint64_t now)
{
	turn();
	while (register_on_time(&reg, now, &acts))
		;
}

static void start(uint64_t now)
{
	turn();
	register_start(&reg, now, &acts);
	run_timers(now);
}

static enum register_state state_of(size_t eid, size_t server)
{
	struct register_view v;

	register_view(&reg, eid, server, &v);
	return v.state;
}

/* The Map-Notify for a Map-Register, from @from, signed with @key. */
static void notify(uint64_t now, const struct map_register *m,
		   const struct sm_key *key, const char *from)
{
	struct lisp_msg n = {
		.type = MSG_TYPE_MAP_NOTIFY,
		.notify = {
			.nonce = m->nonce,
			.auth = m->auth,
			.records = m->records,
			.record_count = m->record_count,
		},
	};
	struct packet pkt;
	struct lisp_msg parsed;

	n.notify.auth.data = NULL;
	pkt = packet_of(from, "192.0.2.1", &n);
	fake_sign(NULL, key, (uint8_t *)pkt.data, pkt.len);
	assert_int_equal(msg_parse(pkt.data, pkt.len, &arena, &parsed, NULL),
			 0);
	register_on_notify(&reg, now, &pkt, &parsed.notify, &acts);
}

/* A copy of what was sent that outlives turn(). */
static struct map_register kept(unsigned int n, struct map_record *recs)
{
	struct map_register m = sent(n).reg;

	memcpy(recs, m.records, m.record_count * sizeof(*recs));
	for (unsigned int i = 0; i < m.record_count; i++) {
		recs[i].locators = &rloc;
		recs[i].locator_count = 1;
	}
	m.records = recs;
	return m;
}

static void message(void **state)
{
	struct map_register m;

	set_up(2, 2);
	start(NOW);
	assert_int_equal(count_acts(ACTION_SEND), 2);
	assert_true(addr_equal(&act(ACTION_SEND, 1)->send.to,
			       &servers[1].addr));
	m = sent(0).reg;
	assert_int_equal(m.flags, MREG_PROXY_REPLY | MREG_WANT_NOTIFY |
				  MREG_IDS);
	assert_int_equal(m.record_count, 2);
	assert_int_equal(m.records[0].ttl, 1440);
	assert_int_equal(m.records[0].locator_count, 1);
	assert_int_equal(m.records[0].locators[0].flags & LOCATOR_REACHABLE,
			 LOCATOR_REACHABLE);
	assert_int_equal(m.ids.site_id, 5);
	assert_int_equal(m.auth.data_len, 32);
	assert_int_equal(fake_verify(NULL, &servers[0].key,
				     act(ACTION_SEND, 0)->send.data,
				     act(ACTION_SEND, 0)->send.len, &m.auth),
			 0);
	assert_int_not_equal(sent(0).reg.nonce, sent(1).reg.nonce);
}

/* Over such a path parts have at most @max octets, all but the last more than
 * @least; together they have every EID once.  How many. */
static unsigned int parts_of(size_t count, unsigned int message_max,
			     size_t max, size_t least)
{
	bool seen[EIDS] = { false };
	unsigned int n;

	set_up(count, 1);
	register_free(&reg);
	servers[0].message_max = message_max;
	assert_int_equal(register_init(&reg, &cfg, &ops, &db), 0);
	start(NOW);
	run_timers(NOW + 60);		/* some need a turn */
	turn();
	reg.hurry = true;
	register_start(&reg, NOW + 100, &acts);
	run_timers(NOW + 100);
	n = count_acts(ACTION_SEND);
	for (unsigned int i = 0; i < n; i++) {
		struct map_register m = sent(i).reg;

		assert_in_range(act(ACTION_SEND, i)->send.len,
				i + 1 < n ? least : 1, max);
		for (unsigned int k = 0; k < m.record_count; k++) {
			const uint8_t *a = m.records[k].eid.prefix.addr.bytes;
			int at = (a[1] - 1) * 64 + a[2];

			assert_false(seen[at]);
			seen[at] = true;
		}
	}
	for (size_t i = 0; i < count; i++)
		assert_true(seen[i]);
	register_free(&reg);
	database_free(&db);
	return n;
}

static void parts(void **state)
{
	/* 576 octets, where nothing is known. */
	assert_int_equal(parts_of(64, 0, 548, 548 - 40), 6);
	assert_int_equal(parts_of(64, xtr_message_max(ADDR_IPV4, 1500), 1472,
				  1472 - 40), 2);
	assert_int_equal(parts_of(EIDS, 1472, 1472, 1472 - 40),
			 (EIDS + 34) / 35);
	/* One record goes, whatever the path; 255 do, at most. */
	assert_int_equal(parts_of(64, 20, 112, 112), 64);
	assert_int_equal(parts_of(EIDS, 65000, 72 + 255 * 40, 72 + 255 * 40),
			 8);
	set_up(1, 1);
}

static void message_sizes(void **state)
{
	assert_int_equal(xtr_message_max(ADDR_IPV4, 0), 0);
	assert_int_equal(xtr_message_max(ADDR_IPV4, 28), 0);
	assert_int_equal(xtr_message_max(ADDR_IPV4, 576), 548);
	assert_int_equal(xtr_message_max(ADDR_IPV4, 1500), 1472);
	assert_int_equal(xtr_message_max(ADDR_IPV6, 1500), 1452);
	assert_int_equal(xtr_message_max(ADDR_IPV6, 1280), 1232);
	/* Jumbo frames are not for everybody. */
	assert_int_equal(xtr_message_max(ADDR_IPV4, 9000), 1472);
	assert_int_equal(xtr_message_max(ADDR_IPV6, 65536), 1452);
	set_up(1, 1);
}

/* Acknowledge all that the last turn sent, which is less than 2,000 parts; how
 * many they were. */
static unsigned int ack_all(uint64_t now)
{
	static struct map_register m[EIDS];
	static struct map_record recs[2 * EIDS];
	unsigned int n = count_acts(ACTION_SEND);
	size_t at = 0;

	for (unsigned int i = 0; i < n; i++) {
		m[i] = kept(i, &recs[at]);
		at += m[i].record_count;
	}
	turn();
	for (unsigned int i = 0; i < n; i++)
		notify(now, &m[i], &servers[0].key, "198.51.100.10");
	return n;
}

/* Sixteen at once, the others 20 ms apart. */
static unsigned int start_large(bool answered)
{
	unsigned int parts, n;
	uint64_t t = NOW;

	set_up(EIDS, 1);
	parts = (EIDS + 10) / 11;
	start(NOW);
	assert_int_equal(count_acts(ACTION_SEND), 16);
	for (n = 16; n < parts; n++) {
		if (answered)
			ack_all(t);
		run_timers(t + 19);
		assert_int_equal(count_acts(ACTION_SEND), 0);
		t += 20;
		run_timers(t);
		assert_int_equal(count_acts(ACTION_SEND), 1);
	}
	if (answered)
		ack_all(t);
	return parts;
}

static void large_site(void **state)
{
	unsigned int parts = start_large(true), n = 0, most = 0;

	assert_int_equal(register_servers_up(&reg), 1);
	assert_int_equal(counter("sent"), parts);
	/* Every 20 s for five minutes, then every 60 s. */
	for (uint64_t t = NOW + 4000; t < NOW + 400000; t += 100) {
		run_timers(t);
		ack_all(t);
	}
	assert_int_equal(counter("retransmitted"), 0);
	assert_in_range(counter("sent"), 17 * parts, 19 * parts);
	/* Each once a minute, three or four of the 182 in a second. */
	for (uint64_t t = NOW + 400000; t < NOW + 460000; t += 1000) {
		run_timers(t);
		n += count_acts(ACTION_SEND);
		if (count_acts(ACTION_SEND) > most)
			most = count_acts(ACTION_SEND);
		ack_all(t);
	}
	/* but for those that were answered a second late */
	assert_in_range(n, parts - 4, parts);
	assert_in_range(most, 3, 4);

	/* One EID changes: one part, now. */
	turn();
	assert_int_equal(register_withdraw(&reg, NOW + 460000, &eids[777],
					   &acts), 0);
	run_timers(NOW + 460000);
	assert_in_range(count_acts(ACTION_SEND), 1, 1 + 4);
}

/* Nobody answers: retransmissions wait for their turns with all others. */
static void large_site_unheard(void **state)
{
	uint64_t nonce = 0;

	start_large(false);
	for (uint64_t t = NOW + 3340; t < NOW + 100000; t += 20) {
		run_timers(t);
		assert_in_range(count_acts(ACTION_SEND), 0, 16);
		for (unsigned int i = 0; i < count_acts(ACTION_SEND); i++) {
			assert_true(sent(i).reg.nonce > nonce);
			nonce = sent(i).reg.nonce;
		}
	}
	assert_true(counter("retransmitted") > 100);
	assert_in_range(counter("sent"), 0, 16 + 100000 / 20);
}

/* Unacknowledged: 1 s, doubling, 60 s; each time the next nonce. */
static void retransmission(void **state)
{
	static const unsigned int gaps[] = { 1, 2, 4, 8, 16, 32, 60, 60 };
	uint64_t now = NOW, nonce;

	set_up(1, 1);
	start(NOW);
	nonce = sent(0).reg.nonce;
	for (int i = 0; i < 8; i++) {
		run_timers(now + gaps[i] * 1000 - 1);
		assert_int_equal(count_acts(ACTION_SEND), 0);
		now += gaps[i] * 1000;
		run_timers(now);
		assert_int_equal(count_acts(ACTION_SEND), 1);
		assert_int_equal(sent(0).reg.nonce, ++nonce);
	}
	assert_int_equal(state_of(0, 0), REGISTER_ASKING);
	assert_int_equal(counter("retransmitted"), 8);
}

static void acknowledged(void **state)
{
	struct map_record recs[2];
	struct map_register m;

	set_up(2, 1);
	start(NOW);
	m = kept(0, recs);
	turn();
	notify(NOW + 10, &m, &servers[0].key, "198.51.100.10");
	assert_int_equal(state_of(0, 0), REGISTER_UP);
	assert_int_equal(count_logs(LOG_REGISTERED), 1);
	assert_int_equal(count_acts(ACTION_SEND), 0);
	assert_int_equal(register_servers_up(&reg), 1);
	/* Quick: 20 s. */
	assert_int_equal(register_due(&reg), NOW + 10 + 20000);
	run_timers(NOW + 20010);
	assert_int_equal(state_of(0, 0), REGISTER_CHECKING);
	assert_int_equal(register_servers_up(&reg), 1);
	m = kept(0, recs);
	turn();
	/* After five minutes: 60 s. */
	notify(NOW + 300001, &m, &servers[0].key, "198.51.100.10");
	assert_int_equal(register_due(&reg), NOW + 360001);
}

/* Up, then silence: three unanswered, and it says so once. */
static void silence(void **state)
{
	struct map_record recs[1];
	struct map_register m;
	unsigned int logs = 0;

	set_up(1, 1);
	start(NOW);
	m = kept(0, recs);
	turn();
	notify(NOW, &m, &servers[0].key, "198.51.100.10");
	for (uint64_t t = NOW; t < NOW + 300000; t += 1000) {
		run_timers(t);
		logs += count_logs(LOG_REGISTER_SILENT);
	}
	assert_int_equal(logs, 1);
	assert_int_equal(state_of(0, 0), REGISTER_ASKING);
	assert_int_equal(register_servers_up(&reg), 0);
}

static void wrong_notifies(void **state)
{
	struct sm_key forged = { .algorithm = AUTH_HMAC_SHA256_128,
				 .tag = 99 };
	struct map_record recs[1];
	struct map_register m;

	set_up(1, 1);
	start(NOW);
	m = kept(0, recs);
	turn();
	notify(NOW, &m, &forged, "198.51.100.10");
	assert_int_equal(count_logs(LOG_NOTIFY_AUTH), 1);
	assert_int_equal(state_of(0, 0), REGISTER_ASKING);
	m.nonce += 1000;
	turn();
	notify(NOW, &m, &servers[0].key, "203.0.113.5");
	assert_int_equal(count_logs(LOG_NOTIFY_NONCE), 1);
	assert_int_equal(count_acts(ACTION_SEND), 0);
	turn();
	notify(NOW, &m, &forged, "198.51.100.10");
	assert_int_equal(count_acts(ACTION_SEND), 0);
	assert_int_equal(counter("bad-auth"), 2);
	assert_int_equal(counter("unsolicited"), 0);
}

/* A Map-Notify recorded and sent again does not make a dead server look
 * alive. */
static void old_notify(void **state)
{
	struct map_record recs[1], recs2[1];
	struct map_register first, second;

	set_up(1, 1);
	start(NOW);
	first = kept(0, recs);
	turn();
	notify(NOW, &first, &servers[0].key, "198.51.100.10");
	run_timers(NOW + 20000);
	second = kept(0, recs2);
	assert_int_equal(state_of(0, 0), REGISTER_CHECKING);
	turn();
	notify(NOW + 20001, &first, &servers[0].key, "198.51.100.10");
	assert_int_equal(state_of(0, 0), REGISTER_CHECKING);
	assert_int_equal(counter("duplicate"), 1);
	assert_int_equal(count_acts(ACTION_SEND), 0);
	turn();
	notify(NOW + 20002, &second, &servers[0].key, "198.51.100.10");
	assert_int_equal(state_of(0, 0), REGISTER_UP);
}

static void refused_record(void **state)
{
	struct map_record recs[2];
	struct register_view v;
	struct map_register m;

	set_up(2, 1);
	start(NOW);
	m = kept(0, recs);
	m.record_count = 1;
	turn();
	notify(NOW, &m, &servers[0].key, "198.51.100.10");
	assert_int_equal(count_logs(LOG_REGISTER_REFUSED), 1);
	register_view(&reg, 0, 0, &v);
	assert_false(v.refused);
	register_view(&reg, 1, 0, &v);
	assert_true(v.refused);
	assert_int_equal(v.notified, NOW);
}

static void unsolicited(void **state)
{
	struct map_record recs[1];
	struct map_register m;
	struct lisp_msg ack;

	set_up(1, 1);
	start(NOW);
	m = kept(0, recs);
	m.nonce = 0x1234567890;
	for (int i = 0; i < 2; i++) {
		turn();
		notify(NOW, &m, &servers[0].key, "198.51.100.10");
		assert_int_equal(count_acts(ACTION_SEND), 1);
		ack = sent(0);
		assert_int_equal(ack.type, MSG_TYPE_MAP_NOTIFY_ACK);
		assert_int_equal(ack.notify.nonce, m.nonce);
		assert_int_equal(ack.notify.record_count, 1);
		assert_int_equal(fake_verify(NULL, &servers[0].key,
					     act(ACTION_SEND, 0)->send.data,
					     act(ACTION_SEND, 0)->send.len,
					     &ack.notify.auth), 0);
		/* News once, acknowledged each time. */
		assert_int_equal(count_logs(LOG_NOTIFY_CHANGE), i ? 0 : 1);
	}
	assert_int_equal(state_of(0, 0), REGISTER_ASKING);
}

/* In the name of our server, with MACs that are wrong: so many are looked at
 * and no more. */
static void forged_unsolicited(void **state)
{
	struct sm_key forged = { .algorithm = AUTH_HMAC_SHA256_128,
				 .tag = 99 };
	struct map_record recs[1];
	struct map_register m;

	set_up(1, 1);
	start(NOW);
	m = kept(0, recs);
	for (int i = 0; i < 80; i++) {
		m.nonce = 0x100000 + (uint64_t)i;
		turn();
		notify(NOW, &m, &forged, "198.51.100.10");
	}
	assert_int_equal(counter("bad-auth"), 50);
	assert_int_equal(counter("limited"), 30);
}

static void blind(void **state)
{
	set_up(1, 1);
	servers[0].want_notify = false;
	start(NOW);
	assert_int_equal(state_of(0, 0), REGISTER_BLIND);
	assert_int_equal(sent(0).reg.flags & MREG_WANT_NOTIFY, 0);
	assert_int_equal(register_due(&reg), NOW + 20000);
	run_timers(NOW + 20000);
	assert_int_equal(count_acts(ACTION_SEND), 1);
	assert_int_equal(counter("retransmitted"), 0);
}

static void withdraw_one(void **state)
{
	struct map_record recs[2], recs2[2];
	struct map_register before, m;

	set_up(2, 1);
	start(NOW);
	before = kept(0, recs2);
	turn();
	assert_int_equal(register_withdraw(&reg, NOW, &eids[1], &acts), 0);
	run_timers(NOW);
	m = kept(0, recs);
	assert_int_equal(m.records[0].ttl, 1440);
	assert_int_equal(m.records[1].ttl, 0);
	/* The acknowledgement of what came before says nothing about it. */
	turn();
	notify(NOW, &before, &servers[0].key, "198.51.100.10");
	assert_int_equal(counter("withdrawn"), 0);
	turn();
	notify(NOW, &m, &servers[0].key, "198.51.100.10");
	assert_int_equal(counter("withdrawn"), 1);
	run_timers(NOW + 20000);
	assert_int_equal(sent(0).reg.record_count, 1);
}

static void withdraw_all(void **state)
{
	struct map_record recs[2];
	struct register_view v;
	struct map_register m;

	set_up(2, 1);
	start(NOW);
	turn();
	assert_int_equal(register_withdraw(&reg, NOW, NULL, &acts), 0);
	run_timers(NOW);
	m = kept(0, recs);
	/* A server that leaves out what is gone refuses nothing. */
	m.record_count = 1;
	turn();
	notify(NOW, &m, &servers[0].key, "198.51.100.10");
	register_view(&reg, 1, 0, &v);
	assert_false(v.refused);
	assert_int_equal(v.state, REGISTER_DONE);
	assert_int_equal(register_due(&reg), UINT64_MAX);
}

/* Nobody acknowledges: five times, then silence. */
static void withdraw_in_vain(void **state)
{
	struct eid other = E("[100]10.9.0.0/16");
	unsigned int n = 0;

	set_up(2, 1);
	start(NOW);
	assert_int_equal(register_withdraw(&reg, NOW, &other, &acts), -ENOENT);
	assert_int_equal(register_withdraw(&reg, NOW, NULL, &acts), 0);
	for (uint64_t t = NOW; t < NOW + 600000; t += 1000) {
		run_timers(t);
		n += count_acts(ACTION_SEND);
	}
	assert_int_equal(n, 5);
	assert_int_equal(state_of(0, 0), REGISTER_DONE);
	assert_int_equal(register_due(&reg), UINT64_MAX);
}

static void cannot_send(void **state)
{
	set_up(1, 1);
	world.no_nonce = true;
	start(NOW);
	assert_int_equal(count_acts(ACTION_SEND), 0);
	assert_int_equal(count_logs(LOG_REGISTER_FAILED), 1);
	world.no_nonce = false;
	world.no_sign = true;
	run_timers(NOW + 1000);
	assert_int_equal(count_acts(ACTION_SEND), 0);
	world.no_sign = false;
	run_timers(NOW + 3000);
	assert_int_equal(count_acts(ACTION_SEND), 1);
}

#define TEST(f)	cmocka_unit_test_teardown(f, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(message),
		TEST(parts),
		TEST(message_sizes),
		TEST(large_site),
		TEST(large_site_unheard),
		TEST(retransmission),
		TEST(acknowledged),
		TEST(silence),
		TEST(wrong_notifies),
		TEST(old_notify),
		TEST(refused_record),
		TEST(unsolicited),
		TEST(forged_unsolicited),
		TEST(blind),
		TEST(withdraw_one),
		TEST(withdraw_all),
		TEST(withdraw_in_vain),
		TEST(cannot_send),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

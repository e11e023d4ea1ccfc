// SPDX-License-Identifier: GPL-2.0-or-later
/* The registering ETR: timers, Map-Notifies, withdrawing. */
#include "sm_register.h"

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
	assert_int_equal(register_servers_up(REG), 1);
	/* Quick: 20 s. */
	assert_int_equal(register_due(REG), NOW + 10 + 20000);
	run_timers(NOW + 20010);
	assert_int_equal(state_of(0, 0), REGISTER_CHECKING);
	assert_int_equal(register_servers_up(REG), 1);
	m = kept(0, recs);
	turn();
	/* After five minutes: 60 s. */
	notify(NOW + 300001, &m, &servers[0].key, "198.51.100.10");
	assert_int_equal(register_due(REG), NOW + 360001);
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
	assert_int_equal(register_servers_up(REG), 0);
}

/* A server that has never answered: it says so, too, and once. */
static void never_answered(void **state)
{
	unsigned int logs = 0;

	set_up(1, 1);
	start(NOW);
	for (uint64_t t = NOW; t < NOW + 300000; t += 1000) {
		run_timers(t);
		logs += count_logs(LOG_REGISTER_SILENT);
		assert_int_equal(logs, t < NOW + 7000 ? 0 : 1);
	}
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
	register_view(REG, 0, 0, &v);
	assert_false(v.refused);
	register_view(REG, 1, 0, &v);
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
	assert_int_equal(register_due(REG), NOW + 20000);
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
	assert_int_equal(register_withdraw(REG, NOW, &eids[1], &acts), 0);
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
	assert_int_equal(register_withdraw(REG, NOW, NULL, &acts), 0);
	run_timers(NOW);
	m = kept(0, recs);
	/* A server that leaves out what is gone refuses nothing. */
	m.record_count = 1;
	turn();
	notify(NOW, &m, &servers[0].key, "198.51.100.10");
	register_view(REG, 1, 0, &v);
	assert_false(v.refused);
	assert_int_equal(v.state, REGISTER_DONE);
	assert_int_equal(register_due(REG), UINT64_MAX);
}

/* Nobody acknowledges: five times, then silence. */
static void withdraw_in_vain(void **state)
{
	struct eid other = E("[100]10.9.0.0/16");
	unsigned int n = 0;

	set_up(2, 1);
	start(NOW);
	assert_int_equal(register_withdraw(REG, NOW, &other, &acts), -ENOENT);
	assert_int_equal(register_withdraw(REG, NOW, NULL, &acts), 0);
	for (uint64_t t = NOW; t < NOW + 300000; t += 1000) {
		run_timers(t);
		n += count_acts(ACTION_SEND);
	}
	assert_int_equal(n, 5);
	assert_int_equal(state_of(0, 0), REGISTER_DONE);
	assert_int_equal(register_due(REG), UINT64_MAX);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(message),
		TEST(retransmission),
		TEST(acknowledged),
		TEST(silence),
		TEST(never_answered),
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

// SPDX-License-Identifier: GPL-2.0-or-later
/* The registering ETR of a large site: parts, their turns, and what another
 * configuration inherits. */
#include "sm_register.h"

/* Over such a path parts have at most @max octets, all but the last more than
 * @least; together they have every EID once.  How many. */
static unsigned int parts_of(size_t count, unsigned int message_max,
			     size_t max, size_t least)
{
	bool seen[EIDS] = { false };
	unsigned int n;

	set_up(count, 1);
	register_free(REG);
	servers[0].message_max = message_max;
	assert_int_equal(register_init(REG, &cfg, &ops, DB), 0);
	REG->hurry = true;
	start(NOW);
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
	register_free(REG);
	database_free(DB);
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
	/* Whatever is said, each host takes 576 octets (RFC 791). */
	assert_int_equal(xtr_message_max(ADDR_IPV4, 28), 548);
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

	assert_int_equal(register_servers_up(REG), 1);
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
	assert_int_equal(register_withdraw(REG, NOW + 460000, &eids[777],
					   &acts), 0);
	run_timers(NOW + 460000);
	assert_in_range(count_acts(ACTION_SEND), 1, 1 + 4);
}

/* Another registrar, of the configuration that is in cfg now, takes over at
 * NOW + 3000; how many Map-Registers go at once. */
static unsigned int take_over(void)
{
	unsigned int old = which;

	which = !which;
	assert_int_equal(database_init(DB, &cfg, seed), 0);
	assert_int_equal(register_init(REG, &cfg, &ops, DB), 0);
	register_inherit(REG, &regs[old]);
	register_free(&regs[old]);
	database_free(&dbs[old]);
	start(NOW + 3000);
	return count_acts(ACTION_SEND);
}

/* An EID-prefix more: all behind it move, one part goes. */
static void one_more(void **state)
{
	struct eid more = E("[100]10.1.7.128/25");
	struct map_register m;
	unsigned int n = 0;

	set_up(100, 1);
	start(NOW);
	ack_all(NOW);
	eids[100] = more;
	cfg.database_count = 101;
	assert_int_equal(take_over(), 1);
	m = sent(0).reg;
	while (n < m.record_count && !eid_equal(&m.records[n].eid, &more))
		n++;
	assert_true(n < m.record_count);
	assert_int_equal(state_of(0, 0), REGISTER_ASKING);
	assert_int_equal(state_of(50, 0), REGISTER_UP);
	assert_int_equal(register_servers_up(REG), 0);
	ack_all(NOW + 3010);
	assert_int_equal(register_servers_up(REG), 1);
	/* The others when it is their time, 20 s after they went. */
	n = 0;
	for (uint64_t t = NOW + 3020; t <= NOW + 20000; t += 20) {
		run_timers(t);
		n += count_acts(ACTION_SEND);
		ack_all(t);
	}
	assert_in_range(n, 9, 15);
	assert_int_equal(counter("retransmitted"), 0);
}

static void nothing_to_inherit(void **state)
{
	struct register_server server;
	struct xtr_config was;

	/* not acknowledged */
	set_up(22, 1);
	server = servers[0];
	was = cfg;
	start(NOW);
	assert_int_equal(take_over(), 2);
	/* another locator, TTL, xTR-ID, key, flag */
	ack_all(NOW);
	assert_int_equal(take_over(), 0);
	rloc.weight ^= 1;
	assert_int_equal(take_over(), 2);
	ack_all(NOW);
	cfg.mapping_ttl++;
	assert_int_equal(take_over(), 2);
	ack_all(NOW);
	cfg.ids.xtr_id[3] ^= 1;
	REG->cfg = &was;
	assert_int_equal(take_over(), 2);
	ack_all(NOW);
	servers[0].key.tag++;
	REG->peers->cfg = &server;
	assert_int_equal(take_over(), 2);
	ack_all(NOW);
	servers[0].merge = true;
	REG->peers->cfg = &server;
	server.key.tag++;
	assert_int_equal(take_over(), 2);
	ack_all(NOW);
	assert_int_equal(take_over(), 0);
}

/* What a Map-Server still has of us times out soon: a new key that it does not
 * take yet is tried each 15 s, not each minute. */
static void in_time_with_another_key(void **state)
{
	struct register_server server;
	struct register_view v;
	unsigned int n = 0;

	set_up(1, 1);
	start(NOW);
	ack_all(NOW);
	server = servers[0];
	servers[0].key.tag++;
	REG->peers->cfg = &server;
	assert_int_equal(take_over(), 1);
	for (uint64_t t = NOW + 3000; t <= NOW + 153000; t += 1000) {
		run_timers(t);
		n += count_acts(ACTION_SEND);
	}
	assert_int_equal(n, 4 + 9);
	/* It has not been told of this one. */
	register_view(REG, 0, 0, &v);
	assert_int_equal(v.notified, 0);
}

/* A person's withdrawal ends with the configuration. */
static void withdrawn_before(void **state)
{
	set_up(22, 1);
	start(NOW);
	ack_all(NOW);
	assert_int_equal(register_withdraw(REG, NOW, &eids[1], &acts), 0);
	run_timers(NOW);
	ack_all(NOW);
	assert_int_equal(take_over(), 1);
	assert_int_equal(sent(0).reg.records[1].ttl, 1440);
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

/* Whoever lowers a path's MTU octet by octet gets few changes out of it. */
static void mtu_has_steps(void **state)
{
	unsigned int last = 0, changes = 0;

	assert_int_equal(xtr_message_max(ADDR_IPV4, 0), 0);
	assert_int_equal(xtr_message_max(ADDR_IPV4, 9000), 1500 - 28);
	assert_int_equal(xtr_message_max(ADDR_IPV6, 1280), 1280 - 48);
	for (unsigned int mtu = 1; mtu <= 9000; mtu++) {
		unsigned int max = xtr_message_max(ADDR_IPV4, mtu);

		assert_in_range(max, 576 - 28, (mtu < 576 ? 576 : mtu) - 28);
		assert_true(max >= last);
		changes += max != last;
		last = max;
	}
	assert_int_equal(changes, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(parts),
		TEST(message_sizes),
		TEST(mtu_has_steps),
		TEST(large_site),
		TEST(large_site_unheard),
		TEST(one_more),
		TEST(nothing_to_inherit),
		TEST(in_time_with_another_key),
		TEST(withdrawn_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

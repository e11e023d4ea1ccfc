// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Trouble, each kind by itself: any node that dies at any point, a machine
 * that slept, a clock set back, nonces used up, keys that change, a Map-Server
 * of two that dies, an xTR of two.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "oracle.h"
#include "sm/util.h"

#define MINUTE	60000u

static struct world w;
static struct oracle o;

static void begin(const struct world_config *cfg)
{
	oracle_world(&o, &w, 31, cfg);
}

static int end(void **state)
{
	world_done(&w);
	return 0;
}

static enum plane_fate send_one(void)
{
	return sim_packet(w.a, 100, "10.1.0.1", "10.2.0.1");
}

static void send_for(unsigned int seconds)
{
	for (unsigned int i = 0; i < seconds; i++) {
		send_one();
		sim_run(&w.sim, 1000);
	}
}

/* --- restarts --- */

static unsigned long stop_at;

static bool delivered(void *arg)
{
	return w.sim.delivered >= stop_at;
}

/* Registrations, a question, probes, a refresh; @victim dies after so many
 * datagrams have arrived, and is back @away ms later.  False: there were not as
 * many. */
static bool history(unsigned long at, size_t victim, unsigned int away)
{
	bool there;

	world_init(&w, 31, &(struct world_config){ .ttl = 1, .no_proxy = true });
	oracle_watch(&o, &w);
	world_boot(&w);
	sim_run(&w.sim, 50);
	send_one();
	stop_at = at;
	there = sim_until(&w.sim, 70000, delivered, NULL);
	sim_kill(&w.sim.hosts[victim]);
	sim_run(&w.sim, away);
	sim_boot(&w.sim.hosts[victim]);
	sim_run(&w.sim, 70000);
	assert_true(world_registered(&w));
	assert_int_equal(sim_counter(w.ms, "map-server", "replayed"), 0);
	send_for(70);
	assert_int_equal(send_one(), PLANE_SENT);
	world_done(&w);
	return there;
}

static void restart_at_each_point(void **state)
{
	unsigned int histories = 0;
	bool there = true;

	for (unsigned long at = 1; there; at++) {
		for (size_t victim = 0; victim < 4; victim++)
			there &= history(at, victim, at % 3 * 700);
		histories += 4;
	}
	print_message("# %u histories\n", histories);
	assert_true(histories > 100);
}

/* --- the Map-Server's disk --- */

static struct eid told[64];
static size_t told_count;
static bool (*watched)(struct sim *s, struct sim_host *from,
		       const struct action_send *snd);

/* Of what ms has said that it took: everything, the last one of each xTR. */
static bool note_told(struct sim *s, struct sim_host *from,
		      const struct action_send *snd)
{
	struct arena arena;
	struct lisp_msg m;

	if (from != w.ms || snd->type != MSG_TYPE_MAP_NOTIFY)
		return watched(s, from, snd);
	arena_init(&arena, ACTIONS_ARENA_CAP);
	assert_int_equal(msg_parse(snd->data, snd->len, &arena, &m, NULL), 0);
	for (unsigned int i = 0; i < m.notify.record_count; i++)
		if (m.notify.records[i].ttl &&
		    told_count < ARRAY_SIZE(told))
			told[told_count++] = m.notify.records[i].eid;
	arena_free(&arena);
	return watched(s, from, snd);
}

static bool disk_died(void *arg)
{
	return store_durable(w.ms->store) <
		store_memory_ops.sequence(w.ms->store);
}

/* ms dies with the write @at of its store, and is back at once: what it has
 * acknowledged is there, and what was said before is refused. */
static bool dies_with_write(long at)
{
	struct store_entry e;
	bool died;

	told_count = 0;
	world_init(&w, 31, &(struct world_config){ .ttl = 1 });
	oracle_watch(&o, &w);
	watched = w.sim.tap;
	w.sim.tap = note_told;
	world_boot(&w);
	kv_disk_fail_after(w.ms->disk, at);
	died = sim_until(&w.sim, 130000, disk_died, NULL);
	sim_kill(w.ms);
	kv_disk_fail_after(w.ms->disk, -1);
	sim_boot(w.ms);
	for (size_t i = 0; i < told_count; i++)
		assert_non_null(store_memory_ops.find(w.ms->store, &told[i],
						      &e));
	sim_run(&w.sim, 70000);
	assert_true(world_registered(&w));
	assert_int_equal(sim_counter(w.ms, "map-server", "replayed"), 0);
	world_done(&w);
	return died;
}

static void store_dies_at_each_write(void **state)
{
	long at = 0;

	while (dies_with_write(at))
		at++;
	print_message("# %ld writes\n", at);
	assert_true(at > 10);
}

/* --- clocks --- */

/* All sleep for an hour.  What they knew is over; nobody sends everything at
 * once that he would have sent meanwhile. */
static void slept(void **state)
{
	uint64_t before;

	begin(&(struct world_config){ .ttl = 5 });
	send_one();
	sim_run(&w.sim, 6 * MINUTE);
	before = w.a->sent[MSG_TYPE_MAP_REGISTER] +
		w.a->sent[MSG_TYPE_MAP_REQUEST] + w.a->sent[MSG_TYPE_ECM];
	sim_sleep(&w.sim, 60 * MINUTE);
	sim_run(&w.sim, 1);
	assert_int_equal(send_one(), PLANE_HELD_BACK);
	sim_run(&w.sim, 1000);
	assert_in_range(w.a->sent[MSG_TYPE_MAP_REGISTER] +
			w.a->sent[MSG_TYPE_MAP_REQUEST] +
			w.a->sent[MSG_TYPE_ECM] - before, 1, 4);
	send_for(130);
	assert_true(world_registered(&w));
	assert_int_equal(send_one(), PLANE_SENT);
	assert_int_equal(sim_counter(w.ms, "map-server", "replayed"), 0);
}

/* The wall clock, of which new nonces are made, was set back before a start:
 * the disk knows better. */
static void set_back(void **state)
{
	begin(&(struct world_config){ 0 });
	sim_kill(w.a);
	w.a->first_nonce = 1;
	sim_boot(w.a);
	sim_run(&w.sim, 1000);
	assert_int_equal(sim_counter(w.a, "register", "notified"), 1);
	assert_int_equal(sim_counter(w.ms, "map-server", "replayed"), 0);
}

/* --- keys and nonces --- */

static struct auth_key *second_key;
static struct sm_key second, both[2];

/* Another key for site a, and a Map-Server that takes both. */
static void make_second_key(void)
{
	struct secret *s = secret_new("next of a", 9);

	second_key = auth_key_new(1, AUTH_HMAC_SHA256_128, s);
	assert_non_null(second_key);
	secret_free(s);
	second = w.sm_keys[0];
	second.key = second_key;
	second.key_id = 1;
	second.tag = 200;
	both[0] = w.sm_keys[0];
	both[1] = second;
}

static int end_keys(void **state)
{
	end(state);
	auth_key_free(second_key);
	return 0;
}

static void keys_of_site(const struct sm_key *keys, size_t n)
{
	w.sites[0].keys = keys;
	w.sites[0].key_count = n;
	sim_reload(w.ms);
}

/* Each second of @seconds, all are registered. */
static void stay_registered(unsigned int seconds)
{
	for (unsigned int i = 0; i < seconds; i++) {
		sim_run(&w.sim, 1000);
		assert_true(world_registered(&w));
	}
}

/* A new key: first the Map-Server takes both, then the xTR uses the new one,
 * then the old one is no more. */
static void key_rollover(void **state)
{
	begin(&(struct world_config){ 0 });
	make_second_key();
	stay_registered(10);
	keys_of_site(both, 2);
	stay_registered(70);
	w.servers[0].key = second;
	sim_reload(w.a);
	stay_registered(70);
	keys_of_site(&second, 1);
	stay_registered(400);
	assert_int_equal(sim_counter(w.ms, "map-server", "bad-auth"), 0);
	assert_true(sim_counter(w.a, "register", "notified") > 5);
	assert_int_equal(w.a->logs[LOG_REGISTER_SILENT], 0);
}

/* Nonces do not begin again at the end: nothing is sent, and it is said why.
 * Another key brings another series. */
static void nonces_used_up(void **state)
{
	uint64_t sent;

	world_init(&w, 31, &(struct world_config){ 0 });
	oracle_watch(&o, &w);
	w.a->first_nonce = UINT64_MAX - 3;
	world_boot(&w);
	make_second_key();
	sim_run(&w.sim, 100);
	assert_true(world_registered(&w));
	sim_run(&w.sim, 10 * MINUTE);
	sent = w.a->sent[MSG_TYPE_MAP_REGISTER];
	assert_int_equal(sent, 3);
	assert_true(w.a->logs[LOG_REGISTER_FAILED] > 0);
	assert_false(world_registered(&w));
	/* Not after a restart either. */
	sim_kill(w.a);
	sim_boot(w.a);
	sim_run(&w.sim, MINUTE);
	assert_int_equal(w.a->sent[MSG_TYPE_MAP_REGISTER], 3);

	keys_of_site(both, 2);
	w.servers[0].key = second;
	w.a->first_nonce = 1;
	sim_kill(w.a);
	sim_boot(w.a);
	sim_run(&w.sim, 1000);
	assert_true(world_registered(&w));
}

/* --- two of a kind --- */

static const char *const ms2_addrs[] = { "198.51.100.11", NULL };
static const char *const c_addrs[] = { "192.0.2.3", NULL };

static struct sim_host *ms2, *c;
static struct register_server two[2][2];
static struct addr resolvers[2];
static struct mr_config mrc2;

static bool all_registered(void *arg)
{
	struct store *first = w.ms->store;
	bool all;

	w.ms->store = ms2->store;
	all = world_registered(&w);
	w.ms->store = first;
	return all && world_registered(&w);
}

/* Each xTR registers with both Map-Servers, and asks the first one first. */
static void begin_two_servers(void)
{
	world_init(&w, 31, &(struct world_config){ .ttl = 3 });
	ms2 = sim_host_add(&w.sim, "ms2", ms2_addrs);
	mr_config_init(&mrc2);
	ms2->cfg.ms = &w.msc;
	ms2->cfg.mr = &mrc2;
	resolvers[0] = w.ms_addr;
	resolvers[1] = A(ms2_addrs[0]);
	for (size_t i = 0; i < 2; i++) {
		two[i][0] = two[i][1] = w.servers[i];
		two[i][1].addr = A(ms2_addrs[0]);
		w.xtr[i].servers = two[i];
		w.xtr[i].server_count = 2;
		w.xtr[i].resolvers = resolvers;
		w.xtr[i].resolver_count = 2;
	}
	oracle_watch(&o, &w);
	world_boot(&w);
	sim_boot(ms2);
	assert_true(sim_until(&w.sim, MINUTE, all_registered, NULL));
}

/* One of two Map-Servers dies: nobody who sends notices more than the second
 * that the first question waits. */
static void two_servers(void **state)
{
	unsigned int held = 0;

	begin_two_servers();
	for (int i = 0; i < 1800; i++) {
		if (i == 60)
			sim_kill(w.ms);
		if (i == 1000)
			sim_boot(w.ms);
		held += send_one() == PLANE_HELD_BACK;
		sim_run(&w.sim, 1000);
	}
	assert_int_equal(held, 1);
	assert_true(all_registered(NULL));
	assert_int_equal(sim_counter(ms2, "map-server", "expired"), 0);
	/* A question that nobody has an answer to yet. */
	sim_kill(w.ms);
	sim_packet(w.a, 200, "10.1.0.1", "10.2.0.1");
	sim_run(&w.sim, 1100);
	assert_int_equal(sim_packet(w.a, 200, "10.1.0.1", "10.2.0.1"),
			 PLANE_SENT);
}

static struct xtr_config third;
static struct locator third_rloc;

/* b and c serve the same prefixes. */
static void begin_two_xtrs(void)
{
	world_init(&w, 31, &(struct world_config){ .ttl = 60 });
	c = sim_host_add(&w.sim, "c", c_addrs);
	w.servers[1].merge = true;
	third = w.xtr[1];
	memset(third.ids.xtr_id, 0xcc, sizeof(third.ids.xtr_id));
	third_rloc = w.rlocs[1][0];
	third_rloc.addr = A(c_addrs[0]);
	third.rlocs = &third_rloc;
	third.rloc_count = 1;
	c->cfg.xtr = &third;
	oracle_watch(&o, &w);
	world_boot(&w);
	sim_boot(c);
	sim_run(&w.sim, 30000);
}

static size_t locators(const char *eid)
{
	struct eid e = E(eid);
	const struct plane_map *m = plane_find(&w.a->plane, &e);

	return m ? m->locator_count : 0;
}

/* One dies without a word: probes take its RLOC out, the other one's serve;
 * later the mapping system has forgotten it, and later it is back. */
static void two_xtrs(void **state)
{
	begin_two_xtrs();
	send_one();
	sim_run(&w.sim, 5000);
	assert_int_equal(locators("[100]10.2.0.0/16"), 3);
	assert_int_equal(send_one(), PLANE_SENT);
	assert_true(addr_equal(&w.a->plane.last_rloc, &w.b->addrs[0]));

	sim_kill(w.b);
	send_for(75);
	assert_int_equal(send_one(), PLANE_SENT);
	assert_true(addr_equal(&w.a->plane.last_rloc, &c->addrs[0]));
	send_for(60 * 60);
	assert_int_equal(locators("[100]10.2.0.0/16"), 1);

	sim_boot(w.b);
	send_for(60 * 60);
	assert_int_equal(locators("[100]10.2.0.0/16"), 3);
	assert_int_equal(w.a->plane.dropped, 0);
}

static struct xtr_config next;
static struct eid next_eids[8];

/* Another configuration for @h: its prefixes without the first one, or with
 * one more. */
static void change_database(struct sim_host *h, const char *more)
{
	size_t n = 0;

	next = *h->cfg.xtr;
	for (size_t i = more ? 0 : 1; i < next.database_count; i++)
		next_eids[n++] = next.database[i];
	if (more)
		next_eids[n++] = E(more);
	next.database = next_eids;
	next.database_count = n;
	h->cfg.xtr = &next;
	sim_reload(h);
}

/* b gives a prefix up while the Map-Server cannot hear it, and is told that it
 * is still at b's RLOCs, too: it does not send to itself. */
static void given_up_unheard(void **state)
{
	struct eid e = E("[100]10.2.0.0/16");
	const struct plane_map *m;

	begin_two_xtrs();
	sim_cut(&w.sim, "198.51.100.10");
	change_database(w.b, NULL);
	sim_run(&w.sim, 2000);
	sim_mend(&w.sim);
	assert_int_equal(sim_packet(w.b, 100, "10.3.0.1", "10.2.0.1"),
			 PLANE_HELD_BACK);
	sim_run(&w.sim, 5000);
	m = plane_find(&w.b->plane, &e);
	assert_non_null(m);
	assert_int_equal(m->locator_count, 1);
	assert_true(addr_equal(&m->locators[0].addr, &c->addrs[0]));
}

/* What was somebody else's a moment ago is ours. */
static void acquired(void **state)
{
	begin(&(struct world_config){ 0 });
	send_for(3);
	assert_int_equal(plane_count(&w.a->plane), 1);
	change_database(w.a, "[100]10.2.0.0/16");
	sim_run(&w.sim, 1000);
	assert_int_equal(plane_count(&w.a->plane), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(restart_at_each_point),
		cmocka_unit_test(store_dies_at_each_write),
		cmocka_unit_test_teardown(slept, end),
		cmocka_unit_test_teardown(set_back, end),
		cmocka_unit_test_teardown(key_rollover, end_keys),
		cmocka_unit_test_teardown(nonces_used_up, end_keys),
		cmocka_unit_test_teardown(two_servers, end),
		cmocka_unit_test_teardown(two_xtrs, end),
		cmocka_unit_test_teardown(given_up_unheard, end),
		cmocka_unit_test_teardown(acquired, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

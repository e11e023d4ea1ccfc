// SPDX-License-Identifier: GPL-2.0-or-later
/* Scenarios of registering: loss, restart, replay, expiry, merging. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "oracle.h"

#define MINUTE	60000u

static struct world w;
static struct oracle o;

/* Map-Registers as somebody on the way records them. */
static struct {
	uint8_t data[2048];
	size_t len;
	unsigned int count;
	unsigned int wanted;		/* which one to keep */
} tape;

static struct sim_host *taped;

static bool record(struct sim *s, struct sim_host *from,
		   const struct action_send *snd)
{
	if (from == taped && snd->type == MSG_TYPE_MAP_REGISTER &&
	    tape.count++ == tape.wanted) {
		memcpy(tape.data, snd->data, snd->len);
		tape.len = snd->len;
	}
	return true;
}

static void start(const struct world_config *cfg)
{
	oracle_world(&o, &w, 11, cfg);
}

static int end(void **state)
{
	world_done(&w);
	return 0;
}

static struct store_entry found;

static bool is_registered(const char *eid)
{
	struct eid e = E(eid);

	return store_memory_ops.find(w.ms->store, &e, &found) != NULL;
}

/* Quick for five minutes, then once a minute; each is acknowledged. */
static void steady(void **state)
{
	uint64_t sent;

	start(&(struct world_config){ 0 });
	sim_run(&w.sim, 5 * MINUTE);
	sent = w.a->sent[MSG_TYPE_MAP_REGISTER];
	assert_in_range(sent, 15, 17);
	sim_run(&w.sim, 10 * MINUTE);
	sent = w.a->sent[MSG_TYPE_MAP_REGISTER] - sent;
	assert_in_range(sent, 9, 11);
	assert_int_equal(sim_counter(w.a, "register", "retransmitted"), 0);
	assert_int_equal(sim_counter(w.a, "register", "notified"),
			 w.a->sent[MSG_TYPE_MAP_REGISTER]);
	assert_int_equal(sim_counter(w.ms, "map-server", "expired"), 0);
	assert_int_equal(w.a->logs[LOG_REGISTERED], 1);
}

static void server_down(void **state)
{
	start(&(struct world_config){ 0 });
	sim_kill(w.ms);
	sim_run(&w.sim, 10 * MINUTE);
	assert_int_equal(w.a->logs[LOG_REGISTER_SILENT], 1);
	sim_boot(w.ms);
	assert_true(sim_until(&w.sim, 61000, world_registered, &w));
	sim_run(&w.sim, 100);
	assert_int_equal(w.a->logs[LOG_REGISTERED], 2);
	assert_int_equal(sim_counter(w.ms, "map-server", "replayed"), 0);
}

/* A new process goes on counting where the last one had reserved to, so that
 * the Map-Server believes it at once. */
static void xtr_restart(void **state)
{
	start(&(struct world_config){ 0 });
	for (int i = 0; i < 5; i++) {
		uint64_t notified;

		sim_kill(w.a);
		sim_boot(w.a);
		sim_run(&w.sim, 100);
		notified = sim_counter(w.a, "register", "notified");
		assert_int_equal(notified, 1);
	}
	assert_int_equal(sim_counter(w.ms, "map-server", "replayed"), 0);
}

/* The mapping is there before, through, and after the daemon. */
static void data_plane_outlives(void **state)
{
	start(&(struct world_config){ .ttl = 10 });
	sim_packet(w.a, 100, "10.1.0.1", "10.2.0.1");
	sim_packet(w.a, 100, "10.1.0.1", "10.64.0.1");
	sim_run(&w.sim, 100);
	sim_kill(w.a);
	for (int i = 0; i < 60; i++) {
		assert_int_equal(sim_packet(w.a, 100, "10.1.0.1", "10.2.0.1"),
				 PLANE_SENT);
		sim_run(&w.sim, 1000);
	}
	sim_boot(w.a);
	assert_int_equal(plane_count(&w.a->plane), 2);
	assert_int_equal(sim_counter(w.a, "map-cache", "claimed"), 2);
	for (int i = 0; i < 1800; i++) {
		assert_int_equal(sim_packet(w.a, 100, "10.1.0.1", "10.2.0.1"),
				 PLANE_SENT);
		sim_run(&w.sim, 1000);
	}
	assert_int_equal(plane_count(&w.a->plane), 1);
}

/* Away for longer than the TTL: what is in use is asked for, the rest and
 * what is not ours any more is swept. */
static void stale_when_back(void **state)
{
	start(&(struct world_config){ .ttl = 3 });
	sim_packet(w.a, 100, "10.1.0.1", "10.2.0.1");
	sim_packet(w.a, 200, "10.1.0.1", "10.2.0.1");
	sim_run(&w.sim, 100);
	sim_kill(w.a);
	sim_run(&w.sim, 5 * MINUTE);
	sim_packet(w.a, 100, "10.1.0.1", "10.2.0.1");
	sim_boot(w.a);
	assert_int_equal(plane_count(&w.a->plane), 1);
	assert_int_equal(sim_counter(w.a, "map-cache", "swept"), 1);
	sim_run(&w.sim, 100);
	assert_int_equal(sim_packet(w.a, 100, "10.1.0.1", "10.2.0.1"),
			 PLANE_SENT);
	assert_int_equal(sim_counter(w.a, "map-cache", "installed"), 1);
}

static void not_wanted_any_more(void **state)
{
	static const uint32_t red = 100;

	start(&(struct world_config){ 0 });
	sim_packet(w.a, 100, "10.1.0.1", "10.2.0.1");
	sim_packet(w.a, 200, "10.1.0.1", "10.2.0.1");
	sim_run(&w.sim, 100);
	sim_kill(w.a);
	w.xtr[0].iids = &red;
	w.xtr[0].iid_count = 1;
	w.eids[0][1] = E("[100]10.9.0.0/16");
	sim_boot(w.a);
	assert_int_equal(plane_count(&w.a->plane), 1);
	assert_int_equal(w.a->logs[LOG_CACHE_SWEPT], 1);
}

/* A recorded Map-Register is worth nothing: not later, not after the
 * Map-Server has restarted, not to bring back what was withdrawn. */
static void replay(void **state)
{
	start(&(struct world_config){ 0 });
	w.sim.tap = record;
	taped = w.a;
	memset(&tape, 0, sizeof(tape));
	sim_run(&w.sim, 25000);
	assert_true(tape.len > 0);
	sim_run(&w.sim, 25000);

	sim_inject(&w.sim, &w.a->addrs[0], &w.ms_addr, tape.data, tape.len);
	sim_run(&w.sim, 100);
	assert_int_equal(sim_counter(w.ms, "map-server", "replayed"), 1);

	assert_int_equal(sim_withdraw(w.a, "[100]10.1.0.0/16"), 0);
	sim_run(&w.sim, 100);
	assert_false(is_registered("[100]10.1.0.0/16"));
	assert_true(is_registered("[200]10.1.0.0/16"));
	sim_inject(&w.sim, &w.a->addrs[0], &w.ms_addr, tape.data, tape.len);
	sim_run(&w.sim, 100);
	assert_false(is_registered("[100]10.1.0.0/16"));

	sim_kill(w.a);
	sim_kill(w.ms);
	sim_boot(w.ms);
	sim_inject(&w.sim, &w.a->addrs[0], &w.ms_addr, tape.data, tape.len);
	sim_run(&w.sim, 100);
	/* What was registered and what was withdrawn is remembered. */
	assert_true(is_registered("[200]10.1.0.0/16"));
	assert_false(is_registered("[100]10.1.0.0/16"));
	assert_int_equal(sim_counter(w.ms, "map-server", "replayed"), 1);

	/* From another address: the same xTR-ID, the same refusal. */
	sim_inject(&w.sim, &w.b->addrs[0], &w.ms_addr, tape.data, tape.len);
	sim_run(&w.sim, 100);
	assert_int_equal(sim_counter(w.ms, "map-server", "replayed"), 2);
}

/* The last one again, at once: its Map-Notify was lost, says the sender. */
static void duplicate(void **state)
{
	uint64_t notifies;

	start(&(struct world_config){ 0 });
	w.sim.tap = record;
	taped = w.a;
	memset(&tape, 0, sizeof(tape));
	sim_run(&w.sim, 25000);
	assert_true(tape.len > 0);
	notifies = w.ms->sent[MSG_TYPE_MAP_NOTIFY];
	sim_inject(&w.sim, &w.a->addrs[0], &w.ms_addr, tape.data, tape.len);
	sim_run(&w.sim, 100);
	assert_int_equal(sim_counter(w.ms, "map-server", "duplicates"), 1);
	assert_int_equal(w.ms->sent[MSG_TYPE_MAP_NOTIFY], notifies + 1);
	assert_int_equal(sim_counter(w.a, "register", "duplicate"), 1);

	/* One bit of it flipped. */
	tape.data[tape.len - 1] ^= 1;
	sim_inject(&w.sim, &w.a->addrs[0], &w.ms_addr, tape.data, tape.len);
	sim_run(&w.sim, 100);
	assert_int_equal(sim_counter(w.ms, "map-server", "bad-auth"), 1);
	assert_int_equal(w.ms->sent[MSG_TYPE_MAP_NOTIFY], notifies + 1);
}

static void withdraw_all(void **state)
{
	start(&(struct world_config){ 0 });
	for (size_t i = 0; i < w.xtr[0].database_count; i++) {
		char text[EID_TEXT_MAX];

		assert_int_equal(sim_withdraw(w.a, eid_text(&w.eids[0][i],
							    text)), 0);
	}
	sim_run(&w.sim, 1000);
	assert_int_equal(sim_counter(w.ms, "map-server", "deregistered"), 3);
	assert_int_equal(sim_counter(w.a, "register", "withdrawn"), 3);
	assert_int_equal(sim_withdraw(w.a, "[100]10.99.0.0/16"), -2);

	/* And nothing more is sent. */
	w.a->sent[MSG_TYPE_MAP_REGISTER] = 0;
	sim_run(&w.sim, 10 * MINUTE);
	assert_int_equal(w.a->sent[MSG_TYPE_MAP_REGISTER], 0);
	assert_false(is_registered("[200]10.1.0.0/16"));
}

/* Two xTRs of one site: one set, and each hears of the other's part. */
static void merged(void **state)
{
	struct eid e = E("[100]10.1.0.0/16");
	const struct store_entry *entry;

	world_init(&w, 11, &(struct world_config){ .merge = true });
	oracle_watch(&o, &w);
	world_boot(&w);
	sim_run(&w.sim, 30000);
	entry = store_memory_ops.find(w.ms->store, &e, &found);
	assert_non_null(entry);
	assert_non_null(entry->regs->next);
	assert_null(entry->regs->next->next);
	assert_int_equal(w.a->logs[LOG_NOTIFY_CHANGE] +
			 w.b->logs[LOG_NOTIFY_CHANGE], 3);
	assert_int_equal(sim_counter(w.ms, "map-server",
				     "unsolicited-acked"), 3);
	assert_int_equal(sim_counter(w.ms, "map-server", "unsolicited"), 3);

	/* One is gone: what it said expires, the other is told. */
	sim_kill(w.b);
	sim_run(&w.sim, 4 * MINUTE);
	entry = store_memory_ops.find(w.ms->store, &e, &found);
	assert_non_null(entry);
	assert_null(entry->regs->next);
	assert_int_equal(sim_counter(w.ms, "map-server",
				     "unsolicited-acked"), 6);
}

/* A Map-Register for site-a that proves nothing: with an algorithm and as many
 * zeros as its authentication data has octets.  Was it taken? */
static bool takes_unproven(enum auth_algorithm algorithm, size_t zeros,
			   const char *eid)
{
	static const uint8_t none[64];
	static uint64_t nonce = 1000;
	struct addr from = A("192.0.2.1");
	struct locator l = { .addr = from, .priority = 1, .weight = 100,
			     .flags = LOCATOR_REACHABLE };
	struct map_record rec = { .ttl = 10, .eid = E(eid), .locators = &l,
				  .locator_count = 1 };
	struct lisp_msg m = {
		.type = MSG_TYPE_MAP_REGISTER,
		.reg = {
			.flags = MREG_IDS, .nonce = nonce++,
			.ids.xtr_id = { 0x77 },
			.auth = { .algorithm = algorithm, .data = none,
				  .data_len = zeros },
			.records = &rec, .record_count = 1,
		},
	};
	uint8_t buf[512];
	int len = msg_build(&m, buf, sizeof(buf));

	assert_true(len > 0);
	sim_inject(&w.sim, &from, &w.ms_addr, buf, (size_t)len);
	sim_run(&w.sim, 1000);
	return is_registered(eid);
}

/* Octets in, through the whole node, with real keys: algorithm 0 is for the
 * site that has a key of it, and zeros are nobody's MAC. */
static void unproven(void **state)
{
	uint64_t bad;

	start(&(struct world_config){ 0 });
	bad = sim_counter(w.ms, "map-server", "bad-auth");
	assert_false(takes_unproven(AUTH_NONE, 0, "[100]10.1.7.0/24"));
	assert_false(takes_unproven(AUTH_HMAC_SHA256_128, 32,
				    "[100]10.1.7.0/24"));
	assert_int_equal(sim_counter(w.ms, "map-server", "bad-auth"), bad + 2);

	auth_key_free(w.keys[0]);
	w.keys[0] = auth_key_new(0, AUTH_NONE, NULL);
	assert_non_null(w.keys[0]);
	w.sm_keys[0].algorithm = AUTH_NONE;
	w.sm_keys[0].key = w.keys[0];
	assert_false(takes_unproven(AUTH_HMAC_SHA256_128, 32,
				    "[100]10.1.7.0/24"));
	assert_true(takes_unproven(AUTH_NONE, 0, "[100]10.1.7.0/24"));
	/* And for that site only. */
	assert_false(takes_unproven(AUTH_NONE, 0, "[100]10.2.7.0/24"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(steady, end),
		cmocka_unit_test_teardown(server_down, end),
		cmocka_unit_test_teardown(xtr_restart, end),
		cmocka_unit_test_teardown(data_plane_outlives, end),
		cmocka_unit_test_teardown(stale_when_back, end),
		cmocka_unit_test_teardown(not_wanted_any_more, end),
		cmocka_unit_test_teardown(replay, end),
		cmocka_unit_test_teardown(duplicate, end),
		cmocka_unit_test_teardown(withdraw_all, end),
		cmocka_unit_test_teardown(merged, end),
		cmocka_unit_test_teardown(unproven, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Scenarios of change: another configuration in a running daemon, at either
 * end, and how soon the other end knows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "oracle.h"

#define MINUTE	60000u

static struct world w;
static struct store_entry found;
static struct oracle o;
static struct xtr_config xtr;		/* b's next one */
static struct ms_config ms;

/* Both ends know and use each other. */
static void begin(const struct world_config *cfg)
{
	oracle_world(&o, &w, 21, cfg);
	sim_packet(w.a, 100, "10.1.0.1", "10.2.0.1");
	sim_packet(w.b, 100, "10.2.0.1", "10.1.0.1");
	sim_run(&w.sim, 5000);
	xtr = w.xtr[1];
	ms = w.msc;
}

static int end(void **state)
{
	world_done(&w);
	return 0;
}

/* A packet a second each way. */
static void talk(unsigned int seconds)
{
	for (unsigned int i = 0; i < seconds; i++) {
		sim_packet(w.a, 100, "10.1.0.1", "10.2.0.1");
		sim_packet(w.b, 100, "10.2.0.1", "10.1.0.1");
		sim_run(&w.sim, 1000);
	}
}

static const struct plane_map *mapping(struct sim_host *h, const char *eid)
{
	struct eid e = E(eid);

	return plane_find(&h->plane, &e);
}

static size_t reload_b(void)
{
	w.b->cfg.xtr = &xtr;
	return sim_reload(w.b);
}

/* The same file again, in the midst of traffic. */
static void nothing_changed(void **state)
{
	unsigned long sets;

	begin(&(struct world_config){ 0 });
	talk(3);
	sets = w.b->plane.sets;
	assert_int_equal(reload_b(), 0);
	talk(60);
	assert_int_equal(w.b->plane.sets, sets);
	assert_int_equal(w.b->plane.dels, 0);
	assert_int_equal(w.b->plane.dropped + w.a->plane.dropped, 0);
	assert_int_equal(sim_counter(w.b, "smr", "sent"), 0);
	assert_int_equal(sim_counter(w.b, "map-cache", "claimed"), 1);
	assert_int_equal(sim_counter(w.ms, "map-server", "replayed"), 0);
	assert_int_equal(w.b->sent[MSG_TYPE_ECM], 1);
}

/* b gives up its IPv4 address: a stops using it seconds later, not a day. */
static void renumbered(void **state)
{
	struct locator left = w.rlocs[1][1];
	struct eid host = E("[100]10.2.0.1");
	struct cache_view v;

	begin(&(struct world_config){ .no_proxy = true });
	left = w.rlocs[1][1];
	assert_true(left.addr.family == ADDR_IPV6);
	talk(3);
	assert_int_equal(mapping(w.a, "[100]10.2.0.0/16")->locator_count, 2);
	xtr.rlocs = &left;
	xtr.rloc_count = 1;
	xtr.map_version = 4095;
	assert_int_equal(reload_b(), 3);
	talk(5);
	assert_true(node_cache_match(w.a->node, &host, &v));
	assert_int_equal(v.version, 4095);
	assert_int_equal(mapping(w.a, "[100]10.2.0.0/16")->locator_count, 1);
	assert_true(addr_equal(&w.a->plane.last_rloc, &left.addr));
	assert_int_equal(w.a->plane.dropped + w.b->plane.dropped, 0);
	assert_true(sim_counter(w.a, "resolve", "smr") >= 1);
	/* It asked us, so we stopped; of the other VPN it knows nothing. */
	talk(20);
	assert_in_range(sim_counter(w.b, "smr", "sent"), 1, 12);
	/* Nobody asks more than it has to: of one prefix, one request. */
	assert_in_range(w.a->sent[MSG_TYPE_ECM], 2, 5);
}

/* b's link to IPv4 goes down and up again: it says so, with priority 255, and
 * is not sent to there. */
static void link_down(void **state)
{
	struct locator both[2];
	const struct plane_map *m;

	begin(&(struct world_config){ .no_proxy = true });
	talk(3);
	memcpy(both, w.rlocs[1], sizeof(both));
	assert_true(both[0].addr.family == ADDR_IPV4);
	both[0].priority = LOCATOR_UNUSED;
	both[0].flags = 0;
	xtr.rlocs = both;
	assert_int_equal(reload_b(), 3);
	talk(8);
	m = mapping(w.a, "[100]10.2.0.0/16");
	assert_int_equal(m->locator_count, 2);
	assert_true(addr_equal(&w.a->plane.last_rloc, &both[1].addr));
	assert_true(world_registered(&w));
	/* Reachable again is a change like any. */
	xtr.rlocs = w.rlocs[1];
	assert_int_equal(reload_b(), 3);
	talk(8);
	assert_int_equal(mapping(w.a, "[100]10.2.0.0/16")->locator_count, 2);
	assert_in_range(sim_counter(w.b, "smr", "sent"), 1, 24);
}

static void restart_b(uint64_t away)
{
	sim_kill(w.b);
	for (uint64_t i = 0; i < away; i += 1000) {
		sim_packet(w.a, 100, "10.1.0.1", "10.2.0.1");
		sim_packet(w.b, 100, "10.2.0.1", "10.1.0.1");
		sim_run(&w.sim, 1000);
	}
	w.b->cfg.xtr = &xtr;
	sim_boot(w.b);
}

/* All the same after a restart, or a first start: nobody is solicited. */
static void restarted(void **state)
{
	begin(&(struct world_config){ .no_proxy = true });
	assert_int_equal(sim_counter(w.b, "smr", "changed"), 0);
	talk(3);
	restart_b(20000);
	talk(20);
	assert_int_equal(sim_counter(w.b, "smr", "changed"), 0);
	assert_int_equal(sim_counter(w.b, "smr", "sent"), 0);
	assert_int_equal(w.b->logs[LOG_CACHE_CLAIMED], 1);
}

/* b has lost its IPv4 address while its daemon was dead. */
static void renumbered_meanwhile(void **state)
{
	struct locator left;

	begin(&(struct world_config){ .no_proxy = true });
	talk(3);
	left = w.rlocs[1][1];
	xtr.rlocs = &left;
	xtr.rloc_count = 1;
	restart_b(20000);
	assert_int_equal(sim_counter(w.b, "smr", "changed"), 3);
	talk(5);
	assert_int_equal(mapping(w.a, "[100]10.2.0.0/16")->locator_count, 1);
	assert_true(addr_equal(&w.a->plane.last_rloc, &left.addr));
	assert_int_equal(w.a->plane.dropped + w.b->plane.dropped, 0);
	assert_in_range(sim_counter(w.b, "smr", "sent"), 1, 12);
}

/* One prefix less after a restart: deregistered, though it was an earlier run
 * that registered it, and a knows. */
static void prefix_gone_meanwhile(void **state)
{
	struct eid gone = E("[100]10.2.0.0/16");

	begin(&(struct world_config){ 0 });
	talk(3);
	assert_true(eid_equal(&xtr.database[0], &gone));
	xtr.database++;
	xtr.database_count--;
	restart_b(20000);
	assert_int_equal(sim_counter(w.b, "smr", "changed"), 1);
	sim_run(&w.sim, 100);
	assert_null(store_memory_ops.find(w.ms->store, &gone, &found));
	assert_non_null(store_memory_ops.find(w.ms->store, xtr.database,
					       &found));
	talk(5);
	assert_int_equal(mapping(w.a, "[100]10.2.0.0/16")->locator_count, 0);
	assert_int_equal(sim_counter(w.ms, "map-server", "replayed"), 0);
}

/* One more: a asked for it before there was any. */
static void prefix_new_meanwhile(void **state)
{
	begin(&(struct world_config){ 0 });
	xtr.database++;
	xtr.database_count--;
	reload_b();
	talk(5);
	assert_int_equal(mapping(w.a, "[100]10.2.0.0/16")->locator_count, 0);
	xtr = w.xtr[1];
	restart_b(3000);
	talk(8);
	assert_int_equal(mapping(w.a, "[100]10.2.0.0/16")->locator_count, 2);
}

/* No RLOC at all, as an interface without address at start: silence, and then
 * all is as if it had just begun. */
static void no_rloc_yet(void **state)
{
	unsigned long ecms, registers;

	begin(&(struct world_config){ 0 });
	xtr.rloc_count = 0;
	xtr.database_count = 0;
	reload_b();
	sim_run(&w.sim, 2000);
	ecms = w.b->sent[MSG_TYPE_ECM];
	registers = w.b->sent[MSG_TYPE_MAP_REGISTER];
	sim_packet(w.b, 100, "10.2.0.1", "10.77.0.1");
	assert_int_equal(sim_resolve(w.b, "[100]10.77.0.1", 9), -EINVAL);
	sim_run(&w.sim, MINUTE);
	assert_int_equal(w.b->sent[MSG_TYPE_ECM], ecms);
	assert_int_equal(w.b->sent[MSG_TYPE_MAP_REGISTER], registers);
	xtr = w.xtr[1];
	reload_b();
	assert_true(sim_until(&w.sim, MINUTE, world_registered, &w));
	talk(5);
	assert_int_equal(mapping(w.a, "[100]10.2.0.0/16")->locator_count, 2);
}

/* An address a second for a minute, as nothing should: what is known at the
 * other end is the last one, soon after. */
static void renumbered_often(void **state)
{
	struct locator one[2];

	begin(&(struct world_config){ .no_proxy = true });
	talk(3);
	memcpy(one, w.rlocs[1], sizeof(one));
	for (int i = 0; i < 60; i++) {
		xtr.rlocs = &one[i % 2];
		xtr.rloc_count = 1;
		xtr.map_version = i + 1;
		assert_int_equal(reload_b(), 3);
		talk(1);
	}
	talk(10);
	assert_int_equal(mapping(w.a, "[100]10.2.0.0/16")->locator_count, 1);
	assert_true(addr_equal(&w.a->plane.last_rloc, &one[1].addr));
	assert_int_equal(sim_counter(w.ms, "map-server", "replayed"), 0);
}

/* Without traffic towards a there is nobody to tell. */
static void nobody_to_tell(void **state)
{
	begin(&(struct world_config){ 0 });
	sim_run(&w.sim, 2 * MINUTE);
	xtr.rloc_count = 1;
	assert_int_equal(reload_b(), 3);
	sim_run(&w.sim, MINUTE);
	assert_int_equal(sim_counter(w.b, "smr", "sent"), 0);
}

static void prefix_gone(void **state)
{
	struct eid fewer[2];
	struct eid gone = E("[100]10.2.0.0/16");

	begin(&(struct world_config){ 0 });
	talk(3);
	assert_true(eid_equal(&xtr.database[0], &gone));
	fewer[0] = xtr.database[1];
	fewer[1] = xtr.database[2];
	xtr.database = fewer;
	xtr.database_count = 2;
	assert_int_equal(reload_b(), 1);
	sim_run(&w.sim, 100);
	/* Deregistered at once, and the others stay. */
	assert_null(store_memory_ops.find(w.ms->store, &gone, &found));
	assert_non_null(store_memory_ops.find(w.ms->store, &fewer[0],
					       &found));
	talk(5);
	assert_int_equal(mapping(w.a, "[100]10.2.0.0/16")->locator_count, 0);
	assert_int_equal(sim_counter(w.ms, "map-server", "replayed"), 0);
}

/* A whole VPN, and with it all that is known about who uses it. */
static void instance_gone(void **state)
{
	static const uint32_t blue[] = { 200 };
	struct eid left;

	begin(&(struct world_config){ 0 });
	talk(3);
	left = xtr.database[1];
	assert_int_equal(left.iid, 200);
	xtr.database = &left;
	xtr.database_count = 1;
	xtr.iids = blue;
	xtr.iid_count = 1;
	assert_int_equal(reload_b(), 2);
	sim_run(&w.sim, 5000);
	assert_int_equal(mapping(w.a, "[100]10.2.0.0/16")->locator_count, 0);
	/* Two RLOCs of a, two prefixes, three times. */
	sim_run(&w.sim, MINUTE);
	assert_in_range(sim_counter(w.b, "smr", "sent"), 1, 12);
}

/* A person takes one back. */
static void withdrawn(void **state)
{
	begin(&(struct world_config){ 0 });
	talk(3);
	assert_int_equal(sim_withdraw(w.b, "[100]10.2.0.0/16"), 0);
	talk(5);
	assert_int_equal(mapping(w.a, "[100]10.2.0.0/16")->locator_count, 0);
}

static void waiting_person(void **state)
{
	begin(&(struct world_config){ .one_resolver = true });
	sim_kill(w.mr);
	assert_int_equal(sim_resolve(w.b, "[100]10.77.0.1", 9), 0);
	reload_b();
	assert_int_equal(w.b->resolved_count, 1);
	assert_int_equal(w.b->resolved.error, -ECANCELED);
	assert_int_equal(w.b->resolved.token, 9);
}

/* Somebody solicits a hundred times a second, in anybody's name: one request in
 * three seconds for the mapping, which stays, and none to the sender. */
static void storm_of_smrs(void **state)
{
	struct addr itr = A("192.0.2.66"), to = A("192.0.2.1");
	struct request_record rec = { .eid = E("[100]10.1.0.0/16") };
	struct lisp_msg m = {
		.type = MSG_TYPE_MAP_REQUEST,
		.request = {
			.flags = MREQ_SMR | MREQ_DONT_REPLY,
			.source = E("[100]10.2.0.0/32"),
			.itr_rlocs = &itr, .itr_count = 1,
			.records = &rec, .record_count = 1,
		},
	};
	uint8_t data[256];
	unsigned long before;
	int len;

	begin(&(struct world_config){ 0 });
	before = w.a->sent[MSG_TYPE_ECM];
	for (int i = 0; i < 3000; i++) {
		m.request.nonce = sim_random(&w.sim);
		len = msg_build(&m, data, sizeof(data));
		assert_true(len > 0);
		sim_inject(&w.sim, &itr, &to, data, (size_t)len);
		sim_run(&w.sim, 10);
		assert_int_equal(sim_packet(w.a, 100, "10.1.0.1", "10.2.0.1"),
				 PLANE_SENT);
	}
	assert_in_range(w.a->sent[MSG_TYPE_ECM] - before, 8, 11);
	assert_int_equal(sim_counter(w.a, "answer", "replies"), 0);
	assert_int_equal(sim_counter(w.a, "resolve", "smr"), 3000);
}

/* What is known of an RLOC that does not answer outlives it; and a probe that
 * is on its way is answered to the new one. */
static void rloc_down(void **state)
{
	struct addr v4 = A("192.0.2.1");

	begin(&(struct world_config){ 0 });
	sim_cut(&w.sim, "192.0.2.1");
	talk(90);
	assert_true(plane_rloc_down(&w.b->plane, &v4));
	reload_b();
	talk(5);
	assert_true(plane_rloc_down(&w.b->plane, &v4));
	assert_int_equal(w.b->logs[LOG_RLOC_DOWN], 1);
	sim_mend(&w.sim);
	talk(62);
	assert_false(plane_rloc_down(&w.b->plane, &v4));
	for (int i = 0; i < 3000; i++) {
		reload_b();
		sim_run(&w.sim, 3);
		sim_packet(w.b, 100, "10.2.0.1", "10.1.0.1");
		sim_run(&w.sim, 60);
	}
	assert_int_equal(sim_counter(w.b, "probe", "bad-nonce"), 0);
	assert_int_equal(w.b->logs[LOG_RLOC_DOWN], 1);
}

static bool is_registered(const char *eid)
{
	struct eid e = E(eid);

	return store_memory_ops.find(w.ms->store, &e, &found) != NULL;
}

/* The TTL ran out while b's daemon was dead, and nobody answers now: a minute
 * later the mapping is gone, however often it is reconfigured.  The oracle
 * watches that. */
static void stale_and_reloaded(void **state)
{
	begin(&(struct world_config){ .one_resolver = true, .ttl = 1 });
	sim_kill(w.mr);
	restart_b(70000);
	assert_non_null(mapping(w.b, "[100]10.1.0.0/16"));
	assert_true(mapping(w.b, "[100]10.1.0.0/16")->stale_since != 0);
	for (int i = 0; i < 14; i++) {
		talk(5);
		reload_b();
	}
	assert_null(mapping(w.b, "[100]10.1.0.0/16"));
}

/* In the midst of asking: the next request is a second away all the same, as
 * the oracle sees. */
static void while_asking(void **state)
{
	begin(&(struct world_config){ .one_resolver = true });
	sim_kill(w.mr);
	sim_packet(w.b, 100, "10.2.0.1", "10.77.0.1");
	sim_run(&w.sim, 300);
	for (int i = 0; i < 20; i++) {
		reload_b();
		sim_run(&w.sim, 1300);
	}
	assert_in_range(w.b->sent[MSG_TYPE_ECM], 15, 25);
}

/* The Map-Server: what is registered stays, without a gap; what a site may
 * not have any more goes; a key that is gone takes its registrations along. */
static void server(void **state)
{
	struct site sites[2];
	struct site_eid wide;
	struct sm_key other;

	begin(&(struct world_config){ 0 });
	memcpy(sites, w.sites, sizeof(sites));
	ms.sites = sites;
	w.ms->cfg.ms = &ms;
	sim_reload(w.ms);
	assert_true(world_registered(&w));
	/* Of the new configuration, in every way. */
	assert_ptr_equal(store_memory_ops.walk(w.ms->store, NULL,
					       &found)->regs->by->site,
			 sites[0].name);

	sites[0].eids = &w.site_eids[0][1];
	sites[0].eid_count--;
	sim_reload(w.ms);
	assert_false(is_registered("[100]10.1.0.0/16"));
	assert_true(is_registered("[200]10.1.0.0/16"));
	assert_true(is_registered("[100]10.2.0.0/16"));

	/* The same, for want of leave to register more-specifics. */
	wide = (struct site_eid){ .eid = E("[200]10.0.0.0/12") };
	sites[0].eids = &wide;
	sites[0].eid_count = 1;
	sim_reload(w.ms);
	assert_false(is_registered("[200]10.1.0.0/16"));

	other = w.sm_keys[1];
	other.tag = 999;
	sites[1].keys = &other;
	sim_reload(w.ms);
	assert_false(is_registered("[100]10.2.0.0/16"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(nothing_changed, end),
		cmocka_unit_test_teardown(renumbered, end),
		cmocka_unit_test_teardown(link_down, end),
		cmocka_unit_test_teardown(restarted, end),
		cmocka_unit_test_teardown(renumbered_meanwhile, end),
		cmocka_unit_test_teardown(prefix_gone_meanwhile, end),
		cmocka_unit_test_teardown(prefix_new_meanwhile, end),
		cmocka_unit_test_teardown(no_rloc_yet, end),
		cmocka_unit_test_teardown(renumbered_often, end),
		cmocka_unit_test_teardown(nobody_to_tell, end),
		cmocka_unit_test_teardown(prefix_gone, end),
		cmocka_unit_test_teardown(instance_gone, end),
		cmocka_unit_test_teardown(withdrawn, end),
		cmocka_unit_test_teardown(waiting_person, end),
		cmocka_unit_test_teardown(storm_of_smrs, end),
		cmocka_unit_test_teardown(rloc_down, end),
		cmocka_unit_test_teardown(stale_and_reloaded, end),
		cmocka_unit_test_teardown(while_asking, end),
		cmocka_unit_test_teardown(server, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

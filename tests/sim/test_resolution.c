// SPDX-License-Identifier: GPL-2.0-or-later
/* Scenarios of asking: resolution, families, negatives, expiry, silence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>

#include "oracle.h"

#define MINUTE	60000u

static struct world w;
static struct oracle o;

/* A world whose xTRs are registered. */
static void begin(const struct world_config *cfg)
{
	oracle_world(&o, &w, 7, cfg);
}

static int end(void **state)
{
	world_done(&w);
	return 0;
}

static const struct plane_map *mapping(struct sim_host *h, const char *eid)
{
	struct eid e = E(eid);

	return plane_find(&h->plane, &e);
}

static void first_packet(void **state)
{
	begin(&(struct world_config){ 0 });
	assert_int_equal(sim_packet(w.a, 100, "10.1.0.1", "10.2.0.1"),
			 PLANE_HELD_BACK);
	sim_run(&w.sim, 100);

	/* Through mr to ms, which answers for b: one question, one answer. */
	assert_int_equal(w.a->plane.held_sent, 1);
	assert_int_equal(w.a->sent[MSG_TYPE_ECM], 1);
	assert_int_equal(w.mr->sent[MSG_TYPE_ECM], 1);
	assert_int_equal(w.ms->sent[MSG_TYPE_MAP_REPLY], 1);
	assert_int_equal(w.b->sent[MSG_TYPE_MAP_REPLY], 0);
	assert_non_null(mapping(w.a, "[100]10.2.0.0/16"));
	assert_int_equal(mapping(w.a, "[100]10.2.0.0/16")->locator_count, 2);

	/* The other VPN has learned nothing from that. */
	assert_null(mapping(w.a, "[200]10.2.0.0/16"));
	assert_int_equal(sim_packet(w.a, 100, "10.1.0.1", "10.2.99.1"),
			 PLANE_SENT);
	assert_int_equal(sim_packet(w.a, 200, "10.1.0.1", "10.2.0.1"),
			 PLANE_HELD_BACK);
	sim_run(&w.sim, 100);
	assert_int_equal(w.a->plane.held_sent, 2);
	assert_int_equal(w.a->sent[MSG_TYPE_ECM], 2);
}

static void ipv6_eid_over_ipv4(void **state)
{
	begin(&(struct world_config){ .a_only_v4 = true });
	sim_packet(w.a, 100, "2001:db8:a::1", "2001:db8:b::1");
	sim_run(&w.sim, 100);
	assert_int_equal(w.a->plane.held_sent, 1);
	assert_true(w.a->plane.last_rloc.family == ADDR_IPV4);
}

/* Without P, and in mode forward: the ETR itself answers. */
static void etr_answers(void **state)
{
	begin(&(struct world_config){ .no_proxy = true });
	sim_packet(w.a, 100, "10.1.0.1", "10.2.0.1");
	sim_run(&w.sim, 100);
	assert_int_equal(w.a->plane.held_sent, 1);
	assert_int_equal(w.b->sent[MSG_TYPE_MAP_REPLY], 1);
	assert_int_equal(w.ms->sent[MSG_TYPE_MAP_REPLY], 0);
	world_done(&w);

	begin(&(struct world_config){ .mode = SITE_FORWARD });
	sim_packet(w.a, 100, "10.1.0.1", "10.2.0.1");
	sim_run(&w.sim, 100);
	assert_int_equal(w.b->sent[MSG_TYPE_MAP_REPLY], 1);
}

/* b speaks IPv6 only, a only IPv4: b could not answer a. */
static void etr_of_other_family(void **state)
{
	begin(&(struct world_config){ .mode = SITE_FORWARD, .b_only_v6 = true,
				      .a_only_v4 = true });
	sim_packet(w.a, 100, "10.1.0.1", "10.2.0.1");
	sim_run(&w.sim, 100);
	assert_int_equal(w.b->sent[MSG_TYPE_MAP_REPLY], 0);
	assert_int_equal(sim_counter(w.ms, "map-server", "proxy-for-family"),
			 1);
	assert_non_null(mapping(w.a, "[100]10.2.0.0/16"));
}

static void hole(void **state)
{
	begin(&(struct world_config){ 0 });
	sim_packet(w.a, 100, "10.1.0.1", "10.64.0.1");
	sim_run(&w.sim, 100);

	/* 10.1/16 and 10.2/16 are known in this VPN: the hole is 10.64/10, and
	 * it is native for 15 minutes. */
	assert_non_null(mapping(w.a, "[100]10.64.0.0/10"));
	assert_int_equal(mapping(w.a, "[100]10.64.0.0/10")->action,
			 MAP_NATIVELY_FORWARD);
	assert_int_equal(sim_packet(w.a, 100, "10.1.0.1", "10.65.1.1"),
			 PLANE_NATIVE);
	sim_run(&w.sim, 14 * MINUTE);
	assert_non_null(mapping(w.a, "[100]10.64.0.0/10"));
	sim_run(&w.sim, 2 * MINUTE);
	assert_null(mapping(w.a, "[100]10.64.0.0/10"));
	assert_int_equal(w.a->sent[MSG_TYPE_ECM], 1);
}

/* Known to the Map-Server, but nobody registers it; then somebody does. */
static void unregistered(void **state)
{
	begin(&(struct world_config){ 0 });
	sim_kill(w.b);
	sim_run(&w.sim, 4 * MINUTE);
	assert_int_equal(sim_counter(w.ms, "map-server", "expired"), 3);
	assert_false(world_registered(&w));

	sim_packet(w.a, 100, "10.1.0.1", "10.2.0.1");
	sim_run(&w.sim, 100);
	assert_int_equal(mapping(w.a, "[100]10.2.0.0/16")->action,
			 MAP_NATIVELY_FORWARD);
	assert_int_equal(sim_counter(w.ms, "map-server",
				     "negative-unregistered"), 1);

	/* In use, so it is asked for again before its minute is over. */
	sim_boot(w.b);
	sim_run(&w.sim, 47000);
	assert_int_equal(mapping(w.a, "[100]10.2.0.0/16")->locator_count, 0);
	sim_run(&w.sim, 8000);
	assert_int_equal(mapping(w.a, "[100]10.2.0.0/16")->locator_count, 2);
}

/* One packet a second for an hour, mappings that live three minutes. */
static void refreshed_while_used(void **state)
{
	unsigned int held = 0;

	begin(&(struct world_config){ .ttl = 3 });
	for (int i = 0; i < 3600; i++) {
		held += sim_packet(w.a, 100, "10.1.0.1", "10.2.0.1") ==
			PLANE_HELD_BACK;
		sim_run(&w.sim, 1000);
	}
	assert_int_equal(held, 1);
	assert_int_equal(w.a->plane.sent, 3600);
	assert_in_range(sim_counter(w.a, "resolve", "refreshes"), 20, 26);
}

/* In use from the last tenth of its hour on: nobody notices its end. */
static void used_late(void **state)
{
	begin(&(struct world_config){ .ttl = 60 });
	sim_packet(w.a, 100, "10.1.0.1", "10.2.0.1");
	sim_run(&w.sim, 55 * MINUTE);
	for (int i = 0; i < 600; i++) {
		assert_int_equal(sim_packet(w.a, 100, "10.1.0.1", "10.2.0.1"),
				 PLANE_SENT);
		sim_run(&w.sim, 1000);
	}
	assert_int_equal(w.a->sent[MSG_TYPE_ECM], 2);
}

/* The mapping system is away when it is asked, and back before the end. */
static void refreshed_in_the_end(void **state)
{
	begin(&(struct world_config){ .ttl = 60, .one_resolver = true });
	for (int i = 0; i < 4000; i++) {
		if (i == 47 * 60)
			sim_kill(w.mr);
		if (i == 56 * 60)
			sim_boot(w.mr);
		assert_int_not_equal(sim_packet(w.a, 100, "10.1.0.1",
						"10.2.0.1"),
				     i ? PLANE_HELD_BACK : PLANE_SENT);
		sim_run(&w.sim, 1000);
	}
}

static void forgotten_when_unused(void **state)
{
	begin(&(struct world_config){ .ttl = 3 });
	sim_packet(w.a, 100, "10.1.0.1", "10.2.0.1");
	sim_run(&w.sim, 100);
	sim_run(&w.sim, 10 * MINUTE);
	assert_int_equal(plane_count(&w.a->plane), 0);
	assert_int_equal(w.a->sent[MSG_TYPE_ECM], 1);
	assert_int_equal(sim_counter(w.a, "map-cache", "aged"), 1);
}

/* The first Map-Resolver is dead: the second answers, and is asked first from
 * then on. */
static void next_resolver(void **state)
{
	begin(&(struct world_config){ 0 });
	sim_kill(w.mr);
	sim_packet(w.a, 100, "10.1.0.1", "10.2.0.1");
	sim_run(&w.sim, 900);
	assert_int_equal(w.a->plane.held_sent, 0);
	sim_run(&w.sim, 200);
	assert_int_equal(w.a->plane.held_sent, 1);
	sim_packet(w.a, 200, "10.1.0.1", "10.2.0.1");
	sim_run(&w.sim, 100);
	assert_int_equal(w.a->plane.held_sent, 2);
}

/* A question a second, each for another EID; how many needed a second try. */
static unsigned int ask_each_second(unsigned int from, unsigned int n)
{
	unsigned int slow = 0;

	for (unsigned int i = from; i < from + n; i++) {
		char eid[64];

		snprintf(eid, sizeof(eid), "[100]10.2.%u.1/32", i);
		assert_int_equal(sim_resolve(w.a, eid, i), 0);
		sim_run(&w.sim, 1100);
		assert_int_equal(w.a->resolved.error, 0);
		assert_int_equal(w.a->resolved.token, i);
		slow += w.a->resolved.tries > 1;
	}
	return slow;
}

/* The preferred Map-Resolver dies: one question for each time its back-off
 * ends waits a second, no others; when it is back it is asked again. */
static void resolver_returns(void **state)
{
	unsigned long forwarded;

	begin(&(struct world_config){ 0 });
	assert_int_equal(ask_each_second(0, 3), 0);
	forwarded = w.mr->sent[MSG_TYPE_ECM];
	assert_int_equal(forwarded, 3);
	sim_kill(w.mr);
	assert_in_range(ask_each_second(3, 100), 1, 6);
	sim_boot(w.mr);
	assert_int_equal(ask_each_second(103, 60), 0);
	assert_true(w.mr->sent[MSG_TYPE_ECM] > forwarded);
	forwarded = w.mr->sent[MSG_TYPE_ECM];
	assert_int_equal(ask_each_second(163, 10), 0);
	assert_int_equal(w.mr->sent[MSG_TYPE_ECM], forwarded + 10);
}

/* Nobody answers: eleven tries in 47 s, 30 s of pause, and on while packets
 * wait; then the resolver is back. */
static void mapping_system_down(void **state)
{
	begin(&(struct world_config){ .one_resolver = true });
	sim_kill(w.mr);
	assert_int_equal(sim_resolve(w.a, "[100]10.2.0.1/32", 42), 0);
	sim_packet(w.a, 100, "10.1.0.1", "10.2.0.1");
	sim_run(&w.sim, 46000);
	assert_int_equal(w.a->sent[MSG_TYPE_ECM], 11);
	assert_int_equal(w.a->resolved_count, 0);
	sim_run(&w.sim, 2000);
	assert_int_equal(w.a->resolved_count, 1);
	assert_int_equal(w.a->resolved.error, -ETIMEDOUT);
	assert_int_equal(w.a->resolved.token, 42);
	sim_run(&w.sim, 28000);
	assert_int_equal(w.a->sent[MSG_TYPE_ECM], 11);

	sim_boot(w.mr);
	sim_run(&w.sim, 2000);
	assert_int_equal(w.a->plane.held_sent, 1);
	assert_int_equal(w.a->sent[MSG_TYPE_ECM], 12);
}

static void person_asks(void **state)
{
	begin(&(struct world_config){ 0 });
	assert_int_equal(sim_resolve(w.a, "[100]10.2.3.4/32", 1), 0);
	sim_run(&w.sim, 100);
	assert_int_equal(w.a->resolved_count, 1);
	assert_int_equal(w.a->resolved.error, 0);
	assert_int_equal(w.a->resolved.rtt, 15);
	assert_int_equal(w.a->resolved.record_count, 1);
	assert_int_equal(sim_resolve(w.a, "[100]10.1.0.1/32", 2), -EINVAL);
	assert_int_equal(sim_resolve(w.a, "[300]10.2.0.1/32", 3), -EINVAL);
}

/* A locator behind a lisp device is not used; a mapping with no other is not
 * believed for long. */
static void rloc_in_overlay(void **state)
{
	begin(&(struct world_config){ .b_only_v6 = true });
	w.a->overlay = A("2001:db8:0:b::1");
	sim_packet(w.a, 100, "10.1.0.1", "10.2.0.1");
	sim_run(&w.sim, 100);
	assert_int_equal(mapping(w.a, "[100]10.2.0.0/16")->locator_count, 0);
	assert_int_equal(mapping(w.a, "[100]10.2.0.0/16")->action, MAP_DROP);
	assert_in_range(mapping(w.a, "[100]10.2.0.0/16")->expires,
			w.sim.now, w.sim.now + MINUTE);
	assert_int_equal(sim_counter(w.a, "resolve", "bad-rloc"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(first_packet, end),
		cmocka_unit_test_teardown(ipv6_eid_over_ipv4, end),
		cmocka_unit_test_teardown(etr_answers, end),
		cmocka_unit_test_teardown(etr_of_other_family, end),
		cmocka_unit_test_teardown(hole, end),
		cmocka_unit_test_teardown(unregistered, end),
		cmocka_unit_test_teardown(refreshed_while_used, end),
		cmocka_unit_test_teardown(used_late, end),
		cmocka_unit_test_teardown(refreshed_in_the_end, end),
		cmocka_unit_test_teardown(forgotten_when_unused, end),
		cmocka_unit_test_teardown(next_resolver, end),
		cmocka_unit_test_teardown(resolver_returns, end),
		cmocka_unit_test_teardown(mapping_system_down, end),
		cmocka_unit_test_teardown(person_asks, end),
		cmocka_unit_test_teardown(rloc_in_overlay, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

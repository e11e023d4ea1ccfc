// SPDX-License-Identifier: GPL-2.0-or-later
/* Scenarios of reachability: an RLOC that fails without a word, one family of
 * two, and a network that is merely bad. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "oracle.h"

#define MINUTE	60000u

static struct world w;
static struct oracle o;

static const char b4[] = "192.0.2.2";

/* a knows b, and has probed it. */
static void begin(uint64_t seed, const struct world_config *cfg)
{
	world_init(&w, seed, cfg);
	oracle_watch(&o, &w);
	world_boot(&w);
	assert_true(sim_until(&w.sim, 5 * MINUTE, world_registered, &w));
	sim_packet(w.a, 100, "10.1.0.1", "10.2.0.1");
	sim_run(&w.sim, 3000);
}

static int end(void **state)
{
	world_done(&w);
	return 0;
}

static bool is_down(void *rloc)
{
	struct addr a = A(rloc);

	return plane_rloc_down(&w.a->plane, &a);
}

static bool is_up(void *rloc)
{
	return !is_down(rloc);
}

static enum plane_fate send_one(void)
{
	return sim_packet(w.a, 100, "10.1.0.1", "10.2.0.1");
}

/* All along: a probe a minute to each of b's two addresses, answered. */
static void quiet(void **state)
{
	begin(3, &(struct world_config){ 0 });
	sim_run(&w.sim, 60 * MINUTE);
	assert_in_range(sim_counter(w.a, "probe", "sent"), 110, 140);
	assert_int_equal(sim_counter(w.a, "probe", "unanswered"), 0);
	assert_int_equal(sim_counter(w.a, "probe", "went-up"), 2);
	assert_int_equal(w.a->plane.down_count, 0);
	assert_int_equal(w.b->logs[LOG_REQUEST_LIMITED], 0);
}

/* b's IPv4 address is cut off: a minute and five seconds later at most, all
 * traffic takes the other one; and returns when it is back. */
static void one_fails(void **state)
{
	struct addr v4 = A(b4);
	uint64_t since;

	begin(4, &(struct world_config){ 0 });
	assert_int_equal(send_one(), PLANE_SENT);
	assert_true(addr_equal(&w.a->plane.last_rloc, &v4));

	sim_cut(&w.sim, b4);
	since = w.sim.now;
	assert_true(sim_until(&w.sim, 72000 + 5000, is_down, (void *)b4));
	assert_true(w.sim.now - since >= 5000);
	assert_int_equal(send_one(), PLANE_SENT);
	assert_false(addr_equal(&w.a->plane.last_rloc, &v4));
	assert_int_equal(w.a->plane.down_count, 1);
	sim_run(&w.sim, 10 * MINUTE);
	assert_int_equal(w.a->logs[LOG_RLOC_DOWN], 1);
	assert_true(is_down((void *)b4));

	sim_mend(&w.sim);
	since = w.sim.now;
	assert_true(sim_until(&w.sim, 62000, is_up, (void *)b4));
	assert_true(w.sim.now - since >= 1000);
	send_one();
	assert_true(addr_equal(&w.a->plane.last_rloc, &v4));
	assert_int_equal(w.a->logs[LOG_RLOC_UP], 1);
}

/* The daemon of b is away, its data plane may not be: the last RLOC stays in
 * use, and not a packet is lost; back again. */
static void all_fail(void **state)
{
	begin(5, &(struct world_config){ 0 });
	sim_kill(w.b);
	for (int i = 0; i < 120; i++) {
		assert_int_equal(send_one(), PLANE_SENT);
		sim_run(&w.sim, 1000);
	}
	assert_int_equal(w.a->plane.down_count, 1);
	sim_boot(w.b);
	sim_run(&w.sim, 62000);
	assert_int_equal(w.a->plane.down_count, 0);
	assert_int_equal(send_one(), PLANE_SENT);
}

/* Both were silent, one is back: the other one goes out of use at last. */
static void one_of_two_back(void **state)
{
	struct addr v6 = A("2001:db8:0:b::1");

	begin(8, &(struct world_config){ 0 });
	sim_cut(&w.sim, b4);
	sim_cut(&w.sim, "2001:db8:0:b::1");
	sim_run(&w.sim, 3 * MINUTE);
	assert_int_equal(w.a->plane.down_count, 1);
	sim_mend(&w.sim);
	sim_cut(&w.sim, "2001:db8:0:b::1");
	sim_run(&w.sim, 3 * MINUTE);
	assert_int_equal(w.a->plane.down_count, 1);
	assert_true(plane_rloc_down(&w.a->plane, &v6));
}

/* One RLOC is all there is. */
static void only_one(void **state)
{
	begin(9, &(struct world_config){ .b_only_v6 = true });
	sim_kill(w.b);
	sim_run(&w.sim, 5 * MINUTE);
	assert_int_equal(w.a->plane.down_count, 0);
	assert_int_equal(send_one(), PLANE_SENT);
}

/* The daemon of a dies while b's address is out of use, and b's address comes
 * back meanwhile: the new one finds out. */
static void restart_while_down(void **state)
{
	begin(6, &(struct world_config){ 0 });
	sim_cut(&w.sim, b4);
	sim_run(&w.sim, 2 * MINUTE);
	assert_true(is_down((void *)b4));
	sim_kill(w.a);
	sim_mend(&w.sim);
	sim_boot(w.a);
	sim_run(&w.sim, 3000);
	assert_true(is_up((void *)b4));
	/* And the other way round. */
	sim_kill(w.a);
	sim_cut(&w.sim, b4);
	sim_boot(w.a);
	sim_run(&w.sim, 7000);
	assert_true(is_down((void *)b4));
}

/* A configuration without probes: nobody would find out that it is back. */
static void no_probes_any_more(void **state)
{
	begin(12, &(struct world_config){ 0 });
	sim_cut(&w.sim, b4);
	sim_run(&w.sim, 2 * MINUTE);
	assert_true(is_down((void *)b4));
	w.xtr[0].probe.interval = 0;
	sim_reload(w.a);
	assert_true(is_up((void *)b4));
	sim_run(&w.sim, 2 * MINUTE);
	assert_int_equal(sim_counter(w.a, "probe", "sent"), 0);
}

/* The mapping goes while its RLOC is down: nothing is left behind. */
static void forgotten_while_down(void **state)
{
	begin(7, &(struct world_config){ .ttl = 3 });
	sim_cut(&w.sim, b4);
	sim_run(&w.sim, 2 * MINUTE);
	assert_true(is_down((void *)b4));
	sim_run(&w.sim, 2 * MINUTE);
	assert_int_equal(plane_count(&w.a->plane), 0);
	assert_int_equal(w.a->plane.down_count, 0);
}

/* --- proxy ETRs --- */

static const char petr1[] = "192.0.2.8", petr2[] = "192.0.2.9";
static const uint32_t petr_iids[] = { 100 };
static struct xtr_config proxies[2];
static struct locator petrs[2];
static const struct xtr_petrs petrs_of = { 100, petrs, 2 };

/* Two proxies, which are authoritative for nothing; a knows the first one as
 * the better one, and sends to a host that is no EID. */
static void begin_proxies(void)
{
	const char *const addrs[2][2] = { { petr1 }, { petr2 } };

	world_init(&w, 10, &(struct world_config){ 0 });
	oracle_watch(&o, &w);
	for (size_t i = 0; i < 2; i++) {
		struct sim_host *h = sim_host_add(&w.sim, addrs[i][0],
						  addrs[i]);

		petrs[i] = (struct locator){
			.addr = h->addrs[0],
			.priority = (uint8_t)(i + 1),
			.weight = 100,
			.mpriority = 255,
			.flags = LOCATOR_REACHABLE,
		};
		xtr_config_init(&proxies[i]);
		proxies[i].rlocs = &petrs[i];
		proxies[i].rloc_count = 1;
		proxies[i].resolvers = w.resolvers[0];
		proxies[i].resolver_count = 1;
		proxies[i].iids = petr_iids;
		proxies[i].iid_count = 1;
		h->cfg.xtr = &proxies[i];
		sim_boot(h);
	}
	w.xtr[0].petrs = &petrs_of;
	w.xtr[0].petrs_count = 1;
	world_boot(&w);
	assert_true(sim_until(&w.sim, 5 * MINUTE, world_registered, &w));
	sim_packet(w.a, 100, "10.1.0.1", "198.18.0.1");
	sim_run(&w.sim, 3000);
}

static bool leads_to(const char *petr)
{
	struct addr a = A(petr);

	return sim_packet(w.a, 100, "10.1.0.1", "198.18.0.1") == PLANE_SENT &&
		addr_equal(&w.a->plane.last_rloc, &a);
}

/* The mapping is refreshed meanwhile, which is no reason to forget. */
static void in_use_for(unsigned int minutes)
{
	for (unsigned int i = 0; i < 2 * minutes; i++) {
		sim_packet(w.a, 100, "10.1.0.1", "198.18.0.1");
		sim_run(&w.sim, MINUTE / 2);
	}
}

/* The better one of two proxy ETRs fails and comes back, with a restart of a;
 * and of both that fail the last one stays. */
static void proxy_etrs(void **state)
{
	begin_proxies();
	assert_true(leads_to(petr1));
	in_use_for(20);
	assert_int_equal(sim_counter(w.a, "probe", "unanswered"), 0);
	assert_int_equal(sim_counter(w.a, "probe", "went-up"), 2);

	sim_cut(&w.sim, petr1);
	assert_true(sim_until(&w.sim, 77000, is_down, (void *)petr1));
	assert_true(leads_to(petr2));
	/* a's daemon dies, the next one finds out, too. */
	sim_run(&w.sim, 1);
	sim_kill(w.a);
	sim_boot(w.a);
	in_use_for(20);
	assert_true(leads_to(petr2));
	assert_int_equal(w.a->plane.down_count, 1);

	sim_cut(&w.sim, petr2);
	in_use_for(20);
	assert_true(leads_to(petr2));

	sim_mend(&w.sim);
	assert_true(sim_until(&w.sim, 62000, is_up, (void *)petr1));
	assert_true(leads_to(petr1));
}

/* A configuration without them: nothing of them is left, in the data plane or
 * among the RLOCs that are probed. */
static void proxy_etrs_go(void **state)
{
	uint64_t sent;

	begin_proxies();
	sim_cut(&w.sim, petr1);
	assert_true(sim_until(&w.sim, 77000, is_down, (void *)petr1));
	w.xtr[0].petrs_count = 0;
	sim_reload(w.a);
	sim_run(&w.sim, 1000);
	assert_int_equal(sim_packet(w.a, 100, "10.1.0.1", "198.18.0.1"),
			 PLANE_NATIVE);
	sent = sim_counter(w.a, "probe", "sent");
	sim_run(&w.sim, 5 * MINUTE);
	assert_int_equal(sim_counter(w.a, "probe", "sent"), sent);
}

/* --- two xTRs of one site --- */

static const char c4[] = "192.0.2.3";
static struct locator site_rlocs[2][3];
static struct xtr_config c_xtr;
static struct sim_host *c;

/* c is another xTR of a's site: both have the same list of RLOCs, which tells
 * them apart, and register the same. */
static void begin_site(void)
{
	const char *const c_addrs[] = { c4, NULL };

	world_init(&w, 11, &(struct world_config){ 0 });
	oracle_watch(&o, &w);
	c = sim_host_add(&w.sim, "c", c_addrs);
	for (size_t i = 0; i < 2; i++) {
		struct locator *l = site_rlocs[i];

		l[0] = w.rlocs[0][0];
		l[1] = w.rlocs[0][1];
		l[2] = w.rlocs[0][0];
		l[2].addr = c->addrs[0];
		for (size_t k = 0; k < 3; k++)
			if ((k == 2) == (i == 0))
				l[k].flags |= LOCATOR_NEIGHBOUR;
	}
	w.xtr[0].rlocs = site_rlocs[0];
	w.xtr[0].rloc_count = 3;
	c_xtr = w.xtr[0];
	c_xtr.rlocs = site_rlocs[1];
	c_xtr.ids.xtr_id[0]++;
	c->cfg.xtr = &c_xtr;
	world_boot(&w);
	sim_boot(c);
	assert_true(sim_until(&w.sim, 5 * MINUTE, world_registered, &w));
	sim_run(&w.sim, 3000);
}

/* c dies, a says so of its RLOC to the data plane, whose status bits tell; also
 * after a reload and a restart of a; and c comes back. */
static void neighbour(void **state)
{
	begin_site();
	sim_run(&w.sim, 10 * MINUTE);
	/* Nobody else uses these RLOCs; and c has no IPv6 to probe a's over. */
	assert_in_range(sim_counter(w.a, "probe", "sent"), 8, 13);
	assert_in_range(sim_counter(c, "probe", "sent"), 8, 13);
	assert_int_equal(sim_counter(w.a, "probe", "unanswered"), 0);
	assert_int_equal(sim_counter(c, "probe", "unanswered"), 0);

	sim_kill(c);
	assert_true(sim_until(&w.sim, 77000, is_down, (void *)c4));
	assert_int_equal(w.a->plane.down_count, 1);
	sim_reload(w.a);
	sim_run(&w.sim, 3 * MINUTE);
	assert_true(is_down((void *)c4));
	sim_kill(w.a);
	sim_boot(w.a);
	sim_run(&w.sim, 3 * MINUTE);
	assert_true(is_down((void *)c4));

	sim_boot(c);
	assert_true(sim_until(&w.sim, 62000, is_up, (void *)c4));
}

/* A twentieth of all datagrams lost, an hour, many seeds: now and then three
 * probes in a row are lost, but no RLOC stays down. */
static void lossy(void **state)
{
	const struct world_config bad = {
		.net = { .loss = 5, .dup = 5, .delay_min = 1,
			 .delay_max = 300 },
	};
	static const struct sim_net good = { .delay_min = 5, .delay_max = 5 };
	unsigned long downs = 0;

	for (uint64_t seed = 100; seed < 140; seed++) {
		begin(seed, &bad);
		for (int i = 0; i < 60; i++) {
			send_one();
			sim_run(&w.sim, MINUTE);
		}
		downs += sim_counter(w.a, "probe", "went-down");
		w.sim.net = good;
		sim_run(&w.sim, 65000);
		assert_int_equal(w.a->plane.down_count, 0);
		world_done(&w);
	}
	/* Per round about 0.1 that one is unanswered, 0.001 for three: some
	 * 40 * 60 * 2 rounds. */
	assert_true(downs < 25);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(quiet, end),
		cmocka_unit_test_teardown(one_fails, end),
		cmocka_unit_test_teardown(all_fail, end),
		cmocka_unit_test_teardown(one_of_two_back, end),
		cmocka_unit_test_teardown(only_one, end),
		cmocka_unit_test_teardown(restart_while_down, end),
		cmocka_unit_test_teardown(no_probes_any_more, end),
		cmocka_unit_test_teardown(forgotten_while_down, end),
		cmocka_unit_test_teardown(proxy_etrs, end),
		cmocka_unit_test_teardown(proxy_etrs_go, end),
		cmocka_unit_test_teardown(neighbour, end),
		cmocka_unit_test(lossy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

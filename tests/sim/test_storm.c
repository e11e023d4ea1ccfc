// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The bad network: a fifth of all datagrams lost, a tenth doubled, the rest
 * out of order, and now and then a node that dies.  Whatever happened, in the
 * end every packet's destination is resolved and everybody is registered; on
 * the way the oracle watches.  Many seeds; a seed repeats its history.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "oracle.h"

#define SEEDS	40	/* of each kind; the environment may say otherwise */

static struct world w;
static struct oracle o;

static const struct world_config bad = {
	.ttl = 5,
	.no_proxy = true,
	.net = { .loss = 20, .dup = 10, .delay_min = 1, .delay_max = 400 },
};

static struct sim_host *victim(void)
{
	struct sim_host *all[] = { w.a, w.b, w.ms, w.mr };

	return all[sim_random(&w.sim) % 4];
}

/* A packet to a few hosts of the other site, each way, in both VPNs. */
static void some_packet(void)
{
	uint64_t r = sim_random(&w.sim);
	uint32_t iid = r & 1 ? 100 : 200;
	char host[32];

	snprintf(host, sizeof(host), "10.%d.0.%d", r & 2 ? 2 : 1,
		 (int)((r >> 8) % 4) + 1);
	if (r & 2)
		sim_packet(w.a, iid, "10.1.0.1", host);
	else
		sim_packet(w.b, iid, "10.2.0.1", host);
}

/* Now and then somebody is reconfigured, with what it had. */
static void reconfigure(void)
{
	struct sim_host *h = victim();

	if (h->node && sim_random(&w.sim) % 50 == 0)
		sim_reload(h);
}

static void misfortune(uint64_t *back, struct sim_host **dead)
{
	if (*dead && w.sim.now >= *back) {
		sim_boot(*dead);
		*dead = NULL;
	} else if (!*dead && sim_random(&w.sim) % 100 == 0) {
		*dead = victim();
		*back = w.sim.now + sim_random(&w.sim) % 60000;
		sim_kill(*dead);
	}
}

/* @minutes of trouble, with nodes dying if @deaths. */
static void trouble(unsigned int minutes, bool deaths)
{
	struct sim_host *dead = NULL;
	uint64_t back = 0;

	for (unsigned int i = 0; i < minutes * 60; i++) {
		some_packet();
		sim_run(&w.sim, 1000);
		if (deaths) {
			reconfigure();
			misfortune(&back, &dead);
		}
	}
	if (dead)
		sim_boot(dead);
}

static unsigned int held(const struct plane *p)
{
	unsigned int n = 0;

	for (size_t i = 0; i < PLANE_HELD; i++)
		n += p->held[i].present;
	return n;
}

static bool nothing_held(void *arg)
{
	return !held(&w.a->plane) && !held(&w.b->plane);
}

static void one_seed(uint64_t seed, bool deaths)
{
	static const struct sim_net good = { .delay_min = 5, .delay_max = 5 };

	world_init(&w, seed, &bad);
	oracle_watch(&o, &w);
	world_boot(&w);
	trouble(12, deaths);

	/* The network recovers: two registration periods make it whole. */
	w.sim.net = good;
	sim_run(&w.sim, 125000);
	assert_true(world_registered(&w));
	assert_true(sim_until(&w.sim, 80000, nothing_held, NULL));
	assert_int_equal(w.a->plane.held_lost + w.b->plane.held_lost, 0);
	assert_true(w.a->plane.sent > 0 && w.b->plane.sent > 0);
}

static uint64_t seeds(void)
{
	const char *said = getenv("SIM_SEEDS"), *all = getenv("LISP_LONG");

	if (said)
		return strtoull(said, NULL, 10);
	return all && *all ? 10 * SEEDS : SEEDS;
}

static void lossy(void **state)
{
	for (uint64_t seed = 1; seed <= seeds(); seed++) {
		one_seed(seed, false);
		/* Nobody restarted, so nothing was ever unregistered for
		 * long enough to expire. */
		world_done(&w);
	}
}

static void lossy_and_deadly(void **state)
{
	for (uint64_t seed = 100000; seed < 100000 + seeds(); seed++) {
		one_seed(seed, true);
		world_done(&w);
	}
}

static void a_seed_repeats_itself(void **state)
{
	uint64_t digest;
	unsigned long delivered;

	one_seed(5, true);
	digest = w.sim.digest;
	delivered = w.sim.delivered;
	world_done(&w);

	one_seed(5, true);
	assert_int_equal(w.sim.digest, digest);
	assert_int_equal(w.sim.delivered, delivered);
	world_done(&w);

	one_seed(6, true);
	assert_int_not_equal(w.sim.digest, digest);
	world_done(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lossy),
		cmocka_unit_test(lossy_and_deadly),
		cmocka_unit_test(a_seed_repeats_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* RFC 6832: asking as a proxy ITR, and what becomes of a negative mapping
 * where there are proxy ETRs. */
#include "sm.h"

#include "sm/resolve.h"
#include "sm/smr.h"

#define NOW	1000000u

static const uint32_t iids[] = { 100, 200 }, pitr_iids[] = { 200 };
static struct xtr_config cfg;
static struct locator own[1], petrs[2];
static struct xtr_petrs petrs_of;
static struct addr resolvers[1];
static struct database db;
static struct probe probe;
static struct cache cache;
static struct resolve resolve;
static struct smr smr;

static int begin(void **state)
{
	memset(&world, 0, sizeof(world));
	xtr_config_init(&cfg);
	own[0] = L("192.0.2.1");
	resolvers[0] = A("198.51.100.10");
	petrs[0] = L("192.0.2.8");
	petrs[1] = L("192.0.2.9");
	petrs[1].priority = 2;
	cfg.rlocs = own;
	cfg.rloc_count = 1;
	cfg.resolvers = resolvers;
	cfg.resolver_count = 1;
	cfg.iids = iids;
	cfg.iid_count = 2;
	cfg.pitr_iids = pitr_iids;
	cfg.pitr_iid_count = 1;
	petrs_of = (struct xtr_petrs){ 100, petrs, 2 };
	cfg.petrs = &petrs_of;
	cfg.petrs_count = 1;
	assert_int_equal(database_init(&db, &cfg, seed), 0);
	assert_int_equal(probe_init(&probe, &cfg, &ops, &db, seed), 0);
	assert_int_equal(cache_init(&cache, &cfg, &probe, seed), 0);
	assert_int_equal(resolve_init(&resolve, &cfg, &ops, &db, &cache, seed),
			 0);
	assert_int_equal(smr_init(&smr, &ops, &db, &cache, seed), 0);
	turn();
	return 0;
}

static int end(void **state)
{
	smr_free(&smr);
	resolve_free(&resolve);
	cache_free(&cache);
	probe_free(&probe);
	database_free(&db);
	return turn_done(state);
}

static uint32_t asked_with(uint32_t iid)
{
	struct addr dest = A("10.2.0.1");

	turn();
	resolve_on_miss(&resolve, NOW, iid, &dest, NULL, &acts);
	return sent_inner(0).request.flags;
}

static void p_bit(void **state)
{
	assert_int_equal(asked_with(100), 0);
	assert_int_equal(asked_with(200), MREQ_PITR);
}

static const struct action_map *install(const char *eid,
					enum map_action action,
					unsigned int locators)
{
	struct locator l = L("192.0.2.2");
	struct map_record r = {
		.ttl = 15, .eid = E(eid), .action = action,
		.locators = &l, .locator_count = locators,
	};
	struct cache_mapping m = { .rec = &r };
	struct addr from = A("198.51.100.10");

	turn();
	cache_install(&cache, NOW, &r.eid, &m, 1, &from, &acts);
	return &act(ACTION_MAP_SET, 0)->map;
}

static const struct cache_entry *entry(const char *eid)
{
	struct eid e = E(eid);

	return cache_find(&cache, &e);
}

static void leads_to_petrs(const struct action_map *m)
{
	assert_true(m->petr);
	assert_int_equal(m->locator_count, 2);
	assert_memory_equal(m->locators, petrs, sizeof(petrs));
}

static void negative(void **state)
{
	leads_to_petrs(install("[100]198.18.0.0/16", MAP_NATIVELY_FORWARD, 0));
	leads_to_petrs(install("[100]198.19.0.0/16", MAP_NO_ACTION, 0));
	assert_int_equal(entry("[100]198.18.0.0/16")->locator_count, 0);
}

/* By how many mappings a proxy ETR is used; 0: it is not probed. */
static unsigned int users(unsigned int petr)
{
	struct probe_view v;

	return probe_view(&probe, &petrs[petr].addr, &v) ? v.users : 0;
}

/* From the first mapping that leads to them to the last one. */
static void probed(void **state)
{
	struct eid second = E("[100]198.19.0.0/16");

	install("[100]198.18.0.0/16", MAP_NATIVELY_FORWARD, 0);
	install("[100]198.19.0.0/16", MAP_NO_ACTION, 0);
	install("[100]10.3.0.0/16", MAP_DROP, 0);
	install("[200]198.18.0.0/16", MAP_NATIVELY_FORWARD, 0);
	assert_int_equal(users(0), 2);
	assert_int_equal(users(1), 2);
	/* Refreshed, dropped now, a site now: one user less. */
	install("[100]198.18.0.0/16", MAP_NATIVELY_FORWARD, 0);
	assert_int_equal(users(0), 2);
	install("[100]198.18.0.0/16", MAP_DROP, 0);
	assert_int_equal(users(0), 1);
	install("[100]10.3.0.0/16", MAP_NO_ACTION, 0);
	assert_int_equal(users(0), 2);
	install("[100]10.3.0.0/16", MAP_NO_ACTION, 1);
	assert_int_equal(users(0), 1);
	cache_on_gone(&cache, &second, &acts);
	assert_int_equal(users(0), 0);
	assert_int_equal(users(1), 0);
}

/* What the first probe asks. */
static void probe_of_one(void **state)
{
	struct lisp_msg m;
	struct eid asked;

	install("[100]198.18.0.0/16", MAP_NATIVELY_FORWARD, 0);
	turn();
	assert_true(probe_on_time(&probe, probe_due(&probe), &acts));
	m = sent(0);
	assert_true(m.request.flags & MREQ_PROBE);
	asked = E("[100]198.18.0.0/16");
	assert_true(eid_equal(&m.request.records[0].eid, &asked));
}

/* All three tries of a proxy ETR are unanswered. */
static void silence(void)
{
	struct probe_view v = { .state = PROBE_NEW };

	turn();
	while (v.state != PROBE_DOWN) {
		probe_on_time(&probe, probe_due(&probe), &acts);
		assert_true(probe_view(&probe, &petrs[0].addr, &v));
	}
}

/* Of two, one goes out of use, and is so for what is installed later; the last
 * one stays. */
static void petr_down(void **state)
{
	install("[100]198.18.0.0/16", MAP_NATIVELY_FORWARD, 0);
	silence();
	assert_int_equal(probe_is_out(&probe, &petrs[0].addr) +
			 probe_is_out(&probe, &petrs[1].addr), 1);
	assert_int_equal(count_acts(ACTION_RLOC_SET), 1);
	assert_false(act(ACTION_RLOC_SET, 0)->rloc.up);
	install("[100]198.19.0.0/16", MAP_NATIVELY_FORWARD, 0);
	assert_int_equal(count_acts(ACTION_RLOC_SET), 1);
	assert_false(act(ACTION_RLOC_SET, 0)->rloc.up);
}

static void not_for(const struct action_map *m, unsigned int locators)
{
	assert_false(m->petr);
	assert_int_equal(m->locator_count, locators);
}

static void others(void **state)
{
	not_for(install("[100]10.2.0.0/16", MAP_NO_ACTION, 1), 1);
	not_for(install("[100]10.3.0.0/16", MAP_DROP, 0), 0);
	not_for(install("[100]10.4.0.0/16", MAP_SEND_MAP_REQUEST, 0), 0);
	/* Another instance. */
	not_for(install("[200]198.18.0.0/16", MAP_NATIVELY_FORWARD, 0), 0);
	cfg.petrs_count = 0;
	not_for(install("[100]198.20.0.0/16", MAP_NATIVELY_FORWARD, 0), 0);
}

/* What an earlier configuration left leads where this one says. */
static bool claimed_anew(const struct locator *l, uint8_t n, bool petr)
{
	struct map_found f = {
		.eid = E("[100]198.18.0.0/16"), .ttl = 300,
		.action = MAP_NATIVELY_FORWARD,
		.locators = l, .locator_count = n, .petr = petr,
	};

	turn();
	cache_clear(&cache, NULL, &acts);
	turn();
	cache_on_found(&cache, NOW, &f, true, &acts);
	assert_non_null(cache_find(&cache, &f.eid));
	assert_int_equal(cache_find(&cache, &f.eid)->locator_count, 0);
	return act(ACTION_MAP_SET, 0);
}

static void claim(void **state)
{
	struct locator l[2] = { petrs[0], petrs[1] };

	assert_false(claimed_anew(l, 2, true));
	assert_true(claimed_anew(l, 1, true));
	leads_to_petrs(&act(ACTION_MAP_SET, 0)->map);
	assert_int_equal(act(ACTION_MAP_SET, 0)->map.ttl, 300);
	assert_true(claimed_anew(NULL, 0, true));
	l[1].weight++;
	assert_true(claimed_anew(l, 2, true));
	l[1].weight--;
	l[1].priority++;
	assert_true(claimed_anew(l, 2, true));
	l[1] = petrs[1];
	l[0].addr = A("192.0.2.7");
	assert_true(claimed_anew(l, 2, true));
	cfg.petrs_count = 0;
	assert_true(claimed_anew(l, 2, true));
	not_for(&act(ACTION_MAP_SET, 0)->map, 0);
	assert_false(claimed_anew(NULL, 0, true));
}

/* A proxy ETR is told of a change, as it may be the proxy ITR, too. */
static void solicited(void **state)
{
	struct eid changed = E("[100]10.1.0.0/16");
	struct eid used = E("[100]198.18.0.0/16");

	install("[100]198.18.0.0/16", MAP_NATIVELY_FORWARD, 0);
	smr_on_change(&smr, NOW, &changed);
	turn();
	while (smr_due(&smr) <= NOW + 1000)
		smr_on_time(&smr, NOW + 1000, &acts);
	assert_int_equal(count_acts(ACTION_MAP_QUERY), 1);
	smr_on_used(&smr, NOW + 1000, &used, true, 5);
	turn();
	while (smr_due(&smr) <= NOW + 1000)
		smr_on_time(&smr, NOW + 1000, &acts);
	assert_int_equal(count_acts(ACTION_SEND), 2);
	assert_true(sent(0).request.flags & MREQ_SMR);
	assert_true(addr_equal(&act(ACTION_SEND, 0)->send.to, &petrs[0].addr) ||
		    addr_equal(&act(ACTION_SEND, 0)->send.to, &petrs[1].addr));
}

int main(void)
{
#define TEST(t)	cmocka_unit_test_setup_teardown(t, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(p_bit),
		TEST(negative),
		TEST(probed),
		TEST(probe_of_one),
		TEST(petr_down),
		TEST(others),
		TEST(claim),
		TEST(solicited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

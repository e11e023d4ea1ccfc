// SPDX-License-Identifier: GPL-2.0-or-later
/* The map-cache machine: each transition, nesting prefixes, claiming. */
#include "sm.h"

#include "sm/cache.h"

#define NOW	1000000u

static struct xtr_config cfg;
static struct database db;
static struct probe probe;
static struct cache cache;

static int begin(void **state)
{
	memset(&world, 0, sizeof(world));
	xtr_config_init(&cfg);
	assert_int_equal(probe_init(&probe, &cfg, &ops, &db, seed), 0);
	assert_int_equal(cache_init(&cache, &cfg, &probe, seed), 0);
	turn();
	return 0;
}

static int end(void **state)
{
	cache_free(&cache);
	probe_free(&probe);
	return turn_done(state);
}

static struct map_record rec(const char *eid, uint32_t ttl)
{
	static struct locator loc;

	loc = L("192.0.2.2");
	return (struct map_record){
		.ttl = ttl,
		.eid = E(eid),
		.locators = &loc,
		.locator_count = 1,
	};
}

/* One record that answers a question for @asked. */
static void install(uint64_t now, const char *asked, const char *eid,
		    uint32_t ttl)
{
	struct map_record r = rec(eid, ttl);
	struct cache_mapping m = { .rec = &r };
	struct eid a = E(asked);
	struct addr from = A("198.51.100.10");

	turn();
	cache_install(&cache, now, &a, &m, 1, &from, &acts);
}

static const struct cache_entry *entry(const char *eid)
{
	struct eid e = E(eid);

	return cache_find(&cache, &e);
}

static void run_timers(uint64_t now)
{
	turn();
	while (cache_on_time(&cache, now, &acts))
		;
}

static bool used(const char *eid, bool ever, uint32_t age)
{
	struct eid e = E(eid);

	turn();
	return cache_on_used(&cache, &e, ever, age, &acts);
}

static void installs(void **state)
{
	install(NOW, "10.2.0.1", "10.2.0.0/16", 10);
	assert_int_equal(count_acts(ACTION_MAP_SET), 1);
	assert_int_equal(act_for(ACTION_MAP_SET, "10.2.0.0/16")->map.ttl, 600);
	assert_int_equal(act(ACTION_MAP_SET, 0)->map.locator_count, 1);
	assert_int_equal(count_logs(LOG_TRANSITION), 1);
	assert_int_equal(entry("10.2.0.0/16")->state, CACHE_FRESH);
	assert_in_range(cache_due(&cache), NOW + 480000, NOW + 540000);
}

static void ttl_is_capped(void **state)
{
	install(NOW, "10.2.0.1", "10.2.0.0/16", RECORD_TTL_FOREVER);
	assert_int_equal(act(ACTION_MAP_SET, 0)->map.ttl, 86400);
	install(NOW, "10.2.0.1", "10.2.0.0/16", 0x7fffffff);
	assert_int_equal(act(ACTION_MAP_SET, 0)->map.ttl, 86400);
}

static void ttl_zero_removes(void **state)
{
	install(NOW, "10.2.0.1", "10.2.0.0/16", 10);
	install(NOW, "10.2.0.1", "10.2.0.0/16", 0);
	assert_int_equal(count_acts(ACTION_MAP_SET), 0);
	assert_non_null(act_for(ACTION_MAP_DEL, "10.2.0.0/16"));
	assert_null(entry("10.2.0.0/16"));
	install(NOW, "10.3.0.1", "10.3.0.0/16", 0);
	assert_int_equal(acts.count, 0);
}

static void unusable_is_short_and_drops(void **state)
{
	struct map_record r = rec("10.2.0.0/16", 600);
	struct cache_mapping m = { .rec = &r, .unusable = true };
	struct addr from = A("198.51.100.10");

	r.locator_count = 0;
	cache_install(&cache, NOW, &r.eid, &m, 1, &from, &acts);
	assert_int_equal(act(ACTION_MAP_SET, 0)->map.ttl, 60);
	assert_int_equal(act(ACTION_MAP_SET, 0)->map.action, MAP_DROP);
}

static void life_of_a_used_one(void **state)
{
	install(NOW, "10.2.0.1", "10.2.0.0/16", 10);
	run_timers(NOW + 479999);
	assert_int_equal(acts.count, 0);
	run_timers(NOW + 540000);
	assert_non_null(act_for(ACTION_MAP_QUERY, "10.2.0.0/16"));
	assert_int_equal(entry("10.2.0.0/16")->state, CACHE_QUERIED);
	assert_true(used("10.2.0.0/16", true, 60));
	assert_int_equal(entry("10.2.0.0/16")->state, CACHE_REFRESHING);
	/* Once only, however often the data plane says so. */
	assert_false(used("10.2.0.0/16", true, 60));
	install(NOW + 541000, "10.2.0.0/16", "10.2.0.0/16", 10);
	assert_int_equal(entry("10.2.0.0/16")->state, CACHE_FRESH);
	run_timers(NOW + 600000);
	assert_non_null(entry("10.2.0.0/16"));
}

static void life_of_an_unused_one(void **state)
{
	install(NOW, "10.2.0.1", "10.2.0.0/16", 10);
	install(NOW, "10.3.0.1", "10.3.0.0/16", 10);
	run_timers(NOW + 540000);
	assert_int_equal(count_acts(ACTION_MAP_QUERY), 2);
	assert_false(used("10.2.0.0/16", true, 61));
	assert_false(used("10.3.0.0/16", false, 0));
	assert_int_equal(entry("10.2.0.0/16")->state, CACHE_AGEING);
	/* Asked about again, and still not in use. */
	run_timers(NOW + 599999);
	assert_true(count_acts(ACTION_MAP_QUERY) >= 2);
	assert_int_equal(count_acts(ACTION_MAP_SET), 0);
	assert_false(used("10.2.0.0/16", true, 90));
	assert_int_equal(counted(cache_counters(&cache), "aged"), 2);
	run_timers(NOW + 600000);
	/* The data plane expires it by itself. */
	assert_int_equal(count_acts(ACTION_MAP_DEL), 0);
	assert_null(entry("10.2.0.0/16"));
	assert_int_equal(counted(cache_counters(&cache), "expired"), 2);
	assert_int_equal(cache_due(&cache), UINT64_MAX);
}

/* Use that begins late is seen before the end. */
static void used_late(void **state)
{
	uint64_t due;

	install(NOW, "10.2.0.1", "10.2.0.0/16", 1440);
	run_timers(cache_due(&cache));
	assert_false(used("10.2.0.0/16", false, 0));
	due = cache_due(&cache);
	assert_in_range(due, NOW + 78000000, NOW + 82100000);
	run_timers(due);
	assert_int_equal(count_acts(ACTION_MAP_QUERY), 1);
	assert_true(used("10.2.0.0/16", true, 1));
	assert_int_equal(entry("10.2.0.0/16")->state, CACHE_REFRESHING);
	assert_int_equal(counted(cache_counters(&cache), "refreshed"), 1);

	/* Nobody answers: asked for again, until half a minute is left. */
	for (int i = 0; i < 12 && cache_due(&cache) < NOW + 86400000; i++) {
		run_timers(cache_due(&cache));
		assert_true(used("10.2.0.0/16", true, 1));
	}
	assert_int_equal(cache_due(&cache), NOW + 86400000);
	assert_int_equal(counted(cache_counters(&cache), "refreshed"), 1);
	run_timers(NOW + 86400000);
	assert_null(entry("10.2.0.0/16"));
}

/* A thousand that come at once are asked for over a tenth of their time, no
 * second of it with more than its share and a few. */
static void spread(void **state)
{
	enum { N = 1000, TTL_S = 600, BINS = TTL_S / 10 };
	unsigned int bins[BINS] = { 0 }, seen = 0;
	char text[32];

	for (int i = 0; i < N; i++) {
		snprintf(text, sizeof(text), "10.%d.%d.0/24", i / 250,
			 i % 250);
		install(NOW, text, text, TTL_S / 60);
	}
	for (int i = 0; i < BINS; i++) {
		run_timers(NOW + TTL_S * 800 + (uint64_t)i * 1000 + 999);
		bins[i] = count_acts(ACTION_MAP_QUERY);
		seen += bins[i];
		assert_in_range(bins[i], N / BINS - 4, N / BINS + 6);
	}
	assert_int_equal(seen, N);
}

static void gone(void **state)
{
	struct eid e = E("10.2.0.0/16");

	install(NOW, "10.2.0.1", "10.2.0.0/16", 10);
	turn();
	cache_on_gone(&cache, &e, &acts);
	assert_null(entry("10.2.0.0/16"));
	assert_int_equal(count_acts(ACTION_MAP_DEL), 0);
	cache_on_gone(&cache, &e, &acts);
}

/* --- RFC 9301 5.5 --- */

/* What is said of the EID asked is news for the more specific mapping of it;
 * the one of somebody else stays. */
static void less_specific_replaces_the_asked(void **state)
{
	install(NOW, "10.2.1.1", "10.2.1.0/24", 10);
	install(NOW, "10.2.2.1", "10.2.2.0/24", 10);
	install(NOW + 1000, "10.2.1.1", "10.2.0.0/16", 60);
	assert_null(entry("10.2.1.0/24"));
	assert_non_null(act_for(ACTION_MAP_DEL, "10.2.1.0/24"));
	assert_non_null(entry("10.2.2.0/24"));
	assert_null(act_for(ACTION_MAP_DEL, "10.2.2.0/24"));
	/* New before old: no packet falls between them. */
	assert_int_equal(acts.first->type, ACTION_MAP_SET);
}

static void less_specific_expires_with_the_first_beneath(void **state)
{
	install(NOW, "10.2.2.1", "10.2.2.0/24", 10);
	install(NOW + 60000, "10.2.1.1", "10.2.0.0/16", 60);
	assert_int_equal(entry("10.2.0.0/16")->expires, NOW + 600000);
	assert_int_equal(act(ACTION_MAP_SET,
			     count_acts(ACTION_MAP_SET) - 1)->map.ttl, 540);
}

static void more_specific_keeps_its_own(void **state)
{
	install(NOW, "10.2.1.1", "10.2.0.0/16", 10);
	install(NOW, "10.2.2.1", "10.2.2.0/24", 60);
	assert_int_equal(entry("10.2.0.0/16")->expires, NOW + 600000);
	assert_int_equal(entry("10.2.2.0/24")->expires, NOW + 3600000);
}

/* A negative answer is a mapping like others: it lets those beneath be, and
 * goes with the first of them. */
static void hole_around_others(void **state)
{
	struct map_record r = rec("10.0.0.0/8", 15);
	struct cache_mapping m = { .rec = &r };
	struct eid asked = E("10.99.0.1");
	struct addr from = A("198.51.100.10");

	install(NOW, "10.2.0.1", "10.2.0.0/16", 10);
	r.locator_count = 0;
	r.action = MAP_NATIVELY_FORWARD;
	turn();
	cache_install(&cache, NOW + 60000, &asked, &m, 1, &from, &acts);
	assert_int_equal(count_acts(ACTION_MAP_DEL), 0);
	assert_int_equal(entry("10.2.0.0/16")->locator_count, 1);
	assert_int_equal(entry("10.0.0.0/8")->expires, NOW + 600000);
	assert_int_equal(entry("10.2.0.0/16")->expires, NOW + 600000);
}

/* Asked for again, it turns out to be two. */
static void split(void **state)
{
	install(NOW, "10.2.0.1", "10.2.0.0/16", 10);
	install(NOW, "10.3.0.1", "10.3.0.0/16", 10);
	install(NOW + 1000, "10.2.0.0/16", "10.2.0.0/17", 10);
	assert_null(entry("10.2.0.0/16"));
	assert_non_null(act_for(ACTION_MAP_DEL, "10.2.0.0/16"));
	assert_int_equal(acts.first->type, ACTION_MAP_SET);
	/* A host's is not the mapping as such. */
	install(NOW + 1000, "10.3.0.1", "10.3.0.0/24", 10);
	assert_non_null(entry("10.3.0.0/16"));
	/* The same again, or a wider one: nothing special. */
	install(NOW + 2000, "10.3.0.0/16", "10.3.0.0/16", 10);
	assert_non_null(entry("10.3.0.0/16"));
	assert_int_equal(count_acts(ACTION_MAP_DEL), 1);	/* the /24 */
}

static void one_reply_many_records(void **state)
{
	struct map_record r[2] = { rec("10.2.0.0/16", 10),
				   rec("10.2.2.0/24", 10) };
	struct cache_mapping m[2] = { { .rec = &r[0] }, { .rec = &r[1] } };
	struct addr from = A("198.51.100.10");
	struct eid asked = E("10.2.1.1");

	cache_install(&cache, NOW, &asked, m, 2, &from, &acts);
	assert_int_equal(count_acts(ACTION_MAP_SET), 2);
	assert_int_equal(count_acts(ACTION_MAP_DEL), 0);
	assert_int_equal(entry("10.2.0.0/16")->expires, NOW + 600000);
}

static void full(void **state)
{
	cfg.cache.entries = 2;
	install(NOW, "10.2.0.1", "10.2.0.0/16", 5);
	install(NOW, "10.3.0.1", "10.3.0.0/16", 10);
	install(NOW, "10.4.0.1", "10.4.0.0/16", 10);
	assert_null(entry("10.2.0.0/16"));
	assert_non_null(act_for(ACTION_MAP_DEL, "10.2.0.0/16"));
	assert_int_equal(count_logs(LOG_CACHE_FULL), 1);
	assert_int_equal(cache.map.count, 2);
	/* Replacing one needs no room. */
	install(NOW, "10.4.0.1", "10.4.0.0/16", 10);
	assert_int_equal(count_logs(LOG_CACHE_FULL), 0);
}

static void locators_are_cut(void **state)
{
	struct locator many[40];
	struct map_record r = rec("10.2.0.0/16", 10);
	struct cache_mapping m = { .rec = &r };
	struct addr from = A("198.51.100.10");

	for (int i = 0; i < 40; i++)
		many[i] = L("192.0.2.2");
	r.locators = many;
	r.locator_count = 40;
	cache_install(&cache, NOW, &r.eid, &m, 1, &from, &acts);
	assert_int_equal(act(ACTION_MAP_SET, 0)->map.locator_count, 32);
}

/* --- what an earlier run left --- */

static bool found(const char *eid, bool wanted, struct map_found f)
{
	static struct locator loc;

	loc = L("192.0.2.2");
	f.eid = E(eid);
	f.locators = &loc;
	f.locator_count = 1;
	turn();
	return cache_on_found(&cache, NOW, &f, wanted, &acts);
}

static void claims(void **state)
{
	assert_false(found("10.2.0.0/16", true,
			   (struct map_found){ .ttl = 100 }));
	assert_int_equal(count_acts(ACTION_MAP_SET), 0);
	assert_int_equal(count_acts(ACTION_MAP_DEL), 0);
	assert_int_equal(entry("10.2.0.0/16")->state, CACHE_FRESH);
	assert_int_equal(entry("10.2.0.0/16")->expires, NOW + 100000);
	assert_in_range(cache_due(&cache), NOW + 80000, NOW + 90000);
	assert_int_equal(count_logs(LOG_CACHE_CLAIMED), 1);
}

static void sweeps(void **state)
{
	assert_false(found("10.2.0.0/16", false,
			   (struct map_found){ .ttl = 100 }));
	assert_non_null(act_for(ACTION_MAP_DEL, "10.2.0.0/16"));
	assert_null(entry("10.2.0.0/16"));
	assert_false(found("10.3.0.0/16", true,
			   (struct map_found){ .stale = true }));
	assert_non_null(act_for(ACTION_MAP_DEL, "10.3.0.0/16"));
	assert_false(found("10.4.0.0/16", true, (struct map_found){
			   .stale = true, .used = true, .used_age = 61 }));
	assert_non_null(act_for(ACTION_MAP_DEL, "10.4.0.0/16"));
	assert_int_equal(counted(cache_counters(&cache), "swept"), 3);
}

/* Stale and in use: asked for; unanswered, it goes, and then the data plane
 * has to be told. */
static void claims_stale(void **state)
{
	assert_true(found("10.2.0.0/16", true, (struct map_found){
			  .stale = true, .used = true, .used_age = 5 }));
	assert_int_equal(entry("10.2.0.0/16")->state, CACHE_REFRESHING);
	assert_int_equal(count_acts(ACTION_MAP_DEL), 0);
	run_timers(NOW + 59999);
	assert_non_null(entry("10.2.0.0/16"));
	run_timers(NOW + 60000);
	assert_null(entry("10.2.0.0/16"));
	assert_non_null(act_for(ACTION_MAP_DEL, "10.2.0.0/16"));
}

static void dump_again(void **state)
{
	found("10.2.0.0/16", true, (struct map_found){ .ttl = 100 });
	found("10.3.0.0/16", true, (struct map_found){ .ttl = 100 });
	cache_on_synced(&cache, &acts);
	assert_int_equal(cache.map.count, 2);

	/* The second dump lacks one, and one came while it was made. */
	found("10.2.0.0/16", true, (struct map_found){ .ttl = 90 });
	install(NOW, "10.4.0.1", "10.4.0.0/16", 10);
	turn();
	cache_on_synced(&cache, &acts);
	assert_non_null(entry("10.2.0.0/16"));
	assert_null(entry("10.3.0.0/16"));
	assert_non_null(entry("10.4.0.0/16"));
	assert_int_equal(entry("10.2.0.0/16")->expires, NOW + 100000);
	assert_int_equal(counted(cache_counters(&cache), "claimed"), 2);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(installs),
		TEST(ttl_is_capped),
		TEST(ttl_zero_removes),
		TEST(unusable_is_short_and_drops),
		TEST(life_of_a_used_one),
		TEST(life_of_an_unused_one),
		TEST(used_late),
		TEST(spread),
		TEST(gone),
		TEST(less_specific_replaces_the_asked),
		TEST(less_specific_expires_with_the_first_beneath),
		TEST(more_specific_keeps_its_own),
		TEST(hole_around_others),
		TEST(split),
		TEST(one_reply_many_records),
		TEST(full),
		TEST(locators_are_cut),
		TEST(claims),
		TEST(sweeps),
		TEST(claims_stale),
		TEST(dump_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

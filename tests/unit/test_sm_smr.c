// SPDX-License-Identifier: GPL-2.0-or-later
/* Soliciting: whom, what, how often, and when it ends. */
#include "sm.h"

#include "sm/smr.h"

#define NOW	1000000u

static struct xtr_config cfg;
static struct locator own[2];
static struct database db;
static struct probe probe;
static struct cache cache;
static struct smr smr;

static int begin(void **state)
{
	memset(&world, 0, sizeof(world));
	xtr_config_init(&cfg);
	cfg.probe.interval = 0;
	own[0] = L("192.0.2.1");
	own[1] = L("2001:db8:0:a::1");
	cfg.rlocs = own;
	cfg.rloc_count = 2;
	assert_int_equal(database_init(&db, &cfg, seed), 0);
	assert_int_equal(probe_init(&probe, &cfg, &ops, &db, seed), 0);
	assert_int_equal(cache_init(&cache, &cfg, &probe, seed), 0);
	assert_int_equal(smr_init(&smr, &ops, &db, &cache, seed), 0);
	turn();
	return 0;
}

static int end(void **state)
{
	smr_free(&smr);
	cache_free(&cache);
	probe_free(&probe);
	database_free(&db);
	return turn_done(state);
}

static uint64_t counter(const char *name)
{
	return counted(smr_counters(&smr), name);
}

/* A mapping of two locators, or negative. */
static void install(const char *eid, const char *a, const char *b)
{
	struct locator l[2] = { L("192.0.2.2"), L("192.0.2.2") };
	struct map_record r = { .ttl = 1440, .eid = E(eid), .locators = l };
	struct cache_mapping m = { .rec = &r };
	struct addr from = A("198.51.100.10");

	if (a)
		l[r.locator_count++] = L(a);
	if (b)
		l[r.locator_count++] = L(b);
	turn();
	cache_install(&cache, NOW, &r.eid, &m, 1, &from, &acts);
}

static void change(uint64_t now, const char *eid)
{
	struct eid e = E(eid);

	smr_on_change(&smr, now, &e);
}

/* What the data plane says of each query: used so long ago. */
static uint32_t age;

/* Everything due until @end; what was sent to whom goes into sent_to[]. */
static struct {
	struct addr to;
	uint64_t when;
	struct eid source, record;
} sent_to[64];
static unsigned int n_sent, n_queries;

static void note(uint64_t now, const struct action *a)
{
	struct lisp_msg m;

	assert_int_equal(msg_parse(a->send.data, a->send.len, &arena, &m,
				   NULL), 0);
	assert_int_equal(m.request.flags, MREQ_SMR | MREQ_DONT_REPLY);
	assert_int_equal(m.request.itr_count, 2);
	sent_to[n_sent].to = a->send.to;
	sent_to[n_sent].when = now;
	sent_to[n_sent].source = m.request.source;
	sent_to[n_sent++].record = m.request.records[0].eid;
}

static void run(uint64_t end)
{
	uint64_t now;

	n_sent = 0;
	while ((now = smr_due(&smr)) <= end) {
		turn();
		assert_true(smr_on_time(&smr, now, &acts));
		for (struct action *a = acts.first; a; a = a->next) {
			if (a->type == ACTION_MAP_QUERY) {
				n_queries++;
				smr_on_used(&smr, now, &a->map.eid,
					    age != UINT32_MAX, age);
			} else if (a->type == ACTION_SEND) {
				note(now, a);
			}
		}
	}
}

static unsigned int sent_times(const char *rloc)
{
	struct addr a = A(rloc);
	unsigned int n = 0;

	for (unsigned int i = 0; i < n_sent; i++)
		n += addr_equal(&sent_to[i].to, &a);
	return n;
}

static void three_each(void **state)
{
	struct eid source = E("[100]10.1.0.0/32"), rec = E("[100]10.2.0.0/16");

	age = 10;
	install("[100]10.2.0.0/16", "192.0.2.2", "2001:db8:0:b::1");
	install("[100]10.3.0.0/16", NULL, NULL);
	install("[200]10.4.0.0/16", "192.0.2.4", NULL);
	change(NOW, "[100]10.1.0.0/16");
	run(NOW + 999);
	assert_int_equal(n_sent, 0);
	run(NOW + 60000);
	/* Not the negative one, not the other VPN's. */
	assert_int_equal(n_queries, 1);
	assert_int_equal(n_sent, 6);
	assert_int_equal(sent_times("192.0.2.2"), 3);
	assert_int_equal(sent_times("2001:db8:0:b::1"), 3);
	assert_true(eid_equal(&sent_to[0].source, &source));
	assert_true(eid_equal(&sent_to[0].record, &rec));
	assert_int_equal(sent_to[2].when - sent_to[0].when, 3000);
	/* Nothing is left. */
	assert_null(smr.jobs);
	assert_int_equal(smr_due(&smr), UINT64_MAX);
}

static void only_whom_we_talk_with(void **state)
{
	install("[100]10.2.0.0/16", "192.0.2.2", NULL);
	age = 61;
	change(NOW, "[100]10.1.0.0/16");
	run(NOW + 60000);
	assert_int_equal(n_sent, 0);
	age = UINT32_MAX;		/* never */
	change(NOW + 60000, "[100]10.1.0.0/16");
	run(NOW + 120000);
	assert_int_equal(n_sent, 0);
	age = 60;
	change(NOW + 120000, "[100]10.1.0.0/16");
	run(NOW + 180000);
	assert_int_equal(n_sent, 3);
}

/* Several changes, several mappings of one locator, two VPNs: one in three
 * seconds to it all the same, three for each change and VPN. */
static void rate(void **state)
{
	age = 1;
	install("[100]10.2.0.0/16", "192.0.2.2", NULL);
	install("[100]10.3.0.0/16", "192.0.2.2", NULL);
	install("[200]10.2.0.0/16", "192.0.2.2", NULL);
	change(NOW, "[100]10.1.0.0/16");
	change(NOW, "[100]10.8.0.0/16");
	change(NOW, "[200]10.1.0.0/16");
	run(NOW + 100000);
	assert_int_equal(n_sent, 9);
	for (unsigned int i = 1; i < n_sent; i++)
		assert_true(sent_to[i].when >= sent_to[i - 1].when + 3000);
}

/* A walk over more entries than one piece. */
static void in_pieces(void **state)
{
	char eid[EID_TEXT_MAX], rloc[ADDR_TEXT_MAX];
	uint64_t first;

	age = 1;
	for (int i = 0; i < 200; i++) {
		snprintf(eid, sizeof(eid), i % 2 ? "[100]10.%d.0.0/16" :
			 "[100]2001:db8:%d::/48", 100 + i / 2);
		snprintf(rloc, sizeof(rloc), "192.0.2.%d", 10 + i % 16);
		install(eid, rloc, NULL);
	}
	change(NOW, "[100]10.1.0.0/16");
	n_queries = 0;
	first = smr_due(&smr);
	run(first);
	assert_int_equal(n_queries, 64);
	run(NOW + 60000);
	assert_int_equal(n_queries, 200);
	assert_int_equal(counter("sent"), 16 * 3);
}

static void answered(void **state)
{
	struct addr itr[2] = { A("192.0.2.77"), A("192.0.2.2") };
	struct request_record rr = { .eid = E("[100]10.1.0.9/32") };
	struct map_request m = {
		.itr_rlocs = itr, .itr_count = 2,
		.records = &rr, .record_count = 1,
	};
	struct request rq = { .msg = &m };

	age = 1;
	install("[100]10.2.0.0/16", "192.0.2.2", "192.0.2.3");
	change(NOW, "[100]10.1.0.0/16");
	run(NOW + 1500);
	assert_int_equal(n_sent, 2);
	/* Any other request is no sign that it was heard. */
	smr_on_request(&smr, &rq);
	assert_int_equal(counter("answered"), 0);
	m.flags = MREQ_SMR_INVOKED;
	smr_on_request(&smr, &rq);
	assert_int_equal(counter("answered"), 1);
	run(NOW + 60000);
	assert_int_equal(sent_times("192.0.2.2"), 0);
	assert_int_equal(sent_times("192.0.2.3"), 2);
}

static void not_to_everybody(void **state)
{
	age = 1;
	world.own = A("192.0.2.9");
	world.overlay = A("192.0.2.8");
	install("[100]10.2.0.0/16", "192.0.2.9", "192.0.2.8");
	db.locator_count = 1;		/* the IPv4 one */
	install("[100]10.3.0.0/16", "2001:db8:0:c::1", NULL);
	change(NOW, "[100]10.1.0.0/16");
	run(NOW + 60000);
	assert_int_equal(n_sent, 0);
	assert_null(smr.jobs);
}

/* Packets by an old mapping: one SMR in three seconds to where they come
 * from. */
static void behind(void **state)
{
	struct eid e = E("[100]10.1.0.0/16"), source = E("[100]10.1.0.0/32");
	struct addr a = A("192.0.2.2"), ours = A("192.0.2.9");
	struct lisp_msg m;
	unsigned int n = 0;

	world.own = ours;
	for (uint64_t t = NOW; t < NOW + 9000; t += 500) {
		turn();
		smr_on_behind(&smr, t, &e, &a, &acts);
		smr_on_behind(&smr, t, &e, &ours, &acts);
		if (!count_acts(ACTION_SEND))
			continue;
		n++;
		m = sent(0);
		assert_true(eid_equal(&m.request.source, &source));
		assert_int_equal(m.request.flags, MREQ_SMR | MREQ_DONT_REPLY);
	}
	assert_int_equal(n, 3);
}

static void bounded(void **state)
{
	char eid[EID_TEXT_MAX];

	for (int i = 0; i < SMR_EIDS + 5; i++) {
		snprintf(eid, sizeof(eid), "[%d]10.%d.%d.0/24", i % 3,
			 i / 256, i % 256);
		change(NOW, eid);
	}
	assert_int_equal(counter("full"), 5);
	run(NOW + 10000);
	assert_null(smr.jobs);
	assert_int_equal(smr.eids, 0);
	/* Freed in the middle of it, too. */
	install("[100]10.2.0.0/16", "192.0.2.2", NULL);
	change(NOW + 20000, "[100]10.1.0.0/16");
	run(NOW + 21500);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(three_each),
		TEST(only_whom_we_talk_with),
		TEST(rate),
		TEST(in_pieces),
		TEST(answered),
		TEST(not_to_everybody),
		TEST(behind),
		TEST(bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

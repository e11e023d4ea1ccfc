// SPDX-License-Identifier: GPL-2.0-or-later
/* The asking ITR: series, retransmission, which replies it believes. */
#include "sm.h"

#include "sm/resolve.h"

#define NOW	1000000u

static struct xtr_config cfg;
static struct database db;
static struct probe probe;
static struct cache cache;
static struct resolve resolve;
static struct locator rlocs[2];
static struct addr resolvers[2];
static struct eid local;
static const uint32_t iids[] = { 100, 200 };

static int begin(void **state)
{
	memset(&world, 0, sizeof(world));
	rlocs[0] = L("2001:db8:0:a::1");
	rlocs[1] = L("192.0.2.1");
	resolvers[0] = A("198.51.100.10");
	resolvers[1] = A("198.51.100.20");
	local = E("[100]10.1.0.0/16");
	xtr_config_init(&cfg);
	cfg.rlocs = rlocs;
	cfg.rloc_count = 2;
	cfg.resolvers = resolvers;
	cfg.resolver_count = 2;
	cfg.database = &local;
	cfg.database_count = 1;
	cfg.iids = iids;
	cfg.iid_count = 2;
	assert_int_equal(database_init(&db, &cfg, seed), 0);
	assert_int_equal(probe_init(&probe, &cfg, &ops, &db, seed), 0);
	assert_int_equal(cache_init(&cache, &cfg, &probe, seed), 0);
	assert_int_equal(resolve_init(&resolve, &cfg, &ops, &db, &cache,
				      seed), 0);
	turn();
	return 0;
}

static int end(void **state)
{
	resolve_free(&resolve);
	cache_free(&cache);
	probe_free(&probe);
	database_free(&db);
	return turn_done(state);
}

static uint64_t counter(const char *name)
{
	return counted(resolve_counters(&resolve), name);
}

static void miss(uint64_t now, uint32_t iid, const char *dest)
{
	struct addr d = A(dest), s = A("10.1.0.9");

	turn();
	resolve_on_miss(&resolve, now, iid, &d,
			d.family == ADDR_IPV4 ? &s : NULL, &acts);
}

static void run_timers(uint64_t now)
{
	turn();
	while (resolve_on_time(&resolve, now, &acts))
		;
}

/* Deliver a Map-Reply with these records. */
static void reply(uint64_t now, uint64_t nonce, struct map_record *recs,
		  unsigned int n)
{
	struct map_reply m = {
		.nonce = nonce,
		.records = recs,
		.record_count = (uint8_t)n,
	};
	struct packet pkt = packet_of("198.51.100.99", "192.0.2.1", NULL);

	turn();
	resolve_on_reply(&resolve, now, &pkt, &m, &acts);
}

static struct map_record rec(const char *eid, struct locator *l)
{
	return (struct map_record){
		.ttl = 10,
		.action = l ? MAP_NO_ACTION : MAP_NATIVELY_FORWARD,
		.eid = E(eid),
		.locators = l,
		.locator_count = l ? 1 : 0,
	};
}

/* --- the request --- */

static void request(void **state)
{
	struct lisp_msg m, in;

	miss(NOW, 100, "10.2.0.1");
	m = sent(0);
	in = sent_inner(0);
	assert_int_equal(count_acts(ACTION_SEND), 1);
	assert_true(addr_equal(&act(ACTION_SEND, 0)->send.to, &resolvers[0]));
	assert_int_equal(act(ACTION_SEND, 0)->send.to_port, 4342);
	assert_true(addr_equal(&m.ecm.source, &rlocs[1].addr));
	assert_true(addr_equal(&m.ecm.dest, &in.request.records[0].eid.prefix
					     .addr));
	assert_int_equal(m.ecm.source_port, 4342);
	assert_int_equal(m.ecm.dest_port, 4342);
	assert_int_equal(in.request.record_count, 1);
	assert_int_equal(in.request.records[0].eid.iid, 100);
	assert_int_equal(in.request.records[0].eid.prefix.len, 32);
	assert_int_equal(in.request.source.iid, 100);
	assert_int_equal(in.request.itr_count, 2);
	assert_true(addr_equal(&in.request.itr_rlocs[0], &rlocs[1].addr));
	assert_true(addr_equal(&in.request.itr_rlocs[1], &rlocs[0].addr));
	assert_int_equal(in.request.flags, 0);
	assert_int_equal(count_logs(LOG_TRANSITION), 1);
}

/* No RLOC of the EID's family: any address will do as the inner source. */
static void request_of_other_family(void **state)
{
	cfg.rloc_count = 1;
	database_free(&db);
	assert_int_equal(database_init(&db, &cfg, seed), 0);
	miss(NOW, 100, "10.2.0.1");
	assert_int_equal(sent(0).ecm.source.family, ADDR_IPV4);
	assert_int_equal(sent_inner(0).request.itr_count, 1);
}

/* Every retransmission: when, to whom, with a nonce of its own. */
static void series(void **state)
{
	static const unsigned int at[RESOLVE_TRIES] = {
		0, 1000, 2000, 3000, 5000, 7000, 11000, 15000, 23000, 31000,
		39000,
	};
	uint64_t nonces[RESOLVE_TRIES];

	miss(NOW, 100, "10.2.0.1");
	for (int i = 0; i < RESOLVE_TRIES; i++) {
		if (i) {
			run_timers(NOW + at[i] - 1);
			assert_int_equal(count_acts(ACTION_SEND), 0);
			run_timers(NOW + at[i]);
		}
		assert_int_equal(count_acts(ACTION_SEND), 1);
		assert_true(addr_equal(&act(ACTION_SEND, 0)->send.to,
				       &resolvers[i % 2]));
		nonces[i] = sent_inner(0).request.nonce;
		for (int k = 0; k < i; k++)
			assert_int_not_equal(nonces[i], nonces[k]);
	}
	run_timers(NOW + 47000);
	assert_int_equal(count_acts(ACTION_SEND), 0);
	assert_int_equal(count_logs(LOG_RESOLVE_TIMEOUT), 1);
	/* Nobody asked again: forgotten after the pause. */
	run_timers(NOW + 77000);
	assert_int_equal(count_acts(ACTION_SEND), 0);
	assert_int_equal(resolve_outstanding(&resolve), 0);
	assert_int_equal(resolve_due(&resolve), UINT64_MAX);
}

static void asked_during_the_pause(void **state)
{
	miss(NOW, 100, "10.2.0.1");
	for (uint64_t t = NOW; t <= NOW + 47000; t += 1000)
		run_timers(t);
	miss(NOW + 50000, 100, "10.2.0.1");
	assert_int_equal(count_acts(ACTION_SEND), 0);
	run_timers(NOW + 76999);
	assert_int_equal(count_acts(ACTION_SEND), 0);
	run_timers(NOW + 77000);
	assert_int_equal(count_acts(ACTION_SEND), 1);
}

/* An answer to the first of three counts as much as one to the last. */
static void any_nonce_of_the_series(void **state)
{
	struct locator l = L("192.0.2.2");
	struct map_record r = rec("[100]10.2.0.0/16", &l);
	uint64_t first;

	miss(NOW, 100, "10.2.0.1");
	first = sent_inner(0).request.nonce;
	run_timers(NOW + 1000);
	run_timers(NOW + 2000);
	reply(NOW + 2500, first, &r, 1);
	assert_int_equal(count_acts(ACTION_MAP_SET), 1);
	assert_int_equal(resolve_outstanding(&resolve), 0);
	/* And once only. */
	reply(NOW + 2600, first, &r, 1);
	assert_int_equal(count_acts(ACTION_MAP_SET), 0);
	assert_int_equal(counter("bad-nonce"), 1);
}

static void one_series_per_eid(void **state)
{
	miss(NOW, 100, "10.2.0.1");
	miss(NOW + 1, 100, "10.2.0.1");
	assert_int_equal(count_acts(ACTION_SEND), 0);
	assert_int_equal(counter("joined"), 1);
	miss(NOW + 2, 200, "10.2.0.1");
	assert_int_equal(count_acts(ACTION_SEND), 1);
}

static void not_asked(void **state)
{
	static const char *const no[] = { "10.1.2.3", "224.0.0.1", "ff02::2" };

	for (int i = 0; i < 3; i++) {
		miss(NOW, 100, no[i]);
		assert_int_equal(count_acts(ACTION_SEND), 0);
	}
	miss(NOW, 300, "10.2.0.1");
	assert_int_equal(count_acts(ACTION_SEND), 0);
	assert_int_equal(counter("miss-ignored"), 4);
	/* Local in one VPN is not local in the other. */
	miss(NOW, 200, "10.1.2.3");
	assert_int_equal(count_acts(ACTION_SEND), 1);
}

/* A scan of one VPN leaves room for the other. */
static void caps(void **state)
{
	char dest[32];

	cfg.resolve.outstanding = 6;
	cfg.resolve.per_iid = 4;
	for (int i = 1; i <= 10; i++) {
		snprintf(dest, sizeof(dest), "10.2.0.%d", i);
		miss(NOW, 100, dest);
	}
	assert_int_equal(counter("full"), 6);
	assert_int_equal(count_logs(LOG_RESOLVE_FULL), 1);
	for (int i = 1; i <= 3; i++) {
		snprintf(dest, sizeof(dest), "10.2.0.%d", i);
		miss(NOW, 200, dest);
	}
	assert_int_equal(counter("full"), 7);
	assert_int_equal(resolve_outstanding(&resolve), 6);
}

/* Over the rate: later, and not as one of the tries. */
static void rate(void **state)
{
	bucket_init(&resolve.rate, 100000, 1);
	miss(NOW, 100, "10.2.0.1");
	assert_int_equal(count_acts(ACTION_SEND), 1);
	miss(NOW, 100, "10.2.0.2");
	assert_int_equal(count_acts(ACTION_SEND), 0);
	assert_int_equal(counter("deferred"), 1);
	run_timers(NOW + 99);
	assert_int_equal(count_acts(ACTION_SEND), 0);
	run_timers(NOW + 100);
	assert_int_equal(count_acts(ACTION_SEND), 1);
	assert_int_equal(counter("requests"), 2);
}

static void resolver_in_overlay(void **state)
{
	world.overlay = resolvers[0];
	miss(NOW, 100, "10.2.0.1");
	assert_true(addr_equal(&act(ACTION_SEND, 0)->send.to, &resolvers[1]));
	world.no_family = resolvers[1];
	miss(NOW, 100, "10.2.0.2");
	assert_int_equal(count_acts(ACTION_SEND), 0);
	assert_int_equal(count_logs(LOG_RESOLVE_NO_RESOLVER), 1);
}

/* --- the reply --- */

/* Ask for 10.2.0.1 in VPN 100, answer with @recs; was it taken? */
static bool believed(struct map_record *recs, unsigned int n)
{
	static uint64_t when = NOW;
	uint64_t nonce;

	when += 100000;
	miss(when, 100, "10.2.0.1");
	nonce = sent_inner(0).request.nonce;
	reply(when + 10, nonce, recs, n);
	if (resolve_outstanding(&resolve) == 0)
		return true;

	/* Then the series goes on. */
	assert_int_equal(count_acts(ACTION_MAP_SET), 0);
	assert_int_equal(count_logs(LOG_REPLY_COVERAGE), 1);
	for (uint64_t t = when; resolve_outstanding(&resolve); t += 1000)
		run_timers(t);
	return false;
}

static void coverage(void **state)
{
	struct locator l = L("192.0.2.2");
	struct map_record r;

	r = rec("[100]10.3.0.0/16", &l);
	assert_false(believed(&r, 1));
	r = rec("[200]10.2.0.0/16", &l);
	assert_false(believed(&r, 1));
	r = rec("[100]2001:db8::/32", &l);
	assert_false(believed(&r, 1));
	assert_false(believed(NULL, 0));
	r = rec("[100]10.2.0.1/32", &l);
	assert_true(believed(&r, 1));
	r = rec("[100]10.0.0.0/8", &l);
	assert_true(believed(&r, 1));
	assert_int_equal(counter("short-prefix"), 0);
}

/* Who claims the world gets the part around what was asked. */
static void overclaims(void **state)
{
	struct locator l = L("192.0.2.2");
	struct map_record r[4] = {
		rec("[100]0.0.0.0/0", &l), rec("[100]0.0.0.0/1", &l),
		rec("[100]10.2.9.0/24", &l), rec("[100]128.0.0.0/1", &l),
	};

	/* The longest is the answer, the others are too short. */
	assert_true(believed(r, 4));
	assert_int_equal(count_acts(ACTION_MAP_SET), 2);
	assert_non_null(act_for(ACTION_MAP_SET, "[100]10.0.0.0/8"));
	assert_non_null(act_for(ACTION_MAP_SET, "[100]10.2.9.0/24"));
	assert_int_equal(counter("short-prefix"), 2);
	assert_int_equal(count_logs(LOG_REPLY_SHORT_PREFIX), 2);
	assert_int_equal(counter("bad-record"), 1);

	/* A hole, too; and as configured. */
	cfg.cache.min_len4 = 12;
	r[0] = rec("[100]10.0.0.0/9", NULL);
	assert_true(believed(r, 1));
	assert_non_null(act_for(ACTION_MAP_SET, "[100]10.0.0.0/12"));
	cfg.cache.min_len4 = 0;
	r[0] = rec("[100]0.0.0.0/0", NULL);
	assert_true(believed(r, 1));
	assert_non_null(act_for(ACTION_MAP_SET, "[100]0.0.0.0/0"));
}

/* What lies beneath the answer is welcome, what lies beside it is not. */
static void other_records(void **state)
{
	struct locator l = L("192.0.2.2");
	struct map_record r[4] = {
		rec("[100]10.2.0.0/16", &l), rec("[100]10.2.9.0/24", &l),
		rec("[100]10.3.0.0/16", &l), rec("[100]10.1.0.0/16", &l),
	};

	assert_true(believed(r, 4));
	assert_int_equal(count_acts(ACTION_MAP_SET), 2);
	assert_non_null(act_for(ACTION_MAP_SET, "[100]10.2.9.0/24"));
	assert_int_equal(counter("bad-record"), 2);
}

/* A less specific record beside the answer must not bring in our own EIDs. */
static void local_eids(void **state)
{
	struct locator l = L("192.0.2.2");
	struct map_record r[3] = {
		rec("[100]10.0.0.0/8", &l), rec("[100]10.1.0.0/16", &l),
		rec("[100]10.1.7.0/24", &l),
	};

	assert_true(believed(r, 3));
	assert_int_equal(count_acts(ACTION_MAP_SET), 1);
	assert_int_equal(counter("local-eid"), 2);
}

static void locators(void **state)
{
	static const char *const bad[] = {
		"127.0.0.1", "224.0.0.1", "fe80::1", "203.0.113.1",
		"203.0.113.2",
	};
	struct locator l[6];
	struct map_record r = rec("[100]10.2.0.0/16", l);

	world.overlay = A("203.0.113.1");
	world.own = A("203.0.113.2");
	world.no_family = A("192.0.2.2");
	for (int i = 0; i < 5; i++)
		l[i] = L(bad[i]);
	l[5] = L("192.0.2.2");
	r.locator_count = 6;
	assert_true(believed(&r, 1));
	assert_int_equal(act(ACTION_MAP_SET, 0)->map.locator_count, 1);
	assert_int_equal(counter("bad-rloc"), 5);

	r.locator_count = 5;
	assert_true(believed(&r, 1));
	assert_int_equal(act(ACTION_MAP_SET, 0)->map.locator_count, 0);
	assert_int_equal(act(ACTION_MAP_SET, 0)->map.action, MAP_DROP);

	/* Locators of a kind nobody understands: not a negative answer. */
	r.locator_count = 0;
	r.ignored = 1;
	assert_true(believed(&r, 1));
	assert_int_equal(act(ACTION_MAP_SET, 0)->map.action, MAP_DROP);
}

/* E of the Map-Reply is true for all its locators, and no further. */
static void echo_nonce(void **state)
{
	struct locator l[2] = { L("192.0.2.2"), L("192.0.2.3") };
	struct map_record r = rec("[100]10.2.0.0/16", l);
	const struct action_map *m;
	struct map_reply e = {
		.flags = MREP_ECHO_NONCE, .records = &r, .record_count = 1,
	};
	struct packet pkt;

	r.locator_count = 2;
	miss(NOW, 100, "10.2.0.1");
	e.nonce = sent_inner(0).request.nonce;
	pkt = packet_of("198.51.100.99", "192.0.2.1", NULL);
	turn();
	resolve_on_reply(&resolve, NOW, &pkt, &e, &acts);
	m = &act(ACTION_MAP_SET, 0)->map;
	for (int i = 0; i < 2; i++)
		assert_int_equal(m->locators[i].flags,
				 LOCATOR_REACHABLE | LOCATOR_ECHO_NONCE);
	assert_int_equal(l[0].flags, LOCATOR_REACHABLE);
	assert_true(believed(&r, 1));
	m = &act(ACTION_MAP_SET, 0)->map;
	assert_int_equal(m->locators[0].flags, LOCATOR_REACHABLE);
}

static void negative(void **state)
{
	struct map_record r = rec("[100]10.2.0.0/15", NULL);

	assert_true(believed(&r, 1));
	assert_int_equal(act(ACTION_MAP_SET, 0)->map.action,
			 MAP_NATIVELY_FORWARD);
	assert_int_equal(counted(cache_counters(&cache), "negative"), 1);
}

/* A packet said that a mapping is out of date. */
static void hints(void **state)
{
	struct locator l = L("192.0.2.2");
	struct map_record r = rec("[100]10.2.0.0/16", &l);
	struct eid host = E("[100]10.2.7.7"), mine = E("[100]10.1.0.1");
	struct eid gleaned = E("[100]10.9.0.1");
	uint64_t now = NOW;

	miss(now, 100, "10.2.0.1");
	reply(now + 10, sent_inner(0).request.nonce, &r, 1);
	turn();
	resolve_on_hint(&resolve, now + 2000, &host, &acts);
	resolve_on_hint(&resolve, now + 2000, &mine, &acts);
	assert_int_equal(count_acts(ACTION_SEND), 0);
	assert_int_equal(counter("hints-ignored"), 2);
	resolve_on_hint(&resolve, now + 4000, &host, &acts);
	assert_int_equal(count_acts(ACTION_SEND), 1);
	assert_int_equal(sent_inner(0).request.records[0].eid.prefix.len, 16);
	turn();
	resolve_on_hint(&resolve, now + 4000, &gleaned, &acts);
	assert_int_equal(sent_inner(0).request.records[0].eid.prefix.len, 32);
}

/* A miss that was on its way when the answer came asks nobody. */
static void late_miss(void **state)
{
	struct locator l = L("192.0.2.2");
	struct map_record r = rec("[100]10.2.0.0/16", &l);

	miss(NOW, 100, "10.2.0.1");
	reply(NOW + 10, sent_inner(0).request.nonce, &r, 1);
	miss(NOW + 1009, 100, "10.2.0.2");
	assert_int_equal(count_acts(ACTION_SEND), 0);
	miss(NOW + 1010, 100, "10.2.0.2");
	assert_int_equal(count_acts(ACTION_SEND), 1);
}

/* --- a person --- */

static int person(const char *eid, uint64_t token)
{
	struct eid e = E(eid);

	turn();
	return resolve_on_person(&resolve, NOW, &e, token, &acts);
}

static void person_is_told(void **state)
{
	struct locator l = L("192.0.2.2");
	struct map_record r = rec("[100]10.2.0.0/16", &l);
	uint64_t nonce;

	assert_int_equal(person("[100]10.2.0.1", 7), 0);
	nonce = sent_inner(0).request.nonce;
	assert_int_equal(person("[100]10.2.0.1", 8), 0);
	assert_int_equal(count_acts(ACTION_SEND), 0);
	reply(NOW + 30, nonce, &r, 1);
	assert_int_equal(count_acts(ACTION_RESOLVED), 2);
	assert_int_equal(act(ACTION_RESOLVED, 0)->resolved.token, 8);
	assert_int_equal(act(ACTION_RESOLVED, 1)->resolved.token, 7);
	assert_int_equal(act(ACTION_RESOLVED, 1)->resolved.rtt, 30);
	assert_int_equal(act(ACTION_RESOLVED, 1)->resolved.error, 0);
	assert_int_equal(act(ACTION_RESOLVED, 1)->resolved.record_count, 1);
	assert_int_equal(resolve.waiters, 0);
}

static void person_is_refused(void **state)
{
	cfg.resolve.waiters = 1;
	assert_int_equal(person("[100]10.1.0.1", 1), -EINVAL);
	assert_int_equal(person("[7]10.2.0.1", 1), -EINVAL);
	assert_int_equal(person("[100]10.2.0.1", 1), 0);
	assert_int_equal(person("[100]10.2.0.2", 2), -EBUSY);
}

static void person_without_resolver(void **state)
{
	world.overlay = resolvers[0];
	world.no_family = resolvers[1];
	assert_int_equal(person("[100]10.2.0.1", 7), 0);
	assert_int_equal(act(ACTION_RESOLVED, 0)->resolved.error,
			 -EHOSTUNREACH);
}

/* --- SMR --- */

static void smr(uint64_t now, const char *source, const char *eid,
		uint32_t flags)
{
	struct request_record rr = { .eid = E(eid) };
	struct map_request m = {
		.flags = MREQ_SMR | MREQ_DONT_REPLY | flags,
		.records = &rr,
		.record_count = 1,
	};
	struct packet pkt = packet_of("192.0.2.66", "192.0.2.1", NULL);
	struct request rq = { .pkt = &pkt, .msg = &m };

	if (source)
		m.source = E(source);
	turn();
	resolve_on_smr(&resolve, now, &rq, &acts);
}

static void solicited(void **state)
{
	struct locator l = L("192.0.2.2");
	struct map_record r = rec("[100]10.2.0.0/16", &l);

	miss(NOW, 100, "10.2.0.1");
	reply(NOW, sent_inner(0).request.nonce, &r, 1);
	/* Too soon, unknown, a probe at once: ignored. */
	smr(NOW + 2999, "[100]10.2.0.0", "[100]10.1.0.0/16", 0);
	assert_int_equal(count_acts(ACTION_SEND), 0);
	smr(NOW + 3000, "[100]10.9.0.0", "[100]10.1.0.0/16", 0);
	assert_int_equal(count_acts(ACTION_SEND), 0);
	smr(NOW + 3000, "[100]10.2.0.0", "[100]10.1.0.0/16", MREQ_PROBE);
	assert_int_equal(count_acts(ACTION_SEND), 0);
	assert_int_equal(counter("smr-ignored"), 3);

	/* Through the mapping system, never to whoever sent it. */
	smr(NOW + 3000, "[100]10.2.0.0", "[100]10.1.0.0/16", 0);
	assert_int_equal(count_acts(ACTION_SEND), 1);
	assert_true(addr_equal(&act(ACTION_SEND, 0)->send.to, &resolvers[0]));
	assert_int_equal(sent_inner(0).request.flags, MREQ_SMR_INVOKED);
	assert_int_equal(sent_inner(0).request.records[0].eid.prefix.len, 16);
	assert_int_equal(sent_inner(0).request.source.prefix.addr.family,
			 ADDR_NONE);
	smr(NOW + 3500, "[100]10.2.0.0", "[100]10.1.0.0/16", 0);
	assert_int_equal(count_acts(ACTION_SEND), 0);
}

/* Without a source EID the record counts. */
static void solicited_by_record(void **state)
{
	struct locator l = L("192.0.2.2");
	struct map_record r = rec("[100]10.2.0.0/16", &l);

	miss(NOW, 100, "10.2.0.1");
	reply(NOW, sent_inner(0).request.nonce, &r, 1);
	smr(NOW + 3000, NULL, "[100]10.2.0.0/16", 0);
	assert_int_equal(count_acts(ACTION_SEND), 1);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(request),
		TEST(request_of_other_family),
		TEST(series),
		TEST(asked_during_the_pause),
		TEST(any_nonce_of_the_series),
		TEST(one_series_per_eid),
		TEST(not_asked),
		TEST(caps),
		TEST(rate),
		TEST(resolver_in_overlay),
		TEST(coverage),
		TEST(overclaims),
		TEST(other_records),
		TEST(local_eids),
		TEST(locators),
		TEST(echo_nonce),
		TEST(negative),
		TEST(hints),
		TEST(late_miss),
		TEST(person_is_told),
		TEST(person_is_refused),
		TEST(person_without_resolver),
		TEST(solicited),
		TEST(solicited_by_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

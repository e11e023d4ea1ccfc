// SPDX-License-Identifier: GPL-2.0-or-later
/* RLOC-probing: each transition, what a probe looks like, which answers count,
 * how often. */
#include "sm.h"

#include "sm/probe.h"

#define NOW	1000000u

static struct xtr_config cfg;
static struct locator own[3];
static struct database db;
static struct probe probe;

static void make(void)
{
	assert_int_equal(probe_init(&probe, &cfg, &ops, &db, seed), 0);
	turn();
}

static int begin(void **state)
{
	memset(&world, 0, sizeof(world));
	xtr_config_init(&cfg);
	own[0] = L("192.0.2.1");
	own[0].priority = 5;
	own[1] = L("192.0.2.9");
	own[2] = L("2001:db8:0:a::1");
	cfg.rlocs = own;
	cfg.rloc_count = 3;
	assert_int_equal(database_init(&db, &cfg, seed), 0);
	make();
	return 0;
}

static int end(void **state)
{
	probe_free(&probe);
	database_free(&db);
	return turn_done(state);
}

static uint64_t counter(const char *name)
{
	return counted(probe_counters(&probe), name);
}

static void add(uint64_t now, const char *eid, const char *rloc)
{
	struct locator l = L(rloc);
	struct eid e = E(eid);

	probe_add(&probe, now, &e, &l, 1);
}

static void del(const char *rloc)
{
	struct locator l = L(rloc);

	turn();
	probe_del(&probe, &l, 1, &acts);
}

/* Run the clock to the next probe; its time. */
static uint64_t next_probe(void)
{
	uint64_t now;

	do {
		now = probe_due(&probe);
		assert_true(now < UINT64_MAX);
		turn();
		assert_true(probe_on_time(&probe, now, &acts));
	} while (!act(ACTION_SEND, 0));
	return now;
}

static struct packet pkt;		/* that an answer came in */

/* An answer to the probe just sent. */
static struct map_reply answer_to_last(struct map_record *r, struct locator *l)
{
	struct lisp_msg m = sent(0);

	*l = L("192.0.2.2");
	l->addr = act(ACTION_SEND, 0)->send.to;
	l->flags |= LOCATOR_PROBED;
	*r = (struct map_record){
		.ttl = 1440,
		.authoritative = true,
		.eid = m.request.records[0].eid,
		.locators = l,
		.locator_count = 1,
	};
	return (struct map_reply){
		.flags = MREP_PROBE,
		.nonce = m.request.nonce,
		.records = r,
		.record_count = 1,
	};
}

static void reply(uint64_t now)
{
	struct map_record r;
	struct locator l;
	struct map_reply m = answer_to_last(&r, &l);

	turn();
	probe_on_reply(&probe, now, &pkt, &m, &acts);
}

static enum probe_state state_of(const char *rloc)
{
	struct addr a = A(rloc);
	struct probe_view v;

	assert_true(probe_view(&probe, &a, &v));
	return v.state;
}

static int told(void)
{
	const struct action *a = act(ACTION_RLOC_SET, 0);

	return a ? a->rloc.up : -1;
}

static void looks(void **state)
{
	struct addr best = A("192.0.2.9"), v6 = A("2001:db8:0:a::1");
	struct lisp_msg m;

	add(NOW, "[100]10.2.0.0/16", "192.0.2.2");
	assert_in_range(next_probe(), NOW, NOW + 1001);
	m = sent(0);
	assert_int_equal(m.type, MSG_TYPE_MAP_REQUEST);
	assert_int_equal(m.request.flags, MREQ_PROBE | MREQ_AUTHORITATIVE);
	assert_int_equal(m.request.source.prefix.addr.family, ADDR_NONE);
	assert_int_equal(m.request.record_count, 1);
	assert_int_equal(m.request.records[0].eid.iid, 100);
	assert_int_equal(m.request.records[0].eid.prefix.len, 16);
	/* From the RLOC that data leaves from, and back to it. */
	assert_int_equal(m.request.itr_count, 1);
	assert_true(addr_equal(&m.request.itr_rlocs[0], &best));
	assert_true(addr_equal(&act(ACTION_SEND, 0)->send.from, &best));
	assert_int_equal(act(ACTION_SEND, 0)->send.to_port, 4342);

	del("192.0.2.2");
	assert_int_equal(probe_due(&probe), UINT64_MAX);
	add(NOW, "[100]10.2.0.0/16", "2001:db8:0:b::1");
	next_probe();
	assert_true(addr_equal(&act(ACTION_SEND, 0)->send.from, &v6));
}

/* Not those that are never used; not of a family we lack; one for all who
 * share it. */
static void whom(void **state)
{
	struct locator l[3] = { L("192.0.2.2"), L("192.0.2.3"),
				L("192.0.2.4") };
	struct eid e = E("[100]10.2.0.0/16");

	l[0].priority = LOCATOR_UNUSED;
	l[1].flags = 0;
	probe_add(&probe, NOW, &e, l, 3);
	assert_int_equal(probe.by_addr.count, 1);
	add(NOW, "[100]10.3.0.0/16", "192.0.2.4");
	assert_int_equal(probe.by_addr.count, 1);
	probe_del(&probe, l, 3, &acts);
	assert_int_equal(probe.by_addr.count, 1);
	del("192.0.2.4");
	assert_int_equal(probe.by_addr.count, 0);

	db.locator_count = 2;		/* the IPv4 ones */
	add(NOW, "[100]10.3.0.0/16", "2001:db8::2");
	turn();
	assert_true(probe_on_time(&probe, NOW + 2000, &acts));
	assert_int_equal(acts.count, 0);
	assert_int_equal(counter("no-source"), 1);
}

static void off(void **state)
{
	cfg.probe.interval = 0;
	add(NOW, "[100]10.2.0.0/16", "192.0.2.2");
	assert_int_equal(probe_due(&probe), UINT64_MAX);
	del("192.0.2.2");
}

static void full(void **state)
{
	cfg.probe.targets = 1;
	add(NOW, "[100]10.2.0.0/16", "192.0.2.2");
	add(NOW, "[100]10.2.0.0/16", "192.0.2.3");
	assert_int_equal(counter("full"), 1);
	assert_int_equal(probe.by_addr.count, 1);
}

static void steady(void **state)
{
	uint64_t now, last = 0;
	struct probe_view v;
	struct addr a = A("192.0.2.2");

	add(NOW, "[100]10.2.0.0/16", "192.0.2.2");
	for (int i = 0; i < 20; i++) {
		now = next_probe();
		if (last)
			assert_in_range(now - last, 48000, 72100);
		last = now;
		reply(now + 40);
		assert_int_equal(told(), i ? -1 : 1);
		assert_int_equal(state_of("192.0.2.2"), PROBE_UP);
	}
	assert_true(probe_view(&probe, &a, &v));
	assert_int_equal(v.rtt, 40);
	assert_int_equal(v.replied, now + 40);
	assert_int_equal(counter("sent"), 20);
	assert_int_equal(counter("went-up"), 1);
}

/* The data plane learns how far away it is: of each answer, the mean of many,
 * finer than the clock's steps; never 0, which says that nobody knows. */
static void round_trip(void **state)
{
	struct addr a = A("192.0.2.2");
	uint32_t told_rtt = 0;
	struct probe_view v;

	add(NOW, "[100]10.2.0.0/16", "192.0.2.2");
	reply(next_probe());
	assert_int_equal(count_acts(ACTION_RLOC_RTT), 1);
	assert_int_equal(act(ACTION_RLOC_RTT, 0)->rtt.rtt, 1);
	assert_true(addr_equal(&act(ACTION_RLOC_RTT, 0)->rtt.addr, &a));

	/* 2 ms and 3 ms by turns, from 0: the mean comes near. */
	for (int i = 0; i < 60; i++) {
		uint64_t now = next_probe();

		assert_int_equal(count_acts(ACTION_RLOC_RTT), 0);
		reply(now + 2 + i % 2);
		assert_int_equal(count_acts(ACTION_RLOC_RTT), 1);
		told_rtt = act(ACTION_RLOC_RTT, 0)->rtt.rtt;
	}
	assert_in_range(told_rtt, 2400, 2600);
	assert_true(probe_view(&probe, &a, &v));
	assert_in_range(v.rtt, 2, 3);
}

/* Up, then silence: three probes within three seconds, down after five. */
static void goes_down(void **state)
{
	uint64_t first, now;

	add(NOW, "[100]10.2.0.0/16", "192.0.2.2");
	now = next_probe();
	reply(now);
	first = next_probe();
	now = next_probe();
	assert_int_equal(now, first + 1000);
	assert_int_equal(state_of("192.0.2.2"), PROBE_DOUBT);
	assert_int_equal(told(), -1);
	now = next_probe();
	assert_int_equal(now, first + 3000);
	assert_int_equal(told(), -1);
	now = next_probe();
	assert_int_equal(now, first + 5000);
	assert_int_equal(state_of("192.0.2.2"), PROBE_DOWN);
	assert_int_equal(told(), 0);
	assert_int_equal(count_logs(LOG_RLOC_DOWN), 1);
	/* More and more seldom. */
	first = now;
	for (unsigned int gap = 2000; gap < 60000; gap *= 2) {
		now = next_probe();
		assert_int_equal(now - first, gap);
		assert_int_equal(told(), -1);
		first = now;
	}
	assert_int_equal(next_probe() - first, 60000);
}

/* One answer in time is enough to stay up. */
static void doubt_passes(void **state)
{
	uint64_t now;

	add(NOW, "[100]10.2.0.0/16", "192.0.2.2");
	reply(next_probe());
	next_probe();
	next_probe();
	now = next_probe();
	assert_int_equal(state_of("192.0.2.2"), PROBE_DOUBT);
	reply(now + 1999);
	assert_int_equal(state_of("192.0.2.2"), PROBE_UP);
	assert_int_equal(told(), -1);
	assert_true(probe_due(&probe) >= now + 48000);
	/* And the count starts anew. */
	next_probe();
	next_probe();
	assert_int_equal(state_of("192.0.2.2"), PROBE_DOUBT);
}

static void bring_down(const char *rloc)
{
	for (int i = 0; i < 4; i++)
		next_probe();
	assert_int_equal(state_of(rloc), PROBE_DOWN);
}

/* Down, then one answer and silence again, then two answers. */
static void comes_back(void **state)
{
	uint64_t now;

	add(NOW, "[100]10.2.0.0/16", "192.0.2.2");
	bring_down("192.0.2.2");
	now = next_probe();
	reply(now + 10);
	assert_int_equal(state_of("192.0.2.2"), PROBE_RISING);
	assert_int_equal(told(), -1);
	assert_int_equal(next_probe(), now + 1010);
	next_probe();
	assert_int_equal(state_of("192.0.2.2"), PROBE_DOWN);
	assert_int_equal(told(), -1);

	now = next_probe();
	reply(now + 10);
	now = next_probe();
	reply(now + 10);
	assert_int_equal(state_of("192.0.2.2"), PROBE_UP);
	assert_int_equal(told(), 1);
	assert_int_equal(count_logs(LOG_RLOC_UP), 1);
	assert_int_equal(counter("went-down"), 1);
}

/* A mapping that names one that is down; the last one that did is gone. */
static void data_plane_knows(void **state)
{
	struct locator l[2] = { L("192.0.2.2"), L("192.0.2.3") };

	add(NOW, "[100]10.2.0.0/16", "192.0.2.2");
	turn();
	probe_tell(&probe, l, 2, &acts);
	assert_int_equal(told(), -1);
	bring_down("192.0.2.2");
	turn();
	probe_tell(&probe, l, 2, &acts);
	assert_int_equal(told(), 0);
	/* All that a mapping has: better than none. */
	turn();
	probe_tell(&probe, l, 1, &acts);
	assert_int_equal(told(), 1);
	next_probe();
	assert_int_equal(told(), 0);
	add(NOW, "[100]10.3.0.0/16", "192.0.2.2");
	del("192.0.2.2");
	assert_int_equal(told(), -1);
	del("192.0.2.2");
	assert_int_equal(told(), 1);
}

static void answers_that_count(void **state)
{
	struct map_record r;
	struct map_reply m;
	struct locator l;
	uint64_t now;

	add(NOW, "[100]10.2.0.0/16", "192.0.2.2");
	now = next_probe();

	m = answer_to_last(&r, &l);
	m.nonce++;
	probe_on_reply(&probe, now, &pkt, &m, &acts);
	assert_int_equal(counter("bad-nonce"), 1);
	m.nonce--;

	r.authoritative = false;
	probe_on_reply(&probe, now, &pkt, &m, &acts);
	r.authoritative = true;
	l.addr = A("192.0.2.77");
	probe_on_reply(&probe, now, &pkt, &m, &acts);
	m.record_count = 0;
	probe_on_reply(&probe, now, &pkt, &m, &acts);
	assert_int_equal(counter("bad-reply"), 3);
	assert_int_equal(state_of("192.0.2.2"), PROBE_NEW);

	/* "The EID is not here" is an answer, too; but once. */
	m.record_count = 1;
	r.locator_count = 0;
	probe_on_reply(&probe, now, &pkt, &m, &acts);
	assert_int_equal(state_of("192.0.2.2"), PROBE_UP);
	probe_on_reply(&probe, now, &pkt, &m, &acts);
	assert_int_equal(counter("replies"), 1);
	assert_int_equal(counter("bad-nonce"), 2);
}

/* What routers have left of the TTL says how many there are. */
static void hops(void **state)
{
	static const struct {
		uint8_t ttl;
		uint8_t hops;
	} rows[] = {
		{ 64, 0 }, { 61, 3 }, { 1, 63 }, { 65, 63 }, { 128, 0 },
		{ 120, 8 }, { 129, 126 }, { 255, 0 }, { 250, 5 },
		{ 0, 5 },		/* unknown: as it was */
	};
	struct addr a = A("192.0.2.2");
	struct probe_view v;

	add(NOW, "[100]10.2.0.0/16", "192.0.2.2");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t now = next_probe();

		pkt.ttl = rows[i].ttl;
		reply(now);
		assert_true(probe_view(&probe, &a, &v));
		assert_int_equal(v.hops, rows[i].hops);
	}
	pkt.ttl = 0;
}

/* The answer to the probe before the last one. */
static void late_answer(void **state)
{
	struct map_record r;
	struct map_reply m;
	struct locator l;
	uint64_t now;

	add(NOW, "[100]10.2.0.0/16", "192.0.2.2");
	next_probe();
	m = answer_to_last(&r, &l);
	now = next_probe();
	probe_on_reply(&probe, now + 500, &pkt, &m, &acts);
	assert_int_equal(state_of("192.0.2.2"), PROBE_UP);
	/* Its own round trip, not the one since the last probe. */
	assert_int_equal(counter("replies"), 1);
	{
		struct addr a = A("192.0.2.2");
		struct probe_view v;

		assert_true(probe_view(&probe, &a, &v));
		assert_int_equal(v.rtt, 1500);
	}
}

static void at_once(void **state)
{
	struct addr a = A("192.0.2.2"), other = A("192.0.2.3");
	uint64_t now;

	add(NOW, "[100]10.2.0.0/16", "192.0.2.2");
	now = next_probe();
	/* One is on its way. */
	assert_int_equal(probe_now(&probe, now + 500, &a), 0);
	reply(now + 600);
	assert_int_equal(probe_now(&probe, now + 999, &a), 0);
	assert_int_equal(probe_now(&probe, now + 1000, &other), 0);
	assert_int_equal(probe_now(&probe, now + 1000, NULL), 1);
	assert_int_equal(next_probe(), now + 1000);
}

/* The kernel took it out of use: probed at once, and the answer puts it back
 * though it was never down here. */
static void doubted(void **state)
{
	struct addr a = A("192.0.2.2"), other = A("192.0.2.3");
	uint64_t now;

	add(NOW, "[100]10.2.0.0/16", "192.0.2.2");
	now = next_probe();
	reply(now);
	probe_on_doubt(&probe, now + 10000, &other);
	probe_on_doubt(&probe, now + 10000, &a);
	assert_int_equal(next_probe(), now + 10000);
	reply(now + 10010);
	assert_int_equal(told(), 1);
	/* Once. */
	now = next_probe();
	reply(now);
	assert_int_equal(told(), -1);
	/* Silence: down, as ever. */
	probe_on_doubt(&probe, now + 10000, &a);
	bring_down("192.0.2.2");
	assert_int_equal(told(), 0);
}

/* A thousand at once: spread, and none above the rate. */
static void spread_and_rate(void **state)
{
	unsigned int first_second = 0, total = 0;
	char rloc[32];

	cfg.probe.rate = (struct limit_rate){ 10000, 20 };
	probe_free(&probe);
	make();
	for (int i = 0; i < 1000; i++) {
		snprintf(rloc, sizeof(rloc), "198.51.%d.%d", i / 250, i % 250);
		add(NOW, "[100]10.2.0.0/16", rloc);
	}
	while (probe_due(&probe) < NOW + 5000) {
		uint64_t now = probe_due(&probe);

		turn();
		probe_on_time(&probe, now, &acts);
		total += count_acts(ACTION_SEND);
		if (now < NOW + 1000)
			first_second += count_acts(ACTION_SEND);
	}
	assert_in_range(total, 400, 521);
	assert_in_range(first_second, 50, 121);
	assert_true(counter("deferred") > 0);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(looks),
		TEST(whom),
		TEST(off),
		TEST(full),
		TEST(steady),
		TEST(round_trip),
		TEST(goes_down),
		TEST(doubt_passes),
		TEST(comes_back),
		TEST(data_plane_knows),
		TEST(answers_that_count),
		TEST(hops),
		TEST(late_answer),
		TEST(at_once),
		TEST(doubted),
		TEST(spread_and_rate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

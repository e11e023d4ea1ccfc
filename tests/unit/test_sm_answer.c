// SPDX-License-Identifier: GPL-2.0-or-later
/* The answering ETR: matches, more-specifics, probes, limits. */
#include "sm.h"

#include "sm/answer.h"

#define NOW	1000000u

static struct xtr_config cfg;
static struct database db;
static struct answer answer;
static struct locator rlocs[3];
static struct eid eids[128];
static struct addr itr[3];

/* The database of RFC 9301 5.5. */
static int begin(void **state)
{
	static const char *const text[] = {
		"2001:db8::/32", "2001:db8:1::/48", "2001:db8:1:1::/64",
		"2001:db8:1:2::/64", "[100]10.1.0.0/16",
	};

	memset(&world, 0, sizeof(world));
	for (int i = 0; i < 5; i++)
		eids[i] = E(text[i]);
	rlocs[0] = L("2001:db8:0:a::1");
	rlocs[1] = L("203.0.113.9");
	rlocs[2] = L("192.0.2.1");
	itr[0] = A("192.0.2.2");
	itr[1] = A("2001:db8:0:b::1");
	xtr_config_init(&cfg);
	cfg.rlocs = rlocs;
	cfg.rloc_count = 3;
	cfg.database = eids;
	cfg.database_count = 5;
	assert_int_equal(database_init(&db, &cfg, seed), 0);
	assert_int_equal(answer_init(&answer, &cfg, &ops, &db, seed), 0);
	turn();
	return 0;
}

static int end(void **state)
{
	answer_free(&answer);
	database_free(&db);
	return turn_done(state);
}

static uint64_t counter(const char *name)
{
	return counted(answer_counters(&answer), name);
}

static void ask(uint64_t now, const char *eid, uint32_t flags, bool ecm)
{
	struct request_record rr = { .eid = E(eid) };
	struct map_request m = {
		.flags = flags,
		.nonce = 0x77,
		.itr_rlocs = itr,
		.itr_count = 2,
		.records = &rr,
		.record_count = 1,
	};
	struct ecm e = { .source_port = 61000 };
	struct packet pkt = packet_of("198.51.100.10", "203.0.113.9", NULL);
	struct request rq = { .pkt = &pkt, .msg = &m };

	pkt.from_port = 62000;
	rq.ecm = ecm ? &e : NULL;
	turn();
	answer_on_request(&answer, now, &rq, &acts);
}

static void reply(void **state)
{
	struct map_reply m;

	ask(NOW, "[100]10.1.2.3", 0, true);
	m = sent(0).reply;
	assert_int_equal(m.nonce, 0x77);
	assert_int_equal(m.flags, 0);
	assert_int_equal(m.record_count, 1);
	assert_true(m.records[0].authoritative);
	assert_int_equal(m.records[0].eid.prefix.len, 16);
	assert_int_equal(m.records[0].eid.iid, 100);
	assert_int_equal(m.records[0].ttl, 1440);
	assert_int_equal(m.records[0].locator_count, 3);
	/* Spec 07: 192.0.2.1, 203.0.113.9, 2001:db8::1. */
	assert_true(locators_sorted(m.records[0].locators, 3));
	assert_int_equal(m.records[0].locators[0].flags,
			 LOCATOR_LOCAL | LOCATOR_REACHABLE);
	/* To the ITR, at the port of the inner header. */
	assert_true(addr_equal(&act(ACTION_SEND, 0)->send.to, &itr[0]));
	assert_int_equal(act(ACTION_SEND, 0)->send.to_port, 61000);
	ask(NOW, "[100]10.1.2.4", 0, false);
	assert_int_equal(act(ACTION_SEND, 0)->send.to_port, 62000);
}

/* The examples of RFC 9301 5.5. */
static void more_specifics(void **state)
{
	ask(NOW, "2001:db8:1:1::1", 0, false);
	assert_int_equal(sent(0).reply.record_count, 1);
	assert_int_equal(sent(0).reply.records[0].eid.prefix.len, 64);
	ask(NOW, "2001:db8:1:5::5", 0, false);
	assert_int_equal(sent(0).reply.record_count, 3);
	assert_int_equal(sent(0).reply.records[0].eid.prefix.len, 48);
}

/* Too many of them: a hole with the best match's locators, which covers none
 * of them. */
static void too_many_more_specifics(void **state)
{
	struct eid asked = E("[100]10.1.200.1"), got;

	for (int i = 0; i < 100; i++) {
		char text[EID_TEXT_MAX];

		snprintf(text, sizeof(text), "[100]10.1.%d.0/24", i);
		eids[5 + i] = E(text);
	}
	cfg.database_count = 105;
	database_free(&db);
	assert_int_equal(database_init(&db, &cfg, seed), 0);

	ask(NOW, "[100]10.1.200.1", 0, false);
	assert_int_equal(sent(0).reply.record_count, 1);
	assert_in_range(act(ACTION_SEND, 0)->send.len, 1, 1252);
	got = sent(0).reply.records[0].eid;
	assert_true(eid_contains(&got, &asked));
	assert_int_equal(got.prefix.len, 17);
	for (int i = 0; i < 100; i++)
		assert_false(eid_contains(&got, &eids[5 + i]));
	assert_int_equal(counter("cut"), 1);
}

/* Nine records: the array of them has grown twice. */
static void many_more_specifics(void **state)
{
	for (int i = 0; i < 8; i++) {
		char text[EID_TEXT_MAX];

		snprintf(text, sizeof(text), "[100]10.1.%d.0/24", i);
		eids[5 + i] = E(text);
	}
	cfg.database_count = 13;
	database_free(&db);
	assert_int_equal(database_init(&db, &cfg, seed), 0);

	ask(NOW, "[100]10.1.200.1", 0, false);
	assert_int_equal(sent(0).reply.record_count, 9);
	assert_int_equal(sent(0).reply.records[0].eid.prefix.len, 16);
	for (int i = 1; i < 9; i++) {
		assert_true(eid_equal(&sent(0).reply.records[i].eid,
				      &eids[4 + i]));
		assert_int_equal(sent(0).reply.records[i].locator_count, 3);
	}
}

static void no_match(void **state)
{
	ask(NOW, "[100]10.2.0.1", 0, false);
	assert_int_equal(count_acts(ACTION_SEND), 0);
	assert_int_equal(count_logs(LOG_REQUEST_NO_MATCH), 1);
	ask(NOW, "[200]10.1.0.1", 0, false);
	assert_int_equal(count_acts(ACTION_SEND), 0);
}

static void itr_rloc_in_list_order(void **state)
{
	world.no_family = itr[0];
	ask(NOW, "[100]10.1.2.3", 0, false);
	assert_true(addr_equal(&act(ACTION_SEND, 0)->send.to, &itr[1]));
	world.overlay = itr[1];
	ask(NOW, "[100]10.1.2.3", 0, false);
	assert_int_equal(count_acts(ACTION_SEND), 0);
	assert_int_equal(count_logs(LOG_REQUEST_NO_ITR_RLOC), 1);
	/* Never to what is no unicast address. */
	memset(&world, 0, sizeof(world));
	itr[0] = A("255.255.255.255");
	itr[1] = A("224.0.0.1");
	ask(NOW, "[100]10.1.2.3", 0, false);
	assert_int_equal(count_acts(ACTION_SEND), 0);
}

/* Three at once, then one in three seconds, for an EID and an ITR. */
static void limited(void **state)
{
	unsigned int n = 0;

	for (int i = 0; i < 10; i++) {
		ask(NOW + i, "[100]10.1.2.3", 0, false);
		n += count_acts(ACTION_SEND);
	}
	assert_int_equal(n, 3);
	assert_int_equal(counter("limited"), 7);
	assert_int_equal(count_logs(LOG_REQUEST_LIMITED), 1);
	ask(NOW, "[100]10.1.2.4", 0, false);
	assert_int_equal(count_acts(ACTION_SEND), 1);
	ask(NOW + 3000, "[100]10.1.2.3", 0, false);
	assert_int_equal(count_acts(ACTION_SEND), 1);
}

/* Whatever EIDs are made up: one address gets no more than its share. */
static void limited_by_rloc(void **state)
{
	unsigned int n = 0;

	for (int i = 0; i < 1000; i++) {
		char text[EID_TEXT_MAX];

		snprintf(text, sizeof(text), "[100]10.1.%d.%d", i / 250,
			 i % 250);
		ask(NOW, text, 0, false);
		n += count_acts(ACTION_SEND);
	}
	assert_int_equal(n, 200);
}

static void probe(void **state)
{
	struct map_record *r;

	ask(NOW, "[100]10.1.0.0/16", MREQ_PROBE, false);
	assert_int_equal(sent(0).reply.flags, MREP_PROBE);
	assert_int_equal(sent(0).reply.record_count, 1);
	r = sent(0).reply.records;
	assert_true(r->authoritative);
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(!!(r->locators[i].flags & LOCATOR_PROBED),
				 addr_equal(&r->locators[i].addr,
					    &rlocs[1].addr));
	/* The set itself is not marked. */
	ask(NOW, "[100]10.1.2.3", 0, false);
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(sent(0).reply.records[0].locators[i].flags &
				 LOCATOR_PROBED, 0);
}

/* That our site echoes nonces is said in whatever we answer. */
static void echo_nonce(void **state)
{
	ask(NOW, "[100]10.1.2.3", 0, false);
	assert_int_equal(sent(0).reply.flags, 0);
	answer_free(&answer);
	cfg.echo_nonce = true;
	assert_int_equal(answer_init(&answer, &cfg, &ops, &db, seed), 0);
	ask(NOW, "[100]10.1.2.3", 0, false);
	assert_int_equal(sent(0).reply.flags, MREP_ECHO_NONCE);
	ask(NOW, "[100]10.1.0.0/16", MREQ_PROBE, false);
	assert_int_equal(sent(0).reply.flags, MREP_ECHO_NONCE | MREP_PROBE);
}

static void probes_limited(void **state)
{
	unsigned int n = 0;

	for (int i = 0; i < 100; i++) {
		ask(NOW, "[100]10.1.0.0/16", MREQ_PROBE, false);
		n += count_acts(ACTION_SEND);
	}
	assert_int_equal(n, 20);
	/* Probing leaves a question its share. */
	ask(NOW, "[100]10.1.0.0/16", 0, false);
	assert_int_equal(count_acts(ACTION_SEND), 1);
}

/* Reachable, but the EID is not here. */
static void probe_for_another(void **state)
{
	ask(NOW, "[100]10.2.0.0/16", MREQ_PROBE, false);
	assert_int_equal(sent(0).reply.records[0].locator_count, 0);
	assert_true(sent(0).reply.records[0].authoritative);
	assert_int_equal(sent(0).reply.records[0].action, MAP_NO_ACTION);
}

static void not_answered(void **state)
{
	ask(NOW, "[100]10.1.0.0/16", MREQ_PROBE, true);
	assert_int_equal(count_acts(ACTION_SEND), 0);
	assert_int_equal(counter("invalid"), 1);
	ask(NOW, "[100]10.1.2.3", MREQ_DONT_REPLY, false);
	assert_int_equal(count_acts(ACTION_SEND), 0);
	assert_int_equal(counter("dont-reply"), 1);
}

/* What is another xTR's is in what we say, but not as our own; and nothing
 * leaves from there, even when all our own are down. */
static void neighbour(void **state)
{
	const struct locator *l;

	database_free(&db);
	rlocs[0].flags |= LOCATOR_NEIGHBOUR;
	assert_int_equal(database_init(&db, &cfg, seed), 0);
	ask(NOW, "[100]10.1.2.3", 0, false);
	assert_int_equal(sent(0).reply.records[0].locator_count, 3);
	l = sent(0).reply.records[0].locators;
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(l[i].flags, LOCATOR_REACHABLE |
				 (addr_equal(&l[i].addr, &rlocs[0].addr) ?
				  0 : LOCATOR_LOCAL));
	assert_int_equal(db.locator_count, 2);
	database_free(&db);
	rlocs[1].flags = rlocs[2].flags = 0;
	assert_int_equal(database_init(&db, &cfg, seed), 0);
	assert_int_equal(db.locator_count, 2);
	assert_true(db.locators[0].flags & LOCATOR_LOCAL);
	assert_true(db.locators[1].flags & LOCATOR_LOCAL);
}

static void bad_databases(void **state)
{
	struct database other;

	eids[1] = eids[0];
	assert_int_equal(database_init(&other, &cfg, seed), -EINVAL);
	eids[1].prefix.addr.family = ADDR_NONE;
	assert_int_equal(database_init(&other, &cfg, seed), -EINVAL);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, begin, end)

/* One that is down is in the record, but nothing is sent from it, unless all
 * are. */
static void rloc_down(void **state)
{
	struct map_record rec;
	struct database other;

	rlocs[2].flags = 0;
	rlocs[2].priority = LOCATOR_UNUSED;
	assert_int_equal(database_init(&other, &cfg, seed), 0);
	database_record(&other, &eids[0], &rec);
	assert_int_equal(rec.locator_count, 3);
	assert_true(addr_equal(&rec.locators[0].addr, &rlocs[2].addr));
	assert_int_equal(rec.locators[0].flags, LOCATOR_LOCAL);
	assert_int_equal(rec.locators[0].priority, LOCATOR_UNUSED);
	assert_int_equal(rec.locators[1].flags,
			 LOCATOR_LOCAL | LOCATOR_REACHABLE);
	assert_int_equal(other.locator_count, 2);
	assert_true(addr_equal(&other.locators[0].addr, &rlocs[1].addr));
	database_free(&other);

	rlocs[0].flags = 0;
	rlocs[1].flags = 0;
	assert_int_equal(database_init(&other, &cfg, seed), 0);
	assert_int_equal(other.locator_count, 3);
	database_free(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(reply),
		TEST(more_specifics),
		TEST(too_many_more_specifics),
		TEST(many_more_specifics),
		TEST(no_match),
		TEST(itr_rloc_in_list_order),
		TEST(limited),
		TEST(limited_by_rloc),
		TEST(rloc_down),
		TEST(probe),
		TEST(echo_nonce),
		TEST(neighbour),
		TEST(probes_limited),
		TEST(probe_for_another),
		TEST(not_answered),
		TEST(bad_databases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

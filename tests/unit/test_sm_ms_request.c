// SPDX-License-Identifier: GPL-2.0-or-later
/* The Map-Server serves requests. */
#include "sm_ms.h"

/* The hole of spec 07: the widest that touches nothing known. */
static void hole(void **state)
{
	struct map_record *r;

	ask(NOW, "[100]10.64.1.1", 0);
	r = sent(0).reply.records;
	assert_int_equal(r->locator_count, 0);
	assert_int_equal(r->action, MAP_NATIVELY_FORWARD);
	assert_int_equal(r->ttl, 15);
	assert_false(r->authoritative);
	/* Known are 10.1/16, 10.2/16, 10.8/16. */
	assert_int_equal(r->eid.prefix.len, 10);
	assert_int_equal(act(ACTION_SEND, 0)->send.to_port, 61000);
	ask(NOW, "[100]8.8.8.8", 0);
	assert_int_equal(sent(0).reply.records->eid.prefix.len, 7);
	/* An instance nobody has: never the default route. */
	ask(NOW, "[7]8.8.8.8", 0);
	assert_int_equal(sent(0).reply.records->eid.prefix.len, 1);
	assert_int_equal(counter("negative-hole"), 3);
}

static void unregistered(void **state)
{
	struct map_record *r;

	ask(NOW, "[100]10.1.5.5", 0);
	r = sent(0).reply.records;
	assert_int_equal(r->ttl, 1);
	assert_int_equal(r->eid.prefix.len, 16);
	/* With something registered beneath: not over that. */
	put(NOW, REG(.eids = { "[100]10.1.7.0/24" }, .nonce = 1));
	ask(NOW, "[100]10.1.5.5", 0);
	assert_int_equal(sent(0).reply.records->eid.prefix.len, 23);
	assert_int_equal(counter("negative-unregistered"), 2);
}

/* Site c has 10.1.9/24 out of a's 10.1/16 and is not there: that a is says
 * nothing about it. */
static void unregistered_inside_another(void **state)
{
	eids_b[0].eid = E("[100]10.1.9.0/24");
	ms_free(&ms);
	assert_int_equal(ms_init(&ms, &cfg, &ms_ops, seed), 0);
	put(NOW, REG(.eids = { "[100]10.1.0.0/16" }, .nonce = 1));
	ask(NOW, "[100]10.1.9.1", 0);
	assert_int_equal(sent(0).reply.records->locator_count, 0);
	assert_int_equal(sent(0).reply.records->eid.prefix.len, 24);
}

static void proxy_reply(void **state)
{
	struct map_reply m;

	put(NOW, REG(.eids = { "[100]10.1.0.0/16", "[100]10.1.7.0/24" },
		     .nonce = 1, .flags = MREG_PROXY_REPLY, .ttl = 90));
	put(NOW, REG(.eids = { "[100]10.1.7.0/24" }, .nonce = 2,
		     .flags = MREG_PROXY_REPLY, .ttl = 30));
	ask(NOW, "[100]10.1.5.5", 0);
	m = sent(0).reply;
	assert_int_equal(m.record_count, 2);
	for (int i = 0; i < 2; i++) {
		assert_false(m.records[i].authoritative);
		assert_int_equal(m.records[i].locators->flags,
				 LOCATOR_REACHABLE);
		/* All of a reply live as long as the shortest. */
		assert_int_equal(m.records[i].ttl, 30);
	}
	ask(NOW, "[100]10.1.7.7", 0);
	assert_int_equal(sent(0).reply.record_count, 1);
	/* A refresh of the prefix itself, with another one at its very
	 * beginning. */
	put(NOW, REG(.eids = { "[100]10.1.0.0/24" }, .nonce = 3));
	ask(NOW, "[100]10.1.0.0/16", 0);
	assert_int_equal(sent(0).reply.records[0].eid.prefix.len, 16);
}

static void forwards(void **state)
{
	struct lisp_msg m;
	struct addr etr = A("192.0.2.1");

	put(NOW, REG(.eids = { "[100]10.1.0.0/16" }, .nonce = 1));
	ask(NOW, "[100]10.1.5.5", 0);
	m = sent(0);
	assert_int_equal(m.type, MSG_TYPE_ECM);
	assert_int_equal(m.ecm.flags, 0);
	assert_true(addr_equal(&act(ACTION_SEND, 0)->send.to, &etr));
	/* Contents untouched. */
	assert_int_equal(m.ecm.source_port, 61000);
	assert_int_equal(sent_inner(0).request.records[0].eid.prefix.len, 32);
}

/* mode x P x A */
static void modes(void **state)
{
	static const struct {
		enum site_mode mode;
		uint32_t reg, req;
		enum msg_type type;
	} rows[] = {
		{ SITE_AUTO, 0, 0, MSG_TYPE_ECM },
		{ SITE_AUTO, MREG_PROXY_REPLY, 0, MSG_TYPE_MAP_REPLY },
		{ SITE_AUTO, MREG_PROXY_REPLY, MREQ_AUTHORITATIVE,
		  MSG_TYPE_ECM },
		{ SITE_PROXY, 0, 0, MSG_TYPE_MAP_REPLY },
		{ SITE_PROXY, 0, MREQ_AUTHORITATIVE, MSG_TYPE_MAP_REPLY },
		{ SITE_FORWARD, MREG_PROXY_REPLY, 0, MSG_TYPE_ECM },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		sites[0].mode = rows[i].mode;
		put(NOW, REG(.eids = { "[100]10.1.0.0/16" }, .nonce = i + 1,
			     .flags = rows[i].reg));
		ask(NOW + i * 10000, "[100]10.1.5.5", rows[i].req);
		assert_int_equal(sent(0).type, rows[i].type);
	}
}

/* The ETR could not answer: of no family of the request's, or of none that we
 * can send to. */
static void answers_for_an_etr_out_of_reach(void **state)
{
	sites[0].mode = SITE_FORWARD;
	put(NOW, REG(.eids = { "[100]10.1.0.0/16" }, .nonce = 1,
		     .rlocs = { "2001:db8:0:a::1" }));
	ask(NOW, "[100]10.1.5.5", MREQ_AUTHORITATIVE);
	assert_int_equal(sent(0).type, MSG_TYPE_MAP_REPLY);
	itr_rlocs[1] = "2001:db8:0:5::1";
	ask(NOW, "[100]10.1.5.6", 0);
	assert_int_equal(sent(0).type, MSG_TYPE_ECM);
	world.no_family = A("2001:db8:0:a::1");
	ask(NOW, "[100]10.1.5.7", 0);
	assert_int_equal(sent(0).type, MSG_TYPE_MAP_REPLY);
	assert_int_equal(counter("proxy-for-family"), 2);
}

/* The same request again at once is a loop; a retransmission is not. */
static void loops(void **state)
{
	const struct action *first;
	struct lisp_msg m, inner;
	struct request rq;
	struct packet pkt;
	struct actions more;

	put(NOW, REG(.eids = { "[100]10.1.0.0/16" }, .nonce = 1));
	ask(NOW, "[100]10.1.5.5", 0);
	first = act(ACTION_SEND, 0);
	pkt = (struct packet){ .from = A("192.0.2.1"),
			       .to = A("198.51.100.10"),
			       .data = first->send.data,
			       .len = first->send.len };
	m = sent(0);
	inner = sent_inner(0);
	rq = (struct request){ .pkt = &pkt, .ecm = &m.ecm,
			       .msg = &inner.request };
	actions_init(&more, &arena);
	ms_on_request(&ms, ms.desks, NOW + 10, &rq, &more);
	assert_int_equal(counter("forward-loop"), 1);
	assert_int_equal(counter("forwarded"), 1);
	ms_on_request(&ms, ms.desks, NOW + 1000, &rq, &more);
	assert_int_equal(counter("forwarded"), 2);
}

/* What is used up at one desk is there at another; both count. */
static void two_desks(void **state)
{
	cfg.desks = 2;
	cfg.limits.requests.each = (struct limit_rate){ 1000000, 1 };
	ms_free(&ms);
	assert_int_equal(ms_init(&ms, &cfg, &ms_ops, seed), 0);
	put(NOW, REG(.eids = { "[100]10.1.0.0/16" }, .nonce = 1,
		     .flags = MREG_PROXY_REPLY));
	ask(NOW, "[100]10.1.5.5", 0);
	assert_int_equal(count_acts(ACTION_SEND), 1);
	ask(NOW, "[100]10.1.5.6", 0);
	assert_int_equal(count_acts(ACTION_SEND), 0);
	at_desk = 1;
	ask(NOW, "[100]10.1.5.7", 0);
	assert_int_equal(count_acts(ACTION_SEND), 1);
	assert_int_equal(counter("requests"), 3);
	assert_int_equal(counter("request-limited"), 1);
	assert_int_equal(counter("proxy-replies"), 2);
}

/* From ever other addresses, for ever other EIDs: of one site, or of none. */
static void flood(uint64_t now, const char *prefix, unsigned int count)
{
	static unsigned int nth;
	char from[32], eid[EID_TEXT_MAX];

	for (unsigned int i = 0; i < count; i++, nth++) {
		snprintf(from, sizeof(from), "192.0.%u.%u", nth / 200 % 200,
			 nth % 200 + 1);
		snprintf(eid, sizeof(eid), "%s%u.%u", prefix, nth / 200 % 200,
			 nth % 200);
		asked_from = from;
		itr_rlocs[0] = from;
		ask(now, eid, 0);
	}
}

/* Whoever asks for the EIDs of a site, or of none, more than there is time
 * for, does not keep us from those of another. */
static void no_site_starves(void **state)
{
	static const char *const floods[] = { "[100]10.1.", "[100]10.64." };
	uint64_t now = NOW;
	char eid[EID_TEXT_MAX];

	for (int i = 0; i < 2; i++, now += 10000) {
		uint64_t before = counter("site-limited");

		flood(now, floods[i], 55000);
		assert_true(counter("site-limited") >= before + 3500);
		for (int round = 0; round < 5; round++, now++) {
			flood(now, floods[i], 1000);
			before = counter("site-limited");
			snprintf(eid, sizeof(eid), "[100]10.2.%d.%d", i, round);
			itr_rlocs[0] = asked_from = "198.51.100.1";
			ask(now, eid, 0);
			assert_int_equal(count_acts(ACTION_SEND), 1);
			assert_int_equal(counter("site-limited"), before);
		}
	}
	assert_int_equal(counter("request-limited"), 0);
}

/* Another configuration gives nobody his share back: not a site, nor who asks
 * for EIDs of none. */
static void shares_are_kept(void **state)
{
	static const char *const eids[] = { "[100]10.1.1.1", "[100]10.64.1.1" };
	static struct ms_config next;

	cfg.limits.serve.each = (struct limit_rate){ 1000000, 4 };
	cfg.limits.serve.all = (struct limit_rate){ 100000, 4 };
	begin_again();
	for (int i = 0; i < 2; i++) {
		uint64_t before = counter("site-limited");

		for (int k = 0; k < 50; k++)
			ask(NOW, eids[i], 0);
		before = counter("site-limited") - before;
		assert_in_range(before, 40, 46);
	}
	next = cfg;
	reload(NOW, &next);
	for (int i = 0; i < 2; i++) {
		uint64_t before = counter("site-limited");

		ask(NOW, eids[i], 0);
		assert_int_equal(counter("site-limited"), before + 1);
	}
	ask(NOW, "[100]10.2.1.1", 0);
	assert_int_equal(count_acts(ACTION_SEND), 1);
}

static void invalid(void **state)
{
	static const uint32_t flags[] = { MREQ_PROBE, MREQ_SMR,
					  MREQ_DONT_REPLY };

	for (int i = 0; i < 3; i++) {
		ask(NOW, "[100]10.64.1.1", flags[i]);
		assert_int_equal(count_acts(ACTION_SEND), 0);
	}
	assert_int_equal(counter("request-invalid"), 3);
	itr_rlocs[0] = "127.0.0.1";
	ask(NOW, "[100]10.64.1.1", 0);
	assert_int_equal(count_acts(ACTION_SEND), 0);
	assert_int_equal(counter("no-itr-rloc"), 1);
}

/* However often one address is named: 3 for an EID, and 1000 in all. */
static void reply_limits(void **state)
{
	unsigned int n = 0;

	for (int i = 0; i < 20; i++) {
		ask(NOW, "[100]10.64.1.1", 0);
		n += count_acts(ACTION_SEND);
	}
	assert_int_equal(n, 3);
	assert_int_equal(counter("reply-limited"), 17);
	for (int i = 0; i < 1200; i++) {
		char eid[EID_TEXT_MAX];

		snprintf(eid, sizeof(eid), "[100]10.65.%d.%d", i / 200,
			 i % 200);
		ask(NOW, eid, 0);
		n += count_acts(ACTION_SEND);
	}
	/* By then the source is over its own limit, 1000 of any kind. */
	assert_int_equal(n, 3 + 1000 - 20);
	assert_int_equal(counter("request-limited"), 220);
}

/* One address, named by ever other sources: 1000 at once. */
static void one_victim(void **state)
{
	unsigned int n = 0;

	for (int i = 0; i < 1200; i++) {
		char from[32], eid[EID_TEXT_MAX];

		snprintf(from, sizeof(from), "203.0.%d.%d", i / 200, i % 200);
		snprintf(eid, sizeof(eid), "[100]10.65.%d.%d", i / 200,
			 i % 200);
		asked_from = from;
		ask(NOW, eid, 0);
		n += count_acts(ACTION_SEND);
	}
	assert_int_equal(n, 1000);
	assert_int_equal(counter("reply-limited"), 200);
	assert_int_equal(counter("request-limited"), 0);
}

/* All addresses of one IPv6 link are one source. */
static void one_link(void **state)
{
	for (int i = 0; i < 1200; i++) {
		char from[32], eid[EID_TEXT_MAX];

		snprintf(from, sizeof(from), "2001:db8:0:1::%x", i + 1);
		snprintf(eid, sizeof(eid), "[100]10.65.%d.%d", i / 200,
			 i % 200);
		asked_from = from;
		ask(NOW, eid, 0);
	}
	assert_int_equal(counter("request-limited"), 200);
}

static void too_many_more_specifics(void **state)
{
	struct eid asked = E("[100]10.1.200.1"), got;

	put(NOW, REG(.eids = { "[100]10.1.0.0/16" }, .nonce = 1,
		     .flags = MREG_PROXY_REPLY));
	for (int i = 0; i < 100; i++) {
		char text[EID_TEXT_MAX];

		snprintf(text, sizeof(text), "[100]10.1.%d.0/24", i);
		put(NOW + i * 1000, REG(.eids = { text }, .nonce = i + 2));
	}
	ask(NOW, "[100]10.1.200.1", 0);
	assert_int_equal(sent(0).reply.record_count, 1);
	got = sent(0).reply.records[0].eid;
	assert_true(eid_contains(&got, &asked));
	assert_int_equal(got.prefix.len, 17);
	assert_int_equal(sent(0).reply.records[0].locator_count, 1);
	assert_int_equal(counter("cut"), 1);
}

/* Several EIDs in one request: one reply for what is answered here, one
 * request to each ETR, and an end to both. */
static void several_records(void **state)
{
	static const char *const eids[] = {
		"[100]10.64.0.1", "[100]10.2.5.5", "[100]10.1.5.5",
		"[100]10.8.0.1", "[100]10.2.6.6", "[100]10.2.9.9",
		"[100]10.65.0.1", "[100]10.66.0.1", "[100]10.67.0.1",
	};
	struct map_reply m;

	put(NOW, REG(.eids = { "[100]10.1.0.0/16", "[100]10.1.5.0/24" },
		     .nonce = 1, .flags = MREG_PROXY_REPLY, .ttl = 90));
	put(NOW, REG(.eids = { "[100]10.2.0.0/16" }, .key = &keys_b[0],
		     .rlocs = { "192.0.2.2" }));
	ask_all(NOW, eids, 9, 0);

	assert_int_equal(count_acts(ACTION_SEND), 2);
	assert_int_equal(sent_inner(0).request.record_count, 9);
	m = sent(1).reply;
	assert_int_equal(m.record_count, 5);
	assert_int_equal(m.records[0].ttl, 15);
	assert_int_equal(m.records[1].eid.prefix.len, 24);
	assert_int_equal(m.records[1].ttl, 90);
	assert_int_equal(m.records[2].ttl, 1);
	/* The ninth is not served. */
	assert_int_equal(counter("negative-hole"), 3);
	assert_int_equal(counter("forwarded"), 1);
}

/* A prefix that is asked for stands for its first address where no whole
 * answer can be given: whose that one is says how it is served, be the rest of
 * the prefix registered or not. */
static void first_address_of_another(void **state)
{
	static const struct {
		enum site_mode a, b;
		uint32_t flags;			/* b registers with */
		const char *rloc;		/* the same */
		enum msg_type type;
	} rows[] = {
		{ SITE_PROXY, SITE_FORWARD, MREG_PROXY_REPLY, "192.0.2.2",
		  MSG_TYPE_ECM },
		{ SITE_PROXY, SITE_AUTO, 0, "192.0.2.2", MSG_TYPE_ECM },
		{ SITE_PROXY, SITE_AUTO, MREG_PROXY_REPLY, "192.0.2.2",
		  MSG_TYPE_MAP_REPLY },
		{ SITE_PROXY, SITE_PROXY, 0, "192.0.2.2", MSG_TYPE_MAP_REPLY },
		{ SITE_FORWARD, SITE_PROXY, 0, "192.0.2.2",
		  MSG_TYPE_MAP_REPLY },
		/* No ETR of b's can answer. */
		{ SITE_PROXY, SITE_FORWARD, 0, "2001:db8:0:a::1",
		  MSG_TYPE_MAP_REPLY },
	};
	uint64_t now = NOW, nonce = 1;
	struct addr etr = A("192.0.2.2");

	eids_b[0].eid = E("[100]10.1.0.0/24");
	begin_again();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (int whole = 0; whole < 2; whole++, now += 10000, nonce++) {
			sites[0].mode = rows[i].a;
			sites[1].mode = rows[i].b;
			put(now, REG(.eids = { "[100]10.1.0.0/16" },
				     .nonce = nonce, .withdraw = !whole));
			put(now, REG(.eids = { "[100]10.1.0.0/24" },
				     .nonce = nonce, .flags = rows[i].flags,
				     .key = &keys_b[0],
				     .rlocs = { rows[i].rloc }));
			ask(now, "[100]10.1.0.0/16", 0);
			assert_int_equal(count_acts(ACTION_SEND), 1);
			/* A whole one that is passed on is a's ETR's. */
			if (whole && rows[i].a == SITE_FORWARD) {
				assert_int_equal(sent(0).type, MSG_TYPE_ECM);
				continue;
			}
			assert_int_equal(sent(0).type, rows[i].type);
			if (sent(0).type == MSG_TYPE_MAP_REPLY)
				assert_int_equal(sent(0).reply.records->
						 eid.prefix.len, 24);
			else
				assert_true(addr_equal(
					&act(ACTION_SEND, 0)->send.to, &etr));
		}
}

/* What is said about a prefix's first address alone counts as said about that,
 * whoever asks for it how. */
static void limit_of_the_first_address(void **state)
{
	eids_b[0].eid = E("[100]10.1.0.0/24");
	begin_again();
	put(NOW, REG(.eids = { "[100]10.1.0.0/16" }, .nonce = 1,
		     .flags = MREG_PROXY_REPLY));
	for (int i = 0; i < 3; i++) {
		ask(NOW, "[100]10.1.0.0/16", 0);
		assert_int_equal(sent(0).reply.records->eid.prefix.len, 24);
	}
	ask(NOW, "[100]10.1.0.0/32", 0);
	assert_int_equal(count_acts(ACTION_SEND), 0);
	assert_int_equal(counter("reply-limited"), 1);
	ask(NOW, "[100]10.1.0.1/32", 0);
	assert_int_equal(count_acts(ACTION_SEND), 1);
}

/* No more ETRs than two are asked because of one request. */
static void etrs_of_one_request(void **state)
{
	static const char *const eids[] = {
		"[100]10.1.1.1", "[100]10.1.2.1", "[100]10.1.3.1",
	};

	put(NOW, REG(.eids = { "[100]10.1.1.0/24" }, .nonce = 1));
	put(NOW, REG(.eids = { "[100]10.1.2.0/24" }, .nonce = 2,
		     .rlocs = { "192.0.2.2" }));
	put(NOW, REG(.eids = { "[100]10.1.3.0/24" }, .nonce = 3,
		     .rlocs = { "192.0.2.3" }));
	ask_all(NOW, eids, 3, 0);
	assert_int_equal(count_acts(ACTION_SEND), 3);
	assert_int_equal(sent(2).type, MSG_TYPE_MAP_REPLY);
	assert_int_equal(sent(2).reply.record_count, 1);
	assert_int_equal(sent(2).reply.records->locators->addr.bytes[3], 3);
}

/* One record's more-specifics fill the reply: that one is cut, the others
 * stand. */
static void cut_among_several(void **state)
{
	static const char *const eids[] = { "[100]10.64.0.1", "[100]10.1.200.1",
					    "[100]10.128.0.1" };
	struct map_reply m;

	put(NOW, REG(.eids = { "[100]10.1.0.0/16" }, .nonce = 1,
		     .flags = MREG_PROXY_REPLY));
	for (int i = 0; i < 100; i++) {
		char text[EID_TEXT_MAX];

		snprintf(text, sizeof(text), "[100]10.1.%d.0/24", i);
		put(NOW + i * 1000, REG(.eids = { text }, .nonce = i + 2));
	}
	ask_all(NOW, eids, 3, 0);
	m = sent(0).reply;
	assert_int_equal(m.record_count, 3);
	assert_int_equal(m.records[0].eid.prefix.len, 10);
	assert_int_equal(m.records[1].eid.prefix.len, 17);
	assert_int_equal(m.records[2].eid.prefix.len, 9);
	assert_true(act(ACTION_SEND, 0)->send.len <= 1280 - 28);
}

static void bad_configuration(void **state)
{
	struct sm_ops no_store = ops;
	typeof(ms) other;

	assert_int_equal(ms_init(&other, &cfg, &no_store, seed), -EINVAL);
	eids_b[0] = eids_a[0];
	assert_int_equal(ms_init(&other, &cfg, &ms_ops, seed), -EINVAL);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, begin_asking, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(hole),
		TEST(unregistered),
		TEST(unregistered_inside_another),
		TEST(proxy_reply),
		TEST(forwards),
		TEST(modes),
		TEST(answers_for_an_etr_out_of_reach),
		TEST(loops),
		TEST(two_desks),
		TEST(no_site_starves),
		TEST(shares_are_kept),
		TEST(invalid),
		TEST(reply_limits),
		TEST(one_victim),
		TEST(one_link),
		TEST(too_many_more_specifics),
		TEST(several_records),
		TEST(first_address_of_another),
		TEST(limit_of_the_first_address),
		TEST(etrs_of_one_request),
		TEST(cut_among_several),
		TEST(bad_configuration),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

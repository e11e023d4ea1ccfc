// SPDX-License-Identifier: GPL-2.0-or-later
/* The DDT client (RFC 8111 7.3): each rule by itself. */
#include "sm_ddt_client.h"

#define EID	"2001:db8:103:1::1"
#define HOST	"2001:db8:103:1::1/128"
#define NODE1	"192.0.2.11"
#define NODE2	"192.0.2.12"
#define MS1	"192.0.2.101"
#define MS2	"192.0.2.102"

static const struct addr *to_root_node(void)
{
	static struct addr whom;

	whom = asked_whom();
	assert_true(addr_equal(&whom, &roots[0]) ||
		    addr_equal(&whom, &roots[1]));
	return &whom;
}

/* Down to the Map-Servers @a and @b, with 2001:db8:100::/40. */
static void descend(uint64_t now)
{
	ASK(now, EID);
	REFER(now, "2001:db8::/32", REFERRAL_NODE, { NODE1 });
	assert_asks(NODE1);
	REFER(now, "2001:db8:100::/40", REFERRAL_MS, { MS1, MS2 });
}

/* --- what is asked --- */

static void a_node_does_not_learn_the_nonce(void **state)
{
	uint64_t nonce;

	ASK(NOW, EID);
	to_root_node();
	nonce = asked_nonce();
	assert_int_not_equal(nonce, 77);
	/* All else is the ITR's. */
	assert_int_equal(sent(0).ecm.source_port, 61000);
	assert_int_equal(sent(0).ecm.dest_port, LISP_CONTROL_PORT);
	assert_true(eid_equal(&sent_inner(0).request.records[0].eid,
			      &(struct eid){ .prefix = E(EID).prefix }));
	REFER(NOW, "2001:db8::/32", REFERRAL_NODE, { NODE1 });
	assert_asks(NODE1);
	/* Another set, another nonce. */
	assert_int_not_equal(asked_nonce(), nonce);
	REFER(NOW, "2001:db8:100::/40", REFERRAL_MS, { MS1 });
	assert_asks(MS1);
	assert_int_equal(asked_nonce(), 77);
}

static void refuses_what_cannot_be_asked(void **state)
{
	ASK(NOW, EID, .flags = MREQ_PROBE);
	assert_silent();
	ASK(NOW, EID, .flags = MREQ_SMR);
	assert_silent();
	ASK(NOW, EID, .records = 2);
	assert_silent();
	/* A resolver does not work for another one. */
	ASK(NOW, EID, .ecm_flags = ECM_DDT);
	assert_silent();
	assert_int_equal(counter("invalid"), 4);
	assert_int_equal(ddt.queries.count, 0);
}

static void an_itr_that_asks_again_replaces_the_nonce(void **state)
{
	ASK(NOW, EID);
	ASK(NOW + 1000, EID, .nonce = 78);
	assert_silent();
	assert_int_equal(ddt.queries.count, 1);
	assert_int_equal(counter("again"), 1);
	pass(NOW + 2000);
	REFER(NOW + 2000, "2001:db8:100::/40", REFERRAL_MS, { MS1 });
	assert_asks(MS1);
	assert_int_equal(asked_nonce(), 78);
	/* And while a Map-Server is being asked. */
	ASK(NOW + 2500, EID, .nonce = 79);
	assert_silent();
	pass(NOW + 4000);
	assert_asks(MS1);
	assert_int_equal(asked_nonce(), 79);
	/* Another ITR's is a query of its own. */
	ASK(NOW + 4000, EID, .from = "203.0.113.2");
	assert_int_equal(ddt.queries.count, 2);
}

/* --- what is answered --- */

static void nothing_after_ms_ack(void **state)
{
	descend(NOW);
	REFER(NOW, "2001:db8:103::/48", REFERRAL_MS_ACK, { MS1, MS2 });
	assert_silent();
	assert_int_equal(counter("acks"), 1);
	assert_int_equal(ddt.queries.count, 0);
	assert_true(ddt_client_due(&ddt) == UINT64_MAX);
}

static void a_node_that_is_a_map_server_is_asked_again(void **state)
{
	ASK(NOW, EID);
	REFER(NOW, "2001:db8:103::/48", REFERRAL_MS_ACK, { MS1 });
	assert_asks(MS1);
	assert_int_equal(asked_nonce(), 77);
	REFER(NOW, "2001:db8:103::/48", REFERRAL_MS_ACK, { MS1 });
	assert_silent();
	assert_int_equal(counter("acks"), 1);
}

static void a_hole(void **state)
{
	ASK(NOW, EID);
	REFER(NOW, "2001:db8::/32", REFERRAL_NODE, { NODE1 });
	REFER(NOW, "2001:db8:103:1::/64", REFERRAL_DELEGATION_HOLE,
	      .ttl = 1440);
	/* 15 minutes whatever it says. */
	assert_negative("2001:db8:103:1::/64", 15);
	assert_int_equal(sent(0).reply.nonce, 77);
	assert_int_equal(ddt.queries.count, 0);
	/* Again, from the cache, for what is left. */
	ASK(NOW + 5 * 60000, "2001:db8:103:1::2");
	assert_negative("2001:db8:103:1::/64", 10);
	ASK(NOW + 15 * 60000, "2001:db8:103:1::2");
	assert_int_equal(sent(0).type, MSG_TYPE_ECM);
}

static void not_registered_with_any_peer(void **state)
{
	struct addr first;

	descend(NOW);
	first = asked_whom();
	REFER(NOW, "2001:db8:103::/48", REFERRAL_MS_NOT_REGISTERED, .ttl = 1);
	assert_int_equal(sent(0).type, MSG_TYPE_ECM);
	assert_false(addr_equal(&act(ACTION_SEND, 0)->send.to, &first));
	assert_int_equal(asked_nonce(), 77);
	REFER(NOW, "2001:db8:103::/48", REFERRAL_MS_NOT_REGISTERED, .ttl = 1);
	assert_negative("2001:db8:103::/48", 1);
	/* Another ITR might have said so in their name. */
	ASK(NOW + 1000, EID);
	assert_int_equal(sent(0).type, MSG_TYPE_ECM);
}

/* Who was set aside for his answer has no other one. */
static void a_peer_has_the_registration(void **state)
{
	struct referring ack = { "2001:db8:103::/48", REFERRAL_MS_ACK, { MS1 } };
	struct addr first, second;

	descend(NOW);
	first = asked_whom();
	REFER(NOW, "2001:db8:103::/48", REFERRAL_MS_NOT_REGISTERED, .ttl = 1);
	second = asked_whom();
	refer_as(NOW, &first, 77, ack);
	assert_int_equal(counter("unasked"), 1);
	refer_as(NOW, &second, 77, ack);
	assert_silent();
	assert_int_equal(counter("acks"), 1);
	assert_int_equal(counter("negative"), 0);
}

/* --- not authoritative --- */

static void lame_sibling(void **state)
{
	struct addr first;

	ASK(NOW, EID);
	REFER(NOW, "2001:db8::/32", REFERRAL_NODE, { NODE1, NODE2 });
	first = asked_whom();
	REFER(NOW, HOST, REFERRAL_NOT_AUTHORITATIVE, .ttl0 = true,
	      .incomplete = true);
	/* The other one knows. */
	assert_int_equal(sent(0).type, MSG_TYPE_ECM);
	assert_false(addr_equal(&act(ACTION_SEND, 0)->send.to, &first));
	/* It does not: of this host alone we say so, and do not cache it. */
	REFER(NOW, HOST, REFERRAL_NOT_AUTHORITATIVE, .ttl0 = true,
	      .incomplete = true);
	assert_negative(HOST, 1);
	assert_int_equal(counter("lame"), 2);
	ASK(NOW, EID);
	assert_int_equal(sent(0).type, MSG_TYPE_ECM);
}

static void stale_cache_goes_to_the_root(void **state)
{
	ASK(NOW, EID);
	REFER(NOW, "2001:db8::/32", REFERRAL_NODE, { NODE1 });
	assert_asks(NODE1);
	REFER(NOW, "2001:db8:103:1::/64", REFERRAL_DELEGATION_HOLE);
	/* From the cache, and the node is it no more. */
	ASK(NOW, "2001:db8:104::1");
	assert_asks(NODE1);
	REFER(NOW, "2001:db8:104::1/128", REFERRAL_NOT_AUTHORITATIVE,
	      .ttl0 = true);
	to_root_node();
	assert_int_equal(counter("to-root"), 1);
	REFER(NOW, "2001:db8::/32", REFERRAL_NODE, { NODE2 });
	assert_asks(NODE2);
	/* Once: now it is answered. */
	REFER(NOW, "2001:db8:104::1/128", REFERRAL_NOT_AUTHORITATIVE,
	      .ttl0 = true);
	assert_negative("2001:db8:104::1/128", 1);
}

static void dead_cache_goes_to_the_root(void **state)
{
	ASK(NOW, EID);
	REFER(NOW, "2001:db8::/32", REFERRAL_NODE, { NODE1 });
	REFER(NOW, "2001:db8:103:1::/64", REFERRAL_DELEGATION_HOLE);
	ASK(NOW, "2001:db8:104::1");
	for (unsigned int i = 1; i < 3; i++) {
		pass(NOW + i * 2000);
		assert_asks(NODE1);
	}
	pass(NOW + 6000);
	to_root_node();
	/* It was forgotten. */
	ASK(NOW + 6000, "2001:db8:105::1");
	to_root_node();
}

/* --- loops --- */

static void equal_once_through_the_root(void **state)
{
	ASK(NOW, EID);
	REFER(NOW, "2001:db8::/32", REFERRAL_NODE, { NODE1 });
	REFER(NOW, "2001:db8:103:1::/64", REFERRAL_DELEGATION_HOLE);
	ASK(NOW, "2001:db8:104::1");
	assert_asks(NODE1);
	REFER(NOW, "2001:db8::/32", REFERRAL_NODE, { NODE2 });
	to_root_node();
	assert_int_equal(counter("loops"), 1);
	REFER(NOW, "2001:db8::/32", REFERRAL_NODE, { NODE1 });
	assert_asks(NODE1);
	REFER(NOW, "2001:db8::/32", REFERRAL_MS, { MS1 });
	assert_negative("2001:db8:104::1/128", 1);
	assert_int_equal(counter("loops"), 2);
	assert_int_equal(ddt.queries.count, 0);
}

static void less_specific_is_not_believed(void **state)
{
	ASK(NOW, EID);
	REFER(NOW, "2001:db8::/32", REFERRAL_NODE, { NODE1 });
	assert_asks(NODE1);
	/* We came through the root: dropped, with no answer. */
	REFER(NOW, "2001::/16", REFERRAL_DELEGATION_HOLE);
	assert_silent();
	assert_int_equal(ddt.queries.count, 0);
	/* Nor was it cached. */
	ASK(NOW, "2001:db9::1");
	to_root_node();
	/* From the cache: to the root. */
	ASK(NOW, EID);
	assert_asks(NODE1);
	REFER(NOW, "2001::/16", REFERRAL_MS_ACK, { NODE1 });
	to_root_node();
	assert_int_equal(counter("loops"), 2);
}

static void the_roots_may_be_hints(void **state)
{
	ASK(NOW, EID);
	REFER(NOW, "*", REFERRAL_NODE, { NODE1 });
	assert_asks(NODE1);
	REFER(NOW, "[0]*", REFERRAL_NODE, { NODE2 });
	assert_asks(NODE2);
	REFER(NOW, "[0]*", REFERRAL_NODE, { NODE1 });
	assert_negative(HOST, 1);
}

static void ranges_of_instances(void **state)
{
	ASK(NOW, "[300]10.1.0.1");
	REFER(NOW, "[256/24]*", REFERRAL_NODE, { NODE1 });
	assert_asks(NODE1);
	REFER(NOW, "[300]*", REFERRAL_NODE, { NODE2 });
	assert_asks(NODE2);
	REFER(NOW, "[300]10.1.0.0/16", REFERRAL_DELEGATION_HOLE);
	assert_negative("[300]10.1.0.0/16", 15);
	/* Kept for this instance and family. */
	ASK(NOW, "[300]10.2.0.1");
	assert_asks(NODE2);
	ASK(NOW, "[301]10.2.0.1");
	to_root_node();
}

/* --- what is not an answer --- */

static void only_whom_we_asked(void **state)
{
	struct addr whom;
	uint64_t nonce;

	ASK(NOW, EID);
	whom = asked_whom();
	nonce = asked_nonce();
	REFER_AS(NOW, "192.0.2.66", nonce, "2001:db8::/32", REFERRAL_NODE,
		 { NODE1 });
	assert_silent();
	/* The other root was not asked. */
	REFER_AS(NOW, addr_equal(&whom, &roots[0]) ? ROOT2 : ROOT1, nonce,
		 "2001:db8::/32", REFERRAL_NODE, { NODE1 });
	assert_silent();
	refer_as(NOW, &whom, nonce + 1, (struct referring){
		 "2001:db8::/32", REFERRAL_NODE, { NODE1 } });
	assert_silent();
	refer_as(NOW, &whom, 77, (struct referring){
		 "2001:db8::/32", REFERRAL_NODE, { NODE1 } });
	assert_silent();
	assert_int_equal(counter("unasked"), 4);
	assert_int_equal(ddt.cache.map.count, 0);
	refer_as(NOW, &whom, nonce, (struct referring){
		 "2001:db8::/32", REFERRAL_NODE, { NODE1 } });
	assert_asks(NODE1);
	/* And once. */
	refer_as(NOW, &whom, nonce, (struct referring){
		 "2001:db8::/32", REFERRAL_NODE, { NODE2 } });
	assert_silent();
}

static void nonsense_goes_to_a_sibling(void **state)
{
	static const struct referring nonsense[] = {
		{ "2001:db9::/32", REFERRAL_NODE, { NODE1 } },
		{ "[1]2001:db8::/32", REFERRAL_NODE, { NODE1 } },
		{ "2001:db8::/32", REFERRAL_NODE },
		{ "2001:db8::/32", REFERRAL_NODE, { "127.0.0.1" } },
		{ "2001:db8::/32", 6, { NODE1 } },
		{ "2001:db8::/32", 7, { NODE1 } },
	};

	for (size_t i = 0; i < sizeof(nonsense) / sizeof(nonsense[0]); i++) {
		struct addr first, second;

		restart();
		ASK(NOW, EID);
		first = asked_whom();
		refer_as(NOW, &first, asked_nonce(), nonsense[i]);
		second = *to_root_node();
		assert_false(addr_equal(&first, &second));
		assert_int_equal(counter("bad-referral"), 1);
		assert_int_equal(ddt.cache.map.count, 0);
		refer_as(NOW, &second, asked_nonce(), nonsense[i]);
		assert_silent();
		assert_int_equal(counter("given-up"), 1);
	}
}

static void a_map_reply_of_a_node(void **state)
{
	struct map_reply r = { 0 };
	struct packet pkt = { 0 };

	ASK(NOW, EID);
	pkt.from = asked_whom();
	r.nonce = 77;
	assert_false(ddt_client_on_reply(&ddt, NOW, &pkt, &r, &acts));
	r.nonce = asked_nonce();
	turn();
	assert_true(ddt_client_on_reply(&ddt, NOW, &pkt, &r, &acts));
	to_root_node();
	assert_false(addr_equal(&act(ACTION_SEND, 0)->send.to, &pkt.from));
	/* Of a Map-Server it is for the ITR, which may be in this very node. */
	REFER(NOW, "2001:db8::/32", REFERRAL_NODE, { NODE1 });
	REFER(NOW, "2001:db8:100::/40", REFERRAL_MS, { MS1 });
	pkt.from = asked_whom();
	r.nonce = 77;
	turn();
	assert_false(ddt_client_on_reply(&ddt, NOW, &pkt, &r, &acts));
	assert_int_equal(ddt.queries.count, 1);
}

/* --- the cache --- */

static void incomplete_and_ttl_0_are_followed_not_kept(void **state)
{
	ASK(NOW, EID);
	REFER(NOW, "2001:db8::/32", REFERRAL_NODE, { NODE1 },
	      .incomplete = true);
	assert_asks(NODE1);
	REFER(NOW, "2001:db8:100::/40", REFERRAL_MS, { MS1 }, .ttl0 = true);
	assert_asks(MS1);
	REFER(NOW, "2001:db8:103:1::/64", REFERRAL_MS_NOT_REGISTERED,
	      .incomplete = true);
	assert_negative("2001:db8:103:1::/64", 1);
	assert_int_equal(ddt.cache.map.count, 0);
}

static void a_referral_lives_as_long_as_it_says(void **state)
{
	descend(NOW);
	ASK(NOW + 1440 * 60000 - 1, "2001:db8:104::1");
	assert_int_equal(sent(0).type, MSG_TYPE_ECM);
	assert_int_equal(asked_nonce(), 77);	/* a Map-Server */
	ASK(NOW + 1440 * 60000, "2001:db8:105::1");
	to_root_node();
}

static void ms_ack_is_kept(void **state)
{
	ASK(NOW, EID);
	REFER(NOW, "2001:db8::/32", REFERRAL_NODE, { NODE1 });
	REFER(NOW, "2001:db8:103::/48", REFERRAL_MS_ACK, { MS2 });
	assert_asks(MS2);
	REFER(NOW, "2001:db8:103::/48", REFERRAL_MS_ACK, { MS2 });
	assert_silent();
	ASK(NOW, "2001:db8:103:7::1");
	assert_asks(MS2);
	REFER(NOW, "2001:db8:103::/48", REFERRAL_MS_ACK, { MS2 });
	assert_silent();
	assert_int_equal(counter("acks"), 2);
}

/* Nor longer than the referral that it has its keys from. */
static void ms_ack_is_not_kept_for_longer(void **state)
{
	ASK(NOW, EID);
	REFER(NOW, "2001:db8::/32", REFERRAL_NODE, { NODE1 }, .ttl = 10);
	REFER(NOW, "2001:db8:103::/48", REFERRAL_MS_ACK, { MS2 });
	REFER(NOW, "2001:db8:103::/48", REFERRAL_MS_ACK, { MS2 });
	ASK(NOW + 599999, "2001:db8:103:7::1");
	assert_asks(MS2);
	ASK(NOW + 600000, "2001:db8:103:8::1");
	to_root_node();
}

/* With priority 255 nobody is to be asked (RFC 9301 5.4). */
static void nobody_but_255(void **state)
{
	ASK(NOW, EID);
	REFER(NOW, "2001:db8::/32", REFERRAL_NODE, { NODE1, NODE2 },
	      .priority = 255);
	to_root_node();
	assert_int_equal(counter("bad-referral"), 1);
}

#define FORGER	"203.0.113.66"

/* What an ITR can say in the name of a Map-Server, as it knows the nonce, is
 * not there for others. */
static void forged(const char *xeid, unsigned int action)
{
	struct addr server, forger = A(FORGER);

	server = asked_whom();
	refer_as(NOW, &server, 77,
		 (struct referring){ xeid, action, { FORGER } });
	ASK(NOW, "2001:db8:103:7::1", .from = "203.0.113.2");
	assert_int_equal(sent(0).type, MSG_TYPE_ECM);
	server = asked_whom();
	assert_false(addr_equal(&server, &forger));
}

static void a_forged_ack(void **state)
{
	descend(NOW);
	forged("2001:db8:100::/40", REFERRAL_MS_ACK);
}

static void a_forged_hole(void **state)
{
	descend(NOW);
	forged("2001:db8:100::/40", REFERRAL_DELEGATION_HOLE);
}

static void a_forged_referral(void **state)
{
	descend(NOW);
	forged("2001:db8:103::/48", REFERRAL_MS);
}

/* Nor is what whoever it named says then, who has got a nonce of ours. */
static void a_forged_node(void **state)
{
	struct addr server;

	descend(NOW);
	server = asked_whom();
	refer_as(NOW, &server, 77, (struct referring){
		"2001:db8:102::/47", REFERRAL_NODE, { FORGER } });
	assert_asks(FORGER);
	assert_int_not_equal(asked_nonce(), 77);
	REFER(NOW, "2001:db8:103::/48", REFERRAL_MS, { FORGER });
	forged("2001:db8:103::/48", REFERRAL_MS_ACK);
}

/* --- time --- */

static void each_rloc_three_times(void **state)
{
	unsigned int n[2] = { 0 };

	ASK(NOW, EID);
	for (unsigned int i = 0; i < 6; i++) {
		struct addr whom = asked_whom();

		n[addr_equal(&whom, &roots[1])]++;
		assert_int_equal(n[0] + n[1], i + 1);
		/* In turn. */
		assert_in_range(n[0], (i + 1) / 2, (i + 2) / 2);
		assert_true(ddt_client_due(&ddt) == NOW + (i + 1) * 2000);
		pass(NOW + (i + 1) * 2000);
	}
	/* No word to the ITR. */
	assert_silent();
	assert_int_equal(count_logs(LOG_DDT_GIVEN_UP), 1);
	assert_int_equal(ddt.queries.count, 0);
	assert_true(ddt_client_due(&ddt) == UINT64_MAX);
}

/* Of several records that contain the EID the longest counts. */
static void the_longest_record(void **state)
{
	static const char *const prefixes[] = {
		"2001:db8::/32", "2001:db8:100::/40", "2001:db8::/34",
	};
	static const char *const nodes[] = { NODE1, MS1, NODE2 };
	struct referral_rloc rlocs[3] = { 0 };
	struct referral_record recs[3] = { 0 };
	struct lisp_msg m = { .type = MSG_TYPE_MAP_REFERRAL }, parsed;
	struct packet pkt = { 0 };

	ASK(NOW, EID);
	pkt.from = asked_whom();
	m.referral = (struct map_referral){ .nonce = asked_nonce(),
					    .records = recs,
					    .record_count = 3 };
	for (unsigned int i = 0; i < 3; i++) {
		rlocs[i].addr = A(nodes[i]);
		recs[i] = (struct referral_record){
			.ttl = 1440, .action = REFERRAL_NODE,
			.rlocs = &rlocs[i], .rloc_count = 1,
		};
		assert_int_equal(xeid_from_text(prefixes[i], &recs[i].xeid),
				 0);
	}
	turn();
	pkt.data = action_build(&acts, &m, &pkt.len);
	assert_int_equal(msg_parse(pkt.data, pkt.len, &arena, &parsed, NULL),
			 0);
	ddt_client_on_referral(&ddt, NOW, &pkt, &parsed.referral, &acts);
	assert_asks(MS1);
}

/* Whoever owns a long chain of nodes gets no more out of one request. */
static void budgets(void **state)
{
	char xeid[XEID_TEXT_MAX];
	unsigned int len = 1, sends = 1;

	ASK(NOW, EID);
	while (len < 128 && count_acts(ACTION_SEND) == 1 &&
	       sent(0).type == MSG_TYPE_ECM) {
		struct xeid x;
		struct eid e = E(EID);

		prefix_make(&e.prefix.addr, len++, &e.prefix);
		x = xeid_of(&e);
		xeid_text(&x, xeid);
		REFER(NOW, xeid, REFERRAL_NODE, { NODE1 });
		sends++;
	}
	/* The root, 32 referrals, and the answer. */
	assert_negative(HOST, 1);
	assert_int_equal(sends, 1 + 32 + 1);
	assert_int_equal(counter("sent"), 33);
	cfg.sends = 5;
	cfg.tries = 100;
	restart();
	ASK(NOW, EID);
	for (unsigned int i = 1; ddt.queries.count; i++)
		pass(NOW + i * 2000);
	assert_int_equal(counter("sent"), 5);
	cfg.sends = 1000;
	cfg.lifetime = 20000;
	restart();
	ASK(NOW, EID);
	for (unsigned int i = 1; ddt.queries.count; i++)
		pass(NOW + i * 2000);
	assert_int_equal(counter("sent"), 10);
}

static void nobody_who_can_be_sent_to(void **state)
{
	world.no_family = A(MS1);
	world.overlay = A(MS2);
	descend(NOW);
	assert_silent();
	assert_int_equal(counter("nowhere"), 1);
	assert_int_equal(ddt.queries.count, 0);
	/* A node in our own process can be. */
	world.own = A(NODE1);
	restart();
	ASK(NOW, EID);
	REFER(NOW, "2001:db8::/32", REFERRAL_NODE, { NODE1 });
	assert_asks(NODE1);
}

/* --- limits --- */

static void one_source_starves_itself_only(void **state)
{
	char eid[32];

	cfg.queries.all = 20;
	cfg.queries.each = 15;
	restart();
	for (unsigned int i = 0; i < 5; i++) {
		snprintf(eid, sizeof(eid), "10.0.0.%u", i);
		ASK(NOW, eid);
	}
	for (unsigned int i = 0; i < 30; i++) {
		snprintf(eid, sizeof(eid), "10.0.1.%u", i);
		ASK(NOW, eid, .from = "203.0.113.66");
	}
	assert_int_equal(counter("full"), 15);
	assert_int_equal(ddt.queries.count, 20);
	/* Others come: the greedy one loses his oldest, none else anything. */
	for (unsigned int i = 0; i < 8; i++) {
		snprintf(eid, sizeof(eid), "10.0.2.%u", i);
		ASK(NOW, eid, .from = "203.0.113.3");
		assert_int_equal(count_acts(ACTION_SEND), 1);
	}
	assert_int_equal(ddt.queries.count, 20);
	assert_int_equal(counter("evicted"), 8);
	for (unsigned int i = 0; i < 5; i++) {
		snprintf(eid, sizeof(eid), "10.0.0.%u", i);
		ASK(NOW, eid);
	}
	assert_int_equal(counter("again"), 5);
	ASK(NOW, "10.0.1.8", .from = "203.0.113.66");
	assert_int_equal(counter("again"), 6);
	ASK(NOW, "10.0.1.7", .from = "203.0.113.66");
	assert_int_equal(counter("again"), 6);
}

static void negative_replies_have_a_rate(void **state)
{
	cfg.per_eid.each.interval_us = 3000000;
	restart();
	ASK(NOW, EID);
	REFER(NOW, "2001:db8:103:1::/64", REFERRAL_DELEGATION_HOLE);
	assert_negative("2001:db8:103:1::/64", 15);
	ASK(NOW + 100, EID);
	assert_silent();
	assert_int_equal(counter("reply-limited"), 1);
	ASK(NOW + 3100, EID);
	assert_negative("2001:db8:103:1::/64", 15);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_node_does_not_learn_the_nonce),
		TEST(refuses_what_cannot_be_asked),
		TEST(an_itr_that_asks_again_replaces_the_nonce),
		TEST(nothing_after_ms_ack),
		TEST(a_node_that_is_a_map_server_is_asked_again),
		TEST(a_hole),
		TEST(not_registered_with_any_peer),
		TEST(a_peer_has_the_registration),
		TEST(lame_sibling),
		TEST(stale_cache_goes_to_the_root),
		TEST(dead_cache_goes_to_the_root),
		TEST(equal_once_through_the_root),
		TEST(less_specific_is_not_believed),
		TEST(the_roots_may_be_hints),
		TEST(ranges_of_instances),
		TEST(only_whom_we_asked),
		TEST(nonsense_goes_to_a_sibling),
		TEST(a_map_reply_of_a_node),
		TEST(incomplete_and_ttl_0_are_followed_not_kept),
		TEST(a_referral_lives_as_long_as_it_says),
		TEST(ms_ack_is_kept),
		TEST(ms_ack_is_not_kept_for_longer),
		TEST(nobody_but_255),
		TEST(a_forged_ack),
		TEST(a_forged_hole),
		TEST(a_forged_referral),
		TEST(a_forged_node),
		TEST(each_rloc_three_times),
		TEST(the_longest_record),
		TEST(budgets),
		TEST(nobody_who_can_be_sent_to),
		TEST(one_source_starves_itself_only),
		TEST(negative_replies_have_a_rate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

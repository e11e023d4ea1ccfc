// SPDX-License-Identifier: GPL-2.0-or-later
/* The DDT node of a Map-Server, whose sites are those of sm_ms.h. */
#include "sm_ms.h"
#include "sm_ddt_node.h"

#define ETR	"192.0.2.1"
#define US	"198.51.100.10"

static struct ddt_authority own[1];
static struct ddt_delegation delegations[1];
static struct referral_rloc child[1];
static struct addr peers[2];
static struct ddt_config ddt_cfg;
static struct ddt ddt;

static void make(void)
{
	ddt_free(&ddt);
	assert_int_equal(ddt_init(&ddt, &ddt_cfg, &ms_ops, &ms, seed), 0);
}

/* Authoritative for 10/8 of instance 100; 10.1.128.0/17, in the site's prefix,
 * is delegated. */
static int begin_ddt(void **state)
{
	begin(state);
	own[0] = (struct ddt_authority){ .xeid = X("[100]10.0.0.0/8") };
	child[0] = (struct referral_rloc){ .addr = A("192.0.2.77") };
	delegations[0] = (struct ddt_delegation){
		.xeid = X("[100]10.1.128.0/17"),
		.rlocs = child,
		.rloc_count = 1,
	};
	ddt_config_init(&ddt_cfg);
	ddt_cfg.authorities = own;
	ddt_cfg.authority_count = 1;
	ddt_cfg.delegations = delegations;
	ddt_cfg.delegation_count = 1;
	make();
	return 0;
}

static int end_ddt(void **state)
{
	ddt_free(&ddt);
	return end(state);
}

#define ASK(eid)	ask_ddt(&ddt, NOW, US, eid)

/* MS-ACK, and the request goes on to the ETR without D. */
static void acknowledged_and_forwarded(void **state)
{
	struct lisp_msg m;
	struct addr etr = A(ETR);

	put(NOW, REG(.eids = { "[100]10.8.0.0/16" }, .nonce = 1));
	ASK("[100]10.8.0.1/32");
	assert_string_equal(said(),
			    "ms-ack [100]10.8.0.0/16 1440 I 198.51.100.10");
	assert_int_equal(count_acts(ACTION_SEND), 2);
	m = sent(0);
	assert_int_equal(m.type, MSG_TYPE_ECM);
	assert_int_equal(m.ecm.flags & ECM_DDT, 0);
	assert_true(addr_equal(&act(ACTION_SEND, 0)->send.to, &etr));
}

static void acknowledged_and_proxied(void **state)
{
	struct lisp_msg m;

	put(NOW, REG(.eids = { "[100]10.8.0.0/16" }, .nonce = 1,
		     .flags = MREG_PROXY_REPLY));
	ASK("[100]10.8.0.1/32");
	assert_string_equal(said(),
			    "ms-ack [100]10.8.0.0/16 1440 I 198.51.100.10");
	m = sent(0);
	assert_int_equal(m.type, MSG_TYPE_MAP_REPLY);
	assert_true(m.reply.nonce == ddt_nonce);
	assert_int_equal(count_acts(ACTION_SEND), 2);
}

/* The site's prefix, whatever beneath it is registered. */
static void prefix_of_the_site(void **state)
{
	put(NOW, REG(.eids = { "[100]10.1.5.0/24" }, .nonce = 1));
	ASK("[100]10.1.5.1/32");
	assert_string_equal(said(),
			    "ms-ack [100]10.1.0.0/16 1440 I 198.51.100.10");
}

static void peers_listed(void **state)
{
	peers[0] = A("198.51.100.11");
	peers[1] = A(US);
	own[0].peers = peers;
	own[0].peer_count = 2;
	own[0].complete = true;
	put(NOW, REG(.eids = { "[100]10.8.0.0/16" }, .nonce = 1));
	ASK("[100]10.8.0.1/32");
	assert_string_equal(said(), "ms-ack [100]10.8.0.0/16 1440 "
			    "198.51.100.10 198.51.100.11");
	ASK("[100]10.2.0.1/32");
	assert_string_equal(said(),
			    "ms-not-registered [100]10.2.0.0/16 1");
}

/* Nobody, then somebody next to it: narrower until nothing registered and
 * nothing delegated is in it.  No Map-Reply: that is the resolver's. */
static void not_registered(void **state)
{
	ASK("[100]10.8.0.1/32");
	assert_string_equal(said(),
			    "ms-not-registered [100]10.8.0.0/16 1 I");
	assert_int_equal(count_acts(ACTION_SEND), 1);
	ASK("[100]10.1.5.1/32");
	assert_string_equal(said(),
			    "ms-not-registered [100]10.1.0.0/17 1 I");
	put(NOW, REG(.eids = { "[100]10.1.5.0/24" }, .nonce = 1));
	ASK("[100]10.1.4.1/32");
	assert_string_equal(said(),
			    "ms-not-registered [100]10.1.4.0/24 1 I");
	ASK("[100]10.1.6.1/32");
	assert_string_equal(said(),
			    "ms-not-registered [100]10.1.6.0/23 1 I");
	assert_int_equal(count_acts(ACTION_SEND), 1);
	assert_int_equal(counted(ddt_counters(&ddt), "map-server-not-registered"), 4);
	assert_int_equal(counter("requests"), 0);
}

/* A delegation within the site is more specific than the site. */
static void delegated_below(void **state)
{
	put(NOW, REG(.eids = { "[100]10.1.0.0/16" }, .nonce = 1));
	ASK("[100]10.1.200.1/32");
	assert_string_equal(said(),
			    "node-referral [100]10.1.128.0/17 1440 192.0.2.77");
	assert_int_equal(count_acts(ACTION_SEND), 1);
	ASK("[100]10.1.100.1/32");
	assert_string_equal(said(),
			    "ms-ack [100]10.1.0.0/16 1440 I 198.51.100.10");
}

/* Of a site and a delegation of one prefix the site says. */
static void delegated_itself(void **state)
{
	delegations[0].xeid = X("[100]10.8.0.0/16");
	make();
	ASK("[100]10.8.0.1/32");
	assert_string_equal(said(),
			    "ms-not-registered [100]10.8.0.0/16 1 I");
	put(NOW, REG(.eids = { "[100]10.8.0.0/16" }, .nonce = 1));
	ASK("[100]10.8.0.1/32");
	assert_string_equal(said(),
			    "ms-ack [100]10.8.0.0/16 1440 I 198.51.100.10");
}

/* Nothing but a range of instances is delegated; then nothing at all. */
static void range_delegated(void **state)
{
	itr_rlocs[0] = asked_from = "192.0.2.5";
	own[0].xeid = X("[64/26]*");
	delegations[0].xeid = X("[96/28]*");
	make();
	ask(NOW, "[100]11.0.0.1/32", 0);
	assert_int_equal(counted(ms_counters(&ms), "delegated"), 1);
	assert_int_equal(count_acts(ACTION_SEND), 0);
	ask(NOW, "[100]10.1.0.1/32", 0);
	assert_int_equal(counted(ms_counters(&ms), "negative-unregistered"), 1);
	ddt_cfg.delegation_count = 0;
	make();
	ask(NOW, "[100]11.0.0.1/32", 0);
	assert_int_equal(counted(ms_counters(&ms), "negative-hole"), 1);
	assert_int_equal(counted(ms_counters(&ms), "delegated"), 1);
}

/* What the site around it has registered is not the inner site's. */
static void site_within_a_site(void **state)
{
	eids_b[0].eid = E("[100]10.1.64.0/18");
	begin_again();
	make();
	put(NOW, REG(.eids = { "[100]10.1.0.0/16" }, .nonce = 1));
	ASK("[100]10.1.32.1/32");
	assert_string_equal(said(),
			    "ms-ack [100]10.1.0.0/16 1440 I 198.51.100.10");
	ASK("[100]10.1.64.1/32");
	assert_string_equal(said(),
			    "ms-not-registered [100]10.1.64.0/18 1 I");
}

/* What is delegated is not the site's to register, in whole or in part; what
 * is around it is, and what it had registered before goes. */
static void no_registration_of_others(void **state)
{
	struct site_view v;

	put(NOW, REG(.eids = { "[100]10.1.128.0/17", "[100]10.1.200.0/24",
			       "[100]10.1.0.0/16", "[100]10.1.5.0/24" },
		     .nonce = 1, .flags = MREG_WANT_NOTIFY));
	assert_null(entry("[100]10.1.128.0/17"));
	assert_null(entry("[100]10.1.200.0/24"));
	assert_non_null(entry("[100]10.1.0.0/16"));
	assert_non_null(entry("[100]10.1.5.0/24"));
	assert_int_equal(sent(0).notify.record_count, 2);
	assert_int_equal(count_logs(LOG_REGISTER_DELEGATED), 2);
	assert_int_equal(counter("records-delegated"), 2);
	assert_true(ms_site_at(&ms, 0, &v));
	assert_int_equal(v.use.refused[SITE_DELEGATED], 2);

	delegations[0].xeid = X("[100]10.1.5.0/24");
	ms_free(&ms);
	assert_int_equal(ms_init(&ms, &cfg, &ms_ops, seed), 0);
	make();
	ms_adopt(&ms, NOW, turn());
	assert_int_equal(count_logs(LOG_REGISTRATION_GONE), 1);
	assert_null(entry("[100]10.1.5.0/24"));
	assert_non_null(entry("[100]10.1.0.0/16"));
	/* A row of a site that is longer than the delegation is its own. */
	delegations[0].xeid = X("[100]10.0.0.0/8");
	make();
	put(NOW, REG(.eids = { "[100]10.1.5.0/24" }, .nonce = 2));
	assert_non_null(entry("[100]10.1.5.0/24"));
}

static const char *answered(unsigned int i)
{
	static char text[EID_TEXT_MAX];

	assert_true(i < sent(0).reply.record_count);
	assert_int_equal(sent(0).reply.records[i].locator_count, 1);
	return eid_text(&sent(0).reply.records[i].eid, text);
}

/* What is answered ends where something of others begins: what is delegated,
 * or another site's. */
static void no_answer_for_others(void **state)
{
	itr_rlocs[0] = asked_from = "192.0.2.5";
	put(NOW, REG(.eids = { "[100]10.1.0.0/16", "[100]10.1.5.0/24" },
		     .nonce = 1, .flags = MREG_PROXY_REPLY));
	ask(NOW, "[100]10.1.100.1", 0);
	assert_int_equal(sent(0).reply.record_count, 1);
	assert_string_equal(answered(0), "[100]10.1.64.0/18");
	assert_int_equal(counter("cut"), 1);
	ask(NOW, "[100]10.1.5.1", 0);
	assert_string_equal(answered(0), "[100]10.1.5.0/24");
	/* A prefix that was asked for stands for its first address. */
	ask(NOW, "[100]10.1.0.0/16", 0);
	assert_int_equal(sent(0).reply.record_count, 1);
	assert_string_equal(answered(0), "[100]10.1.0.0/22");
	put(NOW, REG(.eids = { "[100]10.1.0.0/24" }, .nonce = 2,
		     .flags = MREG_PROXY_REPLY,
		     .rlocs = { "192.0.2.9" }));
	ask(NOW, "[100]10.1.0.0/16", 0);
	assert_string_equal(answered(0), "[100]10.1.0.0/24");
	assert_int_equal(sent(0).reply.records->locators->addr.bytes[3], 9);
	put(NOW, REG(.eids = { "[100]10.1.0.0/24" }, .nonce = 3,
		     .withdraw = true));

	ddt_cfg.delegation_count = 0;
	make();
	ask(NOW, "[100]10.1.100.2", 0);
	assert_int_equal(sent(0).reply.record_count, 2);
	assert_string_equal(answered(0), "[100]10.1.0.0/16");
	assert_string_equal(answered(1), "[100]10.1.5.0/24");

	eids_b[0].eid = E("[100]10.1.192.0/18");
	begin_again();
	make();
	ask(NOW, "[100]10.1.160.1", 0);
	assert_int_equal(sent(0).reply.record_count, 1);
	assert_string_equal(answered(0), "[100]10.1.128.0/18");
	ask(NOW, "[100]10.1.192.1", 0);
	assert_int_equal(sent(0).reply.records[0].locator_count, 0);
	/* The first address is another's, and nothing is registered there. */
	eids_b[0].eid = E("[100]10.1.0.0/23");
	begin_again();
	make();
	ask(NOW, "[100]10.1.0.0/16", 0);
	assert_int_equal(sent(0).reply.record_count, 1);
	assert_int_equal(sent(0).reply.records[0].locator_count, 0);
}

/* Between sites and delegations; nothing of ours; another family. */
static void holes(void **state)
{
	ASK("[100]10.3.0.1/32");
	assert_string_equal(said(), "delegation-hole [100]10.3.0.0/16 15");
	ASK("[100]10.200.0.1/32");
	assert_string_equal(said(), "delegation-hole [100]10.128.0.0/9 15");
	ASK("[100]11.0.0.1/32");
	assert_string_equal(said(),
			    "not-authoritative [100]11.0.0.1/32 0 I");
	own[0].xeid = X("[64/26]*");
	ddt_cfg.delegation_count = 0;
	make();
	ASK("[100]11.0.0.1/32");
	assert_string_equal(said(), "delegation-hole [100]11.0.0.0/8 15");
	ASK("[101]11.0.0.1/32");
	assert_string_equal(said(), "delegation-hole [101]* 15");
	ASK("[127]11.0.0.1/32");
	assert_string_equal(said(), "delegation-hole [112/28]* 15");
}

/* Without any authority: what is of no site is not ours to deny. */
static void plain_map_server(void **state)
{
	ddt_cfg.authority_count = 0;
	ddt_cfg.delegation_count = 0;
	make();
	put(NOW, REG(.eids = { "[100]10.8.0.0/16" }, .nonce = 1));
	ASK("[100]10.8.0.1/32");
	assert_string_equal(said(),
			    "ms-ack [100]10.8.0.0/16 1440 I 198.51.100.10");
	ASK("[100]10.2.0.1/32");
	assert_string_equal(said(),
			    "ms-not-registered [100]10.2.0.0/16 1 I");
	ASK("[100]10.9.0.1/32");
	assert_string_equal(said(),
			    "not-authoritative [100]10.9.0.1/32 0 I");
}

/* An acknowledgement is needed for each request, and so is what may not be
 * remembered: there is far more of it than of what is. */
static void never_too_often(void **state)
{
	own[0].complete = true;
	put(NOW, REG(.eids = { "[100]10.8.0.0/16" }, .nonce = 1));
	for (int i = 0; i < 400; i++)
		ASK("[100]10.8.0.1/32");
	assert_int_equal(counted(ddt_counters(&ddt), "map-server-ack"), 400);
	own[0].complete = false;
	for (int i = 0; i < 400; i++)
		ASK("[100]10.2.0.1/32");
	assert_int_equal(counted(ddt_counters(&ddt), "map-server-not-registered"),
			 400);
	own[0].complete = true;
	for (int i = 0; i < 200; i++)
		ASK("[100]10.1.0.1/32");
	assert_int_equal(counted(ddt_counters(&ddt), "repeated"), 0);
}

/* Three questions each 10 ms, for 20 s from @at on. */
static void ask_often(uint64_t at, const char *eid)
{
	for (unsigned int i = 0; i < 6000; i++)
		ask_ddt(&ddt, at + i / 3 * 10, US, eid);
}

/* But not without end, as whoever asks may have made up who he is: 50 a
 * second, and half of what is over it; other sites are not in its way. */
static void not_without_end(void **state)
{
	ddt_cfg.requests.each.interval_us = 1;
	make();
	put(NOW, REG(.eids = { "[100]10.8.0.0/16" }, .nonce = 1));
	put(NOW, REG(.eids = { "[100]10.1.0.0/16" }, .nonce = 2));
	ask_often(NOW, "[100]10.8.0.1/32");
	assert_in_range(counted(ddt_counters(&ddt), "map-server-ack"),
			1500 + 2000, 1500 + 2500);
	ask_often(NOW + 20000, "[100]10.2.0.1/32");
	assert_in_range(counted(ddt_counters(&ddt), "map-server-not-registered"),
			1500 + 2000, 1500 + 2500);
	ask_often(NOW + 40000, "[100]11.0.0.1/32");
	assert_in_range(counted(ddt_counters(&ddt), "not-authoritative"),
			1500 + 2000, 1500 + 2500);
	ask_ddt(&ddt, NOW + 60000, US, "[100]10.1.0.1/32");
	assert_string_equal(said(),
			    "ms-ack [100]10.1.0.0/16 1440 I 198.51.100.10");
}

static uint64_t wall(void *arg)
{
	return 1800000000;
}

static int sign_nothing(void *arg, const struct sig_key *key,
			const uint8_t *data, size_t len, uint8_t *sig,
			size_t sig_len)
{
	memset(sig, 1, sig_len);
	return 0;
}

/* Who asks for holes neither pushes out what acknowledges a site, nor takes
 * the time to sign it. */
static void holes_cost_no_site(void **state)
{
	static const struct ddt_key key = { .tag = 1, .size = 512 };
	struct counter_group g;
	char eid[32];

	ddt_cfg.sign.keys = &key;
	ddt_cfg.sign.key_count = 1;
	ddt_cfg.sign.kept[DDT_SIGN_SHARED] = 2;
	ms_ops.wall = wall;
	ms_ops.sign_referral = sign_nothing;
	make();
	put(NOW, REG(.eids = { "[100]10.8.0.0/16" }, .nonce = 1));
	put(NOW, REG(.eids = { "[100]10.1.0.0/16" }, .nonce = 2));
	ASK("[100]10.8.0.1/32");
	assert_int_equal(referral()->sig_count, 1);
	for (int i = 0; i < 100; i++) {
		snprintf(eid, sizeof(eid), "[100]10.%d.0.1/32", 16 << i % 4);
		ASK(eid);
	}
	g = ddt_counters(&ddt);
	assert_true(counted(g, "sign-limited") > 40);
	assert_int_equal(counted(g, "signed"), 1 + 3);
	/* The one that is there, and one that is not. */
	ASK("[100]10.8.0.1/32");
	assert_int_equal(referral()->action, REFERRAL_MS_ACK);
	assert_int_equal(counted(g, "signed"), 1 + 3);
	ASK("[100]10.1.0.1/32");
	assert_int_equal(referral()->action, REFERRAL_MS_ACK);
	assert_int_equal(counted(g, "signed"), 1 + 3 + 1);
}

/* A Map-Server that is no node takes as many as of anybody else. */
static void no_node_limits_as_its_map_server(void **state)
{
	cfg.limits.requests.each = (struct limit_rate){ 1000000, 3 };
	ddt_free(&ddt);
	assert_int_equal(ddt_init(&ddt, NULL, &ms_ops, &ms, seed), 0);
	for (int i = 0; i < 5; i++) {
		ASK("[100]10.8.0.1/32");
		assert_int_equal(count_acts(ACTION_SEND), i < 3);
	}
	assert_int_equal(counted(ddt_counters(&ddt), "limited"), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f)	cmocka_unit_test_setup_teardown(f, begin_ddt, end_ddt)
		T(acknowledged_and_forwarded),
		T(acknowledged_and_proxied),
		T(prefix_of_the_site),
		T(peers_listed),
		T(not_registered),
		T(delegated_below),
		T(delegated_itself),
		T(range_delegated),
		T(site_within_a_site),
		T(no_registration_of_others),
		T(no_answer_for_others),
		T(holes),
		T(plain_map_server),
		T(never_too_often),
		T(not_without_end),
		T(holes_cost_no_site),
		T(no_node_limits_as_its_map_server),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* The Map-Server tells registrants what others have changed. */
#include "sm_ms.h"

#define EID	"[100]10.1.0.0/16"
#define BY(x, n, ...) REG(.eids = { EID }, .xtr = x, .nonce = n, __VA_ARGS__)
#define M	MREG_WANT_NOTIFY

/* The Map-Notifies since turn() that answer nothing. */
static unsigned int told(const char *to)
{
	struct addr a = A(to);
	unsigned int n = 0;

	for (unsigned int i = 0; i < count_acts(ACTION_SEND); i++)
		n += sent(i).notify.nonce > 1000 &&
		     addr_equal(&act(ACTION_SEND, i)->send.to, &a);
	return n;
}

static bool names(const struct map_record *r, const char *rloc)
{
	struct addr a = A(rloc);

	return r->locator_count == 1 && addr_equal(&r->locators[0].addr, &a);
}

/* Who had the EID before hears who has it now. */
static void moves(void **state)
{
	put(NOW, BY(1, 1, .flags = M));
	put(NOW, BY(2, 1, .flags = M, .from = "192.0.2.2",
		    .rlocs = { "192.0.2.2" }));
	assert_int_equal(count_acts(ACTION_SEND), 2);
	assert_int_equal(told("192.0.2.1"), 1);
	assert_true(names(sent(0).notify.records, "192.0.2.2"));
	/* The registrant's own answer goes last. */
	assert_int_equal(sent(1).notify.nonce, 1);
	assert_int_equal(counter("moved"), 1);

	run_timers(NOW + 3000);
	assert_int_equal(told("192.0.2.1"), 1);
	/* It comes back: the old news is withdrawn, the other one is told. */
	put(NOW + 4000, BY(1, 2, .flags = M));
	assert_int_equal(told("192.0.2.2"), 0);
	run_timers(NOW + 10000);
	assert_int_equal(told("192.0.2.1"), 0);
}

/* Nobody is told what is not on record yet; told again, it is the same. */
static void not_before_the_record(void **state)
{
	put(NOW, BY(1, 1, .flags = M));
	put(NOW, BY(2, 1, .flags = M, .from = "192.0.2.2",
		    .rlocs = { "192.0.2.2" }));
	assert_int_equal(count_acts(ACTION_SEND), 2);
	assert_int_equal(act(ACTION_SEND, 0)->send.after, 2);
	assert_int_equal(act(ACTION_SEND, 1)->send.after, 2);
	put(NOW + 1, REG(.eids = { "[100]10.8.0.0/16" }, .nonce = 9,
			 .xtr = 3));
	run_timers(NOW + 3000);
	assert_int_equal(told("192.0.2.1"), 1);
	assert_int_equal(act(ACTION_SEND, 0)->send.after, 2);
}

/* Two that contradict each other, each true to itself, are told once. */
static void contradiction(void **state)
{
	put(NOW, BY(1, 1, .flags = M));
	put(NOW, BY(2, 1, .flags = M, .from = "192.0.2.2",
		    .rlocs = { "192.0.2.2" }));
	for (unsigned int i = 2; i < 10; i++) {
		put(NOW + 60000 * i, BY(1, i, .flags = M));
		assert_int_equal(told("192.0.2.2"), 0);
		put(NOW + 60000 * i, BY(2, i, .flags = M, .from = "192.0.2.2",
					.rlocs = { "192.0.2.2" }));
		assert_int_equal(told("192.0.2.1"), 0);
	}
	assert_int_equal(counter("moved"), 1);
}

/* xTRs of one site that list the same locators move nothing. */
static void same_locators(void **state)
{
	put(NOW, BY(1, 1, .flags = M, .rlocs = { "192.0.2.1", "192.0.2.2" }));
	put(NOW, BY(2, 1, .flags = M, .from = "192.0.2.2",
		    .rlocs = { "192.0.2.2", "192.0.2.1" }));
	assert_int_equal(counter("moved"), 0);
	assert_int_equal(count_acts(ACTION_SEND), 1);
}

/* Without M nobody is told; the nonce of the answer is no exception. */
static void moves_silently(void **state)
{
	put(NOW, BY(1, 1));
	put(NOW, BY(2, 1, .rlocs = { "192.0.2.2" }));
	assert_int_equal(count_acts(ACTION_SEND), 0);
	assert_int_equal(counter("moved"), 0);
}

/* Those that had a part in a merged set, when one takes it all, and again
 * when that one withdraws. */
static void merged_then_not(void **state)
{
	put(NOW, BY(1, 1, .flags = M | MREG_MERGE));
	put(NOW, BY(2, 1, .flags = M | MREG_MERGE, .from = "192.0.2.2",
		    .rlocs = { "192.0.2.2" }));
	put(NOW, BY(3, 1, .flags = M, .from = "192.0.2.3",
		    .rlocs = { "192.0.2.3" }));
	assert_int_equal(told("192.0.2.1"), 1);
	assert_int_equal(told("192.0.2.2"), 1);
	assert_true(names(sent(0).notify.records, "192.0.2.3"));
	put(NOW, BY(3, 2, .flags = M, .from = "192.0.2.3", .withdraw = true));
	assert_int_equal(told("192.0.2.1"), 1);
	assert_int_equal(told("192.0.2.2"), 1);
	assert_int_equal(sent(0).notify.records->locator_count, 2);
}

/* Each part of a merged set ends by itself, and those left are told. */
static void unequal_expiry(void **state)
{
	const uint32_t f = M | MREG_MERGE | MREG_USE_TTL;

	put(NOW, BY(1, 1, .flags = f, .ttl = 10));
	put(NOW, BY(2, 1, .flags = f, .ttl = 3, .from = "192.0.2.2",
		    .rlocs = { "192.0.2.2" }));
	put(NOW, BY(3, 1, .flags = f, .ttl = 5, .from = "192.0.2.3",
		    .rlocs = { "192.0.2.3" }));
	assert_int_equal(count_regs(entry(EID)), 3);
	/* Nobody acknowledges: let the news so far run out. */
	for (uint64_t t = NOW; t < NOW + 170000; t += 1000)
		run_timers(t);
	run_timers(NOW + 180000);
	assert_int_equal(count_regs(entry(EID)), 2);
	assert_int_equal(told("192.0.2.1"), 1);
	assert_int_equal(told("192.0.2.3"), 1);
	assert_int_equal(sent(0).notify.records->locator_count, 2);
	for (uint64_t t = NOW + 180000; t < NOW + 290000; t += 1000)
		run_timers(t);
	run_timers(NOW + 300000);
	assert_int_equal(told("192.0.2.1"), 1);
	assert_true(names(sent(0).notify.records, "192.0.2.1"));
	run_timers(NOW + 600000);
	assert_null(entry(EID));
}

/* The one that the EID moved to is over, by time or by its own word: who had it
 * before has it again, and hears so.  That an older one is over is no news. */
static void has_it_again(void **state)
{
	const uint32_t f = M | MREG_USE_TTL;

	put(NOW, BY(1, 1, .flags = f, .ttl = 10));
	put(NOW, BY(2, 1, .flags = f, .ttl = 3, .from = "192.0.2.2",
		    .rlocs = { "192.0.2.2" }));
	for (uint64_t t = NOW; t < NOW + 170000; t += 1000)
		run_timers(t);
	run_timers(NOW + 180000);
	assert_int_equal(told("192.0.2.1"), 1);
	assert_true(names(sent(0).notify.records, "192.0.2.1"));

	put(NOW + 190000, BY(2, 2, .flags = f, .ttl = 10, .from = "192.0.2.2",
			     .rlocs = { "192.0.2.2" }));
	put(NOW + 191000, BY(2, 3, .flags = M, .from = "192.0.2.2",
			     .withdraw = true));
	assert_int_equal(told("192.0.2.1"), 1);
	assert_true(names(sent(0).notify.records, "192.0.2.1"));

	put(NOW + 192000, BY(2, 4, .flags = f, .ttl = 60, .from = "192.0.2.2",
			     .rlocs = { "192.0.2.2" }));
	for (uint64_t t = NOW + 192000; t < NOW + 590000; t += 1000)
		run_timers(t);
	run_timers(NOW + 600000);
	assert_int_equal(count_regs(entry(EID)), 1);
	assert_int_equal(count_acts(ACTION_SEND), 0);
}

/* Later news takes the place of earlier. */
static void superseded(void **state)
{
	put(NOW, BY(1, 1, .flags = M | MREG_MERGE));
	put(NOW, BY(2, 1, .flags = MREG_MERGE, .rlocs = { "192.0.2.2" }));
	put(NOW, BY(2, 2, .flags = MREG_MERGE, .rlocs = { "192.0.2.4" }));
	assert_int_equal(ms.notifies.count, 1);
	run_timers(NOW + 3000);
	assert_int_equal(count_acts(ACTION_SEND), 1);
	assert_true(addr_equal(&sent(0).notify.records->locators[1].addr,
			       &(struct addr){ ADDR_IPV4, { 192, 0, 2, 4 } }));
	/* A registration that asks for no answer does not replace it. */
	put(NOW + 4000, BY(1, 2, .flags = MREG_MERGE));
	assert_int_equal(ms.notifies.count, 1);
	put(NOW + 4000, BY(1, 3, .flags = M | MREG_MERGE));
	assert_int_equal(ms.notifies.count, 0);
}

/* A site whose ETRs do not acknowledge leaves room for others. */
static void share(void **state)
{
	char eid[32];

	cfg.limits.notifies_of_site = 5;
	for (unsigned int i = 0; i < 20; i++) {
		snprintf(eid, sizeof(eid), "[100]10.1.%u.0/24", i);
		put(NOW, REG(.eids = { eid }, .nonce = i + 1, .flags = M));
		put(NOW, REG(.eids = { eid }, .nonce = i + 1, .xtr = 2,
			     .rlocs = { "192.0.2.2" }));
	}
	assert_int_equal(ms.notifies.count, 5);
	assert_int_equal(counter("unsolicited-lost"), 15);
	put(NOW, REG(.eids = { "[100]10.2.0.0/16" }, .key = &keys_b[0],
		     .nonce = 1, .flags = M));
	put(NOW, REG(.eids = { "[100]10.2.0.0/16" }, .key = &keys_b[0],
		     .nonce = 1, .xtr = 2, .rlocs = { "192.0.2.2" }));
	assert_int_equal(count_acts(ACTION_SEND), 1);
	assert_int_equal(ms.notifies.count, 6);
}

/* Nor do all others together take what is a site's own. */
static void own_part(void **state)
{
	char eid[32];

	cfg.limits.notifies = 12;
	for (unsigned int i = 0; i < 20; i++) {
		snprintf(eid, sizeof(eid), "[100]10.1.%u.0/24", i);
		put(NOW, REG(.eids = { eid }, .nonce = i + 1, .flags = M));
		put(NOW, REG(.eids = { eid }, .nonce = i + 1, .xtr = 2,
			     .rlocs = { "192.0.2.2" }));
	}
	assert_int_equal(ms.notifies.count, 10);
	for (unsigned int i = 0; i < 3; i++) {
		snprintf(eid, sizeof(eid), "[100]10.2.%u.0/24", i);
		put(NOW, REG(.eids = { eid }, .key = &keys_b[0],
			     .nonce = i + 1, .flags = M));
		put(NOW, REG(.eids = { eid }, .key = &keys_b[0],
			     .nonce = i + 1, .xtr = 2,
			     .rlocs = { "192.0.2.2" }));
	}
	assert_int_equal(ms.notifies.count, 12);
	assert_int_equal(ms.beyond, 8);
	run_timers(NOW + 200000);
	for (int i = 0; i < 10; i++)
		run_timers(NOW + 300000 + i * 100000);
	assert_int_equal(ms.notifies.count, 0);
	assert_int_equal(ms.beyond, 0);
}

/* The bound of all, whatever the shares. */
static void bound_of_all(void **state)
{
	char eid[32];

	cfg.limits.notifies = 3;
	for (unsigned int i = 0; i < 5; i++) {
		snprintf(eid, sizeof(eid), "[100]10.1.%u.0/24", i);
		put(NOW, REG(.eids = { eid }, .nonce = i + 1, .flags = M));
		put(NOW, REG(.eids = { eid }, .nonce = i + 1, .xtr = 2,
			     .rlocs = { "192.0.2.2" }));
	}
	assert_int_equal(ms.notifies.count, 3);
	assert_int_equal(counter("unsolicited-lost"), 2);
}

/* It is signed with the key that the registrant used. */
static void its_own_key(void **state)
{
	struct lisp_msg m;

	put(NOW, BY(1, 1, .flags = M, .key = &keys_a[1]));
	put(NOW, BY(2, 1, .rlocs = { "192.0.2.2" }));
	m = sent(0);
	assert_int_equal(m.notify.auth.key_id, 1);
	assert_int_equal(fake_verify(NULL, &keys_a[1],
				     act(ACTION_SEND, 0)->send.data,
				     act(ACTION_SEND, 0)->send.len,
				     &m.notify.auth), 0);
}

/* --- acknowledgements --- */

static unsigned int macs;

static int counting_verify(void *arg, const struct sm_key *key,
			   const uint8_t *msg, size_t len,
			   const struct wire_auth *auth)
{
	macs++;
	return fake_verify(arg, key, msg, len, auth);
}

/* Of what was told last, by who has @key. */
static void acknowledge(uint64_t nonce, const struct sm_key *key)
{
	struct lisp_msg m = {
		.type = MSG_TYPE_MAP_NOTIFY_ACK,
		.notify = {
			.ack = true,
			.nonce = nonce,
			.auth = { .key_id = key->key_id,
				  .algorithm = key->algorithm,
				  .data_len = 32 },
		},
	}, parsed;
	struct map_record rec = { .ttl = 1440, .eid = E(EID) };
	struct packet pkt;

	m.notify.records = &rec;
	m.notify.record_count = 1;
	turn();
	pkt = packet_of("192.0.2.1", "198.51.100.10", &m);
	fake_sign(NULL, key, (uint8_t *)pkt.data, pkt.len);
	assert_int_equal(msg_parse(pkt.data, pkt.len, &arena, &parsed, NULL),
			 0);
	ms_on_ack(&ms, &pkt, &parsed.notify, &acts);
}

/* Whoever sends wrong ones has few MACs computed, and none that is not for a
 * message of ours; the right one is heard when it has been sent again. */
static void wrong_acks(void **state)
{
	struct sm_key forged = keys_a[0];
	uint64_t nonces[2];

	ms_ops.verify = counting_verify;
	forged.tag = 77;
	for (unsigned int i = 0; i < 2; i++) {
		begin_again();
		put(NOW, BY(1, 2 * i + 1, .flags = M));
		put(NOW, BY(2, 2 * i + 1, .rlocs = { "192.0.2.2" }));
		nonces[i] = sent(0).notify.nonce;
		put(NOW, BY(2, 2 * i + 2, .rlocs = { "192.0.2.3" }));
		/* Nobody who has seen one knows the next. */
		assert_true(sent(0).notify.nonce != nonces[i] + 1);
		nonces[i] = sent(0).notify.nonce;
	}
	macs = 0;
	for (unsigned int i = 0; i < 100; i++) {
		acknowledge(nonces[1] + 1 + i, &keys_a[0]);
		acknowledge(nonces[1] - 1 - i, &keys_a[0]);
	}
	assert_int_equal(macs, 0);
	for (unsigned int i = 0; i < 100; i++)
		acknowledge(nonces[1], &forged);
	assert_int_equal(macs, 4);
	assert_int_equal(counter("bad-ack"), 300);
	run_timers(NOW + 3000);
	acknowledge(nonces[1], &keys_a[0]);
	assert_int_equal(counter("unsolicited-acked"), 1);
	assert_int_equal(ms.notifies.count, 0);
}

/* --- another configuration --- */

/* What was told and not acknowledged is told again, under a site of the same
 * name, at the same time, as often as before; and acknowledged. */
static void told_again(void **state)
{
	static struct site moved[2];
	static struct ms_config next;
	unsigned int sends = 1;
	uint64_t nonce;

	put(NOW, BY(1, 1, .flags = M));
	put(NOW, BY(2, 1, .rlocs = { "192.0.2.2" }));
	nonce = sent(0).notify.nonce;
	moved[0] = sites[1];
	moved[1] = sites[0];
	next = cfg;
	next.sites = moved;
	for (uint64_t t = NOW; t < NOW + 60000; t += 1000) {
		reload(t, t / 1000 % 2 ? &cfg : &next);
		run_timers(t);
		sends += told("192.0.2.1");
		if (told("192.0.2.1"))
			assert_true(sent(0).notify.nonce == nonce);
	}
	assert_int_equal(sends, 7);
	reload(NOW + 60000, &next);
	acknowledge(nonce, &keys_a[0]);
	assert_int_equal(counter("unsolicited-acked"), 1);
	assert_int_equal(counter("unsolicited"), 7);
	assert_true(heap_peek(&ms.timers) == NULL);
	/* Its share is counted on. */
	assert_int_equal(ms.outstanding[1], 0);
}

/* Nothing is said with a key, or about an EID, that is not the site's now. */
static void not_told_again(void **state)
{
	static struct sm_key key;
	static struct site_eid eid;
	static struct site other[2];
	static struct ms_config next;
	static const char *const rlocs[] = {
		"192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5",
		"192.0.2.6",
	};

	for (unsigned int i = 0; i < 5; i++) {
		put(NOW, BY(1, 2 * i + 1, .flags = M));
		put(NOW, BY(2, 2 * i + 1, .rlocs = { rlocs[i] }));
		assert_int_equal(ms.notifies.count, 1);
		key = keys_a[0];
		eid = eids_a[0];
		next = cfg;
		next.sites = other;
		other[0] = sites[0];
		other[0].keys = &key;
		other[0].key_count = 1;
		other[0].eids = &eid;
		other[0].eid_count = 1;
		other[1] = sites[1];
		if (i == 0)
			key.tag = 4;
		else if (i == 1)
			eid.eid = E("[100]10.3.0.0/16");
		else if (i == 2)
			other[0].name = "c";
		else if (i == 3)
			key.key_id++;
		reload(NOW, &next);
		assert_int_equal(ms.notifies.count, i == 4);
		assert_int_equal(counter("unsolicited-lost"),
				 i == 4 ? 4 : i + 1);
		if (i < 4)
			reload(NOW, &cfg);
	}
}

/* Nor about what has been delegated to others meanwhile. */
static void not_told_when_delegated(void **state)
{
	static const struct {
		const char *away;
		bool told;
		const char *rloc;
	} rows[] = {
		{ "[100]10.0.0.0/8", true, "192.0.2.2" },
		{ "[100]10.1.128.0/17", true, "192.0.2.3" },
		{ "[100]10.1.2.0/24", false, "192.0.2.4" },
	};
	struct referral_rloc child = { .addr = A("192.0.2.77") };
	struct ddt_delegation away = { .rlocs = &child, .rloc_count = 1 };
	struct ddt_config ddt_cfg;
	struct ddt ddt;

	ddt_config_init(&ddt_cfg);
	ddt_cfg.delegations = &away;
	ddt_cfg.delegation_count = 1;
	for (unsigned int i = 0; i < 3; i++) {
		typeof(&ms) old = &ms;
		struct eid eid;

		for (uint8_t x = 1; x <= 2; x++)
			put(NOW, REG(.eids = { "[100]10.1.2.0/24" }, .xtr = x,
				     .nonce = i + 1, .flags = x == 1 ? M : 0,
				     .rlocs = { x == 1 ? "192.0.2.1" :
						rows[i].rloc }));
		assert_int_equal(ms.notifies.count, 1);
		which = !which;
		assert_int_equal(ms_init(&ms, &cfg, &ms_ops, seed), 0);
		eid = E(rows[i].away);
		away.xeid = xeid_of(&eid);
		assert_int_equal(ddt_init(&ddt, &ddt_cfg, &ms_ops, &ms, seed),
				 0);
		ms_adopt(&ms, NOW, turn());
		ms_inherit(&ms, old);
		ms_free(old);
		assert_int_equal(ms.notifies.count, rows[i].told);
		assert_int_equal(counter("unsolicited-lost"), !rows[i].told);
		ddt_free(&ddt);
	}
}

/* Who does not merge has no part in what others merge. */
static void merged_without_him(void **state)
{
	const char *eid = "[100]10.1.0.0/16";

	put(NOW, REG(.eids = { eid }, .nonce = 1, .xtr = 1,
		     .rlocs = { "192.0.2.1" }));
	put(NOW, REG(.eids = { eid }, .nonce = 1, .xtr = 2,
		     .rlocs = { "192.0.2.2" }, .flags = MREG_MERGE));
	put(NOW, REG(.eids = { eid }, .nonce = 1, .xtr = 3,
		     .rlocs = { "192.0.2.3" },
		     .flags = MREG_MERGE | MREG_WANT_NOTIFY));
	assert_int_equal(count_regs(entry(eid)), 3);
	assert_int_equal(count_acts(ACTION_SEND), 1);
	assert_int_equal(sent(0).notify.records[0].locator_count, 2);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(moves),
		TEST(merged_without_him),
		TEST(not_before_the_record),
		TEST(contradiction),
		TEST(same_locators),
		TEST(moves_silently),
		TEST(merged_then_not),
		TEST(unequal_expiry),
		TEST(has_it_again),
		TEST(superseded),
		TEST(share),
		TEST(own_part),
		TEST(bound_of_all),
		TEST(its_own_key),
		TEST(wrong_acks),
		TEST(told_again),
		TEST(not_told_again),
		TEST(not_told_when_delegated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

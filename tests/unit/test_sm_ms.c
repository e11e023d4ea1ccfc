// SPDX-License-Identifier: GPL-2.0-or-later
/* The Map-Server: taking registrations, serving requests. */
#include "sm.h"

#include "sm/ms.h"
#include "store/store.h"

#define NOW	1000000u

static struct ms_config cfg;
static struct site sites[2];
static struct site_eid eids_a[3], eids_b[1];
static struct sm_key keys_a[2], keys_b[1];
static struct sm_ops ms_ops;
static struct store *store;
static struct kv *kv;
static struct ms ms;

static int begin(void **state)
{
	struct store_config sc;

	memset(&world, 0, sizeof(world));
	keys_a[0] = (struct sm_key){ .algorithm = AUTH_HMAC_SHA256_128,
				     .tag = 1 };
	keys_a[1] = (struct sm_key){ .algorithm = AUTH_HMAC_SHA256_128,
				     .key_id = 1, .tag = 2 };
	keys_b[0] = (struct sm_key){ .algorithm = AUTH_HMAC_SHA256_128,
				     .tag = 3 };
	eids_a[0] = (struct site_eid){ E("[100]10.1.0.0/16"), true };
	eids_a[1] = (struct site_eid){ E("[100]10.8.0.0/16"), false };
	eids_a[2] = (struct site_eid){ E("[100]2001:db8:a::/48"), true };
	eids_b[0] = (struct site_eid){ E("[100]10.2.0.0/16"), true };
	sites[0] = (struct site){ .name = "a", .keys = keys_a, .key_count = 2,
				  .eids = eids_a, .eid_count = 3 };
	sites[1] = (struct site){ .name = "b", .keys = keys_b, .key_count = 1,
				  .eids = eids_b, .eid_count = 1 };
	ms_config_init(&cfg);
	cfg.sites = sites;
	cfg.site_count = 2;

	store_config_init(&sc);
	sc.registrations = 1000;
	sc.per_entry = 3;
	kv = kv_open_memory(NULL);
	assert_non_null(kv);
	store = store_new(&sc, kv, seed, NULL);
	assert_non_null(store);
	ms_ops = ops;
	ms_ops.store = &store_memory_ops;
	ms_ops.store_arg = store;
	assert_int_equal(ms_init(&ms, &cfg, &ms_ops, seed), 0);
	turn();
	return 0;
}

static int end(void **state)
{
	ms_free(&ms);
	store_free(store);
	kv_close(kv);
	return turn_done(state);
}

static uint64_t counter(const char *name)
{
	return counted(ms_counters(&ms), name);
}

/* --- registering --- */

/* What a Map-Register of these tests varies; 0 stands for the default. */
struct reg {
	const char *eids[4];
	const char *rlocs[4];		/* 192.0.2.1 */
	uint32_t flags;
	uint64_t nonce;
	uint32_t ttl;			/* 1440 */
	bool withdraw;			/* TTL 0 */
	uint8_t xtr;			/* 1 */
	bool no_ids;
	const struct sm_key *key;	/* keys_a[0] */
	const char *from;		/* 192.0.2.1 */
};

#define REG(...)	((struct reg){ __VA_ARGS__ })

static struct reg defaults(struct reg r)
{
	if (!r.rlocs[0])
		r.rlocs[0] = "192.0.2.1";
	if (!r.ttl)
		r.ttl = 1440;
	if (r.withdraw)
		r.ttl = 0;
	if (!r.xtr)
		r.xtr = 1;
	if (!r.key)
		r.key = &keys_a[0];
	if (!r.from)
		r.from = "192.0.2.1";
	return r;
}

static uint8_t last_register[2048];	/* as sent, for replays */
static struct packet last_packet;

static void deliver(uint64_t now, const struct packet *pkt)
{
	struct lisp_msg parsed;

	assert_int_equal(msg_parse(pkt->data, pkt->len, &arena, &parsed, NULL),
			 0);
	ms_on_register(&ms, now, pkt, &parsed.reg, &acts);
}

static void put(uint64_t now, struct reg how)
{
	const struct reg d = defaults(how), *r = &d;
	struct map_record recs[4] = { 0 };
	struct locator locs[4];
	struct lisp_msg m = {
		.type = MSG_TYPE_MAP_REGISTER,
		.reg = {
			.flags = r->flags | (r->no_ids ? 0 : MREG_IDS),
			.nonce = r->nonce,
			.auth = { .key_id = r->key->key_id,
				  .algorithm = r->key->algorithm,
				  .data_len = 32 },
			.records = recs,
		},
	};
	uint8_t n = 0;

	while (n < 4 && r->rlocs[n]) {
		locs[n] = L(r->rlocs[n]);
		n++;
	}
	for (int i = 0; i < 4 && r->eids[i]; i++) {
		recs[m.reg.record_count++] = (struct map_record){
			.ttl = r->ttl,
			.eid = E(r->eids[i]),
			.locators = locs,
			.locator_count = n,
		};
	}
	memset(m.reg.ids.xtr_id, r->xtr, 16);

	turn();
	last_packet = packet_of(r->from, "198.51.100.10", &m);
	fake_sign(NULL, r->key, (uint8_t *)last_packet.data, last_packet.len);
	memcpy(last_register, last_packet.data, last_packet.len);
	last_packet.data = last_register;
	deliver(now, &last_packet);
}

static void put_again(uint64_t now)
{
	turn();
	deliver(now, &last_packet);
}

static const struct store_entry *entry(const char *eid)
{
	struct eid e = E(eid);

	return store_memory_ops.find(store, &e);
}

static void registers(void **state)
{
	const struct registration *r;
	struct lisp_msg m;

	put(NOW, REG(.eids = { "[100]10.1.0.0/16", "[100]2001:db8:a::/48" },
		     .flags = MREG_WANT_NOTIFY | MREG_PROXY_REPLY,
		     .nonce = 5));
	assert_non_null(entry("[100]10.1.0.0/16"));
	assert_non_null(entry("[100]2001:db8:a::/48"));
	r = entry("[100]10.1.0.0/16")->regs;
	assert_string_equal(r->site, "a");
	assert_int_equal(r->expires, NOW + 180000);
	assert_int_equal(r->locator_count, 1);
	assert_true(r->proxy);
	assert_int_equal(count_logs(LOG_REGISTRATION_NEW), 2);

	/* The Map-Notify: last, same nonce, signed, to port 4342. */
	assert_int_equal(count_acts(ACTION_SEND), 1);
	assert_ptr_equal(act(ACTION_SEND, 0)->next, NULL);
	assert_int_equal(act(ACTION_SEND, 0)->send.to_port, 4342);
	assert_int_equal(sent(0).type, MSG_TYPE_MAP_NOTIFY);
	assert_int_equal(sent(0).notify.nonce, 5);
	assert_int_equal(sent(0).notify.record_count, 2);
	m = sent(0);
	assert_int_equal(fake_verify(NULL, &keys_a[0],
				     act(ACTION_SEND, 0)->send.data,
				     act(ACTION_SEND, 0)->send.len,
				     &m.notify.auth), 0);
}

static void refreshes(void **state)
{
	put(NOW, REG(.eids = { "[100]10.1.0.0/16" }, .nonce = 5));
	assert_int_equal(count_acts(ACTION_SEND), 0);
	put(NOW + 60000, REG(.eids = { "[100]10.1.0.0/16" }, .nonce = 6));
	assert_int_equal(count_logs(LOG_REGISTRATION_NEW), 0);
	assert_int_equal(entry("[100]10.1.0.0/16")->reg_count, 1);
	assert_int_equal(entry("[100]10.1.0.0/16")->regs->registered, NOW);
	assert_int_equal(entry("[100]10.1.0.0/16")->regs->expires,
			 NOW + 240000);
}

static void keys(void **state)
{
	struct sm_key forged = keys_a[0];

	/* Wrong secret; another site's; right, by key id. */
	forged.tag = 77;
	put(NOW, REG(.eids = { "[100]10.1.0.0/16" }, .key = &forged));
	assert_int_equal(count_logs(LOG_REGISTER_AUTH), 1);
	put(NOW, REG(.eids = { "[100]10.1.0.0/16" }, .key = &keys_b[0]));
	assert_int_equal(count_logs(LOG_REGISTER_AUTH), 1);
	assert_null(entry("[100]10.1.0.0/16"));
	put(NOW, REG(.eids = { "[100]10.1.0.0/16" }, .key = &keys_a[1]));
	assert_non_null(entry("[100]10.1.0.0/16"));
	forged.algorithm = AUTH_HMAC_SHA1_96;
	put(NOW, REG(.eids = { "[100]10.1.0.0/16" }, .key = &forged));
	assert_int_equal(counter("bad-auth"), 3);
}

static void policy(void **state)
{
	put(NOW, REG(.eids = { "[100]10.1.7.0/24", "[100]10.8.0.0/24",
			       "[100]10.2.0.0/16", "[200]10.1.0.0/16" },
		     .flags = MREG_WANT_NOTIFY, .nonce = 1));
	/* A more specific where allowed; not where not; not another site's,
	 * not in another VPN. */
	assert_non_null(entry("[100]10.1.7.0/24"));
	assert_null(entry("[100]10.8.0.0/24"));
	assert_null(entry("[100]10.2.0.0/16"));
	assert_null(entry("[200]10.1.0.0/16"));
	assert_int_equal(count_logs(LOG_REGISTER_POLICY), 3);
	assert_int_equal(sent(0).notify.record_count, 1);
	assert_int_equal(counter("records-refused"), 3);

	put(NOW, REG(.eids = { "[100]10.0.0.0/8" }));
	assert_int_equal(count_logs(LOG_SITE_UNKNOWN), 1);
	put(NOW, REG(.eids = { "[100]10.8.0.0/16" }, .nonce = 2));
	assert_non_null(entry("[100]10.8.0.0/16"));
}

static void bad_locators(void **state)
{
	put(NOW, REG(.eids = { "[100]10.1.0.0/16" }, .nonce = 1,
		     .rlocs = { "127.0.0.1", "192.0.2.1", "224.0.0.1" }));
	assert_int_equal(entry("[100]10.1.0.0/16")->regs->locator_count, 1);
	put(NOW, REG(.eids = { "[100]10.1.1.0/24" }, .nonce = 2,
		     .rlocs = { "127.0.0.1" }));
	assert_null(entry("[100]10.1.1.0/24"));
}

static void replays(void **state)
{
	put(NOW, REG(.eids = { "[100]10.1.0.0/16" }, .nonce = 10));
	put(NOW, REG(.eids = { "[100]10.1.1.0/24" }, .nonce = 10));
	assert_int_equal(count_logs(LOG_REGISTER_REPLAY), 1);
	put(NOW, REG(.eids = { "[100]10.1.1.0/24" }, .nonce = 9));
	assert_int_equal(count_logs(LOG_REGISTER_REPLAY), 1);
	assert_null(entry("[100]10.1.1.0/24"));
	put(NOW, REG(.eids = { "[100]10.1.1.0/24" }, .nonce = 11));
	assert_non_null(entry("[100]10.1.1.0/24"));
	/* Another xTR, another key: each counts for itself. */
	put(NOW, REG(.eids = { "[100]10.1.1.0/24" }, .nonce = 1, .xtr = 2));
	assert_int_equal(count_logs(LOG_REGISTER_REPLAY), 0);
	put(NOW, REG(.eids = { "[100]10.1.1.0/24" }, .nonce = 1,
		     .key = &keys_a[1]));
	assert_int_equal(count_logs(LOG_REGISTER_REPLAY), 0);
	/* Without IDs the source counts. */
	put(NOW, REG(.eids = { "[100]10.1.2.0/24" }, .nonce = 1, .no_ids = true));
	put(NOW, REG(.eids = { "[100]10.1.2.0/24" }, .nonce = 1, .no_ids = true));
	assert_int_equal(counter("duplicates"), 1);
	put(NOW, REG(.eids = { "[100]10.1.2.0/24" }, .nonce = 1, .no_ids = true,
		     .from = "192.0.2.77"));
	assert_int_equal(entry("[100]10.1.2.0/24")->reg_count, 2);
}

static void unordered_when_configured(void **state)
{
	sites[0].accept_unordered_nonce = true;
	put(NOW, REG(.eids = { "[100]10.1.0.0/16" }, .nonce = 10));
	put(NOW, REG(.eids = { "[100]10.1.1.0/24" }, .nonce = 3));
	assert_non_null(entry("[100]10.1.1.0/24"));
}

static void duplicates(void **state)
{
	put(NOW, REG(.eids = { "[100]10.1.0.0/16" }, .nonce = 10,
		     .flags = MREG_WANT_NOTIFY));
	put_again(NOW + 60000);
	assert_int_equal(count_acts(ACTION_SEND), 1);
	assert_int_equal(sent(0).notify.nonce, 10);
	assert_int_equal(sent(0).notify.record_count, 1);
	/* No change of state: it does not keep anything alive. */
	assert_int_equal(entry("[100]10.1.0.0/16")->regs->expires,
			 NOW + 180000);
	put_again(NOW + 60001);
	assert_int_equal(count_acts(ACTION_SEND), 0);
	assert_int_equal(counter("replayed"), 1);
}

static void deregisters(void **state)
{
	put(NOW, REG(.eids = { "[100]10.1.0.0/16", "[100]10.8.0.0/16" },
		     .nonce = 1));
	put(NOW, REG(.eids = { "[100]10.1.0.0/16" }, .nonce = 1, .xtr = 2));
	put(NOW, REG(.eids = { "[100]10.1.0.0/16", "[100]10.8.0.0/16" },
		     .nonce = 2, .withdraw = true, .flags = MREG_WANT_NOTIFY));
	/* Its own contribution only. */
	assert_int_equal(entry("[100]10.1.0.0/16")->reg_count, 1);
	assert_null(entry("[100]10.8.0.0/16"));
	assert_int_equal(sent(0).notify.record_count, 2);
	assert_int_equal(sent(0).notify.records[0].ttl, 0);
	assert_int_equal(count_logs(LOG_REGISTRATION_GONE), 2);
	/* What is not there cannot go. */
	put(NOW, REG(.eids = { "[100]10.8.0.0/16" }, .nonce = 3, .withdraw = true));
	assert_int_equal(count_logs(LOG_REGISTRATION_GONE), 0);
	assert_int_equal(counter("deregistered"), 2);
}

static void run_timers(uint64_t now)
{
	turn();
	while (ms_on_time(&ms, now, &acts))
		;
}

static void expires(void **state)
{
	put(NOW, REG(.eids = { "[100]10.1.0.0/16" }, .nonce = 1));
	put(NOW, REG(.eids = { "[100]10.8.0.0/16" }, .nonce = 2, .ttl = 10,
		     .flags = MREG_USE_TTL));
	assert_int_equal(ms_due(&ms), NOW + 180000);
	run_timers(NOW + 179999);
	assert_int_equal(acts.count, 0);
	run_timers(NOW + 180000);
	assert_int_equal(count_logs(LOG_REGISTRATION_EXPIRED), 1);
	assert_null(entry("[100]10.1.0.0/16"));
	assert_non_null(entry("[100]10.8.0.0/16"));
	run_timers(NOW + 600000);
	assert_null(entry("[100]10.8.0.0/16"));
	assert_int_equal(ms_due(&ms), UINT64_MAX);
}

static void register_limit(void **state)
{
	struct sm_key forged = keys_a[0];
	unsigned int n = 0;

	forged.tag = 77;
	for (int i = 0; i < 200; i++) {
		put(NOW, REG(.eids = { "[100]10.1.0.0/16" }, .key = &forged));
		n += count_logs(LOG_REGISTER_AUTH);
	}
	assert_int_equal(n, 100);
	/* Another source is not to blame. */
	put(NOW, REG(.eids = { "[100]10.1.0.0/16" }, .from = "192.0.2.9"));
	assert_non_null(entry("[100]10.1.0.0/16"));
}

/* A cap of the store: nothing changes, nothing is acknowledged, and the nonce
 * is still good. */
static void store_refuses(void **state)
{
	for (uint8_t i = 1; i <= 3; i++)
		put(NOW, REG(.eids = { "[100]10.1.0.0/16" }, .nonce = 1,
			     .xtr = i));
	put(NOW, REG(.eids = { "[100]10.8.0.0/16", "[100]10.1.0.0/16" },
		     .nonce = 1, .xtr = 4, .flags = MREG_WANT_NOTIFY));
	assert_int_equal(count_logs(LOG_STORE_FAILED), 1);
	assert_int_equal(count_logs(LOG_REGISTRATION_NEW), 0);
	assert_int_equal(count_acts(ACTION_SEND), 0);
	assert_null(entry("[100]10.8.0.0/16"));
	put(NOW, REG(.eids = { "[100]10.8.0.0/16" }, .nonce = 1, .xtr = 4));
	assert_non_null(entry("[100]10.8.0.0/16"));
}

/* --- requests --- */

static const char *itr_rlocs[2];

static void ask(uint64_t now, const char *eid, uint32_t flags)
{
	static uint64_t nonce = 100;
	struct addr itr[2];
	struct request_record rr = { .eid = E(eid) };
	struct lisp_msg in = {
		.type = MSG_TYPE_MAP_REQUEST,
		.request = {
			.flags = flags,
			.nonce = nonce++,
			.itr_rlocs = itr,
			.records = &rr,
			.record_count = 1,
		},
	};
	struct lisp_msg out = {
		.type = MSG_TYPE_ECM,
		.ecm = {
			.source = A("192.0.2.5"), .dest = A("10.9.9.9"),
			.source_port = 61000, .dest_port = 4342, .ttl = 64,
		},
	};
	struct lisp_msg parsed, inner;
	struct request rq;
	struct packet pkt;

	turn();
	for (int i = 0; i < 2 && itr_rlocs[i]; i++)
		itr[in.request.itr_count++] = A(itr_rlocs[i]);
	out.ecm.message = action_build(&acts, &in, &out.ecm.message_len);
	pkt = packet_of("192.0.2.5", "198.51.100.10", &out);
	assert_int_equal(msg_parse(pkt.data, pkt.len, &arena, &parsed, NULL),
			 0);
	assert_int_equal(msg_parse(parsed.ecm.message, parsed.ecm.message_len,
				   &arena, &inner, NULL), 0);
	rq = (struct request){ .pkt = &pkt, .ecm = &parsed.ecm,
			       .msg = &inner.request };
	ms_on_request(&ms, now, &rq, &acts);
}

/* --- merging --- */

static void merges(void **state)
{
	struct map_record *r;

	put(NOW, REG(.eids = { "[100]10.1.0.0/16" }, .nonce = 1, .xtr = 1,
		     .flags = MREG_MERGE | MREG_WANT_NOTIFY,
		     .rlocs = { "192.0.2.1", "192.0.2.3" }));
	put(NOW, REG(.eids = { "[100]10.1.0.0/16" }, .nonce = 1, .xtr = 2,
		     .flags = MREG_MERGE | MREG_WANT_NOTIFY, .ttl = 60,
		     .from = "192.0.2.2",
		     .rlocs = { "192.0.2.3", "192.0.2.2" }));
	/* The other is told first, the registrant last. */
	assert_int_equal(count_acts(ACTION_SEND), 2);
	assert_true(addr_equal(&act(ACTION_SEND, 0)->send.to,
			       &last_packet.from) == 0);
	r = sent(1).notify.records;
	assert_int_equal(sent(1).notify.nonce, 1);
	assert_int_equal(r->locator_count, 3);
	assert_true(locators_sorted(r->locators, 3));
	assert_int_equal(r->ttl, 60);
	assert_int_equal(sent(0).notify.records->locator_count, 3);

	/* Nothing new: nobody is told. */
	put(NOW, REG(.eids = { "[100]10.1.0.0/16" }, .nonce = 2, .xtr = 2,
		     .flags = MREG_MERGE | MREG_WANT_NOTIFY, .ttl = 60,
		     .from = "192.0.2.2",
		     .rlocs = { "192.0.2.3", "192.0.2.2" }));
	assert_int_equal(count_acts(ACTION_SEND), 1);
	/* X's new registration replaces X's part only. */
	put(NOW, REG(.eids = { "[100]10.1.0.0/16" }, .nonce = 3, .xtr = 2,
		     .flags = MREG_MERGE | MREG_WANT_NOTIFY,
		     .from = "192.0.2.2", .rlocs = { "192.0.2.4" }));
	assert_int_equal(sent(1).notify.records->locator_count, 3);
	/* And the shortest TTL, whoever has it. */
	put(NOW, REG(.eids = { "[100]10.1.0.0/16" }, .nonce = 2, .xtr = 1,
		     .flags = MREG_MERGE | MREG_WANT_NOTIFY, .ttl = 30));
	put(NOW, REG(.eids = { "[100]10.1.0.0/16" }, .nonce = 5, .xtr = 2,
		     .flags = MREG_MERGE | MREG_WANT_NOTIFY,
		     .from = "192.0.2.2", .rlocs = { "192.0.2.4" }));
	assert_int_equal(sent(0).notify.records->ttl, 30);
	/* Without the bit: the latest stands alone. */
	put(NOW, REG(.eids = { "[100]10.1.0.0/16" }, .nonce = 6, .xtr = 2,
		     .flags = MREG_WANT_NOTIFY | MREG_PROXY_REPLY,
		     .rlocs = { "192.0.2.4" }));
	assert_int_equal(sent(0).notify.records->locator_count, 1);
	ask(NOW, "[100]10.1.5.5", 0);
	assert_int_equal(sent(0).reply.records->locator_count, 1);
}

/* Who does not set M is not told. */
static void merges_silently(void **state)
{
	put(NOW, REG(.eids = { "[100]10.1.0.0/16" }, .nonce = 1, .xtr = 1,
		     .flags = MREG_MERGE));
	put(NOW, REG(.eids = { "[100]10.1.0.0/16" }, .nonce = 1, .xtr = 2,
		     .flags = MREG_MERGE, .rlocs = { "192.0.2.2" }));
	assert_int_equal(count_acts(ACTION_SEND), 0);
}

static void unsolicited_until_acked(void **state)
{
	static const unsigned int gaps[] = { 3, 3, 3, 6, 12, 24 };
	struct lisp_msg told, ack = { .type = MSG_TYPE_MAP_NOTIFY_ACK };
	uint64_t now = NOW, nonce;
	struct packet pkt;

	put(NOW, REG(.eids = { "[100]10.1.0.0/16" }, .nonce = 1, .xtr = 1,
		     .flags = MREG_MERGE | MREG_WANT_NOTIFY));
	put(NOW, REG(.eids = { "[100]10.1.0.0/16" }, .nonce = 1, .xtr = 2,
		     .flags = MREG_MERGE, .rlocs = { "192.0.2.2" }));
	nonce = sent(0).notify.nonce;
	for (int i = 0; i < 6; i++) {
		run_timers(now + gaps[i] * 1000 - 1);
		assert_int_equal(count_acts(ACTION_SEND), 0);
		now += gaps[i] * 1000;
		run_timers(now);
		assert_int_equal(count_acts(ACTION_SEND), 1);
		assert_int_equal(sent(0).notify.nonce, nonce);
	}
	told = sent(0);
	ack.notify = told.notify;
	ack.notify.ack = true;
	ack.notify.auth.data = NULL;
	pkt = packet_of("192.0.2.1", "198.51.100.10", &ack);
	/* Wrong MAC, then the right one. */
	assert_int_equal(msg_parse(pkt.data, pkt.len, &arena, &ack, NULL), 0);
	ms_on_ack(&ms, &pkt, &ack.notify, &acts);
	assert_int_equal(counter("bad-ack"), 1);
	fake_sign(NULL, &keys_a[0], (uint8_t *)pkt.data, pkt.len);
	assert_int_equal(msg_parse(pkt.data, pkt.len, &arena, &ack, NULL), 0);
	ms_on_ack(&ms, &pkt, &ack.notify, &acts);
	assert_int_equal(counter("unsolicited-acked"), 1);
	run_timers(now + 24000);
	assert_int_equal(count_acts(ACTION_SEND), 0);
}

static void unsolicited_given_up(void **state)
{
	unsigned int n = 0;

	put(NOW, REG(.eids = { "[100]10.1.0.0/16" }, .nonce = 1, .xtr = 1,
		     .flags = MREG_MERGE | MREG_WANT_NOTIFY));
	put(NOW, REG(.eids = { "[100]10.1.0.0/16" }, .nonce = 1, .xtr = 2,
		     .flags = MREG_MERGE, .rlocs = { "192.0.2.2" }));
	for (uint64_t t = NOW; t < NOW + 100000; t += 1000) {
		run_timers(t);
		n += count_acts(ACTION_SEND);
	}
	assert_int_equal(n, 6);
	assert_int_equal(counter("unsolicited-lost"), 1);
}

static int begin_asking(void **state)
{
	begin(state);
	itr_rlocs[0] = "192.0.2.5";
	itr_rlocs[1] = NULL;
	return 0;
}

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
	ms_on_request(&ms, NOW + 10, &rq, &more);
	assert_int_equal(counter("forward-loop"), 1);
	assert_int_equal(counter("forwarded"), 1);
	ms_on_request(&ms, NOW + 1000, &rq, &more);
	assert_int_equal(counter("forwarded"), 2);
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

static void bad_configuration(void **state)
{
	struct sm_ops no_store = ops;
	struct ms other;

	assert_int_equal(ms_init(&other, &cfg, &no_store, seed), -EINVAL);
	eids_b[0] = eids_a[0];
	assert_int_equal(ms_init(&other, &cfg, &ms_ops, seed), -EINVAL);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, begin_asking, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(registers),
		TEST(refreshes),
		TEST(keys),
		TEST(policy),
		TEST(bad_locators),
		TEST(replays),
		TEST(unordered_when_configured),
		TEST(duplicates),
		TEST(deregisters),
		TEST(expires),
		TEST(register_limit),
		TEST(store_refuses),
		TEST(merges),
		TEST(merges_silently),
		TEST(unsolicited_until_acked),
		TEST(unsolicited_given_up),
		TEST(hole),
		TEST(unregistered),
		TEST(unregistered_inside_another),
		TEST(proxy_reply),
		TEST(forwards),
		TEST(modes),
		TEST(answers_for_an_etr_out_of_reach),
		TEST(loops),
		TEST(invalid),
		TEST(reply_limits),
		TEST(too_many_more_specifics),
		TEST(bad_configuration),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

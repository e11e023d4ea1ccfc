// SPDX-License-Identifier: GPL-2.0-or-later
/* The Map-Server takes registrations. */
#include "sm_ms.h"

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
	assert_string_equal(r->by->site, "a");
	assert_int_equal(r->expires, NOW + 180000);
	assert_int_equal(r->rec->locator_count, 1);
	assert_true(r->by->proxy);
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
	assert_int_equal(count_regs(entry("[100]10.1.0.0/16")), 1);
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
	assert_int_equal(entry("[100]10.1.0.0/16")->regs->rec->locator_count, 1);
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
}

#define OF(v, n, ...) REG(.eids = { "[100]10.1.0.0/16" }, .version = v, \
			  .nonce = n, .flags = MREG_WANT_NOTIFY, __VA_ARGS__)

static unsigned int version(void)
{
	const struct store_entry *e = entry("[100]10.1.0.0/16");

	return e ? e->regs->rec->version : 9999;
}

/* RFC 9302 5: silence, and nothing has changed; not even the nonce counts. */
static void old_versions(void **state)
{
	put(NOW, OF(100, 1));
	put(NOW, OF(99, 2, .rlocs = { "192.0.2.9" }));
	assert_int_equal(count_logs(LOG_REGISTER_VERSION), 1);
	assert_int_equal(count_acts(ACTION_SEND), 0);
	assert_int_equal(version(), 100);
	assert_true(addr_equal(&entry("[100]10.1.0.0/16")->regs->rec->locators->addr,
			       &(struct addr){ ADDR_IPV4, { 192, 0, 2, 1 } }));
	put(NOW, OF(99, 3, .withdraw = true));
	assert_int_equal(version(), 100);
	/* The other record of the message is dropped along. */
	put(NOW, REG(.eids = { "[100]10.1.7.0/24", "[100]10.1.0.0/16" },
		     .version = 99, .nonce = 4));
	assert_null(entry("[100]10.1.7.0/24"));
	assert_int_equal(counter("old-version"), 3);
	put(NOW, OF(100, 2));
	assert_int_equal(count_acts(ACTION_SEND), 1);
	assert_int_equal(counter("replayed"), 0);
}

/* The circle, none at all, another xTR, and an end of it. */
static void other_versions(void **state)
{
	put(NOW, OF(4095, 1));
	put(NOW, OF(1, 2));
	assert_int_equal(version(), 1);
	put(NOW, OF(2049, 3));
	assert_int_equal(version(), 2049);
	put(NOW, OF(1, 4));
	assert_int_equal(version(), 2049);
	put(NOW, OF(0, 5));
	assert_int_equal(version(), 0);
	put(NOW, OF(50, 6));
	assert_int_equal(version(), 50);
	put(NOW, OF(40, 1, .xtr = 2));
	assert_int_equal(count_regs(entry("[100]10.1.0.0/16")), 2);
	assert_int_equal(counter("old-version"), 1);

	turn();
	while (ms_due(&ms) <= NOW + 181000)
		ms_on_time(&ms, NOW + 181000, &acts);
	put(NOW + 181000, OF(49, 7));
	assert_int_equal(version(), 49);
}

/* Without IDs a locator tells who it is, never the source: that is nobody's
 * word, and a recorded message is nothing new when it comes from elsewhere. */
static void replay_from_elsewhere(void **state)
{
	const char *eid = "[100]10.1.2.0/24";

	put(NOW, REG(.eids = { eid }, .nonce = 1, .no_ids = true));
	put(NOW, REG(.eids = { eid }, .nonce = 1, .no_ids = true));
	assert_int_equal(counter("duplicates"), 1);
	put(NOW, REG(.eids = { eid }, .nonce = 2, .no_ids = true));
	put(NOW, REG(.eids = { eid }, .nonce = 1, .no_ids = true,
		     .from = "192.0.2.77"));
	assert_int_equal(count_logs(LOG_REGISTER_REPLAY), 1);
	assert_int_equal(count_regs(entry(eid)), 1);
	/* Another locator is another ETR. */
	put(NOW, REG(.eids = { eid }, .nonce = 1, .no_ids = true,
		     .rlocs = { "192.0.2.99" }));
	assert_int_equal(count_regs(entry(eid)), 2);
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
	assert_int_equal(count_regs(entry("[100]10.1.0.0/16")), 1);
	assert_null(entry("[100]10.8.0.0/16"));
	assert_int_equal(sent(0).notify.record_count, 2);
	assert_int_equal(sent(0).notify.records[0].ttl, 0);
	assert_int_equal(count_logs(LOG_REGISTRATION_GONE), 2);
	/* What is not there cannot go. */
	put(NOW, REG(.eids = { "[100]10.8.0.0/16" }, .nonce = 3, .withdraw = true));
	assert_int_equal(count_logs(LOG_REGISTRATION_GONE), 0);
	assert_int_equal(counter("deregistered"), 2);
}

static void expires(void **state)
{
	put(NOW, REG(.eids = { "[100]10.1.0.0/16" }, .nonce = 1));
	put(NOW, REG(.eids = { "[100]10.8.0.0/16" }, .nonce = 2, .ttl = 10,
		     .flags = MREG_USE_TTL));
	assert_in_range(ms_due(&ms), NOW, NOW + 180000);
	run_timers(NOW + 179999);
	assert_int_equal(acts.count, 0);
	assert_int_equal(ms_due(&ms), NOW + 180000);
	run_timers(NOW + 180000);
	assert_int_equal(count_logs(LOG_REGISTRATION_EXPIRED), 1);
	assert_null(entry("[100]10.1.0.0/16"));
	assert_non_null(entry("[100]10.8.0.0/16"));
	run_timers(NOW + 600000);
	assert_null(entry("[100]10.8.0.0/16"));
	assert_int_equal(ms_due(&ms), UINT64_MAX);
}

/* The ETR without IDs is known by the locator it calls its own; what is kept
 * of locators is in order, however they came, and says nothing of L. */
static void locators_kept(void **state)
{
	struct addr low = A("192.0.2.1"), own = A("192.0.2.9");
	const struct registration *r;
	struct lisp_msg m;
	struct locator l;

	put(NOW, REG(.eids = { "[100]10.1.0.0/16" }, .nonce = 1, .no_ids = true,
		     .rlocs = { "192.0.2.1", "192.0.2.9" },
		     .local = "192.0.2.9"));
	r = entry("[100]10.1.0.0/16")->regs;
	assert_true(addr_equal(&r->by->who.source, &own));

	assert_int_equal(msg_parse(last_packet.data, last_packet.len, &arena,
				   &m, NULL), 0);
	l = m.reg.records[0].locators[0];
	m.reg.records[0].locators[0] = m.reg.records[0].locators[1];
	m.reg.records[0].locators[1] = l;
	m.reg.nonce = 2;
	ms_on_register(&ms, ms.desks, NOW, &last_packet, &m.reg, &acts);
	r = entry("[100]10.1.0.0/16")->regs;
	assert_int_equal(counter("records-accepted"), 2);
	assert_true(addr_equal(&r->rec->locators[0].addr, &low));
	assert_int_equal(r->rec->locators[0].flags, LOCATOR_REACHABLE);
	assert_int_equal(r->rec->locators[1].flags, LOCATOR_REACHABLE);
}

/* There is no place for a MAC longer than any algorithm's. */
static void long_mac(void **state)
{
	put(NOW, REG(.eids = { "[100]10.1.0.0/16" }, .nonce = 1,
		     .mac_len = STORE_MAC_MAX + 1));
	assert_int_equal(counter("bad-auth"), 1);
	assert_null(entry("[100]10.1.0.0/16"));
}

/* A day, whatever an ETR asks for: how long it is registered (T), and how
 * long others may keep what we answer in its stead. */
static void caps(void **state)
{
	static const uint32_t day = 24 * 3600 * 1000;
	static const struct {
		uint32_t ttl;			/* minutes, as registered */
		uint32_t time;			/* ms */
		uint32_t kept;			/* minutes */
	} rows[] = {
		{ 1, 60000, 1 },
		{ 1439, day - 60000, 1439 },
		{ 1440, day, 1440 },
		{ 1441, day, 1440 },
		{ 71583, day, 1440 },		/* more ms than 32 bits have */
		{ UINT32_MAX, day, 1440 },
	};

	for (unsigned int i = 0; i < 6; i++) {
		put(NOW, REG(.eids = { "[100]10.1.0.0/16" }, .nonce = i + 1,
			     .ttl = rows[i].ttl, .flags = MREG_USE_TTL));
		assert_int_equal(entry("[100]10.1.0.0/16")->regs->expires - NOW,
				 rows[i].time);
		assert_int_equal(entry("[100]10.1.0.0/16")->regs->rec->ttl,
				 rows[i].kept);
	}
	/* Without T the TTL says nothing about the registration. */
	put(NOW, REG(.eids = { "[100]10.1.0.0/16" }, .nonce = 7, .ttl = 71583));
	assert_int_equal(entry("[100]10.1.0.0/16")->regs->expires,
			 NOW + 180000);
	assert_int_equal(entry("[100]10.1.0.0/16")->regs->rec->ttl, 1440);
}

/* In what is answered, too. */
static void capped_reply(void **state)
{
	itr_rlocs[0] = "192.0.2.5";
	put(NOW, REG(.eids = { "[100]10.1.0.0/16" }, .nonce = 1, .ttl = 50000,
		     .flags = MREG_PROXY_REPLY));
	ask(NOW, "[100]10.1.0.1", 0);
	assert_int_equal(sent(0).reply.records[0].ttl, 1440);
}

/* Whoever forges in an ETR's name, from its own address, takes nothing from
 * it but log lines. */
static void forged_in_its_name(void **state)
{
	struct sm_key forged = keys_a[0];
	unsigned int n = 0;

	forged.tag = 77;
	for (int i = 0; i < 200; i++) {
		put(NOW, REG(.eids = { "[100]10.1.0.0/16" }, .key = &forged));
		n += count_logs(LOG_REGISTER_AUTH);
	}
	assert_int_equal(n, 100);
	assert_int_equal(counter("bad-auth"), 200);
	put(NOW, REG(.eids = { "[100]10.1.0.0/16" }));
	assert_non_null(entry("[100]10.1.0.0/16"));
}

/* More forgeries for one site than there is time for: another site has its
 * own share, and the flooded one has its share again in the next second. */
static void flood_of_one_site(void **state)
{
	struct sm_key forged = keys_a[0];

	forged.tag = 77;
	for (int i = 0; i < 22000; i++)
		put(NOW, REG(.eids = { "[100]10.1.0.0/16" }, .key = &forged));
	assert_int_equal(counter("bad-auth"), 20500);
	assert_int_equal(counter("verify-limited"), 1500);
	put(NOW, REG(.eids = { "[100]10.1.0.0/16" }));
	assert_null(entry("[100]10.1.0.0/16"));
	put(NOW, REG(.eids = { "[100]10.2.0.0/16" }, .key = &keys_b[0]));
	assert_non_null(entry("[100]10.2.0.0/16"));
	put(NOW + 1000, REG(.eids = { "[100]10.1.0.0/16" }));
	assert_non_null(entry("[100]10.1.0.0/16"));
}

/* What holds is charged to the site, not to a source: from ever new addresses
 * is no way around it, and no other site pays.  Replays are not charged, and
 * records are. */
static void busy_site(void **state)
{
	uint64_t now = NOW;
	char from[32];

	put(now, REG(.eids = { "[100]10.1.0.0/16" }, .nonce = 1));
	put(now, REG(.eids = { "[100]10.1.0.0/16" }, .nonce = 2));
	for (int i = 0; i < 3000; i++, now += i % 2)
		put(now, REG(.eids = { "[100]10.1.0.0/16" }, .nonce = 1));
	assert_int_equal(counter("register-limited"), 0);
	for (unsigned int i = 3; i < 8003; i++) {
		snprintf(from, sizeof(from), "192.0.%u.%u", i / 250, i % 250);
		put(now, REG(.eids = { "[100]10.1.0.0/16" }, .nonce = i,
			     .from = from, .times = 16));
	}
	/* Three each: a thousand of its own, 20,000 of the pool. */
	assert_int_equal(counter("verify-limited"), 0);
	assert_int_equal(counter("register-limited"), 8000 - 334 - 6667);
	put(now, REG(.eids = { "[100]10.2.0.0/16" }, .key = &keys_b[0]));
	assert_non_null(entry("[100]10.2.0.0/16"));
}

/* What its MAC was is not on record: the last one before a restart is a replay
 * after it, and the ETR's next one is answered. */
static void duplicate_after_restart(void **state)
{
	const struct reg again = { .eids = { "[100]10.1.0.0/16" }, .nonce = 11,
				   .flags = MREG_WANT_NOTIFY };
	struct store_config sc;

	put(NOW, REG(.eids = { "[100]10.1.0.0/16" }, .nonce = 10,
		     .flags = MREG_WANT_NOTIFY));
	assert_int_equal(store_flush(store), 0);
	store_free(store);
	store_config_init(&sc);
	sc.now = sc.wall = NOW + 500;
	store = store_new(&sc, kv, seed, NULL);
	assert_non_null(store);
	ms_ops.store_arg = store;
	begin_again();
	put_again(NOW + 1000);
	assert_int_equal(count_acts(ACTION_SEND), 0);
	assert_int_equal(counter("replayed"), 1);
	put(NOW + 2000, again);
	assert_int_equal(count_acts(ACTION_SEND), 1);
	assert_int_equal(sent(0).notify.nonce, 11);
	assert_int_equal(entry("[100]10.1.0.0/16")->regs->registered, NOW);
}

/* The last Map-Register, sent over and over by somebody else: a few answers. */
static void duplicates_in_a_flood(void **state)
{
	unsigned int n = 0;

	put(NOW, REG(.eids = { "[100]10.1.0.0/16" }, .nonce = 10,
		     .flags = MREG_WANT_NOTIFY));
	for (int i = 0; i < 100; i++) {
		put_again(NOW + 100);
		n += count_acts(ACTION_SEND);
	}
	assert_int_equal(n, 5);
	put_again(NOW + 1100);
	assert_int_equal(count_acts(ACTION_SEND), 1);
}

/* A peer whose MAC ends before the IDs: these are nobody's word, and the same
 * message with other IDs is the same registrant. */
static void ids_outside_the_mac(void **state)
{
	const char *eid = "[100]10.1.3.0/24";

	keys_a[0].coverage = AUTH_COVER_EITHER;
	put(NOW, REG(.eids = { eid }, .nonce = 5, .literal = true));
	assert_int_equal(count_regs(entry(eid)), 1);
	assert_true(addr_equal(&entry(eid)->regs->by->who.source,
			       &last_packet.from));
	put(NOW, REG(.eids = { eid }, .nonce = 6, .literal = true));
	put(NOW, REG(.eids = { eid }, .nonce = 5, .literal = true, .xtr = 9));
	assert_int_equal(count_logs(LOG_REGISTER_REPLAY), 1);
	assert_int_equal(count_regs(entry(eid)), 1);
	/* One that signs them has an identity of its own. */
	put(NOW, REG(.eids = { eid }, .nonce = 5, .xtr = 9));
	assert_int_equal(count_regs(entry(eid)), 2);
	/* A second key that covers all is not tainted by the first. */
	keys_a[1].key_id = 0;
	put(NOW, REG(.eids = { "[100]10.8.0.0/16" }, .nonce = 5, .xtr = 8,
		     .key = &keys_a[1]));
	assert_int_equal(entry("[100]10.8.0.0/16")->regs->by->who.ids.xtr_id[0],
			 8);
	/* Where only the whole message counts, it is not accepted at all. */
	keys_a[0].coverage = AUTH_COVER_ENTIRE;
	put(NOW, REG(.eids = { eid }, .nonce = 7, .literal = true));
	assert_int_equal(count_logs(LOG_REGISTER_AUTH), 1);
}

/* Who was forgotten for want of room cannot be played back. */
static void forgotten_registrant(void **state)
{
	const char *eid = "[100]10.1.0.0/16";
	struct packet old;
	uint8_t octets[sizeof(last_register)];

	put(NOW, REG(.eids = { eid }, .nonce = 50, .xtr = 1));
	old = last_packet;
	memcpy(octets, last_register, sizeof(octets));
	old.data = octets;
	run_timers(NOW + 180000);
	assert_null(entry(eid));
	for (uint8_t i = 2; i <= 5; i++)
		put(NOW + 180000, REG(.eids = { "[100]10.1.9.0/24" },
				      .nonce = i, .xtr = i, .withdraw = true));
	put(NOW + 180000, REG(.eids = { eid }, .nonce = 51, .xtr = 6));
	assert_int_equal(count_regs(entry(eid)), 1);

	turn();
	deliver(NOW + 180001, &old);
	assert_int_equal(count_logs(LOG_REGISTER_REPLAY), 1);
	assert_int_equal(count_regs(entry(eid)), 1);
	put(NOW + 180002, REG(.eids = { eid }, .nonce = 52, .xtr = 1));
	assert_int_equal(count_regs(entry(eid)), 2);
	/* Another key is another matter. */
	put(NOW + 180003, REG(.eids = { "[100]10.2.0.0/16" }, .nonce = 1,
			      .key = &keys_b[0]));
	assert_non_null(entry("[100]10.2.0.0/16"));
}

/* Who is registered is not forgotten for a newcomer. */
static void live_registrants(void **state)
{
	put(NOW, REG(.eids = { "[100]10.1.0.0/16" }, .nonce = 9, .xtr = 1));
	for (uint8_t i = 2; i <= 5; i++)
		put(NOW + 1, REG(.eids = { "[100]10.1.9.0/24" }, .nonce = 1,
				 .xtr = i, .withdraw = true));
	assert_int_equal(counter("store-failed"), 0);
	put(NOW + 2, REG(.eids = { "[100]10.1.0.0/16" }, .nonce = 8));
	assert_int_equal(count_logs(LOG_REGISTER_REPLAY), 1);
	put(NOW + 3, REG(.eids = { "[100]10.1.0.0/16" }, .nonce = 10));
	assert_int_equal(registration_refreshed(
			entry("[100]10.1.0.0/16")->regs), NOW + 3);
	/* The floor is that of one that withdrew only, not xTR 1's. */
	put(NOW + 4, REG(.eids = { "[100]10.8.0.0/16" }, .nonce = 2,
			 .xtr = 7));
	assert_non_null(entry("[100]10.8.0.0/16"));
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
		TEST(old_versions),
		TEST(other_versions),
		TEST(replay_from_elsewhere),
		TEST(unordered_when_configured),
		TEST(duplicates),
		TEST(deregisters),
		TEST(expires),
		TEST(locators_kept),
		TEST(long_mac),
		TEST(caps),
		TEST(capped_reply),
		TEST(forged_in_its_name),
		TEST(flood_of_one_site),
		TEST(busy_site),
		TEST(duplicate_after_restart),
		TEST(duplicates_in_a_flood),
		TEST(ids_outside_the_mac),
		TEST(forgotten_registrant),
		TEST(live_registrants),
		TEST(store_refuses),
		TEST(merges),
		TEST(merges_silently),
		TEST(unsolicited_until_acked),
		TEST(unsolicited_given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

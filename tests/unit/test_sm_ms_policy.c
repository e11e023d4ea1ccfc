// SPDX-License-Identifier: GPL-2.0-or-later
/* What a site may register at the Map-Server, with which keys, and how much
 * of it. */
#include "sm_ms.h"

#define EID	"[100]10.1.0.0/16"

static uint64_t refused(size_t site, enum site_refusal why)
{
	struct site_view v;

	assert_true(ms_site_at(&ms, site, &v));
	return v.use.refused[why];
}

static size_t registered(size_t site)
{
	struct site_view v;

	assert_true(ms_site_at(&ms, site, &v));
	return v.use.registered;
}

/* --- keys --- */

/* The new key is valid some time before the old one ends. */
static void rollover(void **state)
{
	uint64_t n = 1;

	keys_a[0].not_after = 2000;
	keys_a[1].not_before = 1000;
	world.wall = 999;
	put(NOW, REG(.eids = { EID }, .nonce = n++, .key = &keys_a[1]));
	assert_int_equal(count_logs(LOG_REGISTER_KEY_TIME), 1);
	assert_int_equal(refused(0, SITE_KEY_TIME), 1);
	assert_null(entry(EID));
	put(NOW, REG(.eids = { EID }, .nonce = n++));
	assert_non_null(entry(EID));
	world.wall = 1000;
	put(NOW, REG(.eids = { EID }, .nonce = n++, .key = &keys_a[1]));
	assert_int_equal(counter("key-time"), 1);
	world.wall = 2000;
	put(NOW, REG(.eids = { EID }, .nonce = n++));
	assert_int_equal(counter("key-time"), 1);
	world.wall = 2001;
	put(NOW, REG(.eids = { EID }, .nonce = n++));
	assert_int_equal(counter("key-time"), 2);
	put(NOW, REG(.eids = { EID }, .nonce = n++, .key = &keys_a[1]));
	assert_int_equal(counter("key-time"), 2);
	assert_int_equal(counter("records-accepted"), 4);
	assert_int_equal(counter("bad-auth"), 0);
}

/* What was registered with a key stays when its time is over, and its
 * registrant is told of news with that key, the only one it is known to have. */
static void registered_before(void **state)
{
	keys_a[0].not_after = 2000;
	world.wall = 1999;
	put(NOW, REG(.eids = { EID }, .nonce = 1, .flags = MREG_WANT_NOTIFY));
	world.wall = 3000;
	put(NOW, REG(.eids = { EID }, .nonce = 1, .xtr = 2, .key = &keys_a[1],
		     .rlocs = { "192.0.2.2" }));
	assert_int_equal(count_regs(entry(EID)), 2);
	assert_int_equal(count_acts(ACTION_SEND), 1);
	assert_int_equal(sent(0).notify.auth.key_id, 0);
}

/* The answer has the key that was used. */
static void answered_with_its_key(void **state)
{
	struct lisp_msg m;

	for (int i = 0; i < 2; i++) {
		put(NOW, REG(.eids = { EID }, .nonce = 1, .key = &keys_a[i],
			     .flags = MREG_WANT_NOTIFY));
		m = sent(0);
		assert_int_equal(m.notify.auth.key_id, i);
		assert_int_equal(fake_verify(NULL, &keys_a[i],
					     act(ACTION_SEND, 0)->send.data,
					     act(ACTION_SEND, 0)->send.len,
					     &m.notify.auth), 0);
	}
}

/* Whoever says neither ID nor locator has no name but the source, which he may
 * make up: from a new one it is no new registrant. */
static void withdrawal_from_elsewhere(void **state)
{
	struct reg r = REG(.eids = { "[100]10.1.2.0/24" }, .no_ids = true);

	r.nonce = 1;
	put(NOW, r);
	r.nonce = 2;
	r.withdraw = r.no_rlocs = true;
	put(NOW, r);
	assert_null(entry(r.eids[0]));
	last_packet.from = A("192.0.2.77");
	put_again(NOW);
	assert_int_equal(counter("replayed"), 1);
}

/* --- locators --- */

static void locators(void **state)
{
	static struct prefix allowed[2];

	assert_int_equal(prefix_from_text("192.0.2.0/28", &allowed[0]), 0);
	assert_int_equal(prefix_from_text("2001:db8:9::/48", &allowed[1]), 0);
	sites[0].rlocs = allowed;
	sites[0].rloc_count = 2;
	put(NOW, REG(.eids = { EID }, .nonce = 1, .flags = MREG_WANT_NOTIFY,
		     .rlocs = { "192.0.2.15", "2001:db8:9::1" }));
	assert_int_equal(entry(EID)->regs->rec->locator_count, 2);
	/* One that is not: the record goes, and what was there stays. */
	put(NOW, REG(.eids = { EID, "[100]10.8.0.0/16" }, .nonce = 2,
		     .flags = MREG_WANT_NOTIFY,
		     .rlocs = { "192.0.2.15", "192.0.2.16" }));
	assert_int_equal(count_logs(LOG_REGISTER_RLOC), 2);
	assert_int_equal(sent(0).notify.record_count, 0);
	assert_int_equal(entry(EID)->regs->rec->locator_count, 2);
	assert_int_equal(refused(0, SITE_RLOC), 2);
	/* To withdraw one need not be allowed any. */
	put(NOW, REG(.eids = { EID }, .nonce = 3, .withdraw = true,
		     .rlocs = { "192.0.2.99" }));
	assert_null(entry(EID));
	/* Another site has no such list. */
	put(NOW, REG(.eids = { "[100]10.2.0.0/16" }, .key = &keys_b[0],
		     .rlocs = { "192.0.2.99" }));
	assert_non_null(entry("[100]10.2.0.0/16"));
}

/* --- how many --- */

#define SUB(i)	"[100]10.1." #i ".0/24"

static void most_of_a_site(void **state)
{
	sites[0].max = 3;
	put(NOW, REG(.eids = { SUB(1), SUB(2), SUB(3), SUB(4) }, .nonce = 1));
	assert_int_equal(registered(0), 3);
	assert_null(entry(SUB(4)));
	assert_int_equal(count_logs(LOG_REGISTER_FULL), 1);
	assert_int_equal(refused(0, SITE_FULL), 1);
	/* A repetition is none more, another xTR is; another site is free. */
	put(NOW, REG(.eids = { SUB(1), SUB(2), SUB(3) }, .nonce = 2));
	assert_int_equal(refused(0, SITE_FULL), 1);
	put(NOW, REG(.eids = { SUB(1) }, .nonce = 1, .xtr = 2));
	assert_int_equal(refused(0, SITE_FULL), 2);
	put(NOW, REG(.eids = { "[100]10.2.0.0/16" }, .key = &keys_b[0]));
	assert_int_equal(registered(1), 1);
	/* One withdraws, another comes. */
	put(NOW, REG(.eids = { SUB(1) }, .nonce = 3, .withdraw = true));
	assert_int_equal(registered(0), 2);
	put(NOW, REG(.eids = { SUB(4) }, .nonce = 4));
	assert_int_equal(registered(0), 3);
	assert_int_equal(refused(0, SITE_FULL), 2);
	/* What is withdrawn without being there makes no room. */
	put(NOW, REG(.eids = { SUB(7), SUB(8) }, .nonce = 5,
		     .withdraw = true));
	assert_int_equal(registered(0), 3);
	run_timers(NOW + 180000);
	assert_int_equal(registered(0), 0);
	assert_int_equal(registered(1), 0);
}

static void most_of_a_prefix(void **state)
{
	eids_a[0].max = 2;
	put(NOW, REG(.eids = { SUB(1), SUB(2), SUB(3) }, .nonce = 1));
	assert_int_equal(registered(0), 2);
	put(NOW, REG(.eids = { "[100]10.8.0.0/16", "[100]2001:db8:a::/48" },
		     .nonce = 2));
	assert_int_equal(registered(0), 4);
	run_timers(NOW + 180000);
	put(NOW + 180000, REG(.eids = { SUB(3) }, .nonce = 3));
	assert_non_null(entry(SUB(3)));
}

/* An EID twice in a message counts, and stands, once: the first time. */
static void repeated(void **state)
{
	put(NOW, REG(.eids = { SUB(1), SUB(1) }, .nonce = 1));
	assert_int_equal(registered(0), 1);
	assert_int_equal(count_logs(LOG_REGISTER_REPEATED), 1);
	put(NOW, REG(.eids = { SUB(9), SUB(5), SUB(7), SUB(9) }, .nonce = 2));
	assert_int_equal(registered(0), 4);
	assert_int_equal(refused(0, SITE_REPEATED), 2);
	put(NOW, REG(.eids = { SUB(1), SUB(1) }, .nonce = 3, .withdraw = true));
	assert_int_equal(registered(0), 3);
}

/* Where the store refuses, nothing has been registered. */
static void not_committed(void **state)
{
	for (uint8_t i = 1; i <= 3; i++)
		put(NOW, REG(.eids = { EID }, .nonce = 1, .xtr = i));
	put(NOW, REG(.eids = { SUB(1), EID }, .nonce = 1, .xtr = 4));
	assert_int_equal(count_logs(LOG_STORE_FAILED), 1);
	assert_int_equal(refused(0, SITE_STORE), 1);
	assert_int_equal(registered(0), 3);
}

/* Another configuration starts with what there is of its own. */
static void taken_over(void **state)
{
	put(NOW, REG(.eids = { SUB(1), SUB(2), SUB(3) }, .nonce = 1));
	put(NOW, REG(.eids = { "[100]10.8.0.0/16" }, .nonce = 2));
	sites[0].max = 4;
	begin_again();
	assert_int_equal(registered(0), 4);
	put(NOW, REG(.eids = { SUB(4) }, .nonce = 3));
	assert_int_equal(refused(0, SITE_FULL), 1);
	/* A row that is no more. */
	sites[0].eid_count = 1;
	begin_again();
	assert_int_equal(registered(0), 3);
	put(NOW, REG(.eids = { SUB(4) }, .nonce = 4));
	assert_int_equal(registered(0), 4);
}

/* What it does not allow any more goes. */
static void not_taken_over(void **state)
{
	static struct prefix allowed;

	put(NOW, REG(.eids = { SUB(1), SUB(2), SUB(3) }, .nonce = 1));
	put(NOW, REG(.eids = { "[100]10.8.0.0/16" }, .nonce = 2,
		     .rlocs = { "192.0.2.77" }));
	assert_int_equal(prefix_from_text("192.0.2.0/28", &allowed), 0);
	sites[0].rlocs = &allowed;
	sites[0].rloc_count = 1;
	eids_a[0].max = 2;
	begin_again();
	assert_int_equal(count_logs(LOG_REGISTRATION_GONE), 2);
	assert_null(entry("[100]10.8.0.0/16"));
	assert_null(entry(SUB(3)));
	assert_int_equal(registered(0), 2);
}

/* --- what has changed --- */

static bool changed(const char *eid, uint64_t *at, enum ms_change what,
		    uint64_t when)
{
	struct eid e = E(eid);
	const struct ms_event *ev = ms_history_next(&ms, &e, at);

	return ev && ev->what == what && ev->when == when;
}

/* One site within another: each keeps its own, whatever comes before it. */
static void adopts_nested(void **state)
{
	eids_b[0].eid = E("[100]10.1.64.0/18");
	begin_again();
	put(NOW, REG(.eids = { "[100]10.1.1.0/24", "[100]10.1.200.0/24" },
		     .nonce = 1));
	put(NOW, REG(.eids = { "[100]10.1.65.0/24", "[100]10.1.66.0/24" },
		     .nonce = 1, .key = &keys_b[0]));
	assert_int_equal(registered(0), 2);
	assert_int_equal(registered(1), 2);
	begin_again();
	assert_int_equal(registered(0), 2);
	assert_int_equal(registered(1), 2);
}

/* The last first; repetitions are no change; kept over a configuration. */
static void history(void **state)
{
	uint64_t at = UINT64_MAX;

	put(NOW, REG(.eids = { EID }, .nonce = 1));
	put(NOW + 1, REG(.eids = { EID, SUB(1) }, .nonce = 2));
	put(NOW + 2, REG(.eids = { EID }, .nonce = 3,
			 .rlocs = { "192.0.2.9" }));
	put(NOW + 3, REG(.eids = { SUB(1) }, .nonce = 4, .withdraw = true));
	put(NOW + 4, REG(.eids = { SUB(1) }, .nonce = 5, .withdraw = true));
	run_timers(NOW + 180002);
	assert_true(changed(EID, &at, MS_RAN_OUT, NOW + 180002));
	assert_true(changed(EID, &at, MS_CHANGED, NOW + 2));
	assert_true(changed(EID, &at, MS_CAME, NOW));
	assert_false(changed(EID, &at, MS_CAME, NOW));
	at = UINT64_MAX;
	assert_true(changed(SUB(1), &at, MS_WITHDRAWN, NOW + 3));
	assert_true(changed(SUB(1), &at, MS_CAME, NOW + 1));
	assert_false(changed(SUB(1), &at, MS_CAME, NOW + 1));

	put(NOW + 200000, REG(.eids = { "[100]10.8.0.0/16" }, .nonce = 6));
	sites[0].eid_count = 1;
	reload(NOW + 200001, &cfg);
	at = UINT64_MAX;
	assert_true(changed("[100]10.8.0.0/16", &at, MS_NOT_ALLOWED,
			    NOW + 200001));
	assert_true(changed("[100]10.8.0.0/16", &at, MS_CAME, NOW + 200000));
	at = UINT64_MAX;
	assert_true(changed(EID, &at, MS_RAN_OUT, NOW + 180002));
	assert_true(changed(EID, &at, MS_CHANGED, NOW + 2));
}

static unsigned int known_of(const char *eid)
{
	uint64_t at = UINT64_MAX;
	struct eid e = E(eid);
	unsigned int n = 0;

	while (ms_history_next(&ms, &e, &at))
		n++;
	return n;
}

/* An EID has the last 16. */
static void long_history(void **state)
{
	uint64_t at = UINT64_MAX;

	put(NOW, REG(.eids = { SUB(1) }, .nonce = 1));
	for (unsigned int i = 2; i < 100; i++)
		put(NOW + i, REG(.eids = { EID }, .nonce = i,
				 .rlocs = { i % 2 ? "192.0.2.1" :
					    "192.0.2.2" }));
	assert_int_equal(known_of(EID), 16);
	assert_true(changed(EID, &at, MS_CHANGED, NOW + 99));
	assert_int_equal(known_of(SUB(1)), 1);
}

/* @n EIDs of site b, each withdrawn at once: two changes. */
static void flap(unsigned int n)
{
	char text[EID_TEXT_MAX];
	static uint64_t nonce = 1;
	uint64_t now = NOW;

	for (unsigned int i = 0; i < n; i++, now += 100) {
		snprintf(text, sizeof(text), "[100]10.2.%u.%u/32", i / 256,
			 i % 256);
		put(now, REG(.eids = { text }, .nonce = nonce++,
			     .key = &keys_b[0]));
		put(now, REG(.eids = { text }, .nonce = nonce++,
			     .key = &keys_b[0], .withdraw = true));
	}
	assert_int_equal(counter("register-limited"), 0);
}

/* A site that flaps without end takes the room of its own past. */
static void fair_history(void **state)
{
	uint64_t at = UINT64_MAX;

	sites[1].accept_unordered_nonce = true;
	put(NOW, REG(.eids = { EID, SUB(1), SUB(2) }, .nonce = 1));
	flap(20000);
	assert_int_equal(known_of(EID), 1);
	assert_int_equal(known_of(SUB(1)), 1);
	assert_int_equal(known_of(SUB(2)), 1);
	assert_int_equal(known_of("[100]10.2.46.0/32"), 0);
	assert_int_equal(known_of("[100]10.2.47.0/32"), 2);
	assert_int_equal(known_of("[100]10.2.78.31/32"), 2);
	/* Also after another configuration, where that site is none. */
	cfg.site_count = 1;
	reload(NOW, &cfg);
	assert_int_equal(known_of("[100]10.2.78.31/32"), 2);
	put(NOW, REG(.eids = { SUB(3) }, .nonce = 2));
	assert_int_equal(known_of(SUB(3)), 1);
	assert_true(changed(EID, &at, MS_CAME, NOW));
	assert_int_equal(known_of("[100]10.2.78.31/32"), 2);
}

/* Its past goes with it to where it is now: what it does then takes the room of
 * that, and not of the site that is where it was. */
static void history_of_sites_that_moved(void **state)
{
	static struct site moved[2];
	static struct ms_config next;

	sites[1].accept_unordered_nonce = true;
	put(NOW, REG(.eids = { EID, SUB(1), SUB(2) }, .nonce = 1));
	flap(8192);
	moved[0] = sites[1];
	moved[1] = sites[0];
	next = cfg;
	next.sites = moved;
	reload(NOW, &next);
	flap(8192);
	assert_int_equal(known_of(EID), 1);
	assert_int_equal(known_of(SUB(1)), 1);
	assert_int_equal(known_of(SUB(2)), 1);
	assert_int_equal(known_of("[100]10.2.0.100/32"), 2);
}

/* --- another configuration --- */

/* What is known of a site is known of the one with its name, wherever it is
 * now; the limits it has used up stay so, unless they are others. */
static void same_site(void **state)
{
	static struct site moved[2], renamed[2];
	static struct ms_config next, faster, other;
	struct addr from = A("192.0.2.1");
	struct site_view v;
	uint64_t n = 1;

	cfg.limits.accept.each = (struct limit_rate){ 1000000, 2 };
	cfg.limits.accept.all = (struct limit_rate){ 1000000, 1 };
	begin_again();
	while (!refused(0, SITE_LIMITED) && n < 1000)
		put(NOW, REG(.eids = { EID }, .nonce = n++));
	put(NOW, REG(.eids = { "[100]10.2.0.0/16" }, .key = &keys_b[0],
		     .nonce = 2));
	assert_int_equal(refused(0, SITE_LIMITED), 1);
	moved[0] = sites[1];
	moved[1] = sites[0];
	next = cfg;
	next.sites = moved;
	reload(NOW, &next);
	assert_true(ms_site_at(&ms, 1, &v));
	assert_int_equal(v.use.accepted, n - 2);
	assert_int_equal(v.use.last, NOW);
	assert_true(addr_equal(&v.use.last_from, &from));
	assert_int_equal(v.use.registered, 1);
	assert_true(ms_site_at(&ms, 0, &v));
	assert_int_equal(v.use.accepted, 1);
	assert_int_equal(counter("registers"), n);
	put(NOW, REG(.eids = { EID }, .nonce = n++));
	assert_int_equal(refused(1, SITE_LIMITED), 2);
	faster = next;
	faster.limits.accept.all.interval_us = 2000;
	reload(NOW, &faster);
	put(NOW, REG(.eids = { EID }, .nonce = n++));
	assert_int_equal(refused(1, SITE_LIMITED), 2);
	memcpy(renamed, moved, sizeof(renamed));
	renamed[1].name = "another";
	other = faster;
	other.sites = renamed;
	reload(NOW, &other);
	assert_true(ms_site_at(&ms, 1, &v));
	assert_int_equal(v.use.accepted, 0);
}

/* --- shares --- */

/* Forgers use up all there is for all, again and again, in the name of another
 * site: this one's share is its own, of verification and of changes. */
static void no_site_starves(void **state)
{
	struct sm_key forged = keys_a[0];
	uint64_t now = NOW, n = 1, before;

	forged.tag = 77;
	for (int round = 0; round < 60; round++, now++) {
		for (int i = 0; i < 800; i++)
			put(now, REG(.eids = { EID }, .key = &forged));
		put(now, REG(.eids = { "[100]10.2.0.0/16" }, .nonce = n++,
			     .key = &keys_b[0]));
		assert_int_equal(count_logs(LOG_REGISTER_LIMITED), 0);
	}
	assert_true(counter("verify-limited") > 10000);
	assert_int_equal(counter("records-accepted"), 60);
	/* And a site that changes more than its share, with good keys. */
	before = counter("verify-limited");
	now += 1000;
	for (int round = 0; round < 60; round++, now++) {
		for (int i = 0; i < 250; i++)
			put(now, REG(.eids = { EID }, .nonce = n++,
				     .times = 16));
		put(now, REG(.eids = { "[100]10.2.0.0/16" }, .nonce = n++,
			     .key = &keys_b[0]));
		assert_int_equal(count_logs(LOG_REGISTER_LIMITED), 0);
	}
	assert_int_equal(counter("verify-limited"), before);
	assert_true(counter("register-limited") > 3000);
	assert_int_equal(refused(1, SITE_LIMITED), 0);
}

/* Answered again is who has lost his Map-Notify, whatever another site's xTRs,
 * or who calls himself so, ask for. */
static void no_site_silenced(void **state)
{
	struct reg own = REG(.eids = { "[100]10.2.0.0/16" }, .nonce = 1,
			     .key = &keys_b[0], .flags = MREG_WANT_NOTIFY);
	unsigned int answered = 0;

	cfg.limits.answer_again.all = (struct limit_rate){ 100000, 20 };
	begin_again();
	put(NOW, own);
	for (uint8_t x = 1; x < 100; x++) {
		char eid[EID_TEXT_MAX];

		snprintf(eid, sizeof(eid), "[100]10.1.%u.0/24", x);
		put(NOW, REG(.eids = { eid }, .nonce = x, .xtr = x,
			     .flags = MREG_WANT_NOTIFY));
		for (int i = 0; i < 5; i++) {
			put_again(NOW + 1);
			answered += count_acts(ACTION_SEND);
		}
	}
	assert_in_range(answered, 20, 30);
	put(NOW + 1, own);
	assert_int_equal(count_acts(ACTION_SEND), 1);
	assert_int_equal(counter("replayed"), 0);
}

/* Shares are half of what there is for all, at most, and none is nothing. */
static void shares(void **state)
{
	const struct site_rate *rates[] = {
		&cfg.limits.verify, &cfg.limits.accept, &cfg.limits.serve,
	};

	for (size_t i = 0; i < 3; i++)
		for (size_t n = 1; n <= 100000; n *= 10) {
			const struct site_rate *r = rates[i];
			double all = 1.0 / r->all.interval_us;
			struct limit_rate share, pool;
			double own;

			site_rate_split(r, n, &share, &pool);
			own = (double)n / share.interval_us;
			assert_true(own <= all / 2);
			assert_true(own > 0.49 * all ||
				    share.interval_us == r->each.interval_us);
			assert_int_equal(pool.interval_us,
					 2 * r->all.interval_us);
			assert_in_range(share.burst, 4, r->each.burst);
		}
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(rollover),
		TEST(registered_before),
		TEST(answered_with_its_key),
		TEST(withdrawal_from_elsewhere),
		TEST(locators),
		TEST(most_of_a_site),
		TEST(most_of_a_prefix),
		TEST(repeated),
		TEST(not_committed),
		TEST(taken_over),
		TEST(not_taken_over),
		TEST(adopts_nested),
		TEST(history),
		TEST(long_history),
		TEST(fair_history),
		TEST(history_of_sites_that_moved),
		TEST(same_site),
		TEST(no_site_starves),
		TEST(no_site_silenced),
		TEST(shares),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A whole xTR with the fake data plane, in a network namespace of the test's
 * own: registers, resolves what the data plane misses, takes over what an
 * earlier run left, answers on its control socket, and cleans up.  The
 * Map-Server and Map-Resolver is the test itself, with wire/ and crypto/.
 *
 * Making a namespace takes root; without it all tests are skipped.
 */
#include "run_world.h"

#include "run/own.h"

static void test_start(void **state)
{
	struct eid a = eid("[100]10.1.0.0/16"), b = eid("[100]2001:db8:a::/48");
	const struct dp_local *l;
	struct world w;

	world_open(&w, state, "false");
	start(&w);
	assert_int_equal(dp_fake_calls(w.dp, FAKE_VPN_ADD), 1);
	assert_int_equal(dp_fake_stale_limit(w.dp), 3600);
	l = dp_fake_local(w.dp, &a);
	assert_non_null(l);
	assert_non_null(dp_fake_local(w.dp, &b));
	assert_int_equal(l->locators.count, 1);
	assert_int_equal(l->locators.list[0].flags,
			 LISP_LOC_FLAG_REACHABLE | LISP_LOC_FLAG_LOCAL);
	wait_until(&w, w.s.registers > 0);
	assert_int_equal(w.s.bad_macs, 0);
	assert_int_equal(w.s.flags, MREG_PROXY_REPLY | MREG_WANT_NOTIFY |
			 MREG_MERGE | MREG_IDS);
	assert_int_equal(w.s.withdrawals, 0);
	world_close(&w);
}

static void test_resolve(void **state)
{
	struct eid want = eid("[100]10.2.0.0/16"), host = eid("[100]10.2.3.4");
	const struct dp_map *m;
	struct world w;

	world_open(&w, state, "false");
	start(&w);
	miss(&w, "10.2.3.4");
	wait_until(&w, dp_fake_map(w.dp, &want));
	assert_int_equal(w.s.requests, 1);
	assert_true(eid_equal(&w.s.asked, &host));
	m = dp_fake_map(w.dp, &want);
	assert_int_equal(m->action, LISP_ACTION_FORWARD);
	assert_int_equal(m->ttl, 600);
	assert_int_equal(m->locators.count, 1);
	assert_int_equal(m->locators.list[0].flags, LISP_LOC_FLAG_REACHABLE);
	world_close(&w);
}

/* Reports that were lost are asked for. */
static void test_lost(void **state)
{
	struct world w;

	world_open(&w, state, "false");
	start(&w);
	w.s.silent = true;
	miss(&w, "10.2.3.4");
	wait_until(&w, w.s.requests == 1);
	assert_int_equal(dp_fake_calls(w.dp, FAKE_MISS_DUMP), 1);
	dp_fake_lose(w.dp);
	assert_int_equal(dp_fake_calls(w.dp, FAKE_MISS_DUMP), 2);
	assert_int_equal(w.d.sync.misses_lost, 1);
	world_close(&w);
}

/* A data plane that refuses is complained about and lived with. */
static void test_data_plane_fails(void **state)
{
	struct eid want = eid("[100]10.2.0.0/16");
	struct world w;

	world_open(&w, state, "false");
	start(&w);
	dp_fake_fail(w.dp, FAKE_MAP_SET, -ENOSPC, "full");
	miss(&w, "10.2.3.4");
	wait_until(&w, w.d.counters.data_plane_errors == 1);
	assert_null(dp_fake_map(w.dp, &want));
	world_close(&w);
}

/* What an earlier run left: wanted, of an instance that is no more, and a
 * miss that waits. */
static void test_takeover(void **state)
{
	struct eid keep = eid("[100]10.2.0.0/16"), drop = eid("[7]10.9.0.0/16");
	struct world w;

	world_open(&w, state, "false");
	put_map(&w, "[100]10.2.0.0/16");
	put_map(&w, "[7]10.9.0.0/16");
	start(&w);
	assert_non_null(dp_fake_map(w.dp, &keep));
	assert_null(dp_fake_map(w.dp, &drop));
	assert_int_equal(w.d.sync.claimed, 1);
	assert_int_equal(w.d.sync.swept, 1);
	/* It was left as it was, not made again. */
	assert_int_equal(dp_fake_calls(w.dp, FAKE_MAP_SET), 0);
	world_close(&w);
}

static void test_stop_cleans(void **state)
{
	struct world w;

	world_open(&w, state, "false");
	put_map(&w, "[100]10.2.0.0/16");
	start(&w);
	assert_int_equal(dp_fake_local_count(w.dp), 2);
	daemon_stop(&w.d);
	assert_int_equal(dp_fake_local_count(w.dp), 0);
	assert_int_equal(dp_fake_map_count(w.dp), 0);
	assert_int_equal(dp_fake_calls(w.dp, FAKE_VPN_DEL), 1);
	world_close(&w);
}

static void test_stop_keeps(void **state)
{
	struct world w;

	world_open(&w, state, "true");
	put_map(&w, "[100]10.2.0.0/16");
	start(&w);
	daemon_stop(&w.d);
	assert_int_equal(dp_fake_local_count(w.dp), 2);
	assert_int_equal(dp_fake_map_count(w.dp), 1);
	assert_int_equal(dp_fake_calls(w.dp, FAKE_VPN_DEL), 0);
	world_close(&w);
}

static void test_sigterm_withdraws(void **state)
{
	struct world w;

	world_open(&w, state, "false");
	start(&w);
	wait_until(&w, w.s.registers > 0);
	raise(SIGTERM);
	assert_int_equal(loop_run(w.d.loop), 0);
	assert_true(w.d.stopping);
	assert_true(w.s.withdrawals >= 2);
	assert_int_equal(w.s.bad_macs, 0);
	world_close(&w);
}

/* Unless told not to: no message, no waiting. */
static void test_sigterm_is_silent(void **state)
{
	struct world w;

	world_open(&w, state, "false, \"deregister-on-exit\": false");
	start(&w);
	wait_until(&w, w.s.registers > 0);
	raise(SIGTERM);
	assert_int_equal(loop_run(w.d.loop), 0);
	assert_false(w.d.stopping);
	assert_int_equal(w.s.withdrawals, 0);
	world_close(&w);
}

/* For the next one: nothing is withdrawn, nothing removed. */
static void test_sigusr1_leaves(void **state)
{
	struct world w;

	world_open(&w, state, "false");
	put_map(&w, "[100]10.2.0.0/16");
	start(&w);
	wait_until(&w, w.s.registers > 0);
	raise(SIGUSR1);
	assert_int_equal(loop_run(w.d.loop), 0);
	daemon_stop(&w.d);
	assert_int_equal(w.s.withdrawals, 0);
	assert_int_equal(dp_fake_local_count(w.dp), 2);
	assert_int_equal(dp_fake_map_count(w.dp), 1);
	assert_int_equal(dp_fake_calls(w.dp, FAKE_VPN_DEL), 0);
	world_close(&w);
}

/* But not when it is on its way out for good. */
static void test_sigusr1_is_late(void **state)
{
	struct world w;

	world_open(&w, state, "false");
	start(&w);
	wait_until(&w, w.s.registers > 0);
	raise(SIGTERM);
	wait_until(&w, w.d.stopping);
	raise(SIGUSR1);
	assert_int_equal(loop_run(w.d.loop), 0);
	daemon_stop(&w.d);
	assert_int_equal(dp_fake_local_count(w.dp), 0);
	assert_int_equal(dp_fake_calls(w.dp, FAKE_VPN_DEL), 1);
	world_close(&w);
}

static void refuse_start(struct world *w, int err)
{
	assert_int_equal(daemon_init(&w->d, w->conf, w->dp), 0);
	assert_int_equal(daemon_start(&w->d), err);
}

static void test_refused(void **state)
{
	struct addr ms = ip(MS);
	struct world w;

	world_open(&w, state, "false");
	assert_int_equal(dp_fake_set_path(w.dp, &ms, DP_PATH_OVERLAY), 0);
	refuse_start(&w, -ELOOP);
	assert_int_equal(dp_fake_calls(w.dp, FAKE_VPN_ADD), 0);
	world_close(&w);

	world_open(&w, state, "false");
	dp_fake_fail(w.dp, FAKE_CLAIM, -EBUSY, "taken");
	refuse_start(&w, -EBUSY);
	world_close(&w);

	world_open(&w, state, "false");
	dp_fake_fail(w.dp, FAKE_VPN_ADD, -EEXIST, "does not fit");
	refuse_start(&w, -EEXIST);
	assert_int_equal(dp_fake_local_count(w.dp), 0);
	world_close(&w);
}

/* Locators of a proxy ETR make no mapping of a negative one, and back. */
static void test_proxy_etr(void **state)
{
	struct locator l = {
		.addr = ip(PEER), .priority = 1, .weight = 100,
		.flags = LOCATOR_REACHABLE,
	}, back[DP_LOCATORS_MAX];
	struct action_map a = {
		.eid = eid("[100]198.18.0.0/16"), .ttl = 900,
		.action = MAP_NO_ACTION, .locators = &l, .locator_count = 1,
		.petr = true,
	};
	struct map_found f;
	struct dp_map m;

	execute_map_to_dp(&a, &m);
	assert_int_equal(m.action, LISP_ACTION_NATIVE);
	assert_int_equal(m.locators.count, 1);
	assert_true(execute_map_from_dp(&m, back, &f));
	assert_true(f.petr);
	assert_int_equal(f.action, MAP_NATIVELY_FORWARD);
	assert_int_equal(f.locator_count, 1);
	assert_true(addr_equal(&f.locators[0].addr, &l.addr));
	a.petr = false;
	execute_map_to_dp(&a, &m);
	assert_int_equal(m.action, LISP_ACTION_FORWARD);
	assert_true(execute_map_from_dp(&m, back, &f));
	assert_false(f.petr);
}

/* Instances are looked up among them. */
static void test_proxy_etrs_in_order(void **state)
{
	char conf_text[] = "{\"xtr\": {\"rlocs\": [{\"address\": "
		"\"192.0.2.1\"}], \"map-resolvers\": [\"192.0.2.9\"], "
		"\"vpns\": [{\"name\": \"b\", \"iid\": 200, \"device\": \"b\", "
		"\"proxy-etrs\": [{\"address\": \"192.0.2.20\"}]}, "
		"{\"name\": \"c\", \"iid\": 300, \"device\": \"c\"}, "
		"{\"name\": \"a\", \"iid\": 100, \"device\": \"a\", "
		"\"proxy-etrs\": [{\"address\": \"192.0.2.10\"}]}]}}";
	static const uint8_t xtr_id[16];
	const struct xtr_config *x;
	struct cfg_errors e;
	struct roles *r;
	struct conf *c;
	int err;

	cfg_errors_init(&e, "test");
	c = conf_parse(conf_text, &e);
	assert_non_null(c);
	r = roles_new(c, own_new(c, NULL, NULL), xtr_id, &err);
	assert_int_equal(err, 0);
	assert_non_null(r);
	x = roles_config(r)->xtr;
	assert_int_equal(x->petrs_count, 2);
	assert_int_equal(x->petrs[0].iid, 100);
	assert_int_equal(x->petrs[1].iid, 200);
	assert_int_equal(x->petrs[0].locators[0].addr.bytes[3], 10);
	roles_free(r);
	conf_free(c);
	cfg_errors_free(&e);
}

/* What the file says of limits, or does not, arrives; how much one ITR-RLOC is
 * sent, which may be a victim's, it does not say. */
static void limits_are(const char *ms, const char *mr, uint32_t interval_us,
		       uint32_t of_rloc_us, uint32_t of_mr_us)
{
	static const uint8_t xtr_id[16];
	const struct node_config *n;
	struct cfg_errors e;
	char file[512];
	struct roles *r;
	struct conf *c;
	int err;

	snprintf(file, sizeof(file), "{\"map-server\": {%s\"sites\": ["
		 "{\"name\": \"s\", \"keys\": [{\"key\": \"k\"}], \"eids\": "
		 "[{\"prefix\": \"10.0.0.0/8\"}]}]}, \"map-resolver\": {%s}}",
		 ms, mr);
	cfg_errors_init(&e, "test");
	c = conf_parse(file, &e);
	assert_non_null(c);
	r = roles_new(c, NULL, xtr_id, &err);
	assert_int_equal(err, 0);
	n = roles_config(r);
	assert_int_equal(n->ms->limits.requests.each.interval_us, interval_us);
	assert_int_equal(n->ms->limits.requests.each.burst,
			 1000000 / interval_us);
	assert_int_equal(n->ms->limits.per_rloc.each.interval_us, of_rloc_us);
	assert_int_equal(n->mr->requests.each.interval_us, of_mr_us);
	roles_free(r);
	conf_free(c);
	cfg_errors_free(&e);
}

static void test_limits(void **state)
{
	limits_are("", "", 1000, 1000, 1000);
	limits_are("\"requests-per-source\": 20000, ",
		   "\"requests-per-source\": 1", 50, 1000, 1000000);
	limits_are("\"requests-per-source\": 10, ",
		   "\"requests-per-source\": 1000000", 100000, 1000, 1);
}

static uint64_t parse_errors(const struct daemon *d)
{
	uint64_t n = 0;

	for (int i = 0; i < WIRE_REASON_COUNT; i++)
		n += d->counters.parse_errors[i];
	return n;
}

/* Garbage is counted by reason, and hurts nobody. */
static void test_garbage(void **state)
{
	struct addr from = ip(MS), to = ip(XTR);
	struct world w;

	world_open(&w, state, "false");
	start(&w);
	for (int i = 0; i < 100; i++)
		udp_send(w.s.udp, &from, &to, LISP_CONTROL_PORT,
			 "\x10\x00\x00\x01garbage", i % 12);
	wait_until(&w, parse_errors(&w.d) == 100);
	miss(&w, "10.2.3.4");
	wait_until(&w, dp_fake_map_count(w.dp) == 1);
	world_close(&w);
}

/* A change, and what is to say that it is on record. */
static void change_and_tell(struct world *w, uint64_t nonce)
{
	const struct nonce_key key = { .tag = 1 };
	const struct store_batch b = { .nonce_key = &key,
				       .nonce = { .nonce = nonce } };
	struct addr from = ip(XTR), to = ip(MS);
	struct actions *acts = execute_begin(&w->d);

	assert_int_equal(store_memory_ops.commit(w->d.store, &b), 0);
	assert_int_equal(action_send_after(acts, &from, &to, LISP_CONTROL_PORT,
					   (const uint8_t *)"", 1,
					   store_memory_ops.sequence(
						w->d.store)), 0);
	execute_end(&w->d);
}

/* A record that cannot be written is said, now and then, and counted; what
 * waited for it is dropped, and nothing when it can be written again. */
static void test_no_record(void **state)
{
	static const uint8_t seed[16];
	struct kv_disk *disk = kv_disk_new();
	struct kv *kv = kv_open_memory(disk);
	struct store_config cfg;
	struct store *own;
	struct world w;

	world_open(&w, state, "false");
	start(&w);
	own = w.d.store;
	store_config_init(&cfg);
	w.d.store = store_new(&cfg, kv, seed, NULL);
	assert_non_null(w.d.store);
	kv_disk_fail_after(disk, 0);
	for (unsigned int i = 1; i <= 50; i++) {
		change_and_tell(&w, i);
		assert_int_equal(w.d.counters.record_errors, i);
		assert_int_equal(w.d.counters.answers_dropped, i);
	}
	assert_true(w.d.report.record.kept_back > 0);
	kv_disk_fail_after(disk, -1);
	change_and_tell(&w, 51);
	assert_int_equal(w.d.counters.record_errors, 50);
	assert_int_equal(w.d.counters.answers_dropped, 50);
	store_free(w.d.store);
	w.d.store = own;
	world_close(&w);
	kv_close(kv);
	kv_disk_free(disk);
}

int main(void)
{
#define TEST(t)	cmocka_unit_test_setup(t, enter_namespace)
	const struct CMUnitTest tests[] = {
		TEST(test_start),
		TEST(test_resolve),
		TEST(test_lost),
		TEST(test_data_plane_fails),
		TEST(test_takeover),
		TEST(test_stop_cleans),
		TEST(test_stop_keeps),
		TEST(test_sigterm_withdraws),
		TEST(test_sigterm_is_silent),
		TEST(test_sigusr1_leaves),
		TEST(test_sigusr1_is_late),
		TEST(test_refused),
		TEST(test_garbage),
		TEST(test_no_record),
		TEST(test_proxy_etr),
		cmocka_unit_test(test_proxy_etrs_in_order),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

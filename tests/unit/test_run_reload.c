// SPDX-License-Identifier: GPL-2.0-or-later
/* Another configuration for a running lispd: what changes, what does not, and
 * that a bad one changes nothing. */
#include "run_world.h"

#include <sys/stat.h>

#include "run/reload.h"
#include "sm/smr.h"

#define PREFIX6	"{\"prefix\": \"2001:db8:a::/48\"}"

static void begin(struct world *w, void **state)
{
	world_open(w, state, "false");
	put_map(w, "[100]10.2.0.0/16");
	put_map(w, "[100]10.7.1.0/24");
	start(w);
	wait_until(w, w->s.registers > 0);
}

static void test_same(void **state)
{
	struct eid e = eid("[100]10.2.0.0/16");
	struct reload_result r;
	struct world w;

	begin(&w, state);
	write_file(&w, NULL, "");
	for (int i = 0; i < 3; i++)
		assert_int_equal(reload(&w.d, &r), 0);
	/* main() has given the first one the host's name. */
	write_file(&w, "\"name\": \"t\", ", "");
	assert_int_equal(reload(&w.d, &r), 0);
	assert_int_equal(r.changed, 0);
	assert_int_equal(dp_fake_calls(w.dp, FAKE_MAP_SET), 0);
	assert_int_equal(dp_fake_calls(w.dp, FAKE_MAP_DEL), 0);
	assert_int_equal(dp_fake_calls(w.dp, FAKE_VPN_DEL), 0);
	assert_non_null(dp_fake_map(w.dp, &e));
	assert_int_equal(dp_fake_local_count(w.dp), 2);
	/* It goes on as one that has just started. */
	wait_until(&w, w.s.registers > 1);
	assert_int_equal(w.s.bad_macs, 0);
	assert_int_equal(w.s.withdrawals, 0);
	w.s.requests = 0;
	miss(&w, "10.3.3.4");
	wait_until(&w, w.s.requests > 0);
	world_close(&w);
}

static void test_other_eids(void **state)
{
	struct eid gone = eid("[100]2001:db8:a::/48");
	struct eid fresh = eid("[100]10.7.0.0/16");
	struct eid inside = eid("[100]10.7.1.0/24");
	struct world w;

	begin(&w, state);
	write_file(&w, PREFIX6, "{\"prefix\": \"10.7.0.0/16\"}");
	raise(SIGHUP);
	wait_until(&w, dp_fake_local(w.dp, &fresh));
	assert_null(dp_fake_local(w.dp, &gone));
	wait_until(&w, w.s.withdrawals > 0);
	assert_int_equal(w.s.bad_macs, 0);
	/* What is ours now is no remote mapping any more. */
	assert_null(dp_fake_map(w.dp, &inside));
	assert_int_equal(dp_fake_map_count(w.dp), 1);
	world_close(&w);
}

static void test_other_vpns(void **state)
{
	struct world w;

	begin(&w, state);
	write_file(&w, "\"iid\": 100", "\"iid\": 300");
	{
		struct reload_result r;

		assert_int_equal(reload(&w.d, &r), 0);
		assert_int_equal(r.changed, 4);
	}
	assert_int_equal(dp_fake_calls(w.dp, FAKE_VPN_DEL), 1);
	assert_int_equal(dp_fake_calls(w.dp, FAKE_VPN_ADD), 2);
	assert_int_equal(dp_fake_map_count(w.dp), 0);
	assert_int_equal(dp_fake_local_count(w.dp), 2);
	world_close(&w);
}

/* What a device is made with: it is made anew. */
static void test_other_device(void **state)
{
	struct reload_result r;
	struct world w;

	begin(&w, state);
	write_file(&w, "\"vrf\": \"red\",",
		   "\"vrf\": \"red\", \"proxy-etr\": true,");
	assert_int_equal(reload(&w.d, &r), 0);
	assert_int_equal(r.changed, 0);
	assert_int_equal(dp_fake_calls(w.dp, FAKE_VPN_DEL), 1);
	assert_int_equal(dp_fake_calls(w.dp, FAKE_VPN_ADD), 2);
	assert_int_equal(dp_fake_local_count(w.dp), 2);
	world_close(&w);
}

static uint16_t after(uint16_t version)
{
	return version == 4095 ? 1 : version + 1;
}

/* The Map-Server and the kernel are told the version. */
static void has_version(struct world *w, uint16_t version)
{
	struct eid e = eid("[100]10.1.0.0/16");

	assert_int_equal(dp_fake_local(w->dp, &e)->version, version);
	wait_until(w, w->s.version == version);
}

/* The number of our mappings goes up with their locators, and only then. */
static void test_map_version(void **state)
{
	struct reload_result r;
	struct world w;
	uint16_t v;

	begin(&w, state);
	v = w.s.version;
	assert_in_range(v, 1, 4095);
	write_file(&w, PREFIX6, "{\"prefix\": \"10.7.0.0/16\"}");
	assert_int_equal(reload(&w.d, &r), 0);
	has_version(&w, v);
	write_file(&w, "\"rlocs\": [{", "\"rlocs\": [{\"priority\": 3, ");
	assert_int_equal(reload(&w.d, &r), 0);
	has_version(&w, after(v));

	/* It dies, and starts again with what it had before that. */
	daemon_free(&w.d);
	server_close(&w.s);
	w.dp = dp_fake_new();
	assert_non_null(w.dp);
	server_open(&w.s);
	start(&w);
	has_version(&w, after(after(v)));

	write_file(&w, "\"site-id\": 5", "\"map-versions\": false");
	assert_int_equal(reload(&w.d, &r), 0);
	has_version(&w, 0);
	world_close(&w);
}

static void put_local(struct world *w, const char *e, uint8_t priority)
{
	struct dp_local l = {
		.eid = eid(e), .origin = FAKE_ORIGIN,
		.locators = {
			.count = 1,
			.list = { { .addr = ip(XTR), .priority = priority,
				    .weight = 100,
				    .flags = LISP_LOC_FLAG_REACHABLE |
					     LISP_LOC_FLAG_LOCAL } },
		},
	};

	assert_int_equal(w->dp->ops->local_set(w->dp, &l), 0);
}

static uint64_t changed(const struct world *w)
{
	struct counter_group g;

	for (size_t i = 0; node_counters_at(w->d.node, i, &g); i++)
		if (!strcmp(g.name, "smr"))
			return g.values[SMR_CHANGED];
	return 0;
}

/* An earlier run has left local EIDs: one as it is, one with another priority,
 * one that is no more. */
static void test_earlier_run(void **state)
{
	struct eid gone = eid("[100]10.9.0.0/16");
	struct world w;

	world_open(&w, state, "false");
	put_map(&w, "[100]10.2.0.0/16");
	put_local(&w, "[100]10.1.0.0/16", 1);
	put_local(&w, "[100]2001:db8:a::/48", 7);
	put_local(&w, "[100]10.9.0.0/16", 1);
	start(&w);
	assert_int_equal(changed(&w), 2);
	assert_null(dp_fake_local(w.dp, &gone));
	wait_until(&w, w.s.registers > 1);
	assert_int_equal(w.s.withdrawals, 1);
	assert_int_equal(w.s.bad_macs, 0);
	world_close(&w);
}

/* Said at start with -d, the level stays. */
static void test_log_level(void **state)
{
	struct reload_result r;
	struct world w;

	begin(&w, state);
	assert_false(log_wanted(LOG_LEVEL_WARNING));
	write_file(&w, "{ \"name\"", "{ \"log-level\": \"warning\", \"name\"");
	assert_int_equal(reload(&w.d, &r), 0);
	assert_true(log_wanted(LOG_LEVEL_WARNING));
	assert_false(log_wanted(LOG_LEVEL_NOTICE));
	w.d.debug = true;
	write_file(&w, "{ \"name\"", "{ \"log-level\": \"error\", \"name\"");
	assert_int_equal(reload(&w.d, &r), 0);
	assert_true(log_wanted(LOG_LEVEL_WARNING));
	log_set_level(LOG_LEVEL_ERROR);
	world_close(&w);
}

/* Refused with a sentence that has @says in it, and nothing has happened. */
static void refused(struct world *w, const char *from, const char *to,
		    const char *says)
{
	unsigned int adds = dp_fake_calls(w->dp, FAKE_VPN_ADD);
	unsigned int dels = dp_fake_calls(w->dp, FAKE_VPN_DEL);
	unsigned int sets = dp_fake_calls(w->dp, FAKE_LOCAL_SET);
	const struct node *node = w->d.node;
	struct reload_result r;

	write_file(w, from, to);
	assert_true(reload(&w->d, &r) < 0);
	if (!strstr(r.why, says))
		fail_msg("\"%s\" does not say \"%s\"", r.why, says);
	assert_ptr_equal(w->d.node, node);
	assert_ptr_equal(w->d.conf, w->conf);
	assert_int_equal(dp_fake_calls(w->dp, FAKE_VPN_ADD), adds);
	assert_int_equal(dp_fake_calls(w->dp, FAKE_VPN_DEL), dels);
	assert_int_equal(dp_fake_calls(w->dp, FAKE_LOCAL_SET), sets);
	assert_int_equal(dp_fake_map_count(w->dp), 2);
}

static void test_bad(void **state)
{
	struct addr ms = ip(MS);
	struct reload_result r;
	struct world w;

	begin(&w, state);
	refused(&w, "\"iid\": 100", "\"iid\": \"x\"", "conf:1: xtr.vpns[0].iid");
	refused(&w, "{ \"name\"", "{ \"nam\"", "did you mean \"name\"");
	refused(&w, "{ \"name\": \"t\"", "{ \"name\": \"u\"",
		"\"name\" differs");
	refused(&w, "/state\"", "/other\"", "\"state-dir\" differs");
	refused(&w, "\"site-id\": 5", "\"origin\": 5", "\"xtr.origin\"");
	refused(&w, "\"xtr\":", "\"ddt-node\": { \"authoritative\": [], "
		"\"key-files\": [\"" TEST_TOP
		"/tests/vectors/ddt-key.pub.pem\"] }, \"xtr\":",
		"ddt-key.pub.pem: no private key in PEM form");
	assert_int_equal(dp_fake_set_path(w.dp, &ms, DP_PATH_OVERLAY), 0);
	refused(&w, NULL, "", "leads through a lisp device");
	assert_int_equal(dp_fake_set_path(w.dp, &ms, DP_PATH_OUT), 0);
	unlink(w.d.file);
	assert_int_equal(reload(&w.d, &r), -EINVAL);
	assert_non_null(strstr(r.why, "No such file"));
	w.d.file = NULL;
	assert_int_equal(reload(&w.d, &r), -EINVAL);
	world_close(&w);
}

/* A file nobody writes into: whoever waits for that does nothing else. */
static void test_fifo(void **state)
{
	char path[128], want[256];
	struct reload_result r;
	struct world w;

	begin(&w, state);
	snprintf(path, sizeof(path), "%s/fifo", w.dir);
	snprintf(want, sizeof(want), "%s: expected a regular file", path);
	assert_int_equal(mkfifo(path, 0600), 0);
	w.d.file = path;
	alarm(60);
	assert_int_equal(reload(&w.d, &r), -EINVAL);
	alarm(0);
	assert_string_equal(r.why, want);
	assert_ptr_equal(w.d.conf, w.conf);
	world_close(&w);
}

/* The kernel says no: what was there is put back. */
static void test_data_plane_says_no(void **state)
{
	struct eid old = eid("[100]10.1.0.0/16");
	struct reload_result r;
	struct world w;

	begin(&w, state);
	write_file(&w, "10.1.0.0/16", "10.9.0.0/16");
	dp_fake_fail(w.dp, FAKE_LOCAL_SET, -ENOSPC, "full");
	assert_int_equal(reload(&w.d, &r), -ENOSPC);
	assert_non_null(strstr(r.why, "full"));
	assert_ptr_equal(w.d.conf, w.conf);
	assert_non_null(dp_fake_local(w.dp, &old));
	assert_int_equal(dp_fake_local_count(w.dp), 2);
	world_close(&w);
}

int main(void)
{
#define TEST(t)	cmocka_unit_test_setup(t, enter_namespace)
	const struct CMUnitTest tests[] = {
		TEST(test_same),
		TEST(test_other_eids),
		TEST(test_other_vpns),
		TEST(test_other_device),
		TEST(test_map_version),
		TEST(test_earlier_run),
		TEST(test_log_level),
		TEST(test_bad),
		TEST(test_fifo),
		TEST(test_data_plane_says_no),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

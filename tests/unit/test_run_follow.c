// SPDX-License-Identifier: GPL-2.0-or-later
/* Own RLOCs that follow interfaces: a whole daemon in a namespace whose
 * addresses and links change. */
#include "run_world.h"

#include "io/host.h"
#include "io/path.h"
#include "run/follow.h"
#include "run/own.h"
#include "run/reload.h"

#define FAR	"198.18.0.10"

static const char follows[] =
"{ \"name\": \"t\", \"control-socket\": \"%s/ctl\", \"state-dir\": \"%s/state\","
"  \"user\": \"root\","
"  \"xtr\": { \"rlocs\": [{\"interface\": \"up0\", \"family\": \"ipv4\"},"
"      {\"interface\": \"up0\", \"family\": \"ipv6\", \"priority\": 2}],"
"    \"map-resolvers\": [\"" MS "\"],"
"    \"map-servers\": [{\"address\": \"" FAR "\", \"key\": \"secret\"}],"
"    \"vpns\": [{\"name\": \"red\", \"iid\": 100, \"device\": \"lisp100\","
"      \"vrf\": \"red\", \"database\": [{\"prefix\": \"10.1.0.0/16\"}]}] } }";

static struct world w;

static void sh(const char *command)
{
	if (system(command))
		fail_msg("%s", command);
}

/* up0 is there, down, without an address. */
static void begin(void **state)
{
	struct cfg_errors e;
	char buf[2048];

	if (!*state)
		skip();
	memset(&w, 0, sizeof(w));
	w.client = -1;
	strcpy(w.dir, "/tmp/lisp-test-run-XXXXXX");
	assert_non_null(mkdtemp(w.dir));
	snprintf(buf, sizeof(buf), follows, w.dir, w.dir);
	cfg_errors_init(&e, "test");
	w.conf = conf_parse(buf, &e);
	assert_non_null(w.conf);
	cfg_errors_free(&e);
	w.dp = dp_fake_new();
	assert_non_null(w.dp);
	sh("ip link add up0 type veth peer name up1; ip link set up1 up");
}

static void go(void)
{
	assert_int_equal(daemon_init(&w.d, w.conf, w.dp), 0);
	assert_int_equal(daemon_start(&w.d), 0);
}

static void end(void)
{
	char command[128];

	daemon_free(&w.d);
	conf_free(w.conf);
	sh("ip link del up0");
	snprintf(command, sizeof(command), "rm -r %s", w.dir);
	sh(command);
}

static const struct dp_local *local(void)
{
	struct eid e = eid("[100]10.1.0.0/16");

	return dp_fake_local(w.dp, &e);
}

/* Locator @i of the local EID in the data plane is @a, up or not. */
static bool has(size_t i, const char *a, bool up)
{
	const struct dp_local *l = local();
	struct addr want = ip(a);

	return i < l->locators.count &&
		addr_equal(&l->locators.list[i].addr, &want) &&
		(l->locators.list[i].priority != 255) == up &&
		!!(l->locators.list[i].flags & LISP_LOC_FLAG_REACHABLE) == up;
}

/* It has an address at start; gets another one, both at a time; loses it, and
 * with it the link. */
static void test_renumbering(void **state)
{
	uint16_t version;

	begin(state);
	sh("ip link set up0 up && ip address add 192.0.2.77/24 dev up0");
	go();
	assert_true(has(0, "192.0.2.77", true));
	assert_int_equal(local()->locators.count, 1);
	version = local()->version;

	/* One more is no reason to move. */
	sh("ip address add 192.0.2.7/24 dev up0 && "
	   "ip address add 2001:db8::7/64 dev up0 nodad");
	wait_until(&w, has(1, "2001:db8::7", true));
	assert_true(has(0, "192.0.2.77", true));
	assert_int_not_equal(local()->version, version);

	sh("ip address flush dev up0 && "
	   "ip address add 198.51.100.7/24 dev up0 && "
	   "ip address add 2001:db8::8/64 dev up0 nodad");
	wait_until(&w, has(0, "198.51.100.7", true));
	assert_true(has(1, "2001:db8::8", true));
	assert_int_equal(local()->locators.count, 2);
	/* What the device sends from. */
	{
		struct addr a = roles_rloc(w.d.roles, ADDR_IPV4);

		assert_int_equal(a.bytes[0], 198);
	}
	end();
}

/* Down, and up again, by hand and by the other end of the wire. */
static void test_link(void **state)
{
	begin(state);
	sh("ip link set up0 up && ip address add 192.0.2.77/24 dev up0 && "
	   "ip address add 2001:db8::7/64 dev up0 nodad");
	go();
	assert_true(has(0, "192.0.2.77", true));
	sh("ip link set up1 down");
	wait_until(&w, has(0, "192.0.2.77", false));
	assert_true(has(1, "2001:db8::7", false));
	sh("ip link set up1 up");
	wait_until(&w, has(0, "192.0.2.77", true));
	/* IPv6 addresses go with the interface: the last one is kept. */
	sh("ip link set up0 down");
	wait_until(&w, has(0, "192.0.2.77", false));
	assert_true(has(1, "2001:db8::7", false));
	sh("ip link set up0 up");
	wait_until(&w, has(0, "192.0.2.77", true));
	assert_true(has(1, "2001:db8::7", false));
	end();
}

static unsigned int message_max(void)
{
	return roles_config(w.d.roles)->xtr->servers[0].message_max;
}

/* What is registered is packed to what the path takes. */
static void test_path_mtu(void **state)
{
	struct addr a = ip(FAR);

	begin(state);
	sh("ip link set up0 up");
	assert_int_equal(path_mtu(NULL, &a), 0);
	assert_int_equal(path_mtu("no-such-vrf", &a), 0);
	go();
	assert_int_equal(message_max(), 0);
	sh("ip link set up0 mtu 9000 && ip address add 192.0.2.77/24 dev up0");
	wait_until(&w, has(0, "192.0.2.77", true));
	sh("ip route add default dev up0");
	follow_paths(&w.d);
	assert_int_equal(path_mtu(NULL, &a), 9000);
	assert_int_equal(message_max(), 1500 - 28);
	sh("ip link set up0 mtu 1400");
	follow_paths(&w.d);
	assert_int_equal(message_max(), 1400 - 28);
	sh("ip route add " FAR "/32 dev up0 mtu 1000");
	follow_paths(&w.d);
	assert_int_equal(message_max(), 1000 - 28);
	sh("ip route del " FAR "/32");
	follow_paths(&w.d);
	assert_int_equal(message_max(), 1000 - 28);
	assert_int_equal(reload_same(&w.d), 0);
	assert_int_equal(message_max(), 1400 - 28);
	end();
}

/* Nothing there at start; nothing is registered, nothing asked; then all. */
static void test_nothing_yet(void **state)
{
	struct database_view v;
	struct dp_miss m = { .iid = 100, .eid = ip("10.9.0.1") };

	begin(state);
	sh("ip link del up0");
	go();
	assert_int_equal(local()->locators.count, 0);
	assert_false(node_database_at(w.d.node, 0, &v));
	assert_int_equal(dp_fake_miss(w.dp, &m), 0);
	sh("ip link add up0 type veth peer name up1 && ip link set up1 up && "
	   "ip link set up0 up && ip address add 192.0.2.77/24 dev up0");
	wait_until(&w, local()->locators.count == 1);
	assert_true(has(0, "192.0.2.77", true));
	assert_true(node_database_at(w.d.node, 0, &v));
	end();
}

/* Many addresses come and go that are none of ours: nothing is done; more
 * than the buffer of notifications holds. */
static void test_storm(void **state)
{
	const struct node *node;
	unsigned int sets;

	begin(state);
	sh("ip link set up0 up && ip address add 192.0.2.77/24 dev up0");
	go();
	node = w.d.node;
	sets = dp_fake_calls(w.dp, FAKE_LOCAL_SET);
	sh("for n in $(seq 4000); do "
	   "  echo address add 10.66.$((n / 250)).$((n % 250))/32 dev up1; "
	   "done | ip -batch - && ip address flush dev up1");
	sh("ip address add 203.0.113.77/32 dev up0");
	/* The last word is heard all the same. */
	sh("ip address del 192.0.2.77/24 dev up0");
	wait_until(&w, has(0, "203.0.113.77", true));
	assert_ptr_not_equal(w.d.node, node);
	assert_int_equal(dp_fake_calls(w.dp, FAKE_LOCAL_SET), sets + 1);
	end();
}

/* The kernel refuses: all stays, and it is tried again. */
static void test_refused(void **state)
{
	begin(state);
	sh("ip link set up0 up && ip address add 192.0.2.77/24 dev up0");
	go();
	dp_fake_fail(w.dp, FAKE_LOCAL_SET, -ENOSPC, "full");
	sh("ip address flush dev up0 && "
	   "ip address add 198.51.100.7/24 dev up0");
	wait_until(&w, has(0, "198.51.100.7", true));
	end();
}

static void test_choice(void **state)
{
	struct addr none = { .family = ADDR_NONE }, b = ip("192.0.2.2"), got;
	struct host_addr list[] = {
		{ .addr = ip("192.0.2.3") },
		{ .addr = ip("192.0.2.2"), .secondary = true },
		{ .addr = ip("192.0.2.1"), .deprecated = true },
		{ .addr = ip("192.0.2.9") },
	};

	got = own_choose(list, 0, &b);
	assert_int_equal(got.family, ADDR_NONE);
	got = own_choose(list, 4, &none);
	assert_int_equal(got.bytes[3], 3);
	got = own_choose(list, 4, &b);
	assert_int_equal(got.bytes[3], 2);
	list[1].deprecated = true;
	got = own_choose(list, 4, &b);
	assert_int_equal(got.bytes[3], 3);
	got = own_choose(&list[1], 2, &b);
	assert_int_equal(got.bytes[3], 2);
}

/* An interface's addresses are RLOCs in the domain of the underlay only. */
static void test_underlay(void **state)
{
	char core[] = "core";
	struct conf c = { .underlay = NULL };

	assert_true(own_in_underlay(&c, ""));
	assert_false(own_in_underlay(&c, "core"));
	c.underlay = core;
	assert_true(own_in_underlay(&c, "core"));
	assert_false(own_in_underlay(&c, ""));
	assert_false(own_in_underlay(&c, "red"));
}

static void on_sign(void *arg);

/* The underlay is a VRF, the interface is in none: there is no RLOC. */
static void test_elsewhere(void **state)
{
	struct loop *l = loop_new();
	char core[] = "core";
	struct host *h;
	struct own *o;
	int err;

	begin(state);
	sh("ip link set up0 up && ip address add 192.0.2.77/24 dev up0");
	h = host_open(l, on_sign, NULL, &err);
	assert_non_null(h);
	w.conf->underlay = core;
	o = own_new(w.conf, h, NULL);
	assert_true(o->rlocs[0].elsewhere);
	assert_int_equal(o->rlocs[0].addr.family, ADDR_NONE);
	own_free(o);
	w.conf->underlay = NULL;
	o = own_new(w.conf, h, NULL);
	assert_false(o->rlocs[0].elsewhere);
	assert_int_equal(o->rlocs[0].addr.family, ADDR_IPV4);
	own_free(o);
	host_close(h);
	loop_free(l);
	w.dp->ops->close(w.dp);
	end();
}

/* --- EID-prefixes of routes --- */

static struct conf *vpn_conf(const char *rules)
{
	char buf[2048];
	struct cfg_errors e;
	struct conf *c;

	snprintf(buf, sizeof(buf), "{ \"xtr\": { \"rlocs\": [{\"address\": \""
		 XTR "\"}], \"map-resolvers\": [\"" MS "\"], \"vpns\": [{"
		 "\"name\": \"red\", \"iid\": 100, \"device\": \"lisp100\", "
		 "\"vrf\": \"red\", \"routes\": %s}]}}", rules);
	cfg_errors_init(&e, "test");
	c = conf_parse(buf, &e);
	if (!c)
		print_error("%s\n", e.lines[0]);
	assert_non_null(c);
	cfg_errors_free(&e);
	return c;
}

static bool wants(const struct conf *c, const char *dst, uint8_t protocol)
{
	struct host_route r = { .protocol = protocol };
	struct eid e = eid(dst);

	r.dst = e.prefix;
	return own_wants(&c->xtr->vpns[0], &r);
}

static void test_rules(void **state)
{
	struct conf *c = vpn_conf("[{\"prefix\": \"10.9.0.0/16\", \"ge\": 16, "
				  "\"exclude\": true}, "
				  "{\"prefix\": \"10.0.0.0/8\", \"le\": 24}, "
				  "{\"protocol\": \"connected\"}, "
				  "{\"prefix\": \"2001:db8::/32\"}]");

	assert_true(wants(c, "10.1.0.0/16", 3));
	assert_true(wants(c, "10.0.0.0/8", 3));
	assert_true(wants(c, "10.1.2.0/24", 186));
	assert_false(wants(c, "10.1.2.0/25", 186));
	assert_true(wants(c, "10.1.2.0/25", 2));
	assert_false(wants(c, "10.9.0.0/16", 3));
	assert_false(wants(c, "10.9.1.0/24", 2));
	assert_false(wants(c, "11.0.0.0/24", 3));
	assert_true(wants(c, "11.0.0.0/24", 2));
	assert_true(wants(c, "2001:db8:1::/48", 2));
	assert_true(wants(c, "2001:db8::/32", 4));
	assert_false(wants(c, "2001:db8:1::/48", 4));
	conf_free(c);
	c = vpn_conf("[]");
	assert_false(wants(c, "10.1.0.0/16", 2));
	conf_free(c);
	c = vpn_conf("[{\"ge\": 24}]");
	assert_false(wants(c, "10.1.0.0/16", 2));
	assert_true(wants(c, "2001:db8:1::/48", 2));
	conf_free(c);
	c = vpn_conf("[{}]");
	assert_true(wants(c, "10.1.0.0/16", 2));
	conf_free(c);
}

static unsigned int signs, routes;

static void on_sign(void *arg)
{
	signs++;
}

static void on_route(void *arg, const struct host_route *r)
{
	routes++;
}

static unsigned int count(const struct host *h, uint32_t table)
{
	routes = 0;
	host_routes(h, table, on_route, NULL);
	return routes;
}

#define become(h, table, n) do { \
	uint64_t until_ = clock_ms() + WAIT_MS; \
	while (count(h, table) != (n) && clock_ms() < until_) \
		loop_once(l, 10); \
	assert_int_equal(count(h, table), n); \
} while (0)

/* Those of one table that may be EIDs, as they come and go; more than the
 * buffer of notifications holds. */
static void test_routes(void **state)
{
	struct loop *l;
	struct host *h;
	int err;

	if (!*state)
		skip();
	sh("ip link add up0 type veth peer name up1 && ip link set up1 up && "
	   "ip link set up0 up && ip address add 192.0.2.77/24 dev up0 && "
	   "ip route add 10.6.0.0/16 dev up0 table 77 proto static");
	l = loop_new();
	assert_non_null(l);
	h = host_open(l, on_sign, NULL, &err);
	assert_non_null(h);
	assert_int_equal(count(h, 77), 0);
	assert_int_equal(host_follow_routes(h), 0);
	assert_int_equal(count(h, 77), 1);
	assert_int_equal(host_vrf_table(h, "up0"), 0);
	assert_int_equal(host_vrf_table(h, "red"), 0);
	sh("ip route add default dev up0 table 77 && "
	   "ip route add unreachable 10.8.0.0/16 table 77 && "
	   "ip route add 224.1.0.0/16 dev up0 table 77 && "
	   "ip -6 route add 2001:db8:7::/48 dev up0 table 77 && "
	   "ip -6 route add default dev up0 table 77 && "
	   "ip route add 10.7.0.0/16 dev up0 table 77");
	become(h, 77, 3);
	sh("ip route replace 10.7.0.0/16 via 192.0.2.1 table 77");
	sh("ip route del 10.6.0.0/16 table 77");
	become(h, 77, 2);
	sh("for n in $(seq 4000); do "
	   "  echo route add 10.66.$((n / 250)).$((n % 250))/32 dev up0 "
	   "table 77; done | ip -batch -");
	become(h, 77, 4002);
	sh("ip link del up0");
	become(h, 77, 0);
	assert_true(signs > 0);
	host_close(h);
	loop_free(l);
}

int main(void)
{
#define TEST(t)	cmocka_unit_test_setup(t, enter_namespace)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_choice),
		cmocka_unit_test(test_rules),
		TEST(test_routes),
		TEST(test_renumbering),
		TEST(test_link),
		cmocka_unit_test(test_underlay),
		TEST(test_elsewhere),
		TEST(test_path_mtu),
		TEST(test_nothing_yet),
		TEST(test_storm),
		TEST(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

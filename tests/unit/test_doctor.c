// SPDX-License-Identifier: GPL-2.0-or-later
/* lispctl doctor: each thing that can be wrong is found, and has a remedy.
 * What it finds in a network namespace is in tests/mapping/doctor.sh. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../tools/lispctl/doctor.c"
#include "../../tools/lispctl/doctor_keys.c"
#include "../../tools/lispctl/doctor_host.c"
#include "../../tools/lispctl/doctor_net.c"
#include "../../tools/lispctl/doctor_path.c"
#include "../../tools/lispctl/doctor_lisp.c"
#include "../../tools/lispctl/echo.c"
#include "../../tools/lispctl/out.c"
#include "../../tools/common/progress.c"
#include "../../tools/common/said.c"

void complain(const char *fmt, ...)
{
}

struct json_object *lispd_show(const char *path, const char *what, int *err)
{
	*err = -ENOENT;
	return NULL;
}

/* How a Map-Server or Map-Resolver ends that is asked. */
static int answer;
static unsigned int asked;

int ask(const struct ask_options *o, struct arena *arena, struct ask_answer *a)
{
	asked++;
	return answer;
}

static struct addr ip(const char *text)
{
	struct addr a;

	assert_int_equal(addr_from_text(text, &a), 0);
	return a;
}

static struct prefix net(const char *text)
{
	struct prefix p;

	assert_int_equal(prefix_from_text(text, &p), 0);
	return p;
}

/* --- a doctor, and what he says --- */

static const struct options options = { .socket = SOCKET_DEFAULT };
static const struct args no_args;

static struct doctor doctor(void)
{
	return (struct doctor){
		.opt = &options, .args = &no_args, .check = "test",
		.socket = SOCKET_DEFAULT,
		.findings = json_object_new_array(),
	};
}

/* The next finding is this.  @finding and @remedy are part of what is said;
 * whatever is not well has a remedy. */
static void says(struct doctor *d, const char *verdict, const char *finding,
		 const char *remedy)
{
	struct json_object *o = json_object_array_get_idx(d->findings, 0);

	assert_non_null(o);
	assert_string_equal(doctor_text(o, "verdict"), verdict);
	if (!strstr(doctor_text(o, "finding"), finding))
		fail_msg("\"%s\" does not say \"%s\"",
			 doctor_text(o, "finding"), finding);
	if (!strcmp(verdict, "ok"))
		assert_false(json_object_object_get_ex(o, "do", NULL));
	else
		assert_string_not_equal(doctor_text(o, "do"), "");
	if (remedy && !strstr(doctor_text(o, "do"), remedy))
		fail_msg("\"%s\" does not say \"%s\"", doctor_text(o, "do"),
			 remedy);
	assert_int_equal(json_object_array_del_idx(d->findings, 0, 1), 0);
}

static void done(struct doctor *d)
{
	assert_int_equal(json_object_array_length(d->findings), 0);
	json_object_put(d->findings);
}

static void worst_counts(void **state)
{
	struct doctor d = doctor();

	assert_int_equal(exit_status(d.worst), 0);
	doctor_found(&d, VERDICT_OK, "fine");
	assert_int_equal(exit_status(d.worst), 0);
	doctor_found(&d, VERDICT_UNKNOWN, "not looked at");
	assert_int_equal(exit_status(d.worst), 1);
	doctor_found(&d, VERDICT_WARNING, "hm");
	assert_int_equal(exit_status(d.worst), 1);
	doctor_found(&d, VERDICT_BAD, "oh");
	doctor_found(&d, VERDICT_OK, "fine");
	assert_int_equal(exit_status(d.worst), 2);
	json_object_put(d.findings);
}

/* --- configuration and lispd --- */

static void configuration(void **state)
{
	struct cfg_errors e = { .count = 1, .lines = { "f:1: bad" } };
	struct doctor d = doctor();
	struct conf c = { 0 };

	judge_conf(&d, "f", &e, 0);
	says(&d, "bad", "f:1: bad", "lispd --check f");
	judge_conf(&d, "f", &e, EACCES);
	says(&d, "unknown", "cannot be read", "as root");
	d.lispd_err = -ENOENT;
	judge_conf(&d, "f", &e, ENOENT);
	says(&d, "bad", "there is no f", "config FILE");
	d.lispd_err = 0;
	judge_conf(&d, "f", &e, ENOENT);
	says(&d, "unknown", "there is no f", "config FILE");
	judge_conf(&d, "f", &e, EISDIR);
	says(&d, "unknown", "Is a directory", "config FILE");
	d.conf = &c;
	judge_conf(&d, "f", &e, 0);
	says(&d, "ok", "no mistakes", NULL);
	done(&d);
}

static void which_file(void **state)
{
	struct args a = { .config = "said" };
	struct doctor d = doctor();

	assert_string_equal(conf_file(&d), CONF_DEFAULT);
	d.status = json_tokener_parse("[{\"configuration\":\"its\"}]");
	assert_string_equal(conf_file(&d), CONF_DEFAULT);
	json_object_put(d.status);
	d.status = json_tokener_parse("[{\"configuration\":\"/its\"}]");
	assert_string_equal(conf_file(&d), "/its");
	d.args = &a;
	assert_string_equal(conf_file(&d), "said");
	json_object_put(d.status);
	done(&d);
}

static void lispd(void **state)
{
	struct doctor d = doctor();

	d.status = json_tokener_parse("[{\"name\":\"r\",\"uptime\":5,"
		"\"data-plane\":\"kernel\"}]");
	judge_lispd(&d);
	says(&d, "ok", "\"r\" answers, up for 5 s, data plane kernel", NULL);
	d.lispd_err = -EACCES;
	judge_lispd(&d);
	says(&d, "unknown", "does not talk to this user", "control-group");
	d.lispd_err = -EPROTO;
	judge_lispd(&d);
	says(&d, "unknown", "does not talk to this user", "control-group");
	d.lispd_err = -ETIMEDOUT;
	judge_lispd(&d);
	says(&d, "bad", "does not answer", "restart");
	d.lispd_err = -ECONNREFUSED;
	judge_lispd(&d);
	says(&d, "bad", "no lispd behind " SOCKET_DEFAULT, "start lispd");
	json_object_put(d.status);
	done(&d);
}

static void who_is_an_xtr(void **state)
{
	struct doctor d = doctor();
	struct conf_xtr x = { 0 };
	struct conf c = { 0 };

	assert_true(doctor_is_xtr(&d));		/* who knows */
	d.status = json_tokener_parse("[{\"roles\":[\"map-server\"]}]");
	assert_false(doctor_is_xtr(&d));
	json_object_put(d.status);
	d.status = json_tokener_parse("[{\"roles\":[\"map-server\",\"xtr\"]}]");
	assert_true(doctor_is_xtr(&d));
	d.conf = &c;
	assert_false(doctor_is_xtr(&d));
	c.xtr = &x;
	assert_true(doctor_is_xtr(&d));
	json_object_put(d.status);
	done(&d);
}

/* --- this machine --- */

static void kernels(void **state)
{
	struct doctor d = doctor();

	judge_kernel(&d, "6.1.0-31-amd64");
	says(&d, "ok", "6.1.0-31-amd64", NULL);
	judge_kernel(&d, "7.0.1");
	says(&d, "ok", "7.0.1", NULL);
	judge_kernel(&d, "6.0.12");
	says(&d, "bad", "older than 6.1", "newer kernel");
	judge_kernel(&d, "5.10.0-1");
	says(&d, "bad", "older than 6.1", "newer kernel");
	judge_kernel(&d, "mine");
	says(&d, "unknown", "no version", "6.1");
	done(&d);
}

static void module(void **state)
{
	struct doctor d = doctor();
	struct conf c = { 0 };

	judge_module(&d, 0, 0, "6.1", true);
	says(&d, "ok", "is loaded", NULL);
	judge_module(&d, 0, -EPERM, "6.1", true);
	says(&d, "unknown", "CAP_NET_ADMIN", "as root");
	judge_module(&d, -ENOENT, 0, "6.1", true);
	says(&d, "bad", "installed but not loaded", "modprobe lisp");
	judge_module(&d, -ENOENT, 0, "6.1", false);
	says(&d, "bad", "nor installed for kernel 6.1", "lisp-dkms");
	judge_module(&d, -EPROTONOSUPPORT, 0, "6.1", false);
	says(&d, "unknown", "netlink", "root");
	d.conf = &c;
	judge_module(&d, -ENOENT, 0, "6.1", false);
	says(&d, "ok", "not needed", NULL);
	done(&d);
}

static void clocks(void **state)
{
	struct timex t = { .status = 0, .maxerror = 4000 };
	struct doctor d = doctor();
	time_t now = 1800000000;

	judge_clock(&d, TIME_OK, &t, now);
	says(&d, "ok", "at most 4 ms", NULL);
	judge_clock(&d, TIME_INS, &t, now);
	says(&d, "ok", "synchronised", NULL);
	judge_clock(&d, TIME_ERROR, &t, now);
	says(&d, "warning", "not synchronised", "set-ntp");
	t.status = STA_UNSYNC;
	judge_clock(&d, TIME_OK, &t, now);
	says(&d, "warning", "not synchronised", "set-ntp");
	judge_clock(&d, TIME_OK, &t, 86400);
	says(&d, "bad", "years behind", "set-ntp");
	errno = EPERM;
	judge_clock(&d, -1, &t, now);
	says(&d, "unknown", "not permitted", "timedatectl");
	done(&d);
}

static void ports(void **state)
{
	static const char table[] =
		"   sl  local_address rem_address   st tx_queue rx_queue\n"
		"  107: 00000000:10F6 00000000:0000 07 00000000:00000000\n"
		"12345: 00000000000000000000000000000000:14E9 0:0000 07\n";
	static const struct {
		unsigned int port;
		bool found;
	} rows[] = { { 4342, true }, { 5353, true }, { 4341, false },
		     { 0, false } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		FILE *f = fmemopen((void *)table, sizeof(table) - 1, "r");

		assert_int_equal(has_port(f, rows[i].port), rows[i].found);
		fclose(f);
	}
}

static void sockets(void **state)
{
	struct doctor d = doctor();
	struct conf c = { 0 };

	d.module = true;
	judge_sockets(&d, true, true, true);
	says(&d, "ok", "4342 (control): bound", NULL);
	says(&d, "ok", "4341 (data): bound", NULL);
	judge_sockets(&d, true, false, true);
	says(&d, "ok", "4342", NULL);
	says(&d, "bad", "nothing is received", "restart");
	judge_sockets(&d, false, false, false);
	says(&d, "bad", "not bound in this network namespace", "ip netns exec");
	says(&d, "ok", "4341 (data): free", NULL);
	d.lispd_err = -ENOENT;
	d.module = false;
	judge_sockets(&d, true, true, false);
	says(&d, "bad", "4342 is taken, and not by lispd", "ss -ulpn");
	says(&d, "bad", "4341 is taken, and not by lisp.ko", "ss -ulpn");
	d.conf = &c;
	judge_sockets(&d, false, true, false);
	says(&d, "ok", "4342 (control): free", NULL);
	done(&d);
}

/* --- devices, VRFs, routes --- */

static void vrfs(void **state)
{
	struct conf_vpn v = { .name = "red", .vrf = "rv", .native = "n0" };
	struct rt_link vrf = { .kind = "vrf", .up = true };
	struct vpn_look l = { .vpn = &v, .vrf = vrf, .native = { .up = true } };
	struct doctor d = doctor();

	judge_vrfs(&d, &l);
	says(&d, "ok", "VPN \"red\": VRF \"rv\" is up", NULL);
	says(&d, "ok", "native uplink \"n0\" is up", NULL);
	l.vrf_err = l.native_err = -ENODEV;
	judge_vrfs(&d, &l);
	says(&d, "bad", "there is no VRF \"rv\"",
	     "ip link add rv type vrf table N && ip link set rv up");
	says(&d, "bad", "there is no native uplink \"n0\"", "name another");
	l.vrf_err = l.native_err = 0;
	l.vrf.up = l.native.up = false;
	judge_vrfs(&d, &l);
	says(&d, "bad", "VRF \"rv\" is down", "ip link set rv up");
	says(&d, "bad", "\"n0\" is down", "ip link set n0 up");
	v.native = NULL;
	l.vrf = (struct rt_link){ .kind = "dummy", .up = true };
	judge_vrfs(&d, &l);
	says(&d, "bad", "no VRF", "make a VRF");
	l.vrf_err = -EPERM;
	judge_vrfs(&d, &l);
	says(&d, "unknown", "not permitted", "as root");
	v.vrf = NULL;
	judge_vrfs(&d, &l);
	done(&d);
}

static void devices(void **state)
{
	struct conf_vpn v = { .name = "red", .iid = 7, .device = "l7",
			      .vrf = "rv" };
	const struct vpn_look good = {
		.vpn = &v, .vrf = { .index = 4 },
		.device = { .kind = "lisp", .up = true, .master = 4,
			    .lisp = { .iid = 7 } },
	};
	struct doctor d = doctor();
	struct vpn_look l = good;

	judge_device(&d, &l);
	says(&d, "ok", "\"l7\" is up", NULL);
	l.device_err = -ENODEV;
	judge_device(&d, &l);
	says(&d, "bad", "there is no device \"l7\"", "reload");
	l = good;
	strcpy(l.device.kind, "veth");
	judge_device(&d, &l);
	says(&d, "bad", "is no lisp device", "another \"device\"");
	l = good;
	l.device.lisp.iid = 8;
	judge_device(&d, &l);
	says(&d, "bad", "is of Instance-ID 8, and not 7", "ip link del l7");
	l = good;
	l.device.up = false;
	judge_device(&d, &l);
	says(&d, "bad", "\"l7\" is down", "reload");
	l = good;
	l.device.master = 0;
	judge_device(&d, &l);
	says(&d, "bad", "not in the VRF", "reload");
	l.vrf_err = -ENODEV;
	judge_device(&d, &l);
	says(&d, "ok", "is up", NULL);	/* that it is not there was said */
	done(&d);
}

static void routes(void **state)
{
	struct conf_vpn v = { .name = "red", .device = "l7", .vrf = "rv" };
	struct prefix p = net("10.0.0.0/8");
	struct addr a = ip("192.0.2.1");
	struct doctor d = doctor();

	judge_eid_space(&d, &v, &p, true);
	says(&d, "ok", "10.0.0.0/8 leads into \"l7\"", NULL);
	judge_eid_space(&d, &v, &p, false);
	says(&d, "bad", "no route of 10.0.0.0/8", "reload");
	judge_own_eid(&d, &v, &p, true);
	says(&d, "ok", "own EID-prefix 10.0.0.0/8", NULL);
	judge_own_eid(&d, &v, &p, false);
	says(&d, "warning", "no route leads to the own", "master rv");
	v.vrf = NULL;
	judge_own_eid(&d, &v, &p, false);
	says(&d, "warning", "no route leads to the own", "add a route");
	judge_way(&d, "RLOC", &a, RT_FOUND_LOCAL, "");
	says(&d, "ok", "RLOC 192.0.2.1: there is a route", NULL);
	judge_way(&d, "Map-Server", &a, RT_FOUND_NONE, "");
	says(&d, "bad", "Map-Server 192.0.2.1: there is no route",
	     "ip route get 192.0.2.1");
	judge_way(&d, "RLOC", &a, RT_FOUND_OUT, "lisp");
	says(&d, "bad", "leads through a lisp device", "VRF");
	judge_no_space(&d, &v, false);
	says(&d, "warning", "nothing is encapsulated", "\"eid-space\"");
	v.proxy_etr = true;		/* takes out, and puts nothing in */
	judge_no_space(&d, &v, false);
	done(&d);
}

static void which_routes(void **state)
{
	struct prefix own = net("10.1.0.0/16");
	static const struct {
		const char *dst;
		uint32_t oif;
		bool own, space;
	} rows[] = {
		{ "10.1.2.0/24", 3, true, false },
		{ "10.0.0.0/8", 3, true, false },
		{ "10.1.0.0/16", 3, true, true },
		{ "10.1.0.0/16", 9, false, true },	/* of the lisp device */
		{ "0.0.0.0/0", 3, false, false },
		{ "10.2.0.0/16", 3, false, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rt_route r = { .dst = net(rows[i].dst),
				      .oif = rows[i].oif };
		struct route_look a = { .p = &own, .device = 9 }, b = a;

		on_own(&a, &r);
		assert_int_equal(a.found, rows[i].own);
		on_space(&b, &r);
		assert_int_equal(b.found, rows[i].space);
	}
}

/* --- RLOCs, paths --- */

static void rlocs(void **state)
{
	struct rt_link l = { .up = true };
	struct addr a = ip("192.0.2.1");
	struct doctor d = doctor();
	struct json_object *o;

	judge_own_rloc(&d, &a, RT_FOUND_LOCAL);
	says(&d, "ok", "192.0.2.1: this host has it", NULL);
	judge_own_rloc(&d, &a, RT_FOUND_OUT);
	says(&d, "bad", "does not have that address",
	     "ip address add 192.0.2.1/32");
	judge_interface(&d, "e0", 0, &l);
	says(&d, "ok", "\"e0\"", NULL);
	judge_interface(&d, "e0", -ENODEV, &l);
	says(&d, "bad", "is not there", "correct \"rlocs\"");
	l.up = false;
	judge_interface(&d, "e0", 0, &l);
	says(&d, "bad", "is down", "set it up");
	o = json_tokener_parse("{\"address\":\"192.0.2.9\","
			       "\"probe\":\"down\"}");
	judge_probe(&d, o);
	says(&d, "warning", "192.0.2.9: does not answer probes (down)",
	     "lispctl probe 192.0.2.9");
	json_object_object_add(o, "probe", json_object_new_string("up"));
	judge_probe(&d, o);
	json_object_put(o);
	done(&d);
}

static void peers(void **state)
{
	struct doctor d = doctor();
	struct addr a = ip("192.0.2.0");

	d.rlocs = json_tokener_parse("[{\"address\":\"192.0.2.1\","
		"\"local\":true},{\"address\":\"192.0.2.2\",\"local\":false},"
		"{\"address\":\"192.0.2.2\",\"local\":false},"
		"{\"address\":\"?\",\"local\":false}]");
	add_peers(&d);
	assert_int_equal(d.peer_count, 1);
	for (int i = 0; i < DOCTOR_RLOCS_MAX - 1; i++, a.bytes[3]++) {
		a.bytes[2] = 9;
		doctor_add_peer(&d, &a);
	}
	assert_int_equal(d.peer_count, DOCTOR_RLOCS_MAX);
	assert_false(d.more_peers);
	doctor_add_peer(&d, &a);
	assert_int_equal(d.peer_count, DOCTOR_RLOCS_MAX);
	assert_true(d.more_peers);
	json_object_put(d.rlocs);
	done(&d);
}

static void mtu(void **state)
{
	struct path_look p = {
		.echo = { .to = ip("192.0.2.1"), .small = true, .large = true },
		.mtu = 1500, .device_mtu = 1464,
	};
	struct doctor d = doctor();

	judge_mtu(&d, &p);
	says(&d, "ok", "192.0.2.1: 1500 octets", NULL);
	p.device_mtu = 1465;
	judge_mtu(&d, &p);
	says(&d, "warning", "a full packet of the lisp device is 1501",
	     "mtu 1464");
	says(&d, "ok", "1500 octets", NULL);
	p.echo.to = ip("2001:db8::1");
	p.device_mtu = 1444;
	judge_mtu(&d, &p);
	says(&d, "ok", "2001:db8::1: 1500 octets", NULL);
	p.device_mtu = 0;
	p.echo.large = false;
	judge_mtu(&d, &p);
	says(&d, "bad", "packets of 1500 octets are lost", "too big");
	p.echo.reported = 1400;
	judge_mtu(&d, &p);
	says(&d, "warning", "no more than 1400 octets", "mtu 1400");
	p.echo.small = false;
	judge_mtu(&d, &p);
	says(&d, "ok", "answers no ping", NULL);
	p.echo.err = -EPERM;
	judge_mtu(&d, &p);
	says(&d, "ok", "not tried", NULL);
	done(&d);
}

/* --- the mapping system --- */

static void look_for(struct doctor *d, const char *database, const char *stats,
		     int how)
{
	struct addr a = ip("198.51.100.1");

	d->database = database ? json_tokener_parse(database) : NULL;
	d->statistics = stats ? json_tokener_parse(stats) : NULL;
	answer = how;
	asked = 0;
	look_at_server(d, &a);
	json_object_put(d->database);
	json_object_put(d->statistics);
}

#define ENTRY(prefix, rest) \
	"{\"iid\":5,\"prefix\":\"" prefix "\",\"map-servers\":[{\"address\":" \
	"\"198.51.100.1\"," rest "}]}"

static void servers(void **state)
{
	struct doctor d = doctor();
	struct conf c = { 0 };

	d.conf = &c;
	look_for(&d, "[" ENTRY("10.0.0.0/8", "\"state\":\"up\"") ","
		 ENTRY("11.0.0.0/8", "\"state\":\"checking\"") "]", NULL, -EIO);
	says(&d, "ok", "198.51.100.1: has all 2 EID-prefixes", NULL);
	assert_int_equal(asked, 0);
	look_for(&d, "[" ENTRY("10.0.0.0/8", "\"state\":\"up\"") ","
		 ENTRY("11.0.0.0/8", "\"state\":\"up\",\"refused\":true") "]",
		 NULL, -EIO);
	says(&d, "bad", "refuses 1 of our EID-prefixes, [5]11.0.0.0/8",
	     "show sites");
	look_for(&d, "[" ENTRY("10.0.0.0/8", "\"state\":\"asking\"") "]",
		 "[{\"register-bad-auth\":0}]", 0);
	says(&d, "bad", "does not acknowledge our Map-Registers",
	     "same \"key\"");
	assert_int_equal(asked, 1);
	look_for(&d, "[" ENTRY("10.0.0.0/8", "\"state\":\"asking\"") "]",
		 "[{\"register-bad-auth\":3}]", 0);
	says(&d, "bad", "3 Map-Notifies had a wrong MAC", "key");
	look_for(&d, "[" ENTRY("10.0.0.0/8", "\"state\":\"asking\"") "]",
		 NULL, -ETIMEDOUT);
	says(&d, "bad", "does not answer", "UDP port 4342");
	look_for(&d, NULL, NULL, -ETIMEDOUT);
	says(&d, "bad", "does not answer", "UDP port 4342");
	look_for(&d, NULL, NULL, 0);
	says(&d, "ok", "only lispd can know", NULL);
	done(&d);
}

static void nobody_configured(void **state)
{
	struct conf_xtr x = { 0 };
	struct conf c = { .xtr = &x };
	struct doctor d = doctor();

	d.conf = &c;
	doctor_map_servers(&d);
	says(&d, "warning", "nobody will find this site", "map-servers");
	doctor_map_resolvers(&d);
	says(&d, "warning", "nothing is known", "map-resolvers");
	done(&d);
}

static void resolvers(void **state)
{
	struct addr a = ip("2001:db8::1");
	struct doctor d = doctor();

	judge_answer(&d, &a, 0, "lig -m");
	says(&d, "ok", "2001:db8::1: answers", NULL);
	judge_answer(&d, &a, -ETIMEDOUT, "lig -m");
	says(&d, "bad", "timed out", "lig -m 2001:db8::1");
	done(&d);
}

static void a_site(const char *text, const char *verdict, const char *finding,
		   const char *remedy)
{
	struct json_object *o = json_tokener_parse(text);
	struct doctor d = doctor();

	assert_non_null(o);
	judge_site(&d, o);
	says(&d, verdict, finding, remedy);
	json_object_put(o);
	done(&d);
}

static void sites_refuse(void **state)
{
	a_site("{\"site\":\"s\",\"registrations\":4,\"refused\":0}",
	       "ok", "site \"s\": 4 registrations", NULL);
	a_site("{\"site\":\"s\",\"registrations\":0,\"refused\":2,"
	       "\"refusals\":{\"key\":2}}", "bad",
	       "2 were refused: {\"key\":2}", "make them the same");
	a_site("{\"site\":\"s\",\"registrations\":1,\"refused\":2,"
	       "\"refusals\":{\"eid\":2}}", "warning", "\"eid\":2",
	       "\"eids\"");
	a_site("{\"site\":\"s\",\"registrations\":1,\"refused\":1,"
	       "\"refusals\":{\"store\":1}}", "warning", "\"store\":1",
	       "show sites");
}

static void disk(void **state)
{
	struct doctor d = doctor();

	judge_store(&d, 0, 0);
	says(&d, "ok", "on record", NULL);
	judge_store(&d, 3, 0);
	says(&d, "bad", "3 writes failed", "state-dir");
	judge_store(&d, 0, 2);
	says(&d, "bad", "2 answers were dropped", "journalctl");
	done(&d);
}

/* --- without network namespaces: what there always is --- */

static void echo_to_oneself(void **state)
{
	struct echo e = { .to = ip("127.0.0.1"), .size = 1500 };

	echo_try(&e, 1, NULL, 5000);
	if (e.err == -EPERM || e.err == -EACCES)
		skip();
	assert_int_equal(e.err, 0);
	assert_true(e.small && e.large);
	assert_int_equal(e.reported, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(worst_counts),
		cmocka_unit_test(configuration),
		cmocka_unit_test(which_file),
		cmocka_unit_test(lispd),
		cmocka_unit_test(who_is_an_xtr),
		cmocka_unit_test(kernels),
		cmocka_unit_test(module),
		cmocka_unit_test(clocks),
		cmocka_unit_test(ports),
		cmocka_unit_test(sockets),
		cmocka_unit_test(vrfs),
		cmocka_unit_test(devices),
		cmocka_unit_test(routes),
		cmocka_unit_test(which_routes),
		cmocka_unit_test(rlocs),
		cmocka_unit_test(peers),
		cmocka_unit_test(mtu),
		cmocka_unit_test(servers),
		cmocka_unit_test(nobody_configured),
		cmocka_unit_test(resolvers),
		cmocka_unit_test(sites_refuse),
		cmocka_unit_test(disk),
		cmocka_unit_test(echo_to_oneself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

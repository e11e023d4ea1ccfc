// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Configuration: a good file arrives in the structs, and each of many bad
 * ones is refused at the right line with the right words.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cfg.h"
#include "cfg/load.h"
#include "cfg/suggest.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const char good[] =
"{ // an xTR that is a Map-Server, too\n"
"  \"name\": \"xtr-a\", /* a\n"
"     long comment */\n"
"  \"listen\": [\"192.0.2.1\", \"2001:db8:0:a::1\"],\n"
"  \"log-level\": \"debug\",\n"
"  \"xtr\": {\n"
"    \"xtr-id\": \"00112233445566778899aabbccddeeFF\",\n"
"    \"site-id\": 7, \"shortest-prefix-ipv4\": 24,\n"
"    \"trusted-underlay\": true, \"echo-nonce\": true,\n"
"    \"rlocs\": [ { \"address\": \"192.0.2.1\", \"priority\": 2 },\n"
"                 { \"address\": \"2001:db8:0:a::1\", \"weight\": 0 } ],\n"
"    \"map-resolvers\": [\"198.51.100.10\"],\n"
"    \"map-servers\": [ { \"address\": \"198.51.100.10\",\n"
"       \"key\": \"s // no comment\", \"algorithm\": \"hmac-sha1\",\n"
"       \"auth-length\": \"rfc\", \"proxy-reply\": false } ],\n"
"    \"vpns\": [ { \"name\": \"red\", \"iid\": 100, \"device\": \"lisp100\",\n"
"       \"vrf\": \"red\",\n"
"       \"database\": [ { \"prefix\": \"10.1.0.0/16\" },\n"
"                       { \"prefix\": \"2001:db8:a::/48\" } ] },\n"
"      { \"name\": \"blue\", \"iid\": 200, \"device\": \"lisp200\",\n"
"        \"eid-space\": [] } ]\n"
"  },\n"
"  \"map-server\": { \"sites\": [ { \"name\": \"site-a\",\n"
"     \"keys\": [ { \"key\": \"k0\", \"not-after\":\n"
"                    \"2026-12-01T00:00:59Z\" },\n"
"                { \"key-id\": 1, \"key\": \"k1\",\n"
"                  \"not-before\": \"2024-02-29T12:00:00Z\" },\n"
"                { \"key-id\": 2, \"algorithm\": \"none\" } ],\n"
"     \"rlocs\": [\"192.0.2.0/24\", \"2001:db8::/32\"],\n"
"     \"max-registrations\": 100,\n"
"     \"eids\": [ { \"iid\": 100, \"prefix\": \"10.1.0.0/16\",\n"
"                  \"accept-more-specifics\": true,\n"
"                  \"max-registrations\": 10 } ],\n"
"     \"mode\": \"forward\" } ] },\n"
"  \"map-resolver\": {}\n"
"}\n";

static void assert_addr(const struct addr *a, const char *text)
{
	char buf[ADDR_TEXT_MAX];

	assert_string_equal(addr_text(a, buf), text);
}

static void assert_prefix(const struct prefix *p, const char *text)
{
	char buf[PREFIX_TEXT_MAX];

	assert_string_equal(prefix_text(p, buf), text);
}

static void test_good_xtr(void **state)
{
	struct conf *c = parse_good(good);
	struct conf_xtr *x = c->xtr;

	assert_string_equal(c->name, "xtr-a");
	assert_int_equal(c->listen_count, 2);
	assert_addr(&c->listen[1], "2001:db8:0:a::1");
	assert_int_equal(c->log_level, CONF_LOG_DEBUG);
	assert_true(x->xtr_id.given);
	assert_int_equal(x->xtr_id.bytes[1], 0x11);
	assert_int_equal(x->xtr_id.bytes[15], 0xff);
	assert_int_equal(x->site_id, 7);
	assert_true(x->trusted_underlay && x->echo_nonce);
	assert_false(x->status_bits || x->icmp_unreachable ||
		     x->compare_map_versions);
	assert_int_equal(x->rloc_count, 2);
	assert_int_equal(x->rlocs[0].priority, 2);
	assert_int_equal(x->rlocs[0].weight, 100);
	assert_int_equal(x->rlocs[1].weight, 0);
	assert_addr(&x->map_resolvers[0], "198.51.100.10");
	assert_int_equal(x->vpn_count, 2);
	assert_int_equal(x->vpns[0].iid, 100);
	assert_null(x->vpns[0].eid_space);
	assert_prefix(&x->vpns[0].database[1].prefix, "2001:db8:a::/48");
	assert_non_null(x->vpns[1].eid_space);
	assert_int_equal(x->vpns[1].eid_space_count, 0);
	assert_null(x->vpns[1].vrf);
	conf_free(c);
}

/* No site without a bound that nobody has thought of. */
static void test_site_bound(void **state)
{
	struct conf *c = parse_good("{\"map-server\": {\"sites\": ["
		"{\"name\": \"s\", \"keys\": [{\"key\": \"k\"}], \"eids\": "
		"[{\"iid\": 1, \"prefix\": \"10.0.0.0/8\"}]}]}}");

	assert_int_equal(c->ms->sites[0].max_registrations, 100000);
	assert_int_equal(c->ms->sites[0].eids[0].max_registrations, 0);
	conf_free(c);
}

static void test_good_servers(void **state)
{
	struct conf *c = parse_good(good);
	struct conf_map_server *m = &c->xtr->map_servers[0];
	struct conf_site *s = &c->ms->sites[0];

	assert_int_equal(m->key.algorithm, AUTH_HMAC_SHA1_96);
	assert_int_equal(secret_len(m->key.key), strlen("s // no comment"));
	assert_memory_equal(secret_bytes(m->key.key), "s // no comment", 15);
	assert_int_equal(m->auth_length, AUTH_LENGTH_RFC);
	assert_false(m->proxy_reply);
	assert_true(m->want_map_notify);
	assert_false(m->merge);
	assert_int_equal(s->key_count, 3);
	assert_int_equal(s->keys[0].algorithm, AUTH_HMAC_SHA256_128);
	assert_int_equal(s->keys[1].id, 1);
	assert_int_equal(s->keys[0].not_before, 0);
	assert_int_equal(s->keys[0].not_after, 1796083259);
	assert_int_equal(s->keys[1].not_before, 1709208000);
	assert_int_equal(s->keys[1].not_after, 0);
	assert_int_equal(s->keys[2].algorithm, AUTH_NONE);
	assert_null(s->keys[2].key);
	assert_int_equal(s->rloc_count, 2);
	assert_prefix(&s->rlocs[1], "2001:db8::/32");
	assert_int_equal(s->max_registrations, 100);
	assert_int_equal(s->eids[0].max_registrations, 10);
	assert_int_equal(s->eids[0].iid, 100);
	assert_true(s->eids[0].accept_more_specifics);
	assert_int_equal(s->mac_coverage, AUTH_COVER_EITHER);
	assert_int_equal(c->xtr->shortest_prefix4, 24);
	assert_int_equal(c->xtr->shortest_prefix6, 16);
	assert_int_equal(s->mode, CONF_ANSWER_FORWARD);
	assert_int_equal(c->ms->registration_timeout, 180);
	assert_non_null(c->mr);
	conf_free(c);
}

static void test_defaults(void **state)
{
	struct conf *c = parse_good("{\"map-resolver\": "
				    "{\"map-servers\": [\"192.0.2.9\"]}}");

	assert_null(c->name);
	assert_string_equal(c->control_socket, "/run/lispd/lispd.sock");
	assert_string_equal(c->state_dir, "/var/lib/lispd");
	assert_string_equal(c->user, "nobody");
	assert_int_equal(c->log_level, CONF_LOG_INFO);
	assert_int_equal(c->listen_count, 0);
	assert_null(c->xtr);
	assert_null(c->ms);
	assert_int_equal(c->mr->map_server_count, 1);
	conf_free(c);
}

/* --- bad ones: a fragment in a frame that is otherwise good --- */

#define MR(x) "{\n\"map-resolver\": {\"map-servers\": [\"192.0.2.9\"]},\n" x "}"
#define VPN "{\"name\": \"r\", \"iid\": 1, \"device\": \"l1\"}"
#define XTR(rlocs, rest) \
	"{\n\"xtr\": {\"map-resolvers\": [\"192.0.2.9\"],\n\"rlocs\": " rlocs \
	",\n" rest "}}"
#define RLOC "[{\"address\": \"192.0.2.1\"}]"
#define XTR_VPNS(vpns) XTR(RLOC, "\"vpns\": " vpns)
#define EMPTY	TEST_TOP "/tests/fuzz/corpus/address/none"
#define XTR_MS(ms) XTR(RLOC, "\"vpns\": [" VPN "],\n\"map-servers\": [" ms "]")
#define SITE(name, keys, eids) "{\"name\": \"" name "\", \"keys\": " keys \
	", \"eids\": " eids "}"
#define KEYS "[{\"key\": \"k\"}]"
#define EIDS "[{\"prefix\": \"10.0.0.0/8\"}]"
#define MS(sites) "{\"map-server\": {\"sites\": [\n" sites "]}}"

static const struct {
	const char *text;
	const char *error;	/* whole first line */
} bad[] = {
	/* not JSON */
	{ "", "f:1: empty: expected an object, { ... }" },
	{ "{\n\"name\": \"x\"\n", "f:3: file ends too early: a brace, a "
	  "bracket or a quote is not closed" },
	{ "{\n\n\"name\" \"x\"}", "f:3: not JSON: object property name "
	  "separator ':' expected, at column 8: \"" },
	{ "{\n/* no end\n\n}", "f:2: comment does not end" },
	{ "{} {}", "f:1: not JSON: unexpected character, at column 4: {" },
	{ "{\n\"k\": x}", "f:2: not JSON: unexpected character, at column 6" },
	{ "{\"name\": 'x'}", "f:1: not JSON: unexpected character, at column "
	  "10: '" },
	{ "[]", "f:1: expected an object, { ... }" },
	{ "null", "f:1: expected an object, { ... }" },
	{ "[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]",
	  "f:1: not JSON: nesting too deep, at column 17: [" },

	/* keys */
	{ "{}", "f:1: no role: expected \"xtr\", \"map-server\", "
	  "\"map-resolver\" or \"ddt-node\"" },
	{ MR("\"nmae\": \"x\""),
	  "f:3: nmae: unknown key, did you mean \"name\"?" },
	{ MR("\"log_level\": \"info\""),
	  "f:3: log_level: unknown key, did you mean \"log-level\"?" },
	{ "{ /* two\nlines */\n// and one\n\"nmae\": 1}",
	  "f:4: nmae: unknown key, did you mean \"name\"?" },
	{ MR("\"frobnicate\": 1"), "f:3: frobnicate: unknown key of the "
	  "configuration, see lispd --schema" },
	{ MR("\"name\": \"x\",\n\"name\": \"y\""),
	  "f:4: name: given more than once" },
	{ XTR("[{\"address\": \"192.0.2.1\",\n\"weight\": 1,\n\"address\": "
	      "\"192.0.2.2\",\n\"address\": \"192.0.2.3\"}]",
	      "\"vpns\": [" VPN "]"),
	  "f:6: xtr.rlocs[0].address: given more than once" },
	{ XTR("[{\"adress\": \"192.0.2.1\"}]", "\"vpns\": [" VPN "]"),
	  "f:3: xtr.rlocs[0].adress: unknown key, did you mean "
	  "\"address\"?" },
	{ XTR(RLOC, "\"site-id\": 1"), "f:2: xtr: key \"vpns\" is missing" },

	/* RLOCs of interfaces */
	{ XTR("[\n{}]", "\"vpns\": [" VPN "]"),
	  "f:4: xtr.rlocs[0].address: expected either \"address\" or "
	  "\"interface\"" },
	{ XTR("[{\"address\": \"192.0.2.1\",\n\"interface\": \"eth0\"}]",
	      "\"vpns\": [" VPN "]"),
	  "f:4: xtr.rlocs[0].interface: expected either \"address\" or "
	  "\"interface\"" },
	{ XTR("[{\"interface\": \"eth0\"}]", "\"vpns\": [" VPN "]"),
	  "f:3: xtr.rlocs[0].interface: expected \"family\", \"ipv4\" or "
	  "\"ipv6\", with \"interface\"" },
	{ XTR("[{\"interface\": \"eth0\", \"family\": \"inet\"}]",
	      "\"vpns\": [" VPN "]"),
	  "f:3: xtr.rlocs[0].family: \"inet\": expected \"ipv4\" or "
	  "\"ipv6\"" },
	{ XTR("[{\"address\": \"192.0.2.1\", \"family\": \"ipv4\"}]",
	      "\"vpns\": [" VPN "]"),
	  "f:3: xtr.rlocs[0].address: expected \"family\" with "
	  "\"interface\" only" },
	{ XTR("[{\"interface\": \"e\", \"family\": \"ipv4\"},\n"
	      "{\"interface\": \"e\", \"family\": \"ipv6\"},\n"
	      "{\"interface\": \"e\", \"family\": \"ipv4\"}]",
	      "\"vpns\": [" VPN "]"),
	  "f:5: xtr.rlocs[2].address: the same as in element 0: expected "
	  "each once" },
	{ "{\"listen\": [\"192.0.2.1\"], " "\n\"xtr\": {\"map-resolvers\": "
	  "[\"192.0.2.9\"], \"rlocs\": [{\"interface\": \"e\", \"family\": "
	  "\"ipv4\"}], \"vpns\": [" VPN "]}}",
	  "f:2: xtr.rlocs[0].interface: expected \"address\", as \"listen\" "
	  "names addresses and an interface's may change" },

	/* routes that are EID-prefixes */
#define ROUTES(rule) XTR_VPNS("[{\"name\": \"r\", \"iid\": 1, \"device\": " \
	"\"l1\", \"vrf\": \"red\",\n\"routes\": [" rule "]}]")
	{ ROUTES("{\"prefix\": \"10.0.0.0/8\", \"ge\": 7}"),
	  "f:5: xtr.vpns[0].routes[0]: expected \"ge\" and \"le\" no less than "
	  "the length of \"prefix\"" },
	{ ROUTES("{\"prefix\": \"10.0.0.0/8\"},\n"
		 "{\"prefix\": \"10.0.0.0/8\", \"le\": 33}"),
	  "f:6: xtr.vpns[0].routes[1]: expected \"ge\" and \"le\" within the "
	  "length of an address" },
	{ ROUTES("{\"ge\": 24, \"le\": 16}"),
	  "f:5: xtr.vpns[0].routes[0]: expected \"ge\" no greater than "
	  "\"le\"" },
	{ ROUTES("{\"protocol\": \"ospf6\"}"),
	  "f:5: xtr.vpns[0].routes[0].protocol: \"ospf6\": expected \"any\", "
	  "\"connected\", \"static\", \"boot\", \"dhcp\", \"zebra\", "
	  "\"bird\", \"bgp\", \"isis\", \"ospf\", \"rip\" or \"eigrp\"" },
	{ XTR_VPNS("[{\"name\": \"r\", \"iid\": 1, \"device\": \"l1\",\n"
		   "\"routes\": [{}]}]"),
	  "f:5: xtr.vpns[0].routes: expected \"vrf\", one that is not the "
	  "underlay's, whose routes are no EIDs" },

	/* scalars */
	{ MR("\"name\": 5"), "f:3: name: 5: expected 1 to 63 printable "
	  "characters in quotes" },
	{ MR("\"name\": \"\""), "f:3: name: \"\": expected 1 to 63 printable "
	  "characters in quotes" },
	{ MR("\"name\": \"a\\u0000b\""), "f:3: name: \"a\\u0000b\": expected "
	  "1 to 63 printable characters in quotes" },
	{ MR("\"name\": \"a\\nb\""), "f:3: name: \"a\\nb\": expected 1 to 63 "
	  "printable characters in quotes" },
	/* What a terminal would obey is not said back to it. */
	{ MR("\"name\": \"a\\u009bb\""), "f:3: name: \"a??b\": expected 1 to "
	  "63 printable characters in quotes" },
	{ MR("\"na\\u001b]0;\\u0007\": 5"), "f:1: na?]0;?: unknown key of the "
	  "configuration, see lispd --schema" },
	{ "{\"map-resolver\": {\"requests-per-source\":\n0}}",
	  "f:2: map-resolver.requests-per-source: 0: expected a whole number "
	  "from 1 to 1000000" },
	{ "{\"map-server\": {\"requests-per-source\":\n1000001, \"sites\": ["
	  SITE("s", KEYS, EIDS) "]}}",
	  "f:2: map-server.requests-per-source: 1000001: expected a whole "
	  "number from 1 to 1000000" },
	{ MR("\"log-level\": \"loud\""), "f:3: log-level: \"loud\": expected "
	  "\"error\", \"warning\", \"info\" or \"debug\"" },
	{ MR("\"state-dir\": \"here\""), "f:3: state-dir: \"here\": expected "
	  "an absolute path in quotes" },
	{ MR("\"underlay\": \"a/b\""), "f:3: underlay: \"a/b\": expected the "
	  "name of a network device, at most 15 characters" },
	{ MR("\"underlay\": \"abcdefghijklmnop\""), "f:3: underlay: "
	  "\"abcdefghijklmnop\": expected the name of a network device, at "
	  "most 15 characters" },
	{ MR("\"listen\": \"192.0.2.1\""),
	  "f:3: listen: \"192.0.2.1\": expected a list, [ ... ]" },
	{ MR("\"listen\": [\"192.0.2.1\",\n\"224.0.0.1\"]"),
	  "f:4: listen[1]: \"224.0.0.1\": expected a unicast IPv4 or IPv6 "
	  "address in quotes, neither loopback nor link-local" },
	{ MR("\"listen\": [\"192.0.2.1\",\n\"192.0.2.1\"]"),
	  "f:4: listen[1]: \"192.0.2.1\": the same as in element 0: expected each once" },
	{ MR("\"xtr\": 1"), "f:3: xtr: 1: expected an object, { ... }" },
	{ XTR("[{\"address\": \"192.0.2.1\",\n\"priority\": 256}]",
	      "\"vpns\": [" VPN "]"),
	  "f:4: xtr.rlocs[0].priority: 256: expected a whole number from 0 "
	  "to 255" },
	{ XTR("[{\"address\": \"192.0.2.1\", \"weight\": -1}]",
	      "\"vpns\": [" VPN "]"),
	  "f:3: xtr.rlocs[0].weight: -1: expected a whole number from 0 to "
	  "255" },
	{ XTR("[{\"address\": \"192.0.2.1\", \"weight\": 1.5}]",
	      "\"vpns\": [" VPN "]"),
	  "f:3: xtr.rlocs[0].weight: 1.5: expected a whole number from 0 to "
	  "255" },
	{ XTR("[{\"address\": \"192.0.2.1\", \"weight\": \"1\"}]",
	      "\"vpns\": [" VPN "]"),
	  "f:3: xtr.rlocs[0].weight: \"1\": expected a whole number from 0 "
	  "to 255" },
	{ XTR(RLOC, "\"xtr-id\": \"0011\", \"vpns\": [" VPN "]"),
	  "f:4: xtr.xtr-id: \"0011\": expected 32 hexadecimal digits in "
	  "quotes" },
	{ XTR(RLOC, "\"keep-on-exit\": 1, \"vpns\": [" VPN "]"),
	  "f:4: xtr.keep-on-exit: 1: expected true or false" },
	{ XTR_VPNS("[{\"name\": \"r\", \"iid\": 16777215, \"device\": "
		   "\"l\"}]"),
	  "f:4: xtr.vpns[0].iid: 16777215: expected a whole number from 0 "
	  "to 16777214" },
	{ XTR_VPNS("[{\"name\": \"r\", \"iid\": 1, \"device\": \"l\",\n"
		   "\"database\": [{\"prefix\": \"10.1.0.1/16\"}]}]"),
	  "f:5: xtr.vpns[0].database[0].prefix: \"10.1.0.1/16\": expected a "
	  "prefix such as \"10.1.0.0/16\" without bits beyond its length" },
	{ XTR_VPNS("[{\"name\": \"r\", \"iid\": 1, \"device\": \"l\",\n"
		   "\"database\": [{\"prefix\": \"10.1.0.0\"}]}]"),
	  "f:5: xtr.vpns[0].database[0].prefix: \"10.1.0.0\": expected a "
	  "prefix such as \"10.1.0.0/16\" without bits beyond its length" },

	/* lists */
	{ XTR("[]", "\"vpns\": [" VPN "]"),
	  "f:3: xtr.rlocs: 0 elements: expected 1 to 32" },
	{ XTR("[{\"address\": \"192.0.2.1\"},\n{\"address\": "
	      "\"192.0.2.1\"}]", "\"vpns\": [" VPN "]"),
	  "f:4: xtr.rlocs[1].address: \"192.0.2.1\": the same as in element "
	  "0: expected each once" },
	{ XTR_VPNS("[" VPN ",\n{\"name\": \"b\", \"iid\": 1, \"device\": "
		   "\"l2\"}]"),
	  "f:5: xtr.vpns[1].iid: 1: the same as in element 0: expected each "
	  "once" },
	{ XTR_VPNS("[" VPN ",\n{\"name\": \"b\", \"iid\": 2, \"device\": "
		   "\"l1\"}]"),
	  "f:5: xtr.vpns[1].device: \"l1\": the same as in element 0: "
	  "expected each once" },
	{ XTR_VPNS("[" VPN ",\n{\"name\": \"r\", \"iid\": 2, \"device\": "
		   "\"l2\"}]"),
	  "f:5: xtr.vpns[1].name: \"r\": the same as in element 0: expected "
	  "each once" },

	{ XTR_VPNS("[{\"name\": \"a\", \"iid\": 1, \"device\": \"l1\", "
		   "\"vrf\": \"v\", \"eid-space\": [\"0.0.0.0/0\"]},\n"
		   "{\"name\": \"b\", \"iid\": 2, \"device\": \"l2\", "
		   "\"vrf\": \"v\"},{\"name\": \"c\", \"iid\": 3, "
		   "\"device\": \"l3\", \"vrf\": \"w\"}]"),
	  "f:5: xtr.vpns[1]: its 0.0.0.0/0 would lead into the device of VPN "
	  "\"a\", too: expected another \"vrf\" or \"eid-space\"" },

	/* the main table, which is another one than that of the underlay */
	{ "{\"underlay\": \"u\", \"xtr\": {\"map-resolvers\": "
	  "[\"192.0.2.9\"], \"rlocs\": " RLOC ",\n\"vpns\": "
	  "[{\"name\": \"a\", \"iid\": 1, \"device\": \"l1\"},\n"
	  "{\"name\": \"b\", \"iid\": 2, \"device\": \"l2\"}]}}",
	  "f:3: xtr.vpns[1]: its 0.0.0.0/0 would lead into the device of VPN "
	  "\"a\", too: expected another \"vrf\" or \"eid-space\"" },

	/* keys of the cryptographic kind: never in the message */
	{ XTR_MS("{\"address\": \"192.0.2.9\"}"),
	  "f:5: xtr.map-servers[0]: expected either \"key\" or "
	  "\"key-file\"" },
	{ XTR_MS("{\"address\": \"192.0.2.9\", \"key\": \"hidden\", "
		 "\"key-file\": \"/x\"}"),
	  "f:5: xtr.map-servers[0]: expected either \"key\" or "
	  "\"key-file\"" },
	{ XTR_MS("{\"address\": \"192.0.2.9\", \"key\": [\"hidden\"]}"),
	  "f:5: xtr.map-servers[0].key: (not shown): expected 1 to 1024 "
	  "characters in quotes" },
	{ XTR_MS("\"hidden\""),
	  "f:5: xtr.map-servers[0]: (not shown): expected an object, { ... }" },
	{ "{\n\n\"map-server\": {\n\"sites\": {\"keys\": [{\"key\": "
	  "\"hidden\"}]}}}",
	  "f:4: map-server.sites: {...}: expected a list, [ ... ]" },
	{ XTR_MS("{\"address\": \"192.0.2.9\", \"key-file\": "
		 "\"/nonexistent/key\"}"),
	  "f:5: xtr.map-servers[0].key-file: \"/nonexistent/key\": No such "
	  "file or directory" },
	{ XTR_MS("{\"address\": \"192.0.2.9\", \"key-file\": "
		 "\"" EMPTY "\"}"),
	  "f:5: xtr.map-servers[0].key-file: \"" EMPTY "\": expected a key "
	  "of 1 to 1024 characters in its first line" },
	{ XTR_MS("{\"address\": \"192.0.2.9\", \"key\": \"k\", "
		 "\"algorithm\": \"none\"}"),
	  "f:5: xtr.map-servers[0].algorithm: \"none\": expected "
	  "\"hmac-sha1\", \"hmac-sha256\" or \"hkdf-sha256\"" },

	/* sites */
	{ MS(SITE("a", KEYS, "[{\"prefix\": \"10.0.0.0/8\"},\n{\"prefix\": "
		  "\"10.0.0.0/8\"}]")),
	  "f:3: map-server.sites[0].eids[1].prefix: \"10.0.0.0/8\" of iid 0 "
	  "is also of site \"a\": expected each in one site" },
	{ MS(SITE("a", KEYS, EIDS) ",\n" SITE("b", KEYS, EIDS)),
	  "f:3: map-server.sites[1].eids[0].prefix: \"10.0.0.0/8\" of iid 0 "
	  "is also of site \"a\": expected each in one site" },
	{ MS(SITE("a", "[{\"key\": \"k\"}, {\"key\": \"l\"}]", EIDS)),
	  "f:2: map-server.sites[0].keys[1]: the same as in element 0: "
	  "expected each once" },
	{ MS(SITE("a", "[{\"key\": \"k\", \"algorithm\": \"none\"}]", EIDS)),
	  "f:2: map-server.sites[0].keys[0]: expected no key, as "
	  "\"algorithm\" is \"none\"" },
	{ MS(SITE("a", "[{\"key\": \"k\",\n\"not-before\": "
		  "\"2026-01-02T00:00:00Z\",\n\"not-after\": "
		  "\"2026-01-02T00:00:00Z\"}]", EIDS)),
	  "f:4: map-server.sites[0].keys[0].not-after: expected a time after "
	  "\"not-before\"" },
	{ MS(SITE("a", "[{\"key\": \"k\", \"not-after\": "
		  "\"2026-02-29T00:00:00Z\"}]", EIDS)),
	  "f:2: map-server.sites[0].keys[0].not-after: "
	  "\"2026-02-29T00:00:00Z\": expected a time in UTC such as "
	  "\"2026-11-30T12:00:00Z\" in quotes" },
	{ MS(SITE("a", "[{\"key\": \"k\", \"not-after\": "
		  "\"2026-01-01T00:00:00+01\"}]", EIDS)),
	  "f:2: map-server.sites[0].keys[0].not-after: "
	  "\"2026-01-01T00:00:00+01\": expected a time in UTC such as "
	  "\"2026-11-30T12:00:00Z\" in quotes" },
	{ "{\"map-resolver\": {}}", "f:1: map-resolver: expected "
	  "\"map-servers\" or \"ddt-roots\", as this process is no "
	  "Map-Server itself" },
	{ "{\"map-resolver\": {\"map-servers\": [\"192.0.2.9\"], "
	  "\"ddt-roots\": [\"192.0.2.8\"]}}", "f:1: map-resolver: expected "
	  "either \"map-servers\" or \"ddt-roots\"" },
	{ "{\"map-resolver\": {\"ddt-roots\": [\"192.0.2.9\"], "
	  "\"ddt-security\": \"require\"}}", "f:1: map-resolver: expected "
	  "\"ddt-trust-anchors\", as signatures are required" },
	{ "{\"map-resolver\": {\"ddt-roots\": [\"192.0.2.9\"], "
	  "\"ddt-trust-anchors\": [{}]}}", "f:1: "
	  "map-resolver.ddt-trust-anchors[0]: expected either \"key\" or "
	  "\"key-file\"" },
	{ "{\"map-resolver\": {\"ddt-roots\": [\"192.0.2.9\"], "
	  "\"ddt-trust-anchors\": [{\"key-file\": \"" EMPTY "\"}]}}", "f:1: "
	  "map-resolver.ddt-trust-anchors[0].key-file: \"" EMPTY "\": "
	  "expected a key in PEM form in it" },
	{ "{\"map-resolver\": {\"ddt-roots\": [\"192.0.2.9\", "
	  "\"192.0.2.9\"]}}", "f:1: map-resolver.ddt-roots[1]: \"192.0.2.9\": "
	  "the same as in element 0: expected each once" },

	/* neighbours */
	{ XTR("[{\"address\": \"192.0.2.1\", \"neighbour\": true}]",
	      "\"vpns\": [" VPN "]"),
	  "f:3: xtr.rlocs: expected one at least that is not a neighbour's" },
	{ XTR("[{\"address\": \"192.0.2.1\"}, {\"interface\": \"e\", "
	      "\"family\": \"ipv4\", \"neighbour\": true}]",
	      "\"vpns\": [" VPN "]"),
	  "f:3: xtr.rlocs[1].interface: expected \"address\", as an interface "
	  "is no neighbour's" },

	/* trust */
	{ XTR_VPNS("[{\"name\": \"r\", \"iid\": 1, \"device\": \"l1\"}], "
		   "\n\"status-bits\": true"),
	  "f:5: xtr.status-bits: expected false, as \"trusted-underlay\" is" },
	{ XTR_VPNS("[{\"name\": \"r\", \"iid\": 1, \"device\": \"l1\"}], "
		   "\"icmp-unreachable\": true"),
	  "f:4: xtr.icmp-unreachable: expected false, as \"trusted-underlay\" "
	  "is" },

	/* proxies */
	{ XTR_VPNS("[{\"name\": \"r\", \"iid\": 1, \"device\": \"l1\", "
		   "\"proxy-etrs\": [{\"address\": \"2001:db8::1\"}]}]"),
	  "f:4: xtr.vpns[0].proxy-etrs[0].address: \"2001:db8::1\": expected "
	  "an address of a family that \"rlocs\" has" },
	{ XTR_VPNS("[{\"name\": \"r\", \"iid\": 1, \"device\": \"l1\", "
		   "\"proxy-etrs\": [{\"address\": \"192.0.2.8\"}, "
		   "{\"address\": \"192.0.2.8\"}]}]"),
	  "f:4: xtr.vpns[0].proxy-etrs[1].address: \"192.0.2.8\": the same as "
	  "in element 0: expected each once" },
	{ XTR_VPNS("[{\"name\": \"r\", \"iid\": 1, \"device\": \"l1\", "
		   "\"proxy-itr\": true, \"eid-space\": [\"10.0.0.0/8\"], "
		   "\"proxy-etrs\": [{\"address\": \"192.0.2.8\"}]}]"),
	  "f:4: xtr.vpns[0].proxy-etrs: expected none, as a proxy ITR would "
	  "attract again what they send out" },
	{ XTR_VPNS("[{\"name\": \"r\", \"iid\": 1, \"device\": \"l1\", "
		   "\"proxy-itr\": true}]"),
	  "f:4: xtr.vpns[0]: expected \"eid-space\": what the proxy ITR "
	  "attracts" },
	{ XTR_VPNS("[{\"name\": \"r\", \"iid\": 1, \"device\": \"l1\", "
		   "\"proxy-itr\": true, \"eid-space\": [\"10.0.0.0/8\"], "
		   "\"database\": [{\"prefix\": \"10.1.0.0/16\"}]}]"),
	  "f:4: xtr.vpns[0].database: expected none, as a proxy ITR "
	  "registers nothing" },
	{ XTR_VPNS("[{\"name\": \"r\", \"iid\": 1, \"device\": \"l1\", "
		   "\"proxy-etr\": true, \"eid-space\": [\"::/0\"]}]"),
	  "f:4: xtr.vpns[0].eid-space[0]: \"::/0\": expected no default "
	  "route, as this VPN is a proxy" },

	/* several keys together */
	{ "{\"listen\": [\"192.0.2.2\"],\n\"xtr\": {\"map-resolvers\": "
	  "[\"192.0.2.9\"], \"rlocs\": " RLOC ", \"vpns\": [" VPN "]}}",
	  "f:2: xtr.rlocs[0].address: \"192.0.2.1\": expected an address of "
	  "the list \"listen\"" },
	{ "{\"xtr\": {\"map-resolvers\": [\"192.0.2.9\"], \"rlocs\": " RLOC
	  ", \"vpns\": [" VPN "]},\n\"map-server\": {\n\"workers\": 2, "
	  "\"sites\": [" SITE("a", KEYS, EIDS) "]}}",
	  "f:3: map-server.workers: found 2, expected 1 as this process is an "
	  "xTR, too" },
};

static void test_bad(void **state)
{
	struct cfg_errors e;
	int wrong = 0;

	for (size_t i = 0; i < COUNT(bad); i++) {
		struct conf *c = parse(bad[i].text, &e);
		const char *line = e.count ? e.lines[0] : "(accepted)";

		if (c || strcmp(line, bad[i].error)) {
			print_error("%s\n  got  %s\n  want %s\n", bad[i].text,
				    line, bad[i].error);
			wrong++;
		}
		conf_free(c);
		cfg_errors_free(&e);
	}
	assert_int_equal(wrong, 0);
}

static void test_repeated_once(void **state)
{
	struct cfg_errors e;

	assert_null(parse(MR("\"name\": \"x\",\n\"name\": \"y\",\n"
			     "\"name\": \"z\", \"log-level\": \"info\""), &e));
	assert_int_equal(e.count, 1);
	cfg_errors_free(&e);
}

static void test_all_reported(void **state)
{
	struct cfg_errors e;

	assert_null(parse(MR("\"name\": 1,\n\"user\": 2,\n\"foo\": 3"), &e));
	assert_int_equal(e.count, 3);
	cfg_errors_free(&e);
}

/* More mistakes than are kept: counted, nothing overruns. */
static void test_many_mistakes(void **state)
{
	char text[4096] = "{\"listen\": [1";
	struct cfg_errors e;

	for (int i = 1; i < 50; i++)
		strcat(text, ", 1");
	strcat(text, "]}");
	assert_null(parse(text, &e));
	assert_int_equal(e.count, 50);
	cfg_errors_free(&e);
}

/* Every prefix of a good file is refused, and none crashes. */
static void test_truncated(void **state)
{
	char text[sizeof(good)];
	struct cfg_errors e;
	size_t last = strrchr(good, '}') - good;

	for (size_t i = 0; i <= last; i++) {
		memcpy(text, good, i);
		text[i] = '\0';
		assert_null(parse(text, &e));
		assert_true(e.count > 0);
		cfg_errors_free(&e);
	}
}

static char *temp_file(const char *content, size_t len)
{
	char *name = strdup("/tmp/lisp-test-cfg-XXXXXX");
	int fd = mkstemp(name);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, content, len), len);
	close(fd);
	return name;
}

static void test_key_file(void **state)
{
	char *key = temp_file("from a file\nsecond line\n", 24);
	char text[512];
	struct conf *c;

	snprintf(text, sizeof(text), XTR_MS("{\"address\": \"192.0.2.9\", "
		 "\"key-file\": \"%s\"}"), key);
	c = parse_good(text);
	assert_int_equal(secret_len(c->xtr->map_servers[0].key.key), 11);
	assert_memory_equal(secret_bytes(c->xtr->map_servers[0].key.key),
			    "from a file", 11);
	conf_free(c);
	unlink(key);
	free(key);
}

static void test_file(void **state)
{
	char *file = temp_file(good, sizeof(good) - 1);
	char *nul = temp_file("{\n\0}", 4);
	struct cfg_errors e;
	struct conf *c;

	cfg_errors_init(&e, "f");
	c = conf_load(file, &e);
	assert_non_null(c);
	conf_free(c);
	assert_null(conf_load(nul, &e));
	assert_string_equal(e.lines[0], "f:2: not JSON: a NUL octet");
	assert_null(conf_load("/nonexistent/conf", &e));
	assert_string_equal(e.lines[1], "f: No such file or directory");
	cfg_errors_free(&e);
	unlink(file);
	unlink(nul);
	free(file);
	free(nul);
}

/* Every default of the schema is one its own row accepts, and every row is
 * documented. */
static void check_section(const struct cfg_section *s)
{
	for (const struct cfg_key *k = s->keys; k->name; k++) {
		assert_non_null(k->doc);
		assert_true(strlen(k->doc) > 5);
		assert_int_equal(k->doc[strlen(k->doc) - 1], '.');
		assert_false(k->required && k->def);
		assert_true(k->offset < s->size);
		if (k->section)
			check_section(k->section);
	}
}

static void test_schema(void **state)
{
	check_section(&conf_schema);
}

static void test_suggest(void **state)
{
	static const char *const words[] = { "priority", NULL, "prefix" };

	assert_string_equal(suggest("prioirty", words, 3), "priority");
	assert_string_equal(suggest("prefx", words, 3), "prefix");
	assert_string_equal(suggest("Prefix", words, 3), "prefix");
	assert_null(suggest("weight", words, 3));
	assert_null(suggest("", words, 3));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_xtr),
		cmocka_unit_test(test_good_servers),
		cmocka_unit_test(test_site_bound),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_repeated_once),
		cmocka_unit_test(test_all_reported),
		cmocka_unit_test(test_many_mistakes),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_key_file),
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_schema),
		cmocka_unit_test(test_suggest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

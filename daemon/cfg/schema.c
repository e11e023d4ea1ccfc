// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The schema of lispd's configuration.  A new key is a member in conf.h, a
 * row here and, if it contradicts others, a check in the
 * file of its role, check_*.c.
 */
#include "cfg/conf.h"

#include <linux/if_lisp.h>
#include <linux/rtnetlink.h>

#define BOOL(s, m, d) \
	.type = CFG_BOOL, .offset = offsetof(struct s, m), .def = d
#define UINT(s, m, lo, hi, d) \
	.type = CFG_UINT, .offset = offsetof(struct s, m), \
	.min = lo, .max = hi, .def = d
#define TEXT(s, m, lo, hi) \
	.type = CFG_STRING, .offset = offsetof(struct s, m), \
	.min = lo, .max = hi
#define PATH(s, m, hi) \
	.type = CFG_FILE, .offset = offsetof(struct s, m), .max = hi
#define INPUT(s, m) \
	.type = CFG_INPUT, .offset = offsetof(struct s, m), .max = FILE_PATH_MAX
#define PLAIN(t, s, m) \
	.type = t, .offset = offsetof(struct s, m)
#define CHOICE(s, m, c, d) \
	.type = CFG_CHOICE, .offset = offsetof(struct s, m), \
	.choices = c, .def = d
#define OBJECT(s, m, sec) \
	.type = CFG_OBJECT, .offset = offsetof(struct s, m), .section = &sec
#define LIST(t, s, m, n, lo, hi) \
	.type = CFG_LIST, .item = t, .offset = offsetof(struct s, m), \
	.count_offset = offsetof(struct s, n), .min = lo, .max = hi

#define SOCKET_PATH_MAX	107	/* struct sockaddr_un */
#define FILE_PATH_MAX	4000

static const struct cfg_choice log_levels[] = {
	{ "error", CONF_LOG_ERROR },
	{ "warning", CONF_LOG_WARNING },
	{ "info", CONF_LOG_INFO },
	{ "debug", CONF_LOG_DEBUG },
	{ NULL }
};

static const struct cfg_choice algorithms[] = {
	{ "hmac-sha1", AUTH_HMAC_SHA1_96 },
	{ "hmac-sha256", AUTH_HMAC_SHA256_128 },
	{ "hkdf-sha256", AUTH_HMAC_SHA256_HKDF },
	{ NULL }
};

/* What a site may be allowed; we never send the last. */
static const struct cfg_choice site_algorithms[] = {
	{ "hmac-sha1", AUTH_HMAC_SHA1_96 },
	{ "hmac-sha256", AUTH_HMAC_SHA256_128 },
	{ "hkdf-sha256", AUTH_HMAC_SHA256_HKDF },
	{ "none", AUTH_NONE },
	{ NULL }
};

static const struct cfg_choice auth_lengths[] = {
	{ "deployed", AUTH_LENGTH_DEPLOYED },
	{ "rfc", AUTH_LENGTH_RFC },
	{ NULL }
};

static const struct cfg_choice coverages[] = {
	{ "either", AUTH_COVER_EITHER },
	{ "entire", AUTH_COVER_ENTIRE },
	{ "literal", AUTH_COVER_LITERAL },
	{ NULL }
};

static const struct cfg_choice answer_modes[] = {
	{ "auto", CONF_ANSWER_AUTO },
	{ "proxy", CONF_ANSWER_PROXY },
	{ "forward", CONF_ANSWER_FORWARD },
	{ NULL }
};

#define KEY_ROWS(s, m) \
	{ "key-id", UINT(s, m id, 0, 255, "0"), \
	  .doc = "Number of the key in messages (RFC 9301 section 5.6)." }, \
	{ "key", PLAIN(CFG_SECRET, s, m key), \
	  .doc = "The pre-shared key itself; either this or key-file." }, \
	{ "key-file", INPUT(s, m key_file), \
	  .doc = "File whose first line is the pre-shared key; it is read " \
		 "at start and by each reload, also if only root may." }

static const struct cfg_choice route_protocols[] = {
	{ "any", 0 },
	{ "connected", RTPROT_KERNEL },
	{ "static", RTPROT_STATIC },
	{ "boot", RTPROT_BOOT },
	{ "dhcp", RTPROT_DHCP },
	{ "zebra", RTPROT_ZEBRA },
	{ "bird", RTPROT_BIRD },
	{ "bgp", RTPROT_BGP },
	{ "isis", RTPROT_ISIS },
	{ "ospf", RTPROT_OSPF },
	{ "rip", RTPROT_RIP },
	{ "eigrp", RTPROT_EIGRP },
	{ NULL }
};

static const struct cfg_choice families[] = {
	{ "ipv4", CONF_FAMILY_IPV4 },
	{ "ipv6", CONF_FAMILY_IPV6 },
	{ NULL }
};

static const struct cfg_key rloc_keys[] = {
	{ "address", PLAIN(CFG_ADDRESS, conf_rloc, address),
	  .doc = "An address of this router in the underlay; either this or "
		 "interface." },
	{ "interface", PLAIN(CFG_DEVICE, conf_rloc, interface),
	  .doc = "Interface of the underlay whose address it is, whichever it "
		 "has: followed, and out of use while the link is down." },
	{ "family", CHOICE(conf_rloc, family, families, NULL),
	  .doc = "Of the interface's address." },
	{ "priority", UINT(conf_rloc, priority, 0, 255, "1"),
	  .doc = "Lower is preferred, 255 is never used." },
	{ "weight", UINT(conf_rloc, weight, 0, 255, "100"),
	  .doc = "Share of the traffic among RLOCs of equal priority." },
	{ "neighbour", BOOL(conf_rloc, neighbour, "false"),
	  .doc = "Of another xTR of this site, which has the same list but for "
		 "this key: registered like ours, never sent from, and probed; "
		 "while it does not answer its locator-status-bit is 0." },
	{ NULL }
};

static const struct cfg_section rloc_section = {
	"rlocs", sizeof(struct conf_rloc), rloc_keys
};

static const struct cfg_key proxy_etr_keys[] = {
	{ "address", PLAIN(CFG_ADDRESS, conf_proxy_etr, address),
	  .required = true,
	  .doc = "Address of the proxy ETR in the underlay." },
	{ "priority", UINT(conf_proxy_etr, priority, 0, 255, "1"),
	  .doc = "Lower is preferred, 255 is never used." },
	{ "weight", UINT(conf_proxy_etr, weight, 0, 255, "100"),
	  .doc = "Share of the traffic among those of equal priority." },
	{ NULL }
};

static const struct cfg_section proxy_etr_section = {
	"proxy-etrs", sizeof(struct conf_proxy_etr), proxy_etr_keys
};

static const struct cfg_key map_server_keys[] = {
	{ "address", PLAIN(CFG_ADDRESS, conf_map_server, address),
	  .required = true,
	  .doc = "Address of the Map-Server in the underlay." },
	KEY_ROWS(conf_map_server, key.),
	{ "algorithm", CHOICE(conf_map_server, key.algorithm, algorithms,
			      "\"hmac-sha256\""),
	  .doc = "How messages are authenticated; hmac-sha1 is for old "
		 "peers only." },
	{ "auth-length", CHOICE(conf_map_server, auth_length, auth_lengths,
				"\"deployed\""),
	  .doc = "Length of the authentication data we send: the whole digest "
		 "as everybody does, or truncated as the RFC says." },
	{ "proxy-reply", BOOL(conf_map_server, proxy_reply, "true"),
	  .doc = "Ask the Map-Server to answer Map-Requests for us." },
	{ "want-map-notify", BOOL(conf_map_server, want_map_notify, "true"),
	  .doc = "Ask the Map-Server to acknowledge registrations." },
	{ "merge", BOOL(conf_map_server, merge, "false"),
	  .doc = "Ask the Map-Server to merge our locators with those that other "
		 "xTRs of the site register, instead of the last one's." },
	{ NULL }
};

static const struct cfg_section map_server_section = {
	"map-servers", sizeof(struct conf_map_server), map_server_keys
};

static const struct cfg_key database_keys[] = {
	{ "prefix", PLAIN(CFG_PREFIX, conf_database, prefix), .required = true,
	  .doc = "An EID-prefix of this site." },
	{ NULL }
};

static const struct cfg_section database_section = {
	"database", sizeof(struct conf_database), database_keys
};

static const struct cfg_key route_rule_keys[] = {
	{ "prefix", PLAIN(CFG_PREFIX, conf_route_rule, prefix),
	  .doc = "Routes to this prefix or, as ge and le say, beneath it; "
		 "default: to any." },
	{ "ge", UINT(conf_route_rule, ge, 0, 128, "0"),
	  .doc = "Least length of a route's prefix; default: prefix's, or that "
		 "and longer if le is given." },
	{ "le", UINT(conf_route_rule, le, 0, 128, "0"),
	  .doc = "Greatest length of a route's prefix; default: prefix's, or "
		 "any if ge is given." },
	{ "protocol", CHOICE(conf_route_rule, protocol, route_protocols,
			     "\"any\""),
	  .doc = "Who made the route." },
	{ "exclude", BOOL(conf_route_rule, exclude, "false"),
	  .doc = "What fits is not taken." },
	{ NULL }
};

static const struct cfg_section route_rule_section = {
	"routes", sizeof(struct conf_route_rule), route_rule_keys
};

static const struct cfg_key vpn_keys[] = {
	{ "name", TEXT(conf_vpn, name, 1, 63), .required = true,
	  .doc = "Name of the VPN in logs and displays." },
	{ "iid", UINT(conf_vpn, iid, 0, LISP_IID_MAX, NULL), .required = true,
	  .doc = "Instance-ID of the VPN; 0 is the default instance." },
	{ "device", PLAIN(CFG_DEVICE, conf_vpn, device), .required = true,
	  .doc = "Name of the lisp device; made at start unless a fitting one "
		 "is there." },
	{ "vrf", PLAIN(CFG_DEVICE, conf_vpn, vrf),
	  .doc = "Existing VRF device the lisp device is enslaved to; without "
		 "it the device stays in the main table." },
	{ "native", PLAIN(CFG_DEVICE, conf_vpn, native),
	  .doc = "Uplink of the VRF that natively forwarded packets leave "
		 "through." },
	{ "eid-space", LIST(CFG_PREFIX, conf_vpn, eid_space, eid_space_count,
			    0, 256),
	  .doc = "Prefixes routed into the lisp device; default 0.0.0.0/0 and "
		 "::/0, and none where the device shares the routing table "
		 "of its underlay, or for a proxy: then nothing is "
		 "encapsulated but what other routes lead there. VPNs in the "
		 "same VRF have no prefix in common." },
	{ "database", LIST(CFG_OBJECT, conf_vpn, database, database_count,
			   0, 65536), .section = &database_section,
	  .doc = "The site's own EID-prefixes, which are registered." },
	{ "routes", LIST(CFG_OBJECT, conf_vpn, routes, route_count, 0, 64),
	  .section = &route_rule_section,
	  .doc = "Routes of the VRF that are EID-prefixes of the site, too, as "
		 "long as they are there: the first rule that a route fits "
		 "says; default routes never are, nor those into lisp "
		 "devices." },
	{ "max-routes", UINT(conf_vpn, max_routes, 1, 65536, "1000"),
	  .doc = "Most EID-prefixes that routes may make; of more, the lowest "
		 "are taken." },
	{ "proxy-etrs", LIST(CFG_OBJECT, conf_vpn, proxy_etrs,
			     proxy_etr_count, 0, 32),
	  .section = &proxy_etr_section,
	  .doc = "Proxy ETRs that take what is not for a LISP site (RFC 6832), "
		 "instead of the native uplink." },
	{ "proxy-itr", BOOL(conf_vpn, proxy_itr, "false"),
	  .doc = "Encapsulate for hosts that are no EIDs (RFC 6832): eid-space "
		 "says what is attracted; it has no database." },
	{ "proxy-etr", BOOL(conf_vpn, proxy_etr, "false"),
	  .doc = "Decapsulate what LISP sites send to hosts that are no EIDs "
		 "(RFC 6832) and route it in the VRF." },
	{ NULL }
};

static const struct cfg_section vpn_section = {
	"vpns", sizeof(struct conf_vpn), vpn_keys
};

static const struct cfg_key xtr_keys[] = {
	{ "xtr-id", PLAIN(CFG_HEX128, conf_xtr, xtr_id),
	  .doc = "Identity of this xTR in its site; default: made once and "
		 "kept in state-dir." },
	{ "site-id", UINT(conf_xtr, site_id, 0, INT64_MAX, "0"),
	  .doc = "Number of the site, the same for all its xTRs." },
	{ "rlocs", LIST(CFG_OBJECT, conf_xtr, rlocs, rloc_count, 1, 32),
	  .section = &rloc_section, .required = true,
	  .doc = "Where this site is reached: of all its xTRs, so that status "
		 "bits of each count in the same order." },
	{ "map-resolvers", LIST(CFG_ADDRESS, conf_xtr, map_resolvers,
				map_resolver_count, 1, 16), .required = true,
	  .doc = "Asked for mappings, in this order; one that does not answer "
		 "loses its turn for a while." },
	{ "map-servers", LIST(CFG_OBJECT, conf_xtr, map_servers,
			      map_server_count, 0, 16),
	  .section = &map_server_section,
	  .doc = "Where the site's EID-prefixes are registered." },
	{ "register-interval", UINT(conf_xtr, register_interval, 10, 3600,
				    "60"),
	  .doc = "Seconds between registrations." },
	{ "probe-interval", UINT(conf_xtr, probe_interval, 0, 3600, "60"),
	  .doc = "Seconds between probes of each RLOC of the map-cache, proxy "
		 "ETRs among them; one that fails to answer three in a row is "
		 "out of use five seconds later, but for the last one that a "
		 "mapping has; 0 is no probing." },
	{ "mapping-ttl", UINT(conf_xtr, mapping_ttl, 1, 525600, "1440"),
	  .doc = "Minutes that others may keep our mappings." },
	{ "map-versions", BOOL(conf_xtr, map_versions, "true"),
	  .doc = "Number our mappings (RFC 9302): the number goes up when the "
		 "RLOCs change, and is kept in state-dir; false where several "
		 "xTRs register the same prefixes, as each would count for "
		 "itself." },
	{ "trusted-underlay", BOOL(conf_xtr, trusted_underlay, "false"),
	  .doc = "Whoever can send packets in the underlay is believed what "
		 "they say beside the VPN that they belong to (RFC 9300 "
		 "section 4.1): what the next four keys name, for the devices "
		 "of all VPNs. Not for the Internet." },
	{ "icmp-unreachable", BOOL(conf_xtr, icmp_unreachable, "false"),
	  .doc = "ICMP errors that an RLOC is unreachable; else they only "
		 "cause a probe." },
	{ "status-bits", BOOL(conf_xtr, status_bits, "false"),
	  .doc = "Locator-status-bits: which RLOCs of a site are up. Ours are "
		 "sent, too." },
	{ "echo-nonce", BOOL(conf_xtr, echo_nonce, "false"),
	  .doc = "Nonces and their echo: RLOCs of sites that do the same are "
		 "asked whether they hear us. That a site does is learned "
		 "from its own Map-Replies (E), not where a Map-Server "
		 "answers for it." },
	{ "compare-map-versions", BOOL(conf_xtr, compare_map_versions,
				       "false"),
	  .doc = "Map-versions in packets (RFC 9302): sent, and who has an "
		 "old mapping is told so." },
	{ "shortest-prefix-ipv4", UINT(conf_xtr, shortest_prefix4, 0, 32,
				       "8"),
	  .doc = "Most that a Map-Reply is believed about, as a prefix length "
		 "around the IPv4 EID asked for: a reply for more is cut down "
		 "to it." },
	{ "shortest-prefix-ipv6", UINT(conf_xtr, shortest_prefix6, 0, 128,
				       "16"),
	  .doc = "The same for IPv6 EIDs." },
	{ "origin", UINT(conf_xtr, origin, 1, UINT32_MAX, "9301"),
	  .doc = "Marks the entries of this daemon in the kernel; two daemons "
		 "in one network namespace need different ones." },
	{ "stale-limit", UINT(conf_xtr, stale_limit, 0, 604800, "3600"),
	  .doc = "Seconds that kernel entries outlive their TTL while this "
		 "daemon is away." },
	{ "route-protocol", UINT(conf_xtr, route_protocol, 5, 255, "93"),
	  .doc = "Protocol number of the routes this daemon adds." },
	{ "route-metric", UINT(conf_xtr, route_metric, 1, UINT32_MAX, "9300"),
	  .doc = "Metric of the routes this daemon adds." },
	{ "keep-on-exit", BOOL(conf_xtr, keep_on_exit, "false"),
	  .doc = "Leave devices, routes and mappings in place after a clean "
		 "stop, as a kill always does." },
	{ "deregister-on-exit", BOOL(conf_xtr, deregister_on_exit, "true"),
	  .doc = "Withdraw the registrations at a clean stop, unless "
		 "keep-on-exit; otherwise they expire." },
	{ "vpns", LIST(CFG_OBJECT, conf_xtr, vpns, vpn_count, 1, 65536),
	  .section = &vpn_section, .required = true,
	  .doc = "The VPNs this xTR serves." },
	{ NULL }
};

static const struct cfg_section xtr_section = {
	"xtr", sizeof(struct conf_xtr), xtr_keys
};

static const struct cfg_key site_key_keys[] = {
	KEY_ROWS(conf_key, ),
	{ "algorithm", CHOICE(conf_key, algorithm, site_algorithms,
			      "\"hmac-sha256\""),
	  .doc = "How messages are authenticated; hmac-sha1 is for old "
		 "peers only. none, without a key, is dangerous: whoever can "
		 "send a packet to the Map-Server can then register, and "
		 "withdraw, what the site may." },
	{ "not-before", PLAIN(CFG_TIME, conf_key, not_before),
	  .doc = "The key is not accepted before this time, by the clock of "
		 "this host." },
	{ "not-after", PLAIN(CFG_TIME, conf_key, not_after),
	  .doc = "The key is not accepted after this time; what was "
		 "registered with it stays until it expires." },
	{ NULL }
};

static const struct cfg_section site_key_section = {
	"keys", sizeof(struct conf_key), site_key_keys
};

static const struct cfg_key site_eid_keys[] = {
	{ "iid", UINT(conf_site_eid, iid, 0, LISP_IID_MAX, "0"),
	  .doc = "Instance-ID." },
	{ "prefix", PLAIN(CFG_PREFIX, conf_site_eid, prefix), .required = true,
	  .doc = "An EID-prefix that the site may register." },
	{ "accept-more-specifics", BOOL(conf_site_eid, accept_more_specifics,
					"false"),
	  .doc = "The site may register prefixes beneath it, too." },
	{ "max-registrations", UINT(conf_site_eid, max_registrations, 0,
				    UINT32_MAX, "0"),
	  .doc = "Most registrations of this prefix and of those beneath it "
		 "that are of no other row, each counted for each xTR; 0 is "
		 "the site's limit only." },
	{ NULL }
};

static const struct cfg_section site_eid_section = {
	"eids", sizeof(struct conf_site_eid), site_eid_keys
};

static const struct cfg_key site_keys[] = {
	{ "name", TEXT(conf_site, name, 1, 63), .required = true,
	  .doc = "Name of the site in logs and displays." },
	{ "keys", LIST(CFG_OBJECT, conf_site, keys, key_count, 1, 16),
	  .section = &site_key_section, .required = true,
	  .doc = "Keys the site's xTRs may use." },
	{ "eids", LIST(CFG_OBJECT, conf_site, eids, eid_count, 1, 65536),
	  .section = &site_eid_section, .required = true,
	  .doc = "What the site may register." },
	{ "rlocs", LIST(CFG_PREFIX, conf_site, rlocs, rloc_count, 0, 256),
	  .doc = "Prefixes of the underlay that the site's locators must be "
		 "in: a record with another one is refused whole; default: "
		 "any." },
	{ "max-registrations", UINT(conf_site, max_registrations, 0,
				    UINT32_MAX, "100000"),
	  .doc = "Most registrations of the site, each EID-prefix counted for "
		 "each xTR: the default is some 14 MB of memory; 0 is as many "
		 "as there is room for, which others then lack." },
	{ "mode", CHOICE(conf_site, mode, answer_modes, "\"auto\""),
	  .doc = "Who answers Map-Requests: auto is the Map-Server for what "
		 "was registered with P, unless the request has A, proxy is "
		 "the Map-Server always, forward is an ETR of the site as long "
		 "as one can be reached, else the Map-Server." },
	{ "mac-coverage", CHOICE(conf_site, mac_coverage, coverages,
				 "\"either\""),
	  .doc = "What the site's MACs must cover: the entire message, as "
		 "everybody signs, or all but xTR-ID and Site-ID, the letter "
		 "of RFC 9301; IDs that are not covered name nobody." },
	{ "accept-unordered-nonce", BOOL(conf_site, accept_unordered_nonce,
					 "false"),
	  .doc = "Accept old peers whose nonces do not count up; gives up "
		 "replay protection." },
	{ NULL }
};

static const struct cfg_section site_section = {
	"sites", sizeof(struct conf_site), site_keys
};

#define REQUESTS_ROW(s, more) \
	{ "requests-per-source", UINT(s, requests_per_source, 1, 1000000, \
				      "1000"), \
	  .doc = "Map-Requests a second that are taken from one source " \
		 "address (of IPv6: a /64), and as many at once: more where a NAT or a load " \
		 "balancer has many ITRs or Map-Resolvers behind one " \
		 "address" more "." }

static const struct cfg_key ms_keys[] = {
	{ "sites", LIST(CFG_OBJECT, conf_ms, sites, site_count, 1, 65536),
	  .section = &site_section, .required = true,
	  .doc = "Sites that may register here." },
	{ "registration-timeout", UINT(conf_ms, registration_timeout, 30,
				       86400, "180"),
	  .doc = "Seconds after which a registration ends that was not "
		 "repeated." },
	REQUESTS_ROW(conf_ms, "; whatever it is, a worker sends one ITR-RLOC, "
		     "which who asks may make up, 1000 answers a second at "
		     "most"),
	{ "workers", UINT(conf_ms, workers, 1, 64, "1"),
	  .doc = "Threads that answer Map-Requests and authenticate "
		 "Map-Registers; no more than processors.  A source address "
		 "has one of them; limits of ITR-RLOCs and EID-prefixes are "
		 "each worker's own.  1 for a process that is an xTR, too." },
	{ NULL }
};

static const struct cfg_section ms_section = {
	"map-server", sizeof(struct conf_ms), ms_keys
};

static const struct cfg_choice ddt_securities[] = {
	{ "off", CONF_DDT_OFF },
	{ "if-present", CONF_DDT_IF_PRESENT },
	{ "require", CONF_DDT_REQUIRE },
	{ NULL }
};

static const struct cfg_key anchor_keys[] = {
	{ "key", PLAIN(CFG_SECRET, conf_anchor, key),
	  .doc = "A public RSA key of 2048 to 4096 bits, in PEM; either this "
		 "or key-file." },
	{ "key-file", INPUT(conf_anchor, key_file),
	  .doc = "File with the public key, in PEM, alone." },
	{ NULL }
};

static const struct cfg_section anchor_section = {
	"ddt-trust-anchors", sizeof(struct conf_anchor), anchor_keys
};

static const struct cfg_key mr_keys[] = {
	{ "map-servers", LIST(CFG_ADDRESS, conf_mr, map_servers,
			      map_server_count, 0, 16),
	  .doc = "Where requests are passed on to, each to one of these; not "
		 "needed when this process is the Map-Server." },
	{ "ddt-roots", LIST(CFG_ADDRESS, conf_mr, ddt_roots, ddt_root_count,
			    0, 16),
	  .doc = "Root nodes of a delegation tree (RFC 8111), or nodes that "
		 "know them: instead of passing requests on to map-servers, "
		 "the Map-Resolver looks for the Map-Server of each EID there, "
		 "and remembers the way." },
	{ "ddt-trust-anchors", LIST(CFG_OBJECT, conf_mr, ddt_anchors,
				    ddt_anchor_count, 0, 16),
	  .section = &anchor_section,
	  .doc = "Public keys of the roots, with which the chain of signed "
		 "referrals begins." },
	{ "ddt-security", CHOICE(conf_mr, ddt_security, ddt_securities,
				 "\"if-present\""),
	  .doc = "Whether Map-Referrals must be signed: off does not look, "
		 "if-present demands it of those whose keys are known, and "
		 "require of all." },
	REQUESTS_ROW(conf_mr, ""),
	{ NULL }
};

static const struct cfg_section mr_section = {
	"map-resolver", sizeof(struct conf_mr), mr_keys
};

static const struct cfg_key ddt_authority_keys[] = {
	{ "eid-prefix", PLAIN(CFG_XEID, conf_ddt_authority, xeid),
	  .required = true,
	  .doc = "What this node answers for." },
	{ "peers", LIST(CFG_ADDRESS, conf_ddt_authority, peers, peer_count,
			0, 16),
	  .doc = "Of a Map-Server: the other Map-Servers of this prefix, which "
		 "resolvers are told." },
	{ "complete", BOOL(conf_ddt_authority, complete, "false"),
	  .doc = "Of a Map-Server: there are no others than this one and its "
		 "peers, so that resolvers may remember them." },
	{ NULL }
};

static const struct cfg_section ddt_authority_section = {
	"authoritative", sizeof(struct conf_ddt_authority), ddt_authority_keys
};

static const struct cfg_key ddt_node_keys[] = {
	{ "address", PLAIN(CFG_ADDRESS, conf_ddt_node, address),
	  .required = true,
	  .doc = "Address of the DDT node or Map-Server in the underlay." },
	{ "priority", UINT(conf_ddt_node, priority, 0, 255, "1"),
	  .doc = "Lower is preferred, 255 is never used." },
	{ "weight", UINT(conf_ddt_node, weight, 0, 255, "100"),
	  .doc = "Share of the requests among nodes of equal priority." },
	{ "key-files", LIST(CFG_PEM, conf_ddt_node, keys, key_count, 0, 4),
	  .doc = "Its public keys, in PEM, each in a file of its own of at "
		 "most 16 KiB." },
	{ NULL }
};

static const struct cfg_section ddt_node_section = {
	"nodes", sizeof(struct conf_ddt_node), ddt_node_keys
};

static const struct cfg_key ddt_delegation_keys[] = {
	{ "eid-prefix", PLAIN(CFG_XEID, conf_ddt_delegation, xeid),
	  .required = true,
	  .doc = "What is delegated; of a hint, what they answer for." },
	{ "nodes", LIST(CFG_OBJECT, conf_ddt_delegation, nodes, node_count,
			1, 32),
	  .section = &ddt_node_section, .required = true,
	  .doc = "Who answers for it; of more than fit into a message of 1280 "
		 "octets, keys included, the last ones are left out." },
	{ "map-server", BOOL(conf_ddt_delegation, map_server, "false"),
	  .doc = "At least one of the nodes is a Map-Server." },
	{ NULL }
};

static const struct cfg_section ddt_delegation_section = {
	"delegations", sizeof(struct conf_ddt_delegation), ddt_delegation_keys
};

static const struct cfg_section ddt_hint_section = {
	"hints", sizeof(struct conf_ddt_delegation), ddt_delegation_keys
};

static const struct cfg_key ddt_keys[] = {
	{ "authoritative", LIST(CFG_OBJECT, conf_ddt, authorities,
				authority_count, 0, 65536),
	  .section = &ddt_authority_section, .required = true,
	  .doc = "What this node answers for; \"*\" for a root." },
	{ "delegations", LIST(CFG_OBJECT, conf_ddt, delegations,
			      delegation_count, 0, 65536),
	  .section = &ddt_delegation_section,
	  .doc = "Parts of it that others answer for; no site of a Map-Server "
		 "in the same process may have an EID-prefix in them, nor "
		 "register one." },
	{ "hints", LIST(CFG_OBJECT, conf_ddt, hints, hint_count, 0, 65536),
	  .section = &ddt_hint_section,
	  .doc = "Others that are known to answer for what this node does "
		 "not." },
	{ "ttl", UINT(conf_ddt, ttl, 1, 525600, "1440"),
	  .doc = "Minutes that resolvers may remember a referral." },
	{ "key-files", LIST(CFG_PEM, conf_ddt, keys, key_count, 0, 3),
	  .doc = "Private RSA keys of 2048 to 4096 bits, in PEM, each in a "
		 "file of its own of at most 16 KiB, read at start and by each "
		 "reload, also if only root may: what this node says is signed "
		 "with all of them. Signing takes at most 5 % of a processor "
		 "for what strangers make up, and 10 % each for delegations "
		 "and sites, which are signed when first asked for and then kept: of "
		 "them, 145 a second with one key of 2048 bits, 18 with one "
		 "of 4096; what is over that is not answered until it is "
		 "asked again." },
	{ "signature-validity", UINT(conf_ddt, signature_validity, 2, 87600,
				     "168"),
	  .doc = "Hours that a signature is valid; it is renewed after half of "
		 "that." },
	{ NULL }
};

static const struct cfg_section ddt_section = {
	"ddt-node", sizeof(struct conf_ddt), ddt_keys
};

static const struct cfg_key metrics_keys[] = {
	{ "address", PLAIN(CFG_HOST, conf_metrics, address),
	  .def = "\"127.0.0.1\"",
	  .doc = "Where to listen, in lispd's network namespace.  Whoever can "
		 "connect to it may read all: there is neither authentication "
		 "nor encryption." },
	{ "port", UINT(conf_metrics, port, 1024, 65535, "14342"),
	  .doc = "TCP port." },
	{ NULL }
};

static const struct cfg_section metrics_section = {
	"metrics", sizeof(struct conf_metrics), metrics_keys
};

static const struct cfg_key conf_keys[] = {
	{ "name", TEXT(conf, name, 1, 63),
	  .doc = "Name of this process in logs and displays; default: the "
		 "host name." },
	{ "control-socket", PATH(conf, control_socket, SOCKET_PATH_MAX),
	  .def = "\"/run/lispd/lispd.sock\"",
	  .doc = "Socket that lispctl talks to; the directory it is in is made "
		 "if it is not there." },
	{ "control-group", TEXT(conf, control_group, 1, 31),
	  .doc = "Group whose members may use the control socket besides root "
		 "and the daemon's user, who must be a member, too, if the "
		 "daemon was not started as root." },
	{ "state-dir", PATH(conf, state_dir, FILE_PATH_MAX),
	  .def = "\"/var/lib/lispd\"",
	  .doc = "Directory for what must survive a restart, such as nonces: of "
		 "one lispd alone, which has it locked. A Map-Server's "
		 "registrations are there up to four times: a snapshot, what "
		 "came after it, and the next one." },
	{ "user", TEXT(conf, user, 1, 31), .def = "\"nobody\"",
	  .doc = "Unprivileged user the daemon runs as after start; without "
		 "effect if it was not started as root, as by its systemd "
		 "unit: it stays who it is." },
	{ "log-level", CHOICE(conf, log_level, log_levels, "\"info\""),
	  .doc = "The least important messages that are logged, unless "
		 "lispd was started with -d. Notices, such as of an RLOC that "
		 "is down or a registration that expired, need info." },
	{ "underlay", PLAIN(CFG_DEVICE, conf, underlay),
	  .doc = "VRF whose routing carries control messages and encapsulated "
		 "packets; default: the main routing domain." },
	{ "listen", LIST(CFG_ADDRESS, conf, listen, listen_count, 0, 64),
	  .doc = "Addresses of UDP port 4342; default: any IPv4 and any IPv6 "
		 "address." },
	{ "metrics", OBJECT(conf, metrics, metrics_section),
	  .doc = "Counters for monitoring, in the text formats of OpenMetrics "
		 "and Prometheus, at http://ADDRESS:PORT/metrics; default: "
		 "none." },
	{ "xtr", OBJECT(conf, xtr, xtr_section),
	  .doc = "Role tunnel router: encapsulates, resolves and registers." },
	{ "map-server", OBJECT(conf, ms, ms_section),
	  .doc = "Role Map-Server: accepts registrations and answers." },
	{ "map-resolver", OBJECT(conf, mr, mr_section),
	  .doc = "Role Map-Resolver: takes Map-Requests from tunnel routers." },
	{ "ddt-node", OBJECT(conf, ddt, ddt_section),
	  .doc = "Role DDT node (RFC 8111): refers Map-Resolvers to those that "
		 "know an EID; of a Map-Server: what resolvers are told about "
		 "its prefixes." },
	{ NULL }
};

const struct cfg_section conf_schema = {
	"the configuration", sizeof(struct conf), conf_keys
};

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The configuration of lispd as structs.  Everything hangs off struct conf
 * and is freed with it.  Every value has been checked: ranges, references and
 * contradictions between keys.  What the keys mean is said in schema.c, from
 * which "lispd --schema" prints the reference.
 */
#ifndef LISP_CFG_CONF_H
#define LISP_CFG_CONF_H

#include "cfg/errors.h"
#include "cfg/table.h"
#include "lib/prefix.h"
#include "lib/secret.h"
#include "lib/xeid.h"
#include "wire/auth.h"

enum conf_log_level {
	CONF_LOG_ERROR,
	CONF_LOG_WARNING,
	CONF_LOG_INFO,
	CONF_LOG_DEBUG,
};

enum conf_answer_mode {
	CONF_ANSWER_AUTO,	/* proxy when a registrant asked for it */
	CONF_ANSWER_PROXY,
	CONF_ANSWER_FORWARD,
};

struct conf_key {
	uint64_t id;
	int algorithm;			/* enum auth_algorithm */
	struct secret *key;		/* also when it came from key_file */
	char *key_file;
	uint64_t not_before;		/* seconds since 1970; 0: always */
	uint64_t not_after;		/* 0: for ever */
};

enum conf_family {
	CONF_FAMILY_NONE,		/* not given */
	CONF_FAMILY_IPV4,
	CONF_FAMILY_IPV6,
};

/* Either an address, or an interface and the family of its address. */
struct conf_rloc {
	struct addr address;		/* family ADDR_NONE: not given */
	char *interface;
	int family;			/* enum conf_family */
	uint64_t priority;
	uint64_t weight;
	bool neighbour;			/* of another xTR of the site */
};

/* A proxy ETR, for what is not for a LISP site. */
struct conf_proxy_etr {
	struct addr address;
	uint64_t priority;
	uint64_t weight;
};

struct conf_map_server {
	struct addr address;
	struct conf_key key;
	int auth_length;		/* enum auth_length_style */
	bool proxy_reply;
	bool want_map_notify;
	bool merge;
};

struct conf_database {
	struct prefix prefix;
};

/* Which routes of a VPN's VRF are its EID-prefixes: the first rule that a
 * route fits says. */
struct conf_route_rule {
	struct prefix prefix;		/* family ADDR_NONE: any */
	uint64_t ge;			/* 0: not given */
	uint64_t le;			/* 0: not given */
	int protocol;			/* RTPROT_*, 0: any */
	bool exclude;
};

struct conf_vpn {
	char *name;
	uint64_t iid;
	char *device;
	char *vrf;			/* NULL: the device stays in the main table */
	char *native;			/* NULL: no native uplink */
	/* NULL: not given; see conf_vpn_space() */
	struct prefix *eid_space;
	size_t eid_space_count;
	struct conf_database *database;
	size_t database_count;
	struct conf_route_rule *routes;
	size_t route_count;
	uint64_t max_routes;
	struct conf_proxy_etr *proxy_etrs;
	size_t proxy_etr_count;
	bool proxy_itr;			/* RFC 6832 */
	bool proxy_etr;
};

struct conf_xtr {
	struct cfg_hex128 xtr_id;
	uint64_t site_id;
	struct conf_rloc *rlocs;
	size_t rloc_count;
	struct addr *map_resolvers;
	size_t map_resolver_count;
	struct conf_map_server *map_servers;
	size_t map_server_count;
	uint64_t register_interval;	/* seconds */
	uint64_t probe_interval;	/* seconds; 0: none */
	uint64_t mapping_ttl;		/* minutes */
	bool map_versions;
	bool trusted_underlay;		/* RFC 9300 4.1 */
	bool status_bits;
	bool echo_nonce;
	bool compare_map_versions;
	bool icmp_unreachable;
	uint64_t shortest_prefix4;	/* bits */
	uint64_t shortest_prefix6;
	uint64_t origin;		/* of our entries in the kernel */
	uint64_t stale_limit;		/* seconds */
	uint64_t route_protocol;
	uint64_t route_metric;
	bool keep_on_exit;
	bool deregister_on_exit;
	struct conf_vpn *vpns;
	size_t vpn_count;
};

struct conf_site_eid {
	uint64_t iid;
	struct prefix prefix;
	bool accept_more_specifics;
	uint64_t max_registrations;	/* 0: the site's limit only */
};

struct conf_site {
	char *name;
	struct conf_key *keys;
	size_t key_count;
	struct conf_site_eid *eids;
	size_t eid_count;
	struct prefix *rlocs;		/* that it may register; none: any */
	size_t rloc_count;
	uint64_t max_registrations;	/* 0: what there is room for */
	int mode;			/* enum conf_answer_mode */
	int mac_coverage;		/* enum auth_coverage */
	bool accept_unordered_nonce;
};

struct conf_ms {
	struct conf_site *sites;
	size_t site_count;
	uint64_t registration_timeout;	/* seconds */
	uint64_t requests_per_source;	/* a second */
	uint64_t workers;
};

enum conf_ddt_security {
	CONF_DDT_OFF,
	CONF_DDT_IF_PRESENT,
	CONF_DDT_REQUIRE,
};

/* A public key of the roots, in PEM. */
struct conf_anchor {
	struct secret *key;		/* also when it came from key_file */
	char *key_file;
};

struct conf_mr {
	struct addr *map_servers;
	size_t map_server_count;
	struct addr *ddt_roots;		/* instead of map_servers */
	size_t ddt_root_count;
	int ddt_security;		/* enum conf_ddt_security */
	uint64_t requests_per_source;	/* a second */
	struct conf_anchor *ddt_anchors;
	size_t ddt_anchor_count;
};

struct conf_ddt_authority {
	struct xeid xeid;
	struct addr *peers;		/* other Map-Servers */
	size_t peer_count;
	bool complete;			/* there are no others */
};

struct conf_ddt_node {
	struct addr address;
	uint64_t priority;
	uint64_t weight;
	struct cfg_pem *keys;		/* public */
	size_t key_count;
};

struct conf_ddt_delegation {
	struct xeid xeid;
	struct conf_ddt_node *nodes;
	size_t node_count;
	bool map_server;
};

struct conf_ddt {
	struct conf_ddt_authority *authorities;
	size_t authority_count;
	struct conf_ddt_delegation *delegations;
	size_t delegation_count;
	struct conf_ddt_delegation *hints;
	size_t hint_count;
	uint64_t ttl;			/* minutes */
	struct cfg_pem *keys;		/* private */
	size_t key_count;
	uint64_t signature_validity;	/* hours */
};

/* Where monitoring asks (OpenMetrics). */
struct conf_metrics {
	struct addr address;
	uint64_t port;
};

struct conf {
	char *name;			/* NULL: host name */
	char *control_socket;
	char *control_group;		/* NULL: nobody else */
	char *state_dir;
	char *user;
	int log_level;			/* enum conf_log_level */
	char *underlay;			/* VRF; NULL: default domain */
	struct addr *listen;		/* empty: any address */
	size_t listen_count;
	struct conf_metrics *metrics;	/* NULL: nobody asks */
	struct conf_xtr *xtr;		/* NULL: not this role */
	struct conf_ms *ms;
	struct conf_mr *mr;
	struct conf_ddt *ddt;
};

extern const struct cfg_section conf_schema;

/* NULL when there are mistakes, all of them in @e.  It is one if @file is no
 * regular file. */
struct conf *conf_load(const char *file, struct cfg_errors *e);

/* The same, but it may be a pipe, whose writer is waited for: not for whoever
 * has something else to do. */
struct conf *conf_await(const char *file, struct cfg_errors *e);

/* The same from @text (modified; may hold comments), named by @e->file. */
struct conf *conf_parse(char *text, struct cfg_errors *e);

void conf_free(struct conf *c);

/* Checks that concern several keys, for conf_parse(). */
void conf_check(struct conf *c, struct cfg_errors *e);

/* Of an RLOC, whichever way it is given. */
enum addr_family conf_rloc_family(const struct conf_rloc *r);

/* What lispd leads into the device of a VPN: so many prefixes, from *@space.  One
 * that names none has all, if its routing table is not that of the underlay and
 * it is no proxy. */
size_t conf_vpn_space(const struct conf *c, const struct conf_vpn *v,
		      const struct prefix **space);

#endif

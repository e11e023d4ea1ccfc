/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Configuration of the xTR machines (resolve, cache, register, answer) and
 * their limits.  Filled by run/ from the configuration file; read-only, owned
 * by the caller, and alive as long as the node.
 */
#ifndef LISP_SM_XTR_H
#define LISP_SM_XTR_H

#include "sm/limit.h"
#include "sm/ops.h"
#include "wire/record.h"

/* A Map-Server we register with. */
struct register_server {
	struct addr addr;
	struct sm_key key;
	bool proxy_reply;		/* P */
	bool want_notify;		/* M */
	bool merge;			/* a */
	/* Octets of UDP payload that a Map-Register may have; 0: what fits
	 * where nothing is known about the path. */
	unsigned int message_max;
};

/* Proxy ETRs of an instance, in order of address, for negative mappings. */
struct xtr_petrs {
	uint32_t iid;			/* first, to look for it */
	const struct locator *locators;
	size_t count;			/* as for mappings */
};

struct resolve_limits {
	unsigned int outstanding;	/* series at once */
	unsigned int per_iid;		/* of one instance */
	unsigned int waiters;		/* node_resolve() calls at once */
	struct limit_rate requests;	/* Map-Requests sent, all together */
};

struct cache_limits {
	unsigned int entries;
	uint32_t ttl_max;		/* seconds */
	uint32_t ttl_unusable;		/* s; a mapping with no locator left */
	uint8_t locators;		/* per mapping, <= 32 */
	uint8_t min_len4;		/* shortest prefix believed, bits */
	uint8_t min_len6;
};

struct probe_limits {
	uint32_t interval;		/* ms; 0: RLOCs are not probed */
	uint32_t retry;			/* ms, first; then twice as long */
	unsigned int tries;		/* unanswered in a row: down */
	unsigned int rise;		/* replies in a row: up again */
	uint32_t backoff;		/* ms, first interval of one down */
	unsigned int targets;		/* RLOCs probed */
	struct limit_rate rate;		/* probes sent, all together */
};

struct register_limits {
	uint32_t interval;		/* ms, between registrations */
	uint32_t quick_interval;	/* ms, after a start or change */
	uint32_t quick_time;		/* ms, for how long */
	uint32_t retry_min;		/* ms, first retransmission */
	unsigned int message_max4;	/* octets of UDP payload over IPv4 */
	unsigned int message_max6;
};

struct answer_limits {
	struct limit_config per_eid;	/* replies: (ITR-RLOC, EID) */
	struct limit_config per_rloc;	/* replies: ITR-RLOC */
	struct limit_config probes;	/* probe replies: ITR-RLOC */
	unsigned int message_max4;	/* octets of UDP payload of a reply */
	unsigned int message_max6;
};

struct xtr_config {
	struct site_ids ids;		/* sent in every Map-Register */
	/* The site's, <= ITR_RLOC_MAX; R of those that are up, the others
	 * should be of priority LOCATOR_UNUSED; LOCATOR_NEIGHBOUR of those of
	 * its other xTRs, from which nothing is sent and which are probed.
	 * With none there is no database; with none of our own nothing is
	 * asked. */
	const struct locator *rlocs;
	size_t rloc_count;
	const struct addr *resolvers;	/* Map-Resolvers, in order of trial */
	size_t resolver_count;
	const struct register_server *servers;
	size_t server_count;
	const struct eid *database;	/* local EID-prefixes */
	size_t database_count;
	const uint32_t *iids;		/* instances served, in order */
	size_t iid_count;
	/* Instances where we are a proxy ITR (RFC 6832 5): it asks with the p
	 * bit.  In order. */
	const uint32_t *pitr_iids;
	size_t pitr_iid_count;
	const struct xtr_petrs *petrs;	/* in order of instance */
	size_t petrs_count;
	bool echo_nonce;		/* our site does: E of our replies */
	uint32_t mapping_ttl;		/* minutes, of what we register */
	uint16_t map_version;		/* of the same (RFC 9302); 0: none */
	struct resolve_limits resolve;
	struct cache_limits cache;
	struct probe_limits probe;
	struct register_limits reg;
	struct answer_limits answer;
};

/* Zero *@cfg, then set every limit to its default. */
void xtr_config_init(struct xtr_config *cfg);

/* The register_server.message_max of a path with this MTU: one of a few; 0 for
 * 0: not known. */
unsigned int xtr_message_max(enum addr_family family, unsigned int mtu);

/* Is @iid one that we serve? */
bool xtr_has_iid(const struct xtr_config *cfg, uint32_t iid);

/* Are we a proxy ITR in @iid? */
bool xtr_is_pitr(const struct xtr_config *cfg, uint32_t iid);

#endif

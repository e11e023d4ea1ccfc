/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Configuration of the Map-Server and Map-Resolver machines.  Filled by run/;
 * read-only, owned by the caller, and alive as long as the node.
 */
#ifndef LISP_SM_SITE_H
#define LISP_SM_SITE_H

#include "sm/ddt_client.h"
#include "sm/limit.h"
#include "sm/ops.h"

enum site_mode {
	SITE_AUTO,		/* proxy what was registered with P */
	SITE_PROXY,		/* answer always */
	SITE_FORWARD,		/* forward to an ETR whenever one can answer */
};

struct site_eid {
	struct eid eid;
	bool more_specifics;	/* accept registrations beneath it */
	uint32_t max;		/* registrations of no longer row; 0: any */
};

struct site {
	const char *name;
	const struct sm_key *keys;
	size_t key_count;
	const struct site_eid *eids;	/* no EID in two sites */
	size_t eid_count;
	const struct prefix *rlocs;	/* where its locators are */
	size_t rloc_count;		/* 0: anywhere */
	uint32_t max;			/* registrations; 0: any number */
	enum site_mode mode;
	bool accept_unordered_nonce;	/* peers that do not count up */
};

/* How often something may be done: @all is about what one thread can do.  Half
 * of that is for any site that needs more than its own share, which is nobody
 * else's: @each, or of the other half what comes to one of @sites, where that is
 * less (site_rate_split()). */
struct site_rate {
	struct limit_rate each;
	struct limit_rate all;
};

void site_rate_split(const struct site_rate *r, size_t sites,
		     struct limit_rate *share, struct limit_rate *pool);

struct ms_limits {
	uint32_t timeout;		/* ms, registration without T bit */
	uint32_t timeout_max;		/* ms, with T bit */
	uint32_t ttl_max;		/* minutes, of proxy replies */
	uint32_t replay_window;		/* ms, duplicates answered again */
	unsigned int notifies;		/* unsolicited ones outstanding */
	unsigned int notifies_of_site;	/* of these, at most; of half of all
					 * each site has its part for itself */
	struct site_rate verify;	/* MACs of Map-Registers computed */
	struct site_rate accept;	/* Map-Registers that held; one more
					 * for each 8 records */
	struct site_rate serve;		/* EIDs of Map-Requests looked up */
	struct limit_config failures;	/* refused ones logged, per source */
	struct limit_config again;	/* duplicates answered, per ETR */
	struct site_rate answer_again;	/* the same, of a site and of all */
	struct limit_config requests;	/* Map-Requests, per source */
	struct limit_config per_eid;	/* replies: (ITR-RLOC, EID) */
	struct limit_config per_rloc;	/* replies: ITR-RLOC */
	unsigned int message_max4;	/* octets of UDP payload of a reply */
	unsigned int message_max6;
};

struct ms_config {
	const struct site *sites;
	size_t site_count;
	unsigned int desks;		/* ms.h; 0 is one */
	struct ms_limits limits;
};

struct mr_config {
	const struct addr *servers;	/* Map-Servers; none: only our own */
	size_t server_count;
	struct limit_config requests;	/* per source */
	struct ddt_client_config ddt;	/* with roots: instead of servers */
};

/* Zero it, then set every limit to its default. */
void ms_config_init(struct ms_config *cfg);
void mr_config_init(struct mr_config *cfg);

/* "auto", "proxy", "forward" */
const char *site_mode_name(enum site_mode mode);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The world most scenarios play in:
 *
 *	   xTR a                core                xTR b
 *	192.0.2.1  ------------+  +-------------- (192.0.2.2)
 *	2001:db8:0:a::1        |  |               2001:db8:0:b::1
 *	[100] 10.1/16          |  |               [100] 10.2/16
 *	[200] 10.1/16          |  |               [200] 10.2/16
 *	[100] 2001:db8:a::/48  |  |               [100] 2001:db8:b::/48
 *	                     ms    mr
 *	       198.51.100.10          198.51.100.20
 *	       2001:db8:0:ff::10      2001:db8:0:ff::20
 *
 * Both xTRs register with ms and ask mr, then ms (which is a Map-Resolver as
 * well).  b is without IPv4 when world_config.b_only_v6 says so.
 */
#ifndef LISP_TESTS_WORLD_H
#define LISP_TESTS_WORLD_H

#include "sim.h"

struct world_config {
	enum site_mode mode;
	bool no_proxy;			/* register without P */
	bool b_only_v6;
	bool a_only_v4;
	bool unordered;			/* accept_unordered_nonce */
	bool one_resolver;		/* xTRs know mr only */
	bool merge;			/* b also serves a's prefixes, merged */
	uint32_t ttl;			/* minutes; 0: 1440 */
	struct sim_net net;		/* delay_max 0: 5 ms, no loss */
};

struct world {
	struct sim sim;
	struct sim_host *a, *b, *ms, *mr;
	struct auth_key *keys[2];
	struct sm_key sm_keys[2];
	struct register_server servers[2];
	struct locator rlocs[2][2];
	struct eid eids[2][8];
	struct addr resolvers[2][2];
	struct xtr_config xtr[2];
	struct site_eid site_eids[2][8];
	struct site sites[2];
	struct ms_config msc;
	struct mr_config ms_mrc, mrc;
	struct addr ms_addr;
};

/* Everything built, nothing booted. */
void world_init(struct world *w, uint64_t seed,
		const struct world_config *cfg);
void world_done(struct world *w);

/* Boot all four. */
void world_boot(struct world *w);

/* Every prefix of both xTRs is registered with ms. */
bool world_registered(void *w);

#endif

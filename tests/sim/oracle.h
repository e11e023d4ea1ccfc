/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What must hold in every history, whatever is lost: looked at as datagrams
 * are sent.
 *
 *   - Map-Requests of one xTR for one EID are a second apart (RFC 9301 5.3);
 *   - nonces of Map-Registers from one xTR to one server only grow, also over
 *     restarts (5.6), and no Map-Request's nonce is used twice;
 *   - probes of one xTR for one RLOC are a second apart, leave from the address
 *     that the answer is to come to, and never go through an ECM (7.1);
 *   - every datagram parses, and is no larger than 1280 octets with headers;
 *   - a Map-Reply of an ETR has A set in each record, one of a Map-Server not.
 */
#ifndef LISP_TESTS_ORACLE_H
#define LISP_TESTS_ORACLE_H

#include "world.h"

#define ORACLE_EIDS	512
#define ORACLE_RLOCS	64
#define ORACLE_NONCES	8192

struct oracle {
	struct world *w;
	struct {
		const struct sim_host *host;
		struct eid eid;
		uint64_t when;
	} asked[ORACLE_EIDS];
	size_t asked_count;
	struct {
		const struct sim_host *host;
		struct addr rloc;
		uint64_t when;
	} probed[ORACLE_RLOCS];
	size_t probed_count;
	uint64_t nonces[ORACLE_NONCES];		/* of Map-Requests */
	size_t nonce_count;
	uint64_t registered[SIM_HOSTS];		/* last nonce, by host */
	unsigned long checked;
};

/* Watch @w from now on; aborts with a sentence when something is wrong. */
void oracle_watch(struct oracle *o, struct world *w);

#endif

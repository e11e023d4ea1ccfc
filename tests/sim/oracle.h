/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What must hold in every history, whatever is lost: looked at as datagrams
 * are sent.  (What is a time apart is so within one run of a daemon.)
 *
 *   - Map-Requests of one xTR for one EID are a second apart (RFC 9301 5.3);
 *   - nonces of Map-Registers from one xTR to one server under one
 *     key only grow, also over
 *     restarts (5.6), and no Map-Request's nonce is used twice;
 *   - probes of one xTR for one RLOC are a second apart, leave from the address
 *     that the answer is to come to, and never go through an ECM (7.1);
 *   - every datagram parses, and is no larger than 1280 octets with headers;
 *   - a Map-Reply of an ETR has A set in each record, one of a Map-Server not;
 *   - Solicit-Map-Requests of one xTR to one RLOC are three seconds apart
 *     (6.1);
 *   - a locator in a Map-Reply is one of an xTR that has, or lately had, the
 *     EID-prefix, and was alive then.
 *
 * And after each event, in the data plane of each xTR that is alive:
 *
 *   - a mapping is what some Map-Reply to this xTR said, of at least this
 *     EID-prefix, with these locators, or with none and then it may lead to
 *     the proxy ETRs of the configuration;
 *   - it ends no later than that Map-Reply allows, or is one that outlived its
 *     daemon, for the minute in which that asks for it again;
 *   - it names no RLOC of this xTR and is for no EID of its site: what comes
 *     out of a tunnel never goes into the next;
 *   - the daemon knows of it, and of no others.
 */
#ifndef LISP_TESTS_ORACLE_H
#define LISP_TESTS_ORACLE_H

#include "world.h"

#define ORACLE_EIDS	512
#define ORACLE_RLOCS	64
#define ORACLE_NONCES	8192
#define ORACLE_GRANTS	2048
#define ORACLE_OWNED	128

struct oracle {
	struct world *w;
	struct {
		const struct sim_host *host;
		struct eid eid;
		uint64_t when;
	} asked[ORACLE_EIDS];
	size_t asked_count;
	struct oracle_sent {
		const struct sim_host *host;
		struct addr rloc;
		uint64_t when;
	} probed[ORACLE_RLOCS];
	size_t probed_count;
	uint64_t nonces[ORACLE_NONCES];		/* of Map-Requests */
	size_t nonce_count;
	struct oracle_sent solicited[ORACLE_RLOCS];
	size_t solicited_count;
	struct oracle_grant {			/* a record of a Map-Reply */
		const struct sim_host *to;
		struct eid eid;
		uint64_t until;			/* ms */
		struct addr locators[PLANE_LOCATORS];
		unsigned int locator_count;
	} grants[ORACLE_GRANTS];		/* the last ones */
	size_t grant_count;
	struct {				/* an EID-prefix of an xTR */
		const struct sim_host *host;
		struct eid eid;
		uint64_t seen;			/* ms, last time */
	} owned[ORACLE_OWNED];
	size_t owned_count;
	unsigned long sets[SIM_HOSTS];		/* of the plane, when checked */
	struct {
		const struct sim_host *host;
		struct addr server;
		uint8_t key;
		uint64_t nonce;			/* the last one */
	} registered[ORACLE_RLOCS];
	size_t registered_count;
	unsigned long checked;
};

/* Watch @w from now on; aborts with a sentence when something is wrong. */
void oracle_watch(struct oracle *o, struct world *w);

/* A world, watched from its first moment, in which both xTRs are registered. */
void oracle_world(struct oracle *o, struct world *w, uint64_t seed,
		  const struct world_config *cfg);

#endif

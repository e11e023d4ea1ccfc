/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The DDT node (RFC 8111 7.1, 7.2): answers Map-Requests that a resolver sent
 * it with D set by Map-Referrals, out of nothing but its configuration; where
 * the node is a Map-Server too, what is registered there is acknowledged and
 * served.
 *
 * A request: limit per source -> the longest of delegation, site and own
 * authority -> one record -> limit of it for the source, over which one in
 * DDT_SLIP goes on -> its signature -> Map-Referral to the sender.
 *
 * Signing costs a thousand times what answering does, and whoever asks chooses
 * what is asked.  So what is signed is kept and sent again until half of its
 * validity is over (sm/ddt_sign.h).
 */
#ifndef LISP_SM_DDT_H
#define LISP_SM_DDT_H

#include "sm/ddt_sign.h"
#include "sm/ms.h"
#include "sm/xeidmap.h"

/* What is delegated to others, or known to be (a hint). */
struct ddt_delegation {
	struct xeid xeid;
	const struct referral_rloc *rlocs;	/* with their public keys */
	uint8_t rloc_count;
	bool map_server;		/* one of them is a Map-Server */
};

/* What this node answers for. */
struct ddt_authority {
	struct xeid xeid;
	/* Of a Map-Server: others that serve it; are these all? */
	const struct addr *peers;
	size_t peer_count;
	bool complete;
};

#define DDT_PEERS_MAX	16
#define DDT_SLIP	2	/* of what is over a limit one of these goes out */

struct ddt_config {
	const struct ddt_authority *authorities;
	size_t authority_count;
	const struct ddt_delegation *delegations;
	size_t delegation_count;
	uint32_t ttl;			/* minutes, of what is found */
	struct ddt_sign_config sign;
	struct limit_config requests;	/* per source */
	/* Per source and record: what the source remembers, and what it needs
	 * for each request (MS-ACK, incomplete, TTL 0). */
	struct limit_config repeated;
	struct limit_config needed;
	unsigned int message_max4;	/* octets of UDP payload */
	unsigned int message_max6;
};

enum ddt_node_counter {
	DDT_NODE_REQUESTS,
	DDT_NODE_LIMITED,
	DDT_NODE_REPEATED,		/* over the limit of a record */
	DDT_NODE_SLIPPED,		/* the same, and answered */
	DDT_NODE_INVALID,
	DDT_NODE_ACTION,			/* one for each enum referral_action */
	DDT_NODE_ACTION_LAST = DDT_NODE_ACTION + REFERRAL_ACTION_COUNT - 1,
	DDT_NODE_CUT,			/* not all locators fitted */
	DDT_NODE_SIGNED,			/* signatures computed */
	DDT_NODE_SIGN_LIMITED,
	DDT_NODE_SIGN_FAILED,
	DDT_NODE_COUNT
};

struct ddt {
	const struct ddt_config *cfg;
	const struct sm_ops *ops;
	struct ms *ms;			/* of the same node, or NULL */
	struct xeidmap authorities;	/* -> struct ddt_authority */
	struct xeidmap delegations;	/* -> struct ddt_delegation */
	struct ddt_sign sign;
	struct limit requests;
	struct limit repeated;
	struct limit needed;
	struct ddt_config plain;	/* of a Map-Server that is no node */
	uint64_t counters[DDT_NODE_COUNT];
};

/* Zero it, then set every limit to its default. */
void ddt_config_init(struct ddt_config *cfg);

/* @ms may be NULL, and @cfg if it is not: no authority at all.  From now on
 * @ms, which has to be there longer, knows what is delegated.
 * 0, -ENOMEM, -EINVAL (a prefix twice, too many keys). */
int ddt_init(struct ddt *d, const struct ddt_config *cfg,
	     const struct sm_ops *ops, struct ms *ms, const uint8_t seed[16]);
void ddt_free(struct ddt *d);

/* Go on where @old has got to: limits, counters, what is signed. */
void ddt_inherit(struct ddt *d, struct ddt *old);

/* A Map-Request that came in an ECM with D set. */
void ddt_on_request(struct ddt *d, uint64_t now, const struct request *rq,
		    struct actions *acts);

struct counter_group ddt_counters(const struct ddt *d);

#endif

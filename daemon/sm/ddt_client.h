/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The DDT client of a Map-Resolver (RFC 8111 7.3): follows referrals from the
 * roots, or from what the referral cache knows, down to a Map-Server, which
 * then sees to it that the ITR is answered.
 *
 *	           request           ms-referral, ms-ack
 *	 (none) ------------> node -----------------------> server
 *	                     ^ |  ^                          |  |
 *	       node-referral +-+  +------- to the root ------+  |
 *	                       |                                |
 *	                       +---> (none) <-------------------+
 *	                 negative Map-Reply, or    ms-ack, or the same
 *	                 silence when all is tried
 *
 * A query goes strictly down: a referral names a longer prefix than the one
 * before, or the query begins anew at the roots, once.  It has a budget of
 * referrals, of datagrams and of time, so every one ends; it is answered by us
 * at most once, and never after a Map-Server has said that it took over.
 *
 * Nodes are asked with a nonce of our own, which nobody can guess, so that an
 * ITR that forges Map-Referrals to its own request moves no one else's
 * traffic.  Map-Servers are asked with the ITR's, which the ETR copies into
 * the Map-Reply.
 *
 * What a node or Map-Server takes from us (500 DDT requests a second of one like
 * ours, ddt_config.requests) is for all ITRs that ask us.  So one ITR may have
 * half of that of one of them; what is over waits for the next turn, and is no
 * reason to hold whoever was not asked for silent.
 *
 * Memory from malloc, capped by ddt_client_config.
 */
#ifndef LISP_SM_DDT_CLIENT_H
#define LISP_SM_DDT_CLIENT_H

#include "sm/action.h"
#include "sm/counter.h"
#include "sm/ddt_verify.h"
#include "sm/limit.h"
#include "sm/queries.h"

struct ddt_client_config {
	const struct addr *roots;	/* none: no DDT */
	size_t root_count;
	/* Public keys of the roots: DER SubjectPublicKeyInfo. */
	const struct referral_key *anchors;
	size_t anchor_count;
	enum ddt_security security;
	struct queries_limits queries;
	struct referral_limits cache;
	uint32_t retry;			/* ms, until the next RLOC is asked */
	uint32_t lifetime;		/* ms, of a query */
	unsigned int tries;		/* of one RLOC */
	unsigned int sends;		/* datagrams for a query */
	unsigned int referrals;		/* followed for a query */
	struct limit_config per_eid;	/* negative replies: (ITR-RLOC, EID) */
	struct limit_config per_rloc;	/* the same: ITR-RLOC */
	struct limit_config share;	/* asked for an ITR: (ITR, node) */
};

enum ddt_client_counter {
	DDTC_REQUESTS,
	DDTC_AGAIN,		/* of an ITR that waits already */
	DDTC_INVALID,
	DDTC_FULL,
	DDTC_EVICTED,		/* queries that made room */
	DDTC_FROM_CACHE,	/* queries begun below the roots */
	DDTC_NEGATIVE_CACHED,	/* answered from the cache */
	DDTC_SENT,
	DDTC_RETRIES,		/* of these: nobody had answered */
	DDTC_SHARE,		/* not sent: the ITR's share of a node */
	DDTC_REFERRALS,
	DDTC_UNASKED,		/* referrals nobody waits for */
	DDTC_BAD_REFERRAL,
	DDTC_BAD_SIGNATURE,
	DDTC_LOOPS,
	DDTC_LAME,		/* not authoritative */
	DDTC_TO_ROOT,		/* queries begun anew */
	DDTC_ACKS,		/* queries a Map-Server took over */
	DDTC_NEGATIVE,		/* answered with a negative Map-Reply */
	DDTC_REPLY_LIMITED,
	DDTC_GIVEN_UP,
	DDTC_NOWHERE,		/* no RLOC can be sent to */
	DDTC_COUNT
};

struct ddt_client {
	const struct ddt_client_config *cfg;
	const struct sm_ops *ops;
	struct referral_set *roots;
	struct referral_cache cache;
	struct queries queries;
	struct ddt_verify verify;
	struct limit per_eid;
	struct limit per_rloc;
	struct limit share;
	uint64_t counters[DDTC_COUNT];
};

/* Zero it, then set every limit to its default. */
void ddt_client_config_init(struct ddt_client_config *cfg);

/* 0 or -ENOMEM; ddt_client_free() takes a zeroed one as well. */
int ddt_client_init(struct ddt_client *c, const struct ddt_client_config *cfg,
		    const struct sm_ops *ops, const uint8_t seed[16]);
void ddt_client_free(struct ddt_client *c);

/*
 * Go on where @old has got to.  Signatures that were verified and keys that are
 * revoked always count; referrals and what is pending, which rest on roots,
 * keys and policy, if these are the same.  Else ITRs ask again.
 */
void ddt_client_inherit(struct ddt_client *c, struct ddt_client *old);

/* A Map-Request that came in an ECM. */
void ddt_client_on_request(struct ddt_client *c, uint64_t now,
			   const struct request *rq, struct actions *acts);

void ddt_client_on_referral(struct ddt_client *c, uint64_t now,
			    const struct packet *pkt,
			    const struct map_referral *m,
			    struct actions *acts);

/* A Map-Reply: true if it is the answer of a node that we have asked, which has
 * no business to answer us so (RFC 8111 7.3.3).  A Map-Server's is for the ITR,
 * which may be in this very process. */
bool ddt_client_on_reply(struct ddt_client *c, uint64_t now,
			 const struct packet *pkt, const struct map_reply *m,
			 struct actions *acts);

/* At most one query's timer; false: nothing was due. */
bool ddt_client_on_time(struct ddt_client *c, uint64_t now,
			struct actions *acts);
uint64_t ddt_client_due(const struct ddt_client *c);

struct counter_group ddt_client_counters(const struct ddt_client *c);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Map-Resolver (RFC 9301 8.4): takes Map-Requests out of ECMs and hands
 * them to the Map-Server of the same node, or passes them on to one of the
 * configured Map-Servers, or looks for the Map-Server in the delegation tree
 * (sm/ddt_client.h).  Answers go to the ITRs directly.  But for the queries of
 * the last it keeps no state, so that several may share an address.
 */
#ifndef LISP_SM_MR_H
#define LISP_SM_MR_H

#include "sm/ms.h"

enum mr_counter {
	MR_REQUESTS,
	MR_LIMITED,
	MR_INVALID,
	MR_DDT,			/* looked for in the delegation tree */
	MR_LOCAL,		/* given to our own Map-Server */
	MR_FORWARDED,
	MR_FORWARD_LOOP,
	MR_NOWHERE,		/* no Map-Server can be sent to */
	MR_COUNT
};

struct mr {
	const struct mr_config *cfg;
	const struct sm_ops *ops;
	struct ms *ms;			/* of the same node, or NULL */
	struct limit requests;
	struct limit seen;
	bool iterates;
	struct ddt_client ddt;		/* if it does */
	uint64_t counters[MR_COUNT];
};

/* 0 or -ENOMEM. */
int mr_init(struct mr *mr, const struct mr_config *cfg,
	    const struct sm_ops *ops, struct ms *ms, const uint8_t seed[16]);
void mr_free(struct mr *mr);

/* Go on where @old has got to, as far as the configuration is the same. */
void mr_inherit(struct mr *mr, struct mr *old);

/* A Map-Request that came in an ECM. */
void mr_on_request(struct mr *mr, uint64_t now, const struct request *rq,
		   struct actions *acts);

/* Is what it asks for certainly the own Map-Server's to answer? */
bool mr_is_local(const struct mr *mr, const struct request *rq);

/* A Map-Referral; or a Map-Reply, which is the xTR's if this says false. */
void mr_on_referral(struct mr *mr, uint64_t now, const struct packet *pkt,
		    const struct map_referral *m, struct actions *acts);
bool mr_on_reply(struct mr *mr, uint64_t now, const struct packet *pkt,
		 const struct map_reply *m, struct actions *acts);

/* At most one timer; false: nothing was due. */
bool mr_on_time(struct mr *mr, uint64_t now, struct actions *acts);
uint64_t mr_due(const struct mr *mr);

/* As referral_walk() and referral_clear(); nothing if it does not iterate. */
const struct referral_entry *mr_referral_next(const struct mr *mr,
					      uint64_t now,
					      const struct eid *after);
size_t mr_clear(struct mr *mr, const struct eid *eid);

struct counter_group mr_counters(const struct mr *mr);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ETR answers Map-Requests for its own EIDs (RFC 9301 5.5, 8.3) and
 * RLOC-probes (RFC 9301 7.1).  Stateless but for its rate limits.
 */
#ifndef LISP_SM_ANSWER_H
#define LISP_SM_ANSWER_H

#include "sm/action.h"
#include "sm/counter.h"
#include "sm/database.h"
#include "sm/packet.h"

enum answer_counter {
	ANSWER_REQUESTS,
	ANSWER_REPLIES,
	ANSWER_PROBES,
	ANSWER_PROBE_REPLIES,
	ANSWER_NO_MATCH,
	ANSWER_NO_ITR_RLOC,
	ANSWER_LIMITED,
	ANSWER_INVALID,
	ANSWER_DONT_REPLY,
	ANSWER_CUT,		/* more-specifics did not fit */
	ANSWER_COUNT
};

struct answer {
	const struct answer_limits *limits;
	const struct sm_ops *ops;
	const struct database *db;
	bool echo_nonce;
	struct limit per_eid;
	struct limit per_rloc;
	struct limit probes;
	uint64_t counters[ANSWER_COUNT];
};

/* 0 or -ENOMEM. */
int answer_init(struct answer *a, const struct xtr_config *cfg,
		const struct sm_ops *ops, const struct database *db,
		const uint8_t seed[16]);
void answer_free(struct answer *a);

/* Is a record of the request for an EID of ours? */
bool answer_wants(const struct answer *a, const struct map_request *m);

/* A Map-Request, directly or in an ECM, without the S bit. */
void answer_on_request(struct answer *a, uint64_t now,
		       const struct request *rq, struct actions *acts);

struct counter_group answer_counters(const struct answer *a);

#endif

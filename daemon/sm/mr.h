/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Map-Resolver (RFC 9301 8.4): takes Map-Requests out of ECMs and hands
 * them to the Map-Server of the same node, or passes them on to one of the
 * configured Map-Servers.  Keeps no state about ITRs; answers go to them
 * directly.
 */
#ifndef LISP_SM_MR_H
#define LISP_SM_MR_H

#include "sm/ms.h"

enum mr_counter {
	MR_REQUESTS,
	MR_LIMITED,
	MR_INVALID,
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
	uint64_t counters[MR_COUNT];
};

/* 0 or -ENOMEM. */
int mr_init(struct mr *mr, const struct mr_config *cfg,
	    const struct sm_ops *ops, struct ms *ms, const uint8_t seed[16]);
void mr_free(struct mr *mr);

/* A Map-Request that came in an ECM. */
void mr_on_request(struct mr *mr, uint64_t now, const struct request *rq,
		   struct actions *acts);

struct counter_group mr_counters(const struct mr *mr);

#endif

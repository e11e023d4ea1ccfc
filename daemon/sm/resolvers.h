/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Map-Resolvers of an ITR: which one to ask.
 *
 * The first of the configuration that answers.  One that left a Map-Request
 * unanswered is silent: others are asked before it, for five seconds, then
 * twice as long each time, up to a minute.  Then one question goes to it, and
 * more if it answers.  Where all are silent they take turns.
 *
 * Silence may be that of an ETR behind it; so it costs a resolver its turn, and
 * nothing else.
 */
#ifndef LISP_SM_RESOLVERS_H
#define LISP_SM_RESOLVERS_H

#include <limits.h>

#include "sm/action.h"
#include "sm/xtr.h"

#define RESOLVER_NONE	UINT_MAX

struct resolver {
	unsigned int failures;		/* in a row; 0: not silent */
	uint64_t until;			/* ms: no turn before that */
	uint64_t failed;		/* ms: last time */
	uint64_t answered;		/* ms: last time, 0: never */
	uint32_t rtt;			/* ms, of that */
};

struct resolvers {
	const struct xtr_config *cfg;
	const struct sm_ops *ops;
	struct resolver *list;		/* as cfg->resolvers */
};

/* 0 or -ENOMEM. */
int resolvers_init(struct resolvers *r, const struct xtr_config *cfg,
		   const struct sm_ops *ops);
void resolvers_free(struct resolvers *r);

/* Whom to ask, and its number in *@index; after @last was asked in vain
 * (RESOLVER_NONE: nobody was) another one if there is one.  NULL: none can be
 * sent to. */
const struct addr *resolvers_pick(struct resolvers *r, uint64_t now,
				  unsigned int last, unsigned int *index);

/* A question to number @i was answered @rtt ms later, or was not. */
void resolvers_on_reply(struct resolvers *r, uint64_t now, unsigned int i,
			uint32_t rtt, struct actions *acts);
void resolvers_on_silence(struct resolvers *r, uint64_t now, unsigned int i,
			  struct actions *acts);

#endif

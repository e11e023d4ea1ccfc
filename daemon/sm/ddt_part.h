/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the DDT client share; nobody else includes this. */
#ifndef LISP_SM_DDT_PART_H
#define LISP_SM_DDT_PART_H

#include "sm/ddt_client.h"

#define DDT_TTL_HOLE		15	/* minutes; RFC 8111 7.3.2 */
#define DDT_TTL_UNREGISTERED	1

/* One event of one query. */
struct ddt_turn {
	struct ddt_client *c;
	uint64_t now;
	struct actions *acts;
	struct ddt_query *q;		/* NULL once it has ended */
};

/* The query ends. */
void ddt_finish(struct ddt_turn *t, const char *cause);

/* The same, and a person is told that nobody could be got to answer. */
void ddt_give_up(struct ddt_turn *t, const char *cause);

/* The same, with a negative Map-Reply about @x to the ITR. */
void ddt_negative(struct ddt_turn *t, const struct xeid *x, uint32_t ttl,
		  const char *cause);

/* Something about one who was asked that a person may want to know. */
void ddt_complain(struct ddt_turn *t, enum ddt_client_counter counter,
		  enum log_event event, const struct addr *peer);

/* Go on with those whom @s names. */
void ddt_follow(struct ddt_turn *t, struct referral_set *s, const char *cause);

/* Begin anew at the roots, once a query.  False: it has been there. */
bool ddt_to_root(struct ddt_turn *t, const char *cause);

/* Ask the next one that has had fewer than @tries.  False: there is none. */
bool ddt_ask_next(struct ddt_turn *t, unsigned int tries);

/* Nobody of the set is left to be asked.  If one of them had no registration,
 * that is what the query ends with; false: nobody has said so. */
bool ddt_not_registered(struct ddt_turn *t);

/* @target is of no use: a sibling is asked, or the roots, or it ends. */
void ddt_try_another(struct ddt_turn *t, unsigned int target,
		     const char *cause);

bool ddt_over_budget(const struct ddt_turn *t);

/* Is it Map-Servers that are being asked? */
bool ddt_to_server(const struct ddt_query *q);

/* Which target of the query is at @from, has been asked, and may answer still;
 * -1: none. */
int ddt_asked_target(const struct ddt_query *q, const struct addr *from);

/* What an answer about @x says to who asked for @eid: a range of instances is
 * all of this instance and family. */
struct eid ddt_hole_of(const struct xeid *x, const struct eid *eid);

/* A negative Map-Reply about @eid, within limits. */
void ddt_reply_negative(struct ddt_client *c, uint64_t now,
			const struct request *rq, const struct eid *eid,
			uint32_t ttl, struct actions *acts);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The requests that a DDT client is working on (RFC 8111 7.3.1): found by
 * (nonce, EID) when a Map-Referral comes, and by (ITR, EID) when the ITR asks
 * again.
 *
 * There are never more than queries_limits.all of them, nor more than .each of
 * one source.  When the table is full the oldest query of the source that has
 * most makes room: whoever sends many loses his own before anybody else's.
 */
#ifndef LISP_SM_QUERIES_H
#define LISP_SM_QUERIES_H

#include "lib/heap.h"
#include "sm/packet.h"
#include "sm/referral.h"

#define QUERIES_EACH_MAX	256
#define QUERIES_MESSAGE_MAX	1024	/* octets of a Map-Request kept */

struct queries_limits {
	unsigned int all;
	unsigned int each;		/* at most QUERIES_EACH_MAX */
};

struct query_source;

enum query_state {
	QUERY_NONE,
	QUERY_NODE,			/* a node has been asked */
	QUERY_SERVER,			/* a Map-Server has been asked */
	QUERY_STATE_COUNT
};

/* What Map-Servers of a set have said that they have no registration of. */
struct query_absent {
	struct xeid xeid;		/* the longest */
	uint32_t ttl;			/* minutes; the shortest */
	uint8_t said;			/* by so many */
	uint8_t target;			/* who was the last */
	bool incomplete;		/* one said so */
	bool untrusted;			/* one was */
};

struct ddt_query {
	struct hash_node by_nonce;
	struct hash_node by_itr;
	struct heap_node timer;
	struct query_source *source;
	struct ddt_query *older;		/* of the same source */
	struct ddt_query *newer;

	/* the request */
	struct addr from;		/* who sent it */
	struct addr itr;		/* its first ITR-RLOC */
	struct eid eid;
	uint64_t nonce;
	struct ecm ecm;			/* message: owned; packet: not kept */

	/* where it has got to */
	enum query_state state;
	struct referral_set *set;	/* who is being asked */
	uint64_t asked;			/* nonce of what is outstanding */
	uint64_t born;			/* ms */
	uint8_t tries[REFERRAL_TARGETS_MAX];
	uint16_t bad;			/* targets not to be asked again */
	struct query_absent absent;
	uint8_t at;			/* the one asked last */
	bool cached;			/* the set was there before */
	bool via_root;
	bool doubtful;			/* led here by what an ITR could forge */
	uint8_t referrals;
	uint8_t sends;
	uint8_t verified;		/* signatures looked at */
};

struct queries {
	const struct queries_limits *limits;
	struct hash_table nonces;
	struct hash_table itrs;
	struct hash_table sources;
	/* Sources by how many queries they have. */
	struct query_source *levels[QUERIES_EACH_MAX + 1];
	unsigned int top;		/* no source has more */
	struct heap timers;
	unsigned int count;
	uint64_t evicted;
};

/* 0 or -ENOMEM; queries_free() takes a zeroed one as well. */
int queries_init(struct queries *p, const struct queries_limits *limits,
		 const uint8_t seed[16]);
void queries_free(struct queries *p);

/* What @old, of the same limits, is working on is @p's now. */
void queries_inherit(struct queries *p, struct queries *old);

/* A query for the request, whose message and addresses are copied.  NULL: out
 * of memory, too long, or its source has too many already. */
struct ddt_query *queries_add(struct queries *p, uint64_t now,
			  const struct request *rq);
void queries_del(struct queries *p, struct ddt_query *q);

/* The query of the same ITR for the same EID, NULL. */
struct ddt_query *queries_find(const struct queries *p,
			       const struct request *rq);

/* Its request is this one from now on.  0 or -ENOMEM, -EMSGSIZE. */
int queries_replace(struct ddt_query *q, const struct request *rq);

/* Queries of which the outstanding nonce is @nonce. */
struct ddt_query *queries_first(const struct queries *p, uint64_t nonce);
struct ddt_query *queries_next(const struct ddt_query *q);

/* What is outstanding has this nonce. */
void queries_asked(struct queries *p, struct ddt_query *q, uint64_t nonce);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Map-Server (RFC 9301 8.2, 8.3): takes registrations, answers or passes
 * on Map-Requests.
 *
 * A registration: site -> MAC over the whole message -> replay -> limit per
 * site -> policy per record -> one store transaction -> Map-Notify.
 * A request: limit per source -> site -> registration -> proxy reply, or on
 * to an ETR; or a negative reply.
 *
 * What is registered lives in the store (sm/store.h); the machine itself
 * keeps the configuration, rate limits and unsolicited Map-Notifies that are
 * not acknowledged yet.  Memory from malloc, capped by ms_limits.
 *
 * Several threads may serve one Map-Server, each at a desk of its own, which
 * has all that serving a request or authenticating a registration changes.
 * Their limits are each desk's own.  Everything else (taking what has been
 * authenticated, acknowledgements, time, another configuration) changes what
 * all share and is for one thread at a time; what ms_init() has made of the
 * configuration never changes.
 */
#ifndef LISP_SM_MS_H
#define LISP_SM_MS_H

#include "lib/heap.h"
#include "sm/action.h"
#include "sm/counter.h"
#include "sm/eidmap.h"
#include "sm/packet.h"
#include "sm/site.h"
#include "sm/store.h"

enum ms_counter {
	MS_REGISTERS,
	MS_REGISTER_LIMITED,
	MS_VERIFY_LIMITED,
	MS_NO_SITE,
	MS_BAD_AUTH,
	MS_KEY_TIME,
	MS_REPLAYED,
	MS_OLD_VERSION,
	MS_DUPLICATES,		/* answered again, with what holds now */
	MS_STORE_FAILED,
	MS_RECORDS_ACCEPTED,
	MS_RECORDS_REFUSED,
	MS_RECORDS_DELEGATED,	/* refused, as they are others' */
	MS_DEREGISTERED,
	MS_EXPIRED,
	MS_NOTIFIES,
	MS_MOVED,		/* registrants told so */
	MS_UNSOLICITED,
	MS_UNSOLICITED_ACKED,
	MS_UNSOLICITED_LOST,
	MS_BAD_ACK,
	MS_REQUESTS,
	MS_REQUEST_LIMITED,	/* of a source */
	MS_SITE_LIMITED,	/* records of requests, of their site */
	MS_REQUEST_INVALID,
	MS_DELEGATED,		/* asked for what others have */
	MS_NO_ITR_RLOC,
	MS_PROXY_REPLIES,
	MS_PROXY_FOR_FAMILY,	/* of these: the ETR could not have answered */
	MS_CUT,			/* more-specifics did not fit, or are others' */
	MS_NEGATIVE_HOLE,
	MS_NEGATIVE_UNREGISTERED,
	MS_REPLY_LIMITED,
	MS_FORWARDED,
	MS_FORWARD_LOOP,
	MS_COUNT
};

/* Why a Map-Register of a site, or one of its records, was refused. */
enum site_refusal {
	SITE_LIMITED,		/* more than its share */
	SITE_KEY,		/* no key of the site made the MAC */
	SITE_KEY_TIME,		/* its key is not valid now */
	SITE_REPLAYED,
	SITE_OLD_VERSION,
	SITE_EID,		/* record: not the site's to register */
	SITE_DELEGATED,		/* record: delegated to others (sm/ddt.h) */
	SITE_RLOC,		/* record: a locator it must not have */
	SITE_REPEATED,		/* record: its EID was there before */
	SITE_FULL,		/* record: more than the site may have */
	SITE_STORE,
	SITE_REFUSALS
};

/* "limited", "key", ... */
const char *site_refusal_name(enum site_refusal why);

/* What is known of a site at work. */
struct site_use {
	size_t registered;		/* registrations there are */
	uint64_t accepted;		/* Map-Registers, last one: */
	uint64_t last;			/* ms; 0: none yet */
	struct addr last_from;
	uint64_t refused[SITE_REFUSALS];
};

struct site_view {
	const struct site *site;
	struct site_use use;
};

/* The same, of one desk: before the message has proven anything. */
struct site_desk {
	struct bucket verify;
	uint64_t refused[SITE_REFUSALS];
};

/* A change that is remembered for a person to see. */
enum ms_change {
	MS_CAME,
	MS_CHANGED,		/* other locators */
	MS_WITHDRAWN,
	MS_RAN_OUT,
	MS_NOT_ALLOWED,		/* any more, by another configuration */
};

struct ms_event {
	uint64_t when;		/* ms */
	struct eid eid;
	struct registrant who;
	struct addr source;	/* of its Map-Register */
	enum ms_change what;
};

struct kept;
struct ms_history_site;

struct ms_history {
	struct kept *kept;
	size_t used;		/* of these */
	uint64_t count;		/* ever */
	struct ms_history_site *sites;
	size_t site_count;
	struct hash_table by_eid;
	struct heap most;	/* of the sites: who has most is first */
};

/* "registered", "changed", ... */
const char *ms_change_name(enum ms_change what);

struct site_ref;
struct ms_desk;
struct xeidmap;

struct ms {
	const struct ms_config *cfg;
	const struct sm_ops *ops;
	struct eidmap sites;		/* EID -> struct site_ref */
	struct site_ref *refs;
	const struct xeidmap *delegations;	/* of the node (sm/ddt.h), or
						 * NULL */
	struct ms_desk *desks;
	unsigned int desk_count;
	/* what one thread at a time may change */
	struct site_use *uses;		/* as many as sites */
	size_t *rows;			/* registrations, as many as refs */
	struct bucket *accepts;		/* as many as sites */
	struct bucket accept;		/* of all of them, beyond their own */
	struct limit again;
	struct bucket *answers_again;	/* the same, as accepts */
	struct bucket answer_again;
	struct hash_table notifies;	/* unsolicited, by nonce */
	struct hash_table told;		/* the same, by EID and registrant */
	unsigned int *outstanding;	/* of these, for each site */
	unsigned int beyond;		/* of these, sites' own share */
	struct heap timers;		/* of these */
	struct ms_history history;
	uint64_t counters[MS_COUNT];
	uint64_t *total;		/* for ms_counters() */
};

struct ms_desk {
	const struct sm_ops *ops;	/* sign and verify: this thread's */
	struct site_desk *sites;	/* and one for EIDs of no site */
	struct bucket *serves;		/* as many: what requests take from */
	struct bucket verify;		/* of all of them, beyond their own */
	struct bucket serve;		/* the same */
	struct limit failures;
	struct limit requests;
	struct limit per_eid;
	struct limit per_rloc;
	struct limit seen;		/* requests passed on, by nonce */
	uint64_t counters[MS_COUNT];
	uint8_t apart[64];		/* from the cache lines of the next */
};

/* What a Map-Register has proven. */
struct ms_proof {
	const struct site *site;
	const struct sm_key *key;
	struct nonce_key who;
	bool literal;			/* the MAC leaves out the IDs */
	bool sure;			/* the MAC covers what @who is from */
};

/* 0, -ENOMEM, -EINVAL (an EID in two sites, no store). */
int ms_init(struct ms *ms, const struct ms_config *cfg,
	    const struct sm_ops *ops, const uint8_t seed[16]);
void ms_free(struct ms *ms);

/* Take over what is registered already: under an earlier configuration, of
 * which sites and keys are still there (known by their tags).  What may not be
 * registered any more goes. */
void ms_adopt(struct ms *ms, uint64_t now, struct actions *acts);

/* A Map-Register, in two halves: whether it is from one of our sites, which
 * changes the desk only, and then what comes of it. */
bool ms_authenticate(const struct ms *ms, struct ms_desk *desk, uint64_t now,
		     const struct packet *pkt, const struct map_register *m,
		     struct ms_proof *proof, struct actions *acts);
void ms_take(struct ms *ms, uint64_t now, const struct packet *pkt,
	     const struct map_register *m, const struct ms_proof *proof,
	     struct actions *acts);

/* Both. */
void ms_on_register(struct ms *ms, struct ms_desk *desk, uint64_t now,
		    const struct packet *pkt, const struct map_register *m,
		    struct actions *acts);

/* A Map-Notify-Ack. */
void ms_on_ack(struct ms *ms, const struct packet *pkt,
	       const struct map_notify *m, struct actions *acts);

/* Is what it asks for of a site of ours, and not delegated to others?  If not,
 * it is not ours to serve, but to deny where nobody else knows of it. */
bool ms_serves(const struct ms *ms, const struct request_record *rec);

/* A Map-Request that came in an ECM; changes the desk only. */
void ms_on_request(const struct ms *ms, struct ms_desk *desk, uint64_t now,
		   const struct request *rq, struct actions *acts);

/* At most one timer; false: nothing was due. */
bool ms_on_time(struct ms *ms, uint64_t now, struct actions *acts);
uint64_t ms_due(const struct ms *ms);

/* The last change of @eid before number *@before, which is set to its own:
 * begin with UINT64_MAX.  NULL: no more are known. */
const struct ms_event *ms_history_next(const struct ms *ms,
				       const struct eid *eid,
				       uint64_t *before);

/* All that @old knows beside what is registered, as far as it is still true:
 * after ms_adopt(). */
void ms_inherit(struct ms *ms, struct ms *old);

/* @i counts from 0; false: no more. */
bool ms_site_at(const struct ms *ms, size_t i, struct site_view *v);

struct counter_group ms_counters(const struct ms *ms);

#endif

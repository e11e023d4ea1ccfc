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
	MS_REPLAYED,
	MS_OLD_VERSION,
	MS_DUPLICATES,		/* answered again with the stored Map-Notify */
	MS_STORE_FAILED,
	MS_RECORDS_ACCEPTED,
	MS_RECORDS_REFUSED,
	MS_DEREGISTERED,
	MS_EXPIRED,
	MS_NOTIFIES,
	MS_UNSOLICITED,
	MS_UNSOLICITED_ACKED,
	MS_UNSOLICITED_LOST,
	MS_BAD_ACK,
	MS_REQUESTS,
	MS_REQUEST_LIMITED,
	MS_REQUEST_INVALID,
	MS_NO_ITR_RLOC,
	MS_PROXY_REPLIES,
	MS_PROXY_FOR_FAMILY,	/* of these: the ETR could not have answered */
	MS_CUT,			/* more-specifics did not fit */
	MS_NEGATIVE_HOLE,
	MS_NEGATIVE_UNREGISTERED,
	MS_REPLY_LIMITED,
	MS_FORWARDED,
	MS_FORWARD_LOOP,
	MS_COUNT
};

struct site_ref;
struct site_use;

struct ms {
	const struct ms_config *cfg;
	const struct sm_ops *ops;
	struct eidmap sites;		/* EID -> struct site_ref */
	struct site_ref *refs;
	struct site_use *uses;		/* as many as sites */
	struct bucket verify;		/* of all sites */
	struct bucket accept;
	struct limit failures;
	struct limit again;
	struct limit requests;
	struct limit per_eid;
	struct limit per_rloc;
	struct limit seen;		/* requests passed on, by nonce */
	struct hash_table notifies;	/* unsolicited, by nonce */
	struct heap timers;		/* of these */
	uint64_t notify_nonce;
	uint64_t counters[MS_COUNT];
};

/* 0, -ENOMEM, -EINVAL (an EID in two sites, no store). */
int ms_init(struct ms *ms, const struct ms_config *cfg,
	    const struct sm_ops *ops, const uint8_t seed[16]);
void ms_free(struct ms *ms);

/* Take over what is registered already: under an earlier configuration, of
 * which sites and keys are still there (known by their tags).  What may not be
 * registered any more goes. */
void ms_adopt(struct ms *ms, struct actions *acts);

void ms_on_register(struct ms *ms, uint64_t now, const struct packet *pkt,
		    const struct map_register *m, struct actions *acts);

/* A Map-Notify-Ack. */
void ms_on_ack(struct ms *ms, const struct packet *pkt,
	       const struct map_notify *m, struct actions *acts);

/* Is the EID of a site of ours? */
bool ms_covers(const struct ms *ms, const struct eid *eid);

/* A Map-Request that came in an ECM. */
void ms_on_request(struct ms *ms, uint64_t now, const struct request *rq,
		   struct actions *acts);

/* At most one timer; false: nothing was due. */
bool ms_on_time(struct ms *ms, uint64_t now, struct actions *acts);
uint64_t ms_due(const struct ms *ms);

struct counter_group ms_counters(const struct ms *ms);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Passing a Map-Request on inside a new ECM, contents untouched (RFC 9301 8.3,
 * 8.4).  Nothing in the message counts hops, so two nodes that name each other
 * would pass one request back and forth for ever: a request that has been
 * passed on is recognised by nonce and EID for nearly a second.
 */
#ifndef LISP_SM_FORWARD_H
#define LISP_SM_FORWARD_H

#include "sm/action.h"
#include "sm/limit.h"
#include "sm/packet.h"

/* Limits under which forward_fresh() recognises requests. */
extern const struct limit_config forward_limit;

/* False: it was passed on a moment ago. */
bool forward_fresh(struct limit *seen, const struct request *rq, uint64_t now);

/* The locator of @rec to pass a request on to: best priority, by weight among
 * equals (chosen by @nonce, so that a retry may get another), R set, of this
 * host's families.  NULL: none.  It points into @rec. */
const struct addr *forward_pick(const struct map_record *rec, uint64_t nonce,
				const struct sm_ops *ops);

/* 0 or -ENOMEM. */
int forward_send(const struct ecm *ecm, const struct addr *to,
		 struct actions *acts);

#endif

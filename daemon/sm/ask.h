/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Putting a Map-Request into an ECM for a Map-Resolver (RFC 9301 5.3, 5.8). */
#ifndef LISP_SM_ASK_H
#define LISP_SM_ASK_H

#include "sm/action.h"
#include "sm/database.h"

struct ask {
	struct eid eid;			/* a host, or a prefix to refresh */
	struct addr source;		/* of the packet; NONE: a refresh */
	uint32_t flags;			/* enum map_request_flags */
	uint64_t nonce;
};

/* 0 or -ENOMEM. */
int ask_send(const struct ask *ask, const struct database *db,
	     const struct addr *resolver, struct actions *acts);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Does a Map-Reply hold up (RFC 9301 5.3 to 5.5, spec 02 4.4)?
 *
 * The reply as a whole must have a record for the EID that was asked.  Every
 * record must lie where it may: contain the EID asked, or lie beneath the
 * EID-prefix asked or beneath the record that answers it; be of the same
 * instance; not be shorter than policy allows; not be an EID of ours.
 * Records that are not, and locators that cannot be used, are left out.
 *
 * Without LISP-SEC nothing says how much the site that answers is entitled
 * to.  So the record that answers is believed about no more than the shortest
 * prefix of the policy around the EID asked: a claim to half of the address
 * space, or the hole that nobody registered, becomes one to that much of it.
 * Other records shorter than the policy are left out.
 */
#ifndef LISP_SM_CHECK_H
#define LISP_SM_CHECK_H

#include "sm/action.h"
#include "sm/cache.h"
#include "sm/database.h"

enum check_fault {
	CHECK_RECORD,		/* outside of what was asked, not IP */
	CHECK_SHORT_PREFIX,
	CHECK_LOCAL_EID,
	CHECK_RLOC,
	CHECK_FAULT_COUNT
};

struct check {
	const struct cache_limits *limits;
	const struct sm_ops *ops;
	const struct database *db;
	struct eid asked;
	struct addr from;
	bool echo_nonce;		/* E of the reply */
	/* result */
	struct cache_mapping *maps;	/* in the arena */
	size_t count;
	unsigned int faults[CHECK_FAULT_COUNT];
};

/* 0: @c->maps are to be installed, at least one.  -EBADMSG: the reply has no
 * acceptable record for what was asked.  -ENOMEM. */
int check_reply(struct check *c, const struct map_reply *m,
		struct actions *acts);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way down a delegation tree, as a Map-Resolver would go (RFC 8112 4): ask
 * a node, go on with one of those it names, until a Map-Server acknowledges or
 * somebody says that there is nothing.
 *
 * A node that does not answer, or a Map-Server without a registration, is
 * passed over for the next one of its referral.  No address is asked twice,
 * and WALK_MAX at most.
 */
#ifndef RIG_WALK_H
#define RIG_WALK_H

#include "../common/ask.h"

#define WALK_MAX	64

enum walk_mode {
	WALK_DOWN,		/* one of each referral */
	WALK_ALL,		/* everybody who is named */
	WALK_ONE,		/* the node that was said */
};

/* One question. */
struct walk_step {
	struct addr node;
	int error;			/* of ask() */
	const struct ask_answer *answer;
	/* The record that contains the EID; NULL: there is none. */
	const struct referral_record *record;
	bool loop;			/* not more specific than the one before */
};

typedef void walk_fn(void *arg, const struct walk_step *s);

enum walk_end {
	WALK_ACKNOWLEDGED,	/* or, of WALK_ONE, answered */
	WALK_SILENT,		/* nobody answered at last */
	WALK_NOTHING,		/* a hole, not registered, not authoritative,
				 * a loop */
};

/* @o->resolver is the first one asked; @fn is told of each step. */
enum walk_end walk(struct ask_options *o, enum walk_mode mode, walk_fn *fn,
		   void *arg);

#endif

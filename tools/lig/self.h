/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * "lig self" (RFC 6835 4.2): ask for each EID-prefix of the lispd that runs
 * here, and compare what the mapping system says with what lispd has.
 *
 *	as here		the same locators, priorities and weights
 *	and others	these, and others: another xTR of the site has it, too
 *	differs		a locator of ours is missing, or is said otherwise
 *	not registered	the answer has no such EID-prefix, or no locators of it
 *	no answer
 */
#ifndef LIG_SELF_H
#define LIG_SELF_H

#include <stdbool.h>

#include "../common/ask.h"

struct self_options {
	const struct ask_options *ask;	/* the EID does not count */
	const char *socket;
	const uint32_t *iid;		/* NULL: all */
	bool json;
};

/* The Map-Resolver of the lispd behind the socket that answers first, else its
 * first; nonzero, and said on stderr, if there is none. */
int self_resolver(const char *socket, struct addr *a);

/* The exit status: 0 all are as here, 3 one is not, 1 one was not answered,
 * lispd was not, or has none. */
int self_run(const struct self_options *o);

#endif

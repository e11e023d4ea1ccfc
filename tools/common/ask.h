/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One question and its answer: an encapsulated Map-Request is sent from a
 * socket of our own, again a few times, until a message of the kind wanted
 * with one of our nonces comes back to it.  To a Map-Resolver, for a Map-Reply
 * (RFC 6835, RFC 9301 5.3); or to a DDT node, for a Map-Referral (RFC 8112).
 */
#ifndef TOOLS_ASK_H
#define TOOLS_ASK_H

#include "wire/msg.h"

#define ASK_TRIES_MAX	10

struct ask_options {
	struct eid eid;			/* host or prefix */
	bool ddt;			/* a DDT Map-Request */
	struct addr resolver;		/* or node */
	struct addr source;		/* ITR-RLOC; ADDR_NONE: chosen */
	const char *device;		/* VRF, or NULL */
	unsigned int tries;		/* 1..ASK_TRIES_MAX */
	unsigned int timeout;		/* ms, for each try */
};

struct ask_answer {
	struct addr from;
	uint64_t rtt;			/* ms, since the try it answers */
	unsigned int tries;
	/* In the arena; the one that was wanted. */
	struct map_reply reply;
	struct map_referral referral;
};

/*
 * 0; -ETIMEDOUT: no answer; -EADDRNOTAVAIL: no source address towards whom is
 * asked; or another negative errno.
 */
int ask(const struct ask_options *o, struct arena *arena,
	struct ask_answer *a);

#endif

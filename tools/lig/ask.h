/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One question to a Map-Resolver and its answer (RFC 6835, RFC 9301 5.3):
 * an encapsulated Map-Request is sent from a socket of our own, again a few
 * times, until a Map-Reply with one of our nonces comes back to it.
 */
#ifndef LIG_ASK_H
#define LIG_ASK_H

#include "wire/msg.h"

#define ASK_TRIES_MAX	10

struct ask_options {
	struct eid eid;			/* host or prefix */
	struct addr resolver;
	struct addr source;		/* ITR-RLOC; ADDR_NONE: chosen */
	const char *device;		/* VRF, or NULL */
	unsigned int tries;		/* 1..ASK_TRIES_MAX */
	unsigned int timeout;		/* ms, for each try */
};

struct ask_answer {
	struct addr from;
	uint64_t rtt;			/* ms, since the try it answers */
	unsigned int tries;
	struct map_reply reply;		/* in the arena */
};

/*
 * 0; -ETIMEDOUT: no answer; -EADDRNOTAVAIL: no source address towards the
 * Map-Resolver; or another negative errno.
 */
int ask(const struct ask_options *o, struct arena *arena,
	struct ask_answer *a);

#endif

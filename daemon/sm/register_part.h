/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside of the registering ETR, shared by register.c and notify.c. */
#ifndef LISP_SM_REGISTER_PART_H
#define LISP_SM_REGISTER_PART_H

#include "lib/bucket.h"
#include "sm/pace.h"
#include "sm/register.h"

#define REGISTER_NONCES	8	/* last ones to which a Map-Notify counts */

/* One Map-Register: EIDs @first.. of the database at one server. */
struct register_part {
	struct heap_node timer;
	struct register_peer *peer;
	enum register_state state;
	size_t first;
	size_t count;
	uint64_t nonces[REGISTER_NONCES];	/* ring */
	unsigned int sent;			/* messages so far */
	unsigned int settled;			/* of these, a Map-Notify to
						 * which is old news */
	unsigned int unacked;			/* since the last Map-Notify */
	unsigned int withdrawals;		/* tries; 0: none going on */
	uint32_t retry;				/* ms to the next one */
	bool has_turn;				/* when its timer goes off */
	uint64_t quick_until;			/* ms */
	uint64_t notified;			/* ms, last Map-Notify */
	uint64_t heard;				/* the same, or what the Map-Server sent to
						 * the configuration before */
};

struct register_record {
	bool refused;		/* the server leaves it out */
	bool gone;		/* its withdrawal is over */
};

struct register_peer {
	const struct register_server *cfg;
	struct register_part *parts;
	size_t part_count;
	struct register_record *records;	/* as many as local EIDs */
	struct pace pace;
	struct bucket verify;			/* of unsolicited ones */
	uint64_t unsolicited;			/* last nonce processed */
	bool any_unsolicited;
};

/* The transition function. */
void register_step(struct registrar *r, struct register_part *p,
		   enum register_event ev, uint64_t now, struct actions *acts);

/* Withdrawals of the part are over; false: nothing is left in it. */
bool register_settle(struct registrar *r, struct register_part *p,
		     uint64_t now, struct actions *acts);

#endif

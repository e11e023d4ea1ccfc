/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Log lines about what the machines and the network did.  Every kind of line
 * that a remote can cause has a token bucket of its own; what was kept back
 * is counted and said with the next line of its kind.
 */
#ifndef LISP_RUN_REPORT_H
#define LISP_RUN_REPORT_H

#include "lib/bucket.h"
#include "sm/action.h"
#include "wire/reason.h"

struct report_limit {
	struct bucket bucket;
	uint64_t kept_back;
};

struct report {
	struct report_limit events[LOG_EVENT_COUNT];
	struct report_limit parse;
	struct report_limit send;
	struct report_limit data_plane;
	struct report_limit record;
};

void report_init(struct report *r);

/* An action of a machine. */
void report_event(struct report *r, uint64_t now, const struct action_log *l);

/* A datagram that does not parse. */
void report_parse(struct report *r, uint64_t now, const struct addr *peer,
		  const struct wire_error *err, int type);

/* A message that could not be sent. */
void report_send(struct report *r, uint64_t now, const struct addr *to,
		 const char *type, int err);

/* A request to the data plane that failed. */
void report_data_plane(struct report *r, uint64_t now, const char *what,
		       const struct eid *eid, int err, const char *why);

/* Why; what an operator can do about it. */
const char *report_record_trouble(int err);

/* What had been accepted could not be put on record, and so many answers were
 * dropped that would have said that it was; or (@err 0) it is being put, and
 * they could not be held so long. */
void report_record(struct report *r, uint64_t now, const char *dir, int err,
		   unsigned int dropped);

#endif

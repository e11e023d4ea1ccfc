/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the machines of this room have to say to a person.
 *
 * A machine never prints.  It emits ACTION_LOG with one of the events below;
 * run/ turns it into a line: the sentence of the table, then the fields that
 * are set.  Events a remote can cause at will are marked, and run/ puts each
 * of them through a rate limit of its own.  Every change of state of every
 * machine is a LOG_TRANSITION.
 */
#ifndef LISP_SM_EVENT_H
#define LISP_SM_EVENT_H

#include <stdbool.h>

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARNING,
	LOG_LEVEL_NOTICE,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG,
};

enum log_event {
	LOG_TRANSITION,			/* machine, from, to, cause are set */

	/* any packet */
	LOG_MSG_UNEXPECTED,		/* type nobody here handles */
	LOG_ECM_BAD,			/* inner message does not parse */
	LOG_NO_MEMORY,			/* a cap or malloc said no */

	/* resolve */
	LOG_RESOLVE_FULL,		/* too many series outstanding */
	LOG_RESOLVE_TIMEOUT,		/* no answer to any try */
	LOG_RESOLVE_NO_RESOLVER,	/* none can be sent to */
	LOG_REPLY_NONCE,		/* nonce of no request of ours */
	LOG_REPLY_COVERAGE,		/* no record for what was asked */
	LOG_REPLY_RECORD,		/* a record outside of what was asked */
	LOG_REPLY_SHORT_PREFIX,		/* a prefix shorter than policy, cut */
	LOG_REPLY_LOCAL_EID,		/* a record for an EID of ours */
	LOG_REPLY_RLOC,			/* a locator that is not usable */
	LOG_SMR_IGNORED,		/* solicits an EID we do not cache */

	/* cache */
	LOG_CACHE_FULL,			/* an entry had to make room */
	LOG_CACHE_CLAIMED,		/* found in the data plane and kept */
	LOG_CACHE_SWEPT,		/* found in the data plane, unwanted */

	/* probe */
	LOG_PROBE_FULL,			/* an RLOC that is not probed */
	LOG_PROBE_REPLY,		/* an answer that does not hold up */
	LOG_RLOC_DOWN,			/* does not answer */
	LOG_RLOC_UP,			/* answers again */

	/* register */
	LOG_REGISTERED,			/* first Map-Notify of a server */
	LOG_REGISTER_SILENT,		/* a server stopped answering */
	LOG_REGISTER_REFUSED,		/* a record is not in the Map-Notify */
	LOG_REGISTER_FAILED,		/* cannot build or sign, no nonce */
	LOG_NOTIFY_NONCE,		/* Map-Notify from nobody we know */
	LOG_NOTIFY_AUTH,		/* Map-Notify with a wrong MAC */
	LOG_NOTIFY_CHANGE,		/* unsolicited: mapping changed */

	/* answer */
	LOG_REQUEST_NO_MATCH,		/* EID is not ours */
	LOG_REQUEST_NO_ITR_RLOC,	/* none that we can send to */
	LOG_REQUEST_LIMITED,		/* rate limit */
	LOG_REQUEST_DELEGATED,		/* without D */
	LOG_REQUEST_INVALID,		/* flags contradict */

	/* Map-Server, Map-Resolver */
	LOG_SITE_UNKNOWN,		/* Map-Register for no site's EIDs */
	LOG_REGISTER_AUTH,		/* wrong key or MAC */
	LOG_REGISTER_REPLAY,		/* nonce is not newer */
	LOG_REGISTER_VERSION,		/* older than what is registered */
	LOG_REGISTER_KEY_TIME,		/* its key is not valid now */
	LOG_REGISTER_POLICY,		/* record not allowed for the site */
	LOG_REGISTER_DELEGATED,		/* record, to others */
	LOG_REGISTER_RLOC,		/* record with a locator that is not */
	LOG_REGISTER_REPEATED,		/* record for an EID that was there */
	LOG_REGISTER_FULL,		/* more records than are allowed */
	LOG_REGISTER_LIMITED,		/* rate limit or cap */
	LOG_STORE_FAILED,		/* nothing was changed */
	LOG_REGISTRATION_NEW,
	LOG_REGISTRATION_GONE,		/* deregistered */
	LOG_REGISTRATION_EXPIRED,
	LOG_NOTIFY_UNACKED,		/* unsolicited one given up */
	LOG_FORWARD_LOOP,		/* request came round again */
	LOG_FORWARD_NOWHERE,		/* no server or ETR can be sent to */

	/* DDT client */
	LOG_DDT_FULL,			/* too many queries, of one or in all */
	LOG_DDT_UNASKED,		/* Map-Referral nobody waits for */
	LOG_DDT_REFERRAL,		/* an answer that makes no sense */
	LOG_DDT_SIGNATURE,		/* not signed by whom we trust */
	LOG_DDT_BUSY,			/* no time to look at a signature */
	LOG_DDT_LOOP,			/* a referral that leads nowhere new */
	LOG_DDT_LAME,			/* not authoritative, but named so */
	LOG_DDT_GIVEN_UP,		/* nobody answered */
	LOG_DDT_NOWHERE,		/* nobody named can be sent to */

	/* DDT node */
	LOG_REFERRAL_LAME,		/* asked for what is not ours */
	LOG_REFERRAL_UNSIGNED,		/* cannot be signed, not sent */

	LOG_EVENT_COUNT
};

struct log_event_info {
	const char *name;		/* "reply-nonce": stable, for JSON */
	const char *text;		/* a sentence without its full stop */
	const char *number;		/* what its number is, for people */
	enum log_level level;
	bool remote;			/* a remote can cause it at will */
};

extern const struct log_event_info log_events[LOG_EVENT_COUNT];

/* "error", "warning", ... */
const char *log_level_name(enum log_level level);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/* Names, sentences and levels of what the machines say. */
#include "sm/event.h"

#define ROW(e, n, l, r, t) \
	[LOG_##e] = { .name = n, .text = t, .level = LOG_LEVEL_##l, .remote = r }

const struct log_event_info log_events[LOG_EVENT_COUNT] = {
	ROW(TRANSITION, "transition", DEBUG, true, "state changed"),

	ROW(MSG_UNEXPECTED, "message-unexpected", INFO, true,
	    "message that no role of this node handles"),
	ROW(ECM_BAD, "ecm-bad", INFO, true,
	    "encapsulated message cannot be parsed"),
	ROW(NO_MEMORY, "no-memory", WARNING, true, "out of memory"),

	ROW(RESOLVE_FULL, "resolve-full", WARNING, true,
	    "too many EIDs are being resolved, one is left out"),
	ROW(RESOLVE_TIMEOUT, "resolve-timeout", NOTICE, true,
	    "no Map-Resolver answered"),
	ROW(RESOLVE_NO_RESOLVER, "resolve-no-resolver", WARNING, true,
	    "no Map-Resolver can be sent to"),
	ROW(REPLY_NONCE, "reply-nonce", INFO, true,
	    "Map-Reply with a nonce that is not outstanding"),
	ROW(REPLY_COVERAGE, "reply-coverage", INFO, true,
	    "Map-Reply without a record for the EID asked"),
	ROW(REPLY_RECORD, "reply-record", INFO, true,
	    "Map-Reply record outside of what was asked, left out"),
	ROW(REPLY_SHORT_PREFIX, "reply-short-prefix", INFO, true,
	    "Map-Reply prefix is shorter than allowed, cut or left out"),
	ROW(REPLY_LOCAL_EID, "reply-local-eid", INFO, true,
	    "Map-Reply for an EID of our own, left out"),
	ROW(REPLY_RLOC, "reply-rloc", INFO, true,
	    "unusable locator in a Map-Reply, left out"),
	ROW(SMR_IGNORED, "smr-ignored", DEBUG, true,
	    "solicited to ask for an EID that is not cached"),

	ROW(CACHE_FULL, "cache-full", WARNING, true,
	    "map-cache is full, an entry had to go"),
	ROW(CACHE_CLAIMED, "cache-claimed", DEBUG, false,
	    "mapping of an earlier run kept"),
	ROW(CACHE_SWEPT, "cache-swept", INFO, false,
	    "mapping of an earlier run not wanted any more, deleted"),

	ROW(PROBE_FULL, "probe-full", WARNING, true,
	    "too many RLOCs, this one is not probed"),
	ROW(PROBE_REPLY, "probe-reply", INFO, true,
	    "answer to an RLOC-probe that does not hold up"),
	ROW(RLOC_DOWN, "rloc-down", NOTICE, true,
	    "RLOC does not answer probes, out of use"),
	ROW(RLOC_UP, "rloc-up", NOTICE, true,
	    "RLOC answers probes again, in use"),
	ROW(REGISTERED, "registered", NOTICE, false,
	    "registered with Map-Server"),
	ROW(REGISTER_SILENT, "register-silent", WARNING, false,
	    "Map-Server does not acknowledge registrations"),
	ROW(REGISTER_REFUSED, "register-refused", WARNING, false,
	    "Map-Server did not accept the registration of an EID"),
	ROW(REGISTER_FAILED, "register-failed", ERROR, true,
	    "Map-Register cannot be made"),
	ROW(NOTIFY_NONCE, "notify-nonce", INFO, true,
	    "Map-Notify from none of our Map-Servers"),
	ROW(NOTIFY_AUTH, "notify-auth", WARNING, true,
	    "Map-Notify fails authentication"),
	ROW(NOTIFY_CHANGE, "notify-change", INFO, true,
	    "Map-Server announces a change of our mapping"),

	ROW(REQUEST_NO_MATCH, "request-no-match", INFO, true,
	    "Map-Request for an EID that is not ours"),
	ROW(REQUEST_NO_ITR_RLOC, "request-no-itr-rloc", INFO, true,
	    "Map-Request without an ITR-RLOC that can be sent to"),
	ROW(REQUEST_LIMITED, "request-limited", INFO, true,
	    "Map-Request over the rate limit"),
	ROW(REQUEST_INVALID, "request-invalid", INFO, true,
	    "Map-Request with contradictory flags"),

	ROW(SITE_UNKNOWN, "site-unknown", WARNING, true,
	    "Map-Register for EIDs of no configured site"),
	ROW(REGISTER_AUTH, "register-auth", WARNING, true,
	    "Map-Register fails authentication"),
	ROW(REGISTER_REPLAY, "register-replay", WARNING, true,
	    "Map-Register with a nonce that is not newer"),
	ROW(REGISTER_VERSION, "register-version", WARNING, true,
	    "Map-Register with an older map-version than is registered"),
	ROW(REGISTER_POLICY, "register-policy", WARNING, true,
	    "EID is not allowed for this site, record left out"),
	ROW(REGISTER_LIMITED, "register-limited", WARNING, true,
	    "Map-Register over the rate limit"),
	ROW(STORE_FAILED, "store-failed", ERROR, true,
	    "registration cannot be stored"),
	ROW(REGISTRATION_NEW, "registration-new", NOTICE, true,
	    "EID registered"),
	ROW(REGISTRATION_GONE, "registration-gone", NOTICE, true,
	    "EID deregistered"),
	ROW(REGISTRATION_EXPIRED, "registration-expired", NOTICE, true,
	    "registration expired"),
	ROW(NOTIFY_UNACKED, "notify-unacked", INFO, true,
	    "Map-Notify was never acknowledged"),
	ROW(FORWARD_LOOP, "forward-loop", WARNING, true,
	    "Map-Request came round again, dropped"),
	ROW(FORWARD_NOWHERE, "forward-nowhere", WARNING, true,
	    "Map-Request cannot be passed on to anybody"),
};

const char *log_level_name(enum log_level level)
{
	static const char *const names[] = {
		[LOG_LEVEL_ERROR] = "error",
		[LOG_LEVEL_WARNING] = "warning",
		[LOG_LEVEL_NOTICE] = "notice",
		[LOG_LEVEL_INFO] = "info",
		[LOG_LEVEL_DEBUG] = "debug",
	};

	return names[level];
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* What each counter of the machines counts. */
#include <string.h>

#include "run/metrics_part.h"

struct words {
	const char *counter;
	const char *text;
};

static const struct words node_words[] = {
	{ "messages", "Control messages that parse and reached the machines" },
	{ "unexpected", "Those that no role of this lispd is for" },
	{ "ecm-bad",
	  "Encapsulated control messages whose inner message does not parse" },
	{ "lost-actions",
	  "Things to be done for which an event had no memory" },
	{ NULL }
};

static const struct words resolve_words[] = {
	{ "misses", "Packets without a mapping that the data plane reported" },
	{ "refreshes",
	  "Mappings in use that were asked for again before their end" },
	{ "joined", "Wishes for an EID that was being asked for already" },
	{ "requests", "Map-Requests sent" },
	{ "deferred", "Map-Requests over the rate, sent later" },
	{ "replies", "Map-Replies received" },
	{ "accepted", "Map-Replies that were believed" },
	{ "timeouts", "EIDs that nobody answered for after all tries" },
	{ "full", "EIDs not asked for, as too many are already" },
	{ "miss-ignored",
	  "Misses of local EIDs, of instances not served, or answered "
	  "meanwhile" },
	{ "no-resolver",
	  "Map-Requests not sent, as no Map-Resolver can be sent to" },
	{ "bad-nonce", "Map-Replies with a nonce of no Map-Request" },
	{ "bad-coverage", "Map-Replies about other EIDs than asked for" },
	{ "bad-record", "Records of Map-Replies that contradict themselves" },
	{ "short-prefix",
	  "Records with a shorter EID-prefix than is believed" },
	{ "local-eid", "Records about EIDs of this site" },
	{ "bad-rloc", "Locators that cannot be sent to, left out of records" },
	{ "smr", "Map-Requests received that solicit one" },
	{ "smr-ignored",
	  "Those not followed: of no mapping here, or too often" },
	{ "hints", "Hints of data packets that a mapping is out of date" },
	{ "hints-ignored", "Those not followed, for the same reasons" },
	{ NULL }
};

static const struct words map_cache_words[] = {
	{ "installed", "Mappings given to the data plane" },
	{ "negative", "Those without locators" },
	{ "replaced", "Those that took another's place" },
	{ "expired", "Mappings whose time was over" },
	{ "refreshed", "Mappings found in use shortly before their end" },
	{ "aged", "Mappings found not in use then" },
	{ "claimed", "Mappings of an earlier run that were kept" },
	{ "swept", "Mappings of an earlier run that were deleted" },
	{ "evicted", "Mappings that made room for others" },
	{ NULL }
};

static const struct words probe_words[] = {
	{ "sent", "RLOC-probes sent" },
	{ "replies", "Answers to them" },
	{ "unanswered", "RLOC-probes that were not answered in time" },
	{ "went-down", "RLOCs that stopped answering" },
	{ "went-up", "RLOCs that answer again" },
	{ "deferred", "RLOC-probes over the rate, sent later" },
	{ "bad-nonce", "Answers to no RLOC-probe" },
	{ "bad-reply",
	  "Answers that are not authoritative, or of another RLOC" },
	{ "full", "RLOCs that are not probed, as too many are already" },
	{ "no-source",
	  "RLOC-probes not sent, for want of an RLOC of that family" },
	{ NULL }
};

static const struct words register_words[] = {
	{ "sent", "Map-Registers sent" },
	{ "retransmitted", "Those that had not been acknowledged" },
	{ "failed", "Map-Registers that could not be made" },
	{ "notified", "Map-Notifies that acknowledged one" },
	{ "duplicate", "Map-Notifies about what had been acknowledged" },
	{ "refused", "Records that a Map-Notify left out" },
	{ "withdrawn", "EID-prefixes deregistered" },
	{ "unsolicited", "Map-Notifies that tell of a change" },
	{ "acked", "Map-Notify-Acks sent" },
	{ "bad-nonce", "Map-Notifies with a nonce of no Map-Register" },
	{ "bad-auth", "Map-Notifies that are not of who has the key" },
	{ "limited", "Map-Notifies over the rate, not looked at" },
	{ NULL }
};

static const struct words answer_words[] = {
	{ "requests", "Map-Requests for EIDs of this site" },
	{ "replies", "Map-Replies sent to them" },
	{ "probes", "RLOC-probes received" },
	{ "probe-replies", "RLOC-probes answered" },
	{ "no-match", "Map-Requests for what is not of this site" },
	{ "no-itr-rloc",
	  "Map-Requests without an RLOC that can be answered to" },
	{ "limited", "Map-Requests over the rate of who asked" },
	{ "invalid", "RLOC-probes inside of an encapsulated control message" },
	{ "dont-reply", "Map-Requests that want no answer" },
	{ "cut", "Map-Replies that not all more-specifics fitted into" },
	{ NULL }
};

static const struct words smr_words[] = {
	{ "changed", "EID-prefixes whose change had to be told" },
	{ "sent", "Map-Requests sent that solicit one" },
	{ "answered", "Sites that asked after it" },
	{ "full", "Changes or sites that there was no room for" },
	{ NULL }
};

static const struct words map_server_words[] = {
	{ "registers", "Map-Registers received" },
	{ "register-limited", "Those over what their site may have accepted" },
	{ "verify-limited", "Those over what their site may have verified" },
	{ "no-site", "Those of no site" },
	{ "bad-auth", "Those that are not of who has the key" },
	{ "key-time", "Those with a key that is not valid now" },
	{ "replayed", "Those whose nonce is not above the last one's" },
	{ "old-version", "Those with an older map-version than is registered" },
	{ "duplicates", "The last one once more, answered again" },
	{ "store-failed", "Records that there was no memory or room for" },
	{ "records-accepted", "Records that were registered" },
	{ "records-refused", "Records that the site's policy forbids" },
	{ "records-delegated",
	  "Records refused, as a DDT delegation has them" },
	{ "deregistered", "Registrations withdrawn by their ETR" },
	{ "expired", "Registrations that were not repeated in time" },
	{ "notifies", "Map-Notifies sent to Map-Registers" },
	{ "moved", "Registrants told that another has their EID-prefix" },
	{ "unsolicited", "Map-Notifies sent that tell of a change" },
	{ "unsolicited-acked", "Those that were acknowledged" },
	{ "unsolicited-lost",
	  "Those that never were, or that there was no room for" },
	{ "bad-ack", "Map-Notify-Acks to nothing that was sent" },
	{ "requests", "Map-Requests that the Map-Server looked at" },
	{ "request-limited", "Those over the rate of their source" },
	{ "site-limited",
	  "Records of Map-Requests over the rate of their site" },
	{ "request-invalid", "Those that contradict themselves" },
	{ "delegated", "Those for EIDs that a DDT delegation has" },
	{ "no-itr-rloc", "Those without an RLOC that can be answered to" },
	{ "proxy-replies", "Map-Replies sent for an ETR" },
	{ "proxy-for-family",
	  "Those sent as no address family leads to the ETR" },
	{ "cut", "Map-Replies without some more-specifics" },
	{ "negative-hole", "Negative Map-Replies: no site has it" },
	{ "negative-unregistered",
	  "Negative Map-Replies: of a site, and not registered" },
	{ "reply-limited", "Map-Replies over the rate of an ITR-RLOC" },
	{ "forwarded", "Map-Requests passed on to an ETR" },
	{ "forward-loop", "Map-Requests that came round again" },
	{ NULL }
};

static const struct words map_resolver_words[] = {
	{ "requests", "Map-Requests received" },
	{ "limited", "Those over the rate of their source" },
	{ "invalid", "Those that contradict themselves" },
	{ "ddt", "Those looked for in the delegation tree" },
	{ "local", "Those given to this process's Map-Server" },
	{ "forwarded", "Those passed on to a Map-Server" },
	{ "forward-loop", "Those that came round again" },
	{ "nowhere", "Those that no Map-Server can be sent" },
	{ NULL }
};

static const struct words ddt_client_words[] = {
	{ "requests", "Map-Requests to find the way of" },
	{ "again", "Those of an ITR that waits for this already" },
	{ "invalid", "Those that contradict themselves" },
	{ "full", "Those that there was no room for" },
	{ "evicted", "Those that made room for others" },
	{ "from-cache", "Those that began below the roots" },
	{ "negative-cached", "Those answered from the referral cache" },
	{ "sent", "Map-Requests sent to DDT nodes" },
	{ "retries", "Those sent as nobody had answered" },
	{ "share-used-up",
	  "Those not sent, as the ITR had its share of that node" },
	{ "referrals", "Map-Referrals received" },
	{ "unasked", "Map-Referrals that nobody waits for" },
	{ "bad-referral",
	  "Map-Referrals that contradict themselves or the tree" },
	{ "bad-signature", "Map-Referrals whose signature does not hold" },
	{ "loops", "Map-Referrals that lead back" },
	{ "lame", "Map-Referrals of who is not authoritative" },
	{ "to-root", "Map-Requests that began anew at the roots" },
	{ "acks", "Map-Requests that a Map-Server took over" },
	{ "negative", "Negative Map-Replies sent" },
	{ "reply-limited",
	  "Negative Map-Replies over the rate of an ITR-RLOC" },
	{ "given-up", "Map-Requests that nobody answered" },
	{ "nowhere", "Map-Requests that no node can be sent" },
	{ NULL }
};

static const struct words ddt_node_words[] = {
	{ "requests", "Map-Requests of Map-Resolvers" },
	{ "limited", "Those over the rate of their source" },
	{ "repeated", "Those over the rate of a record and source" },
	{ "repeated-answered", "Those that were answered nevertheless" },
	{ "invalid", "Those that contradict themselves" },
	{ "node-referral", "Map-Referrals sent: to other nodes" },
	{ "map-server-referral", "Map-Referrals sent: to Map-Servers" },
	{ "map-server-ack", "Map-Referrals sent: registered here" },
	{ "map-server-not-registered",
	  "Map-Referrals sent: of a site here, and not registered" },
	{ "delegation-hole", "Map-Referrals sent: nobody has it" },
	{ "not-authoritative", "Map-Referrals sent: not of this node" },
	{ "cut", "Map-Referrals that not all locators fitted into" },
	{ "signed", "Signatures computed" },
	{ "sign-limited",
	  "Map-Referrals not sent, for want of time to sign them" },
	{ "sign-failed", "Map-Referrals that could not be signed" },
	{ NULL }
};

static const struct {
	const char *group;
	const struct words *words;
} groups[] = {
	{ "node", node_words },
	{ "resolve", resolve_words },
	{ "map-cache", map_cache_words },
	{ "probe", probe_words },
	{ "register", register_words },
	{ "answer", answer_words },
	{ "smr", smr_words },
	{ "map-server", map_server_words },
	{ "map-resolver", map_resolver_words },
	{ "ddt-client", ddt_client_words },
	{ "ddt-node", ddt_node_words },
};

const char *metrics_words(const char *group, const char *counter)
{
	const struct words *w;

	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		for (w = groups[i].words; w->counter; w++)
			if (!strcmp(groups[i].group, group) &&
			    !strcmp(w->counter, counter))
				return w->text;
	return counter;
}

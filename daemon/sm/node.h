/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A node: the machines of one process, wired into its roles.
 *
 * This is the only header run/ and the simulator drive.  How:
 *
 *	arena_init(&arena, ACTIONS_ARENA_CAP);
 *	node = node_new(&cfg, &ops, now, &err);
 *
 *	for each thing that happens:
 *		arena_reset(&arena);
 *		actions_init(&acts, &arena);
 *		node_on_xxx(node, now, ..., &acts);
 *		for (a = acts.first; a; a = a->next)
 *			execute(a);
 *		arm one timer for node_due(node)
 *
 * A datagram is parsed by the caller with msg_parse() into the same arena
 * (parse errors are the caller's to count and log); the datagram's octets
 * stay in place until the actions are executed, because a request that is
 * passed on is sent from them.
 *
 * Times are milliseconds of a monotonic clock that is greater than 0.  One
 * thread at a time, but for node_desk_message().  A node allocates with
 * malloc, each table up to a cap of its configuration.
 *
 * At start: subscribe to the data plane, node_on_local_found() for each local
 * EID of our own origin found there, node_start(), then for each mapping
 * of our own origin found there node_on_map_found(), then
 * node_on_map_synced().  The local database and the routes are run/'s
 * business, they follow from the configuration alone.
 */
#ifndef LISP_SM_NODE_H
#define LISP_SM_NODE_H

#include "sm/action.h"
#include "sm/cache.h"
#include "sm/counter.h"
#include "sm/ddt.h"
#include "sm/histogram.h"
#include "sm/packet.h"
#include "sm/site.h"
#include "sm/store.h"
#include "sm/xtr.h"

struct ms;
struct ms_proof;
struct node;

/* Roles: NULL means that the node does not have it. */
struct node_config {
	const struct xtr_config *xtr;
	const struct ms_config *ms;	/* needs ops.store */
	const struct mr_config *mr;
	const struct ddt_config *ddt;
};

/* Copies both structs, not what they point to.  NULL: out of memory, or
 * -EINVAL in *@err (may be NULL) when the configuration contradicts itself. */
struct node *node_new(const struct node_config *cfg, const struct sm_ops *ops,
		      uint64_t now, int *err);
void node_free(struct node *n);

/* An earlier run's local EID is in the data plane, with these locators: before
 * node_start() of the first node of a process. */
void node_on_local_found(struct node *n, const struct eid *eid,
			 const struct locator *l, unsigned int count);

/* Begin: registrations go out, and what has changed since that earlier run is
 * told; how many EID-prefixes have. */
size_t node_start(struct node *n, uint64_t now, struct actions *acts);

/* --- time --- */

/* When node_on_time() wants to be called, UINT64_MAX: never.  Changes with
 * every event. */
uint64_t node_due(const struct node *n);

/* Does a bounded amount of what is due; node_due() may still be in the past
 * afterwards: the caller executes the actions and calls again. */
void node_on_time(struct node *n, uint64_t now, struct actions *acts);

/* --- network --- */

/* A message that msg_parse() accepted; @pkt is what it was parsed from. */
void node_on_message(struct node *n, uint64_t now, const struct packet *pkt,
		     const struct lisp_msg *m, struct actions *acts);

/*
 * The same by as many threads at once as the Map-Server has desks
 * (ms_config.desks), each at its own: what takes nothing but its desk and what
 * nobody changes, or the store, for its readers.  What this leaves over is for
 * one thread at a time: node_desk_take(), which is the second half of a
 * Map-Register, and node_on_message(), for which no action was made.
 */
enum node_desk_result {
	NODE_SERVED,
	NODE_PROVEN,			/* node_desk_take() */
	NODE_OTHER,			/* node_on_message() */
};

enum node_desk_result
node_desk_message(const struct node *n, unsigned int desk, uint64_t now,
		  const struct packet *pkt, const struct lisp_msg *m,
		  struct ms_proof *proof, struct actions *acts);
void node_desk_take(struct node *n, uint64_t now, const struct packet *pkt,
		    const struct lisp_msg *m, const struct ms_proof *proof,
		    struct actions *acts);

/* These EIDs seem to be what the next messages are about (TRIE_WARM_MAX of them
 * at most): have what is known of them at hand. */
void node_warm(const struct node *n, const struct eid *eids, size_t count);

/* --- data plane --- */

/* A packet to @dest missed in the map-cache.  @source (may be of family
 * ADDR_NONE) is the packet's. */
void node_on_miss(struct node *n, uint64_t now, uint32_t iid,
		  const struct addr *dest, const struct addr *source,
		  struct actions *acts);

/* A mapping of our origin that is there (struct map_found: sm/cache.h), at
 * start or when messages of the data plane were lost and it is dumped again;
 * then the end of that dump. */
void node_on_map_found(struct node *n, uint64_t now,
		       const struct map_found *f, struct actions *acts);
void node_on_map_synced(struct node *n, uint64_t now, struct actions *acts);

/* Answer to ACTION_MAP_QUERY: not there (any more), there and never used, or
 * last used @age seconds ago. */
enum map_use {
	MAP_USE_GONE,
	MAP_USE_NEVER,
	MAP_USE_AGE,
};

void node_on_map_used(struct node *n, uint64_t now, const struct eid *eid,
		      enum map_use use, uint32_t age, struct actions *acts);

/* The data plane expired a mapping of ours, or somebody else deleted or
 * replaced it. */
void node_on_map_gone(struct node *n, uint64_t now, const struct eid *eid,
		      struct actions *acts);

/* The data plane has reason to doubt that an RLOC is reachable (ICMP, a nonce
 * that was not echoed, ...): it is probed at once. */
void node_on_rloc_doubt(struct node *n, uint64_t now, const struct addr *a);

/* A packet said that the mapping of @eid that we have, or have none of, is out
 * of date: ask for it. */
void node_on_map_hint(struct node *n, uint64_t now, const struct eid *eid,
		      struct actions *acts);

/* A packet from @rloc said that its site has an old mapping of our @eid. */
void node_on_peer_behind(struct node *n, uint64_t now, const struct eid *eid,
			 const struct addr *rloc, struct actions *acts);

/* --- configuration --- */

/*
 * @n, made of a new configuration over the same store, takes over from @old:
 * EIDs that are no more are deregistered (once: else they expire), those we
 * talk with are solicited for all that has changed, and nothing is asked for
 * the next second, since @old may have asked for it in the last.  Then:
 * execute, node_start(n), dump the data plane into it as at a start,
 * node_inherit(), node_free(old).  How many EID-prefixes have changed.
 */
size_t node_replace(struct node *n, struct node *old, uint64_t now,
		    struct actions *acts);

/*
 * What @old knows and the configuration does not say.  xTR: about RLOCs that
 * both use, whom it has solicited, how long stale mappings have been so.
 * Map-Server: changes and use of sites, what is told and not acknowledged
 * (ms_inherit.c).  Map-Resolver: keys that are revoked, referrals, what is
 * pending (ddt_client_inherit()).  DDT node: what is signed.  Of these three
 * counters and limits, too.
 */
void node_inherit(struct node *n, struct node *old);

/* One of our EID-prefixes has come, gone or has other locators: those we talk
 * with are solicited to ask anew. */
void node_on_local_change(struct node *n, uint64_t now,
			  const struct eid *eid);

/* --- a person --- */

/* Probe an RLOC (NULL: all) now; how many of those that are probed at all were
 * not probed within the last second. */
unsigned int node_probe(struct node *n, uint64_t now, const struct addr *a);

/* Resolve @eid (a host EID or a prefix) and answer with ACTION_RESOLVED
 * carrying @token; also installs what comes.  0, -EBUSY (too many),
 * -EINVAL (no xTR role or no RLOC, instance not served, EID is local). */
int node_resolve(struct node *n, uint64_t now, const struct eid *eid,
		 uint64_t token, struct actions *acts);

/* Take @eid out of the map-cache and the data plane; a number of entries if
 * it is NULL, to be called until there are none.  How many. */
size_t node_clear(struct node *n, const struct eid *eid,
		  struct actions *acts);

/* Take @eid, or all (NULL), out of the referral cache.  How many. */
size_t node_clear_referrals(struct node *n, const struct eid *eid);

/* Deregister one local EID-prefix, or all (@eid NULL): Map-Registers with
 * TTL 0 until acknowledged, then silence.  0, -ENOENT, -EINVAL. */
int node_withdraw(struct node *n, uint64_t now, const struct eid *eid,
		  struct actions *acts);

/* --- display; read-only, and no event in between two calls --- */

struct cache_view {
	struct eid eid;
	const char *state;
	uint64_t expires;		/* ms */
	enum map_action action;
	uint16_t version;
	struct addr from;		/* who answered; NONE: found at start */
	const struct locator *locators;
	uint8_t locator_count;
	bool petr;			/* they are those of proxy ETRs */
};

/* The first entry after @after (NULL: the first); false: no more. */
bool node_cache_next(const struct node *n, const struct eid *after,
		     struct cache_view *v);

/* The entry that a packet to @host would use; false: none. */
bool node_cache_match(const struct node *n, const struct eid *host,
		      struct cache_view *v);

/* An entry of the referral cache (sm/referral.h), valid until the next event.
 * As node_cache_next(); those that have expired are left out. */
struct referral_view {
	struct eid eid;
	const struct referral_set *set;
};

bool node_referral_next(const struct node *n, uint64_t now,
			const struct eid *after, struct referral_view *v);

/* What probing knows about an RLOC of the map-cache. */
struct rloc_view {
	const char *state;
	bool down;			/* out of use */
	uint64_t since;			/* ms: last change */
	uint64_t replied;		/* ms: last answer; 0: never */
	uint32_t rtt;			/* ms, smoothed */
	uint8_t hops;			/* routers on the way back, if it has
					 * answered; guessed from its TTL */
};

/* False: it is not probed. */
bool node_rloc(const struct node *n, const struct addr *a,
	       struct rloc_view *v);

/* One of our EID-prefixes at one Map-Server. */
struct database_view {
	struct eid eid;
	struct addr server;
	const char *state;		/* of the registration */
	bool refused;			/* not in its last Map-Notify */
	uint64_t notified;		/* ms, last Map-Notify; 0: none */
};

/* @i counts from 0 over prefixes, within each over servers. */
bool node_database_at(const struct node *n, size_t i,
		      struct database_view *v);

/* The Map-Server, for ms_site_at() and the like; NULL: not this role. */
const struct ms *node_ms(const struct node *n);

/* Counters of a machine; false: no more. */
bool node_counters_at(const struct node *n, size_t i,
		      struct counter_group *g);

/* How long things take; false: no more. */
bool node_histogram_at(const struct node *n, size_t i,
		       struct histogram_view *v);

/* Numbers for `show status`. */
struct node_status {
	size_t cache_entries;
	size_t resolving;
	size_t local_prefixes;
	size_t servers;			/* we register with */
	size_t servers_up;		/* whose last answer is not overdue */
	size_t resolvers;		/* we ask */
	size_t registered_prefixes;	/* as a Map-Server */
	size_t referrals;		/* in the referral cache */
	size_t pending;			/* requests that look for their way */
	size_t ddt_prefixes;		/* we answer for, as a DDT node */
	size_t ddt_delegations;		/* hints among them */
	size_t ddt_signed;		/* signed records kept */
};

void node_status(const struct node *n, struct node_status *s);

/* A Map-Resolver we ask. */
struct resolver_view {
	struct addr addr;
	const char *state;		/* "new", "up", "silent" */
	uint64_t answered;		/* ms, last time; 0: never */
	uint32_t rtt;			/* ms, of that */
};

/* @i counts from 0, below node_status.resolvers. */
void node_resolver_at(const struct node *n, size_t i,
		      struct resolver_view *v);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a machine wants done: a list of actions in an arena.
 *
 * The caller of an event function passes an empty list; the machine appends;
 * the caller executes the actions in order and then resets the arena.  All
 * pointers inside an action point into that arena, into the machine's static
 * names, or into the packet the event was about.
 *
 * The arena's cap bounds what one event can cost.  When it is reached,
 * action_add() returns NULL, the action is lost and counted in @lost: the
 * machines treat that like a packet lost on the way, and retry.
 */
#ifndef LISP_SM_ACTION_H
#define LISP_SM_ACTION_H

#include "lib/arena.h"
#include "sm/event.h"
#include "wire/msg.h"

/* An arena cap under which no event of this room loses an action. */
#define ACTIONS_ARENA_CAP	(4 * 1024 * 1024)

enum action_type {
	ACTION_SEND,		/* a control message */
	ACTION_MAP_SET,		/* add or replace in the data plane */
	ACTION_MAP_DEL,		/* delete from the data plane */
	ACTION_MAP_QUERY,	/* ask when it was used: node_on_map_used() */
	ACTION_RLOC_SET,	/* an RLOC is reachable, or is not */
	ACTION_RLOC_RTT,	/* how far away it is */
	ACTION_RESOLVED,	/* answer to node_resolve() */
	ACTION_LOG,
	ACTION_TYPE_COUNT
};

/* A datagram for UDP.  The source port is always LISP_CONTROL_PORT. */
struct action_send {
	struct addr from;	/* family ADDR_NONE: the kernel chooses */
	struct addr to;
	uint16_t to_port;
	const uint8_t *data;
	size_t len;
	enum msg_type type;	/* outermost, for tracing */
	/* Not before the store is durable up to this transaction; 0: now. */
	uint64_t after;
};

/*
 * A mapping, always of the daemon's own origin.  With MAP_SET: locators, or
 * none and an action of enum map_action (MAP_NO_ACTION forwards natively:
 * spec ambiguity A22).  With @petr the locators are those of proxy ETRs that
 * take what is for nobody's EID.  MAP_DEL and MAP_QUERY use the EID only.
 */
struct action_map {
	struct eid eid;
	uint32_t ttl;		/* seconds, never 0 */
	enum map_action action;	/* only without locators */
	uint16_t version;
	const struct locator *locators;
	uint8_t locator_count;
	bool petr;
};

/* True for every mapping that names it. */
struct action_rloc {
	struct addr addr;
	bool up;
};

/* The same. */
struct action_rtt {
	struct addr addr;
	uint32_t rtt;		/* microseconds, not 0 */
};

/* How a resolution asked for by a person ended. */
struct action_resolved {
	uint64_t token;		/* of node_resolve() */
	int error;		/* 0, -ETIMEDOUT, -EHOSTUNREACH (no resolver),
				 * -ECANCELED (another configuration) */
	struct eid eid;		/* what was asked */
	struct addr peer;	/* who answered */
	uint32_t rtt;		/* ms */
	unsigned int tries;	/* Map-Requests sent */
	const struct map_record *records;
	uint8_t record_count;
};

struct action_log {
	enum log_event event;
	/* LOG_TRANSITION: static names */
	const char *machine;
	const char *from;
	const char *to;
	const char *cause;
	/* set or not: family ADDR_NONE, zero, NULL */
	struct addr peer;
	struct eid eid;
	bool has_eid;
	const char *site;	/* a name of the configuration */
	uint64_t number;	/* nonce, count, ... as the sentence says */
};

struct action {
	struct action *next;
	enum action_type type;
	union {
		struct action_send send;
		struct action_map map;
		struct action_rloc rloc;
		struct action_rtt rtt;
		struct action_resolved resolved;
		struct action_log log;
	};
};

struct actions {
	struct arena *arena;
	struct action *first;
	struct action **last;
	unsigned int count;
	unsigned int lost;	/* since actions_init() */
};

/* An empty list; @arena is the caller's and outlives it. */
void actions_init(struct actions *acts, struct arena *arena);

/* Append a zeroed action, NULL when the arena's cap is reached. */
struct action *action_add(struct actions *acts, enum action_type type);

/* Append a log action; never fails visibly.  The caller fills in the fields
 * it has: the result is never NULL (a scratch place when memory is out). */
struct action_log *action_log(struct actions *acts, enum log_event event);

/* Log with the fields most events have.  @eid may be NULL. */
void action_log_peer(struct actions *acts, enum log_event event,
		     const struct addr *peer, const struct eid *eid,
		     uint64_t number);

/* The one log line of a transition. */
void action_transition(struct actions *acts, const char *machine,
		       const char *from, const char *to, const char *cause,
		       const struct eid *eid, const struct addr *peer);

/* Build @m into the arena.  The octets (writable, for whoever must sign them)
 * and *@len; NULL when memory is out or msg_build() refuses. */
uint8_t *action_build(struct actions *acts, const struct lisp_msg *m,
		      size_t *len);

/* Append a datagram whose octets stay where they are.  @from may be NULL.
 * 0 or -ENOMEM. */
int action_send(struct actions *acts, const struct addr *from,
		const struct addr *to, uint16_t to_port, const uint8_t *data,
		size_t len);

/* The same, but not before the store's transaction @after is durable. */
int action_send_after(struct actions *acts, const struct addr *from,
		      const struct addr *to, uint16_t to_port,
		      const uint8_t *data, size_t len, uint64_t after);

/* Both.  0 or -ENOMEM. */
int action_send_msg(struct actions *acts, const struct addr *from,
		    const struct addr *to, uint16_t to_port,
		    const struct lisp_msg *m);

/* "send", "map-set", ... */
const char *action_type_name(enum action_type type);

#endif

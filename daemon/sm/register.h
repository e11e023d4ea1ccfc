/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ETR registers its EIDs with each Map-Server (RFC 9301 5.6, 8.2).
 *
 * For each server the database is cut into parts, one Map-Register each, that
 * fit into a packet of the path to it and have 255 records at most.  A part is
 * a machine of its own:
 *
 *	idle --start--> asking --notify--> up --period--> checking
 *	                  ^  ^                ^--notify------+ |
 *	                  |  +-- unacked (1 s, doubling)       |
 *	                  +---------- silent: 3 unacked -------+
 *
 *	idle --start, no Map-Notify wanted--> blind --period--> blind
 *	any  --all its EIDs withdrawn--> done
 *
 * The parts of a server take turns (pace.h): those of a small site go at once,
 * 10,000 prefixes take some seconds, and are refreshed one part after the
 * other all through the period.
 *
 * Every message sent has a nonce one higher than the one before, also a
 * retransmission (spec ambiguity B2), and a Map-Notify to any of the last
 * ones counts.
 *
 * Memory: fixed by the configuration, from malloc at register_init().
 */
#ifndef LISP_SM_REGISTER_H
#define LISP_SM_REGISTER_H

#include "lib/heap.h"
#include "sm/action.h"
#include "sm/counter.h"
#include "sm/database.h"
#include "sm/packet.h"

enum register_state {
	REGISTER_IDLE,
	REGISTER_ASKING,	/* sent, nobody has acknowledged yet */
	REGISTER_UP,		/* acknowledged */
	REGISTER_CHECKING,	/* was up, the next one is not acknowledged */
	REGISTER_BLIND,		/* sent, no acknowledgement wanted */
	REGISTER_DONE,		/* nothing left to register */
	REGISTER_STATE_COUNT
};

enum register_event {
	REGISTER_ON_START,
	REGISTER_ON_START_BLIND,
	REGISTER_ON_PERIOD,
	REGISTER_ON_UNACKED,
	REGISTER_ON_SILENT,
	REGISTER_ON_NOTIFY,
	REGISTER_ON_CHANGE,	/* an EID is being withdrawn */
	REGISTER_ON_DONE,
	REGISTER_EVENT_COUNT
};

enum register_counter {
	REGISTER_SENT,
	REGISTER_RETRANSMITTED,	/* of these */
	REGISTER_FAILED,	/* no nonce, no signature, no memory */
	REGISTER_NOTIFIED,
	REGISTER_DUPLICATE,	/* Map-Notifies to what is settled */
	REGISTER_REFUSED,	/* records missing in a Map-Notify */
	REGISTER_WITHDRAWN,
	REGISTER_UNSOLICITED,
	REGISTER_ACKED,		/* Map-Notify-Acks sent */
	REGISTER_BAD_NONCE,
	REGISTER_BAD_AUTH,
	REGISTER_LIMITED,
	REGISTER_COUNT
};

struct register_part;
struct register_peer;

struct registrar {
	const struct xtr_config *cfg;
	const struct sm_ops *ops;
	struct database *db;
	struct register_peer *peers;	/* as many as servers */
	size_t peer_count;
	struct heap timers;
	bool hurry;			/* no turns: it is about to end */
	uint64_t counters[REGISTER_COUNT];
};

/* 0 or -ENOMEM. */
int register_init(struct registrar *r, const struct xtr_config *cfg,
		  const struct sm_ops *ops, struct database *db);
void register_free(struct registrar *r);

/* Before register_start(): @r takes over from @old.  What is registered and has
 * not changed is registered again when its time comes. */
void register_inherit(struct registrar *r, const struct registrar *old);

/* Sends what is not registered yet. */
void register_start(struct registrar *r, uint64_t now, struct actions *acts);

/* As node_withdraw().  All are withdrawn at once, without turns. */
int register_withdraw(struct registrar *r, uint64_t now,
		      const struct eid *eid, struct actions *acts);

/* Deregister what the database marks as withdrawn, once, before @r ends. */
void register_leave(struct registrar *r, uint64_t now, struct actions *acts);

/* A Map-Notify (not an ack). */
void register_on_notify(struct registrar *r, uint64_t now,
			const struct packet *pkt, const struct map_notify *m,
			struct actions *acts);

/* At most one part's timer; false: nothing was due. */
bool register_on_time(struct registrar *r, uint64_t now,
		      struct actions *acts);
uint64_t register_due(const struct registrar *r);

struct register_view {
	const struct addr *server;
	enum register_state state;
	bool refused;
	uint64_t notified;		/* ms; 0: never */
};

/* EID number @eid of the database at server number @server. */
void register_view(const struct registrar *r, size_t eid, size_t server,
		   struct register_view *v);

/* Servers whose every part is up (or blind). */
size_t register_servers_up(const struct registrar *r);

const char *register_state_name(enum register_state s);
struct counter_group register_counters(const struct registrar *r);

#endif

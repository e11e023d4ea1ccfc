/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RLOC-probing (RFC 9301 7.1): is a locator of the map-cache reachable?
 *
 * A target is one RLOC, however many mappings name it: one probe serves all of
 * them, and one word to the data plane fails or restores it for all.
 *
 *	      reply                 unanswered            unanswered
 *	 new --------> up -----------------> doubt -------------> down
 *	  |            ^ ^       reply         |     last try     ^  |
 *	  |            | +---------------------+                  |  |
 *	  |            |  replies in a row            unanswered  |  |
 *	  |            +----------------------- rising -----------+  |
 *	  |                                        ^                 |
 *	  | last try                               +---- reply ------+
 *	  +-----------------------------------------------------> down
 *
 * Up: a probe per interval, a fifth more or less so that many do not fall
 * together.  Doubt: again after a second, then two.  Down: more and more
 * seldom, up to the interval.  Rising: twice in a row, or it was luck.
 *
 * A probe is a Map-Request with P, from our best RLOC of the target's family
 * (the one data leaves from) for an EID-prefix of a mapping that names the
 * target.  An answer counts when its nonce is outstanding, A is set in each
 * record, and the locator it marks as probed (p), if any, is the target: not
 * the packet's source, which says nothing.  What it says about mappings is not
 * looked at: they come from the mapping system.
 *
 * Silence is not proof: the daemon over there may be restarting while its
 * kernel forwards, or something on the way may eat probes.  So an RLOC that is
 * the last one in use of a mapping stays in use, whatever its state here, until
 * another one of that mapping answers.
 *
 * The RLOCs of the other xTRs of our site are targets, too: what the data plane
 * is told of one that does not answer is what its locator-status-bits tell our
 * peers.
 *
 * Memory from malloc, up to probe_limits.targets.
 */
#ifndef LISP_SM_PROBE_H
#define LISP_SM_PROBE_H

#include "lib/heap.h"
#include "sm/action.h"
#include "sm/counter.h"
#include "sm/database.h"
#include "sm/histogram.h"
#include "sm/packet.h"

#define PROBE_SHOTS	4	/* probes to which a reply still counts */

enum probe_state {
	PROBE_NEW,		/* taken for reachable */
	PROBE_UP,
	PROBE_DOUBT,
	PROBE_DOWN,
	PROBE_RISING,
	PROBE_STATE_COUNT
};

enum probe_event {
	PROBE_ON_REPLY,
	PROBE_ON_STEADY,	/* the reply that makes it up again */
	PROBE_ON_UNANSWERED,
	PROBE_ON_LAST,		/* the last try is unanswered */
	PROBE_EVENT_COUNT
};

enum probe_counter {
	PROBE_SENT,
	PROBE_REPLIES,
	PROBE_UNANSWERED,
	PROBE_WENT_DOWN,
	PROBE_WENT_UP,
	PROBE_DEFERRED,		/* over the rate, sent later */
	PROBE_BAD_NONCE,
	PROBE_BAD_REPLY,	/* not authoritative, another locator */
	PROBE_FULL,		/* RLOCs that are not probed for want of room */
	PROBE_NO_SOURCE,	/* no RLOC of ours of that family */
	PROBE_COUNT
};

struct probe_target;

struct probe {
	const struct probe_limits *limits;
	const struct sm_ops *ops;
	const struct database *db;
	/* Would a mapping be left without an RLOC?  NULL: no. */
	bool (*last)(void *arg, const struct addr *a);
	void *last_arg;
	struct hash_table by_addr;
	struct hash_table by_nonce;
	struct heap timers;
	struct bucket rate;
	uint64_t counters[PROBE_COUNT];
	struct histogram rtt;
};

/* 0 or -ENOMEM. */
int probe_init(struct probe *p, const struct xtr_config *cfg,
	       const struct sm_ops *ops, const struct database *db,
	       const uint8_t seed[16]);
void probe_free(struct probe *p);

/* A mapping of @eid names, or does not name any more, these locators. */
void probe_add(struct probe *p, uint64_t now, const struct eid *eid,
	       const struct locator *l, unsigned int n);
void probe_del(struct probe *p, const struct locator *l, unsigned int n,
	       struct actions *acts);

/* At start: the other xTRs of our site. */
void probe_neighbours(struct probe *p, uint64_t now);

/* Go on where @old, which nobody uses any more, stands with the targets that
 * both have. */
void probe_inherit(struct probe *p, const struct probe *old);

/* Nobody will probe any more: what is out of use is put back. */
void probe_let_go(struct probe *p, struct actions *acts);

/* After locators went to the data plane: tell it which of them are down; if
 * all are, that none is. */
void probe_tell(struct probe *p, const struct locator *l, unsigned int n,
		struct actions *acts);

/* Of these locators, @without (may be NULL) left out: is none in use? */
bool probe_none_left(const struct probe *p, const struct locator *l,
		     unsigned int n, const struct addr *without);

/* Is it out of use? */
bool probe_is_out(const struct probe *p, const struct addr *a);

/* Probe it at once, but once a second at most; all if @a is NULL.  How
 * many. */
unsigned int probe_now(struct probe *p, uint64_t now, const struct addr *a);

/* The data plane took it out of use by itself: the next answer puts it back,
 * silence leaves it there. */
void probe_on_doubt(struct probe *p, uint64_t now, const struct addr *a);

/* A Map-Reply with the P bit. */
void probe_on_reply(struct probe *p, uint64_t now, const struct packet *pkt,
		    const struct map_reply *m, struct actions *acts);

/* At most one target's timer; false: nothing was due. */
bool probe_on_time(struct probe *p, uint64_t now, struct actions *acts);
uint64_t probe_due(const struct probe *p);

struct probe_view {
	struct addr addr;
	enum probe_state state;
	bool out;			/* of use */
	uint64_t since;			/* ms: last change of state */
	uint64_t replied;		/* ms: last reply; 0: never */
	uint32_t rtt;			/* ms, smoothed */
	uint8_t hops;			/* routers on the way back */
	unsigned int users;		/* mappings */
};

/* False: not a target. */
bool probe_view(const struct probe *p, const struct addr *a,
		struct probe_view *v);

const char *probe_state_name(enum probe_state s);
struct counter_group probe_counters(const struct probe *p);

#endif

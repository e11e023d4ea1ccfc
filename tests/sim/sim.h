/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The simulator: whole nodes (sm/node.h, store/, crypto/, all as in lispd) on
 * a network that loses, repeats and reorders, under a clock that jumps from
 * event to event.  One seed, one history: everything random comes from it.
 *
 *	sim_new() -> sim_host_add() ... -> sim_boot() -> sim_run() / sim_until()
 *
 * A host has a data plane of its own (plane.h), which outlives its node as
 * the kernel outlives lispd, and a disk, which outlives both.
 */
#ifndef LISP_TESTS_SIM_H
#define LISP_TESTS_SIM_H

#include "crypto/auth.h"
#include "io/held.h"
#include "lib/heap.h"
#include "plane.h"
#include "sm/node.h"
#include "store/store.h"

#define SIM_HOSTS	8
#define SIM_ADDRS	2
#define SIM_CUT		4

struct sim_host {
	struct sim *sim;
	const char *name;
	struct addr addrs[SIM_ADDRS];
	size_t addr_count;
	struct addr away;		/* routed to another that has it, too */
	struct node_config cfg;
	struct plane plane;
	struct kv_disk *disk;
	struct kv *kv;			/* these three: NULL while it is down */
	struct store *store;
	struct node *node;
	/* Late: a flush takes up to so many ms, and so many per cent of them
	 * fail, of these half when it has happened. */
	unsigned int late_max;		/* 0: none is late */
	unsigned int late_fail;
	uint64_t flush_due;		/* when the one under way ends */
	struct held held;		/* what waits for that */
	unsigned long dropped;		/* for want of a record */
	uint64_t first_nonce;
	uint64_t booted;		/* ms */
	int64_t clock_off;		/* seconds that its time of day is off */
	struct addr overlay;		/* verdict RLOC_OVERLAY for this one */
	uint64_t logs[LOG_EVENT_COUNT];
	uint64_t sent[16];		/* by message type */
	struct action_resolved resolved;	/* the last one */
	unsigned int resolved_count;
};

struct sim_net {
	unsigned int loss;		/* per cent */
	unsigned int dup;		/* per cent */
	unsigned int delay_min;		/* ms */
	unsigned int delay_max;
};

/* Time of day when the clock of the simulator is 0. */
#define SIM_WALL	1800000000u

struct sim {
	uint64_t now;			/* ms */
	uint64_t seed;
	uint64_t rng;
	struct sim_net net;
	struct sim_host hosts[SIM_HOSTS];
	size_t host_count;
	struct heap queue;		/* of struct flight */
	uint64_t digest;		/* of all that was delivered */
	struct addr cut[SIM_CUT];	/* nothing comes to or from these */
	size_t cut_count;
	unsigned long delivered;
	unsigned long lost;
	/* Sees every datagram when it is sent; false: it is swallowed. */
	bool (*tap)(struct sim *s, struct sim_host *from,
		    const struct action_send *snd);
	void *tap_arg;
	/* Sees every message that arrives, before its node does. */
	void (*heard)(struct sim *s, struct sim_host *to,
		      const struct packet *pkt, const struct lisp_msg *m);
	void *heard_arg;
	/* Its signed_with() and sign_referral() instead of crypto/sig.h, or
	 * NULL. */
	const struct sm_ops *signatures;
	/* Looks at everything after each event. */
	void (*check)(struct sim *s);
};

void sim_init(struct sim *s, uint64_t seed);
void sim_done(struct sim *s);

/* @addrs: text, NULL at the end. */
struct sim_host *sim_host_add(struct sim *s, const char *name,
			      const char *const *addrs);

/* Whose address that is; NULL: nobody's. */
struct sim_host *sim_host_of(struct sim *s, const struct addr *a);

/* Start the host's node with what is on its disk and in its data plane. */
void sim_boot(struct sim_host *h);

/* The same process goes on with the configuration that is in h->cfg now.  How
 * many EID-prefixes have changed. */
size_t sim_reload(struct sim_host *h);

/* The process dies; disk and data plane stay. */
void sim_kill(struct sim_host *h);

/* Run for @ms. */
void sim_run(struct sim *s, uint64_t ms);

/* The machine of all sleeps for @ms: datagrams arrive, timers go off after
 * that. */
void sim_sleep(struct sim *s, uint64_t ms);

/* Run until @done(arg), at most @ms.  False: it never was. */
bool sim_until(struct sim *s, uint64_t ms, bool (*done)(void *arg), void *arg);

/* Cut an address off, silently; or mend what was cut. */
void sim_cut(struct sim *s, const char *addr);
void sim_mend(struct sim *s);

/* A site host behind @h sends one packet.  What became of it is counted in
 * the data plane. */
enum plane_fate sim_packet(struct sim_host *h, uint32_t iid, const char *src,
			   const char *dst);

/* Put a datagram on the network as if @from had sent it: it arrives, or what
 * the network does to all it does to this one, too. */
void sim_inject(struct sim *s, const struct addr *from, const struct addr *to,
		const void *data, size_t len);
void sim_send(struct sim *s, const struct addr *from, const struct addr *to,
	      const void *data, size_t len);

/* Person's questions. */
int sim_resolve(struct sim_host *h, const char *eid, uint64_t token);
int sim_withdraw(struct sim_host *h, const char *eid);

/* Value of a counter by name ("resolve", "requests"); fails the test when
 * there is no such counter. */
uint64_t sim_counter(const struct sim_host *h, const char *group,
		     const char *name);

uint64_t sim_random(struct sim *s);

/* Literals. */
struct addr A(const char *text);
struct eid E(const char *text);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One running lispd: the node of sm/ and everything it acts through.
 *
 * The owner sets @file and @debug after daemon_init() if there is one, and @kv,
 * which the daemon closes, if the store is not to be LMDB's (tests).
 *
 * daemon_init() opens what needs root (sockets, control socket, state
 * directory); after priv_drop() daemon_start() does the rest; then the loop
 * runs until SIGTERM, SIGINT or SIGUSR1; daemon_stop() puts away what was made,
 * but not after SIGUSR1.
 *
 * Whatever happens is handled in three steps, all in execute.h: begin, call
 * the node, end.  Nothing else calls node_on_*().
 */
#ifndef LISP_RUN_DAEMON_H
#define LISP_RUN_DAEMON_H

#include "cfg/conf.h"
#include "dp/dp.h"
#include "io/priv.h"
#include "io/service.h"
#include "run/report.h"
#include "run/roles.h"
#include "run/watch.h"
#include "sm/damp.h"
#include "sm/node.h"
#include "store/store.h"

struct ctl;
struct host;
struct loop;
struct loop_event;
struct metrics;
struct outbox;
struct udp;
struct workers;

/* What was there at start, for `show status`. */
struct daemon_sync {
	uint64_t claimed;	/* mappings kept */
	uint64_t swept;		/* mappings deleted */
	uint64_t locals_swept;	/* local EIDs deleted */
	uint64_t devices_swept;	/* of VPNs that are no more */
	uint64_t misses_lost;	/* times that reports were lost */
};

/* Messages that did not reach the node. */
struct daemon_counters {
	uint64_t parse_errors[WIRE_REASON_COUNT];
	uint64_t actions_lost;
	uint64_t data_plane_errors;
	uint64_t record_errors;		/* store_flush() failed */
	uint64_t answers_dropped;	/* for want of a record, or of room to
					 * wait for it */
};

struct daemon {
	const struct conf *conf;
	const char *file;		/* to reload it from, NULL: none */
	bool debug;			/* whatever "log-level" says */
	struct conf *reloaded;		/* what conf points to since then */
	const char *name;
	struct priv_user user;
	struct roles *roles;
	struct node *node;
	struct sm_ops ops;
	struct arena arena;
	struct actions actions;
	struct report report;
	struct watch watch;
	uint64_t started;		/* ms */

	struct loop *loop;
	struct loop_event *timer;	/* node_due() */
	struct loop_event *sync_timer;	/* store_sync() */
	struct loop_event *stop_timer;
	struct loop_event *watchdog_timer;
	struct loop_event *stored;	/* store_fd(); NULL: never late */
	struct loop_event *signals[4];
	struct host *host;		/* NULL: not followed */
	struct loop_event *follow_timer;
	struct loop_event *path_timer;	/* follow_paths() */
	struct damp damp;
	size_t left_out;		/* routes, as last told */
	size_t elsewhere;		/* RLOCs, as last told */
	struct udp *udp;
	struct outbox *outbox;
	struct workers *workers;	/* NULL: this thread alone */
	struct ctl *ctl;
	struct metrics *metrics;	/* NULL: nobody asks */
	struct service service;		/* who started us */
	struct dp *dp;			/* NULL: no xTR */
	struct kv *kv;
	struct store *store;
	int sync_error;			/* as last told */
	struct store_view record;	/* the store, at our last flush */

	struct daemon_sync sync;
	struct daemon_counters counters;
	bool stopping;
	bool failed;			/* a worker has: why it ends */
	bool leaving;			/* as with "keep-on-exit" */
};

/* @d is zeroed by it.  0, or negative errno with a line logged.  @dp is for
 * tests: a data plane to use instead of the kernel's; owned by the daemon. */
int daemon_init(struct daemon *d, const struct conf *c, struct dp *dp);

/* 0, or negative errno with a line logged. */
int daemon_start(struct daemon *d);

enum log_level daemon_log_level(const struct conf *c);

/* What the machines make of a configuration, over our store.  0, or negative
 * errno and neither is there. */
int daemon_make(struct daemon *d, const struct conf *c, struct roles **roles,
		struct node **n);

/* After the loop has ended: remove what was made, unless the configuration
 * says to keep it, or the next lispd is to find it. */
void daemon_stop(struct daemon *d);

/* Free everything; also after a failed daemon_init() or daemon_start(). */
void daemon_free(struct daemon *d);

#endif

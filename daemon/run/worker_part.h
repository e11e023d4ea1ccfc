/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside of run/worker.h: one thread (worker.c), and all of them together with
 * the main one (workers.c). */
#ifndef LISP_RUN_WORKER_PART_H
#define LISP_RUN_WORKER_PART_H

#include <pthread.h>

#include "run/handover.h"
#include "run/worker.h"

struct worker {
	struct workers *all;
	unsigned int desk;
	pthread_t thread;
	bool runs;
	struct udp *udp;
	struct outbox *outbox;
	struct loop *loop;
	int kick;			/* eventfd: look at @all */
	struct loop_event *kicked;
	struct arena arena;
	struct actions actions;
	bool took;			/* something, since the last flush */
	struct store_view record;	/* the store, then */
	struct handover left;		/* to the main thread */
	struct bucket told;
	struct daemon_counters counters;
	struct workers_counters handing;
};

struct workers {
	struct daemon *d;
	pthread_mutex_t store;
	uint64_t armed;			/* under it */
	int wake;			/* eventfd: the main thread's */
	struct loop_event *woken;
	bool shared;
	/* under the gate's lock */
	pthread_mutex_t gate;
	pthread_cond_t changed;
	bool paused;
	bool stopping;
	bool ended;			/* a thread has, unasked */
	unsigned int waiting;		/* at the gate, or ended */
	unsigned int count;
	struct worker list[];
};

/* An eventfd: have its reader called, have been called. */
void bell_ring(int fd);
void bell_quiet(int fd);

/* With sockets of its own; then its thread; then, when that has ended, what it
 * had.  0 or negative errno; worker_close() takes one that failed. */
int worker_open(struct worker *w, struct workers *ws, unsigned int desk,
		const struct udp_config *cfg);
int worker_start(struct worker *w);
void worker_close(struct worker *w);

/* Where a thread waits, if it has to; false: it is to end. */
bool workers_gate(struct workers *ws);

/* A thread's last word, which it should have been asked for: lispd ends. */
void workers_ended(struct workers *ws);

#endif

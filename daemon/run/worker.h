/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Threads beside the main one that serve the Map-Server's messages.
 *
 * Each has sockets of its own on our ports, a desk of the Map-Server
 * (sm/ms.h), and its own of all that handling a message takes.  It handles
 * what node_desk_message() does, and leaves the rest to the main thread
 * (run/handover.h), which has desk 0 and is all there is when one worker is
 * configured: then there is no struct workers, and no lock is taken.
 *
 *	the store, struct ms	written under workers_lock(), also by the main
 *				thread; read between workers_read_begin() and
 *				_end(), or under the lock
 *	node, roles, conf	do not change, but while workers_pause()
 *	counters		each thread's; all are added up to be shown
 *	all else		the main thread's
 *
 * Nothing is waited for between workers_read_begin() and _end().
 * Documentation/threads.rst says why it is so.
 */
#ifndef LISP_RUN_WORKER_H
#define LISP_RUN_WORKER_H

#include "run/daemon.h"

struct workers;
struct udp_config;
struct udp_stats;

/* Sockets beside @d->udp, opened with @cfg, for each worker that @d->conf
 * asks for beside the main thread.  0 or negative errno. */
int workers_open(struct daemon *d, const struct udp_config *cfg);

/* When everything is there: begin.  0 or negative errno. */
int workers_start(struct daemon *d);

/* End all threads, each at the end of a batch. */
void workers_stop(struct daemon *d);
void workers_free(struct daemon *d);

/* No thread is at work, and what they left to the main thread is done, until
 * workers_resume().  Not under the lock. */
void workers_pause(struct daemon *d);
void workers_resume(struct daemon *d);

/* Who writes the store or the shared part of the Map-Server, or reads them
 * for longer. */
void workers_lock(const struct daemon *d);
void workers_unlock(const struct daemon *d);
void workers_read_begin(const struct daemon *d);
void workers_read_end(const struct daemon *d);

/* A message at a desk; false: it is not for desks. */
bool workers_serve(struct daemon *d, unsigned int desk, uint64_t now,
		   const struct packet *pkt, const struct lisp_msg *m,
		   struct actions *acts);

/* Under the lock: when the main thread's timer is armed for. */
void workers_armed(struct daemon *d, uint64_t due);

/* A flush has ended: they let go what waited for it. */
void workers_stored(struct daemon *d);

struct workers_counters {
	uint64_t handed_over;
	uint64_t lost;			/* no room */
	uint64_t held;			/* answers, for the store */
};

/* What the threads counted is added to all three. */
void workers_count(const struct daemon *d, struct udp_stats *u,
		   struct daemon_counters *c, struct workers_counters *w);

#endif

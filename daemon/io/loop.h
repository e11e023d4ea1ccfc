/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The event loop: descriptors, timers and signals, over libevent.
 *
 * One thread.  A callback may free any handle, its own too.  Handles are
 * freed by their owners before the loop is.
 */
#ifndef LISP_IO_LOOP_H
#define LISP_IO_LOOP_H

#include <stdint.h>

struct loop;
struct loop_event;
struct event_base;

typedef void (*loop_fn)(void *arg);

/* NULL when out of memory. */
struct loop *loop_new(void);
void loop_free(struct loop *l);

/* Until loop_stop(), or until nothing is left to wait for.  0 or -EIO. */
int loop_run(struct loop *l);
void loop_stop(struct loop *l);

/* Wait for one round of events, at most @ms.  For tests. */
void loop_once(struct loop *l, uint64_t ms);

/* Call @fn whenever @fd, which stays the caller's, can be read. */
struct loop_event *loop_reader(struct loop *l, int fd, loop_fn fn, void *arg);

/* Call @fn for each signal @sig. */
struct loop_event *loop_signal(struct loop *l, int sig, loop_fn fn,
			       void *arg);

/* A timer, not armed yet. */
struct loop_event *loop_timer(struct loop *l, loop_fn fn, void *arg);

/* Call its function once, in @ms milliseconds; replaces an earlier time. */
void loop_timer_arm(struct loop_event *t, uint64_t ms);
void loop_timer_disarm(struct loop_event *t);

void loop_event_free(struct loop_event *e);

/* For io/ctl.c. */
struct event_base *loop_base(struct loop *l);

#endif

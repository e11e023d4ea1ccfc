/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Live events for whoever said "watch" on the control socket: all that the
 * machines have to say (sm/event.h), whatever the log level, a JSON object a
 * line:
 *
 *	time	"2026-11-21T15:04:05.678Z"
 *	type	"transition", or the name of another event
 *	level	"debug", "info", ...
 *	machine, from, to	of a transition: "probe", "up", "doubt"
 *	reason	what caused the transition, or what happened
 *	peer, iid, prefix, site, number		where they mean something
 *
 * A watcher that does not keep up gets an object of type "lost" with their
 * "count" in the place of the events that did not fit in its queue (io/ctl.h):
 * neither waits the daemon for it, nor does it grow.
 */
#ifndef LISP_RUN_WATCH_H
#define LISP_RUN_WATCH_H

#include "io/ctl.h"
#include "sm/action.h"

struct daemon;

struct watcher {
	uint64_t client;		/* of io/ctl.h; 0: free */
	uint64_t lost;			/* events not said yet to be lost */
};

struct watch {
	struct watcher list[CTL_STREAMS_MAX];
	unsigned int count;
};

/* From now on; the client is told so first.  0, or as ctl_stream(). */
int watch_add(struct daemon *d, uint64_t client);

void watch_event(struct daemon *d, const struct action_log *l);

/* Is there anybody?  For any thread. */
bool watch_wanted(const struct daemon *d);

#endif

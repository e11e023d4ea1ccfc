/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is said on the control socket (io/ctl.h): a JSON object a request, a
 * JSON object an answer.  Documentation/control.rst describes all of it to those
 * who write clients, and says what of it never changes.
 *
 *	{"command": "help"}				(what there is)
 *	{"command": "show", "what": "status"}
 *	{"command": "show", "what": "map-cache", "after": "[100]10.2.0.0/16"}
 *	{"command": "resolve", "eid": "[100]10.2.0.1"}
 *	{"command": "probe", "rloc": "192.0.2.2"}	(all without "rloc")
 *	{"command": "reload"}
 *	{"command": "trace", "eid": "[100]10.2.0.1"}	(trace.h)
 *	{"command": "watch"}				(watch.h)
 *	{"command": "clear", "eid": "[100]10.2.0.0/16"}	(all without "eid")
 *
 * Answers are {"data": ...} or {"error": "sentence"}.
 *
 * "what" is one of
 *	status		object
 *	map-cache	list, in order of EID
 *	database	list, own EID-prefixes and where they are registered
 *	registrations	list, what others registered here, in order of EID
 *	rlocs		list, own ones and those of the data plane
 *	statistics	object of numbers, "group-counter": value
 * and its data are described where they are made, in show.c. The data of
 * "probe", "clear" and "reload" is an object with the number of RLOCs that a
 * probe goes to now, of mappings taken out of the map-cache, or of own
 * EID-prefixes that have changed.  A list that
 * does not fit in one answer ends with a member "next" beside "data": the
 * value to give as "after" for what follows.  So an answer is bounded, and the
 * daemon never works long for one.
 *
 * To "watch" an answer with the data {"watching": true} comes first, and then
 * an event a line, without end; nothing more is asked on that connection.
 *
 * An unknown member, a missing one or a wrong type is an error: a request that
 * is half understood must not be half answered.
 */
#ifndef LISP_RUN_CONTROL_H
#define LISP_RUN_CONTROL_H

#include "run/daemon.h"

/* Goes up when a client of the version before would be misled. */
#define CONTROL_VERSION		1
#define CONTROL_LIST_MAX	500	/* elements in an answer */

/* ctl_fn; @arg is the daemon. */
void control_request(void *arg, uint64_t client, const char *line, size_t len);

/* The answer to "resolve". */
void control_resolved(struct daemon *d, const struct action_resolved *r);

#endif

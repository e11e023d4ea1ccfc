/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * "lispctl trace EID": what would become of a packet to this EID, and why, as
 * this daemon sees it.
 *
 *	iid, eid, vpn, device, vrf
 *	verdict		a sentence
 *	prefix, state, action, expires, from	of the mapping, if there is one
 *	locators	list: address, priority, weight, reachable, probe, rtt,
 *			use ("share NN %" or why not)
 */
#ifndef LISP_RUN_TRACE_H
#define LISP_RUN_TRACE_H

#include <json-c/json.h>

#include "run/daemon.h"

/* @host: an address in an instance. */
struct json_object *trace(const struct daemon *d, const struct eid *host);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The VPNs of an xTR in the data plane: devices, routes, local EIDs, and what
 * an earlier run has left of them.
 */
#ifndef LISP_RUN_VPNS_H
#define LISP_RUN_VPNS_H

#include "run/daemon.h"

/* Open the data plane, unless there is one, and become the owner of our
 * entries.  0, or negative errno with a line logged. */
int vpns_open(struct daemon *d);

/* Underlay addresses of the configuration that lead through a lisp device
 * are refused: -ELOOP with a line logged. */
int vpns_check_underlay(struct daemon *d);

/* At start: tell the node which local EIDs an earlier run has left, before
 * vpns_add() changes them.  0, or negative errno with a line logged. */
int vpns_recall(struct daemon *d);

/* Devices, routes and local EIDs as configured; local EIDs of ours that are
 * not wanted any more are deleted.  0, or negative errno with a line logged. */
int vpns_add(struct daemon *d);

/* Take away the VPNs of @old that are not in d->conf, or there with made
 * in another way, under the same device's name: before vpns_add(). */
void vpns_remove_other(struct daemon *d, const struct conf *old);

/* Hand what is in the map-cache, and the misses that wait, to the node. */
int vpns_sync(struct daemon *d);

/* Take away what vpns_add() and the node have put there. */
void vpns_remove(struct daemon *d);

#endif

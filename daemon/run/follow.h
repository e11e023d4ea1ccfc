/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Own RLOCs that follow interfaces, and EID-prefixes that follow routes: when
 * addresses, links or routes of this host change, what runs is replaced as by
 * a reload of the same configuration, as often as sm/damp.h allows.
 *
 * So it is when the path MTU to a Map-Server has become smaller, or known at
 * all, looked for once a minute; a larger one is used after the next reload.
 */
#ifndef LISP_RUN_FOLLOW_H
#define LISP_RUN_FOLLOW_H

#include "run/daemon.h"

/* Begin to look at paths, and at this host, as far as the configuration names
 * interfaces or routes and we do not yet.  0, or negative errno with a line logged. */
int follow_open(struct daemon *d, const struct conf *c);

/* Lines of the log, once, when there are more routes than there may be, and
 * for interfaces that are not in the underlay. */
void follow_say_own(struct daemon *d, const struct own *o);

/* Look at the path MTUs now. */
void follow_paths(struct daemon *d);

void follow_close(struct daemon *d);

#endif

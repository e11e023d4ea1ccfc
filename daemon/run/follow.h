/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Own RLOCs that follow interfaces: when addresses or links of this host
 * change, what runs is replaced as by a reload of the same configuration,
 * as often as sm/damp.h allows.
 */
#ifndef LISP_RUN_FOLLOW_H
#define LISP_RUN_FOLLOW_H

#include "run/daemon.h"

/* Begin to look at this host, if the configuration names interfaces and we do
 * not yet.  0, or negative errno with a line logged. */
int follow_open(struct daemon *d, const struct conf *c);
void follow_close(struct daemon *d);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the machines may ask, answered by crypto/, store/ and dp/. */
#ifndef LISP_RUN_OPS_H
#define LISP_RUN_OPS_H

#include "run/daemon.h"

/* Fill in @d->ops; the daemon is the argument of all of them. */
void ops_init(struct daemon *d);

#endif

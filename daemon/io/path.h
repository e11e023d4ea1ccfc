/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel knows about the path to an address. */
#ifndef LISP_IO_PATH_H
#define LISP_IO_PATH_H

#include "lib/prefix.h"

/* The MTU: of the route's device, of the route, or as routers have reported
 * it.  @device: VRF, or NULL.  0: there is no route, or no such family. */
unsigned int path_mtu(const char *device, const struct addr *to);

#endif

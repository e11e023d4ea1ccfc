/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between snapshot.c and snapshot_load.c. */
#ifndef LISP_STORE_SNAPSHOT_PART_H
#define LISP_STORE_SNAPSHOT_PART_H

#include "store/snapshot.h"

/* Which one counts, and when it was made (ms; 0: none was).  0, or an error as
 * of store_new(). */
int snapshot_get_meta(struct snapshot *s, uint64_t *wall);

#endif

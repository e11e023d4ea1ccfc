/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of a page. */
#ifndef LISP_RUN_METRICS_PART_H
#define LISP_RUN_METRICS_PART_H

#include "run/daemon.h"
#include "run/expo.h"

/* Numbers of the page itself. */
struct metrics_self {
	uint64_t scrapes;
};

/* What lispd knows by itself.  Under workers_lock(). */
void metrics_put_daemon(const struct daemon *d,
			const struct metrics_self *self, struct expo *x);

/* What a counter of a machine counts, in a sentence without its full stop;
 * its own name if nobody has said it. */
const char *metrics_words(const char *group, const char *counter);

#endif

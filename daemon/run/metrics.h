/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What monitoring is told (OpenMetrics, Documentation/metrics.rst).
 *
 * Nobody who asks makes lispd wait, or work without end: counters of the data
 * plane come a part at a time as the loop turns (dp_ops.tally), what a page has
 * is bounded, and whoever asks within METRICS_KEEP_MS gets the same page.
 *
 *	somebody asks -> (page is fresh: it)
 *	              -> tally -> ... -> devices, Instance-IDs and RLOCs are
 *	                 there, or METRICS_WAIT_MS are over -> daemon's own
 *	                 numbers, at one moment -> page -> all who have asked
 *	                 meanwhile
 */
#ifndef LISP_RUN_METRICS_H
#define LISP_RUN_METRICS_H

#include "run/daemon.h"

struct metrics;

#define METRICS_KEEP_MS		1000
#define METRICS_WAIT_MS		3000
#define METRICS_WHY_MAX		160

/*
 * Listen where @c says; nobody is answered before metrics_start().  0, also if
 * it does not say so and *@m is NULL, or negative errno with a line logged and
 * a sentence in @why.
 */
int metrics_open(struct daemon *d, const struct conf *c, struct metrics **m,
		 char *why, size_t size);
void metrics_close(struct metrics *m);

/* 0 or -ENOMEM. */
int metrics_start(struct metrics *m);

/*
 * At a reload: what @c wants, opened and started, in *@m; that is @d's own if
 * nothing is different.  As metrics_open().
 */
int metrics_reopen(struct daemon *d, const struct conf *c, struct metrics **m,
		   char *why, size_t size);

#endif

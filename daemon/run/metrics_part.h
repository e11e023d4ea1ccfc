/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of a page. */
#ifndef LISP_RUN_METRICS_PART_H
#define LISP_RUN_METRICS_PART_H

#include "run/daemon.h"
#include "run/expo.h"

/* Numbers of the page itself. */
struct metrics_self {
	uint64_t scrapes;
	uint64_t data_plane_failures;	/* it did not answer, or not in time */
};

/* Of the data plane, at most. */
#define METRICS_DEVICES_MAX	1024
#define METRICS_IIDS_MAX	1024
#define METRICS_RLOCS_MAX	1024

struct metrics_plane;

/* What the data plane tells, put into @x as it comes.  NULL: no memory. */
struct metrics_plane *metrics_plane_new(struct expo *x);
void metrics_plane_free(struct metrics_plane *p);

/* As the functions of struct dp_tally. */
void metrics_plane_dev(struct metrics_plane *p, const struct dp_dev *d);
bool metrics_plane_iid(struct metrics_plane *p, const struct dp_iid *i);
bool metrics_plane_rloc(struct metrics_plane *p, const struct dp_rloc *r);

/* All that came is all there is (@good), or not. */
void metrics_plane_end(struct metrics_plane *p, bool good);

/* What lispd knows by itself.  Under workers_lock(). */
void metrics_put_daemon(const struct daemon *d,
			const struct metrics_self *self, struct expo *x);

/* What a counter of a machine counts, in a sentence without its full stop;
 * its own name if nobody has said it. */
const char *metrics_words(const char *group, const char *counter);

#endif

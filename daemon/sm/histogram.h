/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long things took: a count for each range of milliseconds, the same ranges
 * for all, and the sum.  A plain value: zero is empty.
 */
#ifndef LISP_SM_HISTOGRAM_H
#define LISP_SM_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_BOUNDS	15

/* Greatest milliseconds of each range, ascending; the last one has no end. */
extern const uint32_t histogram_bounds[HISTOGRAM_BOUNDS];

struct histogram {
	uint64_t counts[HISTOGRAM_BOUNDS + 1];
	uint64_t sum;			/* ms */
};

void histogram_add(struct histogram *h, uint64_t ms);

struct histogram_view {
	const char *name;		/* "resolve-latency", "probe-rtt" */
	const struct histogram *histogram;
};

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lispctl top: what it prints of a sample that has rates (rate.h). */
#ifndef LISPCTL_TOP_H
#define LISPCTL_TOP_H

#include "rate.h"

struct top_sample {
	uint64_t when;			/* ms, of io/clock.h */
	struct rate_rows vpns;
	struct rate_rows rlocs;
};

/* @ms: over which the rates are.  On a @terminal the screen is wiped first, and
 * no more is printed than fits. */
void top_print(const struct top_sample *s, uint64_t ms, bool terminal);

/* An object in a line. */
void top_print_json(const struct top_sample *s, uint64_t ms);

#endif

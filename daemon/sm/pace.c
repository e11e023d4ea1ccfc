// SPDX-License-Identifier: GPL-2.0-or-later
/* The pace of registering; see pace.h. */
#include "sm/pace.h"

void pace_init(struct pace *p, size_t parts, uint32_t period)
{
	uint64_t gap = 1000 * (uint64_t)period / 4 / (parts ? parts : 1);

	*p = (struct pace){ .parts = parts };
	bucket_init(&p->turns, gap < PACE_GAP_US ? (uint32_t)gap : PACE_GAP_US,
		    PACE_BURST);
}

/* Turns that are later are taken from the bucket as it will be then. */
uint64_t pace_turn(struct pace *p, uint64_t now)
{
	uint64_t at = now + bucket_wait(&p->turns, now);

	bucket_take(&p->turns, at);
	return at;
}

uint64_t pace_again(const struct pace *p, size_t k, uint32_t period,
		    uint64_t now)
{
	uint64_t place, ago, at;

	if (p->parts < 2)
		return now + period;
	place = p->start + (uint64_t)period * k / p->parts;
	/* since the last time that this place was passed */
	ago = (now + period - place % period) % period;
	at = now + period - ago;
	if (at - now < period / 16)
		return at + period;
	return at - now < period / 4 ? at + period / 2 : at;
}

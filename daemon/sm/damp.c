// SPDX-License-Identifier: GPL-2.0-or-later
/* See damp.h. */
#include "sm/damp.h"

void damp_on_sign(struct damp *d, uint64_t now)
{
	uint64_t due = now + DAMP_SETTLE;

	if (d->due)
		return;
	d->due = d->last && due < d->last + d->gap ? d->last + d->gap : due;
}

void damp_on_look(struct damp *d, uint64_t now, bool changed)
{
	d->due = 0;
	if (!changed)
		return;
	if (!d->last || now - d->last > (uint64_t)DAMP_CALM * d->gap)
		d->gap = DAMP_GAP_MIN;
	else if (d->gap < DAMP_GAP_MAX)
		d->gap *= 2;
	d->last = now;
}

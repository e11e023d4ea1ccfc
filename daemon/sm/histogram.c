// SPDX-License-Identifier: GPL-2.0-or-later
#include "sm/histogram.h"

/* From a LAN to the last try of a Map-Request. */
const uint32_t histogram_bounds[HISTOGRAM_BOUNDS] = {
	1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000,
	50000,
};

void histogram_add(struct histogram *h, uint64_t ms)
{
	unsigned int i = 0;

	while (i < HISTOGRAM_BOUNDS && ms > histogram_bounds[i])
		i++;
	h->counts[i]++;
	h->sum += ms;
}

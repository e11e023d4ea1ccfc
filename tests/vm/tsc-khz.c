// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Print the rate of this machine's time stamp counter in kHz.
 *
 * A guest under emulation reads the host's counter, and finds out its rate
 * against a timer that QEMU emulates: on a busy host it was seen to be wrong
 * by a factor of 7, and all of the guest's time with it.  So it is told.
 */
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>

#define SPAN	200000000ull	/* ns */

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

/* Counter and clock read together: the closest of several tries. */
static uint64_t sample(uint64_t *ns)
{
	uint64_t best = UINT64_MAX, tsc = 0;

	for (int i = 0; i < 100; i++) {
		uint64_t a = __rdtsc(), t = now_ns(), b = __rdtsc();

		if (b - a < best) {
			best = b - a;
			tsc = a + (b - a) / 2;
			*ns = t;
		}
	}
	return tsc;
}

int main(void)
{
	uint64_t t0, t1, c0 = sample(&t0), c1;

	do
		c1 = sample(&t1);
	while (t1 - t0 < SPAN);
	printf("%llu\n", (unsigned long long)
	       ((double)(c1 - c0) * 1000000 / (double)(t1 - t0)));
	return 0;
}

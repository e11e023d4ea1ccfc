// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/clock.h"

#include <stdio.h>
#include <time.h>

uint64_t clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (uint64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000 + 1;
}

uint64_t clock_wall_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (uint64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

const char *clock_wall_text(char text[CLOCK_TEXT_MAX])
{
	uint64_t ms = clock_wall_us() / 1000;
	time_t t = (time_t)(ms / 1000);
	struct tm tm;
	size_t n;

	gmtime_r(&t, &tm);
	n = strftime(text, CLOCK_TEXT_MAX, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + n, CLOCK_TEXT_MAX - n, ".%03uZ",
		 (unsigned int)(ms % 1000));
	return text;
}

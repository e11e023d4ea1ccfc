// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Token bucket.  With T tokens missing the bucket is full again T intervals
 * from now, so that one point in time says how many there are.
 */
#include "lib/bucket.h"

void bucket_init(struct bucket *b, uint32_t interval_us, uint32_t burst)
{
	*b = (struct bucket){
		.interval_us = interval_us,
		.burst = burst ? burst : 1,
	};
}

/* Microseconds until a token can be taken. */
static uint64_t bucket_wait_us(const struct bucket *b, uint64_t now_us)
{
	uint64_t depth = (uint64_t)b->interval_us * (b->burst - 1);

	if (b->full_us <= now_us || b->full_us - now_us <= depth)
		return 0;
	return b->full_us - now_us - depth;
}

bool bucket_charge(struct bucket *b, uint64_t now_ms, uint32_t n)
{
	uint64_t now_us = 1000 * now_ms;

	if (bucket_wait_us(b, now_us))
		return false;
	if (b->full_us < now_us)
		b->full_us = now_us;
	b->full_us += (uint64_t)n * b->interval_us;
	return true;
}

bool bucket_take(struct bucket *b, uint64_t now_ms)
{
	return bucket_charge(b, now_ms, 1);
}

void bucket_inherit(struct bucket *b, const struct bucket *old)
{
	if (b->interval_us == old->interval_us && b->burst == old->burst)
		b->full_us = old->full_us;
}

uint64_t bucket_wait(const struct bucket *b, uint64_t now_ms)
{
	return (bucket_wait_us(b, 1000 * now_ms) + 999) / 1000;
}

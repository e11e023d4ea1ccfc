/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Token bucket, pure: it reads no clock and needs no timer.
 *
 * Kept as the one number the generic cell rate algorithm needs: the time at
 * which the bucket will be full again.
 */
#ifndef LISP_LIB_BUCKET_H
#define LISP_LIB_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

struct bucket {
	uint64_t full_us;	/* time at which it is full */
	uint32_t interval_us;	/* one token each */
	uint32_t burst;		/* tokens when full, >= 1 */
};

/* Starts full.  "One per 3 s": interval 3000000, burst 1. */
void bucket_init(struct bucket *b, uint32_t interval_us, uint32_t burst);

/* Take one token at @now_ms; false: there is none.  A clock that steps back
 * yields no tokens. */
bool bucket_take(struct bucket *b, uint64_t now_ms);

/* Take @n, when there is one: what is missing is owed. */
bool bucket_charge(struct bucket *b, uint64_t now_ms, uint32_t n);

/* As full as @old, if it is one of the same rate. */
void bucket_inherit(struct bucket *b, const struct bucket *old);

/* Milliseconds, rounded up, until bucket_take() succeeds; 0: it would now. */
uint64_t bucket_wait(const struct bucket *b, uint64_t now_ms);

#endif

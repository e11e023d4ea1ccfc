// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reachability's pure parts: map-versions (kernel/reach-bits.h) against the
 * words of RFC 9302 for all 4095 * 4095 pairs, status bits against a set of
 * flags, and the echo-nonce machine (kernel/reach-echo.c) by hand and as two
 * of them on a lossy line.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "reach-bits.h"
#include "reach-echo.c"

static uint64_t seed;

static uint32_t rnd(void)
{
	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return seed >> 32;
}

/* --- versions --- */

/*
 * RFC 9302, section 6.1, letter for letter: V1 is greater than V2 if
 * (V1 > V2 AND (V1 - V2) <= 2^(N-1)) OR (V1 < V2 AND (V2 - V1) > 2^(N-1)).
 */
static bool rfc_newer(int v2, int v1)
{
	return (v1 > v2 && v1 - v2 <= 2048) || (v1 < v2 && v2 - v1 > 2048);
}

static void versions(void **state)
{
	unsigned int a, b;

	for (a = 1; a < 4096; a++) {
		for (b = 1; b < 4096; b++) {
			if (a == b)
				continue;
			if (lisp_version_is_newer(a, b) != rfc_newer(a, b))
				fail_msg("%u %u", a, b);
			/* one of two is the newer one, always */
			if (lisp_version_is_newer(a, b) ==
			    lisp_version_is_newer(b, a))
				fail_msg("%u %u", a, b);
		}
	}
	assert_true(lisp_version_is_newer(4095, 1));
	assert_false(lisp_version_is_newer(1, 4095));
	/* the edge, where (b - a) & 4095 <= 2048 is wrong */
	assert_true(lisp_version_is_newer(952, 3000));
	assert_false(lisp_version_is_newer(3000, 952));
	assert_true(lisp_version_is_newer(3000, 951));
}

/* --- status bits --- */

static void masks(void **state)
{
	unsigned int n, i;

	for (n = 0; n <= 32; n++) {
		for (i = 0; i < 32; i++) {
			assert_int_equal(lisp_status_mask(n, false) >> i & 1,
					 i < n);
			assert_int_equal(lisp_status_mask(n, true) >> i & 1,
					 i < n && i < 8);
		}
	}
}

static void merging(void **state)
{
	unsigned int k, i;

	seed = 1;
	for (k = 0; k < 100000; k++) {
		uint32_t down = rnd(), up = rnd(), mask = rnd();
		uint32_t got = lisp_status_merge(down, up, mask);

		for (i = 0; i < 32; i++)
			assert_int_equal(got >> i & 1, mask >> i & 1 ?
					 !(up >> i & 1) : down >> i & 1);
	}
}

static void own_bits(void **state)
{
	static struct lisp_rloc rlocs[32];
	struct lisp_locset *set;
	unsigned int k, i;

	set = calloc(1, sizeof(*set) + 32 * sizeof(set->loc[0]));
	assert_non_null(set);
	seed = 2;
	for (k = 0; k < 10000; k++) {
		uint32_t up = 0, down = 0;

		set->n = 1 + rnd() % 32;
		for (i = 0; i < set->n; i++) {
			rlocs[i].state = rnd() % 6;
			set->loc[i].rloc = &rlocs[i];
			set->loc[i].flags = rnd() % 16;
			if (set->loc[i].flags & 1 && !rlocs[i].state)
				up |= 1u << i;
			if (set->loc[i].flags & 8)
				down |= 1u << i;
		}
		assert_int_equal(lisp_status_own(set), up);
		assert_int_equal(lisp_status_down(set), down);
	}
	free(set);
}

/* --- echo-nonce --- */

static const struct lisp_echo_times times = { .wait = 10, .interval = 60 };

static enum lisp_echo_verdict last;

/* As reach.c does it: only a send that changes something changes something. */
static uint32_t send_at(struct lisp_echo *e, uint32_t now, bool may)
{
	struct lisp_echo before = *e;
	uint32_t peeked, say, random = rnd();
	bool same;

	same = lisp_echo_send_peek(e, &times, now, may, &peeked);
	say = lisp_echo_send(e, &times, now, may, random, &last);
	if (same) {
		assert_int_equal(peeked, say);
		assert_int_equal(last, LISP_ECHO_NONE);
		assert_memory_equal(e, &before, sizeof(before));
	}
	return say;
}

static enum lisp_echo_verdict get_at(struct lisp_echo *e, uint32_t now,
				     uint32_t says, bool lower)
{
	struct lisp_echo before = *e;
	enum lisp_echo_verdict v;
	bool same = lisp_echo_receive_peek(e, now, says);

	v = lisp_echo_receive(e, now, says, lower);
	if (same) {
		assert_int_equal(v, LISP_ECHO_NONE);
		assert_memory_equal(e, &before, sizeof(before));
	}
	return v;
}

/* Nothing is asked of who does not echo, or who was not heard. */
static void asks_when_it_may(void **state)
{
	struct lisp_echo e = { 0 };
	uint32_t nonce;

	assert_int_equal(send_at(&e, 100, true), 0);
	get_at(&e, 100, 0, false);
	assert_int_equal(send_at(&e, 100, false), 0);
	assert_int_equal(send_at(&e, 110, true), 0);	/* too long ago */
	get_at(&e, 110, 0, false);
	nonce = send_at(&e, 111, true);
	assert_true(nonce & LISP_ECHO_ASK);
	/* the same in each packet until the echo comes */
	assert_int_equal(send_at(&e, 112, true), nonce);
	assert_int_equal(send_at(&e, 120, true), nonce);
	/* another nonce is none of ours */
	assert_int_equal(get_at(&e, 120, LISP_ECHO_TELL |
				((nonce + 1) & LISP_ECHO_NONCE), false),
			 LISP_ECHO_NONE);
	assert_int_equal(send_at(&e, 120, true), nonce);
	assert_int_equal(get_at(&e, 120, LISP_ECHO_TELL |
				(nonce & LISP_ECHO_NONCE), false),
			 LISP_ECHO_UP);
	assert_int_equal(send_at(&e, 120, true), 0);
	/* not again before the interval is over, then with another nonce */
	get_at(&e, 179, 0, false);
	assert_int_equal(send_at(&e, 179, true), 0);
	assert_true(send_at(&e, 180, true) & LISP_ECHO_ASK);
	assert_int_not_equal(e.nonce, nonce & LISP_ECHO_NONCE);
}

static void verdicts(void **state)
{
	struct lisp_echo e = { 0 };
	uint32_t nonce;

	/* the peer sends, but no echo: down */
	get_at(&e, 0, 0, false);
	nonce = send_at(&e, 1, true);
	get_at(&e, 5, 0, false);
	assert_int_equal(send_at(&e, 10, true), nonce);
	assert_int_equal(last, LISP_ECHO_NONE);
	assert_int_equal(send_at(&e, 11, true), 0);
	assert_int_equal(last, LISP_ECHO_DOWN);
	/* the echo comes late: up, once */
	assert_int_equal(get_at(&e, 12, LISP_ECHO_TELL |
				(nonce & LISP_ECHO_NONCE), false),
			 LISP_ECHO_UP);
	assert_int_equal(get_at(&e, 13, LISP_ECHO_TELL |
				(nonce & LISP_ECHO_NONCE), false),
			 LISP_ECHO_NONE);

	/* nothing comes: no verdict */
	get_at(&e, 80, 0, false);
	assert_true(send_at(&e, 81, true) & LISP_ECHO_ASK);
	assert_int_equal(send_at(&e, 95, true), 0);
	assert_int_equal(last, LISP_ECHO_NONE);
}

static void echoes(void **state)
{
	struct lisp_echo e = { 0 };

	get_at(&e, 0, LISP_ECHO_ASK | 0xabcdef, false);
	/* also to who may not be asked */
	assert_int_equal(send_at(&e, 1, false), LISP_ECHO_TELL | 0xabcdef);
	assert_int_equal(send_at(&e, 1, false), 0);
	/* the latest of two */
	get_at(&e, 2, LISP_ECHO_ASK | 1, false);
	get_at(&e, 2, LISP_ECHO_ASK | 2, false);
	assert_int_equal(send_at(&e, 3, false), LISP_ECHO_TELL | 2);
}

/* Both ask at once: the lower one yields, both get their verdict. */
static void both_at_once(void **state)
{
	struct lisp_echo low = { 0 }, high = { 0 };
	uint32_t a, b, t;
	int up_low = 0, up_high = 0;

	get_at(&low, 0, 0, true);
	get_at(&high, 0, 0, false);
	a = send_at(&low, 1, true);
	b = send_at(&high, 1, true);
	assert_true(a & b & LISP_ECHO_ASK);
	for (t = 1; t < 30; t++) {
		up_low += get_at(&low, t, b, true) == LISP_ECHO_UP;
		up_high += get_at(&high, t, a, false) == LISP_ECHO_UP;
		a = send_at(&low, t, true);
		assert_int_equal(last, LISP_ECHO_NONE);
		b = send_at(&high, t, true);
		assert_int_equal(last, LISP_ECHO_NONE);
		if (t == 1)	/* the lower one told in its next packet */
			assert_true(a & LISP_ECHO_TELL);
	}
	assert_int_equal(up_high, 1);
	assert_int_equal(up_low, 1);
}

/*
 * Two machines on a line that may lose packets or be broken one way, with
 * traffic both ways. Whatever the interleaving: who sends into a broken way
 * is told so, nobody else is, and on a good line verdicts are "up" only.
 */
static void line(bool ab_works, bool ba_works, unsigned int loss, int *down_a,
		 int *down_b, int *up_a, int *up_b)
{
	struct lisp_echo a = { 0 }, b = { 0 };
	uint32_t t, say;

	*down_a = *down_b = *up_a = *up_b = 0;
	get_at(&a, 0, 0, true);
	get_at(&b, 0, 0, false);
	for (t = 1; t < 2000; t++) {
		if (rnd() % 2) {
			say = send_at(&a, t / 4, true);
			*down_a += last == LISP_ECHO_DOWN;
			if (ab_works && rnd() % 100 >= loss)
				*up_b += get_at(&b, t / 4, say, false) ==
					 LISP_ECHO_UP;
		} else {
			say = send_at(&b, t / 4, true);
			*down_b += last == LISP_ECHO_DOWN;
			if (ba_works && rnd() % 100 >= loss)
				*up_a += get_at(&a, t / 4, say, true) ==
					 LISP_ECHO_UP;
		}
	}
}

static void lines(void **state)
{
	int k, down_a, down_b, up_a, up_b;

	seed = 3;
	for (k = 0; k < 500; k++) {
		line(true, true, 0, &down_a, &down_b, &up_a, &up_b);
		assert_int_equal(down_a + down_b, 0);
		assert_true(up_a > 0 && up_b > 0);
		/* half of all packets lost: some echo comes in ten seconds */
		line(true, true, 50, &down_a, &down_b, &up_a, &up_b);
		assert_true(up_a > 0 && up_b > 0);
		/* one way broken: only who sends that way hears the other */
		line(false, true, 0, &down_a, &down_b, &up_a, &up_b);
		assert_true(down_a > 0);
		assert_int_equal(down_b + up_a + up_b, 0);
		line(true, false, 0, &down_a, &down_b, &up_a, &up_b);
		assert_true(down_b > 0);
		assert_int_equal(down_a + up_a + up_b, 0);
	}
}

/* Time may wrap. */
static void wraps(void **state)
{
	struct lisp_echo e = { 0 };

	get_at(&e, UINT32_MAX - 2, 0, false);
	assert_true(send_at(&e, UINT32_MAX - 1, true) & LISP_ECHO_ASK);
	get_at(&e, 2, 0, false);
	assert_true(send_at(&e, 7, true) & LISP_ECHO_ASK);
	assert_int_equal(send_at(&e, 8, true), 0);
	assert_int_equal(last, LISP_ECHO_DOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions),
		cmocka_unit_test(masks),
		cmocka_unit_test(merging),
		cmocka_unit_test(own_bits),
		cmocka_unit_test(asks_when_it_may),
		cmocka_unit_test(verdicts),
		cmocka_unit_test(echoes),
		cmocka_unit_test(both_at_once),
		cmocka_unit_test(lines),
		cmocka_unit_test(wraps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

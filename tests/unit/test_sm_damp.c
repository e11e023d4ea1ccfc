// SPDX-License-Identifier: GPL-2.0-or-later
/* How often something is looked at that changes, or not, all the time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "sm/damp.h"

static struct damp d;
static uint64_t now;
static unsigned int changes;
static uint64_t last, longest;

/* A sign every @each ms; what is looked at has always changed, or never. */
static void storm(uint64_t ms, uint64_t each, bool changed)
{
	for (uint64_t end = now + ms; now < end; now++) {
		if (now % each == 0)
			damp_on_sign(&d, now);
		if (!d.due || d.due > now)
			continue;
		damp_on_look(&d, now, changed);
		assert_int_equal(d.due, 0);
		if (last && now - last > longest)
			longest = now - last;
		last = now;
		changes++;
	}
}

static int begin(void **state)
{
	d = (struct damp){ 0 };
	now = 1000;
	changes = 0;
	last = longest = 0;
	return 0;
}

/* What comes together is seen together, a moment later. */
static void one(void **state)
{
	damp_on_sign(&d, 5000);
	damp_on_sign(&d, 5100);
	assert_int_equal(d.due, 5000 + DAMP_SETTLE);
	damp_on_look(&d, d.due, true);
	/* The next one soon after waits, and is not forgotten. */
	damp_on_sign(&d, 5300);
	assert_int_equal(d.due, 5200 + DAMP_GAP_MIN);
	damp_on_look(&d, d.due, true);
	damp_on_sign(&d, 6300);
	assert_int_equal(d.due, 6200 + 2 * DAMP_GAP_MIN);
	/* After calm all is as at first. */
	damp_on_look(&d, 60000, true);
	damp_on_sign(&d, 90000);
	assert_int_equal(d.due, 90000 + DAMP_SETTLE);
}

/* Ten minutes of flapping. */
static void flapping(void **state)
{
	storm(600000, 50, true);
	assert_in_range(changes, 20, 26);
	assert_in_range(longest, DAMP_GAP_MAX, DAMP_GAP_MAX + 50);
}

/* Nothing changes: signs are looked at, and nobody waits for what does. */
static void false_alarms(void **state)
{
	storm(60000, 50, false);
	assert_int_equal(d.gap, 0);
	assert_in_range(changes, 200, 60000 / DAMP_SETTLE);
	damp_on_sign(&d, now);
	assert_true(d.due <= now + DAMP_SETTLE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(one, begin),
		cmocka_unit_test_setup(flapping, begin),
		cmocka_unit_test_setup(false_alarms, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

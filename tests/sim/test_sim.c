// SPDX-License-Identifier: GPL-2.0-or-later
/* Scenarios: whole nodes on a bad network. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "world.h"

static void resolution(void **state)
{
	struct world w;

	world_init(&w, 1, &(struct world_config){ 0 });
	world_boot(&w);
	assert_true(sim_until(&w.sim, 1000, world_registered, &w));
	assert_int_equal(sim_packet(w.a, 100, "10.1.0.1", "10.2.0.1"),
			 PLANE_HELD_BACK);
	sim_run(&w.sim, 1000);
	assert_int_equal(w.a->plane.held_sent, 1);
	world_done(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(resolution),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

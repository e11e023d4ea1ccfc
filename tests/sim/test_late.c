// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A Map-Server whose store takes its time, fails, and does not always know
 * what became of a write, as one that asks other machines would: what it has
 * said that it took is there, whenever it dies, and nothing else waits.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "sm/util.h"
#include "world.h"

#define MINUTE	60000u
#define NEVER	(100 * MINUTE)

static struct world w;

/* What ms has said that it took. */
static struct {
	struct eid eids[64];
	size_t count;
	uint64_t nonces[2];		/* of each xTR the last one */
	unsigned long notifies;
} told;

static bool note_told(struct sim *s, struct sim_host *from,
		      const struct action_send *snd)
{
	struct arena arena;
	struct lisp_msg m;

	if (from != w.ms || snd->type != MSG_TYPE_MAP_NOTIFY)
		return true;
	arena_init(&arena, ACTIONS_ARENA_CAP);
	assert_int_equal(msg_parse(snd->data, snd->len, &arena, &m, NULL), 0);
	told.notifies++;
	told.nonces[sim_host_of(s, &snd->to) == w.b] = m.notify.nonce;
	for (unsigned int i = 0; i < m.notify.record_count; i++)
		if (told.count < ARRAY_SIZE(told.eids))
			told.eids[told.count++] = m.notify.records[i].eid;
	arena_free(&arena);
	return true;
}

static void begin(uint64_t seed, unsigned int late, unsigned int fail)
{
	memset(&told, 0, sizeof(told));
	world_init(&w, seed, &(struct world_config){ .ttl = 1 });
	w.ms->late_max = late;
	w.ms->late_fail = fail;
	w.sim.tap = note_told;
	world_boot(&w);
}

static int end(void **state)
{
	world_done(&w);
	return 0;
}

/* All that was said is there, and who said it is known. */
static void check_told(void)
{
	struct store_entry e;

	for (size_t i = 0; i < told.count; i++)
		assert_non_null(store_memory_ops.find(w.ms->store,
						      &told.eids[i], &e));
	for (size_t i = 0; i < 2; i++) {
		struct nonce_key key = { .who.ids = w.xtr[i].ids,
					 .tag = w.sm_keys[i].tag };
		const struct nonce_state *n =
			store_memory_ops.nonce(w.ms->store, &key);

		if (told.nonces[i]) {
			assert_non_null(n);
			assert_true(n->nonce >= told.nonces[i]);
		}
	}
}

static unsigned long stop_at;

static bool delivered(void *arg)
{
	return w.sim.delivered >= stop_at;
}

/* ms dies when @at datagrams have arrived.  False: there were not as many. */
static bool dies_at(unsigned long at, uint64_t seed)
{
	bool there;

	begin(seed, 40, 20);
	stop_at = at;
	there = sim_until(&w.sim, 6 * MINUTE, delivered, NULL);
	sim_kill(w.ms);
	sim_boot(w.ms);
	check_told();
	sim_run(&w.sim, 70000);
	assert_true(world_registered(&w));
	check_told();
	assert_int_equal(sim_counter(w.ms, "map-server", "replayed"), 0);
	world_done(&w);
	return there;
}

static void dies_at_each_point(void **state)
{
	unsigned int deaths = 0;

	for (uint64_t seed = 1; seed <= 10; seed++)
		for (unsigned long at = 1; dies_at(at, seed); at++)
			deaths++;
	print_message("# %u deaths\n", deaths);
	assert_true(deaths > 400);
}

/* Whatever fails, and whether it happened or not, what is said is true, and in
 * the end everybody is told. */
static void fails_now_and_then(void **state)
{
	begin(5, 200, 50);
	sim_run(&w.sim, 10 * MINUTE);
	check_told();
	assert_true(w.ms->dropped > 5);
	assert_true(told.notifies > 10);
	w.ms->late_fail = 0;
	sim_run(&w.sim, 2 * MINUTE);
	sim_kill(w.ms);
	sim_boot(w.ms);
	check_told();
	assert_true(world_registered(&w));
	assert_int_equal(sim_counter(w.ms, "map-server", "replayed"), 0);
}

/* A flush does not end for a long time: requests are answered, about what is in
 * force, and nobody is told that he is registered.  Then all are. */
static void stuck(void **state)
{
	begin(7, NEVER, 0);
	sim_run(&w.sim, 10000);
	assert_true(world_registered(&w));
	assert_true(store_pending(w.ms->store));
	assert_int_equal(sim_packet(w.a, 100, "10.1.0.1", "10.2.0.1"),
			 PLANE_HELD_BACK);
	sim_run(&w.sim, 10000);
	assert_int_equal(sim_packet(w.a, 100, "10.1.0.1", "10.2.0.1"),
			 PLANE_SENT);
	assert_int_equal(told.notifies, 0);
	assert_true(w.ms->held.count > 2);
	w.ms->flush_due = w.sim.now;
	w.ms->late_max = 1;
	sim_run(&w.sim, 100);
	assert_true(told.notifies > 2);
	assert_int_equal(w.ms->held.count, 0);
	assert_int_equal(w.ms->dropped, 0);
	assert_int_equal(store_durable(w.ms->store),
			 store_memory_ops.sequence(w.ms->store));
	sim_run(&w.sim, MINUTE);
	assert_int_equal(w.a->logs[LOG_REGISTERED], 1);
	assert_int_equal(w.b->logs[LOG_REGISTERED], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dies_at_each_point),
		cmocka_unit_test_teardown(fails_now_and_then, end),
		cmocka_unit_test_teardown(stuck, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

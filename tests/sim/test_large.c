// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A site with 10,000 EID-prefixes: what registering them sends, through what
 * networks, and what its Map-Server makes of that.  The oracle would compare
 * each of them with each at each step; so here the datagrams are watched by a
 * tap of their own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "sm/pace.h"
#include "sm/xtr.h"
#include "world.h"

#define MINUTE		60000u
#define PREFIXES	10000
#define TICK		100u		/* ms */
#define TICKS		20000

static struct world w;
static struct eid prefixes[PREFIXES + 1];
static struct {
	uint64_t start;
	unsigned int per_tick[TICKS];	/* Map-Registers of a */
	uint64_t nonce;			/* the last one */
	size_t largest;			/* octets */
} seen;

static bool watch(struct sim *s, struct sim_host *from,
		  const struct action_send *snd)
{
	struct arena arena;
	struct lisp_msg m;

	if (from != w.a || snd->type != MSG_TYPE_MAP_REGISTER)
		return true;
	arena_init(&arena, MSG_ARENA_CAP);
	assert_int_equal(msg_parse(snd->data, snd->len, &arena, &m, NULL), 0);
	assert_true(m.reg.nonce > seen.nonce);
	seen.nonce = m.reg.nonce;
	arena_free(&arena);
	if (snd->len > seen.largest)
		seen.largest = snd->len;
	assert_true((s->now - seen.start) / TICK < TICKS);
	seen.per_tick[(s->now - seen.start) / TICK]++;
	return true;
}

/* Only a is awake beside the Map-Server. */
static void start(const struct sim_net *net)
{
	char text[EID_TEXT_MAX];

	world_init(&w, 5, &(struct world_config){ .net = *net });
	memset(&seen, 0, sizeof(seen));
	for (unsigned int i = 0; i <= PREFIXES; i++) {
		snprintf(text, sizeof(text), "[100]10.1.%u.%u/32", i >> 8,
			 i & 255);
		prefixes[i] = E(text);
	}
	for (size_t i = 0; i < 2; i++)
		w.servers[i].message_max = xtr_message_max(ADDR_IPV4, 1500);
	w.xtr[0].database = prefixes;
	w.xtr[0].database_count = PREFIXES;
	w.sim.tap = watch;
	seen.start = w.sim.now;
	sim_boot(w.ms);
	sim_boot(w.a);
}

static int end(void **state)
{
	world_done(&w);
	return 0;
}

static size_t registered(void)
{
	struct node_status st;

	node_status(w.ms->node, &st);
	return st.registered_prefixes;
}

static bool all_registered(void *arg)
{
	return registered() == w.xtr[0].database_count;
}

/* The most Map-Registers in @n ticks, of those from @from ms to @to ms. */
static unsigned int most(unsigned int n, uint64_t from, uint64_t to)
{
	unsigned int best = 0;

	for (size_t i = from / TICK; i + n <= to / TICK; i++) {
		unsigned int sum = 0;

		for (size_t k = i; k < i + n; k++)
			sum += seen.per_tick[k];
		if (sum > best)
			best = sum;
	}
	return best;
}

static unsigned int sum(uint64_t from, uint64_t to)
{
	unsigned int n = 0;

	for (size_t i = from / TICK; i < to / TICK; i++)
		n += seen.per_tick[i];
	return n;
}

static void nothing_refused(void)
{
	static const char *const names[] = {
		"register-limited", "verify-limited", "records-refused",
		"bad-auth", "store-failed", "expired",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(sim_counter(w.ms, "map-server", names[i]), 0);
}

static void quiet(void **state)
{
	struct sim_net net = { .delay_min = 5, .delay_max = 5 };
	/* of 64 octets a record */
	unsigned int parts = (PREFIXES + 20) / 21;

	start(&net);
	assert_true(sim_until(&w.sim, MINUTE / 4, all_registered, NULL));
	sim_run(&w.sim, 50);
	printf("# %zu prefixes: %u Map-Registers in %u ms, at most %zu "
	       "octets\n", registered(), parts,
	       (unsigned int)(w.sim.now - seen.start), seen.largest);
	assert_in_range(seen.largest, 1472 - 64, 1472);
	assert_true(w.sim.now - seen.start <
		    PACE_GAP_US / 1000 * parts + 100);
	assert_int_equal(sim_counter(w.a, "register", "notified"),
			 sim_counter(w.a, "register", "sent"));
	assert_in_range(most(1, 0, MINUTE), 1, PACE_BURST + 5);
	assert_in_range(most(10, 0, MINUTE), 1, PACE_BURST + 50);

	/* Each once in 20 s and, after five minutes, once in 60 s. */
	sim_run(&w.sim, 10 * MINUTE);
	assert_int_equal(sum(4 * MINUTE, 5 * MINUTE), 3 * parts);
	assert_int_equal(sum(8 * MINUTE, 9 * MINUTE), parts);
	/* Evenly: no second has more than its share. */
	assert_in_range(most(10, 8 * MINUTE, 10 * MINUTE), parts / 60,
			parts / 60 + 2);
	assert_int_equal(sim_counter(w.a, "register", "retransmitted"), 0);
	nothing_refused();
}

/* One of twenty lost each way, one twice, and out of order: what is overtaken
 * is an old nonce to the Map-Server, and has to come again. */
static void lossy(void **state)
{
	struct sim_net net = { .loss = 10, .dup = 5, .delay_min = 5,
			       .delay_max = 60 };

	start(&net);
	assert_true(sim_until(&w.sim, MINUTE, all_registered, NULL));
	printf("# all registered after %u ms, %u sent\n",
	       (unsigned int)(w.sim.now - seen.start),
	       (unsigned int)sim_counter(w.a, "register", "sent"));
	assert_true(sim_counter(w.a, "register", "retransmitted") > 0);
	for (int i = 0; i < 100; i++) {
		sim_run(&w.sim, MINUTE / 10);
		assert_int_equal(registered(), PREFIXES);
	}
	assert_in_range(most(10, 0, 11 * MINUTE), 1, PACE_BURST + 50);
	nothing_refused();
}

/* The Map-Server is away for two minutes, and has forgotten nothing; then a
 * is, for long enough to be forgotten. */
static void away(void **state)
{
	struct sim_net net = { .delay_min = 5, .delay_max = 5 };

	start(&net);
	sim_run(&w.sim, MINUTE);
	sim_kill(w.ms);
	sim_run(&w.sim, 2 * MINUTE);
	assert_in_range(most(10, MINUTE, 3 * MINUTE), 1, PACE_BURST + 50);
	sim_boot(w.ms);
	sim_run(&w.sim, 2 * MINUTE);
	assert_int_equal(registered(), PREFIXES);
	nothing_refused();

	sim_kill(w.a);
	sim_run(&w.sim, 4 * MINUTE);
	assert_int_equal(registered(), 0);
	sim_boot(w.a);
	assert_true(sim_until(&w.sim, MINUTE / 2, all_registered, NULL));
}

/* One prefix more, before all others: one part, at once; the rest goes on as it
 * did. */
static void one_more(void **state)
{
	struct sim_net net = { .delay_min = 5, .delay_max = 5 };
	uint64_t sent;

	start(&net);
	sim_run(&w.sim, 7 * MINUTE);
	w.eids[0][0] = E("[100]10.1.0.0/24");
	for (size_t i = PREFIXES; i > 0; i--)
		prefixes[i] = prefixes[i - 1];
	prefixes[0] = w.eids[0][0];
	w.xtr[0].database_count = PREFIXES + 1;
	sent = w.a->sent[MSG_TYPE_MAP_REGISTER];
	assert_int_equal(sim_reload(w.a), 1);
	sim_run(&w.sim, 20);
	assert_in_range(w.a->sent[MSG_TYPE_MAP_REGISTER] - sent, 1, 2);
	assert_int_equal(registered(), PREFIXES + 1);
	sim_run(&w.sim, MINUTE);
	assert_in_range(w.a->sent[MSG_TYPE_MAP_REGISTER] - sent, 400, 600);
	assert_int_equal(registered(), PREFIXES + 1);
	assert_in_range(most(10, 7 * MINUTE, 8 * MINUTE), 8, 20);
	nothing_refused();
}

/* Both xTRs of the site at once. */
static void two_xtrs(void **state)
{
	struct sim_net net = { .delay_min = 5, .delay_max = 5 };

	start(&net);
	w.servers[1].key = w.servers[0].key;
	w.xtr[1].ids.site_id = 1;
	w.xtr[1].database = prefixes;
	w.xtr[1].database_count = PREFIXES;
	sim_boot(w.b);
	sim_run(&w.sim, 2 * MINUTE);
	assert_int_equal(registered(), PREFIXES);
	assert_int_equal(sim_counter(w.a, "register", "retransmitted"), 0);
	assert_int_equal(sim_counter(w.b, "register", "retransmitted"), 0);
	nothing_refused();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(quiet, end),
		cmocka_unit_test_teardown(lossy, end),
		cmocka_unit_test_teardown(away, end),
		cmocka_unit_test_teardown(one_more, end),
		cmocka_unit_test_teardown(two_xtrs, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

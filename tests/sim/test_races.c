// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Map-Registers that race: of several xTRs of one site and of others at once,
 * lost, doubled and overtaken, merged and not, with times of all lengths; keys
 * that are changed meanwhile; and whatever was recorded of it said once more.
 * The ledger says what the Map-Server must make of it, after each event.
 *
 * A history a seed, ten times as many under check-long; SEED=n in the
 * environment is that one alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ledger.h"
#include "sm/util.h"

#define RACES		1200
#define ROLLOVERS	200
#define REPLAYS		200

static struct world w;
static struct ledger l;

static const struct sim_net bad = {
	.loss = 20, .dup = 15, .delay_min = 1, .delay_max = 4000,
};

static const struct sim_net rough = {
	.loss = 30, .dup = 15, .delay_min = 1, .delay_max = 1500,
};

static const struct sim_net good = { .delay_min = 5, .delay_max = 5 };

static unsigned int dice(unsigned int n)
{
	return (unsigned int)(sim_random(&w.sim) % n);
}

static uint64_t seed;

/* Which one it was, where it ended badly. */
static int end(void **state)
{
	print_message("# last seed %lu\n", (unsigned long)seed);
	return 0;
}

static void each_seed(unsigned int count, void (*history)(void))
{
	const char *one = getenv("SEED"), *more = getenv("LISP_LONG");

	if (one)
		count = 1;
	else if (more && *more)
		count *= 10;
	for (unsigned int i = 1; i <= count; i++) {
		seed = one ? strtoull(one, NULL, 10) : i;
		history();
	}
}

/* --- what somebody on the way records --- */

#define TAPE	1024

static struct taped {
	struct addr from;
	size_t len;
	uint8_t data[640];
} tape[TAPE];
static size_t taped;

static void record(const struct addr *from, const void *data, size_t len)
{
	assert_true(taped < TAPE && len <= sizeof(tape[0].data));
	tape[taped].from = *from;
	tape[taped].len = len;
	memcpy(tape[taped++].data, data, len);
}

static bool (*listened)(struct sim *s, struct sim_host *from,
			const struct action_send *snd);

static bool record_registers(struct sim *s, struct sim_host *from,
			     const struct action_send *snd)
{
	if (snd->type == MSG_TYPE_MAP_REGISTER)
		record(&from->addrs[0], snd->data, snd->len);
	return listened(s, from, snd);
}

static void start_recording(void)
{
	taped = 0;
	listened = w.sim.tap;
	w.sim.tap = record_registers;
}

/* All of it again, in any order and from anybody. */
static void play_back(void)
{
	for (size_t n = 0; n < taped; n++) {
		const struct taped *t = &tape[(n * 7919 + 13) % taped];
		const struct addr *from = dice(2) ? &t->from : &w.mr->addrs[0];

		sim_inject(&w.sim, from, &w.ms_addr, t->data, t->len);
		sim_run(&w.sim, 5 + dice(20));
	}
	sim_run(&w.sim, 100);
}

/* None of it is accepted: the store has not seen one more transaction. */
static void play_back_in_vain(void)
{
	uint64_t sequence = store_memory_ops.sequence(w.ms->store);
	unsigned long accepted = l.book.accepted;

	assert_true(taped > 0);
	play_back();
	assert_int_equal(store_memory_ops.sequence(w.ms->store), sequence);
	assert_int_equal(l.book.accepted, accepted);
}

/* --- xTRs that say anything --- */

#define ETRS	5

static const char *const names[] = {
	"[100]10.1.0.0/16", "[100]10.1.64.0/18", "[100]10.1.64.9/32",
	"[200]10.1.0.0/16", "[100]2001:db8:a::/48",
	"[100]10.2.0.0/16", "[100]10.2.64.0/18", "[200]10.2.0.0/16",
	"[100]2001:db8:b:7::/64",
};

#define OF_A	5u		/* the first ones are of site a */

static struct etr {
	size_t site;
	struct addr from;
	uint64_t nonce;
} etrs[ETRS];

static void make_etrs(void)
{
	char text[ADDR_TEXT_MAX];

	for (size_t i = 0; i < ETRS; i++) {
		snprintf(text, sizeof(text), "203.0.113.%zu", 16 * (i + 1));
		etrs[i] = (struct etr){ .site = i % 2, .from = A(text),
					.nonce = 1 + dice(1000) };
	}
}

/* One of its own, or now and then of the other site. */
static struct eid some_eid(const struct etr *e)
{
	bool a = (e->site == 0) != (dice(6) == 0);

	return E(names[a ? dice(OF_A) : OF_A + dice(ARRAY_SIZE(names) - OF_A)]);
}

static unsigned int some_locators(const struct etr *e, struct locator *to)
{
	unsigned int n = 1 + dice(3);

	for (unsigned int i = 0; i < n; i++) {
		to[i] = (struct locator){
			.addr = e->from, .priority = 1, .weight = 100,
			.mpriority = 255,
			.flags = LOCATOR_REACHABLE | LOCATOR_LOCAL,
		};
		to[i].addr.bytes[3] += (uint8_t)(4 * i + dice(4));
	}
	return n;
}

static void add_record(const struct etr *e, struct map_register *m,
		       struct locator *room)
{
	struct map_record *r = &m->records[m->record_count];

	*r = (struct map_record){
		.ttl = dice(5) ? 1 + dice(6) : 0,
		.eid = some_eid(e),
		.authoritative = true,
		.locators = room,
	};
	for (unsigned int i = 0; i < m->record_count; i++)
		if (eid_equal(&m->records[i].eid, &r->eid))
			return;
	r->locator_count = (uint8_t)some_locators(e, room);
	m->record_count++;
}

static void say_anything(struct etr *e)
{
	struct map_record records[4];
	struct locator locators[4][3];
	struct lisp_msg m = {
		.type = MSG_TYPE_MAP_REGISTER,
		.reg = {
			.flags = MREG_IDS | MREG_PROXY_REPLY |
				 MREG_WANT_NOTIFY |
				 (dice(2) ? MREG_USE_TTL : 0) |
				 (dice(3) ? MREG_MERGE : 0),
			.nonce = e->nonce += 1 + dice(3),
			.auth = {
				.algorithm = AUTH_HMAC_SHA256_128,
				.data_len = 32,
			},
			.records = records,
		},
	};
	unsigned int count = 1 + dice(4);
	uint8_t buf[640];
	int len;

	m.reg.ids.site_id = e->site + 1;
	m.reg.ids.xtr_id[0] = (uint8_t)(e - etrs + 1);
	while (count--)
		add_record(e, &m.reg, locators[m.reg.record_count]);
	len = msg_build(&m, buf, sizeof(buf));
	assert_true(len > 0);
	assert_int_equal(auth_sign(w.keys[e->site], buf, (size_t)len,
				   AUTH_COVER_ENTIRE), 0);
	record(&e->from, buf, (size_t)len);
	sim_send(&w.sim, &e->from, &w.ms_addr, buf, (size_t)len);
}

/* Somebody asks; the ledger listens to the answer. */
static void ask(void)
{
	struct eid eid = E(names[dice(ARRAY_SIZE(names))]);
	struct addr itr = A("203.0.113.200");
	struct request_record rec = { .eid = eid_host(eid.iid,
						      &eid.prefix.addr) };
	struct lisp_msg in = {
		.type = MSG_TYPE_MAP_REQUEST,
		.request = {
			.nonce = sim_random(&w.sim),
			.itr_rlocs = &itr, .itr_count = 1,
			.records = &rec, .record_count = 1,
		},
	}, out = { .type = MSG_TYPE_ECM };
	uint8_t inner[256], buf[512];
	int len = msg_build(&in, inner, sizeof(inner));

	assert_true(len > 0);
	out.ecm = (struct ecm){
		.source = eid.prefix.addr, .dest = eid.prefix.addr,
		.source_port = LISP_CONTROL_PORT,
		.dest_port = LISP_CONTROL_PORT, .ttl = 64,
		.message = inner, .message_len = (size_t)len,
	};
	len = msg_build(&out, buf, sizeof(buf));
	assert_true(len > 0);
	sim_inject(&w.sim, &itr, &w.ms_addr, buf, (size_t)len);
}

static void restart_server(void)
{
	sim_kill(w.ms);
	sim_run(&w.sim, dice(20000));
	sim_boot(w.ms);
}

static void begin_race(void)
{
	world_init(&w, seed, &(struct world_config){ .net = bad });
	ledger_watch(&l, &w);
	make_etrs();
	sim_boot(w.ms);
	taped = 0;
}

static void race_for(unsigned int turns)
{
	for (unsigned int i = 0; i < turns; i++) {
		say_anything(&etrs[dice(ETRS)]);
		if (!dice(4))
			ask();
		if (!dice(100))
			restart_server();
		/* Quickly one after the other, or after a while. */
		sim_run(&w.sim, dice(5) ? dice(2000) : dice(60000));
	}
}

static unsigned long raced, merged_rows, replied;

static void one_race(void)
{
	begin_race();
	race_for(60);
	sim_run(&w.sim, 4000);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct eid e = E(names[i]);

		merged_rows += ledger_registrants(&l, &e) > 1;
	}
	raced += l.book.accepted;
	replied += l.replies;
	/* All times are over, each at its own. */
	sim_run(&w.sim, 7 * 60000);
	assert_int_equal(store_registrations(w.ms->store), 0);
	world_done(&w);
}

/* Registrants of one site and of two, and what they merge. */
static void races(void **state)
{
	raced = merged_rows = replied = 0;
	each_seed(RACES, one_race);
	print_message("# %lu Map-Registers taken, %lu merges, %lu replies\n",
		      raced, merged_rows, replied);
	assert_true(getenv("SEED") || (raced > 20 * RACES &&
				       merged_rows > RACES &&
				       replied > 5 * RACES));
}

/* --- nothing of it twice --- */

/* All that is on its way arrives; nothing is lost from now on. */
static void calm(void)
{
	sim_run(&w.sim, bad.delay_max);
	w.sim.net = good;
}

static void replay_of(void)
{
	begin_race();
	race_for(40);
	calm();
	/* What never came may come now; and then nothing any more. */
	play_back();
	play_back_in_vain();
	sim_kill(w.ms);
	sim_boot(w.ms);
	play_back_in_vain();
	/* Everything has run out, and been forgotten. */
	sim_run(&w.sim, 30 * 60000);
	assert_int_equal(store_registrations(w.ms->store), 0);
	play_back_in_vain();
	sim_kill(w.ms);
	sim_boot(w.ms);
	play_back_in_vain();
	world_done(&w);
}

static void replay(void **state)
{
	each_seed(REPLAYS, replay_of);
}

static bool disk_died(void *arg)
{
	return store_durable(w.ms->store) <
		store_memory_ops.sequence(w.ms->store);
}

/* The store dies with write @at.  What it had taken by then is refused
 * afterwards, what it had not is taken at most once.  False: it did not die. */
static bool replay_after(long at)
{
	bool died = false;

	seed = 77;
	begin_race();
	kv_disk_fail_after(w.ms->disk, at);
	for (unsigned int i = 0; i < 60 && !died; i++) {
		say_anything(&etrs[dice(ETRS)]);
		died = sim_until(&w.sim, dice(5) ? dice(2000) : dice(60000),
				 disk_died, NULL);
	}
	ledger_died(&l);
	sim_kill(w.ms);
	kv_disk_fail_after(w.ms->disk, -1);
	sim_boot(w.ms);
	calm();
	play_back();
	play_back_in_vain();
	world_done(&w);
	return died;
}

static void replay_after_each_death(void **state)
{
	long at = 1;

	while (replay_after(at))
		at++;
	print_message("# %ld writes\n", at);
	assert_true(at > 30);
}

/* --- keys --- */

static struct auth_key *second_key;
static struct sm_key keys[2], mine;

/* The new one is valid from @early on, the old one until @late (s). */
static void two_keys(uint64_t early, uint64_t late)
{
	struct secret *s = secret_new("next of a", 9);

	second_key = auth_key_new(1, AUTH_HMAC_SHA256_128, s);
	assert_non_null(second_key);
	secret_free(s);
	keys[0] = w.sm_keys[0];
	keys[0].not_after = SIM_WALL + late;
	mine = w.sm_keys[0];
	mine.key = second_key;
	mine.key_id = 1;
	mine.tag = 200;
	keys[1] = mine;
	keys[1].not_before = SIM_WALL + early;
	w.sites[0].keys = keys;
	w.sites[0].key_count = 2;
}

static void stay_registered(unsigned int seconds)
{
	for (unsigned int i = 0; i < seconds; i++) {
		sim_run(&w.sim, 1000);
		assert_true(world_registered(&w));
	}
}

/* In force: was each of a's registrations made with a key valid then? */
static bool made_in_time(void)
{
	struct store_entry e;

	for (size_t i = 0; i < w.xtr[0].database_count; i++) {
		const struct registration *r;
		uint64_t wall;

		if (!store_memory_ops.find(w.ms->store, &w.xtr[0].database[i],
					   &e))
			continue;
		for (r = e.regs; r; r = r->next) {
			wall = SIM_WALL + registration_refreshed(r) / 1000;
			if (r->by->tag == 200 ? wall < keys[1].not_before
					      : wall > keys[0].not_after)
				return false;
		}
	}
	return true;
}

static unsigned long too_late, too_early;

/* The xTR changes its key some time near the minute in which both hold, up to
 * 20 seconds too early or too late, while a third of all is lost.  It stays
 * registered, and no key counts out of its time. */
static void rollover(void)
{
	unsigned int change;

	world_init(&w, seed, &(struct world_config){ 0 });
	ledger_watch(&l, &w);
	start_recording();
	two_keys(100, 160);
	world_boot(&w);
	assert_true(sim_until(&w.sim, 60000, world_registered, &w));
	w.sim.net = rough;
	change = 80 + dice(100);
	stay_registered(change - (unsigned int)(w.sim.now / 1000));
	w.servers[0].key = mine;
	sim_reload(w.a);
	stay_registered(400 - change);
	assert_true(made_in_time());
	too_early += change < 98;
	too_late += change > 162;
	/* Who has recorded it has nothing that any key is for. */
	sim_kill(w.a);
	sim_kill(w.b);
	w.sim.net = good;
	play_back();
	assert_true(made_in_time());
	play_back_in_vain();
	world_done(&w);
	auth_key_free(second_key);
}

static void key_rollover(void **state)
{
	too_late = too_early = 0;
	each_seed(ROLLOVERS, rollover);
	print_message("# too early %lu, too late %lu\n", too_early, too_late);
	assert_true(getenv("SEED") || (too_early > 0 && too_late > 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(races, end),
		cmocka_unit_test_teardown(replay, end),
		cmocka_unit_test_teardown(replay_after_each_death, end),
		cmocka_unit_test_teardown(key_rollover, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

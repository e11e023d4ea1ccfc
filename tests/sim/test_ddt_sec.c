// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A Map-Resolver that wants every Map-Referral signed, in a tree whose nodes
 * are down, lame, stale or loop, and whose signatures are gone, wrong, old,
 * early, of another record or by another key.
 *
 * For each combination one function, reach(), says what may come of a question,
 * from what is known of the six nodes alone: the mapping, a negative answer, or
 * nothing.  And in each:
 *   - nobody is asked whom a record named that did not hold;
 *   - what a negative answer covers is neither registered, nor, where a node
 *     says that it is not there for it, more than what was asked;
 *   - the question costs no more than its budget of datagrams and signatures,
 *     and ends: two minutes later there is neither query nor timer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "sm/util.h"
#include "tree.h"

#define BUDGET		48	/* ddt_client_config.sends */
#define SIGNATURES	16	/* ddt_verify.per_query */
#define ENDED		122000	/* ms: all that a question may take, twice */
#define MINUTE		60000u
#define HOUR		3600

enum {
	NOTHING = 1,
	RIGHT = 2,
	NEGATIVE = 4,		/* and rightly so */
	OF_HOST = 8,		/* negative, for what was asked alone */
	WRONG = 16,
};

/* Registered; not; in nobody's delegation.  What it takes: so many levels. */
static const struct question {
	const char *eid;
	unsigned int levels;
	unsigned int answer;
} questions[] = {
	{ "2001:db8:103:1::1", 3, RIGHT },
	{ "2001:db8:104::1", 3, NEGATIVE },
	{ "2001:db8:f000::1", 2, NEGATIVE },
};

static struct tree t;

/* --- what came --- */

static unsigned int judge(const struct tree_reply *r)
{
	const struct addr etr = A(TREE_ETR);
	const struct eid site = E(TREE_SITE);
	const struct eid *e = &r->rec.eid;

	if (!eid_contains(e, &t.asked))
		return WRONG;
	if (r->rec.locator_count)
		return eid_equal(e, &site) && r->rec.locator_count == 1 &&
		       addr_equal(&r->locator.addr, &etr) ? RIGHT : WRONG;
	if (e->prefix.len == 128)
		return OF_HOST;
	return eid_contains(e, &site) || eid_contains(&site, e) ? WRONG :
		NEGATIVE;
}

static unsigned int outcome(void)
{
	unsigned int all = 0;

	for (unsigned int i = 0; i < t.reply_count; i++)
		all |= judge(&t.replies[i]);
	return all ? all : NOTHING;
}

static void check_bounds(void)
{
	assert_int_equal(t.to_evil, 0);
	assert_true(t.sent <= BUDGET);
	assert_true(t.verified <= SIGNATURES);
}

/* What came of one question, when there is nothing left of it. */
static unsigned int asked(const char *eid)
{
	struct node_status s;

	tree_ask(&t, eid);
	sim_run(&t.sim, ENDED);
	check_bounds();
	node_status(t.mr->node, &s);
	assert_int_equal(s.pending, 0);
	assert_true(node_due(t.mr->node) == UINT64_MAX);
	return outcome();
}

/* All three, one after the other: this, or 0 for the right answer. */
static void all_are(unsigned int want)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(questions); i++)
		assert_int_equal(asked(questions[i].eid),
				 want ? want : questions[i].answer);
}

#define ALL_RIGHT()	all_are(0)
#define ALL_NOTHING()	all_are(NOTHING)

static void all_say(enum tree_fault f, unsigned int first, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		t.nodes[first + i].fault = f;
}

/* --- what may come --- */

/* What one level does with a question that comes to it, of both siblings. */
static struct level {
	bool good;		/* one says what is right, and it holds */
	bool there;		/* one hears it, whatever its answer is worth */
	bool liar;		/* one says with authority what is not so */
	bool loop;
	bool stale;
	bool bad;		/* one says what does not hold */
	bool alone;		/* one says nothing */
} level_of(const struct question *q, unsigned int level)
{
	unsigned int first = 2 * level;
	struct level l = { 0 };

	for (unsigned int i = first; i < first + 2; i++) {
		const struct tree_node *n = &t.nodes[i];
		enum tree_trouble trouble = n->trouble;

		/* The last one refers to nobody. */
		if (trouble == TREE_STALE && level + 1 == q->levels)
			trouble = TREE_WELL;
		l.alone |= trouble == TREE_DOWN;
		if (trouble == TREE_DOWN)
			continue;
		if (trouble != TREE_LAME && trouble != TREE_LOOP)
			l.there = true;
		if (n->fault != TREE_SOUND) {
			l.bad = true;
			continue;
		}
		l.good |= trouble == TREE_WELL;
		l.liar |= trouble == TREE_LAME || trouble == TREE_LOOP;
		l.loop |= trouble == TREE_LOOP;
		l.stale |= trouble == TREE_STALE;
	}
	return l;
}

/* What may come of @q. */
static unsigned int reach(const struct question *q)
{
	unsigned int may = 0;

	for (unsigned int i = 0; i < q->levels; i++) {
		struct level l = level_of(q, i);

		/* Nothing can be told from the last level's siblings but one:
		 * a Map-Server that hears of it serves it. */
		bool enough = l.good || (q->answer == RIGHT && i == 2 &&
					 l.there);

		/* Who is stale sends us where nobody answers; who loops is
		 * heard to the end, who is lame if nobody else knows. */
		if (l.stale)
			may |= NOTHING;
		if (l.loop || (l.liar && !l.good))
			may |= OF_HOST | NOTHING;
		/* Of two Map-Servers both are asked whether it is registered:
		 * what the last one says counts, who may have it. */
		if (i == 2 && q->answer == NEGATIVE) {
			may |= l.liar ? OF_HOST : 0;
			may |= l.alone || l.bad ? NOTHING : 0;
		}
		if (!enough)
			return may ? may : NOTHING;
		if (!l.good && l.liar)
			may |= RIGHT;
	}
	return may | q->answer;
}

/* --- the matrix --- */

static void describe(const struct question *q, unsigned int got,
		     unsigned int may)
{
	print_message("# %s: %u, not of %u; %u sent\n", q->eid, got, may,
		      t.sent);
	for (unsigned int i = 0; i < TREE_NODES; i++)
		print_message("#   %s trouble %u fault %u lie %u\n",
			      t.nodes[i].addr, t.nodes[i].trouble,
			      t.nodes[i].fault, t.nodes[i].lie);
}

static unsigned long came[WRONG + 1];	/* by outcome */

static void one_cell(const struct question *q)
{
	unsigned int may = reach(q), got = asked(q->eid);

	came[got & 15]++;
	if ((got & ~may) == 0)
		return;
	describe(q, got, may);
	fail();
}

/* One node's signatures, or those of a whole level: where is 0 to 8. */
static void put_fault(unsigned int where, enum tree_fault f, enum tree_lie lie)
{
	unsigned int first = where < TREE_NODES ? where :
		2 * (where - TREE_NODES);

	for (unsigned int i = 0; i < (where < TREE_NODES ? 1 : 2); i++) {
		t.nodes[first + i].fault = f;
		t.nodes[first + i].lie = lie;
	}
}

/* Each fault, with each thing it may be used for, at each place; with each
 * trouble of each node, the same one or another. */
static void each_with_each(void **state)
{
	unsigned int n = 0;

	tree_init(&t, 1);
	for (unsigned int f = TREE_STRIPPED; f < TREE_FAULTS; f++)
		for (unsigned int lie = 0; lie < TREE_LIES; lie++)
			for (unsigned int where = 0; where < 9; where++)
				for (unsigned int k = 0;
				     k < TREE_NODES * TREE_TROUBLES; k++) {
					tree_heal(&t);
					put_fault(where, f, lie);
					t.nodes[k % TREE_NODES].trouble =
						k / TREE_NODES;
					one_cell(&questions[n++ % 3]);
				}
	/* The test has not looked at silence alone. */
	print_message("# %u: %lu right, %lu negative, %lu nothing\n", n,
		      came[RIGHT], came[NEGATIVE], came[NOTHING]);
	assert_true(came[RIGHT] > n / 10 && came[NEGATIVE] > n / 5 &&
		    came[NOTHING] > n / 5 && came[OF_HOST]);
	tree_done(&t);
}

/* Any trouble and fault of any nodes at once, on a bad network: what is right
 * may be late for the ITR, but nothing else comes. */
static void anything_at_once(void **state)
{
	unsigned int right = 0;

	tree_init(&t, 2);
	for (unsigned int n = 0; n < 600; n++) {
		const struct question *q = &questions[n % 3];
		unsigned int may, got;

		tree_heal(&t);
		for (unsigned int i = 0; i < TREE_NODES; i++) {
			uint64_t r = sim_random(&t.sim);

			if (r % 3 == 0)
				t.nodes[i].trouble = (r >> 8) % TREE_TROUBLES;
			else if (r % 3 == 1)
				t.nodes[i].fault = (r >> 8) % TREE_FAULTS;
			t.nodes[i].lie = (r >> 16) % TREE_LIES;
		}
		t.sim.net = (struct sim_net){ .loss = 10, .dup = 10,
					      .delay_min = 5,
					      .delay_max = 900 };
		may = reach(q) | NOTHING;
		/* Of two, one that is well may not have been heard. */
		for (unsigned int i = 0; i < q->levels; i++)
			if (level_of(q, i).liar)
				may |= OF_HOST;
		got = asked(q->eid);
		right += got == q->answer;
		if (got & ~may) {
			describe(q, got, may);
			fail_msg("history %u", n);
		}
	}
	assert_true(right > 100);
	tree_done(&t);
}

/* --- keys and clocks --- */

static void all_is_well(void **state)
{
	tree_init(&t, 3);
	ALL_RIGHT();
	/* The last needs the nodes only: the first has been there. */
	assert_int_equal(t.sent, 1);
	tree_done(&t);
}

static void unknown_anchor(void **state)
{
	tree_init(&t, 4);
	t.anchors[0] = t.anchors[1] = t.keys[TREE_KEY_STRANGER].public;
	tree_heal(&t);
	ALL_NOTHING();
	/* Each root has been asked, and nobody below. */
	assert_int_equal(t.sent, 2);
	/* One of two is enough, if the root that has it can be heard. */
	t.anchors[1] = t.keys[1].public;
	tree_heal(&t);
	ALL_RIGHT();
	tree_heal(&t);
	t.nodes[1].trouble = TREE_DOWN;
	ALL_NOTHING();
	tree_done(&t);
}

/* Nodes date back by an hour, and sign for a week. */
static void clock_of_the_resolver(void **state)
{
	static const struct {
		int64_t off;
		bool right;
	} clocks[] = {
		{ -HOUR / 2, true }, { -2 * HOUR, false }, { 5 * HOUR, true },
		{ 3 * 24 * HOUR, true },
		{ 8 * 24 * HOUR, false }, { 0, true },
	};

	tree_init(&t, 5);
	for (unsigned int i = 0; i < ARRAY_SIZE(clocks); i++) {
		t.mr->clock_off = clocks[i].off;
		tree_heal(&t);
		if (clocks[i].right)
			ALL_RIGHT();
		else
			ALL_NOTHING();
	}
	/* Set right while it runs, it needs no more than that. */
	t.mr->clock_off = -2 * HOUR;
	tree_heal(&t);
	ALL_NOTHING();
	t.mr->clock_off = 0;
	ALL_RIGHT();
	tree_done(&t);
}

static void clock_of_a_node(void **state)
{
	tree_init(&t, 6);
	t.nodes[2].host->clock_off = 2 * HOUR;
	tree_heal(&t);
	ALL_RIGHT();
	t.nodes[3].host->clock_off = 2 * HOUR;
	/* What they had signed before still holds. */
	tree_heal(&t);
	ALL_RIGHT();
	for (unsigned int i = 2; i < 4; i++) {
		sim_kill(t.nodes[i].host);
		sim_boot(t.nodes[i].host);
	}
	tree_heal(&t);
	ALL_NOTHING();
	/* They sign again what they have kept, and it holds. */
	t.nodes[2].host->clock_off = t.nodes[3].host->clock_off = 0;
	ALL_RIGHT();
	tree_done(&t);
}

/* --- a delegation that moves --- */

static uint8_t recorded[1500];
static size_t recorded_len;
static bool (*tree_tap)(struct sim *s, struct sim_host *from,
			const struct action_send *snd);
static bool replays;

/* Records what the roots say, then says that again for anything. */
static bool recorder(struct sim *s, struct sim_host *from,
		     const struct action_send *snd)
{
	bool root = from == t.nodes[0].host || from == t.nodes[1].host;
	uint8_t old[1500];

	if (!root || snd->type != MSG_TYPE_MAP_REFERRAL)
		return tree_tap(s, from, snd);
	if (replays) {
		memcpy(old, recorded, recorded_len);
		memcpy(old + 4, (const uint8_t *)snd->data + 4, 8);
		sim_inject(s, &from->addrs[0], &t.mr_addr, old, recorded_len);
		return false;
	}
	recorded_len = snd->len;
	memcpy(recorded, snd->data, snd->len);
	return true;
}

static void start_recording(void)
{
	tree_tap = t.sim.tap;
	t.sim.tap = recorder;
	replays = false;
}

/* The roots' delegation is to these two. */
static void delegate_to(const char *first, const char *second)
{
	for (unsigned int i = 0; i < 2; i++) {
		t.nodes[i].rlocs[0].addr = A(first);
		t.nodes[i].rlocs[1].addr = A(second);
		sim_reload(t.nodes[i].host);
	}
}

/* Somebody who says the old referral again, which is valid still, keeps the
 * resolver from the new one for as long as it is: but whoever is at the old
 * address without its key is not believed, and it ends with the signature. */
static void replayed_referral(void **state)
{
	unsigned int i;

	tree_init(&t, 7);
	for (i = 0; i < 2; i++) {
		t.nodes[i].cfg.sign.validity = 3 * HOUR;
		sim_kill(t.nodes[i].host);
		sim_boot(t.nodes[i].host);
	}
	start_recording();
	delegate_to(TREE_PAST, TREE_PAST);
	assert_int_equal(asked(questions[0].eid), NOTHING);
	assert_true(t.to_past > 0 && recorded_len);
	delegate_to(t.nodes[2].addr, t.nodes[3].addr);
	replays = true;
	for (i = 0; i < 80; i++) {
		assert_int_equal(asked(questions[i % 3].eid), NOTHING);
		assert_true(t.to_past > 0);
	}
	/* One that has restarted, too. */
	tree_heal(&t);
	assert_int_equal(asked(questions[0].eid), NOTHING);
	assert_true(t.to_past > 0);
	sim_run(&t.sim, 1000u * HOUR);
	/* Neither the signature nor what rested on it holds any more. */
	assert_int_equal(asked(questions[0].eid), NOTHING);
	assert_int_equal(t.to_past, 0);
	replays = false;
	ALL_RIGHT();
	tree_done(&t);
}

/* What was verified is known again, but by nothing less than all of it: record
 * and signature. */
static void known_again(void **state)
{
	tree_init(&t, 13);
	start_recording();
	assert_int_equal(asked(questions[0].eid), RIGHT);
	assert_int_equal(t.verified, 3);
	sim_run(&t.sim, 24 * 1000u * HOUR);
	replays = true;
	recorded[recorded_len - 1] ^= 1;	/* of the signature */
	assert_int_equal(asked(questions[0].eid), NOTHING);
	recorded[recorded_len - 1] ^= 1;
	recorded[MAP_REFERRAL_HEADER_SIZE + 9] ^= 1;	/* map-version */
	assert_int_equal(asked(questions[0].eid), NOTHING);
	recorded[MAP_REFERRAL_HEADER_SIZE + 9] ^= 1;
	assert_int_equal(asked(questions[0].eid), RIGHT);
	assert_int_equal(t.verified, 0);
	tree_done(&t);
}

/* What the cache has is used while it may be, and no longer than was signed. */
static void moved_away(void **state)
{
	tree_init(&t, 8);
	for (unsigned int i = 0; i < 2; i++)
		t.nodes[i].cfg.ttl = 30;
	delegate_to(TREE_PAST, TREE_PAST);
	assert_int_equal(asked(questions[0].eid), NOTHING);
	delegate_to(t.nodes[2].addr, t.nodes[3].addr);
	/* It is asked, in vain, and the roots again. */
	assert_int_equal(asked(questions[0].eid), RIGHT);
	assert_true(t.to_past > 0);
	assert_int_equal(asked(questions[1].eid), NEGATIVE);
	assert_int_equal(t.to_past, 0);
	tree_done(&t);
}

/* --- keys that change --- */

/* The nodes of 2001:db8::/32 sign with these, and the roots name those. */
static void sign_with(const struct tree_key *a, const struct tree_key *b)
{
	for (unsigned int i = 2; i < 4; i++) {
		t.nodes[i].keys[0] = a->key;
		if (b)
			t.nodes[i].keys[1] = b->key;
		t.nodes[i].cfg.sign.key_count = b ? 2 : 1;
		sim_reload(t.nodes[i].host);
	}
}

static void name_keys(const struct tree_key *a, const struct tree_key *b)
{
	static struct referral_key named[2];

	named[0] = a->public;
	if (b)
		named[1] = b->public;
	for (unsigned int i = 0; i < 2; i++) {
		for (unsigned int k = 0; k < 2; k++) {
			t.nodes[i].rlocs[k].keys = named;
			t.nodes[i].rlocs[k].key_count = b ? 2 : 1;
		}
		sim_reload(t.nodes[i].host);
	}
}

/* Ten minutes of questions through a network that loses: each answer is right,
 * and most come. */
static void a_while(void)
{
	unsigned int got = 0, n = 0;

	for (uint64_t end = t.sim.now + 10 * MINUTE; t.sim.now < end; n++) {
		const struct question *q = &questions[sim_random(&t.sim) % 3];
		unsigned int o;

		tree_ask(&t, q->eid);
		sim_run(&t.sim, 20000 + sim_random(&t.sim) % 5000);
		o = outcome();
		check_bounds();
		assert_int_equal(o & ~(q->answer | NOTHING), 0);
		got += o == q->answer;
	}
	assert_true(got >= n * 9 / 10);
}

/* As a person would: both keys named, both sign, the old one goes.  Only what
 * the network ate is unanswered, and in the end the old key is worth nothing. */
static void rollover(void **state)
{
	const struct tree_key *old = &t.keys[2], *new = &t.keys[TREE_KEY_NEW];

	tree_init(&t, 9);
	t.keys[3] = t.keys[2];
	for (unsigned int i = 0; i < 4; i++)
		t.nodes[i].cfg.ttl = 5;
	sign_with(old, NULL);
	name_keys(old, NULL);
	tree_heal(&t);
	t.sim.net = (struct sim_net){ .loss = 10, .delay_min = 5,
				      .delay_max = 300 };
	a_while();
	name_keys(old, new);
	a_while();
	sign_with(old, new);
	a_while();
	name_keys(new, NULL);
	a_while();
	sign_with(new, NULL);
	a_while();
	t.sim.net = (struct sim_net){ .delay_min = 5, .delay_max = 5 };
	/* Whoever has found the old one. */
	sign_with(old, NULL);
	sim_run(&t.sim, 20 * MINUTE);
	ALL_NOTHING();
	sign_with(new, NULL);
	ALL_RIGHT();
	tree_done(&t);
}

/* The first root says, with its key, that this is revoked. */
static void revocation(void **state)
{
	struct tree_node *n = t.nodes;

	tree_init(&t, 10);
	n[0].fault = TREE_REVOKED;
	n[1].trouble = TREE_DOWN;
	ALL_NOTHING();
	n[0].fault = TREE_SOUND;
	/* That was its last word: it is heard no more, now and after a change
	 * of the configuration; the other root is. */
	ALL_NOTHING();
	sim_reload(t.mr);
	ALL_NOTHING();
	n[1].trouble = TREE_WELL;
	ALL_RIGHT();
	tree_done(&t);
}

/* --- who need not sign --- */

/* The level of the nodes is not signed, and has no keys. */
static void unsigned_level(void)
{
	for (unsigned int i = 0; i < 2; i++) {
		for (unsigned int k = 0; k < 2; k++)
			t.nodes[i].rlocs[k].key_count = 0;
		t.nodes[2 + i].cfg.sign.key_count = 0;
		sim_reload(t.nodes[i].host);
		sim_reload(t.nodes[2 + i].host);
	}
}

static void secure(enum ddt_security s)
{
	t.mrc.ddt.security = s;
	tree_heal(&t);
}

static void mixed_tree(void **state)
{
	tree_init(&t, 11);
	unsigned_level();
	secure(DDT_SECURITY_REQUIRE);
	ALL_NOTHING();
	secure(DDT_SECURITY_IF_PRESENT);
	ALL_RIGHT();
	secure(DDT_SECURITY_OFF);
	ALL_RIGHT();
	/* Above the gap all must be signed: who has keys signs. */
	for (unsigned int f = TREE_STRIPPED; f < TREE_FAULTS; f++) {
		secure(DDT_SECURITY_IF_PRESENT);
		all_say(f, 0, 2);
		ALL_NOTHING();
		/* Below nobody's keys are known, and nothing is looked at. */
		secure(DDT_SECURITY_IF_PRESENT);
		all_say(f, 4, 2);
		ALL_RIGHT();
		assert_int_equal(t.verified, 0);
		secure(DDT_SECURITY_OFF);
		all_say(f, 0, TREE_NODES);
		ALL_RIGHT();
	}
	/* No longer believed than it is required. */
	secure(DDT_SECURITY_IF_PRESENT);
	ALL_RIGHT();
	t.mrc.ddt.security = DDT_SECURITY_REQUIRE;
	sim_reload(t.mr);
	ALL_NOTHING();
	tree_done(&t);
}

/* --- the real thing --- */

static void real_signatures(void **state)
{
	static const enum tree_fault faults[] = {
		TREE_STRIPPED, TREE_TAG, TREE_PASTED, TREE_OTHERS,
		TREE_EXPIRED, TREE_REVOKED,
	};

	tree_init_real(&t, 12);
	ALL_RIGHT();
	for (unsigned int i = 0; i < ARRAY_SIZE(faults); i++)
		for (unsigned int level = 0; level < 2; level++) {
			tree_heal(&t);
			all_say(faults[i], 2 * level, 1);
			ALL_RIGHT();
			tree_heal(&t);
			all_say(faults[i], 2 * level, 2);
			ALL_NOTHING();
		}
	tree_done(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_is_well),
		cmocka_unit_test(each_with_each),
		cmocka_unit_test(anything_at_once),
		cmocka_unit_test(unknown_anchor),
		cmocka_unit_test(clock_of_the_resolver),
		cmocka_unit_test(clock_of_a_node),
		cmocka_unit_test(replayed_referral),
		cmocka_unit_test(known_again),
		cmocka_unit_test(moved_away),
		cmocka_unit_test(rollover),
		cmocka_unit_test(revocation),
		cmocka_unit_test(mixed_tree),
		cmocka_unit_test(real_signatures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

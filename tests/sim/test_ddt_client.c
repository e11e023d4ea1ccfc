// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A Map-Resolver in a delegation tree in which everything goes wrong.
 *
 * The Map-Resolver is a whole node; the tree is played by this test, which
 * sees what is sent to it and answers as each node's trouble says:
 *
 *	roots .1 .2 (*) -> nodes .11 .12 (2001:db8::/32)
 *	    -> Map-Servers .101 .102 (2001:db8:100::/40; 103::/48 registered,
 *	       104::/48 not)
 *
 * In each history, of which a seed makes one:
 *   - a request costs the tree no more datagrams than its budget, and no more
 *     than one for each time it is asked, each answer, and each two seconds;
 *   - each query ends: two minutes after the last request there is none, nor a
 *     timer;
 *   - one request gets one answer of the Map-Resolver at most;
 *   - whom an old referral named is not asked once its TTL is over;
 *   - a Map-Server is asked with the ITR's nonce, a node never.
 * And where each level has one node that is well, every request is served, and
 * the Map-Resolver says nothing to the ITR.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

#define SEEDS		1000
#define ASKS		40	/* requests of one history */
#define BUDGET		48	/* ddt_client_config.sends */
#define LIFETIME	62000	/* ms, of a query, with the way back */

enum trouble {
	WELL,
	DEAD,
	LAME,			/* not-authoritative */
	LOOP,			/* refers to the prefix it was asked for */
	UP,			/* refers to a shorter one */
	STALE,			/* refers to those who have moved away */
	NONSENSE,		/* refers to another prefix */
	NOBODY,			/* a referral that names no one */
	NEW_ACTION,
	SLOW,			/* answers after seconds, out of order */
	TWICE,
	REPLIES,		/* sends a Map-Reply */
	HOLE,			/* says that there is nothing */
	INCOMPLETE,
	TROUBLES
};

static const char *const trouble_names[TROUBLES] = {
	"well", "dead", "lame", "loop", "up", "stale", "nonsense", "nobody",
	"new action", "slow", "twice", "replies", "hole", "incomplete",
};

static struct {
	const char *addr;
	enum trouble trouble;
	uint64_t named;			/* last time, ms; 0: never */
} nodes[] = {
	{ .addr = "192.0.2.1" }, { .addr = "192.0.2.2" },
	{ .addr = "192.0.2.11" }, { .addr = "192.0.2.12" },
	{ .addr = "192.0.2.101" }, { .addr = "192.0.2.102" },
	{ .addr = "192.0.2.66" },	/* of the past */
};

#define NODES	6
#define PAST	6

/* A request, and what came of it. */
static struct ask {
	uint64_t nonce;
	struct eid eid;
	uint64_t when;
	/* Of all for this EID until now. */
	uint64_t first;
	unsigned int queries;		/* there can have been so many */
	unsigned int sent;
	unsigned int answers;
	/* Of this one. */
	unsigned int replies;
	unsigned int served;		/* a Map-Server that is well got it */
} asks[ASKS];
static unsigned int ask_count;

static struct sim sim;
static struct sim_host *mr;
static struct mr_config config;
static struct addr roots[2], itr, mr_addr;
static unsigned int ttl;		/* minutes */
static bool failed;

#define CHECK(x, ...) do { \
	if (!(x)) { \
		print_message("# %s: ", #x); \
		print_message(__VA_ARGS__); \
		failed = true; \
	} \
} while (0)

/* --- the tree --- */

static int node_of(const struct addr *a)
{
	for (int i = 0; i <= PAST; i++) {
		struct addr n = A(nodes[i].addr);

		if (addr_equal(&n, a))
			return i;
	}
	return -1;
}

static bool registered(const struct eid *e)
{
	struct eid site = E("2001:db8:103::/48");

	return eid_contains(&site, e);
}

/* What a node that is well says. */
static void right(int node, const struct eid *e, struct referral_record *r,
		  struct referral_rloc rlocs[2])
{
	static const char *const prefixes[] = {
		"2001:db8::/32", "2001:db8:100::/40",
	};
	int level = node / 2;

	r->ttl = ttl;
	if (level < 2) {
		r->xeid = xeid_of(&(struct eid){
			.prefix = E(prefixes[level]).prefix });
		r->action = level ? REFERRAL_MS : REFERRAL_NODE;
		rlocs[0].addr = A(nodes[2 * level + 2].addr);
		rlocs[1].addr = A(nodes[2 * level + 3].addr);
		r->rloc_count = 2;
		return;
	}
	r->xeid = xeid_of(&(struct eid){
		.prefix = registered(e) ? E("2001:db8:103::/48").prefix :
			E("2001:db8:104::/48").prefix });
	r->action = registered(e) ? REFERRAL_MS_ACK :
		REFERRAL_MS_NOT_REGISTERED;
	if (registered(e)) {
		rlocs[0].addr = A(nodes[node].addr);
		r->rloc_count = 1;
	} else {
		r->ttl = 1;
	}
}

static void go_wrong(int node, const struct eid *e, struct referral_record *r,
		     struct referral_rloc rlocs[2])
{
	switch (nodes[node].trouble) {
	case LAME:
		r->xeid = xeid_of(e);
		r->action = REFERRAL_NOT_AUTHORITATIVE;
		r->ttl = 0;
		r->rloc_count = 0;
		break;
	case LOOP:
		r->action = REFERRAL_NODE;
		r->xeid = xeid_of(&(struct eid){ .prefix = node < 2 ?
			E("2001::/16").prefix : node < 4 ?
			E("2001:db8::/32").prefix :
			E("2001:db8:100::/40").prefix });
		rlocs[0].addr = A(nodes[node].addr);
		r->rloc_count = 1;
		break;
	case UP:
		xeid_range(0, 0, &r->xeid);
		r->action = REFERRAL_NODE;
		rlocs[0].addr = roots[0];
		r->rloc_count = 1;
		break;
	case STALE:
		rlocs[0].addr = A(nodes[PAST].addr);
		r->rloc_count = 1;
		break;
	case NONSENSE:
		r->xeid = xeid_of(&(struct eid){
			.prefix = E("2001:db9::/32").prefix });
		break;
	case NOBODY:
		r->action = REFERRAL_NODE;
		r->rloc_count = 0;
		break;
	case NEW_ACTION:
		r->action = 7;
		break;
	case HOLE:
		r->action = REFERRAL_DELEGATION_HOLE;
		r->ttl = 15;
		r->rloc_count = 0;
		break;
	case INCOMPLETE:
		r->incomplete = true;
		break;
	case WELL:
	case DEAD:
	case SLOW:
	case TWICE:
	case REPLIES:
	case TROUBLES:
		break;
	}
}

static void send_back(const struct addr *from, const struct lisp_msg *m)
{
	uint8_t buf[1500];
	int len = msg_build(m, buf, sizeof(buf));

	assert_true(len > 0);
	if (sim_random(&sim) % 100 >= sim.net.loss)
		sim_inject(&sim, from, &mr_addr, buf, (size_t)len);
}

/* When an answer of this node arrives at the latest. */
static uint64_t arrives(int node)
{
	return sim.now + (nodes[node].trouble == SLOW ? 9000 :
			  sim.net.delay_max) + 1;
}

static void answer_as(int node, uint64_t nonce, const struct eid *e)
{
	struct referral_rloc rlocs[2] = { 0 };
	struct referral_record rec = { .rlocs = rlocs };
	struct addr from = A(nodes[node].addr);
	struct sim_net net = sim.net;
	struct lisp_msg m = { .type = MSG_TYPE_MAP_REFERRAL };

	if (nodes[node].trouble == DEAD || node == PAST)
		return;
	if (nodes[node].trouble == REPLIES) {
		m.type = MSG_TYPE_MAP_REPLY;
		m.reply.nonce = nonce;
		send_back(&from, &m);
		return;
	}
	right(node, e, &rec, rlocs);
	go_wrong(node, e, &rec, rlocs);
	m.referral = (struct map_referral){ .nonce = nonce, .records = &rec,
					    .record_count = 1 };
	if (nodes[node].trouble == SLOW) {
		sim.net.delay_min = 100;
		sim.net.delay_max = 9000;
	}
	for (unsigned int i = 0; i < rec.rloc_count; i++) {
		int named = node_of(&rlocs[i].addr);

		assert_true(named >= 0);
		nodes[named].named = arrives(node);
	}
	send_back(&from, &m);
	if (nodes[node].trouble == TWICE)
		send_back(&from, &m);
	sim.net = net;
}

/* --- what the Map-Resolver sends --- */

static struct ask *ask_of(const struct eid *e, uint64_t nonce)
{
	for (unsigned int i = ask_count; i--;)
		if (eid_equal(&asks[i].eid, e) &&
		    (!nonce || asks[i].nonce == nonce))
			return &asks[i];
	return NULL;
}

static void check_query(int node, const struct map_request *m)
{
	const struct eid *e = &m->records[0].eid;
	struct ask *a = ask_of(e, 0);
	bool server = node == 4 || node == 5;

	CHECK(a, "nobody asked for this\n");
	if (!a)
		return;
	a->sent++;
	CHECK(a->sent <= BUDGET * a->queries, "%u sent\n", a->sent);
	CHECK(a->sent <= a->queries + a->answers +
	      (sim.now - a->first) / 2000, "%u sent, too fast\n", a->sent);
	CHECK(!server || ask_of(e, m->nonce), "a Map-Server with no ITR's\n");
	/* Whoever asks as a node may be a Map-Server: not the other way. */
	CHECK(node >= 4 || !ask_of(e, m->nonce), "a node has the nonce\n");
	CHECK(node < 2 || (nodes[node].named && sim.now <= nodes[node].named +
			   ttl * 60000 + LIFETIME),
	      "%s is asked, but was named long ago\n", nodes[node].addr);
	if (server && nodes[node].trouble == WELL && registered(e))
		a->served++;
	a->answers += nodes[node].trouble == TWICE ? 2 : 1;
}

static bool tap(struct sim *s, struct sim_host *from,
		const struct action_send *snd)
{
	int node = node_of(&snd->to);
	struct lisp_msg m, inner;
	struct arena arena;
	struct ask *a;

	arena_init(&arena, MSG_ARENA_CAP);
	assert_int_equal(msg_parse(snd->data, snd->len, &arena, &m, NULL), 0);
	if (addr_equal(&snd->to, &itr)) {
		CHECK(m.type == MSG_TYPE_MAP_REPLY, "not a Map-Reply\n");
		a = ask_of(&asks[0].eid, m.reply.nonce);
		for (unsigned int i = 0; !a && i < ask_count; i++)
			if (asks[i].nonce == m.reply.nonce)
				a = &asks[i];
		CHECK(a && ++a->replies == 1, "answered once more\n");
	} else {
		CHECK(node >= 0, "sent to nobody of the tree\n");
		assert_int_equal(m.type, MSG_TYPE_ECM);
		CHECK(m.ecm.flags == ECM_DDT, "no D\n");
		assert_int_equal(msg_parse(m.ecm.message, m.ecm.message_len,
					   &arena, &inner, NULL), 0);
		check_query(node, &inner.request);
		if (sim_random(s) % 100 >= s->net.loss)
			answer_as(node, inner.request.nonce,
				  &inner.request.records[0].eid);
	}
	arena_free(&arena);
	return false;
}

/* --- asking --- */

static void ask(const struct eid *e)
{
	struct request_record rec = { .eid = *e };
	uint8_t request[256], buf[512];
	struct lisp_msg m = {
		.type = MSG_TYPE_MAP_REQUEST,
		.request = { .nonce = sim_random(&sim) | 1, .itr_rlocs = &itr,
			     .itr_count = 1, .records = &rec,
			     .record_count = 1 },
	}, ecm = {
		.type = MSG_TYPE_ECM,
		.ecm = { .source = e->prefix.addr, .dest = e->prefix.addr,
			 .source_port = LISP_CONTROL_PORT,
			 .dest_port = LISP_CONTROL_PORT,
			 .message = request },
	};
	struct ask *before = ask_of(e, 0);
	int len = msg_build(&m, request, sizeof(request));

	assert_true(len > 0 && ask_count < ASKS);
	asks[ask_count++] = (struct ask){
		.nonce = m.request.nonce, .eid = *e, .when = sim.now,
		.first = before ? before->first : sim.now,
		.queries = (before ? before->queries : 0) + 1,
		.sent = before ? before->sent : 0,
		.answers = before ? before->answers : 0,
	};
	ecm.ecm.message_len = (size_t)len;
	len = msg_build(&ecm, buf, sizeof(buf));
	assert_true(len > 0);
	sim_inject(&sim, &itr, &mr_addr, buf, (size_t)len);
}

static void begin(uint64_t seed, unsigned int loss)
{
	static const char *const addrs[] = { "198.51.100.20", NULL };

	failed = false;
	memset(asks, 0, sizeof(asks));
	ask_count = 0;
	for (int i = 0; i <= PAST; i++) {
		nodes[i].trouble = WELL;
		nodes[i].named = 0;
	}
	roots[0] = A(nodes[0].addr);
	roots[1] = A(nodes[1].addr);
	itr = A("203.0.113.1");
	mr_addr = A(addrs[0]);
	ttl = 2;
	sim_init(&sim, seed);
	sim.net = (struct sim_net){ .loss = loss, .delay_min = 5,
				    .delay_max = loss ? 400 : 5 };
	sim.tap = tap;
	mr_config_init(&config);
	config.ddt.roots = roots;
	config.ddt.root_count = 2;
	mr = sim_host_add(&sim, "mr", addrs);
	mr->cfg.mr = &config;
	sim_boot(mr);
}

static void finish(void)
{
	struct node_status s;

	sim_run(&sim, LIFETIME + 60000);
	node_status(mr->node, &s);
	CHECK(!s.pending, "a query has not ended\n");
	CHECK(node_due(mr->node) == UINT64_MAX, "a timer is left\n");
	sim_done(&sim);
}

static struct eid some_eid(void)
{
	static const char *const eids[] = {
		"2001:db8:103:1::1", "2001:db8:103:2::1", "2001:db8:104::1",
		"2001:db8:103:3::1", "2001:db8:104:1::1",
	};

	return E(eids[sim_random(&sim) % 5]);
}

/* --- histories --- */

/* One kind of trouble at one node, its sibling well: all are served, for as
 * long as what is wrong is not said with authority. */
static void one_in_trouble(void **state)
{
	for (int node = 0; node < NODES; node++)
		for (int t = 0; t < TROUBLES; t++) {
			struct eid e = E("2001:db8:103:1::1");
			unsigned int served = 0;

			/* These are authoritative lies; or loop, and are then
			 * the ITR's to ask again. */
			if (t == HOLE || t == LOOP || t == STALE ||
			    (t == UP && node < 2))
				continue;
			for (unsigned int seed = 0; seed < 4; seed++) {
				begin(seed, 0);
				nodes[node].trouble = (enum trouble)t;
				ask(&e);
				sim_run(&sim, 30000);
				served += asks[0].served > 0 ||
					  (node >= 4 && t != DEAD);
				CHECK(!asks[0].replies, "%s\n",
				      trouble_names[t]);
				finish();
				assert_false(failed);
			}
			if (served != 4)
				fail_msg("%s %s: %u of 4 served",
					 nodes[node].addr, trouble_names[t],
					 served);
		}
}

/* Trouble everywhere, in a bad network, with a resolver that restarts, and
 * another that only reads its configuration. */
static void all_in_trouble(void **state)
{
	unsigned long sent = 0, replies = 0, served = 0;

	for (unsigned int seed = 0; seed < SEEDS; seed++) {
		begin(seed, 20);
		for (unsigned int i = 0; i < ASKS - 1; i++) {
			struct eid e = some_eid();
			uint64_t r = sim_random(&sim);

			if (r % 3 == 0)
				nodes[(r >> 8) % NODES].trouble =
					(enum trouble)((r >> 16) % TROUBLES);
			if (r % 16 == 5) {
				sim_kill(mr);
				sim_boot(mr);
			}
			if (r % 16 == 9)
				sim_reload(mr);
			ask(&e);
			sim_run(&sim, r % 20 == 7 ? 400000 : (r >> 32) % 8000);
		}
		finish();
		if (failed)
			fail_msg("seed %u", seed);
		for (unsigned int i = 0; i < ask_count; i++) {
			replies += asks[i].replies;
			served += asks[i].served > 0;
			sent += asks[i].sent;
		}
	}
	print_message("# %lu served, %lu negative\n", served, replies);
	assert_true(served > SEEDS && replies > SEEDS && sent > SEEDS);
}

/* The resolver dies after each datagram that reaches it, in turn: the ITR asks
 * again, and is served. */
static void restarted_at_each_step(void **state)
{
	struct eid e = E("2001:db8:103:1::1");

	for (unsigned int at = 1; at < 6; at++) {
		begin(at, 0);
		ask(&e);
		while (sim.delivered < at && sim.now < 100000)
			sim_run(&sim, 1);
		sim_kill(mr);
		sim_boot(mr);
		sim_run(&sim, 2000);
		ask(&e);
		sim_run(&sim, 2000);
		assert_true(asks[1].served > 0);
		finish();
		assert_false(failed);
	}
}

/* One that reads its configuration at each of them has nothing to be asked
 * again: it goes on, and sends no more than it would have. */
static void reloaded_at_each_step(void **state)
{
	struct eid e = E("2001:db8:103:1::1"), f = E("2001:db8:103:2::1");

	for (unsigned int at = 1; at < 6; at++) {
		begin(at, 0);
		ask(&e);
		while (sim.delivered < at && sim.now < 100000)
			sim_run(&sim, 1);
		sim_reload(mr);
		sim_run(&sim, 1000);
		assert_int_equal(asks[0].served, 1);
		assert_int_equal(asks[0].sent, 3);
		/* What has been learnt is known as before. */
		ask(&f);
		sim_run(&sim, 1000);
		assert_int_equal(asks[1].served, 1);
		assert_int_equal(asks[1].sent, 1);
		finish();
		assert_false(failed);
	}
}

/* A delegation that has moved: whom the old referral named is asked until it
 * expires, or until he says nothing; then the new one. */
static void stale_referral(void **state)
{
	struct eid e = E("2001:db8:103:1::1"), f = E("2001:db8:103:2::1");

	begin(1, 0);
	nodes[0].trouble = STALE;
	nodes[1].trouble = STALE;
	ask(&e);
	sim_run(&sim, 30000);
	assert_int_equal(asks[0].served, 0);
	nodes[0].trouble = WELL;
	nodes[1].trouble = WELL;
	/* From the cache, in vain, then through a root. */
	ask(&f);
	sim_run(&sim, 10000);
	assert_int_equal(asks[1].served, 1);
	finish();
	assert_false(failed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_in_trouble),
		cmocka_unit_test(restarted_at_each_step),
		cmocka_unit_test(reloaded_at_each_step),
		cmocka_unit_test(stale_referral),
		cmocka_unit_test(all_in_trouble),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

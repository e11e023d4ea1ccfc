// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Two Map-Resolvers with one configuration behind one address, and a network
 * that sends what is for that address to the one or to the other, and changes
 * its mind after any datagram:
 *
 *	ITR a --- .53 ---> mr (.20) or mr2 (.21) --- ms, or root -> node -> ms
 *
 * What they say leaves from an address of their own, as it does where lispd
 * listens on any address, or from the shared one, as it does where that is the
 * only one to listen on; then answers of the tree reach whoever has it now.
 *
 * In each history:
 *   - the ITR has the right answer in the end, about the right EID-prefix, and
 *     never another one;
 *   - one Map-Request is enough if the resolvers ask from their own addresses;
 *     else, and where one of them dies, one more for each time the address
 *     moves;
 *   - referrals that a resolver has not asked for are dropped, counted, and not
 *     remembered; none come where the resolvers ask from their own addresses;
 *   - a Map-Request makes a resolver answer once at most;
 *   - a minute later no resolver has anything pending, nor a timer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "oracle.h"
#include "sm/util.h"

#define SHARED		"198.51.100.53"
#define LIFETIME	62000		/* ms, of a query, with the way back */
#define MINUTE		60000u
#define AGAIN		3100u		/* RFC 9301 5.4: replies about an EID */
#define SLOW		400		/* histories */

static struct world w;
static struct oracle o;
static struct sim_host *mrs[2];

/* --- the world --- */

static struct {
	struct ddt_config root, node, ms;
	struct ddt_authority root_own, node_own, ms_own;
	struct ddt_delegation to_node, to_ms;
	struct referral_rloc node_rloc, ms_rloc;
	struct addr root_addr;
} tree;

struct setting {
	bool ddt;			/* else configured Map-Servers */
	bool shared_source;
	enum site_mode mode;
	unsigned int delay_max;		/* ms; 0: all take the same time */
};

static struct xeid xeid(const char *text)
{
	struct xeid x;

	assert_int_equal(xeid_from_text(text, &x), 0);
	return x;
}

static void make_node(struct ddt_config *cfg, struct ddt_authority *own,
		      const char *place)
{
	own->xeid = xeid(place);
	ddt_config_init(cfg);
	cfg->authorities = own;
	cfg->authority_count = 1;
}

static void delegate(struct ddt_config *cfg, struct ddt_delegation *d,
		     const char *place, struct referral_rloc *to,
		     const struct addr *addr)
{
	*to = (struct referral_rloc){ .addr = *addr, .priority = 1,
				      .weight = 1 };
	*d = (struct ddt_delegation){ .xeid = xeid(place), .rlocs = to,
				      .rloc_count = 1 };
	cfg->delegations = d;
	cfg->delegation_count = 1;
}

static void make_tree(void)
{
	static const char *const root_addrs[] = { "198.51.100.1", NULL };
	static const char *const node_addrs[] = { "198.51.100.2", NULL };
	struct sim_host *root = sim_host_add(&w.sim, "root", root_addrs);
	struct sim_host *node = sim_host_add(&w.sim, "node", node_addrs);

	make_node(&tree.root, &tree.root_own, "*");
	delegate(&tree.root, &tree.to_node, "[100]10.0.0.0/8",
		 &tree.node_rloc, &node->addrs[0]);
	make_node(&tree.node, &tree.node_own, "[100]10.0.0.0/8");
	delegate(&tree.node, &tree.to_ms, "[100]10.0.0.0/14", &tree.ms_rloc,
		 &w.ms_addr);
	tree.to_ms.map_server = true;
	make_node(&tree.ms, &tree.ms_own, "[100]10.0.0.0/14");
	tree.ms_own.complete = true;
	root->cfg.ddt = &tree.root;
	node->cfg.ddt = &tree.node;
	w.ms->cfg.ddt = &tree.ms;

	tree.root_addr = root->addrs[0];
	w.mrc.servers = NULL;
	w.mrc.server_count = 0;
	w.mrc.ddt.roots = &tree.root_addr;
	w.mrc.ddt.root_count = 1;
	sim_boot(root);
	sim_boot(node);
}

/* --- who has asked for what --- */

#define ASKED_MAX	1024

static struct {
	struct {
		const struct sim_host *host;
		uint64_t nonce;
	} asked[ASKED_MAX];
	size_t count;
	uint64_t strange[2];		/* referrals that a resolver got and
					 * never asked for */
	bool (*next)(struct sim *s, struct sim_host *from,
		     const struct action_send *snd);
} asking;

static bool is_resolver(const struct sim_host *h)
{
	return h == mrs[0] || h == mrs[1];
}

static bool note_asked(struct sim *s, struct sim_host *from,
		       const struct action_send *snd)
{
	struct lisp_msg m, inner;
	struct arena arena;

	if (is_resolver(from) && snd->type == MSG_TYPE_ECM) {
		arena_init(&arena, MSG_ARENA_CAP);
		assert_int_equal(msg_parse(snd->data, snd->len, &arena, &m,
					   NULL), 0);
		assert_int_equal(msg_parse(m.ecm.message, m.ecm.message_len,
					   &arena, &inner, NULL), 0);
		assert_true(asking.count < ASKED_MAX);
		asking.asked[asking.count].host = from;
		asking.asked[asking.count++].nonce = inner.request.nonce;
		arena_free(&arena);
	}
	return asking.next(s, from, snd);
}

static void note_heard(struct sim *s, struct sim_host *to,
		       const struct packet *pkt, const struct lisp_msg *m)
{
	if (!is_resolver(to) || m->type != MSG_TYPE_MAP_REFERRAL)
		return;
	for (size_t i = 0; i < asking.count; i++)
		if (asking.asked[i].host == to &&
		    asking.asked[i].nonce == m->referral.nonce)
			return;
	asking.strange[to == mrs[1]]++;
}

static void watch(void)
{
	memset(&asking, 0, sizeof(asking));
	oracle_watch(&o, &w);
	asking.next = w.sim.tap;
	w.sim.tap = note_asked;
	w.sim.heard = note_heard;
}

/* --- histories --- */

/* From now on @to, 0 or 1, has the shared address. */
static void route(unsigned int to)
{
	mrs[to]->away = (struct addr){ .family = ADDR_NONE };
	mrs[!to]->away = A(SHARED);
}

static void begin(const struct setting *s, uint64_t seed)
{
	static const char *const own[] = { "198.51.100.21", SHARED, NULL };
	const struct world_config cfg = { .mode = s->mode,
					  .one_resolver = true };

	world_init(&w, seed, &cfg);
	mrs[0] = w.mr;
	mrs[1] = sim_host_add(&w.sim, "mr2", s->shared_source ? own + 1 : own);
	mrs[1]->cfg.mr = &w.mrc;
	w.mr->addrs[s->shared_source ? 0 : 1] = A(SHARED);
	w.mr->addr_count = mrs[1]->addr_count;
	w.resolvers[0][0] = w.resolvers[1][0] = A(SHARED);
	/* Known to the Map-Server, and of nobody. */
	w.site_eids[1][w.sites[1].eid_count++].eid = E("[100]10.0.0.0/16");
	route(0);
	watch();
	if (s->ddt)
		make_tree();
	world_boot(&w);
	sim_boot(mrs[1]);
	assert_true(sim_until(&w.sim, 60000, world_registered, &w));
	sim_run(&w.sim, 100);
	if (s->delay_max)
		w.sim.net.delay_max = s->delay_max;
}

struct question {
	const char *eid;
	const char *about;		/* what the answer is about */
	bool hole;
};

static const struct question questions[] = {
	{ "[100]10.2.0.1/32", "[100]10.2.0.0/16", false },
	/* Of a site, and not registered. */
	{ "[100]10.0.9.9/32", "[100]10.0.0.0/16", true },
	/* Holes of the Map-Server, and of the node above it. */
	{ "[100]10.3.9.9/32", "[100]10.3.0.0/16", true },
	{ "[100]10.64.0.1/32", "[100]10.64.0.0/10", true },
};

/* Bit i: who has the address once i datagrams of it have arrived; the last one
 * keeps it. */
struct course {
	uint32_t bits;
	unsigned int steps;
	bool dies;			/* who loses it, the first time */
};

struct outcome {
	unsigned int datagrams;		/* until the answer */
	unsigned int tries;
	uint64_t unasked;		/* of both resolvers */
};

static bool has_arrived(void *arg)
{
	return w.sim.delivered > *(unsigned long *)arg;
}

static bool is_resolved(void *arg)
{
	return w.a->resolved_count > 0;
}

static void follow(const struct course *c)
{
	unsigned int at = c->bits & 1;
	bool dies = c->dies;

	for (unsigned int i = 1; i < c->steps; i++) {
		unsigned long before = w.sim.delivered;
		unsigned int next = c->bits >> i & 1;

		sim_until(&w.sim, 1000, has_arrived, &before);
		if (next == at)
			continue;
		route(next);
		if (dies)
			sim_kill(mrs[at]);
		dies = false;
		at = next;
	}
}

/* It knows nothing but the right answer. */
static void check_answer(const struct question *q)
{
	struct eid about = E(q->about);
	const struct plane_map *m = plane_find(&w.a->plane, &about);

	assert_int_equal(w.a->resolved.error, 0);
	assert_int_equal(plane_count(&w.a->plane), 1);
	assert_non_null(m);
	if (q->hole) {
		assert_int_equal(m->locator_count, 0);
		assert_int_equal(m->action, MAP_NATIVELY_FORWARD);
		return;
	}
	assert_int_equal(m->locator_count, 2);
	for (unsigned int i = 0; i < m->locator_count; i++)
		assert_ptr_equal(sim_host_of(&w.sim, &m->locators[i].addr),
				 w.b);
}

/* What a resolver has been sent, and what is left of it; how many referrals it
 * had not asked for, or not any more. */
static uint64_t check_resolver(const struct setting *s, unsigned int i)
{
	const struct sim_host *h = mrs[i];
	uint64_t requests, unasked = 0;
	struct node_status st;

	if (!h->node)
		return 0;
	requests = sim_counter(h, "map-resolver", "requests");
	assert_true(h->sent[MSG_TYPE_MAP_REPLY] <= requests);
	node_status(h->node, &st);
	assert_int_equal(st.pending, 0);
	assert_true(node_due(h->node) == UINT64_MAX);
	assert_true(requests || (!st.referrals && !h->sent[MSG_TYPE_ECM]));
	if (s->ddt)
		unasked = sim_counter(h, "ddt-client", "unasked");
	assert_int_equal(h->logs[LOG_DDT_UNASKED], unasked);
	assert_true(unasked >= asking.strange[i]);
	assert_true(s->shared_source || !unasked);
	return unasked;
}

static struct outcome history(const struct setting *s,
			      const struct question *q, const struct course *c)
{
	struct outcome out;
	unsigned long before;

	begin(s, 7 + c->bits);
	route(c->bits & 1);
	before = w.sim.delivered;
	assert_int_equal(sim_resolve(w.a, q->eid, 1), 0);
	follow(c);
	sim_until(&w.sim, MINUTE, is_resolved, NULL);
	assert_int_equal(w.a->resolved_count, 1);
	check_answer(q);
	out.datagrams = (unsigned int)(w.sim.delivered - before);
	out.tries = w.a->resolved.tries;

	sim_run(&w.sim, LIFETIME);
	if (plane_count(&w.a->plane))	/* one of a minute may be gone */
		check_answer(q);
	out.unasked = check_resolver(s, 0) + check_resolver(s, 1);
	world_done(&w);
	return out;
}

static unsigned int moves(const struct course *c)
{
	unsigned int n = 0;

	for (unsigned int i = 1; i < c->steps; i++)
		n += (c->bits >> i & 1) != (c->bits >> (i - 1) & 1);
	return n;
}

/* All courses of the address while @q is answered: one request of the ITR is
 * enough in each, or one more for each time the address has moved if that can
 * cost one.  How many took more than one, or had referrals that reached the
 * wrong one. */
static unsigned int all_courses(const struct setting *s,
				const struct question *q)
{
	unsigned int n = history(s, q, &(struct course){ 0 }).datagrams;
	bool lossy = s->ddt && s->shared_source;
	unsigned int disturbed = 0;

	for (uint32_t bits = 0; bits < 2u << n; bits++) {
		const struct course c = { .bits = bits, .steps = n + 1 };
		struct outcome out = history(s, q, &c);

		assert_in_range(out.tries, 1, lossy ? 1 + moves(&c) : 1);
		disturbed += out.tries > 1 || out.unasked;
	}
	return disturbed;
}

/* The same of those in which it moves once, and whoever has had it may die. */
static unsigned int one_move(const struct setting *s,
			     const struct question *q, bool dies)
{
	unsigned int n = history(s, q, &(struct course){ 0 }).datagrams;
	unsigned int disturbed = 0;

	for (unsigned int at = 0; at <= n; at++) {
		struct outcome out = history(s, q, &(struct course){
			.bits = ~0u << at, .steps = at + 1, .dies = dies });

		assert_in_range(out.tries, 1, 2);
		disturbed += out.tries > 1 || out.unasked;
	}
	return disturbed;
}

/* --- scenarios --- */

/* Nothing of a request stays where it went through. */
static void forwarded(void **state)
{
	for (unsigned int i = 0; i < 4 * ARRAY_SIZE(questions); i++) {
		const struct setting s = {
			.mode = i & 1 ? SITE_FORWARD : SITE_AUTO,
			.shared_source = i & 2,
		};
		const struct question *q = &questions[i / 4];

		assert_int_equal(all_courses(&s, q), 0);
		one_move(&s, q, true);
	}
}

/* Whoever has got the request sees it through. */
static void own_source(void **state)
{
	const struct setting s = { .ddt = true, .mode = SITE_FORWARD };

	for (unsigned int i = 0; i < ARRAY_SIZE(questions); i++)
		assert_int_equal(all_courses(&s, &questions[i]), 0);
}

/* Unless it dies. */
static void own_source_dies(void **state)
{
	const struct setting s = { .ddt = true };

	for (unsigned int i = 0; i < ARRAY_SIZE(questions); i++)
		assert_true(one_move(&s, &questions[i], true) > 0);
}

/* The other one hears what this one asked for, and nobody makes anything of
 * it. */
static void shared_source(void **state)
{
	const struct setting s = { .ddt = true, .shared_source = true };

	for (unsigned int i = 0; i < ARRAY_SIZE(questions); i++) {
		assert_true(one_move(&s, &questions[i], false) > 0);
		assert_true(one_move(&s, &questions[i], true) > 0);
		assert_true(all_courses(&s, &questions[i]) > 0);
	}
}

/* Datagrams take their time and overtake each other, and the address moves
 * when it likes: both resolvers look for the same at once. */
static void slow(void **state)
{
	uint64_t unasked = 0;

	for (unsigned int i = 0; i < SLOW; i++) {
		const struct setting s = {
			.ddt = true, .shared_source = true,
			.mode = i & 1 ? SITE_FORWARD : SITE_AUTO,
			.delay_max = 700,
		};
		const struct course c = {
			.bits = i * 0x9e3779b9u, .steps = 32,
		};

		unasked += history(&s, &questions[i % ARRAY_SIZE(questions)],
				   &c).unasked;
	}
	assert_true(unasked > 0);
}

/* Who asks for @eid at which resolver, and gets a locator. */
static bool finds(unsigned int at, const char *eid)
{
	struct eid about = E("[100]10.2.0.0/16");
	const struct plane_map *m;

	route(at);
	w.a->resolved_count = 0;
	assert_int_equal(sim_resolve(w.a, eid, 1), 0);
	assert_true(sim_until(&w.sim, 1000, is_resolved, NULL));
	m = plane_find(&w.a->plane, &about);
	return m && m->locator_count;
}

/* Nobody has registered, then somebody has, then nobody: both know at once, as
 * neither keeps a mapping, nor what a Map-Server said without a signature. */
static void registered_since(void **state)
{
	const struct setting s = { .ddt = true };
	const char *const eid = "[100]10.2.0.1/32";

	begin(&s, 7);
	sim_kill(w.b);
	sim_run(&w.sim, 4 * MINUTE);
	assert_false(finds(0, eid));
	sim_boot(w.b);
	assert_true(sim_until(&w.sim, MINUTE, world_registered, &w));
	sim_run(&w.sim, AGAIN);
	assert_true(finds(0, eid));
	sim_run(&w.sim, AGAIN);
	assert_true(finds(1, eid));

	sim_kill(w.b);
	sim_run(&w.sim, 4 * MINUTE);
	assert_false(finds(0, eid));
	sim_run(&w.sim, AGAIN);
	assert_false(finds(1, eid));
	world_done(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forwarded),
		cmocka_unit_test(own_source),
		cmocka_unit_test(own_source_dies),
		cmocka_unit_test(shared_source),
		cmocka_unit_test(slow),
		cmocka_unit_test(registered_since),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * negative EIDS: what the Map-Server's answers cost, in instructions, with that
 * many EIDs registered.  To be run by callgrind, which counts what is collected
 * between the two requests below and writes a part of its output for each kind
 * of question:
 *
 *	1 positive	a registered EID
 *	2 unregistered	an EID of a site that nobody registered: the answer is
 *			the hole around it within the site
 *	3 hole		an EID of no site, between two sites: the hole between
 *			these
 *
 * IPv4 hosts, 500 to a /23 that is a site; every eighth /23 is nobody's.  Prints
 * how many questions of each kind there were.  All answers are looked at.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <valgrind/callgrind.h>

#include "crypto/random.h"
#include "packets.h"
#include "sm/node.h"
#include "store/store.h"

#define QUESTIONS	4000u
#define BLOCK		512u		/* addresses */
#define FIRST		0x14000000u	/* 20.0.0.0 */
#define NOW		1000000u
#define FLUSH		64u		/* transactions */

enum question { POSITIVE, UNREGISTERED, HOLE, KINDS };

static const struct store_ops *ops = &store_memory_ops;
static struct store *store;
static struct node *node;
static struct ms_config msc;
static struct sm_key key = { .tag = 7 };
static uint32_t sites;

static void fail(const char *what)
{
	fprintf(stderr, "negative: %s\n", what);
	exit(1);
}

static struct addr ip4(uint32_t a)
{
	uint32_t n = htonl(a);

	return addr_make(ADDR_IPV4, &n);
}

/* Of site @i, without every eighth. */
static struct addr in_site(uint32_t i, uint32_t host)
{
	return ip4(FIRST + (i + i / 7) * BLOCK + host);
}

/* --- what is registered --- */

static void register_some(uint32_t site, uint32_t first, uint32_t count)
{
	static union {
		struct reg_record rec;
		uint8_t room[sizeof(struct reg_record) +
			     sizeof(struct locator)];
	} content;
	struct store_change ch[RECORDS_MAX];
	struct reg_party by = {
		.site = "site", .key = &key, .tag = 7, .proxy = true,
		.source = ip4(0xc6336401), .local = ip4(0xc0000201),
	};
	struct nonce_key nk = { .tag = 7 };
	struct store_batch b = {
		.changes = ch,
		.count = count,
		.nonce_key = &nk,
		.nonce = { .nonce = first + 1, .when = NOW, .until = 2 * NOW },
	};

	memcpy(by.who.ids.xtr_id, &site, sizeof(site));
	nk.who = by.who;
	content.rec.ttl = 1440;
	content.rec.locator_count = 1;
	content.rec.locators[0] = (struct locator){
		.addr = ip4(0x0a020000u + site), .priority = 1, .weight = 100,
		.flags = LOCATOR_REACHABLE,
	};
	for (uint32_t i = 0; i < count; i++) {
		struct addr a = in_site(site, first + i);

		ch[i] = (struct store_change){
			.eid = eid_host(0, &a),
			.reg = { .by = &by, .rec = &content.rec,
				 .registered = NOW, .expires = 2 * NOW,
				 .lifetime = NOW },
		};
	}
	if (ops->commit(store, &b))
		fail("a registration was not accepted");
}

static void register_all(void)
{
	for (uint32_t i = 0; i < sites; i++) {
		for (uint32_t k = 0; k < SITE_EIDS; k += RECORDS_MAX)
			register_some(i, k, RECORDS_MAX);
		if (i % (FLUSH * RECORDS_MAX / SITE_EIDS + 1) == 0 &&
		    store_flush(store))
			fail("the store was not written");
	}
	if (store_registrations(store) != (size_t)sites * SITE_EIDS)
		fail("something is not registered");
}

/* --- the node --- */

static uint64_t op_random(void *arg)
{
	return random_u64();
}

static uint64_t op_wall(void *arg)
{
	return 1800000000;
}

static enum rloc_verdict op_rloc_check(void *arg, const struct addr *a)
{
	return RLOC_USABLE;
}

static void make_sites(void)
{
	struct site *s = calloc(sites, sizeof(*s));
	struct site_eid *e = calloc(sites, sizeof(*e));

	if (!s || !e)
		fail("no memory");
	for (uint32_t i = 0; i < sites; i++) {
		struct prefix p = { .addr = in_site(i, 0), .len = 23 };

		e[i] = (struct site_eid){ .eid = eid_make(0, &p),
					  .more_specifics = true };
		s[i] = (struct site){ .name = "site", .keys = &key,
				      .key_count = 1, .eids = &e[i],
				      .eid_count = 1 };
	}
	ms_config_init(&msc);
	msc.sites = s;
	msc.site_count = sites;
}

static void make_node(void)
{
	static const uint8_t seed[16] = { 1 };
	struct kv *kv = kv_open_memory(kv_disk_new());
	struct node_config cfg = { .ms = &msc };
	struct store_config scfg;
	struct sm_ops sm = {
		.random = op_random, .wall = op_wall,
		.rloc_check = op_rloc_check, .store = ops,
	};

	store_config_init(&scfg);
	scfg.now = NOW;
	scfg.wall = NOW;
	scfg.snapshot_octets = UINT64_MAX;
	store = kv ? store_new(&scfg, kv, seed, NULL) : NULL;
	sm.store_arg = store;
	node = store ? node_new(&cfg, &sm, NOW, NULL) : NULL;
	if (!node)
		fail("no node");
}

/* --- questions --- */

static uint32_t rnd(void)
{
	static uint64_t x = 1;

	x = x * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(x >> 32);
}

static struct addr about(enum question q)
{
	uint32_t site = rnd() % sites;

	switch (q) {
	case POSITIVE:
		return in_site(site, rnd() % SITE_EIDS);
	case UNREGISTERED:
		return in_site(site, SITE_EIDS + rnd() % (BLOCK - SITE_EIDS));
	case HOLE:
		return ip4(FIRST + (site / 7 * 8 + 7) * BLOCK + rnd() % BLOCK);
	case KINDS:
		break;
	}
	abort();
}

/* In an ECM; from one of many, so that the limits let it pass. */
static size_t build(enum question q, uint32_t i, struct packet *pkt,
		    uint8_t *buf, size_t size)
{
	struct addr eid = about(q);
	struct addr from = ip4(0x0a010000u + i % 4096);
	struct request_record rec = { .eid = eid_host(0, &eid) };
	struct lisp_msg in = {
		.type = MSG_TYPE_MAP_REQUEST,
		.request = { .nonce = i + 1, .itr_rlocs = &from, .itr_count = 1,
			     .records = &rec, .record_count = 1 },
	};
	uint8_t inner[256];
	int len = msg_build(&in, inner, sizeof(inner));
	struct lisp_msg out = {
		.type = MSG_TYPE_ECM,
		.ecm = { .source = from, .dest = eid, .source_port = 4342,
			 .dest_port = 4342, .ttl = 64, .message = inner,
			 .message_len = len > 0 ? (size_t)len : 0 },
	};

	len = msg_build(&out, buf, size);
	if (len <= 0)
		fail("a question cannot be built");
	*pkt = (struct packet){
		.from = from, .to = ip4(0xc0000201), .from_port = 4342,
		.to_port = 4342, .data = buf, .len = (size_t)len,
	};
	return (size_t)len;
}

/* A Map-Reply of one record, with locators or without? */
static bool is_good(enum question q, const struct actions *acts,
		    struct arena *arena)
{
	const struct action *a = acts->first;
	struct lisp_msg m;

	while (a && a->type != ACTION_SEND)
		a = a->next;
	return a && !msg_parse(a->send.data, a->send.len, arena, &m, NULL) &&
	       m.type == MSG_TYPE_MAP_REPLY && m.reply.record_count == 1 &&
	       (m.reply.records[0].locator_count > 0) == (q == POSITIVE) &&
	       m.reply.records[0].ttl == (q == POSITIVE ? 1440u :
					  q == HOLE ? 15u : 1u);
}

static void ask(enum question q, uint32_t i, struct arena *arena)
{
	struct actions acts;
	struct packet pkt;
	struct lisp_msg m;
	uint8_t buf[512];

	build(q, i, &pkt, buf, sizeof(buf));
	arena_reset(arena);
	actions_init(&acts, arena);
	if (msg_parse(buf, pkt.len, arena, &m, NULL))
		fail("a question cannot be parsed");
	node_on_message(node, NOW, &pkt, &m, &acts);
	if (!is_good(q, &acts, arena))
		fail("an answer is not the one hoped for");
}

static void ask_all(void)
{
	static const char *const names[KINDS] = {
		"positive", "unregistered", "hole",
	};
	struct arena arena;
	uint32_t n = 0;

	arena_init(&arena, ACTIONS_ARENA_CAP);
	for (uint32_t i = 0; i < QUESTIONS; i++)	/* warm */
		ask(i % KINDS, n++, &arena);
	CALLGRIND_START_INSTRUMENTATION;
	for (unsigned int q = 0; q < KINDS; q++) {
		for (uint32_t i = 0; i < QUESTIONS; i++)
			ask(q, n++, &arena);
		CALLGRIND_DUMP_STATS_AT(names[q]);
	}
	CALLGRIND_STOP_INSTRUMENTATION;
	arena_free(&arena);
}

int main(int argc, char **argv)
{
	sites = argc == 2 ? (uint32_t)(strtoul(argv[1], NULL, 0) / SITE_EIDS) :
		0;
	if (!sites)
		return 2;
	make_sites();
	make_node();
	register_all();
	ask_all();
	printf("%u\n", QUESTIONS);
	return 0;
}

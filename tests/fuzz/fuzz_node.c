// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The whole way of datagrams through a node that is Map-Server and
 * Map-Resolver: octets in, actions out.  An input is a row of datagrams, each
 * behind an octet of bits and two of length.  Those that say so get the next
 * nonce and are signed before they are fed, so that what comes after the MAC
 * is reached, too; others are fed as they are.  Whatever the node sends must
 * parse, and be bounded.
 */
#include "fuzz_signed.h"

#include "sm/node.h"
#include "store/store.h"

enum how {
	HOW_SIGNED = 1,
	HOW_NEW_NONCE = 2,
	HOW_LATER = 4,		/* two minutes pass before it */
};

#define DATAGRAMS	16
#define SENDS_MAX	64	/* of one datagram */

static struct addr us, peer;
static struct sm_key site_keys[3];
static struct site_eid site_eids[4];	/* everything of 0, and of 100 */
static struct site site;
static struct ms_config ms_cfg;
static struct mr_config mr_cfg;
static uint64_t draws;

static uint64_t op_random(void *arg)
{
	return ++draws * 0x9e3779b97f4a7c15u;
}

static uint64_t op_wall(void *arg)
{
	return 1800000000;
}

static int op_sign(void *arg, const struct sm_key *key, uint8_t *msg,
		   size_t len)
{
	return auth_sign(key->key, msg, len, AUTH_COVER_ENTIRE);
}

static int op_verify(void *arg, const struct sm_key *key, const uint8_t *msg,
		     size_t len, const struct wire_auth *auth)
{
	return auth_verify(key->key, msg, len, auth, key->coverage);
}

static enum rloc_verdict op_rloc_check(void *arg, const struct addr *a)
{
	return addr_usable_rloc(a) ? RLOC_USABLE : RLOC_NO_FAMILY;
}

static void configure(void)
{
	struct prefix p4 = { .addr.family = ADDR_IPV4 };
	struct prefix p6 = { .addr.family = ADDR_IPV6 };

	if (site.name)
		return;
	addr_from_text("198.51.100.10", &us);
	addr_from_text("192.0.2.1", &peer);
	for (int i = 0; i < 3; i++)
		site_keys[i] = (struct sm_key){
			.algorithm = (uint8_t)(i + 1), .tag = i + 1u,
			.coverage = AUTH_COVER_EITHER,
			.key = fuzz_key((uint8_t)(i + 1)) };
	for (int i = 0; i < 4; i++)
		site_eids[i] = (struct site_eid){
			.eid = eid_make(i / 2 * 100, i % 2 ? &p6 : &p4),
			.more_specifics = true, .max = 20 };
	site = (struct site){ .name = "fuzz", .keys = site_keys,
			      .key_count = 3, .eids = site_eids,
			      .eid_count = 4 };
	ms_config_init(&ms_cfg);
	ms_cfg.sites = &site;
	ms_cfg.site_count = 1;
	mr_config_init(&mr_cfg);
}

static void check_sends(const struct actions *acts)
{
	unsigned int sends = 0;

	for (const struct action *a = acts->first; a; a = a->next) {
		struct lisp_msg m;
		struct arena arena;

		if (a->type != ACTION_SEND)
			continue;
		MUST(++sends <= SENDS_MAX);
		arena_init(&arena, MSG_ARENA_CAP);
		MUST(msg_parse(a->send.data, a->send.len, &arena, &m, NULL) ==
		     0);
		MUST(m.type != MSG_TYPE_MAP_REPLY || a->send.len <= 1280);
		arena_free(&arena);
	}
}

/* Signed in place, as far as its header lets it be. */
static void sign(uint8_t *msg, size_t len)
{
	struct wire_auth auth;
	struct auth_key *k;

	if (auth_locate(msg, len, &auth))
		return;
	msg[12] = 0;
	k = fuzz_key(auth.algorithm);
	if (k && auth_data_len_ok(auth.algorithm, auth.data_len))
		auth_sign(k, msg, len, AUTH_COVER_ENTIRE);
}

static void feed(struct node *n, uint64_t now, const uint8_t *msg, size_t len)
{
	struct packet pkt = { .from = peer, .to = us, .data = msg, .len = len,
			      .from_port = LISP_CONTROL_PORT,
			      .to_port = LISP_CONTROL_PORT };
	struct arena arena;
	struct actions acts;
	struct lisp_msg m;

	arena_init(&arena, ACTIONS_ARENA_CAP);
	actions_init(&acts, &arena);
	if (!msg_parse(msg, len, &arena, &m, NULL))
		node_on_message(n, now, &pkt, &m, &acts);
	check_sends(&acts);
	arena_free(&arena);
	for (int i = 0; i < 1000 && node_due(n) <= now; i++) {
		arena_init(&arena, ACTIONS_ARENA_CAP);
		actions_init(&acts, &arena);
		node_on_time(n, now, &acts);
		check_sends(&acts);
		arena_free(&arena);
	}
}

static void feed_all(struct node *n, const uint8_t *data, size_t size)
{
	uint64_t now = 1000000, nonce = 1;

	for (int i = 0; i < DATAGRAMS && size > 3; i++) {
		uint8_t how = data[0];
		size_t len = (size_t)data[1] << 8 | data[2];
		uint8_t *msg;

		data += 3;
		size -= 3;
		if (len > size)
			len = size;
		msg = malloc(len ? len : 1);
		memcpy(msg, data, len);
		now += how & HOW_LATER ? 120000 : 100;
		if (how & HOW_NEW_NONCE && len >= 12) {
			memset(msg + 4, 0, 7);
			msg[11] = (uint8_t)nonce++;
		}
		if (how & HOW_SIGNED)
			sign(msg, len);
		feed(n, now, msg, len);
		free(msg);
		data += len;
		size -= len;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t seed[16] = { 1 };
	struct node_config cfg = { .ms = &ms_cfg, .mr = &mr_cfg };
	struct sm_ops ops = {
		.random = op_random, .wall = op_wall, .sign = op_sign,
		.verify = op_verify, .rloc_check = op_rloc_check,
		.store = &store_memory_ops,
	};
	struct store_config sc;
	struct node *n;
	struct kv *kv;

	configure();
	store_config_init(&sc);
	sc.registrations = 64;
	kv = kv_open_memory(NULL);
	ops.store_arg = store_new(&sc, kv, seed, NULL);
	MUST(ops.store_arg);
	n = node_new(&cfg, &ops, 1, NULL);
	MUST(n);
	feed_all(n, data, size);
	node_free(n);
	store_free(ops.store_arg);
	kv_close(kv);
	return 0;
}

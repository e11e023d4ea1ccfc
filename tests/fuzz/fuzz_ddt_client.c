// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What comes back to a DDT client, from those it asked: the input is cut into
 * Map-Referrals (two octets of length before each), which get the nonce that
 * is outstanding and come from whoever was asked last, as a node of the tree
 * that means harm could send them.  Each may cause one datagram at most; every
 * query ends; nothing in the cache is about another EID, or lives too long.
 */
#include <stdlib.h>
#include <string.h>

#include "sm/ddt_client.h"

#define MUST(x)	do { if (!(x)) abort(); } while (0)
#define NOW	1000000u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t random_state;

static uint64_t op_random(void *arg)
{
	return ++random_state * 0x9e3779b97f4a7c15u;
}

static enum rloc_verdict op_rloc_check(void *arg, const struct addr *a)
{
	return RLOC_USABLE;
}

static uint64_t op_wall(void *arg)
{
	return 1800000000;
}

/* A signature is good whose first octet is the key's. */
static int op_signed_with(void *arg, const uint8_t *key, size_t key_len,
			  const uint8_t *data, size_t len, const uint8_t *sig,
			  size_t sig_len)
{
	return sig_len && key_len && *sig == *key ? 0 : -1;
}

static const struct sm_ops ops = {
	.random = op_random,
	.rloc_check = op_rloc_check,
	.wall = op_wall,
	.signed_with = op_signed_with,
};

static struct ddt_client client;
static struct arena arena;
static struct actions acts;
static struct eid eid;
static struct addr last;		/* who was asked */
static uint64_t nonce;

/* What was done: at most one datagram. */
static void look(void)
{
	unsigned int sent = 0;

	MUST(!acts.lost);
	for (const struct action *a = acts.first; a; a = a->next) {
		struct lisp_msg m, inner;

		if (a->type != ACTION_SEND)
			continue;
		MUST(++sent == 1);
		MUST(a->send.len < 1500);
		MUST(!msg_parse(a->send.data, a->send.len, &arena, &m, NULL));
		MUST(m.type == MSG_TYPE_ECM || m.type == MSG_TYPE_MAP_REPLY);
		if (m.type != MSG_TYPE_ECM)
			continue;
		MUST(!msg_parse(m.ecm.message, m.ecm.message_len, &arena,
				&inner, NULL));
		last = a->send.to;
		nonce = inner.request.nonce;
	}
}

static void begin(void)
{
	arena_reset(&arena);
	actions_init(&acts, &arena);
}

static void ask(void)
{
	struct addr itr = { ADDR_IPV4, { 203, 0, 113, 1 } };
	struct request_record rec = { .eid = eid };
	struct lisp_msg m = {
		.type = MSG_TYPE_MAP_REQUEST,
		.request = { .nonce = 77, .itr_rlocs = &itr, .itr_count = 1,
			     .records = &rec, .record_count = 1 },
	};
	struct ecm ecm = { .source = itr, .dest = itr, .source_port = 4342,
			   .dest_port = 4342 };
	struct packet pkt = { .from = itr };
	struct request rq = { .pkt = &pkt, .ecm = &ecm, .msg = &m.request };

	begin();
	ecm.message = action_build(&acts, &m, &ecm.message_len);
	MUST(ecm.message);
	ddt_client_on_request(&client, NOW, &rq, &acts);
	look();
}

static void hear(const uint8_t *data, size_t size)
{
	uint8_t copy[4096];
	struct packet pkt = { .from = last, .data = copy, .len = size };
	struct lisp_msg m;

	if (size < 12 || size > sizeof(copy))
		return;
	memcpy(copy, data, size);
	copy[0] = (uint8_t)(MSG_TYPE_MAP_REFERRAL << 4 | (copy[0] & 15));
	for (unsigned int i = 0; i < 8; i++)
		copy[4 + i] = (uint8_t)(nonce >> (56 - 8 * i));
	begin();
	if (msg_parse(copy, size, &arena, &m, NULL))
		return;
	ddt_client_on_referral(&client, NOW, &pkt, &m.referral, &acts);
	look();
}

static void check_cache(void)
{
	const struct referral_entry *e = NULL;

	while ((e = referral_walk(&client.cache, NOW, e ? &e->eid : NULL))) {
		MUST(eid_contains(&e->eid, &eid));
		MUST(e->set->expires <= NOW + 7ull * 24 * 3600 * 1000);
		MUST(e->set->octets <= REFERRAL_SET_OCTETS);
	}
}

/* Time alone: all ends, in silence or with one answer. */
static void wait_for_the_end(void)
{
	uint64_t now = NOW;

	for (unsigned int i = 0; client.queries.count; i++) {
		MUST(i < 64);
		now = ddt_client_due(&client);
		MUST(now <= NOW + 70000);
		begin();
		MUST(ddt_client_on_time(&client, now, &acts));
		look();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t seed[16] = { 1 };
	static const uint8_t key[4] = { 1, 2, 3, 4 };
	static const struct referral_key anchor = {
		.algorithm = REFERRAL_RSA_SHA256, .data = key, .len = 4,
	};
	static const struct addr root = { ADDR_IPV4, { 192, 0, 2, 1 } };
	struct ddt_client_config cfg;

	if (size < 1)
		return 0;
	random_state = 0;
	ddt_client_config_init(&cfg);
	cfg.roots = &root;
	cfg.root_count = 1;
	cfg.anchors = &anchor;
	cfg.anchor_count = data[0] & 1;
	cfg.security = (enum ddt_security)(data[0] % 3);
	MUST(!ddt_client_init(&client, &cfg, &ops, seed));
	MUST(!eid_from_text("[5]2001:db8:103:1::1", &eid));
	arena_init(&arena, ACTIONS_ARENA_CAP);
	ask();
	data++;
	size--;
	while (size > 2) {
		size_t n = (size_t)data[0] << 8 | data[1];

		data += 2;
		size -= 2;
		if (n > size)
			n = size;
		hear(data, n);
		data += n;
		size -= n;
		if (!client.queries.count)
			ask();
	}
	check_cache();
	wait_for_the_end();
	ddt_client_free(&client);
	arena_free(&arena);
	return 0;
}

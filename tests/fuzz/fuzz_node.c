// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The whole way of datagrams through a node: octets in, actions out.  An input
 * is a row of datagrams, each behind an octet of bits and two of length; the
 * first bits say which node of fuzz_node.h it is.  Datagrams that say so are
 * signed before they are fed, or come from whoever the node has asked, so that
 * what is behind a MAC, a checksum or a nonce is reached, too; others are fed
 * as they are.
 *
 * What must hold: who has no key changes nothing that is registered, and is
 * not answered when he tries to; whatever the node sends parses, is no larger
 * than its kind may be, and is not more than its kind may cause; a DDT node
 * sends nothing unsigned; and what is seen of a datagram at a glance
 * (wire/peek.h) is what the parser sees.
 */
#include "fuzz_node.h"

#include "fuzz_mend.h"
#include "wire/peek.h"

enum how {
	HOW_SIGNED = 1,
	HOW_NEW_NONCE = 2,
	HOW_LATER = 4,		/* two minutes pass before it */
	HOW_MENDED = 8,		/* checksums within an ECM */
	HOW_ASKED = 16,		/* from whoever was asked last, his nonce */
	HOW_NODE = 0xc0,	/* of the first: which node */
};

#define DATAGRAMS	16
#define SENDS_MAX	64	/* of what a site's change causes */
#define ECM_GROWS	20	/* an IPv4 header for one with nothing in it */

static struct node *node;
static const struct node_config *cfg;
static struct store *store;
static struct {
	struct addr addr;
	uint64_t nonce;
} asked;			/* last, by the resolver */
static size_t longest_ecm;	/* so far */

/* --- what comes out --- */

/* UDP payload of each type, as it says at ms_limits and ddt_config: IPv6 has
 * a longer header. */
static size_t size_class(const struct action_send *s)
{
	switch (s->type) {
	case MSG_TYPE_MAP_REPLY:
	case MSG_TYPE_MAP_REFERRAL:
		return s->to.family == ADDR_IPV4 ? 1280 - 28 : 1280 - 48;
	case MSG_TYPE_ECM:
		return longest_ecm + ECM_GROWS;
	case MSG_TYPE_MAP_NOTIFY:
		return MSG_SIZE_MAX;	/* for a site's own ETR */
	case MSG_TYPE_MAP_REQUEST:
	case MSG_TYPE_MAP_REGISTER:
	case MSG_TYPE_MAP_NOTIFY_ACK:
		return 0;		/* none of these nodes sends one */
	}
	return 0;
}

static void look_at_ecm(const struct action_send *s, const struct ecm *e)
{
	struct lisp_msg inner;
	struct arena arena;

	arena_init(&arena, MSG_ARENA_CAP);
	MUST(!msg_parse(e->message, e->message_len, &arena, &inner, NULL));
	MUST(inner.type == MSG_TYPE_MAP_REQUEST);
	asked.addr = s->to;
	asked.nonce = inner.request.nonce;
	arena_free(&arena);
}

/* Of a Map-Server that is no DDT node, unsigned: it has no keys. */
static void look_at_referral(const struct map_referral *m)
{
	size_t keys = cfg->ddt ? cfg->ddt->sign.key_count : 0;

	MUST(cfg->ddt || cfg->ms);
	for (size_t i = 0; i < m->record_count; i++) {
		const struct referral_record *r = &m->records[i];

		MUST(r->sig_count == keys);
		MUST(!keys || (r->sigs[0].len == SIGNATURE &&
			       r->sigs[0].data[0] == public_key[0]));
	}
}

static void look_at(const struct action_send *s)
{
	struct arena arena;
	struct lisp_msg m;

	arena_init(&arena, MSG_ARENA_CAP);
	MUST(!msg_parse(s->data, s->len, &arena, &m, NULL));
	MUST(m.type == s->type && s->len <= size_class(s));
	if (m.type == MSG_TYPE_ECM)
		look_at_ecm(s, &m.ecm);
	else if (m.type == MSG_TYPE_MAP_REFERRAL)
		look_at_referral(&m.referral);
	arena_free(&arena);
}

static void check_sends(const struct actions *acts, unsigned int max)
{
	unsigned int sends = 0;

	MUST(!acts->lost);
	for (const struct action *a = acts->first; a; a = a->next)
		if (a->type == ACTION_SEND) {
			MUST(++sends <= max);
			look_at(&a->send);
		}
}

/* --- what goes in --- */

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

static void answer(uint8_t *msg, size_t len, struct packet *pkt)
{
	pkt->from = asked.addr;
	for (unsigned int i = 0; i < 8 && len >= 12; i++)
		msg[4 + i] = (uint8_t)(asked.nonce >> (56 - 8 * i));
}

/* A Map-Register from somebody who has a key. */
static bool authentic(const struct lisp_msg *m, const struct packet *pkt)
{
	struct auth_key *k = m->type == MSG_TYPE_MAP_REGISTER ?
		fuzz_key(m->reg.auth.algorithm) : NULL;

	return k && !auth_verify(k, pkt->data, pkt->len, &m->reg.auth,
				 AUTH_COVER_EITHER);
}

/* How many datagrams it may cause. */
static unsigned int sends_max(const struct lisp_msg *m, bool proven)
{
	switch (m->type) {
	case MSG_TYPE_ECM:
		return 4;	/* two ETRs, a reply, a referral */
	case MSG_TYPE_MAP_REPLY:
	case MSG_TYPE_MAP_REFERRAL:
		return 1;
	case MSG_TYPE_MAP_REGISTER:
		return proven ? SENDS_MAX : 0;
	case MSG_TYPE_MAP_REQUEST:
	case MSG_TYPE_MAP_NOTIFY:
	case MSG_TYPE_MAP_NOTIFY_ACK:
		return 0;
	}
	return 0;
}

/* The EID that is asked for or registered first; false: none. */
static bool first_eid(const struct lisp_msg *m, struct arena *arena,
		      struct eid *e)
{
	struct lisp_msg inner;

	if (m->type == MSG_TYPE_MAP_REGISTER) {
		*e = m->reg.records[0].eid;
		return m->reg.record_count && !m->reg.records[0].foreign;
	}
	if (m->type != MSG_TYPE_ECM ||
	    msg_parse(m->ecm.message, m->ecm.message_len, arena, &inner,
		      NULL) || inner.type != MSG_TYPE_MAP_REQUEST)
		return false;
	*e = inner.request.records[0].eid;
	return !inner.request.records[0].foreign;
}

static void compare_peek(const struct lisp_msg *m, const struct packet *pkt,
			 struct arena *arena)
{
	struct eid seen, parsed;

	if (peek_eid(pkt->data, pkt->len, &seen) &&
	    first_eid(m, arena, &parsed))
		MUST(eid_contains(&parsed, &seen));
}

static void hand_over(uint64_t now, const struct packet *pkt,
		      const struct lisp_msg *m, struct actions *acts)
{
	uint64_t before = store_memory_ops.sequence(store);
	bool proven = authentic(m, pkt);

	compare_peek(m, pkt, acts->arena);
	if (m->type == MSG_TYPE_ECM && pkt->len > longest_ecm)
		longest_ecm = pkt->len;
	node_on_message(node, now, pkt, m, acts);
	check_sends(acts, sends_max(m, proven));
	MUST(proven || store_memory_ops.sequence(store) == before);
}

static void feed(uint64_t now, const struct packet *pkt)
{
	struct arena arena;
	struct actions acts;
	struct lisp_msg m;
	struct eid seen;

	arena_init(&arena, ACTIONS_ARENA_CAP);
	actions_init(&acts, &arena);
	if (msg_parse(pkt->data, pkt->len, &arena, &m, NULL))
		peek_eid(pkt->data, pkt->len, &seen);
	else
		hand_over(now, pkt, &m, &acts);
	arena_free(&arena);
}

static void pass_time(uint64_t now)
{
	struct arena arena;
	struct actions acts;

	for (int i = 0; i < 1000 && node_due(node) <= now; i++) {
		arena_init(&arena, ACTIONS_ARENA_CAP);
		actions_init(&acts, &arena);
		node_on_time(node, now, &acts);
		check_sends(&acts, SENDS_MAX);
		arena_free(&arena);
	}
}

static void feed_one(uint64_t now, uint64_t nonce, uint8_t how,
		     const uint8_t *data, size_t len)
{
	uint8_t *msg = malloc(len ? len : 1);
	struct packet pkt = { .from = peer, .to = us, .data = msg, .len = len,
			      .from_port = LISP_CONTROL_PORT,
			      .to_port = LISP_CONTROL_PORT };

	memcpy(msg, data, len);
	if (how & HOW_NEW_NONCE && len >= 12) {
		memset(msg + 4, 0, 7);
		msg[11] = (uint8_t)nonce;
	}
	if (how & HOW_ASKED && asked.addr.family != ADDR_NONE)
		answer(msg, len, &pkt);
	if (how & HOW_MENDED && len && msg[0] >> 4 == MSG_TYPE_ECM)
		mend(msg, len);
	if (how & HOW_SIGNED)
		sign(msg, len);
	feed(now, &pkt);
	pass_time(now);
	free(msg);
}

static void feed_all(const uint8_t *data, size_t size)
{
	uint64_t now = 1000000, nonce = 1;

	for (int i = 0; i < DATAGRAMS && size > 3; i++) {
		uint8_t how = data[0];
		size_t len = (size_t)data[1] << 8 | data[2];

		data += 3;
		size -= 3;
		if (len > size)
			len = size;
		now += how & HOW_LATER ? 120000 : 100;
		feed_one(now, nonce, how, data, len);
		nonce += how & HOW_NEW_NONCE && len >= 12;
		data += len;
		size -= len;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t seed[16] = { 1 };
	struct sm_ops ops = {
		.random = op_random, .wall = op_wall, .sign = real_sign,
		.verify = real_verify, .rloc_check = op_rloc_check,
		.signed_with = op_signed_with,
		.sign_referral = op_sign_referral,
		.store = &store_memory_ops,
	};
	struct store_config sc;
	struct kv *kv;

	configure();
	memset(&asked, 0, sizeof(asked));
	longest_ecm = 0;
	draws = 0;
	cfg = &fuzz_nodes[size ? (data[0] & HOW_NODE) / 64 : 0];
	store_config_init(&sc);
	sc.registrations = 64;
	kv = kv_open_memory(NULL);
	ops.store_arg = store = store_new(&sc, kv, seed, NULL);
	MUST(store);
	node = node_new(cfg, &ops, 1, NULL);
	MUST(node);
	feed_all(data, size);
	node_free(node);
	store_free(store);
	kv_close(kv);
	return 0;
}

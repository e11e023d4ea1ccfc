/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A Map-Server with two sites over a store in memory, and how the tests of it
 * register and ask. */
#ifndef LISP_TESTS_SM_MS_H
#define LISP_TESTS_SM_MS_H

#include "sm.h"

/* Those with a struct ms in them, before the name is taken. */
#include "sm/ddt.h"
#include "sm/ms.h"
#include "store/store.h"

#define NOW	1000000u

static struct ms_config cfg;
static struct site sites[2];
static struct site_eid eids_a[3], eids_b[1];
static struct sm_key keys_a[2], keys_b[1];
static struct sm_ops ms_ops;
static struct store *store;
static struct kv *kv;
static struct ms map_servers[2];	/* the other one has no memory */
static unsigned int which;
#define ms map_servers[which]
static unsigned int at_desk;

static inline int begin(void **state)
{
	struct store_config sc;

	memset(&world, 0, sizeof(world));
	at_desk = 0;
	keys_a[0] = (struct sm_key){ .algorithm = AUTH_HMAC_SHA256_128,
				     .tag = 1 };
	keys_a[1] = (struct sm_key){ .algorithm = AUTH_HMAC_SHA256_128,
				     .key_id = 1, .tag = 2 };
	keys_b[0] = (struct sm_key){ .algorithm = AUTH_HMAC_SHA256_128,
				     .tag = 3 };
	eids_a[0] = (struct site_eid){ .eid = E("[100]10.1.0.0/16"),
					 .more_specifics = true };
	eids_a[1] = (struct site_eid){ .eid = E("[100]10.8.0.0/16"),
					 .more_specifics = false };
	eids_a[2] = (struct site_eid){ .eid = E("[100]2001:db8:a::/48"),
					 .more_specifics = true };
	eids_b[0] = (struct site_eid){ .eid = E("[100]10.2.0.0/16"),
					 .more_specifics = true };
	sites[0] = (struct site){ .name = "a", .keys = keys_a, .key_count = 2,
				  .eids = eids_a, .eid_count = 3 };
	sites[1] = (struct site){ .name = "b", .keys = keys_b, .key_count = 1,
				  .eids = eids_b, .eid_count = 1 };
	ms_config_init(&cfg);
	cfg.sites = sites;
	cfg.site_count = 2;

	store_config_init(&sc);
	sc.registrations = 1000;
	sc.per_entry = 3;
	sc.nonces_per_key = 4;
	kv = kv_open_memory(NULL);
	assert_non_null(kv);
	store = store_new(&sc, kv, seed, NULL);
	assert_non_null(store);
	ms_ops = ops;
	ms_ops.store = &store_memory_ops;
	ms_ops.store_arg = store;
	assert_int_equal(ms_init(&ms, &cfg, &ms_ops, seed), 0);
	turn();
	return 0;
}

/* Made anew of what the test has changed in the configuration; what was
 * registered is taken over. */
static inline void begin_again(void)
{
	ms_free(&ms);
	assert_int_equal(ms_init(&ms, &cfg, &ms_ops, seed), 0);
	ms_adopt(&ms, NOW, turn());
}

/* The same while it runs, of another configuration: what it knows is taken
 * over, too. */
static inline void reload(uint64_t now, const struct ms_config *next)
{
	typeof(&ms) old = &ms;

	which = !which;
	assert_int_equal(ms_init(&ms, next, &ms_ops, seed), 0);
	ms_adopt(&ms, now, turn());
	ms_inherit(&ms, old);
	ms_free(old);
}

static inline int end(void **state)
{
	ms_free(&ms);
	store_free(store);
	kv_close(kv);
	return turn_done(state);
}

static inline uint64_t counter(const char *name)
{
	return counted(ms_counters(&ms), name);
}

/* --- registering --- */

/* What a Map-Register of these tests varies; 0 stands for the default. */
struct reg {
	const char *eids[4];
	const char *rlocs[4];		/* 192.0.2.1 */
	uint32_t flags;
	uint64_t nonce;
	uint16_t version;
	uint32_t ttl;			/* 1440 */
	bool withdraw;			/* TTL 0 */
	bool no_rlocs;
	uint8_t xtr;			/* 1 */
	bool no_ids;
	bool literal;			/* signed without its IDs */
	const char *local;		/* the one of @rlocs that has L */
	uint8_t mac_len;		/* 32 */
	const struct sm_key *key;	/* keys_a[0] */
	const char *from;		/* 192.0.2.1 */
	unsigned int times;		/* each record; 1 */
};

#define REG(...)	((struct reg){ __VA_ARGS__ })

static inline struct reg defaults(struct reg r)
{
	if (!r.rlocs[0])
		r.rlocs[0] = "192.0.2.1";
	if (!r.ttl)
		r.ttl = 1440;
	if (r.withdraw)
		r.ttl = 0;
	if (!r.xtr)
		r.xtr = 1;
	if (!r.key)
		r.key = &keys_a[0];
	if (!r.from)
		r.from = "192.0.2.1";
	if (!r.mac_len)
		r.mac_len = 32;
	if (!r.times)
		r.times = 1;
	return r;
}

static uint8_t last_register[2048];	/* as sent, for replays */
static struct packet last_packet;

static inline void deliver(uint64_t now, const struct packet *pkt)
{
	struct lisp_msg parsed;

	assert_int_equal(msg_parse(pkt->data, pkt->len, &arena, &parsed, NULL),
			 0);
	ms_on_register(&ms, &ms.desks[at_desk], now, pkt, &parsed.reg, &acts);
}

static inline void sign_literal(const struct sm_key *key,
				const struct packet *pkt)
{
	uint8_t *msg = (uint8_t *)pkt->data;
	struct wire_auth auth;

	assert_int_equal(auth_locate(msg, pkt->len, &auth), 0);
	fake_mac(key, msg, auth.literal_end, msg + AUTH_DATA_OFFSET,
		 auth.data_len);
}

static inline void put(uint64_t now, struct reg how)
{
	const struct reg d = defaults(how), *r = &d;
	struct map_record recs[32] = { 0 };
	struct locator locs[4];
	struct lisp_msg m = {
		.type = MSG_TYPE_MAP_REGISTER,
		.reg = {
			.flags = r->flags | (r->no_ids ? 0 : MREG_IDS),
			.nonce = r->nonce,
			.auth = { .key_id = r->key->key_id,
				  .algorithm = r->key->algorithm,
				  .data_len = r->mac_len },
			.records = recs,
		},
	};
	uint8_t n = 0;

	while (n < 4 && r->rlocs[n]) {
		locs[n] = L(r->rlocs[n]);
		if (r->local && !strcmp(r->local, r->rlocs[n]))
			locs[n].flags |= LOCATOR_LOCAL;
		n++;
	}
	for (unsigned int i = 0; i < 4 * r->times && r->eids[i / r->times]; i++) {
		recs[m.reg.record_count++] = (struct map_record){
			.ttl = r->ttl,
			.version = r->version,
			.eid = E(r->eids[i / r->times]),
			.locators = locs,
			.locator_count = r->no_rlocs ? 0 : n,
		};
	}
	memset(m.reg.ids.xtr_id, r->xtr, 16);

	turn();
	last_packet = packet_of(r->from, "198.51.100.10", &m);
	fake_sign(NULL, r->key, (uint8_t *)last_packet.data, last_packet.len);
	if (r->literal)
		sign_literal(r->key, &last_packet);
	memcpy(last_register, last_packet.data, last_packet.len);
	last_packet.data = last_register;
	deliver(now, &last_packet);
}

static inline void put_again(uint64_t now)
{
	turn();
	deliver(now, &last_packet);
}

static inline const struct store_entry *entry(const char *eid)
{
	static struct store_entry found;
	struct eid e = E(eid);

	return store_memory_ops.find(store, &e, &found);
}

static inline unsigned int count_regs(const struct store_entry *e)
{
	unsigned int n = 0;

	for (const struct registration *r = e->regs; r; r = r->next)
		n++;
	return n;
}

/* --- requests --- */

static const char *itr_rlocs[2];
static const char *asked_from;

static inline void ask_all(uint64_t now, const char *const *eids,
			   unsigned int count, uint32_t flags)
{
	static uint64_t nonce = 100;
	struct addr itr[2];
	struct request_record rr[16] = { 0 };
	struct lisp_msg in = {
		.type = MSG_TYPE_MAP_REQUEST,
		.request = {
			.flags = flags,
			.nonce = nonce++,
			.itr_rlocs = itr,
			.records = rr,
			.record_count = (uint8_t)count,
		},
	};
	struct lisp_msg out = {
		.type = MSG_TYPE_ECM,
		.ecm = {
			.source = A("192.0.2.5"), .dest = A("10.9.9.9"),
			.source_port = 61000, .dest_port = 4342, .ttl = 64,
		},
	};
	struct lisp_msg parsed, inner;
	struct request rq;
	struct packet pkt;

	turn();
	for (unsigned int i = 0; i < count; i++)
		rr[i].eid = E(eids[i]);
	for (int i = 0; i < 2 && itr_rlocs[i]; i++)
		itr[in.request.itr_count++] = A(itr_rlocs[i]);
	out.ecm.message = action_build(&acts, &in, &out.ecm.message_len);
	pkt = packet_of(asked_from, "198.51.100.10", &out);
	assert_int_equal(msg_parse(pkt.data, pkt.len, &arena, &parsed, NULL),
			 0);
	assert_int_equal(msg_parse(parsed.ecm.message, parsed.ecm.message_len,
				   &arena, &inner, NULL), 0);
	rq = (struct request){ .pkt = &pkt, .ecm = &parsed.ecm,
			       .msg = &inner.request };
	ms_on_request(&ms, &ms.desks[at_desk], now, &rq, &acts);
}

static inline void ask(uint64_t now, const char *eid, uint32_t flags)
{
	ask_all(now, &eid, 1, flags);
}

static inline int begin_asking(void **state)
{
	begin(state);
	itr_rlocs[0] = asked_from = "192.0.2.5";
	itr_rlocs[1] = NULL;
	return 0;
}

static inline void run_timers(uint64_t now)
{
	turn();
	while (ms_on_time(&ms, now, &acts))
		;
}

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For tests of the registering ETR: a site of up to 2,000 EID-prefixes, two
 * Map-Servers, and their Map-Notifies. */
#ifndef LISP_TESTS_SM_REGISTER_H
#define LISP_TESTS_SM_REGISTER_H

#include "sm.h"

#include "sm/register_part.h"

#define NOW	1000000u
#define EIDS	2000

static struct xtr_config cfg;
/* One, and another that takes over. */
static struct database dbs[2];
static struct registrar regs[2];
static unsigned int which;
#define REG	(&regs[which])
#define DB	(&dbs[which])
static struct locator rloc;
static struct register_server servers[2];
static struct eid eids[EIDS];

static inline void set_up(size_t eid_count, size_t server_count)
{
	memset(&world, 0, sizeof(world));
	rloc = L("192.0.2.1");
	for (size_t i = 0; i < 2; i++)
		servers[i] = (struct register_server){
			.addr = A(i ? "198.51.100.20" : "198.51.100.10"),
			.key = { .algorithm = AUTH_HMAC_SHA256_128,
				 .tag = i + 1 },
			.proxy_reply = true,
			.want_notify = true,
		};
	for (size_t i = 0; i < EIDS; i++) {
		char text[EID_TEXT_MAX];

		snprintf(text, sizeof(text), "[100]10.%zu.%zu.0/24",
			 1 + i / 64, i % 64);
		eids[i] = E(text);
	}

	xtr_config_init(&cfg);
	cfg.ids.site_id = 5;
	memset(cfg.ids.xtr_id, 0xaa, 16);
	cfg.rlocs = &rloc;
	cfg.rloc_count = 1;
	cfg.servers = servers;
	cfg.server_count = server_count;
	cfg.database = eids;
	cfg.database_count = eid_count;
	assert_int_equal(database_init(DB, &cfg, seed), 0);
	assert_int_equal(register_init(REG, &cfg, &ops, DB), 0);
	turn();
}

static inline int end(void **state)
{
	register_free(REG);
	database_free(DB);
	return turn_done(state);
}

static inline uint64_t counter(const char *name)
{
	return counted(register_counters(REG), name);
}

static inline void run_timers(uint64_t now)
{
	turn();
	while (register_on_time(REG, now, &acts))
		;
}

static inline void start(uint64_t now)
{
	turn();
	register_start(REG, now, &acts);
	run_timers(now);
}

static inline enum register_state state_of(size_t eid, size_t server)
{
	struct register_view v;

	register_view(REG, eid, server, &v);
	return v.state;
}

/* The Map-Notify for a Map-Register, from @from, signed with @key. */
static inline void notify(uint64_t now, const struct map_register *m,
		   const struct sm_key *key, const char *from)
{
	struct lisp_msg n = {
		.type = MSG_TYPE_MAP_NOTIFY,
		.notify = {
			.nonce = m->nonce,
			.auth = m->auth,
			.records = m->records,
			.record_count = m->record_count,
		},
	};
	struct packet pkt;
	struct lisp_msg parsed;

	n.notify.auth.data = NULL;
	pkt = packet_of(from, "192.0.2.1", &n);
	fake_sign(NULL, key, (uint8_t *)pkt.data, pkt.len);
	assert_int_equal(msg_parse(pkt.data, pkt.len, &arena, &parsed, NULL),
			 0);
	register_on_notify(REG, now, &pkt, &parsed.notify, &acts);
}

/* A copy of what was sent that outlives turn(). */
static inline struct map_register kept(unsigned int n, struct map_record *recs)
{
	struct map_register m = sent(n).reg;

	memcpy(recs, m.records, m.record_count * sizeof(*recs));
	for (unsigned int i = 0; i < m.record_count; i++) {
		recs[i].locators = &rloc;
		recs[i].locator_count = 1;
	}
	m.records = recs;
	return m;
}

#define TEST(f)	cmocka_unit_test_teardown(f, end)

#endif

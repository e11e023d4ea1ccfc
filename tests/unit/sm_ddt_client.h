/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A DDT client with two roots, and how the tests of it ask and refer. */
#ifndef LISP_TESTS_SM_DDT_CLIENT_H
#define LISP_TESTS_SM_DDT_CLIENT_H

#include "sm.h"

#include "sm/ddt_client.h"

/* What a test does not say of a request or a referral is 0. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

#define NOW	1000000u
#define ITR	"203.0.113.1"
#define ROOT1	"192.0.2.1"
#define ROOT2	"192.0.2.2"

static struct ddt_client_config cfg;
static struct ddt_client clients[2];	/* the other one has no memory */
static unsigned int which;
#define ddt clients[which]
static struct addr roots[2];
static struct sm_ops ddt_ops;

static inline void restart(void)
{
	ddt_client_free(&ddt);
	assert_int_equal(ddt_client_init(&ddt, &cfg, &ddt_ops, seed), 0);
}

/* Made anew of what the test has changed in the configuration. */
static inline void reload(void)
{
	struct ddt_client *old = &ddt;

	which = !which;
	assert_int_equal(ddt_client_init(&ddt, &cfg, &ddt_ops, seed), 0);
	ddt_client_inherit(&ddt, old);
	ddt_client_free(old);
	turn();
}

static inline int begin(void **state)
{
	memset(&world, 0, sizeof(world));
	roots[0] = A(ROOT1);
	roots[1] = A(ROOT2);
	ddt_ops = ops;
	ddt_client_config_init(&cfg);
	cfg.roots = roots;
	cfg.root_count = 2;
	cfg.security = DDT_SECURITY_OFF;
	/* Tests ask more often than an ITR. */
	cfg.per_eid.each.interval_us = 1;
	assert_int_equal(ddt_client_init(&ddt, &cfg, &ddt_ops, seed), 0);
	turn();
	return 0;
}

static inline int end(void **state)
{
	ddt_client_free(&ddt);
	return turn_done(state);
}

static inline uint64_t counter(const char *name)
{
	return counted(ddt_client_counters(&ddt), name);
}

/* --- asking --- */

struct asking {
	const char *eid;
	const char *from;		/* ITR; ECM and ITR-RLOC */
	uint64_t nonce;			/* 77 */
	uint32_t flags;
	uint32_t ecm_flags;
	uint8_t records;		/* 1 */
};

static inline void ask_as(uint64_t now, struct asking a)
{
	struct addr itr = A(a.from ? a.from : ITR);
	struct request_record recs[2] = {
		{ .eid = E(a.eid) }, { .eid = E(a.eid) },
	};
	struct lisp_msg m = {
		.type = MSG_TYPE_MAP_REQUEST,
		.request = {
			.flags = a.flags,
			.nonce = a.nonce ? a.nonce : 77,
			.itr_rlocs = &itr,
			.itr_count = 1,
			.records = recs,
			.record_count = a.records ? a.records : 1,
		},
	};
	struct ecm ecm = {
		.flags = a.ecm_flags,
		.source = recs[0].eid.prefix.addr,
		.dest = recs[0].eid.prefix.addr,
		.source_port = 61000,
		.dest_port = LISP_CONTROL_PORT,
	};
	struct packet pkt = { .from = itr };
	struct request rq = { .pkt = &pkt, .ecm = &ecm, .msg = &m.request };

	turn();
	ecm.message = action_build(&acts, &m, &ecm.message_len);
	assert_non_null(ecm.message);
	ddt_client_on_request(&ddt, now, &rq, &acts);
}

#define ASK(now, ...)	ask_as(now, (struct asking){ __VA_ARGS__ })

/* --- what was sent --- */

/* The only datagram of the turn is a DDT Map-Request to @to. */
static inline void assert_asks(const char *to)
{
	struct addr a = A(to);

	assert_int_equal(count_acts(ACTION_SEND), 1);
	assert_int_equal(sent(0).type, MSG_TYPE_ECM);
	assert_int_equal(sent(0).ecm.flags, ECM_DDT);
	assert_true(addr_equal(&act(ACTION_SEND, 0)->send.to, &a));
}

static inline uint64_t asked_nonce(void)
{
	return sent_inner(0).request.nonce;
}

static inline struct addr asked_whom(void)
{
	assert_int_equal(count_acts(ACTION_SEND), 1);
	return act(ACTION_SEND, 0)->send.to;
}

/* The only datagram is a negative Map-Reply to the ITR. */
static inline void assert_negative(const char *eid, uint32_t ttl)
{
	struct lisp_msg m;
	struct eid e = E(eid);
	struct addr itr = A(ITR);

	assert_int_equal(count_acts(ACTION_SEND), 1);
	m = sent(0);
	assert_int_equal(m.type, MSG_TYPE_MAP_REPLY);
	assert_int_equal(m.reply.record_count, 1);
	assert_int_equal(m.reply.records[0].locator_count, 0);
	assert_int_equal(m.reply.records[0].action, MAP_NATIVELY_FORWARD);
	assert_int_equal(m.reply.records[0].ttl, ttl);
	assert_true(eid_equal(&m.reply.records[0].eid, &e));
	assert_true(addr_equal(&act(ACTION_SEND, 0)->send.to, &itr));
	assert_int_equal(act(ACTION_SEND, 0)->send.to_port, 61000);
}

static inline void assert_silent(void)
{
	assert_int_equal(count_acts(ACTION_SEND), 0);
}

/* --- referring --- */

struct referring {
	const char *xeid;
	unsigned int action;
	const char *rlocs[4];
	uint32_t ttl;			/* 1440 */
	bool ttl0;
	bool incomplete;
	uint8_t priority;		/* of all its locators */
};

static inline void refer_as(uint64_t now, const struct addr *from,
			    uint64_t nonce, struct referring r)
{
	struct referral_rloc rlocs[4] = { 0 };
	struct referral_record rec = {
		.ttl = r.ttl0 ? 0 : r.ttl ? r.ttl : 1440,
		.action = (uint8_t)r.action,
		.incomplete = r.incomplete,
		.rlocs = rlocs,
	};
	struct lisp_msg m = {
		.type = MSG_TYPE_MAP_REFERRAL,
		.referral = { .nonce = nonce, .records = &rec,
			      .record_count = 1 },
	}, parsed;
	struct packet pkt = { .from = *from };

	turn();
	assert_int_equal(xeid_from_text(r.xeid, &rec.xeid), 0);
	for (; rec.rloc_count < 4 && r.rlocs[rec.rloc_count];
	     rec.rloc_count++) {
		rlocs[rec.rloc_count].addr = A(r.rlocs[rec.rloc_count]);
		rlocs[rec.rloc_count].priority = r.priority;
	}
	pkt.data = action_build(&acts, &m, &pkt.len);
	assert_non_null(pkt.data);
	assert_int_equal(msg_parse(pkt.data, pkt.len, &arena, &parsed, NULL),
			 0);
	ddt_client_on_referral(&ddt, now, &pkt, &parsed.referral, &acts);
}

/* Answer what was just asked, as whom was asked. */
#define REFER(now, ...) do { \
	struct addr whom_ = asked_whom(); \
	uint64_t nonce_ = asked_nonce(); \
	refer_as(now, &whom_, nonce_, (struct referring){ __VA_ARGS__ }); \
} while (0)

/* Answer as somebody else. */
#define REFER_AS(now, from, nonce, ...) do { \
	struct addr whom_ = A(from); \
	refer_as(now, &whom_, nonce, (struct referring){ __VA_ARGS__ }); \
} while (0)

/* All timers up to @now. */
static inline void pass(uint64_t now)
{
	turn();
	while (ddt_client_due(&ddt) <= now)
		ddt_client_on_time(&ddt, now, &acts);
}

#endif

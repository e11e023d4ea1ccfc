/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asking a DDT node, and looking at its Map-Referral. */
#ifndef LISP_TESTS_SM_DDT_NODE_H
#define LISP_TESTS_SM_DDT_NODE_H

#include "sm.h"

#include "sm/ddt.h"

#define RESOLVER	"198.51.100.7"

static inline struct xeid X(const char *text)
{
	struct xeid x = { 0 };

	if (xeid_from_text(text, &x))
		fail_msg("%s", text);
	return x;
}

static uint64_t ddt_nonce = 4711;
static uint32_t ddt_request_flags;
static const struct wire_addr *ddt_foreign;
static const char *ddt_from = RESOLVER;

/* Ask @d, at @to, for @eid. */
static inline void ask_ddt(struct ddt *d, uint64_t now, const char *to,
			   const char *eid)
{
	struct addr itr = A("192.0.2.5");
	struct request_record rr = { .eid = E(eid) };
	struct lisp_msg in = {
		.type = MSG_TYPE_MAP_REQUEST,
		.request = {
			.flags = ddt_request_flags, .nonce = ++ddt_nonce,
			.itr_rlocs = &itr, .itr_count = 1,
			.records = &rr, .record_count = 1,
		},
	};
	struct lisp_msg out = {
		.type = MSG_TYPE_ECM,
		.ecm = {
			.flags = ECM_DDT,
			.source = A("192.0.2.5"), .dest = A("10.9.9.9"),
			.source_port = 61000, .dest_port = 4342, .ttl = 64,
		},
	};
	struct lisp_msg parsed, inner;
	struct packet pkt;
	struct request rq;

	turn();
	if (ddt_foreign) {
		rr.eid.prefix = (struct prefix){ .len = 48 };
		rr.foreign = ddt_foreign;
	}
	out.ecm.message = action_build(&acts, &in, &out.ecm.message_len);
	pkt = packet_of(ddt_from, to, &out);
	pkt.from_port = 33000;
	assert_int_equal(msg_parse(pkt.data, pkt.len, &arena, &parsed, NULL),
			 0);
	assert_int_equal(msg_parse(parsed.ecm.message, parsed.ecm.message_len,
				   &arena, &inner, NULL), 0);
	rq = (struct request){ .pkt = &pkt, .ecm = &parsed.ecm,
			       .msg = &inner.request };
	ddt_on_request(d, now, &rq, &acts);
}

/* The record of the referral, which is the last datagram sent and went to
 * where the request was from. */
static inline struct referral_record *referral(void)
{
	static struct lisp_msg m;
	unsigned int last = count_acts(ACTION_SEND) - 1;
	const struct action *a = act(ACTION_SEND, last);
	struct addr to = A(ddt_from);

	m = sent(last);
	assert_int_equal(m.type, MSG_TYPE_MAP_REFERRAL);
	assert_int_equal(m.referral.record_count, 1);
	assert_true(m.referral.nonce == ddt_nonce);
	assert_true(addr_equal(&a->send.to, &to));
	assert_int_equal(a->send.to_port, 33000);
	assert_true(m.referral.records[0].authoritative);
	return &m.referral.records[0];
}

/* "ms-referral [0]2001:db8:100::/40 1440 192.0.2.101", I for incomplete. */
static inline const char *said(void)
{
	static char out[512];
	const struct referral_record *r = referral();
	char text[XEID_TEXT_MAX], addr[ADDR_TEXT_MAX];
	int n = snprintf(out, sizeof(out), "%s %s %u%s",
			 referral_action_name(r->action),
			 xeid_text(&r->xeid, text), r->ttl,
			 r->incomplete ? " I" : "");

	for (unsigned int i = 0; i < r->rloc_count; i++)
		n += snprintf(out + n, sizeof(out) - n, " %s",
			      addr_text(&r->rlocs[i].addr, addr));
	return out;
}

#define SAYS(d, eid, want) do { \
	ask_ddt(d, 1000000, "192.0.2.1", eid); \
	assert_string_equal(said(), want); \
	assert_int_equal(count_acts(ACTION_SEND), 1); \
} while (0)

#endif

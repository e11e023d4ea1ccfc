/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For tests of one machine: an arena with a list of actions, questions (ops)
 * that answer without thinking, and a look at what was sent.
 *
 * The MAC here is the key's tag and a sum of the message: enough to tell
 * right from wrong.
 */
#ifndef LISP_TESTS_SM_H
#define LISP_TESTS_SM_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sm/action.h"
#include "sm/counter.h"
#include "sm/ops.h"
#include "sm/packet.h"

static struct arena arena;
static struct actions acts;

/* What the ops answer. */
static struct {
	uint64_t random;		/* counts up */
	uint64_t nonce;			/* of register_nonce */
	struct addr overlay, own, no_family;
	bool no_nonce, no_sign;
	uint64_t wall;
} world;

static inline struct addr A(const char *text)
{
	struct addr a = { 0 };

	assert_int_equal(addr_from_text(text, &a), 0);
	return a;
}

static inline struct eid E(const char *text)
{
	struct eid e = { 0 };

	assert_int_equal(eid_from_text(text, &e), 0);
	return e;
}

/* Forget what was done so far. */
static inline struct actions *turn(void)
{
	arena_free(&arena);
	arena_init(&arena, ACTIONS_ARENA_CAP);
	actions_init(&acts, &arena);
	return &acts;
}

static inline int turn_done(void **state)
{
	arena_free(&arena);
	return 0;
}

static inline uint64_t fake_random(void *arg)
{
	return ++world.random * 0x9e3779b97f4a7c15u;
}

static inline uint64_t fake_wall(void *arg)
{
	return world.wall;
}

static inline void fake_mac(const struct sm_key *key, const uint8_t *msg,
			    size_t len, uint8_t *mac, size_t mac_len)
{
	uint64_t sum = key->tag;

	for (size_t i = 0; i < len; i++)
		if (i < AUTH_DATA_OFFSET || i >= AUTH_DATA_OFFSET + mac_len)
			sum = sum * 31 + msg[i];
	for (size_t i = 0; i < mac_len; i++)
		mac[i] = (uint8_t)(sum >> (8 * (i % 8)));
}

static inline int fake_sign(void *arg, const struct sm_key *key, uint8_t *msg,
			    size_t len)
{
	struct wire_auth auth;

	if (world.no_sign || auth_locate(msg, len, &auth))
		return -EIO;
	fake_mac(key, msg, len, msg + AUTH_DATA_OFFSET, auth.data_len);
	return 0;
}

static inline int fake_verify(void *arg, const struct sm_key *key,
			      const uint8_t *msg, size_t len,
			      const struct wire_auth *auth)
{
	uint8_t mac[64];

	if (auth->key_id != key->key_id || auth->algorithm != key->algorithm ||
	    auth->data_len > sizeof(mac))
		return -EKEYREJECTED;
	if (key->coverage == AUTH_COVER_LITERAL)
		len = auth->literal_end;
	fake_mac(key, msg, len, mac, auth->data_len);
	if (key->coverage == AUTH_COVER_EITHER &&
	    memcmp(mac, auth->data, auth->data_len))
		fake_mac(key, msg, auth->literal_end, mac, auth->data_len);
	return memcmp(mac, auth->data, auth->data_len) ? -EBADMSG : 0;
}

static inline enum rloc_verdict fake_rloc_check(void *arg,
						const struct addr *a)
{
	if (addr_equal(a, &world.overlay))
		return RLOC_OVERLAY;
	if (addr_equal(a, &world.own))
		return RLOC_OWN;
	if (addr_equal(a, &world.no_family))
		return RLOC_NO_FAMILY;
	return RLOC_USABLE;
}

static inline int fake_register_nonce(void *arg, const struct addr *server,
				      uint64_t tag, uint64_t *nonce)
{
	*nonce = ++world.nonce;
	return world.no_nonce ? -EIO : 0;
}

static const struct sm_ops ops = {
	.random = fake_random,
	.wall = fake_wall,
	.sign = fake_sign,
	.verify = fake_verify,
	.rloc_check = fake_rloc_check,
	.register_nonce = fake_register_nonce,
};

static const uint8_t seed[16] = { 7 };

/* The @n-th action of a type since turn(), NULL. */
static inline const struct action *act(enum action_type type, unsigned int n)
{
	for (const struct action *a = acts.first; a; a = a->next)
		if (a->type == type && n-- == 0)
			return a;
	return NULL;
}

static inline unsigned int count_acts(enum action_type type)
{
	unsigned int n = 0;

	while (act(type, n))
		n++;
	return n;
}

static inline unsigned int count_logs(enum log_event event)
{
	unsigned int n = 0;

	for (const struct action *a = acts.first; a; a = a->next)
		n += a->type == ACTION_LOG && a->log.event == event;
	return n;
}

static inline const struct action *act_for(enum action_type type,
					   const char *eid)
{
	struct eid e = E(eid);

	for (const struct action *a = acts.first; a; a = a->next)
		if (a->type == type && eid_equal(&a->map.eid, &e))
			return a;
	return NULL;
}

/* The @n-th datagram sent, parsed; @inner for what is in an ECM. */
static inline struct lisp_msg sent(unsigned int n)
{
	const struct action *a = act(ACTION_SEND, n);
	struct lisp_msg m;

	assert_non_null(a);
	assert_int_equal(msg_parse(a->send.data, a->send.len, &arena, &m,
				   NULL), 0);
	return m;
}

static inline struct lisp_msg sent_inner(unsigned int n)
{
	struct lisp_msg m = sent(n), inner;

	assert_int_equal(m.type, MSG_TYPE_ECM);
	assert_int_equal(msg_parse(m.ecm.message, m.ecm.message_len, &arena,
				   &inner, NULL), 0);
	return inner;
}

/* A packet from @from to @to with the octets of @m, built in the arena. */
static inline struct packet packet_of(const char *from, const char *to,
				      const struct lisp_msg *m)
{
	struct packet p = {
		.from = A(from),
		.to = A(to),
		.from_port = LISP_CONTROL_PORT,
		.to_port = LISP_CONTROL_PORT,
	};

	if (m) {
		p.data = action_build(&acts, m, &p.len);
		assert_non_null(p.data);
	}
	return p;
}

static inline uint64_t counted(struct counter_group g, const char *name)
{
	for (size_t i = 0; i < g.count; i++)
		if (!strcmp(g.names[i], name))
			return g.values[i];
	fail_msg("no counter %s in %s", name, g.name);
	return 0;
}

static inline struct locator L(const char *addr)
{
	return (struct locator){
		.addr = A(addr),
		.priority = 1,
		.weight = 100,
		.mpriority = 255,
		.flags = LOCATOR_REACHABLE,
	};
}

#endif

// SPDX-License-Identifier: GPL-2.0

#include <linux/compiler.h>
#include <linux/types.h>

#include "reach-echo.h"

static void enter(struct lisp_echo *e, enum lisp_echo_state state, u32 now)
{
	WRITE_ONCE(e->since, now);
	WRITE_ONCE(e->began, true);
	WRITE_ONCE(e->seen, false);
	WRITE_ONCE(e->state, state);
}

static bool is_time_to_ask(const struct lisp_echo *e,
			   const struct lisp_echo_times *t, u32 now)
{
	if (!READ_ONCE(e->known) || now - READ_ONCE(e->heard) >= t->wait)
		return false;

	return !READ_ONCE(e->began) ||
	       now - READ_ONCE(e->since) >= t->interval;
}

static u32 ask(struct lisp_echo *e, u32 now)
{
	enter(e, LISP_ECHO_ASKING, now);

	return LISP_ECHO_ASK | e->nonce;
}

static u32 tell(struct lisp_echo *e)
{
	u32 echo = e->echo;

	WRITE_ONCE(e->echo, 0);

	return echo;
}

u32 lisp_echo_send(struct lisp_echo *e, const struct lisp_echo_times *t,
		   u32 now, bool may_ask, u32 random,
		   enum lisp_echo_verdict *verdict)
{
	bool timeout = now - e->since >= t->wait;

	*verdict = LISP_ECHO_NONE;

	if (e->state == LISP_ECHO_ASKING && !timeout)
		return LISP_ECHO_ASK | e->nonce;
	if (e->state == LISP_ECHO_ASKING) {
		if (e->seen) {
			*verdict = LISP_ECHO_DOWN;
			e->failed = true;
		}
		enter(e, LISP_ECHO_IDLE, now);
	}

	if (e->echo)
		return tell(e);
	if (e->state == LISP_ECHO_YIELDING)
		return timeout ? ask(e, now) : 0;
	if (!may_ask || !is_time_to_ask(e, t, now))
		return 0;

	WRITE_ONCE(e->nonce, random & LISP_ECHO_NONCE);

	return ask(e, now);
}

bool lisp_echo_send_peek(const struct lisp_echo *e,
			 const struct lisp_echo_times *t, u32 now,
			 bool may_ask, u32 *say)
{
	bool timeout = now - READ_ONCE(e->since) >= t->wait;

	switch ((enum lisp_echo_state)READ_ONCE(e->state)) {
	case LISP_ECHO_IDLE:
		*say = 0;
		return !READ_ONCE(e->echo) &&
		       (!may_ask || !is_time_to_ask(e, t, now));
	case LISP_ECHO_ASKING:
		*say = LISP_ECHO_ASK | READ_ONCE(e->nonce);
		return !timeout;
	case LISP_ECHO_YIELDING:
		*say = 0;
		return !READ_ONCE(e->echo) && !timeout;
	}

	return false;
}

/* The echo of what we ask, or asked last and had given up. */
static bool is_ours(const struct lisp_echo *e, u32 says)
{
	return says == (LISP_ECHO_TELL | e->nonce) &&
	       (e->state != LISP_ECHO_IDLE || e->failed);
}

enum lisp_echo_verdict lisp_echo_receive(struct lisp_echo *e, u32 now,
					 u32 says, bool lower)
{
	WRITE_ONCE(e->heard, now);
	WRITE_ONCE(e->known, true);
	if (e->state == LISP_ECHO_ASKING)
		WRITE_ONCE(e->seen, true);

	if (says & LISP_ECHO_ASK) {
		WRITE_ONCE(e->echo, LISP_ECHO_TELL | (says & LISP_ECHO_NONCE));
		if (e->state == LISP_ECHO_ASKING && lower)
			enter(e, LISP_ECHO_YIELDING, now);
	} else if (is_ours(e, says)) {
		e->failed = false;
		enter(e, LISP_ECHO_IDLE, now);
		return LISP_ECHO_UP;
	}

	return LISP_ECHO_NONE;
}

bool lisp_echo_receive_peek(const struct lisp_echo *e, u32 now, u32 says)
{
	if (says)
		return false;

	return READ_ONCE(e->known) && READ_ONCE(e->heard) == now &&
	       (READ_ONCE(e->state) != LISP_ECHO_ASKING ||
		READ_ONCE(e->seen));
}

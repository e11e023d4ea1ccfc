/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Echo-nonce (RFC 9300, section 10.1): does what we send to an RLOC arrive?
 * A state machine without clock, lock or randomness; compiles in user space.
 *
 * We ask with a nonce in each packet (N, E) until the peer sends it back (N),
 * in packets it has for us anyway. If packets come all the time, none with our
 * nonce, the path towards it is broken; if none comes we learn nothing.
 *
 *	IDLE -- time to ask, and the peer was heard lately --> ASKING
 *	ASKING -- echo --> IDLE: path is up
 *	ASKING -- timeout --> IDLE: path is down if the peer was heard meanwhile
 *	ASKING -- the peer asks, and its RLOC is the higher one --> YIELDING
 *	YIELDING -- timeout --> ASKING, with the same nonce
 *
 * Whoever asks cannot echo in the same packet, so of two that ask at once one
 * has to wait. RFC 9300 lets both do; that one keeps on saves a round.
 *
 * A peer's nonce is sent back once for each packet that asked: it goes on
 * asking until it sees one.
 */
#ifndef _LISP_REACH_ECHO_H
#define _LISP_REACH_ECHO_H

#include <linux/types.h>

enum lisp_echo_state {
	LISP_ECHO_IDLE,
	LISP_ECHO_ASKING,
	LISP_ECHO_YIELDING,
};

enum lisp_echo_verdict {
	LISP_ECHO_NONE,
	LISP_ECHO_UP,
	LISP_ECHO_DOWN,
};

/* What a packet shall say: one of these with a nonce, or 0: no nonce at all */
#define LISP_ECHO_TELL		(1U << 24)
#define LISP_ECHO_ASK		(2U << 24)
#define LISP_ECHO_NONCE		0xffffffU

/**
 * struct lisp_echo - the machine for one RLOC; zero: nothing happened yet
 * @state: enum lisp_echo_state
 * @began: there is a @since
 * @known: there is a @heard
 * @seen: a packet came from the peer while ASKING
 * @failed: the last verdict was "down"
 * @nonce: ours, for the cycle that is or was the last
 * @echo: what to tell: LISP_ECHO_TELL and the peer's nonce, or 0
 * @since: when @state began
 * @heard: when the last packet came from the peer
 */
struct lisp_echo {
	u8	state;
	bool	began;
	bool	known;
	bool	seen;
	bool	failed;
	u32	nonce;
	u32	echo;
	u32	since;
	u32	heard;
};

/* In the units of "now", whatever they are; it may wrap. */
struct lisp_echo_times {
	u32	wait;		/* for an echo; for who yields; to be "lately" */
	u32	interval;	/* between two cycles */
};

/*
 * What the next packet to the RLOC says. @may_ask: it belongs to a site that
 * echoes. @random: for a new nonce.
 */
u32 lisp_echo_send(struct lisp_echo *e, const struct lisp_echo_times *t,
		   u32 now, bool may_ask, u32 random,
		   enum lisp_echo_verdict *verdict);

/* True: lisp_echo_send() would change nothing; it would return *@say. */
bool lisp_echo_send_peek(const struct lisp_echo *e,
			 const struct lisp_echo_times *t, u32 now,
			 bool may_ask, u32 *say);

/*
 * A packet came from the RLOC. @says: as lisp_echo_send() returns. @lower: our
 * address is lower than the peer's.
 */
enum lisp_echo_verdict lisp_echo_receive(struct lisp_echo *e, u32 now,
					 u32 says, bool lower);

/* True: lisp_echo_receive() would change nothing. */
bool lisp_echo_receive_peek(const struct lisp_echo *e, u32 now, u32 says);

#endif /* _LISP_REACH_ECHO_H */

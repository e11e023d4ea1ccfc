/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A session with the generic netlink family "lisp": a socket of io/nl.h that
 * knows the numbers of the family and of its groups.  For the data plane of
 * lispd, and for lispctl, which talks to the kernel without a daemon.
 *
 * Requests are written with dp/codec.h between session_message() and
 * nl_talk().
 */
#ifndef LISP_DP_SESSION_H
#define LISP_DP_SESSION_H

#include "io/nl.h"

struct session {
	struct nl *nl;
	uint16_t family;
	uint32_t miss_group;
	uint32_t event_group;
};

/* -ENOENT: there is no such family in this network namespace, as long as
 * lisp.ko is not loaded. */
int session_open(struct session *s);

/* The same, but a module that is not loaded stays so: the other one has the
 * kernel load it. */
int session_open_loaded(struct session *s);

/* Another socket in the place of its own, if it has one, for the family that is
 * known. */
int session_again(struct session *s);

/* Harmless on a session that is zero or closed. */
void session_close(struct session *s);

/* Start request @cmd (LISP_CMD_*); @flags as in nl_message(). */
void session_message(struct session *s, uint8_t cmd, uint16_t flags);

/* Listen to misses and events.  Needs CAP_NET_ADMIN. */
int session_join(struct session *s);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any control message: dispatch by the type in its first four bits
 * (RFC 9301 5.1).  One table row per type; the row's minimum length is
 * checked before its parser is called.
 */
#ifndef LISP_WIRE_MSG_H
#define LISP_WIRE_MSG_H

#include "wire/ecm.h"
#include "wire/map_notify.h"
#include "wire/map_referral.h"
#include "wire/map_register.h"
#include "wire/map_reply.h"
#include "wire/map_request.h"

enum msg_type {
	MSG_TYPE_MAP_REQUEST = 1,
	MSG_TYPE_MAP_REPLY = 2,
	MSG_TYPE_MAP_REGISTER = 3,
	MSG_TYPE_MAP_NOTIFY = 4,
	MSG_TYPE_MAP_NOTIFY_ACK = 5,
	MSG_TYPE_MAP_REFERRAL = 6,
	MSG_TYPE_ECM = 8,
};

struct lisp_msg {
	enum msg_type type;
	union {
		struct map_request request;
		struct map_reply reply;
		struct map_register reg;
		struct map_notify notify;	/* and Map-Notify-Ack */
		struct map_referral referral;
		struct ecm ecm;
	};
};

/* Largest control message that fits in a UDP datagram. */
#define MSG_SIZE_MAX	65507

/* An arena cap under which every message of MSG_SIZE_MAX octets that is not
 * hostile parses. */
#define MSG_ARENA_CAP	(1024 * 1024)

/*
 * Parse one whole datagram into *@m; everything hangs off @arena, except that
 * an ECM points into @data.  All or nothing: on error *@m is zeroed, *@err
 * (may be NULL) tells reason and offset, and the arena may have been used.
 * 0, -EBADMSG, -EOPNOTSUPP or -ENOMEM as in reason.h.
 */
int msg_parse(const void *data, size_t len, struct arena *arena,
	      struct lisp_msg *m, struct wire_error *err);

/* Octets written, or -ENOSPC, -EINVAL, -EOPNOTSUPP. */
int msg_build(const struct lisp_msg *m, void *buf, size_t size);

/* Type of a datagram (top four bits of the first octet), -1 when empty. */
int msg_peek_type(const void *data, size_t len);

/* "Map-Request", ...; NULL for types this table does not have. */
const char *msg_type_name(unsigned int type);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a worker leaves to the main thread: messages that are not for a desk,
 * and what is to be logged.  One thread puts, one takes.
 *
 * Memory is two rooms of one size: one is filled while the other is read.
 * What does not fit is dropped, as a socket does.
 */
#ifndef LISP_RUN_HANDOVER_H
#define LISP_RUN_HANDOVER_H

#include <pthread.h>

#include "io/udp.h"
#include "sm/action.h"
#include "wire/reason.h"

enum handed_kind {
	HANDED_DATAGRAM,
	HANDED_EVENT,		/* an action of a machine */
	HANDED_PARSE,		/* a datagram that does not parse */
	HANDED_SEND,		/* a message that could not be sent */
	HANDED_RECORD,		/* a flush that failed */
};

struct handed {
	enum handed_kind kind;
	size_t size;		/* in the room; not the caller's */
	union {
		struct udp_datagram datagram;	/* its octets follow */
		struct action_log event;
		struct {
			struct addr from;
			struct wire_error err;
			int type;
		} parse;
		struct {
			struct addr to;
			int kind;
			int err;
		} send;
		struct {
			int err;
			unsigned int dropped;
		} record;
	};
};

struct handover {
	pthread_mutex_t lock;
	uint8_t *rooms[2];
	size_t used[2];
	unsigned int filling;	/* which of them */
	size_t at;		/* in the other one */
};

/* 0 or -ENOMEM.  handover_free() takes a zeroed one as well. */
int handover_init(struct handover *h);
void handover_free(struct handover *h);

/* A copy of @item, and of the octets of a datagram.  False: there is no room.
 * *@first: there was nothing, the other thread has to be woken. */
bool handover_put(struct handover *h, const struct handed *item, bool *first);

/* The next one, good until one is taken when there is none left with it; NULL:
 * there are no more. */
const struct handed *handover_take(struct handover *h);
bool handover_left(const struct handover *h);

#endif

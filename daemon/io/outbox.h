/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Datagrams on their way out, collected so that one system call sends many.
 *
 * A datagram may have to wait until what it says is on record: it is added
 * with the number of the record it depends on, and outbox_send() is told up to
 * which number all is on record.  What is not yet is held (io/held.h), what will
 * not be is dropped: whoever asked will ask again.
 */
#ifndef LISP_IO_OUTBOX_H
#define LISP_IO_OUTBOX_H

#include "io/udp.h"

struct outbox;

struct outbox_item {
	const struct addr *from;	/* as in udp_send() */
	const struct addr *to;
	uint16_t port;
	const uint8_t *data;		/* is copied */
	size_t len;
	uint64_t after;			/* 0: depends on nothing */
	int kind;			/* for the report of an error */
};

/* A datagram that could not be sent, and why. */
typedef void (*outbox_error_fn)(void *arg, const struct addr *to, int kind,
				int err);

/* @u outlives it.  NULL: out of memory. */
struct outbox *outbox_new(struct udp *u, outbox_error_fn on_error, void *arg);
void outbox_free(struct outbox *o);

/* False: there is no room, send first.  There always is when it is empty. */
bool outbox_add(struct outbox *o, const struct outbox_item *item);

/* Everything leaves, in the order it was added, then what was held, but what is
 * above @on_record: that is held, if it @may_be_yet and there is room, else
 * dropped.  How many were dropped. */
unsigned int outbox_send(struct outbox *o, uint64_t on_record,
			 bool may_be_yet);

/* How many are held now, and ever were (a counter for other threads). */
unsigned int outbox_holds(const struct outbox *o);
uint64_t outbox_held(const struct outbox *o);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * See outbox.h.  sendmmsg() stops at the first datagram that it cannot send
 * and tells why only if that is the first of its call: so what is left is sent
 * again from there, and the one at fault is reported and left out.
 */
#include "io/outbox.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "io/held.h"
#include "io/udp_part.h"

#define ITEMS		UDP_BATCH
#define ROOM		(256 * 1024)

struct slot {
	struct udp_socket *socket;
	union sockaddr_any to;
	union udp_control control;
	struct iovec iov;
	uint64_t after;
	struct addr from;		/* if it may have to wait */
	int kind;
};

struct outbox {
	struct udp *udp;
	outbox_error_fn on_error;
	void *arg;
	unsigned int count;
	size_t used;			/* of the data */
	struct held held;
	uint64_t ever_held;
	struct mmsghdr msgs[ITEMS];
	struct slot slots[ITEMS];
	uint8_t data[ROOM];
};

struct outbox *outbox_new(struct udp *u, outbox_error_fn on_error, void *arg)
{
	struct outbox *o = calloc(1, sizeof(*o));

	if (!o)
		return NULL;
	o->udp = u;
	o->on_error = on_error;
	o->arg = arg;
	return o;
}

void outbox_free(struct outbox *o)
{
	if (o)
		held_clear(&o->held);
	free(o);
}

static void fail(struct outbox *o, const struct addr *to, int kind, int err)
{
	counter_up(&o->udp->stats.send_errors);
	o->on_error(o->arg, to, kind, err);
}

static void put(struct outbox *o, const struct outbox_item *item,
		struct udp_socket *socket, const struct addr *from)
{
	struct msghdr *m = &o->msgs[o->count].msg_hdr;
	struct slot *s = &o->slots[o->count++];

	memcpy(o->data + o->used, item->data, item->len);
	s->socket = socket;
	s->iov = (struct iovec){ o->data + o->used, item->len };
	s->after = item->after;
	if (item->after)
		s->from = from ? *from : (struct addr){ .family = ADDR_NONE };
	s->kind = item->kind;
	o->used += (item->len + 63) / 64 * 64;
	*m = (struct msghdr){
		.msg_name = &s->to,
		.msg_namelen = sockaddr_make(item->to, item->port, &s->to),
		.msg_iov = &s->iov,
		.msg_iovlen = 1,
	};
	if (from)
		udp_put_source(m, &s->control, from);
}

bool outbox_add(struct outbox *o, const struct outbox_item *item)
{
	const struct addr *from = item->from;
	struct udp_socket *socket;

	if (o->count == ITEMS || (o->count && item->len > ROOM - o->used))
		return false;
	if (from && (from->family == ADDR_NONE ||
		     from->family != item->to->family))
		from = NULL;
	socket = udp_choose(o->udp, from, item->to);
	if (!socket)
		fail(o, item->to, item->kind, -EAFNOSUPPORT);
	else if (item->len > UDP_PAYLOAD_MAX)
		fail(o, item->to, item->kind, -EMSGSIZE);
	else
		put(o, item, socket, from);
	return true;
}

static const struct slot *slot_of(const struct outbox *o, unsigned int i)
{
	const char *name = o->msgs[i].msg_hdr.msg_name;

	return (const struct slot *)(name - offsetof(struct slot, to));
}

static bool hold(struct outbox *o, const struct slot *s)
{
	struct outbox_item item = {
		.from = &s->from,
		.data = s->iov.iov_base,
		.len = s->iov.iov_len,
		.after = s->after,
		.kind = s->kind,
	};
	struct addr to;

	sockaddr_split(&s->to, &to, &item.port);
	item.to = &to;
	if (!held_add(&o->held, &item))
		return false;
	counter_up(&o->ever_held);
	return true;
}

/* Take out what depends on something that is not on record.  How many cannot be
 * held. */
static unsigned int take_out(struct outbox *o, uint64_t on_record,
			     bool may_be_yet)
{
	unsigned int kept = 0, waiting = 0, dropped = 0;

	for (unsigned int i = 0; i < o->count; i++)
		waiting += o->slots[i].after > on_record;
	if (!waiting)
		return 0;
	/* The slots stay where they are: messages point into them. */
	for (unsigned int i = 0; i < o->count; i++) {
		if (o->slots[i].after <= on_record)
			o->msgs[kept++] = o->msgs[i];
		else if (!may_be_yet || !hold(o, &o->slots[i]))
			dropped++;
	}
	o->count = kept;
	return dropped;
}

/* The messages from @i on that leave by the same socket. */
static unsigned int run_of(const struct outbox *o, unsigned int i)
{
	unsigned int n = 1;

	while (i + n < o->count &&
	       slot_of(o, i + n)->socket == slot_of(o, i)->socket)
		n++;
	return n;
}

static void report(struct outbox *o, unsigned int i, int err)
{
	const struct slot *s = slot_of(o, i);
	struct addr to;
	uint16_t port;

	sockaddr_split(&s->to, &to, &port);
	fail(o, &to, s->kind, err);
}

static void transmit(struct outbox *o)
{
	unsigned int i = 0;

	while (i < o->count) {
		int n = sendmmsg(slot_of(o, i)->socket->fd, &o->msgs[i],
				 run_of(o, i), MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			report(o, i, -errno);
		else
			counter_add(&o->udp->stats.sent, (unsigned int)n);
		i += n > 0 ? (unsigned int)n : 1;
	}
	o->count = 0;
	o->used = 0;
}

/* What was held and is on record. */
static void let_go(struct outbox *o, uint64_t on_record)
{
	const struct outbox_item *item;

	while ((item = held_first(&o->held, on_record)) != NULL) {
		while (!outbox_add(o, item))
			transmit(o);
		held_pop(&o->held);
	}
	transmit(o);
}

unsigned int outbox_send(struct outbox *o, uint64_t on_record,
			 bool may_be_yet)
{
	unsigned int dropped = take_out(o, on_record, may_be_yet);

	transmit(o);
	if (!o->held.count)
		return dropped;
	let_go(o, on_record);
	return may_be_yet ? dropped : dropped + held_clear(&o->held);
}

unsigned int outbox_holds(const struct outbox *o)
{
	return o->held.count;
}

uint64_t outbox_held(const struct outbox *o)
{
	return counter_read(&o->ever_held);
}

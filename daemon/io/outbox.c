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

#include "io/udp_part.h"

#define ITEMS		UDP_BATCH
#define ROOM		(256 * 1024)

struct slot {
	struct udp_socket *socket;
	union sockaddr_any to;
	union udp_control control;
	struct iovec iov;
	uint64_t after;
	int kind;
};

struct outbox {
	struct udp *udp;
	outbox_error_fn on_error;
	void *arg;
	unsigned int count;
	size_t used;			/* of the data */
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

/* Leave out what depends on something that is not on record. */
static unsigned int drop(struct outbox *o, uint64_t on_record)
{
	unsigned int kept = 0, dropped = 0;

	for (unsigned int i = 0; i < o->count; i++)
		dropped += o->slots[i].after > on_record;
	if (!dropped)
		return 0;
	/* The slots stay where they are: messages point into them. */
	for (unsigned int i = 0; i < o->count; i++)
		if (o->slots[i].after <= on_record)
			o->msgs[kept++] = o->msgs[i];
	o->count = kept;
	return dropped;
}

static const struct slot *slot_of(const struct outbox *o, unsigned int i)
{
	const char *name = o->msgs[i].msg_hdr.msg_name;

	return (const struct slot *)(name - offsetof(struct slot, to));
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

unsigned int outbox_send(struct outbox *o, uint64_t on_record)
{
	unsigned int dropped = drop(o, on_record), i = 0;

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
	return dropped;
}

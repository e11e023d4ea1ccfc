// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Receiving datagrams, up to UDP_BATCH of a socket with one system call.
 *
 * Each has room for the largest datagram there is.  Most are small, and
 * memory never touched is none; but rooms a power of two apart would have the
 * beginnings of all of them compete for the same few lines of the cache, so
 * each starts some lines further on.
 */
#include "io/udp_part.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ROOM		(UDP_PAYLOAD_MAX + 1)
#define STRIDE		(65536 + 5 * 64)

struct udp_inbox {
	struct mmsghdr msgs[UDP_BATCH];
	struct iovec iov[UDP_BATCH];
	union sockaddr_any from[UDP_BATCH];
	union udp_control control[UDP_BATCH];
	struct udp_datagram datagrams[UDP_BATCH];
	uint8_t data[UDP_BATCH * STRIDE];
};

struct udp_inbox *udp_inbox_new(void)
{
	struct udp_inbox *in = calloc(1, sizeof(*in));

	for (size_t i = 0; in && i < UDP_BATCH; i++) {
		in->iov[i] = (struct iovec){ in->data + i * STRIDE, ROOM };
		in->msgs[i].msg_hdr = (struct msghdr){
			.msg_name = &in->from[i],
			.msg_iov = &in->iov[i],
			.msg_iovlen = 1,
			.msg_control = &in->control[i],
		};
	}
	return in;
}

void udp_inbox_free(struct udp_inbox *in)
{
	free(in);
}

static void read_ttl(struct cmsghdr *c, uint8_t *ttl)
{
	int value;

	memcpy(&value, CMSG_DATA(c), sizeof(value));
	*ttl = (uint8_t)value;
}

/* Destination and TTL of a datagram.  False: it has no destination. */
static bool read_control(struct msghdr *m, struct udp_datagram *d)
{
	struct in_pktinfo p4;
	struct in6_pktinfo p6;
	bool found = false;

	d->ttl = 0;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			memcpy(&p4, CMSG_DATA(c), sizeof(p4));
			d->to = addr_make(ADDR_IPV4, &p4.ipi_addr);
			found = true;
		} else if (c->cmsg_level == IPPROTO_IPV6 &&
			   c->cmsg_type == IPV6_PKTINFO) {
			memcpy(&p6, CMSG_DATA(c), sizeof(p6));
			d->to = addr_make(ADDR_IPV6, &p6.ipi6_addr);
			found = true;
		} else if ((c->cmsg_level == IPPROTO_IP &&
			    c->cmsg_type == IP_TTL) ||
			   (c->cmsg_level == IPPROTO_IPV6 &&
			    c->cmsg_type == IPV6_HOPLIMIT)) {
			read_ttl(c, &d->ttl);
		}
	}
	return found;
}

/* False: it is of no use. */
static bool describe(struct mmsghdr *mm, const struct udp_socket *s,
		     struct udp_datagram *d)
{
	struct msghdr *m = &mm->msg_hdr;

	if ((m->msg_flags & (MSG_TRUNC | MSG_CTRUNC)) ||
	    sockaddr_split(m->msg_name, &d->from, &d->from_port) ||
	    !read_control(m, d))
		return false;
	d->to_port = s->port;
	d->data = m->msg_iov->iov_base;
	d->len = mm->msg_len;
	return true;
}

/* How many datagrams, negative errno. */
static int receive(const struct udp_socket *s, struct udp_inbox *in)
{
	int n;

	for (size_t i = 0; i < UDP_BATCH; i++) {
		struct msghdr *m = &in->msgs[i].msg_hdr;

		m->msg_namelen = sizeof(in->from[i]);
		m->msg_controllen = sizeof(in->control[i]);
	}
	n = recvmmsg(s->fd, in->msgs, UDP_BATCH, MSG_DONTWAIT, NULL);
	return n < 0 ? -errno : n;
}

static void deliver(struct udp *u, size_t n)
{
	const struct udp_datagram *d = u->inbox->datagrams;

	counter_add(&u->stats.received, n);
	if (u->batch_fn && n)
		u->batch_fn(u->arg, d, n);
	for (size_t i = 0; i < n && !u->batch_fn; i++)
		u->fn(u->arg, &d[i]);
}

/* One batch, so that other events get their turn. */
void udp_on_readable(void *arg)
{
	struct udp_socket *s = arg;
	struct udp *u = s->udp;
	struct udp_inbox *in = u->inbox;
	int got = receive(s, in);
	size_t n = 0;

	if (got < 0) {
		counter_add(&u->stats.receive_errors,
			    got != -EAGAIN && got != -EINTR);
		return;
	}
	for (int i = 0; i < got; i++) {
		if (describe(&in->msgs[i], s, &in->datagrams[n]))
			n++;
		else
			counter_up(&u->stats.receive_errors);
	}
	deliver(u, n);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside of io/udp.h: opening (udp.c), receiving (udp_receive.c), sharing
 * ports (udp_spread.c), sending many (outbox.c). */
#ifndef LISP_IO_UDP_PART_H
#define LISP_IO_UDP_PART_H

#include <sys/socket.h>

#include "io/sockaddr.h"
#include "io/udp.h"
#include "sm/counter.h"

struct udp_inbox;

struct udp_socket {
	struct udp *udp;
	int fd;
	struct addr local;	/* unspecified: any address of its family */
	uint16_t port;
	struct loop_event *reader;
};

struct udp {
	struct udp_socket *sockets;
	size_t count;
	struct udp_inbox *inbox;
	udp_fn fn;
	udp_batch_fn batch_fn;		/* one of both */
	void *arg;
	struct udp_stats stats;
};

/* Room for what comes along with a datagram: its other address, its TTL. */
union udp_control {
	struct cmsghdr align;
	char room[CMSG_SPACE(sizeof(struct in6_pktinfo)) +
		  CMSG_SPACE(sizeof(struct in_pktinfo)) +
		  CMSG_SPACE(sizeof(int))];
};

/* The socket to send from @from (NULL: any) to @to, NULL: there is none. */
struct udp_socket *udp_choose(struct udp *u, const struct addr *from,
			      const struct addr *to);

/* Have @m, whose control data is @control, sent from @from. */
void udp_put_source(struct msghdr *m, union udp_control *control,
		    const struct addr *from);

/* Of the sockets that share @fd's port: who gets what, by its source address
 * alone, if they are @count.  0 or negative errno. */
int udp_spread(int fd, enum addr_family family, unsigned int count);

/* For the event loop: a struct udp_socket can be read. */
void udp_on_readable(void *arg);

struct udp_inbox *udp_inbox_new(void);
void udp_inbox_free(struct udp_inbox *in);

#endif

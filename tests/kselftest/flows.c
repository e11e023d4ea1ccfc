// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Much traffic from one namespace to another, and whether it came as it was.
 *
 *	flows udp FROM TO SOURCES TARGETS COUNT MAX SEED
 *		COUNT datagrams, each of a flow of its own (random source and
 *		destination address, source port) with 1 to MAX octets
 *	flows segments FROM TO SOURCES TARGETS COUNT MAX SEED
 *		the same, but what is sent is cut by the kernel (UDP_SEGMENT)
 *	flows tcp FROM TO SOURCES TARGETS MEGABYTES 0 SEED
 *		one connection
 *
 * SOURCES and TARGETS are prefixes: of the last 16 bits of an address any may
 * be used, so FROM and TO need routes of type local for them. Both ends are in
 * this process: a few datagrams are sent, then all of them are waited for, so
 * nothing is lost to a full buffer. Prints "sent N received N" and succeeds if
 * each datagram came once, between the right addresses, with its octets.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT	103
#endif

#define PORT	7000
#define SOCKETS	64	/* source ports */
#define AHEAD	16	/* sendings before all are waited for */
#define BIGGEST	65536
#define PATIENCE 20000	/* ms */

union addr {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

struct test {
	const char *from, *to;
	union addr source, target;
	uint64_t count, max, seed;
	int tx[SOCKETS], rx;
	uint64_t sent, received, sum_sent, sum_received;
};

static uint64_t random_state;

/* xorshift64*; a seed makes a test repeatable */
static uint32_t draw(void)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return random_state * 0x2545f4914f6cdd1d >> 32;
}

/* FNV-1a */
static uint64_t hash(uint64_t h, const void *data, size_t len)
{
	const uint8_t *p = data;

	while (len--)
		h = (h ^ *p++) * 0x100000001b3;
	return h;
}

static void enter(const char *ns)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", ns);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		err(2, "%s", path);
	close(fd);
}

static void parse(const char *text, union addr *a)
{
	memset(a, 0, sizeof(*a));
	if (inet_pton(AF_INET, text, &a->in.sin_addr) == 1)
		a->sa.sa_family = AF_INET;
	else if (inet_pton(AF_INET6, text, &a->in6.sin6_addr) == 1)
		a->sa.sa_family = AF_INET6;
	else
		errx(2, "%s: no address", text);
}

static uint8_t *octets(union addr *a, size_t *len)
{
	bool is4 = a->sa.sa_family == AF_INET;

	*len = is4 ? 4 : 16;
	return is4 ? (uint8_t *)&a->in.sin_addr : a->in6.sin6_addr.s6_addr;
}

/* An address of the prefix; not the first and last of an IPv4 network. */
static union addr one_of(const union addr *prefix)
{
	union addr a = *prefix;
	size_t len;
	uint8_t *p = octets(&a, &len);

	p[len - 2] = draw();
	p[len - 1] = 1 + draw() % 250;
	return a;
}

static int open_socket(int family, int type, uint16_t port)
{
	union addr any = { .sa.sa_family = family };
	int fd = socket(family, type, 0), on = 1, size = 8 << 20;

	if (fd < 0)
		err(2, "socket");
	any.in.sin_port = htons(port);	/* in6's is at the same place */
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
	setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on));
	setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof(on));
	if (bind(fd, &any.sa, family == AF_INET ? sizeof(any.in) :
						  sizeof(any.in6)))
		err(2, "bind");
	return fd;
}

static uint64_t hash_addr(uint64_t h, union addr *a)
{
	size_t len;
	uint8_t *p = octets(a, &len);

	return hash(h, p, len);
}

/* What is the same at both ends of a datagram. */
static uint64_t sum(union addr *source, union addr *target, uint16_t port,
		    const void *data, size_t len)
{
	uint64_t h = 0xcbf29ce484222325;

	h = hash_addr(h, source);
	h = hash_addr(h, target);
	h = hash(h, &port, sizeof(port));
	return hash(h, data, len);
}

static uint16_t port_of(int fd)
{
	union addr a;
	socklen_t len = sizeof(a);

	if (getsockname(fd, &a.sa, &len))
		err(2, "getsockname");
	return a.in.sin_port;
}

/* From @source, which is none of the addresses the interface has. */
static void send_from(int fd, union addr *source, union addr *target,
		      struct iovec *iov, uint16_t segment)
{
	bool is4 = target->sa.sa_family == AF_INET;
	char control[128] = {};
	struct msghdr msg = {
		.msg_name = target,
		.msg_namelen = is4 ? sizeof(target->in) : sizeof(target->in6),
		.msg_iov = iov, .msg_iovlen = 1,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
	size_t used;

	if (is4) {
		struct in_pktinfo info = { .ipi_spec_dst = source->in.sin_addr };

		c->cmsg_level = IPPROTO_IP;
		c->cmsg_type = IP_PKTINFO;
		c->cmsg_len = CMSG_LEN(sizeof(info));
		memcpy(CMSG_DATA(c), &info, sizeof(info));
		used = CMSG_SPACE(sizeof(info));
	} else {
		struct in6_pktinfo info = { .ipi6_addr = source->in6.sin6_addr };

		c->cmsg_level = IPPROTO_IPV6;
		c->cmsg_type = IPV6_PKTINFO;
		c->cmsg_len = CMSG_LEN(sizeof(info));
		memcpy(CMSG_DATA(c), &info, sizeof(info));
		used = CMSG_SPACE(sizeof(info));
	}
	if (segment) {
		c = CMSG_NXTHDR(&msg, c);
		c->cmsg_level = IPPROTO_UDP;
		c->cmsg_type = UDP_SEGMENT;
		c->cmsg_len = CMSG_LEN(sizeof(segment));
		memcpy(CMSG_DATA(c), &segment, sizeof(segment));
		used += CMSG_SPACE(sizeof(segment));
	}
	msg.msg_controllen = used;
	if (sendmsg(fd, &msg, 0) < 0)
		err(1, "send of %zu octets", iov->iov_len);
}

/* One sending, which is one datagram or, cut, several. */
static void send_one(struct test *t, bool cut)
{
	static uint32_t words[BIGGEST / 4];
	union addr source = one_of(&t->source), target = one_of(&t->target);
	size_t size = 1 + draw() % t->max, total = size, n;
	int fd = t->tx[draw() % SOCKETS];
	struct iovec iov = { .iov_base = words };
	uint16_t port = port_of(fd);

	if (cut)
		total = size * (2 + draw() % 20) + draw() % size;
	if (total > 60000)
		total = 60000 / size * size;
	for (size_t i = 0; i < total; i += 4)
		words[i / 4] = draw();
	target.in.sin_port = htons(PORT);
	iov.iov_len = total;
	send_from(fd, &source, &target, &iov, cut && total > size ? size : 0);
	for (size_t at = 0; at < total; at += n) {
		n = total - at < size ? total - at : size;
		t->sum_sent += sum(&source, &target, port, (char *)words + at,
				   n);
		t->sent++;
	}
}

static void target_of(struct msghdr *msg, union addr *target)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO)
			target->in.sin_addr = ((struct in_pktinfo *)
					       CMSG_DATA(c))->ipi_addr;
		if (c->cmsg_level == IPPROTO_IPV6 &&
		    c->cmsg_type == IPV6_PKTINFO)
			target->in6.sin6_addr = ((struct in6_pktinfo *)
						 CMSG_DATA(c))->ipi6_addr;
	}
}

/* Wait until all that was sent is there; false: time is up. */
static bool receive_all(struct test *t)
{
	static char buf[BIGGEST];
	char control[256];

	while (t->received < t->sent) {
		struct pollfd p = { .fd = t->rx, .events = POLLIN };
		union addr source = {}, target = t->target;
		struct iovec iov = { .iov_base = buf, .iov_len = sizeof(buf) };
		struct msghdr msg = {
			.msg_name = &source, .msg_namelen = sizeof(source),
			.msg_iov = &iov, .msg_iovlen = 1,
			.msg_control = control,
			.msg_controllen = sizeof(control),
		};
		ssize_t n = recvmsg(t->rx, &msg, MSG_DONTWAIT);

		if (n < 0 && errno == EAGAIN) {
			if (poll(&p, 1, PATIENCE) != 1)
				return false;
			continue;
		}
		if (n < 0)
			err(1, "recvmsg");
		target_of(&msg, &target);
		t->sum_received += sum(&source, &target, source.in.sin_port,
				       buf, n);
		t->received++;
	}
	return true;
}

static int run_udp(struct test *t, bool cut)
{
	int family = t->source.sa.sa_family;
	bool all = true;

	enter(t->to);
	t->rx = open_socket(family, SOCK_DGRAM, PORT);
	enter(t->from);
	for (int i = 0; i < SOCKETS; i++)
		t->tx[i] = open_socket(family, SOCK_DGRAM, 0);
	for (uint64_t i = 0; all && i < t->count; i++) {
		send_one(t, cut);
		if (i % AHEAD == AHEAD - 1 || i + 1 == t->count)
			all = receive_all(t);
	}
	printf("sent %lu received %lu%s\n", t->sent, t->received,
	       all && t->sum_sent != t->sum_received ? ", changed" : "");
	return !all || t->sum_sent != t->sum_received;
}

static void connect_tcp(struct test *t, int *tx, int *rx)
{
	union addr target = one_of(&t->target), source = one_of(&t->source);
	socklen_t len = sizeof(target);
	int family = target.sa.sa_family, listener;

	enter(t->to);
	listener = open_socket(family, SOCK_STREAM, PORT);
	if (listen(listener, 1))
		err(2, "listen");
	enter(t->from);
	*tx = socket(family, SOCK_STREAM, 0);
	len = family == AF_INET ? sizeof(target.in) : sizeof(target.in6);
	target.in.sin_port = htons(PORT);
	if (bind(*tx, &source.sa, len) || connect(*tx, &target.sa, len))
		err(1, "connect");
	*rx = accept(listener, NULL, NULL);
	if (*rx < 0)
		err(1, "accept");
	fcntl(*tx, F_SETFL, O_NONBLOCK);
	fcntl(*rx, F_SETFL, O_NONBLOCK);
}

static ssize_t moved(ssize_t n)
{
	if (n < 0 && errno != EAGAIN)
		err(1, "tcp");
	return n > 0 ? n : 0;
}

static int run_tcp(struct test *t)
{
	static char out[BIGGEST], in[BIGGEST];
	uint64_t total = t->count << 20;
	int tx, rx;

	connect_tcp(t, &tx, &rx);
	for (size_t i = 0; i < sizeof(out); i++)
		out[i] = draw();
	while (t->received < total) {
		struct pollfd p[2] = { { .fd = rx, .events = POLLIN },
			{ .fd = tx, .events = t->sent < total ? POLLOUT : 0 } };
		size_t at = t->sent % BIGGEST, left = total - t->sent, n;

		if (poll(p, 2, PATIENCE) < 1)
			break;
		n = moved(send(tx, out + at,
			       BIGGEST - at < left ? BIGGEST - at : left, 0));
		t->sum_sent = hash(t->sum_sent, out + at, n);
		t->sent += n;
		n = moved(recv(rx, in, sizeof(in), 0));
		t->sum_received = hash(t->sum_received, in, n);
		t->received += n;
	}
	printf("sent %lu received %lu%s\n", t->sent, t->received,
	       t->sum_sent != t->sum_received ? ", changed" : "");
	return t->received < total || t->sum_sent != t->sum_received;
}

int main(int argc, char **argv)
{
	struct test t = {};

	if (argc != 9)
		errx(2, "flows udp|segments|tcp FROM TO SOURCES TARGETS COUNT MAX SEED");
	t.from = argv[2];
	t.to = argv[3];
	parse(argv[4], &t.source);
	parse(argv[5], &t.target);
	t.count = strtoull(argv[6], NULL, 10);
	t.max = strtoull(argv[7], NULL, 10);
	random_state = strtoull(argv[8], NULL, 10) * 2 + 1;
	if (!strcmp(argv[1], "tcp"))
		return run_tcp(&t);
	return run_udp(&t, !strcmp(argv[1], "segments"));
}

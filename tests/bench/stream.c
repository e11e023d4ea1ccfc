/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stream MEGABYTES (FROM TO ADDRESS)...: one TCP connection each from the
 * namespace FROM (a name, or a path) to ADDRESS in the namespace TO, both ends
 * in this one process, which writes when it can and else reads. So nothing ever
 * waits for a scheduler, and where instructions are counted none of them is
 * idle. Several take turns, two megabytes at a time: what disturbs one disturbs
 * all. Prints octets and nanoseconds, a line for each; the first tenth is not
 * counted. The buffers are smaller than what a veth's ring takes (256 packets):
 * with larger ones some connections lost packets and others did not, and cost
 * from 0.8 to 60 instructions an octet.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PORT	5001
#define CHUNK	(256 * 1024)
#define TURN	(2u << 20)	/* octets */
#define PAIRS	8
#define PATIENCE	10000000000u	/* ns without progress */

static void enter(const char *ns)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s%s", *ns == '/' ? "" : "/run/netns/",
		 ns);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		err(1, "%s", path);
	close(fd);
}

static int tcp_socket(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1, size = 128 << 10;

	if (fd < 0)
		err(1, "socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
	return fd;
}

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

struct pair {
	int tx;
	int rx;
	uint64_t octets;
	uint64_t ns;
};

/* @argv: FROM TO ADDRESS */
static void connect_both(char **argv, struct pair *p)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(PORT) };
	int listener;

	if (inet_pton(AF_INET, argv[2], &to.sin_addr) != 1)
		errx(1, "%s: no address", argv[2]);
	enter(argv[1]);
	listener = tcp_socket();
	if (bind(listener, (void *)&to, sizeof(to)) || listen(listener, 1))
		err(1, "listen");
	enter(argv[0]);
	p->tx = tcp_socket();
	if (connect(p->tx, (void *)&to, sizeof(to)))
		err(1, "connect");
	p->rx = accept(listener, NULL, NULL);
	if (p->rx < 0)
		err(1, "accept");
	fcntl(p->tx, F_SETFL, O_NONBLOCK);
	fcntl(p->rx, F_SETFL, O_NONBLOCK);
}

/* Octets moved; 0 when that would have had to wait. */
static size_t step(ssize_t n, const char *what)
{
	if (n < 0 && errno != EAGAIN)
		err(1, "%s", what);
	return n > 0 ? n : 0;
}

/* All of @total from one end to the other. */
static void move(struct pair *p, uint64_t total)
{
	uint64_t sent = 0, got = 0, start = now(), last = start, end = start;
	static char buf[CHUNK];

	while (got < total) {
		size_t n = 0;

		if (sent < total)
			n = step(send(p->tx, buf, total - sent < CHUNK ?
				      total - sent : CHUNK, 0), "send");
		sent += n;
		if (!n) {
			n = step(recv(p->rx, buf, CHUNK, 0), "recv");
			got += n;
		}
		end = now();
		if (n)
			last = end;
		else if (end - last > PATIENCE)
			errx(1, "nothing moves any more");
	}
	p->octets += got;
	p->ns += end - start;
}

int main(int argc, char **argv)
{
	int n = (argc - 2) / 3;
	struct pair pairs[PAIRS] = { 0 };
	uint64_t total, turn;

	if (argc < 5 || (argc - 2) % 3 || n > PAIRS)
		errx(2, "stream MEGABYTES (FROM TO ADDRESS)...");
	total = strtoull(argv[1], NULL, 10) << 20;
	turn = n == 1 ? total - total / 10 : TURN;
	for (int i = 0; i < n; i++) {
		connect_both(argv + 2 + 3 * i, &pairs[i]);
		move(&pairs[i], total / 10);
		pairs[i].octets = pairs[i].ns = 0;
	}
	for (uint64_t done = total / 10; done < total; done += turn)
		for (int i = 0; i < n; i++)
			move(&pairs[i], turn);
	for (int i = 0; i < n; i++)
		printf("%llu %llu\n", (unsigned long long)pairs[i].octets,
		       (unsigned long long)pairs[i].ns);
	return 0;
}

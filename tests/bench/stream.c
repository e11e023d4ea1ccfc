/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stream FROM TO ADDRESS MEGABYTES: one TCP connection from the namespace FROM
 * to ADDRESS in the namespace TO, both ends in this one process, which writes
 * when it can and else reads. So nothing ever waits for a scheduler, and where
 * instructions are counted none of them is idle. Prints octets and
 * nanoseconds; the first tenth is not counted. The buffers are smaller than what
 * a veth's ring takes (256 packets): with larger ones some connections lost
 * packets and others did not, and cost from 0.8 to 60 instructions an octet.
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
#define PATIENCE	10000000000u	/* ns without progress */

static void enter(const char *ns)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", ns);
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

static void connect_both(char **argv, int *tx, int *rx)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(PORT) };
	int listener;

	if (inet_pton(AF_INET, argv[3], &to.sin_addr) != 1)
		errx(1, "%s: no address", argv[3]);
	enter(argv[2]);
	listener = tcp_socket();
	if (bind(listener, (void *)&to, sizeof(to)) || listen(listener, 1))
		err(1, "listen");
	enter(argv[1]);
	*tx = tcp_socket();
	if (connect(*tx, (void *)&to, sizeof(to)))
		err(1, "connect");
	*rx = accept(listener, NULL, NULL);
	if (*rx < 0)
		err(1, "accept");
	fcntl(*tx, F_SETFL, O_NONBLOCK);
	fcntl(*rx, F_SETFL, O_NONBLOCK);
}

/* Octets moved; 0 when that would have had to wait. */
static size_t step(ssize_t n, const char *what)
{
	if (n < 0 && errno != EAGAIN)
		err(1, "%s", what);
	return n > 0 ? n : 0;
}

int main(int argc, char **argv)
{
	uint64_t total, warm, sent = 0, got = 0, start = 0, last, end;
	static char buf[CHUNK];
	int tx, rx;

	if (argc != 5)
		errx(2, "stream FROM TO ADDRESS MEGABYTES");
	total = strtoull(argv[4], NULL, 10) << 20;
	warm = total / 10;
	connect_both(argv, &tx, &rx);

	last = end = now();
	while (got < total) {
		size_t n = 0;

		if (sent < total)
			n = step(send(tx, buf, CHUNK, 0), "send");
		sent += n;
		if (!n) {
			n = step(recv(rx, buf, CHUNK, 0), "recv");
			got += n;
		}
		end = now();
		if (n)
			last = end;
		else if (end - last > PATIENCE)
			errx(1, "nothing moves any more");
		if (!start && got >= warm) {
			start = end;
			warm = got;
		}
	}
	printf("%llu %llu\n", (unsigned long long)(got - warm),
	       (unsigned long long)(end - start));
	return 0;
}

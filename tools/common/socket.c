// SPDX-License-Identifier: GPL-2.0-or-later
#include "socket.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <json-c/json.h>

#include "io/clock.h"
#include "progress.h"

#define FIRST_SIZE	65536
#define PATIENCE	1000	/* ms: then who waits is told */

/* For an octet more than what is there. */
static int make_room(struct socket_in *in)
{
	size_t size = in->size ? 2 * in->size : FIRST_SIZE;
	char *buf;

	if (in->used < in->size)
		return 0;
	if (in->size >= SOCKET_LINE_MAX)
		return -EMSGSIZE;
	buf = realloc(in->buf, size);
	if (!buf)
		return -ENOMEM;
	in->buf = buf;
	in->size = size;
	return 0;
}

int socket_open(struct socket_in *in, const char *path)
{
	struct timeval limit = { .tv_sec = SOCKET_TIMEOUT_S };
	struct sockaddr_un sa = { .sun_family = AF_UNIX };

	*in = (struct socket_in){ .fd = -1 };
	if (strlen(path) >= sizeof(sa.sun_path))
		return -ENAMETOOLONG;
	if (make_room(in))
		return -ENOMEM;
	strcpy(sa.sun_path, path);
	in->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (in->fd < 0)
		return -errno;
	/* A full backlog counts as sending. */
	if (setsockopt(in->fd, SOL_SOCKET, SO_SNDTIMEO, &limit,
		       sizeof(limit)) ||
	    connect(in->fd, (struct sockaddr *)&sa, sizeof(sa)))
		return errno == EAGAIN ? -ETIMEDOUT : -errno;
	return 0;
}

void socket_close(struct socket_in *in)
{
	if (in->fd >= 0)
		close(in->fd);
	free(in->buf);
	*in = (struct socket_in){ .fd = -1 };
}

int socket_send(const struct socket_in *in, const char *text, size_t left)
{
	ssize_t n;

	while (left) {
		n = send(in->fd, text, left, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? -ETIMEDOUT : -errno;
		text += n;
		left -= n;
	}
	return 0;
}

/* --- reading --- */

/* The line before has been read: it goes. */
static void drop_line(struct socket_in *in)
{
	if (!in->line)
		return;
	in->used -= in->line;
	memmove(in->buf, in->buf + in->line, in->used);
	in->line = 0;
}

/* 0: some more is there. */
static int fill(struct socket_in *in)
{
	int err = make_room(in);
	ssize_t n;

	if (err)
		return err;
	n = recv(in->fd, in->buf + in->used, in->size - in->used,
		 MSG_DONTWAIT);
	if (n < 0)
		return errno == EINTR ? -EAGAIN : -errno;
	in->used += n;
	return n ? 0 : -ECONNRESET;
}

struct json_object *socket_next(struct socket_in *in, int *err)
{
	struct json_object *o;
	size_t seen = 0;
	char *end;

	drop_line(in);
	while (!(end = memchr(in->buf + seen, '\n', in->used - seen))) {
		seen = in->used;
		*err = fill(in);
		if (*err)
			return NULL;
	}
	*end = '\0';
	in->line = end + 1 - in->buf;
	o = json_tokener_parse(in->buf);
	*err = o ? 0 : -EBADMSG;
	return o;
}

static int wait_until(int fd, uint64_t end)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	uint64_t now = clock_ms();
	int n;

	if (now >= end)
		return -ETIMEDOUT;
	n = poll(&p, 1, end - now < PATIENCE ? (int)(end - now) : PATIENCE);
	if (n < 0 && errno != EINTR)
		return -errno;
	if (!n)
		progress("lispd has not answered yet...");
	return 0;
}

struct json_object *socket_read(struct socket_in *in, int *err)
{
	uint64_t end = clock_ms() + SOCKET_TIMEOUT_S * 1000;
	struct json_object *o;

	while (!(o = socket_next(in, err)) && *err == -EAGAIN) {
		*err = wait_until(in->fd, end);
		if (*err)
			break;
	}
	progress_end();
	return o;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control socket of lispd: lines of JSON, each way.
 *
 * Whatever is behind the path is not believed: a line has a bound, and so has
 * the time that it takes.
 */
#ifndef TOOLS_SOCKET_H
#define TOOLS_SOCKET_H

#include <stddef.h>

#define SOCKET_DEFAULT		"/run/lispd/lispd.sock"
#define SOCKET_TIMEOUT_S	10		/* for a line, each way */
#define SOCKET_LINE_MAX		(16u << 20)	/* octets, newline included */

struct json_object;

/* A connection, and what of its next lines is here already. */
struct socket_in {
	int fd;
	char *buf;
	size_t size, used;
	size_t line;			/* octets of the line taken last */
};

/* 0 or a negative errno; socket_close() is for both. */
int socket_open(struct socket_in *in, const char *path);
void socket_close(struct socket_in *in);

/* 0 or negative errno. */
int socket_send(const struct socket_in *in, const char *text, size_t left);

/* The next line, waited for.  NULL and *@err: -ECONNRESET when there is none,
 * -EBADMSG when it is no JSON, -EMSGSIZE when it has no end, -ETIMEDOUT... */
struct json_object *socket_read(struct socket_in *in, int *err);

/* The same without waiting: -EAGAIN.  Others may follow until it says so. */
struct json_object *socket_next(struct socket_in *in, int *err);

#endif

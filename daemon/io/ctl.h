/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control socket: a UNIX stream socket, one line of JSON a request, one
 * line an answer, in order.  What the lines mean is run/control.h's business.
 *
 * Who may talk: root, the user the daemon runs as, and members of the
 * configured group (primary or supplementary), by the credentials the kernel
 * gives (SO_PEERCRED, SO_PEERGROUPS).  Others are told so and cut off.
 *
 * A request may also be answered with a stream: lines as they come, until one
 * side hangs up.  Who does not read them misses some: nobody waits for him.
 *
 * Bounds: CTL_CLIENTS_MAX connections, CTL_LINE_MAX octets a request, one
 * request at a time on a connection, CTL_IDLE_S seconds of silence;
 * CTL_STREAMS_MAX streams, and CTL_QUEUE_MAX octets and a line that wait in
 * one.
 */
#ifndef LISP_IO_CTL_H
#define LISP_IO_CTL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define CTL_CLIENTS_MAX	32
#define CTL_LINE_MAX	4096	/* octets, newline included */
#define CTL_IDLE_S	60
#define CTL_STREAMS_MAX	8
#define CTL_QUEUE_MAX	65536	/* octets */

struct ctl;
struct loop;

struct ctl_config {
	const char *path;
	uid_t uid;		/* the daemon's user: owns the socket */
	gid_t gid;		/* (gid_t)-1: no group is let in */
};

/* A request, without its newline; @len octets and a NUL, which may also occur
 * in it.  It must be answered, now or later, with ctl_answer() and @client. */
typedef void (*ctl_fn)(void *arg, uint64_t client, const char *line,
		       size_t len);

/*
 * Bind and listen.  A socket that is left over from a process that is gone is
 * replaced; one that answers is not: -EADDRINUSE.  NULL and a negative errno
 * in *@err.
 */
struct ctl *ctl_open(const struct ctl_config *cfg, int *err);

/* Closes all connections and removes the socket.  Of what waits in streams, as
 * much goes out as can go at once. */
void ctl_close(struct ctl *c);

/* 0 or -ENOMEM.  The process ignores SIGPIPE from then on. */
int ctl_start(struct ctl *c, struct loop *l, ctl_fn fn, void *arg);

/* Send @line (without newline).  Nothing happens when the client has gone. */
void ctl_answer(struct ctl *c, uint64_t client, const char *line);

/* A stream that had no room has some again; @arg as of ctl_start(). */
typedef void (*ctl_room_fn)(void *arg, uint64_t client);

/* Answer the request of @client with a stream.  What it says from then on is
 * thrown away.  -EBUSY: there are too many.  -ENOENT: it has gone. */
int ctl_stream(struct ctl *c, uint64_t client, ctl_room_fn fn);

/* 0; -ENOBUFS: the queue of the stream is full, @fn will be called once it is
 * empty; -ENOENT: the client has gone, or is no stream. */
int ctl_stream_room(struct ctl *c, uint64_t client);

/* A line more, without newline, where there is room. */
void ctl_stream_put(struct ctl *c, uint64_t client, const char *line);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control socket: a UNIX stream socket, one line of JSON a request, one
 * line an answer, in order.  What the lines mean is run/control.h's business.
 *
 * Who may talk: root, the user the daemon runs as, and members of the
 * configured group (primary or supplementary), by the credentials the kernel
 * gives (SO_PEERCRED, SO_PEERGROUPS).  Others are told so and cut off.
 *
 * Bounds: CTL_CLIENTS_MAX connections, CTL_LINE_MAX octets a request, one
 * request at a time on a connection, CTL_IDLE_S seconds of silence.
 */
#ifndef LISP_IO_CTL_H
#define LISP_IO_CTL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define CTL_CLIENTS_MAX	32
#define CTL_LINE_MAX	4096	/* octets, newline included */
#define CTL_IDLE_S	60

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

/* Closes all connections and removes the socket. */
void ctl_close(struct ctl *c);

/* 0 or -ENOMEM.  The process ignores SIGPIPE from then on. */
int ctl_start(struct ctl *c, struct loop *l, ctl_fn fn, void *arg);

/* Send @line (without newline).  Nothing happens when the client has gone. */
void ctl_answer(struct ctl *c, uint64_t client, const char *line);

#endif

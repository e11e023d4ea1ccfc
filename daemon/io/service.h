/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a service manager is told, as sd_notify(3) says: one datagram at a time
 * to the socket that NOTIFY_SOCKET names.  Without one nothing is sent.  Nobody
 * waits for it: what the socket does not take is lost.
 */
#ifndef LISP_IO_SERVICE_H
#define LISP_IO_SERVICE_H

#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

struct service {
	int fd;
	struct sockaddr_un to;
	socklen_t to_len;		/* 0: nobody is to be told */
	uint64_t watchdog_ms;		/* how often, 0: not at all */
};

/* From the environment: NOTIFY_SOCKET, a path or an abstract name, and
 * WATCHDOG_USEC, half of which is @watchdog_ms, if WATCHDOG_PID is this process
 * or not there.  0, or -EINVAL, -EAFNOSUPPORT or another negative errno and @s
 * tells nobody. */
int service_open(struct service *s);
void service_close(struct service *s);

/* The configuration stands: after a start, and after each reload. */
void service_ready(const struct service *s);

/* A reload begins; service_ready() is its end, also if it changed nothing. */
void service_reloading(const struct service *s);

void service_stopping(const struct service *s);

/* The loop turns. */
void service_alive(const struct service *s);

#endif

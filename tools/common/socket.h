/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The control socket of lispd: lines of JSON, each way. */
#ifndef TOOLS_SOCKET_H
#define TOOLS_SOCKET_H

#include <stddef.h>
#include <stdio.h>

#define SOCKET_DEFAULT		"/run/lispd/lispd.sock"
#define SOCKET_TIMEOUT_S	10

struct json_object;

/* A descriptor on which nothing is waited for longer than that, or a negative
 * errno. */
int socket_connect(const char *path);

/* Wait for what is to be read as long as it takes.  0 or negative errno. */
int socket_wait_for_ever(int fd);

/* 0 or negative errno. */
int socket_send(int fd, const char *text, size_t left);

/* The next line.  NULL and *@err: -ECONNRESET when there is none, -EBADMSG when
 * it is no JSON, -ETIMEDOUT, ... */
struct json_object *socket_read(FILE *in, int *err);

#endif

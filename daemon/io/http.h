/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One page over HTTP/1.1, for monitoring: libmicrohttpd in the event loop,
 * without a thread of its own.
 *
 * GET and HEAD of HTTP_PATH are asked of the owner, who answers at once or
 * later; any other path is 404, another method 405.  A connection is one
 * request: all answers close it.
 *
 * Whoever can connect may be hostile.  Bounds: HTTP_CLIENTS_MAX connections,
 * the next one waits to be accepted; HTTP_HEADER_MAX octets for what one says;
 * HTTP_LIFE_MS for all of one, however it spends them.
 */
#ifndef LISP_IO_HTTP_H
#define LISP_IO_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/prefix.h"

#define HTTP_PATH		"/metrics"
#define HTTP_CLIENTS_MAX	16
#define HTTP_HEADER_MAX		8192	/* octets */
#define HTTP_LIFE_MS		10000

struct evbuffer;
struct http;
struct http_body;
struct loop;

/* Listen at @a (ADDR_IPV6 alone, if it is that) and TCP @port; nobody is
 * accepted yet.  NULL and a negative errno in *@err. */
struct http *http_open(const struct addr *a, uint16_t port, int *err);

/* Closes all connections. */
void http_close(struct http *h);

/* Somebody asks, and accepts what is in the header Accept (NULL: anything).
 * It is to be answered with http_answer() and @request, now or later. */
typedef void (*http_fn)(void *arg, uint64_t request, const char *accept);

/* 0 or -ENOMEM.  The process ignores SIGPIPE from then on. */
int http_start(struct http *h, struct loop *l, http_fn fn, void *arg);

/* @body NULL: 503.  Nothing happens when who asked has gone. */
void http_answer(struct http *h, uint64_t request, struct http_body *body);

/* An answer, for any number of requests: what is in @text, which is given
 * away, of media type @type.  NULL: no memory. */
struct http_body *http_body_new(struct evbuffer *text, const char *type);

/* Those who are being sent it still get all of it. */
void http_body_free(struct http_body *b);

#endif

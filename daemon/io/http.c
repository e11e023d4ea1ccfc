// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * libmicrohttpd keeps its sockets in an epoll set of its own, which is a
 * descriptor like any other for our loop.  It has a timeout for silence only;
 * whoever says an octet now and then is ended by a timer of ours, which shuts
 * the socket down and leaves the rest to the library.
 */
#include "io/http.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <microhttpd.h>

#include "io/loop.h"
#include "io/sockaddr.h"

/* From accept() to close(). */
struct client {
	struct loop_event *timer;
	int fd;
};

enum request_state {
	REQUEST_NEW,
	REQUEST_ASKED,		/* the owner has it, or has answered */
	REQUEST_WAITING,	/* suspended until he does */
};

struct request {
	struct request *next;
	uint64_t id;
	enum request_state state;
	bool answered;
	struct MHD_Connection *connection;
	struct http_body *body;
};

struct http {
	int fd;
	struct MHD_Daemon *daemon;
	struct loop_event *reader;
	struct loop_event *timer;
	struct loop *loop;
	http_fn fn;
	void *arg;
	uint64_t last_id;
	bool room;			/* a connection has ended */
	bool closing;			/* the owner is not asked any more */
	struct request *requests;
	struct http_body *wrong_path;
	struct http_body *wrong_method;
	struct http_body *unavailable;
};

/* --- bodies --- */

struct http_body {
	unsigned int users;
	struct MHD_Response *response;
};

static void free_text(void *text)
{
	evbuffer_free(text);
}

/* In one piece: of several the library would keep a list in what memory a
 * connection has, and close the connection if that is not enough. */
static struct MHD_Response *response_of(struct evbuffer *text)
{
	size_t len = evbuffer_get_length(text);
	void *at = evbuffer_pullup(text, -1);

	return at ? MHD_create_response_from_buffer_with_free_callback_cls(
			len, at, free_text, text) : NULL;
}

struct http_body *http_body_new(struct evbuffer *text, const char *type)
{
	struct http_body *b = calloc(1, sizeof(*b));

	if (b) {
		b->users = 1;
		b->response = response_of(text);
	}
	if (!b || !b->response) {
		evbuffer_free(text);
		free(b);
		return NULL;
	}
	if (!MHD_add_response_header(b->response, "Connection", "close") ||
	    !MHD_add_response_header(b->response, "Content-Type", type)) {
		http_body_free(b);
		return NULL;
	}
	return b;
}

void http_body_free(struct http_body *b)
{
	if (!b || --b->users)
		return;
	MHD_destroy_response(b->response);
	free(b);
}

static struct http_body *sentence(const char *s)
{
	struct evbuffer *text = evbuffer_new();

	if (!text)
		return NULL;
	evbuffer_add(text, s, strlen(s));
	return http_body_new(text, "text/plain; charset=utf-8");
}

/* --- the library's turn --- */

/* What it leaves undone it says with a timeout; but not that it will listen
 * again only in its next turn, when it had as many connections as it may. */
static void arm(struct http *h)
{
	MHD_UNSIGNED_LONG_LONG ms;

	if (h->room)
		loop_timer_arm(h->timer, 0);
	else if (MHD_get_timeout(h->daemon, &ms) == MHD_YES)
		loop_timer_arm(h->timer, ms);
	else
		loop_timer_disarm(h->timer);
}

static void on_turn(void *arg)
{
	struct http *h = arg;

	h->room = false;
	MHD_run(h->daemon);
	arm(h);
}

/* --- connections --- */

static void on_life_over(void *arg)
{
	struct client *c = arg;

	shutdown(c->fd, SHUT_RDWR);
}

static void client_free(struct client *c)
{
	loop_event_free(c->timer);
	free(c);
}

/* Without memory for a timer it is shut down at once. */
static void on_connection(void *arg, struct MHD_Connection *connection,
			  void **context, enum MHD_ConnectionNotificationCode what)
{
	struct http *h = arg;
	struct client *c;
	int fd;

	if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
		if (*context)
			client_free(*context);
		h->room = true;
		return;
	}
	fd = MHD_get_connection_info(connection,
				     MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
	c = calloc(1, sizeof(*c));
	if (c) {
		c->fd = fd;
		c->timer = loop_timer(h->loop, on_life_over, c);
	}
	if (c && c->timer) {
		loop_timer_arm(c->timer, HTTP_LIFE_MS);
		*context = c;
	} else {
		free(c);
		shutdown(fd, SHUT_RDWR);
	}
}

/* --- requests --- */

static struct request *request_new(struct http *h, struct MHD_Connection *c)
{
	struct request *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->id = ++h->last_id;
	r->connection = c;
	r->next = h->requests;
	h->requests = r;
	return r;
}

static void on_completed(void *arg, struct MHD_Connection *c, void **context,
			 enum MHD_RequestTerminationCode why)
{
	struct request **at = &((struct http *)arg)->requests;
	struct request *r = *context;

	if (!r)
		return;
	while (*at != r)
		at = &(*at)->next;
	*at = r->next;
	http_body_free(r->body);
	free(r);
	*context = NULL;
}

static enum MHD_Result queue_body(struct MHD_Connection *c,
				  unsigned int status,
				  const struct http_body *b)
{
	return MHD_queue_response(c, status, b->response);
}

static enum MHD_Result answer(const struct http *h, const struct request *r)
{
	if (!r->body)
		return queue_body(r->connection, MHD_HTTP_SERVICE_UNAVAILABLE,
				  h->unavailable);
	return queue_body(r->connection, MHD_HTTP_OK, r->body);
}

/* The header is complete, and what follows it has been thrown away. */
static enum MHD_Result ask(struct http *h, struct request *r)
{
	r->state = REQUEST_ASKED;
	h->fn(h->arg, r->id, MHD_lookup_connection_value(r->connection,
				MHD_HEADER_KIND, "Accept"));
	if (r->answered)
		return answer(h, r);
	r->state = REQUEST_WAITING;
	MHD_suspend_connection(r->connection);
	return MHD_YES;
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *c,
				  const char *url, const char *method,
				  const char *version, const char *upload,
				  size_t *upload_size, void **context)
{
	struct request *r = *context;
	struct http *h = arg;

	if (!r) {
		if (strcmp(url, HTTP_PATH))
			return queue_body(c, MHD_HTTP_NOT_FOUND, h->wrong_path);
		if (strcmp(method, "GET") && strcmp(method, "HEAD"))
			return queue_body(c, MHD_HTTP_METHOD_NOT_ALLOWED,
					  h->wrong_method);
		*context = request_new(h, c);
		return *context ? MHD_YES : MHD_NO;
	}
	if (*upload_size) {
		*upload_size = 0;
		return MHD_YES;
	}
	return r->answered || h->closing ? answer(h, r) : ask(h, r);
}

void http_answer(struct http *h, uint64_t request, struct http_body *body)
{
	struct request *r = h->requests;

	while (r && r->id != request)
		r = r->next;
	if (!r || r->answered)
		return;
	r->answered = true;
	r->body = body;
	if (body)
		body->users++;
	if (r->state != REQUEST_WAITING)
		return;
	MHD_resume_connection(r->connection);
	/* Not from in here: the library may be who called. */
	loop_timer_arm(h->timer, 0);
}

/* --- life --- */

static int listen_at(const struct addr *a, uint16_t port)
{
	const int on = 1;
	union sockaddr_any sa;
	socklen_t len = sockaddr_make(a, port, &sa);
	int fd, err;

	fd = socket(sa.sa.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
		    0);
	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    (a->family == ADDR_IPV6 &&
	     setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on))) ||
	    bind(fd, &sa.sa, len) || listen(fd, HTTP_CLIENTS_MAX)) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

struct http *http_open(const struct addr *a, uint16_t port, int *err)
{
	struct http *h = calloc(1, sizeof(*h));
	int fd = h ? listen_at(a, port) : -ENOMEM;

	*err = fd < 0 ? fd : 0;
	if (*err) {
		free(h);
		return NULL;
	}
	h->fd = fd;
	return h;
}

/* It needs its sentences, so that what it says is never half of an answer. */
static bool make_sentences(struct http *h)
{
	h->wrong_path = sentence("There is nothing but " HTTP_PATH ".\n");
	h->wrong_method = sentence("Only GET and HEAD are allowed.\n");
	h->unavailable = sentence("Try again later.\n");
	return h->wrong_path && h->wrong_method && h->unavailable &&
	       MHD_add_response_header(h->wrong_method->response, "Allow",
				       "GET, HEAD");
}

static struct MHD_Daemon *start_daemon(struct http *h)
{
	return MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0,
		NULL, NULL, on_request, h,
		MHD_OPTION_LISTEN_SOCKET, h->fd,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned int)HTTP_CLIENTS_MAX,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HTTP_HEADER_MAX,
		MHD_OPTION_NOTIFY_CONNECTION, on_connection, h,
		MHD_OPTION_NOTIFY_COMPLETED, on_completed, h,
		MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1,
		MHD_OPTION_END);
}

int http_start(struct http *h, struct loop *l, http_fn fn, void *arg)
{
	const union MHD_DaemonInfo *info;

	h->loop = l;
	h->fn = fn;
	h->arg = arg;
	signal(SIGPIPE, SIG_IGN);
	h->timer = loop_timer(l, on_turn, h);
	if (!h->timer || !make_sentences(h))
		return -ENOMEM;
	h->daemon = start_daemon(h);
	if (!h->daemon)
		return -ENOMEM;
	h->fd = -1;			/* the library's now */
	info = MHD_get_daemon_info(h->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	h->reader = loop_reader(l, info->epoll_fd, on_turn, h);
	if (!h->reader)
		return -ENOMEM;
	on_turn(h);
	return 0;
}

/* The library must not be stopped while a connection is suspended.  In its last
 * turn it may find more requests that have come meanwhile. */
static void resume_all(struct http *h)
{
	for (struct request *r = h->requests; r; r = r->next)
		if (r->state == REQUEST_WAITING && !r->answered)
			http_answer(h, r->id, NULL);
	MHD_run(h->daemon);
}

void http_close(struct http *h)
{
	if (!h)
		return;
	h->closing = true;
	if (h->daemon) {
		resume_all(h);
		MHD_stop_daemon(h->daemon);
	}
	if (h->fd >= 0)
		close(h->fd);
	loop_event_free(h->reader);
	loop_event_free(h->timer);
	http_body_free(h->wrong_path);
	http_body_free(h->wrong_method);
	http_body_free(h->unavailable);
	free(h);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A lispd of run_world.h that has every role, and whoever asks for its
 * numbers. */
#ifndef LISP_TESTS_RUN_METRICS_H
#define LISP_TESTS_RUN_METRICS_H

#include "run_world.h"

#include <arpa/inet.h>
#include <fcntl.h>

#include "io/http.h"

#define PORT		14342
#define PAGE_MAX	(8 << 20)
#define OPEN		"Accept: application/openmetrics-text\r\n"

static const char all_roles[] =
"{ \"name\": \"t\", \"control-socket\": \"%s/ctl\", \"state-dir\": \"%s/state\","
"  \"user\": \"root\", \"listen\": [\"" XTR "\"], \"metrics\": { %s },"
"  \"xtr\": { \"rlocs\": [{\"address\": \"" XTR "\"}],"
"    \"map-resolvers\": [\"" MS "\"],"
"    \"map-servers\": [{\"address\": \"" MS "\", \"key\": \"secret\"}],"
"    \"vpns\": [{\"name\": \"red\", \"iid\": 100, \"device\": \"lisp100\","
"      \"vrf\": \"red\", \"database\": [{\"prefix\": \"10.1.0.0/16\"}]}] },"
"  \"map-server\": { \"sites\": [{ \"name\": \"a\","
"    \"keys\": [{\"key\": \"k\"}], \"eids\": [{\"prefix\": \"10.9.0.0/16\"}]}]},"
"  \"map-resolver\": { \"ddt-roots\": [\"" MS "\"] },"
"  \"ddt-node\": { \"authoritative\": [{\"eid-prefix\": \"10.8.0.0/15\"}] } }";

static inline void open_all(struct world *w, void **state)
{
	struct cfg_errors e;
	char buf[2048];

	world_open(w, state, "false");
	conf_free(w->conf);
	snprintf(buf, sizeof(buf), all_roles, w->dir, w->dir, "");
	cfg_errors_init(&e, "test");
	w->conf = conf_parse(buf, &e);
	if (!w->conf)
		print_error("%s\n", e.lines[0]);
	assert_non_null(w->conf);
	cfg_errors_free(&e);
	start(w);
}

/* --- who asks --- */

/* The host connects him, or says no, before lispd hears of it. */
static inline int reach(unsigned int port)
{
	struct sockaddr_in in = {
		.sin_family = AF_INET, .sin_port = htons(port),
		.sin_addr = { htonl(INADDR_LOOPBACK) },
	};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	if (connect(fd, (struct sockaddr *)&in, sizeof(in))) {
		close(fd);
		return -1;
	}
	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	return fd;
}

static inline void tell(int fd, const char *what, size_t len)
{
	assert_int_equal(send(fd, what, len, MSG_NOSIGNAL), len);
}

/* All that is said until the connection ends, which is then closed. */
static inline const char *hear_all(struct world *w, int fd)
{
	static char page[PAGE_MAX];
	ssize_t got = -1;
	size_t n = 0;

	wait_until(w, (got = recv(fd, page + n, sizeof(page) - 1 - n, 0),
		       n += got > 0 ? got : 0,
		       !got || (got < 0 && errno != EAGAIN)));
	page[n] = '\0';
	close(fd);
	return page;
}

static inline const char *ask(struct world *w, const char *line, const char *headers)
{
	int fd = reach(PORT);
	char buf[1024];

	assert_true(fd >= 0);
	loop_once(w->d.loop, 1);
	snprintf(buf, sizeof(buf), "%s HTTP/1.1\r\nHost: a\r\n%s\r\n", line,
		 headers);
	tell(fd, buf, strlen(buf));
	return hear_all(w, fd);
}

static inline bool begins(const char *got, const char *with)
{
	return !strncmp(got, with, strlen(with));
}

static inline bool ends(const char *got, const char *with)
{
	size_t n = strlen(got), m = strlen(with);

	return n >= m && !strcmp(got + n - m, with);
}

#endif

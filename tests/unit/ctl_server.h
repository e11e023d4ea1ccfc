/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A control socket that answers with what it was asked, and its clients. */
#ifndef LISP_TESTS_CTL_SERVER_H
#define LISP_TESTS_CTL_SERVER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "io/clock.h"
#include "io/ctl.h"
#include "io/loop.h"

#define WAIT_MS	5000

struct server {
	struct loop *loop;
	struct ctl *ctl;
	char path[64];
	uint64_t client;	/* of the last request */
	char line[CTL_LINE_MAX];
	unsigned int count;
	bool late;		/* do not answer at once */
};

static inline void on_request(void *arg, uint64_t client, const char *line,
		       size_t len)
{
	struct server *s = arg;

	s->count++;
	s->client = client;
	assert_true(len < sizeof(s->line));
	memcpy(s->line, line, len + 1);
	if (!s->late)
		ctl_answer(s->ctl, client, line);
}

static inline void server_open(struct server *s, uid_t uid, gid_t gid)
{
	struct ctl_config cfg = { .path = s->path, .uid = uid, .gid = gid };
	int err;

	memset(s, 0, sizeof(*s));
	snprintf(s->path, sizeof(s->path), "/tmp/lisp-test-ctl-%d", getpid());
	s->loop = loop_new();
	s->ctl = ctl_open(&cfg, &err);
	assert_non_null(s->ctl);
	assert_int_equal(ctl_start(s->ctl, s->loop, on_request, s), 0);
}

static inline void server_close(struct server *s)
{
	ctl_close(s->ctl);
	loop_free(s->loop);
	assert_int_equal(access(s->path, F_OK), -1);
}

static inline int client_open(const char *path)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	strcpy(sa.sun_path, path);
	if (connect(fd, (struct sockaddr *)&sa, sizeof(sa))) {
		close(fd);
		return -errno;
	}
	return fd;
}

/* Read until @size octets, the end, or the bound. */
static inline size_t client_read(struct server *s, int fd, char *buf, size_t size,
			  bool *eof)
{
	uint64_t end = clock_ms() + WAIT_MS;
	size_t n = 0;
	ssize_t got;

	*eof = false;
	while (n < size && !*eof && clock_ms() < end) {
		loop_once(s->loop, 10);
		got = read(fd, buf + n, size - n);
		if (got > 0)
			n += got;
		if (got < 0)
			assert_int_equal(errno, EAGAIN);
		*eof = !got;
	}
	return n;
}

static inline void assert_answer(struct server *s, int fd, const char *text)
{
	char buf[256];
	bool eof;
	size_t n = client_read(s, fd, buf, strlen(text), &eof);

	assert_int_equal(n, strlen(text));
	assert_memory_equal(buf, text, n);
}

#endif

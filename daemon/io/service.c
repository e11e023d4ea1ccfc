// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/service.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* A number alone, 0: none. */
static uint64_t number(const char *text)
{
	char *end;
	unsigned long long n;

	if (!text || *text < '0' || *text > '9')
		return 0;
	errno = 0;
	n = strtoull(text, &end, 10);
	return errno || *end ? 0 : n;
}

/* "/a/path", or "@name" for one that is abstract. */
static int find_socket(struct service *s, const char *name)
{
	size_t len = strlen(name);

	if (name[0] != '/' && name[0] != '@')
		return -EAFNOSUPPORT;
	if (len < 2 || len >= sizeof(s->to.sun_path))
		return -EINVAL;
	s->to.sun_family = AF_UNIX;
	memcpy(s->to.sun_path, name, len);
	s->to_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	if (name[0] == '@')
		s->to.sun_path[0] = '\0';
	else
		s->to_len++;
	return 0;
}

static uint64_t find_watchdog(void)
{
	const char *pid = getenv("WATCHDOG_PID");

	if (pid && number(pid) != (uint64_t)getpid())
		return 0;
	return number(getenv("WATCHDOG_USEC")) / 2000;
}

int service_open(struct service *s)
{
	const char *name = getenv("NOTIFY_SOCKET");
	int err;

	memset(s, 0, sizeof(*s));
	if (!name)
		return 0;
	err = find_socket(s, name);
	if (err)
		return err;
	s->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->fd < 0) {
		s->to_len = 0;
		return -errno;
	}
	s->watchdog_ms = find_watchdog();
	return 0;
}

void service_close(struct service *s)
{
	if (s->to_len)
		close(s->fd);
	s->to_len = 0;
}

static void send_text(const struct service *s, const char *text)
{
	if (s->to_len)
		sendto(s->fd, text, strlen(text), MSG_NOSIGNAL,
		       (const struct sockaddr *)&s->to, s->to_len);
}

void service_ready(const struct service *s)
{
	send_text(s, "READY=1");
}

void service_reloading(const struct service *s)
{
	struct timespec t;
	char text[64];

	clock_gettime(CLOCK_MONOTONIC, &t);
	snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%" PRIu64,
		 (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000);
	send_text(s, text);
}

void service_stopping(const struct service *s)
{
	send_text(s, "STOPPING=1");
}

void service_alive(const struct service *s)
{
	send_text(s, "WATCHDOG=1");
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "socket.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <json-c/json.h>

int socket_connect(const char *path)
{
	struct timeval limit = { .tv_sec = SOCKET_TIMEOUT_S };
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd, err;

	if (strlen(path) >= sizeof(sa.sun_path))
		return -ENAMETOOLONG;
	strcpy(sa.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) ||
	    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) ||
	    connect(fd, (struct sockaddr *)&sa, sizeof(sa))) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

int socket_send(int fd, const char *text, size_t left)
{
	ssize_t n;

	while (left) {
		n = send(fd, text, left, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? -ETIMEDOUT : -errno;
		text += n;
		left -= n;
	}
	return 0;
}

struct json_object *socket_read(FILE *in, int *err)
{
	struct json_object *answer = NULL;
	char *line = NULL;
	size_t size = 0;

	errno = 0;
	if (getline(&line, &size, in) > 0) {
		answer = json_tokener_parse(line);
		*err = answer ? 0 : -EBADMSG;
	} else {
		*err = !errno ? -ECONNRESET :
			errno == EAGAIN ? -ETIMEDOUT : -errno;
	}
	free(line);
	return answer;
}

int socket_wait_for_ever(int fd)
{
	struct timeval never = { .tv_sec = 0 };

	return setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &never, sizeof(never)) ?
		-errno : 0;
}

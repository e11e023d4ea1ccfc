// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * in-ns NAME COMMAND [ARGUMENT...]: run the command in a network namespace.
 *
 * What nsenter(1) does, without its libraries and linked statically: the test
 * files start thousands of programs, and starting one is what an emulated guest
 * is slow at.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	char path[256];
	int fd;

	if (argc < 3) {
		fprintf(stderr, "in-ns: a namespace and a command, please\n");
		return 2;
	}
	snprintf(path, sizeof(path), "/run/netns/%s", argv[1]);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET)) {
		fprintf(stderr, "in-ns: %s: %s\n", path, strerror(errno));
		return 1;
	}
	execvp(argv[2], argv + 2);
	fprintf(stderr, "in-ns: %s: %s\n", argv[2], strerror(errno));
	return errno == ENOENT ? 127 : 126;
}

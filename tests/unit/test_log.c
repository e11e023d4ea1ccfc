// SPDX-License-Identifier: GPL-2.0-or-later
/* lispd's log where stderr is the journal's, and journald hangs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/log.h"

/* Of its own stderr, which nobody reads, as the unit's is. */
static int logs_a_lot(int fd)
{
	char stream[64];
	struct stat st;

	alarm(20);
	if (unshare(CLONE_NEWNS) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("none", "/run", "tmpfs", 0, NULL))
		return 77;
	if (dup2(fd, STDERR_FILENO) < 0 || fstat(STDERR_FILENO, &st))
		return 1;
	snprintf(stream, sizeof(stream), "%ju:%ju", (uintmax_t)st.st_dev,
		 (uintmax_t)st.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	log_init(LOG_LEVEL_INFO, "test");
	for (int i = 0; i < 5000; i++)
		log_line(LOG_LEVEL_ERROR, "line %d of many that nobody reads", i);
	return 0;
}

static void nobody_reads(void **state)
{
	int fd[2], status;
	char line[64] = "";
	pid_t pid;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	pid = fork();
	if (!pid)
		_exit(logs_a_lot(fd[1]));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip();
	/* Not ended by its alarm. */
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	/* What there was room for is there. */
	assert_true(read(fd[0], line, sizeof(line) - 1) > 0);
	assert_non_null(strstr(line, "line 0 of many"));
	close(fd[0]);
	close(fd[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_reads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

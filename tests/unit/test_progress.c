// SPDX-License-Identifier: GPL-2.0-or-later
/* What is waited for: only a terminal is told, and it is left clean. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "../../tools/common/progress.c"

/* What progress() writes to @fd as stderr is @want, read from @from; a terminal
 * hands it over in pieces, and "." is the end. */
static void assert_written(int fd, int from, const char *want)
{
	int err = dup(STDERR_FILENO);
	char got[128] = "";
	size_t n = 0;

	assert_int_equal(dup2(fd, STDERR_FILENO), STDERR_FILENO);
	progress("asking %d", 1);
	progress("asking %d", 2);
	progress_end();
	progress_end();
	fputs(".", stderr);
	assert_int_equal(dup2(err, STDERR_FILENO), STDERR_FILENO);
	close(err);
	while (!strchr(got, '.') && n < sizeof(got) - 1 &&
	       read(from, got + n, 1) == 1)
		n++;
	assert_string_equal(got, want);
}

static void a_terminal(void **state)
{
	int from = posix_openpt(O_RDWR | O_NOCTTY), fd;

	assert_true(from >= 0);
	assert_int_equal(grantpt(from) | unlockpt(from), 0);
	fd = open(ptsname(from), O_RDWR | O_NOCTTY);
	assert_true(fd >= 0);
	assert_written(fd, from, "\r\033[Kasking 1\r\033[Kasking 2\r\033[K.");
	close(fd);
	close(from);
}

static void anything_else(void **state)
{
	int p[2];

	assert_int_equal(pipe(p), 0);
	assert_written(p[1], p[0], ".");
	close(p[0]);
	close(p[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_terminal),
		cmocka_unit_test(anything_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

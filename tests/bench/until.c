// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * until WORD [-x HOOK] COMMAND...: run it until a line of its standard error
 * has WORD in it ("-": until it ends), and print how many nanoseconds that
 * took, and how many KiB of anonymous memory it has then. HOOK is run by a
 * shell after that; then the command is killed with SIGKILL.
 *
 * Where a nanosecond is an instruction and there is one processor, that is
 * what user space and kernel needed together: a process of the lowest priority
 * keeps the processor from being idle, when the clock would follow the host's,
 * and the time it got is not counted.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static uint64_t read_clock(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static void die(const char *what)
{
	fprintf(stderr, "until: %s: %s\n", what, strerror(errno));
	exit(2);
}

static pid_t spin(clockid_t *used)
{
	struct sched_param none = { 0 };
	pid_t pid = fork();

	if (!pid) {
		if (sched_setscheduler(0, SCHED_IDLE, &none))
			_exit(1);
		for (;;)
			;
	}
	if (pid < 0 || clock_getcpuclockid(pid, used))
		die("spinner");
	return pid;
}

static pid_t start(char **argv, FILE **words)
{
	int ends[2];
	pid_t pid;

	if (pipe(ends))
		die("pipe");
	pid = fork();
	if (!pid) {
		dup2(ends[1], 2);
		close(ends[0]);
		close(ends[1]);
		execvp(argv[0], argv);
		_exit(127);
	}
	close(ends[1]);
	*words = fdopen(ends[0], "r");
	return pid;
}

/* Everything is copied to our standard error with the time it came, but for
 * what comes too late. */
static bool wait_word(FILE *words, const char *word, uint64_t begin)
{
	static char line[4096];
	bool there = false;

	while (!there && fgets(line, sizeof(line), words)) {
		there = strstr(line, word);
		fprintf(stderr, "%9llu us %s", (unsigned long long)
			(read_clock(CLOCK_MONOTONIC) - begin) / 1000, line);
	}
	return there;
}

/* "status" counts pages in packs of 64. */
static long anonymous(pid_t pid)
{
	char name[64], line[256];
	long kib = 0;
	FILE *f;

	snprintf(name, sizeof(name), "/proc/%d/smaps_rollup", pid);
	f = fopen(name, "r");
	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, "Anonymous:", 10))
			kib = atol(line + 10);
	if (f)
		fclose(f);
	return kib;
}

int main(int argc, char **argv)
{
	uint64_t t, waited;
	const char *hook = NULL;
	clockid_t used;
	pid_t spinner, pid;
	bool good, end;
	FILE *words;
	int status = 0;
	char **rest = argv + 2;

	if (argc > 4 && !strcmp(argv[2], "-x")) {
		hook = argv[3];
		rest = argv + 4;
	}
	if (argc < 3 || !*rest) {
		fprintf(stderr, "until: see the head of until.c\n");
		return 2;
	}
	end = !strcmp(argv[1], "-");
	spinner = spin(&used);
	t = read_clock(CLOCK_MONOTONIC);
	waited = read_clock(used);
	pid = start(rest, &words);
	good = wait_word(words, end ? "\n\n" : argv[1], t);
	if (end)
		good = waitpid(pid, &status, 0) == pid && !status;
	t = read_clock(CLOCK_MONOTONIC) - t;
	waited = read_clock(used) - waited;
	kill(spinner, SIGKILL);
	printf("%llu %ld\n", (unsigned long long)(t - waited),
	       end ? 0 : anonymous(pid));
	fflush(stdout);
	if (hook && system(hook))
		good = false;
	if (!end) {
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
	}
	return !good;
}

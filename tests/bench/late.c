// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * late COMMAND...: run it, and say how many nanoseconds at most a process of
 * the highest priority had to wait for the processor meanwhile. Where a
 * nanosecond is an instruction and there is one processor, that is how long
 * the kernel ran between two points where it can be rescheduled, and what the
 * timer and the switch cost. A process of the lowest priority keeps the
 * processor from being idle, when that clock would follow the host's.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PERIOD_NS	200000

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static void sleep_until(uint64_t when)
{
	struct timespec t = { when / 1000000000, when % 1000000000 };

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

/* A child, of another policy than this process. */
static pid_t spawn(int policy)
{
	struct sched_param none = { 0 };
	pid_t pid = fork();

	if (!pid)
		sched_setscheduler(0, policy, &none);
	return pid;
}

int main(int argc, char **argv)
{
	struct sched_param highest = { .sched_priority = 99 };
	uint64_t next, at, worst = 0;
	pid_t child, spinner;
	int status;

	if (argc < 2 || sched_setscheduler(0, SCHED_FIFO, &highest)) {
		fprintf(stderr, "late: %s\n", argc < 2 ? "usage" :
			strerror(errno));
		return 2;
	}
	spinner = spawn(SCHED_IDLE);
	if (!spinner) {
		for (;;)
			;
	}
	child = spawn(SCHED_OTHER);
	if (!child) {
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	for (next = now() + PERIOD_NS; !waitpid(child, &status, WNOHANG);
	     next = now() + PERIOD_NS) {
		sleep_until(next);
		at = now();
		if (at > next && at - next > worst)
			worst = at - next;
	}
	kill(spinner, SIGKILL);
	printf("%llu\n", (unsigned long long)worst);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

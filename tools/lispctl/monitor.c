// SPDX-License-Identifier: GPL-2.0-or-later
/* What happens in the kernel and in lispd, a line each, until interrupted:
 * see monitor.h. */
#include "monitor.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <json-c/json.h>

#include "../common/socket.h"
#include "io/clock.h"

#define RETRIES		40	/* about five minutes, if nothing was said */
#define RETRY_FIRST	250	/* ms, doubled each time */
#define RETRY_LAST	8000	/* ms */
#define LASTING		10000	/* ms: it was there, and not only for a try */
#define ANSWER_MS	(SOCKET_TIMEOUT_S * 1000)

/* Of lispd; the kernel tells when there is something to open. */
struct retry {
	uint32_t most, done;
	uint64_t when;			/* to try again, or to have answered */
	uint64_t since;			/* agreed */
	bool over;
};

struct monitor {
	const struct options *opt;
	const struct args *args;
	struct monitor_kernel *kernel;	/* NULL: not wanted */
	bool kernel_over;		/* it will not come */
	struct monitor_lispd *lispd;	/* NULL: not wanted */
	struct retry retry;
	bool more;			/* of lispd, here already */
	int stop_fd;			/* SIGINT, SIGTERM */
	bool stopped;
};

/* --- what is printed --- */

static void on_event(void *arg, struct json_object *event)
{
	const struct monitor *m = arg;

	if (monitor_wants(m->args, event))
		monitor_print(stdout, m->opt->json, event);
	json_object_put(event);
}

static void tell(const struct monitor *m, const char *source,
		 const char *kind, const char *why)
{
	struct json_object *o = monitor_event(source, kind);

	if (why)
		json_object_object_add(o, "reason",
				       json_object_new_string(why));
	on_event((void *)m, o);
}

/* --- the kernel --- */

/* How opening it went.  A module that is not loaded is waited for. */
static void tell_kernel(struct monitor *m, int err)
{
	char text[MONITOR_WHY_MAX];

	m->kernel_over = err && err != -ENOENT;
	tell(m, "kernel", !err ? "connected" :
	     m->kernel_over ? "given-up" : "disconnected",
	     err ? monitor_kernel_why(err, text) : NULL);
}

static void close_kernel(struct monitor *m, int err)
{
	char text[MONITOR_WHY_MAX];

	monitor_kernel_close(m->kernel);
	tell(m, "kernel", "disconnected", monitor_kernel_why(err, text));
}

static void on_news(struct monitor *m)
{
	unsigned int news = monitor_kernel_news(m->kernel);

	if (news & MONITOR_WENT && monitor_kernel_fd(m->kernel) >= 0)
		close_kernel(m, -ENODEV);
	if (news & MONITOR_IS_THERE && monitor_kernel_fd(m->kernel) < 0 &&
	    !m->kernel_over)
		tell_kernel(m, monitor_kernel_open(m->kernel));
}

static void read_kernel(struct monitor *m)
{
	int err = monitor_kernel_read(m->kernel);

	if (err)
		close_kernel(m, err);
}

/* --- lispd --- */

static uint64_t patience(uint32_t tries)
{
	uint64_t ms = RETRY_FIRST;

	while (tries-- && ms < RETRY_LAST)
		ms *= 2;
	return ms < RETRY_LAST ? ms : RETRY_LAST;
}

/* It is lost, or was not to be had.  The first time it is told. */
static void lose_lispd(struct monitor *m, int err)
{
	uint64_t now = clock_ms();
	struct retry *r = &m->retry;
	char text[MONITOR_WHY_MAX];

	if (monitor_lispd_agreed(m->lispd) && now - r->since >= LASTING)
		r->done = 0;
	r->over = r->done >= r->most || err == -EPROTO;
	if (r->over || monitor_lispd_agreed(m->lispd) || !r->done)
		tell(m, "lispd", r->over ? "given-up" : "disconnected",
		     monitor_lispd_why(m->lispd, err, text));
	monitor_lispd_close(m->lispd);
	r->when = now + patience(r->done++);
}

static void open_lispd(struct monitor *m)
{
	int err = monitor_lispd_open(m->lispd);

	if (err)
		lose_lispd(m, err);
	else
		m->retry.when = clock_ms() + ANSWER_MS;
}

static void read_lispd(struct monitor *m)
{
	bool agreed = monitor_lispd_agreed(m->lispd);
	int err = monitor_lispd_read(m->lispd);

	if (!agreed && monitor_lispd_agreed(m->lispd)) {
		m->retry.since = clock_ms();
		tell(m, "lispd", "connected", NULL);
	}
	m->more = err > 0;
	if (err < 0)
		lose_lispd(m, err);
}

static void on_time(struct monitor *m)
{
	if (m->retry.over || monitor_lispd_agreed(m->lispd) ||
	    clock_ms() < m->retry.when)
		return;
	if (monitor_lispd_fd(m->lispd) < 0)
		open_lispd(m);
	else
		lose_lispd(m, -ETIMEDOUT);
}

/* --- both --- */

static bool is_over(const struct monitor *m)
{
	bool kernel = m->kernel && monitor_kernel_fd(m->kernel) >= 0;

	/* A module may come for ever; that alone is nothing to wait for. */
	return !kernel && (m->lispd ? m->retry.over : m->kernel_over);
}

static int time_left(const struct monitor *m)
{
	uint64_t now = clock_ms();

	if (m->more)
		return 0;
	if (!m->lispd || m->retry.over || monitor_lispd_agreed(m->lispd))
		return -1;
	return m->retry.when > now ? (int)(m->retry.when - now) : 0;
}

static int turn(struct monitor *m)
{
	struct pollfd p[] = {
		{ .fd = m->kernel ? monitor_kernel_news_fd(m->kernel) : -1,
		  .events = POLLIN },
		{ .fd = m->kernel ? monitor_kernel_fd(m->kernel) : -1,
		  .events = POLLIN },
		{ .fd = m->lispd ? monitor_lispd_fd(m->lispd) : -1,
		  .events = POLLIN },
		{ .fd = m->stop_fd, .events = POLLIN },
	};

	if (poll(p, 4, time_left(m)) < 0)
		return errno == EINTR ? 0 : -errno;
	m->stopped = p[3].revents;
	/* What the kernel said before it went comes before that it went. */
	if (p[1].revents)
		read_kernel(m);
	if (p[0].revents)
		on_news(m);
	if (p[2].revents || m->more)
		read_lispd(m);
	if (m->lispd)
		on_time(m);
	return fflush(stdout) ? -errno : 0;
}

static int watch(struct monitor *m)
{
	int err;

	do {
		err = turn(m);
	} while (!err && !m->stopped && !is_over(m));
	if (err)
		complain("monitor: %s", strerror(-err));
	return err ? LISPCTL_FAILED : m->stopped ? 0 : LISPCTL_ENDED;
}

/* One that was asked for must be there; of both, one. */
static int begin(struct monitor *m)
{
	char kernel[MONITOR_WHY_MAX], lispd[MONITOR_WHY_MAX];
	int kernel_err = -1, lispd_err = -1;

	if (m->kernel)
		kernel_err = monitor_kernel_open(m->kernel);
	if (m->lispd) {
		lispd_err = monitor_lispd_open(m->lispd);
		m->retry.when = clock_ms() + ANSWER_MS;
	}
	if (!kernel_err || !lispd_err) {
		if (m->kernel)
			tell_kernel(m, kernel_err);
		if (m->lispd && lispd_err)
			lose_lispd(m, lispd_err);
		return 0;
	}
	if (m->kernel)
		complain("%s", monitor_kernel_why(kernel_err, kernel));
	if (m->lispd)
		complain("%s", monitor_lispd_why(m->lispd, lispd_err, lispd));
	return -1;
}

/* What interrupts is read like everything else: no line is cut. */
static int signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

int monitor_run(const struct options *opt, const struct args *a)
{
	struct monitor m = { .opt = opt, .args = a, .stop_fd = signals() };
	int status = LISPCTL_FAILED;

	m.retry.most = args_said(a, WORD_RETRIES) ? a->retries : RETRIES;
	if (!args_said(a, WORD_DAEMON))
		m.kernel = monitor_kernel_new(on_event, &m);
	if (!args_said(a, WORD_KERNEL))
		m.lispd = monitor_lispd_new(opt->socket, on_event, &m);
	if ((m.kernel || args_said(a, WORD_DAEMON)) &&
	    (m.lispd || args_said(a, WORD_KERNEL))) {
		if (!begin(&m))
			status = watch(&m);
	} else {
		complain("monitor: no memory, or no netlink");
	}
	monitor_kernel_free(m.kernel);
	monitor_lispd_free(m.lispd);
	close(m.stop_fd);
	return status;
}

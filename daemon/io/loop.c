// SPDX-License-Identifier: GPL-2.0-or-later
#include "io/loop.h"

#include <errno.h>
#include <stdlib.h>

#include <event2/event.h>

/* libevent takes int seconds on some systems; a day is long enough. */
#define TIMER_MAX_MS	(24ull * 3600 * 1000)

struct loop {
	struct event_base *base;
};

struct loop_event {
	struct event *event;
	loop_fn fn;
	void *arg;
};

struct loop *loop_new(void)
{
	struct loop *l = calloc(1, sizeof(*l));
	struct event_config *cfg = event_config_new();

	if (l && cfg) {
		event_config_set_flag(cfg, EVENT_BASE_FLAG_NOLOCK |
				      EVENT_BASE_FLAG_PRECISE_TIMER);
		l->base = event_base_new_with_config(cfg);
	}
	if (cfg)
		event_config_free(cfg);
	if (l && !l->base) {
		free(l);
		l = NULL;
	}
	return l;
}

void loop_free(struct loop *l)
{
	if (!l)
		return;
	event_base_free(l->base);
	free(l);
}

int loop_run(struct loop *l)
{
	return event_base_dispatch(l->base) < 0 ? -EIO : 0;
}

void loop_stop(struct loop *l)
{
	event_base_loopbreak(l->base);
}

static void on_nothing(evutil_socket_t fd, short what, void *arg)
{
}

void loop_once(struct loop *l, uint64_t ms)
{
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	event_base_once(l->base, -1, EV_TIMEOUT, on_nothing, NULL, &tv);
	event_base_loop(l->base, EVLOOP_ONCE);
}

static void on_event(evutil_socket_t fd, short what, void *arg)
{
	struct loop_event *e = arg;

	e->fn(e->arg);
}

static struct loop_event *new_event(struct loop *l, int fd, short what,
				    loop_fn fn, void *arg)
{
	struct loop_event *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	e->fn = fn;
	e->arg = arg;
	e->event = event_new(l->base, fd, what, on_event, e);
	if (!e->event) {
		free(e);
		return NULL;
	}
	return e;
}

static struct loop_event *new_added(struct loop *l, int fd, short what,
				    loop_fn fn, void *arg)
{
	struct loop_event *e = new_event(l, fd, what, fn, arg);

	if (e && event_add(e->event, NULL)) {
		loop_event_free(e);
		return NULL;
	}
	return e;
}

struct loop_event *loop_reader(struct loop *l, int fd, loop_fn fn, void *arg)
{
	return new_added(l, fd, EV_READ | EV_PERSIST, fn, arg);
}

struct loop_event *loop_signal(struct loop *l, int sig, loop_fn fn,
			       void *arg)
{
	return new_added(l, sig, EV_SIGNAL | EV_PERSIST, fn, arg);
}

struct loop_event *loop_timer(struct loop *l, loop_fn fn, void *arg)
{
	return new_event(l, -1, 0, fn, arg);
}

void loop_timer_arm(struct loop_event *t, uint64_t ms)
{
	struct timeval tv;

	if (ms > TIMER_MAX_MS)
		ms = TIMER_MAX_MS;
	tv.tv_sec = ms / 1000;
	tv.tv_usec = ms % 1000 * 1000;
	event_add(t->event, &tv);
}

void loop_timer_disarm(struct loop_event *t)
{
	event_del(t->event);
}

void loop_event_free(struct loop_event *e)
{
	if (!e)
		return;
	event_free(e->event);
	free(e);
}

struct event_base *loop_base(struct loop *l)
{
	return l->base;
}

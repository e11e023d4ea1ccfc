// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/metrics.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/buffer.h>

#include "io/clock.h"
#include "io/http.h"
#include "io/log.h"
#include "io/loop.h"
#include "run/metrics_part.h"
#include "run/worker.h"

struct waiter {
	uint64_t request;
	enum expo_format format;
};

struct metrics {
	struct daemon *d;
	struct http *http;
	struct addr address;
	uint16_t port;
	struct metrics_self self;

	/* The last page; @page NULL: none yet. */
	uint64_t made;			/* ms */
	struct expo *page;
	struct http_body *bodies[EXPO_FORMATS];

	/* The next one; NULL: nobody has asked for it. */
	struct expo *next;
	struct metrics_plane *plane;	/* NULL: nothing is awaited */
	struct loop_event *patience;

	struct waiter waiters[HTTP_CLIENTS_MAX];
	unsigned int waiting;
};

/* --- pages --- */

static void forget_page(struct metrics *m)
{
	for (unsigned int i = 0; i < EXPO_FORMATS; i++) {
		http_body_free(m->bodies[i]);
		m->bodies[i] = NULL;
	}
	expo_free(m->page);
	m->page = NULL;
}

static void finish_page(struct metrics *m)
{
	forget_page(m);
	workers_lock(m->d);
	metrics_put_daemon(m->d, &m->self, m->next);
	workers_unlock(m->d);
	m->page = m->next;
	m->next = NULL;
	m->made = clock_ms();
}

/* NULL: no memory. */
static struct http_body *body_of(struct metrics *m, enum expo_format format)
{
	struct evbuffer *text;

	if (m->bodies[format] || !m->page)
		return m->bodies[format];
	text = expo_text(m->page, format);
	if (text)
		m->bodies[format] = http_body_new(text,
						  expo_media_type(format));
	return m->bodies[format];
}

static void answer_all(struct metrics *m)
{
	for (unsigned int i = 0; i < m->waiting; i++)
		http_answer(m->http, m->waiters[i].request,
			    body_of(m, m->waiters[i].format));
	m->waiting = 0;
}

/* --- the data plane --- */

/* It has said all, or will not. */
static void end_plane(struct metrics *m, int err)
{
	loop_timer_disarm(m->patience);
	m->self.data_plane_failures += err != 0;
	metrics_plane_end(m->plane, !err);
	metrics_plane_free(m->plane);
	m->plane = NULL;
	finish_page(m);
	answer_all(m);
}

static void on_dev(void *arg, const struct dp_dev *d)
{
	metrics_plane_dev(((struct metrics *)arg)->plane, d);
}

static bool on_iid(void *arg, const struct dp_iid *i)
{
	return metrics_plane_iid(((struct metrics *)arg)->plane, i);
}

static bool on_rloc(void *arg, const struct dp_rloc *r)
{
	return metrics_plane_rloc(((struct metrics *)arg)->plane, r);
}

static void on_done(void *arg, int err)
{
	end_plane(arg, err);
}

static void on_late(void *arg)
{
	struct metrics *m = arg;
	struct dp *dp = m->d->dp;

	dp->ops->tally_stop(dp);
	end_plane(m, -ETIMEDOUT);
}

/* What it says comes later, if this is 0. */
static int start_plane(struct metrics *m)
{
	struct dp *dp = m->d->dp;
	const struct dp_tally t = {
		.dev = on_dev, .iid = on_iid, .rloc = on_rloc, .done = on_done,
		.arg = m,
	};
	int err;

	m->plane = metrics_plane_new(m->next);
	if (!m->plane)
		return -ENOMEM;
	err = dp->ops->tally(dp, m->d->loop, &t);
	if (err)
		end_plane(m, err);
	else
		loop_timer_arm(m->patience, METRICS_WAIT_MS);
	return 0;
}

static void start_page(struct metrics *m)
{
	m->next = expo_new();
	if (m->next && m->d->dp && !start_plane(m))
		return;
	if (m->next)
		finish_page(m);
	else
		forget_page(m);
	answer_all(m);
}

/* --- somebody asks --- */

static void on_request(void *arg, uint64_t request, const char *accept)
{
	struct metrics *m = arg;

	m->self.scrapes++;
	/* There are no more connections than that. */
	if (m->waiting == HTTP_CLIENTS_MAX) {
		http_answer(m->http, request, NULL);
		return;
	}
	m->waiters[m->waiting++] = (struct waiter){
		.request = request, .format = expo_choose(accept),
	};
	if (m->next)
		return;
	if (m->page && clock_ms() - m->made < METRICS_KEEP_MS)
		answer_all(m);
	else
		start_page(m);
}

/* --- life --- */

static int refused(const struct conf_metrics *c, int err, char *why,
		   size_t size)
{
	char text[ADDR_TEXT_MAX];

	snprintf(why, size, "metrics: address %s, TCP port %u: %s",
		 addr_text(&c->address, text), (unsigned int)c->port,
		 strerror(-err));
	log_error("%s", why);
	return err;
}

int metrics_open(struct daemon *d, const struct conf *c, struct metrics **m,
		 char *why, size_t size)
{
	struct metrics *new;
	int err;

	*m = NULL;
	if (!c->metrics)
		return 0;
	new = calloc(1, sizeof(*new));
	if (!new)
		return refused(c->metrics, -ENOMEM, why, size);
	new->d = d;
	new->address = c->metrics->address;
	new->port = (uint16_t)c->metrics->port;
	new->http = http_open(&new->address, new->port, &err);
	if (!new->http) {
		err = refused(c->metrics, err, why, size);
		free(new);
		return err;
	}
	*m = new;
	return 0;
}

int metrics_start(struct metrics *m)
{
	m->patience = loop_timer(m->d->loop, on_late, m);
	return m->patience ? http_start(m->http, m->d->loop, on_request, m) :
		-ENOMEM;
}

void metrics_close(struct metrics *m)
{
	if (!m)
		return;
	if (m->plane)
		m->d->dp->ops->tally_stop(m->d->dp);
	metrics_plane_free(m->plane);
	http_close(m->http);
	loop_event_free(m->patience);
	expo_free(m->next);
	forget_page(m);
	free(m);
}

static bool same(const struct metrics *m, const struct conf_metrics *c)
{
	return !m || !c ? !m && !c : m->port == c->port &&
		addr_equal(&m->address, &c->address);
}

int metrics_reopen(struct daemon *d, const struct conf *c, struct metrics **m,
		   char *why, size_t size)
{
	int err;

	*m = d->metrics;
	if (same(d->metrics, c->metrics))
		return 0;
	err = metrics_open(d, c, m, why, size);
	if (err || !*m)
		return err;
	err = metrics_start(*m);
	if (err) {
		err = refused(c->metrics, err, why, size);
		metrics_close(*m);
	}
	return err;
}

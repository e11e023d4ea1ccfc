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

static void make_page(struct metrics *m, struct expo *x)
{
	forget_page(m);
	if (!x)
		return;
	workers_lock(m->d);
	metrics_put_daemon(m->d, &m->self, x);
	workers_unlock(m->d);
	m->page = x;
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
	if (!m->page || clock_ms() - m->made >= METRICS_KEEP_MS)
		make_page(m, expo_new());
	answer_all(m);
}

/* --- life --- */

static int refused(const struct metrics *m, int err, char *why, size_t size)
{
	char text[ADDR_TEXT_MAX];

	snprintf(why, size, "metrics: address %s, TCP port %u: %s",
		 addr_text(&m->address, text), m->port, strerror(-err));
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
		return -ENOMEM;
	new->d = d;
	new->address = c->metrics->address;
	new->port = (uint16_t)c->metrics->port;
	new->http = http_open(&new->address, new->port, &err);
	if (!new->http) {
		err = refused(new, err, why, size);
		free(new);
		return err;
	}
	*m = new;
	return 0;
}

int metrics_start(struct metrics *m)
{
	return http_start(m->http, m->d->loop, on_request, m);
}

void metrics_close(struct metrics *m)
{
	if (!m)
		return;
	http_close(m->http);
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
		err = refused(*m, err, why, size);
		metrics_close(*m);
	}
	return err;
}

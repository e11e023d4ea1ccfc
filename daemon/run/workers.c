// SPDX-License-Identifier: GPL-2.0-or-later
/* All workers: what they share with the main thread, and how it makes them
 * begin, wait and end. */
#include "run/worker_part.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "io/clock.h"
#include "io/log.h"
#include "io/loop.h"
#include "io/outbox.h"
#include "io/udp.h"
#include "run/execute.h"
#include "sm/ms.h"

/* Of each worker, before the main thread's own sockets get their turn. */
#define TAKEN_MAX		256

void bell_ring(int fd)
{
	uint64_t one = 1;

	/* It can fail only when it rings already. */
	if (write(fd, &one, sizeof(one)) < 0)
		return;
}

void bell_quiet(int fd)
{
	uint64_t n;

	if (read(fd, &n, sizeof(n)) < 0)
		return;
}

/* --- what is shared --- */

/* Are there other threads? */
static bool runs(const struct daemon *d)
{
	return d->workers && d->workers->shared;
}

void workers_lock(const struct daemon *d)
{
	if (d->workers)
		pthread_mutex_lock(&d->workers->store);
}

void workers_unlock(const struct daemon *d)
{
	if (d->workers)
		pthread_mutex_unlock(&d->workers->store);
}

void workers_read_begin(const struct daemon *d)
{
	if (runs(d))
		store_read_begin();
}

void workers_read_end(const struct daemon *d)
{
	if (runs(d))
		store_read_end();
}

void workers_armed(struct daemon *d, uint64_t due)
{
	if (d->workers)
		d->workers->armed = due;
}

bool workers_serve(struct daemon *d, unsigned int desk, uint64_t now,
		   const struct packet *pkt, const struct lisp_msg *m,
		   struct actions *acts)
{
	enum node_desk_result r;
	struct ms_proof proof;

	workers_read_begin(d);
	r = node_desk_message(d->node, desk, now, pkt, m, &proof, acts);
	workers_read_end(d);
	if (r != NODE_PROVEN)
		return r == NODE_SERVED;

	workers_lock(d);
	node_desk_take(d->node, now, pkt, m, &proof, acts);
	workers_unlock(d);
	return true;
}

/* --- the main thread takes over --- */

static void take_report(struct daemon *d, uint64_t now,
			const struct handed *item)
{
	switch (item->kind) {
	case HANDED_EVENT:
		report_event(&d->report, now, &item->event);
		watch_event(d, &item->event);
		break;
	case HANDED_PARSE:
		report_parse(&d->report, now, &item->parse.from,
			     &item->parse.err, item->parse.type);
		break;
	case HANDED_SEND:
		execute_on_send_error(d, &item->send.to, item->send.kind,
				      item->send.err);
		break;
	case HANDED_RECORD:
		report_record(&d->report, now, d->conf->state_dir,
			      item->record.err, item->record.dropped);
		break;
	case HANDED_DATAGRAM:
		break;
	}
}

/* Datagrams of one worker, which are handled together as those of a socket. */
struct batch {
	struct udp_datagram list[UDP_BATCH];
	size_t n;
};

static void handle(struct daemon *d, struct batch *b)
{
	if (b->n)
		execute_on_datagrams(d, b->list, b->n);
	b->n = 0;
}

/* False: that was @max of them, and there may be more.  Reports, of what has
 * been done already, come before the datagrams they are among. */
static bool take_some(struct worker *w, size_t max)
{
	struct daemon *d = w->all->d;
	struct batch b = { .n = 0 };
	uint64_t now = clock_ms();

	for (size_t i = 0; i < max; i++) {
		const struct handed *item;

		if (b.n == UDP_BATCH || !handover_left(&w->left))
			handle(d, &b);
		item = handover_take(&w->left);
		if (!item)
			return true;
		if (item->kind == HANDED_DATAGRAM)
			b.list[b.n++] = item->datagram;
		else
			take_report(d, now, item);
	}
	handle(d, &b);
	return false;
}

/* A part of all sources would not be answered any more, and nobody know. */
static void look_at_ended(struct workers *ws)
{
	bool ended;

	pthread_mutex_lock(&ws->gate);
	ended = ws->ended;
	pthread_mutex_unlock(&ws->gate);
	if (!ended || ws->d->failed)
		return;
	log_error("the event loop of a worker has failed: lispd ends");
	ws->d->failed = true;
	loop_stop(ws->d->loop);
}

static void on_wake(void *arg)
{
	struct workers *ws = arg;
	bool all = true;

	bell_quiet(ws->wake);
	look_at_ended(ws);
	for (unsigned int i = 0; i < ws->count; i++)
		all &= take_some(&ws->list[i], TAKEN_MAX);
	if (!all)
		bell_ring(ws->wake);
	execute_on_datagrams(ws->d, NULL, 0);	/* arms the timer */
}

/* --- the gate --- */

bool workers_gate(struct workers *ws)
{
	bool stopping;

	pthread_mutex_lock(&ws->gate);
	ws->waiting++;
	pthread_cond_broadcast(&ws->changed);
	while (ws->paused && !ws->stopping)
		pthread_cond_wait(&ws->changed, &ws->gate);
	ws->waiting--;
	stopping = ws->stopping;
	pthread_mutex_unlock(&ws->gate);
	return !stopping;
}

void workers_ended(struct workers *ws)
{
	pthread_mutex_lock(&ws->gate);
	if (!ws->stopping) {
		ws->ended = true;
		ws->waiting++;
		pthread_cond_broadcast(&ws->changed);
		bell_ring(ws->wake);
	}
	pthread_mutex_unlock(&ws->gate);
}

static void kick_all(struct workers *ws)
{
	for (unsigned int i = 0; i < ws->count; i++)
		if (ws->list[i].runs)
			bell_ring(ws->list[i].kick);
}

void workers_stored(struct daemon *d)
{
	if (runs(d))
		kick_all(d->workers);
}

void workers_pause(struct daemon *d)
{
	struct workers *ws = d->workers;

	if (!runs(d))
		return;
	pthread_mutex_lock(&ws->gate);
	ws->paused = true;
	kick_all(ws);
	while (ws->waiting < ws->count)
		pthread_cond_wait(&ws->changed, &ws->gate);
	pthread_mutex_unlock(&ws->gate);
	/* Events name things of the configuration that they came about in. */
	for (unsigned int i = 0; i < ws->count; i++)
		take_some(&ws->list[i], SIZE_MAX);
}

void workers_resume(struct daemon *d)
{
	struct workers *ws = d->workers;

	if (!runs(d))
		return;
	pthread_mutex_lock(&ws->gate);
	ws->paused = false;
	pthread_cond_broadcast(&ws->changed);
	pthread_mutex_unlock(&ws->gate);
}

/* --- life --- */

int workers_open(struct daemon *d, const struct udp_config *cfg)
{
	unsigned int count = d->conf->ms ?
		(unsigned int)d->conf->ms->workers - 1 : 0;
	struct udp_config beside = *cfg;
	struct workers *ws;
	int err = 0;

	if (!count)
		return 0;
	ws = calloc(1, sizeof(*ws) + count * sizeof(ws->list[0]));
	if (!ws)
		return -ENOMEM;
	d->workers = ws;
	ws->d = d;
	ws->armed = UINT64_MAX;
	ws->count = count;
	pthread_mutex_init(&ws->store, NULL);
	pthread_mutex_init(&ws->gate, NULL);
	pthread_cond_init(&ws->changed, NULL);
	ws->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	beside.beside = d->udp;
	beside.sharers = count + 1;
	for (unsigned int i = 0; i < count; i++)
		ws->list[i].kick = -1;
	for (unsigned int i = 0; i < count && !err; i++)
		err = worker_open(&ws->list[i], ws, i + 1, &beside);
	return err ? err : ws->wake < 0 ? -EMFILE : 0;
}

int workers_start(struct daemon *d)
{
	struct workers *ws = d->workers;
	int err = 0;

	if (!ws)
		return 0;
	ws->woken = loop_reader(d->loop, ws->wake, on_wake, ws);
	if (!ws->woken)
		return -ENOMEM;
	store_share(d->store);
	store_reader_register();
	ws->shared = true;
	for (unsigned int i = 0; i < ws->count && !err; i++)
		err = worker_start(&ws->list[i]);
	return err;
}

void workers_stop(struct daemon *d)
{
	struct workers *ws = d->workers;

	if (!ws)
		return;
	pthread_mutex_lock(&ws->gate);
	ws->stopping = true;
	kick_all(ws);
	pthread_cond_broadcast(&ws->changed);
	pthread_mutex_unlock(&ws->gate);
	for (unsigned int i = 0; i < ws->count; i++) {
		if (ws->list[i].runs)
			pthread_join(ws->list[i].thread, NULL);
		ws->list[i].runs = false;
	}
	if (ws->shared) {
		store_unshare(d->store);
		store_reader_unregister();
	}
	ws->shared = false;
}

void workers_free(struct daemon *d)
{
	struct workers *ws = d->workers;

	if (!ws)
		return;
	for (unsigned int i = 0; i < ws->count; i++)
		worker_close(&ws->list[i]);
	loop_event_free(ws->woken);
	if (ws->wake >= 0)
		close(ws->wake);
	pthread_mutex_destroy(&ws->store);
	pthread_mutex_destroy(&ws->gate);
	pthread_cond_destroy(&ws->changed);
	free(ws);
	d->workers = NULL;
}

/* --- counters --- */

static void count_udp(struct udp_stats *sum, const struct udp_stats *u)
{
	sum->received += counter_read(&u->received);
	sum->sent += counter_read(&u->sent);
	sum->send_errors += counter_read(&u->send_errors);
	sum->receive_errors += counter_read(&u->receive_errors);
}

void workers_count(const struct daemon *d, struct udp_stats *u,
		   struct daemon_counters *c, struct workers_counters *h)
{
	const struct workers *ws = d->workers;

	for (unsigned int i = 0; ws && i < ws->count; i++) {
		const struct worker *w = &ws->list[i];

		count_udp(u, udp_stats(w->udp));
		for (int k = 0; k < WIRE_REASON_COUNT; k++)
			c->parse_errors[k] +=
				counter_read(&w->counters.parse_errors[k]);
		c->actions_lost += counter_read(&w->counters.actions_lost);
		c->record_errors += counter_read(&w->counters.record_errors);
		c->answers_dropped +=
			counter_read(&w->counters.answers_dropped);
		h->handed_over += counter_read(&w->handing.handed_over);
		h->lost += counter_read(&w->handing.lost);
		h->held += outbox_held(w->outbox);
	}
}

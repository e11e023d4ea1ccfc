// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Life of a worker: a socket of its has something -> up to 64 messages, each
 * parsed into the arena and handled -> one flush of the store if a
 * Map-Register was taken -> what they made is sent together.  Between two of
 * these it looks whether it is to wait (another configuration) or to end.
 */
#include "run/worker_part.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "io/clock.h"
#include "io/log.h"
#include "io/loop.h"
#include "io/outbox.h"
#include "run/execute.h"
#include "sm/ms.h"

/* Lines that remotes cause and a worker hands over: the main thread prints
 * one of a kind a second, and counts the rest. */
#define TOLD_INTERVAL_US	1000
#define TOLD_BURST		1000

/* --- to the main thread --- */

static void leave(struct worker *w, const struct handed *item)
{
	bool first;

	if (handover_put(&w->left, item, &first))
		counter_up(&w->handing.handed_over);
	else
		counter_up(&w->handing.lost);
	if (first)
		bell_ring(w->all->wake);
}

static void tell_event(struct worker *w, uint64_t now,
		       const struct action_log *l)
{
	const struct log_event_info *info = &log_events[l->event];

	if (!log_wanted(info->level) && !watch_wanted(w->all->d))
		return;
	if (info->remote && !bucket_take(&w->told, now))
		counter_up(&w->handing.lost);
	else
		leave(w, &(struct handed){ .kind = HANDED_EVENT,
					   .event = *l });
}

static void tell_parse(struct worker *w, uint64_t now,
		       const struct udp_datagram *dgram,
		       const struct wire_error *err)
{
	struct handed item = {
		.kind = HANDED_PARSE,
		.parse = {
			.from = dgram->from,
			.err = *err,
			.type = msg_peek_type(dgram->data, dgram->len),
		},
	};

	counter_up(&w->counters.parse_errors[err->reason]);
	if (bucket_take(&w->told, now))
		leave(w, &item);
}

static void on_send_error(void *arg, const struct addr *to, int kind, int err)
{
	struct worker *w = arg;

	if (bucket_take(&w->told, clock_ms()))
		leave(w, &(struct handed){
			.kind = HANDED_SEND,
			.send = { .to = *to, .kind = kind, .err = err } });
}

/* --- messages --- */

/* On record first; and the main thread may have to do something sooner than
 * it thinks. */
static int put_on_record(struct worker *w)
{
	struct daemon *d = w->all->d;
	bool early;
	int err;

	workers_lock(d);
	err = store_flush(d->store);
	store_look(d->store, &w->record);
	early = ms_due(node_ms(d->node)) < w->all->armed;
	workers_unlock(d);
	if (early)
		bell_ring(w->all->wake);
	return err;
}

static void tell_record(struct worker *w, int err, unsigned int dropped)
{
	if (bucket_take(&w->told, clock_ms()))
		leave(w, &(struct handed){
			.kind = HANDED_RECORD,
			.record = { .err = err, .dropped = dropped } });
}

static void let_go(struct worker *w, int err)
{
	unsigned int dropped = outbox_send(w->outbox, w->record.durable,
					   w->record.pending);

	counter_add(&w->counters.answers_dropped, dropped);
	counter_add(&w->counters.record_errors, err != 0);
	if (err || dropped)
		tell_record(w, err || w->record.pending ? err : -EIO, dropped);
}

static void flush(struct worker *w)
{
	int err = w->took ? put_on_record(w) : 0;

	w->took = false;
	let_go(w, err);
}

static void do_action(struct worker *w, uint64_t now, const struct action *a)
{
	struct outbox_item item;

	/* The Map-Server makes no others. */
	if (a->type == ACTION_LOG)
		tell_event(w, now, &a->log);
	if (a->type != ACTION_SEND)
		return;
	item = execute_send_item(&a->send);
	while (!outbox_add(w->outbox, &item))
		flush(w);
}

static void on_datagram(struct worker *w, uint64_t now,
			const struct udp_datagram *dgram)
{
	struct packet pkt = execute_packet(dgram);
	struct wire_error err;
	struct lisp_msg m;

	arena_reset(&w->arena);
	actions_init(&w->actions, &w->arena);
	if (msg_parse(dgram->data, dgram->len, &w->arena, &m, &err)) {
		tell_parse(w, now, dgram, &err);
		return;
	}
	if (!workers_serve(w->all->d, w->desk, now, &pkt, &m, &w->actions)) {
		leave(w, &(struct handed){ .kind = HANDED_DATAGRAM,
					   .datagram = *dgram });
		return;
	}
	w->took |= m.type == MSG_TYPE_MAP_REGISTER;
	for (struct action *a = w->actions.first; a; a = a->next)
		do_action(w, now, a);
	counter_add(&w->counters.actions_lost, w->actions.lost);
}

static void on_datagrams(void *arg, const struct udp_datagram *dgrams,
			 size_t n)
{
	struct worker *w = arg;
	uint64_t now = clock_ms();

	execute_warm(w->all->d, dgrams, n);
	for (size_t i = 0; i < n; i++)
		on_datagram(w, now, &dgrams[i]);
	flush(w);
}

/* --- life --- */

static void on_kick(void *arg)
{
	struct worker *w = arg;

	bell_quiet(w->kick);
	if (!workers_gate(w->all)) {
		loop_stop(w->loop);
		return;
	}
	if (!outbox_holds(w->outbox))
		return;
	workers_lock(w->all->d);
	store_look(w->all->d->store, &w->record);
	workers_unlock(w->all->d);
	let_go(w, 0);
}

static void *run(void *arg)
{
	struct worker *w = arg;

	store_reader_register();
	loop_run(w->loop);
	store_reader_unregister();
	workers_ended(w->all);
	return NULL;
}

/* Signals are the main thread's. */
static int create(struct worker *w)
{
	sigset_t all, before;
	char name[16];
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = -pthread_create(&w->thread, NULL, run, w);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (err)
		return err;
	w->runs = true;
	snprintf(name, sizeof(name), "lispd worker %u", w->desk);
	pthread_setname_np(w->thread, name);
	return 0;
}

int worker_open(struct worker *w, struct workers *ws, unsigned int desk,
		const struct udp_config *cfg)
{
	int err;

	w->all = ws;
	w->desk = desk;
	arena_init(&w->arena, ACTIONS_ARENA_CAP);
	bucket_init(&w->told, TOLD_INTERVAL_US, TOLD_BURST);
	w->kick = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	w->loop = loop_new();
	err = handover_init(&w->left);
	if (err || w->kick < 0 || !w->loop)
		return -ENOMEM;
	w->udp = udp_open(cfg, &err, NULL);
	if (!w->udp)
		return err;
	w->outbox = outbox_new(w->udp, on_send_error, w);
	return w->outbox ? 0 : -ENOMEM;
}

int worker_start(struct worker *w)
{
	int err = udp_start_batch(w->udp, w->loop, on_datagrams, w);

	if (err)
		return err;
	w->kicked = loop_reader(w->loop, w->kick, on_kick, w);
	return w->kicked ? create(w) : -ENOMEM;
}

void worker_close(struct worker *w)
{
	outbox_free(w->outbox);
	udp_close(w->udp);
	loop_event_free(w->kicked);
	loop_free(w->loop);
	if (w->kick >= 0)
		close(w->kick);
	handover_free(&w->left);
	arena_free(&w->arena);
}

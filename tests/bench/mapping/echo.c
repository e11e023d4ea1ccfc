// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * echo: what a control message costs before anybody has looked at it.  Sends
 * every datagram of UDP port 4342 back, by the same sockets, batches and loop
 * as lispd's.
 */
#include <signal.h>
#include <stdlib.h>

#include "io/loop.h"
#include "io/outbox.h"

static struct loop *loop;

static void on_error(void *arg, const struct addr *to, int kind, int err)
{
}

static void on_datagrams(void *arg, const struct udp_datagram *d, size_t n)
{
	struct outbox *o = arg;

	for (size_t i = 0; i < n; i++) {
		const struct outbox_item item = {
			.from = &d[i].to,
			.to = &d[i].from,
			.port = d[i].from_port,
			.data = d[i].data,
			.len = d[i].len,
		};

		while (!outbox_add(o, &item))
			outbox_send(o, 0, false);
	}
	outbox_send(o, 0, false);
}

static void on_signal(void *arg)
{
	loop_stop(loop);
}

int main(void)
{
	struct udp_config cfg = { .port = 4342 };
	struct loop_event *term;
	struct outbox *o;
	struct udp *u;
	int err;

	loop = loop_new();
	u = udp_open(&cfg, &err, NULL);
	o = u ? outbox_new(u, on_error, NULL) : NULL;
	if (!loop || !o || udp_start_batch(u, loop, on_datagrams, o))
		return 1;
	term = loop_signal(loop, SIGTERM, on_signal, NULL);
	loop_run(loop);
	loop_event_free(term);
	outbox_free(o);
	udp_close(u);
	loop_free(loop);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "ask.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "crypto/random.h"
#include "io/clock.h"
#include "io/loop.h"
#include "io/sockaddr.h"
#include "io/udp.h"
#include "progress.h"

#define INNER_TTL	64
#define REQUEST_MAX	512

/* Replies from others may come while we wait; they cost a parse each. */
struct question {
	const struct ask_options *o;
	struct ask_answer *answer;
	struct arena *arena;
	struct loop *loop;
	struct loop_event *timer;
	struct udp *udp;
	struct addr source;
	struct {
		uint64_t nonce;
		uint64_t sent;		/* ms */
	} tries[ASK_TRIES_MAX];
	unsigned int count;
	bool done;			/* the arena is the answer's */
	int err;
};

/* The address the kernel would send from: connecting sends nothing. */
static int find_source(const struct ask_options *o, struct addr *source)
{
	union sockaddr_any sa;
	socklen_t len = sockaddr_make(&o->resolver, LISP_CONTROL_PORT, &sa);
	uint16_t port;
	int fd, err = 0;

	fd = socket(sockaddr_family(o->resolver.family),
		    SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (o->device && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE,
				    o->device, strlen(o->device) + 1))
		err = -errno;
	if (!err && connect(fd, &sa.sa, len))
		err = -errno;
	len = sizeof(sa);
	if (!err && getsockname(fd, &sa.sa, &len))
		err = -errno;
	if (!err)
		err = sockaddr_split(&sa, source, &port);
	close(fd);
	return err;
}

static int build_request(struct question *q, uint64_t nonce, void *buf,
			 size_t size)
{
	struct request_record rec = { .eid = q->o->eid };
	struct lisp_msg m = {
		.type = MSG_TYPE_MAP_REQUEST,
		.request = {
			.nonce = nonce,
			.itr_rlocs = &q->source,
			.itr_count = 1,
			.records = &rec,
			.record_count = 1,
		},
	};

	return msg_build(&m, buf, size);
}

/* The inner source is our RLOC if it is of the EID's family; else any address
 * will do, as nobody answers to it. */
static int build(struct question *q, uint64_t nonce, void *buf, size_t size)
{
	const struct addr *eid = &q->o->eid.prefix.addr;
	uint8_t request[REQUEST_MAX];
	int len = build_request(q, nonce, request, sizeof(request));
	struct lisp_msg m = {
		.type = MSG_TYPE_ECM,
		.ecm = {
			.flags = q->o->ddt ? ECM_DDT : 0,
			.source = q->source.family == eid->family ?
				q->source : *eid,
			.dest = *eid,
			.source_port = udp_port(q->udp, q->source.family),
			.dest_port = LISP_CONTROL_PORT,
			.ttl = INNER_TTL,
			.message = request,
			.message_len = len,
		},
	};

	return len < 0 ? len : msg_build(&m, buf, size);
}

static int send_try(struct question *q)
{
	uint8_t buf[REQUEST_MAX];
	uint64_t nonce = random_u64();
	int len = build(q, nonce, buf, sizeof(buf));

	if (len < 0)
		return len;
	q->tries[q->count].nonce = nonce;
	q->tries[q->count].sent = clock_ms();
	q->count++;
	return udp_send(q->udp, &q->source, &q->o->resolver,
			LISP_CONTROL_PORT, buf, len);
}

static void finish(struct question *q, int err)
{
	q->err = err;
	q->done = true;
	loop_stop(q->loop);
}

static void on_timer(void *arg)
{
	struct question *q = arg;
	char text[ADDR_TEXT_MAX];
	int err = -ETIMEDOUT;

	if (q->count < q->o->tries)
		err = send_try(q);
	if (err) {
		finish(q, err);
		return;
	}
	progress("asking %s, try %u of %u...",
		 addr_text(&q->o->resolver, text), q->count, q->o->tries);
	loop_timer_arm(q->timer, q->o->timeout);
}

static void on_datagram(void *arg, const struct udp_datagram *d)
{
	struct question *q = arg;
	struct ask_answer *a = q->answer;
	struct lisp_msg m;
	uint64_t nonce;

	if (q->done)
		return;
	arena_reset(q->arena);
	if (msg_parse(d->data, d->len, q->arena, &m, NULL) ||
	    m.type != (q->o->ddt ? MSG_TYPE_MAP_REFERRAL : MSG_TYPE_MAP_REPLY))
		return;
	nonce = q->o->ddt ? m.referral.nonce : m.reply.nonce;
	for (unsigned int i = 0; i < q->count; i++) {
		if (nonce != q->tries[i].nonce)
			continue;
		a->from = d->from;
		a->rtt = clock_ms() - q->tries[i].sent;
		a->tries = q->count;
		if (q->o->ddt)
			a->referral = m.referral;
		else
			a->reply = m.reply;
		finish(q, 0);
		return;
	}
}

static int open_socket(struct question *q)
{
	struct udp_config cfg = {
		.listen = &q->source,
		.listen_count = 1,
		.device = q->o->device,
	};
	int err;

	q->udp = udp_open(&cfg, &err, NULL);
	return q->udp ? udp_start(q->udp, q->loop, on_datagram, q) : err;
}

static int run(struct question *q)
{
	int err;

	q->loop = loop_new();
	q->timer = q->loop ? loop_timer(q->loop, on_timer, q) : NULL;
	if (!q->timer)
		return -ENOMEM;
	err = open_socket(q);
	if (err)
		return err;
	on_timer(q);
	if (q->err)
		return q->err;
	err = loop_run(q->loop);
	return err ? err : q->err;
}

int ask(const struct ask_options *o, struct arena *arena,
	struct ask_answer *a)
{
	struct question q = { .o = o, .answer = a, .arena = arena };
	int err;

	q.source = o->source;
	err = o->source.family == ADDR_NONE ? find_source(o, &q.source) : 0;
	if (!err)
		err = run(&q);
	progress_end();
	udp_close(q.udp);
	loop_event_free(q.timer);
	loop_free(q.loop);
	return err;
}

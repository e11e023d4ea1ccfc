// SPDX-License-Identifier: GPL-2.0-or-later
/* Datagrams by the batch: what comes in and goes out with one system call. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "io/clock.h"
#include "io/held.h"
#include "io/loop.h"
#include "io/outbox.h"

#define WAIT_MS		5000
#define MANY		200
#define BIG		60000

static struct loop *loop;
static struct udp *server, *client;
static struct outbox *out;

static struct {
	unsigned int count;
	unsigned int batches;
	uint8_t first[MANY];		/* octet of each */
	size_t len[MANY];
	struct addr from[MANY];
} in;

static struct {
	unsigned int count;
	int kind;
	int err;
} errors;

static struct addr ip(const char *text)
{
	struct addr a;

	assert_int_equal(addr_from_text(text, &a), 0);
	return a;
}

static void on_batch(void *arg, const struct udp_datagram *d, size_t n)
{
	assert_in_range(n, 1, UDP_BATCH);
	in.batches++;
	for (size_t i = 0; i < n && in.count < MANY; i++, in.count++) {
		in.first[in.count] = d[i].len ? d[i].data[0] : 0;
		in.len[in.count] = d[i].len;
		in.from[in.count] = d[i].from;
	}
}

static void on_error(void *arg, const struct addr *to, int kind, int err)
{
	errors.count++;
	errors.kind = kind;
	errors.err = err;
}

static int begin(void **state)
{
	struct udp_config cfg = { .port = 0 };
	int err;

	memset(&in, 0, sizeof(in));
	memset(&errors, 0, sizeof(errors));
	loop = loop_new();
	server = udp_open(&cfg, &err, NULL);
	client = udp_open(&cfg, &err, NULL);
	out = outbox_new(client, on_error, NULL);
	assert_true(loop && server && client && out);
	assert_int_equal(udp_start_batch(server, loop, on_batch, NULL), 0);
	return 0;
}

static int end(void **state)
{
	outbox_free(out);
	udp_close(server);
	udp_close(client);
	loop_free(loop);
	return 0;
}

static struct outbox_item item(const struct addr *to, const uint8_t *data,
			       size_t len)
{
	return (struct outbox_item){
		.to = to,
		.port = udp_port(server, to->family),
		.data = data,
		.len = len,
	};
}

static void add(const struct addr *to, uint8_t octet, uint64_t after)
{
	struct outbox_item i = item(to, &octet, 1);

	i.after = after;
	i.kind = octet;
	assert_true(outbox_add(out, &i));
}

static void wait_for(unsigned int n)
{
	uint64_t until = clock_ms() + WAIT_MS;

	while (in.count < n && clock_ms() < until)
		loop_once(loop, 10);
	assert_int_equal(in.count, n);
}

/* More than fit are refused; what was in there arrives, in order, and what was
 * added is a copy. */
static void in_order(void **state)
{
	struct addr to = ip("127.0.0.1");
	unsigned int sent = 0;

	for (unsigned int round = 0; round < 2; round++) {
		uint8_t octet = (uint8_t)sent;
		struct outbox_item i = item(&to, &octet, 1);

		while (outbox_add(out, &i))
			octet = (uint8_t)++sent;
		assert_int_equal(sent, UDP_BATCH * (round + 1));
		assert_int_equal(outbox_send(out, 0, false), 0);
	}
	wait_for(sent);
	for (unsigned int i = 0; i < sent; i++)
		assert_int_equal(in.first[i], i);
	assert_int_equal(in.batches, 2);
	assert_int_equal(udp_stats(client)->sent, sent);
	assert_int_equal(udp_stats(server)->received, sent);
}

/* Full by octets before it is full by datagrams. */
static void large(void **state)
{
	static uint8_t data[BIG];
	struct addr to = ip("127.0.0.1");
	struct outbox_item i = item(&to, data, BIG);
	unsigned int n = 0;

	data[0] = 7;
	while (outbox_add(out, &i))
		n++;
	assert_in_range(n, 2, 8);
	outbox_send(out, 0, false);
	wait_for(n);
	assert_int_equal(in.first[n - 1], 7);
	assert_int_equal(in.len[n - 1], BIG);
}

/* The kernel refuses one in the middle, there is no socket for another. */
static void one_fails(void **state)
{
	struct addr to = ip("127.0.0.1"), none = { .family = ADDR_NONE };
	uint8_t octet = 99;
	struct outbox_item bad = item(&to, &octet, 1);

	add(&to, 1, 0);
	bad.port = 0;
	bad.kind = 5;
	assert_true(outbox_add(out, &bad));
	add(&to, 2, 0);
	add(&to, 3, 0);
	outbox_send(out, 0, false);
	wait_for(3);
	assert_int_equal(in.first[1], 2);
	assert_int_equal(in.first[2], 3);
	assert_int_equal(errors.count, 1);
	assert_int_equal(errors.kind, 5);
	assert_int_equal(errors.err, -EINVAL);

	bad.to = &none;
	assert_true(outbox_add(out, &bad));
	assert_int_equal(errors.count, 2);
	assert_int_equal(errors.err, -EAFNOSUPPORT);
	assert_int_equal(udp_stats(client)->send_errors, 2);
}

/* What says something that is not on record does not leave. */
static void off_the_record(void **state)
{
	struct addr to = ip("127.0.0.1");

	add(&to, 1, 7);
	add(&to, 2, 8);
	add(&to, 3, 0);
	add(&to, 4, 7);
	assert_int_equal(outbox_send(out, 7, false), 1);
	wait_for(3);
	assert_int_equal(in.first[0], 1);
	assert_int_equal(in.first[1], 3);
	assert_int_equal(in.first[2], 4);
	assert_int_equal(errors.count, 0);
	/* Nor later. */
	add(&to, 5, 0);
	assert_int_equal(outbox_send(out, 9, false), 0);
	wait_for(4);
	assert_int_equal(in.first[3], 5);
}

/* What may still come on record waits, and nothing else does. */
static void held(void **state)
{
	struct addr to = ip("127.0.0.1"), from = ip("127.0.0.9");
	uint8_t octet = 2;
	struct outbox_item i = item(&to, &octet, 1);

	add(&to, 1, 7);
	i.from = &from;
	i.after = 8;
	assert_true(outbox_add(out, &i));
	add(&to, 3, 9);
	add(&to, 4, 7);		/* waits for the one before it, too */
	add(&to, 5, 0);
	assert_int_equal(outbox_send(out, 6, true), 0);
	assert_int_equal(outbox_holds(out), 4);
	wait_for(1);
	assert_int_equal(in.first[0], 5);
	assert_int_equal(outbox_send(out, 8, true), 0);
	wait_for(3);
	assert_int_equal(in.first[1], 1);
	assert_int_equal(in.first[2], 2);
	assert_true(addr_equal(&in.from[2], &from));
	add(&to, 6, 0);
	assert_int_equal(outbox_send(out, 8, true), 0);
	assert_int_equal(outbox_send(out, 9, false), 0);
	wait_for(6);
	assert_int_equal(in.first[3], 6);
	assert_int_equal(in.first[4], 3);
	assert_int_equal(in.first[5], 4);
	assert_int_equal(outbox_held(out), 4);

	/* It failed. */
	add(&to, 7, 10);
	assert_int_equal(outbox_send(out, 9, true), 0);
	add(&to, 8, 11);
	assert_int_equal(outbox_send(out, 9, false), 2);
	add(&to, 9, 0);
	assert_int_equal(outbox_send(out, 20, false), 0);
	wait_for(7);
	assert_int_equal(in.first[6], 9);
	/* What still waits in the end is freed. */
	add(&to, 10, 30);
	assert_int_equal(outbox_send(out, 20, true), 0);
}

/* Fill the room with datagrams of so many octets; how many it has taken. */
static unsigned int fill(size_t len)
{
	static uint8_t data[BIG];
	struct addr to = ip("127.0.0.1");
	struct outbox_item i = item(&to, data, len);
	unsigned int dropped = 0;

	i.after = 1;
	while (!dropped) {
		assert_true(outbox_add(out, &i));
		dropped = outbox_send(out, 0, true);
	}
	assert_int_equal(dropped, 1);
	return outbox_holds(out);
}

/* The newest is dropped when there is no room, and what waits for nothing
 * leaves. */
static void no_more_room(void **state)
{
	struct addr to = ip("127.0.0.1");
	unsigned int n = fill(0);

	assert_int_equal(n, HELD_MAX);
	add(&to, 1, 0);
	assert_int_equal(outbox_send(out, 0, true), 0);
	wait_for(1);
	assert_int_equal(outbox_send(out, 0, false), HELD_MAX);
	n = fill(BIG);
	assert_in_range(n, HELD_OCTETS / BIG - 5, HELD_OCTETS / BIG);
	assert_int_equal(outbox_send(out, 0, false), n);
	assert_int_equal(outbox_holds(out), 0);
	assert_int_equal(fill(BIG), n);
}

/* Several sockets and sources in one box. */
static void families(void **state)
{
	struct addr four = ip("127.0.0.1"), six = ip("::1");
	struct addr from = ip("127.0.0.9");
	uint8_t octet = 3;
	struct outbox_item i = item(&four, &octet, 1);

	if (!udp_has_family(server, ADDR_IPV6))
		skip();
	add(&four, 1, 0);
	add(&six, 2, 0);
	i.from = &from;
	assert_true(outbox_add(out, &i));
	outbox_send(out, 0, false);
	wait_for(3);
	for (unsigned int k = 0; k < 3; k++) {
		if (in.first[k] == 1)
			assert_true(addr_equal(&in.from[k], &four));
		if (in.first[k] == 2)
			assert_true(addr_equal(&in.from[k], &six));
		if (in.first[k] == 3)
			assert_true(addr_equal(&in.from[k], &from));
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(in_order),
		TEST(large),
		TEST(one_fails),
		TEST(off_the_record),
		TEST(held),
		TEST(no_more_room),
		TEST(families),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

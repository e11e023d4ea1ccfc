// SPDX-License-Identifier: GPL-2.0-or-later
/* Streams of the control socket. */
#include "ctl_server.h"

static unsigned int rooms;

static void on_room(void *arg, uint64_t client)
{
	struct server *s = arg;

	assert_int_equal(client, s->client);
	rooms++;
}

/* A client whose request is to be answered with a stream. */
static int stream_open(struct server *s)
{
	unsigned int before = s->count;
	int fd = client_open(s->path);

	assert_true(fd >= 0);
	s->late = true;
	assert_int_equal(write(fd, "x\n", 2), 2);
	for (uint64_t end = clock_ms() + WAIT_MS;
	     s->count == before && clock_ms() < end;)
		loop_once(s->loop, 10);
	assert_int_equal(s->count, before + 1);
	return fd;
}

/* Lines for who does not read: up to the bound, and then none; when they are
 * gone, that is said once. */
static void test_ctl_stream(void **state)
{
	static char line[1001], buf[2 * CTL_QUEUE_MAX];
	unsigned int n = 0;
	struct server s;
	bool eof;
	int fd;

	server_open(&s, getuid(), -1);
	fd = stream_open(&s);
	rooms = 0;
	assert_int_equal(ctl_stream_room(s.ctl, s.client), -ENOENT);
	assert_int_equal(ctl_stream(s.ctl, s.client, on_room), 0);
	assert_int_equal(ctl_stream(s.ctl, s.client, on_room), -ENOENT);
	memset(line, 'x', sizeof(line) - 1);
	for (int i = 0; i < 1000; i++) {
		n += !ctl_stream_room(s.ctl, s.client);
		ctl_stream_put(s.ctl, s.client, line);
	}
	assert_int_equal(n, CTL_QUEUE_MAX / sizeof(line) + 1);
	assert_int_equal(client_read(&s, fd, buf, n * sizeof(line), &eof),
			 n * sizeof(line));
	for (int i = 0; i < 5; i++)
		loop_once(s.loop, 5);
	assert_int_equal(rooms, 1);
	assert_int_equal(ctl_stream_room(s.ctl, s.client), 0);

	/* It is not asked anything any more. */
	assert_int_equal(write(fd, "x\nx\n", 4), 4);
	ctl_stream_put(s.ctl, s.client, "y");
	assert_answer(&s, fd, "y\n");
	assert_int_equal(s.count, 1);

	/* It hangs up: its place is free. */
	close(fd);
	for (uint64_t end = clock_ms() + WAIT_MS; clock_ms() < end &&
	     !ctl_stream_room(s.ctl, s.client);)
		loop_once(s.loop, 10);
	assert_int_equal(ctl_stream_room(s.ctl, s.client), -ENOENT);
	ctl_stream_put(s.ctl, s.client, "z");
	server_close(&s);
}

/* So many and no more; what was put is read even though the server ends. */
static void test_ctl_streams(void **state)
{
	int fds[CTL_STREAMS_MAX + 1];
	struct server s;
	char buf[8];

	server_open(&s, getuid(), -1);
	for (size_t i = 0; i < CTL_STREAMS_MAX; i++) {
		fds[i] = stream_open(&s);
		assert_int_equal(ctl_stream(s.ctl, s.client, on_room), 0);
		ctl_stream_put(s.ctl, s.client, "last");
	}
	fds[CTL_STREAMS_MAX] = stream_open(&s);
	assert_int_equal(ctl_stream(s.ctl, s.client, on_room), -EBUSY);
	ctl_answer(s.ctl, s.client, "no");
	assert_answer(&s, fds[CTL_STREAMS_MAX], "no\n");
	server_close(&s);
	for (size_t i = 0; i < CTL_STREAMS_MAX; i++) {
		assert_int_equal(read(fds[i], buf, sizeof(buf)), 5);
		assert_int_equal(read(fds[i], buf, sizeof(buf)), 0);
		close(fds[i]);
	}
	close(fds[CTL_STREAMS_MAX]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ctl_stream),
		cmocka_unit_test(test_ctl_streams),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

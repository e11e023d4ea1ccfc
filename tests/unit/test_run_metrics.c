// SPDX-License-Identifier: GPL-2.0-or-later
/* Who asks for lispd's numbers, and how. */
#include <stdbool.h>
#include <stdlib.h>

static bool no_memory;

static void *calloc_or_not(size_t n, size_t size)
{
	return no_memory ? NULL : calloc(n, size);
}

#define calloc	calloc_or_not
#include "run/metrics.c"
#undef calloc

#include "run_metrics.h"

#include "run/reload.h"

static void write_metrics(struct world *w, const char *metrics)
{
	static char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/conf", w->dir);
	f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f, all_roles, w->dir, w->dir, metrics);
	assert_int_equal(fclose(f), 0);
	w->d.file = path;
}

static void test_formats(void **state)
{
	const char *got;
	struct world w;

	open_all(&w, state);
	got = ask(&w, "GET /metrics", OPEN);
	assert_true(begins(got, "HTTP/1.1 200 "));
	assert_non_null(strstr(got, "\r\nContent-Type: application/openmetrics-"
			       "text; version=1.0.0; charset=utf-8\r\n"));
	assert_non_null(strstr(got, "\r\nConnection: close\r\n"));
	assert_non_null(strstr(got, "\nlisp_role{role=\"ddt-node\"} 1\n"));
	assert_true(ends(got, "\n# EOF\n"));
	got = ask(&w, "GET /metrics", "");
	assert_true(begins(got, "HTTP/1.1 200 "));
	assert_non_null(strstr(got, "\r\nContent-Type: text/plain; "
			       "version=0.0.4; charset=utf-8\r\n"));
	assert_non_null(strstr(got, "\n# TYPE lisp_udp_sent_total counter\n"));
	assert_null(strstr(got, "# EOF"));
	got = ask(&w, "HEAD /metrics", "");
	assert_true(begins(got, "HTTP/1.1 200 "));
	assert_true(ends(got, "\r\n\r\n"));
	world_close(&w);
}

static void test_refused(void **state)
{
	const char *got;
	struct world w;

	open_all(&w, state);
	assert_true(begins(ask(&w, "GET /", ""), "HTTP/1.1 404 "));
	assert_true(begins(ask(&w, "GET /metrics/", ""), "HTTP/1.1 404 "));
	assert_true(begins(ask(&w, "POST /metrics",
			       "Content-Length: 100000000\r\n"),
			   "HTTP/1.1 405 "));
	got = ask(&w, "DELETE /metrics", "");
	assert_true(begins(got, "HTTP/1.1 405 "));
	assert_non_null(strstr(got, "\r\nAllow: GET, HEAD\r\n"));
	world_close(&w);
}

/* A page is not kept for ever. */
static void test_kept(void **state)
{
	struct world w;

	open_all(&w, state);
	assert_non_null(strstr(ask(&w, "GET /metrics", ""),
			       "\nlisp_metrics_scrapes_total 1\n"));
	usleep(1001000);
	assert_non_null(strstr(ask(&w, "GET /metrics", ""),
			       "\nlisp_metrics_scrapes_total 2\n"));
	world_close(&w);
}

/* --- who means no good --- */

static void test_garbage(void **state)
{
	static char big[3 * HTTP_HEADER_MAX];
	struct world w;
	int fd;

	open_all(&w, state);
	memset(big, 'a', sizeof(big));
	memcpy(big, "GET /metrics HTTP/1.1\r\nX: ", 26);
	for (size_t len = 1; len < sizeof(big); len = len * 2 + 1) {
		for (int c = 0; c < 256; c += 51) {
			fd = reach(PORT);
			loop_once(w.d.loop, 1);
			if (c)
				memset(big + 26, c, sizeof(big) - 26);
			send(fd, big, len, MSG_NOSIGNAL);
			loop_once(w.d.loop, 1);
			send(fd, "\r\n\r\n", 4, MSG_NOSIGNAL);
			shutdown(fd, SHUT_WR);
			hear_all(&w, fd);
		}
	}
	assert_true(begins(ask(&w, "GET /metrics", ""), "HTTP/1.1 200 "));
	world_close(&w);
}

/* Silence holds all connections there are, and the rest of lispd goes on; the
 * next one is answered when one of them has gone. */
static void test_full(void **state)
{
	int fds[HTTP_CLIENTS_MAX], last;
	unsigned int before;
	struct world w;

	open_all(&w, state);
	for (int i = 0; i < HTTP_CLIENTS_MAX; i++) {
		fds[i] = reach(PORT);
		loop_once(w.d.loop, 1);
		tell(fds[i], "GET /met", 8);
	}
	last = reach(PORT);
	tell(last, "GET /metrics HTTP/1.0\r\n\r\n", 25);
	before = w.s.requests;
	miss(&w, "10.2.0.1");
	wait_until(&w, w.s.requests > before);
	assert_int_equal(recv(last, &before, 1, 0), -1);
	assert_int_equal(errno, EAGAIN);
	close(fds[0]);
	assert_non_null(strstr(hear_all(&w, last), " 200 OK\r\n"));
	for (int i = 1; i < HTTP_CLIENTS_MAX; i++)
		close(fds[i]);
	world_close(&w);
}

/* --- a reload --- */

static bool is_open(struct world *w, unsigned int port)
{
	int fd = reach(port);

	if (fd >= 0)
		close(fd);
	loop_once(w->d.loop, 1);
	return fd >= 0;
}

static void test_reload(void **state)
{
	struct reload_result r;
	struct sockaddr_in in = {
		.sin_family = AF_INET, .sin_port = htons(14344),
		.sin_addr = { htonl(INADDR_LOOPBACK) },
	};
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct metrics *m;
	struct world w;

	open_all(&w, state);
	write_metrics(&w, "\"port\": 14343");
	assert_int_equal(reload(&w.d, &r), 0);
	m = w.d.metrics;

	/* Nothing that is different. */
	assert_int_equal(reload(&w.d, &r), 0);
	assert_ptr_equal(w.d.metrics, m);

	/* Somebody else's port; the old one stays. */
	assert_int_equal(bind(fd, (struct sockaddr *)&in, sizeof(in)), 0);
	assert_int_equal(listen(fd, 1), 0);
	write_metrics(&w, "\"port\": 14344");
	assert_int_equal(reload(&w.d, &r), -EADDRINUSE);
	assert_string_equal(r.why, "metrics: address 127.0.0.1, TCP port "
			    "14344: Address already in use");
	assert_ptr_equal(w.d.metrics, m);

	write_metrics(&w, "\"port\": 14343, \"address\": \"0.0.0.0\"");
	assert_int_equal(reload(&w.d, &r), -EINVAL);
	assert_non_null(strstr(r.why, "\"metrics.address\" differs"));
	assert_true(is_open(&w, 14343));

	write_metrics(&w, "\"address\": \"0.0.0.0\"");
	assert_int_equal(reload(&w.d, &r), 0);
	assert_true(begins(ask(&w, "GET /metrics", ""), "HTTP/1.1 200 "));
	assert_false(is_open(&w, 14343));
	close(fd);
	world_close(&w);
}

static void test_reload_no_memory(void **state)
{
	struct reload_result r;
	struct world w;

	open_all(&w, state);
	write_metrics(&w, "\"port\": 14343");
	no_memory = true;
	assert_int_equal(reload(&w.d, &r), -ENOMEM);
	no_memory = false;
	assert_string_equal(r.why, "metrics: address 127.0.0.1, TCP port "
			    "14343: Cannot allocate memory");
	assert_true(is_open(&w, PORT));
	world_close(&w);
}

/* Who has connected, and only has to end the last line. */
static int reach_most(struct world *w)
{
	int fd = reach(PORT);

	assert_true(fd >= 0);
	loop_once(w->d.loop, 1);
	tell(fd, "GET /metrics HTTP/1.0\r\n", 23);
	loop_once(w->d.loop, 1);
	return fd;
}

/* Requests that are complete only when the loop stands still, and one whom
 * nobody has answered yet: there is nobody any more who could. */
static void test_reload_asked(void **state)
{
	struct reload_result r;
	struct world w;
	int fds[2];

	open_all(&w, state);
	dp_fake_stall(w.dp);
	write_metrics(&w, "\"port\": 14343");
	for (int i = 0; i < 2; i++)
		fds[i] = reach_most(&w);
	tell(fds[0], "\r\n", 2);
	loop_once(w.d.loop, 1);
	tell(fds[1], "\r\n", 2);
	assert_int_equal(reload(&w.d, &r), 0);
	assert_false(is_open(&w, PORT));
	for (int i = 0; i < 2; i++)
		assert_true(begins(hear_all(&w, fds[i]), "HTTP/1.1 503 "));
	world_close(&w);
}

/* The same when nobody has asked yet, and lispd ends. */
static void test_end_asked(void **state)
{
	struct world w;
	int fd;

	open_all(&w, state);
	fd = reach_most(&w);
	tell(fd, "\r\n", 2);
	world_close(&w);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_formats),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_garbage),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_reload),
		cmocka_unit_test(test_reload_no_memory),
		cmocka_unit_test(test_reload_asked),
		cmocka_unit_test(test_end_asked),
	};

	return cmocka_run_group_tests(tests, enter_namespace, NULL);
}

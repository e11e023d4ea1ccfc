// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A Map-Server with two workers, on loopback in a network namespace of the
 * test's own: both serve, what is not for them reaches the main thread, and
 * neither another configuration nor the end of it finds them unprepared.
 *
 * One who asks has an address of its own, so that the kernel spreads them;
 * Map-Replies come to port 4342 of one that is nobody else's.
 */
#include "run_workers.h"

#include <sched.h>
#include <sys/syscall.h>

#include "run/reload.h"
#include "run/worker_part.h"

static void test_both(void **state)
{
	begin(state, 2);
	for (unsigned int i = 0; i < 2 * ASKERS; i++)
		put_register(i, i, 0);
	wait_until(&t, t.notifies == 2 * ASKERS);
	for (unsigned int i = 0; i < 2 * ASKERS; i++)
		put_request(i, i, 0);
	wait_until(&t, t.replies == 2 * ASKERS);
	for (unsigned int desk = 0; desk < 2; desk++) {
		assert_true(at_desk(desk, MS_REGISTERS) > 0);
		assert_true(at_desk(desk, MS_REQUESTS) > 0);
	}
	assert_int_equal(t.other + t.negative, 0);
	assert_int_equal(statistic("map-server-requests"), 2 * ASKERS);
	assert_int_equal(statistic("map-server-registers"), 2 * ASKERS);
	assert_int_equal(statistic("map-server-notifies"), 2 * ASKERS);
	assert_int_equal(statistic("node-messages"), 4 * ASKERS);
	assert_int_equal(statistic("udp-received"), 4 * ASKERS);
	/* It counts when it has sent. */
	wait_until(&t, statistic("udp-sent") == 4 * ASKERS);
	end();
}

/* Map-Referrals go to who asked himself. */
static unsigned int referred_to(unsigned int asker)
{
	static uint8_t buf[2048];
	unsigned int n = 0;
	ssize_t len;

	while ((len = recv(t.askers[asker], buf, sizeof(buf),
			   MSG_DONTWAIT)) > 0)
		n += msg_peek_type(buf, (size_t)len) == MSG_TYPE_MAP_REFERRAL;
	return n;
}

static unsigned int referred(void)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < ASKERS; i++)
		n += referred_to(i);
	return n;
}

/* What is not for a desk is for the main thread, wherever it comes. */
static void test_handed_over(void **state)
{
	uint8_t garbage[] = { 0xf0, 1, 2, 3 }, buf[256];
	unsigned int referrals = 0;

	begin(state, 2);
	for (unsigned int i = 0; i < ASKERS; i++) {
		put_request(i, i, ECM_DDT);
		put(i, buf, build_request(i, buf, sizeof(buf)));
		put(i, garbage, sizeof(garbage));
	}
	wait_until(&t, (referrals += referred()) == ASKERS);
	wait_until(&t, statistic("node-unexpected") == ASKERS);
	wait_until(&t, statistic("parse-error-type") == ASKERS);
	assert_true(statistic("workers-handed-over") > 0);
	assert_int_equal(statistic("workers-lost"), 0);
	end();
}

/* How often the main thread sent something. */
static unsigned int sends;

int sendmmsg(int fd, struct mmsghdr *list, unsigned int n, int flags)
{
	sends += gettid() == getpid();
	return (int)syscall(SYS_sendmmsg, fd, list, n, flags);
}

/* And what was handed over together is handled together. */
static void test_handed_over_together(void **state)
{
	unsigned int referrals = 0, asker;

	begin(state, 2);
	asker = asker_of(1);
	for (unsigned int i = 0; i < UDP_BATCH + 6; i++)
		put_request(asker, i, ECM_DDT);
	while (statistic("workers-handed-over") < UDP_BATCH + 6)
		sched_yield();
	sends = 0;
	wait_until(&t, (referrals += referred_to(asker)) == UDP_BATCH + 6);
	assert_int_equal(sends, 2);
	end();
}

/* A worker makes something for the main thread's timer to do: of two that
 * register an EID together the first is told, and told again when it says
 * nothing. */
static void test_timer(void **state)
{
	unsigned int asker;

	begin(state, 2);
	asker = asker_of(1);
	put_register(asker + 1, 1, MREG_MERGE);
	wait_until(&t, t.notifies == 1);
	put_register(asker, 1, MREG_MERGE);
	wait_until(&t, t.notifies == 2 && t.unsolicited);
	wait_until(&t, t.repeated > 0);
	end();
}

/* A batch of a worker has more answers than its outbox has room for, as each
 * Map-Register but the first ones makes two: what is added after that was sent
 * is on record as well, and leaves, too. */
static void test_full_outbox(void **state)
{
	const unsigned int n = UDP_BATCH / 2 + 1;
	unsigned int asker;

	begin(state, 2);
	asker = asker_of(1);
	for (unsigned int i = 0; i < n; i++)
		put_register_of(asker, 1, i, MREG_MERGE);
	wait_until(&t, t.notifies == n);
	workers_pause(&t.d);
	for (unsigned int i = 0; i < n; i++)
		put_register_of(asker, 2, i, MREG_MERGE);
	workers_resume(&t.d);
	wait_until(&t, t.notifies == 2 * n);
	assert_true(t.unsolicited);
	assert_int_equal(statistic("record-answers-dropped"), 0);
	end();
}

static int watch(void)
{
	static const char line[] = "{\"command\":\"watch\"}\n";
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	snprintf(sa.sun_path, sizeof(sa.sun_path), "%s/ctl", t.dir);
	assert_int_equal(connect(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	assert_int_equal(write(fd, line, strlen(line)), strlen(line));
	wait_until(&t, watch_wanted(&t.d));
	return fd;
}

/* How often @what is in what can be read now; it is not cut in two here. */
static unsigned int heard(int fd, const char *what)
{
	static char buf[65536];
	ssize_t len = read(fd, buf, sizeof(buf) - 1);
	unsigned int n = 0;

	buf[len > 0 ? len : 0] = '\0';
	for (const char *at = buf; (at = strstr(at, what)); at++)
		n++;
	return n;
}

/* Whoever serves, a person sees it. */
static void test_watch(void **state)
{
	unsigned int seen = 0;
	int fd;

	begin(state, 2);
	fd = watch();
	for (unsigned int i = 0; i < ASKERS; i++)
		put_register(i, i, 0);
	wait_until(&t, (seen += heard(fd, "\"registration-new\"")) == ASKERS);
	wait_until(&t, t.notifies == ASKERS);
	assert_true(at_desk(1, MS_REGISTERS) > 0);
	close(fd);
	end();
}

static void write_config(const char *text_)
{
	static char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "%s/conf", t.dir);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs(text_, f);
	assert_int_equal(fclose(f), 0);
	t.d.file = path;
}

/* Whatever was under way is answered, by the old or the new one. */
static void test_reload(void **state)
{
	struct reload_result r;
	unsigned int n = 0;

	begin(state, 2);
	for (int round = 0; round < 30; round++) {
		for (unsigned int k = 0; k < ASKERS; k++, n++) {
			put_register(k, n, 0);
			put_request(k, 40000 + n, 0);
		}
		write_config(text_of(2, 180 + round));
		assert_int_equal(reload(&t.d, &r), 0);
	}
	wait_until(&t, t.notifies == n && t.negative == n);
	/* Neither is what was counted lost. */
	assert_int_equal(statistic("node-messages"), 2 * n);
	assert_int_equal(statistic("map-server-registers"), n);
	assert_int_equal(statistic("map-server-requests"), n);
	assert_true(at_desk(1, MS_REGISTERS) && at_desk(0, MS_REGISTERS));
	write_config(text_of(3, 180));
	assert_int_equal(reload(&t.d, &r), -EINVAL);
	assert_non_null(strstr(r.why, "map-server.workers"));
	put_request(asker_of(1), 0, 0);
	wait_until(&t, t.replies == 1);
	end();
}

/* A worker whose loop has failed hangs no reload, and lispd ends. */
static void test_worker_fails(void **state)
{
	struct reload_result r;
	struct worker *w;

	begin(state, 2);
	w = &t.d.workers->list[0];
	asker_of(1);			/* it runs */
	loop_stop(w->loop);
	bell_ring(w->kick);
	write_config(text_of(2, 181));
	for (int i = 0; i < 3; i++)
		assert_int_equal(reload(&t.d, &r), 0);
	wait_until(&t, t.d.failed);
	end();
}

/* In the midst of it, or when all is said. */
static void test_stop(void **state)
{
	unsigned int n = 0;

	begin(state, 3);
	for (int round = 0; round < 10; round++) {
		unsigned int before = t.notifies;

		for (unsigned int k = 0; k < 4 * ASKERS; k++, n++) {
			put_register(k, n, 0);
			put_request(k, n, 0);
		}
		wait_until(&t, round % 2 ? t.notifies > before :
			   t.notifies == before + 4 * ASKERS);
		server_again(3, round % 4 > 1);
		assert_true(store_memory_ops.prefixes(t.d.store) >=
			    t.notifies);
	}
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both),
		cmocka_unit_test(test_handed_over),
		cmocka_unit_test(test_handed_over_together),
		cmocka_unit_test(test_timer),
		cmocka_unit_test(test_full_outbox),
		cmocka_unit_test(test_watch),
		cmocka_unit_test(test_reload),
		cmocka_unit_test(test_worker_fails),
		cmocka_unit_test(test_stop),
	};

	return cmocka_run_group_tests(tests, enter, NULL);
}

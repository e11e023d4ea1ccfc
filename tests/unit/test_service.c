// SPDX-License-Identifier: GPL-2.0-or-later
/* What a service manager is told: by the writer alone, and by a lispd that
 * starts, is given another configuration, and ends. */
#include "run_world.h"

#include <time.h>

#include "io/service.h"
#include "run/reload.h"

static int manager = -1;
static char heard[256];

static void listen_at(const char *path, bool abstract)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	socklen_t len = offsetof(struct sockaddr_un, sun_path) + strlen(path);

	strcpy(a.sun_path, path);
	if (abstract)
		a.sun_path[0] = '\0';
	manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	assert_true(manager >= 0);
	assert_int_equal(bind(manager, (struct sockaddr *)&a,
			      len + !abstract), 0);
	setenv("NOTIFY_SOCKET", path, 1);
}

static bool hear(void)
{
	ssize_t n = recv(manager, heard, sizeof(heard) - 1, 0);

	heard[n > 0 ? n : 0] = '\0';
	return n > 0;
}

static bool hears(const char *what)
{
	return hear() && !strcmp(heard, what);
}

static uint64_t monotonic_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int clean(void **state)
{
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	if (manager >= 0)
		close(manager);
	manager = -1;
	return 0;
}

static void say_all(const struct service *s)
{
	service_ready(s);
	service_reloading(s);
	service_alive(s);
	service_stopping(s);
}

static void test_nobody(void **state)
{
	struct service s;

	setenv("WATCHDOG_USEC", "1000000", 1);
	assert_int_equal(service_open(&s), 0);
	assert_int_equal(s.watchdog_ms, 0);
	say_all(&s);
	service_close(&s);
	service_close(&s);
}

static void test_words(void **state)
{
	struct service s;
	uint64_t before;
	char name[64];

	snprintf(name, sizeof(name), "@lisp-test-service-%d", getpid());
	listen_at(name, true);
	assert_int_equal(service_open(&s), 0);
	before = monotonic_us();
	say_all(&s);
	assert_true(hears("READY=1"));
	assert_true(hear());
	assert_memory_equal(heard, "RELOADING=1\nMONOTONIC_USEC=", 27);
	assert_true(strtoull(heard + 27, NULL, 10) >= before);
	assert_true(strtoull(heard + 27, NULL, 10) <= monotonic_us());
	assert_true(hears("WATCHDOG=1"));
	assert_true(hears("STOPPING=1"));
	assert_false(hear());
	/* One that is full, or gone, holds nobody up. */
	for (int i = 0; i < 10000; i++)
		service_alive(&s);
	close(manager);
	manager = -1;
	service_ready(&s);
	service_close(&s);
	service_ready(&s);
}

static void test_names(void **state)
{
	static const struct {
		const char *name;
		int err;
	} bad[] = {
		{ "", -EAFNOSUPPORT }, { "vsock:2:1", -EAFNOSUPPORT },
		{ "relative", -EAFNOSUPPORT }, { "/", -EINVAL },
		{ "@", -EINVAL },
	};
	char name[110];
	struct service s;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		setenv("NOTIFY_SOCKET", bad[i].name, 1);
		assert_int_equal(service_open(&s), bad[i].err);
		say_all(&s);
		service_close(&s);
	}
	memset(name, 'x', 109);
	name[0] = '/';
	name[108] = '\0';
	setenv("NOTIFY_SOCKET", name, 1);
	assert_int_equal(service_open(&s), -EINVAL);
	name[107] = '\0';
	setenv("NOTIFY_SOCKET", name, 1);
	assert_int_equal(service_open(&s), 0);
	service_close(&s);
}

static uint64_t interval(const char *usec, const char *pid)
{
	struct service s;
	uint64_t ms;

	setenv("WATCHDOG_USEC", usec, 1);
	if (pid)
		setenv("WATCHDOG_PID", pid, 1);
	assert_int_equal(service_open(&s), 0);
	ms = s.watchdog_ms;
	service_close(&s);
	unsetenv("WATCHDOG_PID");
	return ms;
}

static void test_watchdog(void **state)
{
	char own[16];

	snprintf(own, sizeof(own), "%d", getpid());
	setenv("NOTIFY_SOCKET", "/nowhere/at/all", 1);
	assert_int_equal(interval("30000000", NULL), 15000);
	assert_int_equal(interval("30000000", own), 15000);
	assert_int_equal(interval("30000000", "1"), 0);
	assert_int_equal(interval("30000000", "x"), 0);
	assert_int_equal(interval("x", NULL), 0);
	assert_int_equal(interval("-1", NULL), 0);
	assert_int_equal(interval("3s", NULL), 0);
	assert_int_equal(interval("", NULL), 0);
	assert_int_equal(interval("99999999999999999999999", NULL), 0);
}

/* The next that is said, while the loop turns. */
static void hear_of(struct world *w, const char *what)
{
	uint64_t end = clock_ms() + WAIT_MS;
	bool heard_one = hear();

	while (!heard_one && clock_ms() < end) {
		loop_once(w->d.loop, 10);
		heard_one = hear();
	}
	assert_true(heard_one);
	assert_string_equal(heard, what);
}

/* Ready when the configuration stands, and no sooner; alive again and again; of
 * a reload begin and end, also of one that is refused; and the end. */
static void test_lispd(void **state)
{
	struct reload_result r;
	char path[128];
	struct world w;

	world_open(&w, state, "false");
	snprintf(path, sizeof(path), "%s/manager", w.dir);
	listen_at(path, false);
	setenv("WATCHDOG_USEC", "20000", 1);
	assert_int_equal(daemon_init(&w.d, w.conf, w.dp), 0);
	assert_false(hear());
	assert_int_equal(daemon_start(&w.d), 0);
	assert_int_equal(udp_start(w.s.udp, w.d.loop, on_datagram, &w.s), 0);
	assert_true(hears("READY=1"));
	for (int i = 0; i < 3; i++)
		hear_of(&w, "WATCHDOG=1");
	loop_timer_disarm(w.d.watchdog_timer);
	while (hear())
		;

	write_file(&w, NULL, "");
	assert_int_equal(reload(&w.d, &r), 0);
	assert_true(hear());
	assert_memory_equal(heard, "RELOADING=1\nMONOTONIC_USEC=", 27);
	assert_true(hears("READY=1"));
	write_file(&w, "\"site-id\": 5", "\"site-id\": \"x\"");
	assert_int_equal(reload(&w.d, &r), -EINVAL);
	assert_true(hear());
	assert_memory_equal(heard, "RELOADING=1\nMONOTONIC_USEC=", 27);
	assert_true(hears("READY=1"));

	kill(getpid(), SIGTERM);
	hear_of(&w, "STOPPING=1");
	/* Once, and a reload does not make it ready again. */
	reload(&w.d, &r);
	kill(getpid(), SIGTERM);
	for (int i = 0; i < 10; i++)
		loop_once(w.d.loop, 10);
	assert_false(hear());
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_nobody, clean),
		cmocka_unit_test_teardown(test_words, clean),
		cmocka_unit_test_teardown(test_names, clean),
		cmocka_unit_test_teardown(test_watchdog, clean),
		cmocka_unit_test_setup_teardown(test_lispd, enter_namespace,
						clean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sockets of the daemon: UDP with the addresses of both ends, the control
 * socket with its bounds and its doorkeeper, netlink with the kernel that is
 * here, and log lines.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <linux/genetlink.h>

#include "ctl_server.h"
#include "io/clock.h"
#include "io/log.h"
#include "io/loop.h"
#include "io/nl.h"
#include "io/rt.h"
#include "io/udp.h"

static struct addr ip(const char *text)
{
	struct addr a;

	assert_int_equal(addr_from_text(text, &a), 0);
	return a;
}

/* --- UDP --- */

struct inbox {
	unsigned int count;
	struct udp_datagram last;
	uint8_t data[UDP_PAYLOAD_MAX];
};

static void on_datagram(void *arg, const struct udp_datagram *d)
{
	struct inbox *in = arg;

	in->count++;
	in->last = *d;
	memcpy(in->data, d->data, d->len);
}

static void wait_count(struct loop *l, const struct inbox *in, unsigned int n)
{
	uint64_t end = clock_ms() + WAIT_MS;

	while (in->count < n && clock_ms() < end)
		loop_once(l, 10);
	assert_int_equal(in->count, n);
}

static struct udp *open_any(void)
{
	struct udp_config cfg = { .port = 0 };
	struct udp *u;
	int err;

	u = udp_open(&cfg, &err, NULL);
	assert_non_null(u);
	return u;
}

/* An answer leaves from the address the question went to. */
static void check_addresses(const char *to, enum addr_family family)
{
	struct loop *l = loop_new();
	struct udp *server = open_any(), *client = open_any();
	static struct inbox at_server, at_client;
	struct addr a = ip(to);

	if (!udp_has_family(server, family))
		skip();
	memset(&at_server, 0, sizeof(at_server));
	memset(&at_client, 0, sizeof(at_client));
	assert_int_equal(udp_start(server, l, on_datagram, &at_server), 0);
	assert_int_equal(udp_start(client, l, on_datagram, &at_client), 0);
	assert_int_equal(udp_send(client, NULL, &a, udp_port(server, family),
				  "question", 8), 0);
	wait_count(l, &at_server, 1);
	assert_true(addr_equal(&at_server.last.to, &a));
	assert_int_equal(at_server.last.to_port, udp_port(server, family));
	assert_int_equal(at_server.last.len, 8);
	assert_in_range(at_server.last.ttl, 1, 255);
	assert_memory_equal(at_server.data, "question", 8);
	assert_int_equal(udp_send(server, &at_server.last.to,
				  &at_server.last.from,
				  at_server.last.from_port, "answer", 6), 0);
	wait_count(l, &at_client, 1);
	assert_true(addr_equal(&at_client.last.from, &a));
	assert_int_equal(at_client.last.from_port, udp_port(server, family));
	udp_close(server);
	udp_close(client);
	loop_free(l);
}

static void test_udp_addresses4(void **state)
{
	check_addresses("127.0.0.5", ADDR_IPV4);
}

static void test_udp_addresses6(void **state)
{
	check_addresses("::1", ADDR_IPV6);
}

static void test_udp_sizes(void **state)
{
	static const size_t sizes[] = { 0, 1, 1500, UDP_PAYLOAD_MAX };
	static uint8_t data[UDP_PAYLOAD_MAX];
	static struct inbox in;
	struct loop *l = loop_new();
	struct udp *u = open_any();
	struct addr a = ip("127.0.0.1");

	memset(&in, 0, sizeof(in));
	memset(data, 0xa5, sizeof(data));
	assert_int_equal(udp_start(u, l, on_datagram, &in), 0);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(udp_send(u, &a, &a, udp_port(u, ADDR_IPV4),
					  data, sizes[i]), 0);
		wait_count(l, &in, i + 1);
		assert_int_equal(in.last.len, sizes[i]);
		assert_memory_equal(in.data, data, sizes[i]);
	}
	assert_int_equal(udp_stats(u)->received, 4);
	udp_close(u);
	loop_free(l);
}

static void test_udp_errors(void **state)
{
	struct addr a = ip("127.0.0.1"), b = ip("127.0.0.2"), six = ip("::1");
	struct addr listen[2] = { b, a }, failed;
	struct udp_config cfg = { .listen = &a, .listen_count = 1 };
	struct udp *u, *second;
	int err;

	u = udp_open(&cfg, &err, NULL);
	assert_non_null(u);
	assert_int_equal(udp_send(u, NULL, &six, 1, "x", 1), -EAFNOSUPPORT);
	/* An address that is not bound cannot be sent from. */
	assert_int_equal(udp_send(u, &b, &a, 1, "x", 1), -EAFNOSUPPORT);
	cfg.port = udp_port(u, ADDR_IPV4);
	cfg.listen = listen;
	cfg.listen_count = 2;
	second = udp_open(&cfg, &err, &failed);
	assert_null(second);
	assert_int_equal(err, -EADDRINUSE);
	assert_true(addr_equal(&failed, &a));
	udp_close(u);
}

/* Those beside the first have its ports; of others it is noticed. */
static void test_udp_beside(void **state)
{
	struct udp *u = open_any(), *second;
	struct udp_config cfg = { .beside = u, .sharers = 2 };
	int err;

	second = udp_open(&cfg, &err, NULL);
	assert_non_null(second);
	assert_int_equal(udp_port(second, ADDR_IPV4), udp_port(u, ADDR_IPV4));
	assert_int_equal(udp_port(second, ADDR_IPV6), udp_port(u, ADDR_IPV6));
	cfg = (struct udp_config){ .port = udp_port(u, ADDR_IPV4) };
	assert_null(udp_open(&cfg, &err, NULL));
	assert_int_equal(err, -EADDRINUSE);
	udp_close(second);
	udp_close(u);
}

static void on_count(void *arg, const struct udp_datagram *d)
{
	*(unsigned int *)arg += 1;
}

/* From that address, and ever another port. */
static void send_from(const struct addr *from, const struct addr *to,
		      uint16_t port)
{
	struct udp_config cfg = { .listen = from, .listen_count = 1 };
	int err;
	struct udp *u = udp_open(&cfg, &err, NULL);

	assert_non_null(u);
	assert_int_equal(udp_send(u, from, to, port, "x", 1), 0);
	udp_close(u);
}

/* All of a source to one of those who share a port, and not all sources: the
 * octet @net of the address makes another one, the octet @host does not. */
static void spread(const char *first, const char *server, unsigned int n,
		   unsigned int net, unsigned int host)
{
	struct addr from = ip(first), to = ip(server);
	struct udp *u[2] = { open_any() };
	struct udp_config cfg = { .beside = u[0], .sharers = 2 };
	unsigned int count[2] = { 0 }, all[2] = { 0 };
	struct loop *l = loop_new();
	int err;

	u[1] = udp_open(&cfg, &err, NULL);
	assert_non_null(u[1]);
	for (int i = 0; i < 2; i++)
		assert_int_equal(udp_start(u[i], l, on_count, &count[i]), 0);
	for (unsigned int i = 0; i < n; i++) {
		uint64_t end = clock_ms() + WAIT_MS;

		count[0] = count[1] = 0;
		for (int k = 0; k < 8; k++) {
			send_from(&from, &to, udp_port(u[0], from.family));
			from.bytes[host] ^= (uint8_t)(host != net) << k;
		}
		while (count[0] + count[1] < 8 && clock_ms() < end)
			loop_once(l, 10);
		assert_int_equal(count[0] + count[1], 8);
		assert_true(!count[0] || !count[1]);
		all[0] += count[0];
		all[1] += count[1];
		from.bytes[net]++;
	}
	assert_true(n < 2 || (all[0] && all[1]));
	for (int i = 0; i < 2; i++)
		udp_close(u[i]);
	loop_free(l);
}

static void test_udp_spread4(void **state)
{
	spread("127.1.0.1", "127.0.0.1", 64, 3, 3);
}

static void test_udp_spread6(void **state)
{
	spread("::1", "::1", 1, 15, 15);
}

/* Another address of the same /64 is no other source. */
static void test_udp_spread_link(void **state)
{
	int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	if (getuid() || unshare(CLONE_NEWNET)) {
		close(fd);
		skip();
	}
	assert_int_equal(system("sysctl -qw net.ipv6.ip_nonlocal_bind=1 && "
				"ip link set lo up && "
				"ip route add local 2001:db8::/32 dev lo"), 0);
	spread("2001:db8::1", "::1", 64, 7, 15);
	assert_int_equal(setns(fd, CLONE_NEWNET), 0);
	close(fd);
}

/* --- control socket --- */

static void test_ctl_lines(void **state)
{
	struct server s;
	int fd;

	server_open(&s, getuid(), -1);
	fd = client_open(s.path);
	assert_true(fd >= 0);
	/* Two requests at once are answered in order; a third in pieces. */
	assert_int_equal(write(fd, "one\ntwo\nth", 10), 10);
	assert_answer(&s, fd, "one\ntwo\n");
	assert_int_equal(write(fd, "ree\n", 4), 4);
	assert_answer(&s, fd, "three\n");
	assert_int_equal(s.count, 3);
	close(fd);
	server_close(&s);
}

/* A request that waits for its answer holds back the next one. */
static void test_ctl_late(void **state)
{
	struct server s;
	uint64_t first;
	int fd;

	server_open(&s, getuid(), -1);
	s.late = true;
	fd = client_open(s.path);
	assert_int_equal(write(fd, "one\ntwo\n", 8), 8);
	for (uint64_t end = clock_ms() + WAIT_MS;
	     !s.count && clock_ms() < end;)
		loop_once(s.loop, 10);
	loop_once(s.loop, 20);
	assert_int_equal(s.count, 1);
	first = s.client;
	ctl_answer(s.ctl, first + 1000, "nobody");
	s.late = false;
	ctl_answer(s.ctl, first, "uno");
	assert_answer(&s, fd, "uno\ntwo\n");
	/* No request, no answer. */
	ctl_answer(s.ctl, first, "again");
	assert_int_equal(write(fd, "three\n", 6), 6);
	assert_answer(&s, fd, "three\n");
	close(fd);
	server_close(&s);
}

static void test_ctl_client_gone(void **state)
{
	struct server s;
	int fd;

	server_open(&s, getuid(), -1);
	s.late = true;
	fd = client_open(s.path);
	assert_int_equal(write(fd, "one\n", 4), 4);
	for (uint64_t end = clock_ms() + WAIT_MS;
	     !s.count && clock_ms() < end;)
		loop_once(s.loop, 10);
	close(fd);
	for (int i = 0; i < 5; i++)
		loop_once(s.loop, 5);
	ctl_answer(s.ctl, s.client, "too late");
	for (int i = 0; i < 5; i++)
		loop_once(s.loop, 5);
	/* The slot is free again: as many as there are can come. */
	s.late = false;
	for (int i = 0; i < 2 * CTL_CLIENTS_MAX; i++) {
		fd = client_open(s.path);
		assert_true(fd >= 0);
		assert_int_equal(write(fd, "x\n", 2), 2);
		assert_answer(&s, fd, "x\n");
		close(fd);
	}
	server_close(&s);
}

/* Who goes while its answer goes out, so that one turn of the loop sees the end
 * of what it says, and that nobody reads, is gone all the same. */
static void test_ctl_client_hasty(void **state)
{
	struct server s;
	int fd;

	server_open(&s, getuid(), -1);
	for (unsigned int i = 0; i < 2 * CTL_CLIENTS_MAX; i++) {
		s.late = true;
		fd = client_open(s.path);
		assert_true(fd >= 0);
		assert_int_equal(write(fd, "one\n", 4), 4);
		for (uint64_t end = clock_ms() + WAIT_MS;
		     s.count == i && clock_ms() < end;)
			loop_once(s.loop, 10);
		assert_int_equal(s.count, i + 1);
		close(fd);
		ctl_answer(s.ctl, s.client, "too late");
		for (int n = 0; n < 3; n++)
			loop_once(s.loop, 1);
	}
	s.late = false;
	fd = client_open(s.path);
	assert_int_equal(write(fd, "x\n", 2), 2);
	assert_answer(&s, fd, "x\n");
	close(fd);
	server_close(&s);
}

/* Who asks and never reads is not listened to any more, instead of all answers
 * being kept; once it reads, it gets them all. */
static void test_ctl_deaf(void **state)
{
	enum { LINE = 4000, LINES = 1000 };
	unsigned int sent = 0, quiet = 0, held;
	static char buf[LINE * LINES];
	size_t at = 0, want;
	struct server s;
	ssize_t n;
	bool eof;
	int fd;

	server_open(&s, getuid(), -1);
	fd = client_open(s.path);
	memset(buf, 'x', sizeof(buf));
	for (size_t i = LINE - 1; i < sizeof(buf); i += LINE)
		buf[i] = '\n';
	/* Until it takes no more, or has taken all. */
	while (at < sizeof(buf) && quiet < 20) {
		n = write(fd, buf + at, sizeof(buf) - at);
		at += n > 0 ? n : 0;
		quiet = n > 0 ? 0 : quiet + 1;
		loop_once(s.loop, 1);
	}
	assert_true(at < sizeof(buf));
	held = s.count;
	sent = at / LINE;
	assert_true(held < sent);

	want = (size_t)sent * LINE;
	assert_int_equal(client_read(&s, fd, buf, want, &eof), want);
	assert_int_equal(s.count, sent);
	close(fd);
	server_close(&s);
}

static void test_ctl_too_long(void **state)
{
	static const char want[] = "{\"error\":\"request is longer than 4096 "
		"octets\"}\n";
	char buf[3 * CTL_LINE_MAX];
	struct server s;
	bool eof;
	int fd;
	size_t n;

	server_open(&s, getuid(), -1);
	fd = client_open(s.path);
	memset(buf, 'x', sizeof(buf));
	assert_int_equal(write(fd, buf, sizeof(buf)), sizeof(buf));
	n = client_read(&s, fd, buf, sizeof(buf), &eof);
	assert_int_equal(n, strlen(want));
	assert_memory_equal(buf, want, n);
	assert_int_equal(s.count, 0);
	close(fd);
	server_close(&s);
}

static void test_ctl_places(void **state)
{
	struct server s;
	struct ctl_config cfg = { .uid = getuid(), .gid = -1 };
	char file[] = "/tmp/lisp-test-ctl-XXXXXX";
	int err, fd;

	/* Somebody is behind it. */
	server_open(&s, getuid(), -1);
	cfg.path = s.path;
	assert_null(ctl_open(&cfg, &err));
	assert_int_equal(err, -EADDRINUSE);
	server_close(&s);
	/* Nobody is any more. */
	assert_int_equal(mkfifo(s.path, 0600), 0);
	assert_null(ctl_open(&cfg, &err));
	assert_int_equal(err, -EEXIST);
	unlink(s.path);
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	struct sockaddr_un sa = { .sun_family = AF_UNIX };

	strcpy(sa.sun_path, s.path);
	assert_int_equal(bind(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	close(fd);
	server_open(&s, getuid(), -1);
	server_close(&s);
	/* Somebody is whom no stream leads to. */
	fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	assert_null(ctl_open(&cfg, &err));
	assert_int_equal(err, -EADDRINUSE);
	close(fd);
	assert_int_equal(unlink(s.path), 0);
	/* A file that is no socket is nobody's to remove. */
	fd = mkstemp(file);
	close(fd);
	cfg.path = file;
	assert_null(ctl_open(&cfg, &err));
	assert_int_equal(err, -EEXIST);
	assert_int_equal(unlink(file), 0);
}

/* A child of another user tries; its exit status says what it got. */
static int try_as(struct server *s, uid_t uid, gid_t gid)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		char buf[64] = "";
		int fd;

		if (setgid(gid) || setuid(uid))
			_exit(99);
		fd = client_open(s->path);
		if (fd < 0)
			_exit(98);
		fcntl(fd, F_SETFL, 0);
		/* The refusal may come before the request. */
		if (write(fd, "hi\n", 3) < 0 && errno != EPIPE)
			_exit(97);
		if (read(fd, buf, 63) <= 0)
			_exit(96);
		_exit(!strcmp(buf, "hi\n") ? 1 : strstr(buf, "denied") ? 2 : 3);
	}
	for (uint64_t end = clock_ms() + WAIT_MS; clock_ms() < end;) {
		loop_once(s->loop, 10);
		if (waitpid(pid, &status, WNOHANG) == pid)
			return WEXITSTATUS(status);
	}
	return -1;
}

static void test_ctl_who(void **state)
{
	struct server s;

	if (getuid())
		skip();
	server_open(&s, 4001, 4002);
	/* Take the file's mode out of the way: only credentials decide. */
	assert_int_equal(chmod(s.path, 0666), 0);
	assert_int_equal(try_as(&s, 4001, 4009), 1);
	assert_int_equal(try_as(&s, 4003, 4002), 1);
	assert_int_equal(try_as(&s, 4003, 4009), 2);
	assert_int_equal(try_as(&s, 0, 0), 1);
	server_close(&s);
	/* And the mode keeps others out by itself. */
	server_open(&s, 4001, -1);
	assert_int_equal(try_as(&s, 4003, 4009), 98);
	server_close(&s);
}

/* --- netlink, with families and links every kernel has --- */

static int count_messages(void *arg, const struct nlmsghdr *nlh)
{
	++*(unsigned int *)arg;
	return 0;
}

static void test_nl_family(void **state)
{
	struct nl_group group = { .name = "notify" };
	struct nl_group wrong = { .name = "nonsense" };
	uint16_t id = 0;
	struct nl *n;
	int err;

	n = nl_open(NETLINK_GENERIC, &err);
	assert_non_null(n);
	assert_int_equal(nl_family(n, "nlctrl", &id, &group, 1), 0);
	assert_int_equal(id, GENL_ID_CTRL);
	assert_true(group.id > 0);
	assert_int_equal(nl_family(n, "nlctrl", &id, &wrong, 1), -ENOENT);
	assert_int_equal(nl_family(n, "no-such-thing", &id, NULL, 0),
			 -ENOENT);
	nl_free(n);
}

static void test_nl_dump(void **state)
{
	unsigned int count = 0;
	struct nl *n;
	int err;

	n = nl_open(NETLINK_GENERIC, &err);
	assert_non_null(n);
	for (int i = 0; i < 3; i++) {
		nl_message_genl(n, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1,
				NLM_F_DUMP);
		assert_int_equal(nl_talk(n, count_messages, &count), 0);
	}
	assert_true(count >= 3);
	assert_int_equal(count % 3, 0);
	nl_free(n);
}

static void test_nl_overflow(void **state)
{
	char big[NL_MESSAGE_MAX];
	struct nl *n;
	int err;

	n = nl_open(NETLINK_GENERIC, &err);
	assert_non_null(n);
	memset(big, 0, sizeof(big));
	nl_message_genl(n, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, 0);
	nl_put(n, CTRL_ATTR_FAMILY_NAME, big, sizeof(big));
	assert_int_equal(nl_talk(n, NULL, NULL), -EMSGSIZE);
	/* And the next one is fine again. */
	nl_message_genl(n, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, 0);
	nl_put_string(n, CTRL_ATTR_FAMILY_NAME, "nlctrl");
	assert_int_equal(nl_talk(n, NULL, NULL), 0);
	nl_free(n);
}

static void test_rt_link(void **state)
{
	struct rt_link l, again;
	struct nl *n;
	int err;

	n = nl_open(NETLINK_ROUTE, &err);
	assert_non_null(n);
	assert_int_equal(rt_link_by_name(n, "lo", &l), 0);
	assert_string_equal(l.name, "lo");
	assert_string_equal(l.kind, "");
	assert_int_equal(rt_link_by_index(n, l.index, &again), 0);
	assert_memory_equal(&l, &again, sizeof(l));
	assert_int_equal(rt_link_by_name(n, "no-such-device", &l), -ENODEV);
	nl_free(n);
}

static void test_rt_lookup(void **state)
{
	struct addr a = ip("127.0.0.1");
	uint32_t oif = 0;
	struct nl *n;
	int err;

	n = nl_open(NETLINK_ROUTE, &err);
	assert_non_null(n);
	assert_int_equal(rt_lookup(n, &a, 0, &oif), RT_FOUND_LOCAL);
	a = ip("255.255.255.255");
	assert_int_equal(rt_lookup(n, &a, 0, &oif), RT_FOUND_NONE);
	nl_free(n);
}

/* --- logging --- */

static void read_log(int fd, char *buf, size_t size)
{
	ssize_t n = read(fd, buf, size - 1);

	buf[n > 0 ? n : 0] = '\0';
}

static void test_log(void **state)
{
	int saved = dup(STDERR_FILENO);
	char buf[4096], big[3000];
	int p[2];

	assert_int_equal(pipe2(p, O_NONBLOCK), 0);
	dup2(p[1], STDERR_FILENO);
	log_init(LOG_LEVEL_INFO, "me");
	log_debug("not wanted");
	log_info("a\nb\033[1m\xc2\x9b %d", 5);
	read_log(p[0], buf, sizeof(buf));
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	log_error("%s", big);
	read_log(p[0], big, sizeof(big));
	dup2(saved, STDERR_FILENO);
	assert_string_equal(buf, "<6>me: info: a?b?[1m?? 5\n");
	assert_int_equal(strlen(big), 1023);
	assert_int_equal(big[1022], '\n');
	close(saved);
	close(p[0]);
	close(p[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_udp_addresses4),
		cmocka_unit_test(test_udp_addresses6),
		cmocka_unit_test(test_udp_sizes),
		cmocka_unit_test(test_udp_errors),
		cmocka_unit_test(test_udp_beside),
		cmocka_unit_test(test_udp_spread4),
		cmocka_unit_test(test_udp_spread6),
		cmocka_unit_test(test_udp_spread_link),
		cmocka_unit_test(test_ctl_lines),
		cmocka_unit_test(test_ctl_late),
		cmocka_unit_test(test_ctl_client_gone),
		cmocka_unit_test(test_ctl_client_hasty),
		cmocka_unit_test(test_ctl_deaf),
		cmocka_unit_test(test_ctl_too_long),
		cmocka_unit_test(test_ctl_places),
		cmocka_unit_test(test_ctl_who),
		cmocka_unit_test(test_nl_family),
		cmocka_unit_test(test_nl_dump),
		cmocka_unit_test(test_nl_overflow),
		cmocka_unit_test(test_rt_link),
		cmocka_unit_test(test_rt_lookup),
		cmocka_unit_test(test_log),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

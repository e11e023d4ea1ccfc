// SPDX-License-Identifier: GPL-2.0-or-later
/* Live events of a whole lispd: what is in them, and who does not keep up. */
#include "run_world.h"

#include <fcntl.h>

#include <json-c/json.h>

#include "run/watch.h"

#define MANY	100000u

static const char question[] = "{\"command\":\"watch\"}\n";

/* A client that watches. */
struct client {
	int fd;
	size_t len;
	char buf[4096];
};

/* A line, if all of it is there. */
static bool read_line(struct client *c, char *line)
{
	char *end = memchr(c->buf, '\n', c->len);
	ssize_t n;

	if (!end) {
		n = read(c->fd, c->buf + c->len, sizeof(c->buf) - c->len);
		c->len += n > 0 ? n : 0;
		end = memchr(c->buf, '\n', c->len);
	}
	if (!end)
		return false;
	*end++ = '\0';
	memcpy(line, c->buf, end - c->buf);
	c->len -= end - c->buf;
	memmove(c->buf, end, c->len);
	return true;
}

/* Its first line has been read. */
static void watch(struct world *w, struct client *c)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	char line[sizeof(c->buf)] = "";

	*c = (struct client){ .fd = socket(AF_UNIX, SOCK_STREAM, 0) };
	snprintf(sa.sun_path, sizeof(sa.sun_path), "%s/ctl", w->dir);
	assert_int_equal(connect(c->fd, (struct sockaddr *)&sa, sizeof(sa)),
			 0);
	assert_int_equal(write(c->fd, question, strlen(question)),
			 strlen(question));
	assert_int_equal(fcntl(c->fd, F_SETFL, O_NONBLOCK), 0);
	wait_until(w, *line || read_line(c, line));
}

/* The next event; NULL: there is none now. */
static struct json_object *next(struct client *c)
{
	char line[sizeof(c->buf)];
	struct json_object *o;

	if (!read_line(c, line))
		return NULL;
	o = json_tokener_parse(line);
	assert_non_null(o);
	return o;
}

static const char *get(struct json_object *o, const char *key)
{
	struct json_object *v;

	return json_object_object_get_ex(o, key, &v) ?
		json_object_get_string(v) : "";
}

static bool is(struct json_object *o, const char *const want[][2])
{
	for (; o && (*want)[0]; want++)
		if (strcmp(get(o, (*want)[0]), (*want)[1]))
			return false;
	return o != NULL;
}

/* Read on until an event has all these members. */
static void await(struct world *w, struct client *c, const char *const want[][2])
{
	struct json_object *o = NULL;

	wait_until(w, is(o, want) ||
		   (json_object_put(o), o = next(c), is(o, want)));
	assert_int_equal(strlen(get(o, "time")), 24);
	assert_int_equal(get(o, "time")[23], 'Z');
	json_object_put(o);
}

/* The log is at "error", the events are all there. */
static void test_events(void **state)
{
	static const char *const asks[][2] = {
		{ "type", "transition" }, { "level", "debug" },
		{ "machine", "resolve" }, { "from", "none" },
		{ "to", "asking" }, { "reason", "wanted" },
		{ "iid", "100" }, { "prefix", "10.2.0.1/32" }, { NULL },
	};
	static const char *const learns[][2] = {
		{ "machine", "cache" }, { "to", "fresh" }, { "peer", MS },
		{ "prefix", "10.2.0.0/16" }, { NULL },
	};
	static const char *const registers[][2] = {
		{ "type", "resolve-no-resolver" }, { "level", "warning" },
		{ "reason", "no Map-Resolver can be sent to" },
		{ "prefix", "10.9.0.0/16" }, { "number", "7" }, { NULL },
	};
	struct dp_miss m = { .iid = 100, .eid = ip("10.2.0.1"),
			     .source = ip("10.1.0.1") };
	struct action_log l = { .event = LOG_RESOLVE_NO_RESOLVER,
				.eid = eid("[100]10.9.0.0/16"),
				.has_eid = true, .number = 7 };
	struct client a, b;
	struct world w;

	world_open(&w, state, "false");
	start(&w);
	watch(&w, &a);
	watch(&w, &b);
	assert_int_equal(dp_fake_miss(w.dp, &m), 0);
	await(&w, &a, asks);
	await(&w, &a, learns);
	await(&w, &b, asks);
	await(&w, &b, learns);
	close(a.fd);
	watch_event(&w.d, &l);
	await(&w, &b, registers);
	wait_until(&w, (watch_event(&w.d, &l), w.d.watch.count == 1));
	close(b.fd);
	wait_until(&w, (watch_event(&w.d, &l), w.d.watch.count == 0));
	world_close(&w);
}

/* Events that came, and events that were said to be lost. */
static void count(struct client *c, uint64_t *came, uint64_t *lost, uint64_t *octets)
{
	struct json_object *o;

	while ((o = next(c)) != NULL) {
		*octets += strlen(json_object_to_json_string(o));
		if (strcmp(get(o, "type"), "lost"))
			(*came)++;
		else
			*lost += strtoull(get(o, "count"), NULL, 10);
		json_object_put(o);
	}
}

/* A storm of events and a watcher that does not read: the daemon keeps no more
 * than the queue, and no event is neither seen nor counted. */
static void test_slow(void **state)
{
	uint64_t came = 0, lost = 0, octets = 0;
	struct action_log l = { .event = LOG_TRANSITION, .machine = "m",
				.from = "a", .to = "b", .cause = "c" };
	struct client c;
	struct world w;

	world_open(&w, state, "false");
	start(&w);
	watch(&w, &c);
	count(&c, &came, &lost, &octets);
	came = lost = octets = 0;
	for (unsigned int i = 0; i < MANY; i++)
		watch_event(&w.d, &l);
	/* What the daemon itself does meanwhile comes on top. */
	wait_until(&w, (count(&c, &came, &lost, &octets),
			came + lost >= MANY));
	assert_in_range(came + lost, MANY, MANY + 100);
	assert_true(lost > MANY / 2);
	assert_in_range(octets, CTL_QUEUE_MAX, 2 * CTL_QUEUE_MAX);
	close(c.fd);
	world_close(&w);
}

static void test_too_many(void **state)
{
	struct client c[CTL_STREAMS_MAX + 1];
	struct world w;

	world_open(&w, state, "false");
	start(&w);
	for (size_t i = 0; i <= CTL_STREAMS_MAX; i++)
		watch(&w, &c[i]);	/* the last answer is an error */
	assert_int_equal(w.d.watch.count, CTL_STREAMS_MAX);
	close(c[0].fd);
	/* Once the daemon has seen that, there is room for another. */
	wait_until(&w, ctl_stream_room(w.d.ctl, w.d.watch.list[0].client));
	watch(&w, &c[0]);
	assert_int_equal(w.d.watch.count, CTL_STREAMS_MAX);
	for (size_t i = 0; i <= CTL_STREAMS_MAX; i++)
		close(c[i].fd);
	world_close(&w);
}

int main(void)
{
#define TEST(t)	cmocka_unit_test_setup(t, enter_namespace)
	const struct CMUnitTest tests[] = {
		TEST(test_events),
		TEST(test_slow),
		TEST(test_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

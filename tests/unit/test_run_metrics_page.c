// SPDX-License-Identifier: GPL-2.0-or-later
/* What lispd's page for monitoring has, and that Documentation/metrics.rst and
 * the dashboard are about just that. */
#include "run_metrics.h"

#include <json-c/json.h>

#include "cfg/file.h"
#include "run/metrics.h"
#include "run/metrics_part.h"

#define SERIES_MAX	512
#define NAME_MAX_LEN	128

/* --- a data plane --- */

static struct dp_dev device(uint32_t ifindex, uint32_t iid)
{
	struct dp_dev d = {
		.ifindex = ifindex, .iid = iid, .rx_packets = 1,
		.rx_bytes = UINT64_MAX, .held_packets = 7,
	};

	snprintf(d.name, sizeof(d.name), "lisp%u", iid);
	return d;
}

static void put_device(struct world *w, uint32_t ifindex, uint32_t iid,
		       uint32_t reason, uint64_t dropped)
{
	struct dp_dev d = device(ifindex, iid);

	if (reason)
		d.drops[d.drop_count++] = (struct dp_drop){ reason, dropped };
	assert_int_equal(dp_fake_put_dev(w->dp, &d), 0);
}

static void put_iid(struct world *w, uint32_t iid)
{
	struct dp_iid i = {
		.iid = iid, .rx_packets = 11, .tx_bytes = 12, .locals = 13,
	};

	assert_int_equal(dp_fake_put_iid(w->dp, &i), 0);
}

static void put_rloc(struct world *w, const char *addr, unsigned int state,
		     uint32_t rtt)
{
	struct dp_rloc r = {
		.addr = ip(addr), .port = 4341, .state = state, .rtt = rtt,
		.packets = 5, .users = 2,
	};

	assert_int_equal(dp_fake_put_rloc(w->dp, &r), 0);
}

/* One of each, and once more. */
static void put_some(struct world *w)
{
	for (int i = 0; i < 2; i++) {
		put_device(w, 0, 0, LISP_DROP_REASON_RX_UNKNOWN_IID, 9);
		put_device(w, 5, 100, LISP_DROP_REASON_NO_MAP, 3);
		put_device(w, 6, 200, 999, 4);
		put_iid(w, 300);
		put_iid(w, 0);
		put_rloc(w, "203.0.113.1", LISP_RLOC_STATE_UP, 1500);
		put_rloc(w, "2001:db8::1", LISP_RLOC_STATE_DOWN, 0);
	}
}

static unsigned int count(const char *page, const char *what)
{
	unsigned int n = 0;

	while ((page = strstr(page, what)) != NULL) {
		page += strlen(what);
		n++;
	}
	return n;
}

static const char *const some[] = {
	"\nlisp_data_plane_up 1\n",
	"\nlisp_metrics_truncated{list=\"devices\"} 0\n",
	"\nlisp_metrics_truncated{list=\"iids\"} 0\n",
	"\nlisp_metrics_truncated{list=\"rlocs\"} 0\n",
	"\nlisp_device_receive_packets_total{device=\"lisp100\",iid=\"100\"} "
	"1\n",
	"\nlisp_device_receive_bytes_total{device=\"lisp200\",iid=\"200\"} "
	"18446744073709551615\n",
	"\nlisp_device_held_packets{device=\"lisp100\",iid=\"100\"} 7\n",
	"\nlisp_device_dropped_packets_total{device=\"lisp100\",iid=\"100\","
	"reason=\"no-map\"} 3\n",
	"\nlisp_dropped_packets_total{reason=\"rx-unknown-iid\"} 9\n",
	"\nlisp_dropped_packets_total{reason=\"no-map\"} 0\n",
	"\nlisp_iid_receive_packets_total{iid=\"0\"} 11\n",
	"\nlisp_iid_transmit_bytes_total{iid=\"300\"} 12\n",
	"\nlisp_iid_local_eids{iid=\"300\"} 13\n",
	"\nlisp_rloc_up{rloc=\"203.0.113.1\",port=\"4341\"} 1\n",
	"\nlisp_rloc_up{rloc=\"2001:db8::1\",port=\"4341\"} 0\n",
	"\nlisp_rloc_transmit_packets_total{rloc=\"2001:db8::1\",port=\"4341\"} "
	"5\n",
	"\nlisp_rloc_rtt_seconds{rloc=\"203.0.113.1\",port=\"4341\"} 0.0015\n",
};

/* Each once, however often the data plane says it; and no reason twice. */
static void test_plane(void **state)
{
	const char *page;
	struct world w;

	open_all(&w, state);
	put_some(&w);
	page = ask(&w, "GET /metrics", OPEN);
	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++)
		if (count(page, some[i]) != 1)
			fail_msg("%s", some[i]);
	assert_int_equal(count(page, "\nlisp_device_dropped_packets_total{"),
			 1);
	assert_int_equal(count(page, "\nlisp_dropped_packets_total{"),
			 dp_drop_reason_count() - 1);
	assert_int_equal(count(page, "\nlisp_rloc_rtt_seconds{"), 1);
	world_close(&w);
}

static void test_many(void **state)
{
	char at[ADDR_TEXT_MAX];
	const char *page;
	struct world w;

	open_all(&w, state);
	for (unsigned int i = 1; i <= METRICS_DEVICES_MAX + 1; i++)
		put_device(&w, i, i, 0, 0);
	for (unsigned int i = 0; i <= METRICS_IIDS_MAX; i++)
		put_iid(&w, i);
	for (unsigned int i = 0; i < METRICS_RLOCS_MAX; i++) {
		snprintf(at, sizeof(at), "10.0.%u.%u", i / 250,
			 1 + i % 250);
		put_rloc(&w, at, LISP_RLOC_STATE_UP, 0);
	}
	page = ask(&w, "GET /metrics", OPEN);
	assert_int_equal(count(page, "\nlisp_device_misses_total{"),
			 METRICS_DEVICES_MAX);
	assert_int_equal(count(page, "\nlisp_iid_misses_total{"),
			 METRICS_IIDS_MAX);
	assert_int_equal(count(page, "\nlisp_rloc_up{"), METRICS_RLOCS_MAX);
	assert_non_null(strstr(page, "truncated{list=\"devices\"} 1\n"));
	assert_non_null(strstr(page, "truncated{list=\"iids\"} 1\n"));
	assert_non_null(strstr(page, "truncated{list=\"rlocs\"} 0\n"));
	assert_true(ends(page, "\n# EOF\n"));
	world_close(&w);
}

/* One that begins and does not end is waited for so long, and no more. */
static void test_late(void **state)
{
	const char *page;
	struct world w;
	int fd;

	open_all(&w, state);
	put_some(&w);
	dp_fake_stall(w.dp);
	fd = reach(PORT);
	tell(fd, "GET /metrics HTTP/1.0\r\n\r\n", 25);
	page = ask(&w, "GET /metrics", "");
	assert_non_null(strstr(page, "\nlisp_data_plane_up 0\n"));
	assert_non_null(strstr(page, "data_plane_failures_total 1\n"));
	assert_non_null(strstr(hear_all(&w, fd),
			       "data_plane_failures_total 1\n"));

	/* It ends while somebody waits, and somebody has gone. */
	usleep(1001000);
	fd = reach(PORT);
	tell(fd, "GET /metrics HTTP/1.0\r\n\r\n", 25);
	loop_once(w.d.loop, 10);
	close(fd);
	fd = reach(PORT);
	tell(fd, "GET /metrics HTTP/1.0\r\n\r\n", 25);
	for (int i = 0; i < 5; i++)
		loop_once(w.d.loop, 10);
	world_close(&w);
	close(fd);
}

static void test_refuses(void **state)
{
	struct world w;

	open_all(&w, state);
	dp_fake_fail(w.dp, FAKE_TALLY, -ENOENT, "gone");
	assert_non_null(strstr(ask(&w, "GET /metrics", ""),
			       "\nlisp_data_plane_up 0\n"));
	world_close(&w);
}

static void test_histograms(void **state)
{
	const char *page;
	struct world w;

	open_all(&w, state);
	miss(&w, "10.2.0.1");
	wait_until(&w, w.s.requests && dp_fake_map_count(w.dp));
	page = ask(&w, "GET /metrics", OPEN);
	assert_non_null(strstr(page, "\n# TYPE lisp_resolve_latency_seconds "
			       "histogram\n"));
	assert_non_null(strstr(page, "\nlisp_resolve_latency_seconds_bucket{"
			       "le=\"+Inf\"} 1\n"));
	assert_non_null(strstr(page, "\nlisp_resolve_latency_seconds_count "
			       "1\n"));
	world_close(&w);
}

/* --- the page of the documentation --- */

struct series {
	char name[NAME_MAX_LEN];	/* with its labels */
	char type[16];
	char help[256];
};

struct all_series {
	struct series list[SERIES_MAX];
	size_t count;
};

/* "a_total{b,c}" of "a_total{b=\"1\",c=\"2\"} 5". */
static void name_series(const char *line, char *out)
{
	bool quoted = false, value = false;

	for (; *line && (quoted || *line != ' '); line++) {
		quoted ^= *line == '"';
		if (!quoted && (*line == ',' || *line == '}'))
			value = false;
		value |= *line == '=';
		if (!value)
			*out++ = *line;
	}
	*out = '\0';
}

static void add_series(struct all_series *all, const struct series *of,
		       const char *line)
{
	struct series *s = &all->list[all->count];

	*s = *of;
	if (strcmp(s->type, "histogram"))
		name_series(line, s->name);
	for (size_t i = 0; i < all->count; i++)
		if (!strcmp(all->list[i].name, s->name))
			return;
	assert_true(++all->count < SERIES_MAX);
}

/* Of a page in OpenMetrics: what is described, and has a sample. */
static void read_page(char *page, struct all_series *all)
{
	struct series now = { .name = "" };
	char *save;

	all->count = 0;
	page = strstr(page, "\r\n\r\n");
	for (char *l = strtok_r(page, "\r\n", &save); l;
	     l = strtok_r(NULL, "\r\n", &save)) {
		if (sscanf(l, "# TYPE %127s %15s", now.name, now.type) == 2)
			continue;
		if (sscanf(l, "# HELP %*s %255[^\n]", now.help) != 1 &&
		    *l != '#')
			add_series(all, &now, l);
	}
}

static char *read_file(const char *name)
{
	char path[512];
	char *text_of = calloc(1, PAGE_MAX);

	assert_non_null(text_of);
	snprintf(path, sizeof(path), "%s/%s", TEST_TOP, name);
	assert_true(file_read(path, text_of, PAGE_MAX - 1) > 0);
	return text_of;
}

/* Lines of a paragraph as one. */
static void unfold(char *at)
{
	char *to = at;

	for (; *at; at++) {
		if (at[0] == '\n' && !strncmp(at + 1, "    ", 4)) {
			*to++ = ' ';
			at += 4;
		} else {
			*to++ = *at;
		}
	}
	*to = '\0';
}

static void see_all(struct world *w, struct all_series *all)
{
	put_some(w);
	miss(w, "10.2.0.1");
	wait_until(w, w->s.requests && dp_fake_map_count(w->dp));
	read_page((char *)ask(w, "GET /metrics", OPEN), all);
}

static void test_documented(void **state)
{
	char *doc = read_file("Documentation/metrics.rst");
	static struct all_series all;
	char want[512];
	struct world w;

	unfold(doc);
	open_all(&w, state);
	see_all(&w, &all);
	for (size_t i = 0; i < all.count; i++) {
		snprintf(want, sizeof(want), "\n``%s`` (%s) %s.\n",
			 all.list[i].name, all.list[i].type, all.list[i].help);
		if (count(doc, want) != 1)
			print_error("not there once: %s", want + 1);
		assert_int_equal(count(doc, want), 1);
	}
	/* And nothing else. */
	assert_int_equal(count(doc, "\n``lisp_") + count(doc, "\n``process_"),
			 all.count);
	for (unsigned int i = 1; i < dp_drop_reason_count(); i++) {
		snprintf(want, sizeof(want), "``%s``", dp_drop_reason_name(i));
		assert_non_null(strstr(doc, want));
	}
	for (int i = WIRE_OK + 1; i < WIRE_REASON_COUNT; i++) {
		snprintf(want, sizeof(want), "``%s``", wire_reason_name(i));
		assert_non_null(strstr(doc, want));
	}
	world_close(&w);
	free(doc);
}

/* --- the dashboard --- */

/* A series by this name, with such a label; @label "": any. */
static bool is_series(const struct all_series *all, const char *name)
{
	char base[NAME_MAX_LEN];
	size_t len;

	snprintf(base, sizeof(base), "%s", name);
	len = strlen(base);
	for (size_t i = 0; i < all->count; i++) {
		const struct series *s = &all->list[i];

		if (!strcmp(s->type, "histogram") && len > 7 &&
		    !strcmp(base + len - 7, "_bucket") &&
		    !strncmp(s->name, base, len - 7))
			return true;
		if (!strncmp(s->name, base, len) &&
		    (!s->name[len] || s->name[len] == '{'))
			return true;
	}
	return false;
}

/* Each name of ours in a query; how many. */
static unsigned int check_query(const struct all_series *all,
				const char *query)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz_0123456789";
	char name[NAME_MAX_LEN];
	unsigned int n = 0;

	for (const char *at = query; *at; at += *at != '\0') {
		size_t len = strspn(at, letters);

		if (len && len < sizeof(name) &&
		    (!strncmp(at, "lisp_", 5) || !strncmp(at, "process_", 8))) {
			snprintf(name, sizeof(name), "%.*s", (int)len, at);
			if (!is_series(all, name))
				fail_msg("%s: no such series: %s", query, name);
			n++;
		}
		at += len;
		if (!*at)
			break;
	}
	return n;
}

static unsigned int check_panel(const struct all_series *all,
				struct json_object *panel)
{
	struct json_object *targets, *expr;
	unsigned int n = 0;

	if (!json_object_object_get_ex(panel, "targets", &targets))
		return 0;
	for (size_t i = 0; i < json_object_array_length(targets); i++) {
		assert_true(json_object_object_get_ex(
			json_object_array_get_idx(targets, i), "expr", &expr));
		assert_true(check_query(all, json_object_get_string(expr)));
		n++;
	}
	return n;
}

static void test_dashboard(void **state)
{
	char *json = read_file("Documentation/examples/grafana-lisp.json");
	struct json_object *o = json_tokener_parse(json), *panels;
	static struct all_series all;
	unsigned int queries = 0;
	struct world w;

	assert_non_null(o);
	open_all(&w, state);
	see_all(&w, &all);
	assert_false(is_series(&all, "lisp_role_no"));
	assert_false(is_series(&all, "lisp_rol"));
	assert_true(json_object_object_get_ex(o, "panels", &panels));
	for (size_t i = 0; i < json_object_array_length(panels); i++)
		queries += check_panel(&all,
				       json_object_array_get_idx(panels, i));
	assert_true(queries > 20);
	json_object_put(o);
	world_close(&w);
	free(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plane),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_late),
		cmocka_unit_test(test_refuses),
		cmocka_unit_test(test_histograms),
		cmocka_unit_test(test_documented),
		cmocka_unit_test(test_dashboard),
	};

	return cmocka_run_group_tests(tests, enter_namespace, NULL);
}

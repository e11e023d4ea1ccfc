// SPDX-License-Identifier: GPL-2.0-or-later
/* The text formats of monitoring. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <event2/buffer.h>

#include "run/expo.h"
#include "sm/histogram.h"

static const struct {
	const char *accept;
	enum expo_format format;
} choices[] = {
	{ NULL, EXPO_PROMETHEUS },
	{ "", EXPO_PROMETHEUS },
	{ "*/*", EXPO_PROMETHEUS },
	{ "text/plain", EXPO_PROMETHEUS },
	{ "application/openmetrics-text", EXPO_OPENMETRICS },
	/* As Prometheus 2 says it, and 3. */
	{ "application/openmetrics-text;version=1.0.0,application/"
	  "openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;"
	  "q=0.5,*/*;q=0.1", EXPO_OPENMETRICS },
	{ "application/openmetrics-text; version=1.0.0; charset=utf-8;q=0.4,"
	  "text/plain;version=0.0.4;q=0.3", EXPO_OPENMETRICS },
	{ "application/openmetrics-text;version=2.0.0,text/plain;q=0.5",
	  EXPO_PROMETHEUS },
	{ "application/openmetrics-text;q=0.2 , text/plain;q=0.25",
	  EXPO_PROMETHEUS },
	{ "application/openmetrics-text;q=0", EXPO_PROMETHEUS },
	{ "application/openmetrics-text;q=0.0", EXPO_PROMETHEUS },
	{ "application/openmetrics-text;q=nan", EXPO_PROMETHEUS },
	{ "application/openmetrics-text;q=-1", EXPO_PROMETHEUS },
	{ "application/openmetrics-text;q=0.0019", EXPO_OPENMETRICS },
	{ "application/openmetrics-textual", EXPO_PROMETHEUS },
	{ ",,,;;;=,q=", EXPO_PROMETHEUS },
};

static void test_choose(void **state)
{
	for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++)
		if (expo_choose(choices[i].accept) != choices[i].format)
			fail_msg("%s", choices[i].accept);
}

/* Parameters without end are none of ours. */
static void test_choose_long(void **state)
{
	char accept[400] = "application/openmetrics-text;";

	memset(accept + strlen(accept), 'x', sizeof(accept) - 30);
	accept[sizeof(accept) - 1] = '\0';
	assert_int_equal(expo_choose(accept), EXPO_PROMETHEUS);
}

static void assert_text(const struct expo *x, enum expo_format format,
			const char *want)
{
	struct evbuffer *text = expo_text(x, format);
	char got[2048] = "";

	assert_non_null(text);
	evbuffer_copyout(text, got, sizeof(got) - 1);
	assert_string_equal(got, want);
	evbuffer_free(text);
}

static void test_text(void **state)
{
	struct expo_labels l = { .len = 0 }, m = { .len = 0 };
	struct expo_family *c, *g, *i;
	struct expo *x = expo_new();

	assert_non_null(x);
	c = expo_add(x, &(struct expo_what){ EXPO_COUNTER, "a_bytes", "bytes",
					     "What a is" });
	g = expo_add(x, &(struct expo_what){ EXPO_GAUGE, "b_seconds",
					     "seconds", "What b is" });
	expo_add(x, &(struct expo_what){ EXPO_GAUGE, "empty", NULL, "None" });
	i = expo_add(x, &(struct expo_what){ EXPO_INFO, "c", NULL, "C" });
	expo_label(&l, "name", "a\"b\\c\nd\xff");
	expo_label_number(&l, "n", 7);
	expo_label(&m, "version", "1");
	/* In turn: each is kept where it belongs. */
	expo_put(c, NULL, 0);
	expo_put_decimal(g, &l, 12, 3);
	expo_put(i, &m, 1);
	expo_put(c, &l, UINT64_MAX);
	expo_put_decimal(g, NULL, 12000004, 6);
	expo_put(NULL, NULL, 5);
	assert_text(x, EXPO_OPENMETRICS,
		"# TYPE a_bytes counter\n"
		"# UNIT a_bytes bytes\n"
		"# HELP a_bytes What a is\n"
		"a_bytes_total 0\n"
		"a_bytes_total{name=\"a\\\"b\\\\c?d?\",n=\"7\"} "
		"18446744073709551615\n"
		"# TYPE b_seconds gauge\n"
		"# UNIT b_seconds seconds\n"
		"# HELP b_seconds What b is\n"
		"b_seconds{name=\"a\\\"b\\\\c?d?\",n=\"7\"} 0.012\n"
		"b_seconds 12.000004\n"
		"# TYPE c info\n"
		"# HELP c C\n"
		"c_info{version=\"1\"} 1\n"
		"# EOF\n");
	assert_text(x, EXPO_PROMETHEUS,
		"# TYPE a_bytes_total counter\n"
		"# HELP a_bytes_total What a is\n"
		"a_bytes_total 0\n"
		"a_bytes_total{name=\"a\\\"b\\\\c?d?\",n=\"7\"} "
		"18446744073709551615\n"
		"# TYPE b_seconds gauge\n"
		"# HELP b_seconds What b is\n"
		"b_seconds{name=\"a\\\"b\\\\c?d?\",n=\"7\"} 0.012\n"
		"b_seconds 12.000004\n"
		"# TYPE c_info gauge\n"
		"# HELP c_info C\n"
		"c_info{version=\"1\"} 1\n");
	expo_free(x);
}

/* A bound is in its own range, and what is above all of them in the last. */
static void test_histogram(void **state)
{
	static const char *const ends = "t_seconds_bucket{le=\"20.0\"} 5\n"
		"t_seconds_bucket{le=\"50.0\"} 6\n"
		"t_seconds_bucket{le=\"+Inf\"} 7\n"
		"t_seconds_count 7\n"
		"t_seconds_sum 100.305\n"
		"# EOF\n";
	static const char *const begins = "# TYPE t_seconds histogram\n"
		"# UNIT t_seconds seconds\n"
		"# HELP t_seconds T\n"
		"t_seconds_bucket{le=\"0.001\"} 2\n"
		"t_seconds_bucket{le=\"0.002\"} 3\n"
		"t_seconds_bucket{le=\"0.005\"} 3\n";
	static const uint64_t ms[] = { 0, 1, 2, 101, 200, 50000, 50000 + 1 };
	struct histogram h = { .sum = 0 };
	struct expo *x = expo_new();
	struct evbuffer *text;
	char got[2048] = "";

	for (size_t i = 0; i < sizeof(ms) / sizeof(ms[0]); i++)
		histogram_add(&h, ms[i]);
	expo_put_histogram(expo_add(x, &(struct expo_what){ EXPO_HISTOGRAM,
			"t_seconds", "seconds", "T" }), &h);
	text = expo_text(x, EXPO_OPENMETRICS);
	assert_non_null(text);
	evbuffer_copyout(text, got, sizeof(got) - 1);
	evbuffer_free(text);
	expo_free(x);
	assert_memory_equal(got, begins, strlen(begins));
	assert_non_null(strstr(got, "{le=\"0.1\"} 3\n"));
	assert_non_null(strstr(got, "{le=\"0.2\"} 5\n"));
	assert_string_equal(got + strlen(got) - strlen(ends), ends);
}

/* A label that does not fit is left out, never cut. */
static void test_labels(void **state)
{
	struct expo_labels l = { .len = 0 };
	char value[EXPO_LABELS_MAX * 2];

	memset(value, '"', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	expo_label(&l, "a", "1");
	expo_label(&l, "long", value);
	expo_label(&l, "b", "2");
	assert_string_equal(l.text, "a=\"1\",b=\"2\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_choose),
		cmocka_unit_test(test_choose_long),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_histogram),
		cmocka_unit_test(test_labels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

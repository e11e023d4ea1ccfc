// SPDX-License-Identifier: GPL-2.0-or-later
/* lispctl top: rates of counters that grow, wrap, begin again, come and go; and
 * what is printed of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "../../tools/lispctl/rate.c"
#include "../../tools/lispctl/top.c"
#include "../../tools/lispctl/out.c"
#include "../../tools/common/progress.c"

void complain(const char *fmt, ...)
{
}

int kernel_open(struct session *s)
{
	return -ENOENT;
}

void kernel_complain(const struct session *s, int err)
{
}

static void counters(void **state)
{
	static const struct {
		uint64_t before, now, ms;
		double rate;
	} rows[] = {
		{ 100, 100, 1000, 0 },
		{ 100, 350, 1000, 250 },
		{ 100, 350, 500, 500 },
		{ 100, 350, 2000, 125 },
		{ 100, 350, 0, 0 },			/* no time at all */
		{ 0, 1ull << 60, 1000, 0x1p60 },
		{ UINT64_MAX - 9, 10, 1000, 20 },	/* it wrapped */
		{ 1000000, 50, 1000, 50 },		/* it began again */
		{ 1000000, 0, 1000, 0 },
		{ 1ull << 62, 7, 1000, 7 },
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		if (rate_of(rows[i].before, rows[i].now, rows[i].ms) !=
		    rows[i].rate)
			fail_msg("row %zu: %f", i, rate_of(rows[i].before,
					rows[i].now, rows[i].ms));
}

static void add(struct rate_rows *rows, uint32_t ifindex, uint32_t iid,
		uint64_t packets, uint64_t bytes)
{
	struct rate_row *r = rate_add(rows);

	assert_non_null(r);
	r->key = (struct rate_key){ .ifindex = ifindex, .iid = iid };
	snprintf(r->name, sizeof(r->name), "lisp%u", iid);
	r->count[RATE_RX_PACKETS] = packets;
	r->count[RATE_RX_BYTES] = bytes;
}

static void devices_come_and_go(void **state)
{
	struct rate_rows before = { 0 }, now = { 0 }, none = { 0 };

	add(&before, 9, 900, 1000, 9000);	/* goes */
	add(&before, 5, 500, 10, 1000);
	add(&before, 4, 400, 0, 0);
	add(&before, 4, 401, 0, 0);		/* of an external device */
	add(&now, 4, 401, 4, 4000);
	add(&now, 5, 500, 12, 1200);
	add(&now, 4, 400, 0, 0);
	add(&now, 9, 901, 5000, 5000);		/* another, of that number */
	rate_compare(&before, &now, 2000);
	assert_int_equal(now.count, 4);
	assert_string_equal(now.list[0].name, "lisp401");
	assert_float_equal(now.list[0].rate[RATE_RX_PACKETS], 2, 0);
	assert_float_equal(now.list[0].rate[RATE_RX_BYTES], 2000, 0);
	assert_string_equal(now.list[1].name, "lisp500");
	assert_float_equal(now.list[1].rate[RATE_RX_PACKETS], 1, 0);
	assert_string_equal(now.list[2].name, "lisp400");
	assert_true(now.list[2].known);
	assert_string_equal(now.list[3].name, "lisp901");
	assert_false(now.list[3].known);
	assert_float_equal(now.list[3].rate[RATE_RX_PACKETS], 0, 0);
	/* What was sorted by octets is found again. */
	rate_free(&before);
	before = now;
	now = (struct rate_rows){ 0 };
	add(&now, 9, 901, 5001, 5000);
	rate_compare(&before, &now, 1000);
	assert_true(now.list[0].known);
	assert_float_equal(now.list[0].rate[RATE_RX_PACKETS], 1, 0);
	/* All go, all come. */
	rate_compare(&now, &none, 1000);
	assert_int_equal(none.count, 0);
	rate_compare(&none, &now, 1000);
	assert_false(now.list[0].known);
	rate_free(&before);
	rate_free(&now);
}

static void rlocs_are_told_apart(void **state)
{
	static const char *const addrs[] = { "192.0.2.1", "192.0.2.2",
					     "2001:db8::1" };
	struct rate_rows before = { 0 }, now = { 0 };

	/* Each of 12 that differ in one thing, in the other order later. */
	for (unsigned int i = 0; i < 24; i++) {
		unsigned int n = i < 12 ? i : 23 - i;
		struct rate_row *r = rate_add(i < 12 ? &before : &now);

		assert_non_null(r);
		r->key.underlay = n & 1;
		r->key.port = 4341 + (n >> 1 & 1);
		assert_int_equal(addr_from_text(addrs[n / 4], &r->key.addr), 0);
		r->count[RATE_TX_BYTES] = i < 12 ? n : 1000 + 2 * n;
	}
	rate_compare(&before, &now, 1000);
	for (unsigned int i = 0; i < 12; i++) {
		assert_true(now.list[i].known);
		assert_float_equal(now.list[i].rate[RATE_TX_BYTES],
				   1000 + 11 - i, 0);
	}
	rate_free(&before);
	rate_free(&now);
}

static void texts(void **state)
{
	static const struct {
		double v;
		const char *text;
	} rows[] = {
		{ 0, "0" }, { 0.4, "0" }, { 1, "1" }, { 999.4, "999" },
		{ 999.6, "1.00k" }, { 1500, "1.50k" }, { 9994, "9.99k" },
		{ 9996, "10.0k" }, { 99960, "100k" }, { 999600, "1.00M" },
		{ 123e9, "123G" }, { 1e30, "1000000000000E" },
	};
	char text[RATE_TEXT_MAX];

	for (size_t i = 0; i < COUNT(rows); i++)
		assert_string_equal(rate_text(rows[i].v, text), rows[i].text);
}

/* --- what is printed --- */

static char printed[4096];

/* What @print says on stdout. */
static const char *said(const struct top_sample *s, bool json)
{
	FILE *f = tmpfile(), *keep = stdout;
	size_t n;

	stdout = f;
	if (json)
		top_print_json(s, 1000);
	else
		top_print(s, 1000, false);
	stdout = keep;
	rewind(f);
	n = fread(printed, 1, sizeof(printed) - 1, f);
	printed[n] = '\0';
	fclose(f);
	return printed;
}

static void prints(void **state)
{
	struct top_sample a = { 0 }, b = { 0 }, none = { 0 };
	struct rate_row *r;
	const char *text;

	add(&a.vpns, 4, 400, 0, 0);
	add(&b.vpns, 4, 400, 2000, 250000);
	add(&b.vpns, 5, 500, 2000, 250000);
	r = rate_add(&b.rlocs);
	r->rtt = 1234;
	snprintf(r->name, sizeof(r->name), "up");
	assert_int_equal(addr_from_text("192.0.2.1", &r->key.addr), 0);
	rate_compare(&a.vpns, &b.vpns, 1000);
	rate_compare(&a.rlocs, &b.rlocs, 1000);
	text = said(&b, false);
	assert_non_null(strstr(text, "rates over 1.0 s"));
	assert_non_null(strstr(text, "lisp400  400     2.00k     2.00M"));
	assert_non_null(strstr(text, "lisp500  500         -         -"));
	assert_non_null(strstr(text, "192.0.2.1     0  up     1234"));
	assert_null(strchr(text, '\033'));
	text = said(&b, true);
	assert_non_null(strstr(text, "\"milliseconds\":1000"));
	assert_non_null(strstr(text, "{\"vpn\":\"lisp400\",\"iid\":400,"
			"\"rx-packets\":2000.0,\"rx-bits\":2000000.0,"));
	assert_non_null(strstr(text, "\"iid\":500,\"rx-packets\":null"));
	assert_int_equal(strchr(text, '\n') - text, strlen(text) - 1);
	text = said(&none, false);
	assert_non_null(strstr(text, "no lisp device"));
	assert_non_null(strstr(text, "no RLOC is in use"));
	forget(&a);
	forget(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counters),
		cmocka_unit_test(devices_come_and_go),
		cmocka_unit_test(rlocs_are_told_apart),
		cmocka_unit_test(texts),
		cmocka_unit_test(prints),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

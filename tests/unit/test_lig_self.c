// SPDX-License-Identifier: GPL-2.0-or-later
/* "lig self": what it makes of what lispd and the mapping system say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <unistd.h>

#include "../../tools/common/said.c"
#include "../../tools/lig/self.c"

static const char *status, *database;

struct json_object *lispd_show(const char *path, const char *what, int *err)
{
	assert_string_equal(path, "the socket");
	*err = 0;
	return json_tokener_parse(!strcmp(what, "status") ? status : database);
}

/* What the mapping system has. */
static struct map_record records[4];
static struct locator locators[4];
static unsigned int asked;
static struct addr resolver;

int ask(const struct ask_options *o, struct arena *arena, struct ask_answer *a)
{
	asked++;
	resolver = o->resolver;
	for (size_t i = 0; i < 4; i++) {
		if (!eid_equal(&records[i].eid, &o->eid))
			continue;
		memset(a, 0, sizeof(*a));
		a->from = o->resolver;
		a->reply.records = &records[i];
		a->reply.record_count = 1;
		return 0;
	}
	return -ETIMEDOUT;
}

static struct addr ip(const char *text)
{
	struct addr a;

	assert_int_equal(addr_from_text(text, &a), 0);
	return a;
}

static void registered(size_t i, const char *eid, size_t count)
{
	assert_int_equal(eid_from_text(eid, &records[i].eid), 0);
	records[i].locators = locators;
	records[i].locator_count = (uint8_t)count;
}

#define HERE	"\"locators\": [ { \"address\": \"192.0.2.1\", \
	\"priority\": 1, \"weight\": 50, \"reachable\": true } ] }"

static int set_up(void **state)
{
	status = "[{ \"map-resolvers\": ["
		"{ \"address\": \"198.51.100.1\", \"state\": \"silent\" },"
		"{ \"address\": \"198.51.100.2\", \"state\": \"up\" } ] }]";
	database = "[ { \"iid\": 100, \"prefix\": \"10.1.0.0/16\", " HERE ","
		"{ \"iid\": 200, \"prefix\": \"2001:db8:a::/48\", " HERE "]";
	memset(records, 0, sizeof(records));
	memset(locators, 0, sizeof(locators));
	locators[0] = (struct locator){ .addr = ip("192.0.2.1"),
					.priority = 1, .weight = 50 };
	locators[1].addr = ip("192.0.2.2");
	registered(0, "[100]10.1.0.0/16", 1);
	registered(1, "[200]2001:db8:a::/48", 1);
	asked = 0;
	return 0;
}

/* The exit status, and what it printed, in @out.  Whom to ask comes first, as
 * in main(). */
static char out[4096];

static int run(const uint32_t *iid, bool json)
{
	struct ask_options how = { .tries = 1 };
	struct self_options o = { &how, "the socket", iid, json };
	FILE *f;
	int was, ret;
	size_t n;

	if (self_resolver("the socket", &how.resolver))
		return 1;
	f = tmpfile();
	was = dup(1);
	assert_non_null(f);
	fflush(stdout);
	dup2(fileno(f), 1);
	ret = self_run(&o);
	fflush(stdout);
	dup2(was, 1);
	close(was);
	rewind(f);
	n = fread(out, 1, sizeof(out) - 1, f);
	out[n] = '\0';
	fclose(f);
	return ret;
}

static void as_here(void **state)
{
	assert_int_equal(run(NULL, false), 0);
	assert_int_equal(asked, 2);
	assert_string_equal(out,
		"[100]10.1.0.0/16: as here, says 198.51.100.2\n"
		"[200]2001:db8:a::/48: as here, says 198.51.100.2\n");
}

static void one_vpn(void **state)
{
	uint32_t iid = 200;

	registered(0, "[100]10.0.0.0/8", 1);
	assert_int_equal(run(&iid, false), 0);
	assert_int_equal(asked, 1);
}

static void and_others(void **state)
{
	records[1].locator_count = 2;
	assert_int_equal(run(NULL, false), 0);
	assert_non_null(strstr(out, "a::/48: and others"));
	assert_non_null(strstr(out, "registered 192.0.2.2"));
}

static void differs(void **state)
{
	locators[0].weight = 51;
	assert_int_equal(run(NULL, false), 3);
	assert_non_null(strstr(out, "0.0/16: differs, says 198.51.100.2"));
	assert_non_null(strstr(out, "priority 1, weight 50\n"));
	assert_non_null(strstr(out, "priority 1, weight 51\n"));
	set_up(state);
	locators[0].addr = ip("192.0.2.9");
	assert_int_equal(run(NULL, false), 3);
	set_up(state);
	locators[0].priority = 255;
	assert_int_equal(run(NULL, false), 3);
}

static void not_registered(void **state)
{
	records[0].locator_count = 0;
	assert_int_equal(run(NULL, false), 3);
	assert_non_null(strstr(out, "not registered"));
}

/* It is known that one is wrong, whatever the other may be. */
static void no_answer(void **state)
{
	registered(1, "[200]2001:db8:b::/48", 1);
	assert_int_equal(run(NULL, false), 1);
	assert_non_null(strstr(out, "a::/48: no answer\n"));
	locators[0].weight = 51;
	assert_int_equal(run(NULL, false), 3);
}

static void no_lispd(void **state)
{
	status = "x";
	assert_int_equal(run(NULL, false), 1);
	status = "[{}]";
	assert_int_equal(run(NULL, false), 1);
	set_up(state);
	database = "[{}]";
	assert_int_equal(run(NULL, false), 1);
	assert_int_equal(asked, 0);
}

static void as_json(void **state)
{
	struct json_object *o, *v;

	locators[0].weight = 51;
	assert_int_equal(run(NULL, true), 3);
	o = json_tokener_parse(out);
	assert_non_null(o);
	assert_int_equal(json_object_array_length(o), 2);
	assert_true(json_object_object_get_ex(json_object_array_get_idx(o, 1),
					      "verdict", &v));
	assert_string_equal(json_object_get_string(v), "differs");
	json_object_put(o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(as_here, set_up),
		cmocka_unit_test_setup(one_vpn, set_up),
		cmocka_unit_test_setup(and_others, set_up),
		cmocka_unit_test_setup(differs, set_up),
		cmocka_unit_test_setup(not_registered, set_up),
		cmocka_unit_test_setup(no_answer, set_up),
		cmocka_unit_test_setup(no_lispd, set_up),
		cmocka_unit_test_setup(as_json, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

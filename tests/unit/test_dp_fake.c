// SPDX-License-Identifier: GPL-2.0-or-later
/* The data plane that other tests stand on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "dp/fake.h"

struct seen {
	unsigned int misses;
	unsigned int maps;
	unsigned int lost;
	unsigned int dumped;
	struct dp_map map;
	struct dp_miss miss;
	struct eid last;
	bool in_order;
};

static void on_miss(void *arg, const struct dp_miss *m)
{
	struct seen *s = arg;

	s->misses++;
	s->miss = *m;
}

static void on_map(void *arg, const struct dp_map *m)
{
	struct seen *s = arg;

	s->maps++;
	s->map = *m;
}

static void on_lost(void *arg)
{
	((struct seen *)arg)->lost++;
}

static void on_dumped(void *arg, const struct dp_map *m)
{
	struct seen *s = arg;

	if (s->dumped++ && eid_cmp(&s->last, &m->eid) >= 0)
		s->in_order = false;
	s->last = m->eid;
}

static struct eid eid(const char *text)
{
	struct eid e;

	assert_int_equal(eid_from_text(text, &e), 0);
	return e;
}

static struct dp_map map(const char *text)
{
	return (struct dp_map) { .eid = eid(text), .ttl = 60 };
}

static struct dp_miss miss(const char *text)
{
	struct eid e = eid(text);

	return (struct dp_miss) { .iid = e.iid, .eid = e.prefix.addr };
}

static void subscribe(struct dp *dp, struct seen *s)
{
	struct dp_reports r = { .miss = on_miss, .map = on_map,
				.lost = on_lost, .arg = s };

	memset(s, 0, sizeof(*s));
	s->in_order = true;
	assert_int_equal(dp->ops->subscribe(dp, NULL, &r), 0);
}

static void mappings(void **state)
{
	static const char *const names[] = {
		"[2]10.0.0.0/8", "[1]10.2.0.0/16", "[1]10.0.0.0/8",
		"[1]2001:db8::/32", "[1]10.2.0.0/24",
	};
	struct dp *dp = dp_fake_new();
	struct seen s = { .in_order = true };
	struct dp_map m;
	struct eid e;

	for (size_t i = 0; i < 5; i++) {
		m = map(names[i]);
		assert_int_equal(dp->ops->map_set(dp, &m), 0);
		assert_int_equal(dp->ops->map_set(dp, &m), 0);
	}
	assert_int_equal(dp_fake_map_count(dp), 5);
	assert_int_equal(dp_fake_calls(dp, FAKE_MAP_SET), 10);
	assert_int_equal(dp->ops->map_dump(dp, on_dumped, &s), 0);
	assert_int_equal(s.dumped, 5);
	assert_true(s.in_order);
	e = eid("[1]10.2.0.0/16");
	assert_int_equal(dp->ops->map_get(dp, &e, &m), 0);
	assert_true(eid_equal(&m.eid, &e));
	assert_int_equal(m.origin, FAKE_ORIGIN);
	assert_int_equal(dp->ops->map_del(dp, &e), 0);
	assert_int_equal(dp->ops->map_del(dp, &e), -ENOENT);
	assert_int_equal(dp->ops->map_get(dp, &e, &m), -ENOENT);
	assert_int_equal(dp->ops->map_flush(dp), 0);
	assert_int_equal(dp_fake_map_count(dp), 0);
	dp->ops->close(dp);
}

static void locals(void **state)
{
	struct dp *dp = dp_fake_new();
	struct dp_local l = { .eid = eid("[1]10.1.0.0/16"), .version = 1 };

	assert_int_equal(dp->ops->local_set(dp, &l), 0);
	l.version = 2;
	assert_int_equal(dp->ops->local_set(dp, &l), 0);
	assert_int_equal(dp_fake_local_count(dp), 1);
	assert_int_equal(dp_fake_local(dp, &l.eid)->version, 2);
	assert_int_equal(dp->ops->local_del(dp, &l.eid), 0);
	assert_int_equal(dp->ops->local_del(dp, &l.eid), -ENOENT);
	assert_null(dp_fake_local(dp, &l.eid));
	dp->ops->close(dp);
}

static void misses_until_answered(void **state)
{
	struct dp *dp = dp_fake_new();
	struct dp_miss m = miss("[1]10.2.0.1");
	struct dp_map other = map("[2]10.0.0.0/8");
	struct dp_map answer = map("[1]10.2.0.0/16");
	struct seen s;

	subscribe(dp, &s);
	assert_int_equal(dp_fake_miss(dp, &m), 0);
	m = miss("[1]10.3.0.1");
	assert_int_equal(dp_fake_miss(dp, &m), 0);
	assert_int_equal(s.misses, 2);
	assert_true(addr_equal(&s.miss.eid, &m.eid));
	assert_int_equal(dp->ops->map_set(dp, &other), 0);
	assert_int_equal(dp_fake_miss_count(dp), 2);
	assert_int_equal(dp->ops->map_set(dp, &answer), 0);
	assert_int_equal(dp_fake_miss_count(dp), 1);
	s.misses = 0;
	assert_int_equal(dp->ops->miss_dump(dp, on_miss, &s), 0);
	assert_int_equal(s.misses, 1);
	assert_true(addr_equal(&s.miss.eid, &m.eid));
	dp->ops->close(dp);
}

static void reports(void **state)
{
	struct dp *dp = dp_fake_new();
	struct dp_map m = map("[1]10.2.0.0/16");
	struct seen s;

	assert_int_equal(dp_fake_put(dp, &m), 0);
	subscribe(dp, &s);
	assert_int_equal(dp_fake_use(dp, &m.eid, 7), 0);
	assert_true(dp_fake_map(dp, &m.eid)->used);
	assert_int_equal(dp_fake_map(dp, &m.eid)->used_age, 7);
	assert_int_equal(dp_fake_replace(dp, &m), 0);
	assert_int_equal(s.map.event, LISP_EVENT_REPLACED);
	assert_int_equal(dp_fake_end(dp, &m.eid, LISP_EVENT_EXPIRED), 0);
	assert_int_equal(s.map.event, LISP_EVENT_EXPIRED);
	assert_int_equal(s.maps, 2);
	assert_null(dp_fake_map(dp, &m.eid));
	assert_int_equal(dp_fake_end(dp, &m.eid, LISP_EVENT_EXPIRED),
			 -ENOENT);
	assert_int_equal(dp_fake_replace(dp, &m), -ENOENT);
	assert_int_equal(dp_fake_use(dp, &m.eid, 1), -ENOENT);
	/* Own changes are not reported. */
	assert_int_equal(dp->ops->map_set(dp, &m), 0);
	assert_int_equal(dp->ops->map_del(dp, &m.eid), 0);
	assert_int_equal(s.maps, 2);
	dp_fake_lose(dp);
	assert_int_equal(s.lost, 1);
	dp->ops->close(dp);
}

static void silent_without_listener(void **state)
{
	struct dp *dp = dp_fake_new();
	struct dp_miss m = miss("[1]10.2.0.1");

	assert_int_equal(dp_fake_miss(dp, &m), 0);
	dp_fake_lose(dp);
	assert_int_equal(dp_fake_miss_count(dp), 1);
	dp->ops->close(dp);
}

static void fails_as_told(void **state)
{
	struct dp *dp = dp_fake_new();
	struct dp_map m = map("[1]10.2.0.0/16");
	struct addr a = m.eid.prefix.addr;

	dp_fake_fail(dp, FAKE_MAP_SET, -ENOSPC, "table is full");
	assert_int_equal(dp->ops->map_set(dp, &m), -ENOSPC);
	assert_string_equal(dp_why(dp), "table is full");
	assert_int_equal(dp_fake_map_count(dp), 0);
	assert_int_equal(dp->ops->map_set(dp, &m), 0);
	assert_string_equal(dp_why(dp), "");
	assert_int_equal(dp_fake_map_count(dp), 1);
	assert_int_equal(dp->ops->claim(dp, 60), 0);
	assert_int_equal(dp_fake_stale_limit(dp), 60);
	assert_int_equal(dp->ops->path(dp, &a), DP_PATH_OUT);
	assert_int_equal(dp_fake_set_path(dp, &a, DP_PATH_OVERLAY), 0);
	assert_int_equal(dp->ops->path(dp, &a), DP_PATH_OVERLAY);
	dp->ops->close(dp);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mappings),
		cmocka_unit_test(locals),
		cmocka_unit_test(misses_until_answered),
		cmocka_unit_test(reports),
		cmocka_unit_test(silent_without_listener),
		cmocka_unit_test(fails_as_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Who follows what is registered: everything in order, or the word that some
 * of it was missed. */
#include "store.h"

#include "sm/util.h"

#define KEPT	8

static struct reg_party parties[4];

static int put(const char *eid, unsigned int xtr, uint32_t ttl,
	       uint64_t expires, bool remove)
{
	static union {
		struct reg_record rec;
		uint8_t room[sizeof(struct reg_record) +
			     sizeof(struct locator)];
	} content;
	struct store_change c = { .eid = E(eid), .remove = remove };
	struct store_batch b = { .changes = &c, .count = 1 };

	content.rec.ttl = ttl;
	content.rec.locators[0] = L("192.0.2.1");
	content.rec.locator_count = 1;
	parties[xtr].who.ids.site_id = xtr;
	c.reg.by = &parties[xtr];
	c.reg.rec = &content.rec;
	c.reg.expires = expires;
	c.reg.lifetime = 100;
	return store_memory_ops.commit(store, &b);
}

static int next(uint64_t *at, struct store_event *e)
{
	return store_memory_ops.feed(store, at, e);
}

#define IS_NEXT(place, number, text, xtr, kind) do {			\
	struct store_event e_;						\
	struct eid eid_ = E(text);					\
									\
	assert_int_equal(next(&(place), &e_), 1);			\
	assert_int_equal(e_.sequence, number);				\
	assert_true(eid_equal(&e_.eid, &eid_));				\
	assert_int_equal(e_.who.ids.site_id, xtr);			\
	assert_int_equal(e_.what, kind);				\
} while (0)

#define IS_END(place) do {						\
	struct store_event e_;						\
									\
	assert_int_equal(next(&(place), &e_), 0);			\
	assert_int_equal(next(&(place), &e_), 0);			\
} while (0)

static bool keep_none(void *ctx, const struct eid *eid,
		      const struct registration *reg, struct reg_party *by)
{
	return false;
}

static void begin(void)
{
	memset(parties, 0, sizeof(parties));
	store_config_init(&cfg);
	cfg.feed = KEPT;
	open_store();
}

/* All that can become of a registration; a refresh is nothing. */
static void what_happens(void **state)
{
	uint64_t at = UINT64_MAX;
	struct reg_party gone;
	struct eid eid;

	begin();
	IS_END(at);
	assert_int_equal(put("10.1.0.0/16", 1, 5, 100, false), 0);
	IS_NEXT(at, 1, "10.1.0.0/16", 1, STORE_NEW);
	IS_END(at);
	assert_int_equal(put("10.1.0.0/16", 1, 5, 200, false), 0);
	parties[1].source = A("192.0.2.7");
	assert_int_equal(put("10.1.0.0/16", 1, 5, 300, false), 0);
	IS_END(at);
	assert_int_equal(put("10.1.0.0/16", 1, 6, 400, false), 0);
	parties[1].merge = true;
	assert_int_equal(put("10.1.0.0/16", 1, 6, 500, false), 0);
	assert_int_equal(put("10.1.0.0/16", 2, 6, 500, false), 0);
	IS_NEXT(at, 4, "10.1.0.0/16", 1, STORE_CHANGED);
	IS_NEXT(at, 5, "10.1.0.0/16", 1, STORE_CHANGED);
	IS_NEXT(at, 6, "10.1.0.0/16", 2, STORE_NEW);
	assert_int_equal(put("10.1.0.0/16", 1, 6, 600, true), 0);
	assert_int_equal(put("10.3.0.0/16", 3, 6, 600, false), 0);
	assert_true(store_memory_ops.expire(store, 500, &eid, &gone, NULL));
	store_memory_ops.review(store, keep_none, NULL);
	IS_NEXT(at, 7, "10.1.0.0/16", 1, STORE_REMOVED);
	IS_NEXT(at, 8, "10.3.0.0/16", 3, STORE_NEW);
	IS_NEXT(at, 8, "10.1.0.0/16", 2, STORE_EXPIRED);
	IS_NEXT(at, 8, "10.3.0.0/16", 3, STORE_FORGOTTEN);
	IS_END(at);
	close_store();
}

/* As many as are kept can be behind; one more, and it is said, once. */
static void falls_behind(void **state)
{
	uint64_t at = UINT64_MAX, late = UINT64_MAX;
	struct store_event e;

	begin();
	IS_END(at);
	IS_END(late);
	for (uint32_t i = 1; i <= KEPT; i++)
		assert_int_equal(put("10.1.0.0/16", 1, i, 100, false), 0);
	IS_NEXT(at, 1, "10.1.0.0/16", 1, STORE_NEW);
	assert_int_equal(put("10.1.0.0/16", 1, 99, 100, false), 0);
	for (uint32_t i = 2; i <= KEPT + 1; i++)
		IS_NEXT(at, i, "10.1.0.0/16", 1, STORE_CHANGED);
	IS_END(at);
	assert_int_equal(next(&late, &e), -ENOBUFS);
	IS_END(late);
	assert_int_equal(put("10.1.0.0/16", 2, 1, 100, false), 0);
	IS_NEXT(late, KEPT + 2, "10.1.0.0/16", 2, STORE_NEW);
	IS_NEXT(at, KEPT + 2, "10.1.0.0/16", 2, STORE_NEW);
	close_store();
}

/* What was there before is no news, and what was refused has not happened. */
static void no_news(void **state)
{
	uint64_t at = UINT64_MAX;

	begin();
	assert_int_equal(put("10.1.0.0/16", 1, 1, 100, false), 0);
	assert_int_equal(put("10.1.0.0/16", 1, 2, 100, false), 0);
	close_store();
	cfg.registrations = 1;
	open_store();
	at = 0;
	IS_END(at);
	assert_int_equal(store_registrations(store), 1);
	assert_int_equal(put("10.2.0.0/16", 1, 1, 100, false), -ENOSPC);
	IS_END(at);
	close_store();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_happens, on_memory,
						clean),
		cmocka_unit_test_setup_teardown(falls_behind, on_memory,
						clean),
		cmocka_unit_test_setup_teardown(no_news, on_memory, clean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

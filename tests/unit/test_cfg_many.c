// SPDX-License-Identifier: GPL-2.0-or-later
/* A text full of mistakes: of those that are only counted nobody looks for the
 * line, or a large one would take lispd minutes of a reload. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <sys/mman.h>

#include "cfg/check_part.h"

/* Who reads of it ends the program. */
static char *forbidden(void)
{
	char *text = mmap(NULL, 1, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			  0);

	assert_ptr_not_equal(text, MAP_FAILED);
	return text;
}

static void fill(struct cfg_errors *e)
{
	cfg_errors_init(e, "f");
	e->text = "{ \"a\":\n1 }";
	for (unsigned int i = 0; i < CFG_ERRORS_MAX; i++) {
		const struct cfg_path root = { 0 };
		const struct cfg_path at = { &root, "a", 0 };

		assert_true(cfg_errors_room(e));
		cfg_error(e, &at, "wrong");
		assert_string_equal(e->lines[i], "f:2: a: wrong");
	}
	assert_false(cfg_errors_room(e));
	e->text = forbidden();
}

static void test_counted(void **state)
{
	const struct cfg_path root = { 0 };
	struct cfg_errors e;

	fill(&e);
	cfg_error(&e, &root, "one more");
	assert_int_equal(e.count, CFG_ERRORS_MAX + 1);
	cfg_errors_free(&e);
}

static void test_repeated(void **state)
{
	static const struct addr all[3];
	struct cfg_errors e;
	struct place p;

	fill(&e);
	place_init(&p);
	check_unique(&p, UNIQUE_PLAIN("list", all, 3, conf_cmp_addr), &e);
	assert_int_equal(e.count, CFG_ERRORS_MAX + 2);
	cfg_errors_free(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counted),
		cmocka_unit_test(test_repeated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

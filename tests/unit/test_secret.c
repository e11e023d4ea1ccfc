// SPDX-License-Identifier: GPL-2.0-or-later
/* Secrets: copies, comparison, limits, the wipe. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "lib/secret.h"

static void copies(void **state)
{
	char key[] = "lisp-test-key";
	struct secret *s = secret_new(key, 13);

	memset(key, 0, sizeof(key));
	assert_int_equal(secret_len(s), 13);
	assert_memory_equal(secret_bytes(s), "lisp-test-key", 13);
	secret_free(s);
	secret_free(NULL);
}

static void limits(void **state)
{
	static const uint8_t big[SECRET_MAX + 1];
	struct secret *s = secret_new(big, SECRET_MAX);

	assert_non_null(s);
	secret_free(s);
	assert_null(secret_new(big, SECRET_MAX + 1));
	assert_null(secret_new(big, 0));
}

static void compares(void **state)
{
	struct secret *a = secret_new("abcd", 4), *b = secret_new("abcd", 4);
	struct secret *c = secret_new("abcde", 5), *d = secret_new("abcx", 4);
	uint8_t x[32] = { 0 }, y[32] = { 0 };
	size_t i;

	assert_true(secret_equal(a, b));
	assert_false(secret_equal(a, c));
	assert_false(secret_equal(c, a));
	assert_false(secret_equal(a, d));
	for (i = 0; i < 32; i++) {
		x[i] ^= 0x80;
		assert_false(secret_memequal(x, y, 32));
		assert_true(secret_memequal(x, y, i));
		x[i] ^= 0x80;
	}
	assert_true(secret_memequal(x, y, 32));
	assert_true(secret_memequal(x, y, 0));
	secret_free(a);
	secret_free(b);
	secret_free(c);
	secret_free(d);
}

static void wipes(void **state)
{
	uint8_t x[32];

	memset(x, 0x55, sizeof(x));
	secret_wipe(x, 31);
	assert_int_equal(x[0], 0);
	assert_int_equal(x[30], 0);
	assert_int_equal(x[31], 0x55);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(copies),
		cmocka_unit_test(limits),
		cmocka_unit_test(compares),
		cmocka_unit_test(wipes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

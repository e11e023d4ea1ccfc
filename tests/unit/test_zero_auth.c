// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Ten million Map-Registers whose authentication data is all zeros, of each
 * algorithm and length, under ever new nonces: none is accepted, and none of
 * those that claim to have no authentication.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "crypto/auth.h"

#define TRIES	10000000u

static const struct {
	uint8_t algorithm;
	uint8_t len;
	unsigned int share;	/* of a hundred */
} kinds[] = {
	{ AUTH_NONE, 0, 10 },
	{ AUTH_NONE, 32, 5 },
	{ AUTH_HMAC_SHA1_96, 12, 15 },
	{ AUTH_HMAC_SHA1_96, 20, 15 },
	{ AUTH_HMAC_SHA256_128, 16, 25 },
	{ AUTH_HMAC_SHA256_128, 32, 25 },
	{ AUTH_HMAC_SHA256_HKDF, 16, 5 },
};

static struct auth_key *keys[4];

static unsigned int try(uint8_t algorithm, uint8_t len, unsigned int n)
{
	uint8_t msg[64] = { 0x30, [13] = algorithm, [15] = len };
	unsigned int accepted = 0;
	struct wire_auth auth;

	assert_int_equal(auth_locate(msg, sizeof(msg), &auth), 0);
	auth.data = msg + AUTH_DATA_OFFSET;
	for (unsigned int i = 0; i < n; i++) {
		memcpy(msg + 4, &i, sizeof(i));
		for (int k = 1; k <= 3; k++)
			accepted += !auth_verify(keys[k], msg, sizeof(msg),
						 &auth, AUTH_COVER_EITHER);
	}
	return accepted;
}

static void none_is_accepted(void **state)
{
	struct secret *s = secret_new("a secret", 8);
	unsigned int tries = 0;

	for (int k = 1; k <= 3; k++)
		keys[k] = auth_key_new(0, k, s);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		unsigned int n = TRIES / 100 * kinds[i].share;

		assert_int_equal(try(kinds[i].algorithm, kinds[i].len, n), 0);
		tries += n;
	}
	assert_int_equal(tries, TRIES);
	for (int k = 1; k <= 3; k++)
		auth_key_free(keys[k]);
	secret_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(none_is_accepted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

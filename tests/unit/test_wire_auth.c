// SPDX-License-Identifier: GPL-2.0-or-later
/* The authentication part: algorithms, lengths, ranges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "vectors.h"
#include "wire/msg.h"

static void lengths(void **state)
{
	unsigned int algorithm, len;

	for (algorithm = 0; algorithm < 256; algorithm++)
		for (len = 0; len < 100; len++) {
			bool ok = (algorithm == 0 && len == 0) ||
				  (algorithm == 1 && (len == 12 || len == 20)) ||
				  (algorithm == 2 && (len == 16 || len == 32)) ||
				  (algorithm == 3 && len == 16);

			assert_int_equal(auth_data_len_ok(algorithm, len), ok);
		}
	assert_int_equal(auth_data_len(1, AUTH_LENGTH_RFC), 12);
	assert_int_equal(auth_data_len(1, AUTH_LENGTH_DEPLOYED), 20);
	assert_int_equal(auth_data_len(2, AUTH_LENGTH_RFC), 16);
	assert_int_equal(auth_data_len(2, AUTH_LENGTH_DEPLOYED), 32);
	assert_int_equal(auth_data_len(3, AUTH_LENGTH_RFC), 16);
	assert_int_equal(auth_data_len(3, AUTH_LENGTH_DEPLOYED), 16);
	assert_int_equal(auth_data_len(0, AUTH_LENGTH_DEPLOYED), 0);
	assert_int_equal(auth_data_len(4, AUTH_LENGTH_DEPLOYED), 0);
}

static void names(void **state)
{
	assert_string_equal(auth_algorithm_name(AUTH_NONE), "none");
	assert_string_equal(auth_algorithm_name(1), "hmac-sha1");
	assert_string_equal(auth_algorithm_name(2), "hmac-sha256");
	assert_string_equal(auth_algorithm_name(3), "hkdf-sha256");
	assert_null(auth_algorithm_name(4));
	assert_null(auth_algorithm_name(255));
}

/* auth_locate() finds in a built message what a parser finds in it. */
static void locates(void **state)
{
	struct wire_auth found, *parsed;
	struct lisp_msg m;
	struct arena arena;
	size_t i, n = 0, len;

	arena_init(&arena, MSG_ARENA_CAP);
	for (i = 0; i < vector_count; i++) {
		const struct vector *v = &vectors[i];
		int type = v->octets[0] >> 4;

		if (type < MSG_TYPE_MAP_REGISTER ||
		    type > MSG_TYPE_MAP_NOTIFY_ACK) {
			assert_int_equal(auth_locate(v->octets, v->len,
						     &found), -EBADMSG);
			continue;
		}
		arena_reset(&arena);
		assert_int_equal(msg_parse(v->octets, v->len, &arena, &m, NULL),
				 0);
		parsed = type == MSG_TYPE_MAP_REGISTER ? &m.reg.auth :
							 &m.notify.auth;
		assert_int_equal(auth_locate(v->octets, v->len, &found), 0);
		assert_int_equal(found.key_id, parsed->key_id);
		assert_int_equal(found.algorithm, parsed->algorithm);
		assert_int_equal(found.data_len, parsed->data_len);
		assert_int_equal(found.entire_end, parsed->entire_end);
		assert_int_equal(found.literal_end, parsed->literal_end);
		n++;
		/* Too short for its own header, or for the IDs it announces. */
		for (len = 0; len < 16u + parsed->data_len; len++) {
			uint8_t *in = exactly(v->octets, len);

			assert_int_equal(auth_locate(in, len, &found),
					 -EBADMSG);
			free(in);
		}
	}
	assert_true(n >= 10);
	arena_free(&arena);
}

/* Octets behind the message: covered when "entire" is, not when "literal". */
static void ranges_with_trailing(void **state)
{
	struct vector v = *vector("map-register-ids");
	struct lisp_msg m;
	struct arena arena;

	arena_init(&arena, MSG_ARENA_CAP);
	memset(v.octets + v.len, 0, 7);
	assert_int_equal(msg_parse(v.octets, v.len + 7, &arena, &m, NULL), 0);
	assert_int_equal(m.reg.trailing, 7);
	assert_int_equal(m.reg.auth.entire_end, v.len + 7);
	assert_int_equal(m.reg.auth.literal_end, v.len - AUTH_IDS_SIZE);
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lengths),
		cmocka_unit_test(names),
		cmocka_unit_test(locates),
		cmocka_unit_test(ranges_with_trailing),
	};

	return cmocka_run_group_tests(tests, vectors_messages, vectors_done);
}

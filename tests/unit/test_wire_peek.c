// SPDX-License-Identifier: GPL-2.0-or-later
/* Peeking at datagrams: agrees with the parsers, and reads nothing beyond. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/trie.h"
#include "wire/msg.h"
#include "wire/peek.h"

static struct eid eid(const char *text)
{
	struct eid e;

	assert_int_equal(eid_from_text(text, &e), 0);
	return e;
}

static size_t request(const char *text, const char *from, uint8_t *buf)
{
	struct request_record rec = { .eid = eid(text) };
	struct addr rlocs[2];
	struct lisp_msg in = { .type = MSG_TYPE_MAP_REQUEST,
			       .request = { .nonce = 1, .itr_rlocs = rlocs,
					    .itr_count = 2, .records = &rec,
					    .record_count = 1 } };
	struct lisp_msg out = { .type = MSG_TYPE_ECM };
	uint8_t inner[512];
	int len;

	assert_int_equal(addr_from_text("2001:db8::1", &rlocs[0]), 0);
	assert_int_equal(addr_from_text("192.0.2.1", &rlocs[1]), 0);
	in.request.source = eid("[100]10.0.0.1");
	len = msg_build(&in, inner, sizeof(inner));
	assert_true(len > 0);
	assert_int_equal(addr_from_text(from, &out.ecm.source), 0);
	out.ecm.dest = out.ecm.source;
	out.ecm.source_port = out.ecm.dest_port = 4342;
	out.ecm.ttl = 64;
	out.ecm.message = inner;
	out.ecm.message_len = (size_t)len;
	len = msg_build(&out, buf, 1024);
	assert_true(len > 0);
	return (size_t)len;
}

static size_t registering(const char *text, uint8_t *buf)
{
	struct locator l = { .priority = 1 };
	struct map_record rec = { .ttl = 1, .eid = eid(text), .locators = &l,
				  .locator_count = 1 };
	struct lisp_msg m = { .type = MSG_TYPE_MAP_REGISTER,
			      .reg = { .nonce = 1, .records = &rec,
				       .record_count = 1,
				       .auth = { .algorithm = 2,
						 .data_len = 32 } } };
	int len;

	assert_int_equal(addr_from_text("192.0.2.1", &l.addr), 0);
	len = msg_build(&m, buf, 1024);
	assert_true(len > 0);
	return (size_t)len;
}

/* Every beginning of the message, at the end of memory that may be read. */
static void check(const uint8_t *data, size_t len, const char *text)
{
	struct eid want = eid(text), e;
	size_t found = 0;

	for (size_t n = 0; n <= len; n++) {
		uint8_t *copy = malloc(n ? n : 1);

		memcpy(copy, data, n);
		if (peek_eid(copy, n, &e)) {
			assert_true(eid_equal(&e, &want));
			found++;
		}
		free(copy);
	}
	assert_true(found >= 1);
	assert_true(peek_eid(data, len, &e));
}

static void messages(void **state)
{
	static const char *const eids[] = {
		"10.1.2.3/32", "[100]10.1.2.3/32", "2001:db8::5/128",
		"[16777214]2001:db8::5/128",
	};
	uint8_t buf[1024];

	for (size_t i = 0; i < 4; i++) {
		check(buf, request(eids[i], "192.0.2.9", buf), eids[i]);
		check(buf, request(eids[i], "2001:db8::9", buf), eids[i]);
		check(buf, registering(eids[i], buf), eids[i]);
	}
}

static void noise(void **state)
{
	uint8_t buf[96];
	struct eid e;

	srand(1);
	for (int i = 0; i < 200000; i++) {
		size_t n = (size_t)rand() % sizeof(buf);
		uint8_t *copy = malloc(n ? n : 1);

		for (size_t k = 0; k < n; k++)
			copy[k] = (uint8_t)rand();
		if (n)
			copy[0] = i & 1 ? 0x80 : 0x30;
		if (n > 4)
			copy[4] = i & 2 ? 0x45 : 0x60;
		if (n > 32)
			copy[32] = 0x10;
		peek_eid(copy, n, &e);
		free(copy);
	}
}

/* What is warmed is what a look-up finds. */
static void warm(void **state)
{
	static int values[1000];
	struct addr keys[TRIE_WARM_MAX];
	const void *got[TRIE_WARM_MAX];
	struct trie t;

	trie_init(&t, ADDR_IPV4, NULL);
	for (uint32_t i = 0; i < TRIE_WARM_MAX; i++) {
		uint8_t b[4] = { 10, 0, (uint8_t)(i * 37), (uint8_t)(i * 11) };

		keys[i] = addr_make(ADDR_IPV4, b);
	}
	trie_warm(&t, keys, TRIE_WARM_MAX, got);
	assert_null(got[0]);
	for (uint32_t i = 0; i < 1000; i++) {
		uint8_t b[4] = { 10, 0, (uint8_t)(i * 37), (uint8_t)(i * 11) };
		struct addr a = addr_make(ADDR_IPV4, b);
		struct prefix p = prefix_host(&a);

		trie_add(&t, &p, &values[i], NULL);
	}
	trie_warm(&t, keys, TRIE_WARM_MAX, got);
	for (uint32_t i = 0; i < TRIE_WARM_MAX; i++)
		assert_ptr_equal(got[i], &values[i]);
	trie_clear(&t, NULL, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages),
		cmocka_unit_test(noise),
		cmocka_unit_test(warm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

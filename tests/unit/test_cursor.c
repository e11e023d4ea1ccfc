// SPDX-License-Identifier: GPL-2.0-or-later
/* Readers and writers: bounds, stickiness, nesting.  Buffers have exactly the
 * size that is used, so that ASan sees any step outside. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/cursor.h"

static uint8_t *octets(size_t n)
{
	uint8_t *p = malloc(n ? n : 1);
	size_t i;

	for (i = 0; i < n; i++)
		p[i] = i + 1;
	return p;
}

static void reads(void **state)
{
	uint8_t *buf = octets(20), copy[3];
	struct reader r;

	reader_init(&r, buf, 20);
	assert_int_equal(reader_u8(&r), 0x01);
	assert_int_equal(reader_peek_u16(&r), 0x0203);
	assert_int_equal(reader_u16(&r), 0x0203);
	assert_int_equal(reader_u32(&r), 0x04050607);
	assert_true(reader_u64(&r) == 0x08090a0b0c0d0e0full);
	assert_int_equal(reader_offset(&r), 15);
	assert_int_equal(reader_left(&r), 5);
	reader_copy(&r, copy, 3);
	assert_memory_equal(copy, "\x10\x11\x12", 3);
	assert_ptr_equal(reader_bytes(&r, 2), buf + 18);
	assert_true(reader_ok(&r));
	assert_int_equal(reader_left(&r), 0);
	free(buf);
}

static void sticky(void **state)
{
	uint8_t *buf = octets(5), copy[4] = { 9, 9, 9, 9 };
	struct reader r;

	reader_init(&r, buf, 5);
	reader_skip(&r, 2);
	assert_int_equal(reader_u32(&r), 0);
	assert_false(reader_ok(&r));
	/* There would be room for these, but the error stays. */
	assert_int_equal(reader_u8(&r), 0);
	assert_int_equal(reader_peek_u16(&r), 0);
	assert_null(reader_bytes(&r, 1));
	assert_null(reader_bytes(&r, 0));
	reader_copy(&r, copy, 4);
	assert_memory_equal(copy, "\0\0\0\0", 4);
	assert_int_equal(reader_left(&r), 0);
	assert_int_equal(reader_offset(&r), 2);
	free(buf);
}

static void every_short_read(void **state)
{
	size_t n;

	for (n = 0; n < 8; n++) {
		uint8_t *buf = octets(n);
		struct reader r;

		reader_init(&r, buf, n);
		reader_u64(&r);
		assert_false(reader_ok(&r));
		reader_init(&r, buf, n);
		reader_skip(&r, SIZE_MAX);
		assert_false(reader_ok(&r));
		free(buf);
	}
}

static void no_data(void **state)
{
	struct reader r;

	reader_init(&r, NULL, 0);
	assert_true(reader_ok(&r));
	assert_int_equal(reader_left(&r), 0);
	reader_skip(&r, 0);
	assert_true(reader_ok(&r));
	reader_u8(&r);
	assert_false(reader_ok(&r));
}

static void nested(void **state)
{
	uint8_t *buf = octets(10);
	struct reader r, sub, deeper;

	reader_init(&r, buf, 10);
	reader_skip(&r, 2);
	sub = reader_sub(&r, 4);
	assert_int_equal(reader_offset(&r), 6);
	assert_int_equal(reader_offset(&sub), 2);
	assert_int_equal(reader_left(&sub), 4);
	deeper = reader_sub(&sub, 3);
	assert_int_equal(reader_u16(&deeper), 0x0304);
	reader_u16(&deeper);
	/* An inner failure is the inner reader's own... */
	assert_false(reader_ok(&deeper));
	assert_true(reader_ok(&sub));
	assert_int_equal(reader_u8(&sub), 6);
	assert_int_equal(reader_u8(&sub), 0);
	assert_false(reader_ok(&sub));
	assert_int_equal(reader_u8(&r), 7);
	/* ... but carving too much fails both. */
	sub = reader_sub(&r, 4);
	assert_false(reader_ok(&sub));
	assert_false(reader_ok(&r));
	free(buf);
}

static void writes(void **state)
{
	uint8_t *buf = malloc(20);
	struct writer w;

	writer_init(&w, buf, 20);
	writer_u8(&w, 1);
	writer_u16(&w, 0x0203);
	writer_u32(&w, 0x04050607);
	writer_u64(&w, 0x08090a0b0c0d0e0full);
	writer_zero(&w, 2);
	writer_bytes(&w, "xyz", 3);
	writer_patch_u16(&w, 15, 0x1011);
	assert_int_equal(writer_finish(&w), 20);
	assert_memory_equal(buf, "\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17"
			    "\x10\x11xyz", 20);
	writer_u8(&w, 0);
	assert_int_equal(writer_finish(&w), -ENOSPC);
	free(buf);
}

static void write_limits(void **state)
{
	uint8_t *buf = malloc(3);
	struct writer w;

	writer_init(&w, buf, 3);
	writer_u16(&w, 0xffff);
	writer_u16(&w, 0xffff);		/* does not fit */
	writer_u8(&w, 0xff);		/* would fit, but sticky */
	assert_int_equal(w.len, 2);
	assert_int_equal(writer_finish(&w), -ENOSPC);

	writer_init(&w, buf, 3);
	writer_u8(&w, 0);
	writer_patch_u16(&w, 0, 0);	/* second octet not written yet */
	assert_false(writer_ok(&w));
	writer_init(&w, buf, 3);
	writer_zero(&w, 3);
	writer_patch_u16(&w, 2, 0);
	assert_false(writer_ok(&w));
	writer_init(&w, buf, 3);
	writer_bytes(&w, "abcd", 4);
	assert_false(writer_ok(&w));
	writer_init(&w, buf, 3);
	writer_zero(&w, SIZE_MAX);
	assert_false(writer_ok(&w));
	writer_init(&w, NULL, 0);
	writer_bytes(&w, NULL, 0);
	assert_int_equal(writer_finish(&w), 0);
	free(buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads),
		cmocka_unit_test(sticky),
		cmocka_unit_test(every_short_read),
		cmocka_unit_test(no_data),
		cmocka_unit_test(nested),
		cmocka_unit_test(writes),
		cmocka_unit_test(write_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the programs that test whole messages share. */
#ifndef LISP_TEST_WIRE_MSG_H
#define LISP_TEST_WIRE_MSG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "../fuzz/msg_equal.h"
#include "vectors.h"
#include "wire/msg.h"

#define NONCE 0x0102030405060708ull

static struct arena arena;

static inline int load(void **state)
{
	vectors_load("messages");
	arena_init(&arena, MSG_ARENA_CAP);
	return 0;
}

static inline int unload(void **state)
{
	vectors_free();
	arena_free(&arena);
	return 0;
}

static inline bool has_security(const struct vector *v)
{
	return strstr(v->name, "security") != NULL;
}

/* From memory of exactly the right size.  What is found must not point into
 * it, but an ECM does, so that this memory is kept in the arena's stead. */
static inline int parse_exactly(const void *octets, size_t n, struct lisp_msg *m,
			 struct wire_error *err)
{
	static uint8_t *kept;
	int ret;

	free(kept);
	kept = exactly(octets, n);
	ret = msg_parse(kept, n, &arena, m, err);
	if (ret || m->type != MSG_TYPE_ECM) {
		free(kept);
		kept = NULL;
	}
	if (n == 0) {	/* the last call of a test */
		free(kept);
		kept = NULL;
	}
	return ret;
}

static inline void parse_vector(const char *name, struct lisp_msg *m)
{
	const struct vector *v = vector(name);
	struct wire_error err;

	arena_reset(&arena);
	if (parse_exactly(v->octets, v->len, m, &err))
		fail_msg("%s: %s at %zu", name, wire_reason_name(err.reason),
			 err.offset);
	assert_int_equal(err.reason, WIRE_OK);
}

static inline void done(void)
{
	struct wire_error err;
	struct lisp_msg m;

	parse_exactly("", 0, &m, &err);
}

#endif

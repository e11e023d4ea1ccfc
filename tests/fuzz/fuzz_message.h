/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One message type under libFuzzer.  The input is made to be of that type,
 * parsed, and if it parses, built and parsed again: both must say the same.
 */
#ifndef LISP_FUZZ_MESSAGE_H
#define LISP_FUZZ_MESSAGE_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "msg_equal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(x) do { if (!(x)) abort(); } while (0)

/*
 * The message in *@m (parsed from exactly sized memory, which *@in keeps for
 * an ECM; free it), everything else in @arena.  False if it does not parse.
 */
static inline bool fuzz_parse(const uint8_t *data, size_t size,
			      struct arena *arena, struct lisp_msg *m,
			      uint8_t **in)
{
	struct wire_error err;
	int ret;

	*in = malloc(size ? size : 1);
	if (size)
		memcpy(*in, data, size);
	ret = msg_parse(*in, size, arena, m, &err);
	MUST(ret == wire_reason_errno(err.reason));
	MUST(err.offset <= size);
	if (m->type != MSG_TYPE_ECM) {
		free(*in);
		*in = NULL;
	}
	return ret == 0;
}

/* Build it again in @out.  Returns the length. */
static inline size_t fuzz_rebuild(const struct lisp_msg *m, uint8_t *out,
				  size_t size)
{
	struct lisp_msg again;
	struct arena arena;
	uint8_t *in;
	int len;

	len = msg_build(m, out, size);
	MUST(len > 0);
	arena_init(&arena, MSG_ARENA_CAP);
	MUST(fuzz_parse(out, (size_t)len, &arena, &again, &in));
	MUST(equal_msg(m, &again));
	free(in);
	arena_free(&arena);
	return (size_t)len;
}

/* S=1 is parsed but not built. */
static inline bool fuzz_buildable(const struct lisp_msg *m)
{
	return m->type != MSG_TYPE_MAP_REPLY ||
	       !(m->reply.flags & MREP_SECURITY);
}

static inline void fuzz_message(const uint8_t *data, size_t size,
				unsigned int type)
{
	static uint8_t typed[MSG_SIZE_MAX], out[MSG_SIZE_MAX];
	struct arena arena;
	struct lisp_msg m;
	uint8_t *in;

	if (size == 0 || size > sizeof(typed))
		return;
	memcpy(typed, data, size);
	typed[0] = (typed[0] & 0x0f) | type << 4;
	arena_init(&arena, MSG_ARENA_CAP);
	if (fuzz_parse(typed, size, &arena, &m, &in) && fuzz_buildable(&m))
		fuzz_rebuild(&m, out, sizeof(out));
	free(in);
	arena_free(&arena);
}

#endif

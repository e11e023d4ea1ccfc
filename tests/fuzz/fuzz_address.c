// SPDX-License-Identifier: GPL-2.0-or-later
/* One AFI-encoded address: parsed, written, parsed again. */
#include "fuzz_message.h"

static int parse(const uint8_t *data, size_t size, struct arena *arena,
		 struct wire_addr *a, size_t *used)
{
	uint8_t *in = malloc(size ? size : 1);
	struct parse p;
	int ret;

	if (size)
		memcpy(in, data, size);
	parse_init(&p, in, size, arena);
	ret = wire_addr_parse(&p, a);
	*used = reader_offset(&p.r);
	MUST(*used <= size);
	MUST(ret == wire_reason_errno(p.err.reason));
	free(in);
	return ret;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t out[70000];
	struct wire_addr a, again;
	struct arena arena;
	struct writer w;
	size_t used;

	if (size > 65000)
		return 0;
	arena_init(&arena, MSG_ARENA_CAP);
	if (parse(data, size, &arena, &a, &used) == 0) {
		writer_init(&w, out, sizeof(out));
		wire_addr_build(&w, &a);
		MUST(writer_ok(&w) && w.len == wire_addr_size(&a));
		MUST(w.len <= used);
		MUST(parse(out, w.len, &arena, &again, &used) == 0);
		MUST(used == w.len && equal_foreign(&a, &again));
		wire_addr_may_be_eid(&a);
	}
	arena_free(&arena);
	return 0;
}

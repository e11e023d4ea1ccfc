// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ECM: once as it comes, once with its checksums mended, behind which a
 * fuzzer would otherwise hardly ever get; then what is inside, as the daemon
 * would go on with it.
 */
#include "fuzz_mend.h"
#include "fuzz_message.h"

static void inside(const uint8_t *data, size_t size)
{
	struct arena arena;
	struct lisp_msg m;
	struct ecm e;

	if (ecm_parse(data, size, &e, NULL))
		return;
	MUST(e.message_len > 0 && e.message >= e.packet);
	MUST(e.message + e.message_len <= e.packet + e.packet_len);
	MUST(e.packet + e.packet_len + e.trailing == data + size);
	arena_init(&arena, MSG_ARENA_CAP);
	msg_parse(e.message, e.message_len, &arena, &m, NULL);
	MUST(m.type != MSG_TYPE_ECM);
	arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy;

	fuzz_message(data, size, MSG_TYPE_ECM);
	if (size < ECM_SIZE)
		return 0;
	copy = malloc(size);
	memcpy(copy, data, size);
	copy[0] = 0x80 | (copy[0] & 0x07);
	mend(copy, size);
	fuzz_message(copy, size, MSG_TYPE_ECM);
	inside(copy, size);
	free(copy);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Map-Referral; and what a signature is over lies within the message. */
#include "fuzz_message.h"

static void signatures(const uint8_t *data, size_t size)
{
	static uint8_t out[MSG_SIZE_MAX];
	struct map_referral m;
	struct arena arena;

	arena_init(&arena, MSG_ARENA_CAP);
	if (map_referral_parse(data, size, &arena, &m, NULL) == 0)
		for (size_t i = 0; i < m.record_count; i++)
			for (size_t k = 0; k < m.records[i].sig_count; k++) {
				struct referral_record *r = &m.records[i];

				MUST(r->offset + r->len <= size);
				MUST(referral_signed(data, r, &r->sigs[k], out,
						     sizeof(out)) ==
				     (int)r->len);
			}
	arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_message(data, size, MSG_TYPE_MAP_REFERRAL);
	signatures(data, size);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Text forms of EIDs: what is accepted comes out again as the same value. */
#include "fuzz_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *out = malloc(EID_TEXT_MAX);
	struct eid e, again;

	memcpy(text, data, size);
	text[size] = '\0';
	if (eid_from_text(text, &e) == 0) {
		eid_text(&e, out);
		MUST(eid_from_text(out, &again) == 0);
		MUST(eid_equal(&e, &again));
	}
	free(text);
	free(out);
	return 0;
}

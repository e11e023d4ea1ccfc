// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_message(data, size, MSG_TYPE_MAP_REPLY);
	return 0;
}

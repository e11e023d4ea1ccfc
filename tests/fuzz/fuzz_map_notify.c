// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz_signed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_signed(data, size, MSG_TYPE_MAP_NOTIFY);
	fuzz_signed(data, size, MSG_TYPE_MAP_NOTIFY_ACK);
	return 0;
}

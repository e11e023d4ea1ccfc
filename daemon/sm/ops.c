// SPDX-License-Identifier: GPL-2.0-or-later
/* Name table of ops.h. */
#include "sm/ops.h"

const char *rloc_verdict_name(enum rloc_verdict v)
{
	static const char *const names[] = {
		[RLOC_USABLE] = "usable",
		[RLOC_NO_FAMILY] = "no-family",
		[RLOC_OVERLAY] = "overlay",
		[RLOC_OWN] = "own",
	};

	return names[v];
}

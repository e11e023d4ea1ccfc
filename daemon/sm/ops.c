// SPDX-License-Identifier: GPL-2.0-or-later
/* Keys by time, and the name tables of ops.h. */
#include "sm/ops.h"

enum key_state key_state(const struct sm_key *key, const struct sm_ops *ops)
{
	uint64_t now;

	if (!key->not_before && !key->not_after)
		return KEY_VALID;
	now = ops->wall(ops->arg);
	if (now < key->not_before)
		return KEY_EARLY;
	return key->not_after && now > key->not_after ? KEY_OVER : KEY_VALID;
}

const char *key_state_name(enum key_state state)
{
	static const char *const names[] = {
		[KEY_VALID] = "valid",
		[KEY_EARLY] = "early",
		[KEY_OVER] = "over",
	};

	return names[state];
}

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

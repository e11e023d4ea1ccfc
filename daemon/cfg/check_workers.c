// SPDX-License-Identifier: GPL-2.0-or-later
#include "cfg/conf.h"

/* Where there is an xTR requests may be its own, and what it knows is one
 * thread's. */
void conf_check_workers(const struct conf *c, struct cfg_errors *e)
{
	struct cfg_path root = { 0 };
	struct cfg_path role = { &root, "map-server", 0 };
	struct cfg_path at = { &role, "workers", 0 };

	if (c->ms && c->xtr && c->ms->workers > 1)
		cfg_error(e, &at, "found %llu, expected 1 as this process is "
			  "an xTR, too",
			  (unsigned long long)c->ms->workers);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an earlier run of the daemon had as its own: the local EIDs that it
 * left in the data plane, which live as long as the map-cache does.  A start
 * that has others, or other locators, has changed mappings while nobody was
 * there to say so: the sites we talk with are solicited then, as after a
 * reload, and what is no more is deregistered.
 *
 * Of an instance that is not served any more the map-cache is gone, too:
 * nobody is solicited about it.
 *
 * Memory from malloc until the start: the EIDs that are no more.
 */
#ifndef LISP_SM_FORMER_H
#define LISP_SM_FORMER_H

#include "sm/action.h"
#include "sm/database.h"
#include "sm/ops.h"
#include "sm/smr.h"

struct former {
	const struct xtr_config *cfg;
	const struct sm_ops *ops;
	struct database *db;
	struct eid *gone;		/* a repeated dump names some twice */
	size_t count;
	size_t room;
	bool any;			/* there was an earlier run */
};

void former_init(struct former *f, const struct xtr_config *cfg,
		 const struct sm_ops *ops, struct database *db);
void former_free(struct former *f);

/* One that is there, with its locators. */
void former_found(struct former *f, const struct eid *eid,
		  const struct locator *l, unsigned int n);

/* All have been found: how many mappings of ours have changed. */
size_t former_start(struct former *f, struct smr *smr, uint64_t now,
		    struct actions *acts);

#endif

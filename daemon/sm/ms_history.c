// SPDX-License-Identifier: GPL-2.0-or-later
/* What has changed lately at the Map-Server, for a person: a ring that holds no
 * repetitions, only what came, went or moved. */
#include <errno.h>
#include <stdlib.h>

#include "sm/ms_part.h"

#define EVENTS	4096

int ms_history_init(struct ms_history *h)
{
	h->ring = calloc(EVENTS, sizeof(*h->ring));
	h->count = 0;
	return h->ring ? 0 : -ENOMEM;
}

void ms_history_free(struct ms_history *h)
{
	free(h->ring);
	h->ring = NULL;
}

void ms_history_add(struct ms_history *h, const struct ms_event *e)
{
	h->ring[h->count++ % EVENTS] = *e;
}

const struct ms_event *ms_history_next(const struct ms *ms,
				       const struct eid *eid, uint64_t *before)
{
	const struct ms_history *h = &ms->history;
	uint64_t first = h->count > EVENTS ? h->count - EVENTS : 0;

	if (*before > h->count)
		*before = h->count;
	while (*before > first) {
		const struct ms_event *e = &h->ring[--*before % EVENTS];

		if (!eid || eid_equal(&e->eid, eid))
			return e;
	}
	return NULL;
}

void ms_history_inherit(struct ms_history *h, struct ms_history *old)
{
	const struct ms_history own = *h;

	*h = *old;
	*old = own;
	for (uint64_t i = own.count > EVENTS ? own.count - EVENTS : 0;
	     i < own.count; i++)
		ms_history_add(h, &own.ring[i % EVENTS]);
}

const char *ms_change_name(enum ms_change what)
{
	static const char *const names[] = {
		[MS_CAME] = "registered",
		[MS_CHANGED] = "changed",
		[MS_WITHDRAWN] = "withdrawn",
		[MS_RAN_OUT] = "expired",
		[MS_NOT_ALLOWED] = "not-allowed",
	};

	return names[what];
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Which Map-Resolver to ask; see resolvers.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "sm/resolvers.h"

#define BACKOFF		5000	/* ms, the first */
#define BACKOFF_MAX	60000
#define TRIAL		2000	/* ms that one question has for its answer */

int resolvers_init(struct resolvers *r, const struct xtr_config *cfg,
		   const struct sm_ops *ops)
{
	r->cfg = cfg;
	r->ops = ops;
	r->list = calloc(cfg->resolver_count + 1, sizeof(*r->list));
	return r->list ? 0 : -ENOMEM;
}

void resolvers_free(struct resolvers *r)
{
	free(r->list);
	memset(r, 0, sizeof(*r));
}

static bool can_send(const struct resolvers *r, unsigned int i)
{
	switch (r->ops->rloc_check(r->ops->arg, &r->cfg->resolvers[i])) {
	case RLOC_USABLE:
	case RLOC_OWN:			/* ITR and Map-Resolver in one */
		return true;
	case RLOC_NO_FAMILY:
	case RLOC_OVERLAY:		/* RFC 9301 8.1 */
		break;
	}
	return false;
}

/* Before others: who is not silent, or whose time is over; in this order.  Of
 * the silent ones who was asked longest ago. */
static bool is_better(const struct resolver *a, const struct resolver *b,
		      uint64_t now)
{
	bool a_turn = !a->failures || now >= a->until;
	bool b_turn = !b->failures || now >= b->until;

	if (a_turn || b_turn)
		return a_turn && !b_turn;
	return a->failed < b->failed;
}

const struct addr *resolvers_pick(struct resolvers *r, uint64_t now,
				  unsigned int last, unsigned int *index)
{
	unsigned int best = RESOLVER_NONE;

	for (unsigned int i = 0; i < r->cfg->resolver_count; i++)
		if (i != last && can_send(r, i) &&
		    (best == RESOLVER_NONE ||
		     is_better(&r->list[i], &r->list[best], now)))
			best = i;
	if (best == RESOLVER_NONE && last != RESOLVER_NONE &&
	    can_send(r, last))
		best = last;
	if (best == RESOLVER_NONE)
		return NULL;
	/* A trial is one question, not all that come. */
	if (r->list[best].failures && now >= r->list[best].until)
		r->list[best].until = now + TRIAL;
	*index = best;
	return &r->cfg->resolvers[best];
}

static void log_change(const struct resolvers *r, unsigned int i,
		       const char *from, const char *to, const char *cause,
		       struct actions *acts)
{
	action_transition(acts, "resolver", from, to, cause, NULL,
			  &r->cfg->resolvers[i]);
}

void resolvers_on_reply(struct resolvers *r, uint64_t now, unsigned int i,
			uint32_t rtt, struct actions *acts)
{
	struct resolver *e = &r->list[i];

	if (e->failures)
		log_change(r, i, "silent", "up", "answered", acts);
	e->failures = 0;
	e->answered = now;
	e->rtt = rtt;
}

void resolvers_on_silence(struct resolvers *r, uint64_t now, unsigned int i,
			  struct actions *acts)
{
	struct resolver *e = &r->list[i];
	uint64_t wait = BACKOFF;

	if (!e->failures)
		log_change(r, i, "up", "silent", "unanswered", acts);
	/* Many questions of one moment are one silence. */
	if (!e->failures || now >= e->failed + BACKOFF)
		e->failures++;
	for (unsigned int k = 1; k < e->failures && wait < BACKOFF_MAX; k++)
		wait *= 2;
	e->failed = now;
	e->until = now + (wait < BACKOFF_MAX ? wait : BACKOFF_MAX);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* The Map-Resolver; see mr.h. */
#include <string.h>

#include "sm/forward.h"
#include "sm/mr.h"

static const char *const counter_names[MR_COUNT] = {
	[MR_REQUESTS] = "requests",
	[MR_LIMITED] = "limited",
	[MR_INVALID] = "invalid",
	[MR_DDT] = "ddt",
	[MR_LOCAL] = "local",
	[MR_FORWARDED] = "forwarded",
	[MR_FORWARD_LOOP] = "forward-loop",
	[MR_NOWHERE] = "nowhere",
};

int mr_init(struct mr *mr, const struct mr_config *cfg,
	    const struct sm_ops *ops, struct ms *ms, const uint8_t seed[16])
{
	int ret;

	memset(mr, 0, sizeof(*mr));
	mr->cfg = cfg;
	mr->ops = ops;
	mr->ms = ms;

	ret = limit_init(&mr->requests, &cfg->requests, seed);
	if (!ret)
		ret = limit_init(&mr->seen, &forward_limit, seed);
	mr->iterates = cfg->ddt.root_count > 0;
	if (!ret && mr->iterates)
		ret = ddt_client_init(&mr->ddt, &cfg->ddt, ops, seed);
	if (ret)
		mr_free(mr);
	return ret;
}

void mr_free(struct mr *mr)
{
	limit_free(&mr->requests);
	limit_free(&mr->seen);
	ddt_client_free(&mr->ddt);
}

void mr_inherit(struct mr *mr, struct mr *old)
{
	limit_inherit(&mr->requests, &old->requests);
	limit_inherit(&mr->seen, &old->seen);
	counters_inherit(mr->counters, old->counters, MR_COUNT);
	if (mr->iterates && old->iterates)
		ddt_client_inherit(&mr->ddt, &old->ddt);
}

static void refuse(struct mr *mr, enum mr_counter counter,
		   enum log_event event, const struct request *rq,
		   struct actions *acts)
{
	mr->counters[counter]++;
	action_log_peer(acts, event, &rq->pkt->from, &rq->msg->records[0].eid,
			rq->msg->nonce);
}

/* One of the servers, another one for another nonce, and for the same one a
 * second later, as the first may be silent and not every ITR takes a new nonce
 * to ask again; not ourselves and not whoever sent it. */
static const struct addr *pick_server(const struct mr *mr, uint64_t now,
				      const struct request *rq)
{
	uint64_t at = rq->msg->nonce + now / 1000;
	size_t n = mr->cfg->server_count;

	for (size_t i = 0; i < n; i++) {
		const struct addr *a = &mr->cfg->servers[(at + i) % n];

		if (!addr_equal(a, &rq->pkt->from) &&
		    mr->ops->rloc_check(mr->ops->arg, a) == RLOC_USABLE)
			return a;
	}
	return NULL;
}

static bool is_ours(const struct mr *mr, const struct request *rq)
{
	return mr->ms && ms_serves(mr->ms, &rq->msg->records[0]);
}

bool mr_is_local(const struct mr *mr, const struct request *rq)
{
	return is_ours(mr, rq) ||
	       (mr->ms && !mr->iterates && !mr->cfg->server_count);
}

static void forward(struct mr *mr, uint64_t now, const struct request *rq,
		    const struct addr *to, struct actions *acts)
{
	if (!forward_fresh(&mr->seen, rq, now)) {
		refuse(mr, MR_FORWARD_LOOP, LOG_FORWARD_LOOP, rq, acts);
		return;
	}
	forward_send(rq->ecm, to, acts);
	mr->counters[MR_FORWARDED]++;
}

/* Is a Map-Server configured that is not ourselves? */
static bool has_others(const struct mr *mr)
{
	for (size_t i = 0; i < mr->cfg->server_count; i++)
		if (mr->ops->rloc_check(mr->ops->arg, &mr->cfg->servers[i]) !=
		    RLOC_OWN)
			return true;
	return false;
}

static void pass_on(struct mr *mr, uint64_t now, const struct request *rq,
		    struct actions *acts)
{
	const struct addr *to = pick_server(mr, now, rq);

	if (to)
		forward(mr, now, rq, to, acts);
	else
		refuse(mr, MR_NOWHERE, LOG_FORWARD_NOWHERE, rq, acts);
}

static void serve_here(struct mr *mr, uint64_t now, const struct request *rq,
		       struct actions *acts)
{
	mr->counters[MR_LOCAL]++;
	ms_on_request(mr->ms, mr->ms->desks, now, rq, acts);
}

/* Our own Map-Server knows its sites.  What is of no site of its own may be of
 * another server's, which the tree or the configuration knows.  Where there is
 * neither, it does not exist; but not where there are others that cannot be
 * sent to just now: silence ends when they are back, a negative answer lasts. */
static void serve(struct mr *mr, uint64_t now, const struct request *rq,
		  struct actions *acts)
{
	if (is_ours(mr, rq)) {
		serve_here(mr, now, rq, acts);
	} else if (mr->iterates) {
		mr->counters[MR_DDT]++;
		ddt_client_on_request(&mr->ddt, now, rq, acts);
	} else if (!mr->ms || has_others(mr)) {
		pass_on(mr, now, rq, acts);
	} else {
		serve_here(mr, now, rq, acts);
	}
}

void mr_on_request(struct mr *mr, uint64_t now, const struct request *rq,
		   struct actions *acts)
{
	mr->counters[MR_REQUESTS]++;
	if (!limit_take_source(&mr->requests, &rq->pkt->from, now))
		refuse(mr, MR_LIMITED, LOG_REQUEST_LIMITED, rq, acts);
	else if (rq->msg->flags & (MREQ_PROBE | MREQ_SMR))
		refuse(mr, MR_INVALID, LOG_REQUEST_INVALID, rq, acts);
	else
		serve(mr, now, rq, acts);
}

void mr_on_referral(struct mr *mr, uint64_t now, const struct packet *pkt,
		    const struct map_referral *m, struct actions *acts)
{
	ddt_client_on_referral(&mr->ddt, now, pkt, m, acts);
}

bool mr_on_reply(struct mr *mr, uint64_t now, const struct packet *pkt,
		 const struct map_reply *m, struct actions *acts)
{
	return mr->iterates &&
	       ddt_client_on_reply(&mr->ddt, now, pkt, m, acts);
}

bool mr_on_time(struct mr *mr, uint64_t now, struct actions *acts)
{
	return mr->iterates && ddt_client_on_time(&mr->ddt, now, acts);
}

uint64_t mr_due(const struct mr *mr)
{
	return mr->iterates ? ddt_client_due(&mr->ddt) : UINT64_MAX;
}

const struct referral_entry *mr_referral_next(const struct mr *mr,
					      uint64_t now,
					      const struct eid *after)
{
	return mr->iterates ? referral_walk(&mr->ddt.cache, now, after) : NULL;
}

size_t mr_clear(struct mr *mr, const struct eid *eid)
{
	return mr->iterates ? referral_clear(&mr->ddt.cache, eid) : 0;
}

struct counter_group mr_counters(const struct mr *mr)
{
	return (struct counter_group){
		.name = "map-resolver",
		.names = counter_names,
		.values = mr->counters,
		.count = MR_COUNT,
	};
}

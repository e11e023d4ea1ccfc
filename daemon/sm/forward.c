// SPDX-License-Identifier: GPL-2.0-or-later
/* Passing a Map-Request on; see forward.h. */
#include <errno.h>
#include <string.h>

#include "sm/forward.h"
#include "sm/reply.h"

/* A retransmission comes no sooner than a second (RFC 9301 5.3). */
const struct limit_config forward_limit = {
	.each = { .interval_us = 900000, .burst = 1 },
	.all = { .interval_us = 1, .burst = 100000 },
	.slots = 16384,
};

bool forward_fresh(struct limit *seen, const struct request *rq, uint64_t now)
{
	uint8_t key[LIMIT_KEY_SIZE + sizeof(uint64_t)];
	size_t len = limit_key(key, &rq->ecm->source, &rq->msg->records[0].eid);

	memcpy(key + len, &rq->msg->nonce, sizeof(rq->msg->nonce));
	return limit_take(seen, key, len + sizeof(rq->msg->nonce), now);
}

static bool sendable(const struct locator *l, const struct sm_ops *ops)
{
	return (l->flags & LOCATOR_REACHABLE) &&
	       l->priority != LOCATOR_UNUSED &&
	       ops->rloc_check(ops->arg, &l->addr) == RLOC_USABLE;
}

/* The weight that counts: all zero means equal shares. */
static unsigned int weight_of(const struct locator *l, bool all_zero)
{
	return all_zero ? 1 : l->weight;
}

const struct addr *forward_pick(const struct map_record *rec, uint64_t nonce,
				const struct sm_ops *ops)
{
	const struct locator *best[LOCATOR_MAX];
	unsigned int n = 0, total = 0, at;

	for (unsigned int i = 0; i < rec->locator_count; i++) {
		const struct locator *l = &rec->locators[i];

		if (!sendable(l, ops) || (n && l->priority > best[0]->priority))
			continue;
		if (n && l->priority < best[0]->priority)
			n = 0;
		best[n++] = l;
	}
	if (!n)
		return NULL;

	for (unsigned int i = 0; i < n; i++)
		total += best[i]->weight;

	at = (unsigned int)(nonce % (total ? total : n));
	for (unsigned int i = 0; i < n; i++) {
		unsigned int w = weight_of(best[i], !total);

		if (at < w)
			return &best[i]->addr;
		at -= w;
	}
	return NULL;
}

int forward_send(const struct ecm *ecm, const struct addr *to,
		 struct actions *acts)
{
	size_t room = ecm->packet_len + ECM_OVERHEAD_IPV6;
	uint8_t *data = arena_alloc(acts->arena, room);
	int len;

	if (!data)
		return -ENOMEM;
	len = ecm_forward(0, ecm->packet, ecm->packet_len, data, room);
	if (len < 0)
		return len;
	return action_send(acts, NULL, to, LISP_CONTROL_PORT, data,
			   (size_t)len);
}

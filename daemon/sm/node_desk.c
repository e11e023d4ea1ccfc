// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What several threads may do with a node at the same time: authenticate
 * Map-Registers, and answer or pass on Map-Requests that are the Map-Server's.
 *
 * A Map-Resolver of the same node keeps the rest, which has queries and a
 * cache; so does a DDT node, which signs.  Where there is an xTR, requests may
 * be its own, and what it knows is one thread's.
 */
#include "sm/node_part.h"

static bool is_for_ms(const struct node *n, const struct request *rq)
{
	return n->cfg.ms && !n->cfg.xtr && !(rq->ecm->flags & ECM_DDT) &&
	       (!n->cfg.mr || mr_is_local(&n->mr, rq));
}

static enum node_desk_result
on_ecm(const struct node *n, unsigned int desk, uint64_t now,
       const struct packet *pkt, const struct ecm *ecm, struct actions *acts)
{
	uint64_t *counters = n->desks[desk].counters;
	struct request rq = { .pkt = pkt, .ecm = ecm };
	struct wire_error err = { .reason = WIRE_OK };
	struct lisp_msg inner;

	if (msg_parse(ecm->message, ecm->message_len, acts->arena, &inner,
		      &err)) {
		counter_up(&counters[NODE_ECM_BAD]);
		action_log_peer(acts, LOG_ECM_BAD, &pkt->from, NULL,
				err.reason);
		return NODE_SERVED;
	}
	rq.msg = &inner.request;
	if (inner.type != MSG_TYPE_MAP_REQUEST || !is_for_ms(n, &rq))
		return NODE_OTHER;
	if (n->cfg.mr)
		counter_up(&n->desks[desk].local);
	ms_on_request(&n->ms, &n->ms.desks[desk], now, &rq, acts);
	return NODE_SERVED;
}

static enum node_desk_result
on_message(const struct node *n, unsigned int desk, uint64_t now,
	   const struct packet *pkt, const struct lisp_msg *m,
	   struct ms_proof *proof, struct actions *acts)
{
	if (m->type == MSG_TYPE_ECM)
		return on_ecm(n, desk, now, pkt, &m->ecm, acts);
	if (m->type != MSG_TYPE_MAP_REGISTER || !n->cfg.ms)
		return NODE_OTHER;
	return ms_authenticate(&n->ms, &n->ms.desks[desk], now, pkt, &m->reg,
			       proof, acts) ? NODE_PROVEN : NODE_SERVED;
}

enum node_desk_result
node_desk_message(const struct node *n, unsigned int desk, uint64_t now,
		  const struct packet *pkt, const struct lisp_msg *m,
		  struct ms_proof *proof, struct actions *acts)
{
	enum node_desk_result r = on_message(n, desk, now, pkt, m, proof,
					     acts);
	uint64_t *counters = n->desks[desk].counters;

	if (r != NODE_OTHER)
		counter_up(&counters[NODE_MESSAGES]);
	counter_add(&counters[NODE_LOST_ACTIONS], acts->lost);
	return r;
}

void node_desk_take(struct node *n, uint64_t now, const struct packet *pkt,
		    const struct lisp_msg *m, const struct ms_proof *proof,
		    struct actions *acts)
{
	ms_take(&n->ms, now, pkt, &m->reg, proof, acts);
}

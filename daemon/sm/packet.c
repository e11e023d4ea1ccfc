// SPDX-License-Identifier: GPL-2.0-or-later
/* See packet.h. */
#include "sm/packet.h"

uint16_t request_port(const struct request *rq)
{
	return rq->ecm ? rq->ecm->source_port : rq->pkt->from_port;
}

const struct addr *request_itr_rloc(const struct request *rq,
				    const struct sm_ops *ops)
{
	for (unsigned int i = 0; i < rq->msg->itr_count; i++) {
		const struct addr *a = &rq->msg->itr_rlocs[i];

		if (!addr_usable_rloc(a))
			continue;

		switch (ops->rloc_check(ops->arg, a)) {
		case RLOC_USABLE:
		case RLOC_OWN:		/* ITR and Map-Server in one node */
			return a;
		case RLOC_NO_FAMILY:
		case RLOC_OVERLAY:
			break;
		}
	}
	return NULL;
}

struct eid request_host(const struct request_record *rec)
{
	return eid_host(rec->eid.iid, &rec->eid.prefix.addr);
}

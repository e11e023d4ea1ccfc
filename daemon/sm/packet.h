/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A datagram that came in, and a Map-Request as the answering roles see it. */
#ifndef LISP_SM_PACKET_H
#define LISP_SM_PACKET_H

#include "sm/ops.h"
#include "wire/msg.h"

struct packet {
	struct addr from;
	struct addr to;		/* our address it came to */
	uint16_t from_port;
	uint16_t to_port;
	uint8_t ttl;		/* or hop limit, as it came; 0: unknown */
	const uint8_t *data;	/* UDP payload */
	size_t len;
};

struct request {
	const struct packet *pkt;
	const struct ecm *ecm;		/* NULL: it came by itself */
	const struct map_request *msg;
};

/* UDP port that asks: of the inner header if there is one. */
uint16_t request_port(const struct request *rq);

/* Where an answer goes: the first ITR-RLOC in list order that can be sent to
 * (spec ambiguity B28).  NULL: there is none. */
const struct addr *request_itr_rloc(const struct request *rq,
				    const struct sm_ops *ops);

/* The address a request record asks for, whatever its mask. */
struct eid request_host(const struct request_record *rec);

#endif

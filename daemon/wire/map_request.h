/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Map-Request (RFC 9301 5.2, RFC 9437 4). */
#ifndef LISP_WIRE_MAP_REQUEST_H
#define LISP_WIRE_MAP_REQUEST_H

#include "wire/auth.h"

#define ITR_RLOC_MAX	32	/* the count field has 5 bits */

/* Values are the bits of the first word. */
enum map_request_flags {
	MREQ_AUTHORITATIVE = 0x08000000,	/* A: the ETR itself answers */
	MREQ_MAP_DATA = 0x04000000,		/* M: a Map-Reply record */
	MREQ_PROBE = 0x02000000,		/* P: RLOC-probe */
	MREQ_SMR = 0x01000000,			/* S: solicit Map-Request */
	MREQ_PITR = 0x00800000,			/* p: sent by a PITR */
	MREQ_SMR_INVOKED = 0x00400000,		/* s: because of an SMR */
	MREQ_IDS = 0x00100000,			/* I: xTR-ID and Site-ID */
	MREQ_LOCAL = 0x00004000,		/* L: sender is of our site */
	MREQ_DONT_REPLY = 0x00002000,		/* D: no Map-Reply please */
};

#define MREQ_FLAGS	0x0fd06000

struct request_record {
	bool subscribe;			/* N, RFC 9437 */
	struct eid eid;
	const struct wire_addr *foreign;	/* as in struct map_record */
};

struct map_request {
	uint32_t flags;			/* enum map_request_flags */
	uint64_t nonce;
	/* Source EID: host prefix; family ADDR_NONE for AFI 0, or when it is
	 * foreign. */
	struct eid source;
	const struct wire_addr *source_foreign;
	/* IPv4 and IPv6 ones in wire order; at least one.  Others are counted
	 * in itr_ignored. */
	struct addr *itr_rlocs;
	uint8_t itr_count;
	uint8_t itr_ignored;
	struct request_record *records;	/* at least one */
	uint8_t record_count;
	struct map_record *reply;	/* with MREQ_MAP_DATA, else NULL */
	struct site_ids ids;		/* with MREQ_IDS */
	size_t trailing;		/* octets after the end, tolerated */
};

/* Parse into *@m, which is valid as long as @arena is not reset.  On error
 * *@m is zeroed and *@err (may be NULL) says why. */
int map_request_parse(const void *data, size_t len, struct arena *arena,
		      struct map_request *m, struct wire_error *err);

/* Octets written, -ENOSPC, or -EINVAL when the struct breaks a rule above. */
int map_request_build(const struct map_request *m, void *buf, size_t size);

#endif

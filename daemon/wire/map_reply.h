/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Map-Reply (RFC 9301 5.4). */
#ifndef LISP_WIRE_MAP_REPLY_H
#define LISP_WIRE_MAP_REPLY_H

#include "wire/record.h"

/* Values are the bits of the first word. */
enum map_reply_flags {
	MREP_PROBE = 0x08000000,	/* P: answers an RLOC-probe */
	MREP_ECHO_NONCE = 0x04000000,	/* E: site does echo-nonce */
	MREP_SECURITY = 0x02000000,	/* S: LISP-SEC data after the records */
};

#define MREP_FLAGS	0x0e000000

struct map_reply {
	uint32_t flags;			/* enum map_reply_flags */
	uint64_t nonce;
	struct map_record *records;	/* may be none */
	uint8_t record_count;
	/* With MREP_SECURITY: where the LISP-SEC data start, not looked at
	 * here and never empty; else 0. */
	size_t security_offset;
	size_t trailing;		/* tolerated; 0 with MREP_SECURITY */
};

/* As map_request_parse(). */
int map_reply_parse(const void *data, size_t len, struct arena *arena,
		    struct map_reply *m, struct wire_error *err);

/* As map_request_build(); -EOPNOTSUPP with MREP_SECURITY. */
int map_reply_build(const struct map_reply *m, void *buf, size_t size);

/* Octets before the first record; for filling a message up to the MTU. */
#define MAP_REPLY_HEADER_SIZE	12

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Map-Register (RFC 9301 5.6). */
#ifndef LISP_WIRE_MAP_REGISTER_H
#define LISP_WIRE_MAP_REGISTER_H

#include "wire/auth.h"

/* Values are the bits of the first word. */
enum map_register_flags {
	MREG_PROXY_REPLY = 0x08000000,	/* P: Map-Server answers for us */
	MREG_SECURITY = 0x04000000,	/* S: ETR does LISP-SEC */
	MREG_IDS = 0x02000000,		/* I: xTR-ID and Site-ID present */
	MREG_EID_NOTIFY = 0x00001000,	/* E: from a first-hop router */
	MREG_USE_TTL = 0x00000800,	/* T: record TTL is the timeout */
	MREG_MERGE = 0x00000400,	/* a: merge request */
	MREG_WANT_NOTIFY = 0x00000100,	/* M: want Map-Notify */
};

#define MREG_FLAGS	0x0e001d00

struct map_register {
	uint32_t flags;			/* enum map_register_flags */
	uint64_t nonce;
	struct wire_auth auth;
	struct map_record *records;	/* at least one */
	uint8_t record_count;
	struct site_ids ids;		/* with MREG_IDS */
	size_t trailing;		/* tolerated */
};

/* As map_request_parse().  Says nothing about authenticity. */
int map_register_parse(const void *data, size_t len, struct arena *arena,
		       struct map_register *m, struct wire_error *err);

/* As map_request_build(); sign the result with crypto/auth.h. */
int map_register_build(const struct map_register *m, void *buf, size_t size);

#endif

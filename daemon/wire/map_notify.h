/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Map-Notify and Map-Notify-Ack (RFC 9301 5.7): one layout, two types.
 * Bit 4 (IDs present) is not in RFC 9301 but sent by deployed code.
 */
#ifndef LISP_WIRE_MAP_NOTIFY_H
#define LISP_WIRE_MAP_NOTIFY_H

#include "wire/auth.h"

/* Values are the bits of the first word. */
enum map_notify_flags {
	MNOT_IDS = 0x08000000,		/* I: xTR-ID and Site-ID present */
};

#define MNOT_FLAGS	0x08000000

struct map_notify {
	bool ack;			/* Map-Notify-Ack */
	uint32_t flags;			/* enum map_notify_flags */
	uint64_t nonce;
	struct wire_auth auth;
	struct map_record *records;	/* may be none */
	uint8_t record_count;
	struct site_ids ids;		/* with MNOT_IDS */
	size_t trailing;		/* tolerated */
};

/* Either type; @m->ack tells which.  As map_request_parse(). */
int map_notify_parse(const void *data, size_t len, struct arena *arena,
		     struct map_notify *m, struct wire_error *err);

/* As map_request_build(); sign the result with crypto/auth.h. */
int map_notify_build(const struct map_notify *m, void *buf, size_t size);

#endif

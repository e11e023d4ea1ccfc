/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The authentication part that Map-Register, Map-Notify and Map-Notify-Ack
 * have in common (RFC 9301 5.6), and which octets its MAC covers.
 *
 * The data field always starts at AUTH_DATA_OFFSET.  The MAC is computed with
 * that field zeroed, over the message up to
 *   - its very end: what everybody deploys ("entire"), or
 *   - the end of the last RLOC-record, without xTR-ID and Site-ID: the literal
 *     text of RFC 9301 5.6 ("literal").
 * The two differ only when the message carries IDs (or trailing octets).
 */
#ifndef LISP_WIRE_AUTH_H
#define LISP_WIRE_AUTH_H

#include "wire/record.h"

#define AUTH_DATA_OFFSET	16
#define AUTH_IDS_SIZE		24	/* xTR-ID and Site-ID */

/* RFC 9301 12.5 */
enum auth_algorithm {
	AUTH_NONE = 0,
	AUTH_HMAC_SHA1_96 = 1,
	AUTH_HMAC_SHA256_128 = 2,
	AUTH_HMAC_SHA256_HKDF = 3,
};

/* Octets that go into the data field.  Deployed code does not truncate. */
enum auth_length_style {
	AUTH_LENGTH_DEPLOYED,	/* 20, 32, 16 */
	AUTH_LENGTH_RFC,	/* 12, 16, 16 */
};

enum auth_coverage {
	AUTH_COVER_ENTIRE,
	AUTH_COVER_LITERAL,
	AUTH_COVER_EITHER,	/* verify only: entire, then literal */
};

struct wire_auth {
	uint8_t key_id;
	uint8_t algorithm;	/* enum auth_algorithm, or unknown */
	uint16_t data_len;
	/* Parsed: copy in the arena.  To build: NULL leaves the field zeroed,
	 * for auth_sign() of crypto/ to fill. */
	const uint8_t *data;
	/* Ends of the two ranges, from the message's first octet.  Set by
	 * parsers and by auth_locate(). */
	size_t entire_end;
	size_t literal_end;
};

struct site_ids {
	uint8_t xtr_id[16];
	uint64_t site_id;
};

/* Name of the configuration file ("hmac-sha256"), NULL when unknown. */
const char *auth_algorithm_name(uint8_t algorithm);

/* Data length for an algorithm, 0 for AUTH_NONE or an unknown one. */
uint16_t auth_data_len(uint8_t algorithm, enum auth_length_style style);

/* Is @len one that a receiver accepts for @algorithm? */
bool auth_data_len_ok(uint8_t algorithm, uint16_t len);

/*
 * Find the authentication part of a message just built (types 3, 4, 5, with
 * no trailing octets).  @auth->data is left NULL.  0 or -EBADMSG.
 */
int auth_locate(const uint8_t *msg, size_t len, struct wire_auth *auth);

/* Pieces of the message parsers. */
int auth_parse(struct parse *p, struct wire_auth *auth);
/* Call when the cursor stands behind the last record. */
void auth_ranges(const struct parse *p, struct wire_auth *auth);
void auth_build(struct writer *w, const struct wire_auth *auth);
void site_ids_parse(struct parse *p, struct site_ids *ids);
void site_ids_build(struct writer *w, const struct site_ids *ids);

#endif

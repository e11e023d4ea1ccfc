/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Map-Referral (RFC 8111 6.4): how a node of the delegation tree answers.
 *
 * Structs filled by the parser point only into its arena.  Of a locator in a
 * security-key LCAF (RFC 8060 4.7) the keys are kept; any other kind that is
 * not a plain address is left out, and counted.
 */
#ifndef LISP_WIRE_MAP_REFERRAL_H
#define LISP_WIRE_MAP_REFERRAL_H

#include "lib/xeid.h"
#include "wire/address.h"

/* RFC 8111 6.1, ACT.  6 and 7 are unassigned, but may come. */
enum referral_action {
	REFERRAL_NODE = 0,
	REFERRAL_MS = 1,
	REFERRAL_MS_ACK = 2,
	REFERRAL_MS_NOT_REGISTERED = 3,
	REFERRAL_DELEGATION_HOLE = 4,
	REFERRAL_NOT_AUTHORITATIVE = 5,
	REFERRAL_ACTION_COUNT
};

/* RFC 8111 6.4.1, of keys as of signatures. */
enum referral_algorithm {
	REFERRAL_RSA_SHA1 = 1,		/* deprecated: nothing here uses it */
	REFERRAL_RSA_SHA256 = 2,
};

#define REFERRAL_RLOC_MAX	255	/* in a record */
#define REFERRAL_SIG_MAX	15
#define REFERRAL_KEY_MAX	LCAF_ITEMS_MAX	/* with a locator */

/* TTL in minutes of a record with each action (RFC 8111 6.4). */
#define REFERRAL_TTL_MIN		1440	/* node, ms, ms-ack */
#define REFERRAL_TTL_NOT_REGISTERED_MIN	1
#define REFERRAL_TTL_HOLE_MIN		15

struct referral_key {
	uint8_t algorithm;	/* enum referral_algorithm; all of a locator */
	bool revoked;		/* are alike in these two */
	const uint8_t *data;
	uint16_t len;
};

struct referral_rloc {
	struct addr addr;	/* IPv4 or IPv6 */
	uint8_t priority;
	uint8_t weight;
	const struct referral_key *keys;
	uint8_t key_count;	/* 0: a plain address on the wire */
};

struct referral_sig {
	uint32_t original_ttl;	/* minutes */
	uint32_t expiration;	/* seconds since 1970 */
	uint32_t inception;
	uint16_t key_tag;
	uint8_t algorithm;	/* enum referral_algorithm */
	const uint8_t *data;	/* NULL: built as zeros */
	uint16_t len;
	size_t offset;		/* parsed: of the section in the message */
};

struct referral_record {
	uint32_t ttl;		/* minutes, as on the wire */
	struct xeid xeid;
	/* When the EID is neither IP prefix nor range of instances: its
	 * encoding; xeid then holds the instance, no family, the mask length
	 * of the wire.  As map_record.foreign. */
	const struct wire_addr *foreign;
	uint8_t action;		/* 0..7: more than enum referral_action has */
	bool incomplete;
	bool authoritative;
	uint16_t version;	/* 0..4095 */
	struct referral_rloc *rlocs;	/* usable ones, in wire order */
	uint8_t rloc_count;
	uint8_t ignored;	/* locators left out above */
	struct referral_sig *sigs;
	uint8_t sig_count;
	size_t offset, len;	/* parsed: of the record in the message */
};

struct map_referral {
	uint64_t nonce;
	struct referral_record *records;	/* one at least */
	uint8_t record_count;
	size_t trailing;	/* tolerated */
};

/* As map_request_parse(). */
int map_referral_parse(const void *data, size_t len, struct arena *arena,
		       struct map_referral *m, struct wire_error *err);

/* Octets written; -ENOSPC; -EINVAL without a record, or when a count is above
 * its limit or the keys of a locator differ in what they have in common. */
int map_referral_build(const struct map_referral *m, void *buf, size_t size);

/* One record, as map_referral_build() writes it. */
int referral_record_build(const struct referral_record *rec, void *buf,
			  size_t size);

/* Octets that the two write. */
size_t map_referral_size(const struct map_referral *m);
size_t referral_record_size(const struct referral_record *rec);

/*
 * What @sig is over: the record as it stands in @msg, which is the message
 * that @rec was parsed from, with the original TTL for its TTL and all its
 * signatures zero (RFC 8111 6.4.1).  Octets written, which is rec->len, or
 * -ENOSPC.
 */
int referral_signed(const void *msg, const struct referral_record *rec,
		    const struct referral_sig *sig, void *out, size_t size);

/* Key Tag of a public key: the sum of RFC 4034 appendix B over its octets. */
uint16_t referral_key_tag(const uint8_t *key, size_t len);

/* "node-referral", "ms-ack", ...; "?" for those unassigned. */
const char *referral_action_name(unsigned int action);

/* Octets before the first record, and of a signature before itself. */
#define MAP_REFERRAL_HEADER_SIZE	12
#define REFERRAL_SIG_SIZE		20

#endif

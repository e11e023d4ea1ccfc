/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Is a Map-Referral record what a key says that we trust (RFC 8111 10)?
 *
 * Trust goes from the configured keys of the roots down: a record that is
 * verified gives keys to those it names, for its prefix and its time.  So the
 * keys that count for a record are those of the target that sent it, in the
 * set by which it was asked, and what lies outside of that set's prefix has
 * been refused before.
 *
 *	off		nothing is looked at, no key is kept
 *	if-present	who has keys must sign; who has none is believed, but
 *			the keys he names are not
 *	require		a record without a valid signature is none
 *
 * One valid signature is enough.  Only RSA with SHA-256 counts, only between
 * inception and expiration, of a key that has not been revoked.  A key that a
 * record lists as revoked and that this record is signed with is revoked from
 * then on, and that signature is good for nothing else.  When there is no room
 * to remember it, whoever has revoked most is the one who loses.
 *
 * Verifying costs: so much a query, so much a second, and then a record counts
 * as not verified.  Nodes send the same signed record again and again; what has
 * been verified lately, octet for octet, costs nothing.
 */
#ifndef LISP_SM_DDT_VERIFY_H
#define LISP_SM_DDT_VERIFY_H

#include "lib/bucket.h"
#include "lib/hash.h"
#include "sm/action.h"
#include "sm/packet.h"
#include "sm/referral.h"

#define DDT_REVOKED_MAX		64	/* keys remembered */
#define DDT_GOOD_MAX		1024	/* signatures remembered */

enum ddt_security {
	DDT_SECURITY_OFF,
	DDT_SECURITY_IF_PRESENT,
	DDT_SECURITY_REQUIRE,
};

enum ddt_verdict {
	DDT_VERIFIED,		/* believe it, and its keys */
	DDT_UNVERIFIED,		/* believe it, but not its keys */
	DDT_REFUSED,
	DDT_BUSY,		/* refused for want of time to look */
};

struct ddt_revoked {
	uint64_t print[2];	/* keyed hash of the key; no key: 0 */
	uint64_t expires;	/* ms */
	struct addr by;		/* who sent it */
};

struct ddt_verify {
	const struct sm_ops *ops;
	enum ddt_security security;
	unsigned int per_query;		/* signatures */
	struct bucket rate;		/* of all queries */
	uint8_t seeds[2][16];
	struct ddt_revoked revoked[DDT_REVOKED_MAX];
	uint64_t good[DDT_GOOD_MAX][2];	/* keyed hash of record, key, signature */
	uint64_t computed;
	uint64_t revocations;
};

void ddt_verify_init(struct ddt_verify *v, const struct sm_ops *ops,
		     enum ddt_security security, const uint8_t seed[16]);

/* What @old has found out: signatures, and keys that are revoked, which stay so
 * under another configuration. */
void ddt_verify_inherit(struct ddt_verify *v, const struct ddt_verify *old);

/* A record that came, and what is known about it. */
struct ddt_claim {
	const struct packet *pkt;
	const struct referral_record *rec;
	const struct referral_target *sender;
	uint8_t *spent;			/* counts the query's signatures */
	/* Minutes: of the record; of one that is verified no more than was
	 * signed, and not beyond the signature's expiration. */
	uint32_t ttl;
};

enum ddt_verdict ddt_verify(struct ddt_verify *v, uint64_t now,
			    struct ddt_claim *c, struct arena *arena);

/* "off", "if-present", "require" */
const char *ddt_security_name(enum ddt_security s);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signed records of a DDT node (RFC 8111 10.2), kept so that nobody can make
 * it compute a signature for each request:
 *
 *	DDT_SIGN_KEPT	as many as the configuration has delegations: kept for
 *			ever, signed anew when half of the validity is over
 *	DDT_SIGN_SHARED	holes, registrations: their number is bounded, but may
 *			be large; those used last are kept, and new ones have a
 *			rate limit
 *	DDT_SIGN_ONCE	carries what the request says, so that it is never the
 *			same: not kept, and a rate limit of its own, so that
 *			such requests leave the others theirs
 */
#ifndef LISP_SM_DDT_SIGN_H
#define LISP_SM_DDT_SIGN_H

#include "lib/bucket.h"
#include "lib/hash.h"
#include "sm/action.h"
#include "sm/limit.h"
#include "sm/ops.h"

#define DDT_KEYS_MAX	3	/* of a node: to change them without a gap */

enum ddt_sign_class {
	DDT_SIGN_KEPT,
	DDT_SIGN_SHARED,
	DDT_SIGN_ONCE,
	DDT_SIGN_CLASSES
};

struct ddt_key {
	const struct sig_key *key;
	uint16_t tag;
	uint16_t size;			/* octets of a signature */
};

struct ddt_sign_config {
	const struct ddt_key *keys;
	size_t key_count;		/* 0: nothing is signed */
	uint32_t validity;		/* seconds */
	unsigned int kept;		/* DDT_SIGN_SHARED */
	struct limit_rate rates[DDT_SIGN_CLASSES];	/* KEPT: unused */
};

struct ddt_signed;

struct ddt_sign {
	const struct ddt_sign_config *cfg;
	const struct sm_ops *ops;
	struct hash_table records;	/* by what is signed */
	struct bucket rates[DDT_SIGN_CLASSES];
	struct ddt_signed *recent;	/* SHARED, by last use */
	struct ddt_signed *oldest;
	unsigned int shared;
};

/* 0, -ENOMEM, -EINVAL (too many keys). */
int ddt_sign_init(struct ddt_sign *s, const struct ddt_sign_config *cfg,
		  const struct sm_ops *ops, const uint8_t seed[16]);
void ddt_sign_free(struct ddt_sign *s);

/* Octets that signatures add to a record. */
size_t ddt_sign_room(const struct ddt_sign *s);

/*
 * The octets of @rec, which has no signatures yet, with ours: in @arena, or
 * kept.  *@computed, which is only added to, counts signatures.
 * 0, -EAGAIN (rate limit), -ENOMEM, -EIO.
 */
int ddt_sign_record(struct ddt_sign *s, uint64_t now,
		    const struct referral_record *rec, enum ddt_sign_class how,
		    struct arena *arena, const uint8_t **octets, size_t *len,
		    uint64_t *computed);

#endif

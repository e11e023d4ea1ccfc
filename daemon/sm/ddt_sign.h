/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signed records of a DDT node (RFC 8111 10.2), kept so that nobody can make
 * it compute a signature for each request:
 *
 *	DDT_SIGN_DELEGATION	as many as are configured: kept for ever,
 *				signed anew when half of the validity is over
 *	DDT_SIGN_ACK		as many as there are sites, for each address
 *				of ours; those used last are kept
 *	DDT_SIGN_SHARED		holes, and what is not registered: whoever asks
 *				chooses which; those used last are kept
 *	DDT_SIGN_ONCE		carries what the request says, so that it is
 *				never the same: not kept
 *
 * Signing takes the time of the thread that serves everybody.  Each class has
 * a share of that time which is nobody else's, so that questions for one leave
 * the others theirs; what the share is in records follows from what the keys
 * cost by their size.  Half of it is the most that one source may cause, so
 * that it leaves others theirs.  What is over it is not answered, and asked
 * again.
 */
#ifndef LISP_SM_DDT_SIGN_H
#define LISP_SM_DDT_SIGN_H

#include "lib/hash.h"
#include "sm/action.h"
#include "sm/limit.h"
#include "sm/ops.h"

#define DDT_SIGN_ROOM_MAX	1100
#define DDT_KEYS_MAX	3	/* of a node: to change them without a gap */

enum ddt_sign_class {
	DDT_SIGN_DELEGATION,
	DDT_SIGN_ACK,
	DDT_SIGN_SHARED,
	DDT_SIGN_ONCE,
	DDT_SIGN_CLASSES
};

struct ddt_key {
	const struct sig_key *key;
	uint16_t tag;
	uint16_t size;			/* octets of a signature */
	uint16_t public_len;
	const uint8_t *public;		/* as it is sent; may be NULL */
};

struct ddt_sign_config {
	const struct ddt_key *keys;
	size_t key_count;		/* 0: nothing is signed */
	uint32_t validity;		/* seconds */
	unsigned int kept[DDT_SIGN_CLASSES];	/* records; 0: any number */
};

struct ddt_signed;

/* Those of one class, by last use. */
struct ddt_sign_list {
	struct ddt_signed *recent;
	struct ddt_signed *oldest;
	unsigned int count;
};

struct ddt_sign {
	const struct ddt_sign_config *cfg;
	const struct sm_ops *ops;
	struct hash_table records;	/* by what is signed */
	struct limit rates[DDT_SIGN_CLASSES];	/* per source */
	struct ddt_sign_list lists[DDT_SIGN_CLASSES];
};

/* Microseconds that a thread has for one record: what all keys cost. */
uint64_t ddt_sign_cost(const struct ddt_sign_config *cfg);

/* 0, -ENOMEM, -EINVAL (too many keys). */
int ddt_sign_init(struct ddt_sign *s, const struct ddt_sign_config *cfg,
		  const struct sm_ops *ops, const uint8_t seed[16]);
void ddt_sign_free(struct ddt_sign *s);

/*
 * How much of its time each class of @old has used, and if the keys and their
 * validity are the same, what @old has signed: nobody makes a node sign all
 * anew by its reloads.  A record that is no more is found no more; of
 * delegations, which make room for nobody, those used last are kept,
 * @delegations at most.
 */
void ddt_sign_inherit(struct ddt_sign *s, struct ddt_sign *old,
		      size_t delegations);

/* Octets that signatures add to a record; not more than DDT_SIGN_ROOM_MAX, which
 * leaves room for a record and two plain locators. */
size_t ddt_sign_room(const struct ddt_sign_config *cfg);

/* A record that is to be signed. */
struct ddt_sign_task {
	uint64_t now;
	const struct addr *from;	/* who asks for it */
	const struct referral_record *rec;	/* without signatures */
	enum ddt_sign_class how;
	struct arena *arena;
	uint64_t *computed;		/* counts signatures */
};

/*
 * The octets of the record with our signatures: in the arena, or kept.
 * 0, -EAGAIN (rate limit), -ENOMEM, -EIO.
 */
int ddt_sign_record(struct ddt_sign *s, const struct ddt_sign_task *t,
		    const uint8_t **octets, size_t *len);

#endif

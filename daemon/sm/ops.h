/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the machines must ask while they think.
 *
 * run/ fills these in (crypto/, store/, the underlay's addresses); the
 * simulator fills in its own.  None of the functions may call back into a
 * machine, and none may block.
 */
#ifndef LISP_SM_OPS_H
#define LISP_SM_OPS_H

#include "lib/prefix.h"
#include "wire/auth.h"

struct auth_key;		/* crypto/auth.h; not looked into here */
struct sig_key;			/* crypto/sig.h; the same */

/* A pre-shared key as configured.  Owned by the configuration. */
struct sm_key {
	uint8_t key_id;
	/* enum auth_algorithm; NONE only where the configuration says so */
	uint8_t algorithm;
	enum auth_length_style length;	/* of what we send */
	enum auth_coverage coverage;	/* what we accept */
	struct auth_key *key;		/* for sign() and verify() */
	/* Names the key in the state that survives a restart; another key has
	 * another tag.  E.g. first octets of its MAC over a fixed text. */
	uint64_t tag;
	uint64_t not_before;		/* seconds since 1970; 0: always */
	uint64_t not_after;		/* 0: for ever */
};

enum key_state {
	KEY_VALID,
	KEY_EARLY,
	KEY_OVER,
};

/* May we talk to an underlay address? */
enum rloc_verdict {
	RLOC_USABLE,
	RLOC_NO_FAMILY,		/* we have no address of its family */
	RLOC_OVERLAY,		/* its route leads through a lisp device */
	RLOC_OWN,		/* it is an address of this host */
};

struct sm_ops {
	void *arg;		/* first argument of each function */

	/* 64 bits from a CSPRNG. */
	uint64_t (*random)(void *arg);

	/* Time of day, seconds since 1970, as far as this host knows: for
	 * keys, signatures and the like that people have dated. */
	uint64_t (*wall)(void *arg);

	/* Fill in the authentication data of a message built with the key's
	 * id, algorithm and length.  0 or negative errno. */
	int (*sign)(void *arg, const struct sm_key *key, uint8_t *msg,
		    size_t len);

	/* 0, -EKEYREJECTED (not this key's id, algorithm or length),
	 * -EBADMSG (MAC wrong).  As auth_verify(). */
	int (*verify)(void *arg, const struct sm_key *key, const uint8_t *msg,
		      size_t len, const struct wire_auth *auth);

	enum rloc_verdict (*rloc_check)(void *arg, const struct addr *a);

	/* Is @sig a signature over @data (RSA with SHA-256, PKCS #1 v1.5) by
	 * the public key (DER SubjectPublicKeyInfo) @key?  0 or -EBADMSG. */
	int (*signed_with)(void *arg, const uint8_t *key, size_t key_len,
			   const uint8_t *data, size_t len,
			   const uint8_t *sig, size_t sig_len);

	/* Next nonce for Map-Registers to @server under key @tag: greater than
	 * any it returned before, also before a restart (RFC 9301 5.6).
	 * 0, or negative errno: then nothing may be sent. */
	int (*register_nonce)(void *arg, const struct addr *server,
			      uint64_t tag, uint64_t *nonce);

	/* The signature of a DDT node over @data, of the length that its
	 * configuration says.  0 or negative errno. */
	int (*sign_referral)(void *arg, const struct sig_key *key,
			     const uint8_t *data, size_t len, uint8_t *sig,
			     size_t sig_len);

	/* The Map-Server's store; NULL in a node that is none.  sm/store.h */
	const struct store_ops *store;
	void *store_arg;
};

enum key_state key_state(const struct sm_key *key, const struct sm_ops *ops);

/* "valid", "early", "over" */
const char *key_state_name(enum key_state state);

/* "usable", "no-family", "overlay", "own" */
const char *rloc_verdict_name(enum rloc_verdict v);

#endif

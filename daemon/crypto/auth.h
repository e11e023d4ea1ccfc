/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signing and verifying Map-Register, Map-Notify and Map-Notify-Ack
 * (RFC 9301 5.6).  One struct auth_key per pre-shared key and algorithm; any
 * number of threads may use it at once.
 *
 * Algorithm 3 derives a key per message from nonce and pre-shared key; the
 * salt depends on the message type, which is read from the message.
 */
#ifndef LISP_CRYPTO_AUTH_H
#define LISP_CRYPTO_AUTH_H

#include "lib/secret.h"
#include "wire/auth.h"

struct auth_key;

/* Keeps a copy of @psk.  NULL when out of memory or for an algorithm that is
 * unknown.  AUTH_NONE must be asked for without a @psk: such a key signs with
 * nothing, and accepts what is signed with nothing. */
struct auth_key *auth_key_new(uint8_t key_id, enum auth_algorithm algorithm,
			      const struct secret *psk);
void auth_key_free(struct auth_key *k);

uint8_t auth_key_id(const struct auth_key *k);
enum auth_algorithm auth_key_algorithm(const struct auth_key *k);

/*
 * Fill the authentication data field of a message just built (no trailing
 * octets).  Key ID, algorithm and data length in the message must have been
 * set for this key; the data field's old content does not matter.
 * 0 or -EINVAL (message does not fit the key).
 */
int auth_sign(const struct auth_key *k, uint8_t *msg, size_t len,
	      enum auth_coverage coverage);

/*
 * Does the message carry the right MAC?  @auth is what its parser found.
 * 0: yes.  -EKEYREJECTED: key ID, algorithm or data length are not those of
 * this key.  -EBADMSG: the MAC is wrong.
 * Comparison takes constant time; nothing is written.
 */
int auth_verify(const struct auth_key *k, const uint8_t *msg, size_t len,
		const struct wire_auth *auth, enum auth_coverage coverage);

#endif

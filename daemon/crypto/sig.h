/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Signatures of Map-Referrals (RFC 8111 6.4.1): RSA with SHA-256.
 *
 * The RFC leaves open how the octets of a public key are written and how a
 * signature is padded.  Here a key is a DER SubjectPublicKeyInfo, which is what
 * `openssl rsa -pubout -outform DER` writes, and the padding PKCS#1 v1.5.
 *
 * A key may come from a stranger, so those that would be slow are refused:
 * moduli of SIG_BITS_MIN to SIG_BITS_MAX bits, public exponents of 32 bits.
 * A struct sig_key does not change and may be used by several threads.
 */
#ifndef LISP_CRYPTO_SIG_H
#define LISP_CRYPTO_SIG_H

#include <stddef.h>
#include <stdint.h>

#define SIG_BITS_MIN	2048
#define SIG_BITS_MAX	4096
#define SIG_SIZE_MAX	(SIG_BITS_MAX / 8)

struct sig_key;

/* From PEM text.  NULL with *@why (may be NULL) telling a person what is
 * wrong with it.  A private key that needs a password is refused. */
struct sig_key *sig_key_private(const char *pem, size_t len, const char **why);
struct sig_key *sig_key_public(const char *pem, size_t len, const char **why);
void sig_key_free(struct sig_key *k);

/* The public key as it goes into a message. */
const uint8_t *sig_key_octets(const struct sig_key *k, size_t *len);

/* Octets of each signature. */
size_t sig_key_size(const struct sig_key *k);

/* Octets written to @sig; -ENOSPC; -EINVAL (no private key), -EIO. */
int sig_sign(const struct sig_key *k, const void *data, size_t len,
	     uint8_t *sig, size_t size);

/* With a public key out of a message.  0; -EINVAL: it is no key that would be
 * used here; -EBADMSG: it did not sign this. */
int sig_verify(const uint8_t *key, size_t key_len, const void *data, size_t len,
	       const uint8_t *sig, size_t sig_len);

#endif

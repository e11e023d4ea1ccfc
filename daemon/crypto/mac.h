/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * HMAC and HKDF over the digests of OpenSSL.
 *
 * A struct mac is what HMAC makes of a key: the digest after the block that
 * begins the inner hash, and after the one that begins the outer.  It is made
 * once; a message takes copies of both.  So a struct mac is only read when it
 * is used, by any number of threads, and nothing is allocated.
 */
#ifndef LISP_CRYPTO_MAC_H
#define LISP_CRYPTO_MAC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/sha.h>

#define MAC_SIZE_MAX	32

enum mac_hash {
	MAC_SHA1,		/* 20 octets */
	MAC_SHA256,		/* 32 octets */
};

union mac_state {
	SHA_CTX sha1;
	SHA256_CTX sha256;
};

struct mac {
	enum mac_hash hash;
	union mac_state inner;
	union mac_state outer;
};

/* A piece of the input; NULL data stands for @len zero octets. */
struct mac_span {
	const uint8_t *data;
	size_t len;
};

/* mac_wipe() it when it is not needed any more. */
void mac_init(struct mac *m, enum mac_hash hash, const void *key,
	      size_t key_len);
void mac_wipe(struct mac *m);

/* Full-length MAC over the spans in order.  Octets written. */
size_t mac_compute(const struct mac *m, const struct mac_span *spans, size_t n,
		   uint8_t out[MAC_SIZE_MAX]);

/* HKDF-SHA256, extract and expand (RFC 5869).  0, or -EINVAL when @out_len is
 * more than there is. */
int hkdf_sha256(const void *ikm, size_t ikm_len,
		const void *salt, size_t salt_len,
		const void *info, size_t info_len,
		void *out, size_t out_len);

#endif

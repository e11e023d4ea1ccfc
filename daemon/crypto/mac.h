/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * HMAC and HKDF over OpenSSL 3.  A struct mac holds a keyed context which is
 * set up once and reused for every message.  Not for use by two threads at
 * once.
 */
#ifndef LISP_CRYPTO_MAC_H
#define LISP_CRYPTO_MAC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAC_SIZE_MAX	32

enum mac_hash {
	MAC_SHA1,		/* 20 octets */
	MAC_SHA256,		/* 32 octets */
};

struct mac;

/* A piece of the input; NULL data stands for @len zero octets. */
struct mac_span {
	const uint8_t *data;
	size_t len;
};

/* NULL when out of memory or when OpenSSL refuses. */
struct mac *mac_new(enum mac_hash hash, const void *key, size_t key_len);
void mac_free(struct mac *m);

/* Change the key. 0 or -EIO. */
int mac_set_key(struct mac *m, const void *key, size_t key_len);

/* Full-length MAC over the spans in order.  Octets written, or -EIO. */
int mac_compute(struct mac *m, const struct mac_span *spans, size_t n,
		uint8_t out[MAC_SIZE_MAX]);

/* HKDF-SHA256, extract and expand (RFC 5869).  0 or -EIO. */
int hkdf_sha256(const void *ikm, size_t ikm_len,
		const void *salt, size_t salt_len,
		const void *info, size_t info_len,
		void *out, size_t out_len);

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
/* HMAC and HKDF: thin, so that the OpenSSL interface is in one place. */
#include "crypto/mac.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

struct mac {
	EVP_MAC_CTX *ctx;	/* keyed */
	enum mac_hash hash;
};

static char *digest_name(enum mac_hash hash)
{
	static char sha1[] = "SHA1", sha256[] = "SHA256";

	switch (hash) {
	case MAC_SHA1:
		return sha1;
	case MAC_SHA256:
		return sha256;
	}
	return NULL;
}

struct mac *mac_new(enum mac_hash hash, const void *key, size_t key_len)
{
	struct mac *m = calloc(1, sizeof(*m));
	EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);

	if (!m || !hmac)
		goto out;
	m->hash = hash;
	m->ctx = EVP_MAC_CTX_new(hmac);
	if (m->ctx && mac_set_key(m, key, key_len) == 0) {
		EVP_MAC_free(hmac);
		return m;
	}
out:
	EVP_MAC_free(hmac);
	mac_free(m);
	return NULL;
}

void mac_free(struct mac *m)
{
	if (!m)
		return;
	EVP_MAC_CTX_free(m->ctx);
	free(m);
}

int mac_set_key(struct mac *m, const void *key, size_t key_len)
{
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST,
						 digest_name(m->hash), 0),
		OSSL_PARAM_construct_end(),
	};

	return EVP_MAC_init(m->ctx, key, key_len, params) == 1 ? 0 : -EIO;
}

static int update_zeros(EVP_MAC_CTX *ctx, size_t n)
{
	static const uint8_t zeros[64];

	while (n > sizeof(zeros)) {
		if (EVP_MAC_update(ctx, zeros, sizeof(zeros)) != 1)
			return 0;
		n -= sizeof(zeros);
	}
	return EVP_MAC_update(ctx, zeros, n);
}

static int update(EVP_MAC_CTX *ctx, const struct mac_span *s)
{
	if (!s->data)
		return update_zeros(ctx, s->len);
	return EVP_MAC_update(ctx, s->data, s->len);
}

int mac_compute(struct mac *m, const struct mac_span *spans, size_t n,
		uint8_t out[MAC_SIZE_MAX])
{
	size_t i, len;

	/* No key given: start again with the one that is set. */
	if (EVP_MAC_init(m->ctx, NULL, 0, NULL) != 1)
		return -EIO;
	for (i = 0; i < n; i++)
		if (update(m->ctx, &spans[i]) != 1)
			return -EIO;
	if (EVP_MAC_final(m->ctx, out, &len, MAC_SIZE_MAX) != 1)
		return -EIO;
	return (int)len;
}

/* OpenSSL takes the inputs of a derivation through pointers to non-const. */
static OSSL_PARAM octets(const char *name, const void *data, size_t len)
{
	static uint8_t nothing[1];

	return OSSL_PARAM_construct_octet_string(name, len ? (void *)data :
						 nothing, len);
}

int hkdf_sha256(const void *ikm, size_t ikm_len,
		const void *salt, size_t salt_len,
		const void *info, size_t info_len,
		void *out, size_t out_len)
{
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST,
						 digest_name(MAC_SHA256), 0),
		octets(OSSL_KDF_PARAM_KEY, ikm, ikm_len),
		octets(OSSL_KDF_PARAM_SALT, salt, salt_len),
		octets(OSSL_KDF_PARAM_INFO, info, info_len),
		OSSL_PARAM_construct_end(),
	};
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *ctx = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
	int ret = -EIO;

	if (ctx && EVP_KDF_derive(ctx, out, out_len, params) == 1)
		ret = 0;
	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
	return ret;
}

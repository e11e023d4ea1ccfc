// SPDX-License-Identifier: GPL-2.0-or-later
/* RSA with SHA-256: thin, so that the OpenSSL interface is in one place. */
#include "crypto/sig.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#define EXPONENT_BITS_MAX	32

struct sig_key {
	EVP_PKEY *pkey;
	unsigned char *der;
	size_t der_len;
	int private;
};

/* What is wrong with it as a key of ours, NULL: nothing. */
static const char *fault(EVP_PKEY *pkey)
{
	BIGNUM *e = NULL;
	const char *why = NULL;

	if (EVP_PKEY_get_base_id(pkey) != EVP_PKEY_RSA)
		return "not an RSA key";
	if (EVP_PKEY_get_bits(pkey) < SIG_BITS_MIN ||
	    EVP_PKEY_get_bits(pkey) > SIG_BITS_MAX)
		return "not an RSA key of 2048 to 4096 bits";
	if (EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_E, &e) != 1 ||
	    BN_num_bits(e) > EXPONENT_BITS_MAX)
		why = "an RSA key with a large public exponent";
	BN_free(e);
	return why;
}

/* Nobody is there to be asked. */
static int no_password(char *buf, int size, int rwflag, void *arg)
{
	return -1;
}

/* Takes @pkey. */
static struct sig_key *key_of(EVP_PKEY *pkey, int private, const char **why)
{
	struct sig_key *k = calloc(1, sizeof(*k));
	int len;

	*why = fault(pkey);
	if (!k || *why) {
		EVP_PKEY_free(pkey);
		free(k);
		return NULL;
	}
	k->pkey = pkey;
	k->private = private;
	len = i2d_PUBKEY(pkey, &k->der);
	if (len > 0) {
		k->der_len = (size_t)len;
		return k;
	}
	sig_key_free(k);
	return NULL;
}

static struct sig_key *from_pem(const char *pem, size_t len, int private,
				const char **why)
{
	BIO *bio = len <= INT_MAX ? BIO_new_mem_buf(pem, (int)len) : NULL;
	struct sig_key *k = NULL;
	const char *fault = NULL;
	EVP_PKEY *pkey = NULL;

	if (bio && private)
		pkey = PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL);
	else if (bio)
		pkey = PEM_read_bio_PUBKEY(bio, NULL, no_password, NULL);
	BIO_free(bio);
	ERR_clear_error();
	if (pkey)
		k = key_of(pkey, private, &fault);
	else
		fault = private ? "no private key in PEM form" :
				  "no public key in PEM form";
	if (why)
		*why = k ? NULL : fault ? fault : "out of memory";
	return k;
}

struct sig_key *sig_key_private(const char *pem, size_t len, const char **why)
{
	return from_pem(pem, len, 1, why);
}

struct sig_key *sig_key_public(const char *pem, size_t len, const char **why)
{
	return from_pem(pem, len, 0, why);
}

void sig_key_free(struct sig_key *k)
{
	if (!k)
		return;
	EVP_PKEY_free(k->pkey);
	OPENSSL_free(k->der);
	free(k);
}

const uint8_t *sig_key_octets(const struct sig_key *k, size_t *len)
{
	*len = k->der_len;
	return k->der;
}

size_t sig_key_size(const struct sig_key *k)
{
	return (size_t)EVP_PKEY_get_size(k->pkey);
}

/* The default padding of RSA in OpenSSL is PKCS#1 v1.5; said all the same,
 * because peers rely on it. */
static int set_padding(EVP_PKEY_CTX *ctx)
{
	return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING);
}

int sig_sign(const struct sig_key *k, const void *data, size_t len,
	     uint8_t *sig, size_t size)
{
	EVP_MD_CTX *ctx;
	EVP_PKEY_CTX *pctx;
	size_t n = size;
	int ret = -EIO;

	if (!k->private)
		return -EINVAL;
	if (size < sig_key_size(k))
		return -ENOSPC;
	ctx = EVP_MD_CTX_new();
	if (ctx &&
	    EVP_DigestSignInit(ctx, &pctx, EVP_sha256(), NULL, k->pkey) == 1 &&
	    set_padding(pctx) == 1 &&
	    EVP_DigestSign(ctx, sig, &n, data, len) == 1)
		ret = (int)n;
	EVP_MD_CTX_free(ctx);
	ERR_clear_error();
	return ret;
}

static int verify(EVP_PKEY *pkey, const void *data, size_t len,
		  const uint8_t *sig, size_t sig_len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pctx;
	int ret = -EBADMSG;

	if (ctx &&
	    EVP_DigestVerifyInit(ctx, &pctx, EVP_sha256(), NULL, pkey) == 1 &&
	    set_padding(pctx) == 1 &&
	    EVP_DigestVerify(ctx, sig, sig_len, data, len) == 1)
		ret = 0;
	EVP_MD_CTX_free(ctx);
	return ret;
}

int sig_verify(const uint8_t *key, size_t key_len, const void *data, size_t len,
	       const uint8_t *sig, size_t sig_len)
{
	const unsigned char *at = key;
	EVP_PKEY *pkey = NULL;
	int ret = -EINVAL;

	if (key_len && key_len <= INT_MAX)
		pkey = d2i_PUBKEY(NULL, &at, (long)key_len);
	if (pkey && at == key + key_len && !fault(pkey))
		ret = verify(pkey, data, len, sig, sig_len);
	EVP_PKEY_free(pkey);
	ERR_clear_error();
	return ret;
}

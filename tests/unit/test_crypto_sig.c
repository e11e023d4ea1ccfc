// SPDX-License-Identifier: GPL-2.0-or-later
/* Signatures: a known answer, what is refused, and keys made here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "crypto/sig.h"
#include "vectors.h"
#include "wire/map_referral.h"

static char pem[8192];
static size_t pem_len;
static uint8_t data[100];

static int load(void **state)
{
	FILE *f = fopen(TEST_TOP "/tests/vectors/ddt-key.pem", "r");
	size_t i;

	if (!f)
		return -1;
	pem_len = fread(pem, 1, sizeof(pem), f);
	fclose(f);
	for (i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i + 1);
	vectors_load("signatures");
	return 0;
}

static void known_answer(void **state)
{
	const struct vector *key = vector("key"), *sig = vector("signature");
	struct sig_key *k = sig_key_private(pem, pem_len, NULL);
	uint8_t out[SIG_SIZE_MAX];
	const uint8_t *octets;
	size_t len;

	assert_non_null(k);
	octets = sig_key_octets(k, &len);
	assert_int_equal(len, key->len);
	assert_memory_equal(octets, key->octets, len);
	assert_int_equal(referral_key_tag(octets, len), 0x12fd);
	assert_int_equal(sig_key_size(k), 256);
	assert_int_equal(sig_sign(k, data, sizeof(data), out, 255), -ENOSPC);
	assert_int_equal(sig_sign(k, data, sizeof(data), out, sizeof(out)),
			 256);
	assert_memory_equal(out, sig->octets, 256);
	assert_int_equal(sig_verify(key->octets, key->len, data, sizeof(data),
				    sig->octets, sig->len), 0);
	sig_key_free(k);
}

static void not_its_signature(void **state)
{
	struct vector key = *vector("key"), sig = *vector("signature");
	size_t i;

#define VERIFY(n, m) sig_verify(key.octets, key.len, data, n, sig.octets, m)
	assert_int_equal(VERIFY(100, 256), 0);
	assert_int_equal(VERIFY(99, 256), -EBADMSG);
	assert_int_equal(VERIFY(100, 255), -EBADMSG);
	assert_int_equal(VERIFY(100, 257), -EBADMSG);
	assert_int_equal(VERIFY(100, 0), -EBADMSG);
	for (i = 0; i < sig.len; i += 51) {
		sig.octets[i] ^= 1;
		assert_int_equal(VERIFY(100, 256), -EBADMSG);
		sig.octets[i] ^= 1;
	}
	data[50] ^= 0x80;
	assert_int_equal(VERIFY(100, 256), -EBADMSG);
	data[50] ^= 0x80;
	assert_int_equal(VERIFY(100, 256), 0);
	/* Of the key: not one it would be, or not one that signed. */
	for (i = 0; i < key.len; i += 7) {
		key.octets[i] ^= 1;
		assert_true(VERIFY(100, 256) < 0);
		key.octets[i] ^= 1;
	}
	assert_int_equal(sig_verify(key.octets, key.len - 1, data, 100,
				    sig.octets, 256), -EINVAL);
	key.octets[key.len] = 0;
	assert_int_equal(sig_verify(key.octets, key.len + 1, data, 100,
				    sig.octets, 256), -EINVAL);
	assert_int_equal(sig_verify(key.octets, 0, data, 100, sig.octets, 256),
			 -EINVAL);
#undef VERIFY
}

/* Of a key made here: its PEM text, or its octets for a message. */
static size_t export(EVP_PKEY *pkey, int private, char *out, size_t size)
{
	BIO *bio = BIO_new(BIO_s_mem());
	int n;

	if (private)
		PEM_write_bio_PrivateKey(bio, pkey, NULL, NULL, 0, NULL, NULL);
	else
		PEM_write_bio_PUBKEY(bio, pkey);
	n = BIO_read(bio, out, (int)size);
	BIO_free(bio);
	assert_true(n > 0);
	return (size_t)n;
}

/* A modulus of @bits that is nobody's, and an exponent. */
static EVP_PKEY *public_of(unsigned int bits, const char *exponent)
{
	BIGNUM *n = BN_new(), *e = NULL;
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	EVP_PKEY *pkey = NULL;
	OSSL_PARAM *params;

	BN_set_bit(n, (int)bits - 1);
	BN_set_bit(n, 0);
	BN_hex2bn(&e, exponent);
	OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_N, n);
	OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_E, e);
	params = OSSL_PARAM_BLD_to_param(bld);
	assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
	assert_int_equal(EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY,
					   params), 1);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(bld);
	EVP_PKEY_CTX_free(ctx);
	BN_free(n);
	BN_free(e);
	return pkey;
}

static void keys_refused(void **state)
{
	static const struct {
		unsigned int bits;
		const char *exponent;
		int ok;
	} row[] = {
		{ 1024, "10001", 0 },
		{ 2047, "10001", 0 },
		{ 2048, "10001", 1 },
		{ 4096, "10001", 1 },
		{ 4097, "10001", 0 },
		{ 2048, "ffffffff", 1 },
		{ 2048, "100000001", 0 },
	};
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		EVP_PKEY *pkey = public_of(row[i].bits, row[i].exponent);
		unsigned char *der = NULL;
		int len = i2d_PUBKEY(pkey, &der);
		const char *why = NULL;
		struct sig_key *k;
		char text[4096];
		size_t n = export(pkey, 0, text, sizeof(text));

		assert_int_equal(sig_verify(der, len, data, 100, data, 100),
				 row[i].ok ? -EBADMSG : -EINVAL);
		k = sig_key_public(text, n, &why);
		assert_int_equal(k != NULL, row[i].ok);
		assert_int_equal(why == NULL, row[i].ok);
		if (k)
			assert_int_equal(sig_sign(k, data, 100, der, 9999),
					 -EINVAL);
		sig_key_free(k);
		OPENSSL_free(der);
		EVP_PKEY_free(pkey);
	}
}

static void other_keys(void **state)
{
	EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	unsigned char *der = NULL;
	const char *why = NULL;
	char text[4096];
	size_t n = export(pkey, 1, text, sizeof(text));
	BIO *bio;
	int len;

	assert_null(sig_key_private(text, n, &why));
	assert_non_null(strstr(why, "RSA"));
	len = i2d_PUBKEY(pkey, &der);
	assert_int_equal(sig_verify(der, len, data, 100, data, 64), -EINVAL);
	OPENSSL_free(der);
	EVP_PKEY_free(pkey);

	/* With a password: refused, not asked for. */
	bio = BIO_new_mem_buf(pem, (int)pem_len);
	pkey = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
	BIO_free(bio);
	bio = BIO_new(BIO_s_mem());
	PEM_write_bio_PrivateKey(bio, pkey, EVP_aes_128_cbc(), NULL, 0, NULL,
				 (void *)"secret");
	n = BIO_read(bio, text, sizeof(text));
	BIO_free(bio);
	EVP_PKEY_free(pkey);
	assert_null(sig_key_private(text, n, &why));
	assert_non_null(why);

	assert_null(sig_key_private("", 0, NULL));
	assert_null(sig_key_public(pem, pem_len, &why));
	assert_non_null(why);
}

/* Keys and signatures of any size that is allowed. */
static void round_trips(void **state)
{
	static const unsigned int bits[] = { 2048, 3072 };
	size_t i;

	for (i = 0; i < 2; i++) {
		EVP_PKEY *pkey = EVP_RSA_gen(bits[i]);
		struct sig_key *private, *public;
		uint8_t out[SIG_SIZE_MAX];
		const uint8_t *octets;
		char text[8192];
		size_t n;

		n = export(pkey, 1, text, sizeof(text));
		private = sig_key_private(text, n, NULL);
		n = export(pkey, 0, text, sizeof(text));
		public = sig_key_public(text, n, NULL);
		assert_non_null(private);
		assert_non_null(public);
		assert_int_equal(sig_sign(private, data, 100, out,
					  sizeof(out)), bits[i] / 8);
		octets = sig_key_octets(public, &n);
		assert_int_equal(sig_verify(octets, n, data, 100, out,
					    bits[i] / 8), 0);
		assert_int_equal(sig_verify(vector("key")->octets,
					    vector("key")->len, data, 100, out,
					    bits[i] / 8), -EBADMSG);
		sig_key_free(private);
		sig_key_free(public);
		EVP_PKEY_free(pkey);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_answer),
		cmocka_unit_test(not_its_signature),
		cmocka_unit_test(keys_refused),
		cmocka_unit_test(other_keys),
		cmocka_unit_test(round_trips),
	};

	return cmocka_run_group_tests(tests, load, vectors_done);
}

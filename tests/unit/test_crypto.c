// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Known answers of RFC 4868 (HMAC-SHA-256), RFC 6234 (HMAC-SHA-1) and
 * RFC 5869 (HKDF-SHA256), then signatures of whole messages.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "crypto/auth.h"
#include "crypto/mac.h"
#include "crypto/random.h"
#include "vectors.h"
#include "wire/msg.h"

#define PSK "lisp-test-key"

static const uint8_t aa[80] = { [0 ... 79] = 0xaa };
static const uint8_t bb[32] = { [0 ... 31] = 0x0b };
static const uint8_t cd[50] = { [0 ... 49] = 0xcd };
static const uint8_t dd[50] = { [0 ... 49] = 0xdd };
static const uint8_t up[32] = {
	1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20,
	21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32,
};

static const struct {
	enum mac_hash hash;
	const void *key;
	size_t key_len;
	const void *data;
	size_t data_len;
	const char *mac;
} hmac_rows[] = {
	/* RFC 6234 section 8.5 */
	{ MAC_SHA1, bb, 20, "Hi There", 8,
	  "b617318655057264e28bc0b6fb378c8ef146be00" },
	{ MAC_SHA1, "Jefe", 4, "what do ya want for nothing?", 28,
	  "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79" },
	{ MAC_SHA1, aa, 20, dd, 50,
	  "125d7342b9ac11cd91a39af48aa17b4f63f175d3" },
	{ MAC_SHA1, up, 25, cd, 50,
	  "4c9007f4026250c6bc8414f9bf50c86c2d7235da" },
	{ MAC_SHA1, aa, 80,
	  "Test Using Larger Than Block-Size Key - Hash Key First", 54,
	  "aa4ae5e15272d00e95705637ce8a3b55ed402112" },
	/* RFC 4868 section 2.7.2.1 */
	{ MAC_SHA256, bb, 32, "Hi There", 8,
	  "198a607eb44bfbc69903a0f1cf2bbdc5ba0aa3f3d9ae3c1c7a3b1696a0b68cf7" },
	{ MAC_SHA256, "JefeJefeJefeJefeJefeJefeJefeJefe", 32,
	  "what do ya want for nothing?", 28,
	  "167f928588c5cc2eef8e3093caa0e87c9ff566a14794aa61648d81621a2a40c6" },
	{ MAC_SHA256, aa, 32, dd, 50,
	  "cdcb1220d1ecccea91e53aba3092f962e549fe6ce9ed7fdc43191fbde45c30b0" },
	{ MAC_SHA256, up, 32, cd, 50,
	  "372efcf9b40b35c2115b1346903d2ef42fced46f0846e7257bb156d3d7b30d3f" },
};

static void check_mac(const struct mac *m, const struct mac_span *spans, size_t n,
		      const char *want)
{
	struct vector v = { .len = 0 };
	uint8_t out[MAC_SIZE_MAX];

	vector_hex(&v, want);
	assert_int_equal(mac_compute(m, spans, n, out), v.len);
	assert_memory_equal(out, v.octets, v.len);
}

static void hmac_known_answers(void **state)
{
	size_t i;

	for (i = 0; i < sizeof(hmac_rows) / sizeof(hmac_rows[0]); i++) {
		size_t n = hmac_rows[i].data_len;
		const uint8_t *data = hmac_rows[i].data;
		const struct mac_span whole[] = { { data, n } };
		const struct mac_span split[] = {
			{ data, 0 }, { data, 3 }, { data + 3, n - 3 },
		};
		struct mac m;

		mac_init(&m, hmac_rows[i].hash, hmac_rows[i].key,
			 hmac_rows[i].key_len);
		/* Twice: it is only read. */
		check_mac(&m, whole, 1, hmac_rows[i].mac);
		check_mac(&m, split, 3, hmac_rows[i].mac);
		mac_wipe(&m);
	}
}

/* A span without data is zeros. */
static void hmac_zeros(void **state)
{
	static const uint8_t zeros[200];
	uint8_t want[MAC_SIZE_MAX], got[MAC_SIZE_MAX];
	struct mac m;
	size_t n;

	mac_init(&m, MAC_SHA256, "k", 1);
	for (n = 0; n <= 200; n++) {
		const struct mac_span real[] = { { zeros, n } };
		const struct mac_span none[] = { { NULL, n } };

		assert_int_equal(mac_compute(&m, real, 1, want), 32);
		assert_int_equal(mac_compute(&m, none, 1, got), 32);
		assert_memory_equal(want, got, 32);
	}
	mac_wipe(&m);
}

/* Octets @from, @from + 1, ... */
static void count_up(uint8_t *to, size_t n, unsigned int from)
{
	size_t i;

	for (i = 0; i < n; i++)
		to[i] = from + i;
}

static void check_hkdf(const void *ikm, size_t ikm_len, const void *salt,
		       size_t salt_len, const void *info, size_t info_len,
		       const char *want)
{
	struct vector v = { .len = 0 };
	uint8_t out[100];

	vector_hex(&v, want);
	assert_int_equal(hkdf_sha256(ikm, ikm_len, salt, salt_len, info,
				     info_len, out, v.len), 0);
	assert_memory_equal(out, v.octets, v.len);
}

/* RFC 5869 appendix A.1 to A.3 */
static void hkdf_known_answers(void **state)
{
	uint8_t ikm[80], salt[80], info[80];

	count_up(salt, 13, 0);
	count_up(info, 10, 0xf0);
	check_hkdf(bb, 22, salt, 13, info, 10,
		   "3cb25f25faacd57a90434f64d0362f2a"
		   "2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
	count_up(ikm, 80, 0);
	count_up(salt, 80, 0x60);
	count_up(info, 80, 0xb0);
	check_hkdf(ikm, 80, salt, 80, info, 80,
		   "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19"
		   "afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09b83677"
		   "93a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87");
	check_hkdf(bb, 22, NULL, 0, NULL, 0,
		   "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c"
		   "738d2d9d201395faa4b61a96c8");
	/* The per-message key of algorithm 3 for the vector below. */
	check_hkdf("\1\2\3\4\5\6\7\10" PSK, 21, "Map-Register Authentication",
		   27, NULL, 0, "5e45d617d38e65f18f53fd49118432498c34407e330748"
		   "c674a937c3150ba0a4");
}

/* --- messages --- */

static struct auth_key *key(uint8_t id, enum auth_algorithm algorithm,
			    const char *psk)
{
	struct secret *s = secret_new(psk, strlen(psk));
	struct auth_key *k = auth_key_new(id, algorithm, s);

	secret_free(s);
	return k;
}

static const struct {
	const char *name;
	int key_id, algorithm;
	bool entire, literal;	/* which coverage holds */
} signed_rows[] = {
	{ "map-register-sha1-rfc", 0, 1, true, true },
	{ "map-register-sha1", 0, 1, true, true },
	{ "map-register-sha256-rfc", 0, 2, true, true },
	{ "map-register-sha256", 0, 2, true, true },
	{ "map-register-hkdf", 0, 3, true, true },
	{ "map-register-ids", 1, 2, true, false },
	{ "map-register-ids-literal", 1, 2, false, true },
	{ "map-register-all-flags", 9, 2, true, false },
	{ "map-notify-hkdf", 0, 3, true, true },
	{ "map-notify-ack-hkdf", 0, 3, true, true },
	{ "map-notify-sha1", 0, 1, true, true },
	{ "map-notify-ids", 0, 2, true, false },
	{ "map-notify-empty", 0, 2, true, true },
	{ "map-notify-ack-sha256", 0, 2, true, true },
};

#define SIGNED (sizeof(signed_rows) / sizeof(signed_rows[0]))

static struct auth_key *row_key(size_t i)
{
	return key(signed_rows[i].key_id, signed_rows[i].algorithm, PSK);
}

static int verify(struct auth_key *k, const uint8_t *msg, size_t len,
		  enum auth_coverage coverage)
{
	struct wire_auth auth;

	if (auth_locate(msg, len, &auth))
		return -EINVAL;
	return auth_verify(k, msg, len, &auth, coverage);
}

static void verifies(void **state)
{
	size_t i;

	for (i = 0; i < SIGNED; i++) {
		const struct vector *v = vector(signed_rows[i].name);
		uint8_t *in = exactly(v->octets, v->len);
		struct auth_key *k = row_key(i);

		assert_int_equal(auth_key_id(k), signed_rows[i].key_id);
		assert_int_equal(auth_key_algorithm(k),
				 signed_rows[i].algorithm);
		assert_int_equal(verify(k, in, v->len, AUTH_COVER_ENTIRE),
				 signed_rows[i].entire ? 0 : -EBADMSG);
		assert_int_equal(verify(k, in, v->len, AUTH_COVER_LITERAL),
				 signed_rows[i].literal ? 0 : -EBADMSG);
		assert_int_equal(verify(k, in, v->len, AUTH_COVER_EITHER), 0);
		auth_key_free(k);
		free(in);
	}
}

static void signs(void **state)
{
	size_t i;

	for (i = 0; i < SIGNED; i++) {
		const struct vector *v = vector(signed_rows[i].name);
		uint8_t *msg = exactly(v->octets, v->len);
		struct auth_key *k = row_key(i);
		struct wire_auth auth;

		assert_int_equal(auth_locate(msg, v->len, &auth), 0);
		memset(msg + AUTH_DATA_OFFSET, 0xa5, auth.data_len);
		assert_int_equal(auth_sign(k, msg, v->len,
					   signed_rows[i].entire ?
					   AUTH_COVER_ENTIRE :
					   AUTH_COVER_LITERAL), 0);
		assert_memory_equal(msg, v->octets, v->len);
		auth_key_free(k);
		free(msg);
	}
}

/* Change any one bit of a signed message and it is refused. */
static void every_bit_counts(void **state)
{
	size_t i, bit;

	for (i = 0; i < SIGNED; i++) {
		struct vector v = *vector(signed_rows[i].name);
		size_t end = v.len - (signed_rows[i].literal &&
				      !signed_rows[i].entire ?
				      AUTH_IDS_SIZE : 0);
		struct auth_key *k = row_key(i);
		struct wire_auth auth;

		assert_int_equal(auth_locate(v.octets, v.len, &auth), 0);
		for (bit = 0; bit < 8 * end; bit++) {
			v.octets[bit / 8] ^= 0x80 >> bit % 8;
			assert_int_not_equal(auth_verify(k, v.octets, v.len,
						&auth, AUTH_COVER_EITHER), 0);
			v.octets[bit / 8] ^= 0x80 >> bit % 8;
		}
		assert_int_equal(auth_verify(k, v.octets, v.len, &auth,
					     AUTH_COVER_EITHER), 0);
		auth_key_free(k);
	}
}

static void other_keys(void **state)
{
	const struct vector *v = vector("map-register-sha256");
	struct auth_key *k;

	k = key(0, AUTH_HMAC_SHA256_128, "lisp-test-kez");
	assert_int_equal(verify(k, v->octets, v->len, AUTH_COVER_EITHER),
			 -EBADMSG);
	auth_key_free(k);
	k = key(1, AUTH_HMAC_SHA256_128, PSK);
	assert_int_equal(verify(k, v->octets, v->len, AUTH_COVER_EITHER),
			 -EKEYREJECTED);
	auth_key_free(k);
	k = key(0, AUTH_HMAC_SHA1_96, PSK);
	assert_int_equal(verify(k, v->octets, v->len, AUTH_COVER_EITHER),
			 -EKEYREJECTED);
	auth_key_free(k);
}

/* A message that asks for no authentication, or for less of it. */
static void downgrades(void **state)
{
	struct auth_key *k = key(0, AUTH_HMAC_SHA256_128, PSK);
	struct vector v = *vector("map-register-sha256-rfc");
	struct wire_auth auth;
	uint16_t len;

	for (len = 0; len < 64; len++) {
		v.octets[15] = len;
		if (len == 16 || auth_locate(v.octets, v.len, &auth))
			continue;
		/* A right length, but then the MAC is in the wrong place. */
		assert_int_equal(auth_verify(k, v.octets, v.len, &auth,
					     AUTH_COVER_EITHER),
				 len == 32 ? -EBADMSG : -EKEYREJECTED);
	}
	v.octets[15] = 0;
	v.octets[13] = AUTH_NONE;
	assert_int_equal(verify(k, v.octets, v.len, AUTH_COVER_EITHER),
			 -EKEYREJECTED);
	assert_int_equal(auth_sign(k, v.octets, v.len, AUTH_COVER_ENTIRE),
			 -EINVAL);
	auth_key_free(k);
	k = key(0, AUTH_HMAC_SHA256_HKDF, PSK);
	v = *vector("map-register-hkdf");
	assert_int_equal(auth_sign(k, v.octets, 31, AUTH_COVER_ENTIRE),
			 -EINVAL);
	auth_key_free(k);
}

/* Ranges that do not fit the message are refused, not read. */
static void false_ranges(void **state)
{
	const struct vector *v = vector("map-register-sha256");
	struct auth_key *k = key(0, AUTH_HMAC_SHA256_128, PSK);
	uint8_t *in = exactly(v->octets, v->len);
	struct wire_auth good, auth;

	assert_int_equal(auth_locate(in, v->len, &good), 0);
	auth = good;
	auth.entire_end = v->len + 1;
	assert_int_equal(auth_verify(k, in, v->len, &auth, AUTH_COVER_ENTIRE),
			 -EBADMSG);
	auth = good;
	auth.literal_end = 40;
	assert_int_equal(auth_verify(k, in, v->len, &auth, AUTH_COVER_LITERAL),
			 -EBADMSG);
	auth = good;
	auth.literal_end = auth.entire_end + 1;
	assert_int_equal(auth_verify(k, in, v->len, &auth, AUTH_COVER_LITERAL),
			 -EBADMSG);
	auth_key_free(k);
	free(in);
}

/* Algorithm 3: the salt binds the MAC to the message type. */
static void types_have_keys_of_their_own(void **state)
{
	struct vector v = *vector("map-notify-hkdf");
	struct auth_key *k = key(0, AUTH_HMAC_SHA256_HKDF, PSK);
	uint8_t first[16];

	assert_int_equal(auth_sign(k, v.octets, v.len, AUTH_COVER_ENTIRE), 0);
	memcpy(first, v.octets + AUTH_DATA_OFFSET, 16);
	v.octets[4] ^= 1;	/* another nonce, another key */
	assert_int_equal(verify(k, v.octets, v.len, AUTH_COVER_ENTIRE),
			 -EBADMSG);
	v.octets[4] ^= 1;
	v.octets[0] = 0x50;
	assert_int_equal(auth_sign(k, v.octets, v.len, AUTH_COVER_ENTIRE), 0);
	assert_memory_not_equal(first, v.octets + AUTH_DATA_OFFSET, 16);
	auth_key_free(k);
}

/* A message that is signed with nothing: for a key that says so, and for no
 * other. */
static void no_key(void **state)
{
	struct auth_key *none = auth_key_new(7, AUTH_NONE, NULL);
	uint8_t msg[48] = { 0x30, [12] = 7 };

	assert_non_null(none);
	assert_int_equal(auth_sign(none, msg, sizeof(msg),
				   AUTH_COVER_ENTIRE), 0);
	assert_int_equal(verify(none, msg, sizeof(msg), AUTH_COVER_EITHER), 0);
	for (int algorithm = 1; algorithm <= 3; algorithm++) {
		struct auth_key *k = key(7, algorithm, PSK);

		assert_int_equal(verify(k, msg, sizeof(msg),
					AUTH_COVER_EITHER), -EKEYREJECTED);
		auth_key_free(k);
		msg[13] = (uint8_t)algorithm;
		assert_int_equal(verify(none, msg, sizeof(msg),
					AUTH_COVER_EITHER), -EKEYREJECTED);
		msg[13] = 0;
	}
	/* Nor with something, nor with another id. */
	msg[15] = 4;
	assert_int_equal(verify(none, msg, sizeof(msg), AUTH_COVER_EITHER),
			 -EKEYREJECTED);
	msg[15] = 0;
	msg[12] = 0;
	assert_int_equal(verify(none, msg, sizeof(msg), AUTH_COVER_EITHER),
			 -EKEYREJECTED);
	auth_key_free(none);
}

static void unusable_keys(void **state)
{
	static uint8_t long_psk[SECRET_MAX];
	struct secret *s = secret_new(long_psk, sizeof(long_psk));
	struct auth_key *k;
	int algorithm;

	assert_null(key(0, AUTH_NONE, PSK));
	assert_null(key(0, (enum auth_algorithm)4, PSK));
	for (algorithm = 1; algorithm <= 3; algorithm++) {
		struct vector v = *vector("map-register-hkdf");

		k = auth_key_new(0, algorithm, s);
		assert_non_null(k);
		v.octets[13] = algorithm;
		v.octets[15] = auth_data_len(algorithm, AUTH_LENGTH_RFC);
		assert_int_equal(auth_sign(k, v.octets, v.len,
					   AUTH_COVER_ENTIRE), 0);
		assert_int_equal(verify(k, v.octets, v.len,
					AUTH_COVER_ENTIRE), 0);
		auth_key_free(k);
	}
	secret_free(s);
	auth_key_free(NULL);
}

static void randomness(void **state)
{
	uint8_t a[64] = { 0 }, b[64] = { 0 };

	assert_int_equal(random_bytes(a, sizeof(a)), 0);
	assert_int_equal(random_bytes(b, sizeof(b)), 0);
	assert_memory_not_equal(a, b, sizeof(a));
	assert_int_equal(random_bytes(a, SIZE_MAX), -EIO);
	assert_true(random_u64() != random_u64());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hmac_known_answers),
		cmocka_unit_test(hmac_zeros),
		cmocka_unit_test(hkdf_known_answers),
		cmocka_unit_test(verifies),
		cmocka_unit_test(signs),
		cmocka_unit_test(every_bit_counts),
		cmocka_unit_test(other_keys),
		cmocka_unit_test(downgrades),
		cmocka_unit_test(false_ranges),
		cmocka_unit_test(types_have_keys_of_their_own),
		cmocka_unit_test(no_key),
		cmocka_unit_test(unusable_keys),
		cmocka_unit_test(randomness),
	};

	return cmocka_run_group_tests(tests, vectors_messages, vectors_done);
}

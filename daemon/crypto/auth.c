// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * MACs of Map-Register, Map-Notify and Map-Notify-Ack.
 *
 * Algorithms 1 and 2 prepare one HMAC when the key is made.  Algorithm 3
 * (RFC 9301 5.6) has a new key per message: HKDF-SHA256 over the nonce
 * followed by the pre-shared key, salted with the message's name.
 */
#include "crypto/auth.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/mac.h"
#include "wire/msg.h"

#define NONCE_OFFSET	4
#define NONCE_SIZE	8
#define DERIVED_SIZE	32

struct auth_key {
	struct mac mac;		/* but for algorithm 3 */
	struct secret *psk;	/* algorithm 3 only */
	uint8_t key_id;
	uint8_t algorithm;	/* enum auth_algorithm */
};

/* An enum mac_hash, or -1 for an algorithm that has no MAC. */
static int hash_of(enum auth_algorithm algorithm)
{
	switch (algorithm) {
	case AUTH_NONE:
		return -1;
	case AUTH_HMAC_SHA1_96:
		return MAC_SHA1;
	case AUTH_HMAC_SHA256_128:
	case AUTH_HMAC_SHA256_HKDF:
		return MAC_SHA256;
	}
	return -1;
}

struct auth_key *auth_key_new(uint8_t key_id, enum auth_algorithm algorithm,
			      const struct secret *psk)
{
	int hash = hash_of(algorithm);
	struct auth_key *k;

	if (hash < 0 && (algorithm != AUTH_NONE || psk))
		return NULL;
	k = calloc(1, sizeof(*k));
	if (!k)
		return NULL;
	k->key_id = key_id;
	k->algorithm = algorithm;
	if (algorithm == AUTH_NONE)
		return k;
	mac_init(&k->mac, (enum mac_hash)hash, secret_bytes(psk),
		 secret_len(psk));
	if (algorithm == AUTH_HMAC_SHA256_HKDF)
		k->psk = secret_new(secret_bytes(psk), secret_len(psk));
	if (algorithm == AUTH_HMAC_SHA256_HKDF && !k->psk) {
		auth_key_free(k);
		return NULL;
	}
	return k;
}

void auth_key_free(struct auth_key *k)
{
	if (!k)
		return;
	mac_wipe(&k->mac);
	secret_free(k->psk);
	free(k);
}

uint8_t auth_key_id(const struct auth_key *k)
{
	return k->key_id;
}

enum auth_algorithm auth_key_algorithm(const struct auth_key *k)
{
	return (enum auth_algorithm)k->algorithm;
}

static const char *salt_of(int type)
{
	switch (type) {
	case MSG_TYPE_MAP_REGISTER:
		return "Map-Register Authentication";
	case MSG_TYPE_MAP_NOTIFY:
		return "Map-Notify Authentication";
	case MSG_TYPE_MAP_NOTIFY_ACK:
		return "Map-Notify-Ack Authentication";
	}
	return NULL;
}

/* The HMAC of one message. */
static int derive(const struct auth_key *k, const uint8_t *msg, size_t len,
		  struct mac *m)
{
	const char *salt = salt_of(msg_peek_type(msg, len));
	uint8_t ikm[NONCE_SIZE + SECRET_MAX], derived[DERIVED_SIZE];
	size_t psk_len = secret_len(k->psk);
	int ret;

	if (!salt)
		return -EINVAL;
	memcpy(ikm, msg + NONCE_OFFSET, NONCE_SIZE);
	memcpy(ikm + NONCE_SIZE, secret_bytes(k->psk), psk_len);
	ret = hkdf_sha256(ikm, NONCE_SIZE + psk_len, salt, strlen(salt), NULL, 0,
			  derived, sizeof(derived));
	if (ret == 0)
		mac_init(m, MAC_SHA256, derived, sizeof(derived));
	secret_wipe(ikm, NONCE_SIZE + psk_len);
	secret_wipe(derived, sizeof(derived));
	return ret;
}

/* MAC over the message up to @end, the data field taken as zeros. */
static int compute(const struct auth_key *k, const uint8_t *msg,
		   const struct wire_auth *auth, size_t end,
		   uint8_t out[MAC_SIZE_MAX])
{
	size_t after = AUTH_DATA_OFFSET + auth->data_len;
	const struct mac_span spans[] = {
		{ msg, AUTH_DATA_OFFSET },
		{ NULL, auth->data_len },
		{ msg + after, end - after },
	};
	struct mac derived;
	int ret;

	if (k->algorithm != AUTH_HMAC_SHA256_HKDF) {
		mac_compute(&k->mac, spans, 3, out);
		return 0;
	}
	ret = derive(k, msg, end, &derived);
	if (ret)
		return ret;
	mac_compute(&derived, spans, 3, out);
	mac_wipe(&derived);
	return 0;
}

/* Is the message signed with this key, as far as its header tells? */
static bool fits(const struct auth_key *k, const struct wire_auth *auth)
{
	return auth->key_id == k->key_id && auth->algorithm == k->algorithm &&
	       auth_data_len_ok(k->algorithm, auth->data_len);
}

int auth_sign(const struct auth_key *k, uint8_t *msg, size_t len,
	      enum auth_coverage coverage)
{
	uint8_t mac[MAC_SIZE_MAX];
	struct wire_auth auth;
	size_t end;
	int ret;

	if (auth_locate(msg, len, &auth) || !fits(k, &auth))
		return -EINVAL;
	if (k->algorithm == AUTH_NONE)
		return 0;
	end = coverage == AUTH_COVER_LITERAL ? auth.literal_end :
					       auth.entire_end;
	ret = compute(k, msg, &auth, end, mac);
	if (ret == 0)
		memcpy(msg + AUTH_DATA_OFFSET, mac, auth.data_len);
	return ret;
}

static int verify_to(const struct auth_key *k, const uint8_t *msg,
		     const struct wire_auth *auth, size_t end)
{
	uint8_t mac[MAC_SIZE_MAX];
	int ret = compute(k, msg, auth, end, mac);

	if (ret)
		return ret;
	return secret_memequal(mac, msg + AUTH_DATA_OFFSET, auth->data_len) ?
		       0 : -EBADMSG;
}

int auth_verify(const struct auth_key *k, const uint8_t *msg, size_t len,
		const struct wire_auth *auth, enum auth_coverage coverage)
{
	size_t after = AUTH_DATA_OFFSET + auth->data_len;
	int ret;

	if (!fits(k, auth))
		return -EKEYREJECTED;
	if (k->algorithm == AUTH_NONE)
		return 0;
	if (auth->literal_end < after || auth->entire_end > len ||
	    auth->literal_end > auth->entire_end)
		return -EBADMSG;
	switch (coverage) {
	case AUTH_COVER_ENTIRE:
		return verify_to(k, msg, auth, auth->entire_end);
	case AUTH_COVER_LITERAL:
		return verify_to(k, msg, auth, auth->literal_end);
	case AUTH_COVER_EITHER:
		ret = verify_to(k, msg, auth, auth->entire_end);
		if (ret == -EBADMSG && auth->literal_end != auth->entire_end)
			ret = verify_to(k, msg, auth, auth->literal_end);
		return ret;
	}
	return -EBADMSG;
}

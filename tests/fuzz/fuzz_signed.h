/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The signed messages: beyond what fuzz_message.h does, whatever parses can
 * be verified without harm, is not authentic, and is so once it was signed.
 */
#ifndef LISP_FUZZ_SIGNED_H
#define LISP_FUZZ_SIGNED_H

#include <errno.h>

#include "crypto/auth.h"
#include "fuzz_message.h"

static struct auth_key *fuzz_key(uint8_t algorithm)
{
	static struct auth_key *keys[4];
	struct secret *psk;

	if (algorithm < 1 || algorithm > 3)
		return NULL;
	if (!keys[algorithm]) {
		psk = secret_new("lisp-test-key", 13);
		keys[algorithm] = auth_key_new(0, algorithm, psk);
		secret_free(psk);
	}
	return keys[algorithm];
}

static inline void fuzz_sign(struct lisp_msg *m, struct wire_auth *auth,
			     uint8_t *out, size_t size)
{
	struct auth_key *k = fuzz_key(auth->algorithm);
	struct wire_auth found;
	size_t len;

	auth->key_id = 0;
	auth->data = NULL;
	len = (size_t)msg_build(m, out, size);
	if (!k || !auth_data_len_ok(auth->algorithm, auth->data_len))
		return;
	MUST(auth_sign(k, out, len, AUTH_COVER_LITERAL) == 0);
	MUST(auth_locate(out, len, &found) == 0);
	MUST(auth_verify(k, out, len, &found, AUTH_COVER_EITHER) == 0);
	out[AUTH_DATA_OFFSET] ^= 1;
	MUST(auth_verify(k, out, len, &found, AUTH_COVER_EITHER) == -EBADMSG);
}

static inline void fuzz_signed(const uint8_t *data, size_t size,
			       unsigned int type)
{
	static uint8_t typed[MSG_SIZE_MAX], out[MSG_SIZE_MAX];
	struct wire_auth *auth;
	struct arena arena;
	struct lisp_msg m;
	uint8_t *in;

	if (size == 0 || size > sizeof(typed))
		return;
	memcpy(typed, data, size);
	typed[0] = (typed[0] & 0x0f) | type << 4;
	arena_init(&arena, MSG_ARENA_CAP);
	if (fuzz_parse(typed, size, &arena, &m, &in)) {
		auth = type == MSG_TYPE_MAP_REGISTER ? &m.reg.auth :
						       &m.notify.auth;
		MUST(auth->literal_end <= auth->entire_end &&
		     auth->entire_end == size);
		if (fuzz_key(auth->algorithm))
			auth_verify(fuzz_key(auth->algorithm), typed, size,
				    auth, AUTH_COVER_EITHER);
		fuzz_rebuild(&m, out, sizeof(out));
		fuzz_sign(&m, auth, out, sizeof(out));
	}
	free(in);
	arena_free(&arena);
}

#endif

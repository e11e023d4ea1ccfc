/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sm_ops.sign and .verify as lispd has them, for tests of whole nodes. */
#ifndef LISP_TESTS_REAL_AUTH_H
#define LISP_TESTS_REAL_AUTH_H

#include "crypto/auth.h"
#include "sm/ops.h"

static inline int real_sign(void *arg, const struct sm_key *key, uint8_t *msg,
			    size_t len)
{
	return auth_sign(key->key, msg, len, AUTH_COVER_ENTIRE);
}

static inline int real_verify(void *arg, const struct sm_key *key,
			      const uint8_t *msg, size_t len,
			      const struct wire_auth *auth)
{
	return auth_verify(key->key, msg, len, auth, key->coverage);
}

#endif

// SPDX-License-Identifier: GPL-2.0-or-later
#include "run/ops.h"

#include <errno.h>

#include "crypto/auth.h"
#include "crypto/random.h"
#include "crypto/sig.h"
#include "io/clock.h"
#include "io/udp.h"

static uint64_t ops_random(void *arg)
{
	return random_u64();
}

static uint64_t ops_wall(void *arg)
{
	return clock_wall_us() / 1000000;
}

/* What we send covers everything: that is what everybody checks. */
static int ops_sign(void *arg, const struct sm_key *key, uint8_t *msg,
		    size_t len)
{
	return auth_sign(key->key, msg, len, AUTH_COVER_ENTIRE);
}

static int ops_verify(void *arg, const struct sm_key *key,
		      const uint8_t *msg, size_t len,
		      const struct wire_auth *auth)
{
	return auth_verify(key->key, msg, len, auth, key->coverage);
}

/* An xTR reaches those families it has an RLOC of; others what the sockets
 * can send. */
static bool has_family(const struct daemon *d, enum addr_family family)
{
	if (!udp_has_family(d->udp, family))
		return false;
	return !d->conf->xtr ||
		roles_rloc(d->roles, family).family == family;
}

static enum rloc_verdict ops_rloc_check(void *arg, const struct addr *a)
{
	struct daemon *d = arg;

	if (!addr_usable_rloc(a) || !has_family(d, a->family))
		return RLOC_NO_FAMILY;
	if (!d->dp)
		return RLOC_USABLE;
	switch (d->dp->ops->path(d->dp, a)) {
	case DP_PATH_OVERLAY:
		return RLOC_OVERLAY;
	case DP_PATH_OWN:
		return RLOC_OWN;
	case DP_PATH_OUT:
	case DP_PATH_NONE:
	case DP_PATH_COUNT:
		break;
	}
	/* No route now may be a route in a second; the kernel looks again for
	 * every packet. */
	return RLOC_USABLE;
}

static int ops_register_nonce(void *arg, const struct addr *server,
			      uint64_t tag, uint64_t *nonce)
{
	struct daemon *d = arg;

	return store_register_nonce(d->store, server, tag, nonce);
}

static int ops_signed_with(void *arg, const uint8_t *key, size_t key_len,
			   const uint8_t *data, size_t len,
			   const uint8_t *sig, size_t sig_len)
{
	return sig_verify(key, key_len, data, len, sig, sig_len) ? -EBADMSG : 0;
}

static int ops_sign_referral(void *arg, const struct sig_key *key,
			     const uint8_t *data, size_t len, uint8_t *sig,
			     size_t sig_len)
{
	int n = sig_sign(key, data, len, sig, sig_len);

	if (n < 0)
		return n;
	return (size_t)n == sig_len ? 0 : -EIO;
}

void ops_init(struct daemon *d)
{
	d->ops = (struct sm_ops){
		.arg = d,
		.random = ops_random,
		.wall = ops_wall,
		.sign = ops_sign,
		.verify = ops_verify,
		.rloc_check = ops_rloc_check,
		.signed_with = ops_signed_with,
		.register_nonce = ops_register_nonce,
		.sign_referral = ops_sign_referral,
		.store = &store_memory_ops,
		.store_arg = d->store,
	};
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Random octets. */
#include "crypto/random.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include <openssl/rand.h>

int random_bytes(void *buf, size_t len)
{
	if (len > INT_MAX)
		return -EIO;
	return RAND_bytes(buf, (int)len) == 1 ? 0 : -EIO;
}

uint64_t random_u64(void)
{
	uint64_t v;

	/* A guessable nonce is worse than no daemon. */
	if (random_bytes(&v, sizeof(v)))
		abort();
	return v;
}

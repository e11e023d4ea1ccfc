// SPDX-License-Identifier: GPL-2.0-or-later
/* Key octets that do not outlive their use. */
#include "lib/secret.h"

#include <stdlib.h>
#include <string.h>

struct secret {
	size_t len;
	uint8_t bytes[];
};

struct secret *secret_new(const void *bytes, size_t len)
{
	struct secret *s;

	if (len == 0 || len > SECRET_MAX)
		return NULL;
	s = malloc(sizeof(*s) + len);
	if (!s)
		return NULL;
	s->len = len;
	memcpy(s->bytes, bytes, len);
	return s;
}

void secret_free(struct secret *s)
{
	if (!s)
		return;
	secret_wipe(s->bytes, s->len);
	free(s);
}

const uint8_t *secret_bytes(const struct secret *s)
{
	return s->bytes;
}

size_t secret_len(const struct secret *s)
{
	return s->len;
}

bool secret_equal(const struct secret *a, const struct secret *b)
{
	return a->len == b->len && secret_memequal(a->bytes, b->bytes, a->len);
}

bool secret_memequal(const void *a, const void *b, size_t n)
{
	const volatile uint8_t *x = a, *y = b;
	uint8_t diff = 0;
	size_t i;

	for (i = 0; i < n; i++)
		diff |= x[i] ^ y[i];
	return diff == 0;
}

void secret_wipe(void *p, size_t n)
{
	explicit_bzero(p, n);
}

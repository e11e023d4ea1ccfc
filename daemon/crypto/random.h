/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Random octets for nonces, seeds and identifiers, from OpenSSL's CSPRNG. */
#ifndef LISP_CRYPTO_RANDOM_H
#define LISP_CRYPTO_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* 0, or -EIO: then nothing may be done that needs randomness. */
int random_bytes(void *buf, size_t len);

/* The same, aborts the process when there is no randomness. */
uint64_t random_u64(void);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Key octets.  Opaque so that nothing prints or copies them by accident;
 * wiped when freed.  Memory comes from malloc.
 */
#ifndef LISP_LIB_SECRET_H
#define LISP_LIB_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SECRET_MAX	1024	/* octets */

struct secret;

/* A copy of 1..SECRET_MAX octets; NULL when out of range or memory.  The
 * caller wipes its own copy. */
struct secret *secret_new(const void *bytes, size_t len);

/* Wipe and free; NULL is allowed. */
void secret_free(struct secret *s);

const uint8_t *secret_bytes(const struct secret *s);
size_t secret_len(const struct secret *s);

/* Equal?  Time depends on the lengths only. */
bool secret_equal(const struct secret *a, const struct secret *b);

/* Constant-time comparison of @n octets, and a wipe the compiler keeps. */
bool secret_memequal(const void *a, const void *b, size_t n);
void secret_wipe(void *p, size_t n);

#endif

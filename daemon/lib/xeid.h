/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Extended EID-prefixes (RFC 8111 4.1): Instance-ID, address family and
 * EID-prefix seen as one string of bits, so that a prefix of it may be shorter
 * than the Instance-ID: a range of instances with all that is in them.
 *
 * The Database-ID before them is 0 everywhere and not kept.
 */
#ifndef LISP_LIB_XEID_H
#define LISP_LIB_XEID_H

#include "lib/prefix.h"

#define XEID_IID_BITS	32

struct xeid {
	/* Of a range: the family is ADDR_NONE and the prefix empty. */
	struct eid eid;
	/* Leading bits of the Instance-ID that count; the others are zero.
	 * XEID_IID_BITS if this is no range of several instances. */
	uint8_t iid_len;
};

/* "[4294967040/24]*" or as an EID, terminating NUL included. */
#define XEID_TEXT_MAX	(EID_TEXT_MAX + 4)

/* That EID-prefix. */
struct xeid xeid_of(const struct eid *e);

/* All EIDs of 2^(32 - @iid_len) instances.  0, or -EINVAL when @iid_len is too
 * long; bits of @iid beyond it are cleared. */
int xeid_range(uint32_t iid, unsigned int iid_len, struct xeid *x);

/* Are all families of at least one instance in it? */
bool xeid_is_range(const struct xeid *x);

bool xeid_equal(const struct xeid *a, const struct xeid *b);

/* Does @outer cover @inner (or equal it)? */
bool xeid_contains(const struct xeid *outer, const struct xeid *inner);

/* Bits that are given: of two that contain one EID the longer one is the more
 * specific. */
unsigned int xeid_bits(const struct xeid *x);

/* "[100]10.1.0.0/16", "[100]*", "[256/24]*" or "*", which is everything.
 * 0, or -EINVAL with *@x untouched. */
int xeid_from_text(const char *text, struct xeid *x);
const char *xeid_text(const struct xeid *x, char out[XEID_TEXT_MAX]);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses, prefixes and EIDs, as values.
 *
 * All three are plain structs that are copied and compared by value and own
 * nothing.  Two invariants hold for every value made by the functions below,
 * and everybody who fills one by hand must keep them:
 *   - octets of an address beyond its family's length are zero;
 *   - the host bits of a prefix are zero.
 *
 * RFC 9300 section 3 (EID, RLOC), RFC 8060 section 4.1 (Instance-ID).
 */
#ifndef LISP_LIB_PREFIX_H
#define LISP_LIB_PREFIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum addr_family {
	ADDR_NONE,		/* no address; also: an EID that is not IP */
	ADDR_IPV4,
	ADDR_IPV6,
};

struct addr {
	uint8_t family;		/* enum addr_family */
	uint8_t bytes[16];	/* network order */
};

struct prefix {
	struct addr addr;
	uint8_t len;		/* bits, 0..addr_bits(&addr) */
};

struct eid {
	uint32_t iid;		/* 0: the default instance */
	struct prefix prefix;
};

/* Sizes of the text forms, terminating NUL included. */
#define ADDR_TEXT_MAX	46
#define PREFIX_TEXT_MAX	(ADDR_TEXT_MAX + 4)	/* "/128" */
#define EID_TEXT_MAX	(PREFIX_TEXT_MAX + 12)	/* "[4294967295]" */

/* --- addresses --- */

/* Width of the family in bits (0, 32, 128) and in octets (0, 4, 16). */
unsigned int addr_bits(const struct addr *a);
unsigned int addr_size(const struct addr *a);

/* An address from @bytes, which holds 4 or 16 octets according to @family. */
struct addr addr_make(enum addr_family family, const void *bytes);

/* Total order: no address, IPv4, IPv6, then by octets (RFC 9301 5.5). */
int addr_cmp(const struct addr *a, const struct addr *b);
bool addr_equal(const struct addr *a, const struct addr *b);

/* Bit @i counted from the most significant; @i < addr_bits(). */
unsigned int addr_bit(const struct addr *a, unsigned int i);

/* Length of the common prefix in bits; 0 when the families differ. */
unsigned int addr_common_bits(const struct addr *a, const struct addr *b);

bool addr_is_multicast(const struct addr *a);

/*
 * May @a be written into a unicast locator or be sent to as one?  No for
 * no address, unspecified and 0/8, multicast, broadcast, loopback,
 * link-local and IPv4-mapped addresses.
 */
bool addr_usable_rloc(const struct addr *a);

/* Parse "192.0.2.1" or "2001:db8::1".  0, or -EINVAL with *@a untouched. */
int addr_from_text(const char *text, struct addr *a);

/* Write the text form into @out ("none" for ADDR_NONE) and return @out. */
const char *addr_text(const struct addr *a, char out[ADDR_TEXT_MAX]);

/* --- prefixes --- */

/* @a/@len with host bits cleared.  0, or -EINVAL when @len is too long. */
int prefix_make(const struct addr *a, unsigned int len, struct prefix *p);

/* The host prefix (/32 or /128) of @a. */
struct prefix prefix_host(const struct addr *a);

/*
 * Total order: family, octets, length.  A covering prefix sorts before all
 * that it covers, so a walk in this order meets the less specific first.
 */
int prefix_cmp(const struct prefix *a, const struct prefix *b);
bool prefix_equal(const struct prefix *a, const struct prefix *b);

/* Does @outer cover @inner (or equal it)? */
bool prefix_contains(const struct prefix *outer, const struct prefix *inner);
bool prefix_contains_addr(const struct prefix *p, const struct addr *a);

/* Is there an address in both? */
bool prefix_overlaps(const struct prefix *a, const struct prefix *b);

/* Common leading bits, at most the shorter of the two lengths. */
unsigned int prefix_common_bits(const struct prefix *a,
				const struct prefix *b);

/* Does @p cover exactly one address? */
bool prefix_is_host(const struct prefix *p);

/*
 * Parse "10.1.0.0/16"; without "/len" it is a host prefix.  Host bits that
 * are set are an error, since a person who wrote them meant something else.
 * 0, or -EINVAL with *@p untouched.
 */
int prefix_from_text(const char *text, struct prefix *p);
const char *prefix_text(const struct prefix *p, char out[PREFIX_TEXT_MAX]);

/* --- EIDs --- */

struct eid eid_make(uint32_t iid, const struct prefix *p);
struct eid eid_host(uint32_t iid, const struct addr *a);

int eid_cmp(const struct eid *a, const struct eid *b);
bool eid_equal(const struct eid *a, const struct eid *b);
bool eid_contains(const struct eid *outer, const struct eid *inner);

/* Is it an IPv4 or IPv6 EID (and not a name, a MAC address, a range...)? */
bool eid_is_ip(const struct eid *e);

/* "[100]10.1.0.0/16".  The instance may be left out when it is 0. */
int eid_from_text(const char *text, struct eid *e);
const char *eid_text(const struct eid *e, char out[EID_TEXT_MAX]);

#endif

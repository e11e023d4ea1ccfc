/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * AFI-encoded addresses and LCAFs (RFC 8060, RFC 9306, RFC 9735).
 *
 * One table row per AFI and one per LCAF type.  What the daemon understands
 * is IPv4, IPv6 and either inside an Instance-ID LCAF; everything else of
 * known shape is checked, kept as octets ("foreign") and skipped.
 *
 * Rules that are not visible in the struct:
 *   - an unknown AFI, or a vendor LCAF, drops the whole message wherever it
 *     stands (RFC 9301 5.1, RFC 9306 4): their length or meaning is unknown;
 *   - an unknown LCAF type is skipped by its length; what that means is for
 *     the place where it stands (see record.h);
 *   - an Instance-ID LCAF inside another one makes no sense and is treated as
 *     an unknown type; so is a known type where it has no meaning.
 */
#ifndef LISP_WIRE_ADDRESS_H
#define LISP_WIRE_ADDRESS_H

#include "lib/prefix.h"
#include "wire/parse.h"

enum wire_afi {
	AFI_NONE = 0,
	AFI_IPV4 = 1,
	AFI_IPV6 = 2,
	AFI_802 = 6,		/* MAC address, older code point */
	AFI_NAME = 17,		/* distinguished name */
	AFI_LCAF = 16387,
	AFI_MAC48 = 16389,
};

enum lcaf_type {
	LCAF_NULL = 0,
	LCAF_AFI_LIST = 1,
	LCAF_IID = 2,
	LCAF_AS_NUMBER = 3,
	LCAF_APPLICATION = 4,
	LCAF_GEO = 5,
	LCAF_OPAQUE_KEY = 6,
	LCAF_NAT = 7,
	LCAF_NONCE = 8,
	LCAF_MULTICAST = 9,
	LCAF_ELP = 10,
	LCAF_SECURITY_KEY = 11,
	LCAF_SOURCE_DEST = 12,
	LCAF_RLE = 13,
	LCAF_JSON = 14,
	LCAF_KEY_VALUE = 15,
	LCAF_ENCAPSULATION = 16,
	LCAF_VENDOR = 255,
};

#define LCAF_DEPTH_MAX	4	/* LCAFs inside each other */
#define LCAF_ITEMS_MAX	32	/* addresses directly in one LCAF */

enum wire_addr_kind {
	WIRE_ADDR_NONE,		/* AFI 0; with has_iid: a range of instances */
	WIRE_ADDR_IP,
	WIRE_ADDR_MAC,
	WIRE_ADDR_NAME,
	WIRE_ADDR_LCAF,		/* known LCAF type, kept as octets */
	WIRE_ADDR_UNKNOWN,	/* unknown LCAF type, or one out of place */
};

struct wire_addr {
	enum wire_addr_kind kind;
	bool has_iid;		/* stood in an Instance-ID LCAF */
	uint8_t iid_mask_len;	/* Rsvd2 of it; for ranges */
	uint8_t lcaf_type;	/* LCAF and UNKNOWN: type of that LCAF */
	uint32_t iid;
	struct addr addr;	/* IP; else family ADDR_NONE */
	/* The inner encoding from its AFI on (without the Instance-ID LCAF),
	 * for all kinds but NONE and IP.  In the arena. */
	const uint8_t *raw;
	uint32_t raw_len;
};

/* One address at the cursor.  0 or negative errno (noted in @p->err). */
int wire_addr_parse(struct parse *p, struct wire_addr *a);

/* Write it.  An Instance-ID LCAF is written for has_iid, whatever the iid. */
void wire_addr_build(struct writer *w, const struct wire_addr *a);

/* AFI and octets of a plain address. */
void wire_ip_build(struct writer *w, const struct addr *a);

/* Address part of an EID: Instance-ID LCAF unless the instance is 0.
 * @iid_mask_len: see struct map_record. */
void wire_eid_build(struct writer *w, uint32_t iid, uint8_t iid_mask_len,
		    const struct addr *a);

/* Octets that the three write. */
size_t wire_addr_size(const struct wire_addr *a);
size_t wire_ip_size(const struct addr *a);
size_t wire_eid_size(uint32_t iid, const struct addr *a);

/* May an EID be of this kind?  Not if it is UNKNOWN, or an LCAF that says
 * where to send and not who somebody is. */
bool wire_addr_may_be_eid(const struct wire_addr *a);

/* "iid", "multicast", ...; NULL for unassigned types. */
const char *lcaf_type_name(uint8_t type);

#endif

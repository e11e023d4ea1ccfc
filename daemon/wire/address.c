// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * AFI-encoded addresses and LCAFs.
 *
 * An LCAF's body is entered with a reader that is bounded to its length, so
 * nothing inside can reach beyond it; what is left over in it is ignored.
 * Most bodies have one shape: some fixed octets, some addresses, perhaps more
 * addresses to the end, each behind a few octets of its own.  The table gives
 * the numbers; the few others have a function.  Those bodies are walked even
 * though nothing is taken from them, since an unknown AFI or a vendor's LCAF
 * in their depth still drops the message.
 */
#include "wire/address.h"

#include <string.h>

#define REST	1	/* addresses go on to the end of the body */
#define EID	2	/* may be an EID */

struct lcaf_row {
	const char *name;
	uint8_t lead;		/* octets before the first address */
	uint8_t addrs;		/* addresses that must be there */
	uint8_t step;		/* octets before each further one */
	uint8_t flags;
	void (*body)(struct parse *p, unsigned int depth);
};

static void addr_any(struct parse *p, struct wire_addr *a, unsigned int depth);

/* An address of which nothing but its shape matters. */
static void addr_skip(struct parse *p, unsigned int depth)
{
	struct wire_addr ignored;

	addr_any(p, &ignored, depth);
}

/* JSON: data with a length of their own, then an address. */
static void json_body(struct parse *p, unsigned int depth)
{
	reader_skip(&p->r, reader_u16(&p->r));
	addr_skip(p, depth);
}

/* Security key: keys with lengths of their own, then an address. */
static void security_key_body(struct parse *p, unsigned int depth)
{
	unsigned int count = reader_u8(&p->r);

	reader_skip(&p->r, 3);
	while (count-- && reader_ok(&p->r))
		reader_skip(&p->r, reader_u16(&p->r));
	addr_skip(p, depth);
}

/* RFC 8060 section 4.  Geo has two incompatible layouts under one type, so
 * only its common minimum is checked. */
static const struct lcaf_row lcafs[] = {
	[LCAF_NULL] =		{ "null", 0, 0, 0, 0, NULL },
	[LCAF_AFI_LIST] =	{ "afi-list", 0, 0, 0, REST | EID, NULL },
	[LCAF_IID] =		{ "iid", 4, 1, 0, EID, NULL },
	[LCAF_AS_NUMBER] =	{ "as-number", 4, 1, 0, 0, NULL },
	[LCAF_APPLICATION] =	{ "application", 12, 1, 0, EID, NULL },
	[LCAF_GEO] =		{ "geo", 12, 0, 0, EID, NULL },
	[LCAF_OPAQUE_KEY] =	{ "opaque-key", 3, 0, 0, EID, NULL },
	[LCAF_NAT] =		{ "nat", 4, 3, 0, REST, NULL },
	[LCAF_NONCE] =		{ "nonce", 4, 1, 0, 0, NULL },
	[LCAF_MULTICAST] =	{ "multicast", 8, 2, 0, EID, NULL },
	[LCAF_ELP] =		{ "elp", 0, 0, 2, REST, NULL },
	[LCAF_SECURITY_KEY] =	{ "security-key", 0, 0, 0, 0,
				  security_key_body },
	[LCAF_SOURCE_DEST] =	{ "source-dest", 4, 2, 0, EID, NULL },
	[LCAF_RLE] =		{ "rle", 0, 0, 4, REST, NULL },
	[LCAF_JSON] =		{ "json", 0, 0, 0, EID, json_body },
	[LCAF_KEY_VALUE] =	{ "key-value", 0, 2, 0, EID, NULL },
	[LCAF_ENCAPSULATION] =	{ "encapsulation", 4, 1, 0, 0, NULL },
};

#define LCAF_ROWS	(sizeof(lcafs) / sizeof(lcafs[0]))

const char *lcaf_type_name(uint8_t type)
{
	if (type == LCAF_VENDOR)
		return "vendor";
	return type < LCAF_ROWS ? lcafs[type].name : NULL;
}

/* A body of the common shape. */
static void walk_body(struct parse *p, const struct lcaf_row *row,
		      unsigned int depth)
{
	unsigned int n;

	reader_skip(&p->r, row->lead);
	for (n = 0; n < row->addrs; n++)
		addr_skip(p, depth);
	if (!(row->flags & REST))
		return;
	for (; reader_left(&p->r) > 0; n++) {
		if (n == LCAF_ITEMS_MAX) {
			parse_fail(p, WIRE_LCAF_ITEMS);
			return;
		}
		reader_skip(&p->r, row->step);
		addr_skip(p, depth);
	}
}

/* The instance and the address in it, which takes the LCAF's place. */
static void iid_body(struct parse *p, struct wire_addr *a, uint8_t mask_len,
		     unsigned int depth)
{
	uint32_t iid = reader_u32(&p->r);
	const uint8_t *start = p->r.pos;

	addr_any(p, a, depth);
	if (a->has_iid) {
		/* One instance inside another has no meaning. */
		*a = (struct wire_addr){
			.kind = WIRE_ADDR_UNKNOWN,
			.lcaf_type = LCAF_IID,
			.raw = start,
			.raw_len = (uint32_t)(p->r.pos - start),
		};
	}
	a->has_iid = true;
	a->iid_mask_len = mask_len;
	a->iid = iid;
}

static void lcaf_body(struct parse *p, struct wire_addr *a, uint8_t type,
		      uint8_t rsvd2, unsigned int depth)
{
	a->lcaf_type = type;
	if (type == LCAF_VENDOR) {
		parse_fail(p, WIRE_VENDOR);
	} else if (type == LCAF_IID) {
		iid_body(p, a, rsvd2, depth);
	} else if (type >= LCAF_ROWS) {
		a->kind = WIRE_ADDR_UNKNOWN;
	} else {
		a->kind = WIRE_ADDR_LCAF;
		if (lcafs[type].body)
			lcafs[type].body(p, depth);
		else
			walk_body(p, &lcafs[type], depth);
	}
	/* Running out in here is the length's fault, not the datagram's. */
	if (!reader_ok(&p->r))
		parse_fail(p, WIRE_LCAF);
}

/* RFC 8060 section 3, from behind the AFI on. */
static void lcaf_any(struct parse *p, struct wire_addr *a, unsigned int depth)
{
	struct reader body, after;
	uint8_t type, rsvd2;

	reader_skip(&p->r, 2);		/* Rsvd1, Flags */
	type = reader_u8(&p->r);
	rsvd2 = reader_u8(&p->r);
	body = reader_sub(&p->r, reader_u16(&p->r));
	if (!reader_ok(&p->r))
		return;
	if (depth == LCAF_DEPTH_MAX) {
		parse_fail(p, WIRE_LCAF_DEPTH);
		return;
	}
	after = p->r;
	p->r = body;
	lcaf_body(p, a, type, rsvd2, depth + 1);
	if (reader_ok(&p->r))
		p->r = after;
}

static void ip_any(struct parse *p, struct wire_addr *a,
		   enum addr_family family)
{
	a->kind = WIRE_ADDR_IP;
	a->addr.family = family;
	reader_copy(&p->r, a->addr.bytes, addr_size(&a->addr));
}

/* RFC 9735: octets up to and including the first NUL. */
static void name_any(struct parse *p, struct wire_addr *a)
{
	size_t left = reader_left(&p->r);
	const uint8_t *nul = left ? memchr(p->r.pos, 0, left) : NULL;

	a->kind = WIRE_ADDR_NAME;
	if (nul)
		reader_skip(&p->r, (size_t)(nul - p->r.pos) + 1);
	else
		parse_fail(p, WIRE_NAME);
}

/* What follows an AFI.  @depth: how many LCAFs we are inside of. */
static void afi_any(struct parse *p, struct wire_addr *a, uint16_t afi,
		    unsigned int depth)
{
	switch (afi) {
	case AFI_NONE:
		break;
	case AFI_IPV4:
		ip_any(p, a, ADDR_IPV4);
		break;
	case AFI_IPV6:
		ip_any(p, a, ADDR_IPV6);
		break;
	case AFI_802:
	case AFI_MAC48:
		a->kind = WIRE_ADDR_MAC;
		reader_skip(&p->r, 6);
		break;
	case AFI_NAME:
		name_any(p, a);
		break;
	case AFI_LCAF:
		lcaf_any(p, a, depth);
		break;
	default:
		parse_fail(p, WIRE_AFI);
	}
}

static bool is_foreign(const struct wire_addr *a)
{
	return a->kind != WIRE_ADDR_NONE && a->kind != WIRE_ADDR_IP;
}

static void addr_any(struct parse *p, struct wire_addr *a, unsigned int depth)
{
	const uint8_t *start = p->r.pos;
	uint16_t afi = reader_u16(&p->r);

	*a = (struct wire_addr){ .kind = WIRE_ADDR_NONE };
	if (!reader_ok(&p->r))
		return;
	afi_any(p, a, afi, depth);
	/* What is inside an Instance-ID has set this already. */
	if (reader_ok(&p->r) && is_foreign(a) && !a->raw) {
		a->raw = start;
		a->raw_len = (uint32_t)(p->r.pos - start);
	}
}

int wire_addr_parse(struct parse *p, struct wire_addr *a)
{
	addr_any(p, a, 0);
	if (parse_check(p) == 0 && a->raw) {
		a->raw = arena_copy(p->arena, a->raw, a->raw_len);
		if (!a->raw)
			parse_fail(p, WIRE_MEMORY);
	}
	return parse_check(p);
}

bool wire_addr_may_be_eid(const struct wire_addr *a)
{
	switch (a->kind) {
	case WIRE_ADDR_NONE:
	case WIRE_ADDR_IP:
	case WIRE_ADDR_MAC:
	case WIRE_ADDR_NAME:
		return true;
	case WIRE_ADDR_LCAF:
		return lcafs[a->lcaf_type].flags & EID;
	case WIRE_ADDR_UNKNOWN:
		return false;
	}
	return false;
}

/* Octets of an LCAF header with its AFI, and of the Instance-ID itself. */
#define LCAF_HEADER_SIZE	8
#define LCAF_IID_SIZE		(LCAF_HEADER_SIZE + 4)

static void iid_build(struct writer *w, uint32_t iid, uint8_t mask_len,
		      size_t inner)
{
	writer_u16(w, AFI_LCAF);
	writer_u16(w, 0);
	writer_u8(w, LCAF_IID);
	writer_u8(w, mask_len);
	writer_u16(w, (uint16_t)(4 + inner));
	writer_u32(w, iid);
}

void wire_addr_build(struct writer *w, const struct wire_addr *a)
{
	size_t inner = a->raw ? a->raw_len : wire_ip_size(&a->addr);

	if (a->has_iid)
		iid_build(w, a->iid, a->iid_mask_len, inner);
	if (a->raw)
		writer_bytes(w, a->raw, a->raw_len);
	else
		wire_ip_build(w, &a->addr);
}

void wire_ip_build(struct writer *w, const struct addr *a)
{
	static const uint16_t afi[] = {
		[ADDR_NONE] = AFI_NONE,
		[ADDR_IPV4] = AFI_IPV4,
		[ADDR_IPV6] = AFI_IPV6,
	};

	writer_u16(w, afi[a->family]);
	writer_bytes(w, a->bytes, addr_size(a));
}

void wire_eid_build(struct writer *w, uint32_t iid, uint8_t iid_mask_len,
		    const struct addr *a)
{
	if (iid)
		iid_build(w, iid, iid_mask_len, wire_ip_size(a));
	wire_ip_build(w, a);
}

size_t wire_addr_size(const struct wire_addr *a)
{
	return (a->has_iid ? LCAF_IID_SIZE : 0) +
	       (a->raw ? a->raw_len : wire_ip_size(&a->addr));
}

size_t wire_ip_size(const struct addr *a)
{
	return 2 + addr_size(a);
}

size_t wire_eid_size(uint32_t iid, const struct addr *a)
{
	return (iid ? LCAF_IID_SIZE : 0) + wire_ip_size(a);
}

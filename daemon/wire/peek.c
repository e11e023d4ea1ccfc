// SPDX-License-Identifier: GPL-2.0-or-later
/* See peek.h. */
#include "wire/peek.h"

#include <string.h>

#include "wire/msg.h"

#define AFI_LCAF	16387u
#define LCAF_IID	2u

struct peek {
	const uint8_t *at;
	size_t left;
};

static bool skip(struct peek *p, size_t n)
{
	if (n > p->left)
		return false;
	p->at += n;
	p->left -= n;
	return true;
}

static unsigned int be16(const uint8_t *p)
{
	return (unsigned int)p[0] << 8 | p[1];
}

/* Octets of an address with its AFI; 0: not known. */
static size_t address_size(const struct peek *p)
{
	if (p->left < 8)
		return 0;
	switch (be16(p->at)) {
	case 0:
		return 2;
	case 1:
		return 6;
	case 2:
		return 18;
	case AFI_LCAF:
		return 8 + be16(p->at + 6);
	}
	return 0;
}

static bool skip_address(struct peek *p)
{
	size_t n = address_size(p);

	return n && skip(p, n);
}

static bool read_eid(struct peek *p, struct eid *e)
{
	enum addr_family family;
	uint32_t iid = 0;
	struct addr a;

	if (p->left >= 12 && be16(p->at) == AFI_LCAF && p->at[4] == LCAF_IID) {
		iid = be16(p->at + 8) << 16 | be16(p->at + 10);
		skip(p, 12);
	}
	if (p->left < 6 || p->left < address_size(p))
		return false;
	family = be16(p->at) == 1 ? ADDR_IPV4 : ADDR_IPV6;
	if (family == ADDR_IPV6 && (be16(p->at) != 2 || p->left < 18))
		return false;
	a = addr_make(family, p->at + 2);
	*e = eid_host(iid, &a);
	return true;
}

/* ECM, IP, UDP and the Map-Request up to its first record. */
static bool find_requested(struct peek *p)
{
	unsigned int rlocs;

	if (!skip(p, 4) || !p->left)
		return false;
	if (!skip(p, p->at[0] >> 4 == 4 ? 4u * (p->at[0] & 15) + 8 : 48) ||
	    p->left < 12 || p->at[0] >> 4 != MSG_TYPE_MAP_REQUEST)
		return false;
	rlocs = (p->at[2] & 31u) + 1;
	if (!skip(p, 12) || !skip_address(p))
		return false;
	while (rlocs--)
		if (!skip_address(p))
			return false;
	return skip(p, 2);
}

static bool find_registered(struct peek *p)
{
	return p->left >= 16 && skip(p, 16 + be16(p->at + 14)) && skip(p, 10);
}

bool peek_eid(const uint8_t *data, size_t len, struct eid *e)
{
	struct peek p = { data, len };

	switch (msg_peek_type(data, len)) {
	case MSG_TYPE_ECM:
		return find_requested(&p) && read_eid(&p, e);
	case MSG_TYPE_MAP_REGISTER:
		return find_registered(&p) && read_eid(&p, e);
	}
	return false;
}

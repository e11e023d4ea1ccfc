// SPDX-License-Identifier: GPL-2.0-or-later
/* Extended EID-prefixes. */
#include "lib/xeid.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AFI_BITS	16

static uint32_t iid_mask(unsigned int len)
{
	return len ? UINT32_MAX << (XEID_IID_BITS - len) : 0;
}

struct xeid xeid_of(const struct eid *e)
{
	return (struct xeid){ .eid = *e, .iid_len = XEID_IID_BITS };
}

int xeid_range(uint32_t iid, unsigned int iid_len, struct xeid *x)
{
	if (iid_len > XEID_IID_BITS)
		return -EINVAL;
	*x = (struct xeid){
		.eid.iid = iid & iid_mask(iid_len),
		.iid_len = (uint8_t)iid_len,
	};
	return 0;
}

bool xeid_is_range(const struct xeid *x)
{
	return !eid_is_ip(&x->eid);
}

bool xeid_equal(const struct xeid *a, const struct xeid *b)
{
	return a->iid_len == b->iid_len && eid_equal(&a->eid, &b->eid);
}

bool xeid_contains(const struct xeid *outer, const struct xeid *inner)
{
	if (!xeid_is_range(outer))
		return !xeid_is_range(inner) &&
		       eid_contains(&outer->eid, &inner->eid);
	return outer->iid_len <= inner->iid_len &&
	       (inner->eid.iid & iid_mask(outer->iid_len)) == outer->eid.iid;
}

unsigned int xeid_bits(const struct xeid *x)
{
	return xeid_is_range(x) ? x->iid_len :
				  XEID_IID_BITS + AFI_BITS + x->eid.prefix.len;
}

/* Digits, and nothing else, up to the character @end. */
static int number(const char **at, char end, uint64_t max, uint64_t *v)
{
	char *after;

	if (!isdigit((unsigned char)**at))
		return -EINVAL;
	*v = strtoull(*at, &after, 10);
	if (*after != end || *v > max || after - *at > 10)
		return -EINVAL;
	*at = after + 1;
	return 0;
}

/* "[256/24]*", "[100]*" */
static int range_from_text(const char *text, struct xeid *x)
{
	uint64_t iid, len = XEID_IID_BITS;
	struct xeid made;

	if (*text++ != '[')
		return -EINVAL;
	if (number(&text, ']', UINT32_MAX, &iid) &&
	    (number(&text, '/', UINT32_MAX, &iid) ||
	     number(&text, ']', XEID_IID_BITS, &len)))
		return -EINVAL;
	if (strcmp(text, "*") != 0)
		return -EINVAL;
	xeid_range((uint32_t)iid, (unsigned int)len, &made);
	/* Bits that do not count: somebody meant something else. */
	if (made.eid.iid != iid)
		return -EINVAL;
	*x = made;
	return 0;
}

int xeid_from_text(const char *text, struct xeid *x)
{
	struct eid e;

	if (strcmp(text, "*") == 0)
		return xeid_range(0, 0, x);
	if (eid_from_text(text, &e))
		return range_from_text(text, x);
	*x = xeid_of(&e);
	return 0;
}

const char *xeid_text(const struct xeid *x, char out[XEID_TEXT_MAX])
{
	if (!xeid_is_range(x))
		return eid_text(&x->eid, out);
	if (!x->iid_len)
		strcpy(out, "*");
	else if (x->iid_len == XEID_IID_BITS)
		snprintf(out, XEID_TEXT_MAX, "[%u]*", x->eid.iid);
	else
		snprintf(out, XEID_TEXT_MAX, "[%u/%u]*", x->eid.iid,
			 x->iid_len);
	return out;
}

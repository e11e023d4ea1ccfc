// SPDX-License-Identifier: GPL-2.0-or-later
/* Names and error numbers of the reasons. */
#include "wire/reason.h"

#include <errno.h>

static const struct {
	const char *name;
	int err;
} reasons[WIRE_REASON_COUNT] = {
	[WIRE_OK] =		{ "ok", 0 },
	[WIRE_SHORT] =		{ "short", -EBADMSG },
	[WIRE_TYPE] =		{ "type", -EOPNOTSUPP },
	[WIRE_NO_RECORDS] =	{ "no-records", -EBADMSG },
	[WIRE_NO_ITR_RLOC] =	{ "no-itr-rloc", -EBADMSG },
	[WIRE_MASK_LEN] =	{ "mask-len", -EBADMSG },
	[WIRE_AFI] =		{ "afi", -EOPNOTSUPP },
	[WIRE_LCAF] =		{ "lcaf", -EBADMSG },
	[WIRE_LCAF_DEPTH] =	{ "lcaf-depth", -EBADMSG },
	[WIRE_LCAF_ITEMS] =	{ "lcaf-items", -EBADMSG },
	[WIRE_VENDOR] =		{ "vendor", -EOPNOTSUPP },
	[WIRE_EID] =		{ "eid", -EOPNOTSUPP },
	[WIRE_NAME] =		{ "name", -EBADMSG },
	[WIRE_SECURITY] =	{ "security", -EOPNOTSUPP },
	[WIRE_INNER_VERSION] =	{ "inner-version", -EOPNOTSUPP },
	[WIRE_INNER_HEADER] =	{ "inner-header", -EBADMSG },
	[WIRE_INNER_CHECKSUM] =	{ "inner-checksum", -EBADMSG },
	[WIRE_INNER_FRAGMENT] =	{ "inner-fragment", -EOPNOTSUPP },
	[WIRE_INNER_PROTOCOL] =	{ "inner-protocol", -EOPNOTSUPP },
	[WIRE_INNER_LENGTH] =	{ "inner-length", -EBADMSG },
	[WIRE_INNER_PORT] =	{ "inner-port", -EBADMSG },
	[WIRE_INNER_NESTED] =	{ "inner-nested", -EOPNOTSUPP },
	[WIRE_MEMORY] =		{ "memory", -ENOMEM },
};

const char *wire_reason_name(enum wire_reason reason)
{
	return reason < WIRE_REASON_COUNT ? reasons[reason].name : "?";
}

int wire_reason_errno(enum wire_reason reason)
{
	return reason < WIRE_REASON_COUNT ? reasons[reason].err : -EINVAL;
}

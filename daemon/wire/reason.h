/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Why a message was refused: for one counter and one log line per cause.
 *
 * A parser returns 0 or a negative errno and, in struct wire_error, the
 * precise reason and the offset in the datagram where it was found:
 *   -EBADMSG     malformed: breaks a rule of the format
 *   -EOPNOTSUPP  well-formed as far as can be seen, but not handled here
 *   -ENOMEM      more than the arena's cap
 */
#ifndef LISP_WIRE_REASON_H
#define LISP_WIRE_REASON_H

#include <stddef.h>

enum wire_reason {
	WIRE_OK,
	WIRE_SHORT,		/* ends before what it announces */
	WIRE_TYPE,		/* message type unassigned or not this one */
	WIRE_NO_RECORDS,	/* record count 0 where one is needed */
	WIRE_NO_ITR_RLOC,	/* no ITR-RLOC an answer could go to */
	WIRE_MASK_LEN,		/* mask length longer than the address */
	WIRE_AFI,		/* address family unknown: length unknown */
	WIRE_LCAF,		/* LCAF body contradicts its length */
	WIRE_LCAF_DEPTH,	/* LCAFs nested too deep */
	WIRE_LCAF_ITEMS,	/* LCAF list too long */
	WIRE_VENDOR,		/* vendor LCAF of an unknown vendor */
	WIRE_EID,		/* EID of nothing but unknown types */
	WIRE_NAME,		/* distinguished name without its NUL */
	WIRE_SECURITY,		/* LISP-SEC data: not supported */
	WIRE_INNER_VERSION,	/* ECM: neither IPv4 nor IPv6 inside */
	WIRE_INNER_HEADER,	/* ECM: inner IP header inconsistent */
	WIRE_INNER_CHECKSUM,	/* ECM: inner IP or UDP checksum wrong */
	WIRE_INNER_FRAGMENT,	/* ECM: inner packet is a fragment */
	WIRE_INNER_PROTOCOL,	/* ECM: inner protocol is not UDP */
	WIRE_INNER_LENGTH,	/* ECM: inner lengths contradict */
	WIRE_INNER_PORT,	/* ECM: inner ports are not control ports */
	WIRE_INNER_NESTED,	/* ECM inside an ECM */
	WIRE_MEMORY,		/* arena's cap reached */
	WIRE_REASON_COUNT
};

struct wire_error {
	enum wire_reason reason;
	size_t offset;		/* octets from the start of the message */
};

/* Lower-case name for counters and logs, "short", "mask-len", ... */
const char *wire_reason_name(enum wire_reason reason);

/* The errno that goes with a reason (negative), 0 for WIRE_OK. */
int wire_reason_errno(enum wire_reason reason);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Encapsulated Control Message (RFC 9301 5.8): a LISP header, an inner IP and
 * UDP header, a control message.
 *
 * Accepted inside: IPv4 without fragmentation, IPv6 without extension headers,
 * UDP with one control port.  Checksums are verified and built; a zero UDP
 * checksum is tolerated over IPv4 (deployed code sends it) and reported.
 */
#ifndef LISP_WIRE_ECM_H
#define LISP_WIRE_ECM_H

#include "wire/address.h"

#define LISP_CONTROL_PORT	4342
#define LISP_DATA_PORT		4341

/* Octets put in front of the message: ECM header, inner IP, inner UDP. */
#define ECM_OVERHEAD_IPV4	(4 + 20 + 8)
#define ECM_OVERHEAD_IPV6	(4 + 40 + 8)

/* Values are the bits of the first word. */
enum ecm_flags {
	ECM_SECURITY = 0x08000000,	/* S: LISP-SEC data; refused here */
	ECM_DDT = 0x04000000,		/* D: came through DDT */
	ECM_TO_ETR = 0x02000000,	/* E: MS forwards it to an ETR */
	ECM_TO_MS = 0x01000000,		/* M: destined to a Map-Server */
};

#define ECM_FLAGS	0x0f000000

struct ecm {
	uint32_t flags;			/* enum ecm_flags */
	struct addr source;		/* inner addresses, one family */
	struct addr dest;
	uint16_t source_port;
	uint16_t dest_port;
	uint8_t ttl;
	bool no_checksum;		/* parsed: inner UDP checksum was 0 */
	/* The inner packet from its IP header on, and the control message in
	 * it.  Parsed: they point into the datagram.  To build, only the
	 * message is looked at. */
	const uint8_t *packet;
	size_t packet_len;
	const uint8_t *message;
	size_t message_len;
	size_t trailing;		/* after the inner packet, tolerated */
};

/* 0 or negative errno with *@err (may be NULL) telling why and where. */
int ecm_parse(const void *data, size_t len, struct ecm *e,
	      struct wire_error *err);

/* Octets written, -ENOSPC, -EINVAL (families, message length), -EOPNOTSUPP
 * (ECM_SECURITY).  The message may already lie at its place in @buf, behind
 * ECM_OVERHEAD_*: it is moved, not copied blindly. */
int ecm_build(const struct ecm *e, void *buf, size_t size);

/* Put a new ECM header before an inner packet that stays as it is: how a
 * Map-Server or Map-Resolver passes a request on. */
int ecm_forward(uint32_t flags, const void *packet, size_t packet_len,
		void *buf, size_t size);

/* Internet checksum helper, shared with tests: one's complement sum of @n
 * octets added to @sum, folded, not inverted. */
uint16_t inet_sum(uint32_t sum, const void *data, size_t n);

#endif

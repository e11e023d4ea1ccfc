/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From octets of a capture down to what UDP carries: Ethernet with VLAN tags,
 * Linux cooked, BSD loopback or nothing, then IPv4 or IPv6.
 *
 * Nothing is copied and nothing asked of the outside.  Checksums are not
 * looked at: on the sender's own machine they are often not there yet.
 */
#ifndef LISPDUMP_PACKET_H
#define LISPDUMP_PACKET_H

#include "lib/cursor.h"
#include "lib/prefix.h"

#define PACKET_VLANS_MAX	4	/* tags in one frame */
#define PACKET_EXTENSIONS_MAX	8	/* IPv6 extension headers */

enum packet_link {
	LINK_ETHERNET,
	LINK_COOKED,		/* Linux cooked v1: tcpdump -i any, once */
	LINK_COOKED2,		/* and nowadays */
	LINK_LOOPBACK,		/* four octets of address family */
	LINK_IP,		/* IPv4 or IPv6 at once */
};

enum packet_kind {
	PACKET_OTHER,		/* no IP */
	PACKET_IP,		/* some IP protocol; ports may be known */
	PACKET_UDP,
	PACKET_BAD,		/* broken off or wrong: see where */
};

struct packet {
	enum packet_kind kind;
	uint16_t vlans[PACKET_VLANS_MAX];	/* identifiers, outermost first */
	unsigned int vlan_count;
	uint16_t ethertype;	/* OTHER: what it is; 0: cannot be said */
	struct addr source;	/* ADDR_NONE: the IP header is not there */
	struct addr dest;
	uint8_t protocol;	/* of what is behind all IP headers */
	uint8_t ttl;
	uint8_t tos;
	/* A fragment: of kind IP, unless it is the first one. */
	bool fragment;
	bool more_fragments;
	uint16_t fragment_offset;	/* octets */
	uint32_t fragment_id;
	bool has_ports;
	uint16_t source_port;
	uint16_t dest_port;
	/* Behind the last header that was understood. */
	const uint8_t *payload;
	size_t payload_len;	/* octets that are there */
	size_t missing;		/* and that should follow them */
	/* BAD: in which header, where, and what should be there. */
	const char *header;
	size_t offset;
	const char *expected;
};

void packet_parse(const void *data, size_t len, enum packet_link link,
		  struct packet *p);

/* "tcp", ...; NULL for those that have no name here. */
const char *packet_protocol_name(uint8_t protocol);

#endif

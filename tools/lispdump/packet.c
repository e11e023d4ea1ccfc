// SPDX-License-Identifier: GPL-2.0-or-later
#include "packet.h"

#include <netinet/in.h>

#define ETHERTYPE_LLC_MAX	1536	/* below: a length, and LLC */

enum ethertype {
	ETHER_IPV4 = 0x0800,
	ETHER_VLAN = 0x8100,
	ETHER_IPV6 = 0x86dd,
	ETHER_QINQ = 0x88a8,
	ETHER_QINQ_OLD = 0x9100,
};

static void bad(struct packet *p, const struct reader *r, const char *header,
		const char *expected)
{
	if (p->kind == PACKET_BAD)
		return;
	p->kind = PACKET_BAD;
	p->header = header;
	p->offset = reader_offset(r);
	p->expected = expected;
}

/* Whatever is left. */
static void payload(struct packet *p, struct reader *r)
{
	p->payload_len = reader_left(r);
	p->payload = reader_bytes(r, p->payload_len);
}

/* A reader for the @n octets that a header announces, or for those of them
 * that are there. */
static struct reader announced(struct packet *p, struct reader *r, size_t n)
{
	size_t left = reader_left(r);

	p->missing = n > left ? n - left : 0;
	return reader_sub(r, n > left ? left : n);
}

/* --- above IP --- */

static void udp(struct packet *p, struct reader *r)
{
	uint16_t len;

	p->source_port = reader_u16(r);
	p->dest_port = reader_u16(r);
	len = reader_u16(r);
	reader_skip(r, 2);
	if (!reader_ok(r)) {
		bad(p, r, "UDP header", "8 octets");
		return;
	}
	p->has_ports = true;
	if (len < 8) {
		bad(p, r, "UDP header", "a length of 8 or more");
		return;
	}
	p->kind = PACKET_UDP;
	/* The other fragments have the rest of it. */
	if (!p->more_fragments) {
		size_t missing = p->missing;
		struct reader body = announced(p, r, len - 8u);

		p->missing = p->missing > missing ? p->missing : missing;
		payload(p, &body);
	} else {
		payload(p, r);
	}
}

static void transport(struct packet *p, struct reader *r)
{
	p->kind = PACKET_IP;
	if (p->fragment && p->fragment_offset) {
		payload(p, r);
		return;
	}
	switch (p->protocol) {
	case IPPROTO_UDP:
		udp(p, r);
		break;
	case IPPROTO_TCP:
	case IPPROTO_SCTP:
		p->has_ports = reader_left(r) >= 4;
		if (p->has_ports) {
			p->source_port = reader_u16(r);
			p->dest_port = reader_u16(r);
		}
		payload(p, r);
		break;
	default:
		payload(p, r);
	}
}

/* --- IP --- */

static void take_addr(struct reader *r, struct addr *a, enum addr_family family)
{
	a->family = family;
	reader_copy(r, a->bytes, addr_size(a));
}

static void ipv4(struct packet *p, struct reader *r)
{
	size_t start = reader_offset(r), header, total;
	uint16_t fragment;
	struct reader body;

	header = 4u * (reader_u8(r) & 0x0f);
	p->tos = reader_u8(r);
	total = reader_u16(r);
	p->fragment_id = reader_u16(r);
	fragment = reader_u16(r);
	p->ttl = reader_u8(r);
	p->protocol = reader_u8(r);
	reader_skip(r, 2);
	take_addr(r, &p->source, ADDR_IPV4);
	take_addr(r, &p->dest, ADDR_IPV4);
	if (reader_ok(r) && header < 20) {
		bad(p, r, "IPv4 header", "a header of 20 octets or more");
		return;
	}
	reader_skip(r, reader_ok(r) ? header - 20 : 0);
	if (!reader_ok(r)) {
		p->source.family = p->dest.family = ADDR_NONE;
		bad(p, r, "IPv4 header", "20 octets and its options");
		return;
	}
	/* Segmentation offload: nobody knows the length yet. */
	if (!total)
		total = header + reader_left(r);
	if (total < header) {
		bad(p, r, "IPv4 header", "a total length beyond the header");
		return;
	}
	p->more_fragments = fragment & 0x2000;
	p->fragment_offset = (uint16_t)((fragment & 0x1fff) * 8);
	p->fragment = p->more_fragments || p->fragment_offset;
	body = announced(p, r, start + total - reader_offset(r));
	transport(p, &body);
}

static bool is_extension(uint8_t next)
{
	return next == IPPROTO_HOPOPTS || next == IPPROTO_ROUTING ||
	       next == IPPROTO_FRAGMENT || next == IPPROTO_DSTOPTS ||
	       next == IPPROTO_AH || next == 135 /* mobility */;
}

/* The extension header at the reader, whose kind p->protocol is. */
static void extension(struct packet *p, struct reader *r)
{
	uint8_t kind = p->protocol, size;
	uint16_t fragment;

	p->protocol = reader_u8(r);
	size = reader_u8(r);
	if (kind == IPPROTO_FRAGMENT) {
		fragment = reader_u16(r);
		p->fragment = true;
		p->more_fragments = fragment & 1;
		p->fragment_offset = fragment & 0xfff8;
		p->fragment_id = reader_u32(r);
	} else if (kind == IPPROTO_AH) {
		reader_skip(r, size * 4u + 6);
	} else {
		reader_skip(r, size * 8u + 6);
	}
	if (!reader_ok(r))
		bad(p, r, "IPv6 extension header", "the length it announces");
}

static void ipv6(struct packet *p, struct reader *r)
{
	uint32_t word = reader_u32(r);
	struct reader body;
	size_t len;

	p->tos = (uint8_t)(word >> 20);
	len = reader_u16(r);
	p->protocol = reader_u8(r);
	p->ttl = reader_u8(r);
	take_addr(r, &p->source, ADDR_IPV6);
	take_addr(r, &p->dest, ADDR_IPV6);
	if (!reader_ok(r)) {
		p->source.family = p->dest.family = ADDR_NONE;
		bad(p, r, "IPv6 header", "40 octets");
		return;
	}
	if (!len)
		len = reader_left(r);
	body = announced(p, r, len);
	for (unsigned int n = 0; is_extension(p->protocol); n++) {
		if (n == PACKET_EXTENSIONS_MAX) {
			bad(p, &body, "IPv6 extension header",
			    "8 of them at most");
			return;
		}
		extension(p, &body);
		if (p->kind == PACKET_BAD)
			return;
		/* What follows in a later fragment is in the middle of
		 * something. */
		if (p->fragment && p->fragment_offset)
			break;
	}
	transport(p, &body);
}

static void ip(struct packet *p, struct reader *r)
{
	size_t left = reader_left(r);

	switch (left ? *r->pos >> 4 : 0) {
	case 4:
		ipv4(p, r);
		break;
	case 6:
		ipv6(p, r);
		break;
	default:
		bad(p, r, "IP header", "version 4 or 6");
	}
}

/* --- below IP --- */

static void ethertype(struct packet *p, struct reader *r)
{
	uint16_t type = reader_u16(r);

	while (type == ETHER_VLAN || type == ETHER_QINQ ||
	       type == ETHER_QINQ_OLD) {
		if (p->vlan_count == PACKET_VLANS_MAX) {
			bad(p, r, "VLAN tag", "4 of them at most");
			return;
		}
		p->vlans[p->vlan_count++] = reader_u16(r) & 0xfff;
		type = reader_u16(r);
	}
	if (!reader_ok(r)) {
		bad(p, r, "link-layer header", "an EtherType");
		return;
	}
	if (type == ETHER_IPV4 || type == ETHER_IPV6)
		ip(p, r);
	else
		p->ethertype = type < ETHERTYPE_LLC_MAX ? 0 : type;
}

/* The type stands at the front, ARP hardware type and all else behind it. */
static void cooked2(struct packet *p, struct reader *r)
{
	uint16_t type = reader_u16(r);

	reader_skip(r, 18);
	if (!reader_ok(r))
		bad(p, r, "Linux cooked header", "20 octets");
	else if (type == ETHER_IPV4 || type == ETHER_IPV6)
		ip(p, r);
	else
		p->ethertype = type < ETHERTYPE_LLC_MAX ? 0 : type;
}

void packet_parse(const void *data, size_t len, enum packet_link link,
		  struct packet *p)
{
	struct reader r;

	*p = (struct packet){ .kind = PACKET_OTHER };
	reader_init(&r, data, len);
	switch (link) {
	case LINK_ETHERNET:
		reader_skip(&r, 12);
		ethertype(p, &r);
		break;
	case LINK_COOKED:
		reader_skip(&r, 14);
		ethertype(p, &r);
		break;
	case LINK_COOKED2:
		cooked2(p, &r);
		break;
	case LINK_LOOPBACK:
		reader_skip(&r, 4);
		ip(p, &r);
		break;
	case LINK_IP:
		ip(p, &r);
		break;
	}
}

const char *packet_protocol_name(uint8_t protocol)
{
	switch (protocol) {
	case IPPROTO_ICMP:
		return "icmp";
	case IPPROTO_IGMP:
		return "igmp";
	case IPPROTO_IPIP:
		return "ipip";
	case IPPROTO_TCP:
		return "tcp";
	case IPPROTO_UDP:
		return "udp";
	case IPPROTO_IPV6:
		return "ipv6";
	case IPPROTO_GRE:
		return "gre";
	case IPPROTO_ESP:
		return "esp";
	case IPPROTO_ICMPV6:
		return "icmpv6";
	case 89:
		return "ospf";
	case IPPROTO_SCTP:
		return "sctp";
	}
	return NULL;
}

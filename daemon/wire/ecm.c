// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Encapsulated Control Message.
 *
 * Only what a Map-Request needs of IP and UDP is here, written for both
 * families around one pseudo-header checksum.
 */
#include "wire/ecm.h"

#include <errno.h>
#include <string.h>

#include "wire/msg.h"

#define ECM_HEADER_SIZE	4
#define IPV4_SIZE	20
#define IPV6_SIZE	40
#define UDP_SIZE	8
#define PROTO_UDP	17
#define INNER_TTL	64

uint16_t inet_sum(uint32_t sum, const void *data, size_t n)
{
	const uint8_t *at = data;
	uint64_t total = sum;

	for (; n >= 2; n -= 2, at += 2)
		total += (uint32_t)at[0] << 8 | at[1];
	if (n)
		total += (uint32_t)at[0] << 8;
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	return (uint16_t)total;
}

/* Sum over the pseudo-header and the UDP datagram. */
static uint16_t udp_sum(const struct ecm *e, const void *udp, size_t n)
{
	uint16_t sum = inet_sum(PROTO_UDP + (uint32_t)n, e->source.bytes,
				addr_size(&e->source));

	sum = inet_sum(sum, e->dest.bytes, addr_size(&e->dest));
	return inet_sum(sum, udp, n);
}

static bool is_port(const struct ecm *e, uint16_t port)
{
	return e->source_port == port || e->dest_port == port;
}

/* Leaves the reader bounded to what the inner IPv4 header says it carries. */
static void ipv4_parse(struct parse *p, struct ecm *e)
{
	const uint8_t *ip = p->r.pos;
	unsigned int header, fragment, proto;
	size_t total;

	header = 4u * (reader_u8(&p->r) & 0x0f);
	reader_skip(&p->r, 1);			/* type of service */
	total = reader_u16(&p->r);
	reader_skip(&p->r, 2);			/* identification */
	fragment = reader_u16(&p->r);
	e->ttl = reader_u8(&p->r);
	proto = reader_u8(&p->r);
	reader_skip(&p->r, 2);			/* checksum, below */
	e->source.family = ADDR_IPV4;
	reader_copy(&p->r, e->source.bytes, 4);
	e->dest.family = ADDR_IPV4;
	reader_copy(&p->r, e->dest.bytes, 4);
	if (!reader_ok(&p->r))
		return;
	if (header < IPV4_SIZE || total < header) {
		parse_fail(p, WIRE_INNER_HEADER);
		return;
	}
	reader_skip(&p->r, header - IPV4_SIZE);	/* options */
	p->r = reader_sub(&p->r, total - header);
	if (!reader_ok(&p->r))
		return;
	e->packet_len = total;
	if (inet_sum(0, ip, header) != 0xffff)
		parse_fail(p, WIRE_INNER_CHECKSUM);
	else if (fragment & 0x3fff)
		parse_fail(p, WIRE_INNER_FRAGMENT);
	else if (proto != PROTO_UDP)
		parse_fail(p, WIRE_INNER_PROTOCOL);
}

/* The same for IPv6.  An extension header is "not UDP" too. */
static void ipv6_parse(struct parse *p, struct ecm *e)
{
	unsigned int proto;
	size_t carried;

	reader_skip(&p->r, 4);			/* class, flow label */
	carried = reader_u16(&p->r);
	proto = reader_u8(&p->r);
	e->ttl = reader_u8(&p->r);
	e->source.family = ADDR_IPV6;
	reader_copy(&p->r, e->source.bytes, 16);
	e->dest.family = ADDR_IPV6;
	reader_copy(&p->r, e->dest.bytes, 16);
	p->r = reader_sub(&p->r, carried);
	if (!reader_ok(&p->r))
		return;
	e->packet_len = IPV6_SIZE + carried;
	if (proto != PROTO_UDP)
		parse_fail(p, WIRE_INNER_PROTOCOL);
}

static void udp_check(struct parse *p, const struct ecm *e, const uint8_t *udp)
{
	size_t n = UDP_SIZE + e->message_len;

	if (e->no_checksum) {
		/* IPv6 has no other checksum to rely on. */
		if (e->source.family == ADDR_IPV6)
			parse_fail(p, WIRE_INNER_CHECKSUM);
	} else if (udp_sum(e, udp, n) != 0xffff) {
		parse_fail(p, WIRE_INNER_CHECKSUM);
	}
}

static void udp_parse(struct parse *p, struct ecm *e)
{
	const uint8_t *udp = p->r.pos;
	size_t len;

	e->source_port = reader_u16(&p->r);
	e->dest_port = reader_u16(&p->r);
	len = reader_u16(&p->r);
	e->no_checksum = reader_u16(&p->r) == 0;
	if (!reader_ok(&p->r) || len <= UDP_SIZE ||
	    len - UDP_SIZE > reader_left(&p->r)) {
		parse_fail(p, WIRE_INNER_LENGTH);
		return;
	}
	e->message_len = len - UDP_SIZE;
	e->message = reader_bytes(&p->r, e->message_len);
	udp_check(p, e, udp);
}

static void message_check(struct parse *p, const struct ecm *e)
{
	if (!reader_ok(&p->r))
		return;
	if (is_port(e, LISP_DATA_PORT) || !is_port(e, LISP_CONTROL_PORT))
		parse_fail(p, WIRE_INNER_PORT);
	else if (msg_peek_type(e->message, e->message_len) == MSG_TYPE_ECM)
		parse_fail(p, WIRE_INNER_NESTED);
}

static void packet_parse(struct parse *p, struct ecm *e)
{
	struct reader all = p->r;

	e->packet = all.pos;
	switch (reader_u8(&all) >> 4) {
	case 4:
		ipv4_parse(p, e);
		break;
	case 6:
		ipv6_parse(p, e);
		break;
	default:
		parse_fail(p, reader_ok(&all) ? WIRE_INNER_VERSION :
						WIRE_SHORT);
	}
	if (!reader_ok(&p->r))
		return;
	e->trailing = (size_t)(all.end - e->packet) - e->packet_len;
	udp_parse(p, e);
	message_check(p, e);
}

int ecm_parse(const void *data, size_t len, struct ecm *e,
	      struct wire_error *err)
{
	struct parse p;
	uint32_t word;

	parse_init(&p, data, len, NULL);
	word = reader_u32(&p.r);
	*e = (struct ecm){ .flags = word & ECM_FLAGS };
	if (reader_ok(&p.r) && word >> 28 != MSG_TYPE_ECM)
		parse_fail(&p, WIRE_TYPE);
	else if (e->flags & ECM_SECURITY)
		parse_fail(&p, WIRE_SECURITY);
	else if (reader_ok(&p.r))
		packet_parse(&p, e);
	return parse_finish(&p, e, sizeof(*e), err);
}

static void ecm_header_build(struct writer *w, uint32_t flags)
{
	writer_u32(w, (uint32_t)MSG_TYPE_ECM << 28 | (flags & ECM_FLAGS));
}

static void ipv4_build(struct writer *w, const struct ecm *e, uint16_t udp_len)
{
	size_t start = w->len;

	writer_u16(w, 0x4500);
	writer_u16(w, IPV4_SIZE + udp_len);
	writer_u32(w, 0);		/* identification, fragment */
	writer_u8(w, e->ttl ? e->ttl : INNER_TTL);
	writer_u8(w, PROTO_UDP);
	writer_u16(w, 0);		/* checksum */
	writer_bytes(w, e->source.bytes, 4);
	writer_bytes(w, e->dest.bytes, 4);
	if (writer_ok(w))
		writer_patch_u16(w, start + 10,
				 ~inet_sum(0, w->base + start, IPV4_SIZE));
}

static void ipv6_build(struct writer *w, const struct ecm *e, uint16_t udp_len)
{
	writer_u32(w, 0x60000000);
	writer_u16(w, udp_len);
	writer_u8(w, PROTO_UDP);
	writer_u8(w, e->ttl ? e->ttl : INNER_TTL);
	writer_bytes(w, e->source.bytes, 16);
	writer_bytes(w, e->dest.bytes, 16);
}

/* The message is behind the header already. */
static void udp_build(struct writer *w, const struct ecm *e, uint16_t udp_len)
{
	size_t start = w->len;
	uint16_t sum;

	writer_u16(w, e->source_port);
	writer_u16(w, e->dest_port);
	writer_u16(w, udp_len);
	writer_u16(w, 0);
	if (!writer_ok(w))
		return;
	sum = ~udp_sum(e, w->base + start, udp_len);
	writer_patch_u16(w, start + 6, sum ? sum : 0xffff);
}

static size_t overhead(const struct ecm *e)
{
	switch ((enum addr_family)e->source.family) {
	case ADDR_NONE:
		return 0;
	case ADDR_IPV4:
		return ECM_OVERHEAD_IPV4;
	case ADDR_IPV6:
		return ECM_OVERHEAD_IPV6;
	}
	return 0;
}

int ecm_build(const struct ecm *e, void *buf, size_t size)
{
	size_t before = overhead(e), udp_len = UDP_SIZE + e->message_len;
	struct writer w;

	if (e->flags & ECM_SECURITY)
		return -EOPNOTSUPP;
	if (!before || e->source.family != e->dest.family ||
	    e->message_len == 0 || e->message_len > UINT16_MAX - before)
		return -EINVAL;
	if (size < before + e->message_len)
		return -ENOSPC;
	memmove((uint8_t *)buf + before, e->message, e->message_len);
	writer_init(&w, buf, before);
	ecm_header_build(&w, e->flags);
	if (e->source.family == ADDR_IPV4)
		ipv4_build(&w, e, (uint16_t)udp_len);
	else
		ipv6_build(&w, e, (uint16_t)udp_len);
	udp_build(&w, e, (uint16_t)udp_len);
	return writer_finish(&w) < 0 ? -ENOSPC :
				       (int)(before + e->message_len);
}

int ecm_forward(uint32_t flags, const void *packet, size_t packet_len,
		void *buf, size_t size)
{
	struct writer w;

	if (flags & ECM_SECURITY)
		return -EOPNOTSUPP;
	writer_init(&w, buf, size);
	ecm_header_build(&w, flags);
	writer_bytes(&w, packet, packet_len);
	return writer_finish(&w);
}

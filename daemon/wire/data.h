/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The LISP header of data packets (RFC 9300 5.1, RFC 9305 3), eight octets
 * between UDP port 4341 and the inner packet.
 *
 * lispd never sees one: kernel/wire.h, which draws it, is what routers run.
 * This is for who looks at captures, under this directory's licence.
 */
#ifndef LISP_WIRE_DATA_H
#define LISP_WIRE_DATA_H

#include <stddef.h>
#include <stdint.h>

#define DATA_HEADER_SIZE	8

/* Instance-ID that marks a control message on the data port. */
#define DATA_IID_CONTROL	0xffffffu

/* The first octet. */
enum data_flags {
	DATA_NONCE = 0x80,	/* N */
	DATA_STATUS = 0x40,	/* L: locator-status-bits */
	DATA_ECHO = 0x20,	/* E: echo the nonce */
	DATA_VERSIONS = 0x10,	/* V: map-versions */
	DATA_IID = 0x08,	/* I: Instance-ID */
	DATA_PROTOCOL = 0x04,	/* P: next protocol */
};

#define DATA_KEY_ID	0x03	/* KK, RFC 8061; 0: not encrypted */

/* RFC 9305 7.1 */
enum data_protocol {
	DATA_PROTOCOL_IPV4 = 1,
	DATA_PROTOCOL_IPV6 = 2,
	DATA_PROTOCOL_ETHERNET = 3,
	DATA_PROTOCOL_NSH = 4,
};

/* What is not announced by a flag, or contradicts another one, is 0: there are
 * no versions beside a nonce, and neither beside a next protocol. */
struct data_header {
	uint8_t flags;		/* enum data_flags, as on the wire */
	uint8_t key_id;
	uint8_t protocol;	/* enum data_protocol, or unknown */
	uint32_t nonce;		/* 24 bits */
	uint16_t source_version;
	uint16_t dest_version;
	uint32_t iid;
	uint32_t status;	/* 8 bits with an Instance-ID, 32 without */
};

/* 0, or -EBADMSG when there are fewer than DATA_HEADER_SIZE octets. */
int data_header_parse(const void *data, size_t len, struct data_header *h);

#endif

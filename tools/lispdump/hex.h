/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Octets written as hex text: plain digits, or what xxd, hexdump -C, od -t x1,
 * tcpdump -x and tshark -x write.
 *
 *	10000001 0102030405060708	plain, blanks anywhere
 *	00000000: 1000 0001  ....	an offset with a colon, words, text
 *	0000  10 00 00 01 01 02  ....	an offset, octets, text
 *	*				16 octets again, up to the next offset
 *
 * A packet ends with an empty line, with offset 0, and with the text.  Lines
 * that begin with '#' are comments.
 */
#ifndef LISPDUMP_HEX_H
#define LISPDUMP_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define HEX_PACKET_MAX	65535	/* octets */
#define HEX_LINE_MAX	(4 * HEX_PACKET_MAX)

struct hex {
	FILE *in;
	bool ahead;		/* @line was read and not taken */
	unsigned int number;	/* of that line, from 1 */
	bool offsets;		/* this packet is written with offsets */
	bool repeat;		/* "*": up to the next one the same again */
	size_t len;
	uint8_t octets[HEX_PACKET_MAX];
	char line[HEX_LINE_MAX];
	/* After -EBADMSG: what was expected in line @number. */
	const char *expected;
};

/* Of the heap: it is large. */
struct hex *hex_new(FILE *in);
void hex_free(struct hex *h);

/* The next packet, in h->octets.  1; 0: there is none; -EBADMSG; -EIO. */
int hex_read(struct hex *h);

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The checksums within an ECM, computed anew: a fuzzer would otherwise hardly
 * ever get behind them. */
#ifndef LISP_FUZZ_MEND_H
#define LISP_FUZZ_MEND_H

#include <stddef.h>
#include <stdint.h>

#include "wire/ecm.h"

#define ECM_SIZE 4

static inline void put16(uint8_t *at, uint16_t v)
{
	at[0] = v >> 8;
	at[1] = v & 0xff;
}

static inline void mend_udp(uint8_t *udp, size_t left, const uint8_t *addrs, size_t n)
{
	size_t len;

	if (left < 8)
		return;
	len = udp[4] << 8 | udp[5];
	if (len < 8 || len > left)
		return;
	put16(udp + 6, 0);
	put16(udp + 6, ~inet_sum(inet_sum(17 + len, addrs, n), udp, len));
}

static inline void mend(uint8_t *msg, size_t size)
{
	uint8_t *ip = msg + ECM_SIZE;
	size_t left = size - ECM_SIZE, header;

	if (size < ECM_SIZE + 20)
		return;
	header = 4 * (ip[0] & 15);
	if (ip[0] >> 4 == 4 && header >= 20 && header <= left) {
		put16(ip + 10, 0);
		put16(ip + 10, ~inet_sum(0, ip, header));
		mend_udp(ip + header, left - header, ip + 12, 8);
	} else if (ip[0] >> 4 == 6 && left >= 40) {
		mend_udp(ip + 40, left - 40, ip + 8, 32);
	}
}

#endif

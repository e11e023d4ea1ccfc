// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ECM: once as it comes, once with its checksums mended, behind which a
 * fuzzer would otherwise hardly ever get; then what is inside, as the daemon
 * would go on with it.
 */
#include "fuzz_message.h"

#define ECM_SIZE 4

static void put16(uint8_t *at, uint16_t v)
{
	at[0] = v >> 8;
	at[1] = v & 0xff;
}

static void mend_udp(uint8_t *udp, size_t left, const uint8_t *addrs, size_t n)
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

static void mend(uint8_t *msg, size_t size)
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

static void inside(const uint8_t *data, size_t size)
{
	struct arena arena;
	struct lisp_msg m;
	struct ecm e;

	if (ecm_parse(data, size, &e, NULL))
		return;
	MUST(e.message_len > 0 && e.message >= e.packet);
	MUST(e.message + e.message_len <= e.packet + e.packet_len);
	MUST(e.packet + e.packet_len + e.trailing == data + size);
	arena_init(&arena, MSG_ARENA_CAP);
	msg_parse(e.message, e.message_len, &arena, &m, NULL);
	MUST(m.type != MSG_TYPE_ECM);
	arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy;

	fuzz_message(data, size, MSG_TYPE_ECM);
	if (size < ECM_SIZE)
		return 0;
	copy = malloc(size);
	memcpy(copy, data, size);
	copy[0] = 0x80 | (copy[0] & 0x07);
	mend(copy, size);
	fuzz_message(copy, size, MSG_TYPE_ECM);
	inside(copy, size);
	free(copy);
	return 0;
}

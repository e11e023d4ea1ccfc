// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Encapsulated control messages: each field of the inner headers is bent, and
 * the refusal must name it.  Checksums are mended where the bent field would
 * otherwise hide behind one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "vectors.h"
#include "wire/msg.h"

#define IP	4		/* offsets in the IPv4 vector */
#define UDP	(IP + 20)
#define UDP6	(IP + 40)

static void put16(uint8_t *at, uint16_t v)
{
	at[0] = v >> 8;
	at[1] = v & 0xff;
}

/* Checksums of their own, octet by octet: a twin of inet_sum(). */
static uint16_t slow_sum(const uint8_t *at, size_t n, uint32_t sum)
{
	size_t i;

	for (i = 0; i < n; i++) {
		sum += i % 2 ? at[i] : (uint32_t)at[i] << 8;
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return (sum & 0xffff) + (sum >> 16);
}

static void mend_ip(struct vector *v)
{
	size_t header = 4 * (v->octets[IP] & 15);

	put16(v->octets + IP + 10, 0);
	put16(v->octets + IP + 10, ~slow_sum(v->octets + IP, header, 0));
}

static void mend_udp(struct vector *v, size_t udp, size_t addrs, size_t size)
{
	size_t n = v->octets[udp + 4] << 8 | v->octets[udp + 5];
	uint16_t sum = slow_sum(v->octets + addrs, size, 17 + n);

	put16(v->octets + udp + 6, 0);
	put16(v->octets + udp + 6, ~slow_sum(v->octets + udp, n, sum));
}

static int parse(const struct vector *v, struct ecm *e, struct wire_error *err)
{
	uint8_t *in = exactly(v->octets, v->len);
	int ret = ecm_parse(in, v->len, e, err);

	/* The pointers go with the memory; what they say was compared in
	 * test_wire_msg. */
	e->packet = NULL;
	e->message = NULL;
	free(in);
	return ret;
}

static void refuse(const struct vector *v, enum wire_reason want)
{
	struct wire_error err;
	struct ecm e;

	assert_int_equal(parse(v, &e, &err), wire_reason_errno(want));
	assert_string_equal(wire_reason_name(err.reason),
			    wire_reason_name(want));
}

static void accept(const struct vector *v)
{
	struct wire_error err;
	struct ecm e;

	if (parse(v, &e, &err))
		fail_msg("%s at %zu", wire_reason_name(err.reason),
			 err.offset);
}

static const struct {
	int off, value;			/* one 16-bit field of the inner IPv4 */
	enum wire_reason reason;
} ipv4_rows[] = {
	{ 0, 0x5500, WIRE_INNER_VERSION },
	{ 0, 0x0500, WIRE_INNER_VERSION },
	{ 0, 0x4400, WIRE_INNER_HEADER },	/* shorter than a header */
	{ 2, 19, WIRE_INNER_HEADER },
	{ 2, 27, WIRE_INNER_LENGTH },		/* no room for UDP */
	{ 2, 28, WIRE_INNER_LENGTH },		/* UDP says more */
	{ 2, 59, WIRE_INNER_LENGTH },
	{ 2, 61, WIRE_SHORT },
	{ 6, 0x2000, WIRE_INNER_FRAGMENT },
	{ 6, 0x0001, WIRE_INNER_FRAGMENT },
	{ 6, 0x4000, WIRE_OK },			/* don't fragment */
	{ 8, 0x4011 - 11, WIRE_INNER_PROTOCOL },	/* TCP */
	{ 8, 0x4067, WIRE_INNER_PROTOCOL },		/* PIM */
	{ 8, 0x0111, WIRE_OK },
};

static void ipv4_fields(void **state)
{
	size_t i;

	for (i = 0; i < sizeof(ipv4_rows) / sizeof(ipv4_rows[0]); i++) {
		struct vector v = *vector("ecm-ipv4");

		put16(v.octets + IP + ipv4_rows[i].off, ipv4_rows[i].value);
		mend_ip(&v);
		if (ipv4_rows[i].reason == WIRE_OK)
			accept(&v);
		else
			refuse(&v, ipv4_rows[i].reason);
	}
}

static void ipv4_options(void **state)
{
	struct vector v = *vector("ecm-ipv4");
	struct wire_error err;
	struct ecm e;

	memmove(v.octets + UDP + 8, v.octets + UDP, v.len - UDP);
	memset(v.octets + UDP, 1, 8);	/* no operation */
	v.len += 8;
	v.octets[IP] = 0x47;
	put16(v.octets + IP + 2, 68);
	mend_ip(&v);
	assert_int_equal(parse(&v, &e, &err), 0);
	assert_int_equal(e.packet_len, 68);
	assert_int_equal(e.message_len, 32);
	v.octets[UDP] ^= 1;		/* the checksum covers options too */
	refuse(&v, WIRE_INNER_CHECKSUM);
}

static void every_bit_is_covered(void **state)
{
	static const char *const name[] = { "ecm-ipv4", "ecm-ipv6" };
	size_t i, k, start, bit;

	for (i = 0; i < 2; i++) {
		const struct vector *good = vector(name[i]);

		/* IPv6 has no header checksum: only addresses are covered. */
		start = i ? IP + 8 : IP;
		for (k = start; k < good->len; k++)
			for (bit = 0; bit < 8; bit++) {
				struct vector v = *good;
				struct wire_error err;
				struct ecm e;

				v.octets[k] ^= 1 << bit;
				if (parse(&v, &e, &err) == 0)
					fail_msg("%s: bit %zu of %zu",
						 name[i], bit, k);
			}
	}
}

static void udp_fields(void **state)
{
	struct vector v = *vector("ecm-ipv4");

	put16(v.octets + UDP + 4, 7);
	refuse(&v, WIRE_INNER_LENGTH);
	put16(v.octets + UDP + 4, 8);
	refuse(&v, WIRE_INNER_LENGTH);		/* nothing inside */
	put16(v.octets + UDP + 4, 41);
	refuse(&v, WIRE_INNER_LENGTH);
	put16(v.octets + UDP + 4, 30);		/* less than IP carries */
	mend_udp(&v, UDP, IP + 12, 8);
	accept(&v);
}

static void ports(void **state)
{
	static const struct {
		int source, dest;
		enum wire_reason reason;
	} row[] = {
		{ 4342, 4342, WIRE_OK }, { 4342, 50000, WIRE_OK },
		{ 50000, 4342, WIRE_OK }, { 50000, 53, WIRE_INNER_PORT },
		{ 4341, 4342, WIRE_INNER_PORT },
		{ 4342, 4341, WIRE_INNER_PORT }, { 0, 4342, WIRE_OK },
	};
	size_t i;

	for (i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct vector v = *vector("ecm-ipv4");

		put16(v.octets + UDP, row[i].source);
		put16(v.octets + UDP + 2, row[i].dest);
		mend_udp(&v, UDP, IP + 12, 8);
		if (row[i].reason == WIRE_OK)
			accept(&v);
		else
			refuse(&v, row[i].reason);
	}
}

static void zero_checksum(void **state)
{
	struct vector v = *vector("ecm-ipv4");
	struct wire_error err;
	struct ecm e;

	put16(v.octets + UDP + 6, 0);
	assert_int_equal(parse(&v, &e, &err), 0);
	assert_true(e.no_checksum);
	v = *vector("ecm-ipv6");
	put16(v.octets + UDP6 + 6, 0);
	refuse(&v, WIRE_INNER_CHECKSUM);
}

static void ipv6_fields(void **state)
{
	struct vector v = *vector("ecm-ipv6");
	unsigned int len = v.octets[IP + 4] << 8 | v.octets[IP + 5];

	v.octets[IP + 6] = 0;		/* hop-by-hop options */
	refuse(&v, WIRE_INNER_PROTOCOL);
	v.octets[IP + 6] = 44;		/* fragment */
	refuse(&v, WIRE_INNER_PROTOCOL);
	v.octets[IP + 6] = 17;
	put16(v.octets + IP + 4, len - 1);
	refuse(&v, WIRE_INNER_LENGTH);
	put16(v.octets + IP + 4, len + 1);
	refuse(&v, WIRE_SHORT);
	put16(v.octets + IP + 4, len);
	v.octets[IP + 1] = 0x5a;	/* class and flow label: whatever */
	accept(&v);
}

static void nested(void **state)
{
	const struct vector *inner = vector("ecm-ipv4");
	struct ecm e = {
		.source_port = 50000, .dest_port = LISP_CONTROL_PORT,
		.message = inner->octets, .message_len = inner->len,
	};
	struct vector v = { .len = 0 };

	addr_from_text("192.0.2.1", &e.source);
	addr_from_text("192.0.2.2", &e.dest);
	v.len = ecm_build(&e, v.octets, sizeof(v.octets));
	assert_int_equal(v.len, inner->len + ECM_OVERHEAD_IPV4);
	refuse(&v, WIRE_INNER_NESTED);
}

static void builds(void **state)
{
	static uint8_t big[70000];
	const struct vector *m = vector("map-request-plain");
	const struct vector *big_m = vector("map-request-all-flags");
	struct ecm e = {
		.source_port = 50000, .dest_port = LISP_CONTROL_PORT,
		.message = m->octets, .message_len = m->len,
	};
	uint8_t out[400];
	struct addr v4, v6;

	addr_from_text("192.0.2.1", &v4);
	addr_from_text("2001:db8::1", &v6);
	assert_int_equal(ecm_build(&e, out, sizeof(out)), -EINVAL);
	e.source = v4;
	e.dest = v6;
	assert_int_equal(ecm_build(&e, out, sizeof(out)), -EINVAL);
	e.dest = v4;
	assert_int_equal(ecm_build(&e, out, sizeof(out)),
			 m->len + ECM_OVERHEAD_IPV4);
	assert_int_equal(out[IP + 8], 64);
	e.message_len = 0;
	assert_int_equal(ecm_build(&e, out, sizeof(out)), -EINVAL);
	e.message = big;
	e.message_len = UINT16_MAX - ECM_OVERHEAD_IPV4 + 1;
	assert_int_equal(ecm_build(&e, big, sizeof(big)), -EINVAL);

	/* The message may lie anywhere in the buffer, also where the headers
	 * will be. */
	memcpy(out, big_m->octets, big_m->len);
	e.source = e.dest = v6;
	e.message = out;
	e.message_len = big_m->len;
	e.ttl = 9;
	assert_int_equal(ecm_build(&e, out, sizeof(out)),
			 big_m->len + ECM_OVERHEAD_IPV6);
	assert_memory_equal(out + ECM_OVERHEAD_IPV6, big_m->octets,
			    big_m->len);
	assert_int_equal(out[IP + 7], 9);
}

/* A sum of zero is sent as all ones, since zero means "none". */
static void checksum_of_zero(void **state)
{
	uint8_t msg[4] = { 0x10 }, out[100];
	struct ecm e = {
		.source_port = 50000, .dest_port = LISP_CONTROL_PORT,
		.message = msg, .message_len = sizeof(msg),
	};
	struct wire_error err;
	unsigned int v;

	addr_from_text("2001:db8::1", &e.source);
	e.dest = e.source;
	for (v = 0; v < 0x10000; v++) {
		put16(msg + 2, v);
		assert_true(ecm_build(&e, out, sizeof(out)) > 0);
		assert_false(out[UDP6 + 6] == 0 && out[UDP6 + 7] == 0);
		if (out[UDP6 + 6] == 0xff && out[UDP6 + 7] == 0xff)
			break;
	}
	assert_true(v < 0x10000);
	assert_int_equal(ecm_parse(out, sizeof(msg) + ECM_OVERHEAD_IPV6, &e,
				   &err), 0);
}

static void forwards(void **state)
{
	const struct vector *v = vector("ecm-ipv4");
	struct vector again = { .len = 0 };

	again.len = ecm_forward(ECM_TO_ETR, v->octets + IP, v->len - IP,
				again.octets, v->len);
	assert_int_equal(again.len, v->len);
	assert_int_equal(again.octets[0], 0x82);
	assert_memory_equal(again.octets + IP, v->octets + IP, v->len - IP);
	assert_int_equal(ecm_forward(0, v->octets, v->len, again.octets,
				     v->len + 3), -ENOSPC);
}

static void sums(void **state)
{
	uint8_t in[101];
	size_t i, n;

	srand(14);
	for (n = 0; n <= 101; n++) {
		for (i = 0; i < n; i++)
			in[i] = rand() | (rand() & 1 ? 0xf0 : 0);
		assert_int_equal(inet_sum(n * 1000, in, n),
				 slow_sum(in, n, n * 1000));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ipv4_fields),
		cmocka_unit_test(ipv4_options),
		cmocka_unit_test(every_bit_is_covered),
		cmocka_unit_test(udp_fields),
		cmocka_unit_test(ports),
		cmocka_unit_test(zero_checksum),
		cmocka_unit_test(ipv6_fields),
		cmocka_unit_test(nested),
		cmocka_unit_test(builds),
		cmocka_unit_test(checksum_of_zero),
		cmocka_unit_test(forwards),
		cmocka_unit_test(sums),
	};

	return cmocka_run_group_tests(tests, vectors_messages, vectors_done);
}

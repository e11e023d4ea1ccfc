// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Addresses, prefixes and EIDs.
 *
 * Everything here works on bit strings in network order, so IPv4 and IPv6
 * share each line of it; the family only gives the width.
 */
#include "lib/prefix.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

unsigned int addr_bits(const struct addr *a)
{
	return 8 * addr_size(a);
}

unsigned int addr_size(const struct addr *a)
{
	switch ((enum addr_family)a->family) {
	case ADDR_NONE:
		return 0;
	case ADDR_IPV4:
		return 4;
	case ADDR_IPV6:
		return 16;
	}
	return 0;
}

struct addr addr_make(enum addr_family family, const void *bytes)
{
	struct addr a = { .family = family };

	if (family != ADDR_NONE)
		memcpy(a.bytes, bytes, addr_size(&a));
	return a;
}

int addr_cmp(const struct addr *a, const struct addr *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

bool addr_equal(const struct addr *a, const struct addr *b)
{
	return addr_cmp(a, b) == 0;
}

unsigned int addr_bit(const struct addr *a, unsigned int i)
{
	return a->bytes[i / 8] >> (7 - i % 8) & 1;
}

unsigned int addr_common_bits(const struct addr *a, const struct addr *b)
{
	unsigned int size = addr_size(a);
	unsigned int i;

	if (a->family != b->family)
		return 0;
	for (i = 0; i < size; i++) {
		unsigned int diff = a->bytes[i] ^ b->bytes[i];

		if (diff)
			return 8 * i + __builtin_clz(diff) -
			       (8 * sizeof(diff) - 8);
	}
	return 8 * size;
}

bool addr_is_multicast(const struct addr *a)
{
	switch ((enum addr_family)a->family) {
	case ADDR_NONE:
		return false;
	case ADDR_IPV4:
		return a->bytes[0] >> 4 == 0xe;
	case ADDR_IPV6:
		return a->bytes[0] == 0xff;
	}
	return false;
}

/* Where no unicast locator can be (RFC 6890 registries). */
static const struct prefix not_rloc[] = {
	{ { ADDR_IPV4, { 0 } }, 8 },			/* "this network" */
	{ { ADDR_IPV4, { 127 } }, 8 },			/* loopback */
	{ { ADDR_IPV4, { 169, 254 } }, 16 },		/* link-local */
	{ { ADDR_IPV4, { 224 } }, 4 },			/* multicast */
	{ { ADDR_IPV4, { 255, 255, 255, 255 } }, 32 },	/* broadcast */
	{ { ADDR_IPV6, { 0 } }, 127 },			/* unspecified, ::1 */
	{ { ADDR_IPV6, { [10] = 0xff, 0xff } }, 96 },	/* IPv4-mapped */
	{ { ADDR_IPV6, { 0xfe, 0x80 } }, 10 },		/* link-local */
	{ { ADDR_IPV6, { 0xff } }, 8 },			/* multicast */
};

bool addr_usable_rloc(const struct addr *a)
{
	size_t i;

	if (a->family == ADDR_NONE)
		return false;
	for (i = 0; i < sizeof(not_rloc) / sizeof(not_rloc[0]); i++)
		if (prefix_contains_addr(&not_rloc[i], a))
			return false;
	return true;
}

int addr_from_text(const char *text, struct addr *a)
{
	uint8_t bytes[16];

	if (inet_pton(AF_INET, text, bytes) == 1)
		*a = addr_make(ADDR_IPV4, bytes);
	else if (inet_pton(AF_INET6, text, bytes) == 1)
		*a = addr_make(ADDR_IPV6, bytes);
	else
		return -EINVAL;
	return 0;
}

const char *addr_text(const struct addr *a, char out[ADDR_TEXT_MAX])
{
	switch ((enum addr_family)a->family) {
	case ADDR_NONE:
		return strcpy(out, "none");
	case ADDR_IPV4:
		return inet_ntop(AF_INET, a->bytes, out, ADDR_TEXT_MAX);
	case ADDR_IPV6:
		return inet_ntop(AF_INET6, a->bytes, out, ADDR_TEXT_MAX);
	}
	return strcpy(out, "?");
}

static void addr_mask(struct addr *a, unsigned int len)
{
	unsigned int i = len / 8;

	if (len % 8)
		a->bytes[i++] &= 0xff00 >> len % 8;
	memset(a->bytes + i, 0, sizeof(a->bytes) - i);
}

int prefix_make(const struct addr *a, unsigned int len, struct prefix *p)
{
	struct addr masked = *a;

	if (len > addr_bits(a))
		return -EINVAL;
	addr_mask(&masked, len);
	p->addr = masked;
	p->len = len;
	return 0;
}

struct prefix prefix_host(const struct addr *a)
{
	return (struct prefix){ .addr = *a, .len = addr_bits(a) };
}

int prefix_cmp(const struct prefix *a, const struct prefix *b)
{
	int order = addr_cmp(&a->addr, &b->addr);

	if (order)
		return order;
	return a->len < b->len ? -1 : a->len > b->len;
}

bool prefix_equal(const struct prefix *a, const struct prefix *b)
{
	return prefix_cmp(a, b) == 0;
}

bool prefix_contains(const struct prefix *outer, const struct prefix *inner)
{
	return outer->len <= inner->len &&
	       prefix_contains_addr(outer, &inner->addr);
}

bool prefix_contains_addr(const struct prefix *p, const struct addr *a)
{
	return p->addr.family == a->family &&
	       addr_common_bits(&p->addr, a) >= p->len;
}

bool prefix_overlaps(const struct prefix *a, const struct prefix *b)
{
	return prefix_contains(a, b) || prefix_contains(b, a);
}

unsigned int prefix_common_bits(const struct prefix *a, const struct prefix *b)
{
	unsigned int bits = addr_common_bits(&a->addr, &b->addr);
	unsigned int shorter = a->len < b->len ? a->len : b->len;

	return bits < shorter ? bits : shorter;
}

bool prefix_is_host(const struct prefix *p)
{
	return p->addr.family != ADDR_NONE && p->len == addr_bits(&p->addr);
}

/* Decimal number of at most @max that is all of @text; -1 if it is not. */
static int64_t number_from_text(const char *text, size_t n, uint32_t max)
{
	uint64_t v = 0;
	size_t i;

	if (n == 0 || n > 10 || (text[0] == '0' && n > 1))
		return -1;
	for (i = 0; i < n; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		v = 10 * v + (uint64_t)(text[i] - '0');
	}
	return v <= max ? (int64_t)v : -1;
}

/* Write @v in decimal at @to and return the place after it. */
static char *number_text(char *to, uint32_t v)
{
	char digits[10];
	size_t n = 0;

	do {
		digits[n++] = '0' + v % 10;
		v /= 10;
	} while (v);
	while (n)
		*to++ = digits[--n];
	*to = '\0';
	return to;
}

int prefix_from_text(const char *text, struct prefix *p)
{
	const char *slash = strchr(text, '/');
	size_t n = slash ? (size_t)(slash - text) : strlen(text);
	char addr_part[ADDR_TEXT_MAX];
	struct prefix made;
	struct addr a;
	int64_t len;

	if (n >= sizeof(addr_part))
		return -EINVAL;
	memcpy(addr_part, text, n);
	addr_part[n] = '\0';
	if (addr_from_text(addr_part, &a))
		return -EINVAL;
	len = addr_bits(&a);
	if (slash)
		len = number_from_text(slash + 1, strlen(slash + 1), len);
	if (len < 0)
		return -EINVAL;
	prefix_make(&a, len, &made);
	if (!addr_equal(&made.addr, &a))
		return -EINVAL;
	*p = made;
	return 0;
}

const char *prefix_text(const struct prefix *p, char out[PREFIX_TEXT_MAX])
{
	char *end;

	addr_text(&p->addr, out);
	if (p->addr.family == ADDR_NONE)
		return out;
	end = out + strlen(out);
	*end++ = '/';
	number_text(end, p->len);
	return out;
}

struct eid eid_make(uint32_t iid, const struct prefix *p)
{
	return (struct eid){ .iid = iid, .prefix = *p };
}

struct eid eid_host(uint32_t iid, const struct addr *a)
{
	return (struct eid){ .iid = iid, .prefix = prefix_host(a) };
}

int eid_cmp(const struct eid *a, const struct eid *b)
{
	if (a->iid != b->iid)
		return a->iid < b->iid ? -1 : 1;
	return prefix_cmp(&a->prefix, &b->prefix);
}

bool eid_equal(const struct eid *a, const struct eid *b)
{
	return eid_cmp(a, b) == 0;
}

bool eid_contains(const struct eid *outer, const struct eid *inner)
{
	return outer->iid == inner->iid &&
	       prefix_contains(&outer->prefix, &inner->prefix);
}

bool eid_is_ip(const struct eid *e)
{
	return e->prefix.addr.family != ADDR_NONE;
}

int eid_from_text(const char *text, struct eid *e)
{
	const char *close;
	struct prefix p;
	int64_t iid = 0;

	if (text[0] == '[') {
		close = strchr(text, ']');
		if (!close)
			return -EINVAL;
		iid = number_from_text(text + 1, (size_t)(close - text - 1),
				       UINT32_MAX);
		if (iid < 0)
			return -EINVAL;
		text = close + 1;
	}
	if (prefix_from_text(text, &p))
		return -EINVAL;
	*e = eid_make((uint32_t)iid, &p);
	return 0;
}

const char *eid_text(const struct eid *e, char out[EID_TEXT_MAX])
{
	char *end = out;

	*end++ = '[';
	end = number_text(end, e->iid);
	*end++ = ']';
	prefix_text(&e->prefix, end);
	return out;
}

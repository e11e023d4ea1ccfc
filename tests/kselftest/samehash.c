// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * samehash BITS: 2^BITS requests for nlraw, mappings of Instance-ID 100 whose
 * locator sets all have one jhash, as somebody finds them who knows what it
 * starts with. Each of BITS locators is one of a pair after which the hash is
 * the same, whatever followed; a pair is found among some 70,000 candidates.
 */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define HOME		0xffffffffu	/* LISP_HOME_OWN, where it starts */
#define REACHABLE	1		/* LISP_LOC_FLAG_REACHABLE */
#define BITS_MAX	16
#define SLOTS		(1u << 20)

struct locator {
	uint32_t ip;		/* host order */
	uint32_t weight;
};

static struct locator pairs[BITS_MAX][2];
static struct { uint32_t hash; struct locator loc; } seen[SLOTS];

/* --- jhash of the kernel: jhash2() of four words, jhash_2words() --- */

static uint32_t rol(uint32_t v, int n)
{
	return v << n | v >> (32 - n);
}

static void mix(uint32_t *a, uint32_t *b, uint32_t *c)
{
	*a -= *c; *a ^= rol(*c, 4); *c += *b;
	*b -= *a; *b ^= rol(*a, 6); *a += *c;
	*c -= *b; *c ^= rol(*b, 8); *b += *a;
	*a -= *c; *a ^= rol(*c, 16); *c += *b;
	*b -= *a; *b ^= rol(*a, 19); *a += *c;
	*c -= *b; *c ^= rol(*b, 4); *b += *a;
}

static uint32_t final(uint32_t a, uint32_t b, uint32_t c)
{
	c ^= b; c -= rol(b, 14);
	a ^= c; a -= rol(c, 11);
	b ^= a; b -= rol(a, 25);
	c ^= b; c -= rol(b, 16);
	a ^= c; a -= rol(c, 4);
	b ^= a; b -= rol(a, 14);
	c ^= b; c -= rol(b, 24);
	return c;
}

static uint32_t after(const struct locator *l, uint32_t hash)
{
	uint32_t a, b, c;

	/* the address, of which IPv4 has one word */
	a = b = c = 0xdeadbeef + (4 << 2) + hash;
	a += htonl(l->ip);
	mix(&a, &b, &c);
	hash = final(a, b, c);
	/* port; priority 1, weight, flags */
	c = 0xdeadbeef + (2 << 2) + hash;
	return final(c + htons(4341), c + (1 << 16 | l->weight << 8 | REACHABLE), c);
}

/* Two locators after which the hash is the same; that hash. */
static uint32_t find_pair(int k, uint32_t hash)
{
	struct locator l;
	uint32_t h, i;

	for (i = 0; i < SLOTS; i++)
		seen[i].loc.ip = 0;
	for (l.weight = 0; l.weight < 256; l.weight++)
		for (i = 1; i < 65535; i++) {
			l.ip = 0x0a000000 + ((uint32_t)(k + 1) << 16) + i;
			h = after(&l, hash);
			if (seen[h % SLOTS].loc.ip && seen[h % SLOTS].hash == h) {
				pairs[k][0] = seen[h % SLOTS].loc;
				pairs[k][1] = l;
				return h;
			}
			seen[h % SLOTS].hash = h;
			seen[h % SLOTS].loc = l;
		}
	fputs("samehash: no pair\n", stderr);
	exit(2);
}

int main(int argc, char **argv)
{
	int k, bits = argc > 1 ? atoi(argv[1]) : 0;
	uint32_t n, hash = HOME;

	if (bits < 1 || bits > BITS_MAX)
		return 2;
	for (k = 0; k < bits; k++)
		hash = find_pair(k, hash);
	for (n = 0; n < 1u << bits; n++) {
		struct in_addr eid = { htonl(0x0b000000 + n) };

		printf("map-new 2:u32=100 3:ip=%s 4:u8=32 6[", inet_ntoa(eid));
		for (k = 0; k < bits; k++) {
			const struct locator *l = &pairs[k][n >> k & 1];
			struct in_addr a = { htonl(l->ip) };

			printf(" 1[ 1:ip=%s 4:u8=%u ]", inet_ntoa(a),
			       l->weight);
		}
		puts(" ]");
	}
	return 0;
}

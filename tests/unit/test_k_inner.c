// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The hash of a flow (kernel/inner.c). Its upper half becomes the UDP source
 * port of the outer packet, by which the underlay's routers spread flows, and
 * all of it chooses the locator (pick.c). So flows that differ little, as
 * those of a site do, must spread as if they were drawn; fragments of a packet
 * must not be told apart by ports that only the first one has.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "inner.c"

#define FLOWS	(1u << 17)
#define SPORTS	(0x10000 - 0xc000)	/* LISP_SPORT_MIN to _MAX */
#define BINS	1024
#define KEYS	8
#define NEXTHDR_FRAGMENT 44

/* A packet with 128 bits of each address that a pattern may play with. */
struct flow {
	__be32 src[4];
	__be32 dst[4];
	__be16 port[2];
};

static uint8_t packet[64];
static struct sk_buff skb;

/* @frag is IPv4's; without memory of what the last packet was. */
static void build(int family, const struct flow *f, u8 proto, u16 frag)
{
	struct iphdr *iph = (void *)packet;
	struct ipv6hdr *ip6h = (void *)packet;
	unsigned int hlen = family == AF_INET ? 20 : 40;

	memset(packet, 0, sizeof(packet));
	memset(&skb, 0, sizeof(skb));
	skb.data = packet;
	skb.len = hlen + 8;
	skb.linear = skb.len;
	skb.protocol = family == AF_INET ? htons(ETH_P_IP) : htons(ETH_P_IPV6);
	if (family == AF_INET) {
		iph->version = 4;
		iph->ihl = 5;
		iph->tot_len = htons(skb.len);
		iph->frag_off = htons(frag);
		iph->ttl = 64;
		iph->protocol = proto;
		iph->saddr = f->src[3];
		iph->daddr = f->dst[3];
	} else {
		ip6h->version = 6;
		ip6h->payload_len = htons(8);
		ip6h->nexthdr = proto;
		ip6h->hop_limit = 64;
		memcpy(&ip6h->saddr, f->src, 16);
		memcpy(&ip6h->daddr, f->dst, 16);
	}
	memcpy(packet + hlen, f->port, sizeof(f->port));
}

static bool hash_packet(u32 *hash)
{
	struct lisp_inner in;

	assert_true(lisp_inner_parse(&skb, &in));
	lisp_inner_hash(&skb, &in);
	*hash = skb.hash;
	assert_int_equal(skb.l4_hash, skb.sw_hash);
	return skb.l4_hash;
}

static u32 hash_flow(int family, const struct flow *f)
{
	u32 hash;

	build(family, f, IPPROTO_UDP, 0);
	assert_true(hash_packet(&hash));
	return hash;
}

/* As udp_flow_src_port() makes a port of a hash, from 0 on. */
static unsigned int sport(u32 hash)
{
	hash ^= hash << 16;
	return (u64)hash * SPORTS >> 32;
}

/* A network as they are: hosts in a row, or every 2^n-th one. */
static const struct pattern {
	const char *name;
	int src, dst;		/* shift of the count; < 0: fixed */
	int port[2];
} patterns[] = {
	{ "sources in a row", 0, -1, { -1, -1 } },
	{ "destinations in a row", -1, 0, { -1, -1 } },
	{ "both in a row", 0, 0, { -1, -1 } },
	{ "every 256th source", 8, -1, { -1, -1 } },
	{ "every 256th destination", -1, 8, { -1, -1 } },
	{ "every 4096th source, destinations in a row", 12, 0, { -1, -1 } },
	{ "source ports in a row", -1, -1, { 0, -1 } },
	{ "destination ports in a row", -1, -1, { -1, 0 } },
	{ "both ports in a row", -1, -1, { 0, 0 } },
	{ "sources and their ports in a row", 0, -1, { 0, -1 } },
	{ "a source port in 16, destinations in a row", -1, 0, { 4, -1 } },
};

/* The @i-th flow; ports have 16 bits, so at most 65536 of them differ. */
static void make(const struct pattern *p, unsigned int i, struct flow *f)
{
	static const struct flow base = {
		.src = { 0xb80d0120, 0x01000000, 0, 0x0000010a },
		.dst = { 0xb80d0120, 0x02000000, 0, 0x000012c6 },
		.port = { 0x0010, 0xbb01 },
	};
	int j;

	*f = base;
	if (p->src >= 0)
		f->src[3] = htonl(ntohl(f->src[3]) + (i << p->src));
	if (p->dst >= 0)
		f->dst[3] = htonl(ntohl(f->dst[3]) + (i << p->dst));
	for (j = 0; j < 2; j++)
		if (p->port[j] >= 0)
			f->port[j] = htons(i << p->port[j]);
}

static unsigned int flows_of(const struct pattern *p)
{
	return p->src < 0 && p->dst < 0 ? 1u << 16 : FLOWS;
}

/*
 * Sum of squared deviations over what is expected, for each degree of freedom:
 * 1 for balls thrown at random, with a standard deviation of 0.044. A hash
 * that counts is more even than that, and welcome.
 */
static double unevenness(int family, const struct pattern *p)
{
	static unsigned int bins[BINS];
	unsigned int i, n = flows_of(p);
	double sum = 0, want = (double)n / BINS;
	struct flow f;

	memset(bins, 0, sizeof(bins));
	for (i = 0; i < n; i++) {
		make(p, i, &f);
		bins[sport(hash_flow(family, &f)) / (SPORTS / BINS)]++;
	}
	for (i = 0; i < BINS; i++)
		sum += (bins[i] - want) * (bins[i] - want) / want;
	return sum / (BINS - 1);
}

static void spread(int family)
{
	unsigned int i, key;
	double u, worst;

	for (i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		worst = 0;
		for (key = 0; key < KEYS; key++) {
			lisp_inner_init();
			hash_key[0] += key * 0x0123456789abcdefULL;
			hash_key[1] ^= hash_key[0] << key;
			u = unevenness(family, &patterns[i]);
			worst = u > worst ? u : worst;
		}
		printf("# IPv%d, %s: %.2f\n", family == AF_INET ? 4 : 6,
		       patterns[i].name, worst);
		assert_true(worst < 1.3);
	}
}

static void test_ports_spread_v4(void **state)
{
	(void)state;
	spread(AF_INET);
}

static void test_ports_spread_v6(void **state)
{
	(void)state;
	spread(AF_INET6);
}

static int by_value(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return x < y ? -1 : x > y;
}

/* Drawn at random, 2^17 of 2^32 collide twice on average. */
static void test_few_collide(void **state)
{
	static const int families[] = { AF_INET, AF_INET6 };
	static u32 hash[FLOWS];
	unsigned int i, j, n, same;
	struct flow f;

	(void)state;
	lisp_inner_init();
	for (i = 0; i < 2 * sizeof(patterns) / sizeof(patterns[0]); i++) {
		n = flows_of(&patterns[i / 2]);
		for (j = 0; j < n; j++) {
			make(&patterns[i / 2], j, &f);
			hash[j] = hash_flow(families[i % 2], &f);
		}
		qsort(hash, n, sizeof(*hash), by_value);
		for (same = 0, j = 1; j < n; j++)
			same += hash[j] == hash[j - 1];
		assert_in_range(same, 0, 32);
	}
}

static void flip(struct flow *f, int family, unsigned int bit)
{
	if (bit < 32)
		((uint8_t *)f->port)[bit / 8] ^= 1 << bit % 8;
	else if (bit - 32 < 128)
		((uint8_t *)f->src)[(bit - 32) / 8] ^= 1 << bit % 8;
	else
		((uint8_t *)f->dst)[(bit - 160) / 8] ^= 1 << bit % 8;
	(void)family;
}

/* Whether IPv4 knows @bit of a struct flow, see flip(). */
static bool is_v4(unsigned int bit)
{
	return bit < 32 || (bit - 32) % 128 >= 96;
}

/* Any one bit of addresses and ports is enough to get another port. */
static void test_each_bit_counts(void **state)
{
	const unsigned int rounds = 256;
	unsigned int bit, i, moved;
	struct flow f, g;
	int family;

	(void)state;
	lisp_inner_init();
	for (bit = 0; bit < 2 * 288; bit++) {
		family = bit < 288 ? AF_INET6 : AF_INET;
		if (family == AF_INET && !is_v4(bit - 288))
			continue;
		for (moved = 0, i = 0; i < rounds; i++) {
			make(&patterns[9], i * 257, &f);
			g = f;
			flip(&g, family, bit % 288);
			moved += sport(hash_flow(family, &f)) !=
				 sport(hash_flow(family, &g));
		}
		assert_in_range(moved, rounds - 4, rounds);
	}
}

static void test_protocol_counts(void **state)
{
	u32 udp, tcp;
	struct flow f;

	(void)state;
	lisp_inner_init();
	make(&patterns[0], 0, &f);
	udp = hash_flow(AF_INET, &f);
	build(AF_INET, &f, IPPROTO_TCP, 0);
	assert_true(hash_packet(&tcp));
	assert_int_not_equal(udp, tcp);
}

static void test_the_secret_counts(void **state)
{
	struct flow f;
	u32 before;

	(void)state;
	lisp_inner_init();
	make(&patterns[0], 0, &f);
	before = hash_flow(AF_INET, &f);
	hash_key[0] ^= 1;
	assert_int_not_equal(hash_flow(AF_INET, &f), before);
	hash_key[0] ^= 1;
	assert_int_equal(hash_flow(AF_INET, &f), before);
	hash_key[1] ^= 1;
	assert_int_not_equal(hash_flow(AF_INET, &f), before);
}

/* They get no hash here: the core's one looks at addresses alone. */
static void test_fragments_have_no_ports(void **state)
{
	static const u16 frags[] = { IP_MF, 1, IP_MF | 1, IP_OFFSET };
	unsigned int i;
	struct flow f;
	u32 hash;

	(void)state;
	make(&patterns[0], 0, &f);
	for (i = 0; i < sizeof(frags) / sizeof(frags[0]); i++) {
		build(AF_INET, &f, IPPROTO_UDP, frags[i]);
		assert_false(hash_packet(&hash));
		assert_int_equal(hash, 0);
	}
	/* a fragment header is what follows */
	build(AF_INET6, &f, NEXTHDR_FRAGMENT, 0);
	assert_false(hash_packet(&hash));
	/* DF is none */
	build(AF_INET, &f, IPPROTO_UDP, IP_DF);
	assert_true(hash_packet(&hash));
}

static void test_others_are_left_to_the_core(void **state)
{
	struct flow f;
	u32 hash;

	(void)state;
	make(&patterns[0], 0, &f);
	build(AF_INET, &f, IPPROTO_ICMP, 0);
	assert_false(hash_packet(&hash));
	build(AF_INET6, &f, IPPROTO_ESP, 0);
	assert_false(hash_packet(&hash));
	build(AF_INET, &f, IPPROTO_UDP, 0);
	skb.len = 22;
	skb.linear = 22;
	((struct iphdr *)packet)->tot_len = htons(22);
	assert_false(hash_packet(&hash));
}

/* Where in memory the ports are makes no difference. */
static void test_far_ports(void **state)
{
	struct flow f;
	u32 near, far;

	(void)state;
	lisp_inner_init();
	make(&patterns[0], 0, &f);
	near = hash_flow(AF_INET6, &f);
	build(AF_INET6, &f, IPPROTO_UDP, 0);
	skb.linear = 43;
	assert_true(hash_packet(&far));
	assert_int_equal(near, far);
	build(AF_INET6, &f, IPPROTO_UDP, 0);
	skb.linear = 40;
	skb.len = 43;
	((struct ipv6hdr *)packet)->payload_len = htons(3);
	assert_false(hash_packet(&far));
}

static void test_a_hash_is_kept(void **state)
{
	struct flow f;
	u32 hash;

	(void)state;
	make(&patterns[0], 0, &f);
	build(AF_INET, &f, IPPROTO_UDP, 0);
	__skb_set_sw_hash(&skb, 4711, true);
	assert_true(hash_packet(&hash));
	assert_int_equal(hash, 4711);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ports_spread_v4),
		cmocka_unit_test(test_ports_spread_v6),
		cmocka_unit_test(test_few_collide),
		cmocka_unit_test(test_each_bit_counts),
		cmocka_unit_test(test_protocol_counts),
		cmocka_unit_test(test_the_secret_counts),
		cmocka_unit_test(test_fragments_have_no_ports),
		cmocka_unit_test(test_others_are_left_to_the_core),
		cmocka_unit_test(test_far_ports),
		cmocka_unit_test(test_a_hash_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside of lib/trie.h: forks, links and ranks; trie.c says what they are. */
#ifndef LISP_LIB_TRIE_PART_H
#define LISP_LIB_TRIE_PART_H

#include "lib/trie.h"

#include <endian.h>
#include <string.h>

#define STRIDE		4u
#define RANKS		31u
#define IS_FORK		((uintptr_t)1)

struct fork {
	uint32_t map;		/* ranks with a link */
	uint8_t depth;
	uint8_t bytes[];	/* 4 or 16, by family; then the links */
};

static inline size_t key_size(const struct trie *t)
{
	return t->family == ADDR_IPV4 ? 4 : 16;
}

static inline size_t node_size(const struct trie *t)
{
	return offsetof(struct trie_node, bytes) + key_size(t);
}

static inline size_t links_at(const struct trie *t)
{
	return (offsetof(struct fork, bytes) + key_size(t) + 7) & ~(size_t)7;
}

static inline unsigned int count_bits(uint32_t v)
{
	v -= v >> 1 & 0x55555555;
	v = (v & 0x33333333) + (v >> 2 & 0x33333333);
	return ((v + (v >> 4)) & 0x0f0f0f0f) * 0x01010101u >> 24;
}

static inline uintptr_t *link_of(const struct trie *t, const struct fork *f,
				 unsigned int rank)
{
	uintptr_t *links = (uintptr_t *)((char *)f + links_at(t));

	return &links[count_bits(f->map & ((UINT32_C(1) << rank) - 1))];
}

static inline uintptr_t load(const uintptr_t *at)
{
	return __atomic_load_n(at, __ATOMIC_ACQUIRE);
}

static inline bool is_fork(uintptr_t link)
{
	return link & IS_FORK;
}

static inline struct fork *fork_of(uintptr_t link)
{
	return (struct fork *)(link - IS_FORK);
}

static inline struct trie_node *node_of(uintptr_t link)
{
	return (struct trie_node *)link;
}

/* The four bits at @depth. */
static inline unsigned int nibble(const uint8_t *bytes, unsigned int depth)
{
	return bytes[depth / 8] >> (4 - depth % 8) & 15;
}

/* Of the point @bits (0 to 4) down the way that the four bits @x go. */
#define TOP(x, bits)	((x) & (0xf0 >> (bits)) & 15)
#define RANK(x, bits)	((bits) + 2 * TOP(x, bits) - \
			 (TOP(x, bits) & 1) - (TOP(x, bits) >> 1 & 1) - \
			 (TOP(x, bits) >> 2 & 1) - (TOP(x, bits) >> 3))

static inline unsigned int rank_of(unsigned int x, unsigned int bits)
{
	return RANK(x, bits);
}

static inline uint32_t load_be32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return be32toh(v);
}

/* Common leading bits of a key and a prefix, at most @max, which is at most
 * the shorter length. */
static inline unsigned int common(const uint8_t *bytes, unsigned int max,
				  const struct prefix *p)
{
	for (unsigned int i = 0; 8 * i < max; i += 4) {
		uint32_t diff = load_be32(bytes + i) ^
			load_be32(p->addr.bytes + i);
		unsigned int bits;

		if (!diff)
			continue;
		bits = 8 * i + (unsigned int)__builtin_clz(diff);
		return bits < max ? bits : max;
	}
	return max;
}

static inline unsigned int shorter(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/* Does what begins with @len bits of @bytes cover @p? */
static inline bool covers(const uint8_t *bytes, unsigned int len,
			  const struct prefix *p)
{
	return len <= p->len && common(bytes, len, p) == len;
}

/* Where a key of @len bits is in a fork at @depth that covers it. */
static inline unsigned int rank_in(const uint8_t *bytes, unsigned int len,
				   unsigned int depth)
{
	return rank_of(nibble(bytes, depth), shorter(len - depth, STRIDE));
}

/* What a link leads to: its key and how much of it. */
static inline const uint8_t *key_of(uintptr_t link, unsigned int *len)
{
	*len = is_fork(link) ? fork_of(link)->depth : node_of(link)->len;
	return is_fork(link) ? fork_of(link)->bytes : node_of(link)->bytes;
}

#endif

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inside of lib/trie.h: forks, links and ranks; trie.c says what they are. */
#ifndef LISP_LIB_TRIE_PART_H
#define LISP_LIB_TRIE_PART_H

#include "lib/trie.h"

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

#endif

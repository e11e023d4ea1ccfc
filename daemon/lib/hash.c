// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Intrusive hash table, and SipHash (Aumasson, Bernstein: "SipHash: a fast
 * short-input PRF", 2012).
 */
#include "lib/hash.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SIZE_MIN	16

static uint64_t rotl(uint64_t x, unsigned int n)
{
	return x << n | x >> (64 - n);
}

static uint64_t load_le64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return le64toh(v);
}

/* The last word, of less than eight octets. */
static uint64_t load_rest(const uint8_t *p, size_t n)
{
	uint64_t v = 0;

	memcpy(&v, p, n);
	return le64toh(v);
}

static inline void sip_rounds(uint64_t v[4], unsigned int n)
{
	while (n--) {
		v[0] += v[1];
		v[2] += v[3];
		v[1] = rotl(v[1], 13) ^ v[0];
		v[3] = rotl(v[3], 16) ^ v[2];
		v[0] = rotl(v[0], 32);
		v[2] += v[1];
		v[0] += v[3];
		v[1] = rotl(v[1], 17) ^ v[2];
		v[3] = rotl(v[3], 21) ^ v[0];
		v[2] = rotl(v[2], 32);
	}
}

static inline void sip_word(uint64_t v[4], uint64_t word, unsigned int rounds)
{
	v[3] ^= word;
	sip_rounds(v, rounds);
	v[0] ^= word;
}

/* @rounds for each word, @more at the end: both known where it is inlined. */
static inline __attribute__((always_inline)) uint64_t
sip(const uint8_t key[16], const void *data, size_t len, unsigned int rounds,
    unsigned int more)
{
	uint64_t k0 = load_le64(key), k1 = load_le64(key + 8);
	uint64_t v[4] = {
		k0 ^ 0x736f6d6570736575,
		k1 ^ 0x646f72616e646f6d,
		k0 ^ 0x6c7967656e657261,
		k1 ^ 0x7465646279746573,
	};
	const uint8_t *p = data;
	size_t left;

	for (left = len; left >= 8; left -= 8, p += 8)
		sip_word(v, load_le64(p), rounds);
	sip_word(v, (uint64_t)len << 56 | load_rest(p, left), rounds);
	v[2] ^= 0xff;
	sip_rounds(v, more);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

uint64_t siphash(const uint8_t key[16], const void *data, size_t len)
{
	return sip(key, data, len, 2, 4);
}

uint64_t siphash13(const uint8_t key[16], const void *data, size_t len)
{
	return sip(key, data, len, 1, 3);
}

int hash_init(struct hash_table *t, const uint8_t seed[16])
{
	*t = (struct hash_table){ .size = SIZE_MIN };
	memcpy(t->seed, seed, sizeof(t->seed));
	t->bucket = calloc(t->size, sizeof(*t->bucket));
	return t->bucket ? 0 : -ENOMEM;
}

void hash_free(struct hash_table *t)
{
	free(t->bucket);
	*t = (struct hash_table){ 0 };
}

uint64_t hash_key(const struct hash_table *t, const void *key, size_t len)
{
	return siphash(t->seed, key, len);
}

static void link_node(struct hash_node **head, struct hash_node *n)
{
	n->next = *head;
	n->pprev = head;
	if (n->next)
		n->next->pprev = &n->next;
	*head = n;
}

/* Twice the buckets; if there is no memory the chains just get longer. */
static void grow(struct hash_table *t)
{
	size_t size = 2 * t->size;
	struct hash_node **bucket = calloc(size, sizeof(*bucket));
	size_t i;

	if (!bucket)
		return;
	for (i = 0; i < t->size; i++) {
		struct hash_node *n = t->bucket[i], *next;

		for (; n; n = next) {
			next = n->next;
			link_node(&bucket[n->hash & (size - 1)], n);
		}
	}
	free(t->bucket);
	t->bucket = bucket;
	t->size = size;
}

void hash_add(struct hash_table *t, struct hash_node *n, uint64_t hash)
{
	if (t->count >= t->size)
		grow(t);
	n->hash = hash;
	link_node(&t->bucket[hash & (t->size - 1)], n);
	t->count++;
}

void hash_del(struct hash_table *t, struct hash_node *n)
{
	if (!n->pprev)
		return;
	*n->pprev = n->next;
	if (n->next)
		n->next->pprev = n->pprev;
	n->next = NULL;
	n->pprev = NULL;
	t->count--;
}

/* @n or the first after it in its chain that has @hash. */
static struct hash_node *same_hash(struct hash_node *n, uint64_t hash)
{
	while (n && n->hash != hash)
		n = n->next;
	return n;
}

struct hash_node *hash_first(const struct hash_table *t, uint64_t hash)
{
	return same_hash(t->bucket[hash & (t->size - 1)], hash);
}

struct hash_node *hash_next(const struct hash_node *n)
{
	return same_hash(n->next, n->hash);
}

/* First node in bucket @i or a later one. */
static struct hash_node *walk_from(const struct hash_table *t, size_t i)
{
	for (; i < t->size; i++)
		if (t->bucket[i])
			return t->bucket[i];
	return NULL;
}

struct hash_node *hash_walk_first(const struct hash_table *t)
{
	return walk_from(t, 0);
}

struct hash_node *hash_walk_next(const struct hash_table *t,
				 const struct hash_node *n)
{
	return n->next ? n->next : walk_from(t, (n->hash & (t->size - 1)) + 1);
}

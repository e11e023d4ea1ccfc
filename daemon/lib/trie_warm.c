// SPDX-License-Identifier: GPL-2.0-or-later
/* Fetching what many look-ups will touch; see trie_warm() in trie.h. */
#include "lib/trie_part.h"

/* The link after @link on the way to @key, on its way into the cache: a fork
 * is up to four lines, of which the first ones have most links. */
static uintptr_t warm_step(const struct trie *t, uintptr_t link,
			   const struct addr *key)
{
	const struct fork *f = fork_of(link);
	unsigned int rank;
	const char *next;

	if (f->depth + STRIDE > addr_bits(key))
		return 0;
	rank = rank_of(nibble(key->bytes, f->depth), STRIDE);
	if (!(f->map >> rank & 1))
		return 0;
	link = load(link_of(t, f, rank));
	next = (const char *)(link & ~IS_FORK);
	__builtin_prefetch(next);
	if (is_fork(link)) {
		__builtin_prefetch(next + 64);
		__builtin_prefetch(next + 128);
	}
	return link;
}

void trie_warm(const struct trie *t, const struct addr *keys, size_t n,
	       const void **values)
{
	uintptr_t at[TRIE_WARM_MAX];
	bool more = true;

	for (size_t i = 0; i < n; i++)
		at[i] = keys[i].family == t->family ? load(&t->root) : 0;
	while (more) {
		more = false;
		for (size_t i = 0; i < n; i++) {
			if (!is_fork(at[i]))
				continue;
			at[i] = warm_step(t, at[i], &keys[i]);
			more |= is_fork(at[i]);
		}
	}
	for (size_t i = 0; i < n; i++)
		values[i] = at[i] ? trie_value(node_of(at[i])) : NULL;
}

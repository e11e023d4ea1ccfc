// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lookup 4|6 COUNT LONGEST SHORTEST: ask a table of COUNT prefixes of these
 * lengths (kernel/lpm.c, the very file) for random addresses that some of them
 * cover. callgrind counts what is done between its two requests below.
 *
 * Hosts are 64 of each /24 (/120); shorter prefixes are anywhere. Prints how
 * many questions there were.
 */
#include <stdio.h>
#include <valgrind/callgrind.h>

#include "lpm-table.c"
#include "lpm.c"

#define QUESTIONS	20000

struct entry {
	struct lisp_lpm_leaf leaf;
	__be32 addr[4];
};

static struct mutex lock = { .held = true };
static struct lisp_lpm lpm;

static uint32_t rnd(void)
{
	static uint64_t seed = 1;

	seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return seed >> 32;
}

/* Set the bits of @addr from @len on, at random or to zero. */
static void fill(__be32 *addr, unsigned int words, unsigned int len, bool random)
{
	uint32_t mask, bits;

	for (unsigned int w = 0; w < words; w++, len -= len < 32 ? len : 32) {
		mask = len >= 32 ? 0 : ~0U >> len;
		bits = random ? rnd() & mask : 0;
		addr[w] = htonl((ntohl(addr[w]) & ~mask) | bits);
	}
}

static bool add(struct entry *e, unsigned int i, unsigned int words,
		unsigned int len)
{
	e->leaf.family = words == 4 ? AF_INET6 : AF_INET;
	e->leaf.len = len;
	if (len == words * 32) {
		e->addr[words - 1] = htonl(i / 64 << 8 | i % 64);
	} else {
		fill(e->addr, words, 0, true);
		fill(e->addr, words, len, false);
	}
	return !lisp_lpm_insert(&lpm, &e->leaf, &lock);
}

static void run(const __be32 (*questions)[4])
{
	struct lisp_lpm_leaf *(*volatile lookup)(const struct lisp_lpm *,
						 const __be32 *);
	unsigned int found = 0;

	lookup = lisp_lpm_lookup;
	CALLGRIND_START_INSTRUMENTATION;
	for (unsigned int i = 0; i < QUESTIONS; i++)
		found += lookup(&lpm, questions[i]) != NULL;
	CALLGRIND_STOP_INSTRUMENTATION;
	if (found != QUESTIONS)
		abort();
}

int main(int argc, char **argv)
{
	unsigned int words, count, longest, shortest, n = 0, tries = 0;
	static __be32 questions[QUESTIONS][4];
	struct entry *entries;

	if (argc != 5)
		return 2;
	words = atoi(argv[1]) == 6 ? 4 : 1;
	count = atoi(argv[2]);
	longest = atoi(argv[3]);
	shortest = atoi(argv[4]);
	entries = calloc(count, sizeof(*entries));
	if (!entries)
		return 1;

	lisp_lpm_init();
	/* there are not that many of the shortest lengths */
	while (n < count && tries < 4 * count) {
		n += add(&entries[n], n, words, longest -
			 tries++ % (longest - shortest + 1));
	}
	for (unsigned int i = 0; i < QUESTIONS; i++) {
		struct entry *e = &entries[rnd() % n];

		memcpy(questions[i], e->addr, sizeof(e->addr));
		fill(questions[i], words, e->leaf.len, true);
	}
	run(questions);
	printf("%u\n", QUESTIONS);
	return 0;
}

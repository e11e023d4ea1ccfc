/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Extended EID-prefix -> pointer: an eidmap for EID-prefixes, and a trie over
 * the bits of Instance-IDs for what is shorter (lib/xeid.h).  Filled once and
 * then looked up in: what a DDT node has been configured with.
 *
 * The values are the caller's.  Memory comes from malloc; only the two that
 * add can run out of it.
 */
#ifndef LISP_SM_XEIDMAP_H
#define LISP_SM_XEIDMAP_H

#include "lib/xeid.h"
#include "sm/eidmap.h"

struct xeidmap {
	struct eidmap eids;
	struct trie ranges;	/* as if Instance-IDs were IPv4 addresses */
	struct trie used;	/* instances with EID-prefixes of their own */
};

/* 0 or -ENOMEM.  xeidmap_free() takes a zeroed one as well. */
int xeidmap_init(struct xeidmap *m, const uint8_t seed[16]);
void xeidmap_free(struct xeidmap *m);

/* 0, -EEXIST, -ENOMEM. */
int xeidmap_add(struct xeidmap *m, const struct xeid *x, void *value);

/* There is something of @iid elsewhere that xeidmap_gap() has to respect: it
 * will not be wider than that instance.  0 or -ENOMEM. */
int xeidmap_use(struct xeidmap *m, uint32_t iid);

/* Was nothing added? */
static inline bool xeidmap_is_empty(const struct xeidmap *m)
{
	return !m->eids.count && !m->ranges.count;
}

/* The longest that contains @x or equals it; NULL: none. */
void *xeidmap_match(const struct xeidmap *m, const struct xeid *x);

/*
 * As trie_gap(): the least specific one that contains the address of @x, has
 * @floor bits (xeid_bits()) at least, and overlaps nothing that is held but
 * what contains that address itself.  @x may be a range of one instance, for
 * an EID that is not IP.  0, or -ENOENT: there is none that could be named.
 */
int xeidmap_gap(const struct xeidmap *m, const struct xeid *x,
		unsigned int floor, struct xeid *gap);

#endif

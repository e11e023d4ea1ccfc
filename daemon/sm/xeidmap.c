// SPDX-License-Identifier: GPL-2.0-or-later
/* Extended EID-prefix -> pointer; see xeidmap.h. */
#include <errno.h>
#include <string.h>

#include "sm/xeidmap.h"

/* Where EID-prefixes begin in xeid_bits(): behind instance and family. */
#define EID_BITS	48

/* An Instance-ID as an address of 32 bits. */
static struct prefix iid_prefix(uint32_t iid, unsigned int len)
{
	const uint8_t bytes[4] = {
		(uint8_t)(iid >> 24), (uint8_t)(iid >> 16),
		(uint8_t)(iid >> 8), (uint8_t)iid,
	};
	struct addr a = addr_make(ADDR_IPV4, bytes);
	struct prefix p;

	prefix_make(&a, len, &p);
	return p;
}

int xeidmap_init(struct xeidmap *m, const uint8_t seed[16])
{
	trie_init(&m->ranges, ADDR_IPV4, NULL);
	trie_init(&m->used, ADDR_IPV4, NULL);
	return eidmap_init(&m->eids, seed);
}

void xeidmap_free(struct xeidmap *m)
{
	eidmap_free(&m->eids, NULL, NULL);
	trie_clear(&m->ranges, NULL, NULL);
	trie_clear(&m->used, NULL, NULL);
}

int xeidmap_use(struct xeidmap *m, uint32_t iid)
{
	struct prefix p = iid_prefix(iid, XEID_IID_BITS);
	int ret = trie_add(&m->used, &p, m, NULL);

	return ret == -EEXIST ? 0 : ret;
}

int xeidmap_add(struct xeidmap *m, const struct xeid *x, void *value)
{
	struct prefix p;
	int ret;

	if (xeid_is_range(x)) {
		p = iid_prefix(x->eid.iid, x->iid_len);
		return trie_add(&m->ranges, &p, value, NULL);
	}
	ret = xeidmap_use(m, x->eid.iid);
	return ret ? ret : eidmap_add(&m->eids, &x->eid, value);
}

void *xeidmap_match(const struct xeidmap *m, const struct xeid *x)
{
	struct prefix p = iid_prefix(x->eid.iid, x->iid_len);
	void *value = xeid_is_range(x) ? NULL :
					 eidmap_match(&m->eids, &x->eid);
	struct trie_node *n;

	if (value)
		return value;
	n = trie_match(&m->ranges, &p);
	return n ? trie_value(n) : NULL;
}

int xeidmap_gap(const struct xeidmap *m, const struct xeid *x,
		unsigned int floor, struct xeid *gap)
{
	struct prefix p = iid_prefix(x->eid.iid, XEID_IID_BITS);

	if (floor <= XEID_IID_BITS && !trie_find(&m->used, &p)) {
		struct addr iid = p.addr;

		trie_gap(&m->ranges, &iid, floor, &p);
		trie_gap(&m->used, &iid, p.len, &p);
		return xeid_range(x->eid.iid, p.len, gap);
	}
	if (xeid_is_range(x))
		return -ENOENT;
	floor = floor < EID_BITS ? 0 : floor - EID_BITS;
	if (eidmap_gap(&m->eids, x->eid.iid, &x->eid.prefix.addr, floor, &p))
		return -ENOENT;
	*gap = xeid_of(&(struct eid){ .iid = x->eid.iid, .prefix = p });
	return 0;
}

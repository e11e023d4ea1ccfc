// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One table a kind of object says which attribute goes where; one function
 * walks attributes by such a table.
 */
#include "dp/codec.h"

#include <errno.h>
#include <string.h>

#include <linux/genetlink.h>
#include <linux/lisp.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define SAME(a, b) _Static_assert((int)(a) == (int)(b), #a " and " #b)

SAME(LISP_A_MAP_UNDERLAY, LISP_A_LOCAL_UNDERLAY);
SAME(LISP_A_MAP_IID, LISP_A_LOCAL_IID);
SAME(LISP_A_MAP_PREFIX, LISP_A_LOCAL_PREFIX);
SAME(LISP_A_MAP_PREFIX_LEN, LISP_A_LOCAL_PREFIX_LEN);
/* Filters. */
SAME(LISP_A_MAP_UNDERLAY, LISP_A_RLOC_UNDERLAY);
SAME(LISP_A_MAP_UNDERLAY, LISP_A_MISS_UNDERLAY);
SAME(LISP_A_MAP_IID, LISP_A_MISS_IID);
SAME(LISP_A_MAP_UNDERLAY, LISP_A_IID_UNDERLAY);
SAME(LISP_A_MAP_IID, LISP_A_IID_IID);

/* --- writing --- */

static void put_address(struct nl *n, uint16_t type, const struct addr *a)
{
	nl_put(n, type, a->bytes, addr_size(a));
}

static void put_locator(struct nl *n, const struct dp_locator *l)
{
	struct nlattr *nest = nl_nest(n, LISP_A_LOCATORS_LOCATOR);

	put_address(n, LISP_A_LOCATOR_ADDRESS, &l->addr);
	if (l->port)
		nl_put_u16(n, LISP_A_LOCATOR_PORT, l->port);
	nl_put_u8(n, LISP_A_LOCATOR_PRIORITY, l->priority);
	nl_put_u8(n, LISP_A_LOCATOR_WEIGHT, l->weight);
	nl_put_u8(n, LISP_A_LOCATOR_FLAGS, l->flags);
	nl_nest_end(n, nest);
}

static void put_locators(struct nl *n, uint16_t type,
			 const struct dp_locators *l)
{
	struct nlattr *nest;

	if (!l->count)
		return;
	nest = nl_nest(n, type);
	for (unsigned int i = 0; i < l->count; i++)
		put_locator(n, &l->list[i]);
	nl_nest_end(n, nest);
}

static void put_prefix(struct nl *n, uint32_t underlay, const struct eid *e)
{
	if (underlay)
		nl_put_u32(n, LISP_A_MAP_UNDERLAY, underlay);
	nl_put_u32(n, LISP_A_MAP_IID, e->iid);
	put_address(n, LISP_A_MAP_PREFIX, &e->prefix.addr);
	nl_put_u8(n, LISP_A_MAP_PREFIX_LEN, e->prefix.len);
}

void codec_put_map(struct nl *n, const struct dp_map *m)
{
	put_prefix(n, m->underlay, &m->eid);
	nl_put_u32(n, LISP_A_MAP_ACTION, m->action);
	put_locators(n, LISP_A_MAP_LOCATORS, &m->locators);
	if (m->has_home)
		nl_put_u32(n, LISP_A_MAP_HOME_IID, m->home_iid);
	nl_put_u32(n, LISP_A_MAP_TTL, m->ttl);
	nl_put_u32(n, LISP_A_MAP_ORIGIN, m->origin);
	nl_put_u16(n, LISP_A_MAP_MAP_VERSION, m->version);
}

void codec_put_local(struct nl *n, const struct dp_local *l)
{
	put_prefix(n, l->underlay, &l->eid);
	put_locators(n, LISP_A_LOCAL_LOCATORS, &l->locators);
	nl_put_u32(n, LISP_A_LOCAL_ORIGIN, l->origin);
	nl_put_u16(n, LISP_A_LOCAL_MAP_VERSION, l->version);
}

static const uint16_t origin_attr[] = {
	[CODEC_MAP] = LISP_A_MAP_ORIGIN,
	[CODEC_LOCAL] = LISP_A_LOCAL_ORIGIN,
};

void codec_put_key(struct nl *n, enum codec_kind kind, uint32_t underlay,
		   const struct eid *eid, uint32_t origin)
{
	put_prefix(n, underlay, eid);
	nl_put_u32(n, origin_attr[kind], origin);
}

void codec_put_filter(struct nl *n, enum codec_kind kind,
		      const struct dp_filter *f)
{
	if (f->has_underlay)
		nl_put_u32(n, LISP_A_MAP_UNDERLAY, f->underlay);
	if (f->has_iid)
		nl_put_u32(n, LISP_A_MAP_IID, f->iid);
	if (f->has_origin)
		nl_put_u32(n, origin_attr[kind], f->origin);
}

void codec_put_lookup(struct nl *n, uint32_t underlay, uint32_t iid,
		      const struct addr *eid)
{
	if (underlay)
		nl_put_u32(n, LISP_A_MAP_UNDERLAY, underlay);
	nl_put_u32(n, LISP_A_MAP_IID, iid);
	put_address(n, LISP_A_MAP_PREFIX, eid);
}

void codec_put_dev_filter(struct nl *n, const struct dp_filter *f)
{
	if (f->has_underlay)
		nl_put_u32(n, LISP_A_DEV_UNDERLAY, f->underlay);
	if (f->has_iid)
		nl_put_u32(n, LISP_A_DEV_IID, f->iid);
}

void codec_put_rloc(struct nl *n, const struct dp_rloc *r, bool with_state,
		    bool with_rtt)
{
	if (r->underlay)
		nl_put_u32(n, LISP_A_RLOC_UNDERLAY, r->underlay);
	put_address(n, LISP_A_RLOC_ADDRESS, &r->addr);
	if (r->port)
		nl_put_u16(n, LISP_A_RLOC_PORT, r->port);
	if (with_state)
		nl_put_u32(n, LISP_A_RLOC_STATE, r->state);
	if (with_rtt)
		nl_put_u32(n, LISP_A_RLOC_RTT, r->rtt);
}

void codec_put_iid(struct nl *n, const struct dp_iid *i, bool with_vrf)
{
	if (i->underlay)
		nl_put_u32(n, LISP_A_IID_UNDERLAY, i->underlay);
	nl_put_u32(n, LISP_A_IID_IID, i->iid);
	if (with_vrf && i->vrf)
		nl_put_u32(n, LISP_A_IID_VRF, i->vrf);
}

void codec_put_owner(struct nl *n, uint32_t origin, uint32_t stale_limit)
{
	nl_put_u32(n, LISP_A_OWNER_ORIGIN, origin);
	nl_put_u32(n, LISP_A_OWNER_STALE_LIMIT, stale_limit);
}

/* --- reading --- */

enum kind { U8, U16, U32, U64, ADDRESS, NAME, NEST, FLAG };

struct row {
	uint16_t attr;
	enum kind kind;
	size_t offset;		/* of the member */
	size_t seen;		/* of a bool to set; 0: none */
	int (*nest)(const struct nlattr *attr, void *obj);
};

static size_t size_of(const struct nlattr *attr)
{
	return attr->nla_len - sizeof(*attr);
}

static int copy_number(const struct nlattr *attr, size_t size, void *to)
{
	if (size_of(attr) != size)
		return -EBADMSG;
	memcpy(to, attr + 1, size);
	return 0;
}

static int copy_address(const struct nlattr *attr, struct addr *a)
{
	size_t len = size_of(attr);

	if (len != 4 && len != 16)
		return -EBADMSG;
	a->family = len == 4 ? ADDR_IPV4 : ADDR_IPV6;
	memset(a->bytes, 0, sizeof(a->bytes));
	memcpy(a->bytes, attr + 1, len);
	return 0;
}

static int copy_name(const struct nlattr *attr, char *to)
{
	uint16_t len = mnl_attr_get_payload_len(attr);

	if (mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) < 0 ||
	    len > DP_DEVICE_NAME_MAX)
		return -EBADMSG;
	memcpy(to, mnl_attr_get_payload(attr), len);
	return 0;
}

static int read_attr(const struct nlattr *attr, const struct row *row,
		     void *obj)
{
	void *to = (char *)obj + row->offset;

	switch (row->kind) {
	case U8:
		return copy_number(attr, 1, to);
	case U16:
		return copy_number(attr, 2, to);
	case U32:
		return copy_number(attr, 4, to);
	case U64:
		return copy_number(attr, 8, to);
	case ADDRESS:
		return copy_address(attr, to);
	case NAME:
		return copy_name(attr, to);
	case NEST:
		return row->nest(attr, to);
	case FLAG:
		*(bool *)to = true;
		return 0;
	}
	return -EBADMSG;
}

/* Attributes of most objects are numbered as their rows are. */
static const struct row *find_row(uint16_t type, const struct row *rows,
				  size_t n)
{
	if (type && type <= n && rows[type - 1].attr == type)
		return &rows[type - 1];
	for (size_t i = 0; i < n; i++)
		if (rows[i].attr == type)
			return &rows[i];
	return NULL;
}

static int read_by_rows(const struct nlattr *attr, const struct row *rows,
			size_t n, void *obj)
{
	const struct row *row = find_row(attr->nla_type & NLA_TYPE_MASK, rows,
					 n);

	if (!row)
		return 0;
	if (row->seen)
		*(bool *)((char *)obj + row->seen) = true;
	return read_attr(attr, row, obj);
}

/* Attributes fill their container, or there is half a one at the end.  Not by
 * libmnl's functions: there may be a million objects. */
static int read_attrs(const void *payload, size_t len, const struct row *rows,
		      size_t n, void *obj)
{
	const struct nlattr *attr = payload;
	size_t size;
	int err;

	while (len >= sizeof(*attr) && attr->nla_len >= sizeof(*attr) &&
	       attr->nla_len <= len) {
		err = read_by_rows(attr, rows, n, obj);
		if (err)
			return err;
		size = MNL_ALIGN(attr->nla_len);
		if (size >= len)
			return 0;
		attr = (const void *)((const char *)attr + size);
		len -= size;
	}
	return len ? -EBADMSG : 0;
}

static int read_nest(const struct nlattr *nest, const struct row *rows,
		     size_t n, void *obj)
{
	return read_attrs(nest + 1, size_of(nest), rows, n, obj);
}

/* Not mnl_attr_for_each(), which rounds the end of the message up. */
static int read_message(const struct nlmsghdr *nlh, const struct row *rows,
			size_t n, void *obj)
{
	size_t head = sizeof(struct genlmsghdr);

	if (codec_command(nlh) < 0)
		return -EBADMSG;
	return read_attrs(mnl_nlmsg_get_payload_offset(nlh, head),
			  mnl_nlmsg_get_payload_len(nlh) - head, rows, n, obj);
}

#define ROW(attr_, kind_, s, m) \
	{ .attr = attr_, .kind = kind_, .offset = offsetof(struct s, m) }
#define ROW_SEEN(attr_, kind_, s, m, seen_) \
	{ .attr = attr_, .kind = kind_, .offset = offsetof(struct s, m), \
	  .seen = offsetof(struct s, seen_) }
#define ROW_NEST(attr_, s, m, fn) \
	{ .attr = attr_, .kind = NEST, .offset = offsetof(struct s, m), \
	  .nest = fn }

static const struct row locator_rows[] = {
	ROW(LISP_A_LOCATOR_ADDRESS, ADDRESS, dp_locator, addr),
	ROW(LISP_A_LOCATOR_PORT, U16, dp_locator, port),
	ROW(LISP_A_LOCATOR_PRIORITY, U8, dp_locator, priority),
	ROW(LISP_A_LOCATOR_WEIGHT, U8, dp_locator, weight),
	ROW(LISP_A_LOCATOR_FLAGS, U8, dp_locator, flags),
};

/* @obj is the set: the attribute occurs once for each locator. */
static int read_locator(const struct nlattr *nest, void *obj)
{
	struct dp_locators *l = obj;
	struct dp_locator *one;
	int err;

	if (l->count == DP_LOCATORS_MAX)
		return -EBADMSG;
	one = &l->list[l->count++];
	err = read_nest(nest, locator_rows, COUNT(locator_rows), one);
	return err || one->addr.family != ADDR_NONE ? err : -EBADMSG;
}

static const struct row locators_rows[] = {
	{ .attr = LISP_A_LOCATORS_LOCATOR, .kind = NEST, .offset = 0,
	  .nest = read_locator },
};

static int read_locators(const struct nlattr *nest, void *obj)
{
	return read_nest(nest, locators_rows, COUNT(locators_rows), obj);
}

static const struct row map_rows[] = {
	ROW(LISP_A_MAP_UNDERLAY, U32, dp_map, underlay),
	ROW(LISP_A_MAP_IID, U32, dp_map, eid.iid),
	ROW(LISP_A_MAP_PREFIX, ADDRESS, dp_map, eid.prefix.addr),
	ROW(LISP_A_MAP_PREFIX_LEN, U8, dp_map, eid.prefix.len),
	ROW(LISP_A_MAP_ACTION, U32, dp_map, action),
	ROW_NEST(LISP_A_MAP_LOCATORS, dp_map, locators, read_locators),
	ROW(LISP_A_MAP_TTL, U32, dp_map, ttl),
	ROW(LISP_A_MAP_ORIGIN, U32, dp_map, origin),
	ROW(LISP_A_MAP_MAP_VERSION, U16, dp_map, version),
	ROW(LISP_A_MAP_FLAGS, U32, dp_map, flags),
	ROW(LISP_A_MAP_PACKETS, U64, dp_map, packets),
	ROW(LISP_A_MAP_BYTES, U64, dp_map, bytes),
	ROW_SEEN(LISP_A_MAP_USED, U32, dp_map, used_age, used),
	ROW_SEEN(LISP_A_MAP_EVENT, U32, dp_map, event, has_event),
	ROW_SEEN(LISP_A_MAP_HOME_IID, U32, dp_map, home_iid, has_home),
};

static const struct row local_rows[] = {
	ROW(LISP_A_LOCAL_UNDERLAY, U32, dp_local, underlay),
	ROW(LISP_A_LOCAL_IID, U32, dp_local, eid.iid),
	ROW(LISP_A_LOCAL_PREFIX, ADDRESS, dp_local, eid.prefix.addr),
	ROW(LISP_A_LOCAL_PREFIX_LEN, U8, dp_local, eid.prefix.len),
	ROW_NEST(LISP_A_LOCAL_LOCATORS, dp_local, locators, read_locators),
	ROW(LISP_A_LOCAL_ORIGIN, U32, dp_local, origin),
	ROW(LISP_A_LOCAL_MAP_VERSION, U16, dp_local, version),
	ROW_SEEN(LISP_A_LOCAL_EVENT, U32, dp_local, event, has_event),
	ROW(LISP_A_LOCAL_PACKETS, U64, dp_local, packets),
	ROW(LISP_A_LOCAL_BYTES, U64, dp_local, bytes),
};

static const struct row rloc_rows[] = {
	ROW(LISP_A_RLOC_UNDERLAY, U32, dp_rloc, underlay),
	ROW(LISP_A_RLOC_ADDRESS, ADDRESS, dp_rloc, addr),
	ROW(LISP_A_RLOC_PORT, U16, dp_rloc, port),
	ROW(LISP_A_RLOC_STATE, U32, dp_rloc, state),
	ROW(LISP_A_RLOC_CHANGED, U32, dp_rloc, changed),
	ROW(LISP_A_RLOC_USERS, U32, dp_rloc, users),
	ROW(LISP_A_RLOC_PACKETS, U64, dp_rloc, packets),
	ROW(LISP_A_RLOC_BYTES, U64, dp_rloc, bytes),
	ROW(LISP_A_RLOC_RTT, U32, dp_rloc, rtt),
	ROW(LISP_A_RLOC_DOUBT, FLAG, dp_rloc, doubt),
	ROW(LISP_A_RLOC_RX_PACKETS, U64, dp_rloc, rx_packets),
	ROW(LISP_A_RLOC_RX_BYTES, U64, dp_rloc, rx_bytes),
};

static const struct row reach_rows[] = {
	ROW(LISP_A_REACH_EVENT, U32, dp_reach, event),
	ROW(LISP_A_REACH_UNDERLAY, U32, dp_reach, underlay),
	ROW(LISP_A_REACH_IID, U32, dp_reach, eid.iid),
	ROW(LISP_A_REACH_PREFIX, ADDRESS, dp_reach, eid.prefix.addr),
	ROW(LISP_A_REACH_PREFIX_LEN, U8, dp_reach, eid.prefix.len),
	ROW(LISP_A_REACH_RLOC, ADDRESS, dp_reach, rloc),
	ROW_SEEN(LISP_A_REACH_STATUS_BITS, U32, dp_reach, bits, has_bits),
	ROW_SEEN(LISP_A_REACH_VERSION, U16, dp_reach, version, has_version),
	ROW(LISP_A_REACH_OWN_VERSION, U16, dp_reach, own_version),
};

static const struct row drop_rows[] = {
	ROW(LISP_A_DROP_REASON, U32, dp_drop, reason),
	ROW(LISP_A_DROP_PACKETS, U64, dp_drop, packets),
};

/* @obj is the device: the attribute occurs once for each reason. */
static int read_drop(const struct nlattr *nest, void *obj)
{
	struct dp_dev *d = obj;

	if (d->drop_count == DP_DROPS_MAX)
		return 0;
	return read_nest(nest, drop_rows, COUNT(drop_rows),
			 &d->drops[d->drop_count++]);
}

static const struct row dev_rows[] = {
	ROW(LISP_A_DEV_IFINDEX, U32, dp_dev, ifindex),
	ROW(LISP_A_DEV_IFNAME, NAME, dp_dev, name),
	ROW(LISP_A_DEV_UNDERLAY, U32, dp_dev, underlay),
	ROW(LISP_A_DEV_IID, U32, dp_dev, iid),
	ROW(LISP_A_DEV_RX_PACKETS, U64, dp_dev, rx_packets),
	ROW(LISP_A_DEV_RX_BYTES, U64, dp_dev, rx_bytes),
	ROW(LISP_A_DEV_TX_PACKETS, U64, dp_dev, tx_packets),
	ROW(LISP_A_DEV_TX_BYTES, U64, dp_dev, tx_bytes),
	ROW(LISP_A_DEV_NATIVE_PACKETS, U64, dp_dev, native_packets),
	ROW(LISP_A_DEV_RX_RESERVED, U64, dp_dev, rx_reserved),
	ROW(LISP_A_DEV_MISSES, U64, dp_dev, misses),
	ROW(LISP_A_DEV_HELD_PACKETS, U32, dp_dev, held_packets),
	ROW(LISP_A_DEV_HELD_BYTES, U32, dp_dev, held_bytes),
	ROW(LISP_A_DEV_MAPS, U32, dp_dev, maps),
	ROW(LISP_A_DEV_LOCALS, U32, dp_dev, locals),
	ROW(LISP_A_DEV_EXTERNAL, FLAG, dp_dev, external),
	ROW(LISP_A_DEV_ICMP_TOO_BIG, U64, dp_dev, icmp_too_big),
	ROW(LISP_A_DEV_ICMP_UNREACHABLE, U64, dp_dev, icmp_unreachable),
	ROW(LISP_A_DEV_ICMP_HOP_LIMIT, U64, dp_dev, icmp_hop_limit),
	ROW(LISP_A_DEV_ICMP_REFUSED, U64, dp_dev, icmp_refused),
	{ .attr = LISP_A_DEV_DROP, .kind = NEST, .offset = 0,
	  .nest = read_drop },
};

static const struct row miss_rows[] = {
	ROW(LISP_A_MISS_UNDERLAY, U32, dp_miss, underlay),
	ROW(LISP_A_MISS_IID, U32, dp_miss, iid),
	ROW(LISP_A_MISS_EID, ADDRESS, dp_miss, eid),
	ROW(LISP_A_MISS_SOURCE, ADDRESS, dp_miss, source),
	ROW(LISP_A_MISS_HELD_PACKETS, U32, dp_miss, held_packets),
	ROW(LISP_A_MISS_REPORTS, U32, dp_miss, reports),
};

static const struct row iid_rows[] = {
	ROW(LISP_A_IID_UNDERLAY, U32, dp_iid, underlay),
	ROW(LISP_A_IID_IID, U32, dp_iid, iid),
	ROW(LISP_A_IID_VRF, U32, dp_iid, vrf),
	ROW(LISP_A_IID_IFINDEX, U32, dp_iid, ifindex),
	ROW(LISP_A_IID_RX_PACKETS, U64, dp_iid, rx_packets),
	ROW(LISP_A_IID_RX_BYTES, U64, dp_iid, rx_bytes),
	ROW(LISP_A_IID_TX_PACKETS, U64, dp_iid, tx_packets),
	ROW(LISP_A_IID_TX_BYTES, U64, dp_iid, tx_bytes),
	ROW(LISP_A_IID_MISSES, U64, dp_iid, misses),
	ROW(LISP_A_IID_HELD_PACKETS, U32, dp_iid, held_packets),
	ROW(LISP_A_IID_HELD_BYTES, U32, dp_iid, held_bytes),
	ROW(LISP_A_IID_MAPS, U32, dp_iid, maps),
	ROW(LISP_A_IID_LOCALS, U32, dp_iid, locals),
	ROW_SEEN(LISP_A_IID_EVENT, U32, dp_iid, event, has_event),
};

/* Stands for a prefix length that was not there. */
#define NO_LENGTH	0xff

/* An EID-prefix read as two attributes; without length it is a host. */
static int check_eid(struct eid *e)
{
	struct prefix *p = &e->prefix;
	struct prefix sane;

	if (p->addr.family == ADDR_NONE || e->iid > LISP_IID_MAX)
		return -EBADMSG;
	if (p->len == NO_LENGTH)
		p->len = addr_bits(&p->addr);
	if (prefix_make(&p->addr, p->len, &sane) || !prefix_equal(p, &sane))
		return -EBADMSG;
	return 0;
}

int codec_command(const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *g = mnl_nlmsg_get_payload(nlh);

	return mnl_nlmsg_get_payload_len(nlh) < sizeof(*g) ? -1 : g->cmd;
}

int codec_get_map(const struct nlmsghdr *nlh, struct dp_map *m)
{
	int err;

	memset(m, 0, sizeof(*m));
	m->eid.prefix.len = NO_LENGTH;
	err = read_message(nlh, map_rows, COUNT(map_rows), m);
	return err ? err : check_eid(&m->eid);
}

int codec_get_local(const struct nlmsghdr *nlh, struct dp_local *l)
{
	int err;

	memset(l, 0, sizeof(*l));
	l->eid.prefix.len = NO_LENGTH;
	err = read_message(nlh, local_rows, COUNT(local_rows), l);
	return err ? err : check_eid(&l->eid);
}

int codec_get_rloc(const struct nlmsghdr *nlh, struct dp_rloc *r)
{
	int err;

	memset(r, 0, sizeof(*r));
	err = read_message(nlh, rloc_rows, COUNT(rloc_rows), r);
	return err || r->addr.family != ADDR_NONE ? err : -EBADMSG;
}

int codec_get_dev(const struct nlmsghdr *nlh, struct dp_dev *d)
{
	memset(d, 0, sizeof(*d));
	return read_message(nlh, dev_rows, COUNT(dev_rows), d);
}

int codec_get_miss(const struct nlmsghdr *nlh, struct dp_miss *m)
{
	int err;

	memset(m, 0, sizeof(*m));
	err = read_message(nlh, miss_rows, COUNT(miss_rows), m);
	return err || m->eid.family != ADDR_NONE ? err : -EBADMSG;
}

int codec_get_reach(const struct nlmsghdr *nlh, struct dp_reach *r)
{
	int err;

	memset(r, 0, sizeof(*r));
	r->eid.prefix.len = NO_LENGTH;
	err = read_message(nlh, reach_rows, COUNT(reach_rows), r);
	return err ? err : check_eid(&r->eid);
}

int codec_get_iid(const struct nlmsghdr *nlh, struct dp_iid *i)
{
	memset(i, 0, sizeof(*i));
	return read_message(nlh, iid_rows, COUNT(iid_rows), i);
}

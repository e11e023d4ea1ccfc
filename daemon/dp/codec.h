/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between the objects of dp/object.h and messages of the "lisp" family.
 *
 * Parsing is strict: an attribute of a wrong length, a prefix with bits
 * beyond its length, an address of no family, too many locators or half an
 * attribute at the end refuse the whole object (-EBADMSG).  Attributes and
 * enum values we do not know are those of a newer kernel, and are skipped or
 * kept as numbers.
 */
#ifndef LISP_DP_CODEC_H
#define LISP_DP_CODEC_H

#include "dp/object.h"
#include "io/nl.h"

/* Which objects a dump or a flush is about. */
struct dp_filter {
	bool has_underlay;
	uint32_t underlay;
	bool has_iid;
	uint32_t iid;
	bool has_origin;
	uint32_t origin;
};

/* Sets of attributes whose key is an EID-prefix. */
enum codec_kind {
	CODEC_MAP,
	CODEC_LOCAL,
};

/* Append the attributes of a request. */
void codec_put_map(struct nl *n, const struct dp_map *m);
void codec_put_local(struct nl *n, const struct dp_local *l);
/* Key of a mapping or local EID, and a filter over them. */
void codec_put_key(struct nl *n, enum codec_kind kind, uint32_t underlay,
		   const struct eid *eid, uint32_t origin);
/* CODEC_MAP does for RLOCs and misses, too, without what they do not have. */
void codec_put_filter(struct nl *n, enum codec_kind kind,
		      const struct dp_filter *f);
/* The mapping that matches an EID best. */
void codec_put_lookup(struct nl *n, uint32_t underlay, uint32_t iid,
		      const struct addr *eid);
/* Filter over devices; their attributes have numbers of their own. */
void codec_put_dev_filter(struct nl *n, const struct dp_filter *f);
/* Its key, with state and round-trip time if asked for. */
void codec_put_rloc(struct nl *n, const struct dp_rloc *r, bool with_state,
		    bool with_rtt);
/* Key, and if @with_vrf the VRF. */
void codec_put_iid(struct nl *n, const struct dp_iid *i, bool with_vrf);
void codec_put_owner(struct nl *n, uint32_t origin, uint32_t stale_limit);

/* Read one message.  0 or -EBADMSG. */
int codec_get_map(const struct nlmsghdr *nlh, struct dp_map *m);
int codec_get_local(const struct nlmsghdr *nlh, struct dp_local *l);
int codec_get_rloc(const struct nlmsghdr *nlh, struct dp_rloc *r);
int codec_get_dev(const struct nlmsghdr *nlh, struct dp_dev *d);
int codec_get_miss(const struct nlmsghdr *nlh, struct dp_miss *m);
int codec_get_reach(const struct nlmsghdr *nlh, struct dp_reach *r);
int codec_get_iid(const struct nlmsghdr *nlh, struct dp_iid *i);

/* Command of a generic netlink message, -1 when it is too short. */
int codec_command(const struct nlmsghdr *nlh);

#endif

// SPDX-License-Identifier: GPL-2.0
/* Reactions to what packets said, under lisp_net.lock. */

#include <linux/moduleparam.h>
#include <linux/ktime.h>

#include "doubt.h"
#include "map.h"
#include "net.h"
#include "netlink.h"
#include "reach-bits.h"
#include "reach.h"

static unsigned int status_bits_wait = 300;
module_param(status_bits_wait, uint, 0644);
MODULE_PARM_DESC(status_bits_wait,
		 "seconds without status bits after a local locator set changed (300)");

/* Give @map the set that it has, but with the locators @down flagged so. */
static int set_down(struct lisp_map *map, u32 down)
{
	struct lisp_locset *set, *old = lisp_map_locset(map);
	struct lisp_loc_conf locs[LISP_LOCATORS_MAX];
	struct lisp_net *ln = map->iid->ln;
	u32 i;

	for (i = 0; i < old->n; i++) {
		const struct lisp_loc *loc = &old->loc[i];

		locs[i] = (struct lisp_loc_conf) {
			.addr = loc->rloc->addr,
			.port = loc->rloc->port,
			.family = loc->family,
			.priority = loc->priority,
			.weight = loc->weight,
			.flags = loc->flags & ~LISP_LOC_FLAG_STATUS_DOWN,
		};
		if (down >> i & 1)
			locs[i].flags |= LISP_LOC_FLAG_STATUS_DOWN;
	}
	set = lisp_locset_get(ln, map->iid->key.underlay, locs, old->n,
			      old->home);
	if (IS_ERR(set))
		return PTR_ERR(set);
	rcu_assign_pointer(map->set, set);
	lisp_locset_put(ln, old);

	return 0;
}

static bool is_same_rlocs(const struct lisp_locset *a,
			  const struct lisp_locset *b)
{
	u32 i;

	if (!a || !b || a->n != b->n)
		return false;
	for (i = 0; i < a->n; i++) {
		if (a->loc[i].rloc != b->loc[i].rloc)
			return false;
	}

	return true;
}

void lisp_reach_inherit(struct lisp_map *map, const struct lisp_map *old)
{
	const struct lisp_locset *was = lisp_map_locset(old);
	u32 down;

	if (!is_same_rlocs(lisp_map_locset(map), was))
		return;
	down = lisp_status_down(was);
	/* without memory all are up, until packets say again what is not */
	if (down)
		set_down(map, down);
}

u32 lisp_reach_quiet(const struct lisp_locset *old,
		     const struct lisp_locset *set, u32 before)
{
	if (!old || !set || is_same_rlocs(old, set))
		return before;

	return (u32)ktime_get_seconds() + READ_ONCE(status_bits_wait);
}

static void do_status(struct lisp_map *map, const struct lisp_react *what,
		      const struct lisp_react_value *v)
{
	const struct lisp_locset *set = lisp_map_locset(map);
	u32 down, mask;

	if (!set)
		return;
	/* it may have been replaced since the packet came */
	mask = v->mask & lisp_status_mask(set->n, false);
	down = lisp_status_merge(lisp_status_down(set), v->value, mask);
	if (down == lisp_status_down(set) || set_down(map, down))
		return;
	lisp_netlink_reach(map->iid->ln, what,
			   ~down & lisp_status_mask(set->n, false));
}

static void do_glean(struct lisp_iid *iid, const struct lisp_react *what)
{
	struct lisp_loc_conf loc = {
		.addr = what->rloc,
		.port = what->port,
		.family = what->rloc_family,
		.priority = 1,
		.flags = LISP_LOC_FLAG_REACHABLE,
	};

	if (!lisp_map_glean(iid, &what->prefix, &loc))
		lisp_netlink_reach(iid->ln, what, 0);
}

static void do_rloc(struct lisp_net *ln, const struct lisp_react *what,
		    enum lisp_rloc_state state)
{
	struct lisp_rloc *rloc;

	rloc = lisp_rloc_find(ln, what->underlay, what->rloc_family,
			      &what->rloc, what->port);
	if (!rloc)
		return;
	/* what somebody else says of it stands */
	if (state != LISP_RLOC_STATE_UP && rloc->state != LISP_RLOC_STATE_UP)
		return;
	if (state == LISP_RLOC_STATE_UP &&
	    rloc->state != LISP_RLOC_STATE_UNREACHABLE_NONCE)
		return;
	if (!lisp_rloc_set_state(rloc, state))
		return;
	if (state == LISP_RLOC_STATE_UNREACHABLE_ICMP)
		lisp_doubt_add(ln, rloc);
	lisp_netlink_rloc(ln, rloc, NULL);
}

static void do_doubt(struct lisp_net *ln, const struct lisp_react *what)
{
	struct lisp_rloc *rloc;

	rloc = lisp_rloc_find(ln, what->underlay, what->rloc_family,
			      &what->rloc, what->port);
	if (rloc && rloc->state == LISP_RLOC_STATE_UP)
		lisp_netlink_rloc_doubt(ln, rloc);
}

/* What is about one Instance-ID. */
static void do_iid(struct lisp_iid *iid, const struct lisp_react *what,
		   const struct lisp_react_value *v)
{
	struct lisp_map *map;

	switch ((enum lisp_react_kind)what->kind) {
	case LISP_REACT_STATUS:
		map = lisp_map_find(iid, &what->prefix);
		if (map)
			do_status(map, what, v);
		break;
	case LISP_REACT_SOURCE_NEWER:
	case LISP_REACT_DEST_OLDER:
	case LISP_REACT_DEST_NEWER:
		lisp_netlink_reach(iid->ln, what, v->value);
		break;
	case LISP_REACT_GLEAN:
		do_glean(iid, what);
		break;
	case LISP_REACT_RLOC:
	case LISP_REACT_DOUBT:
		break;
	}
}

void lisp_react_do(struct lisp_net *ln, const struct lisp_react *what,
		   const struct lisp_react_value *v)
{
	struct lisp_iid *iid;

	lockdep_assert_held(&ln->lock);

	if (what->kind == LISP_REACT_RLOC) {
		do_rloc(ln, what, v->value);
		return;
	}
	if (what->kind == LISP_REACT_DOUBT) {
		do_doubt(ln, what);
		return;
	}
	iid = lisp_iid_find(ln, what->underlay, what->iid);
	if (iid)
		do_iid(iid, what, v);
}

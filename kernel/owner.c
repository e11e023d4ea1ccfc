// SPDX-License-Identifier: GPL-2.0
/*
 * Owners of origins: which netlink socket looks after which mappings, and
 * what a change of an entry must respect.
 */

#include <linux/notifier.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <net/genetlink.h>

#include "net.h"
#include "owner.h"

/* A daemon and some orchestrators; each has its origin for good. */
#define OWNERS_MAX	256

/**
 * struct lisp_owner - an origin that was claimed (lock)
 * @list: in lisp_owners.list, the one that changed last first
 * @origin: key
 * @portid: socket, 0: absent
 * @stale_limit: seconds its mappings may outlive their TTL while it is absent
 * @since: boot time, seconds, of the last change of @portid
 */
struct lisp_owner {
	struct list_head	list;
	u32			origin;
	u32			portid;
	u32			stale_limit;
	u32			since;
};

static struct lisp_owner *owner_find(const struct lisp_net *ln, u32 origin)
{
	struct lisp_owner *owner;

	lockdep_assert_held(&ln->lock);

	list_for_each_entry(owner, &ln->owners.list, list) {
		if (owner->origin == origin)
			return owner;
	}

	return NULL;
}

/* One that has been absent for so long that it has nothing to say. */
static struct lisp_owner *owner_recycle(struct lisp_owners *owners)
{
	u32 now = ktime_get_boottime_seconds();
	struct lisp_owner *owner;

	list_for_each_entry_reverse(owner, &owners->list, list) {
		if (!owner->portid && now - owner->since > owner->stale_limit)
			return owner;
	}

	return NULL;
}

static struct lisp_owner *owner_new(struct lisp_owners *owners,
				    struct netlink_ext_ack *extack)
{
	struct lisp_owner *owner;

	if (owners->n >= OWNERS_MAX) {
		owner = owner_recycle(owners);
		if (owner)
			return owner;
		NL_SET_ERR_MSG(extack, "too many origins have owners");
		return ERR_PTR(-ENOSPC);
	}

	owner = kzalloc(sizeof(*owner), GFP_KERNEL_ACCOUNT);
	if (!owner)
		return ERR_PTR(-ENOMEM);
	list_add(&owner->list, &owners->list);
	owners->n++;

	return owner;
}

int lisp_owner_set(struct lisp_net *ln, u32 origin, u32 portid,
		   u32 stale_limit, struct netlink_ext_ack *extack)
{
	struct lisp_owner *owner;

	owner = owner_find(ln, origin);
	if (owner && owner->portid && owner->portid != portid) {
		NL_SET_ERR_MSG(extack,
			       "another socket looks after this origin");
		return -EBUSY;
	}
	if (!owner) {
		owner = owner_new(&ln->owners, extack);
		if (IS_ERR(owner))
			return PTR_ERR(owner);
	}

	owner->origin = origin;
	owner->portid = portid;
	owner->stale_limit = stale_limit;
	owner->since = ktime_get_boottime_seconds();
	list_move(&owner->list, &ln->owners.list);

	return 0;
}

u32 lisp_owner_stale_limit(const struct lisp_net *ln, u32 origin)
{
	const struct lisp_owner *owner = owner_find(ln, origin);

	return owner && !owner->portid ? owner->stale_limit : 0;
}

int lisp_owner_check(const u32 *theirs, u32 mine,
		     const struct genl_info *info)
{
	u16 flags = info->nlhdr->nlmsg_flags;

	if (!theirs) {
		if (!(flags & NLM_F_REPLACE) || flags & NLM_F_CREATE)
			return 0;
		GENL_SET_ERR_MSG(info, "there is no such prefix to replace");
		return -ENOENT;
	}
	if (flags & NLM_F_EXCL) {
		GENL_SET_ERR_MSG(info, "this prefix exists");
		return -EEXIST;
	}
	if (*theirs != mine) {
		GENL_SET_ERR_MSG(info, "this prefix belongs to another origin");
		return -EPERM;
	}

	return 0;
}

/* A socket was closed: its owners are absent, and maybe it took misses. */
static int owner_event(struct notifier_block *nb, unsigned long event,
		       void *data)
{
	const struct netlink_notify *notify = data;
	struct lisp_owner *owner, *next;
	LIST_HEAD(left);
	struct lisp_net *ln;

	if (event != NETLINK_URELEASE || notify->protocol != NETLINK_GENERIC)
		return NOTIFY_DONE;

	ln = lisp_net(notify->net);
	WRITE_ONCE(ln->misses.heard, false);
	mutex_lock(&ln->lock);
	list_for_each_entry_safe(owner, next, &ln->owners.list, list) {
		if (owner->portid != notify->portid)
			continue;
		owner->portid = 0;
		owner->since = ktime_get_boottime_seconds();
		list_move(&owner->list, &left);
	}
	list_splice(&left, &ln->owners.list);
	mutex_unlock(&ln->lock);

	return NOTIFY_DONE;
}

static struct notifier_block owner_notifier = {
	.notifier_call = owner_event,
};

int lisp_owner_init(void)
{
	return netlink_register_notifier(&owner_notifier);
}

void lisp_owner_exit(void)
{
	netlink_unregister_notifier(&owner_notifier);
}

int lisp_owner_net_init(struct lisp_net *ln)
{
	INIT_LIST_HEAD(&ln->owners.list);
	ln->owners.n = 0;

	return 0;
}

void lisp_owner_net_exit(struct lisp_net *ln)
{
	struct lisp_owner *owner, *next;

	list_for_each_entry_safe(owner, next, &ln->owners.list, list)
		kfree(owner);
}

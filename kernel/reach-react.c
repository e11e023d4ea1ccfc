// SPDX-License-Identifier: GPL-2.0

#include <linux/jhash.h>
#include <linux/slab.h>
#include <linux/ktime.h>

#include "net.h"
#include "reach-react.h"

#define WAYS		4	/* slots that a key may be in */
#define INTERVAL	1	/* seconds between two times */
#define INTERVAL_LONG	30	/* after many times to no avail */
#define MEMORY		60	/* seconds that a key is kept after it */

/**
 * struct lisp_react_slot - a reaction that is pending, or was done lately
 * @what: its key
 * @v: the latest value
 * @used: the slot is
 * @pending: to be done
 * @doing: being done
 * @times: how often it was done
 * @when: seconds of boot time when it was done last
 */
struct lisp_react_slot {
	struct lisp_react	what;
	struct lisp_react_value	v;
	bool			used;
	bool			pending;
	bool			doing;
	u32			times;
	u32			when;
};

static u32 now_seconds(void)
{
	return ktime_get_boottime_seconds();
}

static u32 interval_of(const struct lisp_react_slot *slot)
{
	return slot->what.kind == LISP_REACT_DEST_OLDER &&
	       slot->times >= LISP_REACT_PATIENCE ? INTERVAL_LONG : INTERVAL;
}

static bool is_due(const struct lisp_react_slot *slot, u32 now)
{
	return !slot->times || now - slot->when >= interval_of(slot);
}

static bool is_active(const struct lisp_react_slot *slot)
{
	return slot->pending || slot->doing;
}

static struct lisp_react_slot *nth_way(struct lisp_reacts *r,
				       const struct lisp_react *what, u32 i)
{
	u32 at = jhash2((const u32 *)what, sizeof(*what) / 4, 0);

	return &r->slots[(at + i) % LISP_REACT_SLOTS];
}

static struct lisp_react_slot *find_slot(struct lisp_reacts *r,
					 const struct lisp_react *what)
{
	struct lisp_react_slot *slot;
	u32 i;

	for (i = 0; i < WAYS && r->slots; i++) {
		slot = nth_way(r, what, i);
		if (slot->used && !memcmp(&slot->what, what, sizeof(*what)))
			return slot;
	}

	return NULL;
}

/* A slot for @what, which has none, or NULL. */
static struct lisp_react_slot *claim_slot(struct lisp_reacts *r,
					  const struct lisp_react *what,
					  u32 now)
{
	struct lisp_react_slot *slot, *spare = NULL;
	u32 i;

	for (i = 0; i < WAYS && r->slots; i++) {
		slot = nth_way(r, what, i);
		if (!slot->used ||
		    (!is_active(slot) && now - slot->when > MEMORY))
			spare = slot;
		else if (!spare && !is_active(slot) &&
			 slot->what.kind != LISP_REACT_DEST_OLDER &&
			 now - slot->when > INTERVAL)
			spare = slot;
	}
	if (!spare)
		return NULL;

	memset(spare, 0, sizeof(*spare));
	spare->what = *what;
	spare->used = true;

	return spare;
}

/* Also what lisp_react_is_changing() is told, after the change itself. */
static void set_active(struct lisp_reacts *r, struct lisp_react_slot *slot,
		       bool pending, bool doing)
{
	bool was = is_active(slot);

	slot->pending = pending;
	slot->doing = doing;
	if (slot->what.kind != LISP_REACT_STATUS)
		return;
	/* what was changed is seen first: lisp_react_is_changing() */
	smp_store_release(&r->changing, r->changing + is_active(slot) - was);
}

/* A flood of packets must not keep the work running. */
static void schedule_slot(struct lisp_reacts *r, struct lisp_react_slot *slot,
			  u32 value, u32 mask, u32 now)
{
	slot->v.value = value;
	slot->v.mask = mask;
	if (slot->pending)
		return;
	set_active(r, slot, true, slot->doing);
	if (is_due(slot, now))
		mod_delayed_work(system_long_wq, &r->work, 0);
	else
		queue_delayed_work(system_long_wq, &r->work, HZ / 4);
}

u32 lisp_react(struct lisp_net *ln, const struct lisp_react *what,
	       u32 value, u32 mask)
{
	struct lisp_reacts *r = &ln->reacts;
	struct lisp_react_slot *slot;
	u32 times = 0, now = now_seconds();

	BUILD_BUG_ON(sizeof(*what) % 4);

	spin_lock_bh(&r->lock);
	slot = find_slot(r, what) ?: claim_slot(r, what, now);
	if (slot) {
		times = slot->times;
		schedule_slot(r, slot, value, mask, now);
	}
	spin_unlock_bh(&r->lock);

	return times;
}

void lisp_react_recall(struct lisp_net *ln, const struct lisp_react *what,
		       u32 value, u32 mask)
{
	struct lisp_reacts *r = &ln->reacts;
	struct lisp_react_slot *slot;

	spin_lock_bh(&r->lock);
	slot = find_slot(r, what);
	if (slot && is_active(slot))
		schedule_slot(r, slot, value, mask, now_seconds());
	spin_unlock_bh(&r->lock);
}

/* Take what is due from the slot. True: @what and @v are to be done. */
static bool take(struct lisp_reacts *r, struct lisp_react_slot *slot,
		 struct lisp_react *what, struct lisp_react_value *v,
		 bool *more)
{
	u32 now = now_seconds();
	bool due;

	spin_lock_bh(&r->lock);
	due = slot->pending && is_due(slot, now);
	if (due) {
		*what = slot->what;
		*v = slot->v;
		set_active(r, slot, false, true);
		slot->times++;
		slot->when = now;
	}
	*more |= slot->pending;
	spin_unlock_bh(&r->lock);

	return due;
}

/* It is done, unless it became pending again meanwhile. */
static void done(struct lisp_reacts *r, struct lisp_react_slot *slot,
		 bool *more)
{
	spin_lock_bh(&r->lock);
	set_active(r, slot, slot->pending, false);
	*more |= slot->pending;
	spin_unlock_bh(&r->lock);
}

static void react_work(struct work_struct *work)
{
	struct lisp_reacts *r = container_of(to_delayed_work(work),
					     struct lisp_reacts, work);
	struct lisp_net *ln = container_of(r, struct lisp_net, reacts);
	struct lisp_react_value v;
	struct lisp_react what;
	bool more = false;
	unsigned int i;

	for (i = 0; i < LISP_REACT_SLOTS; i++) {
		if (!take(r, &r->slots[i], &what, &v, &more))
			continue;
		mutex_lock(&ln->lock);
		lisp_react_do(ln, &what, &v);
		mutex_unlock(&ln->lock);
		done(r, &r->slots[i], &more);
		cond_resched();
	}

	/* what is not due yet */
	if (more)
		queue_delayed_work(system_long_wq, &r->work, HZ / 4);
}

int lisp_react_prepare(struct lisp_net *ln)
{
	struct lisp_reacts *r = &ln->reacts;
	struct lisp_react_slot *slots;

	if (r->slots)
		return 0;
	slots = kvcalloc(LISP_REACT_SLOTS, sizeof(*slots), GFP_KERNEL_ACCOUNT);
	if (!slots)
		return -ENOMEM;

	spin_lock_bh(&r->lock);
	r->slots = slots;
	spin_unlock_bh(&r->lock);

	return 0;
}

int lisp_react_net_init(struct lisp_net *ln)
{
	memset(&ln->reacts, 0, sizeof(ln->reacts));
	spin_lock_init(&ln->reacts.lock);
	INIT_DELAYED_WORK(&ln->reacts.work, react_work);

	return 0;
}

void lisp_react_net_exit(struct lisp_net *ln)
{
	cancel_delayed_work_sync(&ln->reacts.work);
	kvfree(ln->reacts.slots);
}

// SPDX-License-Identifier: GPL-2.0
/*
 * Misses and held packets.
 *
 * A packet whose destination has no mapping comes here. The first one for an
 * EID makes a miss, which is reported to user space; this and those that
 * follow are held with it until a mapping (or local EID) that covers the EID
 * is published, which sends them in order, or until the miss is given up,
 * which refuses them.
 *
 * No answer is missed: the publisher publishes, then takes misses->lock to
 * release what it covers; the packet takes the lock, looks for a mapping
 * again, and is held only if there is none, in the same critical section. So
 * either it finds the mapping or it is found.
 *
 * Memory is bounded by octets: packets count with their truesize, a miss with
 * its own size, towards the limits of its EID (packets only), its
 * Instance-ID, and the network namespace. When the Instance-ID is full its
 * oldest miss goes; when the namespace is full, the oldest of the Instance-ID
 * that occupies most. So a scan, which makes many misses, evicts its own, and
 * an Instance-ID that holds little keeps what it holds.
 *
 * Reports are limited by a token bucket for each Instance-ID and one for the
 * namespace. What finds no token waits; the Instance-IDs that wait take turns.
 * A report is repeated after 1, 2, 4, 8 s, so each miss waits in a list of
 * those reported as often as it is, which is in order of time by itself.
 *
 * Nothing is sent and no device is touched under misses->lock: packets are
 * taken out under it, sent or refused after. Whoever does that holds RCU from
 * before it took them, so that skb->dev, whose device may go away meanwhile,
 * stays until they are gone.
 */

#include <linux/jiffies.h>
#include <linux/moduleparam.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <net/dst.h>

#include "iid.h"
#include "map.h"
#include "miss-table.h"
#include "miss.h"
#include "netlink.h"
#include "trace.h"
#include "xmit.h"

#define BATCH		64	/* misses taken out in one critical section */
#define REPORTS		16	/* reports collected in one critical section */

static unsigned int hold_eid_bytes = 128 << 10;
module_param(hold_eid_bytes, uint, 0644);
MODULE_PARM_DESC(hold_eid_bytes,
		 "memory for packets held for one EID (131072)");

static unsigned int hold_ms = 10000;
module_param(hold_ms, uint, 0644);
MODULE_PARM_DESC(hold_ms,
		 "milliseconds until a miss without answer is given up (10000)");

/*
 * Send (reason NONE) or refuse the packets of misses that were taken out, in
 * order. RCU since before that, BH disabled, the lock is dropped.
 */
static void dispose(struct list_head *taken, enum lisp_drop_reason reason)
{
	struct lisp_miss *miss, *next;
	struct sk_buff *skb;

	list_for_each_entry_safe(miss, next, taken, age) {
		while ((skb = __skb_dequeue(&miss->queue))) {
			if (reason)
				lisp_xmit_refuse(skb, skb->dev, reason);
			else
				lisp_xmit_resolved(skb, skb->dev);
		}
		kfree(miss);
	}
}

/* Take up to BATCH misses of @iid, those @prefix covers if it is not NULL. */
static unsigned int take_batch(struct lisp_iid *iid,
			       const struct lisp_prefix *prefix,
			       struct list_head *taken)
{
	struct lisp_misses *misses = lisp_misses_of(iid);
	struct lisp_miss *miss;
	unsigned int n;

	spin_lock(&misses->lock);
	for (n = 0; iid->miss && n < BATCH; n++) {
		miss = prefix ? lisp_miss_table_at(iid->miss, prefix->family,
						   &prefix->addr, false) :
		       list_first_entry_or_null(&iid->miss->age,
						struct lisp_miss, age);
		if (!miss)
			break;
		if (prefix && (miss->family != prefix->family ||
			       !lisp_lpm_covers(prefix->addr.word,
						miss->eid.word, prefix->len)))
			break;
		lisp_miss_table_take(iid, miss);
		list_add_tail(&miss->age, taken);
	}
	spin_unlock(&misses->lock);

	return n;
}

/*
 * Make a report. If nobody listens in this namespace, what is held for the EID
 * is refused now. RCU since before the report was noted, BH disabled.
 */
static void report(const struct lisp_miss_report *r)
{
	struct lisp_prefix host = {
		.family = r->info.family,
		.len = lisp_addr_bits(r->info.family),
		.addr = r->info.eid,
	};
	LIST_HEAD(taken);

	trace_lisp_miss(r->iid->key.iid, &r->info);
	if (lisp_netlink_miss(r->iid, &r->info) != -ESRCH)
		return;

	take_batch(r->iid, &host, &taken);
	dispose(&taken, LISP_DROP_REASON_NO_LISTENER);
}

/* What becomes of a packet; see hold(). */
enum fate { HELD, ANSWERED, REFUSED };

struct verdict {
	enum fate		fate;
	enum lisp_drop_reason	reason;		/* if REFUSED */
	struct list_head	answered;	/* to be sent before the packet */
	struct list_head	evicted;
	struct lisp_miss_report	report;
	bool			reported;
};

static void refuse(struct verdict *v, enum lisp_drop_reason reason)
{
	v->fate = REFUSED;
	v->reason = reason;
}

/* Hold @skb, NULL: only make the miss. Under the lock. */
static void hold(struct lisp_iid *iid, int family, const union lisp_addr *eid,
		 const union lisp_addr *source, struct sk_buff *skb,
		 struct verdict *v)
{
	u32 bytes = skb ? skb->truesize : 0;
	struct lisp_miss *miss;

	miss = lisp_miss_table_find(iid->miss, family, eid);
	if (iid->dead)
		return refuse(v, LISP_DROP_REASON_HOLD_PURGED);
	if (skb && (lisp_map_lookup(iid, family, eid) ||
		    lisp_iid_is_local(iid, family, eid))) {
		v->fate = ANSWERED;
		if (miss) {
			lisp_miss_table_take(iid, miss);
			list_add(&miss->age, &v->answered);
		}
		return;
	}
	if ((miss ? miss->bytes : 0) + bytes > READ_ONCE(hold_eid_bytes))
		return refuse(v, LISP_DROP_REASON_HOLD_FULL);
	if (!lisp_miss_table_make_room(iid,
				       bytes + (miss ? 0 : sizeof(*miss)),
				       miss, &v->evicted))
		return refuse(v, LISP_DROP_REASON_HOLD_FULL);

	if (!miss) {
		miss = lisp_miss_table_add(iid, family, eid, source);
		if (!miss)
			return refuse(v, LISP_DROP_REASON_NO_MAP);
		if (skb)
			lisp_miss_table_append(iid, miss, skb);
		v->reported = lisp_miss_report_now(iid, miss, &v->report);
	} else if (skb) {
		lisp_miss_table_append(iid, miss, skb);
	}
	v->fate = HELD;
	if (skb)
		trace_lisp_hold(skb, iid->key.iid, family, eid,
				skb_queue_len(&miss->queue), miss->bytes);
}

static void miss_handle(struct lisp_iid *iid, int family, const void *dst,
			const void *src, struct sk_buff *skb, struct verdict *v)
{
	struct lisp_misses *misses = lisp_misses_of(iid);
	union lisp_addr eid, source;

	lisp_addr_set(&eid, family, dst);
	lisp_addr_set(&source, family, src);
	INIT_LIST_HEAD(&v->answered);
	INIT_LIST_HEAD(&v->evicted);
	v->reported = false;

	spin_lock(&misses->lock);
	hold(iid, family, &eid, &source, skb, v);
	spin_unlock(&misses->lock);

	dispose(&v->evicted, LISP_DROP_REASON_HOLD_EVICTED);
	dispose(&v->answered, LISP_DROP_REASON_NONE);
	if (v->reported)
		report(&v->report);
}

void lisp_miss(struct lisp_iid *iid, struct net_device *dev, int family,
	       const void *dst, const void *src, struct sk_buff *skb)
{
	struct verdict v;

	if (!lisp_netlink_has_resolver(iid->ln)) {
		lisp_xmit_refuse(skb, dev, LISP_DROP_REASON_NO_LISTENER);
		return;
	}

	skb_dst_force(skb);
	miss_handle(iid, family, dst, src, skb, &v);
	switch (v.fate) {
	case HELD:
		break;
	case ANSWERED:
		lisp_xmit_resolved(skb, dev);
		break;
	case REFUSED:
		lisp_xmit_refuse(skb, dev, v.reason);
		break;
	}
}

void lisp_miss_ask(struct lisp_iid *iid, int family, const void *dst,
		   const void *src)
{
	struct verdict v;

	if (lisp_netlink_has_resolver(iid->ln))
		miss_handle(iid, family, dst, src, NULL, &v);
}

static void release(struct lisp_iid *iid, const struct lisp_prefix *prefix,
		    enum lisp_drop_reason reason)
{
	/* what comes in meanwhile, say below "ask", is not for this answer */
	const struct lisp_miss_table *table = READ_ONCE(iid->miss);
	unsigned int n, left = (table ? READ_ONCE(table->n) : 0) + BATCH;

	do {
		LIST_HEAD(taken);

		rcu_read_lock();
		local_bh_disable();
		n = take_batch(iid, prefix, &taken);
		dispose(&taken, reason);
		local_bh_enable();
		rcu_read_unlock();
		cond_resched();
		left -= min(left, n);
	} while (n == BATCH && left);
}

void lisp_miss_release(struct lisp_iid *iid, const struct lisp_prefix *prefix)
{
	release(iid, prefix, LISP_DROP_REASON_NONE);
}

void lisp_miss_purge(struct lisp_iid *iid)
{
	release(iid, NULL, LISP_DROP_REASON_HOLD_PURGED);
}

void lisp_miss_kill(struct lisp_iid *iid)
{
	struct lisp_misses *misses = lisp_misses_of(iid);

	spin_lock_bh(&misses->lock);
	iid->dead = true;
	spin_unlock_bh(&misses->lock);

	lisp_miss_purge(iid);
}

bool lisp_miss_find(struct lisp_iid *iid, int family,
		    const union lisp_addr *eid, struct lisp_miss_info *info)
{
	struct lisp_misses *misses = lisp_misses_of(iid);
	struct lisp_miss *miss;

	spin_lock_bh(&misses->lock);
	miss = lisp_miss_table_find(iid->miss, family, eid);
	if (miss)
		lisp_miss_report_info(miss, info);
	spin_unlock_bh(&misses->lock);

	return miss;
}

const struct lisp_miss_table *lisp_miss_table_of(const struct lisp_iid *iid)
{
	static const struct lisp_miss_table none;

	/* pairs with the release when it was made */
	return smp_load_acquire(&iid->miss) ?: &none;
}

bool lisp_miss_next(struct lisp_iid *iid, int family,
		    const union lisp_addr *eid, struct lisp_miss_info *info)
{
	struct lisp_misses *misses = lisp_misses_of(iid);
	struct lisp_miss *miss;

	spin_lock_bh(&misses->lock);
	miss = lisp_miss_table_at(iid->miss, family, eid, true);
	if (miss)
		lisp_miss_report_info(miss, info);
	spin_unlock_bh(&misses->lock);

	return miss;
}

/* Take up to BATCH misses that are given up. */
static unsigned int take_old(struct lisp_misses *misses,
			     struct list_head *taken)
{
	unsigned long hold = msecs_to_jiffies(READ_ONCE(hold_ms));
	struct lisp_miss_table *table, *next;
	struct lisp_miss *miss;
	unsigned int n = 0;

	list_for_each_entry_safe(table, next, &misses->active, active) {
		while ((miss = list_first_entry_or_null(&table->age,
							struct lisp_miss,
							age))) {
			if (time_before(jiffies, miss->born + hold))
				break;
			if (n == BATCH) {
				/* the next bite goes on from here */
				list_rotate_to_front(&table->active,
						     &misses->active);
				return n;
			}
			lisp_miss_table_take(table->iid, miss);
			list_add_tail(&miss->age, taken);
			n++;
		}
	}

	return n;
}

/* One bite of the work; true: there is more to do now. */
static bool work_bite(struct lisp_misses *misses)
{
	struct lisp_miss_report reports[REPORTS];
	unsigned int n_taken, n_reports, i;
	LIST_HEAD(taken);

	rcu_read_lock();
	local_bh_disable();
	spin_lock(&misses->lock);
	n_taken = take_old(misses, &taken);
	n_reports = lisp_miss_report_collect(misses, reports, REPORTS);
	if (misses->n_active && n_taken < BATCH && n_reports < REPORTS)
		queue_delayed_work(system_percpu_wq, &misses->work,
				   LISP_MISS_TICK);
	spin_unlock(&misses->lock);

	dispose(&taken, LISP_DROP_REASON_HOLD_TIMEOUT);
	for (i = 0; i < n_reports; i++)
		report(&reports[i]);
	local_bh_enable();
	rcu_read_unlock();

	return n_taken == BATCH || n_reports == REPORTS;
}

static void miss_work(struct work_struct *work)
{
	struct lisp_misses *misses = container_of(to_delayed_work(work),
						  struct lisp_misses, work);

	while (work_bite(misses))
		cond_resched();
}

int lisp_miss_net_init(struct lisp_net *ln)
{
	struct lisp_misses *misses = &ln->misses;

	memset(misses, 0, sizeof(*misses));
	spin_lock_init(&misses->lock);
	INIT_LIST_HEAD(&misses->active);
	misses->sizes = RB_ROOT;
	misses->bucket.stamp = get_jiffies_64() - HZ;
	INIT_DELAYED_WORK(&misses->work, miss_work);

	return 0;
}

void lisp_miss_net_exit(struct lisp_net *ln)
{
	cancel_delayed_work_sync(&ln->misses.work);
	WARN_ON_ONCE(ln->misses.n_active || ln->misses.bytes);
}

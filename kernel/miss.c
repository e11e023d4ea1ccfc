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
#include "miss.h"
#include "net.h"
#include "netlink.h"
#include "xmit.h"

#define TICK		(HZ / 10)
#define BATCH		64	/* misses taken out in one critical section */
#define REPORTS		16	/* reports collected in one critical section */

static unsigned int hold_eid_bytes = 128 << 10;
module_param(hold_eid_bytes, uint, 0644);
MODULE_PARM_DESC(hold_eid_bytes,
		 "memory for packets held for one EID (131072)");

static unsigned int hold_iid_bytes = 2 << 20;
module_param(hold_iid_bytes, uint, 0644);
MODULE_PARM_DESC(hold_iid_bytes,
		 "memory for packets held in one Instance-ID (2097152)");

static unsigned int hold_total_bytes = 8 << 20;
module_param(hold_total_bytes, uint, 0644);
MODULE_PARM_DESC(hold_total_bytes,
		 "memory for packets held in a network namespace (8388608)");

static unsigned int hold_ms = 10000;
module_param(hold_ms, uint, 0644);
MODULE_PARM_DESC(hold_ms,
		 "milliseconds until a miss without answer is given up (10000)");

static unsigned int miss_iid_rate = 500;
module_param(miss_iid_rate, uint, 0644);
MODULE_PARM_DESC(miss_iid_rate,
		 "misses reported a second for one Instance-ID (500)");

static unsigned int miss_total_rate = 2000;
module_param(miss_total_rate, uint, 0644);
MODULE_PARM_DESC(miss_total_rate,
		 "misses reported a second in a network namespace (2000)");

/**
 * struct lisp_miss - an EID that waits for a mapping (lisp_misses.lock)
 * @node: in lisp_miss_table.tree
 * @age: in lisp_miss_table.age
 * @report: in lisp_miss_table.report[@reports], empty after the last report
 * @queue: packets held, skb->dev is the device
 * @bytes: their truesize
 * @born: jiffies when it was made
 * @due: jiffies of its next report
 * @reports: how often it was reported
 * @family: of the addresses
 * @eid: destination without a mapping
 * @source: source of the packet that missed first
 */
struct lisp_miss {
	struct rb_node		node;
	struct list_head	age;
	struct list_head	report;
	struct sk_buff_head	queue;
	u32			bytes;
	unsigned long		born;
	unsigned long		due;
	u8			reports;
	u8			family;
	union lisp_addr		eid;
	union lisp_addr		source;
};

/* A report to be made once the lock is dropped. */
struct miss_report {
	const struct lisp_iid	*iid;
	struct lisp_miss_info	info;
};

static struct lisp_misses *misses_of(const struct lisp_iid *iid)
{
	return &iid->ln->misses;
}

static struct lisp_iid *iid_of(struct lisp_miss_table *table)
{
	return container_of(table, struct lisp_iid, miss);
}

/* Memory: the order of tables, and what counts. */

static void table_unsize(struct lisp_misses *misses,
			 struct lisp_miss_table *table)
{
	if (RB_EMPTY_NODE(&table->size))
		return;
	rb_erase(&table->size, &misses->sizes);
	RB_CLEAR_NODE(&table->size);
}

static void table_size(struct lisp_misses *misses,
		       struct lisp_miss_table *table)
{
	struct rb_node **pos = &misses->sizes.rb_node, *parent = NULL;

	while (*pos) {
		parent = *pos;
		if (table->bytes < rb_entry(parent, struct lisp_miss_table,
					    size)->bytes)
			pos = &parent->rb_left;
		else
			pos = &parent->rb_right;
	}
	rb_link_node(&table->size, parent, pos);
	rb_insert_color(&table->size, &misses->sizes);
}

static void table_charge(struct lisp_misses *misses,
			 struct lisp_miss_table *table, int bytes)
{
	table_unsize(misses, table);
	table->bytes += bytes;
	misses->bytes += bytes;
	if (table->n)
		table_size(misses, table);
}

/* Misses */

static int miss_cmp(const struct lisp_miss *miss, int family,
		    const union lisp_addr *eid)
{
	if (family != miss->family)
		return family < miss->family ? -1 : 1;

	return lisp_addr_cmp(eid, &miss->eid);
}

static struct lisp_miss *miss_find(const struct lisp_miss_table *table,
				   int family, const union lisp_addr *eid)
{
	struct rb_node *node = table->tree.rb_node;
	struct lisp_miss *miss;
	int cmp;

	while (node) {
		miss = rb_entry(node, struct lisp_miss, node);
		cmp = miss_cmp(miss, family, eid);
		if (!cmp)
			return miss;
		node = cmp < 0 ? node->rb_left : node->rb_right;
	}

	return NULL;
}

/* The first that is not before @eid, or if @after, the first after it. */
static struct lisp_miss *miss_at(const struct lisp_miss_table *table,
				 int family, const union lisp_addr *eid,
				 bool after)
{
	struct rb_node *node = table->tree.rb_node;
	struct lisp_miss *miss, *at = NULL;

	while (node) {
		miss = rb_entry(node, struct lisp_miss, node);
		if (miss_cmp(miss, family, eid) < !after) {
			at = miss;
			node = node->rb_left;
		} else {
			node = node->rb_right;
		}
	}

	return at;
}

static void miss_link(struct lisp_miss_table *table, struct lisp_miss *miss)
{
	struct rb_node **pos = &table->tree.rb_node, *parent = NULL;

	while (*pos) {
		parent = *pos;
		if (miss_cmp(rb_entry(parent, struct lisp_miss, node),
			     miss->family, &miss->eid) < 0)
			pos = &parent->rb_left;
		else
			pos = &parent->rb_right;
	}
	rb_link_node(&miss->node, parent, pos);
	rb_insert_color(&miss->node, &table->tree);
}

static struct lisp_miss *miss_new(struct lisp_iid *iid, int family,
				  const union lisp_addr *eid,
				  const union lisp_addr *source)
{
	struct lisp_misses *misses = misses_of(iid);
	struct lisp_miss_table *table = &iid->miss;
	struct lisp_miss *miss;

	miss = kzalloc(sizeof(*miss), GFP_ATOMIC | __GFP_NOWARN);
	if (!miss)
		return NULL;

	__skb_queue_head_init(&miss->queue);
	miss->family = family;
	miss->eid = *eid;
	miss->source = *source;
	miss->born = jiffies;
	miss->due = jiffies;
	miss_link(table, miss);
	list_add_tail(&miss->age, &table->age);
	list_add_tail(&miss->report, &table->report[0]);

	if (!table->n++) {
		list_add_tail(&table->active, &misses->active);
		misses->n_active++;
		queue_delayed_work(system_wq, &misses->work, TICK);
	}
	table_charge(misses, table, sizeof(*miss));

	return miss;
}

/* Take @miss and its packets out; they are the caller's. */
static void miss_take(struct lisp_iid *iid, struct lisp_miss *miss)
{
	struct lisp_misses *misses = misses_of(iid);
	struct lisp_miss_table *table = &iid->miss;

	rb_erase(&miss->node, &table->tree);
	list_del(&miss->age);
	list_del(&miss->report);
	table->packets -= skb_queue_len(&miss->queue);
	if (!--table->n) {
		list_del_init(&table->active);
		misses->n_active--;
	}
	table_charge(misses, table, -(int)(sizeof(*miss) + miss->bytes));
}

static void miss_append(struct lisp_iid *iid, struct lisp_miss *miss,
			struct sk_buff *skb)
{
	__skb_queue_tail(&miss->queue, skb);
	miss->bytes += skb->truesize;
	iid->miss.packets++;
	table_charge(misses_of(iid), &iid->miss, skb->truesize);
}

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

/* Room */

/* Take the oldest miss of @table but @keep. False: there is none. */
static bool evict(struct lisp_miss_table *table, const struct lisp_miss *keep,
		  struct list_head *evicted)
{
	struct lisp_miss *miss;

	list_for_each_entry(miss, &table->age, age) {
		if (miss == keep)
			continue;
		miss_take(iid_of(table), miss);
		list_add_tail(&miss->age, evicted);
		return true;
	}

	return false;
}

/* Whether there is, or could be made, room for @bytes in @iid. */
static bool make_room(struct lisp_iid *iid, u32 bytes,
		      const struct lisp_miss *keep, struct list_head *evicted)
{
	struct lisp_misses *misses = misses_of(iid);
	struct rb_node *largest;

	while (iid->miss.bytes + bytes > READ_ONCE(hold_iid_bytes)) {
		if (!evict(&iid->miss, keep, evicted))
			return false;
	}
	while (misses->bytes + bytes > READ_ONCE(hold_total_bytes)) {
		largest = rb_last(&misses->sizes);
		if (!largest || !evict(rb_entry(largest, struct lisp_miss_table,
						size), keep, evicted))
			return false;
	}

	return true;
}

/* Reports */

static void bucket_fill(struct lisp_miss_bucket *bucket, unsigned int rate)
{
	u64 now = get_jiffies_64();
	u64 ticks = min_t(u64, now - bucket->stamp, HZ);

	bucket->stamp = now;
	bucket->credit = min_t(u64, bucket->credit + ticks * rate,
			       (u64)rate * HZ);
}

/* A token of both buckets, or none of either. */
static bool take_token(struct lisp_misses *misses,
		       struct lisp_miss_table *table)
{
	bucket_fill(&misses->bucket, READ_ONCE(miss_total_rate));
	bucket_fill(&table->bucket, READ_ONCE(miss_iid_rate));
	if (misses->bucket.credit < HZ || table->bucket.credit < HZ)
		return false;
	misses->bucket.credit -= HZ;
	table->bucket.credit -= HZ;

	return true;
}

static void miss_info(const struct lisp_miss *miss,
		      struct lisp_miss_info *info)
{
	info->family = miss->family;
	info->eid = miss->eid;
	info->source = miss->source;
	info->packets = skb_queue_len(&miss->queue);
	info->reports = miss->reports;
}

/* @miss is due: note its report, and when the next is. */
static void note_report(struct lisp_iid *iid, struct lisp_miss *miss,
			struct miss_report *report)
{
	miss->due = jiffies + ((unsigned long)HZ << miss->reports);
	miss->reports++;
	iid->miss.reports++;
	if (miss->reports < LISP_MISS_REPORTS)
		list_move_tail(&miss->report,
			       &iid->miss.report[miss->reports]);
	else
		list_del_init(&miss->report);

	report->iid = iid;
	miss_info(miss, &report->info);
}

/* The miss of @table that is to be reported now, or NULL. */
static struct lisp_miss *due_miss(struct lisp_miss_table *table)
{
	struct lisp_miss *miss;
	unsigned int i;

	for (i = 0; i < LISP_MISS_REPORTS; i++) {
		miss = list_first_entry_or_null(&table->report[i],
						struct lisp_miss, report);
		if (miss && time_after_eq(jiffies, miss->due))
			return miss;
	}

	return NULL;
}

/* Report a new @miss at once if nothing waits before it. */
static bool report_now(struct lisp_iid *iid, struct lisp_miss *miss,
		       struct miss_report *report)
{
	if (!list_is_first(&miss->report, &iid->miss.report[0]) ||
	    !take_token(misses_of(iid), &iid->miss))
		return false;
	note_report(iid, miss, report);

	return true;
}

static void tell(const struct miss_report *reports, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		lisp_netlink_miss(reports[i].iid, &reports[i].info);
}

/* What becomes of a packet; see hold(). */
enum fate { HELD, ANSWERED, REFUSED };

struct verdict {
	enum fate		fate;
	enum lisp_drop_reason	reason;		/* if REFUSED */
	struct list_head	answered;	/* to be sent before the packet */
	struct list_head	evicted;
	struct miss_report	report;
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

	miss = miss_find(&iid->miss, family, eid);
	if (iid->miss.dead)
		return refuse(v, LISP_DROP_REASON_HOLD_PURGED);
	if (skb && (lisp_map_lookup(iid, family, eid) ||
		    lisp_iid_is_local(iid, family, eid))) {
		v->fate = ANSWERED;
		if (miss) {
			miss_take(iid, miss);
			list_add(&miss->age, &v->answered);
		}
		return;
	}
	if ((miss ? miss->bytes : 0) + bytes > READ_ONCE(hold_eid_bytes))
		return refuse(v, LISP_DROP_REASON_HOLD_FULL);
	if (!make_room(iid, bytes + (miss ? 0 : sizeof(*miss)), miss,
		       &v->evicted))
		return refuse(v, LISP_DROP_REASON_HOLD_FULL);

	if (!miss) {
		miss = miss_new(iid, family, eid, source);
		if (!miss)
			return refuse(v, LISP_DROP_REASON_NO_MAP);
		if (skb)
			miss_append(iid, miss, skb);
		v->reported = report_now(iid, miss, &v->report);
	} else if (skb) {
		miss_append(iid, miss, skb);
	}
	v->fate = HELD;
}

static void miss_handle(struct lisp_iid *iid, int family, const void *dst,
			const void *src, struct sk_buff *skb, struct verdict *v)
{
	struct lisp_misses *misses = misses_of(iid);
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
		tell(&v->report, 1);
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

/* Take up to BATCH misses of @iid, those @prefix covers if it is not NULL. */
static unsigned int take_batch(struct lisp_iid *iid,
			       const struct lisp_prefix *prefix,
			       struct list_head *taken)
{
	struct lisp_misses *misses = misses_of(iid);
	struct lisp_miss *miss;
	unsigned int n;

	spin_lock(&misses->lock);
	for (n = 0; n < BATCH; n++) {
		miss = prefix ? miss_at(&iid->miss, prefix->family,
					&prefix->addr, false) :
		       list_first_entry_or_null(&iid->miss.age,
						struct lisp_miss, age);
		if (!miss)
			break;
		if (prefix && (miss->family != prefix->family ||
			       !lisp_lpm_covers(prefix->addr.word,
						miss->eid.word, prefix->len)))
			break;
		miss_take(iid, miss);
		list_add_tail(&miss->age, taken);
	}
	spin_unlock(&misses->lock);

	return n;
}

static void release(struct lisp_iid *iid, const struct lisp_prefix *prefix,
		    enum lisp_drop_reason reason)
{
	/* what comes in meanwhile, say below "ask", is not for this answer */
	unsigned int n, left = READ_ONCE(iid->miss.n) + BATCH;

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
	struct lisp_misses *misses = misses_of(iid);

	spin_lock_bh(&misses->lock);
	iid->miss.dead = true;
	spin_unlock_bh(&misses->lock);

	lisp_miss_purge(iid);
}

bool lisp_miss_find(struct lisp_iid *iid, int family,
		    const union lisp_addr *eid, struct lisp_miss_info *info)
{
	struct lisp_misses *misses = misses_of(iid);
	struct lisp_miss *miss;

	spin_lock_bh(&misses->lock);
	miss = miss_find(&iid->miss, family, eid);
	if (miss)
		miss_info(miss, info);
	spin_unlock_bh(&misses->lock);

	return miss;
}

bool lisp_miss_next(struct lisp_iid *iid, int family,
		    const union lisp_addr *eid, struct lisp_miss_info *info)
{
	struct lisp_misses *misses = misses_of(iid);
	struct lisp_miss *miss;

	spin_lock_bh(&misses->lock);
	miss = miss_at(&iid->miss, family, eid, true);
	if (miss)
		miss_info(miss, info);
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
			if (n == BATCH)
				return n;
			miss_take(iid_of(table), miss);
			list_add_tail(&miss->age, taken);
			n++;
		}
	}

	return n;
}

/* Collect up to REPORTS reports, one of each table in turn. */
static unsigned int collect(struct lisp_misses *misses,
			    struct miss_report *reports)
{
	struct lisp_miss_table *table;
	unsigned int n = 0, idle = 0;
	struct lisp_miss *miss;

	while (n < REPORTS && idle < misses->n_active) {
		table = list_first_entry(&misses->active,
					 struct lisp_miss_table, active);
		list_move_tail(&table->active, &misses->active);
		miss = due_miss(table);
		if (miss && take_token(misses, table)) {
			note_report(iid_of(table), miss, &reports[n++]);
			idle = 0;
		} else {
			idle++;
		}
	}

	return n;
}

/* One bite of the work; true: there is more to do now. */
static bool work_bite(struct lisp_misses *misses)
{
	struct miss_report reports[REPORTS];
	unsigned int n_taken, n_reports;
	LIST_HEAD(taken);

	rcu_read_lock();
	local_bh_disable();
	spin_lock(&misses->lock);
	n_taken = take_old(misses, &taken);
	n_reports = collect(misses, reports);
	if (misses->n_active && n_taken < BATCH && n_reports < REPORTS)
		queue_delayed_work(system_wq, &misses->work, TICK);
	spin_unlock(&misses->lock);

	dispose(&taken, LISP_DROP_REASON_HOLD_TIMEOUT);
	tell(reports, n_reports);
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

void lisp_miss_table_init(struct lisp_miss_table *table)
{
	unsigned int i;

	table->tree = RB_ROOT;
	INIT_LIST_HEAD(&table->age);
	for (i = 0; i < LISP_MISS_REPORTS; i++)
		INIT_LIST_HEAD(&table->report[i]);
	INIT_LIST_HEAD(&table->active);
	RB_CLEAR_NODE(&table->size);
	/* full from the start */
	table->bucket.stamp = get_jiffies_64() - HZ;
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

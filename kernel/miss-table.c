// SPDX-License-Identifier: GPL-2.0
/*
 * The misses of an Instance-ID: by EID, by age, and what they occupy. See
 * miss.c.
 */

#include <linux/jiffies.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>

#include "miss-table.h"

static unsigned int hold_iid_bytes = 2 << 20;
module_param(hold_iid_bytes, uint, 0644);
MODULE_PARM_DESC(hold_iid_bytes,
		 "memory for packets held in one Instance-ID (2097152)");

static unsigned int hold_total_bytes = 8 << 20;
module_param(hold_total_bytes, uint, 0644);
MODULE_PARM_DESC(hold_total_bytes,
		 "memory for packets held in a network namespace (8388608)");

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

struct lisp_miss *lisp_miss_table_find(const struct lisp_miss_table *table,
				       int family, const union lisp_addr *eid)
{
	struct rb_node *node = table ? table->tree.rb_node : NULL;
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

struct lisp_miss *lisp_miss_table_at(const struct lisp_miss_table *table,
				     int family, const union lisp_addr *eid,
				     bool after)
{
	struct rb_node *node = table ? table->tree.rb_node : NULL;
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

/* NULL: no memory. */
static struct lisp_miss_table *table_of(struct lisp_iid *iid)
{
	struct lisp_miss_table *table = iid->miss;
	unsigned int i;

	if (table)
		return table;

	table = kzalloc(sizeof(*table), GFP_ATOMIC | __GFP_NOWARN);
	if (!table)
		return NULL;
	table->iid = iid;
	table->tree = RB_ROOT;
	INIT_LIST_HEAD(&table->age);
	for (i = 0; i < LISP_MISS_REPORTS; i++)
		INIT_LIST_HEAD(&table->report[i]);
	INIT_LIST_HEAD(&table->active);
	RB_CLEAR_NODE(&table->size);
	/* full from the start */
	table->bucket.stamp = get_jiffies_64() - HZ;
	/* some look without the lock; then it must be all there */
	smp_store_release(&iid->miss, table);

	return table;
}

struct lisp_miss *lisp_miss_table_add(struct lisp_iid *iid, int family,
				      const union lisp_addr *eid,
				      const union lisp_addr *source)
{
	struct lisp_misses *misses = lisp_misses_of(iid);
	struct lisp_miss_table *table = table_of(iid);
	struct lisp_miss *miss;

	if (!table)
		return NULL;
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
		queue_delayed_work(system_percpu_wq, &misses->work,
				   LISP_MISS_TICK);
	}
	table_charge(misses, table, sizeof(*miss));

	return miss;
}

void lisp_miss_table_take(struct lisp_iid *iid, struct lisp_miss *miss)
{
	struct lisp_misses *misses = lisp_misses_of(iid);
	struct lisp_miss_table *table = iid->miss;

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

void lisp_miss_table_append(struct lisp_iid *iid, struct lisp_miss *miss,
			    struct sk_buff *skb)
{
	__skb_queue_tail(&miss->queue, skb);
	miss->bytes += skb->truesize;
	iid->miss->packets++;
	table_charge(lisp_misses_of(iid), iid->miss, skb->truesize);
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
		lisp_miss_table_take(table->iid, miss);
		list_add_tail(&miss->age, evicted);
		return true;
	}

	return false;
}

bool lisp_miss_table_make_room(struct lisp_iid *iid, u32 bytes,
			       const struct lisp_miss *keep,
			       struct list_head *evicted)
{
	struct lisp_misses *misses = lisp_misses_of(iid);
	struct lisp_miss_table *table = iid->miss;
	struct rb_node *largest;

	while ((table ? table->bytes : 0) + bytes > READ_ONCE(hold_iid_bytes)) {
		if (!table || !evict(table, keep, evicted))
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

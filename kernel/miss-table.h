/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The misses of an Instance-ID and their memory (miss-table.c), and their
 * reports (miss-report.c). For these files and miss.c only, which says how it
 * all works. Everything here is under lisp_misses.lock, unless it says
 * otherwise.
 */
#ifndef _LISP_MISS_TABLE_H
#define _LISP_MISS_TABLE_H

#include <linux/skbuff.h>

#include "iid.h"
#include "miss.h"
#include "net.h"

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

static inline struct lisp_misses *lisp_misses_of(const struct lisp_iid *iid)
{
	return &iid->ln->misses;
}

/* How often lisp_misses.work looks. */
#define LISP_MISS_TICK	(HZ / 10)

/* Table; NULL is one without misses. */

struct lisp_miss *lisp_miss_table_find(const struct lisp_miss_table *table,
				       int family,
				       const union lisp_addr *eid);

/* The first that is not before @eid, or if @after, the first after it. */
struct lisp_miss *lisp_miss_table_at(const struct lisp_miss_table *table,
				     int family, const union lisp_addr *eid,
				     bool after);

/* Make a miss, due for its first report. NULL: no memory. */
struct lisp_miss *lisp_miss_table_add(struct lisp_iid *iid, int family,
				      const union lisp_addr *eid,
				      const union lisp_addr *source);

/* Take @miss and its packets out; they are the caller's. */
void lisp_miss_table_take(struct lisp_iid *iid, struct lisp_miss *miss);

/* Hold @skb with @miss. */
void lisp_miss_table_append(struct lisp_iid *iid, struct lisp_miss *miss,
			    struct sk_buff *skb);

/*
 * Whether there is, or could be made, room for @bytes in @iid. What had to go
 * (never @keep) is in @evicted, linked by its age, and the caller's.
 */
bool lisp_miss_table_make_room(struct lisp_iid *iid, u32 bytes,
			       const struct lisp_miss *keep,
			       struct list_head *evicted);

/* Reports */

/* A report to be made once the lock is dropped. RCU keeps @iid. */
struct lisp_miss_report {
	struct lisp_iid		*iid;
	struct lisp_miss_info	info;
};

void lisp_miss_report_info(const struct lisp_miss *miss,
			   struct lisp_miss_info *info);

/* Whether new @miss is to be reported at once; if not, it waits. */
bool lisp_miss_report_now(struct lisp_iid *iid, struct lisp_miss *miss,
			  struct lisp_miss_report *report);

/* Collect up to @max reports that are due, one of each table in turn. */
unsigned int lisp_miss_report_collect(struct lisp_misses *misses,
				      struct lisp_miss_report *reports,
				      unsigned int max);

#endif /* _LISP_MISS_TABLE_H */

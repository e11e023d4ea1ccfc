// SPDX-License-Identifier: GPL-2.0
/*
 * Reports of misses: how many, in which order, and when again. See miss.c.
 */

#include <linux/jiffies.h>
#include <linux/moduleparam.h>

#include "miss-table.h"

static unsigned int miss_iid_rate = 500;
module_param(miss_iid_rate, uint, 0644);
MODULE_PARM_DESC(miss_iid_rate,
		 "misses reported a second for one Instance-ID (500)");

static unsigned int miss_total_rate = 2000;
module_param(miss_total_rate, uint, 0644);
MODULE_PARM_DESC(miss_total_rate,
		 "misses reported a second in a network namespace (2000)");

/* Tables looked at in vain before the rest has to wait for its turn. */
#define IDLE_MAX	256u

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

void lisp_miss_report_info(const struct lisp_miss *miss,
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
			struct lisp_miss_report *report)
{
	miss->due = jiffies + ((unsigned long)HZ << miss->reports);
	miss->reports++;
	iid->miss->reports++;
	if (miss->reports < LISP_MISS_REPORTS)
		list_move_tail(&miss->report,
			       &iid->miss->report[miss->reports]);
	else
		list_del_init(&miss->report);

	report->iid = iid;
	lisp_miss_report_info(miss, &report->info);
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

/* Only if nothing waits before it. */
bool lisp_miss_report_now(struct lisp_iid *iid, struct lisp_miss *miss,
			  struct lisp_miss_report *report)
{
	if (!list_is_first(&miss->report, &iid->miss->report[0]) ||
	    !take_token(lisp_misses_of(iid), iid->miss))
		return false;
	note_report(iid, miss, report);

	return true;
}

unsigned int lisp_miss_report_collect(struct lisp_misses *misses,
				      struct lisp_miss_report *reports,
				      unsigned int max)
{
	struct lisp_miss_table *table;
	unsigned int n = 0, idle = 0;
	struct lisp_miss *miss;

	bucket_fill(&misses->bucket, READ_ONCE(miss_total_rate));
	while (n < max && misses->bucket.credit >= HZ &&
	       idle < min(misses->n_active, IDLE_MAX)) {
		table = list_first_entry(&misses->active,
					 struct lisp_miss_table, active);
		list_move_tail(&table->active, &misses->active);
		miss = due_miss(table);
		if (miss && take_token(misses, table)) {
			note_report(table->iid, miss, &reports[n++]);
			idle = 0;
		} else {
			idle++;
		}
	}

	return n;
}

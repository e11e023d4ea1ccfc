// SPDX-License-Identifier: GPL-2.0
#include <linux/moduleparam.h>
#include <linux/ktime.h>
#include <net/genetlink.h>

#include "doubt.h"
#include "net.h"
#include "netlink.h"
#include "rloc.h"

/* RLOCs that are looked at while the lock is held. */
#define BUDGET	64

static unsigned int icmp_wait = 60;
module_param(icmp_wait, uint, 0644);
MODULE_PARM_DESC(icmp_wait,
		 "seconds until an RLOC that ICMP took out of use is tried again (60)");

static void doubt_work(struct work_struct *work)
{
	struct lisp_doubts *d = container_of(to_delayed_work(work),
					     struct lisp_doubts, work);
	struct lisp_net *ln = container_of(d, struct lisp_net, doubts);
	u32 now = ktime_get_boottime_seconds();
	struct lisp_rloc *rloc;
	int left = BUDGET;

	mutex_lock(&ln->lock);
	while (left && !list_empty(&d->rlocs)) {
		rloc = list_first_entry(&d->rlocs, struct lisp_rloc, doubted);
		if (now - rloc->changed < READ_ONCE(icmp_wait))
			break;
		lisp_rloc_set_state(rloc, LISP_RLOC_STATE_UP);
		lisp_netlink_rloc(ln, rloc, NULL);
		left--;
	}
	if (!list_empty(&d->rlocs))
		queue_delayed_work(system_long_wq, &d->work, left ? HZ : 0);
	mutex_unlock(&ln->lock);
}

void lisp_doubt_add(struct lisp_net *ln, struct lisp_rloc *rloc)
{
	lockdep_assert_held(&ln->lock);

	list_move_tail(&rloc->doubted, &ln->doubts.rlocs);
	queue_delayed_work(system_long_wq, &ln->doubts.work, HZ);
}

int lisp_doubt_net_init(struct lisp_net *ln)
{
	INIT_LIST_HEAD(&ln->doubts.rlocs);
	INIT_DELAYED_WORK(&ln->doubts.work, doubt_work);

	return 0;
}

void lisp_doubt_net_exit(struct lisp_net *ln)
{
	cancel_delayed_work_sync(&ln->doubts.work);
}
